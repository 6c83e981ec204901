package store

import "context"

// Trace calls f with every statement that later transactions run through Exec, Row and Rows.
func (db *DB) Trace(f func(query string, args []any)) { db.trace = f }

// Records reads events as an export does.
func (tx *Tx) Records(ctx context.Context, tenant string, first, end int64) error {
	_, err := tx.records(ctx, tenant, first, end)
	return err
}
