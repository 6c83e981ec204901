package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
)

// EventFilter narrows a list of events; empty fields do not, several fields must all fit.
type EventFilter struct {
	Actor      string   // user id: who acted
	Object     string   // id of what it happened to
	Refs       []string // ids: about any of these
	UserID     string   // about this person, actor included
	ResourceID string
	RequestID  string
	Verb       string   // a whole verb ("request.approved"), or its beginning with a dot at the end ("request.")
	Verbs      []string // any of these, each as Verb
	AppID      string   // about the app, or anything that it contains
	Since      *time.Time
	Until      *time.Time // not included
	Q          string     // in the verb, or in the names of the people and resources it is about
	found      *found     // what Q stands for
	Said       string     // words that were all written with it, in whatever case: reasons, comments, what was before and after
}

// Scoped reports whether the filter asks about something, and not for the whole log (domain rule 24).
func (f EventFilter) Scoped() bool {
	return f.Actor != "" || f.Object != "" || len(f.Refs) > 0 || f.UserID != "" || f.ResourceID != "" || f.RequestID != "" || f.AppID != ""
}

// eventListing sorts by the id that the list is driven by, so that an index gives the order.
func eventListing(id string) listing {
	return listing{id: id, sorts: map[string]string{"": "-" + id, "id": id, "at": "e.at"}}
}

type eventRow struct {
	sallyport.Event
	key  any
	leaf audit.Leaf
}

// Events lists events, newest first, or with the sort "id" oldest first, as far as the viewer may see what they are about. Values are those that the viewer
// may see and that were not erased; names are of today. Four queries, whatever the page. Of a search in what was written (Said) a
// page may be short, or empty, before the last.
func (tx *Tx) Events(ctx context.Context, tenant string, v Viewer, f EventFilter, p Page) (List[sallyport.Event], error) {
	var none List[sallyport.Event]
	if (f.Since != nil || f.Until != nil) && !f.Scoped() { // a span of time is one range of its index
		switch p.Sort {
		case "":
			p.Sort = "-at"
		case "id":
			p.Sort = "at"
		}
	}
	var err error
	if f.Q != "" {
		if f.found, err = tx.find(ctx, tenant, f.Q); err != nil {
			return none, err
		}
	}
	var l List[eventRow]
	if len(words(f.Said)) > 0 {
		l, err = tx.saidEvents(ctx, tenant, v, f, p)
	} else if f.found != nil && f.found.few && v.All && !p.NoRows && strings.TrimPrefix(p.Sort, "-") != "at" && f.onlyFound() {
		l, err = tx.foundEvents(ctx, tenant, f, p)
	} else {
		l, err = tx.eventRows(ctx, tenant, v, f, p)
	}
	if err != nil || p.NoRows {
		return List[sallyport.Event]{Items: []sallyport.Event{}, Total: l.Total}, err
	}
	if err := tx.nameEvents(ctx, tenant, l.Items); err != nil {
		return none, err
	}
	if err := tx.joinValues(ctx, tenant, v, l.Items); err != nil {
		return none, err
	}
	out := List[sallyport.Event]{Items: make([]sallyport.Event, len(l.Items)), NextCursor: l.NextCursor, Total: l.Total}
	for i, r := range l.Items {
		out.Items[i] = r.Event
	}
	return out, nil
}

const eventSelect = "SELECT e.id, e.verb, e.actor_id, e.object_kind, e.object_id, e.at, e.leaf, e.leaf_index, "

// eventRows reads a page of events, newest first.
func (tx *Tx) eventRows(ctx context.Context, tenant string, v Viewer, f EventFilter, p Page) (List[eventRow], error) {
	var none List[eventRow]
	q := &query{}
	list := eventListing(q.events(tenant, f))
	if !v.All {
		q.WriteString(" AND " + q.seesEvent(v, tenant, Micros(tx.now)))
	}
	var total *int
	if p.Total {
		var err error
		if total, err = tx.count(ctx, q.String(), q); err != nil || p.NoRows {
			return List[eventRow]{Total: total}, err
		}
	}
	if err := list.page(q, &p); err != nil {
		return none, err
	}
	var items []eventRow
	err := tx.Rows(ctx, eventSelect+list.column(p.Sort)+q.String(), q.args,
		func(r *sql.Rows) error {
			var it eventRow
			if err := scanEvent(r, &it); err != nil {
				return err
			}
			items = append(items, it)
			return nil
		})
	if err != nil {
		return none, err
	}
	l := finish(items, p, func(r eventRow) (any, string) { return r.key, r.ID })
	l.Total = total
	return l, nil
}

// foundEvents reads a page of those that were found, and no others of them.
func (tx *Tx) foundEvents(ctx context.Context, tenant string, f EventFilter, p Page) (List[eventRow], error) {
	q := &query{}
	q.WriteString(" FROM (SELECT DISTINCT event_id FROM (" + q.foundIDs(q.arg(tenant), f.found) + ") y) d WHERE TRUE")
	return pageByIDs(ctx, tx, eventListing("d.event_id"), q, p, func(ids []string) (string, []any) {
		q := &query{}
		q.WriteString(eventSelect + "e.id FROM events e WHERE e.tenant_id = " + q.arg(tenant) + " AND " + q.in("e.id", ids))
		return q.String(), q.args
	}, func(r *sql.Rows, it *eventRow) (string, error) {
		err := scanEvent(r, it)
		return it.ID, err
	})
}

// onlyFound reports whether a search asks for nothing but its words.
func (f EventFilter) onlyFound() bool {
	return !f.Scoped() && f.Verb == "" && len(f.Verbs) == 0 && f.Since == nil && f.Until == nil
}

// events writes FROM and WHERE, and returns the column of the event's id: where the filter asks about one thing, the list
// is driven by the index of what events are about, which has them in order.
func (q *query) events(tenant string, f EventFilter) (id string) {
	var about []string
	for _, ref := range []string{f.RequestID, f.Object, f.ResourceID, f.UserID} {
		if ref != "" {
			about = append(about, ref)
		}
	}
	refs := f.Refs
	if len(about) == 0 && len(refs) == 1 {
		about, refs = refs, nil
	}
	t := q.arg(tenant)
	if len(about) > 0 {
		id = "d.event_id"
		q.WriteString(" FROM event_refs d JOIN events e ON e.tenant_id = d.tenant_id AND e.id = d.event_id WHERE d.tenant_id = " + t)
		q.and("d.ref_id = %s", about[0])
		for _, ref := range about[1:] {
			q.and("EXISTS (SELECT 1 FROM event_refs x WHERE x.tenant_id = "+t+" AND x.ref_id = %s AND x.event_id = d.event_id)", ref)
		}
	} else if f.found != nil && f.found.few {
		id = "d.event_id"
		// Sorted here, so that no more events are read than a page needs.
		q.WriteString(" FROM (SELECT DISTINCT event_id FROM (" + q.foundIDs(t, f.found) + ") y ORDER BY event_id DESC) d CROSS JOIN events e WHERE e.tenant_id = " + t + " AND e.id = d.event_id")
		f.Q = ""
	} else {
		id = "e.id"
		q.WriteString(" FROM events e WHERE e.tenant_id = " + t)
	}
	if len(refs) > 0 {
		q.WriteString(" AND e.id IN (SELECT x.event_id FROM event_refs x WHERE x.tenant_id = " + t + " AND " + q.in("x.ref_id", refs) + ")")
	}
	q.narrowEvents(t, f)
	return id
}

// verb is the condition for a whole verb, or for its beginning with a dot at the end.
func (q *query) verb(v string) string {
	if strings.HasSuffix(v, ".") {
		return "(e.verb >= " + q.arg(v) + " AND e.verb < " + q.arg(strings.TrimSuffix(v, ".")+"/") + ")" // "/" is the character after "."
	}
	return "e.verb = " + q.arg(v)
}

func (q *query) narrowEvents(t string, f EventFilter) {
	if f.Actor != "" {
		q.and("e.actor_id = %s", f.Actor)
	}
	if f.Object != "" {
		q.and("e.object_id = %s", f.Object)
	}
	if f.Verb != "" {
		q.WriteString(" AND " + q.verb(f.Verb))
	}
	if len(f.Verbs) > 0 {
		list := make([]string, len(f.Verbs)) // each is a range of its index; one condition of them all is not
		for i, v := range f.Verbs {
			list[i] = "SELECT ek.id FROM events ek WHERE ek.tenant_id = " + t + " AND " + strings.ReplaceAll(q.verb(v), "e.verb", "ek.verb")
		}
		q.WriteString(" AND e.id IN (" + strings.Join(list, " UNION ALL ") + ")")
	}
	if f.AppID != "" {
		q.and("e.id IN (SELECT x.event_id FROM event_refs x JOIN resources ra ON ra.tenant_id = x.tenant_id AND ra.id = x.ref_id WHERE x.tenant_id = "+t+" AND (ra.id = %s OR ra.app_id = %s))", f.AppID, f.AppID)
	}
	at := "e.at"
	if len(f.Verbs) > 0 { // a few kinds are fewer than all that happened meanwhile
		at = "e.at + 0"
	}
	if f.Since != nil {
		q.and(at+" >= %s", Micros(*f.Since))
	}
	if f.Until != nil {
		q.and(at+" < %s", Micros(*f.Until))
	}
	if f.Q != "" {
		q.WriteString(" AND " + q.isFound(t, f))
	}
}

// seesEvent is domain rule 24 for events: one that is about a resource outside the viewer's audience is not seen, be the
// resource named itself or through a request, a grant or a task, unless it is about a request of the viewer's own.
func (q *query) seesEvent(v Viewer, tenant string, now int64) string {
	t, u := q.arg(tenant), q.arg(v.ID)
	of := func(table string) string {
		return "(SELECT o.resource_id FROM " + table + " o WHERE o.tenant_id = " + t + " AND o.id = x.ref_id)"
	}
	return `(NOT EXISTS (SELECT 1 FROM event_refs x JOIN resources hr ON hr.tenant_id = ` + t + ` AND hr.id = COALESCE(` + of("requests") + `, ` + of("grants") + `, ` + of("tasks") + `, x.ref_id)
			WHERE x.tenant_id = ` + t + ` AND x.event_id = e.id AND NOT ` + q.sees(v, tenant, now, "hr") + `)
		OR EXISTS (SELECT 1 FROM event_refs x JOIN requests o ON o.tenant_id = x.tenant_id AND o.id = x.ref_id
			WHERE x.tenant_id = ` + t + ` AND x.event_id = e.id AND (o.requester_id = ` + u + ` OR (o.subject_kind = 'user' AND o.subject_id = ` + u + `))))`
}

// entrusted is who may read what is sensitive about a request (domain rule 24): its requester, those asked to decide it
// or who did, and those who fulfil it. The alias is that of a requests row.
func (q *query) entrusted(v Viewer, tenant string, now int64, alias string) string {
	if v.All {
		return "TRUE"
	}
	t, u, n := q.arg(tenant), q.arg(v.ID), q.arg(now)
	return `(` + alias + `.requester_id = ` + u + `
		OR EXISTS (SELECT 1 FROM stages es JOIN stage_approvers ea ON ea.tenant_id = es.tenant_id AND ea.stage_id = es.id
			WHERE es.tenant_id = ` + t + ` AND es.request_id = ` + alias + `.id AND ea.user_id = ` + u + `)
		OR EXISTS (SELECT 1 FROM votes ev WHERE ev.tenant_id = ` + t + ` AND ev.request_id = ` + alias + `.id AND ev.user_id = ` + u + `)
		OR EXISTS (SELECT 1 FROM tasks et WHERE et.tenant_id = ` + t + ` AND et.request_id = ` + alias + `.id AND (et.claimed_by = ` + u + ` OR et.closed_by = ` + u + `
			OR (et.assignee_kind = 'user' AND et.assignee_id = ` + u + `)
			OR (et.assignee_kind = 'group' AND EXISTS (SELECT 1 FROM grants eg WHERE eg.tenant_id = ` + t + ` AND eg.subject_kind = 'user' AND eg.subject_id = ` + u + `
				AND eg.resource_id = et.assignee_id AND eg.relation = 'member' AND ` + holds("eg", n) + `))
			OR (et.assignee_kind = 'group' AND EXISTS (SELECT 1 FROM grants em JOIN grants er ON er.tenant_id = em.tenant_id AND er.subject_kind = 'role' AND er.subject_id = em.resource_id
				WHERE em.tenant_id = ` + t + ` AND em.subject_kind = 'user' AND em.subject_id = ` + u + ` AND em.relation = 'member' AND ` + holds("em", n) + `
				AND er.resource_id = et.assignee_id AND er.relation = 'member' AND ` + holds("er", n) + `)))))`
}

// EventVisible returns nil when the viewer may see the event, else ENotFound.
func (tx *Tx) EventVisible(ctx context.Context, tenant, id string, v Viewer) error {
	q := &query{}
	q.WriteString("SELECT 1 FROM events e WHERE e.tenant_id = " + q.arg(tenant) + " AND e.id = " + q.arg(id))
	if !v.All {
		q.WriteString(" AND " + q.seesEvent(v, tenant, Micros(tx.now)))
	}
	ok, err := tx.exists(ctx, q.String(), q.args...)
	if err == nil && !ok {
		return sallyport.Errorf(sallyport.ENotFound, "there is no event %q", clip(id))
	}
	return err
}
