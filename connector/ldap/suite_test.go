package ldap_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/connector/connectortest"
	"github.com/sallyport/sallyport/connector/ldap"
	"github.com/sallyport/sallyport/internal/peers/slapd"
)

const crowd = 1200

func TestSuite(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, crowd)
	err := s.Seed(fmt.Sprintf(`
dn: cn=vpn,%[1]s
objectClass: groupOfNames
cn: vpn
member: %[2]s

dn: cn=wiki,%[1]s
objectClass: groupOfUniqueNames
cn: wiki
uniqueMember: %[2]s

dn: cn=shell,%[1]s
objectClass: posixGroup
cn: shell
gidNumber: 2000
`, s.Groups(), s.BindDN))
	if err != nil {
		t.Fatal(err)
	}
	connectortest.Run(t, ldap.Kind(), connectortest.Seed{
		Address:  s.Addr(),
		Settings: func(address string) map[string]string { return settings(s, "url", "ldap://"+address) },
		Accounts: ids(t, s, person(s, 1), person(s, 2), person(s, 3), person(s, 4)),
		Total:    crowd,
		Resources: ids(t, s,
			"cn=vpn,"+s.Groups(), "cn=wiki,"+s.Groups(), "cn=shell,"+s.Groups()),
		MissingAccount:  "00000000-0000-4000-8000-000000000001",
		MissingResource: "00000000-0000-4000-8000-000000000002",
	})
}

// settings are right settings for the server, changed by pairs of name and value.
func settings(s *slapd.Server, pairs ...string) map[string]string {
	m := map[string]string{
		"url": s.URL(), "bind_dn": s.BindDN, "bind_password": s.Password,
		"people_base": s.People(), "groups_base": s.Groups(), "page_size": "100",
	}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func person(s *slapd.Server, n int) string { return fmt.Sprintf("uid=p%04d,%s", n, s.People()) }

// fill adds people p0000 … whose manager is p0000.
func fill(t *testing.T, s *slapd.Server, n int) {
	t.Helper()
	entries := make([]slapd.Entry, n)
	for i := range entries {
		uid := fmt.Sprintf("p%04d", i)
		entries[i] = slapd.Entry{DN: person(s, i), Attrs: map[string][]string{
			"objectClass": {"inetOrgPerson"}, "uid": {uid}, "cn": {"Person " + uid}, "sn": {uid},
			"mail": {uid + "@example.test"}, "title": {"Engineer"}, "departmentNumber": {"R&D"},
		}}
		if i > 0 {
			entries[i].Attrs["manager"] = []string{person(s, 0)}
		}
	}
	if err := s.Add(entries...); err != nil {
		t.Fatal(err)
	}
}

// ids gives the entryUUIDs of entries.
func ids(t *testing.T, s *slapd.Server, dns ...string) []string {
	t.Helper()
	var out []string
	for _, dn := range dns {
		v, err := s.Values(dn, "entryUUID")
		if err != nil || len(v) != 1 {
			t.Fatalf("entryUUID of %s: %v %v", dn, v, err)
		}
		out = append(out, v[0])
	}
	return out
}

// open opens the connector as both things that it is.
func open(t *testing.T, m map[string]string) interface {
	connector.Writer
	connector.Directory
} {
	t.Helper()
	if faults := ldap.Kind().Validate(m); len(faults) > 0 {
		t.Fatalf("faults: %v", faults)
	}
	c, err := ldap.Kind().Open(t.Context(), m, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(interface {
		connector.Writer
		connector.Directory
	})
}

func member(account, resource string) connector.Holding {
	return connector.Holding{Account: account, Resource: resource, Relation: connector.RelationMember}
}

func contains(list []string, part string) bool {
	return strings.Contains(strings.Join(list, "\n"), part)
}
