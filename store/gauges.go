package store

import (
	"context"
	"time"
)

// Gauges are what an operator watches, over all tenants.
type Gauges struct {
	Queues        map[string]int64 // by kind of work
	OldestRemoval time.Duration    // since the oldest removal that is not read back was due
	EventBacklog  int64            // events without a place in the log
}

// Gauges counts what waits. Each count is answered from an index over what waits alone.
func (tx *Tx) Gauges(ctx context.Context) (Gauges, error) {
	g := Gauges{Queues: map[string]int64{}}
	now := Micros(tx.now)
	lane := func(l Lane, and string) string {
		return `(SELECT count(*) FROM provisions WHERE next_at IS NOT NULL AND state IN ` + l.in() + and + `)`
	}
	waiting := func(and string) string { return "SELECT " + lane(LaneAdd, and) + " + " + lane(LaneRemove, and) }
	for kind, q := range map[string]string{
		"requests":       `SELECT count(*) FROM requests WHERE state = 'pending'`,
		"tasks":          `SELECT count(*) FROM tasks WHERE state IN ('open', 'claimed')`,
		"provisions":     waiting(""),
		"provisions_due": waiting(" AND next_at <= $1"),
		"failing":        waiting(" AND failing_since IS NOT NULL"),
		"passed_ends":    `SELECT count(*) FROM grants WHERE ended_at IS NULL AND ends_at IS NOT NULL AND ends_at <= $1`,
		"deliveries":     `SELECT count(*) FROM deliveries WHERE next_at IS NOT NULL`,
		"jobs":           `SELECT count(*) FROM jobs`,
	} {
		var n int64
		var args []any
		if kind == "provisions_due" || kind == "passed_ends" {
			args = []any{now}
		}
		if err := tx.Row(ctx, q, args, &n); err != nil {
			return g, err
		}
		g.Queues[kind] = n
	}
	var due *time.Time
	err := tx.Row(ctx, `SELECT min(COALESCE(due_since, since)) FROM provisions WHERE next_at IS NOT NULL AND state = 'removing' AND state IN `+LaneRemove.in(), nil, timePtrScan{&due})
	if err != nil {
		return g, err
	}
	if due != nil && due.Before(tx.now) {
		g.OldestRemoval = tx.now.Sub(*due)
	}
	return g, tx.Row(ctx, `SELECT count(*) FROM events WHERE leaf_index IS NULL`, nil, &g.EventBacklog)
}
