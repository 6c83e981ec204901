package access

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// wantTx writes that a person's target should have the access from a moment on. What a person does by hand is asked for
// in the same transaction; what a connector does is left to the workers. Access that is there already because of another
// reason becomes active at once.
func (s *Service) wantTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, res sallyport.Resource, k sallyport.Key, at time.Time) error {
	tenant, now := actor.Tenant, tx.Now()
	pin, err := tx.PinOf(ctx, tenant, res)
	if err != nil {
		return err
	}
	p, ok, err := tx.Provision(ctx, tenant, k)
	if err != nil {
		return err
	}
	switch {
	case at.After(now):
		tx.Wake(tenant) // a timer begins it, see Reconcile
		return nil
	case !ok && !pin.Touches():
		return s.activateTx(ctx, tx, actor, k)
	case !ok:
		p = store.Provision{UserID: k.SubjectID, ResourceID: k.ResourceID, Relation: k.Relation, Parameters: k.Parameters, Pin: pin,
			State: sallyport.ProvisionAdding, NextAt: &now}
		if err := tx.InsertProvision(ctx, tenant, &p); err != nil {
			return err
		}
	case p.State == sallyport.ProvisionAdding && p.Pin.Add.Kind == sallyport.FulfilConnector && p.Generation == 1 && p.Attempts == 0 && p.LeaseUntil == nil:
		p.Pin, p.NextAt = pin, &now // never tried: the settings of today stand
		if err := tx.MoveProvision(ctx, &p); err != nil {
			return err
		}
	}
	_, _, err = s.convergeTx(ctx, tx, p)
	return err
}

// unwantTx writes that the grant's person may no longer have the access in the target, unless another reason asks for it.
func (s *Service) unwantTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant) error {
	if g.Subject.Kind != sallyport.SubjectUser || g.Relation != sallyport.Member {
		return nil
	}
	k := keyOf(g)
	p, ok, err := tx.Provision(ctx, actor.Tenant, k)
	if err != nil {
		return err
	}
	if !ok {
		return s.enforceTx(ctx, tx, actor, g, k)
	}
	_, _, err = s.convergeTx(ctx, tx, p)
	return err
}

// enforceTx begins the removal of what was only ever read from the target (domain rule 1).
func (s *Service) enforceTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant, k sallyport.Key) error {
	want, err := tx.Wanted(ctx, actor.Tenant, k)
	if err != nil || want || g.Origin != sallyport.OriginImport {
		return err
	}
	res, err := tx.BareResource(ctx, actor.Tenant, k.ResourceID, Everything)
	if err != nil {
		return err
	}
	pin, err := tx.PinOf(ctx, actor.Tenant, res)
	if err != nil || !pin.Touches() {
		return err
	}
	now := tx.Now()
	p := store.Provision{UserID: k.SubjectID, ResourceID: k.ResourceID, Relation: k.Relation, Parameters: k.Parameters, Pin: pin,
		State: sallyport.ProvisionRemoving, NextAt: &now}
	if err := tx.InsertProvision(ctx, actor.Tenant, &p); err != nil {
		return err
	}
	_, _, err = s.convergeTx(ctx, tx, p)
	return err
}

// convergeTx moves a provision towards what the reasons ask for, as far as that needs nothing outside: it turns the state
// round, opens and cancels tasks, and settles what Sallyport only records. The second result says that a connector has to
// do the rest. It is level-triggered and safe to call at any time.
func (s *Service) convergeTx(ctx context.Context, tx *store.Tx, p store.Provision) (store.Provision, bool, error) {
	actor := sallyport.System(p.Tenant)
	want, err := tx.Wanted(ctx, p.Tenant, p.Key())
	if err != nil {
		return p, false, err
	}
	if want {
		return s.convergeUp(ctx, tx, actor, p)
	}
	return s.convergeDown(ctx, tx, actor, p)
}

func (s *Service) convergeUp(ctx context.Context, tx *store.Tx, actor sallyport.Actor, p store.Provision) (store.Provision, bool, error) {
	now := tx.Now()
	task, open, err := tx.OpenTask(ctx, p.Tenant, p.ID)
	if err != nil {
		return p, false, err
	}
	if open && task.Kind == sallyport.TaskRemove {
		if err := s.cancelTask(ctx, tx, actor, task, "it is wanted again"); err != nil {
			return p, false, err
		}
		open = false
		if task.State == sallyport.TaskOpen && p.VerifiedAt != nil { // nobody had begun: it is still there
			p.State, p.NextAt = sallyport.ProvisionPresent, nil
			if err := tx.MoveProvision(ctx, &p); err != nil {
				return p, false, err
			}
		}
	}
	if p.State == sallyport.ProvisionPresent {
		return p, false, s.activateTx(ctx, tx, actor, p.Key())
	}
	if p.State != sallyport.ProvisionAdding {
		if p.State == sallyport.ProvisionAbsent {
			if p, err = s.repin(ctx, tx, p); err != nil {
				return p, false, err
			}
		}
		p.State, p.NextAt, p.VerifiedAt, p.DueSince, p.ByRole = sallyport.ProvisionAdding, &now, nil, nil, ""
		if err := tx.MoveProvision(ctx, &p); err != nil {
			return p, false, err
		}
	}
	switch p.Pin.Add.Kind {
	case sallyport.FulfilConnector:
		tx.Wake(p.Tenant)
		return p, true, nil
	case sallyport.FulfilManual:
		if !open {
			if err := s.openTask(ctx, tx, p, sallyport.TaskFulfil, p.Pin.Add); err != nil {
				return p, false, err
			}
		}
		return p, false, s.park(ctx, tx, &p)
	}
	return p, false, s.madeTx(ctx, tx, actor, &p)
}

func (s *Service) convergeDown(ctx context.Context, tx *store.Tx, actor sallyport.Actor, p store.Provision) (store.Provision, bool, error) {
	now := tx.Now()
	task, open, err := tx.OpenTask(ctx, p.Tenant, p.ID)
	if err != nil {
		return p, false, err
	}
	begun := p.State == sallyport.ProvisionPresent || p.State == sallyport.ProvisionRemoving
	if p.State == sallyport.ProvisionAdding {
		begun = p.Pin.Add.Kind == sallyport.FulfilConnector
	}
	if open && task.Kind == sallyport.TaskFulfil {
		if err := s.cancelTask(ctx, tx, actor, task, "the access ended before it was made"); err != nil {
			return p, false, err
		}
		open, begun = false, task.State == sallyport.TaskClaimed
	}
	if p.State == sallyport.ProvisionAbsent {
		return p, false, nil
	}
	if !begun {
		p.State, p.NextAt = sallyport.ProvisionAbsent, nil
		return p, false, tx.MoveProvision(ctx, &p)
	}
	if p.State != sallyport.ProvisionRemoving {
		p.State, p.NextAt, p.DueSince, p.ByRole = sallyport.ProvisionRemoving, &now, nil, ""
		if err := tx.MoveProvision(ctx, &p); err != nil {
			return p, false, err
		}
	}
	switch p.Pin.Remove.Kind {
	case sallyport.FulfilConnector:
		tx.Wake(p.Tenant)
		return p, true, nil
	case sallyport.FulfilManual:
		if !open {
			if err := s.openTask(ctx, tx, p, sallyport.TaskRemove, p.Pin.Remove); err != nil {
				return p, false, err
			}
		}
		return p, false, s.park(ctx, tx, &p)
	}
	return p, false, s.absentTx(ctx, tx, actor, &p)
}

// repin takes the resource's settings of today, for work that begins anew.
func (s *Service) repin(ctx context.Context, tx *store.Tx, p store.Provision) (store.Provision, error) {
	res, err := tx.BareResource(ctx, p.Tenant, p.ResourceID, Everything)
	if err != nil {
		return p, err
	}
	pin, err := tx.PinOf(ctx, p.Tenant, res)
	p.Pin = pin
	return p, err
}

// park lets a provision wait for a person: there is nothing to try again.
func (s *Service) park(ctx context.Context, tx *store.Tx, p *store.Provision) error {
	if p.NextAt == nil {
		return nil
	}
	p.NextAt = nil
	return tx.MoveProvision(ctx, p)
}

// madeTx records that the access is real, and activates the grants that waited for that.
func (s *Service) madeTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, p *store.Provision) error {
	now := tx.Now()
	p.State, p.NextAt, p.VerifiedAt = sallyport.ProvisionPresent, nil, &now
	if err := tx.MoveProvision(ctx, p); err != nil {
		return err
	}
	tx.Changed(p.Tenant, topicProgress(p.ResourceID))
	return s.activateTx(ctx, tx, actor, p.Key())
}

// absentTx records that the access is gone from the target.
func (s *Service) absentTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, p *store.Provision) error {
	was, since := p.State, p.DueSince
	now := tx.Now()
	p.State, p.NextAt, p.VerifiedAt = sallyport.ProvisionAbsent, nil, &now
	if err := tx.MoveProvision(ctx, p); err != nil {
		return err
	}
	return s.removedTx(ctx, tx, actor, *p, was, since)
}

// removedTx appends that the target was read back without the access.
func (s *Service) removedTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, p store.Provision, was sallyport.ProvisionState, since *time.Time) error {
	tx.Changed(p.Tenant, "access:"+p.UserID, "resource:"+p.ResourceID, topicProgress(p.ResourceID))
	if was == sallyport.ProvisionAbsent {
		return nil
	}
	grant, err := tx.LastGrant(ctx, p.Tenant, p.Key())
	if err != nil {
		return err
	}
	body := map[string]any{"resource_id": p.ResourceID, "relation": string(p.Relation), "provision_id": p.ID}
	if since != nil {
		body["since"] = stamp(since)
	}
	kind, id := "grant", grant
	if id == "" {
		kind, id = "provision", p.ID
	} else {
		tx.Changed(p.Tenant, "grant:"+id)
	}
	_, err = tx.Append(ctx, store.NewEvent{Verb: "grant.removed", Actor: actor, ObjectKind: kind, ObjectID: id, Refs: []string{p.UserID, p.ResourceID}, Body: body})
	return err
}

// activateTx starts every grant of the key that waited for its access to be real, with an event each.
func (s *Service) activateTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, k sallyport.Key) error {
	ids, err := tx.ActivateGrants(ctx, actor.Tenant, k)
	if err != nil {
		return err
	}
	for _, id := range ids {
		g, err := tx.Grant(ctx, actor.Tenant, id, Everything)
		if err != nil {
			return err
		}
		body := map[string]any{"activated_at": stamp(g.ActivatedAt), "starts_at": stamp(&g.StartsAt), "no_end": g.NoEnd, "resource_id": g.Resource.ID, "relation": string(g.Relation)}
		if g.EndsAt != nil {
			body["ends_at"] = stamp(g.EndsAt)
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "grant.activated", Actor: actor, ObjectKind: "grant", ObjectID: id, Cause: g.RequestID, Refs: grantRefs(g), Body: body}); err != nil {
			return err
		}
		if err := s.reachTx(ctx, tx, actor, g, nil, &Known{}); err != nil {
			return err
		}
		if g.Subject.Kind == sallyport.SubjectUser && g.RequestID != "" {
			words := func(moment func(time.Time) string) string {
				if g.EndsAt == nil {
					return "It has no end."
				}
				return "It ends on " + moment(*g.EndsAt) + "."
			}
			if err := s.tell(ctx, tx, actor.Tenant, []string{g.Subject.ID}, note{Kind: "grant.activated", Dedupe: "active:" + g.ID,
				On: g.Resource, Titled: then(" is ready"), Timed: words, Link: "/requests/" + g.RequestID}); err != nil {
				return err
			}
		}
		s.grantChanged(tx, actor.Tenant, g)
	}
	return nil
}

func keyOf(g sallyport.Grant) sallyport.Key {
	return sallyport.Key{Subject: g.Subject.Kind, SubjectID: g.Subject.ID, ResourceID: g.Resource.ID, Relation: g.Relation, Parameters: string(g.Parameters)}
}
