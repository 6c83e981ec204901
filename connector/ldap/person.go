package ldap

import (
	"context"
	"fmt"
	"iter"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

// people is a complete read of all people.
type people struct {
	all     []connector.Person
	byKey   map[string]int   // by the key of the DN
	byLogin map[string][]int // by the login exactly as written
}

// account is where an account lies now and what groups call it.
type account struct {
	dn, login string
}

// Users yields every person that matches the filter for people.
func (c *conn) Users(ctx context.Context) iter.Seq2[connector.Person, error] {
	return func(yield func(connector.Person, error) bool) {
		p, err := c.people(ctx, "read people")
		if err == nil {
			err = c.markDisabled(ctx, "read people", p)
		}
		if err != nil {
			yield(connector.Person{}, err)
			return
		}
		each(ctx, "read people", p.all, yield)
	}
}

// Accounts yields the same entries as Users.
func (c *conn) Accounts(ctx context.Context) iter.Seq2[connector.Account, error] {
	return func(yield func(connector.Account, error) bool) {
		p, err := c.people(ctx, "read accounts")
		if err == nil {
			err = c.markDisabled(ctx, "read accounts", p)
		}
		if err != nil {
			yield(connector.Account{}, err)
			return
		}
		accounts := make([]connector.Account, len(p.all))
		for i, one := range p.all {
			accounts[i] = connector.Account{ExternalID: one.ExternalID, Login: one.Login, Name: one.Name, Email: one.Email, Active: one.Active}
		}
		each(ctx, "read accounts", accounts, yield)
	}
}

// each yields what was read until the context ends; then the read was cut short.
func each[T any](ctx context.Context, op string, all []T, yield func(T, error) bool) {
	var none T
	for _, v := range all {
		if err := ctx.Err(); err != nil {
			yield(none, fail(op, err))
			return
		}
		if !yield(v, nil) {
			return
		}
	}
}

// people reads all people; who is disabled is still open.
func (c *conn) people(ctx context.Context, op string) (*people, error) {
	p := &people{byKey: map[string]int{}, byLogin: map[string][]int{}}
	known := map[string]bool{}
	var managers []string
	attributes := []string{c.personID}
	for _, name := range []string{"login", "name", "email", "title", "department", "manager"} {
		attributes = append(attributes, c.attributes[name]...)
	}
	err := c.read(ctx, op, c.peopleBases, c.peopleFilter, attributes, func(e *ldap.Entry) {
		one, manager := c.person(e)
		key, err := parseDN(e.DN)
		if err != nil {
			one.Faults = append(one.Faults, "its DN cannot be read: "+err.Error())
		} else if key.String() == c.emptyKey {
			return // stands in empty groups, so it cannot be told apart from a member
		}
		if known[one.ExternalID] {
			return // bases may overlap, and an entry may move while pages are read
		}
		known[one.ExternalID] = true
		p.byKey[key.String()] = len(p.all)
		if one.Login != "" {
			p.byLogin[one.Login] = append(p.byLogin[one.Login], len(p.all))
		}
		p.all = append(p.all, one)
		managers = append(managers, manager)
		c.lastSeen.Store(one.ExternalID, account{e.DN, one.Login})
	})
	if err != nil {
		return nil, err
	}
	for i := range p.all {
		p.manage(i, managers[i])
		if n := len(p.byLogin[p.all[i].Login]); n > 1 {
			p.fault(i, "%d entries have the login %q", n, p.all[i].Login)
		}
	}
	return p, nil
}

func (c *conn) person(e *ldap.Entry) (one connector.Person, manager string) {
	one.DN, one.Active = printable(e.DN), true
	one.ExternalID = identity(e, c.personID, &one.Faults)
	get := func(name string) string { return text(e, c.attributes[name], &one.Faults) }
	one.Login, one.Name, one.Email = get("login"), get("name"), get("email")
	one.Title, one.Department = get("title"), get("department")
	for _, need := range []struct{ name, value string }{{"login", one.Login}, {"name", one.Name}, {"email", one.Email}} {
		if need.value == "" {
			one.Faults = append(one.Faults, fmt.Sprintf("there is no %s (%s)", need.name, c.attributes[need.name][0]))
		}
	}
	return one, get("manager")
}

// manage turns the DN of a manager into an identity.
func (p *people) manage(i int, dn string) {
	if dn == "" {
		return
	}
	key, err := parseDN(dn)
	if err != nil {
		p.fault(i, "the manager %q is not a DN", dn)
		return
	}
	m, ok := p.byKey[key.String()]
	switch {
	case !ok:
		p.fault(i, "the manager %q is not among the people read", dn)
	case m == i:
		p.fault(i, "the entry names itself as its manager")
	default:
		p.all[i].Manager = p.all[m].ExternalID
	}
}

func (p *people) fault(i int, format string, args ...any) {
	p.all[i].Faults = append(p.all[i].Faults, fmt.Sprintf(format, args...))
}

func (c *conn) markDisabled(ctx context.Context, op string, p *people) error {
	if c.disabledFilter == "" {
		return nil
	}
	disabled := map[string]bool{}
	err := c.read(ctx, op, c.peopleBases, "(&"+c.peopleFilter+c.disabledFilter+")", []string{c.personID}, func(e *ldap.Entry) {
		disabled[identity(e, c.personID, new([]string))] = true
	})
	if err != nil {
		return err
	}
	for i := range p.all {
		p.all[i].Active = !disabled[p.all[i].ExternalID]
	}
	return nil
}

// findAccount looks up where the account with an identity lies now, people who are filtered out included: what a
// leaver holds must still be removable. Nil without an error means that there is none.
func (c *conn) findAccount(ctx context.Context, op, id string) (*account, error) {
	e, err := c.find(ctx, op, c.peopleBases, c.personID, id, append([]string{c.personID}, c.attributes["login"]...))
	if e == nil || err != nil {
		return nil, err
	}
	a := account{e.DN, text(e, c.attributes["login"], new([]string))}
	c.lastSeen.Store(id, a)
	return &a, nil
}
