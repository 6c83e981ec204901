package worker_test

import (
	"context"
	"fmt"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// answers writes effective access as the model does.
func answers(login string, list []sallyport.Access, whole bool) (out []string) {
	for _, a := range list {
		who := login
		if a.User != nil {
			who = a.User.Login
		}
		for _, p := range a.Paths {
			role := ""
			if p.Role != nil {
				role = p.Role.ID
			}
			s := fmt.Sprintf("%s %s %s by %q since %s because %s", who, a.Resource.ID, a.Relation, role, when(&p.StartsAt), p.Reason)
			switch {
			case !whole:
			case p.EndsAt == nil:
				s += " without end"
			default:
				s += " until " + when(p.EndsAt)
			}
			out = append(out, s)
		}
	}
	return out
}

// agree compares the database's answers with the model's: who has what now and why, who holds each thing, what was so at
// earlier moments, every grant ever made, what targets are brought to; and nothing is beyond what tags allow.
func (c *company) agree() {
	c.Helper()
	now := c.m.now
	this := moment{at: now, had: map[string][]string{}, held: map[string][]string{}}
	byPerson, byThing := map[string][]string{}, map[string][]string{}
	for _, p := range c.m.access() {
		byPerson[p.login], byThing[p.what.id] = append(byPerson[p.login], p.String()), append(byThing[p.what.id], p.String())
		this.had[p.login], this.held[p.what.id] = append(this.had[p.login], p.short()), append(this.held[p.what.id], p.short())
		c.counts["paths"]++
		if p.m != nil {
			c.counts["paths by role"]++
		}
	}
	for _, bad := range c.m.beyond() {
		c.Fatalf("%s", bad)
	}
	ours := map[string]bool{}
	for _, t := range c.m.things {
		ours[t.id] = true
	}
	c.view(func(ctx context.Context, tx *store.Tx) error {
		for _, login := range c.logins {
			u, err := tx.User(ctx, c.tenant, login)
			if err != nil {
				return err
			}
			list, err := tx.UserAccess(ctx, c.tenant, u.ID, now, access.Everything)
			if err != nil {
				return err
			}
			c.same("what "+login+" has", answers(login, list, true), byPerson[login])
		}
		for _, t := range c.m.things {
			list, err := tx.Holders(ctx, c.tenant, t.id, "", now, access.Everything)
			if err != nil {
				return err
			}
			c.same("who has "+t.name, answers("", list, true), byThing[t.id])
		}
		login, t := one(c, c.logins), one(c, c.m.things)
		relation := one(c, []sallyport.Relation{sallyport.Member, sallyport.Owner})
		u, err := tx.User(ctx, c.tenant, login)
		if err != nil {
			return err
		}
		has, err := tx.Holds(ctx, c.tenant, u.ID, t.id, relation)
		if err != nil {
			return err
		}
		if want := c.m.has(login, t, relation); has != want {
			c.Fatalf("%s is %s of %s: the database says %v, the model %v", login, relation, t.name, has, want)
		}
		if len(c.past) > 0 {
			then := one(c, c.past)
			list, err := tx.UserAccess(ctx, c.tenant, u.ID, then.at, access.Everything)
			if err != nil {
				return err
			}
			c.same("what "+login+" had at "+when(&then.at), answers(login, list, false), append([]string(nil), then.had[login]...))
			if list, err = tx.Holders(ctx, c.tenant, t.id, "", then.at, access.Everything); err != nil {
				return err
			}
			c.same("who had "+t.name+" at "+when(&then.at), answers("", list, false), append([]string(nil), then.held[t.id]...))
		}
		return c.agreeRows(ctx, tx, ours)
	})
	c.past = append(c.past, this)
}

func (c *company) agreeRows(ctx context.Context, tx *store.Tx, ours map[string]bool) error {
	var got, want, provisions []string
	for page := (store.Page{Limit: store.MaxLimit}); ; {
		l, err := tx.Grants(ctx, c.tenant, access.Everything, store.GrantFilter{}, page)
		if err != nil {
			return err
		}
		for _, g := range l.Items {
			if ours[g.Resource.ID] {
				got = append(got, asHeld(g).line(c.m.now))
			}
		}
		if page.Cursor = l.NextCursor; page.Cursor == "" {
			break
		}
	}
	for _, g := range c.m.grants {
		want = append(want, g.line(c.m.now))
	}
	c.same("the grants", got, want)
	if c.lag {
		return nil
	}
	found, err := c.provisions(ctx, tx)
	for k, state := range c.m.real {
		provisions = append(provisions, k+" "+state)
	}
	c.same("what targets are brought to", found, provisions)
	return err
}

// asHeld is a grant of the database in the words of the model.
func asHeld(g sallyport.Grant) *held {
	h := &held{who: "user:" + g.Subject.Login, what: &thing{id: g.Resource.ID}, relation: g.Relation, origin: g.Origin, reason: g.Reason, starts: g.StartsAt, ends: g.EndsAt,
		noEnd: g.NoEnd, real: g.ActivatedAt, ended: g.EndedAt}
	if g.Subject.Kind == sallyport.SubjectRole {
		h.who = "role:" + g.Subject.ID
	}
	if g.Duration != nil {
		h.length = g.Duration.Std()
	}
	return h
}

// line is the row, with the length only while it counts.
func (g *held) line(now time.Time) string {
	if g.real != nil || !g.coming(now) {
		h := *g
		h.length = 0
		return h.row()
	}
	return g.row()
}

// step is something that is done to the company. want says whether the rules allow it, nil where the model does not know;
// then tells the model.
type step struct {
	what string
	do   func(ctx context.Context) error
	want *bool
	then func()
}

func sure(ok bool) *bool { return &ok }

// take does a step, often after a rehearsal of it, which has to say what comes of it, and has to do nothing.
func (c *company) take(kind string, s step) {
	c.Helper()
	c.Logf("%s: %s", when(&c.m.now), s.what)
	before := c.m.spans()
	tried := c.rng.IntN(3) == 0
	var said sallyport.Impact
	var refusedBefore error
	if tried {
		said, refusedBefore = c.db.Rehearse(c.ctx, c.tenant, access.Everything, s.do)
	}
	err := s.do(c.ctx)
	switch code := sallyport.CodeOf(err); {
	case err == nil:
		c.counts[kind]++
	case code == sallyport.EInternal, code == sallyport.EUnavailable, code == sallyport.EInvalid, code == sallyport.ENotFound:
		c.Fatalf("%s: %v", s.what, err)
	default:
		c.counts[kind+" refused"]++
		c.Logf("    refused: %v", err)
	}
	if s.want != nil && *s.want != (err == nil) && !c.lag {
		c.Fatalf("%s: the rules allow it: %v; what came of it: %v", s.what, *s.want, err)
	}
	if tried && (refusedBefore == nil) != (err == nil) {
		c.Fatalf("%s: tried out %v, done %v", s.what, refusedBefore, err)
	}
	if err == nil {
		s.then()
	}
	if tried && err == nil {
		c.foretold(said, before, c.m.spans())
	}
	c.m.noted()
	if err == nil || c.lag {
		c.drain()
	}
	c.agree()
}

// foretold compares what a rehearsal said with what has changed.
func (c *company) foretold(said sallyport.Impact, before, after map[string]sallyport.Span) {
	c.Helper()
	text := func(s *sallyport.Span) string {
		if s == nil {
			return "nothing"
		}
		end := s.EndsAt
		if s.Duration != nil {
			begin := c.m.now
			if s.StartsAt != nil {
				begin = *s.StartsAt
			}
			at := begin.Add(s.Duration.Std())
			end = &at
		}
		words := "until " + when(end)
		if s.NoEnd {
			words = "without end"
		}
		if s.StartsAt != nil {
			words = "from " + when(s.StartsAt) + " " + words
		}
		if s.AgainAt != nil {
			words += ", again from " + when(s.AgainAt) + " until " + when(s.LastEnd)
		}
		return words
	}
	var got, want []string
	for _, it := range said.Items {
		got = append(got, fmt.Sprintf("%s %s %s: %s, then %s", it.User.Login, it.Resource.Name, it.Relation, text(it.Before), text(it.After)))
	}
	changed := func(k string, b, a *sallyport.Span) {
		if text(b) != text(a) {
			want = append(want, fmt.Sprintf("%s: %s, then %s", k, text(b), text(a)))
		}
	}
	for k, b := range before {
		if a, ok := after[k]; ok {
			changed(k, &b, &a)
		} else {
			changed(k, &b, nil)
		}
	}
	for k, a := range after {
		if _, ok := before[k]; !ok {
			changed(k, nil, &a)
		}
	}
	c.counts["previews"]++
	c.counts["foretold"] += len(want)
	c.same("what was foretold", got, want)
}
