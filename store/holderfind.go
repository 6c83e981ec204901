package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sallyport/sallyport"
)

// foundHolders are the keys of a page of holders and of one item more, when there is one, and the grants to people and the
// memberships of roles by which those of the page hold it; some by which they do not may be among them.
type foundHolders struct {
	keys                []HolderKey
	total               *int // where it was asked for
	direct, memberships []string
}

// fewRoles is up to how many roles a person's membership of each is looked up.
const fewRoles = 10

// allOfPerson is how many such lookups reading all memberships of a person costs.
const allOfPerson = 14

// manyHolders is from how many paths on a page is found without reading them all.
const manyHolders = 2000

// findHolders finds who is on a page. The few who hold it now are read and sorted; of the many who are members now, people
// are gone through by name until the page is full, and all others the database sorts.
func (tx *Tx) findHolders(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) (f foundHolders, err error) {
	past := h.At.Before(tx.now) // of it more is read to go through people, or to count paths, than to sort them
	if !past {
		many, err := tx.heldByMany(ctx, tenant, resourceID, h, cmp.Or(h.Many, manyHolders))
		if err != nil {
			return f, err
		}
		if !many {
			paths, err := tx.fewHolders(ctx, tenant, resourceID, h, v)
			return pageOfFew(paths, h), err
		}
	}
	if h.Total {
		q := &query{}
		tx.holderSet(q, tenant, resourceID, h, v, false)
		if f.total, err = tx.count(ctx, "FROM (SELECT DISTINCT x.user_id, x.relation"+q.String()+") d", q); err != nil {
			return f, err
		}
	}
	if past || h.Relation == sallyport.Owner || Fold(h.Q) != "" {
		err = tx.sortedHolders(ctx, tenant, resourceID, h, v, &f)
		return f, err
	}
	walked, err := tx.manyMembers(ctx, tenant, resourceID, h, v, &f)
	if err != nil || walked && h.Relation == sallyport.Member {
		return f, err
	}
	if !walked {
		err = tx.sortedHolders(ctx, tenant, resourceID, h, v, &f)
		return f, err
	}
	h.Relation = sallyport.Owner
	var owners foundHolders
	if err := tx.sortedHolders(ctx, tenant, resourceID, h, v, &owners); err != nil {
		return f, err
	}
	f.keys, f.direct, f.memberships = append(f.keys, owners.keys...), append(f.direct, owners.direct...), append(f.memberships, owners.memberships...)
	slices.SortFunc(f.keys, HolderKey.compare)
	f.keys = f.keys[:min(len(f.keys), h.Limit+1)]
	return f, nil
}

func (k HolderKey) compare(o HolderKey) int {
	return cmp.Or(cmp.Compare(k.Name, o.Name), cmp.Compare(k.UserID, o.UserID), cmp.Compare(k.Relation, o.Relation))
}

// holderPath is one path by which somebody holds the resource.
type holderPath struct {
	HolderKey
	grant, membership string
}

func (p *holderPath) dest() []any {
	return []any{&p.Name, &p.UserID, &p.Relation, &p.grant, &p.membership}
}

const holderPathColumns = "u.name_key, u.id, x.relation, x.grant_id, x.membership_id"

// fewHolders reads all paths, in any order.
func (tx *Tx) fewHolders(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer) (paths []holderPath, err error) {
	q := &query{}
	tx.holderSet(q, tenant, resourceID, h, v, true)
	err = tx.Rows(ctx, "SELECT "+holderPathColumns+q.String(), q.args, func(r *sql.Rows) error {
		var p holderPath
		err := r.Scan(p.dest()...)
		paths = append(paths, p)
		return err
	})
	return paths, err
}

// pageOfFew makes the page of all paths.
func pageOfFew(paths []holderPath, h HolderPage) (f foundHolders) {
	slices.SortFunc(paths, func(a, b holderPath) int { return a.compare(b.HolderKey) })
	total, last := 0, HolderKey{}
	for _, p := range paths {
		if p.HolderKey != last {
			total, last = total+1, p.HolderKey
		}
		if p.compare(h.After) > 0 {
			f.put(p, h.Limit)
		}
	}
	if h.Total {
		f.total = &total
	}
	return f
}

// put takes the next path in the order of the keys, until there are more than the page has.
func (f *foundHolders) put(p holderPath, limit int) (full bool) {
	if n := len(f.keys); n == 0 || f.keys[n-1] != p.HolderKey {
		if n > limit {
			return true
		}
		f.keys = append(f.keys, p.HolderKey)
	}
	if len(f.keys) > limit {
		return false
	}
	if p.membership == "" {
		f.direct = append(f.direct, p.grant)
	} else {
		f.memberships = append(f.memberships, p.membership)
	}
	return false
}

func (tx *Tx) sortedHolders(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer, f *foundHolders) error {
	q := &query{}
	tx.holderSet(q, tenant, resourceID, h, v, true)
	if h.After != (HolderKey{}) {
		q.and("(u.name_key, u.id, x.relation) > (%s, %s, %s)", h.After.Name, h.After.UserID, h.After.Relation)
	}
	q.WriteString(" ORDER BY u.name_key, u.id, x.relation")
	err := tx.Rows(ctx, "SELECT "+holderPathColumns+q.String(), q.args, func(r *sql.Rows) error {
		var p holderPath
		if err := r.Scan(p.dest()...); err != nil {
			return err
		}
		if f.put(p, h.Limit) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return err
}

// manyMembers goes through people by name for those who are members now, directly or by a role that the viewer may see, and
// what they are members by. ok is false where too few are for that to end soon.
func (tx *Tx) manyMembers(ctx context.Context, tenant, resourceID string, h HolderPage, v Viewer, f *foundHolders) (ok bool, err error) {
	h = HolderPage{Relation: sallyport.Member, At: h.At, After: h.After, Limit: h.Limit, Many: h.Many}
	roles := &query{}
	roles.WriteString(roles.rolesGiving(v, tenant, roles.arg(tenant), roles.arg(resourceID), roles.arg(Micros(h.At)), holds, Micros(tx.now)))
	few, err := tx.ids(ctx, roles.String()+" AND rg.relation='member' LIMIT "+strconv.Itoa(fewRoles+1), roles.args...)
	if err != nil {
		return false, err
	}
	lookups := allOfPerson
	if len(few) <= fewRoles {
		lookups = len(few) + 1
	}
	if ok, err := tx.worthWalking(ctx, tenant, resourceID, h, lookups); err != nil || !ok {
		return false, err
	}
	q := &query{}
	t, res, at := q.arg(tenant), q.arg(resourceID), q.arg(Micros(h.At))
	by := ""
	if len(few) <= fewRoles { // looked up for each person, one by one
		by = q.in("m.resource_id", append(few, resourceID))
	} else { // what each person is member of is fewer rows, which are read and compared: the || keeps from looking up
		by = `((m.resource_id || '') = ` + res + ` OR (m.resource_id || '') IN (` + q.rolesGiving(v, tenant, t, res, at, holds, Micros(tx.now)) + ` AND rg.relation='member'))`
	}
	after := ""
	if h.After != (HolderKey{}) {
		after = " AND (u.name_key, u.id) > (" + q.arg(h.After.Name) + ", " + q.arg(h.After.UserID) + ")"
	}
	// As a value it is read person by person, where a condition would be a join of everybody; LATERAL keeps PostgreSQL from
	// reading it twice. The limit is in the text, for the plan of any number would sort them all.
	found := `(SELECT string_agg(CASE WHEN m.resource_id = ` + res + ` THEN '=' ELSE '' END || m.id, ' ') AS found FROM grants m WHERE m.tenant_id=` + t +
		` AND m.subject_kind='user' AND m.subject_id=u.id AND m.relation='member' AND ` + by + ` AND ` + holds("m", at) + `)`
	people := `users u WHERE u.tenant_id=` + t + after
	from := `(SELECT u.name_key, u.id, ` + found + ` AS found FROM ` + people + `) u`
	if tx.db.postgres {
		from = `(SELECT u.name_key, u.id FROM ` + people + `) u CROSS JOIN LATERAL ` + found + ` w`
	}
	err = tx.Rows(ctx, `SELECT u.name_key, u.id, found FROM `+from+` WHERE found IS NOT NULL ORDER BY u.name_key, u.id LIMIT `+strconv.Itoa(h.Limit+1), q.args, func(r *sql.Rows) error {
		k, by := HolderKey{Relation: sallyport.Member}, ""
		err := r.Scan(&k.Name, &k.UserID, &by)
		if f.keys = append(f.keys, k); len(f.keys) > h.Limit {
			return err
		}
		for _, id := range strings.Fields(by) {
			if grant, direct := strings.CutPrefix(id, "="); direct {
				f.direct = append(f.direct, grant)
			} else {
				f.memberships = append(f.memberships, id)
			}
		}
		return err
	})
	return true, err
}

// worthWalking tells whether so many are members that a page of them is found sooner among all people by name than by
// sorting them: the first reads as many people as the page has, and as many times that as people are more than members, and
// looks each up so many times.
func (tx *Tx) worthWalking(ctx context.Context, tenant, resourceID string, h HolderPage, lookups int) (bool, error) {
	many := h.Many
	if many == 0 {
		people := 0
		if err := tx.Row(ctx, "SELECT count(*) FROM users WHERE tenant_id=$1", []any{tenant}, &people); err != nil {
			return false, err
		}
		many = max(manyHolders, int(math.Sqrt(float64(people*max(400, 140*lookups)))))
	}
	return tx.heldByMany(ctx, tenant, resourceID, h, many)
}

// heldByMany tells whether there are so many paths by which the resource is held.
func (tx *Tx) heldByMany(ctx context.Context, tenant, resourceID string, h HolderPage, many int) (bool, error) {
	q, n := &query{}, 0
	err := tx.Row(ctx, "SELECT count(*) FROM (SELECT 1 FROM ("+tx.pathsOf(q, q.arg(tenant), resourceID, h)+") p LIMIT "+strconv.Itoa(many)+") x", q.args, &n)
	return n >= many, err
}
