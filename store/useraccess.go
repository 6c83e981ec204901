package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sallyport/sallyport"
)

// AccessPage asks for one page of what a person has, by the name of the resource.
type AccessPage struct {
	ResourceID string             // "": all
	Relation   sallyport.Relation // "": both
	At         time.Time
	Q          string    // in the resource's name, slug or app
	After      AccessKey // zero: from the beginning
	Limit      int
	Total      bool // count all that fit
}

// AccessKey is the place of an item in the order of the pages.
type AccessKey struct {
	Name, ResourceID string // Name is folded
	Relation         sallyport.Relation
}

// UserAccessPage is one page of UserAccess, and the key of its last item when there is more. What is on the page is found
// first and its paths are read then, so that a page costs little where roles give hundreds of things.
func (tx *Tx) UserAccessPage(ctx context.Context, tenant, userID string, p AccessPage, v Viewer) (items []sallyport.Access, more *AccessKey, total *int, err error) {
	q := &query{}
	t := q.arg(tenant)
	from := ` FROM (SELECT DISTINCT p.resource_id, p.relation FROM (` + tx.accessPaths(q, t, userID, p, nil) + `) p`
	if !v.All {
		from += ` LEFT JOIN resources ro ON ro.tenant_id = ` + t + ` AND ro.id = p.role_id WHERE (ro.id IS NULL OR ` + q.sees(v, tenant, Micros(tx.now), "ro") + `)`
	}
	q.WriteString(from + `) x JOIN resources r ON r.tenant_id = ` + t + ` AND r.id = x.resource_id WHERE ` + q.sees(v, tenant, Micros(tx.now), "r"))
	if Fold(p.Q) != "" {
		q.and(`r.search_key LIKE %s ESCAPE '\'`, like(p.Q))
	}
	if p.Total {
		if total, err = tx.count(ctx, q.String(), q); err != nil {
			return nil, nil, nil, err
		}
	}
	if p.After != (AccessKey{}) {
		q.and("(r.name_key, r.id, x.relation) > (%s, %s, %s)", p.After.Name, p.After.ResourceID, p.After.Relation)
	}
	q.WriteString(" ORDER BY r.name_key, r.id, x.relation LIMIT " + q.arg(p.Limit+1))
	var keys []AccessKey
	err = tx.Rows(ctx, "SELECT r.name_key, r.id, x.relation"+q.String(), q.args, func(r *sql.Rows) error {
		var k AccessKey
		err := r.Scan(&k.Name, &k.ResourceID, &k.Relation)
		keys = append(keys, k)
		return err
	})
	if err != nil || len(keys) == 0 {
		return nil, nil, total, err
	}
	if len(keys) > p.Limit {
		keys = keys[:p.Limit]
		last := keys[p.Limit-1]
		more = &last
	}
	type what struct {
		id       string
		relation sallyport.Relation
	}
	wanted, ids := make(map[what]bool, len(keys)), make([]string, 0, len(keys))
	for _, k := range keys {
		if n := len(ids); n == 0 || ids[n-1] != k.ResourceID {
			ids = append(ids, k.ResourceID)
		}
		wanted[what{k.ResourceID, k.Relation}] = true
	}
	q = &query{}
	t = q.arg(tenant)
	all, err := tx.access(ctx, tenant, q, tx.accessPaths(q, t, userID, p, ids), v, "r.name_key, r.id, x.relation", false)
	for _, a := range all {
		if wanted[what{a.Resource.ID, a.Relation}] { // the other relation may be on the page before or after
			items = append(items, a)
		}
	}
	return items, more, total, err
}

// accessPaths are the paths by which a person has something, of these resources alone unless there are none. t is the
// placeholder of the tenant.
func (tx *Tx) accessPaths(q *query, t, userID string, p AccessPage, ids []string) string {
	u, cond := q.arg(userID), ""
	if p.ResourceID != "" {
		cond += " AND g.resource_id=" + q.arg(p.ResourceID)
	}
	if p.Relation != "" {
		cond += " AND g.relation=" + q.arg(p.Relation)
	}
	if ids != nil {
		cond += " AND " + q.in("g.resource_id", ids)
	}
	return pathSelect("g.tenant_id="+t+" AND g.subject_id="+u+cond, "m.tenant_id="+t+" AND m.subject_id="+u+cond, q.arg(Micros(p.At)), tx.when(p.At))
}
