package worker_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/connector/ldap"
	"github.com/sallyport/sallyport/store"
)

// compare reads the real directory as a sync does.
func (d *directory) compare(c *catalog.Service, o catalog.SyncOptions) sallyport.Sync {
	d.Helper()
	run, err := c.Sync(d.ctx, sallyport.System(d.tenant), "dir", o)
	if err != nil || run.State == sallyport.SyncFailed {
		d.Fatal(run.Error, err)
	}
	return run
}

func (d *directory) drift(c *catalog.Service) string {
	d.Helper()
	list, err := c.Drift(d.ctx, sallyport.System(d.tenant), "dir")
	if err != nil {
		d.Fatal(err)
	}
	var out []string
	for _, x := range list {
		who := x.Account
		if x.User != nil {
			who = x.User.Login
		}
		out = append(out, x.Kind+" "+who)
	}
	return strings.Join(out, ", ")
}

// onlyVPN leaves of the three groups the first, and returns what reads the directory and what sets who is in the group there.
func (d *directory) onlyVPN() (*catalog.Service, func(logins ...string)) {
	d.Helper()
	cat := catalog.New(d.db, d.s, []connector.Kind{ldap.Kind()}, slog.New(slog.DiscardHandler))
	d.tx(func(ctx context.Context, tx *store.Tx) error {
		d.con.Settings = map[string]string{"url": d.server.URL(), "bind_dn": d.server.BindDN, "people_base": d.server.People(), "groups_base": d.server.Groups(), "timeout": "5s"}
		return tx.UpdateConnection(ctx, d.tenant, &d.con, map[string]string{"bind_password": d.server.Password})
	})
	for _, slug := range []string{"real-files", "real-shell", "vpn"} {
		d.tx(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.DeleteResource(ctx, d.tenant, d.res[slug].ID)
			return err
		})
	}
	group := d.res["real-vpn"].Fulfilment.Target
	return cat, func(logins ...string) {
		d.Helper()
		members := []string{d.server.BindDN}
		for _, login := range logins {
			members = append(members, d.person(login))
		}
		if err := d.server.Modify(group, map[string][]string{"member": members}); err != nil {
			d.Fatal(err)
		}
	}
}

// TestDriftIsSetRight: a target that differs from what ought to be is shown as it is, and the workers set it right. Taken
// away and there again, as after the late write of a worker that died: it goes. Given and not there: it comes back. An
// import that is gone stays away.
func TestDriftIsSetRight(t *testing.T) {
	eachDirectory(t, func(d *directory) {
		cat, set := d.onlyVPN()
		over, keep := d.give("ken", "real-vpn", hours(4)), d.give("ada", "real-vpn", hours(4))
		d.drain()
		d.end(over.ID)
		d.drain()
		d.expect("real-vpn", "ada")
		if run := d.compare(cat, catalog.SyncOptions{}); !run.Plan.Empty() || d.drift(cat) != "" {
			d.Fatalf("nothing differs: %+v, %s", run.Plan, d.drift(cat))
		}

		set("ken") // ken is back, ada is gone
		if run := d.compare(cat, catalog.SyncOptions{Preview: true}); run.Plan.Counts["change holding"] != 2 || run.Plan.Changes != 2 {
			d.Fatalf("%+v", run.Plan)
		}
		d.drain()
		d.expect("real-vpn", "ken") // a preview changes nothing
		if run := d.compare(cat, catalog.SyncOptions{}); run.State != sallyport.SyncApplied || run.Plan.Counts["add holding"] != 0 {
			d.Fatalf("%+v", run)
		}
		if got := d.drift(cat); got != "only_in_target ken, missing_in_target ada" {
			d.Fatal(got)
		}
		d.drain()
		d.expect("real-vpn", "ada")
		if run := d.compare(cat, catalog.SyncOptions{}); !run.Plan.Empty() || d.drift(cat) != "" {
			d.Fatalf("it is as it ought to be: %+v, %s", run.Plan, d.drift(cat))
		}
		for _, login := range []string{"ken", "ada"} {
			if p := d.provision(login, "real-vpn"); !strings.Contains(d.verbs(p.ID), "provision.drifted") || p.NextAt != nil || p.RecheckAt != nil {
				d.Fatalf("%s: %q %+v", login, d.verbs(p.ID), p)
			}
		}
		if g := d.grant(keep.ID); g.State != sallyport.GrantActive || d.grant(over.ID).State != sallyport.GrantEnded {
			d.Fatalf("%+v", g)
		}

		// The last one gone leaves a group with nobody in it, which was read all the same.
		set()
		d.compare(cat, catalog.SyncOptions{})
		if got := d.drift(cat); got != "missing_in_target ada" {
			d.Fatal(got)
		}
		d.drain()
		d.expect("real-vpn", "ada")

		set("ada", "eve") // eve was put there by others
		if run := d.compare(cat, catalog.SyncOptions{}); run.Plan.Counts["add holding"] != 1 {
			d.Fatalf("%+v", run.Plan)
		}
		set("ada")
		if run := d.compare(cat, catalog.SyncOptions{}); run.Plan.Counts["end holding"] != 1 || run.Plan.Counts["change holding"] != 0 {
			d.Fatalf("%+v", run.Plan)
		}
		d.drain()
		d.expect("real-vpn", "ada") // followed, not enforced
		var living int
		d.tx(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Grants(ctx, d.tenant, access.Everything, store.GrantFilter{SubjectKind: sallyport.SubjectUser, SubjectID: d.users["eve"].ID, ResourceID: d.res["real-vpn"].ID}, store.Page{})
			living = 0
			for _, g := range l.Items {
				if g.EndedAt == nil {
					living++
				}
			}
			return err
		})
		if living != 0 {
			d.Fatal("eve's import lives on")
		}
	})
}
