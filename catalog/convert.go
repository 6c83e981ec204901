package catalog

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// Conversion is what a group, entitlement or role is to become.
type Conversion struct {
	Kind   sallyport.Kind `json:"kind" enum:"group,entitlement,role"`
	App    string         `json:"app,omitempty" maxLength:"256" doc:"The app of an entitlement: id or slug"`
	Slug   string         `json:"slug,omitempty" maxLength:"200" doc:"Default: the present one, in the app or out of it"`
	Accept bool           `json:"accept,omitempty" doc:"Also when the app's tags shorten many grants; by an admin who saw how many"`
}

// Convert makes a group an entitlement or a role, and back. It stays the same resource: who has it, its requests, history,
// flow, form and fulfilment are kept. The app's tags hold for an entitlement from then on, and stay on what leaves it. What
// would lose its meaning refuses it: a group or role that is named as approver, audience or fulfiller, a role that gives
// something, and what roles hold, or a target has, where it is to become a role. For admins and catalogue managers.
func (s *Service) Convert(ctx context.Context, actor sallyport.Actor, ref string, to Conversion, version int) (sallyport.Resource, error) {
	var r sallyport.Resource
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		before, err := living(ctx, tx, actor, ref)
		if err != nil {
			return err
		}
		if err := needCurator(actor, "make something else of it"); err != nil {
			return err
		}
		if err := sameVersion(before, version); err != nil {
			return err
		}
		r, err = s.convertTx(ctx, tx, actor, before, to, converting{})
		return err
	})
	return r, err
}

// converting is by which way something is converted.
type converting struct {
	checked bool   // what it names was checked already
	owned   bool   // who owns it is said besides, be it nobody
	name    string // that it gets in the same transaction, so that the former need not be free in the new place; "" for no other
}

// convertTx is that as part of something greater, by who may.
func (s *Service) convertTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, before sallyport.Resource, to Conversion, how converting) (sallyport.Resource, error) {
	r := before
	if err := s.mayConvert(ctx, tx, actor, before, to.Kind); err != nil {
		return r, err
	}
	if err := s.convertTo(ctx, tx, actor, &r, to); err != nil {
		return r, err
	}
	r.Name = cmp.Or(how.name, r.Name)
	if !how.checked {
		faults, err := s.checkReferences(ctx, tx, actor.Tenant, r)
		if err == nil {
			err = refusal(faults)
		}
		if err != nil {
			return r, err
		}
	}
	if err := tx.UpdateResource(ctx, actor.Tenant, &r); err != nil {
		return r, err
	}
	tx.Changed(actor.Tenant, "resources", "resource:"+r.ID)
	if _, err := tx.Append(ctx, store.NewEvent{Verb: "resource.converted", Actor: actor, ObjectKind: "resource", ObjectID: r.ID, Refs: append(appRef(before), appRef(r)...),
		Body: map[string]any{"kind": map[string]any{"before": string(before.Kind), "after": string(r.Kind)}, "slug": map[string]any{"before": before.Slug, "after": r.Slug}}}); err != nil {
		return r, err
	}
	if aroundRole(before.Kind, r.Kind) {
		if err := s.Access.CloseForRoleTx(ctx, tx, actor, r.ID, before.Name+" became "+kindWords[r.Kind]); err != nil {
			return r, err
		}
	}
	cuts := access.Cuts{Accept: to.Accept} // of both apps together
	if err := s.leaveApp(ctx, tx, actor, before, r, &cuts, how.owned); err != nil {
		return r, err
	}
	if err := s.cutByApp(ctx, tx, actor, r, &cuts); err != nil {
		return r, err
	}
	if err := cuts.CheckTx(ctx, tx, actor, "moving "+r.Name); err != nil || before.App == nil {
		return r, err
	}
	return tx.Resource(ctx, actor.Tenant, r.ID, access.Everything) // with the tags and owners that stayed on it
}

// aroundRole reports whether what is pending for a role loses its meaning: what was a role has no members any more to ask for,
// and what becomes one is held by no role.
func aroundRole(was, is sallyport.Kind) bool {
	return was == sallyport.KindRole || is == sallyport.KindRole
}

// convertTo sets kind, app and slug, and checks the outcome.
func (s *Service) convertTo(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r *sallyport.Resource, to Conversion) error {
	own := r.Slug[strings.LastIndexByte(r.Slug, '.')+1:]
	r.Kind, r.App = to.Kind, nil
	if to.Slug != "" {
		own = strings.ToLower(to.Slug)
	}
	if to.Kind == sallyport.KindEntitlement {
		if to.App == "" {
			return sallyport.Invalid("app", "is missing; an entitlement belongs to one app")
		}
		app, err := tx.Resource(ctx, actor.Tenant, to.App, access.Viewer(actor))
		if sallyport.CodeOf(err) == sallyport.ENotFound || err == nil && (app.DeletedAt != nil || app.Kind != sallyport.KindApp) {
			return refusal([]sallyport.Fault{{Path: "app", Message: fmt.Sprintf("there is no app %q", to.App)}})
		}
		if err != nil {
			return err
		}
		a := app.Ref()
		r.App = &a
		if isBuiltIn(*r) {
			return sallyport.Errorf(sallyport.EForbidden, "the app Sallyport is built in; nothing can be added to it").WithRule("built_in")
		}
		own = app.Slug + "." + strings.TrimPrefix(own, app.Slug+".")
	} else if to.App != "" {
		return sallyport.Invalid("app", "only an entitlement belongs to an app")
	}
	r.Slug = own
	return r.Check()
}

// mayConvert refuses what would lose its meaning.
func (s *Service) mayConvert(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, to sallyport.Kind) error {
	kinds := map[sallyport.Kind]bool{sallyport.KindGroup: true, sallyport.KindEntitlement: true, sallyport.KindRole: true}
	refuse := func(hint, format string, args ...any) error {
		return sallyport.Errorf(sallyport.EPrecondition, format, args...).WithHint("%s", hint).WithRule("convert")
	}
	switch {
	case isBuiltIn(r):
		return sallyport.Errorf(sallyport.EForbidden, "%s is built in and stays what it is", r.Name).WithRule("built_in")
	case !r.Managed:
		return unmanaged(r)
	case !kinds[r.Kind] || !kinds[to]:
		return refuse("Only those three become one another.", "groups, entitlements and roles become one another; %s is %s", r.Name, kindWords[r.Kind])
	case r.Kind == to && to != sallyport.KindEntitlement:
		return refuse("There is nothing to do.", "%s is %s already", r.Name, kindWords[r.Kind])
	}
	if err := s.nobodyNeeds(ctx, tx, actor, r, false); err != nil {
		return err
	}
	if r.Kind == sallyport.KindRole {
		held, err := tx.RoleHoldings(ctx, actor.Tenant, r.ID)
		if err != nil {
			return err
		}
		if len(held) > 0 {
			return refuse("Take those off first, or give them to another role.", "the role %s gives its members %d things, which only a role can", r.Name, len(held))
		}
	}
	if to == sallyport.KindRole {
		if r.Fulfilment.Kind != sallyport.FulfilNone || r.Revocation != nil && r.Revocation.Kind != sallyport.FulfilNone {
			return refuse("Make a role that gives it: reorganize, from the people who have it. Or set how it becomes real to nothing first, where Sallyport alone is to know of it.",
				"%s is made real outside of Sallyport, and a role lives in Sallyport alone", r.Name)
		}
		lives := true
		l, err := tx.Grants(ctx, actor.Tenant, access.Everything, store.GrantFilter{SubjectKind: sallyport.SubjectRole, ResourceID: r.ID, Relation: sallyport.Member, Active: &lives}, store.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(l.Items) > 0 {
			by, err := tx.BareResource(ctx, actor.Tenant, l.Items[0].Subject.ID, access.Viewer(actor))
			if sallyport.CodeOf(err) == sallyport.ENotFound {
				return refuse("An admin sees which role, and can take it off that.", "%s is given by a role that you may not see, and roles do not contain roles", r.Name)
			} else if err != nil {
				return err
			}
			return refuse("Take it off that role first.", "%s is given by the role %s, and roles do not contain roles", r.Name, by.Name)
		}
	}
	return nil
}

var kindWords = map[sallyport.Kind]string{sallyport.KindApp: "an app", sallyport.KindEntitlement: "an entitlement", sallyport.KindGroup: "a group",
	sallyport.KindRole: "a role", sallyport.KindWorkOrder: "a work order"}

// cutByApp lets the tags of the app hold for what has come into it.
func (s *Service) cutByApp(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, cuts *access.Cuts) error {
	if r.App == nil {
		return nil
	}
	_, err := eachTag(ctx, tx, actor.Tenant, r.App.ID, func(t sallyport.Tag) error { return s.cutTx(ctx, tx, actor, t, r.ID, cuts) })
	return err
}

// eachTag calls f with each tag of an app, and returns the app.
func eachTag(ctx context.Context, tx *store.Tx, tenant, appID string, f func(sallyport.Tag) error) (sallyport.Resource, error) {
	app, err := tx.Resource(ctx, tenant, appID, access.Everything)
	if err != nil {
		return app, err
	}
	for _, name := range app.Tags {
		t, err := tx.Tag(ctx, tenant, name)
		if err == nil {
			err = f(t)
		}
		if err != nil {
			return app, err
		}
	}
	return app, nil
}
