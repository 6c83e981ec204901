package ldap

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

const attrUniqueMember = "uniqueMember"

// scheme is how groups of an object class keep their members.
type scheme struct {
	class     string
	attribute string
	byLogin   bool // members are logins rather than DNs
}

// schemes are tried in this order: a group may be posixGroup and groupOfNames at once.
var schemes = []scheme{
	{"group", "member", false},
	{"groupOfNames", "member", false},
	{"groupOfMembers", "member", false},
	{"groupOfEntries", "member", false},
	{"groupOfUniqueNames", attrUniqueMember, false},
	{"posixGroup", "memberUid", true},
}

// group is a group as it was read.
type group struct {
	connector.Group
	entry  *ldap.Entry
	scheme *scheme // nil when its members cannot be kept
	rules  []rule  // by which the directory itself fills it; then nobody is added or removed
}

func (g *group) unmanaged() string {
	if len(g.rules) > 0 {
		return "The directory fills this group by its own rule: " + g.words() + "."
	}
	if g.scheme != nil {
		return ""
	}
	return "The members of this group cannot be written: its object classes are " + strings.Join(classes(g.entry), ", ") + "."
}

func classes(e *ldap.Entry) []string { return e.GetEqualFoldAttributeValues("objectClass") }

func (c *conn) group(e *ldap.Entry) group {
	g := group{entry: e}
	g.DN = printable(e.DN)
	g.ExternalID = identity(e, c.groupID, &g.Faults)
	g.Name = text(e, c.attributes["group_name"], &g.Faults)
	g.Description = text(e, []string{"description"}, &g.Faults)
	if g.Name == "" {
		g.Faults = append(g.Faults, "there is no name ("+c.attributes["group_name"][0]+")")
		g.Name = g.DN
	}
	c.fed(&g)
	has := classes(e)
	for i := range schemes {
		if slices.ContainsFunc(has, func(class string) bool { return strings.EqualFold(class, schemes[i].class) }) {
			g.scheme = &schemes[i]
			break
		}
	}
	return g
}

func (c *conn) groupAttributes(members bool) []string {
	out := append([]string{c.groupID, "objectClass", "description", attrMemberURL}, c.attributes["group_name"]...)
	if members {
		out = append(out, "member", attrUniqueMember, "memberUid")
	}
	return out
}

func (c *conn) readGroups(ctx context.Context, op string, members bool) ([]group, error) {
	var all []group
	known := map[string]bool{}
	err := c.read(ctx, op, c.groupsBases, c.groupsFilter, c.groupAttributes(members), func(e *ldap.Entry) {
		if g := c.group(e); !known[g.ExternalID] {
			known[g.ExternalID] = true
			all = append(all, g)
		}
	})
	return all, err
}

// findGroup looks a group up by its identity. Nil without an error means that there is none.
func (c *conn) findGroup(ctx context.Context, op, id string, members bool) (*group, error) {
	e, err := c.find(ctx, op, c.groupsBases, c.groupID, id, c.groupAttributes(members))
	if e == nil || err != nil {
		return nil, err
	}
	g := c.group(e)
	return &g, nil
}

// Resources yields every group.
func (c *conn) Resources(ctx context.Context) iter.Seq2[connector.Resource, error] {
	return func(yield func(connector.Resource, error) bool) {
		const op = "read resources"
		groups, err := c.readGroups(ctx, op, false)
		if err != nil {
			yield(connector.Resource{}, err)
			return
		}
		all := make([]connector.Resource, len(groups))
		for i, g := range groups {
			all[i] = connector.Resource{ExternalID: g.ExternalID, Name: g.Name, Description: g.Description,
				Relations: []string{connector.RelationMember}, Unmanaged: g.unmanaged()}
		}
		each(ctx, op, all, yield)
	}
}

// Groups yields every group with its members.
func (c *conn) Groups(ctx context.Context) iter.Seq2[connector.Group, error] {
	return func(yield func(connector.Group, error) bool) {
		const op = "read groups"
		groups, err := c.membersOf(ctx, op, nil)
		if err != nil {
			yield(connector.Group{}, err)
			return
		}
		all := make([]connector.Group, len(groups))
		for i, g := range groups {
			all[i] = g.Group
		}
		each(ctx, op, all, yield)
	}
}

// Holdings yields the members of groups as far as they are accounts.
func (c *conn) Holdings(ctx context.Context, resources ...string) iter.Seq2[connector.Holding, error] {
	return func(yield func(connector.Holding, error) bool) {
		const op = "read holdings"
		groups, err := c.membersOf(ctx, op, resources)
		if err != nil {
			yield(connector.Holding{}, err)
			return
		}
		var all []connector.Holding
		for _, g := range groups {
			if g.Broken {
				yield(connector.Holding{}, refused(op, g.Faults[len(g.Faults)-1], "Correct the group in the directory."))
				return
			}
			if n := len(g.Unmapped); n > 0 {
				c.log.Info("a group has members that are no accounts", "group", g.ExternalID, "members", n)
			}
			for _, m := range g.Members {
				all = append(all, connector.Holding{Account: m, Resource: g.ExternalID, Relation: connector.RelationMember})
			}
		}
		each(ctx, op, all, yield)
	}
}

// membersOf reads groups, all or those given, with their members turned into identities.
func (c *conn) membersOf(ctx context.Context, op string, ids []string) ([]group, error) {
	p, err := c.people(ctx, op)
	if err != nil {
		return nil, err
	}
	var groups []group
	if len(ids) == 0 {
		if groups, err = c.readGroups(ctx, op, true); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		g, err := c.findGroup(ctx, op, id, true)
		if err != nil {
			return nil, err
		}
		if g == nil {
			return nil, notFound(op, "group", id)
		}
		groups = append(groups, *g)
	}
	m := mapper{conn: c, people: p, moved: map[string]string{}}
	for i := range groups {
		if err := m.fill(ctx, op, &groups[i]); err != nil {
			return nil, err
		}
		groups[i].entry = nil // the values are kept once
	}
	return groups, nil
}

// mapper turns members into identities.
type mapper struct {
	*conn
	people *people
	moved  map[string]string // members not among the people when they were read, looked up once more
}

func (m *mapper) fill(ctx context.Context, op string, g *group) error {
	kept := g.scheme
	switch {
	case kept == nil && len(g.rules) > 0:
		kept = &expanded
	case kept == nil:
		g.Faults = append(g.Faults, g.unmanaged())
		return nil
	}
	values, err := m.values(ctx, op, g.entry, kept.attribute)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	if err := m.add(ctx, op, g, kept, values, known); err != nil || len(g.rules) == 0 || kept == &expanded && len(values) > 0 {
		return err
	}
	found, err := m.follow(ctx, op, g)
	if err != nil {
		return err
	}
	return m.add(ctx, op, g, &expanded, found, known)
}

func (m *mapper) add(ctx context.Context, op string, g *group, kept *scheme, values []string, known map[string]bool) error {
	for _, v := range values {
		id, skip, err := m.member(ctx, op, g, kept, v)
		switch {
		case err != nil:
			return err
		case skip || known[id]:
		case id == "":
			g.Unmapped = append(g.Unmapped, printable(v))
		default:
			known[id] = true
			g.Members = append(g.Members, id)
		}
	}
	return nil
}

// member gives the identity of a member, empty when it is nobody known; skip means the empty member.
func (m *mapper) member(ctx context.Context, op string, g *group, kept *scheme, v string) (id string, skip bool, err error) {
	if kept.byLogin {
		found := m.people.byLogin[v]
		if len(found) > 1 {
			g.Faults = append(g.Faults, fmt.Sprintf("the member %q fits %d people", v, len(found)))
		}
		if len(found) != 1 {
			return "", false, nil
		}
		return m.people.all[found[0]].ExternalID, false, nil
	}
	dn := dnOfMember(kept.attribute, v)
	parsed, err := parseDN(dn)
	if err != nil {
		g.Faults = append(g.Faults, fmt.Sprintf("the member %q is not a DN", printable(v)))
		return "", false, nil
	}
	key := parsed.String()
	if key == m.emptyKey {
		return "", true, nil
	}
	if i, ok := m.people.byKey[key]; ok {
		return m.people.all[i].ExternalID, false, nil
	}
	if !withinAny(parsed, m.peopleBases) {
		return "", false, nil
	}
	// Below the people but unknown: renamed since the people were read, or dangling, or no person.
	if id, ok := m.moved[key]; ok {
		return id, false, nil
	}
	e, err := m.match(ctx, op, dn, m.peopleFilter, []string{m.personID})
	if err != nil && connector.ClassOf(err) != connector.NotFound {
		return "", false, err
	}
	if e != nil {
		id = identity(e, m.personID, new([]string))
	}
	m.moved[key] = id
	return id, false, nil
}
