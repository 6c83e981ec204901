package worker

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// Due does what is due now, and answers how much that was and when something is due next: nil when nothing is known of.
type Due func(ctx context.Context) (n int, next *time.Time, err error)

// Worker moves everything that time or a commit makes due: ends, starts, deadlines, notices, targets, messages, reads of
// directories, jobs. Any number may run on one database. Fields after Log have defaults; functions that are nil are left
// out.
type Worker struct {
	DB     *store.DB
	Access *access.Service
	// Open opens a connection with its secrets. The worker keeps what it opened until the connection's settings change.
	Open func(ctx context.Context, tenant, connectionID string) (connector.Connector, error)
	Log  *slog.Logger

	Name           string        // of this node, for leases
	CallTimeout    time.Duration // of all calls for one provision together; 20 s
	Lease          time.Duration // on a provision; 45 s. Must be longer than CallTimeout
	Sweep          time.Duration // between looks at what is due, in case a wake-up was lost; 5 s
	ReconcileEvery time.Duration // between comparisons of all provisions with what ought to be; 1 min
	PerConnection  int           // calls to one connection at once, in each direction; 4
	PerLane        int           // provisions at work at once, in each direction; 16

	Deliver Due                         // messages
	Sync    Due                         // connections that are due to be read
	CleanUp func(context.Context) error // hourly: what has expired and nobody needs
	Jobs    map[string]JobFunc          // by kind; those of package access are known

	// Gap is how long ends may go unwritten, because the database takes no writes, before access that is over is taken
	// away from the schedule in memory; 15 s.
	Gap time.Duration

	once  sync.Once
	jobs  map[string]JobFunc
	conns connections
	gap   gap
	begin starts
}

// Delivering is the Due of a delivery of messages.
func Delivering(d Delivery) Due {
	return func(ctx context.Context) (int, *time.Time, error) {
		n, err := d.Run(ctx)
		if err != nil {
			return n, nil, err
		}
		next, ok, err := d.Next(ctx)
		if err != nil || !ok {
			return n, nil, err
		}
		return n, &next, nil
	}
}

func (w *Worker) defaults() {
	w.once.Do(func() {
		set := func(d *time.Duration, v time.Duration) {
			if *d <= 0 {
				*d = v
			}
		}
		set(&w.CallTimeout, 20*time.Second)
		set(&w.Lease, 45*time.Second)
		set(&w.Sweep, 5*time.Second)
		set(&w.ReconcileEvery, time.Minute)
		set(&w.Gap, 15*time.Second)
		if w.PerConnection <= 0 {
			w.PerConnection = 4
		}
		if w.PerLane <= 0 {
			w.PerLane = 16
		}
		if w.Log == nil {
			w.Log = slog.New(slog.DiscardHandler)
		}
		if w.Name == "" {
			host, _ := os.Hostname()
			w.Name = host + ":" + strconv.Itoa(os.Getpid())
		}
		w.Lease = max(w.Lease, w.CallTimeout+w.CallTimeout/2)
		w.jobs = map[string]JobFunc{access.JobReach: w.Access.RunReach, access.JobUnreach: w.Access.RunUnreach}
		maps.Copy(w.jobs, w.Jobs)
		w.conns.open, w.gap.w, w.begin.w = w.Open, w, w
	})
}

type named struct {
	name string
	do   Due
}

// dues are the loops beside the two lanes, in the order in which Drain runs them.
func (w *Worker) dues() []named {
	list := []named{{"ends", w.gap.ends}, {"starts", w.begin.run}, {"deadlines", w.Access.RunDeadlines}, {"tasks", w.Access.RunTasks},
		{"notices", w.Access.RunNotices}, {"batches", w.Access.RunBatches}, {"jobs", w.runJobs}}
	if w.Sync != nil {
		list = append(list, named{"syncs", w.Sync})
	}
	if w.Deliver != nil {
		list = append(list, named{"messages", w.Deliver})
	}
	return list
}

// Run works until the context ends; then it takes nothing new, lets the calls that are under way finish within their
// time-out, and returns.
func (w *Worker) Run(ctx context.Context) {
	w.defaults()
	var all sync.WaitGroup
	var bells []chan struct{}
	start := func(f func(bell <-chan struct{})) {
		bell := make(chan struct{}, 1)
		bells = append(bells, bell)
		all.Go(func() { f(bell) })
	}
	for _, d := range w.dues() {
		start(func(bell <-chan struct{}) { w.loop(ctx, d, bell, w.Sweep) })
	}
	for _, lane := range []store.Lane{store.LaneRemove, store.LaneAdd} {
		start(func(bell <-chan struct{}) { newLane(w, lane).run(ctx, bell) })
	}
	all.Go(func() {
		w.loop(ctx, named{"reconciliation", w.reconcile}, nil, w.ReconcileEvery)
	})
	all.Go(func() { w.gap.run(ctx) })
	if w.CleanUp != nil {
		all.Go(func() {
			w.loop(ctx, named{"clean-up", func(ctx context.Context) (int, *time.Time, error) { return 0, nil, w.CleanUp(ctx) }}, nil, time.Hour)
		})
	}
	changes, cancel := w.DB.Subscribe()
	all.Go(func() { ring(ctx, changes, bells) })
	all.Wait()
	cancel()
	w.conns.close()
}

// restBetween is how long all bells rest after they rang: a thousand changes a second are looked at twenty times.
const restBetween = 50 * time.Millisecond

// ring rings all bells for the first change that makes work, at once, and once more after the rest for those that came
// meanwhile, until the context ends.
func ring(ctx context.Context, changes <-chan store.Change, bells []chan struct{}) {
	var rested time.Time
	var again <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-changes:
			if !slices.Contains(c.Topics, store.TopicWork) || again != nil {
				continue
			}
			if wait := time.Until(rested); wait > 0 {
				again = time.After(wait)
				continue
			}
		case <-again:
		}
		again, rested = nil, time.Now().Add(restBetween)
		for _, b := range bells {
			select {
			case b <- struct{}{}:
			default:
			}
		}
	}
}

// reconcile tells nothing of how much it found, so that a row which cannot be set right does not make the loop spin.
func (w *Worker) reconcile(ctx context.Context) (int, *time.Time, error) {
	_, err := w.Access.Reconcile(ctx)
	return 0, nil, errors.Join(err, w.Access.RecheckStages(ctx), w.Access.RecheckTasks(ctx))
}

// loop runs d whenever its bell rings, at the time that d names, and after every pause. It goes on at once while there is
// something to do, and survives every failure, a panic included.
func (w *Worker) loop(ctx context.Context, d named, bell <-chan struct{}, pause time.Duration) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	failures, rounds := 0, 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-bell:
		case <-timer.C:
		}
		n, next, err := w.guarded(ctx, d)
		wait := pause
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			wait = min(time.Second<<min(failures, 6), max(pause, time.Second))
			failures++
			w.Log.ErrorContext(ctx, "work could not be done; it is tried again", "what", d.name, "error", err)
		case n > 0 && rounds < 1000:
			rounds++
			wait = time.Millisecond
		default:
			failures, rounds = 0, 0
			wait = until(next, w.DB.Now(), pause)
		}
		timer.Reset(wait)
	}
}

func (w *Worker) guarded(ctx context.Context, d named) (n int, next *time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("a fault in the program")
			w.Log.ErrorContext(ctx, "a fault in the program", "what", d.name, "panic", p)
		}
	}()
	return d.do(ctx)
}

// until is how long to wait for next, at most the pause. What is due already and was not done is not asked for in a hurry.
func until(next *time.Time, now time.Time, pause time.Duration) time.Duration {
	if next == nil {
		return pause
	}
	wait := next.Sub(now)
	if wait <= 0 {
		wait = 200 * time.Millisecond
	}
	return min(wait, pause)
}

// Drain does everything that is due now, here and one after the other, until nothing is left, and returns the first
// failure. For tests, whose clock stands still, and for commands that run once.
func (w *Worker) Drain(ctx context.Context) error {
	w.defaults()
	if _, _, err := w.reconcile(ctx); err != nil {
		return err
	}
	for range 1000 {
		did := 0
		for _, d := range w.dues() {
			n, _, err := d.do(ctx)
			if err != nil {
				return err
			}
			did += n
		}
		for _, lane := range []store.Lane{store.LaneRemove, store.LaneAdd} {
			n, err := newLane(w, lane).drain(ctx)
			if err != nil {
				return err
			}
			did += n
		}
		if did == 0 {
			return nil
		}
	}
	return errors.New("there is always something left to do: something is due again and again")
}

// Close frees the connections that Drain opened; Run does so by itself.
func (w *Worker) Close() { w.conns.close() }
