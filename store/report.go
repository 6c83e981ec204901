package store

import (
	"cmp"
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// report is a list that can be read page by page or, for an export, whole and row by row.
type report[T any] struct {
	listing
	with    string // before the SELECT; "" for nothing
	columns string // of the SELECT, without the sort key
	from    string // FROM and WHERE
	// Columns that take arguments of their own, which a count has no use for; they come last. nil for none.
	asked func(q *query) string
	// Where the conditions are on the rows x themselves: those rows alone, and what is joined to them afterwards. A count
	// joins nothing then, and a page joins what is on it.
	rows, joins string
	// Where the rows x come by several ways of which each has an index in the page's order: those ways, and what narrows
	// their rows. A page is then found in each way by itself, up to its limit, and is the first of what they found.
	branches []string
	narrow   string
	scan     func(r *sql.Rows, it *T, more ...any) error
	key      func(T) string // its id
}

// page reads one page.
func (p report[T]) page(ctx context.Context, tx *Tx, q *query, page Page) (List[T], error) {
	var none List[T]
	var total *int
	var err error
	if page.Total {
		if total, err = p.count(ctx, tx, q); err != nil {
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
	if len(p.branches) > 0 {
		if err := p.walked(q, &page, p.orderBy(col, desc)); err != nil {
			return none, err
		}
		return p.read(ctx, tx, q, page, total)
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
	return p.read(ctx, tx, q, page, total)
}

// count counts all rows.
func (p report[T]) count(ctx context.Context, tx *Tx, q *query) (*int, error) {
	var n int
	err := tx.Row(ctx, p.with+"SELECT count(*) "+cmp.Or(p.rows, p.from), q.args, &n)
	return &n, err
}

// walked writes FROM of a page that is found way by way.
func (p report[T]) walked(q *query, page *Page, order string) error {
	tail := &query{args: q.args}
	if err := p.listing.page(tail, page); err != nil {
		return err
	}
	q.args = tail.args
	ways := make([]string, len(p.branches))
	for i, b := range p.branches {
		ways[i] = "SELECT y" + strconv.Itoa(i) + ".* FROM (SELECT x.* FROM (" + b + ") x" + p.narrow + tail.String() + ") y" + strconv.Itoa(i)
	}
	q.WriteString(" FROM (SELECT x.* FROM (" + strings.Join(ways, " UNION ALL ") + ") x" + order + " LIMIT " + strconv.Itoa(page.Limit+1) + ") x" + p.joins + order)
	return nil
}

// selected writes the columns.
func (p report[T]) selected(q *query) string {
	if p.asked == nil {
		return p.columns
	}
	return p.columns + ", " + p.asked(q)
}

// read reads the page that the query selects.
func (p report[T]) read(ctx context.Context, tx *Tx, q *query, page Page, total *int) (List[T], error) {
	type row struct {
		it  T
		key any
	}
	var none List[T]
	var items []row
	text := p.with + "SELECT " + p.selected(q) + ", " + p.column(page.Sort) + q.String()
	err := tx.Rows(ctx, text, q.args, func(r *sql.Rows) error {
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
	return tx.Rows(ctx, p.with+"SELECT "+p.selected(q)+q.String(), q.args, func(r *sql.Rows) error {
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
