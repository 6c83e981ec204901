package store

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
)

// HolderPage asks for one page of who holds a resource, by name.
type HolderPage struct {
	Relation sallyport.Relation // "": both
	At       time.Time
	Q        string    // in name or login
	After    HolderKey // zero: from the beginning
	Limit    int
	Total    bool // count all that fit
	Many     int  // from how many members on the page is found by going through people by name; 0: 2,000
}

// HolderKey is the place of an item in the order of the pages.
type HolderKey struct {
	Name, UserID string // Name is folded
	Relation     sallyport.Relation
}

// HoldersPage is one page of Holders, and the key of its last item when there is more. Who is on the page is found first
// and read then, so that a page costs little where thousands hold the resource.
func (tx *Tx) HoldersPage(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) (items []sallyport.Access, more *HolderKey, total *int, err error) {
	f, err := tx.findHolders(ctx, tenant, resourceID, h, v)
	if err != nil || len(f.keys) == 0 {
		return nil, nil, f.total, err
	}
	if len(f.keys) > h.Limit {
		f.keys = f.keys[:h.Limit]
		last := f.keys[h.Limit-1]
		more = &last
	}
	type who struct {
		id       string
		relation sallyport.Relation
	}
	wanted := make(map[who]bool, len(f.keys))
	for _, k := range f.keys {
		wanted[who{k.UserID, k.Relation}] = true
	}
	q := &query{}
	t := q.arg(tenant)
	all, err := tx.access(ctx, tenant, q, tx.pathsFound(q, t, resourceID, h, f), v, "u.name_key, u.id, x.relation", true)
	for _, a := range all {
		if wanted[who{a.User.ID, a.Relation}] { // the rest of somebody's is on the page before or after
			items = append(items, a)
		}
	}
	return items, more, f.total, err
}

// holderSet is the tables x (user_id, relation, grant_id, membership_id) of the paths by which the resource is held and u,
// and the condition of what is searched for. To count them without a search, nobody's name is looked up.
func (tx *Tx) holderSet(q *query, tenant, resourceID string, h HolderPage, v Viewer, names bool) {
	t := q.arg(tenant)
	from := ` FROM (SELECT p.user_id, p.relation, p.grant_id, p.membership_id FROM (` + tx.pathsOf(q, t, resourceID, h) + `) p`
	if !v.All { // of each role once, not of each path
		from += ` WHERE (p.role_id = '' OR p.role_id IN (` + q.rolesGiving(v, tenant, t, q.arg(resourceID), q.arg(Micros(h.At)), tx.when(h.At), Micros(tx.now)) + `))`
	}
	q.WriteString(from + `) x`)
	if names || Fold(h.Q) != "" {
		q.WriteString(` JOIN users u ON u.tenant_id = ` + t + ` AND u.id = x.user_id`)
	}
	q.WriteString(` WHERE TRUE`)
	if Fold(h.Q) != "" {
		q.and(`(u.name_key || ' ' || u.login_key) LIKE %s ESCAPE '\'`, like(h.Q))
	}
}

// rolesGiving selects the ids of the roles that hold a resource at a moment, as far as the viewer may see them. t, res and
// at are parameters.
func (q *query) rolesGiving(v Viewer, tenant, t, res, at string, when func(alias, at string) string, now int64) string {
	return `SELECT rg.subject_id FROM grants rg JOIN resources ro ON ro.tenant_id=rg.tenant_id AND ro.id=rg.subject_id WHERE rg.tenant_id=` + t +
		` AND rg.subject_kind='role' AND rg.resource_id=` + res + ` AND ` + when("rg", at) + ` AND ` + q.sees(v, tenant, now, "ro")
}

// pathsOf are the paths by which a resource is held. t is the parameter of the tenant.
func (tx *Tx) pathsOf(q *query, t, resourceID string, h HolderPage) string {
	cond := "g.tenant_id=" + t + " AND g.resource_id=" + q.arg(resourceID)
	if h.Relation != "" {
		cond += " AND g.relation=" + q.arg(h.Relation)
	}
	return pathSelect(cond, cond+" AND m.tenant_id="+t, q.arg(Micros(h.At)), tx.when(h.At))
}

// pathsFound are those of the paths that were found. They are read by their ids: the || and the MATERIALIZED keep from
// reading all who have the resource, or are members of the role, and comparing each with a list.
func (tx *Tx) pathsFound(q *query, t, resourceID string, h HolderPage, f foundHolders) string {
	at, when, res := q.arg(Micros(h.At)), tx.when(h.At), q.arg(resourceID)
	direct, byRole := "g.tenant_id="+t+" AND (g.resource_id || '') = "+res+" AND "+q.in("g.id", f.direct), "g.tenant_id="+t+" AND g.resource_id = "+res
	of := "(WITH found AS MATERIALIZED (SELECT o.* FROM grants o WHERE o.tenant_id=" + t + " AND " + q.in("o.id", f.memberships) + ") SELECT * FROM found) m, grants g"
	if h.Relation != "" {
		rel := " AND g.relation=" + q.arg(h.Relation)
		direct, byRole = direct+rel, byRole+rel
	}
	return paths(direct, byRole, at, of, when)
}
