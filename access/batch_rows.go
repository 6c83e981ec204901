package access

import (
	"context"
	"errors"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// renewItem renews one grant. Where the actor may not do it directly, because the flow has stages, because they do not own
// it, or because they would renew themselves against a constraint, a request is filed in its place (domain rule 13).
func (s *Service) renewItem(ctx context.Context, tx *store.Tx, actor sallyport.Actor, w store.BatchWork, it *sallyport.BatchItem) error {
	before, err := s.visibleGrant(ctx, tx, actor, it.GrantID)
	if err != nil {
		return err
	}
	if err := isOver(actor, before, tx.Now()); err != nil {
		return err
	}
	it.FormerEndsAt = before.EndsAt
	x := Extension{Duration: it.Duration, Until: it.Until, Reason: w.Reason}
	if x.Duration == nil && x.Until == nil {
		x.Duration, x.Until = w.Duration, w.Until
	}
	g, err := s.Extend(ctx, actor, before.ID, x)
	switch {
	case err == nil:
		it.State, it.EndsAt, it.NewGrantID = sallyport.ItemRenewed, g.EndsAt, g.ID
		return nil
	case asksInstead(err):
		if err = s.askItem(ctx, tx, actor, before, x, it); err == nil {
			return nil
		}
	}
	if tooLong(err) {
		limits, bad := s.greatestTx(ctx, tx, actor.Tenant, Viewer(actor), []sallyport.Grant{before})
		if bad != nil {
			return bad
		}
		l := limits[before.ID]
		it.Limits = &l
	}
	return err
}

// asksInstead tells the refusals that a request goes round rightly: others decide then.
func asksInstead(err error) bool {
	var e *sallyport.Error
	return errors.As(err, &e) && e.Code == sallyport.EForbidden && e.Rule == "domain.13" || refusedBy(err).NotSelf
}

func tooLong(err error) bool {
	var e *sallyport.Error
	return errors.As(err, &e) && e.Rule == "durations" || refusedBy(err).Limit != nil
}

// ruleAskedBefore marks a row for which a request stands that was there before the batch, and that undoing it leaves alone.
const ruleAskedBefore = "batch.asked_before"

// howLong says in words for how long a request asks.
func howLong(actor sallyport.Actor, r sallyport.Request) string {
	switch {
	case r.Until != nil:
		return "until " + actor.Moment(*r.Until)
	case r.Duration != nil:
		return "for " + r.Duration.Words()
	}
	return "without end"
}

// askItem files a request to go on with a grant. One that the actor filed and that is pending stands for it; the answers
// are those of the request from which the grant came, where that was the actor's or is about them.
func (s *Service) askItem(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant, x Extension, it *sallyport.BatchItem) error {
	k := sallyport.Key{Subject: g.Subject.Kind, SubjectID: g.Subject.ID, ResourceID: g.Resource.ID, Relation: g.Relation, Parameters: string(g.Parameters)}
	pending, ok, err := tx.PendingRequest(ctx, actor.Tenant, k)
	if err != nil {
		return err
	}
	if ok && pending.Requester.ID == actor.User.ID {
		it.State, it.RequestID, it.EndsAt, it.Rule = sallyport.ItemAsked, pending.ID, g.EndsAt, ruleAskedBefore
		it.Detail = "You asked for this before, " + howLong(actor, pending) + "; that request stands."
		return nil
	}
	ask := sallyport.Ask{Resource: g.Resource.ID, Relation: g.Relation, Beneficiary: string(g.Subject.Kind) + ":" + g.Subject.ID, Duration: x.Duration, Until: x.Until,
		Reason: x.Reason, Parameters: g.Parameters}
	if blank(ask.Reason) {
		if needs, err := s.needsReason(ctx, tx, actor.Tenant, g); err != nil {
			return err
		} else if !needs {
			ask.Reason = g.Reason
		}
	}
	if g.RequestID != "" {
		old, err := tx.Request(ctx, actor.Tenant, g.RequestID, Everything)
		if err != nil && sallyport.CodeOf(err) != sallyport.ENotFound {
			return err
		}
		if err == nil && (old.Requester.ID == actor.User.ID || old.Beneficiary.IsUser(actor.User.ID)) {
			ask.Answers = old.Answers
		}
	}
	r, err := s.Ask(ctx, actor, ask)
	if err != nil {
		return err
	}
	it.State, it.RequestID, it.EndsAt = sallyport.ItemAsked, r.ID, g.EndsAt
	return nil
}

// undoItem takes back what a row of a batch did.
func (s *Service) undoItem(ctx context.Context, tx *store.Tx, actor sallyport.Actor, w store.BatchWork, done sallyport.BatchItem, it *sallyport.BatchItem) error {
	switch done.State {
	case sallyport.ItemRenewed:
		return s.unrenewItem(ctx, actor, done, it)
	case sallyport.ItemReviewed:
		return s.unreviewItem(ctx, actor, w, it)
	case sallyport.ItemAsked:
		if done.Rule == ruleAskedBefore {
			return sallyport.Errorf(sallyport.EPrecondition, "the request was there before, so it stays").WithHint("Cancel it, if it is not needed.").WithRule("batch.undo")
		}
		r, err := tx.Request(ctx, actor.Tenant, done.RequestID, Everything)
		if err != nil {
			return err
		}
		if r.State != sallyport.RequestPending {
			return sallyport.Errorf(sallyport.EPrecondition, "the request is %s already", r.State).WithHint("What came of it can be ended by whoever may end it.").WithRule("batch.undo")
		}
		reason := w.Reason
		if blank(reason) {
			reason = "taken back"
		}
		if _, err := s.Cancel(ctx, actor, r.ID, reason); err != nil {
			return err
		}
		it.State, it.RequestID = sallyport.ItemUndone, r.ID
		return nil
	}
	return sallyport.Errorf(sallyport.EPrecondition, "a grant that was ended cannot be brought back: rows are never edited away").
		WithHint("Give the access again, or let it be asked for.").WithRule("batch.undo")
}

// unrenewItem gives a renewed grant its former end again, if nothing else changed it since.
func (s *Service) unrenewItem(ctx context.Context, actor sallyport.Actor, done sallyport.BatchItem, it *sallyport.BatchItem) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		refuse := func(hint, format string, args ...any) error {
			return sallyport.Errorf(sallyport.EPrecondition, format, args...).WithHint("%s", hint).WithRule("batch.undo")
		}
		g, err := s.visibleGrant(ctx, tx, actor, done.NewGrantID)
		if err != nil {
			return err
		}
		if err := s.mayEnd(ctx, tx, actor, g); err != nil {
			return err
		}
		if isOver(actor, g, tx.Now()) != nil || g.EndsAt == nil || done.EndsAt == nil || !g.EndsAt.Equal(*done.EndsAt) {
			return refuse("Look at the grant; what happened later stands.", "it was changed again since it was renewed")
		}
		if done.FormerEndsAt == nil || !done.FormerEndsAt.After(tx.Now()) {
			return refuse("End it, if it is not needed.", "its former end has passed meanwhile, so taking the renewal back would end it now")
		}
		before, err := s.visibleGrant(ctx, tx, actor, done.GrantID)
		if err != nil {
			return err
		}
		was, until := before, done.FormerEndsAt
		if before.ID != g.ID && isOver(actor, before, tx.Now()) == nil { // it was found in a target, and goes on beside
			given, any, err := tx.TookOverFrom(ctx, actor.Tenant, g.ID) // what was given here beside it
			if err != nil {
				return err
			}
			if any && given.EndsAt == nil {
				return refuse("End it, if it is not needed.", "it took over from what was given here and was not real yet")
			}
			if !any || !given.EndsAt.After(tx.Now()) {
				it.State, it.NewGrantID, it.EndsAt, it.FormerEndsAt = sallyport.ItemUndone, before.ID, before.EndsAt, g.EndsAt
				return s.endTx(ctx, tx, actor, g.ID, "the renewal was taken back", false)
			}
			was, until = given, given.EndsAt
		}
		if was.Origin != g.Origin || blank(was.Reason) { // it has no reason to go on by
			was = g
		}
		res, err := tx.BareResource(ctx, actor.Tenant, g.Resource.ID, Everything)
		if err != nil {
			return err
		}
		back, err := s.grantTx(ctx, tx, actor, NewGrant{Subject: g.Subject, Resource: res, Relation: g.Relation, Parameters: string(g.Parameters), Origin: g.Origin,
			ReasonKind: was.ReasonKind, Reason: was.Reason, RequestID: was.RequestID, Until: until, Replace: true})
		if err != nil {
			return err
		}
		it.State, it.NewGrantID, it.EndsAt, it.FormerEndsAt = sallyport.ItemUndone, back.ID, back.EndsAt, g.EndsAt
		return tx.CopyReview(ctx, actor.Tenant, done.GrantID, back.ID)
	})
}

func (s *Service) unreviewItem(ctx context.Context, actor sallyport.Actor, w store.BatchWork, it *sallyport.BatchItem) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		g, err := s.visibleGrant(ctx, tx, actor, it.GrantID)
		if err != nil {
			return err
		}
		if err := s.mayEnd(ctx, tx, actor, g); err != nil {
			return err
		}
		removed, err := tx.UnmarkReviewed(ctx, actor.Tenant, g.ID, w.UndoOf)
		if err != nil {
			return err
		}
		if !removed {
			return sallyport.Errorf(sallyport.EPrecondition, "the mark was there before, so it stays").WithRule("batch.undo")
		}
		it.State, it.EndsAt = sallyport.ItemUndone, g.EndsAt
		s.grantChanged(tx, actor.Tenant, g)
		_, err = tx.Append(ctx, store.NewEvent{Verb: "grant.unreviewed", Actor: actor, ObjectKind: "grant", ObjectID: g.ID, Cause: w.UndoOf, Refs: grantRefs(g),
			Body: map[string]any{"resource_id": g.Resource.ID, "relation": string(g.Relation)}})
		return err
	})
}
