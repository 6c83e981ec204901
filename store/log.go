package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
)

// How many events get their place in one transaction. SQLite has one writer, whom nobody should wait for long.
const (
	batchPostgres = 1000
	batchSQLite   = 250
)

// A checkpoint is signed at most every checkpointEvery while there is something new, and after checkpointGap events at
// the latest.
const (
	checkpointEvery = 5 * time.Second
	checkpointGap   = 1000
)

// Sequence gives every committed event of every tenant that has none yet its place in the tenant's log, in the order of
// their ids, and signs checkpoints along the way. It returns how many it placed. An event that commits late gets its
// place in the next run, whatever its id. Any number of nodes may run it at the same time: each event is placed once.
// One tenant's trouble does not keep the others waiting.
func (db *DB) Sequence(ctx context.Context) (n int, err error) {
	var tenants []string
	err = db.View(ctx, func(ctx context.Context, tx *Tx) error {
		tenants = nil
		return tx.Rows(ctx, `SELECT t.id FROM tenants t WHERE EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = t.id AND e.leaf_index IS NULL)
			OR (SELECT h.size FROM log_heads h WHERE h.tenant_id = t.id) > COALESCE((SELECT max(c.size) FROM checkpoints c WHERE c.tenant_id = t.id), 0)
			ORDER BY t.id`, nil, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			tenants = append(tenants, id)
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	var all error
	for _, tenant := range tenants {
		placed, err := db.sequenceTenant(ctx, tenant)
		n += placed
		if err == nil {
			_, err = db.sign(ctx, tenant, checkpointEvery)
		}
		if err != nil {
			all = errorsJoin(all, fmt.Errorf("the log of tenant %s: %w", tenant, err))
		}
	}
	return n, all
}

// sequenceTenant places all that is committed when it is called, batch by batch.
func (db *DB) sequenceTenant(ctx context.Context, tenant string) (int, error) {
	n, lost := 0, 0
	for {
		placed, more, err := db.sequenceBatch(ctx, tenant)
		n += placed
		switch {
		case errors.Is(err, errTaken) || retryable(err):
			// Another node placed this batch. It made progress, so there is no need to hurry after it.
			if lost++; lost > 100 {
				return n, sallyport.Errorf(sallyport.EUnavailable, "other nodes place the same events over and over; the rest follows in the next run")
			}
			select {
			case <-ctx.Done():
				return n, ctxError(ctx)
			case <-time.After(time.Duration(min(lost, 20)) * time.Millisecond):
			}
		case err != nil || !more:
			return n, err
		default:
			lost = 0
		}
	}
}

var errTaken = errors.New("another node was faster")

// batch is what a run read and computed before it asks for the place.
type batch struct {
	size   int64 // of the log that the hashes continue
	ids    []string
	hashes []audit.Hash
}

// sequenceBatch reads and hashes outside the writing transaction, which then is a compare-and-set on the log's size and
// two plain writes. On PostgreSQL it runs in READ COMMITTED: the sequencer takes part in no decision, so it needs no
// serializable reads; and since SERIALIZABLE transactions look for conflicts among themselves only, no writer is ever
// aborted or made to wait for it, nor it for them. What it needs is guarded without isolation: log_heads by
// compare-and-set (the row's lock makes a second node wait, see the new size and give up), each event by leaf_index IS
// NULL, places and hashes by unique keys.
func (db *DB) sequenceBatch(ctx context.Context, tenant string) (placed int, more bool, err error) {
	var b batch
	limit := batchPostgres
	if !db.postgres {
		limit = batchSQLite
	}
	var signed int64
	err = db.View(ctx, func(ctx context.Context, tx *Tx) (err error) {
		b, signed, err = tx.nextBatch(ctx, tenant, limit)
		return err
	})
	if err != nil {
		return 0, false, err
	}
	if len(b.ids) == 0 {
		return 0, false, nil
	}
	err = db.updateAt(ctx, sql.LevelReadCommitted, func(ctx context.Context, tx *Tx) error {
		return tx.place(ctx, tenant, b)
	})
	if err != nil {
		return 0, true, err
	}
	if size := b.size + int64(len(b.ids)); size-signed >= checkpointGap {
		if _, err := db.sign(ctx, tenant, 0); err != nil {
			return len(b.ids), true, err
		}
	}
	return len(b.ids), true, nil
}

func (tx *Tx) nextBatch(ctx context.Context, tenant string, limit int) (b batch, signed int64, err error) {
	err = tx.Row(ctx, `SELECT COALESCE((SELECT size FROM log_heads WHERE tenant_id = $1), 0),
		COALESCE((SELECT max(size) FROM checkpoints WHERE tenant_id = $1), 0)`, []any{tenant}, &b.size, &signed)
	if err != nil {
		return b, 0, err
	}
	if room := checkpointGap - (b.size - signed); room > 0 && int(room) < limit {
		limit = int(room) // a checkpoint will stand there
	}
	var leaves []string
	err = tx.Rows(ctx, `SELECT id, leaf FROM events WHERE tenant_id = $1 AND leaf_index IS NULL ORDER BY id LIMIT $2`, []any{tenant, limit},
		func(r *sql.Rows) error {
			var id, leaf string
			err := r.Scan(&id, &leaf)
			b.ids, leaves = append(b.ids, id), append(leaves, leaf)
			return err
		})
	if err != nil || len(leaves) == 0 {
		return b, signed, err
	}
	known := map[int64]audit.Hash{}
	stored := tx.hashReader(ctx, tenant)
	reader := audit.HashReaderFunc(func(positions []int64) ([]audit.Hash, error) {
		out := make([]audit.Hash, len(positions))
		for i, p := range positions {
			h, ok := known[p]
			if !ok {
				return nil, fmt.Errorf("the hash at %d is missing", p)
			}
			out[i] = h
		}
		return out, nil
	})
	// The roots of the complete parts of the tree so far are all that the next leaves are joined with: one query a batch.
	_, err = audit.TreeHash(b.size, audit.HashReaderFunc(func(positions []int64) ([]audit.Hash, error) {
		list, err := stored.ReadHashes(positions)
		for i := range list {
			known[positions[i]] = list[i]
		}
		return list, err
	}))
	if err != nil {
		return b, signed, err
	}
	for i, leaf := range leaves {
		index := b.size + int64(i)
		list, err := audit.StoredHashes(index, []byte(leaf), reader)
		if err != nil {
			return b, signed, err
		}
		for j, h := range list {
			known[audit.RecordIndex(index)+int64(j)] = h
		}
		b.hashes = append(b.hashes, list...)
	}
	return b, signed, nil
}

func (tx *Tx) place(ctx context.Context, tenant string, b batch) error {
	size := b.size + int64(len(b.ids))
	set := `UPDATE log_heads SET size = $2 WHERE tenant_id = $1 AND size = $3`
	if b.size == 0 {
		set = `INSERT INTO log_heads (tenant_id, size) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET size = excluded.size WHERE log_heads.size = $3`
	}
	if n, err := tx.Exec(ctx, set, tenant, size, b.size); err != nil || n != 1 {
		return errOr(err, errTaken)
	}
	q := &query{}
	q.WriteString("UPDATE events SET leaf_index = v.column2 FROM (VALUES ")
	for i, id := range b.ids {
		if i > 0 {
			q.WriteString(",")
		}
		q.WriteString("(" + q.arg(id) + ",CAST(" + q.arg(b.size+int64(i)) + " AS BIGINT))")
	}
	q.WriteString(") AS v WHERE events.tenant_id = " + q.arg(tenant) + " AND events.id = v.column1 AND events.leaf_index IS NULL")
	if n, err := tx.Exec(ctx, q.String(), q.args...); err != nil || n != int64(len(b.ids)) {
		return errOr(err, errTaken)
	}
	q = &query{}
	t := q.arg(tenant)
	q.WriteString("INSERT INTO log_hashes (tenant_id, position, hash) VALUES ")
	first := audit.RecordIndex(b.size)
	for i, h := range b.hashes {
		if i > 0 {
			q.WriteString(",")
		}
		q.WriteString("(" + t + "," + q.arg(first+int64(i)) + "," + q.arg(hex.EncodeToString(h[:])) + ")")
	}
	_, err := tx.Exec(ctx, q.String(), q.args...)
	return err
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// hashReader reads the hashes of a tenant's log, in one query a call.
func (tx *Tx) hashReader(ctx context.Context, tenant string) audit.HashReader {
	return audit.HashReaderFunc(func(positions []int64) ([]audit.Hash, error) {
		found, err := tx.hashes(ctx, tenant, positions)
		if err != nil {
			return nil, err
		}
		out := make([]audit.Hash, len(positions))
		for i, p := range positions {
			h, ok := found[p]
			if !ok {
				return nil, sallyport.Errorf(sallyport.EInternal, "the log's hash at %d is missing or damaged", p).
					WithHint("Verify the newest export that you have, and restore the database from a backup.")
			}
			out[i] = h
		}
		return out, nil
	})
}

// hashes reads those of the hashes that are there and whole.
func (tx *Tx) hashes(ctx context.Context, tenant string, positions []int64) (map[int64]audit.Hash, error) {
	found := make(map[int64]audit.Hash, len(positions))
	if len(positions) == 0 {
		return found, nil
	}
	q := &query{}
	q.WriteString("SELECT position, hash FROM log_hashes WHERE tenant_id = " + q.arg(tenant) + " AND position IN (")
	for i, p := range positions {
		if i > 0 {
			q.WriteString(",")
		}
		q.WriteString(q.arg(p))
	}
	q.WriteString(")")
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var p int64
		var text string
		if err := r.Scan(&p, &text); err != nil {
			return err
		}
		if b, err := hex.DecodeString(text); err == nil && len(b) == len(audit.Hash{}) {
			found[p] = audit.Hash(b)
		}
		return nil
	})
	return found, err
}
