package access

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// TaggedTx refuses what the actor gave without a request in the same call that put tags on the resource which forbid that:
// as each grant was made, the tags were not there yet (domain rule 17). self says that they gave it to themselves too, from
// which admins are exempt. Lengths are not its matter; tags cut what is longer than they allow.
func (s *Service) TaggedTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, res sallyport.Resource, rel sallyport.Relation, reason string, self bool) error {
	if actor.IsSystem() {
		return nil
	}
	return holdTo(ctx, tx, actor.Tenant, res, sallyport.Gain{Relation: rel, Length: sallyport.MinDuration, Reason: reason, Self: self && !actor.Admin}, false)
}
