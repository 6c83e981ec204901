package store

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
)

// NewEvent is an event about to be written. Body holds ids, words and numbers only; whatever could be personal or
// sensitive goes into Values.
type NewEvent struct {
	Verb       string
	Actor      sallyport.Actor
	OnBehalfOf string
	ObjectKind string
	ObjectID   string
	Cause      string
	Refs       []string // ids of everything else it is about: person, resource, request, grant
	Body       map[string]any
	Values     []Value
}

// Value is a personal or sensitive value of an event. The log keeps its salted hash; the value itself lies in a table
// from which it can be erased. UserID is the person whom it is about, "" when it is about a thing. Sensitive values are shown to
// whoever decides or fulfils the request of the event, to its requester, to auditors and admins; others to every reader.
type Value struct {
	Name      string
	Value     string
	UserID    string
	Sensitive bool
}

// maxValue is the greatest length in bytes of one value; a longer one is cut there, with "…" to show it.
const maxValue = 16 << 10

// Append writes an event in the transaction, so that the change and its record commit together. Refs may hold empty ids
// and an id twice; an event about anything that belongs to a resource names the resource there, since audiences are
// enforced by it. An empty value is left out, and a name that comes twice gets a number. A record that cannot be encoded fails the transaction, except that of an ending, which is then written in the
// minimal form, without details: access must end whatever is wrong with its record.
func (tx *Tx) Append(ctx context.Context, e NewEvent) (string, error) {
	tenant := e.Actor.Tenant
	id := NewID(sallyport.PrefixEvent)
	refs := make([]string, 0, len(e.Refs)+3)
	for _, r := range append([]string{e.ObjectID, e.Actor.User.ID, e.OnBehalfOf}, e.Refs...) {
		if r = plainText(r); r != "" {
			refs = append(refs, r)
		}
	}
	slices.Sort(refs)
	refs = slices.Compact(refs)
	leaf := audit.Leaf{Schema: sallyport.EventSchema, Tenant: tenant, ID: id, Verb: e.Verb, ActorKind: "user",
		ActorID: e.Actor.User.ID, Via: string(e.Actor.Via), ViaID: e.Actor.ViaID, OnBehalfOf: e.OnBehalfOf,
		ObjectKind: e.ObjectKind, ObjectID: e.ObjectID, Cause: e.Cause, At: tx.now, Refs: refs, Body: e.Body}
	if e.Actor.IsSystem() {
		leaf.ActorKind = "system"
	}
	values, salts := prepareValues(e)
	for i, v := range values {
		if leaf.Values == nil {
			leaf.Values = make(map[string]string, len(values))
		}
		leaf.Values[v.Name] = audit.HashValue(salts[i], v.Name, v.Value)
	}
	text, err := leaf.Encode()
	if err != nil {
		if !isEnding(e.Verb) {
			return "", sallyport.Errorf(sallyport.EInternal, "the record of %s cannot be written, so nothing was changed: %w", e.Verb, err)
		}
		text, values = leaf.EncodeMinimal(), nil
	}
	if tx.watch != nil {
		tx.watch.verbs[e.Verb]++
	}
	tx.events = append(tx.events, pendingEvent{tenant: tenant, id: id, refs: refs, values: values, salts: salts,
		row: []any{e.Verb, e.Actor.User.ID, e.ObjectKind, plainText(e.ObjectID), Micros(tx.now), string(text)}})
	if len(tx.events) >= maxPending {
		if err := tx.flush(ctx); err != nil {
			return "", err
		}
	}
	tx.Changed(tenant, "events")
	return id, nil
}

// isEnding tells the verbs of whatever takes access away: their record must never stand in the way.
func isEnding(verb string) bool {
	_, past, _ := strings.Cut(verb, ".")
	return slices.Contains([]string{"ended", "removed", "revoked", "left", "cancelled", "expired"}, past)
}

// plainText is what both engines can keep and hand back unchanged: valid UTF-8 without a zero byte.
func plainText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// prepareValues makes the values fit to be kept, each with a name of its own, and gives each a salt.
func prepareValues(e NewEvent) (values []Value, salts [][]byte) {
	seen := map[string]int{}
	left := audit.MaxValues
	for _, v := range e.Values {
		v.Name, v.Value = plainText(v.Name), plainText(v.Value)
		if limit := min(maxValue, max(left-len("…"), 0)); len(v.Value) > limit {
			v.Value = strings.ToValidUTF8(v.Value[:limit], "") + "…"
		}
		if v.Value == "" || v.Name == "" || left <= len("…") {
			continue
		}
		left -= len(v.Value)
		base := v.Name
		for seen[v.Name] > 0 {
			seen[base]++
			v.Name = base + "_" + strconv.Itoa(seen[base])
		}
		seen[v.Name]++
		values, salts = append(values, v), append(salts, audit.NewSalt())
	}
	return values, salts
}

// pendingEvent is an event that is not written yet: see flush.
type pendingEvent struct {
	tenant, id string
	row        []any // verb, actor, object kind, object, time, leaf
	refs       []string
	values     []Value
	salts      [][]byte
}

// maxPending is how many events wait at most to be written together.
const maxPending = 50

// flush writes the events that were appended since the last one, with three statements for all of them. It runs before
// the commit, before a savepoint begins or ends, and before any statement that names events.
func (tx *Tx) flush(ctx context.Context) error {
	list := tx.events
	if len(list) == 0 {
		return nil
	}
	tx.events = nil
	var events, refs, values [][]any
	for _, e := range list {
		events = append(events, append([]any{e.tenant, e.id}, e.row...))
		for _, r := range e.refs {
			refs = append(refs, []any{e.tenant, r, e.id})
		}
		for i, v := range e.values {
			values = append(values, []any{e.tenant, e.id, v.Name, hex.EncodeToString(e.salts[i]), v.Value, v.UserID, v.Sensitive})
		}
	}
	if err := tx.insertRows(ctx, "INSERT INTO events (tenant_id, id, verb, actor_id, object_kind, object_id, at, leaf)", events, ""); err != nil {
		return err
	}
	if err := tx.insertRows(ctx, "INSERT INTO event_refs (tenant_id, ref_id, event_id)", refs, ""); err != nil {
		return err
	}
	return tx.insertRows(ctx, "INSERT INTO event_values (tenant_id, event_id, name, salt, value, user_id, sensitive)", values, "")
}

// insertRows inserts rows of the same width, up to 1,000 arguments a statement; suffix follows the values.
func (tx *Tx) insertRows(ctx context.Context, into string, rows [][]any, suffix string) error {
	_, err := tx.countRows(ctx, into, rows, suffix)
	return err
}

// countRows is insertRows, and says how many were inserted.
func (tx *Tx) countRows(ctx context.Context, into string, rows [][]any, suffix string) (inserted int64, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	for chunk := range slices.Chunk(rows, max(1000/len(rows[0]), 1)) {
		q := &query{}
		q.WriteString(into + " VALUES ")
		for i, row := range chunk {
			if i > 0 {
				q.WriteString(",")
			}
			for j, v := range row {
				q.WriteString([]string{"(", ","}[min(j, 1)] + q.arg(v))
			}
			q.WriteString(")")
		}
		q.WriteString(suffix)
		n, err := tx.Exec(ctx, q.String(), q.args...)
		if err != nil {
			return inserted, err
		}
		inserted += n
	}
	return inserted, nil
}

// maxRefusals is how many refusals of one caller are recorded in an hour; more are counted only in the logs.
const maxRefusals = 60

// AppendRefusal records that a rule refused a signed-in caller's write (domain rule 23), in a transaction of its own and
// at most maxRefusals times an hour for one caller. It reports whether it was recorded.
func (db *DB) AppendRefusal(ctx context.Context, e NewEvent) (bool, error) {
	recorded := false
	err := db.Update(ctx, func(ctx context.Context, tx *Tx) error {
		recorded = false
		hour := tx.now.Truncate(time.Hour)
		n, err := tx.Exec(ctx, `INSERT INTO refusals (tenant_id, user_id, hour, n) VALUES ($1,$2,$3,1)
			ON CONFLICT (tenant_id, user_id, hour) DO UPDATE SET n = refusals.n + 1 WHERE refusals.n < $4`,
			e.Actor.Tenant, e.Actor.User.ID, Micros(hour), maxRefusals)
		if err != nil || n == 0 {
			return err
		}
		recorded = true
		_, err = tx.Append(ctx, e)
		return err
	})
	return recorded, err
}
