package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/sallyport/sallyport"
)

// AllResources lists all living resources that a filter leaves, without pages and whatever the audience: for plans over
// the whole catalogue.
func (tx *Tx) AllResources(ctx context.Context, tenant string, f ResourceFilter) ([]sallyport.Resource, error) {
	var out []sallyport.Resource
	p := Page{Limit: MaxLimit, Sort: "slug"}
	for {
		l, err := tx.Resources(ctx, tenant, Viewer{All: true}, f, p)
		if err != nil {
			return nil, err
		}
		out = append(out, l.Items...)
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			return out, nil
		}
	}
}

// NamedBy lists the slugs of living resources that name a group or role: as audience, in their flow or fulfilment.
func (tx *Tx) NamedBy(ctx context.Context, tenant string, r sallyport.Resource) ([]string, error) {
	expr := func(name string) string {
		return `%"` + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(string(r.Kind)+":"+name) + `"%`
	}
	var out []string
	err := tx.Rows(ctx, `SELECT slug FROM resources WHERE tenant_id=$1 AND deleted_at IS NULL AND id <> $2 AND (audience_id=$2
		OR flow LIKE $3 ESCAPE '\' OR flow LIKE $4 ESCAPE '\' OR fulfilment LIKE $3 ESCAPE '\' OR fulfilment LIKE $4 ESCAPE '\'
		OR revocation LIKE $3 ESCAPE '\' OR revocation LIKE $4 ESCAPE '\') ORDER BY slug LIMIT 50`,
		[]any{tenant, r.ID, expr(r.Slug), expr(r.ID)}, func(rows *sql.Rows) error {
			var s string
			err := rows.Scan(&s)
			out = append(out, s)
			return err
		})
	return out, err
}
