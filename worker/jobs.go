package worker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sallyport/sallyport/store"
)

// JobFunc does a job, or a piece of it, in the transaction that takes the job away: both happen or neither. It changes
// nothing but the database, and may be run twice. What it returns other than nil are the arguments by which it goes on, in
// a transaction of its own. An error means again later.
type JobFunc func(ctx context.Context, tx *store.Tx, j store.Job) (rest any, err error)

const (
	jobTimeout = time.Minute // for a piece
	longestJob = 30 * time.Minute
)

// runJobs runs a piece of one job that is due. Kinds that nobody knows wait for a newer server.
func (w *Worker) runJobs(ctx context.Context) (int, *time.Time, error) {
	var next *time.Time
	err := w.DB.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		next, err = tx.NextJob(ctx)
		return err
	})
	if err != nil || next == nil || next.After(w.DB.Now()) {
		return 0, next, err
	}
	var job store.Job
	brief, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	failure := w.DB.Update(brief, func(ctx context.Context, tx *store.Tx) error {
		j, ok, err := tx.TakeJob(ctx)
		if err != nil || !ok {
			return err
		}
		job = j
		rest, err := w.runJob(ctx, tx, j)
		switch {
		case err != nil:
			return err
		case rest != nil:
			return tx.GoOn(ctx, j, rest)
		}
		return tx.FinishJob(ctx, j)
	})
	if failure == nil {
		return 1, next, nil
	}
	if job.ID == "" {
		return 0, nil, failure
	}
	w.Log.WarnContext(ctx, "a job failed; it is run again", "tenant", job.Tenant, "kind", job.Kind, "attempt", job.Attempts, "error", failure)
	return 1, next, w.DB.Update(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		wait := min(time.Second<<min(job.Attempts, 12), longestJob)
		return tx.RetryJob(ctx, job, tx.Now().Add(wait-wait/5+rand.N(wait/5+1)), failure.Error())
	})
}

func (w *Worker) runJob(ctx context.Context, tx *store.Tx, j store.Job) (rest any, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("a fault in the program: %v", fault)
		}
	}()
	f := w.jobs[j.Kind]
	if f == nil {
		return nil, errors.New("no such kind of job is known here")
	}
	return f(ctx, tx, j)
}
