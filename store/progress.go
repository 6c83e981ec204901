package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sallyport/sallyport"
)

// ProgressScope says whose work is counted: that of one resource, of everything that a role gives and takes away, or of
// one of them by that role.
type ProgressScope struct {
	RoleID     string
	ResourceID string // needed without RoleID
	Parameters string // of one grant; "" is any
	UserID     string // "": of all
	// All counts what is given even where everything is in place.
	All bool
	// RemovedSince counts what was taken away from then on, even where nothing is left to take.
	RemovedSince *time.Time
}

// Progress counts how far the work of a scope is: an item for each resource and direction in which something is under way
// or failing, of those that the viewer may see, by name. All is counted by one statement; estimates and reasons take one
// more each.
func (tx *Tx) Progress(ctx context.Context, tenant string, v Viewer, s ProgressScope) ([]sallyport.Progress, error) {
	if err := tx.anyPlan(ctx); err != nil { // a role of 5 and one of 5,000 are counted by other plans
		return nil, err
	}
	w := tx.workOf(tenant, s)
	q := w.query
	adding, removing := w.addingOf, w.removingOf
	if s.RoleID != "" {
		adding, removing = w.addingBy, w.removingBy
	}
	text := `SELECT r.id, r.slug, r.name, r.kind, x.direction, x.total, x.done, x.in_hand, x.by_hand, x.failing, x.since, x.connection_id
		FROM (` + adding() + " UNION ALL " + removing() + `) x JOIN resources r ON r.tenant_id = ` + w.t + ` AND r.id = x.resource_id
		WHERE ` + q.sees(v, tenant, Micros(tx.now), "r") + ` ORDER BY r.name_key, r.id, x.direction`
	var out []sallyport.Progress
	var connections []string
	err := tx.Rows(ctx, text, q.args, func(r *sql.Rows) error {
		var p sallyport.Progress
		var connection string
		err := r.Scan(&p.Resource.ID, &p.Resource.Slug, &p.Resource.Name, &p.Resource.Kind, &p.Direction, &p.Total, &p.Done, &p.InHand, &p.ByHand, &p.Failing,
			timePtrScan{&p.Since}, &connection)
		p.Waiting = max(0, p.Left()-p.InHand-p.ByHand-p.Failing)
		out, connections = append(out, p), append(connections, connection)
		return err
	})
	if err != nil || len(out) == 0 {
		return []sallyport.Progress{}, err
	}
	if err := tx.estimate(ctx, tenant, out, connections); err != nil {
		return nil, err
	}
	return out, tx.progressReasons(ctx, tenant, s, out)
}

// estimate adds what the connections of the items say: pause, rate, and from those when what waits is done.
func (tx *Tx) estimate(ctx context.Context, tenant string, items []sallyport.Progress, connections []string) error {
	q := &query{}
	t := q.arg(tenant)
	var held []string
	for _, c := range connections {
		if c != "" {
			held = append(held, c)
		}
	}
	text := `SELECT c.id, c.rate, COALESCE(c.paused_at, tn.writes_paused_at), pc.next_at, (SELECT count(*) FROM provisions p WHERE p.tenant_id = c.tenant_id AND p.connection_id = c.id
		AND p.state IN ('adding','removing') AND p.next_at IS NOT NULL AND p.failing_since IS NULL)
		FROM connections c JOIN tenants tn ON tn.id = c.tenant_id LEFT JOIN paces pc ON pc.tenant_id = c.tenant_id AND pc.connection_id = c.id
		WHERE c.tenant_id = ` + t + " AND " + q.in("c.id", held)
	return tx.Rows(ctx, text, q.args, func(r *sql.Rows) error {
		p := pace{}
		var id string
		var paused, next *time.Time
		var queue int
		if err := r.Scan(&id, &p.rate, timePtrScan{&paused}, timePtrScan{&next}, &queue); err != nil {
			return err
		}
		if next != nil {
			p.nextAt = *next
		}
		start := tx.now
		if p.freeAt().After(start) {
			start = p.freeAt()
		}
		for i := range items {
			if connections[i] != id {
				continue
			}
			it := &items[i]
			it.Rate, it.PausedAt = p.rate, paused
			if wait := start.Sub(tx.now); wait > 2*step(p.rate) && wait > 2*time.Second {
				until := start
				it.HeldUntil = &until
			}
			if p.rate > 0 && paused == nil && it.Waiting+it.InHand > 0 {
				done := start.Add(time.Duration(max(queue, it.Waiting+it.InHand)) * step(p.rate))
				it.DoneAbout = &done
			}
		}
		return nil
	})
}

// progressReasons adds to each item why its people fail: the three most frequent reasons.
func (tx *Tx) progressReasons(ctx context.Context, tenant string, s ProgressScope, items []sallyport.Progress) error {
	var failing []string
	for _, it := range items {
		if it.Failing > 0 {
			failing = append(failing, it.Resource.ID)
		}
	}
	if len(failing) == 0 {
		return nil
	}
	w := tx.workOf(tenant, s)
	text := `SELECT p.resource_id, p.state, p.error, count(*) FROM provisions p WHERE ` + w.pending("p") + ` AND p.failing_since IS NOT NULL AND ` + w.in("p.resource_id", failing) + `
		AND CAST(` + w.now + ` AS BIGINT) > 0 GROUP BY p.resource_id, p.state, p.error ORDER BY 4 DESC, 3 LIMIT 200`
	return tx.Rows(ctx, text, w.args, func(r *sql.Rows) error {
		var resource string
		var state sallyport.ProvisionState
		var reason sallyport.ProgressReason
		if err := r.Scan(&resource, &state, &reason.Words, &reason.Count); err != nil {
			return err
		}
		for i := range items {
			if it := &items[i]; it.Resource.ID == resource && it.Direction == state && len(it.Reasons) < 3 {
				it.Reasons = append(it.Reasons, reason)
			}
		}
		return nil
	})
}
