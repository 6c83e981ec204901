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
	type row struct {
		sallyport.Orphan
		key any
	}
	var none List[sallyport.Orphan]
	q := &query{}
	t, n := q.arg(tenant), q.arg(Micros(tx.now))
	// owned: an active person owns it directly, or as member of a role that does.
	owned := func(resource string) string {
		return `(EXISTS (SELECT 1 FROM grants g JOIN users u ON u.tenant_id=g.tenant_id AND u.id=g.subject_id AND u.state='active'
			WHERE g.tenant_id=` + t + ` AND g.resource_id=` + resource + ` AND g.relation='owner' AND g.subject_kind='user' AND ` + holds("g", n) + `)
		OR EXISTS (SELECT 1 FROM grants g JOIN grants m ON m.tenant_id=g.tenant_id AND m.resource_id=g.subject_id AND m.relation='member' AND m.subject_kind='user' AND ` + holds("m", n) + `
			WHERE g.tenant_id=` + t + ` AND g.resource_id=` + resource + ` AND g.relation='owner' AND g.subject_kind='role' AND ` + holds("g", n) + `))`
	}
	direct := func(relation string) string {
		return `FROM grants g WHERE g.tenant_id=` + t + ` AND g.resource_id=r.id AND g.relation='` + relation + `' AND ` + holds("g", n)
	}
	nobody := `(NOT ` + owned("r.id") + ` AND (r.app_id IS NULL OR NOT ` + owned("r.app_id") + `))`
	one := func(relation string) string { // two are enough to know that it is not one
		return `(SELECT count(*) FROM (SELECT 1 ` + direct(relation) + ` LIMIT 2) z)=1`
	}
	only := `(r.app_id IS NULL AND ` + one("owner") + ` AND ` + one("member") + `
		AND (SELECT min(g.subject_id) ` + direct("owner") + `)=(SELECT min(g.subject_id) ` + direct("member") + ` AND g.subject_kind='user'))`
	// The last owner is who owns it or owned it last; the suggestion their manager, else an owner of the app.
	last := `(SELECT g.id FROM grants g WHERE g.tenant_id=` + t + ` AND g.resource_id=r.id AND g.relation='owner' AND g.subject_kind='user'
		ORDER BY CASE WHEN g.ended_at IS NULL THEN 0 ELSE 1 END, g.ended_at DESC, g.id DESC LIMIT 1)`
	q.WriteString(` FROM resources r LEFT JOIN resources a ON a.tenant_id=r.tenant_id AND a.id=r.app_id
		LEFT JOIN grants lg ON lg.tenant_id=r.tenant_id AND lg.id=` + last + `
		LEFT JOIN users lo ON lo.tenant_id=r.tenant_id AND lo.id=lg.subject_id
		LEFT JOIN users mg ON mg.tenant_id=r.tenant_id AND mg.id=lo.manager_id AND mg.state='active'
		WHERE r.tenant_id=` + t + ` AND r.deleted_at IS NULL AND r.built_in=FALSE AND r.kind <> 'work_order' AND (` + nobody + ` OR ` + only + `)
		AND ` + q.sees(v, tenant, Micros(tx.now), "r"))
	from := &query{args: q.args}
	from.WriteString(q.String())
	if err := orphanListing.page(q, &p); err != nil {
		return none, err
	}
	var items []row
	err := tx.Rows(ctx, `SELECT r.id, r.slug, r.name, r.kind, a.id, a.slug, a.name, a.kind, CASE WHEN `+nobody+` THEN 'nobody' ELSE 'only_member' END,
		lo.id, lo.login, lo.name, lg.ended_at, COALESCE(lg.ended_reason, ''), mg.id, mg.login, mg.name, (SELECT count(*) `+direct("member")+`), `+
		orphanListing.column(p.Sort)+q.String(), q.args, func(rows *sql.Rows) error {
		var it row
		var app optionalRef
		var owner, manager optionalUser
		dest := append([]any{&it.Resource.ID, &it.Resource.Slug, &it.Resource.Name, &it.Resource.Kind}, app.dest()...)
		dest = append(append(append(dest, &it.Why), owner.dest()...), timePtrScan{&it.OwnedUntil}, &it.EndedReason)
		dest = append(append(dest, manager.dest()...), &it.Members, &it.key)
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		it.App, it.Owner, it.Suggested = app.ref(), owner.ref(), manager.ref()
		items = append(items, it)
		return nil
	})
	if err != nil {
		return none, err
	}
	l := finish(items, p, func(r row) (any, string) { return r.key, r.Resource.ID })
	var total *int
	switch {
	case !p.Total:
	case p.Cursor == "" && l.NextCursor == "": // the page is all
		n := len(l.Items)
		total = &n
	default:
		if total, err = tx.count(ctx, from.String(), from); err != nil {
			return none, err
		}
	}
	out := List[sallyport.Orphan]{Items: make([]sallyport.Orphan, len(l.Items)), NextCursor: l.NextCursor, Total: total}
	for i := range l.Items {
		out.Items[i] = l.Items[i].Orphan
	}
	return out, nil
}
