package store

import (
	"context"
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

// UserAccessPage is one page of UserAccess, and the key of its last item when there is more. The paths of a person are
// found and sorted by one statement, and read as far as the page goes.
func (tx *Tx) UserAccessPage(ctx context.Context, tenant, userID string, p AccessPage, v Viewer) (items []sallyport.Access, more *AccessKey, total *int, err error) {
	q := &query{}
	t := q.arg(tenant)
	paths := tx.accessPaths(q, t, userID, p)
	and := &query{args: q.args}
	if Fold(p.Q) != "" {
		and.words("r.search_key", p.Q)
	}
	if p.Total {
		c := &query{args: and.args}
		c.WriteString(` FROM (SELECT DISTINCT x.resource_id, x.relation FROM (` + paths + `) x JOIN resources r ON r.tenant_id=` + t + ` AND r.id=x.resource_id
			LEFT JOIN resources ro ON ro.tenant_id=` + t + ` AND ro.id=x.role_id
			WHERE ` + c.sees(v, tenant, Micros(tx.now), "r") + ` AND (ro.id IS NULL OR ` + c.sees(v, tenant, Micros(tx.now), "ro") + `)` + and.String() + `) y`)
		if total, err = tx.count(ctx, c.String(), c); err != nil {
			return nil, nil, nil, err
		}
	}
	if p.After != (AccessKey{}) {
		and.and("(r.name_key, r.id, x.relation) > (%s, %s, %s)", p.After.Name, p.After.ResourceID, p.After.Relation)
	}
	q.args = and.args
	items, err = tx.accessUpTo(ctx, tenant, q, paths, and.String(), v, "r.name_key, r.id, x.relation", false, p.Limit+1)
	if len(items) > p.Limit {
		items = items[:p.Limit]
		last := items[p.Limit-1]
		more = &AccessKey{Name: Fold(last.Resource.Name), ResourceID: last.Resource.ID, Relation: last.Relation}
	}
	return items, more, total, err
}

// accessPaths are the paths by which a person has something. t is the parameter of the tenant.
func (tx *Tx) accessPaths(q *query, t, userID string, p AccessPage) string {
	u, cond := q.arg(userID), ""
	if p.ResourceID != "" {
		cond += " AND g.resource_id=" + q.arg(p.ResourceID)
	}
	if p.Relation != "" {
		cond += " AND g.relation=" + q.arg(p.Relation)
	}
	return pathSelect("g.tenant_id="+t+" AND g.subject_id="+u+cond, "m.tenant_id="+t+" AND m.subject_id="+u+cond, q.arg(Micros(p.At)), tx.when(p.At))
}
