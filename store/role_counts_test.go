package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestRolesCountPeopleOnce: who is in a role by two grants, or owns it as well, is one of each; each end is an end; what hangs
// on one role is not counted at the next.
func TestRolesCountPeopleOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, bob := w.user("ada"), w.user("bob")
		crew, other, thing := w.resource(sallyport.KindRole, "crew", nil), w.resource(sallyport.KindRole, "other", nil), w.resource(sallyport.KindApp, "thing", nil)
		w.attach(crew, thing)
		w.hold(bob, crew, sallyport.Member)
		w.hold(ada, crew, sallyport.Owner)
		w.hold(bob, other, sallyport.Member)
		g := w.hold(ada, crew, sallyport.Member)
		end := db.Now().Add(24 * time.Hour).Truncate(time.Second)
		w.exec("UPDATE grants SET no_end = FALSE, ends_at = $2 WHERE id = $1", g.ID, store.Micros(end.Add(time.Hour)))
		w.exec(`INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, parameters, origin, reason_kind, starts_at, activated_at, ends_at, no_end, created_at)
			SELECT tenant_id, 'grt_again', subject_kind, subject_id, resource_id, relation, parameters, 'found', reason_kind, starts_at, activated_at, ends_at - 3600000000, no_end, created_at FROM grants WHERE id = $1`, g.ID)
		w.view(func(ctx context.Context, tx *store.Tx) error {
			for _, v := range []store.Viewer{everything, {ID: bob.ID}} {
				l, err := tx.RunRoles(ctx, w.tenant, v, store.RoleFilter{At: tx.Now()}, store.Page{})
				if err != nil || len(l.Items) != 2 {
					t.Fatalf("%d roles: %v", len(l.Items), err)
				}
				r := l.Items[0]
				if r.Role.ID != crew.ID || r.Members != 2 || r.Owners != 1 || r.Gives != 1 || r.Ending != 2 || r.EndsAt == nil || !r.EndsAt.Equal(end) {
					t.Errorf("crew has %d members, %d owners, gives %d, %d end, the first at %v of %v", r.Members, r.Owners, r.Gives, r.Ending, r.EndsAt, end)
				}
				if r = l.Items[1]; r.Members != 1 || r.Owners+r.Gives+r.Ending+r.Waiting != 0 || r.EndsAt != nil {
					t.Errorf("other is counted as %+v", r)
				}
			}
			return nil
		})
	})
}
