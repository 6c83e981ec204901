package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sort"
	"time"

	"github.com/sallyport/sallyport"
)

// Holds reports whether a person effectively holds the relation now: directly, or as member of a role that does.
func (tx *Tx) Holds(ctx context.Context, tenant, userID, resourceID string, relation sallyport.Relation) (bool, error) {
	return tx.exists(ctx, `SELECT 1 FROM grants g WHERE g.tenant_id=$1 AND g.subject_kind='user' AND g.subject_id=$2 AND g.resource_id=$3 AND g.relation=$4 AND `+holds("g", "$5")+`
		UNION ALL SELECT 1 FROM grants m JOIN grants rg ON rg.tenant_id=m.tenant_id AND rg.subject_kind='role' AND rg.subject_id=m.resource_id
		WHERE m.tenant_id=$1 AND m.subject_kind='user' AND m.subject_id=$2 AND m.relation='member' AND `+holds("m", "$5")+`
		AND rg.resource_id=$3 AND rg.relation=$4 AND `+holds("rg", "$5")+` LIMIT 1`, tenant, userID, resourceID, relation, Micros(tx.now))
}

// Joins reports whether a person is a member of a role, or will be by what is granted already: membership that begins later,
// or is not yet real, counts.
func (tx *Tx) Joins(ctx context.Context, tenant, userID, roleID string) (bool, error) {
	return tx.exists(ctx, `SELECT 1 FROM grants g WHERE g.tenant_id=$1 AND g.subject_kind='user' AND g.subject_id=$2 AND g.resource_id=$3 AND g.relation='member' AND `+
		coming("g", "$4")+` LIMIT 1`, tenant, userID, roleID, Micros(tx.now))
}

// Joiners lists the ids of those of whom Joins is true, of everybody.
func (tx *Tx) Joiners(ctx context.Context, tenant, roleID string) ([]string, error) {
	var out []string
	err := tx.Rows(ctx, `SELECT DISTINCT g.subject_id FROM grants g WHERE g.tenant_id=$1 AND g.subject_kind='user' AND g.resource_id=$2 AND g.relation='member' AND `+
		coming("g", "$3"), []any{tenant, roleID, Micros(tx.now)}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}

// Wanted reports whether any reason, direct or by role, asks now that the person has the access in its target.
func (tx *Tx) Wanted(ctx context.Context, tenant string, k sallyport.Key) (bool, error) {
	return tx.exists(ctx, `SELECT 1 FROM grants g WHERE g.tenant_id=$1 AND g.subject_kind='user' AND g.subject_id=$2 AND g.resource_id=$3 AND g.relation=$4 AND g.parameters=$6 AND `+living("g", "$5")+`
		UNION ALL SELECT 1 FROM grants m JOIN grants rg ON rg.tenant_id=m.tenant_id AND rg.subject_kind='role' AND rg.subject_id=m.resource_id
		WHERE m.tenant_id=$1 AND m.subject_kind='user' AND m.subject_id=$2 AND m.relation='member' AND `+living("m", "$5")+`
		AND rg.resource_id=$3 AND rg.relation=$4 AND rg.parameters=$6 AND `+living("rg", "$5")+` LIMIT 1`,
		tenant, k.SubjectID, k.ResourceID, k.Relation, Micros(tx.now), k.Parameters)
}

func (tx *Tx) exists(ctx context.Context, q string, args ...any) (bool, error) {
	var one int
	err := tx.Row(ctx, q, args, &one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// EffectiveUsers lists the active people who hold the relation to a resource now, directly or by role, by name.
func (tx *Tx) EffectiveUsers(ctx context.Context, tenant, resourceID string, relation sallyport.Relation) ([]sallyport.UserRef, error) {
	// CROSS JOIN keeps SQLite to this order: it would go through everybody by name otherwise. Twice the same is for Go to
	// leave out: a UNION in order of the subject makes SQLite read all grants of people.
	all, err := tx.userRefs(ctx, `SELECT u.id, u.login, u.name FROM (
		SELECT g.subject_id AS id FROM grants g WHERE g.tenant_id=$1 AND g.subject_kind='user' AND g.resource_id=$2 AND g.relation=$3 AND `+holds("g", "$4")+`
		UNION ALL SELECT m.subject_id FROM grants rg CROSS JOIN grants m
		WHERE rg.tenant_id=$1 AND rg.subject_kind='role' AND rg.resource_id=$2 AND rg.relation=$3 AND `+holds("rg", "$4")+`
		AND m.tenant_id=rg.tenant_id AND m.resource_id=rg.subject_id AND m.relation='member' AND m.subject_kind='user' AND `+holds("m", "$4")+`) x
		CROSS JOIN users u WHERE u.tenant_id=$1 AND u.id=x.id AND u.state='active' ORDER BY u.name_key, u.id`, tenant, resourceID, relation, Micros(tx.now))
	return slices.Compact(all), err
}

func (tx *Tx) userRefs(ctx context.Context, q string, args ...any) ([]sallyport.UserRef, error) {
	var out []sallyport.UserRef
	err := tx.Rows(ctx, q, args, func(r *sql.Rows) error {
		var u sallyport.UserRef
		err := r.Scan(&u.ID, &u.Login, &u.Name)
		out = append(out, u)
		return err
	})
	return out, err
}

// endsByRole is when access by role ends: with the membership m or with what the role holds g, whichever is sooner.
const endsByRole = "CASE WHEN m.no_end THEN g.ends_at WHEN g.no_end THEN m.ends_at WHEN m.ends_at < g.ends_at THEN m.ends_at ELSE g.ends_at END"

// pathSelect gives every path of effective or coming access. The two conditions narrow the direct grant (alias g) or the
// membership (m) and the role's grant (g); when is holds or held. Columns: the person, the resource, the grant, the
// membership, the role.
func pathSelect(direct, byRole, at string, when func(alias, at string) string) string {
	return paths(direct, byRole, at, "grants m, grants g", when)
}

// paths is pathSelect with the tables m and g: m may be a part of the grants, and a CROSS JOIN keeps SQLite to its order.
func paths(direct, byRole, at, from string, when func(alias, at string) string) string {
	return `SELECT g.subject_id AS user_id, g.resource_id, g.relation, g.parameters, g.id AS grant_id, '' AS membership_id, '' AS role_id,
		g.starts_at AS starts_at, g.ends_at AS ends_at, g.no_end AS no_end, g.origin, g.reason, COALESCE(g.request_id, '') AS request_id
		FROM grants g WHERE g.subject_kind='user' AND ` + direct + ` AND ` + when("g", at) + `
	UNION ALL SELECT m.subject_id, g.resource_id, g.relation, g.parameters, g.id, m.id, m.resource_id,
		CASE WHEN m.starts_at > g.starts_at THEN m.starts_at ELSE g.starts_at END,
		` + endsByRole + `,
		(m.no_end AND g.no_end), g.origin, g.reason, COALESCE(g.request_id, '')
		FROM ` + from + ` WHERE g.tenant_id=m.tenant_id AND g.subject_kind='role' AND g.subject_id=m.resource_id
		AND m.subject_kind='user' AND m.relation='member' AND ` + byRole + ` AND ` + when("m", at) + ` AND ` + when("g", at)
}

// when is the condition for access at a moment: holds from the present on, held before it.
func (tx *Tx) when(at time.Time) func(alias, at string) string {
	if at.Before(tx.now) {
		return held
	}
	return holds
}

// UserAccess is what a person holds at a moment, one item a (resource, relation), with every path, as far as the viewer
// may see the resources (and the roles of the paths). Access in the making is not in it: see Grants.
func (tx *Tx) UserAccess(ctx context.Context, tenant, userID string, at time.Time, v Viewer) ([]sallyport.Access, error) {
	q := &query{}
	t, u, n := q.arg(tenant), q.arg(userID), q.arg(Micros(at))
	paths := pathSelect("g.tenant_id="+t+" AND g.subject_id="+u, "m.tenant_id="+t+" AND m.subject_id="+u, n, tx.when(at))
	return tx.access(ctx, tenant, q, paths, v, "r.name_key, r.id, x.relation", false)
}

// SharedAccess is what several people hold at a moment, one item a (resource, relation, person), with every path.
func (tx *Tx) SharedAccess(ctx context.Context, tenant string, users []string, at time.Time, v Viewer) ([]sallyport.Access, error) {
	q := &query{}
	t, in, n := q.arg(tenant), q.list(users), q.arg(Micros(at))
	paths := pathSelect("g.tenant_id="+t+" AND g.subject_id IN "+in, "m.tenant_id="+t+" AND m.subject_id IN "+in, n, tx.when(at))
	return tx.access(ctx, tenant, q, paths, v, "r.name_key, r.id, x.relation, u.name_key, u.id", true)
}

// Holders lists who holds a resource at a moment, one item a (person, relation), with every path. The caller has checked
// that the viewer may see the resource.
func (tx *Tx) Holders(ctx context.Context, tenant, resourceID string, relation sallyport.Relation, at time.Time, v Viewer) ([]sallyport.Access, error) {
	q := &query{}
	t, res, n := q.arg(tenant), q.arg(resourceID), q.arg(Micros(at))
	rel := ""
	if relation != "" {
		rel = " AND g.relation=" + q.arg(relation)
	}
	cond := "g.tenant_id=" + t + " AND g.resource_id=" + res + rel
	paths := pathSelect(cond, cond, n, tx.when(at))
	return tx.access(ctx, tenant, q, paths, v, "u.name_key, u.id, x.relation", true)
}

func (tx *Tx) access(ctx context.Context, tenant string, q *query, paths string, v Viewer, order string, users bool) ([]sallyport.Access, error) {
	return tx.accessUpTo(ctx, tenant, q, paths, "", v, order, users, 0)
}

// errEnough ends the reading of rows when there are as many items as are wanted.
var errEnough = errors.New("enough")

// accessUpTo is access under one more condition, which begins with AND, and reads so many items at most; 0 is all.
func (tx *Tx) accessUpTo(ctx context.Context, tenant string, q *query, paths, and string, v Viewer, order string, users bool, most int) ([]sallyport.Access, error) {
	t := q.arg(tenant)
	q.WriteString(`SELECT x.relation, x.parameters, x.grant_id, x.membership_id, x.starts_at, x.ends_at, x.no_end, x.origin, x.reason, x.request_id,
		r.id, r.slug, r.name, r.kind, a.id, a.slug, a.name, a.kind, ro.id, ro.slug, ro.name, ro.kind, u.id, u.login, u.name
		FROM (` + paths + `) x JOIN resources r ON r.tenant_id=` + t + ` AND r.id=x.resource_id
		JOIN users u ON u.tenant_id=` + t + ` AND u.id=x.user_id
		LEFT JOIN resources a ON a.tenant_id=` + t + ` AND a.id=r.app_id
		LEFT JOIN resources ro ON ro.tenant_id=` + t + ` AND ro.id=x.role_id
		WHERE ` + q.sees(v, tenant, Micros(tx.now), "r") + ` AND (ro.id IS NULL OR ` + q.sees(v, tenant, Micros(tx.now), "ro") + `)` + and + `
		ORDER BY ` + order + `, x.grant_id, x.membership_id`)
	var out []sallyport.Access
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var it sallyport.Access
		var p sallyport.Path
		var params string
		var noEnd bool
		var app, role optionalRef
		var user sallyport.UserRef
		dest := []any{&it.Relation, &params, &p.GrantID, &p.MembershipGrantID, timeScan{&p.StartsAt}, timePtrScan{&p.EndsAt}, &noEnd, &p.Origin, &p.Reason, &p.RequestID,
			&it.Resource.ID, &it.Resource.Slug, &it.Resource.Name, &it.Resource.Kind}
		dest = append(append(append(dest, app.dest()...), role.dest()...), &user.ID, &user.Login, &user.Name)
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		it.App, p.Role, p.Via = app.ref(), role.ref(), "direct"
		if p.Role != nil {
			p.Via = "role"
		}
		p.State = sallyport.GrantActive
		if n := len(out); n > 0 && out[n-1].Resource.ID == it.Resource.ID && out[n-1].Relation == it.Relation && (!users || out[n-1].User.ID == user.ID) {
			out[n-1].Paths = append(out[n-1].Paths, p)
			return nil
		}
		if most > 0 && len(out) == most {
			return errEnough
		}
		it.Parameters, it.State, it.Paths = []byte(params), sallyport.GrantActive, []sallyport.Path{p}
		if users {
			it.User = &user
		}
		out = append(out, it)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	for i := range out {
		span(&out[i])
	}
	return out, err
}

// span sets an item's times from its paths: the earliest start, and the latest end, none if one path has none.
func span(a *sallyport.Access) {
	sort.SliceStable(a.Paths, func(i, j int) bool { return a.Paths[i].Via < a.Paths[j].Via })
	a.StartsAt, a.EndsAt = a.Paths[0].StartsAt, a.Paths[0].EndsAt
	for _, p := range a.Paths[1:] {
		if p.StartsAt.Before(a.StartsAt) {
			a.StartsAt = p.StartsAt
		}
		if a.EndsAt != nil && (p.EndsAt == nil || p.EndsAt.After(*a.EndsAt)) {
			a.EndsAt = p.EndsAt
		}
	}
}
