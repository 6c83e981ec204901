package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// TestRolesThatStartLater: a membership of a role, and what a role holds, can begin at a moment to come. The moment itself
// wakes the workers; here no comparison of all rows comes to help. What ended before it began reaches nobody.
func TestRolesThatStartLater(t *testing.T) {
	each(t, func(w *world) {
		role := sallyport.Subject{Kind: sallyport.SubjectRole, ID: w.res["engineer"].ID}
		w.resource(w.connected("lab"))
		soon := time.Now().Add(1500 * time.Millisecond)
		later := func(n access.NewGrant) sallyport.Grant {
			n.StartsAt, n.Duration, n.ReasonKind = &soon, hours(4), "direct"
			return w.add(n)
		}
		w.add(access.NewGrant{Subject: role, Resource: w.res["vpn"], NoEnd: true, ReasonKind: "direct"})
		w.give("ada", "engineer", hours(9))
		later(access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.users["ken"].ID}, Resource: w.res["engineer"]})
		over := later(access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.users["eve"].ID}, Resource: w.res["engineer"]})
		w.end(over.ID)
		later(access.NewGrant{Subject: role, Resource: w.res["lab"]})
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			next, err := tx.NextJob(ctx)
			if err == nil && (next == nil || !next.Equal(soon.UTC().Truncate(time.Microsecond))) {
				w.Errorf("the next wake-up is at %v, want %v", next, soon)
			}
			return err
		})
		k := w.quick()
		k.ReconcileEvery = time.Hour
		w.background(k)
		w.until("ada has it by the role", func() bool { return w.target.has("vpn") != "" })
		w.until("ken's membership reaches it", func() bool { return w.target.has("vpn") == "ada ken" })
		w.until("what the role got reaches both", func() bool { return w.target.has("lab") == "ada ken" })
		w.until("no job is left", func() (none bool) {
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				next, err := tx.NextJob(ctx)
				none = next == nil
				return err
			})
			return none
		})
	})
}
