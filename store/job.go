package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/sallyport/sallyport"
)

// NewJob is work in the database that no row of its own describes. What a row describes needs no job: the sweeps find it.
type NewJob struct {
	Kind   string
	Args   any       // JSON
	Unique string    // of several jobs of the kind with this key there is only one; "" is not unique
	RunAt  time.Time // zero: now
}

// Job is a job that is due.
type Job struct {
	Tenant   string
	ID       string
	Kind     string
	Args     json.RawMessage
	Attempts int
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

// TakeJob takes the first job of any tenant that is due; false when there is none. It is taken until the transaction ends,
// which also says what became of it: GoOn or FinishJob. One that dies leaves it as it was.
func (tx *Tx) TakeJob(ctx context.Context) (j Job, ok bool, err error) {
	err = tx.Rows(ctx, `UPDATE jobs SET attempts=attempts+1 WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM jobs WHERE run_at <= $1 ORDER BY run_at, id LIMIT 1)
		RETURNING tenant_id, id, kind, args, attempts`, []any{Micros(tx.now)}, func(r *sql.Rows) error {
		var args string
		err := r.Scan(&j.Tenant, &j.ID, &j.Kind, &args, &j.Attempts)
		j.Args, ok = json.RawMessage(args), true
		return err
	})
	return j, ok, err
}

// GoOn leaves a job with what is left of it, due now.
func (tx *Tx) GoOn(ctx context.Context, j Job, args any) error {
	_, err := tx.Exec(ctx, `UPDATE jobs SET args=$3, run_at=$4, attempts=0, error='' WHERE tenant_id=$1 AND id=$2`, j.Tenant, j.ID, toJSON(args), Micros(tx.now))
	return err
}

// FinishJob removes a job.
func (tx *Tx) FinishJob(ctx context.Context, j Job) error {
	_, err := tx.Exec(ctx, `DELETE FROM jobs WHERE tenant_id=$1 AND id=$2`, j.Tenant, j.ID)
	return err
}

// RetryJob has a job that failed run again at a moment, unless somebody has run it since.
func (tx *Tx) RetryJob(ctx context.Context, j Job, at time.Time, failure string) error {
	_, err := tx.Exec(ctx, `UPDATE jobs SET run_at=$4, attempts=$5, error=$6 WHERE tenant_id=$1 AND id=$2 AND attempts=$3`,
		j.Tenant, j.ID, j.Attempts-1, Micros(at), j.Attempts, plainText(failure))
	return err
}

// NextJob is when the next job is due; nil when there is none.
func (tx *Tx) NextJob(ctx context.Context) (*time.Time, error) {
	var t *time.Time
	err := tx.Row(ctx, `SELECT min(run_at) FROM jobs`, nil, timePtrScan{&t})
	return t, err
}
