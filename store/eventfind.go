package store

import (
	"context"
	"strconv"
)

// found is what the words of a search stand for: kinds of events, and people and resources by their names.
type found struct {
	verbs, refs []string
	few         bool // so few events that they are found first and sorted then
	each        bool // each that was found is looked up, not what an event is about
}

// How many people and resources a search names one by one, and how many events are few.
const (
	findNames = 500
	findFew   = 5000
)

// find looks up what the words of a filter stand for. nil: too much to name, and the condition looks for itself.
func (tx *Tx) find(ctx context.Context, tenant, words string) (*found, error) {
	q := &query{}
	t, l := q.arg(tenant), q.arg(like(words))
	refs, err := tx.ids(ctx, named(t, l)+" LIMIT "+strconv.Itoa(findNames+1), q.args...)
	if err != nil || len(refs) > findNames {
		return nil, err
	}
	f := &found{refs: refs, each: tx.db.postgres}
	// Of the few verbs that there are, each is one step in their index.
	if f.verbs, err = tx.ids(ctx, `WITH RECURSIVE v(verb) AS (SELECT min(verb) FROM events WHERE tenant_id = `+t+`
		UNION ALL SELECT (SELECT min(e.verb) FROM events e WHERE e.tenant_id = `+t+` AND e.verb > v.verb) FROM v WHERE v.verb IS NOT NULL)
		SELECT verb FROM v WHERE verb LIKE `+l+` ESCAPE '\'`, q.args...); err != nil {
		return nil, err
	}
	q = &query{}
	n := 0
	err = tx.Row(ctx, "SELECT count(*) FROM (SELECT 1 FROM ("+q.foundIDs(q.arg(tenant), f)+") y LIMIT "+strconv.Itoa(findFew+1)+") z", q.args, &n)
	f.few = n <= findFew
	return f, err
}

// named selects the people and resources that are called like l.
func named(t, l string) string {
	return `SELECT u.id FROM users u WHERE u.tenant_id = ` + t + ` AND u.search_key LIKE ` + l + ` ESCAPE '\'
		UNION ALL SELECT r.id FROM resources r WHERE r.tenant_id = ` + t + ` AND r.search_key LIKE ` + l + ` ESCAPE '\'`
}

// foundIDs selects the events that were found, some of them more than once.
func (q *query) foundIDs(t string, f *found) string {
	return "SELECT x.event_id FROM event_refs x WHERE x.tenant_id = " + t + " AND " + q.in("x.ref_id", f.refs) +
		" UNION ALL SELECT ev.id FROM events ev WHERE ev.tenant_id = " + t + " AND " + q.in("ev.verb", f.verbs)
}

// isFound is the condition of a search for an event e.
func (q *query) isFound(t string, f EventFilter) string {
	if f.found == nil {
		l := q.arg(like(f.Q))
		return `(e.verb LIKE ` + l + ` ESCAPE '\' OR EXISTS (SELECT 1 FROM event_refs x WHERE x.tenant_id = ` + t + ` AND x.event_id = e.id AND x.ref_id IN (` + named(t, l) + `)))`
	}
	ref := "x.ref_id"
	if !f.found.each { // SQLite makes a table of the list once; PostgreSQL would compare each row with all of it
		ref = "(x.ref_id || '')"
	}
	return "(" + q.in("e.verb", f.found.verbs) + " OR EXISTS (SELECT 1 FROM event_refs x WHERE x.tenant_id = " + t + " AND x.event_id = e.id AND " + q.in(ref, f.found.refs) + "))"
}
