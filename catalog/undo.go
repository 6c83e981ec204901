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
		out.Items[i].MayUndo = mayUndo(actor, out.Items[i])
	}
	return out, err
}

func mayUndo(actor sallyport.Actor, c sallyport.Reorganized) bool {
	return c.UndoneAt == nil && (actor.IsSystem() || actor.Admin || c.By != nil && c.By.ID == actor.User.ID)
}

// UndoReorganization takes a reorganization back: who made it, and admins. The grants that it made end, those that it
// ended are there again until their own ends as far as they have not passed, and roles that it made or removed go and come.
// Requests that were closed with a role stay closed. EConflict when it was undone already, or a name was taken since.
func (s *Service) UndoReorganization(ctx context.Context, actor sallyport.Actor, id string) (sallyport.Reorganized, error) {
	var c sallyport.Reorganized
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if c, err = tx.Reorganization(ctx, actor.Tenant, id, access.Viewer(actor)); err != nil {
			return err
		}
		if c.UndoneAt == nil && !mayUndo(actor, c) {
			return sallyport.Errorf(sallyport.EForbidden, "only who did this, and admins, undo it").WithHint("Ask an admin.").WithRule("catalogue")
		}
		done, err := tx.UndoneReorganization(ctx, actor.Tenant, id, actor.User.ID)
		if err != nil {
			return err
		}
		if !done {
			return sallyport.Errorf(sallyport.EConflict, "this was undone already").WithHint("Load it again.")
		}
		cause := "undone: " + c.Title
		if err := s.undoResources(ctx, tx, actor, c.Undo); err != nil {
			return err
		}
		if err := s.undoGrants(ctx, tx, actor, c.Undo, cause); err != nil {
			return err
		}
		for _, id := range c.Undo.Created {
			r, err := tx.Resource(ctx, actor.Tenant, id, access.Everything)
			if err != nil {
				return err
			}
			if r.DeletedAt == nil {
				if err := s.deleteTx(ctx, tx, actor, r, cause); err != nil {
					return err
				}
			}
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "role.reorganization_undone", Actor: actor, ObjectKind: "resource", ObjectID: c.Role.ID, Refs: append(slices.Clone(c.Undo.Removed), c.ID),
			Body: map[string]any{"action": c.Action, "reorganization": c.ID}, Values: []store.Value{{Name: "title", Value: c.Title}}}); err != nil {
			return err
		}
		c, err = tx.Reorganization(ctx, actor.Tenant, id, access.Everything)
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
	}
	for id, n := range u.Named {
		r, err := tx.Resource(ctx, actor.Tenant, id, access.Everything)
		if err != nil {
			return err
		}
		if r.DeletedAt != nil {
			continue
		}
		if _, err := s.updateTx(ctx, tx, actor, r, sallyport.ResourcePatch{Slug: &n.Slug, Name: &n.Name}, r.Source, false); err != nil {
			return err
		}
	}
	return nil
}

// undoGrants ends what was made and makes what was ended again. Of two grants of one key the later ends first; else what
// was ended comes first, so that nobody is without it in between.
func (s *Service) undoGrants(ctx context.Context, tx *store.Tx, actor sallyport.Actor, u sallyport.UndoList, cause string) error {
	grants, err := tx.GrantsByID(ctx, actor.Tenant, access.Everything, slices.Concat(u.Made, u.Ended))
	if err != nil {
		return err
	}
	pick := func(ids []string) (out []sallyport.Grant) {
		for _, id := range ids {
			if g, ok := grants[id]; ok {
				out = append(out, g)
			}
		}
		return out
	}
	made, ended := pick(u.Made), pick(u.Ended)
	type key struct {
		sallyport.Key
		origin sallyport.Origin
	}
	keyOf := func(g sallyport.Grant) key {
		return key{sallyport.Key{Subject: g.Subject.Kind, SubjectID: g.Subject.ID, ResourceID: g.Resource.ID, Relation: g.Relation, Parameters: string(g.Parameters)}, g.Origin}
	}
	again := map[key]bool{}
	for _, g := range ended {
		again[keyOf(g)] = true
	}
	end := func(first bool) error {
		for _, g := range made {
			if g.EndedAt == nil && again[keyOf(g)] == first {
				if err := s.Access.EndGrantTx(ctx, tx, actor, g.ID, cause); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := end(true); err != nil {
		return err
	}
	for _, g := range ended {
		if err := s.again(ctx, tx, actor, g); err != nil {
			return err
		}
	}
	return end(false)
}

// again gives what was ended until its own end. What would be over by now, or is there once more, stays as it is.
func (s *Service) again(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant) error {
	if !g.NoEnd && g.EndsAt != nil && !g.EndsAt.After(tx.Now()) {
		return nil
	}
	r, err := tx.BareResource(ctx, actor.Tenant, g.Resource.ID, access.Everything)
	if err != nil || r.DeletedAt != nil {
		return err
	}
	if g.Subject.Kind == sallyport.SubjectUser {
		u, err := tx.User(ctx, actor.Tenant, g.Subject.ID)
		if err != nil || u.State != sallyport.UserActive {
			return err
		}
	}
	n := likewise(g, g.Subject, r)
	n.Origin, n.ReasonKind, n.Reason, n.RequestID = g.Origin, g.ReasonKind, g.Reason, g.RequestID
	if _, ok, err := tx.LivingGrant(ctx, actor.Tenant, sallyport.Key{Subject: g.Subject.Kind, SubjectID: g.Subject.ID, ResourceID: r.ID,
		Relation: g.Relation, Parameters: string(g.Parameters)}, g.Origin); err != nil || ok {
		return err
	}
	_, err = s.Access.AddGrantTx(ctx, tx, actor, n)
	return err
}
