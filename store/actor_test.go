package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

func TestLoadActor(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ctx := t.Context()
		tenant, err := db.EnsureTenant(ctx, "default", "Example")
		if err != nil {
			t.Fatal(err)
		}
		exec := func(query string, args ...any) {
			t.Helper()
			if err := db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, query, args...)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		ada := sallyport.User{Login: "ada", Name: "Ada"}
		if err := db.Update(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.InsertUser(ctx, tenant, &ada) }); err != nil {
			t.Fatal(err)
		}
		resource := func(slug, kind string, builtIn bool) {
			exec(`INSERT INTO resources (tenant_id, id, kind, slug, name, name_key, search_key, built_in, created_at, updated_at)
				VALUES ($1, $2, $3, $2, $2, $2, $2, $4, 1, 1)`, tenant, slug, kind, builtIn)
		}
		grant := func(id, kind, subject, resource, relation string, begin, end time.Time) {
			exec(`INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, origin, reason_kind, starts_at, activated_at, ends_at, created_at)
				VALUES ($1,$2,$3,$4,$5,$6,'given','direct',$7,$7,$8,1)`, tenant, id, kind, subject, resource, relation, store.Micros(begin), store.Micros(end))
		}
		load := func() sallyport.Actor {
			t.Helper()
			var a sallyport.Actor
			if err := db.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				a, err = tx.LoadActor(ctx, tenant, ada.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return a
		}
		resource(store.SlugAdmin, "entitlement", true)
		resource(store.SlugAuditor, "entitlement", true)
		resource(store.SlugCatalogueManager, "entitlement", false) // not the built-in one
		resource("ops", "role", false)
		if a := load(); a.User.Login != "ada" || a.Tenant != tenant || a.Admin || a.Auditor || a.CatalogueManager {
			t.Errorf("with nothing: %+v", a)
		}
		now := clock.Now()
		grant("g1", "user", ada.ID, store.SlugAdmin, "owner", now, now.Add(time.Hour))
		grant("g2", "user", ada.ID, store.SlugCatalogueManager, "member", now, now.Add(time.Hour))
		grant("g3", "user", ada.ID, store.SlugAuditor, "member", now.Add(time.Minute), now.Add(time.Hour))
		if a := load(); a.Admin || a.Auditor || a.CatalogueManager {
			t.Errorf("an owner, an impostor, or access that has not begun counted: %+v", a)
		}
		clock.Advance(2 * time.Minute)
		if a := load(); a.Admin || !a.Auditor {
			t.Errorf("direct: %+v", a)
		}
		grant("g4", "role", "ops", store.SlugAdmin, "member", now, now.Add(3*time.Hour))
		if a := load(); a.Admin {
			t.Errorf("a role that ada is not in counted: %+v", a)
		}
		grant("g5", "user", ada.ID, "ops", "member", now, now.Add(2*time.Hour))
		if a := load(); !a.Admin || !a.Auditor {
			t.Errorf("by role: %+v", a)
		}
		clock.Advance(2 * time.Hour)
		if a := load(); a.Admin || a.Auditor {
			t.Errorf("after the end: %+v", a)
		}
		for _, state := range []sallyport.UserState{sallyport.UserSuspended, sallyport.UserGone} {
			exec(`UPDATE users SET state = $1 WHERE id = $2`, state, ada.ID)
			err := db.View(ctx, func(ctx context.Context, tx *store.Tx) error { _, err := tx.LoadActor(ctx, tenant, ada.ID); return err })
			if sallyport.CodeOf(err) != sallyport.EUnauthenticated {
				t.Errorf("%s: %v", state, err)
			}
		}
		err = db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.LoadActor(ctx, "ten_other", ada.ID)
			return err
		})
		if sallyport.CodeOf(err) != sallyport.EUnauthenticated {
			t.Errorf("another tenant: %v", err)
		}
	})
}

func TestEnsureTenant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := make([]string, 8)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				var err error
				if ids[i], err = db.EnsureTenant(t.Context(), "default", "Example"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id == "" || id != ids[0] {
				t.Fatalf("ids differ: %v", ids)
			}
		}
		err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			tenant, err := tx.TenantBySlug(ctx, "default")
			if err != nil || tenant.ID != ids[0] || tenant.Name != "Example" {
				t.Errorf("%+v, %v", tenant, err)
			}
			signer, verifier, err := tx.AuditKey(ctx, tenant.ID)
			if err != nil || len(signer) < 40 || !strings.HasPrefix(verifier, "sallyport/"+tenant.ID+"+") {
				t.Errorf("%q, %v", verifier, err)
			}
			var n int
			if err := tx.Row(ctx, `SELECT count(*) FROM events WHERE verb = 'tenant.created'`, nil, &n); err != nil || n != 1 {
				t.Errorf("%d events, %v", n, err)
			}
			var sealed int
			if err := tx.Row(ctx, `SELECT count(*) FROM keys WHERE private LIKE '%PRIVATE%'`, nil, &sealed); err != nil || sealed != 0 {
				t.Errorf("the private key is not sealed (%v)", err)
			}
			_, err = tx.TenantBySlug(ctx, "other")
			if sallyport.CodeOf(err) != sallyport.ENotFound {
				t.Errorf("%v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.EnsureTenant(t.Context(), "Not a slug", ""); sallyport.CodeOf(err) != sallyport.EInvalid {
			t.Errorf("%v", err)
		}
	})
}
