package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

// RequestHints fills Hints of requests for people, by one statement for all of them: how many near the beneficiary have
// the same, what the beneficiary had of it before, and holds in the same app now, as far as the viewer may see it. Peers are the active people with the
// same manager, or of the same department where there is no manager.
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
	has := ` AND (EXISTS (SELECT 1 FROM grants g WHERE g.tenant_id = ` + t + ` AND g.subject_kind = 'user' AND g.subject_id = p.id
			AND g.resource_id = q.resource_id AND g.relation = q.relation AND ` + holds("g", n) + `)
		OR EXISTS (SELECT 1 FROM grants m JOIN grants rg ON rg.tenant_id = m.tenant_id AND rg.subject_kind = 'role' AND rg.subject_id = m.resource_id
			WHERE m.tenant_id = ` + t + ` AND m.subject_kind = 'user' AND m.subject_id = p.id AND m.relation = 'member' AND ` + holds("m", n) + `
			AND rg.resource_id = q.resource_id AND rg.relation = q.relation AND ` + holds("rg", n) + `))`
	near := func(what string) string {
		return `CASE WHEN b.manager_id IS NOT NULL THEN (SELECT count(*)` + peers + `p.manager_id = b.manager_id` + what + `)
			WHEN b.department <> '' THEN (SELECT count(*)` + peers + `p.department = b.department` + what + `) ELSE 0 END`
	}
	q.WriteString(`SELECT q.id, CASE WHEN b.manager_id IS NOT NULL THEN 'manager' WHEN b.department <> '' THEN 'department' ELSE 'none' END,
		` + near("") + `, ` + near(has) + `,
		(SELECT count(*) FROM grants og WHERE og.tenant_id = ` + t + ` AND og.subject_kind = 'user' AND og.subject_id = b.id AND og.resource_id = q.resource_id AND og.relation = q.relation AND og.activated_at IS NOT NULL),
		(SELECT count(*) FROM requests oq WHERE oq.tenant_id = ` + t + ` AND oq.subject_kind = 'user' AND oq.subject_id = b.id AND oq.resource_id = q.resource_id AND oq.state = 'denied'),
		(SELECT count(*) FROM grants hg JOIN resources near ON near.tenant_id = hg.tenant_id AND near.id = hg.resource_id
			WHERE hg.tenant_id = ` + t + ` AND hg.subject_kind = 'user' AND hg.subject_id = b.id AND ` + holds("hg", n) + `
			AND near.id <> r.id AND (near.app_id = r.app_id OR near.app_id = r.id OR near.id = r.app_id) AND ` + q.sees(v, tenant, Micros(tx.now), "near") + `)
		FROM requests q JOIN users b ON b.tenant_id = q.tenant_id AND b.id = q.subject_id
		JOIN resources r ON r.tenant_id = q.tenant_id AND r.id = q.resource_id
		WHERE q.tenant_id = ` + t + ` AND ` + q.in("q.id", ids))
	return tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var id string
		var h sallyport.Hints
		if err := rows.Scan(&id, &h.Basis, &h.Of, &h.Have, &h.HadBefore, &h.DeniedBefore, &h.InApp); err != nil {
			return err
		}
		byID[id].Hints = &h
		return nil
	})
}
