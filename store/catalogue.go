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

// AllUsers lists everybody of a tenant, whatever their state: for plans over a whole directory.
func (tx *Tx) AllUsers(ctx context.Context, tenant string) ([]sallyport.User, error) {
	var out []sallyport.User
	err := tx.Rows(ctx, "SELECT "+userColumns+userFrom+" WHERE u.tenant_id=$1 ORDER BY u.id", []any{tenant}, func(r *sql.Rows) error {
		var u sallyport.User
		if err := scanUser(r, &u); err != nil {
			return err
		}
		out = append(out, u)
		return nil
	})
	return out, err
}

// FailStaleSyncs closes runs of a connection that began before a moment and never ended, as after a crash.
func (tx *Tx) FailStaleSyncs(ctx context.Context, tenant, source string, before int64) error {
	_, err := tx.Exec(ctx, `UPDATE syncs SET state='failed', error='the server stopped while it ran; nothing was changed', finished_at=$4
		WHERE tenant_id=$1 AND source=$2 AND state='running' AND started_at < $3`, tenant, source, before, Micros(tx.now))
	return err
}
