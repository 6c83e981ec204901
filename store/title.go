package store

import (
	"context"
	"database/sql"

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
// many of those hold now what each might. Few hold a thing, and many may have a title: so it goes by who holds it.
func (tx *Tx) sameTitle(ctx context.Context, tenant string, people []titled) (func(p titled) (have, of int), error) {
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
	q := &query{}
	q.WriteString("SELECT title_key, count(*) FROM users WHERE tenant_id=" + q.arg(tenant) + " AND state='active' AND title_key IN " + q.set(keys) + " GROUP BY title_key")
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
	set := q.set(resources)
	cond := func(alias string) string { return alias + ".tenant_id=" + t + " AND g.resource_id IN " + set }
	q.WriteString(`SELECT x.resource_id, x.relation, u.title_key, count(DISTINCT u.id) FROM (` + pathSelect(cond("g"), cond("m"), n, holds) + `) x
		JOIN users u ON u.tenant_id=` + t + ` AND u.id=x.user_id AND u.state='active' AND u.title_key IN ` + q.set(keys) + ` GROUP BY x.resource_id, x.relation, u.title_key`)
	err = tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var p titled
		var n int
		err := r.Scan(&p.resource, &p.relation, &p.key, &n)
		have[p] = n
		return err
	})
	return count, err
}
