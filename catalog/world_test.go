package catalog_test

import (
	"context"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/connector/ldap"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// world is a tenant with a few people in it.
type world struct {
	t      *testing.T
	db     *store.DB
	s      *catalog.Service
	tenant string
	admin  sallyport.Actor
	clock  *storetest.Clock
}

// each runs a test in a new world on both databases.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		tenant, err := db.EnsureTenant(t.Context(), "default", "Test")
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: db, clock: clock, tenant: tenant, s: catalog.New(db, access.New(db, nil, "http://localhost"), []connector.Kind{ldap.Kind()}, nil)}
		w.s.Access.Maker = w.s
		u, err := w.s.MakeAdmin(t.Context(), tenant, "root@example.test")
		if err != nil {
			t.Fatal(err)
		}
		w.admin = w.actor(u.Login)
		test(w)
	})
}

func (w *world) update(f func(ctx context.Context, tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// people adds people by login.
func (w *world) people(logins ...string) {
	w.t.Helper()
	w.update(func(ctx context.Context, tx *store.Tx) error {
		for _, login := range logins {
			u := sallyport.User{Login: login, Name: "Person " + login, Email: login + "@example.test"}
			if err := catalog.AddUserTx(ctx, tx, sallyport.System(w.tenant), &u, "test"); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) actor(login string) sallyport.Actor {
	w.t.Helper()
	var a sallyport.Actor
	w.update(func(ctx context.Context, tx *store.Tx) error {
		u, err := tx.User(ctx, w.tenant, login)
		if err != nil {
			return err
		}
		a, err = tx.LoadActor(ctx, w.tenant, u.ID)
		a.Via = sallyport.ViaSession
		return err
	})
	return a
}

func (w *world) user(login string) sallyport.User {
	w.t.Helper()
	var u sallyport.User
	w.update(func(ctx context.Context, tx *store.Tx) error {
		var err error
		u, err = tx.User(ctx, w.tenant, login)
		return err
	})
	return u
}

func (w *world) create(actor sallyport.Actor, in sallyport.NewResource) sallyport.Resource {
	w.t.Helper()
	r, err := w.s.CreateResource(w.t.Context(), actor, in)
	if err != nil {
		w.t.Fatalf("create %s: %v", in.Name, err)
	}
	return r
}

func (w *world) resource(ref string) sallyport.Resource {
	w.t.Helper()
	var r sallyport.Resource
	w.update(func(ctx context.Context, tx *store.Tx) error {
		var err error
		r, err = tx.Resource(ctx, w.tenant, ref, access.Everything)
		return err
	})
	return r
}

// holds reports whether a person holds the membership now.
func (w *world) holds(login, slug string) bool {
	w.t.Helper()
	ok := false
	w.update(func(ctx context.Context, tx *store.Tx) error {
		u, err := tx.User(ctx, w.tenant, login)
		if err != nil {
			return err
		}
		r, err := tx.Resource(ctx, w.tenant, slug, access.Everything)
		if err != nil {
			return err
		}
		ok, err = tx.Holds(ctx, w.tenant, u.ID, r.ID, sallyport.Member)
		return err
	})
	return ok
}

// events counts the events of a verb.
func (w *world) events(verb string) int {
	w.t.Helper()
	n := 0
	w.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT count(*) FROM events WHERE tenant_id=$1 AND verb=$2`, []any{w.tenant, verb}, &n)
	})
	return n
}

// log lists the events of a verb as an auditor reads them, the newest first.
func (w *world) log(verb string) []sallyport.Event {
	w.t.Helper()
	l, err := w.s.Access.Events(w.t.Context(), w.admin, store.EventFilter{Verb: verb}, store.Page{})
	if err != nil {
		w.t.Fatal(err)
	}
	return l.Items
}

// give grants a membership without end.
func (w *world) give(login, slug string) {
	w.t.Helper()
	u, r := w.user(login), w.resource(slug)
	w.update(func(ctx context.Context, tx *store.Tx) error {
		_, err := w.s.Access.AddGrantTx(ctx, tx, sallyport.System(w.tenant), access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: r,
			Relation: sallyport.Member, Origin: sallyport.OriginGiven, ReasonKind: "direct", Reason: "test", NoEnd: true})
		return err
	})
}

// refused checks that an error has the code.
func refused(t *testing.T, what string, err error, code sallyport.Code) {
	t.Helper()
	if sallyport.CodeOf(err) != code {
		t.Errorf("%s: want %s, got %v", what, code, err)
	}
}

// gifts lists what a role has now.
func (w *world) gifts(role string) []sallyport.Grant {
	w.t.Helper()
	var out []sallyport.Grant
	r, lives := w.resource(role), true
	w.update(func(ctx context.Context, tx *store.Tx) error {
		l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{SubjectKind: sallyport.SubjectRole, SubjectID: r.ID, Active: &lives}, store.Page{Limit: store.MaxLimit})
		out = l.Items
		return err
	})
	return out
}
