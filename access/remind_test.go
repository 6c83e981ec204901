package access_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Whoever has many overdue tasks hears of all in one message: when they become overdue, and then once a day.
func TestOverdueInOneMessage(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		for _, who := range []string{"ken", "ada", "sam"} {
			w.given("olga", who, "vpn", days(30))
		}
		count := func(who string) (n int, last store.Message) {
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.Messages(ctx, w.tenant, w.users[who].ID, false, store.Page{})
				n = 0
				for _, m := range l.Items {
					if m.Kind == "task.overdue" {
						if n++; n == 1 {
							last = m
						}
					}
				}
				return err
			})
			return n, last
		}
		remind := func(want int) {
			w.Helper()
			if n, _, err := w.s.RunTasks(w.ctx); err != nil || n != want {
				w.Fatalf("reminded of %d (%v), want %d", n, err, want)
			}
		}
		w.clock.Advance(49 * hour)
		remind(3)
		remind(0)
		for _, who := range []string{"oscar", "tess"} {
			if n, m := count(who); n != 1 || m.Title != "3 tasks are overdue" || len(m.Facts) != 3 {
				w.Errorf("%s has %d messages, the last %q with %d facts", who, n, m.Title, len(m.Facts))
			}
		}
		if _, err := w.s.Claim(w.ctx, w.as("oscar"), w.todo("oscar")[0].ID); err != nil {
			w.Fatal(err)
		}
		w.clock.Advance(24 * hour)
		remind(3)
		if n, m := count("oscar"); n != 2 || m.Title != "3 tasks are overdue" {
			w.Errorf("oscar has %d messages, the last %q", n, m.Title)
		}
		if n, m := count("tess"); n != 2 || m.Title != "2 tasks are overdue" { // one is in oscar's hands
			w.Errorf("tess has %d messages, the last %q", n, m.Title)
		}
	})
}

// A message about several overdue tasks names access in an app with its app, as all messages do.
func TestOverdueNamesTheApp(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		aws := w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "aws", Name: "AWS"})
		w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "aws.admin", Name: "Admin", App: ref(aws), Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:it", Steps: "Add them."}})
		w.hold("olga", "aws.admin", sallyport.Owner)
		w.given("olga", "ken", "aws.admin", days(30))
		w.given("olga", "ada", "vpn", days(30))
		w.clock.Advance(49 * hour)
		if n, _, err := w.s.RunTasks(w.ctx); err != nil || n != 2 {
			w.Fatalf("reminded of %d (%v)", n, err)
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Messages(ctx, w.tenant, w.users["tess"].ID, false, store.Page{})
			var rows []string
			for _, m := range l.Items {
				for _, f := range m.Facts {
					rows = append(rows, f.Name)
				}
			}
			slices.Sort(rows)
			if want := []string{"Admin of AWS for " + w.users["ken"].Name, "VPN for " + w.users["ada"].Name}; !slices.Equal(rows, want) {
				w.Errorf("the rows are %q, want %q", rows, want)
			}
			return err
		})
	})
}

// The sweep over waiting requests looks at all, in pages, and writes nothing where nothing changed.
func TestRecheckLooksAtAll(t *testing.T) {
	each(t, func(w *world) {
		const many = 60
		for i := range many {
			slug := fmt.Sprint("lab-", i)
			w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: slug, Name: slug, Flow: &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"owners"}}}}})
			w.hold("olga", slug, sallyport.Owner)
			w.hold("sam", slug, sallyport.Owner)
			w.ask("ada", slug)
		}
		asked := func() (n int) {
			l, err := w.s.Requests(w.ctx, w.as("ada"), store.RequestFilter{State: "pending"}, store.Page{Limit: store.MaxLimit})
			if err != nil {
				w.Fatal(err)
			}
			for _, r := range l.Items {
				for _, a := range r.WaitingFor {
					if a.ID == w.users["oscar"].ID {
						n++
					}
				}
			}
			return n
		}
		w.tx(func(context.Context, *store.Tx) error { // somebody else writes meanwhile: reading does not wait for them
			ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
			defer cancel()
			return w.s.RecheckStages(ctx)
		})
		for i := range many {
			w.hold("oscar", fmt.Sprint("lab-", i), sallyport.Owner)
		}
		if n := asked(); n != 0 {
			w.Fatalf("%d ask oscar before the sweep", n)
		}
		if err := w.s.RecheckStages(w.ctx); err != nil {
			w.Fatal(err)
		}
		if n := asked(); n != many {
			w.Errorf("%d of %d ask who owns it by now", n, many)
		}
	})
}
