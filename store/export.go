package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"io"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
)

// exportPage is how many events an export holds in memory.
const exportPage = 500

// Export writes the tenant's whole log in the form that audit.Verify checks: all that was committed when it was called,
// with the checkpoints kept in between, the last one over everything. It holds one page of events in memory and no
// transaction from one page to the next, so others write meanwhile; what they write is not in it. A value erased
// meanwhile may or may not be. Rows that somebody removed from the database are missing in it too: to say so is the
// verifier's part. When it fails midway, what was written counts as cut off.
func (db *DB) Export(ctx context.Context, tenant string, w io.Writer) error {
	closing, err := db.Checkpoint(ctx, tenant)
	if err != nil {
		return err
	}
	out, err := audit.NewExporter(w, tenant, db.Now())
	if err != nil {
		return err
	}
	for next := int64(0); next < closing.Size; {
		end := min(next+exportPage, closing.Size)
		var page []audit.Record
		var notes map[int64]string
		err := db.View(ctx, func(ctx context.Context, tx *Tx) (err error) {
			if page, err = tx.records(ctx, tenant, next, end); err != nil {
				return err
			}
			notes, err = tx.checkpoints(ctx, tenant, next, end)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range page {
			if err := out.Event(r); err != nil {
				return err
			}
			if note := notes[r.Index+1]; note != "" && r.Index+1 < closing.Size {
				if err := out.Checkpoint([]byte(note)); err != nil {
					return err
				}
			}
		}
		next = end
	}
	return out.Close([]byte(closing.Note))
}

// checkpoints reads the signed texts by their sizes, above first up to end.
func (tx *Tx) checkpoints(ctx context.Context, tenant string, first, end int64) (map[int64]string, error) {
	notes := map[int64]string{}
	err := tx.Rows(ctx, `SELECT size, note FROM checkpoints WHERE tenant_id = $1 AND size > $2 AND size <= $3`, []any{tenant, first, end}, func(r *sql.Rows) error {
		var size int64
		var note string
		err := r.Scan(&size, &note)
		notes[size] = note
		return err
	})
	return notes, err
}

// records reads the events with a place from first to end, the latter not included, as they are exported.
func (tx *Tx) records(ctx context.Context, tenant string, first, end int64) ([]audit.Record, error) {
	var out []audit.Record
	byID := map[string]int{}
	err := tx.Rows(ctx, `SELECT id, leaf, leaf_index FROM events WHERE tenant_id = $1 AND leaf_index >= $2 AND leaf_index < $3 ORDER BY leaf_index`,
		[]any{tenant, first, end}, func(r *sql.Rows) error {
			var id, leaf string
			var rec audit.Record
			if err := r.Scan(&id, &leaf, &rec.Index); err != nil {
				return err
			}
			rec.Leaf = []byte(leaf)
			byID[id] = len(out)
			out = append(out, rec)
			return nil
		})
	if err != nil || len(out) == 0 {
		return out, err
	}
	positions := make([]int64, len(out))
	for i, rec := range out {
		positions[i] = audit.RecordIndex(rec.Index)
	}
	hashes, err := tx.hashes(ctx, tenant, positions)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Hash = hashes[positions[i]] // zero when it is missing: then the exporter computes it
	}
	q := &query{}
	q.WriteString("SELECT event_id, name, salt, value FROM event_values WHERE tenant_id = " + q.arg(tenant) + " AND " + q.in("event_id", keys(byID)))
	err = tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var id, name, salt, value string
		if err := r.Scan(&id, &name, &salt, &value); err != nil {
			return err
		}
		b, err := hex.DecodeString(salt)
		if err != nil {
			return sallyport.Errorf(sallyport.EInternal, "the salt of a value of event %s is damaged", id)
		}
		rec := &out[byID[id]]
		if rec.Values == nil {
			rec.Values = map[string]audit.Value{}
		}
		rec.Values[name] = audit.Value{Salt: b, Value: value}
		return nil
	})
	return out, err
}
