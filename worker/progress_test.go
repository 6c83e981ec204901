package worker_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// TestRoleSurvivesAKill: a role of hundreds is attached in one transaction; the worker dies half-way, between a write and
// its read-back. Another over the same database brings everybody into the target, and progress never goes back.
func TestRoleSurvivesAKill(t *testing.T) {
	const size = 240
	eachCrowd(t, size, func(c *crowd) {
		g := c.attach("real-vpn")
		if p := c.of(g.ID, sallyport.ProvisionAdding); p == nil || p.Total != size || p.Waiting != size || p.Done != 0 || p.Since == nil {
			c.Fatalf("after the commit: %+v", p)
		}
		var seen climbing
		dead, release, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
		first := c.through(func(n int) {
			if n%20 == 0 {
				seen.note(c.world, c.of(g.ID, sallyport.ProvisionAdding))
			}
			if n == size/2 {
				close(dead)
				<-release // killed here: what it wrote was never read back, and what it leased stays leased
			}
		})
		go func() {
			defer close(over)
			_ = first.Drain(context.WithoutCancel(c.ctx))
		}()
		<-dead
		half := c.of(g.ID, sallyport.ProvisionAdding)
		if half.Done != size/2-1 || half.InHand == 0 || half.Left() != size/2+1 {
			c.Fatalf("half-way: %+v", half)
		}
		c.clock.Advance(time.Minute) // the dead worker's leases lapse
		second := c.through(func(n int) {
			if n%20 == 0 {
				seen.note(c.world, c.of(g.ID, sallyport.ProvisionAdding))
			}
		})
		if err := second.Drain(c.ctx); err != nil {
			c.Fatal(err)
		}
		seen.note(c.world, c.of(g.ID, sallyport.ProvisionAdding))
		if n := c.same("real-vpn"); n != size || seen.seen[len(seen.seen)-1] != size {
			c.Fatalf("%d have it, progress says %v", n, seen.seen)
		}
		if list := c.under(c.admin(), "real-vpn", ""); len(list) != 0 {
			c.Fatalf("still under way: %+v", list)
		}
		close(release) // the dead worker was only stopped: what it does now changes nothing
		<-over
		c.clock.Advance(time.Minute)
		if err := second.Drain(c.ctx); err != nil {
			c.Fatal(err)
		}
		if n := c.same("real-vpn"); n != size {
			c.Fatal(n)
		}
	})
}

// TestRoleChangesHalfWay: while a role is brought into the target members leave it, and then it is taken away again. What
// the target has in the end is what the reasons ask for, and the removal says of how many it is.
func TestRoleChangesHalfWay(t *testing.T) {
	const size = 120
	eachCrowd(t, size, func(c *crowd) {
		c.s.Reached = size // what is counted in the middle of it all is not still growing
		g := c.attach("real-vpn")
		leave := func(login string) { c.end(c.memberships[login].ID) }
		c.w = c.through(func(n int) {
			if n == size/4 { // one that is there, most likely, and one that is not yet
				leave(c.people[0])
				leave(c.people[size-1])
				if list := c.under(c.admin(), "engineer", ""); len(list) != 2 || list[0].Total != size-2 || list[1].Total != 2 || list[1].Direction != sallyport.ProvisionRemoving {
					c.Errorf("when two had left the role: %+v", list)
				}
			}
		})
		c.drain()
		if n := c.same("real-vpn"); n != size-2 {
			c.Fatal(n)
		}
		if p := c.of(g.ID, sallyport.ProvisionAdding); p.Total != size-2 || p.Done != size-2 {
			c.Fatalf("%+v", p)
		}
		c.end(g.ID)
		c.drain()
		c.expect("real-vpn", "")

		direct := c.give(c.people[5], "real-vpn", nil) // keeps it by another reason
		c.drain()
		again := c.attach("real-vpn")
		var seen climbing
		c.w = c.through(func(n int) {
			switch {
			case n == size/2:
				c.end(again.ID) // taken away in the middle of being given
				p := c.of(again.ID, sallyport.ProvisionRemoving)
				if p == nil || p.Total != size-3 || p.Done != 0 {
					c.Errorf("when it was taken away: %+v", p)
				}
				if c.of(again.ID, sallyport.ProvisionAdding) != nil {
					c.Error("what is taken away is still being given")
				}
			case n > size/2 && n%10 == 0:
				seen.note(c.world, c.of(again.ID, sallyport.ProvisionRemoving))
			}
		})
		c.drain()
		if c.expect("real-vpn", c.people[5]); c.grant(direct.ID).State != sallyport.GrantActive {
			c.Fatalf("%+v", c.grant(direct.ID))
		}
		p := c.of(again.ID, sallyport.ProvisionRemoving)
		if seen.note(c.world, p); p.Total != size-3 || p.Left() != 0 || len(seen.seen) < 3 {
			c.Fatalf("taken away: %+v, seen %v", p, seen.seen)
		}
	})
}

// TestBadEntriesDoNotStopOthers: whom the target does not know fail with the reason, are listed and tried again when asked;
// everybody else gets it.
func TestBadEntriesDoNotStopOthers(t *testing.T) {
	const size, bad = 60, 3
	eachCrowd(t, size, func(c *crowd) {
		right := map[string]string{}
		c.tx(func(ctx context.Context, tx *store.Tx) error {
			for _, login := range c.people[:bad] {
				right[login] = c.uuid(c.person(login))
				if err := tx.SaveAccount(ctx, c.tenant, store.Account{UserID: c.users[login].ID, ConnectionID: c.con.ID, ExternalID: "00000000-0000-4000-8000-0000000000" + login[3:], Name: login}); err != nil {
					return err
				}
			}
			return nil
		})
		g := c.attach("real-vpn")
		c.drain()
		p := c.of(g.ID, sallyport.ProvisionAdding)
		if p.Done != size-bad || p.Failing != bad || p.Waiting != 0 || len(p.Reasons) == 0 || !p.MayRetry {
			c.Fatalf("%+v", p)
		}
		if !strings.Contains(p.Reasons[0].Words, "does not exist") && !strings.Contains(p.Reasons[0].Words, "no account") {
			c.Fatalf("the reason is %q", p.Reasons[0].Words)
		}
		l := c.pending("engineer", access.PendingPeople{State: "failing"}, store.Page{Limit: 2, Total: true})
		if *l.Total != bad || len(l.Items) != 2 || l.Items[0].User.Login != c.people[0] || l.Items[0].Provisioning.Error == "" {
			c.Fatalf("%+v", l)
		}
		if l = c.pending("engineer", access.PendingPeople{State: "failing"}, store.Page{Limit: 2, Cursor: l.NextCursor}); len(l.Items) != 1 || l.Items[0].User.Login != c.people[2] || l.NextCursor != "" {
			c.Fatalf("the second page: %+v", l)
		}
		if l = c.pending("real-vpn", access.PendingPeople{Q: c.people[1]}, store.Page{}); len(l.Items) != 1 || l.Items[0].State != "failing" {
			c.Fatalf("%+v", l)
		}
		ken := sallyport.Actor{Tenant: c.tenant, User: sallyport.UserRef{ID: c.users["ken"].ID}}
		if _, err := c.s.RetryNow(c.ctx, ken, "real-vpn", sallyport.Retry{}); sallyport.CodeOf(err) != sallyport.EForbidden {
			c.Fatal("whoever owns nothing may:", err)
		}
		if list := c.under(ken, "engineer", ""); len(list) != 1 || list[0].MayRetry {
			c.Fatalf("%+v", list)
		}
		c.tx(func(ctx context.Context, tx *store.Tx) error { // the entries are mended without anybody being told
			for login, id := range right {
				if _, err := tx.Exec(ctx, `UPDATE accounts SET external_id=$2 WHERE tenant_id=$1 AND user_id=$3`, c.tenant, id, c.users[login].ID); err != nil {
					return err
				}
			}
			return nil
		})
		c.drain()
		if p = c.of(g.ID, sallyport.ProvisionAdding); p.Failing != bad {
			c.Fatalf("tried before it was time: %+v", p)
		}
		if n, err := c.s.RetryNow(c.ctx, c.admin(), "engineer", sallyport.Retry{}); err != nil || n != bad {
			c.Fatal(n, err)
		}
		c.drain()
		if n := c.same("real-vpn"); n != size || !strings.Contains(c.verbs(c.role.ID), "resource.retried") {
			c.Fatal(n, c.verbs(c.role.ID))
		}
	})
}

// TestRateOfATarget: a connection with a rate gets no more changes in any minute, from however many workers; those that
// need no call cost nothing, removals go first, and the estimate is kept.
func TestRateOfATarget(t *testing.T) {
	const size, none, perMinute = 150, 40, 60
	eachClock(t, func(w *world) {
		c := &crowd{directory: &directory{world: w}, memberships: map[string]sallyport.Grant{}, role: sallyport.Subject{Kind: sallyport.SubjectRole, ID: w.res["engineer"].ID}}
		for i := range size {
			c.people = append(c.people, fmt.Sprintf("p%04d", i))
		}
		c.join(func(login string) string {
			if login < fmt.Sprintf("p%04d", none) { // the first in the order of what is due: a slot each would cost them 40 s
				return ""
			}
			return "acc-" + login
		})
		ken := w.give("ken", "vpn", nil)
		w.give("ada", "vpn", nil)
		w.drain()
		w.con.Settings = map[string]string{sallyport.SettingRate: fmt.Sprint(perMinute)}
		w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.UpdateConnection(ctx, w.tenant, &w.con, nil) })

		g := c.attach("vpn")
		w.drain()
		p := w.of(g.ID, sallyport.ProvisionAdding)
		if p.Rate != perMinute || p.DoneAbout == nil || p.Failing != none || p.Done != 1 || p.Waiting != size-none-1 {
			w.Fatalf("%+v", p)
		}
		start := w.clock.Now()
		changes := func() int { return w.target.count("add") + w.target.count("remove") }
		if left := p.DoneAbout.Sub(start).Seconds(); left < size-none-2 || left > size-none+2 {
			w.Fatalf("%.0f s are said to be left", left)
		}
		other := w.worker()
		t.Cleanup(other.Close)
		calls := []int{changes()}
		for s := 1; s <= size-none; s++ {
			w.clock.Advance(time.Second)
			if s == 10 {
				w.end(ken.ID)
			}
			w.drain()
			if err := other.Drain(w.ctx); err != nil {
				w.Fatal(err)
			}
			if s == 10 && strings.Contains(w.target.has("vpn"), "ken") {
				w.Fatal("what is to be taken away waits behind what is to be given")
			}
			calls = append(calls, changes())
			if past := max(0, s-59); calls[s]-calls[past] > perMinute {
				w.Fatalf("%d changes in the minute before second %d", calls[s]-calls[past], s)
			}
		}
		w.clock.Advance(time.Second)
		w.drain()
		if p = w.of(g.ID, sallyport.ProvisionAdding); p.Done != size-none || p.Waiting != 0 || p.Failing != none {
			w.Fatalf("after %v: %+v", w.clock.Now().Sub(start), p)
		}
		// Faster now, but the target asks for a pause: that holds for everybody.
		w.con.Settings[sallyport.SettingRate] = "6000"
		w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.UpdateConnection(ctx, w.tenant, &w.con, nil) })
		w.end(g.ID)
		before := changes()
		w.target.set(&connector.Error{Class: connector.Retry, Message: "too many calls", RetryAfter: 90 * time.Second})
		w.clock.Advance(time.Second)
		w.drain()
		w.target.set(nil)
		if n := changes() - before; n > 100 { // those that were claimed already
			w.Fatal(n, "calls although the target asked for a pause")
		}
		before = changes()
		w.clock.Advance(80 * time.Second)
		w.drain()
		if n := changes() - before; n != 0 {
			w.Fatal(n, "calls in the pause that the target asked for")
		}
		if p = w.of(g.ID, sallyport.ProvisionRemoving); p.HeldUntil == nil || !p.HeldUntil.After(w.clock.Now()) {
			w.Fatalf("%+v", p)
		}
		for range 20 {
			w.clock.Advance(15 * time.Second)
			w.drain()
		}
		if got := w.target.has("vpn"); got != "ada" {
			w.Fatal(got)
		}
	})
}
