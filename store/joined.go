package store

import (
	"context"
	"strconv"
)

// joined is a transaction that the context carries: Update and View of the same database become part of it.
type joined struct {
	tx    *Tx
	depth int
	again error // a failure after which the whole transaction has to run anew
}

type joinedKey struct{}

// Join runs f in one read-write transaction that every Update and View under f's context becomes part of, each Update as a
// savepoint of its own: so what a caller adds to f commits together with whatever use-case runs inside. f is run again as
// in Update. The context must not be handed to another goroutine, and f must not wait for anything outside.
func (db *DB) Join(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	return db.Update(ctx, func(ctx context.Context, tx *Tx) error {
		j := &joined{tx: tx}
		err := f(context.WithValue(ctx, joinedKey{}, j), tx)
		if j.again != nil {
			return j.again
		}
		return err
	})
}

// Try runs f as a savepoint of the transaction: an error takes back what f wrote, and the rest may stand.
func (tx *Tx) Try(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	j := tx.db.joined(ctx)
	if j == nil {
		j = &joined{tx: tx}
	}
	err := j.update(ctx, f)
	if j.again != nil {
		return j.again
	}
	return err
}

// Apart returns the context without the transaction that Join put there.
func Apart(ctx context.Context) context.Context {
	return context.WithValue(ctx, joinedKey{}, (*joined)(nil))
}

func (db *DB) joined(ctx context.Context) *joined {
	if j, ok := ctx.Value(joinedKey{}).(*joined); ok && j != nil && j.tx.db == db {
		return j
	}
	return nil
}

func (j *joined) update(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	j.depth++
	defer func() { j.depth-- }()
	point := "nested_" + strconv.Itoa(j.depth)
	if err := j.tx.flush(ctx); err != nil {
		return j.note(err)
	}
	if _, err := j.tx.Exec(ctx, "SAVEPOINT "+point); err != nil {
		return j.note(err)
	}
	verbs := j.tx.watch.recorded()
	err := f(ctx, j.tx)
	if err == nil {
		err = j.tx.flush(ctx)
	}
	if err != nil {
		j.tx.events = nil
		if j.tx.watch != nil {
			j.tx.watch.verbs = verbs // what is taken back was not recorded; whatever grants it touched are looked at anyway
		}
		if _, back := j.tx.Exec(ctx, "ROLLBACK TO SAVEPOINT "+point); back != nil && j.again == nil {
			j.again = back // nothing of this transaction may be kept
		}
		return j.note(err)
	}
	_, err = j.tx.Exec(ctx, "RELEASE SAVEPOINT "+point)
	return j.note(err)
}

func (j *joined) note(err error) error {
	if retryable(err) {
		j.again = err
	}
	return err
}
