package store

import (
	"context"
	"strconv"
)

// toldGrants are the grants from which alone the intervals of a search can come.
type toldGrants struct{ ids []string }

// How many grants, and how many intervals of theirs, a search sorts; of more it walks, and soon finds a page.
const (
	toldFew   = 2000
	toldPairs = 20_000
)

// toldOf finds by which grants a history has a word of what is searched for: by what somebody wrote, by who and what is
// called so, and by who asked, gave or ended. Each is read by an index. nil: every word is on too many.
func (tx *Tx) toldOf(ctx context.Context, tenant string, f IntervalFilter) (*toldGrants, error) {
	for _, word := range words(f.Q) {
		people, things, ok, err := tx.called(ctx, tenant, word)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		q := &query{}
		q.toldBy(q.arg(tenant), q.arg(like(word)), people, things)
		q.WriteString(" LIMIT " + strconv.Itoa(toldFew+1))
		if err := tx.anyPlan(ctx); err != nil {
			return nil, err
		}
		ids, err := tx.ids(ctx, q.String(), q.args...)
		if err != nil {
			return nil, err
		}
		told := &toldGrants{ids}
		if len(ids) > toldFew {
			continue
		}
		if ok, err := tx.littleTold(ctx, tenant, told); err != nil || ok {
			return told, err
		}
	}
	return nil, nil
}

// toldBy selects the ids of grants, some twice.
func (q *query) toldBy(t, l string, people, things []string) {
	q.WriteString(`SELECT z.id FROM grants z WHERE z.tenant_id = ` + t + ` AND z.text_key <> '' AND z.text_key LIKE ` + l + ` ESCAPE '\'
		UNION ALL SELECT z.id FROM votes w JOIN grants z ON z.tenant_id = w.tenant_id AND z.request_id = w.request_id WHERE w.tenant_id = ` + t + ` AND w.text_key <> '' AND w.text_key LIKE ` + l + ` ESCAPE '\'`)
	add := func(where, column string, ids []string) {
		if len(ids) > 0 {
			q.WriteString(" UNION ALL SELECT z.id FROM grants z WHERE z.tenant_id = " + t + where + " AND " + q.in(column, ids))
		}
	}
	add(" AND z.subject_kind = 'user'", "z.subject_id", people)
	add(" AND z.subject_kind = 'role'", "z.subject_id", things)
	add("", "z.resource_id", things)
	add("", "z.created_by", people)
	add("", "z.ended_by", people)
	if len(people) > 0 {
		q.WriteString(" UNION ALL SELECT z.id FROM requests w JOIN grants z ON z.tenant_id = w.tenant_id AND z.request_id = w.id WHERE w.tenant_id = " + t + " AND " + q.in("w.requester_id", people))
	}
}

// littleTold reports whether those grants make few intervals: a role of thousands makes one for each member and thing.
func (tx *Tx) littleTold(ctx context.Context, tenant string, told *toldGrants) (bool, error) {
	q := &query{}
	t := q.arg(tenant)
	set := q.told(told)
	var n int
	err := tx.Row(ctx, `SELECT count(*) FROM (SELECT 1 FROM grants m CROSS JOIN grants g WHERE m.tenant_id = `+t+` AND m.id IN `+set+` AND m.subject_kind = 'user' AND m.relation = 'member'
			AND g.tenant_id = m.tenant_id AND g.subject_kind = 'role' AND g.subject_id = m.resource_id
		UNION ALL SELECT 1 FROM grants g CROSS JOIN grants m WHERE g.tenant_id = `+t+` AND g.id IN `+set+` AND g.subject_kind = 'role'
			AND m.tenant_id = g.tenant_id AND m.resource_id = g.subject_id AND m.subject_kind = 'user' AND m.relation = 'member' LIMIT `+strconv.Itoa(toldPairs+1)+`) x`, q.args, &n)
	return n <= toldPairs, err
}

// told is the set for IN of those grants.
func (q *query) told(told *toldGrants) string {
	if len(told.ids) == 0 {
		return "(SELECT z.id FROM grants z WHERE FALSE)"
	}
	return q.list(told.ids)
}
