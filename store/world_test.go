package store_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
	"github.com/sallyport/sallyport/store"
)

// world is a tenant with a few people and things, for the tests of log and history.
type world struct {
	t      testing.TB
	ctx    context.Context
	db     *store.DB
	tenant string
}

func newWorld(t testing.TB, db *store.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), db: db}
	var err error
	if w.tenant, err = db.EnsureTenant(w.ctx, "acme", "Acme"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) update(f func(ctx context.Context, tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(w.ctx, f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) view(f func(ctx context.Context, tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.View(w.ctx, f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.update(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

func (w *world) user(login string) sallyport.User {
	w.t.Helper()
	u := sallyport.User{Login: login, Name: strings.ToUpper(login[:1]) + login[1:] + " Tester", Email: login + "@example.com"}
	w.update(func(ctx context.Context, tx *store.Tx) error { return tx.InsertUser(ctx, w.tenant, &u) })
	return u
}

func (w *world) resource(kind sallyport.Kind, slug string, audience *sallyport.ResourceRef) sallyport.Resource {
	w.t.Helper()
	r := sallyport.Resource{Kind: kind, Slug: slug, Name: "The " + slug, Managed: true, Audience: audience}
	w.update(func(ctx context.Context, tx *store.Tx) error { return tx.InsertResource(ctx, w.tenant, &r, false) })
	return r
}

// hold gives a person a relation to a resource from now on, without end.
func (w *world) hold(u sallyport.User, r sallyport.Resource, relation sallyport.Relation) sallyport.Grant {
	w.t.Helper()
	var g sallyport.Grant
	w.update(func(ctx context.Context, tx *store.Tx) error {
		now := tx.Now()
		g = sallyport.Grant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: r.Ref(), Relation: relation, Parameters: []byte("{}"),
			Origin: sallyport.OriginGiven, ReasonKind: "direct", StartsAt: now, ActivatedAt: &now, NoEnd: true}
		return tx.InsertGrant(ctx, w.tenant, &g, "")
	})
	return g
}

func (w *world) actor(u sallyport.User) sallyport.Actor {
	return sallyport.Actor{Tenant: w.tenant, User: u.Ref(), Via: sallyport.ViaSession, ViaID: "ses_1"}
}

func (w *world) append(e store.NewEvent) string {
	w.t.Helper()
	if e.Actor.Tenant == "" {
		e.Actor = sallyport.System(w.tenant)
	}
	var id string
	w.update(func(ctx context.Context, tx *store.Tx) (err error) {
		id, err = tx.Append(ctx, e)
		return err
	})
	return id
}

// appendMany adds n events, 200 a transaction.
func (w *world) appendMany(n int) {
	w.t.Helper()
	for n > 0 {
		batch := min(n, 200)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			for i := range batch {
				if _, err := tx.Append(ctx, store.NewEvent{Verb: "thing.done", Actor: sallyport.System(w.tenant), ObjectKind: "thing", ObjectID: fmt.Sprint("thing_", i),
					Values: []store.Value{{Name: "note", Value: fmt.Sprint("note ", i), UserID: "usr_nobody"}}}); err != nil {
					return err
				}
			}
			return nil
		})
		n -= batch
	}
}

func (w *world) sequence() int {
	w.t.Helper()
	n, err := w.db.Sequence(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) export() string {
	w.t.Helper()
	var b bytes.Buffer
	if err := w.db.Export(w.ctx, w.tenant, &b); err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}

func (w *world) key() string {
	w.t.Helper()
	key, err := w.db.AuditVerifierKey(w.ctx, w.tenant)
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

func (w *world) verify(export string, since []byte) audit.Report {
	w.t.Helper()
	rep, err := audit.Verify(strings.NewReader(export), w.key(), audit.VerifyOptions{Since: since})
	if err != nil {
		w.t.Fatal(err)
	}
	return rep
}

func (w *world) events(v store.Viewer, f store.EventFilter) []sallyport.Event {
	w.t.Helper()
	var l store.List[sallyport.Event]
	w.view(func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = tx.Events(ctx, w.tenant, v, f, store.Page{})
		return err
	})
	return l.Items
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) error { return tx.Row(ctx, query, args, &n) })
	return n
}
