package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sallyport/sallyport"
)

// comings are the events by which people leave and come back.
const comings = "('user.left', 'user.suspended', 'user.returned')"

// presence is the last coming or going of each person before a moment.
func (q *query) presence(t, at string) string {
	return `(SELECT o.object_id AS user_id, o.verb AS verb FROM (SELECT e.object_id, e.verb, row_number() OVER (PARTITION BY e.object_id ORDER BY e.at DESC, e.id DESC) AS n
		FROM events e WHERE e.tenant_id = ` + t + ` AND e.verb IN ` + comings + ` AND e.at <= ` + at + `) o WHERE o.n = 1)`
}

var peopleListing = listing{id: "u.id", sorts: map[string]string{"": "u.name_key", "name": "u.name_key", "login": "u.login_key", "department": "u.department"}}

// peopleAt writes the query of who was here at a moment: known by then, and not gone or suspended as the log has it. What
// else it says of them is of today.
func (tx *Tx) peopleAt(tenant string, at time.Time) (*query, report[sallyport.User]) {
	q := &query{}
	t, n := q.arg(tenant), q.arg(Micros(at))
	return q, report[sallyport.User]{listing: peopleListing, columns: userColumns,
		from: userFrom + " LEFT JOIN " + q.presence(t, n) + " o ON o.user_id = u.id WHERE u.tenant_id = " + t + " AND u.created_at <= " + n +
			" AND CASE WHEN o.verb IS NULL THEN u.left_at IS NULL OR u.left_at > " + n + " ELSE o.verb = 'user.returned' END",
		scan: func(r *sql.Rows, u *sallyport.User, more ...any) error { return scanUser(r, u, more...) },
		key:  func(u sallyport.User) string { return u.ID }}
}

// PeopleAt lists who was here at a moment, by name.
func (tx *Tx) PeopleAt(ctx context.Context, tenant string, at time.Time, p Page) (List[sallyport.User], error) {
	q, r := tx.peopleAt(tenant, at)
	return r.page(ctx, tx, q, p)
}

// EachPersonAt is PeopleAt row by row; see EachInterval.
func (tx *Tx) EachPersonAt(ctx context.Context, tenant string, at time.Time, do func(sallyport.User) error) error {
	q, r := tx.peopleAt(tenant, at)
	return r.each(ctx, tx, q, "", do)
}

var leaverListing = listing{id: "(u.id || l.id)", sorts: map[string]string{"": "l.at", "left": "l.at", "name": "u.name_key"}}

// leavers writes the query of who left in [from, to). Being suspended and then gone is one leaving; to leave, come back and
// leave again are two. What lived when they left are the grants that were not over by then; what was removed, the log says,
// up to when they came back. Who had left before they were brought here, left when their record says, and not when the log
// learned of it. removal, a word of sallyport.Removal…, leaves those of whom it is true; "" is all. The last result is the
// word of a row.
func (tx *Tx) leavers(tenant, removal string, from, to time.Time) (*query, report[leaver], string) {
	q := &query{}
	t, a, b := q.arg(tenant), q.arg(Micros(from)), q.arg(Micros(to))
	left := `(SELECT o.object_id AS user_id, o.id AS id, o.at AS at FROM (SELECT e.object_id, e.id, e.verb, CASE WHEN n.left_at < e.at THEN n.left_at ELSE e.at END AS at,
				lag(e.verb) OVER (PARTITION BY e.object_id ORDER BY e.at, e.id) AS before
			FROM events e LEFT JOIN users n ON n.tenant_id = e.tenant_id AND n.id = e.object_id WHERE e.tenant_id = ` + t + ` AND e.verb IN ` + comings + `) o
			WHERE o.verb <> 'user.returned' AND (o.before IS NULL OR o.before = 'user.returned') AND o.at >= ` + a + ` AND o.at < ` + b + `
		UNION ALL SELECT n.id, '', n.left_at FROM users n WHERE n.tenant_id = ` + t + ` AND n.left_at >= ` + a + ` AND n.left_at < ` + b + `
			AND NOT EXISTS (SELECT 1 FROM event_refs x JOIN events e ON e.tenant_id = x.tenant_id AND e.id = x.event_id
				WHERE x.tenant_id = ` + t + ` AND x.ref_id = n.id AND e.object_id = n.id AND e.verb IN ` + comings + `)) l`
	// By the verb, of which there are few, and not by all that happened since.
	back := `COALESCE((SELECT min(e.at + 0) FROM events e WHERE e.tenant_id = ` + t + ` AND e.verb = 'user.returned' AND e.object_id = l.user_id AND e.at + 0 > l.at), ` + forever + `)`
	held := func(what string) string {
		return `(SELECT ` + what + ` FROM grants g WHERE g.tenant_id = ` + t + ` AND g.subject_kind = 'user' AND g.subject_id = l.user_id AND g.created_at <= l.at AND ` + stopped("g") + ` >= l.at)`
	}
	// What they have once they are back, they were given since; what was being removed when they came, still may be.
	still := `(SELECT count(*) FROM provisions p WHERE p.tenant_id = ` + t + ` AND p.user_id = l.user_id AND CASE WHEN ` + back + ` < ` + forever + `
			THEN p.state = 'removing' AND COALESCE(p.due_since, p.since) < ` + back + ` ELSE p.state <> 'absent' END)
		+ CASE WHEN ` + back + ` < ` + forever + ` THEN 0 ELSE ` + held("COALESCE(sum(CASE WHEN g.ended_at IS NULL THEN 1 ELSE 0 END), 0)") + ` END`
	still = "(" + still + ")"
	where := map[string]string{"": "", sallyport.RemovalOpen: " AND " + still + " > 0", sallyport.RemovalDone: " AND " + still + " = 0 AND " + back + " = " + forever,
		sallyport.RemovalReturned: " AND " + still + " = 0 AND " + back + " < " + forever}[removal]
	return q, report[leaver]{listing: leaverListing,
			columns: userColumns + `, l.id, l.at, ` + back + `, ` + held("count(*)") + `, ` + held("max(CASE WHEN g.ended_at < g.ends_at OR g.ends_at IS NULL THEN g.ended_at ELSE g.ends_at END)") + `,
			(SELECT max(e.at) FROM event_refs x JOIN events e ON e.tenant_id = x.tenant_id AND e.id = x.event_id
				WHERE x.tenant_id = ` + t + ` AND x.ref_id = l.user_id AND e.verb = 'grant.removed' AND e.at >= l.at AND e.at < ` + back + `),
			` + still,
			from: userFrom + " JOIN " + left + " ON l.user_id = u.id WHERE u.tenant_id = " + t + where,
			scan: scanLeaver,
			key:  func(l leaver) string { return l.User.ID + l.event }},
		"CASE WHEN " + still + " > 0 THEN '" + sallyport.RemovalOpen + "' WHEN " + back + " < " + forever + " THEN '" + sallyport.RemovalReturned + "' ELSE '" + sallyport.RemovalDone + "' END"
}

type leaver struct {
	sallyport.Leaver
	event string
}

func scanLeaver(r *sql.Rows, l *leaver, more ...any) error {
	var back int64
	rest := append([]any{&l.event, timeScan{&l.LeftAt}, &back, &l.Held, timePtrScan{&l.EndedAt}, timePtrScan{&l.RemovedAt}, &l.Open}, more...)
	if err := scanUser(r, &l.User, rest...); err != nil {
		return err
	}
	if at := FromMicros(back); at.Year() < 9999 {
		l.ReturnedAt = &at
	}
	return nil
}

// Leavers lists who left in [from, to), in the order of leaving: all, or those of whom the word removal is
// true.
func (tx *Tx) Leavers(ctx context.Context, tenant, removal string, from, to time.Time, p Page) (List[sallyport.Leaver], error) {
	q, r, _ := tx.leavers(tenant, removal, from, to)
	l, err := r.page(ctx, tx, q, p)
	out := List[sallyport.Leaver]{Items: []sallyport.Leaver{}, NextCursor: l.NextCursor, Total: l.Total}
	for _, it := range l.Items {
		out.Items = append(out.Items, it.Leaver)
	}
	return out, err
}

// CountLeavers counts what Leavers lists, by the words of sallyport.Removal…; "" is all.
func (tx *Tx) CountLeavers(ctx context.Context, tenant string, from, to time.Time) (map[string]int, error) {
	q, r, word := tx.leavers(tenant, "", from, to)
	return tx.tally(ctx, "SELECT x.word, count(*) FROM (SELECT "+word+" AS word"+r.from+") x GROUP BY x.word", q.args)
}

// EachLeaver is Leavers row by row; see EachInterval.
func (tx *Tx) EachLeaver(ctx context.Context, tenant string, from, to time.Time, do func(sallyport.Leaver) error) error {
	q, r, _ := tx.leavers(tenant, "", from, to)
	return r.each(ctx, tx, q, "", func(l leaver) error { return do(l.Leaver) })
}
