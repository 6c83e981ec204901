package ldap_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/internal/peers/slapd"
)

// oddNames are RDNs with everything that RFC 4514 makes special.
var oddNames = []string{
	`cn=Smith\, John+uid=x`,
	`uid=\#hash`,
	`uid=\20leading`,
	`uid=trailing\20`,
	`uid=Zoë Ünal-Łukasz`,
	`uid=a\+b\=c\;d`,
	`uid=\"quoted\" \<and\> angled`,
	`uid=back\\slash`,
	`uid=(paren*)`,
}

// addOdd adds a person for each odd name and gives their DNs.
func addOdd(t *testing.T, s *slapd.Server) []string {
	t.Helper()
	var dns []string
	for i, rdn := range oddNames {
		attrs := map[string][]string{"objectClass": {"inetOrgPerson"}, "sn": {"odd"}, "mail": {fmt.Sprintf("odd%d@example.test", i)}}
		if i == 0 {
			attrs["cn"], attrs["uid"] = []string{"Smith, John"}, []string{"x"}
		} else {
			attrs["cn"] = []string{fmt.Sprintf("Odd %d", i)}
		}
		dns = append(dns, rdn+","+s.People())
		if err := s.Add(slapd.Entry{DN: dns[i], Attrs: attrs}); err != nil {
			t.Fatal(err)
		}
	}
	return dns
}

func people(t *testing.T, c connector.Directory) map[string]connector.Person {
	t.Helper()
	all, err := connector.Collect(c.Users(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]connector.Person{}
	for _, p := range all {
		m[p.Login] = p
	}
	return m
}

func groups(t *testing.T, c connector.Directory) map[string]connector.Group {
	t.Helper()
	all, err := connector.Collect(c.Groups(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]connector.Group{}
	for _, g := range all {
		m[g.Name] = g
	}
	return m
}

func TestPeople(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, 3)
	seed(t, s, `
dn: uid=boss,ou=people,BASE
objectClass: inetOrgPerson
uid: boss
cn: The Boss
displayName: Grace Hopper
sn: Hopper
mail: grace@example.test
manager: uid=boss,ou=people,BASE

dn: uid=shout,ou=people,BASE
objectClass: inetOrgPerson
uid: shout
cn: Shout
sn: Shout
mail: shout@example.test
manager: UID = Boss , OU=People,BASE

dn: cn=bare,ou=people,BASE
objectClass: inetOrgPerson
cn: bare
sn: bare
manager: cn=nobody,ou=elsewhere,BASE

dn: cn=twin one,ou=people,BASE
objectClass: inetOrgPerson
cn: twin one
uid: twin
sn: twin
mail: one@example.test

dn: cn=twin two,ou=people,BASE
objectClass: inetOrgPerson
cn: twin two
uid: twin
sn: twin
mail: two@example.test

dn: uid=binary,ou=people,BASE
objectClass: inetOrgPerson
uid: binary
cn: Binary
sn: Binary
mail: binary@example.test
jpegPhoto:: /9j/gP7/

dn: cn=robot,ou=people,BASE
objectClass: organizationalRole
cn: robot
`)
	c := open(t, settings(s, "title_attribute", "title,jpegPhoto"))
	all := people(t, c)

	p := all["p0001"]
	want := connector.Person{ExternalID: ids(t, s, person(s, 1))[0], DN: person(s, 1), Login: "p0001", Name: "Person p0001",
		Email: "p0001@example.test", Title: "Engineer", Department: "R&D", Manager: ids(t, s, person(s, 0))[0], Active: true}
	if fmt.Sprint(p) != fmt.Sprint(want) {
		t.Errorf("a plain person:\n got %+v\nwant %+v", p, want)
	}
	if all["boss"].Name != "Grace Hopper" || all["boss"].Manager != "" || !contains(all["boss"].Faults, "itself") {
		t.Errorf("the display name goes before cn; nobody manages themselves: %+v", all["boss"])
	}
	if all["shout"].Manager != all["boss"].ExternalID {
		t.Errorf("the manager's DN is compared as text: %+v", all["shout"])
	}
	if bare := all[""]; bare.Name != "bare" || !contains(bare.Faults, "no login") || !contains(bare.Faults, "no email") || !contains(bare.Faults, "not among the people") {
		t.Errorf("missing attributes are no faults: %+v", bare)
	}
	if !contains(all["twin"].Faults, `2 entries have the login "twin"`) {
		t.Errorf("two with one login: %+v", all["twin"])
	}
	if b := all["binary"]; b.Title != "" || !contains(b.Faults, "jpegPhoto is not valid UTF-8") {
		t.Errorf("binary values: %+v", b)
	}
	if _, ok := all["robot"]; ok {
		t.Error("an entry that the filter leaves out was read")
	}
}

func TestDisabled(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, 4)
	c := open(t, settings(s))
	if !s.External() { // needs the overlay ppolicy
		for dn, since := range map[string]string{person(s, 1): "000001010000Z", person(s, 2): "20260101120000Z"} {
			if err := s.Modify(dn, map[string][]string{"pwdAccountLockedTime": {since}}); err != nil {
				t.Fatal(err)
			}
		}
		all := people(t, c)
		if all["p0001"].Active || !all["p0002"].Active || !all["p0003"].Active {
			t.Error("locked by an administrator is disabled; locked for a while by wrong passwords is not")
		}
	}
	if err := s.Modify(person(s, 3), map[string][]string{"employeeType": {"left"}}); err != nil {
		t.Fatal(err)
	}
	c = open(t, settings(s, "disabled_filter", "(employeeType=left)"))
	for login, p := range people(t, c) {
		if p.Active == (login == "p0003") {
			t.Errorf("%s: active is %v", login, p.Active)
		}
	}
	accounts, err := connector.Collect(c.Accounts(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		if a.Active == (a.Login == "p0003") {
			t.Errorf("account %s: active is %v", a.Login, a.Active)
		}
	}
	c = open(t, settings(s, "disabled_filter", "none"))
	if !people(t, c)["p0003"].Active {
		t.Error("none means that nobody is disabled")
	}
}

func TestGroups(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, 4)
	odd := addOdd(t, s)
	seed(t, s, `
dn: cn=mixed,ou=groups,BASE
objectClass: groupOfNames
cn: mixed
description: All sorts
member: `+person(s, 1)+`
member: cn=shell,ou=groups,BASE
member: `+s.BindDN+`
member: uid=gone,ou=people,BASE
member: cn=printer,ou=services,BASE

dn: cn=unique,ou=groups,BASE
objectClass: groupOfUniqueNames
cn: unique
uniqueMember: `+person(s, 1)+`#'0101'B
uniqueMember: `+strings.ToUpper(person(s, 2))+`

dn: cn=shell,ou=groups,BASE
objectClass: posixGroup
cn: shell
gidNumber: 1
memberUid: p0002
memberUid: P0003
memberUid: daemon

dn: cn=dynamic,ou=groups,BASE
objectClass: organizationalRole
cn: dynamic
roleOccupant: `+person(s, 1)+`
`)
	attrs := map[string][]string{"objectClass": {"groupOfNames"}, "cn": {"odd"}, "member": odd}
	if err := s.Add(slapd.Entry{DN: "cn=odd," + s.Groups(), Attrs: attrs}); err != nil {
		t.Fatal(err)
	}
	c := open(t, settings(s, "groups_filter", "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=organizationalRole))"))
	all := groups(t, c)
	p := ids(t, s, person(s, 1), person(s, 2))

	mixed := all["mixed"]
	if !slices.Equal(mixed.Members, p[:1]) || mixed.Description != "All sorts" {
		t.Errorf("mixed: %+v", mixed)
	}
	if len(mixed.Unmapped) != 3 || !contains(mixed.Unmapped, "cn=shell") || !contains(mixed.Unmapped, "uid=gone") || !contains(mixed.Unmapped, "cn=printer") {
		t.Errorf("nested groups, dangling names and services are unmapped, the empty member is not: %q", mixed.Unmapped)
	}
	if !slices.Equal(all["unique"].Members, p) {
		t.Errorf("unique: %+v", all["unique"])
	}
	if shell := all["shell"]; !slices.Equal(shell.Members, p[1:]) || !slices.Equal(shell.Unmapped, []string{"P0003", "daemon"}) {
		t.Errorf("shell: %+v", shell)
	}
	if !contains(all["dynamic"].Faults, "cannot be written") {
		t.Errorf("dynamic: %+v", all["dynamic"])
	}
	got, want := slices.Sorted(slices.Values(all["odd"].Members)), slices.Sorted(slices.Values(ids(t, s, odd...)))
	if !slices.Equal(got, want) || len(all["odd"].Unmapped) > 0 {
		t.Errorf("odd names: %d of %d, unmapped %q", len(got), len(want), all["odd"].Unmapped)
	}

	resources, err := connector.Collect(c.Resources(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range resources {
		if (r.Unmanaged != "") != (r.Name == "dynamic") {
			t.Errorf("%s: unmanaged %q", r.Name, r.Unmanaged)
		}
	}
	if err := c.Add(t.Context(), member(p[0], all["dynamic"].ExternalID)); connector.ClassOf(err) != connector.Refused {
		t.Errorf("adding to a group that cannot be written: %v", err)
	}
}

// TestLarge reads 1,200 people and a group of all of them.
func TestLarge(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, crowd)
	var all []string
	for i := range crowd {
		all = append(all, person(s, i))
	}
	if err := s.Add(slapd.Entry{DN: "cn=all," + s.Groups(), Attrs: map[string][]string{"objectClass": {"groupOfNames"}, "cn": {"all"}, "member": all}}); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	c := open(t, settings(s, "page_size", "500"))
	if got := groups(t, c)["all"].Members; len(got) != crowd {
		t.Errorf("%d members", len(got))
	}
	if got := people(t, c); len(got) != crowd {
		t.Errorf("%d people", len(got))
	}
	t.Logf("read twice in %v", time.Since(start))
	if s.LimitedDN == "" {
		return
	}
	c = open(t, settings(s, "bind_dn", s.LimitedDN))
	if got, err := connector.Collect(c.Users(t.Context())); connector.ClassOf(err) != connector.Config || !strings.Contains(err.Error(), "incomplete") || got != nil {
		t.Errorf("a read over the server's limit: %d people, %v", len(got), err)
	}
}

// seed adds entries; BASE stands for the base DN.
func seed(t *testing.T, s *slapd.Server, ldif string) {
	t.Helper()
	if err := s.Seed(strings.ReplaceAll(ldif, "BASE", s.BaseDN)); err != nil {
		t.Fatal(err)
	}
}
