package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sallyport/sallyport"
)

// Take runs f in a transaction that is READ COMMITTED on PostgreSQL: for claims and PutOff alone, of which each statement
// is a compare-and-set by itself. Looking for due rows in a SERIALIZABLE transaction would make it conflict with everybody
// who writes such rows.
func (db *DB) Take(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	var err error
	for range 5 {
		if err = db.updateAt(ctx, sql.LevelReadCommitted, f); !retryable(err) {
			return err
		}
	}
	return err
}

// TakeDue runs f as Take does where next, read beforehand, is not after now; else it only answers next. Looking takes
// nobody's turn to write, and most wake-ups find nothing to take.
func (db *DB) TakeDue(ctx context.Context, next func(context.Context, *Tx) (*time.Time, error), f func(context.Context, *Tx) error) (at *time.Time, err error) {
	due := false
	err = db.View(ctx, func(ctx context.Context, tx *Tx) error {
		at, err = next(ctx, tx)
		due = err == nil && at != nil && !at.After(tx.Now())
		return err
	})
	if err != nil || !due {
		return at, err
	}
	return at, db.Take(ctx, f)
}

// Held reports whether the lease of a claimed provision is still its own, and returns the row as it is now.
func (tx *Tx) Held(ctx context.Context, p Provision) (Provision, bool, error) {
	now, ok, err := tx.ProvisionByID(ctx, p.Tenant, p.ID)
	if err != nil || !ok {
		return now, false, err
	}
	return now, now.LeaseBy == p.LeaseBy && now.LeaseUntil != nil && now.LeaseUntil.After(tx.now), nil
}

// ReleaseProvision ends a lease and writes what came of it: state, next attempt, error and the rest are p's. It reports
// false, and writes nothing, when the lease is no longer p's. The generation stays.
func (tx *Tx) ReleaseProvision(ctx context.Context, p Provision) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE provisions SET state=$4, since=$5, due_since=$6, attempts=$7, next_at=$8, recheck_at=$9, error=$10, failing_since=$11,
		alarmed_at=$12, verified_at=$13, lease_by='', lease_until=NULL WHERE tenant_id=$1 AND id=$2 AND lease_by=$3`,
		p.Tenant, p.ID, p.LeaseBy, p.State, Micros(p.Since), MicrosPtr(p.DueSince), p.Attempts, MicrosPtr(p.NextAt), MicrosPtr(p.RecheckAt),
		p.Error, MicrosPtr(p.FailingAt), MicrosPtr(p.AlarmedAt), MicrosPtr(p.VerifiedAt))
	return n == 1, err
}

// HastenConnection makes everything that waits for a connection due now: it was resumed, or works again.
func (tx *Tx) HastenConnection(ctx context.Context, tenant, connectionID string) (int64, error) {
	return tx.Exec(ctx, `UPDATE provisions SET next_at=$3 WHERE tenant_id=$1 AND connection_id=$2 AND next_at > $3 AND lease_until IS NULL AND due_since <= $3`,
		tenant, connectionID, Micros(tx.now))
}

// PutOff leaves what else is due as p is for a connection that is paused for the longest time; a removal until it is so late
// that somebody is told, and no longer: from then on it is looked at by itself. It is safe to call at any time, from many
// workers: each part is a compare-and-set in a transaction as of Take, and none once the connection is resumed, whose row
// it locks.
func (db *DB) PutOff(ctx context.Context, p Provision, connectionID, message string, alarm, longest time.Duration) error {
	if p.State != sallyport.ProvisionAdding && p.State != sallyport.ProvisionRemoving {
		return nil
	}
	const part = 1000
	for n := int64(part); n == part; {
		err := db.Take(ctx, func(ctx context.Context, tx *Tx) (err error) {
			n, err = tx.Exec(ctx, `UPDATE connections SET paused_at=paused_at WHERE tenant_id=$1 AND id=$2 AND paused_at IS NOT NULL`, p.Tenant, connectionID)
			if err != nil || n == 0 {
				return err
			}
			n, err = tx.putOff(ctx, p, connectionID, message, alarm, longest, part)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) putOff(ctx context.Context, p Provision, connectionID, message string, alarm, longest time.Duration, part int) (int64, error) {
	q := &query{}
	t, now := q.arg(p.Tenant), q.arg(Micros(tx.now))
	until, and := "", ""
	if p.State == sallyport.ProvisionAdding {
		until = q.arg(Micros(tx.now.Add(longest)))
		and = " AND due_since <= " + now // which HastenConnection finds
	} else {
		until = "due_since + " + q.arg(alarm.Microseconds())
		and = " AND " + until + " > " + now
	}
	due := " connection_id=" + q.arg(connectionID) + " AND state=" + q.arg(string(p.State)) + " AND next_at <= " + now + free(now) + and
	return tx.Exec(ctx, "WITH due AS MATERIALIZED (SELECT id FROM provisions WHERE tenant_id="+t+" AND"+due+first(part)+tx.unlocked()+
		") UPDATE provisions SET next_at="+until+", error="+q.arg(message)+" WHERE tenant_id="+t+" AND id IN (SELECT id FROM due)", q.args...)
}

// LastGrant is the id of the newest direct grant of a person's key, ended or not; "" when there never was one.
func (tx *Tx) LastGrant(ctx context.Context, tenant string, k sallyport.Key) (string, error) {
	var id string
	err := tx.Row(ctx, `SELECT COALESCE(max(id), '') FROM grants WHERE tenant_id=$1 AND subject_kind='user' AND subject_id=$2 AND resource_id=$3 AND relation=$4 AND parameters=$5`,
		[]any{tenant, k.SubjectID, k.ResourceID, k.Relation, k.Parameters}, &id)
	return id, err
}

// RecheckProvision asks that the target is read again, even where nothing seems to be left to do.
func (tx *Tx) RecheckProvision(ctx context.Context, tenant, id string) error {
	_, err := tx.Exec(ctx, `UPDATE provisions SET recheck_at=$3 WHERE tenant_id=$1 AND id=$2`, tenant, id, Micros(tx.now))
	return err
}

// WritesPausedAt is since when nothing may be written to the tenant's targets; nil when it may.
func (tx *Tx) WritesPausedAt(ctx context.Context, tenant string) (*time.Time, error) {
	var t *time.Time
	err := tx.Row(ctx, `SELECT writes_paused_at FROM tenants WHERE id=$1`, []any{tenant}, timePtrScan{&t})
	return t, err
}

// WaitingGrants lists the grants of a key that live and are not real yet.
func (tx *Tx) WaitingGrants(ctx context.Context, tenant string, k sallyport.Key) ([]string, error) {
	var ids []string
	err := tx.Rows(ctx, `SELECT id FROM grants WHERE tenant_id=$1 AND subject_kind=$2 AND subject_id=$3 AND resource_id=$4 AND relation=$5 AND parameters=$6
		AND activated_at IS NULL AND ended_at IS NULL ORDER BY id`, []any{tenant, k.Subject, k.SubjectID, k.ResourceID, k.Relation, k.Parameters}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// FailProvision shows a provision as failing, for a reason that is no call's.
func (tx *Tx) FailProvision(ctx context.Context, tenant, id, failure string) error {
	_, err := tx.Exec(ctx, `UPDATE provisions SET error=$3, failing_since=COALESCE(failing_since, $4) WHERE tenant_id=$1 AND id=$2`, tenant, id, plainText(failure), Micros(tx.now))
	return err
}
