package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
)

// IdempotencyLife is how long an answer is kept for a repeated call.
const IdempotencyLife = 24 * time.Hour

// claimLife is after which a call that was begun and never finished no longer blocks its key.
const claimLife = 10 * time.Minute

// Call identifies one call that may be repeated: the caller (a user's or token's id), the route with its method, the
// caller's key, and the hash of the body.
type Call struct {
	Tenant, Caller, Route, Key, BodyHash string
}

// Reply is what was answered. Status 0: the call was begun and has not finished.
type Reply struct {
	Status int
	Body   string
	ETag   string
}

// Reply returns what was answered to the same call before; false when there is nothing, or only what is older than its
// life. EPrecondition when the key was used with another body.
func (tx *Tx) Reply(ctx context.Context, c Call) (Reply, bool, error) {
	var r Reply
	var hash string
	var at int64
	err := tx.Row(ctx, `SELECT body_hash, status, response, etag, created_at FROM idempotency
		WHERE tenant_id=$1 AND caller=$2 AND route=$3 AND idem_key=$4`, []any{c.Tenant, c.Caller, c.Route, c.Key},
		&hash, &r.Status, &r.Body, &r.ETag, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	if age := tx.now.Sub(FromMicros(at)); age >= IdempotencyLife || (r.Status == 0 && age >= claimLife) {
		return Reply{}, false, tx.DropReply(ctx, c)
	}
	if hash != c.BodyHash {
		return r, false, &sallyport.Error{Code: sallyport.EPrecondition, Rule: "idempotency",
			Message: "this Idempotency-Key was used for another call", Hint: "Use a new key for a new call, and the same one only to repeat a call as it was."}
	}
	return r, true, nil
}

// KeepReply records the answer in the transaction of the write; with status 0 it claims the key. It reports false when
// the key is taken.
func (tx *Tx) KeepReply(ctx context.Context, c Call, r Reply) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO idempotency (tenant_id, caller, route, idem_key, body_hash, status, response, etag, created_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (tenant_id, caller, route, idem_key) DO UPDATE
		SET status = excluded.status, response = excluded.response, etag = excluded.etag
		WHERE idempotency.status = 0 AND excluded.status <> 0 AND idempotency.body_hash = excluded.body_hash`,
		c.Tenant, c.Caller, c.Route, c.Key, c.BodyHash, r.Status, r.Body, r.ETag, Micros(tx.now))
	return n == 1, err
}

// DropReply frees the key.
func (tx *Tx) DropReply(ctx context.Context, c Call) error {
	_, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE tenant_id=$1 AND caller=$2 AND route=$3 AND idem_key=$4`,
		c.Tenant, c.Caller, c.Route, c.Key)
	return err
}

// PruneIdempotency removes answers that are older than their life, and returns how many.
func (db *DB) PruneIdempotency(ctx context.Context) (n int64, err error) {
	err = db.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err = tx.Exec(ctx, `DELETE FROM idempotency WHERE created_at < $1`, Micros(tx.now.Add(-IdempotencyLife)))
		return err
	})
	return n, err
}
