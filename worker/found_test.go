package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// found is the living grant that somebody has because a read found them.
func (d *directory) found(login string) (out sallyport.Grant) {
	d.Helper()
	d.tx(func(ctx context.Context, tx *store.Tx) error {
		lives := true
		l, err := tx.Grants(ctx, d.tenant, access.Everything, store.GrantFilter{SubjectKind: sallyport.SubjectUser, SubjectID: d.users[login].ID, ResourceID: d.res["real-vpn"].ID,
			Origin: string(sallyport.OriginImport), Active: &lives}, store.Page{})
		if len(l.Items) != 1 {
			d.Fatalf("%s was found %d times", login, len(l.Items))
		}
		out = l.Items[0]
		return err
	})
	return out
}

// TestWhatIsFoundObeysTags (domain rules 1, 17 and 18): what a read finds ends when a tag says, be the tag there before or
// after it; the preview says so; later reads make it no longer; at its end it is taken away in the directory, and put back
// there by others it is taken away again. Who is given it here meanwhile keeps it.
func TestWhatIsFoundObeysTags(t *testing.T) {
	directories(t, eachClock, func(d *directory) {
		cat, set := d.onlyVPN()
		root := sallyport.Actor{Tenant: d.tenant, User: d.users["root"].Ref(), Admin: true}
		limit := func(days sallyport.Duration) sallyport.Tag {
			return sallyport.Tag{Name: "Short", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: days * sallyport.Day}}
		}
		tag, err := cat.SaveTag(d.ctx, root, "", limit(20), false)
		if err != nil {
			d.Fatal(err)
		}
		ends := func(login string, days int) {
			d.Helper()
			if g := d.found(login); g.NoEnd || g.EndsAt == nil || g.EndsAt.Sub(g.StartsAt).Round(time.Second) != time.Duration(days)*24*time.Hour || g.State != sallyport.GrantActive {
				d.Fatalf("%s: no end %v, from %v to %v, %s", login, g.NoEnd, g.StartsAt, g.EndsAt, g.State)
			}
		}

		set("ada")
		if run := d.compare(cat, catalog.SyncOptions{}); run.Plan.Items[0].Detail != "Real vpn was found in the target" || !d.found("ada").NoEnd {
			d.Fatalf("nothing limits it: %+v", run.Plan)
		}
		if err := cat.AttachTag(d.ctx, root, "real-vpn", tag.ID, false); err != nil {
			d.Fatal(err)
		}
		ends("ada", 20)
		if _, err := cat.SaveTag(d.ctx, root, tag.ID, limit(2), false); err != nil {
			d.Fatal(err)
		}
		ends("ada", 2)

		set("ada", "eve", "ken")
		if run := d.compare(cat, catalog.SyncOptions{}); run.Plan.Counts["add holding"] != 2 || run.Plan.Items[0].Detail != "Real vpn was found in the target; its tags end that in 2 days" {
			d.Fatalf("%+v", run.Plan)
		}
		ends("eve", 2)
		d.clock.Advance(time.Hour)
		if run := d.compare(cat, catalog.SyncOptions{}); !run.Plan.Empty() {
			d.Fatalf("it was found before: %+v", run.Plan)
		}
		ends("eve", 2)

		if _, err := d.s.Extend(d.ctx, root, d.found("ken").ID, access.Extension{Duration: hours(72), Reason: "on call"}); sallyport.CodeOf(err) != sallyport.EPrecondition {
			d.Fatalf("the limit holds for what goes on: %v", err)
		}
		next, err := d.s.Extend(d.ctx, root, d.found("ken").ID, access.Extension{Duration: hours(48), Reason: "on call"})
		if err != nil || next.Origin != sallyport.OriginGiven {
			d.Fatal(next.Origin, err)
		}
		ends("ken", 2)
		d.drain()
		d.expect("real-vpn", "ada eve ken")
		d.clock.Advance(47 * time.Hour)
		d.drain()
		d.expect("real-vpn", "ken")
		if g := d.grant(next.ID); g.State != sallyport.GrantActive {
			d.Fatalf("what was given goes on: %s", g.State)
		}

		set("eve", "ken")
		if run := d.compare(cat, catalog.SyncOptions{}); run.Plan.Counts["add holding"] != 0 || run.Plan.Counts["change holding"] != 1 {
			d.Fatalf("%+v", run.Plan)
		}
		d.drain()
		d.expect("real-vpn", "ken")
	})
}
