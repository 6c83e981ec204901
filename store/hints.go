package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/sallyport/sallyport"
)

// RequestHints fills Hints of requests for people, by three statements for all of them: how many near the beneficiary have
// the same, what the beneficiary had of it before, and holds in the same app now, by role too and as far as the viewer may see
// it. Peers are the active people with the same manager, or of the same department where there is no manager; and those with
// the same title.
func (tx *Tx) RequestHints(ctx context.Context, tenant string, v Viewer, list []sallyport.Request) error {
	byID, ids := map[string]*sallyport.Request{}, []string(nil)
	for i := range list {
		if list[i].Beneficiary.Kind == sallyport.SubjectUser && list[i].Kind != sallyport.RequestCreate { // nobody has what is to be made
			byID[list[i].ID] = &list[i]
			ids = append(ids, list[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	q := &query{}
	t, n := q.arg(tenant), q.arg(Micros(tx.now))
	peers := ` FROM users p WHERE p.tenant_id = ` + t + ` AND p.state = 'active' AND p.id <> b.id AND `
	seen := func(column string) string { return q.seesRole(v, tenant, Micros(tx.now), column) }
	has := " AND " + hasNow(t, n, "p.id", "q.resource_id", "q.relation", seen)
	near := func(what string) string {
		return `CASE WHEN b.manager_id IS NOT NULL THEN (SELECT count(*)` + peers + `p.manager_id = b.manager_id` + what + `)
			WHEN b.department <> '' THEN (SELECT count(*)` + peers + `p.department = b.department` + what + `) ELSE 0 END`
	}
	q.WriteString(`SELECT q.id, CASE WHEN b.manager_id IS NOT NULL THEN 'manager' WHEN b.department <> '' THEN 'department' ELSE 'none' END,
		` + near("") + `, ` + near(has) + `, b.title_key, (b.state = 'active'), q.resource_id, q.relation, ` + hasNow(t, n, "b.id", "q.resource_id", "q.relation", seen) + `,
		` + hadBefore(t, "b.id", "q.resource_id", "q.relation", seen) + `,
		(SELECT count(*) FROM requests oq WHERE oq.tenant_id = ` + t + ` AND oq.subject_kind = 'user' AND oq.subject_id = b.id AND oq.resource_id = q.resource_id AND oq.state = 'denied'),
		(SELECT count(DISTINCT near.id) FROM (SELECT hg.resource_id, '' AS role_id FROM grants hg WHERE hg.tenant_id = ` + t + ` AND hg.subject_kind = 'user' AND hg.subject_id = b.id AND ` + holds("hg", n) + `
			UNION ALL SELECT hr.resource_id, hr.subject_id FROM grants hm JOIN grants hr ON hr.tenant_id = hm.tenant_id AND hr.subject_kind = 'role' AND hr.subject_id = hm.resource_id
				WHERE hm.tenant_id = ` + t + ` AND hm.subject_kind = 'user' AND hm.subject_id = b.id AND hm.relation = 'member' AND ` + holds("hm", n) + ` AND ` + holds("hr", n) + `) has
			JOIN resources near ON near.tenant_id = ` + t + ` AND near.id = has.resource_id LEFT JOIN resources ro ON ro.tenant_id = ` + t + ` AND ro.id = has.role_id
			WHERE near.id <> r.id AND (near.app_id = r.app_id OR near.app_id = r.id OR near.id = r.app_id) AND ` + q.sees(v, tenant, Micros(tx.now), "near") + `
			AND (ro.id IS NULL OR ` + q.sees(v, tenant, Micros(tx.now), "ro") + `))
		FROM requests q JOIN users b ON b.tenant_id = q.tenant_id AND b.id = q.subject_id
		JOIN resources r ON r.tenant_id = q.tenant_id AND r.id = q.resource_id
		WHERE q.tenant_id = ` + t + ` AND ` + q.in("q.id", ids))
	people := map[string]titled{}
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var id string
		var h sallyport.Hints
		var p titled
		if err := rows.Scan(&id, &h.Basis, &h.Of, &h.Have, &p.key, &p.active, &p.resource, &p.relation, &p.holds, &h.HadBefore, &h.DeniedBefore, &h.InApp); err != nil {
			return err
		}
		byID[id].Hints, people[id] = &h, p
		return nil
	})
	if err != nil {
		return err
	}
	alike, err := tx.sameTitle(ctx, tenant, v, slices.Collect(maps.Values(people)))
	if err != nil {
		return err
	}
	for id, p := range people {
		byID[id].Hints.TitleHave, byID[id].Hints.TitleOf = alike(p)
	}
	return nil
}

// hasNow is the condition under which a person holds a resource now, directly or by a role that is seen. The arguments are
// parameters or columns.
func hasNow(tenant, now, person, resource, relation string, seen func(column string) string) string {
	return `(EXISTS (SELECT 1 FROM grants g WHERE g.tenant_id = ` + tenant + ` AND g.subject_kind = 'user' AND g.subject_id = ` + person + `
			AND g.resource_id = ` + resource + ` AND g.relation = ` + relation + ` AND ` + holds("g", now) + `)
		OR EXISTS (SELECT 1 FROM grants m JOIN grants rg ON rg.tenant_id = m.tenant_id AND rg.subject_kind = 'role' AND rg.subject_id = m.resource_id
			WHERE m.tenant_id = ` + tenant + ` AND m.subject_kind = 'user' AND m.subject_id = ` + person + ` AND m.relation = 'member' AND ` + holds("m", now) + `
			AND rg.resource_id = ` + resource + ` AND rg.relation = ` + relation + ` AND ` + holds("rg", now) + ` AND ` + seen("m.resource_id") + `))`
}

// hadBefore counts how often a person was given a resource so far, or a role that had it at the time and is seen. The arguments
// are parameters or columns.
func hadBefore(t, person, resource, relation string, seen func(column string) string) string {
	return `(SELECT count(*) FROM grants og WHERE og.tenant_id = ` + t + ` AND og.subject_kind = 'user' AND og.subject_id = ` + person + ` AND og.resource_id = ` + resource + ` AND og.relation = ` + relation + ` AND og.activated_at IS NOT NULL)
		+ (SELECT count(*) FROM grants om WHERE om.tenant_id = ` + t + ` AND om.subject_kind = 'user' AND om.subject_id = ` + person + ` AND om.relation = 'member' AND om.activated_at IS NOT NULL
			AND ` + seen("om.resource_id") + ` AND EXISTS (SELECT 1 FROM grants og WHERE og.tenant_id = ` + t + ` AND og.subject_kind = 'role' AND og.subject_id = om.resource_id AND og.resource_id = ` + resource + `
				AND og.relation = ` + relation + ` AND og.activated_at IS NOT NULL AND om.starts_at < ` + stopped("og") + ` AND og.starts_at < ` + stopped("om") + `))`
}

// HadBefore is what Hints say of it, for one person.
func (tx *Tx) HadBefore(ctx context.Context, tenant, userID, resourceID string, relation sallyport.Relation, v Viewer) (n int, err error) {
	q := &query{}
	q.WriteString("SELECT " + hadBefore(q.arg(tenant), q.arg(userID), q.arg(resourceID), q.arg(relation), func(column string) string { return q.seesRole(v, tenant, Micros(tx.now), column) }))
	err = tx.Row(ctx, q.String(), q.args, &n)
	return n, err
}
