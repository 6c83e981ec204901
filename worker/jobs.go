package worker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sallyport/sallyport/store"
)

// JobFunc runs one job. It may be run twice, and obeys the context's end. An error means again later.
type JobFunc func(ctx context.Context, j store.Job) error

const (
	jobLease   = 10 * time.Minute
	jobTimeout = 8 * time.Minute
	longestJob = 30 * time.Minute
)

// runJobs runs one job that is due. Kinds that nobody knows wait for a newer server.
func (w *Worker) runJobs(ctx context.Context) (int, *time.Time, error) {
	var due []store.Job
	by := store.NewID("lease") + "@" + w.Name
	next, err := w.DB.TakeDue(ctx, func(ctx context.Context, tx *store.Tx) (*time.Time, error) { return tx.NextJob(ctx) },
		func(ctx context.Context, tx *store.Tx) (err error) {
			due, err = tx.ClaimJobs(ctx, by, jobLease, 1)
			return err
		})
	if err != nil {
		return 0, nil, err
	}
	for _, j := range due {
		failure := w.runJob(ctx, j)
		err := w.DB.Update(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
			if failure == nil {
				_, err := tx.FinishJob(ctx, j)
				return err
			}
			wait := min(time.Second<<min(j.Attempts, 12), longestJob)
			return tx.RetryJob(ctx, j, tx.Now().Add(wait-wait/5+rand.N(wait/5+1)), failure.Error())
		})
		if failure != nil {
			w.Log.WarnContext(ctx, "a job failed; it is run again", "tenant", j.Tenant, "kind", j.Kind, "attempt", j.Attempts, "error", failure)
		}
		if err != nil {
			return len(due), nil, err
		}
	}
	return len(due), next, nil
}

func (w *Worker) runJob(ctx context.Context, j store.Job) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("a fault in the program: %v", fault)
		}
	}()
	f := w.jobs[j.Kind]
	if f == nil {
		return errors.New("no such kind of job is known here")
	}
	ctx, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	return f(ctx, j)
}
