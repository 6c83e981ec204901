package access_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// byHand makes a VPN that Oscar and Tess of IT fulfil by hand.
func (w *world) byHand(change ...func(*sallyport.Resource)) {
	w.Helper()
	w.resource(sallyport.Resource{Kind: sallyport.KindGroup, Slug: "it", Name: "IT"})
	w.hold("oscar", "it", sallyport.Member)
	w.hold("tess", "it", sallyport.Member)
	r := sallyport.Resource{Kind: sallyport.KindApp, Slug: "vpn", Name: "VPN", Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:it", Steps: "Add them."}}
	for _, c := range change {
		c(&r)
	}
	w.resource(r)
	w.hold("olga", "vpn", sallyport.Owner)
}

func (w *world) todo(who string) []sallyport.Task {
	w.Helper()
	l, err := w.s.Tasks(w.ctx, w.as(who), store.TaskFilter{Assignee: w.users[who].ID, State: "todo"}, store.Page{Total: true})
	if err != nil {
		w.Fatal(err)
	}
	return l.Items
}

func TestFulfilledByHand(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		r := w.ask("ken", "vpn")
		w.approve("olga", r)
		tasks := w.todo("oscar")
		if len(tasks) != 1 || tasks[0].Kind != sallyport.TaskFulfil || tasks[0].RequestID != r.ID || !tasks[0].MayClaim {
			w.Fatalf("%+v", tasks)
		}
		if len(w.todo("ada")) != 0 || w.holds("ken", "vpn") {
			w.Fatal("held before it was done, or shown to others")
		}
		id := tasks[0].ID
		if _, err := w.s.Claim(w.ctx, w.as("oscar"), id); err != nil {
			w.Fatal(err)
		}
		_, err := w.s.Claim(w.ctx, w.as("tess"), id)
		w.refused(err, sallyport.EForbidden)
		if g := w.grant(w.read(r.ID).GrantID); g.EndsAt == nil || g.State != sallyport.GrantGranting {
			w.Fatalf("a claim sets a provisional end: %+v", g)
		}
		w.clock.Advance(hour)
		if _, err := w.s.Complete(w.ctx, w.as("oscar"), id, "added, ticket 12"); err != nil {
			w.Fatal(err)
		}
		g := w.grant(w.read(r.ID).GrantID)
		if g.State != sallyport.GrantActive || !g.EndsAt.Equal(g.ActivatedAt.Add(7*24*hour)) || !w.holds("ken", "vpn") {
			w.Fatalf("time counts from activation: %+v", g)
		}
		if v := strings.Join(w.verbs(g.ID), " "); v != "grant.created grant.activated" {
			w.Fatal(v)
		}
		_, err = w.s.Complete(w.ctx, w.as("oscar"), id, "again")
		w.refused(err, sallyport.EConflict, "Oscar")

		w.mustEnd("ken", g.ID)
		back := w.todo("tess")
		if len(back) != 1 || back[0].Kind != sallyport.TaskRemove || w.grant(g.ID).State != sallyport.GrantRevoking {
			w.Fatalf("%+v", back)
		}
		_, err = w.s.Reject(w.ctx, w.as("tess"), back[0].ID, "no time")
		w.refused(err, sallyport.EPrecondition, "taken away")
		if _, err := w.s.Complete(w.ctx, w.as("tess"), back[0].ID, "removed"); err != nil {
			w.Fatal(err)
		}
		if g := w.grant(g.ID); g.State != sallyport.GrantEnded || strings.Join(w.verbs(g.ID), " ") != "grant.created grant.activated grant.ended grant.removed" {
			w.Fatal(g.State, w.verbs(g.ID))
		}
	})
}

func TestRejectedTaskEndsItsGrant(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		r := w.ask("ken", "vpn")
		w.approve("olga", r)
		id := w.todo("oscar")[0].ID
		_, err := w.s.Reject(w.ctx, w.as("oscar"), id, "")
		w.refused(err, sallyport.EInvalid, "reason")
		if _, err := w.s.Reject(w.ctx, w.as("oscar"), id, "no licences left"); err != nil {
			w.Fatal(err)
		}
		now := w.state(r, sallyport.RequestFailed)
		if !strings.Contains(now.Cause, "no licences left") || w.grant(now.GrantID).State != sallyport.GrantEnded || len(w.todo("oscar")) != 0 {
			w.Fatalf("%+v", now)
		}
		told := 0
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			told = 0
			l, err := tx.Messages(ctx, w.tenant, w.users["ken"].ID, false, store.Page{})
			for _, m := range l.Items {
				if m.Kind == "request.failed" && strings.Contains(m.Body, "no licences left") && strings.HasSuffix(m.Link, r.ID) {
					told++
				}
			}
			return err
		})
		if told != 1 {
			w.Fatalf("the requester was told the reason %d times", told)
		}
	})
}

func TestBeneficiaryDoesNotFulfil(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		w.given("olga", "oscar", "vpn", days(3))
		id := w.todo("tess")[0].ID
		_, err := w.s.Complete(w.ctx, w.as("oscar"), id, "done")
		w.refused(err, sallyport.EForbidden, "would give you")
		_, err = w.s.Complete(w.ctx, w.as("ada"), id, "done")
		w.refused(err, sallyport.EForbidden, "IT")
		if _, err := w.s.Complete(w.ctx, w.as("tess"), id, "done"); err != nil {
			w.Fatal(err)
		}
	})
}

func TestEndWhileTheTaskIsOpen(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		g := w.given("olga", "ken", "vpn", days(3))
		w.mustEnd("ken", g.ID)
		if len(w.todo("oscar")) != 0 {
			w.Fatal("nobody had begun, so nothing is to be done")
		}
		g = w.given("olga", "ken", "vpn", days(3))
		if _, err := w.s.Claim(w.ctx, w.as("oscar"), w.todo("oscar")[0].ID); err != nil {
			w.Fatal(err)
		}
		w.mustEnd("ken", g.ID)
		back := w.todo("tess")
		if len(back) != 1 || back[0].Kind != sallyport.TaskRemove {
			w.Fatalf("it was begun, so it has to be undone: %+v", back)
		}
		// Wanted again before anybody took it away: there is one task, and it gives.
		w.given("olga", "ken", "vpn", days(3))
		if again := w.todo("tess"); len(again) != 1 || again[0].Kind != sallyport.TaskFulfil {
			w.Fatalf("%+v", again)
		}
	})
}

func TestOverlappingReasonsOfOneTask(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "engineer", Name: "Engineer"})
		g := w.given("olga", "ken", "vpn", days(3))
		if _, err := w.s.Complete(w.ctx, w.as("oscar"), w.todo("oscar")[0].ID, "ok"); err != nil {
			w.Fatal(err)
		}
		w.given("root", "ken", "engineer", days(30))
		w.given("root", "role:engineer", "vpn", days(30))
		w.mustEnd("ken", g.ID)
		if len(w.todo("oscar")) != 0 || !w.holds("ken", "vpn") {
			w.Fatal("one of two reasons ended, and something was taken away")
		}
		// Given again while it is there: active at once, without a task.
		if g := w.given("olga", "ken", "vpn", days(2)); g.State != sallyport.GrantActive {
			w.Fatalf("%+v", g)
		}
	})
}

func TestPhysicalThingsComeBack(t *testing.T) {
	each(t, func(w *world) {
		w.byHand(func(r *sallyport.Resource) { r.Physical = true })
		g := w.given("olga", "ken", "vpn", days(3))
		if _, err := w.s.Complete(w.ctx, w.as("oscar"), w.todo("oscar")[0].ID, "handed over"); err != nil {
			w.Fatal(err)
		}
		w.clock.Advance(4 * 24 * hour)
		w.passed()
		back := w.todo("oscar")
		if len(back) != 1 || !strings.Contains(back[0].Instructions, "Collect") || w.grant(g.ID).State != sallyport.GrantRevoking {
			w.Fatalf("%+v", back)
		}
	})
}

func TestUntilPassesFirst(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		until := w.clock.Now().Add(2 * hour)
		r, err := w.s.Ask(w.ctx, w.as("ken"), sallyport.Ask{Resource: "vpn", Until: &until, Reason: "x"})
		if err != nil {
			w.Fatal(err)
		}
		w.approve("olga", r)
		w.clock.Advance(3 * hour)
		w.passed()
		w.state(r, sallyport.RequestFailed)
		if len(w.todo("oscar")) != 0 {
			w.Fatal("the task of an access that is over is open")
		}
	})
}

func TestTasksAreClaimedOnce(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		w.given("olga", "ken", "vpn", days(3))
		id := w.todo("oscar")[0].ID
		var all sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 8 {
			all.Go(func() {
				if _, err := w.s.Claim(w.ctx, w.as([]string{"oscar", "tess"}[i%2]), id); err == nil {
					mu.Lock()
					won++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if won != 1 {
			w.Fatalf("%d claims succeeded", won)
		}
	})
}

func TestOverdueAndHandedOn(t *testing.T) {
	each(t, func(w *world) {
		w.byHand(func(r *sallyport.Resource) { r.Fulfilment.Assignee = "user:sam" })
		w.given("olga", "ken", "vpn", days(30))
		w.clock.Advance(49 * hour)
		for want := range 2 {
			if n, _, err := w.s.RunTasks(w.ctx); err != nil || n != 1-want {
				w.Fatal(n, err)
			}
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return w.s.LeaveTx(ctx, tx, sallyport.System(w.tenant), w.users["sam"], sallyport.UserGone, "gone from the directory")
		})
		if tasks := w.todo("olga"); len(tasks) != 1 || tasks[0].Assignee.Kind != "owners" {
			w.Fatalf("%+v", tasks)
		}
	})
}

func TestEmptyGroupsHandOn(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		w.given("olga", "ken", "vpn", days(30))
		w.leave("oscar")
		w.leave("tess")
		if err := w.s.RecheckTasks(w.ctx); err != nil {
			w.Fatal(err)
		}
		if tasks := w.todo("olga"); len(tasks) != 1 || tasks[0].Assignee.Kind != "owners" {
			w.Fatalf("%+v", tasks)
		}
		w.leave("olga")
		if err := w.s.RecheckTasks(w.ctx); err != nil {
			w.Fatal(err)
		}
		if tasks := w.todo("root"); len(tasks) != 1 || tasks[0].Assignee.Kind != "admins" {
			w.Fatalf("%+v", tasks)
		}
	})
}

func TestWorkOrder(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		w.resource(sallyport.Resource{Kind: sallyport.KindWorkOrder, Slug: "restore", Name: "Restore", Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:it"}})
		w.hold("olga", "restore", sallyport.Owner)
		r, err := w.s.Ask(w.ctx, w.as("ken"), sallyport.Ask{Resource: "restore", Reason: "lost a table"})
		if err != nil {
			w.Fatal(err)
		}
		w.approve("olga", r)
		if _, err := w.s.Complete(w.ctx, w.as("oscar"), w.todo("oscar")[0].ID, "restored"); err != nil {
			w.Fatal(err)
		}
		if now := w.state(r, sallyport.RequestApproved); now.Fulfilment == nil || now.Fulfilment.State != "done" || now.GrantID != "" {
			w.Fatalf("%+v", now.Fulfilment)
		}
	})
}
