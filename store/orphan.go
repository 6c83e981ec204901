package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

var orphanListing = listing{id: "r.id", sorts: map[string]string{"": "r.name_key", "name": "r.name_key"}}

// Orphans lists living resources that nobody owns, nor their app, and those where one person is the only owner of both and
// the only member, as far as the viewer may see them. Who owns or has them by a role counts. Built-in resources belong to
// the admins and are none.
func (tx *Tx) Orphans(ctx context.Context, tenant string, v Viewer, p Page) (List[sallyport.Orphan], error) {
	q := &query{}
	t, n := q.arg(tenant), q.arg(Micros(tx.now))
	q.WriteString(` FROM (` + unowned(t, n) + `) o JOIN resources r ON r.tenant_id=` + t + ` AND r.id=o.id WHERE ` + q.sees(v, tenant, Micros(tx.now), "r"))
	return pageByIDs(ctx, tx, orphanListing, q, p, tx.orphans(tenant), func(rows *sql.Rows, it *sallyport.Orphan) (string, error) {
		var app optionalRef
		var owner, manager optionalUser
		dest := append([]any{&it.Resource.ID, &it.Resource.Slug, &it.Resource.Name, &it.Resource.Kind}, app.dest()...)
		dest = append(append(append(dest, &it.Why), owner.dest()...), timePtrScan{&it.OwnedUntil}, &it.EndedReason)
		err := rows.Scan(append(append(dest, manager.dest()...), &it.Members)...)
		it.App, it.Owner, it.Suggested = app.ref(), owner.ref(), manager.ref()
		return it.Resource.ID, err
	})
}

// orphans selects resources of which it is known that they are orphans: why, who owns it or its app or did so last, whose
// manager is suggested, and how many members it has.
func (tx *Tx) orphans(tenant string) func(ids []string) (string, []any) {
	return func(ids []string) (string, []any) {
		q := &query{}
		t, n := q.arg(tenant), q.arg(Micros(tx.now))
		last := `(SELECT g.id FROM grants g WHERE g.tenant_id=` + t + ` AND g.resource_id IN (r.id, r.app_id) AND g.relation='owner' AND g.subject_kind='user'
			ORDER BY CASE WHEN g.resource_id=r.id THEN 0 ELSE 1 END, CASE WHEN g.ended_at IS NULL THEN 0 ELSE 1 END, g.ended_at DESC, g.id DESC LIMIT 1)`
		q.WriteString(`SELECT r.id, r.slug, r.name, r.kind, a.id, a.slug, a.name, a.kind, CASE WHEN r.owner_id IS NULL THEN 'nobody' ELSE 'only_member' END,
			lo.id, lo.login, lo.name, CASE WHEN r.owner_id IS NULL THEN lg.ended_at END, CASE WHEN r.owner_id IS NULL THEN COALESCE(lg.ended_reason, '') ELSE '' END, mg.id, mg.login, mg.name,
			CASE WHEN r.owner_id IS NULL THEN (SELECT count(*) FROM grants g WHERE g.tenant_id=` + t + ` AND g.resource_id=r.id AND g.relation='member' AND g.subject_kind='user' AND ` + holds("g", n) + `) ELSE 1 END
			FROM (SELECT r.id, r.slug, r.name, r.kind, r.app_id, ` + anOwner(t, n) + ` AS owner_id, ` + last + ` AS last_id FROM resources r WHERE r.tenant_id=` + t + ` AND ` + q.in("r.id", ids) + `) r
			LEFT JOIN resources a ON a.tenant_id=` + t + ` AND a.id=r.app_id
			LEFT JOIN grants lg ON lg.tenant_id=` + t + ` AND lg.id=r.last_id
			LEFT JOIN users lo ON lo.tenant_id=` + t + ` AND lo.id=COALESCE(r.owner_id, lg.subject_id)
			LEFT JOIN users mg ON mg.tenant_id=` + t + ` AND mg.id=lo.manager_id AND mg.state='active'`)
		return q.String(), q.args
	}
}

// unowned selects the ids of orphans. Owners are few: the first and the last of each thing are found, by ids, and only where
// one person is both it is looked whether they have it and nobody else has. MATERIALIZED and CROSS JOIN keep to that order.
func unowned(t, n string) string {
	who := `COALESCE(own.lo, app.lo)`
	return `WITH given AS MATERIALIZED (SELECT g.resource_id AS id, g.subject_kind AS kind, g.subject_id AS subject FROM grants g WHERE g.tenant_id=` + t + ` AND g.relation='owner' AND ` + holds("g", n) + `),
		runs AS MATERIALIZED (SELECT x.role, min(m.subject_id) AS lo, max(m.subject_id) AS hi FROM (SELECT DISTINCT subject AS role FROM given WHERE kind='role') x CROSS JOIN grants m CROSS JOIN users u
			WHERE m.tenant_id=` + t + ` AND m.resource_id=x.role AND m.relation='member' AND m.subject_kind='user' AND ` + holds("m", n) + ` AND ` + here + ` GROUP BY x.role),
		owners AS MATERIALIZED (SELECT y.id, min(y.lo) AS lo, max(y.hi) AS hi FROM (
			SELECT o.id, u.id AS lo, u.id AS hi FROM given o CROSS JOIN users u WHERE o.kind='user' AND u.tenant_id=` + t + ` AND u.id=o.subject AND u.state='active'
			UNION ALL SELECT o.id, w.lo, w.hi FROM given o JOIN runs w ON w.role=o.subject WHERE o.kind='role') y GROUP BY y.id)
		SELECT r.id FROM resources r LEFT JOIN owners own ON own.id=r.id LEFT JOIN owners app ON app.id=r.app_id
		WHERE r.tenant_id=` + t + ` AND r.deleted_at IS NULL AND r.built_in=FALSE AND r.kind <> 'work_order' AND (` + who + ` IS NULL
			OR ` + who + `=COALESCE(own.hi, app.hi) AND ` + who + `=COALESCE(app.lo, own.lo) AND ` + who + `=COALESCE(app.hi, own.hi)
			AND ` + member(t, n, "="+who) + ` AND NOT ` + member(t, n, "<>"+who) + `)`
}

// here joins to a grant m the active person u who has it.
const here = `u.tenant_id=m.tenant_id AND u.id=m.subject_id AND u.state='active'`

// member is the condition that an active person to whom which applies has the resource r, directly or by role.
func member(t, n, which string) string {
	person := `m.tenant_id=` + t + ` AND m.relation='member' AND m.subject_kind='user' AND m.subject_id` + which + ` AND ` + holds("m", n) + ` AND ` + here
	return `(EXISTS (SELECT 1 FROM grants m CROSS JOIN users u WHERE m.resource_id=r.id AND ` + person + `)
		OR EXISTS (SELECT 1 FROM grants g CROSS JOIN grants m CROSS JOIN users u WHERE g.tenant_id=` + t + ` AND g.resource_id=r.id AND g.relation='member' AND g.subject_kind='role' AND ` + holds("g", n) + `
			AND m.resource_id=g.subject_id AND ` + person + `))`
}

// anOwner selects one who owns the resource r or its app, directly or else by role.
func anOwner(t, n string) string {
	person := `m.tenant_id=` + t + ` AND m.subject_kind='user' AND ` + holds("m", n) + ` AND ` + here
	return `COALESCE((SELECT u.id FROM grants m CROSS JOIN users u WHERE m.resource_id IN (r.id, r.app_id) AND m.relation='owner' AND ` + person + ` LIMIT 1),
		(SELECT u.id FROM grants g CROSS JOIN grants m CROSS JOIN users u WHERE g.tenant_id=` + t + ` AND g.resource_id IN (r.id, r.app_id) AND g.relation='owner' AND g.subject_kind='role' AND ` + holds("g", n) + `
			AND m.resource_id=g.subject_id AND m.relation='member' AND ` + person + ` LIMIT 1))`
}
