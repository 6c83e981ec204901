package access_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// world is a small company: Ada and Ken report to Grace, who reports to Linus; Olga owns things; Sam and Tess are
// security; Root is an admin.
type world struct {
	*testing.T
	ctx    context.Context
	db     *store.DB
	s      *access.Service
	clock  *storetest.Clock
	tenant string
	users  map[string]sallyport.User
	res    map[string]sallyport.Resource
}

func each(t *testing.T, story func(w *world)) {
	t.Helper()
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		story(newWorld(t, db, clock))
	})
}

func newWorld(t *testing.T, db *store.DB, clock *storetest.Clock) *world {
	t.Helper()
	w := &world{T: t, ctx: t.Context(), db: db, s: access.New(db, nil, "https://access.example.test"), clock: clock,
		users: map[string]sallyport.User{}, res: map[string]sallyport.Resource{}}
	var err error
	if w.tenant, err = db.EnsureTenant(w.ctx, "default", "Example"); err != nil {
		t.Fatal(err)
	}
	for _, p := range [][2]string{{"linus", ""}, {"grace", "linus"}, {"ada", "grace"}, {"ken", "grace"}, {"olga", ""}, {"oscar", ""}, {"sam", ""}, {"tess", ""}, {"root", ""}} {
		w.user(p[0], p[1])
	}
	w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "sallyport", Name: "Sallyport"})
	app := w.res["sallyport"].Ref()
	w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "sallyport.admin", Name: "Admin", App: &app})
	w.resource(sallyport.Resource{Kind: sallyport.KindGroup, Slug: "security", Name: "Security"})
	w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "wiki", Name: "Wiki"})
	w.hold("root", "sallyport.admin", sallyport.Member)
	w.hold("sam", "security", sallyport.Member)
	w.hold("tess", "security", sallyport.Member)
	w.hold("olga", "wiki", sallyport.Owner)
	return w
}

func (w *world) tx(f func(ctx context.Context, tx *store.Tx) error) {
	w.Helper()
	if err := w.db.Update(w.ctx, f); err != nil {
		w.Fatal(err)
	}
}

func (w *world) user(login, manager string) sallyport.User {
	w.Helper()
	u := sallyport.User{Login: login, Name: strings.ToUpper(login[:1]) + login[1:], Email: login + "@example.test", Department: "Engineering"}
	if manager != "" {
		m := w.users[manager].Ref()
		u.Manager = &m
	}
	w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.InsertUser(ctx, w.tenant, &u) })
	w.users[login] = u
	return u
}

func (w *world) resource(r sallyport.Resource) sallyport.Resource {
	w.Helper()
	r.Managed = true
	w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.InsertResource(ctx, w.tenant, &r, false) })
	w.res[r.Slug] = r
	return r
}

// hold gives access as the directory or a bootstrap would: without a request and without an end.
func (w *world) hold(login, slug string, rel sallyport.Relation) sallyport.Grant {
	w.Helper()
	now := w.clock.Now()
	u, r := w.users[login], w.res[slug]
	g := sallyport.Grant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: r.Ref(), Relation: rel, Parameters: []byte("{}"),
		Origin: sallyport.OriginImport, ReasonKind: "import", StartsAt: now, ActivatedAt: &now, NoEnd: true}
	w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.InsertGrant(ctx, w.tenant, &g, "") })
	return g
}

func (w *world) as(login string) sallyport.Actor {
	w.Helper()
	a := sallyport.Actor{Tenant: w.tenant, User: w.users[login].Ref(), Via: sallyport.ViaSession}
	a.Admin = login == "root"
	return a
}

func days(n int) *sallyport.Duration {
	d := sallyport.Duration(n) * sallyport.Day
	return &d
}

func (w *world) ask(who, slug string) sallyport.Request {
	w.Helper()
	r, err := w.s.Ask(w.ctx, w.as(who), sallyport.Ask{Resource: slug, Duration: days(7), Reason: "to work"})
	if err != nil {
		w.Fatalf("%s asks for %s: %v", who, slug, err)
	}
	return r
}

func (w *world) vote(who string, r sallyport.Request, vote string) (sallyport.Request, error) {
	w.Helper()
	return w.s.Vote(w.ctx, w.as(who), r.ID, sallyport.Ballot{Vote: vote, Comment: "because", Version: w.read(r.ID).Version})
}

func (w *world) approve(who string, r sallyport.Request) sallyport.Request {
	w.Helper()
	out, err := w.vote(who, r, "approve")
	if err != nil {
		w.Fatalf("%s approves: %v", who, err)
	}
	return out
}

func (w *world) read(id string) sallyport.Request {
	w.Helper()
	var r sallyport.Request
	if err := w.db.View(w.ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = tx.Request(ctx, w.tenant, id, access.Everything)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return r
}

// refused checks the kind of an error, and that its words contain each text.
func (w *world) refused(err error, code sallyport.Code, texts ...string) {
	w.Helper()
	var e *sallyport.Error
	if !errors.As(err, &e) || e.Code != code {
		w.Fatalf("got %v (%s), want %s", err, sallyport.CodeOf(err), code)
	}
	for _, t := range texts {
		if !strings.Contains(e.Message+" "+e.Hint, t) {
			w.Fatalf("%q (hint %q) does not say %q", e.Message, e.Hint, t)
		}
	}
}

func (w *world) state(r sallyport.Request, want sallyport.RequestState) sallyport.Request {
	w.Helper()
	now := w.read(r.ID)
	if now.State != want {
		w.Fatalf("request is %s, want %s (cause %q)", now.State, want, now.Cause)
	}
	return now
}

// verbs lists the verbs of the events about something, oldest first.
func (w *world) verbs(id string) []string {
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
	return out
}

// holds reports whether somebody has access now.
func (w *world) holds(login, slug string) bool {
	w.Helper()
	var ok bool
	w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		ok, err = tx.Holds(ctx, w.tenant, w.users[login].ID, w.res[slug].ID, sallyport.Member)
		return err
	})
	return ok
}

func approverLogins(st sallyport.Stage) string {
	var out []string
	for _, a := range st.Approvers {
		out = append(out, a.Login)
	}
	return strings.Join(out, " ")
}

func flow(stages ...sallyport.StageSpec) *sallyport.Flow { return &sallyport.Flow{Stages: stages} }

var hour = time.Hour
