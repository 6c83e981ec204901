package api

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

type rolesInput struct {
	Paging
	Owner string    `query:"owner" maxLength:"256" doc:"Which somebody runs: whoever owned them, directly or by role; me is the caller"`
	At    time.Time `query:"at" doc:"The moment to look at; default now"`
	Q     string    `query:"q" maxLength:"200" doc:"In name or slug"`
}

func (s *server) registerRoles() {
	handle(s, "list-roles", func(ctx context.Context, a sallyport.Actor, in *rolesInput) (*list[sallyport.RunRole], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (none store.List[sallyport.RunRole], err error) {
			f := store.RoleFilter{At: moment(in.At, tx), Q: in.Q}
			if f.OwnerID, err = userID(ctx, tx, a, in.Owner); err != nil {
				return none, err
			}
			return tx.RunRoles(ctx, a.Tenant, access.Viewer(a), f, in.page())
		})
		return &list[sallyport.RunRole]{Body: l}, err
	})
}
