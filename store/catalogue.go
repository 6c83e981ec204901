package store

import (
	"context"
	"database/sql"

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
