package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
)

// Take runs f in a transaction that is READ COMMITTED on PostgreSQL: for claims alone, each of which is one statement that
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

// Lane is one direction of work on targets. Each has workers of its own, so that removing never waits for adding.
type Lane string

// The lanes. What is present or absent and is to be looked at again goes by removing's lane.
const (
	LaneAdd    Lane = "add"
	LaneRemove Lane = "remove"
)

func (l Lane) states() string {
	if l == LaneAdd {
		return "('adding')"
	}
	return "('removing','present','absent')"
}

// Claim asks for provisions that are due.
type Claim struct {
	Lane   Lane
	By     string        // unique to this claim
	Lease  time.Duration // longer than the call's time-out
	Call   time.Duration // the call's time-out: after a lease that lapsed, how long its holder's write may still arrive
	Except []string      // ids of connections that are busy
	Limit  int
}

// ClaimProvisions leases due provisions of any tenant to one worker, each for the length of the lease, after which
// another may take them over. Taking over a lapsed lease notes that the row must be looked at again once the earlier
// holder's write can no longer arrive. Where a connection has a rate, no more are claimed than have a slot now, and each is
// claimed with its slot: see ReturnSlot.
func (tx *Tx) ClaimProvisions(ctx context.Context, c Claim) ([]Provision, error) {
	paces, err := tx.paces(ctx)
	if err != nil {
		return nil, err
	}
	var out []Provision
	except := slices.Clone(c.Except)
	for _, p := range paces {
		except = append(except, p.connection)
		room := min(c.Limit-len(out), p.free(tx.now))
		if slices.Contains(c.Except, p.connection) || room <= 0 {
			continue
		}
		if c.Lane == LaneAdd {
			if may, err := tx.mayAdd(ctx, p); err != nil || !may {
				if err != nil {
					return nil, err
				}
				continue
			}
		}
		some, err := tx.claimPaced(ctx, c, p, room)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	if len(out) >= c.Limit {
		return out, nil
	}
	rest, err := tx.claim(ctx, c, c.Limit-len(out), func(q *query) {
		q.WriteString(" AND paced = FALSE")
		if len(except) > 0 {
			q.WriteString(" AND (connection_id IS NULL OR NOT " + q.in("connection_id", except) + ")")
		}
	})
	return append(out, rest...), err
}

// claimPaced claims for one connection, and takes a slot for each. Where another worker takes slots at the same moment the
// rows wait for the next claim.
func (tx *Tx) claimPaced(ctx context.Context, c Claim, p pace, room int) ([]Provision, error) {
	due, err := tx.exists(ctx, `SELECT 1 FROM provisions WHERE tenant_id=$1 AND connection_id=$2 AND state IN `+c.Lane.states()+` AND next_at <= $3
		AND (lease_until IS NULL OR lease_until <= $3) LIMIT 1`, p.tenant, p.connection, Micros(tx.now))
	if err != nil || !due {
		return nil, err
	}
	n, err := tx.takeSlots(ctx, p, room)
	if err != nil || n == 0 {
		return nil, err
	}
	out, err := tx.claim(ctx, c, n, func(q *query) {
		q.and("tenant_id = %s AND connection_id = %s", p.tenant, p.connection)
	})
	for i := range out {
		out[i].Paced, out[i].Slot = p.connection, step(p.rate)
	}
	if left := n - len(out); err == nil && left > 0 && p.rate > 0 {
		err = tx.ReturnSlot(ctx, Provision{Tenant: p.tenant, Paced: p.connection, Slot: time.Duration(left) * step(p.rate)})
	}
	return out, err
}

func (tx *Tx) claim(ctx context.Context, c Claim, limit int, where func(q *query)) ([]Provision, error) {
	q := &query{}
	now := q.arg(Micros(tx.now))
	until := q.arg(Micros(tx.now.Add(c.Lease)))
	q.WriteString(`UPDATE provisions SET lease_by=` + q.arg(c.By) + `, lease_until=` + until + `, next_at=` + until + `, attempts=attempts+1,
		recheck_at = CASE WHEN lease_until IS NULL THEN recheck_at ELSE lease_until + ` + q.arg(c.Call.Microseconds()) + ` END
		WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM provisions WHERE next_at IS NOT NULL AND next_at <= ` + now + `
		AND (lease_until IS NULL OR lease_until <= ` + now + `) AND state IN ` + c.Lane.states())
	where(q)
	q.WriteString(` ORDER BY next_at, id LIMIT ` + q.arg(limit) + `) AND (lease_until IS NULL OR lease_until <= ` + now + `) RETURNING ` + provisionColumns)
	var out []Provision
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var p Provision
		err := scanProvision(r, &p)
		out = append(out, p)
		return err
	})
	return out, err
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

// NextProvision is when the next provision of a lane is due, or its connection has a slot for it, whichever is later; nil
// when none is.
func (tx *Tx) NextProvision(ctx context.Context, lane Lane) (*time.Time, error) {
	paces, err := tx.paces(ctx)
	if err != nil {
		return nil, err
	}
	first := func(where func(q *query)) (t *time.Time, err error) {
		q := &query{}
		q.WriteString("SELECT next_at FROM provisions WHERE next_at IS NOT NULL AND state IN " + lane.states())
		where(q)
		q.WriteString(" ORDER BY next_at LIMIT 1")
		if err = tx.Row(ctx, q.String(), q.args, timePtrScan{&t}); errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		return t, err
	}
	var next *time.Time
	var out []string
	for _, p := range paces {
		free := p.freeAt()
		if p.rate == 0 {
			out = append(out, p.connection)
		}
		t, err := first(func(q *query) { q.and("tenant_id = %s AND connection_id = %s", p.tenant, p.connection) })
		if err != nil {
			return nil, err
		}
		if t != nil && t.Before(free) {
			t = &free
		}
		if t != nil && (next == nil || t.Before(*next)) {
			next = t
		}
	}
	t, err := first(func(q *query) {
		q.WriteString(" AND paced = FALSE")
		if len(out) > 0 {
			q.WriteString(" AND (connection_id IS NULL OR NOT " + q.in("connection_id", out) + ")")
		}
	})
	if t != nil && (next == nil || t.Before(*next)) {
		next = t
	}
	return next, err
}

// HastenConnection makes everything that waits for a connection due now: it was resumed, or works again.
func (tx *Tx) HastenConnection(ctx context.Context, tenant, connectionID string) (int64, error) {
	return tx.Exec(ctx, `UPDATE provisions SET next_at=$3 WHERE tenant_id=$1 AND connection_id=$2 AND next_at > $3 AND lease_until IS NULL AND due_since <= $3`,
		tenant, connectionID, Micros(tx.now))
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
