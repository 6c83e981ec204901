package catalog

import (
	"context"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// ruledKinds are the kinds for which admins say who decides about new ones. About new access in an app its owners do.
var ruledKinds = []sallyport.Kind{sallyport.KindApp, sallyport.KindGroup, sallyport.KindRole}

// CreationRules lists who decides about new things of these kinds.
func (s *Service) CreationRules(ctx context.Context, actor sallyport.Actor) ([]sallyport.CreationRule, error) {
	var out []sallyport.CreationRule
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		out = nil
		for _, k := range ruledKinds {
			f, found, err := tx.CreationFlow(ctx, actor.Tenant, k)
			if err != nil {
				return err
			}
			if !found {
				f = sallyport.DefaultCreationFlow(k)
			}
			out = append(out, sallyport.CreationRule{Kind: k, Flow: f, Default: !found})
		}
		return nil
	})
	return out, err
}

// SetCreationRule says who decides about new apps, groups or roles; nil is the admins again. Requests in flight keep what
// they started with. Admins only.
func (s *Service) SetCreationRule(ctx context.Context, actor sallyport.Actor, kind sallyport.Kind, f *sallyport.Flow) (sallyport.CreationRule, error) {
	var out sallyport.CreationRule
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		out, err = s.setCreationRuleTx(ctx, tx, actor, kind, f)
		return err
	})
	return out, err
}

func (s *Service) setCreationRuleTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, kind sallyport.Kind, f *sallyport.Flow) (sallyport.CreationRule, error) {
	out := sallyport.CreationRule{Kind: kind}
	if err := needAdmin(actor, "say who decides about new things"); err != nil {
		return out, err
	}
	f = normalFlow(f)
	if err := sallyport.Faults(creationFaults(kind, f)); err != nil {
		return out, err
	}
	if f != nil {
		c := s.checker(ctx, tx, actor.Tenant)
		c.flow(*f)
		if c.err != nil {
			return out, c.err
		}
		if err := refusal(c.faults); err != nil {
			return out, err
		}
	}
	before, found, err := tx.CreationFlow(ctx, actor.Tenant, kind)
	if err != nil {
		return out, err
	}
	if !found {
		before = sallyport.DefaultCreationFlow(kind)
	}
	if err := tx.SetCreationFlow(ctx, actor.Tenant, kind, f); err != nil {
		return out, err
	}
	out.Flow, out.Default = sallyport.DefaultCreationFlow(kind), f == nil
	if f != nil {
		out.Flow = *f
	}
	tx.Changed(actor.Tenant, "creation-rules")
	_, err = tx.Append(ctx, store.NewEvent{Verb: "creation_rule.changed", Actor: actor, ObjectKind: "tenant", ObjectID: actor.Tenant, Body: map[string]any{"kind": string(kind), "default": f == nil},
		Values: []store.Value{{Name: "flow.before", Value: asText(before)}, {Name: "flow.after", Value: asText(out.Flow)}}})
	return out, err
}

// creationFaults finds what a rule alone shows to be wrong.
func creationFaults(kind sallyport.Kind, f *sallyport.Flow) []sallyport.Fault {
	if !slices.Contains(ruledKinds, kind) {
		return []sallyport.Fault{{Path: "kind", Message: "is unknown; use app, group or role: about new access in an app its owners decide"}}
	}
	if f == nil {
		return nil
	}
	faults := f.Check("flow")
	if len(f.Stages) == 0 && !f.NoApproval {
		faults = append(faults, sallyport.Fault{Path: "flow.stages", Message: "is empty: nobody would decide; name at least one, or leave the flow out for the admins"})
	}
	return faults
}
