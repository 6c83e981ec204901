package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/sallyport/sallyport"
)

// titled is a person, as one of those with a title, and something that they might hold.
type titled struct {
	key      string // the title, folded; "" where there is none
	active   bool
	resource string
	relation sallyport.Relation
	holds    bool
}

// sameTitle counts, by two statements for any number of people, how many other active people have the title of each, and how
// many of those hold now what each might. Who holds a thing, and who has the title, is read from an index each and compared: to
// look either up one by one takes long where that one is many.
func (tx *Tx) sameTitle(ctx context.Context, tenant string, v Viewer, people []titled) (func(p titled) (have, of int), error) {
	var keys, resources []string
	for _, p := range people {
		if p.key != "" {
			keys, resources = append(keys, p.key), append(resources, p.resource)
		}
	}
	of, have := map[string]int{}, map[titled]int{}
	count := func(p titled) (int, int) {
		n, all := have[titled{key: p.key, resource: p.resource, relation: p.relation}], of[p.key]
		if p.key == "" {
			return 0, 0
		}
		if p.active {
			all--
			if p.holds {
				n--
			}
		}
		return n, all
	}
	if len(keys) == 0 {
		return count, nil
	}
	keys, resources = slices.Compact(slices.Sorted(slices.Values(keys))), slices.Compact(slices.Sorted(slices.Values(resources)))
	q := &query{}
	q.WriteString("SELECT title_key, count(*) FROM users WHERE tenant_id=" + q.arg(tenant) + " AND state='active' AND " + q.in("title_key", keys) + " GROUP BY title_key")
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var key string
		var n int
		err := r.Scan(&key, &n)
		of[key] = n
		return err
	})
	if err != nil {
		return nil, err
	}
	q = &query{}
	t, n := q.arg(tenant), q.arg(Micros(tx.now))
	cond := "g.tenant_id=" + t + " AND " + q.in("g.resource_id", resources)
	q.WriteString(`SELECT x.resource_id, x.relation, u.title_key, count(DISTINCT u.id) FROM (` + pathSelect(cond, cond+" AND m.tenant_id="+t+" AND "+q.seesRole(v, tenant, Micros(tx.now), "m.resource_id"), n, holds) + `) x
		JOIN (WITH alike AS MATERIALIZED (SELECT z.id, z.title_key FROM users z WHERE z.tenant_id=` + t + ` AND z.state='active' AND ` + q.in("z.title_key", keys) + `) SELECT * FROM alike) u
			ON u.id=x.user_id GROUP BY x.resource_id, x.relation, u.title_key`)
	err = tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var p titled
		var n int
		err := r.Scan(&p.resource, &p.relation, &p.key, &n)
		have[p] = n
		return err
	})
	return count, err
}
