package demo_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/catalog/demo"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/connector/ldap"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

func TestSeed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		tenant, err := db.EnsureTenant(ctx, "default", demo.Company)
		if err != nil {
			t.Fatal(err)
		}
		s := catalog.New(db, access.New(db, nil, "http://localhost"), []connector.Kind{ldap.Kind()}, nil)
		if err := demo.Seed(ctx, s, tenant); err != nil {
			t.Fatal(err)
		}
		if err := demo.Seed(ctx, s, tenant); err != nil {
			t.Fatalf("the second time: %v", err)
		}
		err = db.View(ctx, func(ctx context.Context, tx *store.Tx) error { return look(t, ctx, tx, tenant) })
		if err != nil {
			t.Fatal(err)
		}
		examples(t, s, tenant)
	})
}

// examples applies the example catalogue to the demo company, twice.
func examples(t *testing.T, s *catalog.Service, tenant string) {
	f, faults := catalog.Load(os.DirFS("../../examples/catalogue"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for range 2 {
		p, err := s.Apply(t.Context(), sallyport.System(tenant), f, catalog.ApplyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d to create, %d to change, %d the same", p.Creates, p.Changes, p.Same)
	}
}

// look holds what was laid out against what api.md promises about it.
func look(t *testing.T, ctx context.Context, tx *store.Tx, tenant string) error {
	everyone := store.Viewer{All: true}
	users, err := tx.Users(ctx, tenant, store.UserFilter{}, store.Page{Limit: 200, Total: true})
	if err != nil {
		return err
	}
	if n := *users.Total; n < 110 || n > 130 {
		t.Errorf("%d people", n)
	}
	all, err := tx.AllResources(ctx, tenant, store.ResourceFilter{})
	if err != nil {
		return err
	}
	kinds := map[sallyport.Kind]int{}
	for _, r := range all {
		kinds[r.Kind]++
	}
	t.Logf("resources: %d %v", len(all), kinds)
	if len(all) != 61 || kinds[sallyport.KindApp] != 13 {
		t.Errorf("%d resources, of them %d apps with Sallyport itself", len(all), kinds[sallyport.KindApp])
	}
	never := map[string]bool{"vpn": true, "wiki": true, "laptop": true, "github": true, "github.engineering": true, "backend-engineer": true}
	for _, login := range demo.Logins() {
		u, err := tx.User(ctx, tenant, login)
		if err != nil {
			return err
		}
		held, err := tx.UserAccess(ctx, tenant, u.ID, tx.Now(), everyone)
		if err != nil {
			return err
		}
		if len(held) >= 20 || len(held) < 3 {
			t.Errorf("%s holds %d", login, len(held))
		}
		for _, a := range held {
			if never[a.Resource.Slug] && a.Relation == sallyport.Member {
				t.Errorf("%s holds %s", login, a.Resource.Slug)
			}
		}
		pending, err := tx.Requests(ctx, tenant, everyone, store.RequestFilter{State: "pending", SubjectKind: sallyport.SubjectUser, SubjectID: u.ID}, store.Page{})
		if err != nil {
			return err
		}
		for _, r := range pending.Items {
			if never[r.Resource.Slug] || r.Resource.Slug == "reset-mfa" {
				t.Errorf("%s has a pending request for %s", login, r.Resource.Slug)
			}
		}
		waiting, err := tx.Requests(ctx, tenant, everyone, store.RequestFilter{Assignee: u.ID}, store.Page{})
		if err != nil {
			return err
		}
		t.Logf("%s: holds %d, %d pending, %d wait for their vote", login, len(held), len(pending.Items), len(waiting.Items))
	}
	for _, login := range []string{"employee", "teammate"} {
		if u, err := tx.User(ctx, tenant, login); err != nil || u.Manager == nil || u.Manager.Login != "lead" {
			t.Errorf("%s: %v %v", login, u.Manager, err)
		}
	}
	for login, want := range map[string]string{"admin": "admin", "auditor": "auditor"} {
		u, err := tx.User(ctx, tenant, login)
		if err != nil {
			return err
		}
		a, err := tx.LoadActor(ctx, tenant, u.ID)
		if err != nil || a.Admin != (want == "admin") || a.Auditor != (want == "auditor") {
			t.Errorf("%s: %+v %v", login, a, err)
		}
	}
	for slug, owner := range map[string]string{"wiki": "lead", "github": "owner"} {
		if r, err := tx.Resource(ctx, tenant, slug, everyone); err != nil || len(r.Owners) != 1 || r.Owners[0].Login != owner {
			t.Errorf("%s: %v %v", slug, r.Owners, err)
		}
	}
	if u, err := tx.User(ctx, tenant, "eoin.murphy"); err != nil {
		return err
	} else if held, err := tx.UserAccess(ctx, tenant, u.ID, tx.Now(), everyone); err != nil {
		return err
	} else {
		reaches := map[string]bool{}
		for _, a := range held {
			for _, p := range a.Paths {
				if p.Role != nil && p.Role.Slug == "backend-engineer" {
					reaches[a.Resource.Slug] = true
				}
			}
		}
		if !reaches["vpn"] || !reaches["github.engineering"] || len(reaches) != 2 {
			t.Errorf("by the role backend-engineer: %v", reaches)
		}
	}
	for _, state := range []string{"pending", "approved", "denied", "cancelled", "expired", "superseded", "failed"} {
		l, err := tx.Requests(ctx, tenant, everyone, store.RequestFilter{State: state}, store.Page{Limit: 1, Total: true})
		if err != nil {
			return err
		}
		t.Logf("%s: %d requests", state, *l.Total)
		if *l.Total == 0 {
			t.Errorf("no request is %s", state)
		}
	}
	soon := tx.Now().Add(14 * 24 * time.Hour)
	l, err := tx.Grants(ctx, tenant, everyone, store.GrantFilter{ExpiringBefore: &soon}, store.Page{Limit: 1, Total: true})
	if err != nil {
		return err
	}
	if *l.Total < 10 {
		t.Errorf("%d grants end in the next 14 days", *l.Total)
	}
	for _, state := range []string{"open", "claimed", "done", "rejected"} {
		l, err := tx.Tasks(ctx, tenant, everyone, store.TaskFilter{State: state}, store.Page{Limit: 1, Total: true})
		if err != nil {
			return err
		}
		t.Logf("%s: %d tasks", state, *l.Total)
		if *l.Total == 0 {
			t.Errorf("no task is %s", state)
		}
	}
	var late, events int
	if err := tx.Row(ctx, `SELECT count(*) FROM events WHERE tenant_id=$1 AND at > $2`, []any{tenant, store.Micros(tx.Now())}, &late); err != nil {
		return err
	}
	if err := tx.Row(ctx, `SELECT count(*) FROM events WHERE tenant_id=$1`, []any{tenant}, &events); err != nil {
		return err
	}
	t.Logf("%d events", events)
	if late > 0 {
		t.Errorf("%d events lie in the future", late)
	}
	return nil
}
