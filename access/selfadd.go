package access

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// SelfAddTx refuses what the actor gave to themselves without a request in the same call that put tags on the resource which
// forbid that: as each grant was made, the tags were not there yet (domain rule 17). Lengths are not its matter; tags cut
// what is longer than they allow. Admins are exempt.
func (s *Service) SelfAddTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, res sallyport.Resource, rel sallyport.Relation, reason string) error {
	if actor.Admin || actor.IsSystem() {
		return nil
	}
	return holdTo(ctx, tx, actor.Tenant, res, sallyport.Gain{Relation: rel, Length: sallyport.MinDuration, Reason: reason, Self: true}, false)
}
