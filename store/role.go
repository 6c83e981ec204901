package store

import (
	"context"
	"database/sql"
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
		q.and(`r.search_key LIKE %s ESCAPE '\'`, like(f.Q))
	}
	var total *int
	var err error
	if p.Total {
		if total, err = tx.count(ctx, q.String(), q); err != nil {
			return none, err
		}
	}
	if err := roleListing.page(q, &p); err != nil {
		return none, err
	}
	type key struct{ id, name string }
	var keys []key
	err = tx.Rows(ctx, "SELECT r.id, r.name_key"+q.String(), q.args, func(r *sql.Rows) error {
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
	found, err := tx.runRoles(ctx, tenant, v, f.At, ids)
	out := List[sallyport.RunRole]{Items: make([]sallyport.RunRole, len(ids)), NextCursor: l.NextCursor, Total: total}
	for i, id := range ids {
		out.Items[i] = found[id]
	}
	return out, err
}

// runRoles counts what hangs on each of these roles at a moment.
func (tx *Tx) runRoles(ctx context.Context, tenant string, v Viewer, at time.Time, ids []string) (map[string]sallyport.RunRole, error) {
	out := make(map[string]sallyport.RunRole, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	q, when := &query{}, tx.when(at)
	t, n, soon := q.arg(tenant), q.arg(Micros(at)), q.arg(Micros(at.Add(sallyport.RoleEndsSoon)))
	seen := func(alias string) string {
		if v.All {
			return ""
		}
		return " AND " + alias + ".resource_id IN (SELECT rs.id FROM resources rs WHERE rs.tenant_id=" + t + " AND " + q.sees(v, tenant, Micros(tx.now), "rs") + ")"
	}
	people := func(what, relation, more string) string {
		return `(SELECT ` + what + ` FROM grants g WHERE g.tenant_id=` + t + ` AND g.resource_id=r.id AND g.relation='` + relation + `' AND g.subject_kind='user' AND ` + when("g", n) + more + `)`
	}
	gives := func(what, more string) string {
		return `(SELECT ` + what + ` FROM grants g WHERE g.tenant_id=` + t + ` AND g.subject_kind='role' AND g.subject_id=r.id AND g.relation='member' AND ` + when("g", n) + more + seen("g") + `)`
	}
	const limited = " AND g.no_end=FALSE"
	q.WriteString(`SELECT r.id, r.slug, r.name, r.kind, ` + people("count(DISTINCT g.subject_id)", "member", "") + `, ` + gives("count(DISTINCT g.resource_id)", "") + `, ` +
		people("count(DISTINCT g.subject_id)", "owner", "") + `, ` + people("count(*)", "member", limited+" AND g.ends_at <= "+soon) + ` + ` + gives("count(*)", limited+" AND g.ends_at <= "+soon) + `, ` +
		people("min(g.ends_at)", "member", limited) + `, ` + gives("min(g.ends_at)", limited) + `,
		(SELECT count(*) FROM requests w WHERE w.tenant_id=` + t + ` AND (w.resource_id=r.id OR (w.subject_kind='role' AND w.subject_id=r.id)) AND w.created_at <= ` + n + `
			AND (w.state='pending' OR w.decided_at > ` + n + `)` + seen("w") + `)
		FROM resources r WHERE r.tenant_id=` + t + ` AND ` + q.in("r.id", ids))
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var it sallyport.RunRole
		var membership, held *time.Time
		if err := r.Scan(&it.Role.ID, &it.Role.Slug, &it.Role.Name, &it.Role.Kind, &it.Members, &it.Gives, &it.Owners, &it.Ending,
			timePtrScan{&membership}, timePtrScan{&held}, &it.Waiting); err != nil {
			return err
		}
		if it.EndsAt = membership; held != nil && (membership == nil || held.Before(*membership)) {
			it.EndsAt = held
		}
		out[it.Role.ID] = it
		return nil
	})
	return out, err
}
