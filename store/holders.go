package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
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
	if tx.db.postgres { // a thing that thousands hold is read by another plan than one that nobody does
		if _, err := tx.Exec(ctx, "SET LOCAL plan_cache_mode = force_custom_plan"); err != nil {
			return nil, nil, nil, err
		}
	}
	if h.Total {
		q := &query{}
		tx.holderSet(q, tenant, resourceID, h, v)
		if total, err = tx.count(ctx, q.String(), q); err != nil {
			return nil, nil, nil, err
		}
	}
	keys, err := tx.holderKeys(ctx, tenant, resourceID, h, v)
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
	q := &query{}
	t := q.arg(tenant)
	all, err := tx.access(ctx, tenant, q, tx.holderPaths(q, t, resourceID, h, ids), v, "u.name_key, u.id, x.relation", true)
	for _, a := range all {
		if wanted[who{a.User.ID, a.Relation}] { // the rest of somebody's is on the page before or after
			items = append(items, a)
		}
	}
	return items, more, total, err
}

// holderSet is the tables x (user_id, relation) of who holds the resource and u, and the condition of what is searched for.
func (tx *Tx) holderSet(q *query, tenant, resourceID string, h HolderPage, v Viewer) {
	t := q.arg(tenant)
	from := ` FROM (SELECT DISTINCT p.user_id, p.relation FROM (` + tx.holderPaths(q, t, resourceID, h, nil) + `) p`
	if !v.All {
		from += ` LEFT JOIN resources ro ON ro.tenant_id = ` + t + ` AND ro.id = p.role_id WHERE (ro.id IS NULL OR ` + q.sees(v, tenant, Micros(tx.now), "ro") + `)`
	}
	q.WriteString(from + `) x JOIN users u ON u.tenant_id = ` + t + ` AND u.id = x.user_id WHERE TRUE`)
	if Fold(h.Q) != "" {
		q.and(`(u.name_key || ' ' || u.login_key) LIKE %s ESCAPE '\'`, like(h.Q))
	}
}

// holderKeys lists the keys of a page and of one item more, when there is one. The few are sorted; of the many, people are
// gone through by name until the page is full.
func (tx *Tx) holderKeys(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) ([]HolderKey, error) {
	if h.Relation != sallyport.Owner && Fold(h.Q) == "" {
		if keys, ok, err := tx.manyMembers(ctx, tenant, resourceID, h, v); err != nil || ok {
			if err != nil || h.Relation == sallyport.Member {
				return keys, err
			}
			h.Relation = sallyport.Owner
			owners, err := tx.sortedHolders(ctx, tenant, resourceID, h, v)
			keys = append(keys, owners...)
			slices.SortFunc(keys, func(a, b HolderKey) int {
				return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Relation, b.Relation))
			})
			return keys[:min(len(keys), h.Limit+1)], err
		}
	}
	return tx.sortedHolders(ctx, tenant, resourceID, h, v)
}

func (tx *Tx) sortedHolders(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) ([]HolderKey, error) {
	q := &query{}
	tx.holderSet(q, tenant, resourceID, h, v)
	if h.After != (HolderKey{}) {
		q.and("(u.name_key, u.id, x.relation) > (%s, %s, %s)", h.After.Name, h.After.UserID, h.After.Relation)
	}
	q.WriteString(" ORDER BY u.name_key, u.id, x.relation LIMIT " + q.arg(h.Limit+1))
	var keys []HolderKey
	err := tx.Rows(ctx, "SELECT u.name_key, u.id, x.relation"+q.String(), q.args, func(r *sql.Rows) error {
		var k HolderKey
		err := r.Scan(&k.Name, &k.UserID, &k.Relation)
		keys = append(keys, k)
		return err
	})
	return keys, err
}

// manyMembers goes through people by name for those who were members at the moment, directly or by a role that the viewer
// may see. ok is false where too few were for that to end soon.
func (tx *Tx) manyMembers(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) (keys []HolderKey, ok bool, err error) {
	many, when := cmp.Or(h.Many, 2000), tx.when(h.At)
	h = HolderPage{Relation: sallyport.Member, At: h.At, After: h.After, Limit: h.Limit}
	q := &query{}
	n, t := 0, q.arg(tenant)
	err = tx.Row(ctx, "SELECT count(*) FROM (SELECT 1 FROM ("+tx.holderPaths(q, t, resourceID, h, nil)+") p LIMIT "+strconv.Itoa(many)+") x", q.args, &n)
	if err != nil || n < many {
		return nil, false, err
	}
	q = &query{}
	t, at := q.arg(tenant), q.arg(Micros(h.At))
	by, err := tx.ids(ctx, `SELECT DISTINCT g.subject_id FROM grants g JOIN resources ro ON ro.tenant_id=g.tenant_id AND ro.id=g.subject_id WHERE g.tenant_id=`+t+
		` AND g.subject_kind='role' AND g.resource_id=`+q.arg(resourceID)+` AND g.relation='member' AND `+when("g", at)+` AND `+q.sees(v, tenant, Micros(tx.now), "ro"), q.args...)
	if err != nil || len(by) > 1000 {
		return nil, false, err
	}
	q = &query{}
	t, at = q.arg(tenant), q.arg(Micros(h.At))
	// What a person is member of is few rows; looking each role up among them would be many searches. Hence no index for it.
	q.WriteString(`SELECT u.name_key, u.id FROM users u WHERE u.tenant_id=` + t + ` AND EXISTS (SELECT 1 FROM grants m WHERE m.tenant_id=` + t +
		` AND m.subject_kind='user' AND m.subject_id=u.id AND m.relation='member' AND ` + q.in("(m.resource_id || '')", append(by, resourceID)) + ` AND ` + when("m", at) + `)`)
	if h.After != (HolderKey{}) {
		q.and("(u.name_key, u.id) > (%s, %s)", h.After.Name, h.After.UserID)
	}
	q.WriteString(" ORDER BY u.name_key, u.id LIMIT " + q.arg(h.Limit+1))
	err = tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		k := HolderKey{Relation: sallyport.Member}
		err := r.Scan(&k.Name, &k.UserID)
		keys = append(keys, k)
		return err
	})
	return keys, true, err
}

// holderPaths are the paths by which a resource is held, by these people alone unless there are none. t is the
// parameter of the tenant.
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
