package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestLost: what somebody had and has no longer by any way, each thing once, with the last time that it went.
func TestLost(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		ada, bob, eve := w.user("ada"), w.user("bob"), w.user("eve")
		ref := w.resource(sallyport.KindGroup, "insiders", nil).Ref()
		thing := func(slug string) sallyport.Resource { return w.resource(sallyport.KindApp, slug, nil) }
		end := func(g sallyport.Grant, by sallyport.User) {
			t.Helper()
			w.update(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.EndGrant(ctx, w.tenant, g.ID, tx.Now(), by.ID, "over")
				return err
			})
			w.append(store.NewEvent{Verb: "grant.ended", Actor: w.actor(by), ObjectKind: "grant", ObjectID: g.ID})
		}
		role, byRole, kept := w.resource(sallyport.KindRole, "crew", nil), thing("by-role"), thing("kept")
		w.attach(role, byRole)
		w.attach(role, kept)
		membership := w.hold(ada, role, sallyport.Member)
		w.hold(ada, kept, sallyport.Member) // and directly
		gone, twice, renewed, secret, waiting := thing("gone"), thing("twice"), thing("renewed"), w.resource(sallyport.KindApp, "secret", &ref), thing("waiting")
		first, hidden := w.hold(ada, twice, sallyport.Member), w.hold(ada, secret, sallyport.Member)
		old, removed := w.hold(ada, renewed, sallyport.Member), w.hold(ada, gone, sallyport.Owner)
		never := w.hold(ada, waiting, sallyport.Member)
		w.exec(`UPDATE grants SET activated_at = NULL WHERE id = $1`, never.ID)
		clock.Advance(time.Hour)
		end(first, bob)
		end(old, bob)
		w.hold(ada, renewed, sallyport.Member)
		end(removed, bob)
		w.exec(`UPDATE resources SET deleted_at = $1 WHERE id = $2`, store.Micros(clock.Now()), gone.ID)
		end(never, bob)
		clock.Advance(time.Hour)
		again := w.hold(ada, twice, sallyport.Member)
		clock.Advance(time.Hour)
		end(again, eve)
		end(membership, eve)
		end(hidden, eve)
		clock.Advance(time.Hour)
		lost := func(v store.Viewer, f store.IntervalFilter) (out []string) {
			t.Helper()
			f.UserID, f.State = ada.ID, store.IntervalLost
			w.view(func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.Intervals(ctx, w.tenant, v, f, store.Page{Sort: "resource", Total: true})
				if err == nil && *l.Total != len(l.Items) {
					t.Errorf("%d of %d", len(l.Items), *l.Total)
				}
				for _, it := range l.Items {
					words := it.Resource.Slug + " by " + it.EndedBy.Login
					if it.Removed {
						words += ", removed"
					}
					out = append(out, words)
				}
				return err
			})
			return out
		}
		all, now := store.Viewer{All: true}, clock.Now()
		ago := now.Add(-150 * time.Minute)
		for name, tc := range map[string]struct {
			v    store.Viewer
			f    store.IntervalFilter
			want []string
		}{
			"all":                  {all, store.IntervalFilter{}, []string{"by-role by eve", "crew by eve", "gone by bob, removed", "secret by eve", "twice by eve"}},
			"outside the audience": {store.Viewer{ID: bob.ID}, store.IntervalFilter{}, []string{"by-role by eve", "crew by eve", "gone by bob, removed", "twice by eve"}},
			"directly":             {all, store.IntervalFilter{Via: "direct", Relation: sallyport.Member}, []string{"crew by eve", "secret by eve", "twice by eve"}},
			"by a role":            {all, store.IntervalFilter{Via: "role"}, []string{"by-role by eve"}},
			"by this role":         {all, store.IntervalFilter{RoleID: role.ID}, []string{"by-role by eve", "crew by eve"}},
			"one thing":            {all, store.IntervalFilter{ResourceID: kept.ID}, nil},
			"by somebody":          {all, store.IntervalFilter{ActorID: bob.ID}, []string{"gone by bob, removed"}},
			"in words":             {all, store.IntervalFilter{Q: "twice over"}, []string{"twice by eve"}},
			"until then":           {all, store.IntervalFilter{EndedTo: &ago}, []string{"gone by bob, removed"}},
		} {
			if got := lost(tc.v, tc.f); !slices.Equal(got, tc.want) {
				t.Errorf("%s: %q", name, got)
			}
		}
	})
}
