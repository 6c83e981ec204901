package worker_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestHistoriesAgreeWithTheModel lets companies live: people come and leave, are given things, ask, give back, are put in
// roles; roles are attached, merged, split, undone; tags come and go; time passes. After every step the database says what
// a naive model says, of now and of earlier moments, nothing is beyond a limit, and what a preview said is what happened.
// The seeds are fixed and one more, which is printed; a failure is made small and its steps are printed.
func TestHistoriesAgreeWithTheModel(t *testing.T) {
	set := func(name, value string) {
		f := flag.Lookup(name)
		was := f.Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, was) })
	}
	seeds := []uint64{8, 15, 30, rand.Uint64N(1 << 32)}
	if given := flag.Lookup("rapid.seed").Value.String(); given != "0" {
		t.Logf("only seed %s, as told", given)
		seeds = nil
	} else {
		t.Logf("seeds %d; give one by -rapid.seed", seeds)
		set("rapid.checks", "1")
		set("rapid.nofailfile", "true")
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			counts := map[string]int{}
			defer func() { t.Logf("%v", counts) }()
			live := func(rt *rapid.T) { lives(t, rt, engine, counts) }
			if len(seeds) == 0 {
				rapid.Check(t, live)
				return
			}
			for _, seed := range seeds {
				set("rapid.seed", fmt.Sprint(seed))
				rapid.Check(t, live)
			}
			for what, least := range map[string]int{"give": 10, "ask": 4, "end": 6, "extend": 2, "tag": 7, "directory": 7, "reorganize": 10, "undo": 3, "uncut": 1, "convert": 1,
				"work": 10, "paths": 800, "paths by role": 250, "previews": 20, "foretold": 50} {
				if counts[what] < least {
					t.Errorf("the histories say too little: %d %s, want %d", counts[what], what, least)
				}
			}
		})
	}
}

func lives(t *testing.T, rt *rapid.T, engine string, counts map[string]int) {
	c := newCompany(t, rt, engine, counts)
	defer c.db.Close()
	c.drain()
	c.agree()
	kinds := map[string]func(){"give": c.give, "ask": c.ask, "end": c.end, "extend": c.extend, "attach": c.attach, "detach": c.detach, "change tag": c.changeLabel,
		"directory": c.directory, "work": c.work, "convert": c.convert, "create role": c.createRole, "copy": c.copyRole, "merge": c.merge, "shorten": c.shorten, "split": c.split, "undo": c.undo,
		"new thing": c.create, "remove": c.remove, "time": c.time}
	often := slices.Sorted(maps.Keys(kinds))
	often = append(often, "give", "give", "give", "give", "give", "time", "time", "time", "end", "extend", "attach", "ask", "work", "directory")
	for c.n = range 60 {
		seed := rapid.Uint64().Draw(rt, "step")
		if seed == 0 { // what a failure does without
			continue
		}
		c.rng = rand.New(rand.NewPCG(seed, uint64(c.n)))
		c.passes(time.Duration(1+c.rng.IntN(50)) * time.Minute)
		kinds[one(c, often)]()
	}
}

// passes lets time pass, which workers notice where anything begins or ends meanwhile.
func (c *company) passes(d time.Duration) {
	was := c.m.now
	c.m.now = c.clock.advance(d)
	edge := func(at *time.Time) bool { return at != nil && at.After(was) && !at.After(c.m.now) }
	if !c.lag && slices.ContainsFunc(c.m.grants, func(g *held) bool { return g.ended == nil && (edge(&g.starts) || edge(g.ends)) }) {
		c.drain()
	}
}

// time passes, sometimes to the very moment of an end or a start, and sometimes nobody notices.
func (c *company) time() {
	d := time.Duration(one(c, []int{1, 6, 24, 48, 100})) * time.Hour
	if c.flip() {
		next := time.Time{}
		for _, g := range c.m.grants {
			for _, at := range []*time.Time{&g.starts, g.ends} {
				if at != nil && g.ended == nil && at.After(c.m.now) && (next.IsZero() || at.Before(next)) {
					next = *at
				}
			}
		}
		if !next.IsZero() {
			d = next.Sub(c.m.now)
		}
	}
	c.m.now = c.clock.advance(d)
	c.lag = c.rng.IntN(4) == 0
	c.Logf("%s: time has passed, unnoticed: %v", when(&c.m.now), c.lag)
	if !c.lag {
		c.drain()
	}
	c.agree()
}

func (c *company) pick(ok func(*thing) bool) *thing {
	var list []*thing
	for _, t := range c.m.things {
		if !t.gone && ok(t) {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return one(c, list)
}

func isRole(t *thing) bool { return t.kind == sallyport.KindRole }
func any1(*thing) bool     { return true }

// who is mostly the admin, else anybody.
func (c *company) who() string {
	if c.rng.IntN(4) > 0 {
		return "root"
	}
	var here []string
	for _, l := range c.logins {
		if c.m.people[l] {
			here = append(here, l)
		}
	}
	return one(c, here)
}

// lasting draws how long, which is often as long as another thing.
func (c *company) lasting(n *gift) {
	hours := time.Duration(one(c, []int{1, 6, 24, 48, 120, 240})) * time.Hour
	switch c.rng.IntN(4) {
	case 0:
		n.noEnd = true
	case 1:
		until := c.m.now.Add(hours).Truncate(time.Hour)
		n.until = &until
	default:
		n.length = hours
	}
}

func (c *company) reason() string {
	if c.rng.IntN(8) == 0 {
		return ""
	}
	return fmt.Sprint("reason ", c.n)
}

func durationOf(n gift) *sallyport.Duration {
	if n.length == 0 {
		return nil
	}
	d := sallyport.Duration(n.length)
	return &d
}

func (c *company) give() {
	n := gift{what: c.pick(any1), relation: one(c, []sallyport.Relation{"member", "member", "member", "owner"}), reason: c.reason(),
		replace: c.rng.IntN(4) == 0}
	n.who = "user:" + one(c, c.logins)
	if c.rng.IntN(3) == 0 {
		if role := c.pick(isRole); role != nil {
			n.who = "role:" + role.id
		}
	}
	c.lasting(&n)
	c.giveAs(c.who(), n)
}

func (c *company) giveAs(by string, n gift) {
	actor := c.actor(by)
	c.take("give", step{what: fmt.Sprintf("%s gives %s to %s as %s for %s, until %s, no end %v, replace %v, because %q", by, n.what.name, n.who, n.relation, n.length, when(n.until), n.noEnd, n.replace, n.reason),
		want: sure(c.m.allowed(by, n)), then: func() { c.m.give(n) },
		do: func(ctx context.Context) error {
			_, err := c.access.Give(ctx, actor, sallyport.Give{Subject: n.who, Resource: n.what.id, Relation: n.relation, Duration: durationOf(n), Until: n.until, NoEnd: n.noEnd, Reason: n.reason, Replace: n.replace})
			return err
		}})
}

// ask is that a person asks and the first who may decides, as one step; some of it begins later.
func (c *company) ask() {
	n := gift{what: c.pick(any1), relation: one(c, []sallyport.Relation{"member", "member", "owner"}), reason: fmt.Sprint("asked ", c.n), asked: true}
	by := c.who()
	if by == "root" {
		by = keeper
	}
	n.who = "user:" + by
	c.lasting(&n)
	if c.flip() {
		starts := c.m.now.Add(time.Duration(one(c, []int{5, 24, 100})) * time.Hour)
		n.starts = &starts
	}
	actor := c.actor(by)
	c.take("ask", step{what: fmt.Sprintf("%s asks for %s as %s for %s, until %s, no end %v, from %s", by, n.what.name, n.relation, n.length, when(n.until), n.noEnd, when(n.starts)),
		then: func() { c.m.give(n) },
		do: func(ctx context.Context) error {
			return c.db.Join(ctx, func(ctx context.Context, _ *store.Tx) error {
				r, err := c.access.Ask(ctx, actor, sallyport.Ask{Resource: n.what.id, Relation: n.relation, Duration: durationOf(n), Until: n.until, NoEnd: n.noEnd, StartsAt: n.starts, Reason: n.reason})
				if err != nil {
					return err
				}
				var voter sallyport.Actor
				err = c.db.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
					voter, err = tx.LoadActor(ctx, c.tenant, r.Stages[0].Approvers[0].ID)
					return err
				})
				if err != nil {
					return err
				}
				r, err = c.access.Vote(ctx, voter, r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version})
				if err == nil && r.State != sallyport.RequestApproved {
					err = fmt.Errorf("it is %s", r.State)
				}
				return err
			})
		}})
}

// grant draws a grant that lives, with its id, mostly of those for which the condition holds.
func (c *company) grant(mostly func(*held) bool) (*held, string) {
	list := c.living(func(*held) bool { return true })
	if some := c.living(mostly); len(some) > 0 && c.rng.IntN(5) > 0 {
		list = some
	}
	if len(list) == 0 {
		return nil, ""
	}
	g, id := one(c, list), ""
	c.view(func(ctx context.Context, tx *store.Tx) error {
		lives := true
		l, err := tx.Grants(ctx, c.tenant, access.Everything, store.GrantFilter{ResourceID: g.what.id, Relation: g.relation, Origin: string(g.origin), Active: &lives}, store.Page{Limit: store.MaxLimit})
		for _, it := range l.Items {
			if asHeld(it).who == g.who {
				id = it.ID
			}
		}
		return err
	})
	return g, id
}

func (c *company) end() {
	g, id := c.grant(func(g *held) bool { return g.what.managed })
	if g == nil {
		return
	}
	by := c.who()
	role := func() *thing { return c.m.byID(strings.TrimPrefix(g.who, "role:")) }
	may := by == "root" || g.who == "user:"+by || c.m.owns(by, g.what) || strings.HasPrefix(g.who, "role:") && c.m.has(by, role(), sallyport.Owner)
	actor := c.actor(by)
	c.take("end", step{what: fmt.Sprintf("%s ends that %s has %s as %s", by, g.who, g.what.name, g.relation), want: sure(may && (g.what.managed || g.relation == sallyport.Owner)),
		then: func() { c.m.end(g); c.m.converge() },
		do: func(ctx context.Context) error {
			_, err := c.access.End(ctx, actor, id, "over")
			return err
		}})
}

func (c *company) extend() {
	g, id := c.grant(func(g *held) bool { return !g.noEnd })
	if g == nil {
		return
	}
	n := gift{who: g.who, what: g.what, relation: g.relation, origin: sallyport.OriginGiven, reason: c.reason()}
	c.lasting(&n)
	if g.ends != nil && c.flip() { // longer than it is
		until := g.ends.Add(time.Hour)
		n.until, n.length, n.noEnd = &until, 0, false
	}
	by := c.who()
	actor := c.actor(by)
	x := access.Extension{Duration: durationOf(n), Until: n.until, NoEnd: n.noEnd, Reason: n.reason}
	may := by == "root" && n.reason != "" || c.m.owns(by, g.what)
	end := c.m.now.Add(n.length)
	if n.until != nil {
		end = *n.until
	}
	longer := g.origin == sallyport.OriginGiven || n.noEnd || g.ends != nil && end.After(*g.ends) // what was found goes on in what is given here
	want := may && longer && (g.origin == sallyport.OriginGiven || !g.noEnd) && c.m.allowed(map[bool]string{true: "root", false: by}[by == "root" || !may], n)
	old := c.m.living(g.who, g.what, g.relation, sallyport.OriginGiven)
	if n.reason == "" && old != nil && !old.over(c.m.now) { // where none is needed
		n.reason = old.reason
	}
	c.take("extend", step{what: fmt.Sprintf("%s extends that %s has %s as %s for %s, until %s, no end %v", by, g.who, g.what.name, g.relation, n.length, when(n.until), n.noEnd),
		want: sure(want), then: func() { c.m.give(n) },
		do: func(ctx context.Context) error {
			_, err := c.access.Extend(ctx, actor, id, x)
			return err
		}})
}

func (c *company) work() {
	c.drain()
	root := c.actor("root")
	c.Logf("%s: all tasks are done", when(&c.m.now))
	l, err := c.access.Tasks(c.ctx, root, store.TaskFilter{State: "open"}, store.Page{Limit: store.MaxLimit})
	c.must(err)
	for _, task := range l.Items {
		_, err := c.access.Claim(c.ctx, root, task.ID)
		c.must(err)
		_, err = c.access.Complete(c.ctx, root, task.ID, "done")
		c.must(err)
		c.counts["work"]++
	}
	c.m.work()
	c.drain()
	c.agree()
}

func (c *company) directory() {
	login := one(c, c.logins[1:])
	groups := maps.Clone(c.file[login])
	switch what := c.rng.IntN(3); {
	case groups == nil:
		groups = map[string]bool{"Alpha": what == 1, "Beta": what == 2}
	case what == 0:
		groups = nil
	default:
		name := one(c, []string{"Alpha", "Beta", "Crew"})
		groups[name] = !groups[name]
	}
	was := c.file[login]
	c.file[login] = groups
	c.take("directory", step{what: fmt.Sprintf("the directory says of %s: %v, was %v", login, groups, was), do: c.readFileIn, want: sure(true), then: c.followed})
}

func (c *company) convert() {
	t := c.pick(func(t *thing) bool { return t.managed && t.kind != sallyport.KindApp })
	if t == nil {
		return
	}
	to := catalog.Conversion{Kind: one(c, []sallyport.Kind{sallyport.KindGroup, sallyport.KindRole, sallyport.KindEntitlement}), Slug: fmt.Sprint("made-", c.n), Accept: true}
	var app *thing
	if to.Kind == sallyport.KindEntitlement {
		if app = c.pick(func(t *thing) bool { return t.kind == sallyport.KindApp }); app == nil {
			return
		}
		to.App = app.id
	}
	root := c.actor("root")
	c.take("convert", step{what: fmt.Sprintf("%s becomes %s", t.name, to.Kind), then: func() { c.m.becomes(t, to.Kind, app) },
		do: func(ctx context.Context) error {
			_, err := c.cat.Convert(ctx, root, t.id, to, 0)
			return err
		}})
}

func (c *company) create() {
	if len(c.m.things) > 14 {
		return
	}
	kind := one(c, []sallyport.Kind{sallyport.KindApp, sallyport.KindEntitlement, sallyport.KindGroup})
	var app *thing
	if kind == sallyport.KindEntitlement {
		if app = c.pick(func(t *thing) bool { return t.kind == sallyport.KindApp }); app == nil {
			return
		}
	}
	t := c.newThing(fmt.Sprint("Thing ", c.n), kind, app, c.flip())
	c.Logf("%s: there is a new %s %s", when(&c.m.now), kind, t.name)
}

func (c *company) remove() {
	t := c.pick(func(t *thing) bool { return t.managed })
	if t == nil || c.rng.IntN(3) > 0 {
		return
	}
	root := c.actor("root")
	c.take("remove", step{what: t.name + " is removed", want: sure(true), then: func() { c.m.removes(t) },
		do: func(ctx context.Context) error { return c.cat.DeleteResource(ctx, root, t.id, 0, "gone") }})
}
