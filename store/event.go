package store

import (
	"context"
	"encoding/hex"
	"slices"
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
// from which it can be erased. UserID is the person whom it is about.
type Value struct {
	Name      string
	Value     string
	UserID    string
	Sensitive bool
}

// Append writes an event in the transaction, so that the change and its record commit together. An event whose details
// cannot be encoded is written in the minimal form, which cannot fail.
func (tx *Tx) Append(ctx context.Context, e NewEvent) (string, error) {
	tenant := e.Actor.Tenant
	id := NewID(sallyport.PrefixEvent)
	refs := make([]string, 0, len(e.Refs)+3)
	for _, r := range append([]string{e.ObjectID, e.Actor.User.ID, e.OnBehalfOf}, e.Refs...) {
		if r != "" {
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
	values := make([]Value, 0, len(e.Values))
	salts := map[string][]byte{}
	for _, v := range e.Values {
		if v.Value == "" {
			continue
		}
		v.Value = strings.ToValidUTF8(v.Value, "\uFFFD")
		if len(v.Value) > 16<<10 {
			v.Value = strings.ToValidUTF8(v.Value[:16<<10], "") + "…"
		}
		if leaf.Values == nil {
			leaf.Values = map[string]string{}
		}
		salt := audit.NewSalt()
		salts[v.Name] = salt[:]
		leaf.Values[v.Name] = audit.HashValue(salt[:], v.Name, v.Value)
		values = append(values, v)
	}
	text, err := leaf.Encode()
	if err != nil {
		text, values = leaf.EncodeMinimal(), nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO events (tenant_id, id, verb, actor_id, object_kind, object_id, at, leaf)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`, tenant, id, e.Verb, e.Actor.User.ID, e.ObjectKind, e.ObjectID, Micros(tx.now), string(text)); err != nil {
		return "", err
	}
	for _, r := range refs {
		if _, err := tx.Exec(ctx, `INSERT INTO event_refs (tenant_id, ref_id, event_id) VALUES ($1,$2,$3)`, tenant, r, id); err != nil {
			return "", err
		}
	}
	for _, v := range values {
		if _, err := tx.Exec(ctx, `INSERT INTO event_values (tenant_id, event_id, name, salt, value, user_id, sensitive)
			VALUES ($1,$2,$3,$4,$5,$6,$7)`, tenant, id, v.Name, hex.EncodeToString(salts[v.Name]), v.Value, v.UserID, v.Sensitive); err != nil {
			return "", err
		}
	}
	tx.Changed(tenant, "events")
	return id, nil
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
