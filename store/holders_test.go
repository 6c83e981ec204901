package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestHoldersByManyRolesAreRead: people are gone through by name where most hold a thing, but not where so many roles give it
// that to look each person up takes longer than to read who holds it. The page is the same.
func TestHoldersByManyRolesAreRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		one, several := w.resource(sallyport.KindApp, "one", nil), w.resource(sallyport.KindApp, "several", nil)
		const people = 3000
		numbers := fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", people)
		w.exec(numbers+`INSERT INTO users (tenant_id, id, login, login_key, name, name_key, search_key, created_at, updated_at)
			SELECT CAST($1 AS TEXT), 'usr_z' || (10000 + i), 'z' || i, 'z' || i, 'Z', 'z' || (10000 + i), 'z', 1, 1 FROM n`, w.tenant)
		hold := func(kind, subject, resource, where string) {
			w.exec(numbers+`INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, origin, reason_kind, starts_at, activated_at, no_end, created_at)
				SELECT CAST($1 AS TEXT), 'grt_' || CAST($2 AS TEXT) || i, '`+kind+`', `+subject+`, CAST($2 AS TEXT), 'member', 'given', 'direct', 1, 1, TRUE, 1 FROM n WHERE `+where, w.tenant, resource)
		}
		hold("user", "'usr_z' || (10000 + i)", one.ID, "i <= 2200")
		for i := range 11 {
			role := w.resource(sallyport.KindRole, fmt.Sprint("role-", i), nil)
			hold("user", "'usr_z' || (10000 + i)", role.ID, fmt.Sprintf("i <= 2200 AND i %% 11 = %d", i))
			hold("role", "'"+role.ID+"'", several.ID, fmt.Sprintf("i = %d", i+1))
		}
		for _, c := range []struct {
			resource sallyport.Resource
			walks    bool
		}{{one, true}, {several, false}} {
			walked, names := false, []string{}
			for _, s := range w.traced(c.resource.Slug, true, func(ctx context.Context, tx *store.Tx) error {
				items, more, _, err := tx.HoldersPage(ctx, w.tenant, c.resource.ID, store.HolderPage{At: tx.Now(), Limit: 3}, everything)
				for _, it := range items {
					names = append(names, it.User.ID)
				}
				if more == nil {
					t.Errorf("%s: there is no next page", c.resource.Slug)
				}
				return err
			}) {
				walked = walked || strings.Contains(s.query, "string_agg")
			}
			if want := "usr_z10001 usr_z10002 usr_z10003"; walked != c.walks || strings.Join(names, " ") != want {
				t.Errorf("%s: walked is %t, and the page is %v", c.resource.Slug, walked, names)
			}
		}
	})
}
