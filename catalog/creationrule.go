package catalog

import (
	"context"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// CreationRules lists who decides about new apps, groups and roles. About new access in an app its owners do.
func (s *Service) CreationRules(ctx context.Context, actor sallyport.Actor) ([]sallyport.CreationRule, error) {
	var out []sallyport.CreationRule
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		out = nil
		for _, k := range []sallyport.Kind{sallyport.KindApp, sallyport.KindGroup, sallyport.KindRole} {
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
	out := sallyport.CreationRule{Kind: kind}
	if err := needAdmin(actor, "say who decides about new things"); err != nil {
		return out, err
	}
	if !slices.Contains([]sallyport.Kind{sallyport.KindApp, sallyport.KindGroup, sallyport.KindRole}, kind) {
		return out, sallyport.Invalid("kind", "is unknown; use app, group or role: about new access in an app its owners decide")
	}
	f = normalFlow(f)
	if f != nil {
		faults := f.Check("flow")
		if len(f.Stages) == 0 && !f.NoApproval {
			faults = append(faults, sallyport.Fault{Path: "flow.stages", Message: "is empty: nobody would decide; name at least one, or leave the flow out for the admins"})
		}
		if err := sallyport.Faults(faults); err != nil {
			return out, err
		}
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if f != nil {
			c := s.checker(ctx, tx, actor.Tenant)
			c.flow(*f)
			if c.err != nil {
				return c.err
			}
			if err := refusal(c.faults); err != nil {
				return err
			}
		}
		before, found, err := tx.CreationFlow(ctx, actor.Tenant, kind)
		if err != nil {
			return err
		}
		if !found {
			before = sallyport.DefaultCreationFlow(kind)
		}
		if err := tx.SetCreationFlow(ctx, actor.Tenant, kind, f); err != nil {
			return err
		}
		out.Flow, out.Default = sallyport.DefaultCreationFlow(kind), f == nil
		if f != nil {
			out.Flow = *f
		}
		tx.Changed(actor.Tenant, "creation-rules")
		_, err = tx.Append(ctx, store.NewEvent{Verb: "creation_rule.changed", Actor: actor, ObjectKind: "tenant", ObjectID: actor.Tenant, Body: map[string]any{"kind": string(kind), "default": f == nil},
			Values: []store.Value{{Name: "flow.before", Value: asText(before)}, {Name: "flow.after", Value: asText(out.Flow)}}})
		return err
	})
	return out, err
}
