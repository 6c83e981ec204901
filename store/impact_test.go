package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/store"
)

// plansOfRehearsals: what a change of hundreds of grants would do is looked up for those whom they concern, be they people's
// own or a role's.
func plansOfRehearsals(_ *testing.T, w *world) {
	for _, c := range []struct {
		prefix string
		step   int
		n      int
	}{{"grt_", 10, 300}, {"grr_", 1, 5}} {
		var statements []statement
		w.db.Trace(func(query string, args []any) { statements = append(statements, statement{query, args}) })
		impact, err := w.db.Rehearse(w.ctx, w.tenant, store.Viewer{All: true}, func(ctx context.Context) error {
			return w.db.Join(ctx, func(ctx context.Context, tx *store.Tx) error {
				for i := range c.n {
					if _, err := tx.EndGrant(ctx, w.tenant, fmt.Sprint(c.prefix, 1000000+(i+1)*c.step), tx.Now(), "", "to see"); err != nil {
						return err
					}
				}
				return nil
			})
		})
		w.db.Trace(nil)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(impact.Items) < c.n/2 {
			w.t.Errorf("the end of %d grants %s changes only %d", c.n, c.prefix, len(impact.Items))
		}
		for _, s := range statements {
			if !strings.HasPrefix(s.query, "SELECT") && !strings.HasPrefix(s.query, "WITH") { // what writes was taken back
				continue
			}
			for _, fault := range w.planFaults(false, []statement{s}) {
				w.t.Errorf("%s: %.400s", c.prefix, fault)
			}
		}
	}
}
