package worker_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

func (c *company) label() *label { return one(c, c.m.labels) }

func (c *company) attach() {
	c.attachTo(c.label(), c.pick(func(t *thing) bool { return true }), c.who())
}

func (c *company) attachTo(l *label, t *thing, by string) {
	actor := c.actor(by)
	c.take("tag", step{what: fmt.Sprintf("%s puts the tag %s %+v, enabled %v, on %s", by, l.name, l.c, l.enabled, t.name), want: sure(t.managed && (by == "root" || c.m.owns(by, t))),
		then: func() { t.labels[l] = true; c.m.tighten(t) },
		do:   func(ctx context.Context) error { return c.cat.AttachTag(ctx, actor, t.id, l.name, true) }})
}

func (c *company) detach() {
	l := c.label()
	t, by := c.pick(func(t *thing) bool { return t.labels[l] }), c.who()
	if t == nil {
		return
	}
	actor := c.actor(by)
	c.take("tag off", step{what: fmt.Sprintf("%s takes the tag %s off %s", by, l.name, t.name), want: sure(by == "root"), then: func() { delete(t.labels, l) },
		do: func(ctx context.Context) error { return c.cat.DetachTag(ctx, actor, t.id, l.name) }})
}

func (c *company) changeLabel() {
	l := c.label()
	c.change(l, label{name: l.name, enabled: c.rng.IntN(4) > 0, c: c.constraints()})
}

func (c *company) change(l *label, n label) {
	root := c.actor("root")
	c.take("tag", step{what: fmt.Sprintf("the tag %s becomes %+v, enabled %v", l.name, n.c, n.enabled), want: sure(true),
		then: func() {
			l.enabled, l.c = n.enabled, n.c
			for _, t := range c.m.things {
				if t.labels[l] && !t.gone {
					c.m.tighten(t)
				}
			}
		},
		do: func(ctx context.Context) error {
			_, err := c.cat.SaveTag(ctx, root, l.name, sallyport.Tag{Name: n.name, Enabled: n.enabled, Constraints: n.c}, true)
			return err
		}})
}

// reorganize does one reorganization as the admin; then tells the model, given the role that it led to, new or known.
func (c *company) reorganize(in sallyport.Reorganization, then func(r *reorganized, role *thing)) {
	in.Reason = fmt.Sprint("reorganized ", c.n)
	root := c.actor("root")
	var out sallyport.Reorganized
	c.take("reorganize", step{what: fmt.Sprintf("%+v", in),
		then: func() {
			r := &reorganized{id: out.ID, title: out.Title, action: in.Action, at: c.m.now, steads: map[*held][]*held{}}
			c.m.noted()
			i := slices.IndexFunc(c.m.things, func(t *thing) bool { return t.id == out.Role.ID })
			if i < 0 {
				i = len(c.m.things)
				c.thing(&thing{name: in.Name, kind: sallyport.KindRole}, c.resource(out.Role.ID))
				r.created = append(r.created, c.m.things[i])
			}
			then(r, c.m.things[i])
			r.cuts = c.m.cuts
			r.made, r.ended = c.m.noted()
			c.counts["cuts"] += len(r.uncovered())
			for _, g := range r.ended {
				r.steads[g] = c.steads(r, g, c.m.things[i])
			}
			c.done = append(c.done, r)
		},
		do: func(ctx context.Context) (err error) {
			out, err = c.cat.Reorganize(ctx, root, in)
			return err
		}})
}

// uncovered is what was cut and was there before, and still is.
func (r *reorganized) uncovered() []*shortened {
	return slices.DeleteFunc(slices.Clone(r.cuts), func(s *shortened) bool { return slices.Contains(r.made, s.g) || slices.Contains(r.ended, s.g) })
}

// steads is what the role that a reorganization led to has in place of what the reorganization ended.
func (c *company) steads(r *reorganized, g *held, role *thing) (out []*held) {
	find := func(who string, what *thing, rel sallyport.Relation) {
		if l := c.m.living(who, what, rel, sallyport.OriginGiven); l != nil {
			out = append(out, l)
		}
	}
	switch {
	case r.action == sallyport.ReorganizeCreate:
		find(g.who, role, sallyport.Member)
		find("role:"+role.id, g.what, g.relation)
	case r.action == sallyport.ReorganizeMerge:
		who, what := g.who, g.what
		for _, gone := range r.removed {
			if who == "role:"+gone.id {
				who = "role:" + role.id
			}
			if what == gone {
				what = role
			}
		}
		find(who, what, g.relation)
	case strings.HasPrefix(g.who, "user:"):
		find(g.who, role, g.relation)
	default:
		find("role:"+role.id, g.what, g.relation)
	}
	return out
}

// within says whether something may come back, since all that took its place goes on, and makes it no longer than that.
func (c *company) within(r *reorganized, g *held, n *gift) bool {
	for _, s := range r.steads[g] {
		l := c.m.goesOn(s)
		if l == nil {
			return false
		}
		now, then := sallyport.Span{NoEnd: l.noEnd, EndsAt: l.ends}, sallyport.Span{NoEnd: s.noEnd, EndsAt: s.ends}
		switch {
		case now.EndsAt == nil || r.cutTo(s, now) || r.action == sallyport.ReorganizeCreate && now.Compare(then) >= 0:
		case n.starts != nil && !l.ends.After(*n.starts):
			return false
		case n.noEnd || n.length > 0 || n.until.After(*l.ends):
			n.noEnd, n.length, n.until = false, 0, l.ends
		}
	}
	return true
}

// because is why something is there again: what had no reason has that one.
func (r *reorganized) because(reason string) string {
	if strings.TrimSpace(reason) == "" {
		return "undone: " + r.title
	}
	return reason
}

// cutTo says whether something was cut by the reorganization itself, and by nobody further.
func (r *reorganized) cutTo(g *held, now sallyport.Span) bool {
	return slices.ContainsFunc(r.cuts, func(s *shortened) bool { return s.g == g && s.is.EndsAt != nil && !now.EndsAt.Before(*s.is.EndsAt) })
}

// like gives another what a grant gives, for as long, unless that has it for as long.
func (c *company) like(g *held, who string, what *thing) {
	reason := fmt.Sprint("reorganized ", c.n)
	n := gift{who: who, what: what, relation: g.relation, reason: reason, noEnd: g.noEnd, until: g.ends}
	if g.starts.After(c.m.now) {
		n.starts = &g.starts
	}
	if !g.noEnd && g.ends == nil {
		n.length = g.length
	}
	c.likeGift(n)
}

func (c *company) likeGift(n gift) {
	if old := c.m.living(n.who, n.what, n.relation, sallyport.OriginGiven); old != nil && old.starts.After(c.m.start(n)) { // it goes on as that
		if end := c.m.reaches(n).EndsAt; end != nil {
			later := old.ends
			if !old.noEnd && later == nil {
				at := old.starts.Add(old.length)
				later = &at
			}
			if n.length, n.noEnd, n.until = 0, old.noEnd, later; later != nil && later.Before(*end) {
				n.until = end
			}
		}
		c.m.end(old)
	} else if old != nil {
		had := sallyport.Span{NoEnd: old.noEnd, EndsAt: old.ends}
		if had.Compare(sallyport.Span{NoEnd: n.noEnd, EndsAt: n.until}) >= 0 {
			return
		}
	}
	c.m.give(n)
}

// living lists the grants for which the condition holds, of now and to come.
func (c *company) living(ok func(*held) bool) (out []*held) {
	for _, g := range c.m.grants {
		if g.coming(c.m.now) && ok(g) {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b *held) int {
		at, bt := c.m.start(gift{starts: &a.starts}), c.m.start(gift{starts: &b.starts})
		return cmp.Or(at.Compare(bt), sallyport.Span{NoEnd: b.noEnd, EndsAt: b.ends}.Compare(sallyport.Span{NoEnd: a.noEnd, EndsAt: a.ends}))
	})
	return out
}

func (c *company) holdings(role *thing) []*held {
	return c.living(func(g *held) bool { return g.who == "role:"+role.id })
}

func (c *company) members(role *thing, r sallyport.Relation, people bool) []*held {
	return c.living(func(g *held) bool {
		return g.what == role && g.relation == r && (!people || strings.HasPrefix(g.who, "user:"))
	})
}

// begins gives a new role its owners and tags: those of the roles it comes from until the same ends, else the admin.
func (c *company) begins(role *thing, from ...*thing) {
	owned := false
	for _, f := range from {
		for _, g := range c.members(f, sallyport.Owner, false) {
			owned = true
			c.like(g, g.who, role)
		}
	}
	if !owned {
		c.m.give(gift{who: "user:root", what: role, relation: sallyport.Owner, noEnd: true, reason: fmt.Sprint("reorganized ", c.n)})
	}
	for _, f := range from {
		for l := range f.labels {
			role.labels[l] = true
		}
	}
	c.m.tighten(role)
}

// some draws a part of a list.
func some[T any](c *company, list []T) (out []T) {
	for _, it := range list {
		if c.flip() {
			out = append(out, it)
		}
	}
	return out
}

func (c *company) createRole() {
	things := some(c, slices.DeleteFunc(slices.Clone(c.m.things), func(t *thing) bool { return t.gone || !t.managed || isRole(t) }))
	people := some(c, slices.DeleteFunc(slices.Clone(c.logins), func(l string) bool { return !c.m.people[l] }))
	if len(things)+len(people) == 0 || len(c.m.things) > 20 {
		return
	}
	in := sallyport.Reorganization{Action: sallyport.ReorganizeCreate, Name: fmt.Sprint("Role ", c.n), Members: people, EndDirect: c.flip()}
	length := 5 * time.Hour
	if c.flip() {
		d := sallyport.Duration(length)
		in.MembershipEnds = &d
	} else {
		length = 0
	}
	hours := sallyport.Duration(one(c, []time.Duration{0, 6 * time.Hour, 48 * time.Hour}))
	for _, t := range things {
		item := sallyport.RoleItem{Resource: t.id}
		if hours > 0 {
			item.Duration = &hours
		}
		in.Resources = append(in.Resources, item)
	}
	c.reorganize(in, func(_ *reorganized, role *thing) {
		c.begins(role)
		for _, t := range things {
			c.likeGift(gift{who: "role:" + role.id, what: t, relation: sallyport.Member, length: hours.Std(), noEnd: hours == 0, reason: fmt.Sprint("reorganized ", c.n)})
		}
		for _, l := range people {
			c.likeGift(gift{who: "user:" + l, what: role, relation: sallyport.Member, length: length, noEnd: length == 0, reason: fmt.Sprint("reorganized ", c.n)})
		}
		if in.EndDirect {
			lasts := sallyport.Span{NoEnd: length == 0 && hours == 0}
			for _, d := range []time.Duration{length, hours.Std()} {
				if d > 0 {
					at := c.m.now.Add(d)
					lasts.EndsAt = earliest(&at, lasts.EndsAt)
				}
			}
			for _, g := range c.living(func(g *held) bool {
				return g.origin == sallyport.OriginGiven && g.relation == sallyport.Member && slices.Contains(things, g.what) && strings.HasPrefix(g.who, "user:") && slices.Contains(people, g.who[5:]) &&
					(!g.starts.After(c.m.now) || lasts.Compare(sallyport.Span{NoEnd: g.noEnd, EndsAt: g.ends}) >= 0)
			}) {
				c.m.end(g)
			}
			c.m.converge()
		}
	})
}

func (c *company) copyRole() {
	from := c.pick(isRole)
	if from == nil || len(c.m.things) > 20 {
		return
	}
	in := sallyport.Reorganization{Action: sallyport.ReorganizeCopy, Role: from.id, Name: fmt.Sprint("Copy ", c.n), WithMembers: c.flip()}
	c.reorganize(in, func(_ *reorganized, role *thing) {
		c.begins(role, from)
		c.moved(from, role, nil, nil, true, in.WithMembers, true, false)
	})
}

// moved gives a role what another holds, and who is in it, all or some.
func (c *company) moved(from, to *thing, things []*thing, people []string, keepThings, members, keepMembers, merged bool) {
	for _, g := range c.holdings(from) {
		if things == nil || slices.Contains(things, g.what) {
			what := g.what
			if merged && what == from {
				what = to
			}
			c.like(g, "role:"+to.id, what)
			if !keepThings {
				c.m.end(g)
			}
		}
	}
	for _, g := range c.members(from, sallyport.Member, true) {
		if members && (people == nil || slices.Contains(people, g.who[5:])) {
			c.like(g, g.who, to)
			if !keepMembers {
				c.m.end(g)
			}
		}
	}
	c.m.converge()
}

func (c *company) merge() {
	from := c.pick(isRole)
	into := c.pick(func(t *thing) bool { return isRole(t) && t != from })
	if from != nil && into != nil {
		c.mergeInto(from, into)
	}
}

// shorten is a merge that brings members of the role that stays an earlier end, by the limit of what comes with the other.
func (c *company) shorten() {
	from := c.pick(isRole)
	into := c.pick(func(t *thing) bool { return isRole(t) && t != from })
	t := c.pick(func(t *thing) bool { return t.managed && !isRole(t) })
	if from == nil || into == nil || t == nil {
		return
	}
	l, hours := c.label(), one(c, []int{6, 48, 120})
	c.change(l, label{name: l.name, enabled: true, c: sallyport.Constraints{sallyport.MemberTimeLimit: sallyport.Duration(hours) * sallyport.Duration(time.Hour), sallyport.PropagateToRoles: true}})
	c.passes(time.Minute)
	c.attachTo(l, t, "root")
	c.passes(time.Minute)
	c.giveAs("root", gift{who: "role:" + from.id, what: t, relation: sallyport.Member, length: time.Hour, reason: c.reason()})
	c.passes(time.Minute)
	n := gift{who: "user:" + one(c, c.logins), what: into, relation: sallyport.Member, reason: c.reason()}
	c.lasting(&n)
	c.giveAs("root", n)
	c.passes(time.Minute)
	c.mergeInto(from, into)
	if c.flip() {
		c.passes(time.Duration(1+c.rng.IntN(50)) * time.Minute)
		c.undoOf(len(c.done) - 1)
	}
}

func (c *company) mergeInto(from, into *thing) {
	c.reorganize(sallyport.Reorganization{Action: sallyport.ReorganizeMerge, Role: into.id, Roles: []string{from.id}}, func(r *reorganized, role *thing) {
		c.moved(from, role, nil, nil, true, true, true, true)
		for _, g := range c.members(from, sallyport.Owner, false) {
			who := g.who
			if who == "role:"+from.id {
				who = "role:" + role.id
			}
			c.like(g, who, role)
		}
		c.m.removes(from)
		r.removed = append(r.removed, from)
	})
}

func (c *company) split() {
	from := c.pick(isRole)
	if from == nil || len(c.m.things) > 20 {
		return
	}
	things, people := []*thing{}, []string{}
	in := sallyport.Reorganization{Action: sallyport.ReorganizeSplit, Role: from.id, Name: fmt.Sprint("Part ", c.n), KeepMembers: c.flip(),
		KeepResources: c.flip()}
	for _, g := range some(c, c.holdings(from)) {
		things = append(things, g.what)
		in.Resources = append(in.Resources, sallyport.RoleItem{Resource: g.what.id})
	}
	for _, g := range some(c, c.members(from, sallyport.Member, true)) {
		people = append(people, g.who[5:])
		in.Members = append(in.Members, g.who[5:])
	}
	if len(things)+len(people) == 0 {
		return
	}
	c.reorganize(in, func(_ *reorganized, role *thing) {
		c.begins(role, from)
		c.moved(from, role, things, people, in.KeepResources, true, in.KeepMembers, false)
	})
}

func (c *company) undo() {
	if len(c.done) > 0 {
		c.undoOf(c.rng.IntN(len(c.done)))
	}
}

func (c *company) undoOf(i int) {
	if i < 0 {
		return
	}
	r, root := c.done[i], c.actor("root")
	c.take("undo", step{what: fmt.Sprintf("the reorganization with %d made and %d ended is undone", len(r.made), len(r.ended)),
		then: func() {
			c.done = slices.Delete(c.done, i, i+1)
			for _, t := range r.removed {
				t.gone = false
			}
			back := make([]*gift, len(r.ended)) // before anything ends by this
			for i, g := range r.ended {
				had := g.extent()
				if g.ends != nil {
					had = sallyport.Span{EndsAt: g.ends}
				}
				for _, s := range r.cuts {
					if s.g == g { // by the same, before it was ended
						had = s.was
					}
				}
				again := gift{who: g.who, what: g.what, relation: g.relation, origin: g.origin, reason: r.because(g.reason), noEnd: had.NoEnd, until: had.EndsAt, asked: g.asked, from: g}
				if g.starts.After(c.m.now) {
					again.starts = &g.starts
				}
				if had.Duration != nil {
					again.length = had.Duration.Std()
				}
				if over := had.EndsAt != nil && !had.EndsAt.After(c.m.now); over {
					continue
				}
				if c.within(r, g, &again) {
					back[i] = &again
				}
			}
			for _, g := range r.made {
				c.m.end(g)
			}
			for i, g := range r.ended {
				login, person := strings.CutPrefix(g.who, "user:")
				if back[i] == nil || g.what.gone || c.m.living(g.who, g.what, g.relation, g.origin) != nil ||
					person && (!c.m.people[login] || c.m.left[login].After(r.at)) || !person && c.m.byID(g.who[5:]).gone {
					continue
				}
				c.m.fit(back[i])
				c.m.give(*back[i])
			}
			for _, s := range r.uncovered() {
				if n, longer := c.m.uncut(s); longer {
					n.reason = r.because(n.reason)
					c.m.give(n)
					c.counts["uncut"]++
				}
			}
			for _, t := range r.created {
				if !t.gone {
					c.m.removes(t)
				}
			}
			c.m.converge()
		},
		do: func(ctx context.Context) error {
			_, err := c.cat.UndoReorganization(ctx, root, r.id)
			return err
		}})
}
