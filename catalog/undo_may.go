package catalog

import (
	"cmp"
	"context"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
)

// mayUndo says who undoes a reorganization: admins, and who made it while they may still make one of its kind. Whether its
// single grants are still theirs to give and take is asked when it is undone: see check.
func mayUndo(actor sallyport.Actor, c sallyport.Reorganized) bool {
	return needAdmin(actor, "") == nil || c.By != nil && c.By.ID == actor.User.ID && curates(actor) && c.Action != sallyport.ReorganizeMerge
}

// check refuses an undo to whoever could not do all that now which the reorganization did, and to all but admins where it
// would take from others what they came to since.
func (u *undoing) check(ctx context.Context) error {
	if needAdmin(u.actor, "") == nil {
		return nil
	}
	may := map[string][2]bool{} // by resource: give, end
	of := func(id string) ([2]bool, error) {
		if m, ok := may[id]; ok {
			return m, nil
		}
		r, err := u.tx.BareResource(ctx, u.actor.Tenant, id, access.Everything)
		if err != nil {
			return [2]bool{}, err
		}
		give, end, err := u.Access.MayGive(ctx, u.tx, u.actor, r)
		may[id] = [2]bool{give, end}
		return may[id], err
	}
	var no error = sallyport.Errorf(sallyport.EForbidden, "this gave or ended what is no longer yours to give or end, so you cannot undo it").
		WithHint("Ask an admin.").WithRule("catalogue")
	for _, g := range u.made {
		if g.Relation == sallyport.Owner && slices.Contains(u.c.Undo.Created, g.Resource.ID) {
			continue // who makes a role names its owners
		}
		if m, err := of(g.Resource.ID); err != nil || !m[0] {
			return cmp.Or(err, no)
		}
	}
	runs := map[string]bool{}
	for _, g := range u.over {
		if g.Subject.IsUser(u.actor.User.ID) {
			continue
		}
		m, err := of(g.Resource.ID)
		if err == nil && !m[1] && g.Subject.Kind == sallyport.SubjectRole {
			if _, known := runs[g.Subject.ID]; !known {
				runs[g.Subject.ID], err = owns(ctx, u.tx, u.actor, g.Subject.ID)
			}
			m[1] = runs[g.Subject.ID]
		}
		if err != nil || !m[1] {
			return cmp.Or(err, no)
		}
	}
	return u.untouched(ctx)
}

// untouched refuses to remove a role that the reorganization made once anybody has given it something, come into it or
// asked for it since: nobody but admins removes what others have.
func (u *undoing) untouched(ctx context.Context) error {
	own := setOf(u.c.Undo.Made)
	for _, id := range u.c.Undo.Created {
		r, err := u.tx.BareResource(ctx, u.actor.Tenant, id, access.Everything)
		if err != nil {
			return err
		}
		if r.DeletedAt != nil {
			continue
		}
		on, err := u.tx.ResourceGrants(ctx, u.actor.Tenant, id)
		if err != nil {
			return err
		}
		has, err := u.tx.HeldGrants(ctx, u.actor.Tenant, sallyport.SubjectRole, id)
		if err != nil {
			return err
		}
		asked, err := u.tx.PendingIDs(ctx, u.actor.Tenant, id, "")
		if err != nil {
			return err
		}
		if len(asked) > 0 || slices.ContainsFunc(slices.Concat(on, has), func(g string) bool { return !own[g] }) {
			return sallyport.Errorf(sallyport.EForbidden, "%s was given, extended or asked for since it was made, and undoing this would remove it for everybody", r.Name).
				WithHint("Ask an admin.").WithRule("catalogue")
		}
	}
	return nil
}

// nothingLeft refuses to undo what was undone already, and what the removal of the role that it led to took everything from: what
// people had by that has ended with it, and does not come back.
func nothingLeft(c sallyport.Reorganized) error {
	switch {
	case c.UndoneAt != nil:
		return undone()
	case c.Gone != nil:
		return sallyport.Errorf(sallyport.EConflict, "%s has been removed since, and what people had by it ended with it, so there is nothing to take back", c.Role.Name).
			WithHint("Where another change of roles removed it, undo that one first; else give anew what is still needed.")
	}
	return nil
}

func undone() error {
	return sallyport.Errorf(sallyport.EConflict, "this was undone already").WithHint("Load it again.")
}

func setOf(ids []string) map[string]bool {
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}
