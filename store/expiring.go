package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// ExpiringFilter narrows a list of grants that come to an end; empty fields do not. People, resources and roles are ids.
type ExpiringFilter struct {
	OwnedBy    string // grants of what the person effectively owns (an app: also what it contains), and of roles that they own
	PersonID   string // their own grants, and those of roles that they are in
	AppID      string // an app and what it contains
	RoleID     string // what the role holds, and who is in it
	ResourceID string
	ManagerID  string // of people who report to this one
	Via        string // direct: a person's own grants; role: roles' grants and memberships of roles
	Relation   sallyport.Relation
	From, To   *time.Time // of the end: from From on, before To
	Reviewed   *bool
	Q          string // in the names of subject and resource

	on             []onThings // what OwnedBy, AppID and RoleID stand for; see resolve
	named          bool       // who and what has Q in the name is few, and is these
	called, things []string   // things are among the called
	fewHidden      bool       // what the viewer may not see is few, and is this
	hidden         []string
}

// onThings are resources, and roles whose own grants count as well.
type onThings struct{ things, roles []string }

// resolve looks up once what a filter stands for: the planners of both engines take the index of all that ends soon in the
// company rather than look for the few things that somebody owns.
func (tx *Tx) resolve(ctx context.Context, tenant string, v Viewer, f *ExpiringFilter) error {
	f.on, f.named, f.fewHidden = nil, false, false
	inside := func(apps []string) ([]string, error) {
		if len(apps) == 0 {
			return nil, nil
		}
		q := &query{}
		q.WriteString("SELECT r.id FROM resources r WHERE r.tenant_id = " + q.arg(tenant) + " AND " + q.in("r.app_id", apps))
		return tx.ids(ctx, q.String(), q.args...)
	}
	if f.OwnedBy != "" {
		own, err := tx.ids(ctx, ownedResources("$1", "$2", "$3"), tenant, f.OwnedBy, Micros(tx.now))
		if err != nil {
			return err
		}
		parts, err := inside(own)
		if err != nil {
			return err
		}
		f.on = append(f.on, onThings{append(slices.Clone(own), parts...), own})
	}
	if f.AppID != "" {
		parts, err := inside([]string{f.AppID})
		if err != nil {
			return err
		}
		f.on = append(f.on, onThings{append(parts, f.AppID), nil})
	}
	if f.RoleID != "" {
		f.on = append(f.on, onThings{[]string{f.RoleID}, []string{f.RoleID}})
	}
	var err error
	if !v.All {
		if f.hidden, f.fewHidden, err = tx.hiddenFrom(ctx, tenant, v); err != nil {
			return err
		}
	}
	if f.Q != "" {
		var people []string
		people, f.things, f.named, err = tx.called(ctx, tenant, f.Q)
		f.called = append(people, f.things...)
	}
	return err
}

// onAny is the condition that the grant g is on one of the things, or one of the roles'.
func (q *query) onAny(on onThings) string {
	if len(on.roles) == 0 {
		return q.in("g.resource_id", on.things)
	}
	return "(" + q.in("g.resource_id", on.things) + " OR (g.subject_kind='role' AND " + q.in("g.subject_id", on.roles) + "))"
}

const expiringJoins = grantJoins + ` LEFT JOIN resources ap ON ap.tenant_id = g.tenant_id AND ap.id = r.app_id
	LEFT JOIN grant_reviews rv ON rv.tenant_id = g.tenant_id AND rv.grant_id = g.id
	LEFT JOIN users ru ON ru.tenant_id = g.tenant_id AND ru.id = rv.reviewed_by`

var expiringListing = listing{id: "g.id", sorts: map[string]string{"": "g.ends_at", "ends_at": "g.ends_at", "resource": "r.name_key",
	"subject": "COALESCE(su.name_key, sr.name_key)", "starts_at": "g.starts_at"}}

// ownedResources selects the ids of what a person effectively owns now.
func ownedResources(t, user, now string) string {
	return `SELECT og.resource_id FROM grants og WHERE og.tenant_id=` + t + ` AND og.subject_kind='user' AND og.subject_id=` + user + ` AND og.relation='owner' AND ` + holds("og", now) + `
		UNION SELECT og.resource_id FROM grants om JOIN grants og ON og.tenant_id=om.tenant_id AND og.subject_kind='role' AND og.subject_id=om.resource_id
		WHERE om.tenant_id=` + t + ` AND om.subject_kind='user' AND om.subject_id=` + user + ` AND om.relation='member' AND ` + holds("om", now) + `
		AND og.relation='owner' AND ` + holds("og", now)
}

// expiring writes FROM, with the joins, and WHERE: living grants with an end to come, of resources (and roles) that the
// viewer may see, or the viewer's own. Counting, each thing is looked at once.
func (tx *Tx) expiring(q *query, joins, tenant string, v Viewer, f ExpiringFilter, counting bool) {
	t, now := q.arg(tenant), q.arg(Micros(tx.now))
	end := "g.ends_at"
	if f.handful() || f.onFew() { // not by the index of all that ends, which PostgreSQL takes for short
		end += " + 0"
	}
	q.WriteString(" FROM " + f.rows(q, t) + joins + " WHERE g.tenant_id = " + t + " AND g.ended_at IS NULL AND g.ends_at IS NOT NULL AND " + end + " > " + now)
	if f.From != nil {
		q.and(end+" >= %s", Micros(*f.From))
	}
	if f.To != nil {
		q.and(end+" < %s", Micros(*f.To))
	}
	if f.PersonID != "" {
		p := q.arg(f.PersonID)
		q.WriteString(` AND g.id IN (SELECT x.id FROM grants x WHERE x.tenant_id=` + t + ` AND x.subject_kind='user' AND x.subject_id=` + p + ` AND x.ended_at IS NULL
			UNION ALL SELECT x.id FROM grants m JOIN grants x ON x.tenant_id=m.tenant_id AND x.subject_kind='role' AND x.subject_id=m.resource_id AND x.ended_at IS NULL
			WHERE m.tenant_id=` + t + ` AND m.subject_kind='user' AND m.subject_id=` + p + ` AND m.relation='member' AND ` + holds("m", now) + `)`)
	}
	for _, on := range f.on {
		q.WriteString(" AND " + q.onAny(on))
	}
	if f.ResourceID != "" {
		q.and("g.resource_id = %s", f.ResourceID)
	}
	if f.ManagerID != "" {
		q.and("su.manager_id = %s", f.ManagerID)
	}
	switch f.Via {
	case "direct":
		q.WriteString(" AND g.subject_kind = 'user' AND NOT (r.kind = 'role' AND g.relation = 'member')")
	case "role":
		q.WriteString(" AND (g.subject_kind = 'role' OR (r.kind = 'role' AND g.relation = 'member'))")
	}
	if f.Relation != "" {
		q.and("g.relation = %s", f.Relation)
	}
	if f.Reviewed != nil {
		q.WriteString(map[bool]string{true: " AND rv.grant_id IS NOT NULL", false: " AND rv.grant_id IS NULL"}[*f.Reviewed])
	}
	if f.Q != "" && !f.handful() {
		q.WriteString(" AND " + f.isNamed(q, t))
	}
	if v.All || f.fewHidden && len(f.hidden) == 0 {
		return
	}
	sees := ""
	switch {
	case f.fewHidden:
		sees = "g.resource_id NOT IN " + q.set(f.hidden) + " AND (g.subject_kind <> 'role' OR g.subject_id NOT IN " + q.set(f.hidden) + ")"
	case counting: // of each thing once, not of each grant
		seen := "(SELECT r.id FROM resources r WHERE r.tenant_id=" + t + " AND " + q.sees(v, tenant, Micros(tx.now), "r") + ")"
		sees = "g.resource_id IN " + seen + " AND (g.subject_kind <> 'role' OR g.subject_id IN " + seen + ")"
	default:
		sees = q.sees(v, tenant, Micros(tx.now), "r") + " AND (sr.id IS NULL OR " + q.sees(v, tenant, Micros(tx.now), "sr") + ")"
	}
	q.WriteString(" AND ((" + sees + ") OR (g.subject_kind = 'user' AND g.subject_id = " + q.arg(v.ID) + "))")
}

// handful reports whether Q is in so few names that all they have is read; what more have is found by its end.
func (f ExpiringFilter) handful() bool { return f.named && len(f.called) <= 20 }

// onFew reports whether so few things are looked at that all grants of theirs are read.
func (f ExpiringFilter) onFew() bool {
	return slices.ContainsFunc(f.on, func(on onThings) bool { return len(on.things)+len(on.roles) <= 50 })
}

// rows are the grants to look among.
func (f ExpiringFilter) rows(q *query, t string) string {
	if !f.handful() {
		return "grants g"
	}
	on := q.in("z.resource_id", f.things)
	having := "SELECT z.* FROM grants z WHERE z.tenant_id=" + t + " AND z.ended_at IS NULL AND "
	return "(" + having + on + " UNION ALL " + having + "z.subject_kind='user' AND " + q.in("z.subject_id", f.called) + " AND NOT " + on +
		" UNION ALL " + having + "z.subject_kind='role' AND " + q.in("z.subject_id", f.things) + " AND NOT " + on + ") g"
}

// isNamed is the condition that Q is in the name of who has the grant, or of what it is on.
func (f ExpiringFilter) isNamed(q *query, t string) string {
	if f.named {
		return "(g.resource_id IN " + q.set(f.things) + " OR g.subject_id IN " + q.set(f.called) + ")"
	}
	l := q.arg(like(f.Q))
	named := func(table string) string {
		return "SELECT z.id FROM " + table + " z WHERE z.tenant_id=" + t + " AND z.search_key LIKE " + l + ` ESCAPE '\'`
	}
	return "(g.resource_id IN (" + named("resources") + ") OR g.subject_id IN (" + named("users") + " UNION ALL " + named("resources") + "))"
}

// joins are of what the conditions of a filter need, an order and, where sees is asked of each row, that; and no more: no
// engine leaves a join out by itself.
func (f ExpiringFilter) joins(sort string, sees bool) (joins string) {
	add := func(needed bool, join string) {
		if needed {
			joins += " LEFT JOIN " + join
		}
	}
	column := expiringListing.column(sort)
	add(f.Via != "" || sees || column == "r.name_key", "resources r ON r.tenant_id = g.tenant_id AND r.id = g.resource_id")
	subject := strings.Contains(column, "su.")
	add(f.ManagerID != "" || subject, "users su ON su.tenant_id = g.tenant_id AND g.subject_kind = 'user' AND su.id = g.subject_id")
	add(sees || subject, "resources sr ON sr.tenant_id = g.tenant_id AND g.subject_kind = 'role' AND sr.id = g.subject_id")
	add(f.Reviewed != nil, "grant_reviews rv ON rv.tenant_id = g.tenant_id AND rv.grant_id = g.id")
	return joins
}

// Expiring lists grants that come to an end, the next first. Counts, limits and other reasons are for Hangs and Limits.
func (tx *Tx) Expiring(ctx context.Context, tenant string, v Viewer, f ExpiringFilter, p Page) (List[sallyport.Expiring], error) {
	var none List[sallyport.Expiring]
	if err := tx.resolve(ctx, tenant, v, &f); err != nil {
		return none, err
	}
	q := &query{}
	tx.expiring(q, f.joins(p.Sort, !v.All && !f.fewHidden), tenant, v, f, false)
	page := p
	page.Total = false // counting joins less
	out, err := pageByIDs(ctx, tx, expiringListing, q, page, func(ids []string) (string, []any) {
		q := &query{}
		q.WriteString("SELECT " + grantColumns + ", ap.id, ap.slug, ap.name, ap.kind, rv.reviewed_at, rv.reason, ru.id, ru.login, ru.name FROM grants g" + expiringJoins +
			" WHERE g.tenant_id = " + q.arg(tenant) + " AND " + q.in("g.id", ids))
		return q.String(), q.args
	}, func(rows *sql.Rows, it *sallyport.Expiring) (string, error) {
		var app optionalRef
		var at *time.Time
		var why string
		var by optionalUser
		err := scanGrant(rows, &it.Grant, tx.now, append(append(app.dest(), timePtrScan{&at}, textScan{&why}), by.dest()...)...)
		if it.App = app.ref(); at != nil {
			it.Reviewed = &sallyport.Review{By: by.ref(), At: *at, Reason: why}
		}
		return it.Grant.ID, err
	})
	if err != nil {
		return none, err
	}
	c := &query{}
	tx.expiring(c, f.joins("", false), tenant, v, f, true)
	out.Total, err = tx.countAfter(ctx, p, len(out.Items), out.NextCursor, c)
	return out, err
}

// Hangs is what hangs on a grant; see sallyport.Expiring.
type Hangs struct {
	People, Reaches int
	Continues       bool
}

// Hangs answers, by one query for a page of grants, what hangs on each, as far as the viewer may see it. The page is read
// first: MATERIALIZED and CROSS JOIN keep from going through all that roles have.
func (tx *Tx) Hangs(ctx context.Context, tenant string, v Viewer, ids []string) (map[string]Hangs, error) {
	out := make(map[string]Hangs, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	q := &query{}
	t, now := q.arg(tenant), q.arg(Micros(tx.now))
	q.WriteString(`WITH page AS MATERIALIZED (SELECT p.* FROM grants p WHERE p.tenant_id=` + t + ` AND p.id IN ` + q.set(ids) + `)
		SELECT 'people', g.id, count(DISTINCT m.subject_id) FROM page g CROSS JOIN grants m
		WHERE g.subject_kind='role' AND m.tenant_id=` + t + ` AND m.subject_kind='user' AND m.resource_id=g.subject_id AND m.relation='member' AND ` + holds("m", now) + ` GROUP BY g.id
		UNION ALL SELECT 'reaches', g.id, count(DISTINCT h.resource_id) FROM page g
		CROSS JOIN grants h JOIN resources hr ON hr.tenant_id=h.tenant_id AND hr.id=h.resource_id
		WHERE g.relation='member' AND h.tenant_id=` + t + ` AND h.subject_kind='role' AND h.subject_id=g.resource_id AND ` + holds("h", now) + ` AND ` + q.sees(v, tenant, Micros(tx.now), "hr") + ` GROUP BY g.id
		UNION ALL SELECT 'reaches', g.id, count(*) FROM page g CROSS JOIN resources er
		WHERE g.relation='owner' AND er.tenant_id=` + t + ` AND er.app_id=g.resource_id AND er.deleted_at IS NULL AND ` + q.sees(v, tenant, Micros(tx.now), "er") + ` GROUP BY g.id
		UNION ALL SELECT 'continues', g.id, 1 FROM page g WHERE g.subject_kind='user' AND ` + continues("g"))
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var what, id string
		var n int
		if err := r.Scan(&what, &id, &n); err != nil {
			return err
		}
		h := out[id]
		switch what {
		case "people":
			h.People = n
		case "reaches":
			h.Reaches = n
		default:
			h.Continues = true
		}
		out[id] = h
		return nil
	})
	return out, err
}

// continues is the condition under which the person of a grant goes on having the same at its end by another reason. Few
// roles hold a resource and people hold much, so CROSS JOIN, whose order SQLite keeps, looks at the roles first.
func continues(g string) string {
	end := g + ".ends_at"
	same := func(o string) string {
		return o + ".resource_id=" + g + ".resource_id AND " + o + ".relation=" + g + ".relation AND " + o + ".parameters=" + g + ".parameters AND " + living(o, end)
	}
	return `(EXISTS (SELECT 1 FROM grants o WHERE o.tenant_id=` + g + `.tenant_id AND o.subject_kind='user' AND o.subject_id=` + g + `.subject_id AND o.id <> ` + g + `.id AND ` + same("o") + `)
		OR EXISTS (SELECT 1 FROM grants o2 CROSS JOIN grants om WHERE o2.tenant_id=` + g + `.tenant_id AND o2.subject_kind='role' AND ` + same("o2") + `
			AND om.tenant_id=` + g + `.tenant_id AND om.subject_kind='user' AND om.subject_id=` + g + `.subject_id AND om.resource_id=o2.subject_id AND om.relation='member' AND ` + living("om", end) + `))`
}

// LimitSources lists, by two queries for any number of resources, what limits each: its own durations first, then the
// enabled tags on it and on its app. What the viewer may not see is not named in where a limit comes from.
func (tx *Tx) LimitSources(ctx context.Context, tenant string, v Viewer, resources []string) (map[string][]sallyport.LimitSource, error) {
	out := make(map[string][]sallyport.LimitSource, len(resources))
	if len(resources) == 0 {
		return out, nil
	}
	hidden := map[string]bool{}
	q := &query{}
	seen := "(CASE WHEN " + q.sees(v, tenant, Micros(tx.now), "r") + " THEN 1 ELSE 0 END)"
	q.WriteString("SELECT r.id, r.name, r.durations, " + seen + " FROM resources r WHERE r.tenant_id=" + q.arg(tenant) + " AND r.id IN " + q.set(resources))
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var id string
		var s sallyport.LimitSource
		var seen int
		if err := rows.Scan(&id, &s.Name, jsonScan{&s.Durations}, &seen); err != nil {
			return err
		}
		if s.From = "the settings of " + s.Name; seen == 0 {
			s.Name, s.From, hidden[id] = "", "something that the role gives", true
		}
		out[id] = append(out[id], s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	q = &query{}
	q.WriteString(`SELECT r.id, r.name, t.name, t.constraints, o.name FROM resources r
		JOIN resource_tags rt ON rt.tenant_id=r.tenant_id AND rt.resource_id IN (r.id, COALESCE(r.app_id, ''))
		JOIN tags t ON t.tenant_id=rt.tenant_id AND t.id=rt.tag_id AND t.enabled AND t.deleted_at IS NULL
		JOIN resources o ON o.tenant_id=rt.tenant_id AND o.id=rt.resource_id
		WHERE r.tenant_id=` + q.arg(tenant) + " AND r.id IN " + q.set(resources) + " ORDER BY t.name_key, o.id")
	err = tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var id, tag, on string
		var s sallyport.LimitSource
		if err := rows.Scan(&id, &s.Name, &tag, jsonScan{&s.Constraints}, &on); err != nil {
			return err
		}
		if s.From = fmt.Sprintf("the tag %s on %s", tag, on); hidden[id] {
			s.Name, s.From = "", "something that the role gives"
		}
		out[id] = append(out[id], s)
		return nil
	})
	return out, err
}

// RolesGive lists, by one query, what the members of each of some roles are given: the resources by role.
func (tx *Tx) RolesGive(ctx context.Context, tenant string, roles []string) (map[string][]RoleHolding, error) {
	out := map[string][]RoleHolding{}
	if len(roles) == 0 {
		return out, nil
	}
	q := &query{}
	q.WriteString(`SELECT DISTINCT g.subject_id, g.resource_id, g.relation FROM grants g WHERE g.tenant_id=` + q.arg(tenant) +
		` AND g.subject_kind='role' AND g.relation='member' AND g.ended_at IS NULL AND ` + q.in("g.subject_id", roles) + ` ORDER BY 1, 2`)
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var role string
		var h RoleHolding
		err := rows.Scan(&role, &h.ResourceID, &h.Relation)
		out[role] = append(out[role], h)
		return err
	})
	return out, err
}

// GrantsByID reads grants of resources that the viewer may see, or that are the viewer's own, by one query.
func (tx *Tx) GrantsByID(ctx context.Context, tenant string, v Viewer, ids []string) (map[string]sallyport.Grant, error) {
	out := make(map[string]sallyport.Grant, len(ids))
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return out, nil
	}
	q := &query{}
	q.WriteString("SELECT " + grantColumns + grantFrom + " WHERE g.tenant_id = " + q.arg(tenant) + " AND g.id IN " + q.set(ids) +
		" AND (" + q.sees(v, tenant, Micros(tx.now), "r") + " OR (g.subject_kind = 'user' AND g.subject_id = " + q.arg(v.ID) + "))")
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var g sallyport.Grant
		err := scanGrant(rows, &g, tx.now)
		out[g.ID] = g
		return err
	})
	return out, err
}

// MarkReviewed marks a grant "reviewed, do not renew"; a mark that is there stays. It reports whether it is new.
func (tx *Tx) MarkReviewed(ctx context.Context, tenant, grantID, by, reason, batchID string) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO grant_reviews (tenant_id, grant_id, reviewed_by, reviewed_at, reason, batch_id) VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT (tenant_id, grant_id) DO NOTHING`,
		tenant, grantID, null(by), Micros(tx.now), reason, null(batchID))
	return n == 1, err
}

// UnmarkReviewed removes the mark that a batch made; false when there is none of it.
func (tx *Tx) UnmarkReviewed(ctx context.Context, tenant, grantID, batchID string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM grant_reviews WHERE tenant_id=$1 AND grant_id=$2 AND batch_id=$3`, tenant, grantID, batchID)
	return n == 1, err
}

// CopyReview gives a grant the mark of another, if that has one.
func (tx *Tx) CopyReview(ctx context.Context, tenant, from, to string) error {
	_, err := tx.Exec(ctx, `INSERT INTO grant_reviews (tenant_id, grant_id, reviewed_by, reviewed_at, reason, batch_id)
		SELECT tenant_id, $3, reviewed_by, reviewed_at, reason, batch_id FROM grant_reviews WHERE tenant_id=$1 AND grant_id=$2 ON CONFLICT (tenant_id, grant_id) DO NOTHING`, tenant, from, to)
	return err
}
