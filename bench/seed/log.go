package seed

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
)

// event is a record about to become a leaf of the log.
type event struct {
	id, verb, kind, object, cause string
	at                            int64
	actor                         int32 // -1: Sallyport itself
	refs                          []string
	body                          map[string]any
	value, about                  string // a value, and whom it is about
	name                          string
}

func stamp(at int64) string { return time.UnixMicro(at).UTC().Format("2006-01-02T15:04:05.000000Z") }

// tell records a grant's beginning, and its end.
func (b *builder) tell(g grant) {
	subject, kind, about := "", "role", ""
	if g.role {
		subject = b.resources[g.subject].id
	} else {
		subject, kind, about = b.users[g.subject].id, "user", b.users[g.subject].id
	}
	relation := "member"
	if g.owner {
		relation = "owner"
	}
	refs := []string{subject, b.resources[g.resource].id, g.request, g.id}
	body := map[string]any{"subject_kind": kind, "subject_id": subject, "resource_id": b.resources[g.resource].id, "relation": relation, "parameters": "{}", "origin": "given",
		"reason_kind": "direct", "starts_at": stamp(g.start), "no_end": g.noEnd}
	if g.asked {
		body["reason_kind"] = "request"
	}
	if g.end != 0 {
		body["ends_at"] = stamp(g.end)
	}
	if g.activated != 0 {
		body["activated_at"] = stamp(g.activated)
	}
	b.events = append(b.events, event{verb: "grant.created", kind: "grant", object: g.id, cause: g.request, at: g.created, actor: g.by, refs: refs, body: body,
		name: "reason", value: g.reason, about: about})
	if g.endedAt != 0 {
		e := event{verb: "grant.ended", kind: "grant", object: g.id, cause: g.request, at: g.endedAt, actor: g.by, refs: refs,
			body: map[string]any{"ended_at": stamp(g.endedAt), "resource_id": b.resources[g.resource].id, "relation": relation, "how": g.endedReason}}
		if g.endedReason == "expired" {
			e.actor = -1
		}
		b.events = append(b.events, e)
	}
}

// tellRequest records a request, its votes and how it was decided.
func (b *builder) tellRequest(r *request) {
	who, res := b.users[r.subject].id, b.resources[r.resource].id
	refs := []string{who, res}
	b.events = append(b.events, event{verb: "request.created", kind: "request", object: r.id, at: r.created, actor: r.subject, refs: refs,
		body: map[string]any{"kind": "access", "resource_id": res, "relation": "member"}, name: "reason", value: "Needed for the project", about: who})
	by := r.subject
	for _, s := range r.stages {
		if s.vote == "" {
			continue
		}
		by = s.asked[0]
		b.events = append(b.events, event{verb: "vote.cast", kind: "request", object: r.id, at: s.closed, actor: by, refs: refs, body: map[string]any{"vote": s.vote, "stage": s.name}})
	}
	if r.state != "pending" {
		if r.state == "expired" || r.state == "superseded" {
			by = -1
		}
		b.events = append(b.events, event{verb: "request." + r.state, kind: "request", object: r.id, at: r.decided + 1, actor: by, refs: refs, body: map[string]any{"state": r.state}})
	}
}

// log writes the events in the order of time, each in its place, with the hashes that prove it.
func (b *builder) log(ctx context.Context) error {
	slices.SortStableFunc(b.events, func(x, y event) int { return cmp.Compare(x.at, y.at) })
	t := b.c.Tenant
	var hashes []audit.Hash
	stored := audit.HashReaderFunc(func(positions []int64) ([]audit.Hash, error) {
		out := make([]audit.Hash, len(positions))
		for i, p := range positions {
			out[i] = hashes[p]
		}
		return out, nil
	})
	var failed error
	var refs, values [][]any
	err := b.bulk.load(ctx, "events", "tenant_id,id,verb,actor_id,object_kind,object_id,at,leaf,leaf_index", func(yield func([]any) bool) {
		for i := range b.events {
			e := &b.events[i]
			e.id = b.id(sallyport.PrefixEvent, e.at)
			leaf, actor := b.leaf(e)
			text, err := leaf.Encode()
			if err == nil {
				var more []audit.Hash
				more, err = audit.StoredHashes(int64(i), text, stored)
				hashes = append(hashes, more...)
			}
			if err != nil {
				failed = err
				return
			}
			for _, r := range leaf.Refs {
				refs = append(refs, []any{t, r, e.id})
			}
			if e.value != "" {
				values = append(values, []any{t, e.id, e.name, hex.EncodeToString(salt(e.id)), e.value, e.about})
			}
			if !yield([]any{t, e.id, e.verb, actor, e.kind, e.object, e.at, string(text), int64(i)}) {
				return
			}
		}
	})
	if err = cmp.Or(failed, err); err != nil {
		return err
	}
	n := len(b.events)
	b.events = nil
	slices.SortFunc(refs, func(x, y []any) int {
		return cmp.Or(cmp.Compare(x[1].(string), y[1].(string)), cmp.Compare(x[2].(string), y[2].(string)))
	})
	if err := b.bulk.load(ctx, "event_refs", "tenant_id,ref_id,event_id", sequence(refs)); err != nil {
		return err
	}
	if err := b.bulk.load(ctx, "event_values", "tenant_id,event_id,name,salt,value,user_id", sequence(values)); err != nil {
		return err
	}
	if err := b.bulk.load(ctx, "log_hashes", "tenant_id,position,hash", func(yield func([]any) bool) {
		for p, h := range hashes {
			if !yield([]any{t, int64(p), hex.EncodeToString(h[:])}) {
				return
			}
		}
	}); err != nil {
		return err
	}
	return b.bulk.load(ctx, "log_heads", "tenant_id,size", sequence([][]any{{t, int64(n)}}))
}

func salt(id string) []byte {
	sum := sha256.Sum256([]byte(id))
	return sum[:audit.SaltSize]
}

func (b *builder) leaf(e *event) (audit.Leaf, string) {
	l := audit.Leaf{Schema: sallyport.EventSchema, Tenant: b.c.Tenant, ID: e.id, Verb: e.verb, ActorKind: "system", Via: string(sallyport.ViaJob),
		ObjectKind: e.kind, ObjectID: e.object, Cause: e.cause, At: time.UnixMicro(e.at).UTC(), Body: e.body}
	if e.actor >= 0 {
		l.ActorKind, l.ActorID, l.Via = "user", b.users[e.actor].id, string(sallyport.ViaSession)
	}
	for _, r := range append([]string{e.object, l.ActorID}, e.refs...) {
		if r != "" {
			l.Refs = append(l.Refs, r)
		}
	}
	slices.Sort(l.Refs)
	l.Refs = slices.Compact(l.Refs)
	if e.value != "" {
		l.Values = map[string]string{e.name: audit.HashValue(salt(e.id), e.name, e.value)}
	}
	return l, l.ActorID
}

// String is the company in a line.
func (c *Company) String() string {
	return fmt.Sprintf("%d people, %d resources, %d roles, %d grants of which %d live, %d requests, %d events", c.Size.Users, c.Size.Resources, c.Size.Roles,
		c.Size.Grants, c.Living, c.Size.Requests, c.Size.Events)
}
