package store_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestWalkedPages: pages of the history of everybody, each found way by way, are what is sorted whole, row by row, for any
// filter, order and place of the cursor; and as many as are counted.
func TestWalkedPages(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		base := clock.Now()
		people, _, _ := tangle(w, rand.New(rand.NewPCG(5, 9)), base, 240)
		clock.Advance(30 * time.Hour)
		then, now, since, until := base.Add(17*time.Hour), clock.Now(), base.Add(9*time.Hour), base.Add(21*time.Hour)
		compared := 0
		for name, f := range map[string]store.IntervalFilter{
			"all": {}, "direct": {Via: "direct"}, "by role": {Via: "role"}, "people": {People: true}, "then": {At: &then, People: true}, "then, roles too": {At: &then}, "now": {At: &now, People: true},
			"owned then": {At: &then, People: true, Relation: sallyport.Owner}, "by role then": {At: &then, Via: "role"}, "active": {State: "active"}, "ended": {State: "ended", People: true}, "coming": {State: "coming"},
			"touching": {Since: &since, Until: &until}, "began": {BeganFrom: &since, BeganTo: &until, People: true}, "over": {EndedFrom: &since, EndedTo: &until, People: true},
			"words": {Q: "nacht", People: true}, "words then": {At: &then, Q: "p3", People: true}, "department": {Department: "Nowhere", People: true},
		} {
			for who, v := range map[string]store.Viewer{"all": everything, "one": {ID: people[0].ID}} {
				for _, sort := range []string{"", "ended", "-person"} {
					paged, whole, total := w.pagesOfHistory(v, f, store.Page{Limit: 60, Sort: sort, Total: true})
					if !slices.Equal(paged, whole) || total != len(whole) {
						t.Errorf("%s seen by %s, sorted by %q: %d rows in pages, %d counted, %d in one", name, who, sort, len(paged), total, len(whole))
					}
					compared += len(whole)
				}
			}
		}
		if compared < 5000 {
			t.Errorf("only %d rows were compared", compared)
		}
	})
}

// TestSearchByStrides: what is rare in the history of everybody is searched for a stride at a time. The pages together are what
// is sorted whole, each in its place and none twice, in each order and wherever a stride ends; none but a full one goes further
// than its stride; and those before the last say how far they came.
func TestSearchByStrides(t *testing.T) {
	defer store.Stride(25)()
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		base := clock.Now()
		people, _, _ := tangle(w, rand.New(rand.NewPCG(3, 8)), base, 240)
		clock.Advance(30 * time.Hour)
		w.exec("UPDATE grants SET starts_at = $1 WHERE starts_at > $1 AND starts_at < $2", store.Micros(base.Add(5*time.Hour)), store.Micros(base.Add(8*time.Hour))) // imported at once
		then, until := base.Add(17*time.Hour), base.Add(21*time.Hour)
		few := 0
		for name, f := range map[string]store.IntervalFilter{"words": {Q: "p3 r", People: true}, "direct": {Q: "p", Via: "direct", People: true}, "by role": {Q: "p3 r", Via: "role", People: true},
			"then": {Q: "p3 r", At: &then, People: true}, "before": {Q: "p3 r", Until: &until, People: true}, "over": {Q: "p3 r", EndedTo: &until, People: true}, "nowhere": {Department: "Nowhere", People: true}} {
			for who, v := range map[string]store.Viewer{"all": everything, "one": {ID: people[0].ID}} {
				for _, sort := range []string{"", "started", "ended", "-ended", "person", "-person"} {
					var pages [][]string
					var whole []string
					for p := (store.Page{Limit: 40, Sort: sort}); ; {
						var l store.IntervalPage
						w.view(func(ctx context.Context, tx *store.Tx) (err error) {
							l, err = tx.Intervals(ctx, w.tenant, v, f, p)
							return err
						})
						var ids []string
						for _, it := range l.Items {
							ids = append(ids, it.ID)
						}
						pages = append(pages, ids)
						if p.Cursor = l.NextCursor; p.Cursor == "" {
							break
						}
						if len(ids) < p.Limit {
							few++
							if (l.SearchedTo == nil) != strings.HasSuffix(sort, "person") && sort != "ended" && sort != "-ended" { // what has no end has no moment
								t.Fatalf("%s by %q: a page of %d that goes on says %v", name, sort, len(ids), l.SearchedTo)
							}
						}
						if len(pages) > 500 {
							t.Fatalf("%s by %q does not end", name, sort)
						}
					}
					w.view(func(ctx context.Context, tx *store.Tx) error {
						return tx.EachInterval(ctx, w.tenant, v, f, sort, func(it sallyport.Interval) error {
							whole = append(whole, it.ID)
							return nil
						})
					})
					if paged := slices.Concat(pages...); !slices.Equal(paged, whole) {
						t.Errorf("%s seen by %s, by %q: %d rows in %d pages, %d in one", name, who, sort, len(paged), len(pages), len(whole))
					}
				}
			}
		}
		if few < 300 {
			t.Errorf("only %d pages ended with their stride", few)
		}
	})
}

// pagesOfHistory are the ids of a history read page by page, and read in one, and how many were counted.
func (w *world) pagesOfHistory(v store.Viewer, f store.IntervalFilter, p store.Page) (paged, whole []string, total int) {
	for {
		var l store.IntervalPage
		w.view(func(ctx context.Context, tx *store.Tx) (err error) {
			l, err = tx.Intervals(ctx, w.tenant, v, f, p)
			return err
		})
		for _, it := range l.Items {
			paged = append(paged, it.ID)
		}
		total = *l.Total
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			break
		}
	}
	w.view(func(ctx context.Context, tx *store.Tx) error {
		return tx.EachInterval(ctx, w.tenant, v, f, p.Sort, func(it sallyport.Interval) error {
			whole = append(whole, it.ID)
			return nil
		})
	})
	return paged, whole, total
}

// plansOfHistory: a page of everybody's history reads about as much as it shows, in each of its orders, now and long ago.
func plansOfHistory(_ *testing.T, w *world) {
	now := w.db.Now()
	then, since := now.Add(-300*24*time.Hour), now.Add(-24*time.Hour)
	calls := map[string]func(ctx context.Context, tx *store.Tx) error{}
	page := func(name, sort string, f store.IntervalFilter) {
		calls[name] = func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Intervals(ctx, w.tenant, everything, f, store.Page{Sort: sort})
			return err
		}
	}
	page("then", "", store.IntervalFilter{At: &then, People: true})
	page("then, by person", "person", store.IntervalFilter{At: &then, People: true})
	page("began", "started", store.IntervalFilter{BeganFrom: &since, BeganTo: &now, People: true})
	page("over", "ended", store.IntervalFilter{EndedFrom: &since, EndedTo: &now, People: true})
	w.noneReadWhole(calls, 12_000)
}
