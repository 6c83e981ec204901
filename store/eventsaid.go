package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/sallyport/sallyport"
)

// saidStride is how many events a page of a search in what was written goes through at most. There is no index of words (see
// docs/adr/0010): what is left is for the next page, so that a call ends soon however large the log is.
var saidStride = 2000

// saidEvents reads a page of the events with whose values somebody wrote all the words of the filter, among those values that
// the viewer may read. A page may have few, or none, and a cursor that goes on.
func (tx *Tx) saidEvents(ctx context.Context, tenant string, v Viewer, f EventFilter, p Page) (List[eventRow], error) {
	var none List[eventRow]
	if p.Total || p.NoRows {
		return none, sallyport.Invalid("total", "is not counted of a search in what was written, which goes through the log page by page; leave it out")
	}
	q := &query{}
	list := eventListing(q.events(tenant, f))
	if !v.All {
		q.WriteString(" AND " + q.seesEvent(v, tenant, Micros(tx.now)))
	}
	if err := list.walk(q, &p); err != nil {
		return none, err
	}
	col, desc, err := list.by(p.Sort)
	if err != nil {
		return none, err
	}
	w := &query{args: q.args}
	w.WriteString("SELECT w.id, w.k, v.value FROM (SELECT " + list.id + " AS id, " + col + " AS k" + q.String() + " LIMIT " + strconv.Itoa(saidStride+1) +
		") w LEFT JOIN event_values v ON v.tenant_id = " + w.arg(tenant) + " AND v.event_id = w.id" + w.readable(v, tenant, Micros(tx.now)) +
		listing{id: "w.id"}.orderBy("w.k", desc))
	s := saidSearch{words: words(Fold(f.Said))}
	err = tx.Rows(ctx, w.String(), w.args, func(r *sql.Rows) error {
		var it eventRow
		var value string
		err := r.Scan(&it.ID, &it.key, textScan{&value})
		s.add(it, value)
		return err
	})
	if err != nil {
		return none, err
	}
	l := finish(s.found(p.Limit), p, func(r eventRow) (any, string) { return r.key, r.ID })
	if l.NextCursor == "" && s.walked > saidStride {
		l.NextCursor = cursor{Sort: p.Sort, Key: s.end.key, ID: s.end.ID}.encode()
	}
	return l, tx.fillEvents(ctx, tenant, l.Items)
}

// saidSearch goes through the values of events in the order of a walk.
type saidSearch struct {
	words  []string
	walked int
	now    eventRow // the event that is looked at, with the words that it has
	has    []bool
	end    eventRow // the last one of the stride
	all    []eventRow
}

func (s *saidSearch) add(it eventRow, value string) {
	if it.ID != s.now.ID {
		s.close()
		s.now, s.has = it, make([]bool, len(s.words))
		if s.walked++; s.walked <= saidStride {
			s.end = it
		}
	}
	value = Fold(value)
	for i, word := range s.words {
		s.has[i] = s.has[i] || strings.Contains(value, word)
	}
}

// close keeps the event that was looked at, where it has all words. What is beyond the stride belongs to the next page.
func (s *saidSearch) close() {
	if s.now.ID == "" || s.walked > saidStride {
		return
	}
	for _, has := range s.has {
		if !has {
			return
		}
	}
	s.all = append(s.all, s.now)
}

// found is what was found, no more than tells that there is another page.
func (s *saidSearch) found(most int) []eventRow {
	s.close()
	return s.all[:min(len(s.all), most+1)]
}

// fillEvents reads the rest of events of which the id is known.
func (tx *Tx) fillEvents(ctx context.Context, tenant string, rows []eventRow) error {
	if len(rows) == 0 {
		return nil
	}
	at, ids := make(map[string]int, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		at[r.ID], ids[i] = i, r.ID
	}
	q := &query{}
	q.WriteString(eventSelect + "e.id FROM events e WHERE e.tenant_id = " + q.arg(tenant) + " AND " + q.in("e.id", ids))
	return tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var it eventRow
		err := scanEvent(r, &it)
		if i, ok := at[it.ID]; ok && err == nil {
			it.key = rows[i].key
			rows[i] = it
		}
		return err
	})
}
