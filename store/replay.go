package store

import (
	"context"
	"time"
)

type replayKey struct{}

// Replay runs f in one read-write transaction whose clock f moves with at. Every Update and View on this database with
// the context that f gets is part of that transaction: an error in one of them must end f, and then nothing was written.
// It lays out a past that use-cases made, all or nothing: the demo company.
func (db *DB) Replay(ctx context.Context, f func(ctx context.Context, tx *Tx, at func(time.Time)) error) error {
	return db.Update(ctx, func(ctx context.Context, tx *Tx) error {
		return f(context.WithValue(ctx, replayKey{}, tx), tx, func(t time.Time) { tx.now = t.UTC().Truncate(time.Microsecond) })
	})
}

// replaying returns the transaction of a Replay that the context belongs to, or nil.
func (db *DB) replaying(ctx context.Context) *Tx {
	if tx, ok := ctx.Value(replayKey{}).(*Tx); ok && tx.db == db {
		return tx
	}
	return nil
}
