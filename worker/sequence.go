package worker

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/sallyport/sallyport/store"
)

// Sequencer gives committed events their place in the log: soon after a commit, and by a sweep that finds what was
// missed. It may run on any number of nodes. The zero Delay and Every are 100 ms and 5 s.
type Sequencer struct {
	DB    *store.DB
	Log   *slog.Logger
	Delay time.Duration // after a commit, so that events which come together are placed together
	Every time.Duration // between sweeps
}

// Run works until the context ends. A failure is logged and tried again; it never stops anything else.
func (s Sequencer) Run(ctx context.Context) {
	if s.Delay == 0 {
		s.Delay = 100 * time.Millisecond
	}
	if s.Every == 0 {
		s.Every = 5 * time.Second
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	changes, cancel := s.DB.Subscribe()
	defer cancel()
	sweep := time.NewTimer(0)
	defer sweep.Stop()
	var soon <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-changes:
			if soon == nil && slices.Contains(c.Topics, "events") {
				soon = time.After(s.Delay)
			}
			continue
		case <-soon:
		case <-sweep.C:
		}
		soon = nil
		if _, err := s.DB.Sequence(ctx); err != nil && !errors.Is(err, context.Canceled) {
			s.Log.Error("events could not be placed in the log; they are kept and tried again", "error", err)
		}
		sweep.Reset(s.Every)
	}
}
