package worker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

func TestGrantedAndTakenAway(t *testing.T) {
	eachClock(t, func(w *world) {
		g := w.give("ken", "vpn", hours(4))
		if g.State != sallyport.GrantGranting || g.EndsAt != nil {
			w.Fatalf("%+v", g)
		}
		w.clock.Advance(time.Hour)
		w.drain()
		if g = w.grant(g.ID); g.State != sallyport.GrantActive || !g.EndsAt.Equal(g.ActivatedAt.Add(4*time.Hour)) || w.target.has("vpn") != "ken" {
			w.Fatalf("%+v; the target has %q", g, w.target.has("vpn"))
		}
		w.clock.Advance(5 * time.Hour)
		w.drain()
		if g = w.grant(g.ID); g.State != sallyport.GrantEnded || !g.EndedAt.Equal(*g.EndsAt) || w.target.has("vpn") != "" {
			w.Fatalf("%+v; the target has %q", g, w.target.has("vpn"))
		}
		if v := w.verbs(g.ID); v != "grant.created grant.activated grant.ended grant.removed" {
			w.Fatal(v)
		}
		w.is("ken", "vpn", sallyport.ProvisionAbsent)
	})
}

func TestReasonsAreCounted(t *testing.T) {
	eachClock(t, func(w *world) {
		role := sallyport.Subject{Kind: sallyport.SubjectRole, ID: w.res["engineer"].ID}
		w.give("ken", "engineer", hours(48))
		w.give("ada", "engineer", hours(48))
		byRole := w.add(access.NewGrant{Subject: role, Resource: w.res["vpn"], NoEnd: true, ReasonKind: "direct"})
		direct := w.give("ken", "vpn", hours(4))
		w.drain()
		if w.target.has("vpn") != "ada ken" {
			w.Fatal(w.target.has("vpn"))
		}
		w.end(byRole.ID)
		w.drain()
		if w.target.has("vpn") != "ken" || w.target.count("remove") != 1 {
			w.Fatal("only what has no reason left is taken away:", w.target.has("vpn"))
		}
		w.end(direct.ID)
		w.drain()
		if w.target.has("vpn") != "" {
			w.Fatal(w.target.has("vpn"))
		}
	})
}

func TestFailuresAreTriedForEverAndAlarmed(t *testing.T) {
	eachClock(t, func(w *world) {
		w.target.set(&connector.Error{Class: connector.Refused, Op: "add member", Message: "the server refuses", Hint: "Give the account the right to write."})
		g := w.give("ken", "vpn", hours(48))
		w.drain()
		p := w.is("ken", "vpn", sallyport.ProvisionAdding)
		if w.grant(g.ID).State != sallyport.GrantFailing || !strings.Contains(p.Error, "refuses. Give the account") || p.FailingAt == nil || w.verbs(p.ID) != "provision.failing" {
			w.Fatalf("%+v", p)
		}
		first := p.NextAt.Sub(w.clock.Now())
		for range 5 {
			w.clock.Advance(10 * time.Minute)
			w.drain()
		}
		if wait := w.provision("ken", "vpn").NextAt.Sub(w.clock.Now()); wait < 10*first {
			w.Fatalf("the waits do not grow: %v then %v", first, wait)
		}
		w.target.set(nil)
		w.clock.Advance(15 * time.Minute)
		w.drain()
		if w.grant(g.ID).State != sallyport.GrantActive || w.provision("ken", "vpn").FailingAt != nil {
			w.Fatal("not recovered")
		}

		w.target.set(errors.New("connection refused"))
		w.end(g.ID)
		for range 60 {
			w.clock.Advance(5 * time.Minute)
			w.drain()
		}
		p = w.is("ken", "vpn", sallyport.ProvisionRemoving)
		if late := strings.Count(w.verbs(p.ID), "provision.late"); late != 2 || w.grant(g.ID).State != sallyport.GrantRevoking {
			w.Fatalf("after five hours there were %d alarms: %s", late, w.verbs(p.ID))
		}
		w.target.set(nil)
		w.clock.Advance(5 * time.Minute)
		w.drain()
		w.is("ken", "vpn", sallyport.ProvisionAbsent)
	})
}

func TestWhatHasToWait(t *testing.T) {
	eachClock(t, func(w *world) {
		w.give("noa", "vpn", hours(4))
		w.drain()
		if p := w.is("noa", "vpn", sallyport.ProvisionAdding); !strings.Contains(p.Error, "no account") {
			w.Fatal(p.Error)
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return tx.SaveAccount(ctx, w.tenant, store.Account{UserID: w.users["noa"].ID, ConnectionID: w.con.ID, ExternalID: "acc-noa", Name: "noa"})
		})
		w.drain()
		if w.target.has("vpn") != "noa" {
			w.Fatal("the account is there, and the access still waits for its next turn")
		}
		pause := func(at *time.Time) {
			w.con.PausedAt = at
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				if err := tx.UpdateConnection(ctx, w.tenant, &w.con, nil); err != nil {
					return err
				}
				_, err := tx.HastenConnection(ctx, w.tenant, w.con.ID)
				return err
			})
		}
		now := w.clock.Now()
		pause(&now)
		g := w.give("ken", "vpn", hours(4))
		w.clock.Advance(20 * time.Minute)
		w.drain()
		if p := w.is("ken", "vpn", sallyport.ProvisionAdding); !strings.Contains(p.Error, "paused") || p.FailingAt != nil || w.target.count("add") != 1 {
			w.Fatalf("%+v", p)
		}
		pause(nil)
		w.drain()
		if w.target.has("vpn") != "ken noa" || w.grant(g.ID).State != sallyport.GrantActive {
			w.Fatal(w.target.has("vpn"))
		}
	})
}

func TestEndedBeforeItWasReal(t *testing.T) {
	eachClock(t, func(w *world) {
		w.target.set(errors.New("down"))
		until := w.clock.Now().Add(time.Hour)
		g := w.add(access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.users["ken"].ID}, Resource: w.res["vpn"], Until: &until, ReasonKind: "direct"})
		w.drain()
		w.clock.Advance(2 * time.Hour)
		w.drain()
		w.target.set(nil)
		w.clock.Advance(10 * time.Minute)
		w.drain()
		if g = w.grant(g.ID); g.ActivatedAt != nil || g.State != sallyport.GrantEnded || w.target.has("vpn") != "" {
			w.Fatalf("%+v", g)
		}
	})
}

func TestSwappedInFlight(t *testing.T) {
	eachClock(t, func(w *world) {
		first := w.give("ken", "vpn", hours(40))
		w.drain()
		w.target.set(errors.New("down"))
		w.give("ada", "vpn", hours(40)) // tried once, in flight
		w.drain()
		r := w.res["vpn"]
		r.Fulfilment = sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:eve"}
		w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.UpdateResource(ctx, w.tenant, &r) })
		w.res["vpn"] = r
		w.target.set(nil)
		w.clock.Advance(time.Minute)
		w.end(first.ID)
		third := w.give("noa", "vpn", hours(40))
		w.drain()
		if w.target.has("vpn") != "ada" {
			w.Fatalf("what was in flight goes on by the settings it began with: %q", w.target.has("vpn"))
		}
		if p := w.provision("noa", "vpn"); p.Pin.Add.Kind != sallyport.FulfilManual || w.grant(third.ID).State != sallyport.GrantGranting {
			w.Fatalf("what begins anew goes by those of today: %+v", p.Pin)
		}
	})
}

func TestImportIsFollowedAndEndedByHand(t *testing.T) {
	eachClock(t, func(w *world) {
		h := connector.Holding{Account: "acc-ken", Resource: "grp-vpn", Relation: "member"}
		w.target.put(h, true)
		import_ := w.add(access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.users["ken"].ID}, Resource: w.res["vpn"], NoEnd: true,
			Origin: sallyport.OriginImport, ReasonKind: "import"})
		w.drain()
		given := w.give("ken", "vpn", hours(4))
		w.drain()
		w.end(given.ID)
		w.drain()
		if w.target.has("vpn") != "ken" {
			w.Fatal("what was there before was taken away with what was given")
		}
		w.end(import_.ID)
		w.drain()
		if w.target.has("vpn") != "" {
			w.Fatal("an import that a person ended is enforced")
		}
	})
}

func TestStartsToCome(t *testing.T) {
	eachClock(t, func(w *world) {
		at := w.clock.Now().Add(24 * time.Hour)
		g := w.add(access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.users["ken"].ID}, Resource: w.res["vpn"], Duration: hours(4), StartsAt: &at, ReasonKind: "direct"})
		w.drain()
		if w.grant(g.ID).State != sallyport.GrantScheduled || w.target.has("vpn") != "" {
			w.Fatal(w.grant(g.ID).State)
		}
		w.clock.Advance(25 * time.Hour)
		w.drain()
		if g = w.grant(g.ID); g.State != sallyport.GrantActive || w.target.has("vpn") != "ken" {
			w.Fatalf("%+v", g)
		}
	})
}

func TestLostWakeUpsAreFound(t *testing.T) {
	eachClock(t, func(w *world) {
		g := w.give("ken", "vpn", hours(40))
		h := w.give("ada", "vpn", hours(40))
		w.drain()
		w.tx(func(ctx context.Context, tx *store.Tx) error { // as if the rows had been written and the rest forgotten
			if _, err := tx.Exec(ctx, `UPDATE grants SET ended_at=$2 WHERE id=$1`, g.ID, store.Micros(tx.Now())); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE provisions SET state='absent' WHERE user_id=$1`, w.users["ada"].ID)
			return err
		})
		w.target.put(connector.Holding{Account: "acc-ada", Resource: "grp-vpn", Relation: "member"}, false)
		w.give("eve", "vpn", hours(40))
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM provisions WHERE user_id=$1`, w.users["eve"].ID)
			return err
		})
		w.drain()
		if w.target.has("vpn") != "ada eve" || w.grant(h.ID).State != sallyport.GrantActive {
			w.Fatal(w.target.has("vpn"))
		}
	})
}

// doer is somebody who does tasks, and what they have to do once the workers have looked.
func (w *world) doer(login string) (who sallyport.Actor, todo func() []sallyport.Task) {
	who = sallyport.Actor{Tenant: w.tenant, User: w.users[login].Ref(), Via: sallyport.ViaSession}
	return who, func() []sallyport.Task {
		w.Helper()
		w.drain()
		l, err := w.s.Tasks(w.ctx, who, store.TaskFilter{Assignee: who.User.ID, State: "todo"}, store.Page{})
		if err != nil {
			w.Fatal(err)
		}
		return l.Items
	}
}

func TestRejectedForAMemberOfARole(t *testing.T) {
	eachClock(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "desk", Name: "Desk", Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:eve"}})
		w.give("ken", "engineer", hours(99))
		w.add(access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: w.res["engineer"].ID}, Resource: w.res["desk"], NoEnd: true, ReasonKind: "direct"})
		eve, todo := w.doer("eve")
		tasks := todo()
		if len(tasks) != 1 {
			w.Fatalf("%+v", tasks)
		}
		if _, err := w.s.Reject(w.ctx, eve, tasks[0].ID, "no room"); err != nil {
			w.Fatal(err)
		}
		if again := todo(); len(again) != 0 || w.is("ken", "desk", sallyport.ProvisionAdding).FailingAt == nil {
			w.Fatalf("asked for again at once: %+v", again)
		}
		w.clock.Advance(25 * time.Hour)
		if again := todo(); len(again) != 1 {
			w.Fatalf("%+v", again)
		}
	})
}

// What is taken away and given again before anybody was asked to take it away is there all the time: nobody is asked for it.
func TestWantedAgainBeforeAnybodyBegan(t *testing.T) {
	eachClock(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "desk", Name: "Desk", Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:eve"}})
		w.give("ken", "engineer", nil)
		eve, todo := w.doer("eve")
		role := access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: w.res["engineer"].ID}, Resource: w.res["desk"], NoEnd: true, ReasonKind: "direct"}
		byRole := w.add(role)
		direct := w.give("ada", "desk", nil)
		for _, task := range todo() {
			if _, err := w.s.Complete(w.ctx, eve, task.ID, ""); err != nil {
				w.Fatal(err)
			}
		}
		w.clock.Advance(time.Minute)
		w.end(byRole.ID)
		w.end(direct.ID)
		byRole = w.add(role)
		w.give("ada", "desk", nil)
		if again := todo(); len(again) != 0 {
			w.Fatalf("asked for what is there: %+v", again)
		}
		w.is("ken", "desk", sallyport.ProvisionPresent)
		w.is("ada", "desk", sallyport.ProvisionPresent)

		w.end(byRole.ID)
		if tasks := todo(); len(tasks) != 1 || tasks[0].Kind != sallyport.TaskRemove {
			w.Fatalf("%+v", tasks)
		} else if _, err := w.s.Claim(w.ctx, eve, tasks[0].ID); err != nil {
			w.Fatal(err)
		}
		w.add(role)
		if tasks := todo(); len(tasks) != 1 || tasks[0].Kind != sallyport.TaskFulfil {
			w.Fatalf("eve may have taken it away: %+v", tasks)
		}
		w.is("ken", "desk", sallyport.ProvisionAdding)
	})
}
