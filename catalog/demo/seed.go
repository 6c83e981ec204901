// Package demo lays out a company to try Sallyport with: people with managers, apps, entitlements, groups and work
// orders, and half a year of requests, grants and tasks. Everything goes through the use-cases, in one transaction with a
// clock of its own, so that its record is as true as a real one. The same database is laid out once.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// Logins are those of the personas that the demo's sign-in offers, with what they stand for.
func Logins() []string {
	all := make([]string, len(fixed))
	for i, p := range fixed {
		all[i] = p.login
	}
	return all
}

// past is how much history there is.
const past = 180 * 24 * time.Hour

// Seed lays out the company in a tenant that has nobody in it, all or nothing. A tenant that was laid out before, or has
// people of its own, stays as it is.
func Seed(ctx context.Context, s *catalog.Service, tenant string) error {
	return s.DB.Replay(ctx, func(ctx context.Context, tx *store.Tx, at func(time.Time)) error {
		var used int
		if err := tx.Row(ctx, `SELECT count(*) FROM users WHERE tenant_id=$1`, []any{tenant}, &used); err != nil || used > 0 {
			return err
		}
		end := tx.Now()
		c := &company{ctx: ctx, tx: tx, s: s, tenant: tenant, system: sallyport.System(tenant), users: map[string]sallyport.User{},
			resources: map[string]sallyport.Resource{}, at: at, end: end, begin: end.Add(-past).Truncate(time.Hour), rng: rand.New(rand.NewPCG(19, 8))}
		for _, step := range []func() error{c.layPeople, c.layResources, c.layMembers, c.layRoles, c.layLives, c.layRequests, c.layErrands, c.play, c.tidy} {
			if err := step(); err != nil {
				return fmt.Errorf("the demo company cannot be laid out: %w", err)
			}
		}
		at(end)
		_, err := tx.Exec(ctx, `UPDATE tenants SET seeded_at=$2 WHERE id=$1`, tenant, store.Micros(end))
		return err
	})
}

// company is the demo company while it is laid out.
type company struct {
	ctx        context.Context
	tx         *store.Tx
	s          *catalog.Service
	tenant     string
	system     sallyport.Actor
	users      map[string]sallyport.User     // by login
	logins     []string                      // of the generated people, in order
	resources  map[string]sallyport.Resource // by slug
	at         func(time.Time)
	begin, end time.Time
	rng        *rand.Rand
	moments    moments
	planned    int
}

func (c *company) layPeople() error {
	c.at(c.begin)
	isFixed := map[string]bool{}
	for _, p := range fixed {
		isFixed[p.login] = true
	}
	for _, p := range people() {
		u := sallyport.User{Login: p.login, Name: p.name, Email: p.login + "@" + domain, Title: p.title, Department: p.department,
			TimeZone: "Europe/Berlin", Source: "file"}
		if m, ok := c.users[p.manager]; ok {
			ref := m.Ref()
			u.Manager = &ref
		} else if p.manager != "" {
			return fmt.Errorf("%s has the manager %q, who is not there", p.login, p.manager)
		}
		if err := catalog.AddUserTx(c.ctx, c.tx, c.system, &u, "read from the file of people"); err != nil {
			return err
		}
		c.users[p.login] = u
		if !isFixed[p.login] {
			c.logins = append(c.logins, p.login)
		}
	}
	return nil
}

func (c *company) layResources() error {
	c.at(c.begin.Add(time.Hour))
	if err := c.s.EnsureBuiltIn(c.ctx, c.tenant); err != nil {
		return err
	}
	for _, in := range append(fixedResources(), generated()...) {
		r, err := c.s.CreateResource(c.ctx, c.system, in)
		if err != nil {
			return fmt.Errorf("%s: %w", in.Slug, err)
		}
		c.resources[r.Slug] = r
	}
	for _, slug := range []string{store.SlugAdmin, store.SlugAuditor, store.SlugCatalogueManager} {
		r, err := c.tx.Resource(c.ctx, c.tenant, slug, access.Everything)
		if err != nil {
			return err
		}
		c.resources[slug] = r
	}
	return nil
}

// give grants something to a person from now on; a length of 0 is without end.
func (c *company) give(login, slug string, relation sallyport.Relation, length sallyport.Duration, reason string) error {
	u, ok := c.users[login]
	r, known := c.resources[slug]
	if !ok || !known {
		return fmt.Errorf("%s or %s is not there", login, slug)
	}
	n := access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID, Login: u.Login, Name: u.Name}, Resource: r, Relation: relation,
		Origin: sallyport.OriginGiven, ReasonKind: "direct", Reason: reason, NoEnd: length == 0}
	if length > 0 {
		n.Duration = &length
	}
	if _, err := c.s.Access.AddGrantTx(c.ctx, c.tx, c.system, n); err != nil {
		return fmt.Errorf("%s to %s: %w", slug, login, err)
	}
	return nil
}

// learn lets PostgreSQL count what was laid out so far: until the transaction ends nothing else does, and without it the
// plans are those of empty tables.
func (c *company) learn() error {
	if !c.s.DB.Postgres() {
		return nil
	}
	_, err := c.tx.Exec(c.ctx, `ANALYZE users, resources, grants, requests, stages, stage_approvers, votes, tasks, provisions`)
	return err
}

// actor is a person as they act in a session.
func (c *company) actor(login string) (sallyport.Actor, error) {
	a, err := c.tx.LoadActor(c.ctx, c.tenant, c.users[login].ID)
	a.Via = sallyport.ViaSession
	return a, err
}
