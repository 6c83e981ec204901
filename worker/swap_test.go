package worker_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func (w *world) fulfil(slug string, f sallyport.Fulfilment) {
	w.Helper()
	r := w.res[slug]
	r.Fulfilment = f
	w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.UpdateResource(ctx, w.tenant, &r) })
	w.res[slug] = r
}

// TestSwappedBothWays: while grants are in every state (waiting for a person, being tried, active, being taken away), the
// resource's fulfilment goes from by hand to a real directory and back. Each is finished the way it was begun, everything
// new goes the new way, and nobody's access is lost or left.
func TestSwappedBothWays(t *testing.T) {
	eachDirectory(t, func(d *directory) {
		const slug = "real-vpn"
		connected := d.res[slug].Fulfilment
		byHand := sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:noa", Target: connected.Target} // for looking there
		noa := sallyport.Actor{Tenant: d.tenant, User: d.users["noa"].Ref(), Via: sallyport.ViaSession}
		todo := func() string {
			d.Helper()
			l, err := d.s.Tasks(d.ctx, noa, store.TaskFilter{Assignee: noa.User.ID, State: "todo"}, store.Page{})
			if err != nil {
				d.Fatal(err)
			}
			var out []string
			for _, task := range l.Items {
				out = append(out, string(task.Kind)+" "+task.Beneficiary.Login)
			}
			return strings.Join(out, ", ")
		}
		complete := func() {
			d.Helper()
			l, err := d.s.Tasks(d.ctx, noa, store.TaskFilter{Assignee: noa.User.ID, State: "todo"}, store.Page{})
			for _, task := range l.Items {
				_, e := d.s.Complete(d.ctx, noa, task.ID, "done by hand")
				err = errors.Join(err, e)
			}
			if err != nil {
				d.Fatal(err)
			}
		}

		d.fulfil(slug, byHand)
		ken := d.give("ken", slug, hours(9))
		if todo() != "fulfil ken" {
			d.Fatal(todo())
		}
		d.fulfil(slug, connected) // a task is open
		ada := d.give("ada", slug, hours(9))
		d.drain()
		d.expect(slug, "ada")
		complete()
		if d.grant(ken.ID).State != sallyport.GrantActive || d.grant(ada.ID).State != sallyport.GrantActive {
			d.Fatalf("%s, %s", d.grant(ken.ID).State, d.grant(ada.ID).State)
		}

		if err := d.server.Stop(); err != nil {
			d.Fatal(err)
		}
		eve := d.give("eve", slug, hours(9)) // tried, and has to wait
		d.end(ada.ID)                        // to be taken away, and has to wait
		d.drain()
		if d.grant(eve.ID).State != sallyport.GrantFailing || d.grant(ada.ID).State != sallyport.GrantRevoking {
			d.Fatalf("%s, %s", d.grant(eve.ID).State, d.grant(ada.ID).State)
		}
		d.fulfil(slug, byHand) // both are on their way
		d.end(ken.ID)          // was made by hand
		if todo() != "remove ken" {
			d.Fatal(todo())
		}
		if err := d.server.Restart(); err != nil {
			d.Fatal(err)
		}
		d.until("the directory is as it should be", func() bool {
			d.drain()
			time.Sleep(100 * time.Millisecond)
			return d.members(slug) == "eve" && d.grant(eve.ID).State == sallyport.GrantActive && d.grant(ada.ID).State == sallyport.GrantEnded
		})
		complete()
		if d.grant(ken.ID).State != sallyport.GrantEnded || todo() != "" {
			d.Fatalf("%s; %s", d.grant(ken.ID).State, todo())
		}
		again := d.give("ada", slug, hours(9)) // begins anew, by hand as of today
		d.drain()
		if todo() != "fulfil ada" {
			d.Fatal(todo())
		}
		complete()
		d.end(eve.ID) // was made by the connector, and is taken away by it
		d.drain()
		d.expect(slug, "")
		if d.grant(again.ID).State != sallyport.GrantActive || d.grant(eve.ID).State != sallyport.GrantEnded || todo() != "" {
			d.Fatalf("%s, %s; %s", d.grant(again.ID).State, d.grant(eve.ID).State, todo())
		}
	})
}
