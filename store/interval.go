package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// IntervalFilter narrows a history; empty fields do not, several fields must all fit.
type IntervalFilter struct {
	UserID     string // who had it
	ResourceID string
	RoleID     string // its members and owners, what it held, and what members had by it
	AppID      string // the app and all that it contains
	ActorID    string // who gave, ended, asked for or decided it
	Department string // of the person, as of today
	Relation   sallyport.Relation
	Via        string // direct, role
	People     bool   // leave out what roles hold
	State      string // active: holds now; ended: over; coming: neither; lost: see lostFrom
	At         *time.Time
	Since      *time.Time // touches [Since, Until)
	Until      *time.Time
	// Began and Ended are [from, to): intervals that were real and began, or were over, then.
	BeganFrom, BeganTo *time.Time
	EndedFrom, EndedTo *time.Time
	Q                  string // every word of it, anywhere in names, reasons and comments

	few   bool        // roles gave so little at At that it is read and sorted
	words *lookedUp   // the words of Q, where they were looked up
	told  *toldGrants // what Q can be told of, when that is little
	stop  *strideEnd  // where the walk of a page stops
}

// Scoped reports whether the filter asks about something, and not for the whole company.
func (f IntervalFilter) Scoped() bool {
	return f.UserID != "" || f.ResourceID != "" || f.RoleID != "" || f.AppID != "" || f.ActorID != ""
}

// forever stands for no end where ends are compared.
const forever = "9223372036854775807"

// stopped is when a grants row stops to give its access: at its end or when it was ended, whichever comes first.
func stopped(alias string) string {
	a := alias + "."
	return "(CASE WHEN " + a + "no_end OR " + a + "ends_at IS NULL THEN COALESCE(" + a + "ended_at, " + forever + ") WHEN " + a + "ended_at < " + a + "ends_at THEN " +
		a + "ended_at ELSE " + a + "ends_at END)"
}

// stillThere is whether the target still has what the interval x gave: it is over, its provision p is where Grant.StateAt
// says revoking, and nothing outlasted it.
func stillThere(t, now string) string {
	return "CASE WHEN x.stopped_at <= " + now + " AND (p.state = 'removing' OR (p.state = 'present' AND e.ended_at IS NULL)) THEN NOT " +
		outlasted(t, "x", "x.stopped_at") + " ELSE FALSE END"
}

// outlasted is whether another way of the same access became real and stopped later than this one, at stop, or goes on. Then
// it is of that one that the target is rid, and this one had ended long before.
func outlasted(t, alias, stop string) string {
	of := func(k string) string {
		return k + ".tenant_id = " + t + " AND " + k + ".resource_id = " + alias + ".resource_id AND " + k + ".relation = " + alias + ".relation AND " +
			k + ".parameters = " + alias + ".parameters AND " + k + ".activated_at IS NOT NULL AND " + stopped(k) + " > " + stop
	}
	return `(EXISTS (SELECT 1 FROM grants k WHERE ` + of("k") + ` AND k.subject_kind = 'user' AND k.subject_id = ` + alias + `.subject_id)
		OR EXISTS (SELECT 1 FROM grants k CROSS JOIN grants km WHERE ` + of("k") + ` AND k.subject_kind = 'role' AND km.tenant_id = ` + t + ` AND km.subject_kind = 'user'
			AND km.subject_id = ` + alias + `.subject_id AND km.resource_id = k.subject_id AND km.relation = 'member' AND km.activated_at IS NOT NULL
			AND ` + stopped("km") + ` > ` + stop + ` AND km.starts_at < ` + stopped("k") + ` AND k.starts_at < ` + stopped("km") + `))`
}

var intervalListing = listing{id: "x.id", sorts: map[string]string{"": "-x.starts_at", "started": "x.starts_at", "ended": "x.stopped_at",
	"person": "COALESCE(su.name_key, sr.name_key, '')", "resource": "r.name_key", "relation": "x.relation", "given_by": "COALESCE(gb.name_key, '')",
	"ended_by": "COALESCE(eb.name_key, '')", "via": "x.role_id"}}

const intervalColumns = `x.id, x.grant_id, x.membership_id, ro.id, ro.slug, ro.name, ro.kind,
	x.subject_kind, x.subject_id, COALESCE(su.login, ''), COALESCE(sr.slug, ''), COALESCE(su.name, sr.name, ''), COALESCE(su.title, ''), COALESCE(su.department, ''),
	r.id, r.slug, r.name, r.kind, ap.id, ap.slug, ap.name, ap.kind, (r.deleted_at IS NOT NULL), x.relation, x.parameters, c.origin, c.reason_kind, c.reason, x.was_real, x.starts_at, x.stopped_at,
	x.ends_at, x.no_end, gb.id, gb.login, gb.name, c.request_id, rq.id, rq.login, rq.name, q.decided_at, db.id, db.login, db.name,
	eb.id, eb.login, eb.name, e.ended_at, e.ended_reason`

// The votes of a request as one text: a record a vote, whose fields are apart by these two.
const fieldMark, recordMark = "\x1f", "\x1e"

// intervals writes the query of a history. Direct grants are rows as they are; access by role is a row for each membership
// and grant of the role that were real at the same time. walk says in which order a page is found in each of those by itself;
// none makes one list that is sorted whole.
func (tx *Tx) intervals(tenant string, v Viewer, f IntervalFilter, order walk) (*query, report[sallyport.Interval]) {
	q := &query{}
	now := Micros(tx.now)
	t := q.arg(tenant)
	asked := f
	if f.State == IntervalLost { // what is lost is told by all ways together
		f.Via, f.RoleID, f.ActorID = "", "", ""
	}
	var parts []string
	if f.Via != "role" {
		from, where, person := order.direct(t)
		parts = append(parts, `SELECT g.id AS id, g.id AS grant_id, '' AS membership_id, '' AS role_id, g.subject_kind, g.subject_id, g.resource_id, g.relation, g.parameters,
			g.id AS given_id, g.id AS end_id, (g.activated_at IS NOT NULL) AS was_real, g.starts_at AS starts_at, g.ends_at AS ends_at, g.no_end AS no_end, `+stopped("g")+` AS stopped_at,
			g.text_key AS given_text, g.text_key AS end_text, g.created_by AS given_by, g.ended_by AS end_by, g.request_id AS request_id, `+person+` AS person_key
			FROM `+from+` WHERE g.tenant_id = `+t+where+q.directIntervals(t, tx, f))
	}
	// begun and over are a column of the row that came last, and of the one that stopped first.
	begun := func(column string) string {
		return "CASE WHEN m.starts_at > g.starts_at THEN m." + column + " ELSE g." + column + " END"
	}
	over := func(column string) string {
		return "CASE WHEN " + stopped("m") + " < " + stopped("g") + " THEN m." + column + " ELSE g." + column + " END"
	}
	narrowed := ""
	if f.Via != "direct" {
		narrowed = q.derivedIntervals(t, tx, f)
	}
	derived := func(w way, more string) string {
		return `SELECT m.id || '.' || g.id AS id, g.id AS grant_id, m.id AS membership_id, m.resource_id AS role_id, m.subject_kind, m.subject_id, g.resource_id, g.relation, g.parameters,
			CASE WHEN m.starts_at > g.starts_at THEN m.id ELSE g.id END AS given_id, CASE WHEN ` + stopped("m") + " < " + stopped("g") + ` THEN m.id ELSE g.id END AS end_id, TRUE AS was_real,
			` + w.starts + ` AS starts_at,
			CASE WHEN m.no_end THEN g.ends_at WHEN g.no_end THEN m.ends_at WHEN m.ends_at < g.ends_at THEN m.ends_at ELSE g.ends_at END AS ends_at,
			(m.no_end AND g.no_end) AS no_end, ` + w.stops + ` AS stopped_at,
			` + begun("text_key") + " AS given_text, " + over("text_key") + " AS end_text, " + begun("created_by") + " AS given_by, " + over("ended_by") + " AS end_by, " +
			begun("request_id") + " AS request_id, " + w.person + ` AS person_key
			FROM ` + w.from + `
			WHERE m.tenant_id = ` + t + ` AND g.tenant_id = ` + t + ` AND g.subject_kind = 'role' AND g.subject_id = m.resource_id AND ` + w.where + ` AND m.relation = 'member'
			AND m.activated_at IS NOT NULL AND g.activated_at IS NOT NULL AND m.starts_at < ` + stopped("g") + " AND g.starts_at < " + stopped("m") + narrowed + more
	}
	switch {
	case f.Via == "direct":
	case f.told != nil:
		set := q.told(f.told)
		w := walkNone.derived(t, false)[0]
		parts = append(parts, derived(w, " AND m.id IN "+set), derived(w, " AND g.id IN "+set+" AND m.id NOT IN "+set))
	case f.ActorID != "": // by what they did to the membership, and by what they did to what the role holds
		set := acted(t, q.arg(f.ActorID))
		w := walkNone.derived(t, false)[0]
		parts = append(parts, derived(w, " AND m.id IN "+set), derived(w, " AND g.id IN "+set+" AND m.id NOT IN "+set))
	default:
		for _, w := range order.derived(t, f.few) {
			parts = append(parts, derived(w, ""))
		}
	}
	where := &strings.Builder{}
	and := func(cond string, values ...any) { // as q.and, but written later: the arguments come first
		n := &query{args: q.args}
		n.and(cond, values...)
		q.args = n.args
		where.WriteString(n.String())
	}
	if f.State == IntervalLost {
		q.lost(and, t, asked, now)
	}
	if f.Since != nil {
		and("x.stopped_at > %s", Micros(*f.Since))
	}
	if f.Until != nil {
		and("x.starts_at < %s", Micros(*f.Until))
	}
	if f.BeganFrom != nil {
		and("x.was_real AND x.starts_at >= %s", Micros(*f.BeganFrom))
	}
	if f.BeganTo != nil {
		and("x.was_real AND x.starts_at < %s AND x.starts_at < x.stopped_at", Micros(*f.BeganTo))
	}
	if f.EndedFrom != nil {
		and("x.was_real AND x.stopped_at >= %s AND x.starts_at < x.stopped_at", Micros(*f.EndedFrom))
	}
	if f.EndedTo != nil {
		and("x.was_real AND x.stopped_at < %s", Micros(*f.EndedTo))
	}
	if f.Department != "" {
		and("su.department = %s", f.Department)
	}
	with := q.tells(where, t, f)
	if !v.All {
		where.WriteString(" AND " + q.sees(v, tenant, now, "r") + " AND (ro.id IS NULL OR " + q.sees(v, tenant, now, "ro") + ") AND (sr.id IS NULL OR " + q.sees(v, tenant, now, "sr") + ")")
	}
	on := func(table, alias, id string) string {
		return " LEFT JOIN " + table + " " + alias + " ON " + alias + ".tenant_id = " + t + " AND " + alias + ".id = " + id
	}
	rows := " FROM (" + latest(f, strings.Join(parts, " UNION ALL ")) + ") x"
	joins := on("grants", "c", "x.given_id") + on("grants", "e", "x.end_id") + on("resources", "r", "x.resource_id") +
		on("resources", "ap", "r.app_id") + on("resources", "ro", "x.role_id") + on("users", "su", "x.subject_id") + on("resources", "sr", "x.subject_id") +
		on("users", "gb", "c.created_by") + on("users", "eb", "e.ended_by") + on("requests", "q", "c.request_id") + on("users", "rq", "q.requester_id") +
		on("users", "db", "q.decided_by") + ` LEFT JOIN provisions p ON p.tenant_id = ` + t + ` AND x.subject_kind = 'user' AND p.user_id = x.subject_id AND p.resource_id = x.resource_id
			AND p.relation = x.relation AND p.parameters = x.parameters`
	out := report[sallyport.Interval]{listing: intervalListing, with: with, columns: intervalColumns + ", " + votesOf(t, "c.request_id"),
		from: rows + joins + " WHERE TRUE" + where.String(), joins: joins,
		asked: func(q *query) string { return stillThere(t, q.arg(now)) },
		scan: func(r *sql.Rows, it *sallyport.Interval, more ...any) error {
			return scanInterval(r, it, tx.now, more...)
		},
		key: func(it sallyport.Interval) string { return it.ID }}
	if f.Department != "" {
		rows += on("users", "su", "x.subject_id")
	}
	if !v.All {
		rows += on("resources", "r", "x.resource_id") + on("resources", "ro", "x.role_id") + on("resources", "sr", "x.subject_id")
	}
	narrow := strings.TrimPrefix(rows, " FROM ("+latest(f, strings.Join(parts, " UNION ALL "))+") x") + " WHERE TRUE" + where.String()
	out.rows = rows + " WHERE TRUE" + where.String()
	if order != walkNone {
		if e := f.stop; e != nil {
			narrow += " AND (" + e.col + ", x.id) " + e.within + " (" + q.arg(e.Key) + ", " + q.arg(e.ID) + ")"
		}
		out.branches, out.narrow, out.listing = parts, narrow, order.listing()
	}
	return q, out
}

// words splits what is searched for; more than eight are one.
func words(text string) []string {
	list := strings.Fields(text)
	if len(list) > 8 {
		return []string{strings.TrimSpace(text)}
	}
	return list
}

// directIntervals narrows grants g as they are.
func (q *query) directIntervals(t string, tx *Tx, f IntervalFilter) string {
	c := &query{args: q.args}
	if f.UserID != "" {
		c.and("g.subject_kind = 'user' AND g.subject_id = %s", f.UserID)
	}
	if f.RoleID != "" {
		c.and("(g.resource_id = %s OR (g.subject_kind = 'role' AND g.subject_id = %s))", f.RoleID, f.RoleID)
	}
	if f.People {
		c.WriteString(" AND g.subject_kind <> 'role'")
	}
	if f.ActorID != "" {
		c.WriteString(" AND g.id IN " + acted(t, c.arg(f.ActorID)))
	}
	if f.told != nil {
		c.WriteString(" AND g.id IN " + c.told(f.told))
	}
	c.ofResource(t, f)
	now := func() string { return c.arg(Micros(tx.now)) }
	switch f.State {
	case "active":
		c.WriteString(" AND " + holds("g", now()))
	case "ended":
		c.WriteString(" AND " + stopped("g") + " <= " + now())
	case "coming":
		n := now()
		c.WriteString(" AND " + stopped("g") + " > " + n + " AND (g.activated_at IS NULL OR g.starts_at > " + n + ")")
	}
	if f.At != nil {
		c.WriteString(" AND " + tx.when(*f.At)("g", c.arg(Micros(*f.At))))
	}
	q.args = c.args
	return c.String()
}

// derivedIntervals narrows memberships m joined with grants g of their role.
func (q *query) derivedIntervals(t string, tx *Tx, f IntervalFilter) string {
	c := &query{args: q.args}
	if f.UserID != "" {
		c.and("m.subject_id = %s", f.UserID)
	}
	if f.RoleID != "" {
		c.and("m.resource_id = %s", f.RoleID)
	}
	c.ofResource(t, f)
	now := func() string { return c.arg(Micros(tx.now)) }
	switch f.State {
	case "active":
		n := now()
		c.WriteString(" AND " + holds("m", n) + " AND " + holds("g", n))
	case "ended":
		n := now()
		c.WriteString(" AND (" + stopped("m") + " <= " + n + " OR " + stopped("g") + " <= " + n + ")")
	case "coming":
		n := now()
		c.WriteString(" AND " + stopped("m") + " > " + n + " AND " + stopped("g") + " > " + n + " AND (m.starts_at > " + n + " OR g.starts_at > " + n + ")")
	}
	if f.At != nil {
		at, when := c.arg(Micros(*f.At)), tx.when(*f.At)
		c.WriteString(" AND " + when("m", at) + " AND " + when("g", at))
	}
	q.args = c.args
	return c.String()
}

// ofResource narrows grants g by what they are on.
func (q *query) ofResource(t string, f IntervalFilter) {
	if f.ResourceID != "" {
		q.and("g.resource_id = %s", f.ResourceID)
	}
	if f.AppID != "" {
		q.and("g.resource_id IN (SELECT ra.id FROM resources ra WHERE ra.tenant_id = "+t+" AND (ra.id = %s OR ra.app_id = %s))", f.AppID, f.AppID)
	}
	if f.Relation != "" {
		q.and("g.relation = %s", f.Relation)
	}
}

// acted selects the ids of the grants that a person gave or ended, or asked for or decided the request of. What else they did
// to grants the log knows; of what was brought from another system it knows who brought it, and the grant who gave and ended
// it there. Each part has its index, and it is one set for IN, so that the grants' key serves too.
func acted(t, actor string) string {
	return "(SELECT ev.object_id FROM events ev WHERE ev.tenant_id = " + t + " AND ev.actor_id = " + actor + " AND ev.object_kind = 'grant' AND ev.verb LIKE 'grant.%'" +
		" UNION ALL SELECT gc.id FROM grants gc WHERE gc.tenant_id = " + t + " AND gc.created_by = " + actor +
		" UNION ALL SELECT ge.id FROM grants ge WHERE ge.tenant_id = " + t + " AND ge.ended_by = " + actor +
		" UNION ALL SELECT ga.id FROM grants ga WHERE ga.tenant_id = " + t + " AND ga.request_id IN (SELECT vt.request_id FROM votes vt WHERE vt.tenant_id = " + t + " AND vt.user_id = " + actor +
		" UNION ALL SELECT rr.id FROM requests rr WHERE rr.tenant_id = " + t + " AND rr.requester_id = " + actor + "))"
}

func scanInterval(rows *sql.Rows, it *sallyport.Interval, now time.Time, more ...any) error {
	var params, votes, endedReason string
	var role, app optionalRef
	var given, requester, decided, ended optionalUser
	var stop int64
	var realised, there bool
	var endedAt *time.Time
	*it = sallyport.Interval{Via: "direct"}
	dest := append([]any{&it.ID, &it.GrantID, &it.MembershipGrantID}, role.dest()...)
	dest = append(dest, &it.Subject.Kind, &it.Subject.ID, &it.Subject.Login, &it.Subject.Slug, &it.Subject.Name, &it.Title, &it.Department,
		&it.Resource.ID, &it.Resource.Slug, &it.Resource.Name, &it.Resource.Kind)
	dest = append(append(dest, app.dest()...), &it.Removed, &it.Relation, &params, &it.Origin, &it.ReasonKind, &it.Reason, &realised, timeScan{&it.StartedAt}, &stop,
		timePtrScan{&it.EndsAt}, &it.NoEnd)
	dest = append(append(dest, given.dest()...), textScan{&it.RequestID})
	dest = append(append(dest, requester.dest()...), timePtrScan{&it.DecidedAt})
	dest = append(append(dest, decided.dest()...), ended.dest()...)
	dest = append(append(dest, timePtrScan{&endedAt}, textScan{&endedReason}, textScan{&votes}, &there), more...)
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	it.Role, it.App, it.Parameters = role.ref(), app.ref(), []byte(params)
	if it.Role != nil {
		it.Via = "role"
	}
	it.GivenBy, it.Requester, it.DecidedBy, it.Approvals = given.ref(), requester.ref(), decided.ref(), approvals(votes)
	n := Micros(now)
	over := stop <= n
	switch {
	case there:
		it.State = sallyport.IntervalRevoking
	case over && (!realised || stop <= Micros(it.StartedAt)):
		it.State = sallyport.IntervalNever
	case over:
		it.State = sallyport.IntervalEnded
	case it.StartedAt.After(now):
		it.State = sallyport.IntervalScheduled
	case !realised:
		it.State = sallyport.IntervalGranting
	default:
		it.State = sallyport.IntervalActive
	}
	if over {
		at := FromMicros(stop)
		it.EndedAt = &at
		if endedAt != nil && Micros(*endedAt) == stop { // else its end passed, and who closed the row later did not end it
			it.EndedBy, it.EndedReason = ended.ref(), endedReason
		}
	}
	return nil
}

// approvals reads the votes that the query joined to one text.
func approvals(text string) (out []sallyport.Approval) {
	if text == "" {
		return nil
	}
	for _, record := range strings.Split(text, recordMark) {
		f := strings.SplitN(record, fieldMark, 9)
		if len(f) != 9 {
			continue
		}
		at, _ := strconv.ParseInt(f[0], 10, 64)
		a := sallyport.Approval{At: FromMicros(at), Vote: f[1], By: sallyport.UserRef{ID: f[2], Login: f[3], Name: f[4]}, Comment: f[8]}
		if f[5] != "" {
			a.OnBehalfOf = &sallyport.UserRef{ID: f[5], Login: f[6], Name: f[7]}
		}
		out = append(out, a)
	}
	return out
}

// Intervals lists a history, the latest start first, as far as the viewer may see the resources and roles. What may be rare
// in the history of everybody is searched for a stride at a time: see IntervalPage.
func (tx *Tx) Intervals(ctx context.Context, tenant string, v Viewer, f IntervalFilter, p Page) (IntervalPage, error) {
	none := IntervalPage{List: List[sallyport.Interval]{Items: []sallyport.Interval{}}}
	order := walkFor(f, p.Sort)
	var total *int
	if order != walkNone && f.Q != "" { // a walk for what is rare would go through all there is
		var err error
		if f.words, err = tx.look(ctx, tenant, f.Q); err == nil {
			f.told, err = tx.toldOf(ctx, tenant, f.words)
		}
		if err != nil {
			return none, err
		}
		if f.told != nil {
			order = walkNone
		}
	}
	if p.Total && order != walkNone {
		var err error
		if v.All && f.onlyHeld() {
			total, err = tx.countHeld(ctx, tenant, f)
		} else {
			q, r := tx.intervals(tenant, v, f, walkNone)
			total, err = r.count(ctx, tx, q)
		}
		if err != nil || p.NoRows {
			none.Total = total
			return none, err
		}
		p.Total = false
	}
	if order != walkNone {
		if f.At != nil {
			var err error
			if f.few, err = tx.fewByRole(ctx, tenant, *f.At); err != nil {
				return none, err
			}
		}
		if f.rare() {
			var err error
			if f.stop, err = tx.strideEnd(ctx, tenant, f, order, p); err != nil {
				return none, err
			}
		}
		if err := tx.walking(ctx, true); err != nil {
			return none, err
		}
	}
	q, r := tx.intervals(tenant, v, f, order)
	l, err := r.page(ctx, tx, q, p)
	if err == nil && order != walkNone {
		err = tx.walking(ctx, false)
	}
	if total != nil {
		l.Total = total
	}
	out := IntervalPage{List: l}
	if err == nil && f.stop != nil && l.NextCursor == "" {
		out.NextCursor, out.SearchedTo = f.stop.encode(), f.stop.moment(order)
	}
	return out, err
}

// EachInterval hands every interval of a history to do, in order, as the rows come: however many there are, one is in
// memory. do must not use the transaction.
func (tx *Tx) EachInterval(ctx context.Context, tenant string, v Viewer, f IntervalFilter, sort string, do func(sallyport.Interval) error) error {
	q, r := tx.intervals(tenant, v, f, walkNone)
	return r.each(ctx, tx, q, sort, do)
}
