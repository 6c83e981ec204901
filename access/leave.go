package access

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// chargeGrace is how long the grants of a service account or agent go on once the person who answered for it has left.
const chargeGrace = 7 * 24 * time.Hour

// LeaveTx does what follows when a person is gone or suspended in their source (domain rule 7), inside the caller's
// transaction: the state, the end of everything they hold with the cause, their pending requests, their tasks, the stages
// that waited for them, and those they answered for. The last admin's grant ends too, with an alarm. Calling it again for
// the same state ends only what was granted since.
func (s *Service) LeaveTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, u sallyport.User, state sallyport.UserState, cause string) error {
	tenant := actor.Tenant
	if state == sallyport.UserActive {
		return sallyport.Errorf(sallyport.EInternal, "an active person does not leave")
	}
	if _, err := tx.SetUserState(ctx, tenant, u.ID, state); err != nil {
		return err
	}
	verb := "user.left"
	if state == sallyport.UserSuspended {
		verb = "user.suspended"
	}
	if _, err := tx.Append(ctx, store.NewEvent{Verb: verb, Actor: actor, ObjectKind: "user", ObjectID: u.ID, Body: map[string]any{"state": string(state)},
		Values: []store.Value{{Name: "cause", Value: cause, UserID: u.ID}}}); err != nil {
		return err
	}
	held, err := tx.HeldGrants(ctx, tenant, sallyport.SubjectUser, u.ID)
	if err != nil {
		return err
	}
	for _, id := range held {
		if err := s.endTx(ctx, tx, actor, id, cause, true); err != nil {
			return err
		}
	}
	if err := tx.MarkEndedInSource(ctx, tenant, held); err != nil { // who comes back has what the source then says
		return err
	}
	if err := s.closeRequestsTx(ctx, tx, actor, "", u.ID, cause); err != nil {
		return err
	}
	if err := s.dropWorkOrders(ctx, tx, actor, store.TaskFilter{UserID: u.ID, State: "todo"}, cause); err != nil {
		return err
	}
	tasks, err := tx.OpenTaskIDs(ctx, tenant, u.ID, "", "")
	if err != nil {
		return err
	}
	for _, id := range tasks {
		if err := s.handOn(ctx, tx, actor, id, cause); err != nil {
			return err
		}
	}
	if err := s.recheckStagesTx(ctx, tx, tenant, u.ID); err != nil {
		return err
	}
	tx.Changed(tenant, "user:"+u.ID, "access:"+u.ID)
	return s.passOn(ctx, tx, actor, u)
}

// passOn gives the accountability of a leaver to their manager; what the accounts hold ends after a week unless it is
// extended.
func (s *Service) passOn(ctx context.Context, tx *store.Tx, actor sallyport.Actor, u sallyport.User) error {
	charges, err := tx.Charges(ctx, actor.Tenant, u.ID)
	if err != nil || len(charges) == 0 {
		return err
	}
	heir, told := "", []string{}
	if u.Manager != nil {
		m, err := tx.User(ctx, actor.Tenant, u.Manager.ID)
		if err != nil {
			return err
		}
		if m.State == sallyport.UserActive {
			heir, told = m.ID, []string{m.ID}
		}
	}
	if heir == "" {
		if told, err = s.adminIDs(ctx, tx, actor.Tenant); err != nil {
			return err
		}
	}
	until := tx.Now().Add(chargeGrace)
	for _, id := range charges {
		c, err := tx.User(ctx, actor.Tenant, id)
		if err != nil {
			return err
		}
		if err := tx.SetAccountable(ctx, actor.Tenant, id, heir); err != nil {
			return err
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "user.accountable_changed", Actor: actor, ObjectKind: "user", ObjectID: id, Refs: []string{u.ID, heir},
			Body: map[string]any{"from": u.ID, "to": heir}}); err != nil {
			return err
		}
		if err := s.shortenAll(ctx, tx, actor, id, until); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, actor.Tenant, told, note{Kind: "user.accountable", Dedupe: "accountable:" + id + ":" + u.ID,
			Title: "Who answers for " + c.Name + "?", Link: "/people/" + c.Login,
			Timed: func(moment func(time.Time) string) string {
				return u.Name + " did, and is here no more. What it holds ends on " + moment(until) + " unless somebody extends it."
			}}); err != nil {
			return err
		}
	}
	return nil
}

// shortenAll replaces the grants of a person that end later than a moment by such as end then.
func (s *Service) shortenAll(ctx context.Context, tx *store.Tx, actor sallyport.Actor, userID string, until time.Time) error {
	ids, err := tx.HeldGrants(ctx, actor.Tenant, sallyport.SubjectUser, userID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		g, err := tx.Grant(ctx, actor.Tenant, id, Everything)
		if err != nil {
			return err
		}
		if g.EndsAt != nil && !g.EndsAt.After(until) {
			continue
		}
		res, err := tx.BareResource(ctx, actor.Tenant, g.Resource.ID, Everything)
		if err != nil {
			return err
		}
		if !res.Managed || g.Origin == sallyport.OriginImport {
			continue // followed, not enforced: the directory ends it
		}
		if _, err := s.grantTx(ctx, tx, sallyport.System(actor.Tenant), NewGrant{Subject: g.Subject, Resource: res, Relation: g.Relation, Parameters: string(g.Parameters),
			Origin: g.Origin, ReasonKind: g.ReasonKind, Reason: g.Reason, RequestID: g.RequestID, Until: &until, Replace: true}); err != nil {
			return err
		}
	}
	return nil
}

// CloseResourceTx does what follows when a resource is removed from the catalogue: everybody's grants on it end with the
// cause, as do those that it holds as a role; what is pending about it closes. Requests that it decides, as a group or role, go
// to others; whatever has its slug later has no vote on them.
func (s *Service) CloseResourceTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, res sallyport.Resource, cause string) error {
	ids, err := tx.ResourceGrants(ctx, actor.Tenant, res.ID)
	if err != nil {
		return err
	}
	if res.Kind == sallyport.KindRole {
		held, err := tx.HeldGrants(ctx, actor.Tenant, sallyport.SubjectRole, res.ID)
		if err != nil {
			return err
		}
		ids = append(held, slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(held, id) })...) // first what its members have by it; it may own itself
	}
	if err := s.EndGrantsTx(ctx, tx, actor, ids, cause); err != nil {
		return err
	}
	if err := s.closeRequestsTx(ctx, tx, actor, res.ID, "", cause); err != nil {
		return err
	}
	if res.Kind == sallyport.KindGroup || res.Kind == sallyport.KindRole {
		named, err := tx.Unname(ctx, actor.Tenant, res)
		if err == nil {
			err = s.RewrittenTx(ctx, tx, actor, res, named, cause)
		}
		if err != nil {
			return err
		}
	}
	return s.dropWorkOrders(ctx, tx, actor, store.TaskFilter{ResourceID: res.ID, State: "todo"}, cause)
}

// RewrittenTx records that what named a group or role names it otherwise now.
func (s *Service) RewrittenTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, res sallyport.Resource, named store.Rewritten, cause string) error {
	var events []store.NewEvent
	for _, id := range slices.Sorted(maps.Keys(named.Fields)) {
		tx.Changed(actor.Tenant, "resources", "resource:"+id)
		events = append(events, store.NewEvent{Verb: "resource.changed", ObjectKind: "resource", ObjectID: id, Body: map[string]any{"changed": named.Fields[id]}})
	}
	for _, kind := range named.Creation {
		events = append(events, store.NewEvent{Verb: "creation_rule.changed", ObjectKind: "tenant", ObjectID: actor.Tenant, Body: map[string]any{"kind": string(kind), "default": false}})
	}
	for _, e := range events {
		e.Actor, e.Cause, e.Refs = actor, cause, []string{res.ID}
		if _, err := tx.Append(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// dropWorkOrders cancels the open tasks of work orders; their requests fail with the cause.
func (s *Service) dropWorkOrders(ctx context.Context, tx *store.Tx, actor sallyport.Actor, f store.TaskFilter, cause string) error {
	p := store.Page{Limit: store.MaxLimit}
	for {
		l, err := tx.Tasks(ctx, actor.Tenant, Everything, f, p)
		if err != nil {
			return err
		}
		for _, t := range l.Items {
			if t.ProvisionID != "" || t.RequestID == "" {
				continue
			}
			if err := s.cancelTask(ctx, tx, actor, t, cause); err != nil {
				return err
			}
			if err := s.workDoneTx(ctx, tx, actor, t.RequestID, "rejected", cause); err != nil {
				return err
			}
		}
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			return nil
		}
	}
}
