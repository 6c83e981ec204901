package access

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// The rules here are those of makeTx and closeGrantTx; what is read and written for each there is for all at once here, since a
// role of thousands is changed in one transaction.

// GiveMembersTx is GiveTx for people who become members of one role by the same actor for the same reason, and of whom nobody is
// one by a living grant of the same key yet.
func (s *Service) GiveMembersTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, list []NewGrant) error {
	if len(list) == 0 {
		return nil
	}
	ids, known := make([]string, len(list)), &Known{}
	for i := range list {
		n := &list[i]
		n.Origin, n.ReasonKind, n.Known = sallyport.OriginGiven, "direct", known
		ids[i] = n.Subject.ID
	}
	if err := known.PeopleTx(ctx, tx, actor.Tenant, ids); err != nil {
		return err
	}
	if err := s.checkGive(ctx, tx, actor, list[0]); err != nil {
		return err
	}
	made, err := s.AddMembersTx(ctx, tx, actor, list)
	if err != nil {
		return err
	}
	pending, err := tx.PendingKeys(ctx, actor.Tenant, list[0].Resource.ID)
	for _, g := range made {
		if err == nil && pending[keyOf(g)] {
			err = s.supersedeCoveredTx(ctx, tx, actor, g)
		}
	}
	return err
}

// AddMembersTx is AddGrantTx for people who become members of one role, of whom nobody has a living grant of the same key and
// origin yet. What they share is in the first's Known.
func (s *Service) AddMembersTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, list []NewGrant) ([]sallyport.Grant, error) {
	if len(list) == 0 {
		return nil, nil
	}
	role, known := list[0].Resource, list[0].known()
	made, previous := make([]sallyport.Grant, len(list)), make([]string, len(list))
	pin, err := tx.PinOf(ctx, actor.Tenant, role)
	if err != nil {
		return nil, err
	}
	if pin.Touches() { // being its member is itself something that a target is told
		for i, n := range list {
			if made[i], err = s.makeTx(ctx, tx, actor, n); err != nil {
				return nil, err
			}
		}
		return made, nil
	}
	for i, n := range list {
		g, err := s.sketchTx(ctx, tx, actor, &n)
		if err != nil {
			return nil, err
		}
		activate(&g, g.StartsAt)
		made[i], previous[i] = g, n.Follows
	}
	if err := tx.InsertGrants(ctx, actor.Tenant, made, previous); err != nil {
		if store.IsUnique(err) {
			return nil, gaveToo("one of these people", err)
		}
		return nil, err
	}
	var reached []string
	for i, g := range made {
		if err := s.grantCreated(ctx, tx, actor, g, previous[i]); err != nil {
			return nil, err
		}
		if g.StartsAt.After(tx.Now()) {
			if err := s.reachTx(ctx, tx, actor, g, &role, known); err != nil {
				return nil, err
			}
		} else {
			reached = append(reached, g.Subject.ID)
		}
		s.grantChanged(tx, actor.Tenant, g)
	}
	return made, wantMembersTx(ctx, tx, actor.Tenant, role.ID, reached, known)
}

// EndAllTx is EndTx for many grants that live, with a reason. Whoever may end somebody else's membership of a thing may end all
// of them.
func (s *Service) EndAllTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, list []sallyport.Grant, reason string) error {
	if err := checkWords("reason", reason); err != nil {
		return err
	}
	ids, may := make([]string, len(list)), map[string]bool{}
	for i, g := range list {
		ids[i] = g.ID
		others := g.Subject.Kind == sallyport.SubjectUser && g.Relation == sallyport.Member && !g.Subject.IsUser(actor.User.ID)
		if others && may[g.Resource.ID] {
			continue
		}
		g, err := s.visibleGrant(ctx, tx, actor, g.ID)
		if err == nil {
			err = s.mayEnd(ctx, tx, actor, g)
		}
		if err == nil {
			err = isOver(actor, g, tx.Now())
		}
		if err != nil {
			return err
		}
		may[g.Resource.ID] = may[g.Resource.ID] || others
	}
	return s.EndGrantsTx(ctx, tx, actor, ids, reason)
}

// EndGrantsTx is EndGrantTx for many grants in their order; memberships of one role that follow each other end as one.
func (s *Service) EndGrantsTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ids []string, reason string) error {
	grants, err := tx.GrantsByID(ctx, actor.Tenant, Everything, ids)
	if err != nil {
		return err
	}
	var run []sallyport.Grant
	for _, id := range ids {
		g := grants[id]
		plain := g.Subject.Kind == sallyport.SubjectUser && g.Relation == sallyport.Member && g.Resource.Kind == sallyport.KindRole && g.Origin != sallyport.OriginImport &&
			g.EndedAt == nil && !over(g, tx.Now()) && (g.ActivatedAt != nil || g.RequestID == "")
		if len(run) > 0 && (!plain || run[0].Resource.ID != g.Resource.ID) {
			if err := s.endMembersTx(ctx, tx, actor, run, reason); err != nil {
				return err
			}
			run = nil
		}
		if plain {
			run = append(run, g)
		} else if err := s.endTx(ctx, tx, actor, id, reason, false); err != nil {
			return err
		}
	}
	return s.endMembersTx(ctx, tx, actor, run, reason)
}

// endMembersTx ends memberships of one role that live, and of which no request hangs.
func (s *Service) endMembersTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, list []sallyport.Grant, reason string) error {
	if len(list) == 0 {
		return nil
	}
	role := list[0].Resource
	alone, err := s.feedsAdmins(ctx, tx, actor.Tenant, list[0])
	if err == nil && !alone {
		alone, err = tx.HasProvisions(ctx, actor.Tenant, role.ID)
	}
	if err != nil {
		return err
	}
	ids, users := make([]string, len(list)), make([]string, len(list))
	for i, g := range list {
		if ids[i], users[i] = g.ID, g.Subject.ID; alone {
			if err := s.endTx(ctx, tx, actor, g.ID, reason, false); err != nil {
				return err
			}
		}
	}
	if alone {
		return nil
	}
	now := tx.Now()
	done, err := tx.EndGrants(ctx, actor.Tenant, ids, now, actor.User.ID, reason)
	if err == nil && !done {
		err = sallyport.Errorf(sallyport.EConflict, "a membership of %s was ended by somebody else at this moment; nothing was changed", role.Name).WithHint("Try again.")
	}
	if err != nil {
		return err
	}
	for _, g := range list {
		if err := grantEnded(ctx, tx, actor, g, now, reason); err != nil {
			return err
		}
		s.grantChanged(tx, actor.Tenant, g)
	}
	if err := unwantMembersTx(ctx, tx, actor.Tenant, role.ID, users); err != nil {
		return err
	}
	return s.tellMembers(ctx, tx, actor, list, users, reason)
}

// tellMembers is tellEnded for memberships of one role. Who had several hears of the last.
func (s *Service) tellMembers(ctx context.Context, tx *store.Tx, actor sallyport.Actor, list []sallyport.Grant, users []string, reason string) error {
	role := list[0].Resource
	people, err := tx.UsersByID(ctx, actor.Tenant, users)
	if err != nil {
		return err
	}
	still, err := tx.GrantsOfPeople(ctx, actor.Tenant, role.ID, users) // no role gives a role
	if err != nil {
		return err
	}
	delete(people, actor.User.ID)
	for _, g := range still {
		if g.Relation == sallyport.Member && g.Holds(tx.Now()) {
			delete(people, g.Subject.ID)
		}
	}
	var notes []store.NewMessage
	for i := len(list) - 1; i >= 0; i-- {
		g := list[i]
		if u, ok := people[g.Subject.ID]; ok && u.State == sallyport.UserActive && g.ActivatedAt != nil {
			n := endedNote(g, reason)
			notes = append(notes, store.NewMessage{UserID: u.ID, Kind: n.Kind, Dedupe: n.Dedupe, Title: n.Titled(role.Name), Body: n.Body, Link: n.Link})
			delete(people, u.ID)
		}
	}
	_, err = tx.AddMessages(ctx, actor.Tenant, notes)
	tx.Wake(actor.Tenant)
	return err
}
