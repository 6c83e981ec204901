package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/sallyport/sallyport"
)

// NewJob is work that has no row of its own. What a row describes needs no job: the sweeps find it.
type NewJob struct {
	Kind   string
	Args   any       // JSON
	Unique string    // of several waiting jobs of the kind with this key there is only one; "" is not unique
	RunAt  time.Time // zero: now
}

// Job is a job that a worker holds.
type Job struct {
	Tenant   string
	ID       string
	Kind     string
	Args     json.RawMessage
	Attempts int
	LeaseBy  string
}

// AddJob adds a job in the transaction that causes it. It reports false when the same job waits already.
func (tx *Tx) AddJob(ctx context.Context, tenant string, j NewJob) (bool, error) {
	if j.RunAt.IsZero() {
		j.RunAt = tx.now
	}
	args := "{}"
	if j.Args != nil {
		args = toJSON(j.Args)
	}
	n, err := tx.Exec(ctx, `INSERT INTO jobs (tenant_id, id, kind, args, unique_key, run_at, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT DO NOTHING`,
		tenant, NewID(sallyport.PrefixJob), j.Kind, args, j.Unique, Micros(j.RunAt), Micros(tx.now))
	tx.Wake(tenant)
	return n == 1, err
}

// ClaimJobs leases due jobs of any tenant. A job whose lease lapsed, because its worker died, is due again.
func (tx *Tx) ClaimJobs(ctx context.Context, by string, lease time.Duration, limit int) ([]Job, error) {
	var out []Job
	err := tx.Rows(ctx, `UPDATE jobs SET lease_by=$1, lease_until=$2, run_at=$2, attempts=attempts+1 WHERE (tenant_id, id) IN (
		SELECT tenant_id, id FROM jobs WHERE run_at <= $3 AND (lease_until IS NULL OR lease_until <= $3) ORDER BY run_at, id LIMIT $4)
		AND (lease_until IS NULL OR lease_until <= $3) RETURNING tenant_id, id, kind, args, attempts, lease_by`,
		[]any{by, Micros(tx.now.Add(lease)), Micros(tx.now), limit}, func(r *sql.Rows) error {
			var j Job
			var args string
			err := r.Scan(&j.Tenant, &j.ID, &j.Kind, &args, &j.Attempts, &j.LeaseBy)
			j.Args = json.RawMessage(args)
			out = append(out, j)
			return err
		})
	return out, err
}

// FinishJob removes a job that its worker still holds; false when another took it over.
func (tx *Tx) FinishJob(ctx context.Context, j Job) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM jobs WHERE tenant_id=$1 AND id=$2 AND lease_by=$3`, j.Tenant, j.ID, j.LeaseBy)
	return n == 1, err
}

// RetryJob gives a job back to be run again at a moment. Where the same job was added meanwhile, that one stands for both.
func (tx *Tx) RetryJob(ctx context.Context, j Job, at time.Time, failure string) error {
	n, err := tx.Exec(ctx, `UPDATE jobs SET lease_by='', lease_until=NULL, run_at=$4, error=$5 WHERE tenant_id=$1 AND id=$2 AND lease_by=$3
		AND NOT EXISTS (SELECT 1 FROM jobs o WHERE o.tenant_id=$1 AND o.kind=jobs.kind AND o.unique_key=jobs.unique_key AND o.unique_key <> '' AND o.lease_until IS NULL)`,
		j.Tenant, j.ID, j.LeaseBy, Micros(at), plainText(failure))
	if err != nil || n == 1 {
		return err
	}
	_, err = tx.FinishJob(ctx, j)
	return err
}

// NextJob is when the next job is due; nil when there is none.
func (tx *Tx) NextJob(ctx context.Context) (*time.Time, error) {
	var t *time.Time
	err := tx.Row(ctx, `SELECT min(run_at) FROM jobs`, nil, timePtrScan{&t})
	return t, err
}
