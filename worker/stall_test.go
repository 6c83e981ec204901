package worker_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/worker"
)

var kensVPN = connector.Holding{Account: "acc-ken", Resource: "grp-vpn", Relation: "member"}

// quick has short times, so that a test can outlast a lease.
func (w *world) quick() *worker.Worker {
	k := w.worker()
	k.CallTimeout, k.Lease, k.Sweep = time.Second, 3*time.Second, 200*time.Millisecond
	return k
}

// background runs a worker until the test ends, or until the returned function is called.
func (w *world) background(k *worker.Worker) func() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.ctx))
	var all sync.WaitGroup
	all.Go(func() { k.Run(ctx) })
	stop := sync.OnceFunc(func() { cancel(); all.Wait() })
	w.Cleanup(stop)
	return stop
}

// A worker stops between deciding to add and adding, for longer than its lease and deaf to its context; the grant ends
// meanwhile. Its late write must not stay.
func TestStalledWorkerLeavesNothing(t *testing.T) {
	each(t, func(w *world) {
		stalled, goOn := make(chan struct{}), make(chan struct{})
		var once sync.Once
		w.target.step(func(op string, _ connector.Holding) {
			if op == "add" {
				once.Do(func() { close(stalled); <-goOn })
			}
		}, nil)
		g := w.give("ken", "vpn", hours(4))
		first, second := w.quick(), w.quick()
		var all sync.WaitGroup
		all.Go(func() { _ = first.Drain(w.ctx) })
		<-stalled
		w.end(g.ID)
		w.background(second)
		w.until("another worker settles it, and has looked again", func() bool {
			p := w.provision("ken", "vpn")
			return p.State == sallyport.ProvisionAbsent && p.NextAt == nil
		})
		close(goOn) // the late write arrives now
		all.Wait()
		w.until("the late write is undone", func() bool {
			p := w.provision("ken", "vpn")
			return p.State == sallyport.ProvisionAbsent && p.NextAt == nil && w.target.has("vpn") == ""
		})
	})
}

// As before, but the stalled worker dies right after its write, so that nobody tells of it: whoever took the row over
// looks again once such a write can no longer arrive.
func TestWriteOfADeadWorkerIsFound(t *testing.T) {
	each(t, func(w *world) {
		g := w.give("ken", "vpn", hours(4))
		var claimed []store.Provision
		w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
			claimed, err = tx.ClaimProvisions(ctx, store.Claim{Lane: store.LaneAdd, By: "dead", Lease: 500 * time.Millisecond, Call: 500 * time.Millisecond, Limit: 1})
			return err
		})
		if _, outside, err := w.s.Prepare(w.ctx, claimed[0]); err != nil || !outside {
			w.Fatal(outside, err)
		}
		w.end(g.ID)
		k := w.quick()
		w.background(k)
		w.until("another worker takes over", func() bool { return w.provision("ken", "vpn").State == sallyport.ProvisionAbsent })
		w.target.put(kensVPN, true)
		w.until("the late write is found", func() bool { return w.target.has("vpn") == "" && w.provision("ken", "vpn").NextAt == nil })
	})
}

// A worker that dies after any step of its work, with or without having written, is taken over.
func TestTakenOverAfterACrash(t *testing.T) {
	each(t, func(w *world) {
		for i, wrote := range []bool{false, true} {
			who := []string{"ken", "ada"}[i]
			g := w.give(who, "vpn", hours(4))
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.ClaimProvisions(ctx, store.Claim{Lane: store.LaneAdd, By: "dead", Lease: 200 * time.Millisecond, Call: 100 * time.Millisecond, Limit: 10})
				return err
			})
			if wrote {
				w.target.put(connector.Holding{Account: "acc-" + who, Resource: "grp-vpn", Relation: "member"}, true)
			}
			stop := w.background(w.quick())
			w.until("it is done by another", func() bool { return w.grant(g.ID).State == sallyport.GrantActive })
			stop()
		}
		if w.target.has("vpn") != "ada ken" {
			w.Fatal(w.target.has("vpn"))
		}
	})
}

// The grant ends while the call that adds is under way, within its time-out: what ought to be is read again afterwards.
func TestEndsDuringTheCall(t *testing.T) {
	each(t, func(w *world) {
		g := w.give("ken", "vpn", hours(4))
		var once sync.Once
		w.target.step(func(op string, _ connector.Holding) {
			if op == "add" {
				once.Do(func() { w.end(g.ID) })
			}
		}, nil)
		w.drain()
		if w.target.has("vpn") != "" || w.is("ken", "vpn", sallyport.ProvisionAbsent).LeaseBy != "" {
			w.Fatal(w.target.has("vpn"))
		}
	})
}

func TestRemovingDoesNotWaitForAdding(t *testing.T) {
	each(t, func(w *world) {
		g := w.give("ken", "vpn", hours(4))
		w.drain()
		hold := make(chan struct{})
		defer close(hold)
		w.target.step(func(op string, _ connector.Holding) {
			if op == "add" {
				<-hold
			}
		}, nil)
		for i := range 12 {
			slug := fmt.Sprintf("app%d", i)
			w.resource(w.connected(slug))
			w.give("ada", slug, hours(4))
		}
		k := w.worker()
		k.PerLane, k.CallTimeout = 4, 10*time.Second
		ctx, cancel := context.WithCancel(w.ctx)
		defer cancel()
		go k.Run(ctx)
		w.until("adding is stuck", func() bool { return w.target.count("add") >= 5 })
		began := time.Now()
		w.end(g.ID)
		w.until("it is taken away", func() bool { return w.target.has("vpn") == "" })
		if took := time.Since(began); took > 3*time.Second {
			w.Fatalf("took %v", took)
		}
	})
}

// While the database takes no writes, what is over leaves the target all the same, and the record says so afterwards.
func TestDatabaseTakesNoWrites(t *testing.T) {
	each(t, func(w *world) {
		k := w.quick()
		k.Gap = time.Second
		w.background(k)
		d := sallyport.Duration(5 * time.Second)
		g := w.give("ken", "vpn", &d)
		keep := w.give("ada", "vpn", hours(3))
		w.until("both are there", func() bool { return w.grant(g.ID).ActivatedAt != nil && w.grant(keep.ID).ActivatedAt != nil })
		time.Sleep(500 * time.Millisecond) // the schedule is read
		locked, release := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			w.tx(func(ctx context.Context, tx *store.Tx) error { // holds up every write
				if w.db.Postgres() {
					if _, err := tx.Exec(ctx, "LOCK TABLE grants IN EXCLUSIVE MODE"); err != nil {
						return err
					}
				}
				close(locked)
				<-release
				return nil
			})
		})
		<-locked
		w.until("it is gone without the database", func() bool { return w.target.has("vpn") == "ada" })
		close(release)
		all.Wait()
		w.until("it is written down", func() bool {
			return w.grant(g.ID).EndedAt != nil && strings.Contains(w.verbs(w.provision("ken", "vpn").ID), "audit.gap") &&
				w.provision("ken", "vpn").State == sallyport.ProvisionAbsent
		})
		if w.target.has("vpn") != "ada" {
			w.Fatal(w.target.has("vpn"))
		}
	})
}

func TestRevocationStartsWithinASecond(t *testing.T) {
	each(t, func(w *world) {
		w.background(w.worker())
		d := sallyport.Duration(5 * time.Second)
		g := w.give("ken", "vpn", &d)
		w.until("it is there", func() bool { return w.grant(g.ID).ActivatedAt != nil })
		end := *w.grant(g.ID).EndsAt
		w.until("it is gone", func() bool { return w.target.has("vpn") == "" })
		if late := time.Since(end); late > time.Second || late < 0 {
			w.Fatalf("removed %v after its end", late)
		}
	})
}

// Several workers on one database, grants that come and go while they work: at the end the target has exactly what is
// wanted, and every row is settled.
func TestManyWorkers(t *testing.T) {
	each(t, func(w *world) {
		names := []string{"ken", "ada", "eve"}
		for i := range 4 {
			w.resource(w.connected(fmt.Sprintf("app%d", i)))
		}
		w.target.step(func(string, connector.Holding) { time.Sleep(2 * time.Millisecond) }, nil)
		for range 3 {
			w.background(w.quick())
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		last := map[string]string{}
		for i := range 4 {
			for _, name := range names {
				all.Go(func() {
					slug := fmt.Sprintf("app%d", i)
					for round := range 3 {
						g := w.give(name, slug, hours(4+round))
						mu.Lock()
						last[name+slug] = g.ID
						mu.Unlock()
						if round < 2 || i%2 == 0 {
							w.end(g.ID)
						}
					}
				})
			}
		}
		all.Wait()
		for i := range 4 {
			want := ""
			if i%2 == 1 {
				want = "ada eve ken"
			}
			slug := fmt.Sprintf("app%d", i)
			w.until(slug+" has "+want, func() bool {
				if w.target.has(slug) != want {
					return false
				}
				for _, name := range names {
					if p := w.provision(name, slug); p.NextAt != nil || p.LeaseUntil != nil {
						return false
					}
				}
				return true
			})
		}
	})
}

func TestJobsRunUntilTheySucceed(t *testing.T) {
	eachClock(t, func(w *world) {
		runs := 0
		w.w.Jobs = map[string]worker.JobFunc{"mail": func(context.Context, *store.Tx, store.Job) (any, error) {
			if runs++; runs < 3 {
				return nil, errors.New("not yet")
			}
			return nil, nil
		}}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			for want := range 2 {
				added, err := tx.AddJob(ctx, w.tenant, store.NewJob{Kind: "mail", Unique: "ken", Args: map[string]string{"to": "ken"}})
				if err != nil || added != (want == 0) {
					w.Errorf("%v %v", added, err)
				}
			}
			return nil
		})
		for i := range 5 {
			w.drain()
			if want := min(i+1, 3); runs != want {
				w.Fatalf("round %d: ran %d times", i, runs)
			}
			w.clock.Advance(time.Minute)
		}
	})
}

// The end of a grant, an extension and a hand that ends it, all at once and while workers work: one outcome.
func TestConcurrentEndExtendExpire(t *testing.T) {
	each(t, func(w *world) {
		w.background(w.quick())
		d := sallyport.Duration(4 * time.Second)
		g := w.give("ken", "vpn", &d)
		w.until("it is there", func() bool { return w.grant(g.ID).ActivatedAt != nil })
		time.Sleep(time.Until(*w.grant(g.ID).EndsAt) - 20*time.Millisecond)
		actor := sallyport.System(w.tenant)
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() { _, _ = w.s.End(w.ctx, actor, g.ID, "enough") })
			all.Go(func() {
				_, _ = w.s.Extend(w.ctx, actor, g.ID, access.Extension{Duration: hours(1 + i)})
			})
		}
		all.Wait()
		var living int
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, `SELECT count(*) FROM grants WHERE resource_id=$1 AND ended_at IS NULL AND ends_at > $2`, []any{w.res["vpn"].ID, store.Micros(tx.Now())}, &living)
		})
		want, state := "", sallyport.ProvisionAbsent
		if living > 0 {
			want, state = "ken", sallyport.ProvisionPresent
		}
		w.until("the target follows", func() bool {
			return w.target.has("vpn") == want && w.provision("ken", "vpn").State == state
		})
	})
}
