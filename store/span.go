package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"
)

// SpanCounts is what people had in a period [from, to), direct and by role: how much at its first moment and at to, and
// how much of what was ever real began and was over in it. Each is what Intervals counts with People and At, Began… or
// Ended….
type SpanCounts struct{ AtStart, AtEnd, Began, Ended int }

// CountSpans counts the access of everybody in a period. What roles gave is not paired membership by membership: each role
// is swept once, from the first that began to the last that stopped, so that the work grows with memberships and grants
// and not with their product. One statement counts what was direct, the next reads what roles held, the last who was in those.
func (tx *Tx) CountSpans(ctx context.Context, tenant string, from, to time.Time) (SpanCounts, error) {
	var out SpanCounts
	if err := tx.anyPlan(ctx); err != nil {
		return out, err
	}
	q := &query{}
	t, a, b := q.arg(tenant), q.arg(Micros(from)), q.arg(Micros(to))
	stop := stopped("g")
	within := " >= " + a + " AND g.starts_at <= " + b + " AND g.activated_at IS NOT NULL"
	touches := " g.tenant_id = " + t + " AND " + stop + within
	atStart, atEnd := tx.when(from)("g", a), tx.when(to)("g", b)
	err := tx.Row(ctx, `SELECT count(*) FILTER (WHERE `+atStart+`), count(*) FILTER (WHERE `+atEnd+`),
		count(*) FILTER (WHERE g.starts_at >= `+a+` AND g.starts_at < `+b+` AND g.starts_at < `+stop+`),
		count(*) FILTER (WHERE `+stop+` < `+b+` AND g.starts_at < `+stop+`)
		FROM grants g WHERE`+touches+` AND g.subject_kind = 'user'`, q.args, &out.AtStart, &out.AtEnd, &out.Began, &out.Ended)
	if err != nil {
		return out, err
	}
	roles := map[string]*roleSpans{}
	read := func(role, where string, add func(*roleSpans, edges)) error {
		text := "SELECT " + role + ", g.starts_at, " + stop + ", CASE WHEN " + atStart + " THEN 1 ELSE 0 END, CASE WHEN " + atEnd + " THEN 1 ELSE 0 END FROM grants g WHERE" + where
		return tx.Rows(ctx, text, q.args, func(r *sql.Rows) error {
			var id string
			var e edges
			if err := r.Scan(&id, &e.from, &e.to, &e.atStart, &e.atEnd); err != nil {
				return err
			}
			if roles[id] == nil {
				roles[id] = &roleSpans{}
			}
			add(roles[id], e)
			return nil
		})
	}
	if err := read("g.subject_id", touches+" AND g.subject_kind = 'role'", (*roleSpans).grant); err != nil || len(roles) == 0 {
		return out, err
	}
	// By the roles, for the index of who held a thing has all that is asked. With + 0 the index of what touches a period, which is
	// many times as much, cannot be taken.
	ofRoles := " g.tenant_id = " + t + " AND " + q.oneOf("g.resource_id", slices.Sorted(maps.Keys(roles))) + " AND g.relation = 'member' AND g.subject_kind = 'user' AND " + stop + " + 0" + within
	err = read("g.resource_id", ofRoles, (*roleSpans).member)
	for _, r := range roles {
		r.count(&out, Micros(from), Micros(to))
	}
	return out, err
}

// countHeld counts what everybody held at a moment, as Intervals with At and People lists it: of what is had by role, for
// each role its members then times what it held then. Without People, what roles hold counts as well.
func (tx *Tx) countHeld(ctx context.Context, tenant string, f IntervalFilter) (*int, error) {
	q := &query{}
	t, at := q.arg(tenant), q.arg(Micros(*f.At))
	stop, when := stopped("g")+" > "+at, tx.when(*f.At)
	relation := ""
	if f.Relation != "" {
		relation = " AND g.relation = " + q.arg(f.Relation)
	}
	who := ""
	if f.People {
		who = " AND g.subject_kind = 'user'"
	}
	holding := " FROM grants g WHERE g.tenant_id = " + t + " AND " + stop + " AND " + when("g", at) + relation
	direct := "(SELECT count(*)" + holding + who + ")"
	byRole := `(SELECT COALESCE(sum(gg.n * (SELECT count(*) FROM grants m WHERE m.tenant_id = ` + t + ` AND m.resource_id = gg.role_id AND m.relation = 'member' AND m.subject_kind = 'user' AND ` + when("m", at) + `)), 0)
		FROM (SELECT g.subject_id AS role_id, count(*) AS n` + holding + ` AND g.subject_kind = 'role' GROUP BY g.subject_id) gg)`
	text := "SELECT " + map[string]string{"": direct + " + " + byRole, "direct": direct, "role": byRole}[f.Via]
	var n int
	if err := tx.anyPlan(ctx); err != nil {
		return nil, err
	}
	err := tx.Row(ctx, text, q.args, &n)
	return &n, err
}

// fewByRole reports whether roles held so little at a moment that what members had of it is sooner read than walked to.
func (tx *Tx) fewByRole(ctx context.Context, tenant string, at time.Time) (bool, error) {
	q := &query{}
	t, n := q.arg(tenant), q.arg(Micros(at))
	var count int
	err := tx.Row(ctx, "SELECT count(*) FROM (SELECT 1 FROM grants g WHERE g.tenant_id = "+t+" AND g.subject_kind = 'role' AND "+stopped("g")+" > "+n+" AND "+tx.when(at)("g", n)+" LIMIT 21) x",
		q.args, &count)
	return count <= 20, err
}

// onlyHeld reports whether a filter asks for nothing but a moment, a relation and a way, which countHeld counts.
func (f IntervalFilter) onlyHeld() bool {
	at := f.At
	f.At, f.Relation, f.Via, f.People = nil, "", "", false
	return at != nil && f == IntervalFilter{}
}

// anyPlan has the statements of the transaction planned with their values on PostgreSQL: a plan for any period, or for any
// role, reads a table whole.
func (tx *Tx) anyPlan(ctx context.Context) error {
	if !tx.db.postgres {
		return nil
	}
	_, err := tx.Exec(ctx, "SET LOCAL plan_cache_mode = force_custom_plan")
	return err
}

// edges are the moments between which a grants row gave its access.
type edges struct {
	from, to       int64
	atStart, atEnd int
}

// edge is one of them.
type edge struct {
	at            int64
	opens, member bool // member: of a membership, else of what the role held
}

// roleSpans are the memberships of a role and what it held.
type roleSpans struct {
	edges                                        []edge
	membersStart, membersEnd, heldStart, heldEnd int
}

func (r *roleSpans) member(e edges) {
	r.membersStart, r.membersEnd = r.membersStart+e.atStart, r.membersEnd+e.atEnd
	r.put(e, true)
}

func (r *roleSpans) grant(e edges) {
	r.heldStart, r.heldEnd = r.heldStart+e.atStart, r.heldEnd+e.atEnd
	r.put(e, false)
}

func (r *roleSpans) put(e edges, member bool) {
	if e.from < e.to { // what was over before it began gave nothing
		r.edges = append(r.edges, edge{e.from, true, member}, edge{e.to, false, member})
	}
}

// count adds what the members had by the role. Where a membership and a grant are open at the same time there is one
// interval: it begins when the later of them opens and is over when the first of them closes.
func (r *roleSpans) count(c *SpanCounts, from, to int64) {
	c.AtStart += r.membersStart * r.heldStart
	c.AtEnd += r.membersEnd * r.heldEnd
	slices.SortFunc(r.edges, func(a, b edge) int {
		switch {
		case a.at != b.at:
			return cmp.Compare(a.at, b.at)
		case a.opens == b.opens:
			return 0
		case a.opens: // what stops when another begins does not meet it
			return 1
		}
		return -1
	})
	members, held := 0, 0
	for _, e := range r.edges {
		mine, other := &members, &held
		if !e.member {
			mine, other = &held, &members
		}
		within := e.at >= from && e.at < to
		switch {
		case e.opens:
			*mine++
			if within {
				c.Began += *other
			}
		default:
			*mine--
			if within {
				c.Ended += *other
			}
		}
	}
}
