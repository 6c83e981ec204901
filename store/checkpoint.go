package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
)

// Checkpoint is a signed state of a tenant's log. Kept elsewhere, it proves later that the log has only grown.
type Checkpoint struct {
	Size int64     `json:"size" doc:"How many events the log had"`
	At   time.Time `json:"at"`
	Note string    `json:"note" doc:"The signed text, for: sallyport audit verify --since"`
	Key  string    `json:"key" doc:"The public key that checks the signature"`
}

// Proof shows that an event is in the log that a checkpoint signs (RFC 6962, section 2.1.1).
type Proof struct {
	Event      string     `json:"event"`
	Index      int64      `json:"index"`
	Leaf       string     `json:"leaf" doc:"The record as it is hashed"`
	Hashes     []string   `json:"hashes" doc:"The inclusion proof, base64"`
	Checkpoint Checkpoint `json:"checkpoint"`
}

// AuditVerifierKey is the public key of the tenant's log. Give it to whoever checks exports, by a way of its own: an
// export's word for it proves nothing.
func (db *DB) AuditVerifierKey(ctx context.Context, tenant string) (string, error) {
	var key string
	err := db.View(ctx, func(ctx context.Context, tx *Tx) error {
		err := tx.Row(ctx, `SELECT public FROM keys WHERE tenant_id = $1 AND name = $2`, []any{tenant, auditKey}, &key)
		if errors.Is(err, sql.ErrNoRows) {
			return sallyport.Errorf(sallyport.ENotFound, "the tenant has no key for its audit log")
		}
		return err
	})
	return key, err
}

// Checkpoint places all events that are committed and returns a signed checkpoint that covers them.
func (db *DB) Checkpoint(ctx context.Context, tenant string) (Checkpoint, error) {
	if _, err := db.sequenceTenant(ctx, tenant); err != nil {
		return Checkpoint{}, err
	}
	return db.sign(ctx, tenant, 0)
}

// sign returns the checkpoint of the whole log, and signs it when there is none and the last one is at least notBefore
// old; else it returns the last one. Nodes take turns by the row of the log's size, so that neither size nor time goes
// back from one checkpoint to the next, whatever their clocks say.
func (db *DB) sign(ctx context.Context, tenant string, notBefore time.Duration) (c Checkpoint, err error) {
	for range 12 {
		err = db.updateAt(ctx, sql.LevelReadCommitted, func(ctx context.Context, tx *Tx) error {
			c, err = tx.sign(ctx, tenant, notBefore)
			return err
		})
		if !retryable(err) {
			break
		}
	}
	return c, err
}

func (tx *Tx) sign(ctx context.Context, tenant string, notBefore time.Duration) (Checkpoint, error) {
	var c Checkpoint
	signerKey, verifier, err := tx.AuditKey(ctx, tenant)
	if err != nil {
		return c, err
	}
	if err := tx.Row(ctx, `INSERT INTO log_heads (tenant_id, size) VALUES ($1, 0)
		ON CONFLICT (tenant_id) DO UPDATE SET size = log_heads.size RETURNING size`, []any{tenant}, &c.Size); err != nil {
		return c, err
	}
	last, found, err := tx.lastCheckpoint(ctx, tenant, c.Size)
	if err != nil {
		return c, err
	}
	last.Key = verifier
	age := tx.now.Sub(last.At) // negative when the clock went back
	if found && (last.Size == c.Size || age >= 0 && age < notBefore) {
		return last, nil
	}
	c.At, c.Key = tx.now, verifier
	if c.At.Before(last.At) {
		c.At = last.At
	}
	root, err := audit.TreeHash(c.Size, tx.hashReader(ctx, tenant))
	if err != nil {
		return c, err
	}
	signer, err := audit.NewSigner(signerKey)
	if err != nil {
		return c, err
	}
	note, err := audit.SignCheckpoint(signer, audit.Origin(tenant), c.Size, root, c.At)
	if err != nil {
		return c, err
	}
	c.Note = string(note)
	_, err = tx.Exec(ctx, `INSERT INTO checkpoints (tenant_id, size, note, at) VALUES ($1,$2,$3,$4)`, tenant, c.Size, c.Note, Micros(c.At))
	return c, err
}

// lastCheckpoint is the one of the greatest size up to a size.
func (tx *Tx) lastCheckpoint(ctx context.Context, tenant string, size int64) (c Checkpoint, found bool, err error) {
	err = tx.Row(ctx, `SELECT size, note, at FROM checkpoints WHERE tenant_id = $1 AND size <= $2 ORDER BY size DESC LIMIT 1`,
		[]any{tenant, size}, &c.Size, &c.Note, timeScan{&c.At})
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	return c, err == nil, err
}

// Proof proves an event by the newest checkpoint, after placing and signing what is not yet. Whether the caller may know
// of the event is for the caller to ask. ENotFound when there is none.
func (db *DB) Proof(ctx context.Context, tenant, eventID string) (Proof, error) {
	cp, err := db.Checkpoint(ctx, tenant)
	if err != nil {
		return Proof{}, err
	}
	p := Proof{Event: eventID, Checkpoint: cp}
	err = db.View(ctx, func(ctx context.Context, tx *Tx) error {
		var index sql.NullInt64
		err := tx.Row(ctx, `SELECT leaf, leaf_index FROM events WHERE tenant_id = $1 AND id = $2`, []any{tenant, eventID}, &p.Leaf, &index)
		if errors.Is(err, sql.ErrNoRows) {
			return sallyport.Errorf(sallyport.ENotFound, "there is no event %q", clip(eventID))
		}
		if err != nil {
			return err
		}
		if !index.Valid || index.Int64 >= cp.Size {
			return sallyport.Errorf(sallyport.EUnavailable, "the event was written this moment and has no place in the log yet").WithHint("Try again.")
		}
		p.Index = index.Int64
		hashes, err := audit.ProveRecord(cp.Size, p.Index, tx.hashReader(ctx, tenant))
		p.Hashes = make([]string, len(hashes))
		for i, h := range hashes {
			p.Hashes[i] = base64.StdEncoding.EncodeToString(h[:])
		}
		return err
	})
	return p, err
}
