package store

import "context"

// Trace calls f with every statement that later transactions run through Exec, Row and Rows.
func (db *DB) Trace(f func(query string, args []any)) { db.trace = f }

// Records reads events as an export does.
func (tx *Tx) Records(ctx context.Context, tenant string, first, end int64) error {
	_, err := tx.records(ctx, tenant, first, end)
	return err
}

// Stride sets how many grants a page of a walk goes through, has every search walk, and returns how to set both back.
func Stride(n int) (back func()) {
	oldStride, oldSaid, oldFew := stride, saidStride, toldFew
	stride, saidStride, toldFew = n, n, 0
	return func() { stride, saidStride, toldFew = oldStride, oldSaid, oldFew }
}
