package access

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Preview says what would happen if an ask were submitted: who would decide, which limits apply and where they come
// from, what the beneficiary has already, and what would be refused. It writes nothing.
func (s *Service) Preview(ctx context.Context, actor sallyport.Actor, ask sallyport.Ask) (sallyport.Preview, error) {
	p := sallyport.Preview{Stages: []sallyport.Stage{}, Limits: []sallyport.Limit{}, Current: []sallyport.Access{}, Problems: []sallyport.Fault{},
		Peers: sallyport.Peers{Basis: "none", People: []sallyport.UserRef{}, Roles: []sallyport.PeerRole{}}}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if ask.Create != nil || ask.Kind == sallyport.RequestCreate {
			p.Form, p.Duration = sallyport.Form{}, sallyport.Durations{}
			return s.previewNewTx(ctx, tx, actor, ask, &p)
		}
		if ask.Resource == "" {
			return sallyport.Invalid("resource", "is missing")
		}
		res, err := tx.BareResource(ctx, actor.Tenant, ask.Resource, Viewer(actor))
		if err != nil {
			return err
		}
		hand, err := hands(ctx, tx, actor.Tenant, res)
		if err != nil {
			return err
		}
		p.Resource, p.Form, p.Duration, p.Fulfil = res.Ref(), res.Form, res.Durations, fulfilWords(res, hand)
		r, _, err := s.draftTx(ctx, tx, actor, ask)
		if err := problemOf(&p, err); err != nil {
			return err
		}
		if r.Beneficiary.ID == "" { // what is wrong does not keep from showing the rest
			who, err := s.beneficiaryTx(ctx, tx, actor, ask.Beneficiary)
			if err := problemOf(&p, err); err != nil {
				return err
			}
			if who.ID == "" {
				return nil
			}
			r.Beneficiary = who
		}
		if r.Relation == "" {
			r = sallyport.Request{Requester: actor.User, Beneficiary: r.Beneficiary, Relation: sallyport.Member, Parameters: []byte("{}"), Flow: sallyport.FlowOf(res.Flow), Resource: res.Ref()}
		}
		if end := endOf(r, tx.Now()); !end.IsZero() {
			p.EndsAt = &end
		}
		if err := s.previewStagesTx(ctx, tx, actor, r, res, &p); err != nil {
			return err
		}
		return s.previewHoldingTx(ctx, tx, actor, r, res, &p)
	})
	return p, err
}

func (s *Service) previewStagesTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource, p *sallyport.Preview) error {
	if err := s.previewJuriesTx(ctx, tx, actor, r, res, p); err != nil {
		return err
	}
	_, limits, err := s.LimitsTx(ctx, tx, actor.Tenant, res, Viewer(actor))
	if err != nil {
		return err
	}
	p.Limits = append(p.Limits, limits...)
	p.Typical, err = tx.TypicalDecision(ctx, actor.Tenant, res.ID, tx.Now().Add(-90*24*time.Hour))
	return err
}

// previewJuriesTx says who would decide each stage.
func (s *Service) previewJuriesTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource, p *sallyport.Preview) error {
	for i, spec := range r.Flow.Stages {
		j, err := s.juryTx(ctx, tx, actor.Tenant, r, res, spec, false)
		if err := problemOf(p, err); err != nil {
			return err
		}
		if j.Approvers == nil {
			j.Approvers = []sallyport.Approver{}
		}
		rule := spec.Rule
		if rule == "" {
			rule = "any"
		}
		p.Stages = append(p.Stages, sallyport.Stage{Name: spec.Title(), Position: i, State: sallyport.StageWaiting, Rule: rule, Need: max(j.Need, 1),
			Approvers: j.Approvers, Fallback: j.Fallback, Votes: []sallyport.Vote{}})
	}
	return nil
}

func (s *Service) previewHoldingTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Request, res sallyport.Resource, p *sallyport.Preview) error {
	if r.Beneficiary.Kind == sallyport.SubjectUser {
		all, err := tx.UserAccess(ctx, actor.Tenant, r.Beneficiary.ID, tx.Now(), Viewer(actor))
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.Resource.ID == res.ID {
				p.Current = append(p.Current, a)
			}
		}
		if p.Peers, err = tx.PeersWith(ctx, actor.Tenant, r.Beneficiary.ID, res.ID, r.Relation, Viewer(actor)); err != nil {
			return err
		}
	}
	if res.Kind == sallyport.KindRole {
		gives, err := tx.RoleGives(ctx, actor.Tenant, res.ID, Viewer(actor))
		if err != nil {
			return err
		}
		for _, g := range gives {
			p.Effects = append(p.Effects, g.Resource)
		}
		p.Effects = slices.Compact(p.Effects)
	}
	key := r.Key()
	key.ResourceID = res.ID
	old, ok, err := tx.PendingRequest(ctx, actor.Tenant, key)
	if ok {
		redact(&old, false)
		p.Pending = &old
	}
	return err
}

func problemOf(p *sallyport.Preview, err error) error { return (*preview)(p).problem(err) }

type preview sallyport.Preview

// problem keeps a refusal as something to show; other errors are passed on.
func (p *preview) problem(err error) error {
	var e *sallyport.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case sallyport.EInvalid, sallyport.EPrecondition, sallyport.EForbidden, sallyport.EConflict:
	default:
		return err
	}
	p.Problems = append(p.Problems, faultsOf(e)...)
	return nil
}
