package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Lane is one direction of work on targets. Each has workers of its own, so that removing never waits for adding.
type Lane string

// The lanes. What is present or absent and is to be looked at again goes by removing's lane.
const (
	LaneAdd    Lane = "add"
	LaneRemove Lane = "remove"
)

// states are those of its work.
func (l Lane) states() []string {
	if l == LaneAdd {
		return []string{"'adding'"}
	}
	return []string{"'removing'", "'present'", "'absent'"}
}

// in is the set of its states, as the lane's index has it.
func (l Lane) in() string { return "(" + strings.Join(l.states(), ",") + ")" }

// Claim asks for provisions that are due.
type Claim struct {
	Lane   Lane
	By     string        // unique to this claim
	Lease  time.Duration // longer than the call's time-out
	Call   time.Duration // the call's time-out: after a lease that lapsed, how long its holder's write may still arrive
	Except []string      // ids of connections that are busy
	Limit  int
}

// ClaimProvisions leases due provisions of any tenant to one worker, each for the length of the lease, after which
// another may take them over. Taking over a lapsed lease notes that the row must be looked at again once the earlier
// holder's write can no longer arrive. Where a connection has a rate, no more are claimed than have a slot now, and each is
// claimed with its slot: see ReturnSlot.
func (tx *Tx) ClaimProvisions(ctx context.Context, c Claim) ([]Provision, error) {
	paces, err := tx.paces(ctx)
	if err != nil {
		return nil, err
	}
	var out []Provision
	except := slices.Clone(c.Except)
	for _, p := range paces {
		except = append(except, p.connection)
		room := min(c.Limit-len(out), p.free(tx.now))
		if slices.Contains(c.Except, p.connection) || room <= 0 {
			continue
		}
		if c.Lane == LaneAdd {
			if may, err := tx.mayAdd(ctx, p); err != nil || !may {
				if err != nil {
					return nil, err
				}
				continue
			}
		}
		some, err := tx.claimPaced(ctx, c, p, room)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	if len(out) >= c.Limit {
		return out, nil
	}
	if len(except) == 0 {
		return tx.claim(ctx, c, func(q *query, now string) string {
			return "SELECT tenant_id, id FROM provisions WHERE next_at IS NOT NULL AND next_at <= " + now + free(now) + " AND state IN " + c.Lane.in() + " AND paced = FALSE" + first(c.Limit) + tx.unlocked()
		})
	}
	// However many wait for a connection that is busy, nobody walks over them: the others are gone through one by one.
	queues, err := tx.queues(ctx, c.Lane, except)
	for i := 0; err == nil && i < len(queues) && len(out) < c.Limit && !queues[i].at.After(tx.now); i++ {
		var some []Provision
		some, err = tx.claim(ctx, c, c.of(queues[i].tenant, queues[i].connection, c.Limit-len(out), tx.unlocked()))
		out = append(out, some...)
	}
	return out, err
}

// claimPaced claims for one connection, and takes a slot for each. Where another worker takes slots at the same moment the
// rows wait for the next claim.
func (tx *Tx) claimPaced(ctx context.Context, c Claim, p pace, room int) ([]Provision, error) {
	q := &query{}
	soonest := c.of(p.tenant, p.connection, 1, "")(q, q.arg(Micros(tx.now)))
	due, err := tx.exists(ctx, "SELECT 1 FROM ("+soonest+") x", q.args...)
	if err != nil || !due {
		return nil, err
	}
	n, err := tx.takeSlots(ctx, p, room)
	if err != nil || n == 0 {
		return nil, err
	}
	out, err := tx.claim(ctx, c, c.of(p.tenant, p.connection, n, tx.unlocked()))
	for i := range out {
		out[i].Paced, out[i].Slot = p.connection, step(p.rate)
	}
	if left := n - len(out); err == nil && left > 0 && p.rate > 0 {
		err = tx.ReturnSlot(ctx, Provision{Tenant: p.tenant, Paced: p.connection, Slot: time.Duration(left) * step(p.rate)})
	}
	return out, err
}

// free is the condition that nobody has a lease at a moment.
func free(now string) string { return " AND (lease_until IS NULL OR lease_until <= " + now + ")" }

// first is the order of due rows, and how many of them; in the text, so that a plan stops there.
func first(n int) string { return " ORDER BY next_at, id LIMIT " + strconv.Itoa(n) }

// unlocked leaves out rows that another transaction has just locked: two that change many rows at once would else wait for
// each other, until PostgreSQL breaks that off after a second. SQLite has one writer.
func (tx *Tx) unlocked() string {
	if tx.db.postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// of selects what is due first for one connection, "" for what goes to none. Each state is a range of the index in order.
func (c Claim) of(tenant, connection string, n int, unlocked string) func(q *query, now string) string {
	return func(q *query, now string) string {
		t, of := q.arg(tenant), " IS NULL"
		if connection != "" {
			of = " = " + q.arg(connection)
		}
		states := c.Lane.states()
		for i, s := range states {
			states[i] = "SELECT * FROM (SELECT tenant_id, id, next_at FROM provisions WHERE tenant_id = " + t + " AND connection_id" + of + " AND state = " + s +
				" AND next_at <= " + now + free(now) + first(n) + unlocked + ") s" + strconv.Itoa(i)
		}
		return "SELECT d.tenant_id, d.id FROM (" + strings.Join(states, " UNION ALL ") + ") d" + first(n)
	}
}

// claim leases the rows that the statement selects. It is MATERIALIZED: what locks rows and has a limit would else be run anew
// for each row that it is compared with.
func (tx *Tx) claim(ctx context.Context, c Claim, due func(q *query, now string) string) ([]Provision, error) {
	q := &query{}
	now := q.arg(Micros(tx.now))
	until := q.arg(Micros(tx.now.Add(c.Lease)))
	q.WriteString(`WITH due AS MATERIALIZED (` + due(q, now) + `) UPDATE provisions SET lease_by=` + q.arg(c.By) + `, lease_until=` + until + `, next_at=` + until + `, attempts=attempts+1,
		recheck_at = CASE WHEN lease_until IS NULL THEN recheck_at ELSE lease_until + ` + q.arg(c.Call.Microseconds()) + ` END
		WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)` + free(now) + ` RETURNING ` + provisionColumns)
	var out []Provision
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var p Provision
		err := scanProvision(r, &p)
		out = append(out, p)
		return err
	})
	return out, err
}

// queue is what waits for one connection without a rate, or of one tenant for none.
type queue struct {
	tenant, connection string
	at                 time.Time // when the first is due, or a lease ends
}

// queues lists, of all tenants, what waits for the connections without a rate but some; the first due first.
func (tx *Tx) queues(ctx context.Context, lane Lane, except []string) (list []queue, err error) {
	q := &query{}
	q.WriteString(`SELECT x.tenant_id, x.connection_id, x.at FROM (SELECT c.tenant_id, c.id AS connection_id, ` + lane.next("c.tenant_id", "= c.id") + ` AS at
		FROM connections c WHERE c.rate = 0 AND NOT ` + q.in("c.id", except) + `
		UNION ALL SELECT t.id, '', ` + lane.next("t.id", "IS NULL") + ` FROM tenants t) x WHERE x.at IS NOT NULL ORDER BY x.at`)
	err = tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var it queue
		err := r.Scan(&it.tenant, &it.connection, timeScan{&it.at})
		list = append(list, it)
		return err
	})
	return list, err
}

// next is when the first provision of one connection is due: that of each state is one step in the index.
func (l Lane) next(tenant, connection string) string {
	states := l.states()
	for i, s := range states {
		states[i] = "SELECT min(p.next_at) AS at FROM provisions p WHERE p.tenant_id = " + tenant + " AND p.connection_id " + connection + " AND p.state = " + s + " AND p.next_at IS NOT NULL"
	}
	return "(SELECT min(z.at) FROM (" + strings.Join(states, " UNION ALL ") + ") z)"
}

// NextProvision is when the next provision of a lane is due, or its connection has a slot for it, whichever is later; nil
// when none is.
func (tx *Tx) NextProvision(ctx context.Context, lane Lane) (*time.Time, error) {
	paces, err := tx.paces(ctx)
	if err != nil {
		return nil, err
	}
	var next *time.Time
	sooner := func(t *time.Time) {
		if t != nil && (next == nil || t.Before(*next)) {
			next = t
		}
	}
	var held []string
	for _, p := range paces {
		if p.rate == 0 {
			held = append(held, p.connection)
		}
		var t *time.Time
		if err := tx.Row(ctx, "SELECT "+lane.next("$1", "= $2"), []any{p.tenant, p.connection}, timePtrScan{&t}); err != nil {
			return nil, err
		}
		if at := p.freeAt(); t != nil && t.Before(at) {
			t = &at
		}
		sooner(t)
	}
	if len(held) > 0 {
		queues, err := tx.queues(ctx, lane, held)
		if len(queues) > 0 {
			sooner(&queues[0].at)
		}
		return next, err
	}
	var t *time.Time
	err = tx.Row(ctx, "SELECT next_at FROM provisions WHERE next_at IS NOT NULL AND state IN "+lane.in()+" AND paced = FALSE ORDER BY next_at LIMIT 1", nil, timePtrScan{&t})
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	sooner(t)
	return next, err
}
