package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
)

// PeersWith says who near a person has a resource now, and by which roles; and how many people with the same title. The basis
// is "none" when the person has neither a manager nor a department. What is had by roles outside the
// viewer's audience is left out, and of the roles those that the person is in.
func (tx *Tx) PeersWith(ctx context.Context, tenant, userID, resourceID string, relation sallyport.Relation, v Viewer) (sallyport.Peers, error) {
	var manager, department string
	p := titled{resource: resourceID, relation: relation}
	out := sallyport.Peers{Basis: "none", People: []sallyport.UserRef{}, Roles: []sallyport.PeerRole{}}
	q := &query{}
	t, me, n := q.arg(tenant), q.arg(userID), q.arg(Micros(tx.now))
	seen := func(column string) string { return q.seesRole(v, tenant, Micros(tx.now), column) }
	q.WriteString("SELECT COALESCE(u.manager_id, ''), u.department, u.title_key, (u.state='active'), " + hasNow(t, n, "u.id", q.arg(resourceID), q.arg(relation), seen) +
		" FROM users u WHERE u.tenant_id=" + t + " AND u.id=" + me)
	if err := tx.Row(ctx, q.String(), q.args, &manager, &department, &p.key, &p.active, &p.holds); err != nil {
		return out, err
	}
	alike, err := tx.sameTitle(ctx, tenant, v, []titled{p})
	if err != nil {
		return out, err
	}
	out.TitleHave, out.TitleOf = alike(p)
	column, value := "manager_id", manager
	switch {
	case manager != "":
		out.Basis = "manager"
	case department != "":
		column, value, out.Basis = "department", department, "department"
	default:
		return out, nil
	}
	if err := tx.Row(ctx, `SELECT count(*) FROM users p WHERE p.tenant_id=$1 AND p.`+column+`=$2 AND p.state='active' AND p.id<>$3`, []any{tenant, value, userID}, &out.Of); err != nil {
		return out, err
	}
	q = &query{}
	t, me, n = q.arg(tenant), q.arg(userID), q.arg(Micros(tx.now))
	near := q.arg(value)
	cond := "g.tenant_id=" + t + " AND g.resource_id=" + q.arg(resourceID) + " AND g.relation=" + q.arg(relation)
	q.WriteString(`SELECT u.id, u.login, u.name, ro.id, ro.slug, ro.name, ro.kind FROM (` + pathSelect(cond, cond+" AND "+seen("m.resource_id"), n, holds) + `) x
		JOIN users u ON u.tenant_id=` + t + ` AND u.id=x.user_id AND u.` + column + `=` + near + ` AND u.state='active' AND u.id<>` + me + `
		LEFT JOIN resources ro ON ro.tenant_id=` + t + ` AND ro.id=x.role_id AND ro.id NOT IN ` + heldBy(t, me, n, "member") + `
		ORDER BY u.name_key, u.id, ro.id`)
	roles, last := map[string]*sallyport.PeerRole{}, ""
	err = tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var u sallyport.UserRef
		var role optionalRef
		if err := r.Scan(append([]any{&u.ID, &u.Login, &u.Name}, role.dest()...)...); err != nil {
			return err
		}
		if u.ID != last {
			last = u.ID
			if out.Have++; out.Have <= 10 {
				out.People = append(out.People, u)
			}
		}
		if ref := role.ref(); ref != nil {
			if roles[ref.ID] == nil {
				roles[ref.ID] = &sallyport.PeerRole{Role: *ref}
			}
			roles[ref.ID].People++
		}
		return nil
	})
	for _, r := range roles {
		out.Roles = append(out.Roles, *r)
	}
	slices.SortFunc(out.Roles, func(a, b sallyport.PeerRole) int {
		return cmp.Or(b.People-a.People, strings.Compare(a.Role.Slug, b.Role.Slug))
	})
	return out, err
}

// RoleGives lists what a role gives its members now, as far as the viewer may see it, by name.
func (tx *Tx) RoleGives(ctx context.Context, tenant, roleID string, v Viewer) ([]sallyport.Gift, error) {
	q := &query{}
	q.WriteString(`SELECT r.id, r.slug, r.name, r.kind, g.relation FROM grants g JOIN resources r ON r.tenant_id=g.tenant_id AND r.id=g.resource_id
		WHERE g.tenant_id=` + q.arg(tenant) + ` AND g.subject_kind='role' AND g.subject_id=` + q.arg(roleID) + ` AND ` + holds("g", q.arg(Micros(tx.now))) +
		` AND ` + q.sees(v, tenant, Micros(tx.now), "r") + ` ORDER BY r.name_key, r.id, g.relation`)
	var out []sallyport.Gift
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var g sallyport.Gift
		err := rows.Scan(&g.Resource.ID, &g.Resource.Slug, &g.Resource.Name, &g.Resource.Kind, &g.Relation)
		out = append(out, g)
		return err
	})
	return slices.Compact(out), err
}
