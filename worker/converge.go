package worker

import (
	"context"
	"sync"
	"time"

	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/internal/crash"
	"github.com/sallyport/sallyport/store"
)

// lane works on the provisions of one direction.
type lane struct {
	w       *Worker
	which   store.Lane
	mu      sync.Mutex
	running int
	busy    map[string]int // calls under way or waiting, by connection
	gates   map[string]chan struct{}
	done    chan struct{}
	all     sync.WaitGroup
}

func newLane(w *Worker, which store.Lane) *lane {
	return &lane{w: w, which: which, busy: map[string]int{}, gates: map[string]chan struct{}{}, done: make(chan struct{}, 1)}
}

func (l *lane) run(ctx context.Context, bell <-chan struct{}) {
	l.w.loop(ctx, named{"provisions to " + string(l.which), func(ctx context.Context) (int, *time.Time, error) {
		return l.fill(ctx)
	}}, merge(ctx, bell, l.done), l.w.Sweep)
	l.all.Wait()
}

// merge rings when either rings.
func merge(ctx context.Context, a, b <-chan struct{}) <-chan struct{} {
	out := make(chan struct{}, 1)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-a:
			case <-b:
			}
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out
}

// fill claims as much as there is room for and sets it to work.
func (l *lane) fill(ctx context.Context) (int, *time.Time, error) {
	l.mu.Lock()
	room := l.w.PerLane - l.running
	var full []string
	for c, n := range l.busy {
		if n >= l.w.PerConnection {
			full = append(full, c)
		}
	}
	l.mu.Unlock()
	if room <= 0 {
		return 0, nil, nil
	}
	claimed, at, next, err := l.claim(ctx, min(room, l.w.PerConnection), full)
	if len(claimed) > 0 {
		crash.At("claimed")
	}
	for _, p := range claimed {
		c := outer(p)
		l.mu.Lock()
		l.running++
		l.busy[c]++
		gate := l.gates[c]
		if gate == nil {
			gate = make(chan struct{}, l.w.PerConnection)
			l.gates[c] = gate
		}
		l.mu.Unlock()
		l.all.Go(func() {
			defer func() {
				l.mu.Lock()
				l.running--
				if l.busy[c]--; l.busy[c] == 0 {
					delete(l.busy, c)
				}
				l.mu.Unlock()
				select {
				case l.done <- struct{}{}:
				default:
				}
			}()
			gate <- struct{}{}
			defer func() { <-gate }()
			l.w.one(context.WithoutCancel(ctx), p, at)
		})
	}
	return len(claimed), next, err
}

// outer is the connection that a provision's work goes to; "" for work without one.
func outer(p store.Provision) string {
	if p.State == "removing" || p.State == "absent" {
		return p.Pin.Remove.ConnectionID
	}
	return p.Pin.Add.ConnectionID
}

func (l *lane) claim(ctx context.Context, limit int, except []string) (claimed []store.Provision, at time.Time, next *time.Time, err error) {
	at = time.Now()
	c := store.Claim{Lane: l.which, By: store.NewID("lease") + "@" + l.w.Name, Lease: l.w.Lease, Call: l.w.CallTimeout, Except: except, Limit: limit}
	next, err = l.w.DB.TakeDue(ctx, func(ctx context.Context, tx *store.Tx) (*time.Time, error) { return tx.NextProvision(ctx, l.which) },
		func(ctx context.Context, tx *store.Tx) error {
			claimed, err = tx.ClaimProvisions(ctx, c)
			return err
		})
	return claimed, at, next, err
}

func (l *lane) drain(ctx context.Context) (int, error) {
	claimed, at, _, err := l.claim(ctx, 100, nil)
	for _, p := range claimed {
		l.w.one(ctx, p, at)
	}
	return len(claimed), err
}

// one works on one leased provision: the attempt is written down, the target is changed and read back, and what was found
// is held against what ought to be by then. A failure is written down too; if even that fails, the lease lapses.
func (w *Worker) one(ctx context.Context, p store.Provision, claimed time.Time) {
	defer func() {
		if fault := recover(); fault != nil {
			w.Log.ErrorContext(ctx, "a fault in the program", "what", "provision", "provision", p.ID, "panic", fault)
		}
	}()
	log := w.Log.With("tenant", p.Tenant, "provision", p.ID)
	work, outside, err := w.Access.Prepare(ctx, p)
	if err != nil {
		log.ErrorContext(ctx, "a provision could not be prepared; it is taken up again when its lease ends", "error", err)
		return
	}
	if !outside {
		return
	}
	crash.At("prepared")
	// Every write must be sent before the lease ends, however late this began.
	deadline := time.Now().Add(w.CallTimeout)
	if last := claimed.Add(w.Lease - w.Lease/10); last.Before(deadline) {
		deadline = last
	}
	found, err := w.call(ctx, work, deadline)
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err != nil {
		log.WarnContext(ctx, "a target was not changed; it is tried again", "state", work.State, "attempt", work.Attempts, "error", err)
		err = w.Access.Fail(after, work, err)
	} else {
		crash.At("read back")
		err = w.Access.Settle(after, work, found)
		crash.At("settled")
	}
	if err != nil {
		log.ErrorContext(ctx, "what a target did could not be written down; it is read again when the lease ends", "error", err)
	}
}

// call makes the holding as it should be, and reads it back.
func (w *Worker) call(ctx context.Context, work access.Work, deadline time.Time) (bool, error) {
	inner, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	ctx = strict{inner, deadline}
	c, err := w.conns.get(ctx, work)
	if err != nil {
		return false, err
	}
	target, ok := c.(connector.Writer)
	if !ok {
		return false, &connector.Error{Class: connector.Refused, Message: "the connection can only be read", Hint: "Let people do it: set manual fulfilment."}
	}
	if work.State == "present" || work.State == "absent" { // only to be looked at again
		found, err := target.Has(ctx, work.Holding)
		if err != nil || found == work.Want {
			return found, err
		}
	}
	change := target.Remove
	if work.Want {
		change = target.Add
	}
	if err := ctx.Err(); err != nil { // the last look at the clock before the write
		return false, err
	}
	crash.At("writing")
	if err := change(ctx, work.Holding); err != nil {
		return false, err
	}
	crash.At("written")
	return target.Has(ctx, work.Holding)
}

// strict is a context whose end is read off the clock as well: a process that was stopped for a while sees it at once,
// before its timers have run.
type strict struct {
	context.Context
	deadline time.Time
}

func (s strict) Err() error {
	if err := s.Context.Err(); err != nil {
		return err
	}
	if !time.Now().Before(s.deadline) {
		return context.DeadlineExceeded
	}
	return nil
}
