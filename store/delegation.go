package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

const delegationSelect = `SELECT d.id, f.id, f.login, f.name, t.id, t.login, t.name, d.reason, d.starts_at, d.ends_at, d.ended_at, d.created_at
	FROM delegations d JOIN users f ON f.tenant_id = d.tenant_id AND f.id = d.from_id JOIN users t ON t.tenant_id = d.tenant_id AND t.id = d.to_id `

func (tx *Tx) delegations(ctx context.Context, where string, args ...any) ([]sallyport.Delegation, error) {
	out := []sallyport.Delegation{}
	err := tx.Rows(ctx, delegationSelect+where, args, func(r *sql.Rows) error {
		var d sallyport.Delegation
		err := r.Scan(&d.ID, &d.From.ID, &d.From.Login, &d.From.Name, &d.To.ID, &d.To.Login, &d.To.Name, &d.Reason,
			timeScan{&d.StartsAt}, timeScan{&d.EndsAt}, timePtrScan{&d.EndedAt}, timeScan{&d.CreatedAt})
		out = append(out, d)
		return err
	})
	return out, err
}

// Delegations lists a person's delegations, given and received, newest first.
func (tx *Tx) Delegations(ctx context.Context, tenant, userID string) ([]sallyport.Delegation, error) {
	return tx.delegations(ctx, "WHERE d.tenant_id=$1 AND (d.from_id=$2 OR d.to_id=$2) ORDER BY d.id DESC LIMIT 200", tenant, userID)
}

// Delegation finds one; ok is false when there is none.
func (tx *Tx) Delegation(ctx context.Context, tenant, id string) (d sallyport.Delegation, ok bool, err error) {
	l, err := tx.delegations(ctx, "WHERE d.tenant_id=$1 AND d.id=$2", tenant, id)
	if err != nil || len(l) == 0 {
		return d, false, err
	}
	return l[0], true, nil
}

// Delegators lists in whose place a person may vote now. Both must be active.
func (tx *Tx) Delegators(ctx context.Context, tenant, userID string) ([]sallyport.UserRef, error) {
	return tx.userRefs(ctx, `SELECT DISTINCT u.id, u.login, u.name FROM delegations d JOIN users u ON u.tenant_id=d.tenant_id AND u.id=d.from_id
		WHERE d.tenant_id=$1 AND d.to_id=$2 AND d.ended_at IS NULL AND d.starts_at <= $3 AND d.ends_at > $3 AND u.state='active' ORDER BY u.id`,
		tenant, userID, Micros(tx.now))
}

// DelegatesOf lists who may vote now in the place of any of these people.
func (tx *Tx) DelegatesOf(ctx context.Context, tenant string, ids []string) ([]sallyport.UserRef, error) {
	q := &query{}
	q.WriteString(`SELECT DISTINCT u.id, u.login, u.name FROM delegations d JOIN users u ON u.tenant_id=d.tenant_id AND u.id=d.to_id WHERE d.tenant_id=` +
		q.arg(tenant) + " AND " + q.in("d.from_id", ids))
	n := q.arg(Micros(tx.now))
	q.WriteString(" AND d.ended_at IS NULL AND d.starts_at <= " + n + " AND d.ends_at > " + n + " AND u.state='active' ORDER BY u.id")
	return tx.userRefs(ctx, q.String(), q.args...)
}

// InsertDelegation adds one; id and created_at are set here.
func (tx *Tx) InsertDelegation(ctx context.Context, tenant string, d *sallyport.Delegation) error {
	d.ID, d.CreatedAt = NewID(sallyport.PrefixDelegation), tx.now
	_, err := tx.Exec(ctx, `INSERT INTO delegations (tenant_id, id, from_id, to_id, reason, starts_at, ends_at, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		tenant, d.ID, d.From.ID, d.To.ID, d.Reason, Micros(d.StartsAt), Micros(d.EndsAt), Micros(tx.now))
	return err
}

// EndDelegation ends one now; false when it was over.
func (tx *Tx) EndDelegation(ctx context.Context, tenant, id string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE delegations SET ended_at=$3 WHERE tenant_id=$1 AND id=$2 AND ended_at IS NULL AND ends_at > $3`, tenant, id, Micros(tx.now))
	return n == 1, err
}
