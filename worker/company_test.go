package worker_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
	"github.com/sallyport/sallyport/worker"
)

// stood is a clock that stands still: all that one step does happens at one moment, which the model knows.
type stood struct {
	mu  sync.Mutex
	now time.Time
}

func (s *stood) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stood) advance(d time.Duration) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
	return s.now
}

// company is a company on a database and the model of it, which are told the same and have to say the same.
type company struct {
	*rapid.T
	ctx    context.Context
	db     *store.DB
	clock  *stood
	access *access.Service
	cat    *catalog.Service
	worker *worker.Worker
	tenant string
	m      *model
	logins []string
	file   map[string]map[string]bool // what the directory's file says: person → groups; nil: inactive
	past   []moment
	done   []*reorganized
	counts map[string]int // of what was done
	lag    bool           // time has passed that no worker has noticed
	n      int
	rng    *rand.Rand // of the step; it is drawn, so that a failure can be made small
	steps  []string
}

// Logf keeps what was done, which is printed as a whole when it led to a fault.
func (c *company) Logf(format string, args ...any) {
	c.steps = append(c.steps, fmt.Sprintf(format, args...))
}

// Fatalf fails with all steps that led there.
func (c *company) Fatalf(format string, args ...any) {
	c.Helper()
	c.T.Fatalf("%s\nSteps:\n  %s", fmt.Sprintf(format, args...), strings.Join(c.steps, "\n  "))
}

func (c *company) flip() bool { return c.rng.IntN(2) == 0 }

// one draws one of a list.
func one[T any](c *company, list []T) T {
	return list[c.rng.IntN(len(list))]
}

// moment is what everybody had at a time when it was the present.
type moment struct {
	at   time.Time
	had  map[string][]string // by person
	held map[string][]string // by thing
}

// reorganized is a reorganization that can be undone.
type reorganized struct {
	id, title   string
	made, ended []*held
	created     []*thing
	removed     []*thing
	action      string
	at          time.Time
	cuts        []*shortened
	steads      map[*held][]*held // what took the place of what was ended
}

const keeper = "kim" // never leaves, so that the groups of the file stay

func newCompany(t *testing.T, rt *rapid.T, engine string, counts map[string]int) *company {
	c := &company{T: rt, ctx: t.Context(), clock: &stood{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}, counts: counts,
		m: &model{people: map[string]bool{"root": true}, left: map[string]time.Time{}, real: map[string]string{}}, logins: []string{keeper, "ann", "bo", "cy", "di"}, file: map[string]map[string]bool{}}
	c.m.now = c.clock.Now()
	c.rng = rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "company"), 1))
	c.db = storetest.Open(t, engine, store.Options{Now: c.clock.Now})
	c.access = access.New(c.db, nil, "https://access.example.test")
	c.cat = catalog.New(c.db, c.access, nil, nil)
	c.worker = &worker.Worker{DB: c.db, Access: c.access, Log: slog.New(slog.DiscardHandler), Name: "test"}
	var err error
	if c.tenant, err = c.db.EnsureTenant(c.ctx, "default", "Example"); err != nil {
		rt.Fatal(err)
	}
	if _, err := c.cat.MakeAdmin(c.ctx, c.tenant, "root"); err != nil {
		rt.Fatal(err)
	}
	for _, login := range c.logins {
		c.file[login] = map[string]bool{"Alpha": login == keeper || login == "ann", "Beta": login == keeper}
	}
	c.must(c.readFile())
	for _, name := range []string{"Alpha", "Beta"} {
		c.thing(&thing{name: name, kind: sallyport.KindGroup}, c.resource(strings.ToLower(name)))
	}
	for _, login := range c.logins {
		c.m.people[login] = true
	}
	c.followed()
	cloud := c.newThing("Cloud", sallyport.KindApp, nil, false, "ann")
	c.newThing("Read", sallyport.KindEntitlement, cloud, false)
	c.newThing("Write", sallyport.KindEntitlement, cloud, true)
	c.newThing("Crew", sallyport.KindGroup, nil, false, "bo")
	c.file[keeper]["Crew"] = true // so that it is in the file whenever that is read
	c.newThing("Dev", sallyport.KindRole, nil, false, "cy")
	c.newThing("Ops", sallyport.KindRole, nil, false, "di")
	for _, name := range []string{"Short", "Strict", "Reach"} {
		c.newLabel(name)
	}
	return c
}

func (c *company) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatalf("%v", err)
	}
}

func (c *company) view(f func(ctx context.Context, tx *store.Tx) error) {
	c.Helper()
	c.must(c.db.View(c.ctx, f))
}

func (c *company) resource(ref string) (r sallyport.Resource) {
	c.Helper()
	c.view(func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = tx.Resource(ctx, c.tenant, ref, access.Everything)
		return err
	})
	return r
}

func (c *company) actor(login string) (a sallyport.Actor) {
	c.Helper()
	c.view(func(ctx context.Context, tx *store.Tx) error {
		u, err := tx.User(ctx, c.tenant, login)
		if err != nil {
			return err
		}
		a, err = tx.LoadActor(ctx, c.tenant, u.ID)
		a.Via = sallyport.ViaSession
		return err
	})
	return a
}

func (c *company) thing(t *thing, r sallyport.Resource) *thing {
	t.id, t.managed, t.labels = r.ID, r.Managed, map[*label]bool{}
	c.m.things = append(c.m.things, t)
	return t
}

func (c *company) newThing(name string, kind sallyport.Kind, app *thing, manual bool, owners ...string) *thing {
	c.Helper()
	in := sallyport.NewResource{Kind: kind, Name: name, Owners: owners}
	if app != nil {
		in.App = app.id
	}
	if manual {
		in.Fulfilment = &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:root"}
	}
	r, err := c.cat.CreateResource(c.ctx, c.actor("root"), in)
	c.must(err)
	t := c.thing(&thing{name: name, kind: kind, app: app, manual: manual}, r)
	for _, login := range owners {
		c.m.give(gift{who: "user:" + login, what: t, relation: sallyport.Owner, noEnd: true, reason: "created with the resource"})
	}
	c.m.noted()
	return t
}

func (c *company) newLabel(name string) {
	c.Helper()
	l := &label{name: name, enabled: true, c: c.constraints()}
	_, err := c.cat.SaveTag(c.ctx, c.actor("root"), "", sallyport.Tag{Name: name, Enabled: true, Constraints: l.c}, true)
	c.must(err)
	c.m.labels = append(c.m.labels, l)
}

// constraints draws what a tag demands.
func (c *company) constraints() sallyport.Constraints {
	out := sallyport.Constraints{}
	for _, key := range []string{sallyport.MemberTimeLimit, sallyport.OwnerTimeLimit} {
		if hours := one(c, []int{0, 0, 6, 48, 120}); hours > 0 {
			out[key] = sallyport.Duration(hours) * sallyport.Duration(time.Hour)
		}
	}
	for _, key := range []string{sallyport.RequireMemberReason, sallyport.RequireOwnerReason, sallyport.ForbidSelfMember, sallyport.ForbidSelfOwner, sallyport.PropagateToRoles, sallyport.NoStandingAccess} {
		if c.flip() {
			out[key] = true
		}
	}
	return out
}

// readFile lets the directory's file be read.
func (c *company) readFile() error { return c.readFileIn(c.ctx) }

func (c *company) readFileIn(ctx context.Context) error {
	var rows []map[string]any
	for _, login := range c.logins {
		var groups []string
		for _, g := range slices.Sorted(maps.Keys(c.file[login])) {
			if c.file[login][g] && (g != "Crew" || c.crew() != nil) {
				groups = append(groups, g)
			}
		}
		rows = append(rows, map[string]any{"login": login, "name": "Person " + login, "groups": groups, "active": c.file[login] != nil})
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	run, err := c.cat.ImportPeople(ctx, c.actor("root"), "people.json", string(b), catalog.SyncOptions{AcceptShrink: true})
	if err == nil && run.State != sallyport.SyncApplied {
		err = fmt.Errorf("the file was %s: %s", run.State, run.Error)
	}
	return err
}

// crew is the group of Sallyport's own that the file names too, while it is one.
func (c *company) crew() *thing {
	i := slices.IndexFunc(c.m.things, func(t *thing) bool { return t.name == "Crew" && t.kind == sallyport.KindGroup && !t.gone })
	if i < 0 {
		return nil
	}
	return c.m.things[i]
}

// followed is what reading the file does in the model: who left, who came back, who is in which group.
func (c *company) followed() {
	for _, login := range c.logins {
		groups := c.file[login]
		if groups == nil && c.m.people[login] {
			c.m.leaves(login)
		}
		c.m.people[login] = groups != nil
		for _, t := range c.m.things {
			if t.gone || t.managed && t != c.crew() {
				continue
			}
			g := c.m.living("user:"+login, t, sallyport.Member, sallyport.OriginImport)
			switch {
			case groups[t.name] && g == nil && (!t.managed || !c.m.endedHere(login, t)):
				c.m.give(gift{who: "user:" + login, what: t, origin: sallyport.OriginImport, noEnd: true, reason: "member in file"})
			case !groups[t.name]:
				c.m.endInSource(g)
			}
		}
	}
	c.m.converge()
}

// drain lets the workers do all that is due.
func (c *company) drain() {
	c.Helper()
	c.must(c.worker.Drain(c.ctx))
	c.m.sweep()
	c.lag = false
}

// same compares two lists in any order.
func (c *company) same(what string, got, want []string) {
	c.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if slices.Equal(got, want) {
		return
	}
	count := map[string]int{}
	for _, s := range got {
		count[s]++
	}
	for _, s := range want {
		count[s]--
	}
	var more, less []string
	for s, n := range count {
		if n > 0 {
			more = append(more, s)
		} else if n < 0 {
			less = append(less, s)
		}
	}
	c.Fatalf("%s\n  only the database says:\n    %s\n  only the model says:\n    %s", what, strings.Join(more, "\n    "), strings.Join(less, "\n    "))
}

// provisions reads what targets are to be brought to.
func (c *company) provisions(ctx context.Context, tx *store.Tx) (out []string, err error) {
	err = tx.Rows(ctx, `SELECT u.login, p.resource_id, p.state FROM provisions p JOIN users u ON u.tenant_id=p.tenant_id AND u.id=p.user_id
		WHERE p.tenant_id=$1 AND p.state <> 'absent'`, []any{c.tenant}, func(r *sql.Rows) error {
		var login, res, state string
		err := r.Scan(&login, &res, &state)
		out = append(out, login+" "+res+" "+state)
		return err
	})
	return out, err
}
