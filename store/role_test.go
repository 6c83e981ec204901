package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// attach gives a role a resource from now on, without end.
func (w *world) attach(role, r sallyport.Resource) {
	w.t.Helper()
	w.update(func(ctx context.Context, tx *store.Tx) error {
		now := tx.Now()
		return tx.InsertGrant(ctx, w.tenant, &sallyport.Grant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: role.ID}, Resource: r.Ref(), Relation: sallyport.Member,
			Parameters: []byte("{}"), Origin: sallyport.OriginGiven, ReasonKind: "direct", StartsAt: now, ActivatedAt: &now, NoEnd: true}, "")
	})
}

// TestRolesRun: what an owner reads of their roles, now and before, and how much less somebody outside an audience does.
func TestRolesRun(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		ada, bob, eve := w.user("ada"), w.user("bob"), w.user("eve")
		insiders := w.resource(sallyport.KindGroup, "insiders", nil)
		ref := insiders.Ref()
		clock.Advance(time.Hour)
		before := clock.Now()
		clock.Advance(time.Hour)
		role, hidden := w.resource(sallyport.KindRole, "crew", nil), w.resource(sallyport.KindRole, "inner", &ref)
		open, secret := w.resource(sallyport.KindApp, "open", nil), w.resource(sallyport.KindApp, "secret", &ref)
		w.hold(ada, insiders, sallyport.Member)
		w.hold(ada, role, sallyport.Owner)
		w.hold(ada, hidden, sallyport.Owner)
		w.attach(role, open)
		w.attach(role, secret)
		w.hold(bob, role, sallyport.Member)
		g := w.hold(eve, role, sallyport.Member)
		w.exec(`UPDATE grants SET no_end = FALSE, ends_at = $2 WHERE id = $1`, g.ID, store.Micros(clock.Now().Add(20*24*time.Hour)))
		now := store.Micros(clock.Now())
		for i, res := range []sallyport.Resource{role, open, secret} { // to be in it; of it, for something, and for something hidden
			kind, id := "user", eve.ID
			if i > 0 {
				kind, id = "role", role.ID
			}
			w.exec(`INSERT INTO requests (tenant_id, id, kind, state, requester_id, subject_kind, subject_id, resource_id, relation, expires_at, created_at, updated_at)
				VALUES ($1,$2,'access','pending',$3,$4,$5,$6,'member',$7,$7,$7)`, w.tenant, fmt.Sprint("req_", i), eve.ID, kind, id, res.ID, now)
		}
		run := func(v store.Viewer, at time.Time) (out []string) {
			w.view(func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.RunRoles(ctx, w.tenant, v, store.RoleFilter{OwnerID: ada.ID, At: at}, store.Page{Total: true})
				for _, r := range l.Items {
					out = append(out, fmt.Sprintf("%s: %d in it, gives %d, %d owners, %d end, %v, %d wait", r.Role.Slug, r.Members, r.Gives, r.Owners, r.Ending, r.EndsAt != nil, r.Waiting))
				}
				if *l.Total != len(out) {
					t.Errorf("%d of %d", len(out), *l.Total)
				}
				return err
			})
			return out
		}
		want := []string{"crew: 2 in it, gives 2, 1 owners, 0 end, true, 3 wait", "inner: 0 in it, gives 0, 1 owners, 0 end, false, 0 wait"}
		for name, v := range map[string]store.Viewer{"an auditor": {All: true}, "the owner": {ID: ada.ID}} {
			if got := run(v, clock.Now()); !slices.Equal(got, want) {
				t.Errorf("%s reads %q", name, got)
			}
		}
		if got := run(store.Viewer{ID: bob.ID}, clock.Now()); !slices.Equal(got, []string{"crew: 2 in it, gives 1, 1 owners, 0 end, true, 2 wait"}) {
			t.Errorf("outside the audience one reads %q", got)
		}
		if got := run(store.Viewer{All: true}, before); len(got) > 0 {
			t.Errorf("before there were any: %q", got)
		}
		then := clock.Now()
		clock.Advance(10 * 24 * time.Hour)
		w.exec(`UPDATE requests SET state = 'denied', decided_at = $1 WHERE id = 'req_0'`, store.Micros(clock.Now()))
		if got := run(store.Viewer{All: true}, clock.Now()); got[0] != "crew: 2 in it, gives 2, 1 owners, 1 end, true, 2 wait" {
			t.Errorf("ten days later: %q", got)
		}
		if got := run(store.Viewer{All: true}, then); !slices.Equal(got, want) {
			t.Errorf("as of then: %q", got)
		}
		clock.Advance(20 * 24 * time.Hour)
		if got := run(store.Viewer{All: true}, clock.Now()); got[0] != "crew: 1 in it, gives 2, 1 owners, 0 end, false, 2 wait" {
			t.Errorf("after its end: %q", got)
		}
	})
}

// TestAccessPages: pages of what roles give by the hundred, for viewers of different audiences, hold what the whole holds.
func TestAccessPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, bob := w.user("ada"), w.user("bob")
		insiders := w.resource(sallyport.KindGroup, "insiders", nil)
		ref := insiders.Ref()
		one, two, inner := w.resource(sallyport.KindRole, "one", nil), w.resource(sallyport.KindRole, "two", nil), w.resource(sallyport.KindRole, "inner", &ref)
		for _, r := range []sallyport.Resource{one, two, inner} {
			w.hold(ada, r, sallyport.Member)
		}
		for i := range 60 {
			var audience *sallyport.ResourceRef
			if i%5 == 0 {
				audience = &ref
			}
			r := w.resource(sallyport.KindApp, fmt.Sprintf("app-%d", i), audience)
			w.attach([]sallyport.Resource{one, two, inner}[i%3], r)
			if i%4 == 0 {
				w.attach(two, w.resource(sallyport.KindApp, fmt.Sprintf("extra-%d", i), nil))
				w.hold(ada, r, sallyport.Owner)
			}
		}
		for name, v := range map[string]store.Viewer{"auditor": {All: true}, "herself": {ID: ada.ID}, "a colleague": {ID: bob.ID}} {
			var all []sallyport.Access
			w.view(func(ctx context.Context, tx *store.Tx) (err error) {
				all, err = tx.UserAccess(ctx, w.tenant, ada.ID, tx.Now(), v)
				return err
			})
			key := func(list []sallyport.Access) (out []string) {
				for _, a := range list {
					for _, p := range a.Paths {
						out = append(out, fmt.Sprint(a.Resource.Slug, a.Relation, p.GrantID, p.MembershipGrantID))
					}
				}
				return out
			}
			for _, f := range []store.AccessPage{{Limit: 7}, {Limit: 200}, {Limit: 1, Relation: sallyport.Owner}, {Limit: 3, Q: "EXTRA"}, {Limit: 2, ResourceID: all[len(all)-1].Resource.ID}} {
				var want, got []sallyport.Access
				for _, a := range all {
					if (f.Relation == "" || a.Relation == f.Relation) && (f.ResourceID == "" || a.Resource.ID == f.ResourceID) && (f.Q == "" || a.Resource.Slug[:2] == "ex") {
						want = append(want, a)
					}
				}
				p := f
				p.Total = true
				for {
					var more *store.AccessKey
					w.view(func(ctx context.Context, tx *store.Tx) error {
						p.At = tx.Now()
						items, next, total, err := tx.UserAccessPage(ctx, w.tenant, ada.ID, p, v)
						if err == nil && *total != len(want) {
							t.Errorf("%s, %+v: %d in all, not %d", name, f, *total, len(want))
						}
						got, more = append(got, items...), next
						return err
					})
					if more == nil {
						break
					}
					p.After = *more
				}
				if !slices.Equal(key(got), key(want)) {
					t.Errorf("%s, %+v: %d paths on the pages, %d in all", name, f, len(key(got)), len(key(want)))
				}
			}
		}
	})
}
