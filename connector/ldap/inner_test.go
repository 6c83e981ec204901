package ldap

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

func TestDNsAreComparedParsed(t *testing.T) {
	same := [][]string{
		{`cn=Smith\, John+uid=x,dc=a`, `UID=X+CN=smith\2c  john , DC=A`, `uid=x+commonName=SMITH\, JOHN;dc=a`},
		{`cn=\#hash,dc=a`, `cn=\23HASH,dc=a`},
		{`cn=\20lead,dc=a`, `cn=\ lead,dc=a`},
		{`cn=Zoë,dc=a`, `cn=ZO\C3\8B,dc=a`, "cn=Zoe\u0308,dc=a"},
		{`2.5.4.3=x,dc=a`, `cn=x,dc=a`, `OID.2.5.4.3=x,dc=a`},
		{`cn=Straße,dc=a`, `cn=STRASSE,dc=a`},
	}
	all := map[string]int{}
	for i, group := range same {
		for _, dn := range group {
			key, err := parseDN(dn)
			if err != nil {
				t.Errorf("%s: %v", dn, err)
				continue
			}
			if other, ok := all[key.String()]; ok && other != i {
				t.Errorf("%s equals one of group %d", dn, other)
			}
			all[key.String()] = i
		}
	}
	if len(all) != len(same) {
		t.Errorf("%d different keys, want %d", len(all), len(same))
	}
	for _, pair := range [][2]string{{`cn=a\,b,dc=a`, `cn=a,b=b,dc=a`}, {"cn=\\ff,dc=a", "cn=\\fe,dc=a"}, {`cn=a+cn=a,dc=x`, `cn=a,dc=x`}, {`cn=a,dc=x`, `cn=a,dc=x,dc=y`}} {
		x, errX := parseDN(pair[0])
		y, errY := parseDN(pair[1])
		if errX != nil || errY != nil || slices.Equal(x, y) {
			t.Errorf("%q and %q: %v %v", pair[0], pair[1], errX, errY)
		}
	}
	for _, bad := range []string{"", " ", "no dn", "cn", "cn=a,", `cn=a\`, "cn=a,,dc=b"} {
		if key, err := parseDN(bad); err == nil {
			t.Errorf("%q is no DN but became %q", bad, key)
		}
	}
	sub, _ := parseDN("uid=a,OU=People,dc=x")
	base, _ := parseDN("ou=people,dc=X")
	other, _ := parseDN("ou=eople,dc=x")
	if !sub.within(base) || !base.within(base) || base.within(sub) || sub.within(other) {
		t.Error("what lies within a base")
	}
}

func FuzzDN(f *testing.F) {
	for _, s := range []string{`cn=Smith\, John+uid=x,dc=a`, `cn=\#a,dc=b`, `cn=#0403666f6f`, `cn=\C3\8B`, "cn=\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key, err := parseDN(s)
		if err != nil {
			return
		}
		parsed, err := ldap.ParseDN(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseDN(parsed.String()) // written anew by the library, it is the same name
		if err != nil || again.String() != key.String() {
			t.Errorf("%q became %q: %q and %q (%v)", s, parsed.String(), key, again, err)
		}
	})
}

func TestGUIDs(t *testing.T) {
	raw := []byte{0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xf0, 0xde, 1, 2, 3, 4, 5, 6, 7, 8}
	const text = "12345678-9abc-def0-0102-030405060708"
	if got := guidText(raw); got != text {
		t.Errorf("%s", got)
	}
	if filter, ok := idFilter("objectGUID", text); !ok || filter != `(objectGUID=\78\56\34\12\bc\9a\f0\de\01\02\03\04\05\06\07\08)` {
		t.Errorf("%s", filter)
	}
	if _, ok := idFilter("objectGUID", "not a guid"); ok {
		t.Error("no GUID became a filter")
	}
	if filter, _ := idFilter("entryUUID", "*)(uid=*"); strings.Contains(filter, "*") {
		t.Errorf("an identity broke out of its filter: %s", filter)
	}
}

func TestSettingsThatDoNotFit(t *testing.T) {
	right := map[string]string{"url": "ldap://h", "people_base": "ou=p,dc=x", "bind_dn": "cn=a,dc=x", "bind_password": "secret"}
	for _, test := range []struct{ field, value, faulty string }{
		{"url", "https://h", "url"}, {"url", "ldap://h/dc=x", "url"},
		{"bind_password", "", "bind_password"}, {"bind_dn", "", "bind_dn"}, {"bind_dn", "cn=a,,", "bind_dn"},
		{"people_base", "people", "people_base"}, {"groups_base", "ou=g,dc=x\nnonsense", "groups_base"},
		{"people_filter", "(uid=*", "people_filter"}, {"disabled_filter", "nobody", "disabled_filter"},
		{"login_attribute", "uid)(", "login_attribute"}, {"id_attribute", "a,b", "id_attribute"},
		{"ca", "no certificate", "ca"}, {"empty_member", "x", "empty_member"},
		{"page_size", "0", "page_size"}, {"page_size", "100000", "page_size"}, {"connections", "0", "connections"},
		{"timeout", "1ms", "timeout"}, {"timeout", "24h", "timeout"},
		{"preset", "novell", "preset"}, {"start_tls", "maybe", "start_tls"},
		{"bind_dn", "svc@example.test", ""}, {"disabled_filter", "none", ""}, {"preset", "ad", ""},
	} {
		m := map[string]string{}
		for k, v := range right {
			m[k] = v
		}
		m[test.field] = test.value
		faults := Kind().Validate(m)
		if test.faulty == "" && len(faults) > 0 || test.faulty != "" && (len(faults) != 1 || faults[0].Field != test.faulty || faults[0].Remedy == "") {
			t.Errorf("%s = %q: %v", test.field, test.value, faults)
		}
	}
	if faults := Kind().Validate(map[string]string{"url": "ldaps://h", "people_base": "x", "start_tls": "true", "bind_dn": "cn=a"}); len(faults) != 3 {
		t.Errorf("all at once: %v", faults)
	}
}
