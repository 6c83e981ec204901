package catalog

import (
	"context"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// Reorganizations lists reorganizations of roles, newest first, and whether the actor may undo them.
func (s *Service) Reorganizations(ctx context.Context, actor sallyport.Actor, p store.Page) (store.List[sallyport.Reorganized], error) {
	var out store.List[sallyport.Reorganized]
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = tx.Reorganizations(ctx, actor.Tenant, access.Viewer(actor), p)
		return err
	})
	for i := range out.Items {
		out.Items[i].MayUndo = nothingLeft(out.Items[i]) == nil && mayUndo(actor, out.Items[i])
	}
	return out, err
}

// UndoReorganization takes a reorganization back: who made it, while they may still do what it did, and admins. The grants
// that it made end, those that it ended are there again until their own ends and those that it cut have theirs again, as far as
// what took their place goes on and limits allow, and roles that it made or removed go and come. Requests that were closed with a role stay closed. EConflict
// when it was undone already, the role that it led to was removed since, or a name was taken.
func (s *Service) UndoReorganization(ctx context.Context, actor sallyport.Actor, id string) (sallyport.Reorganized, error) {
	var c sallyport.Reorganized
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if c, err = tx.Reorganization(ctx, actor.Tenant, id, access.Viewer(actor)); err != nil {
			return err
		}
		if !mayUndo(actor, c) {
			return sallyport.Errorf(sallyport.EForbidden, "only who did this and may still do the like, and admins, undo it").WithHint("Ask an admin.").WithRule("catalogue")
		}
		u := &undoing{Service: s, tx: tx, actor: actor, c: c, cause: "undone: " + c.Title, things: map[string]sallyport.Resource{}, in: map[string]map[held]sallyport.Grant{}}
		if err := nothingLeft(c); err != nil {
			return err
		}
		if err := u.read(ctx); err != nil {
			return err
		}
		if err := u.check(ctx); err != nil {
			return err
		}
		if done, err := tx.UndoneReorganization(ctx, actor.Tenant, id, actor.User.ID); err != nil {
			return err
		} else if !done {
			return undone()
		}
		if err := s.undoResources(ctx, tx, actor, c.Undo); err != nil {
			return err
		}
		if err := u.grants(ctx); err != nil {
			return err
		}
		for _, id := range c.Undo.Created {
			r, err := tx.Resource(ctx, actor.Tenant, id, access.Everything)
			if err != nil {
				return err
			}
			if r.DeletedAt == nil {
				if err := s.deleteTx(ctx, tx, actor, r, u.cause, u.cause); err != nil {
					return err
				}
			}
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "role.reorganization_undone", Actor: actor, ObjectKind: "resource", ObjectID: c.Role.ID, Refs: append(slices.Clone(c.Undo.Removed), c.ID),
			Body:   map[string]any{"action": c.Action, "reorganization": c.ID, "not_back": u.ended + u.left, "shorter": u.shorter, "stays_short": len(u.stays)},
			Values: []store.Value{{Name: "title", Value: c.Title}}}); err != nil {
			return err
		}
		c, err = tx.Reorganization(ctx, actor.Tenant, id, access.Everything)
		c.Notes = u.notes()
		return err
	})
	return c, err
}

// undoResources brings back what was removed, and the former names.
func (s *Service) undoResources(ctx context.Context, tx *store.Tx, actor sallyport.Actor, u sallyport.UndoList) error {
	for _, id := range u.Removed {
		restored, err := tx.RestoreResource(ctx, actor.Tenant, id)
		if store.IsUnique(err) {
			return sallyport.Errorf(sallyport.EConflict, "a role that this removed cannot come back, since its name has been taken").WithHint("Rename what has the name now, and try again.")
		}
		if err != nil {
			return err
		}
		if !restored {
			continue
		}
		tx.Changed(actor.Tenant, "resources", "resource:"+id)
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "resource.restored", Actor: actor, ObjectKind: "resource", ObjectID: id}); err != nil {
			return err
		}
		r, err := tx.Resource(ctx, actor.Tenant, id, access.Everything)
		if err != nil {
			return err
		}
		named, err := tx.NameAgain(ctx, actor.Tenant, r)
		if err == nil {
			err = s.Access.RewrittenTx(ctx, tx, actor, r, named, "")
		}
		if err != nil {
			return err
		}
	}
	for id, n := range u.Named {
		r, err := tx.Resource(ctx, actor.Tenant, id, access.Everything)
		if err != nil {
			return err
		}
		if r.DeletedAt != nil {
			continue
		}
		if _, err := s.updateTx(ctx, tx, actor, r, sallyport.ResourcePatch{Slug: &n.Slug, Name: &n.Name, Description: n.Description}, r.Source, false); err != nil {
			return err
		}
	}
	return nil
}
