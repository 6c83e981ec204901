package access

import (
	"context"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// CutTx shortens what is held longer than a limit, in one statement, and records which grants end when by it (domain rule
// 18). The cause is what demands the limit, the tag's id goes into the record. It returns how many grants were cut.
func (s *Service) CutTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, tagID, cause string, c store.Cut) (int, error) {
	list, err := tx.CutGrants(ctx, actor.Tenant, c)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	byEnd := map[string][]string{} // "" for lengths that count from an activation to come
	for _, g := range list {
		end := stamp(g.EndsAt)
		byEnd[end] = append(byEnd[end], g.ID)
		tx.Changed(actor.Tenant, "grant:"+g.ID)
	}
	for end, ids := range byEnd {
		for some := range slices.Chunk(ids, 1000) { // a record has a greatest length
			body := map[string]any{"relation": string(c.Relation), "limit": c.Limit.String(), "grants": len(some)}
			if end != "" {
				body["ends_at"] = end
			}
			if _, err := tx.Append(ctx, store.NewEvent{Verb: "grant.cut", Actor: actor, ObjectKind: "resource", ObjectID: c.ResourceID,
				Refs: append(slices.Clone(some), tagID), Cause: cause, Body: body}); err != nil {
				return 0, err
			}
		}
	}
	tx.Wake(actor.Tenant)
	return len(list), nil
}
