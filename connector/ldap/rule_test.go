package ldap_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/internal/peers/slapd"
)

// TestDynamicGroups: who is in a group that the directory fills by a rule is found by the rule, on this server alone; what
// cannot be followed is broken and not empty.
func TestDynamicGroups(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, 5)
	for _, n := range []int{1, 2} {
		if err := s.Modify(person(s, n), map[string][]string{"departmentNumber": {"Sales"}}); err != nil {
			t.Fatal(err)
		}
	}
	sales := "ou=people," + s.BaseDN + "??sub?(departmentNumber=Sales)"
	if err := s.Add(slapd.Entry{DN: "cn=sales," + s.Groups(), Attrs: map[string][]string{"objectClass": {"groupOfURLs"}, "cn": {"sales"}, "description": {"Who sells."}, "memberURL": {"ldap:///" + sales}}}); err != nil {
		t.Fatalf("%v; the server needs the schema dyngroup, which slapd brings: make peers starts one that has it", err)
	}
	seed(t, s, `
dn: cn=escaped,ou=groups,BASE
objectClass: groupOfURLs
cn: escaped
memberURL: LDAP://`+s.Addr()+`/ou=people,BASE?uid?one?(%26(departmentNumber=Sales)(uid=p0001))
memberURL: ldap:///`+person(s, 4)+`

dn: cn=shown,ou=groups,BASE
objectClass: groupOfURLs
objectClass: extensibleObject
cn: shown
memberURL: ldap:///`+sales+`
member: `+person(s, 3)+`

dn: cn=both,ou=groups,BASE
objectClass: groupOfNames
objectClass: extensibleObject
cn: both
memberURL: ldap:///`+sales+`
member: `+person(s, 3)+`

dn: cn=elsewhere,ou=groups,BASE
objectClass: groupOfURLs
cn: elsewhere
memberURL: ldap://other.example.test/`+sales+`

dn: cn=lost,ou=groups,BASE
objectClass: groupOfURLs
cn: lost
memberURL: ldap:///ou=gone,BASE??sub?
memberURL: ldap:///`+sales+`

dn: cn=breakout,ou=groups,BASE
objectClass: groupOfURLs
cn: breakout
memberURL: ldap:///ou=people,BASE??sub?(uid=p0001)(uid=p0002)
`)
	c := open(t, settings(s, "page_size", "1"))
	all := groups(t, c)
	p := ids(t, s, person(s, 1), person(s, 2), person(s, 3), person(s, 4))
	for name, want := range map[string][]string{"sales": p[:2], "escaped": {p[0], p[3]}, "shown": {p[2]}, "both": p[:3]} {
		got := slices.Sorted(slices.Values(all[name].Members))
		if !slices.Equal(got, slices.Sorted(slices.Values(want))) || all[name].Broken || len(all[name].Faults)+len(all[name].Unmapped) > 0 {
			t.Errorf("%s: %+v", name, all[name])
		}
	}
	if want := "Who sells. Fed by the directory's rule: (departmentNumber=Sales) below ou=people," + s.BaseDN + "."; all["sales"].Description != want {
		t.Errorf("its rule in words is %q", all["sales"].Description)
	}
	for name, why := range map[string]string{"elsewhere": "another server", "lost": "there is nothing by that name", "breakout": "filter"} {
		if !all[name].Broken || !contains(all[name].Faults, why) {
			t.Errorf("%s: %+v", name, all[name])
		}
	}

	resources, err := connector.Collect(c.Resources(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range resources {
		if !strings.Contains(r.Unmanaged, "its own rule") {
			t.Errorf("%s: unmanaged %q", r.Name, r.Unmanaged)
		}
	}
	for _, name := range []string{"sales", "both"} {
		if err := c.Add(t.Context(), member(p[3], all[name].ExternalID)); connector.ClassOf(err) != connector.Refused {
			t.Errorf("adding to %s: %v", name, err)
		}
	}
	if list, err := connector.Collect(c.Holdings(t.Context(), all["sales"].ExternalID)); err != nil || len(list) != 2 {
		t.Errorf("holdings: %v %v", list, err)
	}
	if list, err := connector.Collect(c.Holdings(t.Context(), all["lost"].ExternalID)); connector.ClassOf(err) != connector.Refused || list != nil {
		t.Errorf("holdings of what is broken: %v %v", list, err)
	}
}
