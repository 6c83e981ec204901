package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// SaveTag adds a tag, or with a ref (id or name) changes one. Enabling or tightening it cuts what is held longer than it
// allows; accept says that an admin saw how much that is.
func (s *Service) SaveTag(ctx context.Context, actor sallyport.Actor, ref string, t sallyport.Tag, accept bool) (sallyport.Tag, error) {
	if err := needCurator(actor, "change tags"); err != nil {
		return t, err
	}
	if err := sallyport.Faults(tagFaults(t)); err != nil {
		return t, err
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		return s.saveTagTx(ctx, tx, actor, ref, &t, accept)
	})
	return t, err
}

// tagFaults says what is wrong with a tag by itself.
func tagFaults(t sallyport.Tag) []sallyport.Fault {
	faults := t.Constraints.Check("constraints")
	if err := sallyport.CheckName(t.Name); err != nil {
		faults = append(faults, sallyport.Fault{Path: "name", Message: err.Error()})
	}
	if err := sallyport.CheckReason(t.Description); err != nil {
		faults = append(faults, sallyport.Fault{Path: "description", Message: err.Error()})
	}
	if strings.HasPrefix(t.Name, sallyport.PrefixTag+"_") {
		faults = append(faults, sallyport.Fault{Path: "name", Message: "looks like an id; choose another"})
	}
	return faults
}

func (s *Service) saveTagTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ref string, t *sallyport.Tag, accept bool) error {
	verb, body := "tag.created", tagBody(*t)
	values := []store.Value{{Name: "description.after", Value: t.Description}}
	if ref == "" {
		if err := tx.InsertTag(ctx, actor.Tenant, t); err != nil {
			return err
		}
	} else {
		old, err := tx.Tag(ctx, actor.Tenant, ref)
		if err != nil {
			return err
		}
		if !actor.Admin && !actor.IsSystem() && loosens(old, *t) {
			return needAdmin(actor, "loosen or disable a tag")
		}
		verb, t.ID, t.CreatedAt = "tag.changed", old.ID, old.CreatedAt
		body["before"] = tagBody(old)
		if values = append(values, store.Value{Name: "description.before", Value: old.Description}); old.Description == t.Description {
			values = nil
		}
		if err := tx.UpdateTag(ctx, actor.Tenant, t); err != nil {
			return err
		}
	}
	tx.Changed(actor.Tenant, "tags")
	if _, err := tx.Append(ctx, store.NewEvent{Verb: verb, Actor: actor, ObjectKind: "tag", ObjectID: t.ID, Body: body, Values: values}); err != nil {
		return err
	}
	on, err := tx.TaggedResources(ctx, actor.Tenant, t.ID)
	if err != nil {
		return err
	}
	cuts := access.Cuts{Accept: accept}
	for _, id := range on {
		if err := s.cutTx(ctx, tx, actor, *t, id, &cuts); err != nil {
			return err
		}
	}
	return cuts.CheckTx(ctx, tx, actor, "the tag "+t.Name)
}

// tagBody is a tag as its events have it. What it is for may name people, and is a value.
func tagBody(t sallyport.Tag) map[string]any {
	return map[string]any{"name": t.Name, "enabled": t.Enabled, "constraints": asText(t.Constraints)}
}

// loosens reports whether the new state demands less than the old one in any way.
func loosens(old, t sallyport.Tag) bool {
	return old.Enabled && (!t.Enabled || asText(old.Constraints.Combine(t.Constraints)) != asText(t.Constraints))
}

// DeleteTag takes a tag off everything; no access becomes longer by it. Admins only.
func (s *Service) DeleteTag(ctx context.Context, actor sallyport.Actor, ref, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	if err := needAdmin(actor, "remove tags"); err != nil {
		return err
	}
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		t, err := tx.Tag(ctx, actor.Tenant, ref)
		if err != nil {
			return err
		}
		if err := tx.DeleteTag(ctx, actor.Tenant, t.ID); err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "tags", "resources")
		_, err = tx.Append(ctx, store.NewEvent{Verb: "tag.deleted", Actor: actor, ObjectKind: "tag", ObjectID: t.ID,
			Body: tagBody(t), Values: why(reason)})
		return err
	})
}

// AttachTag puts a tag on a resource. Owners and catalogue managers may; what is held longer than the tag allows is cut
// to its limit from now, and where that is much (over 100 grants, or a tenth of more than 20) an admin has to accept it.
func (s *Service) AttachTag(ctx context.Context, actor sallyport.Actor, resourceRef, tagRef string, accept bool) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := living(ctx, tx, actor, resourceRef)
		if err != nil {
			return err
		}
		t, err := tx.Tag(ctx, actor.Tenant, tagRef)
		if err != nil {
			return err
		}
		if err := s.mayTag(ctx, tx, actor, r); err != nil {
			return err
		}
		if !r.Managed {
			return unmanaged(r)
		}
		cuts := access.Cuts{Accept: accept}
		if err := s.attachTx(ctx, tx, actor, r, t, &cuts, ""); err != nil {
			return err
		}
		return cuts.CheckTx(ctx, tx, actor, "the tag "+t.Name)
	})
}

// DetachTag takes a tag off a resource. Admins only; no access becomes longer by it.
func (s *Service) DetachTag(ctx context.Context, actor sallyport.Actor, resourceRef, tagRef string) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := living(ctx, tx, actor, resourceRef)
		if err != nil {
			return err
		}
		t, err := tx.Tag(ctx, actor.Tenant, tagRef)
		if err != nil {
			return err
		}
		return s.detachTx(ctx, tx, actor, r, t)
	})
}

func (s *Service) mayTag(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource) error {
	if curates(actor) && (!isBuiltIn(r) || actor.Admin || actor.IsSystem()) {
		return nil
	}
	own, err := owns(ctx, tx, actor, r.ID)
	if err == nil && !own && r.App != nil {
		own, err = owns(ctx, tx, actor, r.App.ID)
	}
	if err != nil || own {
		return err
	}
	return sallyport.Errorf(sallyport.EForbidden, "you do not own %s", r.Name).WithHint("Its owners and catalogue managers may tag it.").WithRule("domain.19")
}

func (s *Service) attachTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, t sallyport.Tag, cuts *access.Cuts, cause string) error {
	added, err := tx.AttachTag(ctx, actor.Tenant, r.ID, t.ID)
	if err != nil || !added {
		return err
	}
	tx.Changed(actor.Tenant, "resources", "resource:"+r.ID)
	if _, err := tx.Append(ctx, store.NewEvent{Verb: "tag.attached", Actor: actor, ObjectKind: "resource", ObjectID: r.ID, Cause: cause, Refs: []string{t.ID},
		Body: map[string]any{"tag": t.Name, "slug": r.Slug}}); err != nil {
		return err
	}
	return s.cutTx(ctx, tx, actor, t, r.ID, cuts)
}

func (s *Service) detachTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, t sallyport.Tag) error {
	if err := needAdmin(actor, "take a tag off"); err != nil {
		return err
	}
	removed, err := tx.DetachTag(ctx, actor.Tenant, r.ID, t.ID)
	if err != nil || !removed {
		return err
	}
	tx.Changed(actor.Tenant, "resources", "resource:"+r.ID)
	_, err = tx.Append(ctx, store.NewEvent{Verb: "tag.detached", Actor: actor, ObjectKind: "resource", ObjectID: r.ID, Refs: []string{t.ID},
		Body: map[string]any{"tag": t.Name, "slug": r.Slug}})
	return err
}

// cutTx cuts what is held longer than a tag and all others on a resource allow together, and on what it contains: a limit
// may come with one tag, and that it propagates to roles with another. One statement for each limit (domain rule 18). The
// caller checks whether that is too much of all that its call cuts.
func (s *Service) cutTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, t sallyport.Tag, resourceID string, cuts *access.Cuts) error {
	if !t.Enabled || len(access.CutsOf(t.Constraints, sallyport.Resource{})) == 0 && !t.Constraints.Propagate() {
		return nil
	}
	r, err := tx.BareResource(ctx, actor.Tenant, resourceID, access.Everything)
	if err != nil {
		return err
	}
	return s.Access.CutToTagsTx(ctx, tx, actor, cuts, t.ID, "the tag "+t.Name, r)
}

// setTagsTx makes these the tags of a resource; cause is of their events, "" for none. accept says that an admin saw how much
// is cut.
func (s *Service) setTagsTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, names []string, accept bool, cause string) error {
	want := map[string]bool{}
	cuts := access.Cuts{Accept: accept}
	for i, name := range names {
		t, err := tx.Tag(ctx, actor.Tenant, name)
		if sallyport.CodeOf(err) == sallyport.ENotFound {
			return refusal([]sallyport.Fault{{Path: fmt.Sprintf("tags[%d]", i), Message: fmt.Sprintf("there is no tag %q", name)}})
		}
		if err != nil {
			return err
		}
		want[t.ID] = true
		if err := s.attachTx(ctx, tx, actor, r, t, &cuts, cause); err != nil {
			return err
		}
	}
	for _, name := range r.Tags {
		t, err := tx.Tag(ctx, actor.Tenant, name)
		if err != nil {
			return err
		}
		if !want[t.ID] {
			if err := s.detachTx(ctx, tx, actor, r, t); err != nil {
				return err
			}
		}
	}
	return cuts.CheckTx(ctx, tx, actor, "its tags")
}
