package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// companySize is the company of the budgets: history included, a tenth of the grants live.
var companySize = size{10_000, 2_000, 200, 1_000_000, 500_000, 50_000}

// BenchmarkPages measures what the pages read from the store, in a company of 10,000 people and 1,000,000 grants, as
// p50, p95 and p99 in milliseconds and as reads in a second of all clients together. Laying the company out is told apart.
func BenchmarkPages(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			w := newWorld(b, storetest.Open(b, engine, store.Options{}))
			begin := time.Now()
			seedPlans(w, companySize)
			b.Logf("%s: laid out in %s", engine, time.Since(begin).Round(time.Second))
			for _, p := range pageReads(w) {
				for _, clients := range []int{1, 8, 64} {
					b.Run(fmt.Sprintf("%s/%d", p.name, clients), func(b *testing.B) { measure(b, w, clients, p.read) })
				}
			}
		})
	}
}

type pageRead struct {
	name string
	read func(ctx context.Context, tx *store.Tx, n int) error
}

// pageReads are the reads of a page each, about another person or thing at each call, as somebody who sees what everybody
// sees.
func pageReads(w *world) []pageRead {
	user := func(n int) string { return fmt.Sprint("usr_", 1_000_000+1+n*7919%companySize.users) }
	resource := func(n int) string { return fmt.Sprint("res_", 1_000_000+1+n*7919%companySize.resources) }
	reader := func(n int) store.Viewer { return store.Viewer{ID: user(n + 1)} }
	page, t := store.Page{}, w.tenant
	of := func(name string, read func(ctx context.Context, tx *store.Tx, n int) error) pageRead {
		return pageRead{name, read}
	}
	return []pageRead{
		of("a person's access", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.UserAccess(ctx, t, user(n), tx.Now(), reader(n))
			return err
		}),
		of("a person's access half a year ago", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.UserAccess(ctx, t, user(n), tx.Now().Add(-180*24*time.Hour), reader(n))
			return err
		}),
		of("who has a resource", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.Holders(ctx, t, resource(n), "", tx.Now(), reader(n))
			return err
		}),
		of("owners of a resource", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.EffectiveUsers(ctx, t, resource(n), sallyport.Owner)
			return err
		}),
		of("the catalogue", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.Resources(ctx, t, reader(n), store.ResourceFilter{}, page)
			return err
		}),
		of("a search in the catalogue", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.Resources(ctx, t, reader(n), store.ResourceFilter{Q: fmt.Sprint("thing ", n%companySize.resources)}, page)
			return err
		}),
		of("people", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.Users(ctx, t, store.UserFilter{Q: fmt.Sprint(n % 100)}, page)
			return err
		}),
		of("the inbox", func(ctx context.Context, tx *store.Tx, n int) error {
			who := fmt.Sprint("usr_", 1_000_001+n%300)
			_, err := tx.Requests(ctx, t, store.Viewer{ID: who}, store.RequestFilter{Assignee: who}, page)
			return err
		}),
		of("a person's requests", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.Requests(ctx, t, reader(n), store.RequestFilter{RequesterID: user(n)}, page)
			return err
		}),
		of("what ends in the company", func(ctx context.Context, tx *store.Tx, n int) error {
			week := tx.Now().Add(7 * 24 * time.Hour)
			_, err := tx.Grants(ctx, t, store.Viewer{All: true}, store.GrantFilter{ExpiringBefore: &week}, page)
			return err
		}),
		of("a person's history", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.Events(ctx, t, reader(n), store.EventFilter{UserID: user(n)}, page)
			return err
		}),
		of("the audit log", func(ctx context.Context, tx *store.Tx, n int) error {
			_, err := tx.Events(ctx, t, store.Viewer{All: true}, store.EventFilter{}, page)
			return err
		}),
	}
}

// measure spreads b.N reads over clients.
func measure(b *testing.B, w *world, clients int, read func(ctx context.Context, tx *store.Tx, n int) error) {
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= b.N {
					return
				}
				begin := time.Now()
				if err := w.db.View(b.Context(), func(ctx context.Context, tx *store.Tx) error { return read(ctx, tx, n) }); err != nil {
					b.Error(err)
					return
				}
				took[n] = time.Since(begin)
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	at := func(q float64) float64 { return float64(took[min(int(q*float64(b.N)), b.N-1)].Microseconds()) / 1000 }
	b.ReportMetric(at(0.50), "p50_ms")
	b.ReportMetric(at(0.95), "p95_ms")
	b.ReportMetric(at(0.99), "p99_ms")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "per_s")
}
