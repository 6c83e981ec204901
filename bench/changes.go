package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/sallyport/sallyport"
)

// changes measures what writes: asking and deciding, renewing many at once, and attaching a role of 5,000 members.
func (m *meter) changes(ctx context.Context, curve bool) error {
	for _, clients := range m.clients {
		c := Cell{Page: "decide", Name: "ask, approve, grant: two calls", Clients: clients, Kind: kindCycle}
		if err := m.loop(ctx, c, func(ctx context.Context, _ int) error { return m.askAndApprove(ctx) }); err != nil {
			return err
		}
	}
	rounds := 3
	if curve {
		rounds = 1
	}
	for round := range rounds {
		if err := m.renew(ctx, round); err != nil {
			return err
		}
	}
	if _, err := m.settle(ctx, 2*m.duration); err != nil { // those renewed are still told
		return err
	}
	if err := m.attach(ctx, "a role of 5,000 members to one of 20 resources", m.company.Targets, rounds, 0); err != nil {
		return err
	}
	if curve {
		return nil
	}
	if err := m.attach(ctx, "the same where a target has to change for each member", m.company.Connected, 4, 4*m.duration); err != nil {
		return err
	}
	return m.attach(ctx, atOnce, m.company.Connected, 1, 0)
}

// atOnce is attaching while the work of what was attached before is laid out.
const atOnce = "five such one upon the other"

// sum is how long calls took together.
func sum(list []time.Duration) (all time.Duration) {
	for _, d := range list {
		all += d
	}
	return all
}

// pair picks who asks for what, and for how long, so that nobody asks for the same twice.
func (m *meter) pair() (asker, desk int, length sallyport.Duration) {
	n := int(m.cycles.Add(1)) - 1
	desks, askers := len(m.company.Desks), len(m.company.Askers)
	desk = n % desks
	return (n/desks*7 + desk) % askers, desk, sallyport.Duration(1+n/desks/askers) * sallyport.Day
}

// askAndApprove is one person asking and another approving, up to the committed grant.
func (m *meter) askAndApprove(ctx context.Context) error {
	asker, desk, length := m.pair()
	d := m.company.Desks[desk]
	var r sallyport.Request
	if err := m.post(ctx, m.company.Askers[asker].Token, "/api/v1/requests", sallyport.Ask{Resource: d.Slug, Duration: &length, Reason: "to measure"}, &r); err != nil {
		return err
	}
	version := r.Version
	if err := m.post(ctx, d.Owner.Token, "/api/v1/requests/"+r.ID+"/votes", sallyport.Ballot{Vote: sallyport.VoteApprove, Version: version}, &r); err != nil {
		return err
	}
	if r.GrantID == "" {
		return fmt.Errorf("%s led to no grant", r.ID)
	}
	return nil
}

// bulk is how many grants one call renews.
const bulk = 200

// renew prolongs all grants that end soon, each for itself, in calls of as many as one takes.
func (m *meter) renew(ctx context.Context, round int) error {
	ids := m.company.Ending
	var next []string
	var took []time.Duration
	begin := time.Now()
	for len(ids) > 0 {
		some := ids[:min(bulk, len(ids))]
		ids = ids[len(some):]
		var out struct{ Items []sallyport.ResultItem }
		start := time.Now()
		err := m.post(ctx, m.company.Admins[0].Token, "/api/v1/grants/extend", map[string]any{"ids": some, "duration": fmt.Sprintf("P%dD", 60+round), "reason": "still needed"}, &out)
		took = append(took, time.Since(start))
		if err != nil {
			return err
		}
		for _, it := range out.Items {
			if it.Status >= 300 || it.Grant == nil {
				return fmt.Errorf("%s was not renewed: %d %s", it.ID, it.Status, it.Detail)
			}
			next = append(next, it.Grant.ID)
		}
	}
	elapsed := time.Since(begin)
	m.company.Ending = next
	m.add(Cell{Page: "bulk", Name: fmt.Sprintf("renew %d grants, %d a call", len(next), bulk), Clients: 1, Kind: kindChange}, took, elapsed)
	m.run.Facts = append(m.run.Facts, fmt.Sprintf("renewing %d grants: %.1f s, %.0f rows a second", len(next), elapsed.Seconds(), float64(len(next))/elapsed.Seconds()))
	return nil
}

// attach gives the role to each resource, one call after the other and as long a pause before each, and takes it away again.
func (m *meter) attach(ctx context.Context, what string, slugs []string, rounds int, pause time.Duration) error {
	admin := m.company.Admins[1].Token
	var on, off []time.Duration
	for range rounds {
		var ids []string
		for _, slug := range slugs {
			var g sallyport.Grant
			time.Sleep(pause)
			start := time.Now()
			if err := m.post(ctx, admin, "/api/v1/grants", sallyport.Give{Subject: "role:" + m.company.BigRole, Resource: slug, NoEnd: true, Reason: "to measure"}, &g); err != nil {
				return err
			}
			on = append(on, time.Since(start))
			ids = append(ids, g.ID)
		}
		for _, id := range ids {
			time.Sleep(pause)
			start := time.Now()
			if _, err := m.call(ctx, admin, http.MethodPost, "/api/v1/grants/"+id+"/end", map[string]any{"reason": "measured"}, true); err != nil {
				return err
			}
			off = append(off, time.Since(start))
		}
	}
	kind := kindAttach
	if what == atOnce { // the budget is for one by itself
		kind = kindChange
	}
	m.add(Cell{Page: "role", Name: "attach " + what, Clients: 1, Kind: kind}, on, sum(on))
	m.add(Cell{Page: "role", Name: "detach " + what, Clients: 1, Kind: kindChange}, off, sum(off))
	return nil
}
