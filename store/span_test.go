package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// tangle lets people and roles have things, directly and by roles, over random times whose edges often meet: n grants in
// the hours before and after the clock, some never real, some ended before they began.
func tangle(w *world, rng *rand.Rand, base time.Time, n int) (people []sallyport.User, things, roles []sallyport.Resource) {
	w.t.Helper()
	for i := range 6 {
		people = append(people, w.user(fmt.Sprint("p", i)))
		things = append(things, w.resource(sallyport.KindApp, fmt.Sprint("t", i), nil))
	}
	for i := range 3 {
		roles = append(roles, w.resource(sallyport.KindRole, fmt.Sprint("r", i), nil))
	}
	at := func(h int) int64 { return store.Micros(base.Add(time.Duration(h) * time.Hour)) }
	for i := range n {
		kind, subject, resource := "user", people[rng.IntN(len(people))].ID, things[rng.IntN(len(things))].ID
		switch rng.IntN(4) {
		case 0:
			resource = roles[rng.IntN(len(roles))].ID
		case 1:
			kind, subject = "role", roles[rng.IntN(len(roles))].ID
		}
		from := rng.IntN(40)
		end, noEnd := any(at(from+1+rng.IntN(20))), false
		if rng.IntN(3) == 0 {
			end, noEnd = nil, true
		}
		var activated, ended any = at(from), at(from + rng.IntN(15))
		if rng.IntN(10) == 0 {
			activated = nil
		}
		if rng.IntN(2) == 0 {
			ended = nil
		}
		by := people[rng.IntN(len(people))].ID
		reason := []string{"covers for ada", "on call", "NACHT über", ""}[rng.IntN(4)]
		w.exec(`INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, parameters, origin, reason_kind, starts_at, activated_at, ends_at, no_end, ended_at, created_at,
			created_by, reason, text_key) VALUES ($1,$2,$3,$4,$5,$6,$7,'given','direct',$8,$9,$10,$11,$12,$8,$13,$14,$15)`, w.tenant, fmt.Sprintf("grt_%03d", i), kind, subject, resource,
			[]string{"member", "member", "member", "owner"}[rng.IntN(4)], fmt.Sprintf(`{"n":%d}`, i), at(from), activated, end, noEnd, ended, by, reason, store.Fold(reason))
	}
	return people, things, roles
}

// TestCountSpans: what is counted without pairing is what the history lists pair by pair, for any period, also where edges
// meet, where nothing was, and up to the present.
func TestCountSpans(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		rng := rand.New(rand.NewPCG(11, 7))
		base := clock.Now()
		tangle(w, rng, base, 200)
		clock.Advance(40 * time.Hour)
		some := store.SpanCounts{}
		for i := range 40 {
			from := base.Add(time.Duration(rng.IntN(38)-2) * time.Hour)
			to := from.Add(time.Duration(1+rng.IntN(20)) * time.Hour)
			if i%3 == 0 {
				from = from.Add(30 * time.Minute)
			}
			if to.After(clock.Now()) {
				to = clock.Now()
			}
			var got store.SpanCounts
			w.view(func(ctx context.Context, tx *store.Tx) (err error) {
				got, err = tx.CountSpans(ctx, w.tenant, from, to)
				return err
			})
			count := func(f store.IntervalFilter) int {
				f.People = true
				var l store.IntervalPage
				w.view(func(ctx context.Context, tx *store.Tx) (err error) {
					l, err = tx.Intervals(ctx, w.tenant, everything, f, store.Page{Total: true, NoRows: true})
					return err
				})
				return *l.Total
			}
			want := store.SpanCounts{AtStart: count(store.IntervalFilter{At: &from}), AtEnd: count(store.IntervalFilter{At: &to}),
				Began: count(store.IntervalFilter{BeganFrom: &from, BeganTo: &to}), Ended: count(store.IntervalFilter{EndedFrom: &from, EndedTo: &to})}
			if got != want {
				t.Errorf("%s to %s: counted %+v, listed %+v", from.Sub(base), to.Sub(base), got, want)
			}
			some.AtStart, some.AtEnd, some.Began, some.Ended = some.AtStart+got.AtStart, some.AtEnd+got.AtEnd, some.Began+got.Began, some.Ended+got.Ended
		}
		if some.AtStart < 1000 || some.AtEnd < 1000 || some.Began < 500 || some.Ended < 500 {
			t.Errorf("too little was compared: %+v", some)
		}
	})
}

// plansOfEvidence: the counts of a period read what touches it by an index, and no big table whole.
func plansOfEvidence(_ *testing.T, w *world) {
	to := w.db.Now()
	from := to.Add(-time.Hour)
	w.noneReadWhole(map[string]func(ctx context.Context, tx *store.Tx) error{
		"access": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.CountSpans(ctx, w.tenant, from, to)
			return err
		},
		"requests": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.CountRequestsIn(ctx, w.tenant, from, from.Add(time.Second))
			return err
		},
		"votes": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.CountVotesIn(ctx, w.tenant, from, to)
			return err
		},
		"leavers": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.CountLeavers(ctx, w.tenant, from, to)
			return err
		},
	}, 30_000)
}

// noneReadWhole runs calls and fails where the plan of a statement reads a big table whole, or more than so many rows of
// one: what lives is a tenth of 100,000.
func (w *world) noneReadWhole(calls map[string]func(ctx context.Context, tx *store.Tx) error, most int) {
	w.t.Helper()
	for name, run := range calls {
		for _, fault := range w.planFaults(true, w.traced(name, true, run)) {
			var rows int
			if _, err := fmt.Sscanf(fault, "%d rows", &rows); err == nil && rows <= most {
				continue
			}
			w.t.Errorf("%s: %s", name, fault)
		}
	}
}
