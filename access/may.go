package access

import (
	"context"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// MarkGrants says of each grant whether the actor may end it and may extend it without a request, for the buttons of a
// page. It asks as End and Extend do, by one query for a whole list.
func (s *Service) MarkGrants(ctx context.Context, tx *store.Tx, actor sallyport.Actor, list []sallyport.Grant) error {
	var ids []string
	for _, g := range list {
		ids = append(ids, g.Resource.ID)
		if g.Subject.Kind == sallyport.SubjectRole {
			ids = append(ids, g.Subject.ID)
		}
	}
	slices.Sort(ids)
	stand, err := tx.Standings(ctx, actor.Tenant, actor.User.ID, slices.Compact(ids))
	if err != nil {
		return err
	}
	now := tx.Now()
	for i := range list {
		g := &list[i]
		st := stand[g.Resource.ID]
		if g.EndedAt != nil || over(*g, now) || (!st.Managed && g.Relation == sallyport.Member) {
			continue
		}
		g.MayEnd = actor.Admin || st.Owns || g.Subject.IsUser(actor.User.ID) || g.Subject.Kind == sallyport.SubjectRole && stand[g.Subject.ID].Owns
		g.MayExtend = !g.NoEnd && (actor.Admin || st.Owns && (st.Flow.IsDefault() || st.Flow.OwnersAdd))
	}
	return nil
}
