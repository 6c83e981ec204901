package worker

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
)

// horizon is how far ahead the ends are kept in memory.
const horizon = 15 * time.Minute

// gap takes access away on time while the database takes no writes: from a list of what is about to end that is read while
// it answers. What was done is written down as soon as it can be.
type gap struct {
	w       *Worker
	lastEnd atomic.Int64 // when ends were last known to be written, in nanoseconds of this machine's clock
	list    []access.Removal
	done    map[string]time.Time // provision → when it was removed from the target
	open    []access.Removal     // removed, not yet written down
}

// ends closes grants whose end has passed, and notes that this works.
func (g *gap) ends(ctx context.Context) (int, *time.Time, error) {
	n, next, err := g.w.Access.EndPassed(ctx)
	if err == nil {
		g.lastEnd.Store(time.Now().UnixNano())
	}
	return n, next, err
}

// run keeps the list and acts on it until the context ends.
func (g *gap) run(ctx context.Context) {
	g.lastEnd.Store(time.Now().UnixNano())
	g.done = map[string]time.Time{}
	tick := time.NewTicker(min(time.Second, g.w.Gap/3))
	defer tick.Stop()
	var read time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		away := time.Since(time.Unix(0, g.lastEnd.Load())) > g.w.Gap
		if !away {
			g.record(ctx)
		}
		if !away && time.Since(read) >= g.w.Sweep {
			g.read(ctx)
			read = time.Now()
		}
		if away {
			g.act(ctx)
		}
	}
}

// read renews the list, and opens the connections that it needs: they cannot be opened without the database.
func (g *gap) read(ctx context.Context) {
	brief, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	list, err := g.w.Access.Upcoming(brief, horizon)
	if err != nil {
		return // the list that there is stays in force
	}
	g.list = list
	for _, r := range list {
		if _, err := g.w.conns.get(brief, r.Work); err != nil {
			g.w.Log.WarnContext(ctx, "a connection that is needed soon cannot be opened", "connection", r.Connection, "error", err)
		}
	}
}

func (g *gap) act(ctx context.Context) {
	now := g.w.DB.Now()
	for _, r := range g.list {
		if _, over := g.done[r.ID]; over || r.At.After(now) || ctx.Err() != nil {
			continue
		}
		r.Want, r.State = false, "removing"
		found, err := g.w.call(ctx, r.Work, time.Now().Add(g.w.CallTimeout))
		if err != nil || found {
			g.w.Log.ErrorContext(ctx, "the database takes no writes, and a target that was to lose access does not answer", "provision", r.ID,
				"class", connector.ClassOf(err), "error", err)
			continue
		}
		g.done[r.ID] = g.w.DB.Now()
		g.open = append(g.open, r)
		g.w.Log.WarnContext(ctx, "the database takes no writes; access whose time is over was taken away all the same", "provision", r.ID)
	}
}

// record writes down what was done, now that the database takes writes again.
func (g *gap) record(ctx context.Context) {
	for len(g.open) > 0 {
		r := g.open[0]
		if err := g.w.Access.RecordGap(ctx, r, g.done[r.ID]); err != nil {
			g.w.Log.ErrorContext(ctx, "a removal made without the database is not written down yet", "provision", r.ID, "error", err)
			return
		}
		g.open = g.open[1:]
		delete(g.done, r.ID)
	}
}
