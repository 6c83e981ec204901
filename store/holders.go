package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
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
		if total, err = tx.count(ctx, "FROM (SELECT DISTINCT x.user_id, x.relation"+q.String()+") d", q); err != nil {
			return nil, nil, nil, err
		}
	}
	keys, found, err := tx.holderKeys(ctx, tenant, resourceID, h, v)
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
	var read string
	if found != nil {
		read = tx.pathsFound(q, t, h, found)
	} else {
		read = tx.pathsOf(q, t, resourceID, h, ids)
	}
	all, err := tx.access(ctx, tenant, q, read, v, "u.name_key, u.id, x.relation", true)
	for _, a := range all {
		if wanted[who{a.User.ID, a.Relation}] { // the rest of somebody's is on the page before or after
			items = append(items, a)
		}
	}
	return items, more, total, err
}

// holderSet is the tables x (user_id, relation, grant_id, membership_id) of the paths by which the resource is held and u,
// and the condition of what is searched for.
func (tx *Tx) holderSet(q *query, tenant, resourceID string, h HolderPage, v Viewer) {
	t := q.arg(tenant)
	from := ` FROM (SELECT p.user_id, p.relation, p.grant_id, p.membership_id FROM (` + tx.pathsOf(q, t, resourceID, h, nil) + `) p`
	if !v.All {
		from += ` LEFT JOIN resources ro ON ro.tenant_id = ` + t + ` AND ro.id = p.role_id WHERE (ro.id IS NULL OR ` + q.sees(v, tenant, Micros(tx.now), "ro") + `)`
	}
	q.WriteString(from + `) x JOIN users u ON u.tenant_id = ` + t + ` AND u.id = x.user_id WHERE TRUE`)
	if Fold(h.Q) != "" {
		q.and(`(u.name_key || ' ' || u.login_key) LIKE %s ESCAPE '\'`, like(h.Q))
	}
}

// foundPaths are the grants and the memberships by which those of a page hold the resource.
type foundPaths struct{ grants, memberships []string }

// holderKeys lists the keys of a page and of one item more, when there is one. The few are sorted, and by which paths they
// hold it is known then; of the many, people are gone through by name until the page is full.
func (tx *Tx) holderKeys(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) ([]HolderKey, *foundPaths, error) {
	if h.Relation != sallyport.Owner && Fold(h.Q) == "" && !h.At.Before(tx.now) { // of the past more is read a person than is sorted
		if keys, ok, err := tx.manyMembers(ctx, tenant, resourceID, h, v); err != nil || ok {
			if err != nil || h.Relation == sallyport.Member {
				return keys, nil, err
			}
			h.Relation = sallyport.Owner
			owners, _, err := tx.sortedHolders(ctx, tenant, resourceID, h, v)
			keys = append(keys, owners...)
			slices.SortFunc(keys, func(a, b HolderKey) int {
				return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Relation, b.Relation))
			})
			return keys[:min(len(keys), h.Limit+1)], nil, err
		}
	}
	return tx.sortedHolders(ctx, tenant, resourceID, h, v)
}

func (tx *Tx) sortedHolders(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) (keys []HolderKey, found *foundPaths, err error) {
	q := &query{}
	tx.holderSet(q, tenant, resourceID, h, v)
	if h.After != (HolderKey{}) {
		q.and("(u.name_key, u.id, x.relation) > (%s, %s, %s)", h.After.Name, h.After.UserID, h.After.Relation)
	}
	q.WriteString(" ORDER BY u.name_key, u.id, x.relation")
	found = &foundPaths{}
	err = tx.Rows(ctx, "SELECT u.name_key, u.id, x.relation, x.grant_id, x.membership_id"+q.String(), q.args, func(r *sql.Rows) error {
		var k HolderKey
		var grant, membership string
		if err := r.Scan(&k.Name, &k.UserID, &k.Relation, &grant, &membership); err != nil {
			return err
		}
		if n := len(keys); n == 0 || keys[n-1] != k {
			if n > h.Limit {
				return errEnough
			}
			keys = append(keys, k)
		}
		if len(keys) <= h.Limit {
			found.grants = append(found.grants, grant)
			if membership != "" {
				found.memberships = append(found.memberships, membership)
			}
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	slices.Sort(found.grants)
	found.grants = slices.Compact(found.grants)
	return keys, found, err
}

// manyMembers goes through people by name for those who are members now, directly or by a role that the viewer may see. ok is
// false where too few are for that to end soon.
func (tx *Tx) manyMembers(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) (keys []HolderKey, ok bool, err error) {
	h = HolderPage{Relation: sallyport.Member, At: h.At, After: h.After, Limit: h.Limit, Many: h.Many}
	if ok, err := tx.worthWalking(ctx, tenant, resourceID, h); err != nil || !ok {
		return nil, false, err
	}
	q := &query{}
	t, at := q.arg(tenant), q.arg(Micros(h.At))
	by, err := tx.ids(ctx, `SELECT DISTINCT g.subject_id FROM grants g JOIN resources ro ON ro.tenant_id=g.tenant_id AND ro.id=g.subject_id WHERE g.tenant_id=`+t+
		` AND g.subject_kind='role' AND g.resource_id=`+q.arg(resourceID)+` AND g.relation='member' AND `+holds("g", at)+` AND `+q.sees(v, tenant, Micros(tx.now), "ro"), q.args...)
	if err != nil || len(by) > 1000 {
		return nil, false, err
	}
	q = &query{}
	t, at = q.arg(tenant), q.arg(Micros(h.At))
	of := "m.resource_id"
	if len(by) > 3 { // what a person is member of is few rows; looking each role up among them would be many searches
		of = "(m.resource_id || '')"
	}
	q.WriteString(`SELECT u.name_key, u.id FROM users u WHERE u.tenant_id=` + t + ` AND EXISTS (SELECT 1 FROM grants m WHERE m.tenant_id=` + t +
		` AND m.subject_kind='user' AND m.subject_id=u.id AND m.relation='member' AND ` + q.in(of, append(by, resourceID)) + ` AND ` + holds("m", at) + `)`)
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

// worthWalking tells whether so many are members that a page of them is found sooner among all people by name than by
// sorting them: the first reads as many people as the page has, and as many times that as people are more than members.
func (tx *Tx) worthWalking(ctx context.Context, tenant, resourceID string, h HolderPage) (bool, error) {
	atLeast := func(many int) (bool, error) {
		q, n := &query{}, 0
		err := tx.Row(ctx, "SELECT count(*) FROM (SELECT 1 FROM ("+tx.pathsOf(q, q.arg(tenant), resourceID, h, nil)+") p LIMIT "+strconv.Itoa(many)+") x", q.args, &n)
		return n >= many, err
	}
	many := cmp.Or(h.Many, 2000)
	ok, err := atLeast(many)
	if err != nil || !ok || h.Many > 0 {
		return ok, err
	}
	people := 0
	if err := tx.Row(ctx, "SELECT count(*) FROM users WHERE tenant_id=$1", []any{tenant}, &people); err != nil {
		return false, err
	}
	if even := int(math.Sqrt(float64(people) * 400)); even > many {
		return atLeast(even)
	}
	return true, nil
}

// pathsOf are the paths by which a resource is held, by these people alone unless there are none. t is the parameter of the
// tenant.
func (tx *Tx) pathsOf(q *query, t, resourceID string, h HolderPage, ids []string) string {
	cond := "g.tenant_id=" + t + " AND g.resource_id=" + q.arg(resourceID)
	if h.Relation != "" {
		cond += " AND g.relation=" + q.arg(h.Relation)
	}
	direct, byRole, of, at, when := cond, cond+" AND m.tenant_id="+t, "grants", q.arg(Micros(h.At)), tx.when(h.At)
	if ids != nil {
		direct += " AND " + q.in("g.subject_id", ids)
		// The memberships of named people are few, and read once; those of each role may be thousands.
		of = "(WITH theirs AS MATERIALIZED (SELECT o.tenant_id, o.id, o.subject_kind, o.subject_id, o.resource_id, o.relation, o.activated_at, o.starts_at, o.ends_at, o.no_end, o.ended_at FROM grants o WHERE o.tenant_id=" + t + " AND o.subject_kind='user' AND " + q.in("o.subject_id", ids) +
			" AND o.relation='member' AND " + when("o", at) + ") SELECT * FROM theirs)"
	}
	return paths(direct, byRole, at, of, when)
}

// pathsFound are the paths that were found already.
func (tx *Tx) pathsFound(q *query, t string, h HolderPage, f *foundPaths) string {
	in := "g.tenant_id=" + t + " AND " + q.in("g.id", f.grants)
	return pathSelect(in, in+" AND m.tenant_id="+t+" AND "+q.in("m.id", f.memberships), q.arg(Micros(h.At)), tx.when(h.At))
}
