package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/sallyport/sallyport"
)

// query builds one statement with numbered arguments.
type query struct {
	strings.Builder
	args []any
}

// arg adds an argument and returns its parameter.
func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// and adds a condition; each %s takes the parameter of the next value.
func (q *query) and(cond string, values ...any) {
	holders := make([]any, len(values))
	for i, v := range values {
		holders[i] = q.arg(v)
	}
	q.WriteString(" AND " + fmt.Sprintf(cond, holders...))
}

// words demands of a column each word of a search, in any order: what lists call "Figma · Editor" is kept as figma.editor.
func (q *query) words(column, text string) {
	words := strings.FieldsFunc(Fold(text), func(r rune) bool { return unicode.IsSpace(r) || r == '·' || r == '→' })
	if len(words) == 0 {
		words = []string{text} // which is found where it is written, if at all
	}
	for _, w := range words[:min(len(words), 8)] {
		q.and(column+` LIKE %s ESCAPE '\'`, like(w))
	}
}

// fill is the next of a few lengths, those of full pages among them. A list is filled up to it by repeating its last value,
// so that lists of all lengths make few texts: PostgreSQL plans each text anew.
func fill(n int) int {
	for _, some := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000} {
		if n <= some {
			return some
		}
	}
	return n
}

// list returns "(…)" of the values, filled; there is at least one.
func (q *query) list(values []string) string {
	n := fill(len(values))
	holders := make([]string, n)
	for i := range holders {
		holders[i] = q.arg(values[min(i, len(values)-1)])
	}
	return "(" + strings.Join(holders, ",") + ")"
}

// set returns the values as a table for IN: each row is looked up in it, and not compared with all of it. It is one
// parameter, so that the text is the same for any number; see text for PostgreSQL's name of the function.
func (q *query) set(values []string) string {
	if len(values) == 0 {
		return "(SELECT '' WHERE FALSE)"
	}
	b, _ := json.Marshal(values) // strings always can be
	return "(SELECT value FROM json_each(" + q.arg(string(b)) + "))"
}

// oneOf returns the condition that a column is one of the values: of a single one, or of a set.
func (q *query) oneOf(col string, values []string) string {
	if len(values) == 1 {
		return col + " = " + q.arg(values[0])
	}
	return col + " IN " + q.set(values)
}

// in returns "col IN (…)" for the values; of none it is FALSE.
func (q *query) in(col string, values []string) string {
	if len(values) == 0 {
		return "FALSE"
	}
	return col + " IN " + q.list(values)
}

// Page asks for one page of a list.
type Page struct {
	Limit  int    // 1 to 200; 0 means 100
	Cursor string // of the page before
	Sort   string // a field name, "-" before it for the other way; "" is the list's own order
	Total  bool   // count all that match as well
	// NoRows leaves the rows out where Total is asked for: to sort a million for one that nobody reads takes long.
	// Histories, reports and events know it.
	NoRows bool
}

// MaxLimit is the greatest page.
const MaxLimit = 200

// Normal returns the page with its default, or an error (422) for a limit out of range.
func (p Page) normal() (Page, error) {
	if p.Limit == 0 {
		p.Limit = 100
	}
	if p.Limit < 0 || p.Limit > MaxLimit {
		return p, &sallyport.Error{Code: sallyport.EPrecondition, Rule: "limit",
			Message: fmt.Sprintf("limit is out of range; a page has 1 to %d items", MaxLimit), Hint: "Use the cursor to read on."}
	}
	return p, nil
}

// List is one page. NextCursor is "" at the end.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty"`
	Total      *int   `json:"total,omitempty"`
}

// cursor is the last item of a page: the sort column's value and the id.
type cursor struct {
	Sort string `json:"s"`
	Key  any    `json:"k"`
	ID   string `json:"i"`
}

func (c cursor) encode() string {
	b, _ := json.Marshal(c)
	sum := sha256.Sum256(append([]byte("cursor"), b...))
	return base64.RawURLEncoding.EncodeToString(append(sum[:6], b...))
}

func badCursor() error {
	return sallyport.Invalid("cursor", "is not one that this list gave; start again without it")
}

func decodeCursor(text, sort string) (*cursor, error) {
	if text == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < 7 || len(b) > 2048 {
		return nil, badCursor()
	}
	sum := sha256.Sum256(append([]byte("cursor"), b[6:]...))
	if !slices.Equal(sum[:6], b[:6]) {
		return nil, badCursor()
	}
	dec := json.NewDecoder(strings.NewReader(string(b[6:])))
	dec.UseNumber()
	var c cursor
	if dec.Decode(&c) != nil {
		return nil, badCursor()
	}
	if c.Sort != sort {
		return nil, sallyport.Invalid("cursor", "belongs to another order (%q); start again without it", c.Sort)
	}
	if n, ok := c.Key.(json.Number); ok {
		i, err := n.Int64()
		if err != nil {
			return nil, badCursor()
		}
		c.Key = i
	}
	return &c, nil
}

// listing describes a keyset-paged list: sorts maps what may be sorted by to its column, "" being the default order
// ("-" before a column for descending); id is the unique column.
type listing struct {
	id    string
	sorts map[string]string
}

// page adds the cursor condition, the order and the limit (one more than asked, to see whether there is a next page).
// It returns the sort column without its direction, which the SELECT list must have delivered as the sort key.
func (l listing) page(q *query, p *Page) error {
	if err := l.walk(q, p); err != nil {
		return err
	}
	q.WriteString(" LIMIT " + strconv.Itoa(p.Limit+1)) // written out: a plan that does not know how few are wanted sorts all
	return nil
}

// walk is page without the limit.
func (l listing) walk(q *query, p *Page) error {
	var err error
	if *p, err = p.normal(); err != nil {
		return err
	}
	col, desc, err := l.by(p.Sort)
	if err != nil {
		return err
	}
	cmp := ">"
	if desc {
		cmp = "<"
	}
	c, err := decodeCursor(p.Cursor, p.Sort)
	if err != nil {
		return err
	}
	if c != nil {
		if col == l.id {
			q.and("("+l.id+" "+cmp+" %s)", c.ID)
		} else {
			q.and("("+col+", "+l.id+") "+cmp+" (%s, %s)", c.Key, c.ID)
		}
	}
	q.WriteString(l.orderBy(col, desc))
	return nil
}

// by finds the column of a sort, and whether it goes down.
func (l listing) by(sort string) (col string, desc bool, err error) {
	name, desc := strings.CutPrefix(sort, "-")
	col, ok := l.sorts[name]
	if !ok {
		names := make([]string, 0, len(l.sorts))
		for n := range l.sorts {
			if n != "" {
				names = append(names, n)
			}
		}
		slices.Sort(names)
		return "", false, sallyport.Invalid("sort", "%q cannot be sorted by; use %s", name, strings.Join(names, ", "))
	}
	if c, down := strings.CutPrefix(col, "-"); down {
		col, desc = c, !desc
	}
	return col, desc, nil
}

// orderBy is ORDER BY of a column, then of the id.
func (l listing) orderBy(col string, desc bool) string {
	dir := ""
	if desc {
		dir = " DESC"
	}
	if col == l.id {
		return " ORDER BY " + col + dir
	}
	return " ORDER BY " + col + dir + ", " + l.id + dir
}

// column returns the column that a page is sorted by, for the SELECT list.
func (l listing) column(sort string) string {
	name, _ := strings.CutPrefix(sort, "-")
	col, ok := l.sorts[name]
	if !ok {
		col = l.id
	}
	c, _ := strings.CutPrefix(col, "-")
	return c
}

// finish cuts the extra item off and makes the cursor of the next page out of the last one's key and id.
func finish[T any](items []T, p Page, key func(T) (any, string)) List[T] {
	out := List[T]{Items: items}
	if len(items) > p.Limit {
		out.Items = items[:p.Limit]
		k, id := key(out.Items[p.Limit-1])
		out.NextCursor = cursor{Sort: p.Sort, Key: k, ID: id}.encode()
	}
	if out.Items == nil {
		out.Items = []T{}
	}
	return out
}

// count answers ?total=true: it counts what the query up to here selects.
func (tx *Tx) count(ctx context.Context, from string, q *query) (*int, error) {
	var n int
	if err := tx.Row(ctx, "SELECT count(*) "+from, q.args, &n); err != nil {
		return nil, err
	}
	return &n, nil
}

// countAfter answers ?total=true when a page of n items has been read: one that is all there is needs no count. q selects
// what the page is of.
func (tx *Tx) countAfter(ctx context.Context, p Page, n int, next string, q *query) (*int, error) {
	switch {
	case !p.Total:
		return nil, nil
	case p.Cursor == "" && next == "":
		return &n, nil
	}
	return tx.count(ctx, q.String(), q)
}

// copy returns the query as it is now.
func (q *query) copy() *query {
	c := &query{args: q.args[:len(q.args):len(q.args)]}
	c.WriteString(q.String())
	return c
}
