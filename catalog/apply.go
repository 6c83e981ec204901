package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// ApplyOptions say what of a plan may be applied.
type ApplyOptions struct {
	Prune         bool
	AllowRemovals bool   // an admin saw that the plan removes suspiciously much
	Hash          string // of the plan that was shown; "" applies whatever the plan is now
}

// Apply makes the catalogue be what the files say, in one transaction: all of it or nothing. The plan is made anew inside;
// when it is no longer the one that was shown, nothing is applied (EConflict). Applying twice changes nothing the second
// time. Removals need an admin.
func (s *Service) Apply(ctx context.Context, actor sallyport.Actor, f Files, o ApplyOptions) (sallyport.Plan, error) {
	var p planned
	if err := needCurator(actor, "apply a catalogue"); err != nil {
		return p.Plan, err
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if p, err = s.planTx(ctx, tx, actor, f, o.Prune); err != nil {
			return err
		}
		if err := p.applicable(actor, o); err != nil || p.Empty() {
			return err
		}
		if err := s.applyHolidays(ctx, tx, actor, p.steps); err != nil {
			return err
		}
		for _, st := range waves(p.steps) {
			if err := s.applyStep(ctx, tx, actor, st); err != nil {
				return inFile(st, err)
			}
		}
		_, err = tx.Append(ctx, store.NewEvent{Verb: "catalogue.applied", Actor: actor, ObjectKind: "tenant", ObjectID: actor.Tenant,
			Body: map[string]any{"creates": p.Creates, "changes": p.Changes, "removes": p.Removes, "plan": p.Hash}})
		return err
	})
	return p.Plan, err
}

func (p *planned) applicable(actor sallyport.Actor, o ApplyOptions) error {
	if err := refusal(p.Faults); err != nil {
		return err
	}
	if o.Hash != "" && o.Hash != p.Hash {
		return sallyport.Errorf(sallyport.EConflict, "the catalogue is no longer what the plan was made for; nothing was applied").
			WithHint("Look at the plan again, then apply it.")
	}
	if p.Removes > 0 {
		if err := needAdmin(actor, "apply a plan that removes something"); err != nil {
			return err
		}
	}
	if p.Refused != "" && !o.AllowRemovals {
		return sallyport.Errorf(sallyport.EPrecondition, "%s", p.Refused).
			WithHint("If that is meant, apply it with --allow-removals.").WithRule("shrink_guard")
	}
	return nil
}

// waves moves groups whose audience is another new group behind that one. A circle stays as it is, and is refused when
// its first group does not find its audience.
func waves(steps []step) []step {
	waiting := map[string]bool{}
	for _, st := range steps {
		if st.Action == sallyport.PlanCreate && st.it != nil && st.it.kind == sallyport.KindGroup {
			waiting[st.Slug] = true
		}
	}
	var out, later []step
	for range len(steps) + 1 {
		later = later[:0]
		for _, st := range steps {
			if st.it != nil && st.it.Audience != "" && st.it.Audience != st.Slug && waiting[st.it.Audience] {
				later = append(later, st)
				continue
			}
			delete(waiting, st.Slug)
			out = append(out, st)
		}
		if len(later) == 0 || len(later) == len(steps) {
			return append(out, later...)
		}
		steps = append([]step(nil), later...)
	}
	return out
}

func (s *Service) applyStep(ctx context.Context, tx *store.Tx, actor sallyport.Actor, st step) error {
	switch {
	case st.day != nil: // all at once, before
		return nil
	case st.con != nil:
		return s.applyConnection(ctx, tx, actor, st)
	case st.tag != nil:
		return s.applyTag(ctx, tx, actor, st)
	case st.creation != nil:
		return s.applyCreation(ctx, tx, actor, st)
	case st.gives:
		return s.applyGives(ctx, tx, actor, st.it)
	}
	if st.Action == sallyport.PlanRemove {
		r, err := tx.Resource(ctx, actor.Tenant, st.before.ID, store.Viewer{All: true})
		if err != nil || r.DeletedAt != nil {
			return err // gone with its app
		}
		why := removed(r) + " from the catalogue files"
		return s.deleteTx(ctx, tx, actor, r, why, why)
	}
	it := st.it
	if st.yields != "" {
		if err := tx.YieldName(ctx, actor.Tenant, st.yields, it.Name); err != nil {
			return err
		}
	}
	var stays []string // tags of the app that it leaves
	converted := st.Action == sallyport.PlanConvert
	if converted {
		before, err := tx.Resource(ctx, actor.Tenant, st.before.ID, store.Viewer{All: true})
		if err != nil {
			return err
		}
		now, err := s.convertTx(ctx, tx, actor, before, Conversion{Kind: it.kind, App: it.app, Slug: it.Slug, Accept: true}, converting{checked: true, owned: it.Owners != nil, name: it.Name})
		if err != nil {
			return err
		}
		stays = slices.DeleteFunc(now.Tags, func(name string) bool { return slices.Contains(before.Tags, name) })
	}
	if st.before == nil {
		in := sallyport.NewResource{Kind: it.kind, App: it.app, Slug: it.Slug, Name: it.Name, Description: it.Description, Physical: it.Physical, Form: &it.Form,
			Flow: it.Flow, Fulfilment: &it.Fulfilment, Revocation: it.Revocation, Durations: &it.Durations, Audience: it.Audience, Reason: asFilesSay}
		owners, err := it.ownersNow(ctx, tx, actor.Tenant, nil)
		if err != nil {
			return err
		}
		if owners != nil {
			in.Owners = *owners
		}
		if it.Tags != nil {
			in.Tags = *it.Tags
		}
		r, err := s.createTx(ctx, tx, actor, in, making{source: sourceFiles, checked: true})
		if err != nil {
			return err
		}
		return s.applyOwners(ctx, tx, actor, it, r)
	}
	flow, revocation := it.Flow, it.Revocation
	if flow == nil {
		flow = &sallyport.Flow{}
	}
	if revocation == nil {
		revocation = &sallyport.Fulfilment{}
	}
	before, err := tx.Resource(ctx, actor.Tenant, st.before.ID, store.Viewer{All: true})
	if err != nil {
		return err
	}
	if converted {
		before.Name = st.before.Name // so that the other name is recorded as a change
	}
	owners, err := it.ownersNow(ctx, tx, actor.Tenant, &before)
	if err != nil {
		return err
	}
	tags := it.Tags
	if tags != nil {
		all := slices.Concat(*tags, stays)
		tags = &all
	}
	r, err := s.updateTx(ctx, tx, actor, before, sallyport.ResourcePatch{Slug: &it.Slug, Name: &it.Name, Description: &it.Description, Physical: &it.Physical, Form: &it.Form, Flow: flow,
		Fulfilment: &it.Fulfilment, Revocation: revocation, Durations: &it.Durations, Audience: &it.Audience, Owners: owners, Tags: tags, Reason: asFilesSay, Accept: true}, sourceFiles, true)
	if err != nil {
		return err
	}
	return s.applyOwners(ctx, tx, actor, it, r)
}

// inFile says where the item stands that could not be applied.
func inFile(st step, err error) error {
	e, ok := err.(*sallyport.Error)
	if !ok || st.it == nil {
		return err
	}
	out := *e
	out.Message = fmt.Sprintf("%s, %s: %s", st.it.d.where(st.it.path), st.Slug, e.Message)
	return &out
}
