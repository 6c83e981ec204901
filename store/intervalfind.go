package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
)

// toldGrants are the grants from which alone the intervals of a search can come.
type toldGrants struct{ ids []string }

// How many grants, and how many intervals of theirs, a search sorts; of more it walks.
var toldFew = 2000

const toldPairs = 20_000

// calledWord is a word of a search, and the people and things that are called so where they are few.
type calledWord struct {
	text           string
	people, things []string
	few            bool
}

// many is how many are called so, beyond all where they are not few.
func (w calledWord) many() int {
	if !w.few {
		return 3 * few
	}
	return len(w.people) + len(w.things)
}

// lookedUp are the words of a search, what is rarest first: a row that has not the first is not asked for the others.
type lookedUp []calledWord

// look looks the words of a search up.
func (tx *Tx) look(ctx context.Context, tenant, text string) (*lookedUp, error) {
	list := words(text)
	out := make(lookedUp, len(list))
	for i, word := range list {
		people, things, few, err := tx.called(ctx, tenant, word)
		if err != nil {
			return nil, err
		}
		out[i] = calledWord{word, people, things, few}
	}
	slices.SortStableFunc(out, func(a, b calledWord) int { return cmp.Compare(a.many(), b.many()) })
	return &out, nil
}

// tells writes the conditions that each word is told by rows x, and returns the WITH of their statement: who and what has the
// word is found once, and each row looks itself up in that. To join and compare the names of a million rows takes a minute.
func (q *query) tells(where *strings.Builder, t string, f IntervalFilter) (with string) {
	if f.words == nil {
		f.words = &lookedUp{}
		for _, word := range words(f.Q) {
			*f.words = append(*f.words, calledWord{text: word})
		}
	}
	for i, w := range *f.words {
		l := q.arg(like(w.text)) + ` ESCAPE '\'`
		called := func(kind, table string, ids []string) (set string) {
			name, found := kind+strconv.Itoa(i), q.set(ids)
			if !w.few {
				found = "(SELECT z.id AS value FROM " + table + " z WHERE z.tenant_id = " + t + " AND z.search_key LIKE " + l + ")"
			}
			with += name + " AS MATERIALIZED " + found + ", "
			return "(SELECT value FROM " + name + ")"
		}
		where.WriteString(" AND (x.given_text LIKE " + l + " OR x.end_text LIKE " + l)
		if !w.few || len(w.things) > 0 {
			things := called("things", "resources", w.things)
			where.WriteString(" OR x.subject_id IN " + things + " OR x.resource_id IN " + things + " OR x.role_id IN " + things)
		}
		if !w.few || len(w.people) > 0 {
			people := called("people", "users", w.people)
			where.WriteString(" OR x.subject_id IN " + people + " OR x.given_by IN " + people + " OR x.end_by IN " + people +
				" OR (x.request_id IS NOT NULL AND (SELECT w.requester_id FROM requests w WHERE w.tenant_id = " + t + " AND w.id = x.request_id) IN " + people + ")")
		}
		where.WriteString(" OR x.request_id IN (SELECT w.request_id FROM votes w WHERE w.tenant_id = " + t + " AND w.text_key <> '' AND w.text_key LIKE " + l + "))")
	}
	if with != "" {
		with = "WITH " + strings.TrimSuffix(with, ", ") + " "
	}
	return with
}

// toldOf finds by which grants a history has a word of what is searched for: by what somebody wrote, by who and what is
// called so, and by who asked, gave or ended. Each is read by an index. nil: every word is on too many.
func (tx *Tx) toldOf(ctx context.Context, tenant string, list *lookedUp) (*toldGrants, error) {
	for _, w := range *list {
		if !w.few {
			continue
		}
		told, err := tx.toldByWord(ctx, tenant, w)
		if err != nil {
			return nil, err
		}
		if told == nil {
			continue
		}
		if ok, err := tx.littleTold(ctx, tenant, told); err != nil || ok {
			return told, err
		}
	}
	return nil, nil
}

// toldByWord finds by which grants one word is told; nil: by too many. Of many names the first tell that soon, and it takes
// less to plan.
func (tx *Tx) toldByWord(ctx context.Context, tenant string, w calledWord) (*toldGrants, error) {
	const some = 20
	if err := tx.anyPlan(ctx); err != nil {
		return nil, err
	}
	for n := some; ; n = few {
		q := &query{}
		q.toldBy(q.arg(tenant), q.arg(like(w.text)), w.people[:min(n, len(w.people))], w.things[:min(n, len(w.things))])
		ids, err := tx.ids(ctx, q.String()+" LIMIT "+strconv.Itoa(toldFew+1), q.args...)
		if err != nil || len(ids) > toldFew {
			return nil, err
		}
		if n == few || len(w.people) <= n && len(w.things) <= n {
			return &toldGrants{ids}, nil
		}
	}
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
