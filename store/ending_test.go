package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestEndsThatSomebodyMaySee: whether little or much is hidden from a viewer, who looks at it in another way, they see and
// count the same: no end of what is hidden, or of what a hidden role has, but their own.
func TestEndsThatSomebodyMaySee(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, ken := w.user("ada"), w.user("ken")
		security := w.resource(sallyport.KindGroup, "security", nil)
		some := security.Ref()
		wiki, vault, safe := w.resource(sallyport.KindApp, "wiki", nil), w.resource(sallyport.KindApp, "vault", &some), w.resource(sallyport.KindApp, "safe", &some)
		app := vault.Ref()
		root := sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "vault.root", Name: "The root", Managed: true, App: &app}
		w.update(func(ctx context.Context, tx *store.Tx) error { return tx.InsertResource(ctx, w.tenant, &root, false) })
		open, ops := w.resource(sallyport.KindRole, "open", nil), w.resource(sallyport.KindRole, "ops", &some)
		w.attach(open, wiki)
		w.attach(ops, wiki)
		w.hold(ada, safe, sallyport.Owner)
		for _, r := range []sallyport.Resource{wiki, vault, root, safe} {
			w.hold(ken, r, sallyport.Member)
		}
		w.hold(ada, vault, sallyport.Member)
		w.exec(`UPDATE grants SET no_end=FALSE, ends_at=starts_at + 1000000000 WHERE tenant_id=$1 AND relation='member'`, w.tenant)
		both := func() {
			t.Helper()
			v := store.Viewer{ID: ada.ID}
			w.looksAtEnds("ada", v, store.ExpiringFilter{}, "ada vault", "ken safe", "ken wiki", "open wiki")
			w.looksAtEnds("ada, by a word", v, store.ExpiringFilter{Q: "vault"}, "ada vault")
			w.looksAtEnds("an admin", store.Viewer{All: true}, store.ExpiringFilter{}, "ada vault", "ken safe", "ken vault", "ken vault.root", "ken wiki", "open wiki", "ops wiki")
		}
		both()
		w.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 501)
			INSERT INTO resources (tenant_id, id, kind, slug, name, name_key, search_key, audience_id, created_at, updated_at)
			SELECT CAST($1 AS TEXT), 'res_hidden' || i, 'app', 'hidden' || i, 'Hidden ' || i, 'hidden ' || i, 'hidden ' || i, CAST($2 AS TEXT), $3, $3 FROM n`,
			w.tenant, security.ID, store.Micros(time.Now()))
		both()
	})
}

// looksAtEnds looks at what ends in several orders and by pages of several lengths, which all have and count the same.
func (w *world) looksAtEnds(who string, v store.Viewer, f store.ExpiringFilter, want ...string) {
	w.t.Helper()
	for _, sort := range []string{"", "subject", "-resource"} {
		for _, limit := range []int{1, 100} {
			var got []string
			for p := (store.Page{Sort: sort, Limit: limit, Total: true}); ; {
				var l store.List[sallyport.Expiring]
				w.view(func(ctx context.Context, tx *store.Tx) (err error) {
					l, err = tx.Expiring(ctx, w.tenant, v, f, p)
					return err
				})
				for _, it := range l.Items {
					got = append(got, it.Grant.Subject.Login+it.Grant.Subject.Slug+" "+it.Grant.Resource.Slug)
				}
				if *l.Total != len(want) {
					w.t.Errorf("%s: a page of %d by %q says that there are %d, want %d", who, limit, sort, *l.Total, len(want))
				}
				if p.Cursor = l.NextCursor; p.Cursor == "" {
					break
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				w.t.Errorf("%s, pages of %d by %q: %q, want %q", who, limit, sort, got, want)
			}
		}
	}
}

// TestEndsByAWord: what ends is found by a word in the name of who has it or of what it is on, once where both have it,
// however many others are called so.
func TestEndsByAWord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, ken := w.user("ada"), w.user("ken")
		desk, wiki := w.resource(sallyport.KindApp, "ada-desk", nil), w.resource(sallyport.KindApp, "wiki", nil)
		crew, friends := w.resource(sallyport.KindRole, "crew", nil), w.resource(sallyport.KindRole, "ada-friends", nil)
		w.attach(crew, desk)
		w.attach(friends, wiki)
		w.attach(friends, desk)
		for _, u := range []sallyport.User{ada, ken} {
			for _, r := range []sallyport.Resource{desk, wiki, crew, friends} {
				w.hold(u, r, sallyport.Member)
			}
		}
		w.hold(ken, wiki, sallyport.Owner)
		w.exec(`UPDATE grants SET no_end=FALSE, ends_at=starts_at + 1000000000 WHERE tenant_id=$1 AND relation='member'`, w.tenant)
		over := w.hold(ada, w.resource(sallyport.KindApp, "over", nil), sallyport.Member)
		w.exec("UPDATE grants SET no_end=FALSE, ends_at=starts_at + 1000000000, ended_at=starts_at WHERE id=$1", over.ID)
		for more, prefix := 0, "few"; more < 1000; more, prefix = more*20+30, prefix+"x" {
			w.exec(fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
				INSERT INTO users (tenant_id, id, login, login_key, name, name_key, search_key, created_at, updated_at)
				SELECT CAST($1 AS TEXT), CAST($2 AS TEXT) || i, CAST($2 AS TEXT) || i, CAST($2 AS TEXT) || i, 'Ada', 'ada', 'ada', $3, $3 FROM n WHERE i > 0`, more), w.tenant, prefix, store.Micros(time.Now()))
			for _, v := range []store.Viewer{everything, {ID: ken.ID}} {
				w.looksAtEnds("ada", v, store.ExpiringFilter{Q: "ada"}, "ada ada-desk", "ada ada-friends", "ada crew", "ada wiki", "ada-friends ada-desk", "ada-friends wiki",
					"crew ada-desk", "ken ada-desk", "ken ada-friends")
				w.looksAtEnds("ada's by role", v, store.ExpiringFilter{Q: "ada", Via: "role"}, "ada ada-friends", "ada crew", "ada-friends ada-desk", "ada-friends wiki", "crew ada-desk", "ken ada-friends")
				w.looksAtEnds("nobody", v, store.ExpiringFilter{Q: "zxqv"})
			}
		}
	})
}
