package store_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// What is found before the tenant is known: by the hash of a secret, or to know the tenant itself.
var beforeTenant = []string{"sessions(token_hash)", "tokens(hash)", "tenants(id)", "tenants(slug)"}

// TestEveryKeyBeginsWithTheTenant: no row of one company can be the key, the double or the parent of another's (domain
// rule 25).
func TestEveryKeyBeginsWithTheTenant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys := `SELECT m.name, (SELECT group_concat(c.name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) c)
			FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type='table' AND i."unique"=1`
		parents := `SELECT m.name, (SELECT group_concat(c."from", ',') FROM (SELECT "from" FROM pragma_foreign_key_list(m.name) f2 WHERE f2.id=f.id ORDER BY seq) c)
			FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type='table' AND f.seq=0`
		if db.Postgres() {
			columns := `(SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(`
			keys = `SELECT t.relname, ` + columns + `i.indkey::int2[]) WITH ORDINALITY k(att, n) JOIN pg_attribute a ON a.attrelid=t.oid AND a.attnum=k.att)
				FROM pg_index i JOIN pg_class t ON t.oid=i.indrelid JOIN pg_namespace s ON s.oid=t.relnamespace WHERE s.nspname='public' AND i.indisunique`
			parents = `SELECT t.relname, ` + columns + `c.conkey) WITH ORDINALITY k(att, n) JOIN pg_attribute a ON a.attrelid=t.oid AND a.attnum=k.att)
				FROM pg_constraint c JOIN pg_class t ON t.oid=c.conrelid JOIN pg_namespace s ON s.oid=t.relnamespace WHERE s.nspname='public' AND c.contype='f'`
		}
		for what, q := range map[string]string{"key": keys, "reference": parents} {
			n := 0
			err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				return tx.Rows(ctx, q, nil, func(r *sql.Rows) error {
					var table, columns string
					if err := r.Scan(&table, &columns); err != nil {
						return err
					}
					if strings.HasPrefix(table, "goose") || strings.HasPrefix(table, "sqlite") || slices.Contains(beforeTenant, table+"("+columns+")") {
						return nil
					}
					n++
					if columns != "tenant_id" && !strings.HasPrefix(columns, "tenant_id,") {
						t.Errorf("%s(%s) is a %s without the tenant", table, columns, what)
					}
					return nil
				})
			})
			if err != nil || n < 25 {
				t.Errorf("%d of kind %s were looked at: %v", n, what, err)
			}
		}
	})
}
