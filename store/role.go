package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/sallyport/sallyport"
)

// RoleFilter narrows a list of roles; empty fields do not.
type RoleFilter struct {
	OwnerID string // who owned it at the moment, directly or by role
	At      time.Time
	Q       string // in its name or slug
}

var roleListing = listing{id: "r.id", sorts: map[string]string{"": "r.name_key", "name": "r.name_key"}}

// RunRoles lists roles as whoever runs them wants to see them, as they were at a moment, by name. What the viewer may not
// see is neither listed nor counted. Two statements, whatever the page.
func (tx *Tx) RunRoles(ctx context.Context, tenant string, v Viewer, f RoleFilter, p Page) (List[sallyport.RunRole], error) {
	var none List[sallyport.RunRole]
	q, when := &query{}, tx.when(f.At)
	t := q.arg(tenant)
	q.WriteString(" FROM resources r WHERE r.tenant_id=" + t + " AND r.kind='role'")
	q.and("(r.deleted_at IS NULL OR r.deleted_at > %s) AND r.created_at <= %s", Micros(f.At), Micros(f.At))
	q.WriteString(" AND " + q.sees(v, tenant, Micros(tx.now), "r"))
	if f.OwnerID != "" {
		o, at := q.arg(f.OwnerID), q.arg(Micros(f.At))
		q.WriteString(` AND r.id IN (SELECT g.resource_id FROM grants g WHERE g.tenant_id=` + t + ` AND g.subject_kind='user' AND g.subject_id=` + o + ` AND g.relation='owner' AND ` + when("g", at) + `
			UNION ALL SELECT g.resource_id FROM grants m JOIN grants g ON g.tenant_id=m.tenant_id AND g.subject_kind='role' AND g.subject_id=m.resource_id AND g.relation='owner'
			WHERE m.tenant_id=` + t + ` AND m.subject_kind='user' AND m.subject_id=` + o + ` AND m.relation='member' AND ` + when("m", at) + ` AND ` + when("g", at) + `)`)
	}
	if Fold(f.Q) != "" {
		q.words("r.search_key", f.Q)
	}
	all := q.copy()
	if err := roleListing.page(q, &p); err != nil {
		return none, err
	}
	type key struct{ id, name string }
	var keys []key
	err := tx.Rows(ctx, "SELECT r.id, r.name_key"+q.String(), q.args, func(r *sql.Rows) error {
		var k key
		err := r.Scan(&k.id, &k.name)
		keys = append(keys, k)
		return err
	})
	if err != nil {
		return none, err
	}
	l := finish(keys, p, func(k key) (any, string) { return k.name, k.id })
	ids := make([]string, len(l.Items))
	for i, k := range l.Items {
		ids[i] = k.id
	}
	total, err := tx.countAfter(ctx, p, len(ids), l.NextCursor, all)
	if err != nil {
		return none, err
	}
	found, err := tx.runRoles(ctx, tenant, v, f.At, ids)
	out := List[sallyport.RunRole]{Items: make([]sallyport.RunRole, len(ids)), NextCursor: l.NextCursor, Total: total}
	for i, id := range ids {
		out.Items[i] = found[id]
	}
	return out, err
}

// runRoles counts what hangs on each of these roles at a moment: what ends, what it gives and what waits are each one pass
// over the rows of all these roles, and what the viewer may see is asked of those rows alone.
func (tx *Tx) runRoles(ctx context.Context, tenant string, v Viewer, at time.Time, ids []string) (map[string]sallyport.RunRole, error) {
	out := make(map[string]sallyport.RunRole, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	if err := tx.anyPlan(ctx); err != nil {
		return nil, err
	}
	q, when := &query{}, tx.when(at)
	t, n, soon := q.arg(tenant), q.arg(Micros(at)), q.arg(Micros(at.Add(sallyport.RoleEndsSoon)))
	of := q.list(ids)
	see := func(alias, column string) (join, and string) {
		if v.All {
			return "", ""
		}
		return " JOIN resources " + alias + " ON " + alias + ".tenant_id=" + t + " AND " + alias + ".id=" + column, " AND " + q.sees(v, tenant, Micros(tx.now), alias)
	}
	// A person may be in a role by several grants; each is counted once, in the order of an index.
	grants := `FROM grants g WHERE g.tenant_id=` + t + ` AND g.resource_id=r.id AND g.subject_kind='user' AND ` + when("g", n) + ` AND g.relation=`
	// As one value, what members' ends say costs no second pass over thousands of them.
	members := `(SELECT count(*) || ' ' || COALESCE(sum(p.ending), 0) || ' ' || COALESCE(min(p.ends_at), 0) FROM (SELECT g.subject_id, count(CASE WHEN g.no_end=FALSE AND g.ends_at <= ` + soon + ` THEN 1 END) AS ending,
		min(CASE WHEN g.no_end=FALSE THEN g.ends_at END) AS ends_at ` + grants + `'member' GROUP BY g.subject_id) p)`
	owners := `(SELECT count(*) FROM (SELECT DISTINCT g.subject_id ` + grants + `'owner') p)`
	join, and := see("gs", "g.resource_id")
	gives := `SELECT g.subject_id AS id, count(DISTINCT g.resource_id) AS gives, count(*) FILTER (WHERE g.no_end=FALSE AND g.ends_at <= ` + soon + `) AS ending, min(CASE WHEN g.no_end=FALSE THEN g.ends_at END) AS ends_at
		FROM grants g` + join + ` WHERE g.tenant_id=` + t + ` AND g.subject_kind='role' AND g.subject_id IN ` + q.set(ids) + ` AND g.relation='member' AND ` + when("g", n) + and + ` GROUP BY g.subject_id`
	join, and = see("ws", "w.resource_id")
	waits := func(role, which string) string {
		return `SELECT ` + role + ` AS id FROM requests w` + join + ` WHERE w.tenant_id=` + t + ` AND ` + which + ` AND w.created_at <= ` + n + ` AND (w.state='pending' OR w.decided_at > ` + n + `)` + and
	}
	// What waits now is little, and is compared with the roles: the || keeps from looking each role up in it.
	wanted := "w.resource_id IN " + of
	if !at.Before(tx.now) {
		wanted = "(w.resource_id || '') IN " + q.set(ids)
	}
	waiting := `SELECT y.id, count(*) AS n FROM (` + waits("w.resource_id", wanted) + ` UNION ALL ` +
		waits("w.subject_id", "w.subject_kind='role' AND w.subject_id IN "+of+" AND w.subject_id <> w.resource_id") + `) y GROUP BY y.id`
	q.WriteString(`SELECT r.id, r.slug, r.name, r.kind, ` + members + `, COALESCE(gi.gives, 0), ` + owners + `, COALESCE(gi.ending, 0), gi.ends_at, COALESCE(wa.n, 0)
		FROM resources r LEFT JOIN (` + gives + `) gi ON gi.id=r.id LEFT JOIN (` + waiting + `) wa ON wa.id=r.id
		WHERE r.tenant_id=` + t + ` AND r.id IN ` + of)
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var it sallyport.RunRole
		var members string
		if err := r.Scan(&it.Role.ID, &it.Role.Slug, &it.Role.Name, &it.Role.Kind, &members, &it.Gives, &it.Owners, &it.Ending, timePtrScan{&it.EndsAt}, &it.Waiting); err != nil {
			return err
		}
		var ending int
		var first int64
		if _, err := fmt.Sscan(members, &it.Members, &ending, &first); err != nil {
			return err
		}
		it.Ending += ending
		if end := FromMicros(first); first != 0 && (it.EndsAt == nil || end.Before(*it.EndsAt)) {
			it.EndsAt = &end
		}
		out[it.Role.ID] = it
		return nil
	})
	return out, err
}
