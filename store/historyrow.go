package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
)

// kindOfID names the kind of object by the prefix of its id.
var kindOfID = map[string]string{sallyport.PrefixUser: "user", sallyport.PrefixResource: "resource", sallyport.PrefixRequest: "request",
	sallyport.PrefixGrant: "grant", sallyport.PrefixTask: "task", sallyport.PrefixStage: "stage", sallyport.PrefixVote: "vote",
	sallyport.PrefixProvision: "provision", sallyport.PrefixEvent: "event", sallyport.PrefixTag: "tag", sallyport.PrefixConnection: "connection",
	sallyport.PrefixAccount: "account", sallyport.PrefixDelegation: "delegation", sallyport.PrefixToken: "token", sallyport.PrefixSession: "session",
	sallyport.PrefixSync: "sync", sallyport.PrefixMessage: "message", sallyport.PrefixBatch: "batch", sallyport.PrefixTenant: "tenant"}

func kindOf(id string) string {
	prefix, _, _ := strings.Cut(id, "_")
	return kindOfID[prefix]
}

// scanEvent reads a row. A leaf that cannot be read (the database was changed, or a newer version wrote it) leaves what the
// columns say; that something is wrong, verify says.
func scanEvent(r *sql.Rows, it *eventRow) error {
	var actor, leaf string
	var index sql.NullInt64
	e := &it.Event
	if err := r.Scan(&e.ID, &e.Verb, &actor, &e.Object.Kind, &e.Object.ID, timeScan{&e.At}, &leaf, &index, &it.key); err != nil {
		return err
	}
	if index.Valid {
		e.Index = &index.Int64
	}
	it.leaf, _ = audit.DecodeLeaf([]byte(leaf))
	l := it.leaf
	e.Schema, e.Via, e.Cause, e.Body = l.Schema, sallyport.Via(l.Via), l.Cause, l.Body
	if actor != "" {
		e.Actor = &sallyport.UserRef{ID: actor}
	}
	if l.OnBehalfOf != "" {
		e.OnBehalfOf = &sallyport.UserRef{ID: l.OnBehalfOf}
	}
	for _, ref := range l.Refs {
		if ref != e.Object.ID && ref != actor {
			e.Refs = append(e.Refs, sallyport.ObjectRef{Kind: kindOf(ref), ID: ref})
		}
	}
	return nil
}

// nameEvents gives people and resources their names, in two queries for all. Whose resource the viewer may not see does
// not come here.
func (tx *Tx) nameEvents(ctx context.Context, tenant string, rows []eventRow) error {
	users, resources := map[string]sallyport.UserRef{}, map[string]sallyport.ResourceRef{}
	want := func(id string) {
		switch kindOf(id) {
		case "user":
			users[id] = sallyport.UserRef{ID: id}
		case "resource":
			resources[id] = sallyport.ResourceRef{}
		}
	}
	for _, r := range rows {
		want(r.Object.ID)
		for _, id := range r.leaf.Refs {
			want(id)
		}
		if r.Actor != nil {
			want(r.Actor.ID)
		}
		if r.OnBehalfOf != nil {
			want(r.OnBehalfOf.ID)
		}
	}
	q := &query{}
	q.WriteString("SELECT id, login, name FROM users WHERE tenant_id = " + q.arg(tenant) + " AND " + q.in("id", keys(users)))
	found, err := tx.userRefs(ctx, q.String(), q.args...)
	if err != nil {
		return err
	}
	for _, u := range found {
		users[u.ID] = u
	}
	q = &query{}
	q.WriteString("SELECT id, slug, name, kind FROM resources WHERE tenant_id = " + q.arg(tenant) + " AND " + q.in("id", keys(resources)))
	err = tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var ref sallyport.ResourceRef
		err := r.Scan(&ref.ID, &ref.Slug, &ref.Name, &ref.Kind)
		resources[ref.ID] = ref
		return err
	})
	if err != nil {
		return err
	}
	name := func(o *sallyport.ObjectRef) {
		if u, ok := users[o.ID]; ok {
			o.Name, o.Slug = u.Name, u.Login
		}
		if r, ok := resources[o.ID]; ok && r.ID != "" {
			o.Name, o.Slug, o.Kind = r.Name, r.Slug, string(r.Kind)
		}
	}
	for i := range rows {
		e := &rows[i].Event
		if e.Actor != nil {
			*e.Actor = users[e.Actor.ID]
		}
		if e.OnBehalfOf != nil {
			*e.OnBehalfOf = users[e.OnBehalfOf.ID]
		}
		name(&e.Object)
		for j := range e.Refs {
			name(&e.Refs[j])
		}
	}
	return nil
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

// readable is the condition of values v that the viewer may read, beginning with AND. Personal ones are for every reader of
// the event; sensitive ones for those whom a request of the event entrusts with them; from where somebody signed in, for
// themselves.
func (q *query) readable(v Viewer, tenant string, now int64) string {
	if v.All {
		return ""
	}
	return ` AND (NOT v.sensitive OR EXISTS (SELECT 1 FROM event_refs x JOIN requests q ON q.tenant_id = x.tenant_id AND q.id = x.ref_id
			WHERE x.tenant_id = v.tenant_id AND x.event_id = v.event_id AND ` + q.entrusted(v, tenant, now, "q") + `)
			OR (v.user_id = ` + q.arg(v.ID) + ` AND EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = v.tenant_id AND e.id = v.event_id AND e.object_kind = 'session')))`
}

// joinValues adds the values that are still there and that the viewer may read, in one query.
func (tx *Tx) joinValues(ctx context.Context, tenant string, v Viewer, rows []eventRow) error {
	if len(rows) == 0 {
		return nil
	}
	ids, byID := make([]string, len(rows)), make(map[string]*sallyport.Event, len(rows))
	for i := range rows {
		ids[i], byID[rows[i].ID] = rows[i].ID, &rows[i].Event
	}
	q := &query{}
	q.WriteString("SELECT v.event_id, v.name, v.value FROM event_values v WHERE v.tenant_id = " + q.arg(tenant) + " AND " + q.in("v.event_id", ids))
	q.WriteString(q.readable(v, tenant, Micros(tx.now)))
	return tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var id, name, value string
		if err := r.Scan(&id, &name, &value); err != nil {
			return err
		}
		e := byID[id]
		if e.Values == nil {
			e.Values = map[string]string{}
		}
		e.Values[name] = value
		return nil
	})
}
