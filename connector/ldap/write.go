package ldap

import (
	"context"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

// tries bounds how often a change is begun anew because the directory changed under it.
const tries = 4

// Add puts the account into the group.
func (c *conn) Add(ctx context.Context, h connector.Holding) error {
	const op = "add member"
	if err := checkHolding(op, h); err != nil {
		return err
	}
	g, a, err := c.resolve(ctx, op, h)
	switch {
	case err != nil:
		return err
	case g == nil:
		return notFound(op, "group", h.Resource)
	case a == nil:
		return notFound(op, "account", h.Account)
	}
	value, err := c.memberValue(op, g, a)
	if err != nil {
		return err
	}
	for range tries {
		if err := c.modify(ctx, op, g, func(m *ldap.ModifyRequest) { m.Add(g.scheme.attribute, []string{value}) }); err != nil &&
			!isCode(err, ldap.LDAPResultAttributeOrValueExists, codeADRepeatedAdd) {
			return err
		}
		// The entry may have been renamed between the look-up and the change: servers take any DN.
		now, err := c.findAccount(ctx, op, h.Account)
		if err != nil {
			return err
		}
		if now == nil {
			if err := c.removeValue(ctx, op, g, value); err != nil {
				return err
			}
			return notFound(op, "account", h.Account)
		}
		again, err := c.memberValue(op, g, now)
		if err != nil {
			return err
		}
		if g.same(again, value) {
			return nil
		}
		if err := c.removeValue(ctx, op, g, value); err != nil {
			return err
		}
		value = again
	}
	return renamedTooOften(op)
}

// Remove takes the account out of the group, under the name that it had before a rename too.
func (c *conn) Remove(ctx context.Context, h connector.Holding) error {
	const op = "remove member"
	if err := checkHolding(op, h); err != nil {
		return err
	}
	before := c.remembered(h.Account)
	g, a, err := c.resolve(ctx, op, h)
	if err != nil || g == nil {
		return err
	}
	for range tries {
		if a == nil {
			return c.removeDangling(ctx, op, g, before)
		}
		value, err := c.memberValue(op, g, a)
		if err != nil {
			return err
		}
		if err := c.removeValue(ctx, op, g, value); err != nil {
			return err
		}
		// A rename in between may take the membership along to the new name.
		now, err := c.findAccount(ctx, op, h.Account)
		if err != nil {
			return err
		}
		if now != nil && *now == *a {
			return c.removeDangling(ctx, op, g, before)
		}
		before, a = a, now
	}
	return renamedTooOften(op)
}

func renamedTooOften(op string) error {
	return &connector.Error{Class: connector.Retry, Op: op, Message: "the account was renamed again and again meanwhile"}
}

// Has asks the server whether the account is in the group.
func (c *conn) Has(ctx context.Context, h connector.Holding) (bool, error) {
	const op = "read member back"
	if err := checkHolding(op, h); err != nil {
		return false, err
	}
	g, a, err := c.resolve(ctx, op, h)
	if err != nil || g == nil {
		return false, err
	}
	if a == nil {
		return c.dangling(ctx, op, g, c.remembered(h.Account))
	}
	value, err := c.memberValue(op, g, a)
	if err != nil {
		return false, err
	}
	return c.holds(ctx, op, g, value)
}

func checkHolding(op string, h connector.Holding) error {
	if h.Relation != connector.RelationMember {
		return refused(op, "groups of a directory know members only, not the relation "+h.Relation, "Ask for the relation member.")
	}
	if h.Parameters != "" {
		return refused(op, "memberships of a directory have no parameters", "Leave the parameters empty.")
	}
	return nil
}

// resolve finds group and account as they are now; nil for what does not exist.
func (c *conn) resolve(ctx context.Context, op string, h connector.Holding) (*group, *account, error) {
	g, err := c.findGroup(ctx, op, h.Resource, false)
	if g == nil || err != nil {
		return nil, nil, err
	}
	if g.unmanaged() != "" {
		return nil, nil, refused(op, g.unmanaged(), "Choose manual fulfilment for it.")
	}
	a, err := c.findAccount(ctx, op, h.Account)
	return g, a, err
}

// memberValue gives what stands for the account in the group.
func (c *conn) memberValue(op string, g *group, a *account) (string, error) {
	if g.scheme.byLogin {
		if a.login == "" {
			return "", refused(op, "the account has no "+c.attributes["login"][0]+", by which this group names its members", "Give the entry a login.")
		}
		return a.login, nil
	}
	if key, err := parseDN(a.dn); err == nil && key.String() == c.emptyKey {
		return "", &connector.Error{Class: connector.Config, Op: op,
			Message: "this account is the one that stands in empty groups, so it can be no member",
			Hint:    "Name another DN as the member of empty groups in the settings of the connection."}
	}
	return a.dn, nil
}

// same says whether two values of the group's member attribute are the same member.
func (g *group) same(a, b string) bool {
	if a == b || g.scheme.byLogin {
		return a == b
	}
	x, errX := parseDN(dnOfMember(g.scheme.attribute, a))
	y, errY := parseDN(dnOfMember(g.scheme.attribute, b))
	return errX == nil && errY == nil && slices.Equal(x, y)
}

func (c *conn) modify(ctx context.Context, op string, g *group, change func(*ldap.ModifyRequest)) error {
	m := ldap.NewModifyRequest(g.entry.DN, nil)
	change(m)
	return c.do(ctx, op, func(l *ldap.Conn) error { return l.Modify(m) })
}

// holds asks the server, and looks for itself where the server's comparison may miss another spelling.
func (c *conn) holds(ctx context.Context, op string, g *group, value string) (bool, error) {
	var yes bool
	err := c.do(ctx, op, func(l *ldap.Conn) (err error) {
		yes, err = l.Compare(g.entry.DN, g.scheme.attribute, value)
		return err
	})
	switch {
	case isCode(err, ldap.LDAPResultNoSuchAttribute, ldap.LDAPResultNoSuchObject, ldap.LDAPResultInvalidAttributeSyntax):
		return false, nil // what the syntax forbids cannot be there
	case err == nil && (yes || g.scheme.attribute != attrUniqueMember):
		return yes, nil
	case err != nil && !isCode(err, ldap.LDAPResultInappropriateMatching, ldap.LDAPResultUndefinedAttributeType, ldap.LDAPResultUnwillingToPerform):
		return false, err
	}
	spelled, err := c.spellings(ctx, op, g, value)
	return len(spelled) > 0, err
}

// spellings gives the values of the group that mean the same member, exactly as they are stored.
func (c *conn) spellings(ctx context.Context, op string, g *group, value string) ([]string, error) {
	e, err := c.entry(ctx, op, g.entry.DN, []string{g.scheme.attribute})
	if connector.ClassOf(err) == connector.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := c.values(ctx, op, e, g.scheme.attribute)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(v string) bool { return !g.same(v, value) }), nil
}

// removeValue takes a member out, in every spelling, and puts the empty member in where the schema wants
// at least one.
func (c *conn) removeValue(ctx context.Context, op string, g *group, value string) error {
	remove := []string{value}
	var last error
	for range tries {
		last = c.modify(ctx, op, g, func(m *ldap.ModifyRequest) { m.Delete(g.scheme.attribute, remove) })
		if isCode(last, ldap.LDAPResultObjectClassViolation) {
			if c.emptyMember == "" {
				return refused(op, "it is the last member, and a group of this object class may not be empty",
					"Name a member of empty groups in the settings of the connection.")
			}
			// Both in one request: the group is never empty and never without a change half made.
			last = c.modify(ctx, op, g, func(m *ldap.ModifyRequest) {
				m.Add(g.scheme.attribute, []string{c.emptyMember})
				m.Delete(g.scheme.attribute, remove)
			})
		}
		switch {
		case isCode(last, ldap.LDAPResultNoSuchObject):
			return nil
		case last != nil && !isCode(last, ldap.LDAPResultNoSuchAttribute, codeADRepeatedRemove, ldap.LDAPResultAttributeOrValueExists, ldap.LDAPResultInvalidAttributeSyntax):
			return last
		}
		there, err := c.holds(ctx, op, g, value)
		if err != nil || !there {
			return err
		}
		if remove, err = c.spellings(ctx, op, g, value); err != nil {
			return err
		}
		if len(remove) == 0 {
			return nil
		}
	}
	if last == nil {
		last = refused(op, "the member is still there after it was removed", "See what puts it back into the group.")
	}
	return last
}

// remembered gives what an account was last called, nil when nothing is known of it.
func (c *conn) remembered(id string) *account {
	v, ok := c.lastSeen.Load(id)
	if !ok {
		return nil
	}
	a := v.(account)
	return &a
}

// removeDangling takes a former name out of the group.
func (c *conn) removeDangling(ctx context.Context, op string, g *group, former *account) error {
	still, err := c.dangling(ctx, op, g, former)
	if err != nil || !still {
		return err
	}
	value, err := c.memberValue(op, g, former)
	if err != nil {
		return err
	}
	return c.removeValue(ctx, op, g, value)
}

// dangling says whether the group names what an account was called formerly, while nobody goes by that name
// now: not every server takes memberships along with a rename or deletion. Nil is no name at all.
func (c *conn) dangling(ctx context.Context, op string, g *group, former *account) (bool, error) {
	if former == nil {
		return false, nil
	}
	value, err := c.memberValue(op, g, former)
	if err != nil {
		return false, nil // it never could be a member
	}
	there, err := c.holds(ctx, op, g, value)
	if err != nil || !there {
		return false, err
	}
	if g.scheme.byLogin {
		taken, err := c.loginTaken(ctx, op, former.login)
		return !taken, err
	}
	_, err = c.entry(ctx, op, former.dn, []string{"1.1"})
	if connector.ClassOf(err) == connector.NotFound {
		return true, nil
	}
	return false, err
}

func (c *conn) loginTaken(ctx context.Context, op, login string) (taken bool, err error) {
	filter := "(" + c.attributes["login"][0] + "=" + ldap.EscapeFilter(login) + ")"
	err = c.read(ctx, op, c.peopleBases, filter, []string{"1.1"}, func(*ldap.Entry) { taken = true })
	return taken, err
}
