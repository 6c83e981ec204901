package store

import (
	"context"
	"database/sql"
)

// pageByIDs finds which rows are on a page first, by FROM and WHERE of q and few tables, and reads the rest of those alone.
// whole returns the statement for rows of these ids, with its arguments; scan reads one into an item and returns its id.
// With p.Total, what q selects is counted too.
func pageByIDs[T any](ctx context.Context, tx *Tx, by listing, q *query, p Page, whole func(ids []string) (string, []any), scan func(*sql.Rows, *T) (string, error)) (List[T], error) {
	type row struct {
		id  string
		key any
	}
	var none List[T]
	all := q.copy()
	if err := by.page(q, &p); err != nil {
		return none, err
	}
	var found []row
	err := tx.Rows(ctx, "SELECT "+by.id+", "+by.column(p.Sort)+q.String(), q.args, func(r *sql.Rows) error {
		var it row
		err := r.Scan(&it.id, &it.key)
		found = append(found, it)
		return err
	})
	if err != nil {
		return none, err
	}
	l := finish(found, p, func(r row) (any, string) { return r.key, r.id })
	out := List[T]{Items: make([]T, len(l.Items)), NextCursor: l.NextCursor}
	if out.Total, err = tx.countAfter(ctx, p, len(l.Items), l.NextCursor, all); err != nil || len(l.Items) == 0 {
		return out, err
	}
	at, ids := make(map[string]int, len(l.Items)), make([]string, len(l.Items))
	for i, it := range l.Items {
		at[it.id], ids[i] = i, it.id
	}
	text, args := whole(ids)
	err = tx.Rows(ctx, text, args, func(r *sql.Rows) error {
		var it T
		id, err := scan(r, &it)
		if err == nil {
			out.Items[at[id]] = it
		}
		return err
	})
	return out, err
}
