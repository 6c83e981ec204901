package worker

import (
	"context"
	"time"
)

// starts begins what was given for a moment that has come. A wake-up looks at what began since the one before; what waits
// to become real for longer, thousands of rows where people do it by hand, is looked at once an interval of reconciliation.
// Used by one goroutine.
type starts struct {
	w           *Worker
	upTo, whole time.Time // by the database's clock
}

// overlap is how far back a wake-up looks beyond the one before: a transaction may have begun earlier than it ended.
const overlap = time.Minute

func (s *starts) run(ctx context.Context) (int, *time.Time, error) {
	now, since := s.w.DB.Now(), s.upTo.Add(-overlap)
	whole := s.whole.IsZero() || now.Before(s.upTo) || !now.Before(s.whole.Add(s.w.ReconcileEvery))
	if whole {
		since = time.Time{}
	}
	n, more, next, err := s.w.Access.Start(ctx, since)
	if err != nil || more {
		return n, next, err
	}
	s.upTo = now
	if whole {
		s.whole = now
	}
	return n, next, nil
}
