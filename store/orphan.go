package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

var orphanListing = listing{id: "r.id", sorts: map[string]string{"": "r.name_key", "name": "r.name_key"}}

// Orphans lists living resources that nobody owns, by any way or by their app, and those whose only owner is their only
// member, as far as the viewer may see them. Built-in resources belong to the admins and are none.
func (tx *Tx) Orphans(ctx context.Context, tenant string, v Viewer, p Page) (List[sallyport.Orphan], error) {
	q := &query{}
	t, n := q.arg(tenant), q.arg(Micros(tx.now))
	owned := owned(t, n, "")
	one := func(relation string) string { // two are enough to know that it is not one
		return `(SELECT count(*) FROM (SELECT 1 ` + given(t, n, relation) + ` LIMIT 2) z)=1`
	}
	only := `(r.app_id IS NULL AND r.id IN (SELECT g.resource_id FROM grants g WHERE g.tenant_id=` + t + ` AND g.relation='owner' AND ` + holds("g", n) + ` GROUP BY g.resource_id HAVING count(*)=1)
		AND ` + one("member") + ` AND (SELECT min(g.subject_id) ` + given(t, n, "owner") + `)=(SELECT min(g.subject_id) ` + given(t, n, "member") + ` AND g.subject_kind='user'))`
	q.WriteString(` FROM resources r WHERE r.tenant_id=` + t + ` AND r.deleted_at IS NULL AND r.built_in=FALSE AND r.kind <> 'work_order'
		AND ((r.id NOT IN ` + owned + ` AND (r.app_id IS NULL OR r.app_id NOT IN ` + owned + `)) OR ` + only + `) AND ` + q.sees(v, tenant, Micros(tx.now), "r"))
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

// orphans selects resources of which it is known that they are orphans: why, who owns it or owned it last, whose manager is
// suggested, and how many members it has.
func (tx *Tx) orphans(tenant string) func(ids []string) (string, []any) {
	return func(ids []string) (string, []any) {
		q := &query{}
		t, n := q.arg(tenant), q.arg(Micros(tx.now))
		last := `(SELECT g.id FROM grants g WHERE g.tenant_id=` + t + ` AND g.resource_id=r.id AND g.relation='owner' AND g.subject_kind='user'
			ORDER BY CASE WHEN g.ended_at IS NULL THEN 0 ELSE 1 END, g.ended_at DESC, g.id DESC LIMIT 1)`
		q.WriteString(`SELECT r.id, r.slug, r.name, r.kind, a.id, a.slug, a.name, a.kind, CASE WHEN r.app_id IS NULL AND r.id IN ` + owned(t, n, " AND "+q.in("g.resource_id", ids)) + ` THEN 'only_member' ELSE 'nobody' END,
			lo.id, lo.login, lo.name, lg.ended_at, COALESCE(lg.ended_reason, ''), mg.id, mg.login, mg.name, (SELECT count(*) ` + given(t, n, "member") + `)
			FROM resources r LEFT JOIN resources a ON a.tenant_id=r.tenant_id AND a.id=r.app_id
			LEFT JOIN grants lg ON lg.tenant_id=r.tenant_id AND lg.id=` + last + `
			LEFT JOIN users lo ON lo.tenant_id=r.tenant_id AND lo.id=lg.subject_id
			LEFT JOIN users mg ON mg.tenant_id=r.tenant_id AND mg.id=lo.manager_id AND mg.state='active'
			WHERE r.tenant_id=` + t + ` AND ` + q.in("r.id", ids))
		return q.String(), q.args
	}
}

// owned selects the ids of what an active person owns directly, or as member of a role that does; and narrows the grants g.
// The || keeps from the indexes of all that people, or roles, have.
func owned(t, n, and string) string {
	return `(SELECT g.resource_id FROM grants g JOIN users u ON u.tenant_id=g.tenant_id AND u.id=g.subject_id AND u.state='active'
			WHERE g.tenant_id=` + t + ` AND g.relation='owner' AND (g.subject_kind || '')='user' AND ` + holds("g", n) + and + `
		UNION ALL SELECT g.resource_id FROM grants g WHERE g.tenant_id=` + t + ` AND g.relation='owner' AND (g.subject_kind || '')='role' AND ` + holds("g", n) + and + `
			AND EXISTS (SELECT 1 FROM grants m WHERE m.tenant_id=g.tenant_id AND m.resource_id=g.subject_id AND m.relation='member' AND m.subject_kind='user' AND ` + holds("m", n) + `))`
}

// given is FROM and WHERE of the grants g of a resource r itself that hold.
func given(t, n, relation string) string {
	return `FROM grants g WHERE g.tenant_id=` + t + ` AND g.resource_id=r.id AND g.relation='` + relation + `' AND ` + holds("g", n)
}
