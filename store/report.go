package store

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
)

// report is a list that can be read page by page or, for an export, whole and row by row.
type report[T any] struct {
	listing
	columns string // of the SELECT, without the sort key
	from    string // FROM and WHERE
	// Where the conditions are on the rows x themselves: those rows alone, and what is joined to them afterwards. A count
	// joins nothing then, and a page joins what is on it.
	rows, joins string
	scan        func(r *sql.Rows, it *T, more ...any) error
	key         func(T) string // its id
}

// page reads one page.
func (p report[T]) page(ctx context.Context, tx *Tx, q *query, page Page) (List[T], error) {
	type row struct {
		it  T
		key any
	}
	var none List[T]
	var total *int
	var err error
	if page.Total {
		if total, err = tx.count(ctx, cmp.Or(p.rows, p.from), q); err != nil {
			return none, err
		}
		if page.NoRows {
			return List[T]{Items: []T{}, Total: total}, nil
		}
	}
	col, desc, err := p.by(page.Sort)
	if err != nil {
		return none, err
	}
	late := p.rows != "" && strings.HasPrefix(col, "x.")
	if late {
		q.WriteString(" FROM (SELECT x.*" + p.rows)
	} else {
		q.WriteString(p.from)
	}
	if err := p.listing.page(q, &page); err != nil {
		return none, err
	}
	if late {
		q.WriteString(") x" + p.joins + p.orderBy(col, desc))
	}
	var items []row
	text := "SELECT " + p.columns + ", " + p.column(page.Sort) + q.String()
	err = tx.Rows(ctx, text, q.args, func(r *sql.Rows) error {
		var it row
		err := p.scan(r, &it.it, &it.key)
		items = append(items, it)
		return err
	})
	if err != nil {
		return none, err
	}
	l := finish(items, page, func(r row) (any, string) { return r.key, p.key(r.it) })
	out := List[T]{Items: make([]T, len(l.Items)), NextCursor: l.NextCursor, Total: total}
	for i, r := range l.Items {
		out.Items[i] = r.it
	}
	return out, nil
}

// each hands every row to f, in the order of the sort, by one statement whose rows are read as they come: nothing is kept.
// f must not use the transaction.
func (p report[T]) each(ctx context.Context, tx *Tx, q *query, sort string, f func(T) error) error {
	q.WriteString(p.from)
	col, desc, err := p.by(sort)
	if err != nil {
		return err
	}
	q.WriteString(p.orderBy(col, desc))
	return tx.Rows(ctx, "SELECT "+p.columns+q.String(), q.args, func(r *sql.Rows) error {
		var it T
		if err := p.scan(r, &it); err != nil {
			return err
		}
		return f(it)
	})
}

// tally is a count by a word of each row, of a statement that selects word and count; "" is the count of all.
func (tx *Tx) tally(ctx context.Context, text string, args []any) (map[string]int, error) {
	out := map[string]int{"": 0}
	err := tx.Rows(ctx, text, args, func(r *sql.Rows) error {
		var word string
		var n int
		err := r.Scan(&word, &n)
		out[word] += n
		out[""] += n
		return err
	})
	return out, err
}
