package store

import (
	"context"
	"database/sql"
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
}

// HolderKey is the place of an item in the order of the pages.
type HolderKey struct {
	Name, UserID string // Name is folded
	Relation     sallyport.Relation
}

// HoldersPage is one page of Holders, and the key of its last item when there is more. Who is on the page is found first
// and read then, so that a page costs little where thousands hold the resource.
func (tx *Tx) HoldersPage(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) (items []sallyport.Access, more *HolderKey, total *int, err error) {
	if tx.db.postgres { // a thing that thousands hold is read by another plan than one that nobody does
		if _, err := tx.Exec(ctx, "SET LOCAL plan_cache_mode = force_custom_plan"); err != nil {
			return nil, nil, nil, err
		}
	}
	q := &query{}
	t := q.arg(tenant)
	from := ` FROM (SELECT DISTINCT p.user_id, p.relation FROM (` + tx.holderPaths(q, t, resourceID, h, nil) + `) p`
	if !v.All {
		from += ` LEFT JOIN resources ro ON ro.tenant_id = ` + t + ` AND ro.id = p.role_id WHERE (ro.id IS NULL OR ` + q.sees(v, tenant, Micros(tx.now), "ro") + `)`
	}
	from += `) x JOIN users u ON u.tenant_id = ` + t + ` AND u.id = x.user_id WHERE TRUE`
	q.WriteString(from)
	if Fold(h.Q) != "" {
		q.and(`(u.name_key || ' ' || u.login_key) LIKE %s ESCAPE '\'`, like(h.Q))
	}
	if h.Total {
		if total, err = tx.count(ctx, q.String(), q); err != nil {
			return nil, nil, nil, err
		}
	}
	if h.After != (HolderKey{}) {
		q.and("(u.name_key, u.id, x.relation) > (%s, %s, %s)", h.After.Name, h.After.UserID, h.After.Relation)
	}
	q.WriteString(" ORDER BY u.name_key, u.id, x.relation LIMIT " + q.arg(h.Limit+1))
	var keys []HolderKey
	err = tx.Rows(ctx, "SELECT u.name_key, u.id, x.relation"+q.String(), q.args, func(r *sql.Rows) error {
		var k HolderKey
		err := r.Scan(&k.Name, &k.UserID, &k.Relation)
		keys = append(keys, k)
		return err
	})
	if err != nil || len(keys) == 0 {
		return nil, nil, total, err
	}
	if len(keys) > h.Limit {
		keys = keys[:h.Limit]
		last := keys[h.Limit-1]
		more = &last
	}
	type who struct {
		id       string
		relation sallyport.Relation
	}
	wanted, ids := make(map[who]bool, len(keys)), make([]string, 0, len(keys))
	for _, k := range keys {
		if n := len(ids); n == 0 || ids[n-1] != k.UserID {
			ids = append(ids, k.UserID)
		}
		wanted[who{k.UserID, k.Relation}] = true
	}
	q = &query{}
	t = q.arg(tenant)
	all, err := tx.access(ctx, tenant, q, tx.holderPaths(q, t, resourceID, h, ids), v, "u.name_key, u.id, x.relation", true)
	for _, a := range all {
		if wanted[who{a.User.ID, a.Relation}] { // the rest of somebody's is on the page before or after
			items = append(items, a)
		}
	}
	return items, more, total, err
}

// holderPaths are the paths by which a resource is held, by these people alone unless there are none. t is the
// placeholder of the tenant.
func (tx *Tx) holderPaths(q *query, t, resourceID string, h HolderPage, ids []string) string {
	cond := "g.tenant_id=" + t + " AND g.resource_id=" + q.arg(resourceID)
	if h.Relation != "" {
		cond += " AND g.relation=" + q.arg(h.Relation)
	}
	direct, byRole := cond, cond+" AND m.tenant_id="+t
	if ids != nil {
		direct += " AND " + q.in("g.subject_id", ids)
		byRole += " AND " + q.in("m.subject_id", ids)
	}
	return pathSelect(direct, byRole, q.arg(Micros(h.At)), tx.when(h.At))
}
