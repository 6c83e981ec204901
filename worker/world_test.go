package worker_test

import (
	"context"
	"database/sql"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
	"github.com/sallyport/sallyport/worker"
)

// world is a company with one target: Ken, Ada and Eve have accounts in it, Noa has none, and Root is an admin.
type world struct {
	*testing.T
	ctx    context.Context
	db     *store.DB
	s      *access.Service
	w      *worker.Worker
	clock  *storetest.Clock // nil when it is the real one
	target *target
	tenant string
	con    sallyport.Connection
	users  map[string]sallyport.User
	res    map[string]sallyport.Resource
}

func eachClock(t *testing.T, story func(w *world)) {
	t.Helper()
	storetest.EachClock(t, func(t *testing.T, db *store.DB, c *storetest.Clock) { story(newWorld(t, db, c)) })
}

func each(t *testing.T, story func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { story(newWorld(t, db, nil)) })
}

func newWorld(t *testing.T, db *store.DB, clock *storetest.Clock) *world {
	t.Helper()
	w := &world{T: t, ctx: t.Context(), db: db, s: access.New(db, nil, "https://access.example.test"), clock: clock, target: &target{},
		users: map[string]sallyport.User{}, res: map[string]sallyport.Resource{}}
	var err error
	if w.tenant, err = db.EnsureTenant(w.ctx, "default", "Example"); err != nil {
		t.Fatal(err)
	}
	w.con = sallyport.Connection{Slug: "dir", Name: "Directory", Kind: "ldap", Settings: map[string]string{}}
	w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.InsertConnection(ctx, w.tenant, &w.con, nil) })
	for _, login := range []string{"ken", "ada", "eve", "noa", "root"} {
		u := sallyport.User{Login: login, Name: strings.ToUpper(login[:1]) + login[1:]}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			if err := tx.InsertUser(ctx, w.tenant, &u); err != nil || login == "noa" || login == "root" {
				return err
			}
			return tx.SaveAccount(ctx, w.tenant, store.Account{UserID: u.ID, ConnectionID: w.con.ID, ExternalID: "acc-" + login, Name: login})
		})
		w.users[login] = u
	}
	w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "sallyport", Name: "Sallyport"})
	app := w.res["sallyport"].Ref()
	w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: store.SlugAdmin, Name: "Admin", App: &app})
	w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "engineer", Name: "Engineer"})
	w.resource(w.connected("vpn"))
	w.give("root", store.SlugAdmin, nil)
	w.w = w.worker()
	t.Cleanup(w.w.Close)
	return w
}

func (w *world) worker() *worker.Worker {
	return &worker.Worker{DB: w.db, Access: w.s, Log: slog.New(slog.DiscardHandler), Name: "test",
		Open: func(context.Context, string, string) (connector.Connector, error) { return w.target, nil }}
}

func (w *world) connected(slug string) sallyport.Resource {
	return sallyport.Resource{Kind: sallyport.KindApp, Slug: slug, Name: strings.ToUpper(slug),
		Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: "dir", Target: "grp-" + slug}}
}

func (w *world) tx(f func(ctx context.Context, tx *store.Tx) error) {
	w.Helper()
	if err := w.db.Update(w.ctx, f); err != nil {
		w.Fatal(err)
	}
}

func (w *world) resource(r sallyport.Resource) {
	w.Helper()
	r.Managed = true
	w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.InsertResource(ctx, w.tenant, &r, false) })
	w.res[r.Slug] = r
}

// give gives a resource for a time, nil for no end.
func (w *world) give(to, slug string, d *sallyport.Duration) sallyport.Grant {
	w.Helper()
	return w.add(access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.users[to].ID}, Resource: w.res[slug], Duration: d, NoEnd: d == nil, ReasonKind: "direct"})
}

func (w *world) add(n access.NewGrant) (g sallyport.Grant) {
	w.Helper()
	w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		if g, err = w.s.AddGrantTx(ctx, tx, sallyport.System(w.tenant), n); err == nil {
			g, err = tx.Grant(ctx, w.tenant, g.ID, access.Everything)
		}
		return err
	})
	return g
}

func (w *world) end(id string) {
	w.Helper()
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		return w.s.EndGrantTx(ctx, tx, sallyport.System(w.tenant), id, "not needed")
	})
}

func (w *world) drain() {
	w.Helper()
	if err := w.w.Drain(w.ctx); err != nil {
		w.Fatal(err)
	}
}

func (w *world) grant(id string) (g sallyport.Grant) {
	w.Helper()
	w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		g, err = tx.Grant(ctx, w.tenant, id, access.Everything)
		return err
	})
	return g
}

func (w *world) provision(login, slug string) (p store.Provision) {
	w.Helper()
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		var ok bool
		var err error
		p, ok, err = tx.Provision(ctx, w.tenant, sallyport.Key{SubjectID: w.users[login].ID, ResourceID: w.res[slug].ID, Relation: sallyport.Member, Parameters: "{}"})
		if err == nil && !ok {
			w.Errorf("%s has no provision for %s", login, slug)
		}
		return err
	})
	return p
}

func (w *world) is(login, slug string, want sallyport.ProvisionState) store.Provision {
	w.Helper()
	p := w.provision(login, slug)
	if p.State != want {
		w.Fatalf("the target of %s is %s, want %s (%s)", login, p.State, want, p.Error)
	}
	return p
}

func (w *world) verbs(id string) string {
	w.Helper()
	var out []string
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		out = nil
		return tx.Rows(ctx, `SELECT verb FROM events WHERE tenant_id=$1 AND object_id=$2 ORDER BY id`, []any{w.tenant, id}, func(r *sql.Rows) error {
			var v string
			err := r.Scan(&v)
			out = append(out, v)
			return err
		})
	})
	return strings.Join(out, " ")
}

// until waits for something that other goroutines bring about.
func (w *world) until(what string, ok func() bool) {
	w.Helper()
	for end := time.Now().Add(60 * time.Second); !ok(); {
		if time.Now().After(end) {
			w.Fatalf("in vain waited for: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func hours(n int) *sallyport.Duration {
	d := sallyport.Duration(n) * sallyport.Duration(time.Hour)
	return &d
}

// target is a target in memory, into whose calls a test can step: real ones cannot be made to stall between two
// instructions. What holds for real ones is tested against an OpenLDAP server.
type target struct {
	mu     sync.Mutex
	held   map[connector.Holding]bool
	fault  error
	before func(op string, h connector.Holding) // called without the lock, before the change
	after  func(op string, h connector.Holding)
	calls  []string
}

func (t *target) change(op string, h connector.Holding, to bool) error {
	t.mu.Lock()
	before, fault := t.before, t.fault
	t.calls = append(t.calls, op+" "+h.Account)
	t.mu.Unlock()
	if before != nil {
		before(op, h)
	}
	if fault != nil {
		return fault
	}
	t.put(h, to)
	t.mu.Lock()
	after := t.after
	t.mu.Unlock()
	if after != nil {
		after(op, h)
	}
	return nil
}

func (t *target) put(h connector.Holding, to bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held == nil {
		t.held = map[connector.Holding]bool{}
	}
	if to {
		t.held[h] = true
	} else {
		delete(t.held, h)
	}
}

func (t *target) set(fault error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fault = fault
}

func (t *target) step(before, after func(op string, h connector.Holding)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.before, t.after = before, after
}

func (t *target) count(op string) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.calls {
		if strings.HasPrefix(c, op+" ") {
			n++
		}
	}
	return n
}

// has lists the accounts that hold a resource, in order.
func (t *target) has(slug string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for h := range maps.Keys(t.held) {
		if h.Resource == "grp-"+slug {
			out = append(out, strings.TrimPrefix(h.Account, "acc-"))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (t *target) Add(_ context.Context, h connector.Holding) error { return t.change("add", h, true) }
func (t *target) Remove(_ context.Context, h connector.Holding) error {
	return t.change("remove", h, false)
}

func (t *target) Has(_ context.Context, h connector.Holding) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.held[h], t.fault
}
func (t *target) Check(context.Context) error { return nil }
func (t *target) Close() error                { return nil }
func (t *target) Accounts(context.Context) iter.Seq2[connector.Account, error] {
	return func(func(connector.Account, error) bool) {}
}
func (t *target) Resources(context.Context) iter.Seq2[connector.Resource, error] {
	return func(func(connector.Resource, error) bool) {}
}
func (t *target) Holdings(context.Context, ...string) iter.Seq2[connector.Holding, error] {
	return func(func(connector.Holding, error) bool) {}
}

var _ connector.Writer = (*target)(nil)
