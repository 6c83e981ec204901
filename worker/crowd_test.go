package worker_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/internal/peers/slapd"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
	"github.com/sallyport/sallyport/worker"
)

// crowd is a directory with a role of many members, a group in the target that the role is given, and a connector into
// whose calls a test can step.
type crowd struct {
	*directory
	people      []string
	memberships map[string]sallyport.Grant
	role        sallyport.Subject
	between     *between
}

// between is a connector to a real directory with a step after each write, before it is read back.
type between struct {
	connector.Writer
	writes int
	after  func(n int)
}

func (b *between) Add(ctx context.Context, h connector.Holding) error {
	return b.step(b.Writer.Add(ctx, h))
}
func (b *between) Remove(ctx context.Context, h connector.Holding) error {
	return b.step(b.Writer.Remove(ctx, h))
}

func (b *between) step(err error) error {
	if err == nil && b.after != nil {
		b.writes++
		b.after(b.writes)
	}
	return err
}

func eachCrowd(t *testing.T, size int, story func(c *crowd)) {
	t.Helper()
	server := slapd.Test(t)
	var ldif strings.Builder
	for i := range size {
		fmt.Fprintf(&ldif, "dn: uid=p%04d,%s\nobjectClass: inetOrgPerson\nuid: p%04[1]d\ncn: p%04[1]d\nsn: p%04[1]d\n\n", i, server.People(), i)
	}
	if err := server.Seed(ldif.String()); err != nil {
		t.Fatal(err)
	}
	round := 0
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		round++
		w := newWorld(t, db, clock)
		c := &crowd{directory: &directory{world: w, server: server, ids: map[string]string{}}, memberships: map[string]sallyport.Grant{},
			role: sallyport.Subject{Kind: sallyport.SubjectRole, ID: w.res["engineer"].ID}}
		dn := fmt.Sprintf("cn=crowd%d,%s", round, server.Groups())
		if err := server.Add(slapd.Entry{DN: dn, Attrs: map[string][]string{"objectClass": {"groupOfNames"}, "cn": {fmt.Sprint("crowd", round)}, "member": {server.BindDN}}}); err != nil {
			t.Fatal(err)
		}
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "real-vpn", Name: "Real VPN",
			Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: "dir", Target: dn}})
		for i := range size {
			c.people = append(c.people, fmt.Sprintf("p%04d", i))
		}
		c.join(func(login string) string { return c.uuid(c.person(login)) })
		w.w = c.through(nil)
		story(c)
	})
}

// join makes everybody a member of the role, with the account in the target that the function names; "" is none.
func (c *crowd) join(account func(login string) string) {
	c.Helper()
	c.tx(func(ctx context.Context, tx *store.Tx) error {
		for _, login := range c.people {
			u := sallyport.User{Login: login, Name: strings.ToUpper(login)}
			if err := tx.InsertUser(ctx, c.tenant, &u); err != nil {
				return err
			}
			c.users[login] = u
			if id := account(login); id != "" {
				if err := tx.SaveAccount(ctx, c.tenant, store.Account{UserID: u.ID, ConnectionID: c.con.ID, ExternalID: id, Name: login}); err != nil {
					return err
				}
			}
			g, err := c.s.AddGrantTx(ctx, tx, sallyport.System(c.tenant), access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: c.res["engineer"],
				NoEnd: true, ReasonKind: "direct"})
			if err != nil {
				return err
			}
			c.memberships[login] = g
		}
		return nil
	})
}

// through is a worker whose writes are followed by a step.
func (c *crowd) through(after func(n int)) *worker.Worker {
	k := c.real()
	open := k.Open
	c.between = &between{after: after}
	b := c.between
	k.CallTimeout, k.Lease = 20*time.Second, 45*time.Second
	k.Open = func(ctx context.Context, tenant, id string) (connector.Connector, error) {
		real, err := open(ctx, tenant, id)
		if err == nil {
			b.Writer = real.(connector.Writer)
		}
		return b, err
	}
	c.Cleanup(k.Close)
	return k
}

func (c *crowd) attach(slug string) sallyport.Grant {
	c.Helper()
	return c.add(access.NewGrant{Subject: c.role, Resource: c.res[slug], NoEnd: true, ReasonKind: "direct"})
}

func (w *world) admin() sallyport.Actor {
	return sallyport.Actor{Tenant: w.tenant, User: sallyport.UserRef{ID: w.users["root"].ID, Login: "root", Name: "Root"}, Admin: true}
}

// of is the progress of a grant, in one direction; nil when there is none.
func (w *world) of(id string, d sallyport.ProvisionState) (found *sallyport.Progress) {
	w.Helper()
	if err := w.db.View(w.ctx, func(ctx context.Context, tx *store.Tx) error {
		list, err := w.s.GrantProgress(ctx, tx, w.admin(), id)
		for i := range list {
			if list[i].Direction == d {
				found = &list[i]
			}
		}
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return found
}

// under lists what is under way of a resource or role.
func (w *world) under(actor sallyport.Actor, resource, role string) (list []sallyport.Progress) {
	w.Helper()
	if err := w.db.View(w.ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = w.s.ProgressOf(ctx, tx, actor, resource, role, "", false)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return list
}

func (w *world) pending(resource string, f access.PendingPeople, p store.Page) (l store.List[sallyport.PendingPerson]) {
	w.Helper()
	if err := w.db.View(w.ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = w.s.PendingOf(ctx, tx, w.admin(), resource, f, p)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return l
}

// same checks that the target has whom the reasons name, and nobody else.
func (c *crowd) same(slug string) int {
	c.Helper()
	var want []string
	if err := c.db.View(c.ctx, func(ctx context.Context, tx *store.Tx) error {
		users, err := tx.EffectiveUsers(ctx, c.tenant, c.res[slug].ID, sallyport.Member)
		for _, u := range users {
			want = append(want, u.Login)
		}
		return err
	}); err != nil {
		c.Fatal(err)
	}
	slices.Sort(want)
	c.expect(slug, strings.Join(want, " "))
	return len(want)
}

// climbing notes how far something is again and again, and fails when that goes back.
type climbing struct{ seen []int }

func (m *climbing) note(w *world, p *sallyport.Progress) {
	if p == nil {
		w.Error("there is no progress to see")
		return
	}
	if n := len(m.seen); n > 0 && p.Done < m.seen[n-1] {
		w.Errorf("progress went back from %d to %d", m.seen[n-1], p.Done)
	}
	if got := p.Done + p.InHand + p.Waiting + p.ByHand + p.Failing; got != p.Total {
		w.Errorf("the parts are %d, the whole is %d: %+v", got, p.Total, p)
	}
	m.seen = append(m.seen, p.Done)
}
