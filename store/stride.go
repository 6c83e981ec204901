package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/sallyport/sallyport"
)

// stride is how many grants a page of a walk goes through at most where what it looks for may be rare. What is left is for
// the next page: a call ends soon, however large the history and however few fit, and says how far it came. A page with few
// rows, or none, and a cursor is what AIP-158 of Google's API guidance has for that.
var stride = 10_000

// IntervalPage is a page of a history.
type IntervalPage struct {
	List[sallyport.Interval]
	// SearchedTo is how far a page came that is not full and not the last: what began (of a list by ends: what was over) beyond
	// it is not searched yet. nil in the order of people, who have no moment.
	SearchedTo *time.Time `json:"searched_to,omitempty" doc:"Of a search in everybody's history that is not over: how far this page came. It may have fewer items than asked for, or none; next_cursor goes on"`
}

// rare reports whether few rows of all may fit, so that a page of them may be far away.
func (f IntervalFilter) rare() bool {
	return f.Q != "" || f.Department != "" || f.State == "coming"
}

// span is where a walk can begin and end by the filter alone, 0 for either being anywhere.
func (f IntervalFilter) span(o walk) (from, to int64) {
	least := func(times ...*time.Time) (out int64) {
		for _, at := range times {
			if at != nil && (out == 0 || Micros(*at) < out) {
				out = Micros(*at)
			}
		}
		return out
	}
	switch o {
	case walkStarted:
		return least(f.BeganFrom), least(f.At, f.Until, f.BeganTo)
	case walkStopped:
		from, to = least(f.EndedFrom, f.Since, f.At), least(f.EndedTo)
	}
	return from, to
}

// strideEnd is the place in a walk's order at which its page stops: the cursor of the page after it.
type strideEnd struct {
	cursor
	col, within string // the column of the order, and what compares it with the place for rows of the page
}

// moment is the place as a time, nil where it is none.
func (e strideEnd) moment(o walk) *time.Time {
	at, ok := e.Key.(int64)
	if !ok || o == walkPerson || strconv.FormatInt(at, 10) == forever {
		return nil
	}
	t := FromMicros(at)
	return &t
}

// strideEnd finds where a page's walk stops; nil: nowhere, the rest is no more than a stride.
func (tx *Tx) strideEnd(ctx context.Context, tenant string, f IntervalFilter, o walk, p Page) (*strideEnd, error) {
	col, desc, err := o.listing().by(p.Sort)
	if err != nil {
		return nil, err
	}
	after, err := decodeCursor(p.Cursor, p.Sort)
	if err != nil {
		return nil, err
	}
	out := &strideEnd{cursor{Sort: p.Sort}, col, "<="}
	beyond, order := " > ", " ASC"
	if desc {
		out.within, beyond, order = ">=", " < ", " DESC"
	}
	table, key, id, n := "grants", "g.starts_at", "g.id", stride
	by := key + order + ", " + id + order
	switch o {
	case walkStopped:
		key = stopped("g")
		by = key + order + ", " + id + order
	case walkPerson: // each has about a hundred; found by the key alone, so that it is always beyond the page before
		table, key, id, n = "users", "g.name_key", "''", max(stride/100, 1)
		by = key + order
	}
	q := &query{}
	q.WriteString("SELECT " + key + ", " + id + " FROM " + table + " g WHERE g.tenant_id = " + q.arg(tenant))
	from, to := f.span(o)
	if from != 0 {
		q.and(key+" >= %s", from)
	}
	if to != 0 {
		q.and(key+" <= %s", to)
	}
	switch {
	case after == nil:
	case o == walkPerson:
		q.and(key+beyond+"%s", after.Key)
	default:
		q.and("("+key+", "+id+")"+beyond+"(%s, %s)", after.Key, after.ID)
	}
	err = tx.Row(ctx, q.String()+" ORDER BY "+by+" LIMIT 1 OFFSET "+strconv.Itoa(n), q.args, &out.Key, &out.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return out, err
}
