package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// createdWith is written with the owners whom a resource is given at its creation without a reason. It is none itself.
const createdWith = "created with the resource"

// CreateResource adds a resource. Admins and catalogue managers add anything, owners of an app entitlements in it.
func (s *Service) CreateResource(ctx context.Context, actor sallyport.Actor, in sallyport.NewResource) (sallyport.Resource, error) {
	var r sallyport.Resource
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		r, err = s.createTx(ctx, tx, actor, in, making{})
		return err
	})
	return r, err
}

// making is by which way a resource is added.
type making struct {
	source  string // "" for the page and the API, or catalogue
	checked bool   // what it names was checked already
	request string // the approved request that it comes from, which is the authority for it and the cause of its events
	part    bool   // of what was made just now, which whoever makes it need not see
}

// createTx adds a resource.
func (s *Service) createTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, in sallyport.NewResource, how making) (sallyport.Resource, error) {
	if err := sallyport.CheckReason(in.Reason); err != nil {
		return sallyport.Resource{}, sallyport.Invalid("reason", "%s", err)
	}
	r, err := s.newResource(ctx, tx, actor, in, how)
	if err != nil {
		return r, err
	}
	r.Source = how.source
	if r.Slug == "" {
		if r.Slug, err = freeSlug(ctx, tx, actor.Tenant, r.Name, r.App); err != nil {
			return r, err
		}
	}
	if err := r.Check(); err != nil {
		return r, err
	}
	if r.App != nil && !strings.HasPrefix(r.Slug, r.App.Slug+".") {
		return r, sallyport.Invalid("slug", "%q is not in its app; it must begin with %s.", r.Slug, r.App.Slug)
	}
	if !how.checked {
		faults, err := s.checkReferences(ctx, tx, actor.Tenant, r)
		if err != nil {
			return r, err
		}
		if err := refusal(faults); err != nil {
			return r, err
		}
	}
	if err := tx.InsertResource(ctx, actor.Tenant, &r, false); err != nil {
		return r, err
	}
	if _, err := tx.Append(ctx, store.NewEvent{Verb: "resource.created", Actor: actor, ObjectKind: "resource", ObjectID: r.ID, Cause: how.request, Refs: append(appRef(r), how.request),
		Body: map[string]any{"kind": string(r.Kind), "slug": r.Slug, "name": r.Name}, Values: fieldValues(diff(sallyport.Resource{}, r), false)}); err != nil {
		return r, err
	}
	if err := s.setOwnersTx(ctx, tx, actor, r, in.Owners, naming{reason: in.Reason, made: true}); err != nil {
		return r, err
	}
	if len(in.Tags) > 0 {
		if err := s.setTagsTx(ctx, tx, actor, r, in.Tags, true, how.request); err != nil {
			return r, err
		}
	}
	how.part = true
	for i, e := range in.Entitlements {
		if _, err := s.createTx(ctx, tx, actor, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: r.ID, Slug: e.Slug, Name: e.Name, Description: e.Description}, how); err != nil {
			return r, under(fmt.Sprintf("entitlements[%d]", i), e.Name, err)
		}
	}
	tx.Changed(actor.Tenant, "resources", "resource:"+r.ID)
	made, err := tx.Resource(ctx, actor.Tenant, r.ID, access.Everything)
	if err != nil {
		return made, err
	}
	return made, s.namedTx(ctx, tx, actor, nil, made, in.Reason)
}

// under puts the faults of a part to its place in the whole, and says in the sentence which part it is.
func under(path, name string, err error) error {
	var e *sallyport.Error
	if !errors.As(err, &e) || e.Code == sallyport.EInternal {
		return err
	}
	for i := range e.Fields {
		e.Fields[i].Path = path + "." + e.Fields[i].Path
	}
	if name != "" {
		path += fmt.Sprintf(" %q", name)
	}
	e.Message = path + ": " + e.Message
	return err
}

// newResource turns what was submitted into a resource, with what it names resolved. Of what comes from an approved
// request the actor need not be somebody who may add it.
func (s *Service) newResource(ctx context.Context, tx *store.Tx, actor sallyport.Actor, in sallyport.NewResource, how making) (sallyport.Resource, error) {
	r := sallyport.Resource{Kind: in.Kind, Slug: strings.ToLower(in.Slug), Name: in.Name, Description: in.Description, Physical: in.Physical, Managed: true,
		Flow: normalFlow(in.Flow), Revocation: normalRevocation(in.Revocation)}
	if in.Form != nil {
		r.Form = *in.Form
	}
	if in.Durations != nil {
		r.Durations = *in.Durations
	}
	if in.Fulfilment != nil {
		r.Fulfilment = *in.Fulfilment
	}
	if r.Fulfilment.Kind == "" {
		r.Fulfilment.Kind = sallyport.FulfilNone
	}
	allowed := how.request != ""
	ownsApp := allowed
	if in.App != "" && in.Kind == sallyport.KindEntitlement {
		v := access.Viewer(actor)
		v.All = v.All || allowed || how.part
		app, err := tx.Resource(ctx, actor.Tenant, in.App, v)
		if sallyport.CodeOf(err) == sallyport.ENotFound || err == nil && app.DeletedAt != nil {
			return r, refusal([]sallyport.Fault{{Path: "app", Message: fmt.Sprintf("there is no app %q", in.App)}})
		}
		if err != nil {
			return r, err
		}
		ref := app.Ref()
		r.App = &ref
		if isBuiltIn(r) {
			return r, sallyport.Errorf(sallyport.EForbidden, "the app Sallyport is built in; nothing can be added to it").WithRule("built_in")
		}
		if r.Slug != "" && !strings.Contains(r.Slug, ".") {
			r.Slug = app.Slug + "." + r.Slug
		}
		if !allowed {
			if ownsApp, err = owns(ctx, tx, actor, app.ID); err != nil {
				return r, err
			}
		}
	} else if in.App != "" {
		return r, sallyport.Invalid("app", "only an entitlement belongs to an app")
	}
	if len(in.Entitlements) > 0 && in.Kind != sallyport.KindApp {
		return r, sallyport.Invalid("entitlements", "only an app has entitlements")
	}
	if ownsApp && !allowed && in.Flow != nil && !curates(actor) { // as of what is there with the default chain
		if err := ownersFlow(nil, in.Flow); err != nil {
			return r, err
		}
		r.Flow = byOwner(actor, r.Flow)
	}
	if !ownsApp {
		if err := needCurator(actor, "add to the catalogue; the owners of an app may add entitlements to it"); err != nil {
			return r, err
		}
	}
	if in.Audience != "" {
		a, err := s.audience(ctx, tx, actor.Tenant, in.Audience)
		if err != nil {
			return r, err
		}
		r.Audience = a
	}
	return r, nil
}

func (s *Service) audience(ctx context.Context, tx *store.Tx, tenant, ref string) (*sallyport.ResourceRef, error) {
	g, err := tx.Resource(ctx, tenant, ref, access.Everything)
	if sallyport.CodeOf(err) == sallyport.ENotFound || err == nil && g.DeletedAt != nil {
		return nil, refusal([]sallyport.Fault{{Path: "audience", Message: fmt.Sprintf("there is no group %q", ref)}})
	}
	if err != nil {
		return nil, err
	}
	a := g.Ref()
	return &a, nil
}

// reasonOf reads the reason of a removal, which comes in the address.
func reasonOf(text string) (string, error) {
	if err := sallyport.CheckReason(text); err != nil {
		return "", sallyport.Invalid("query.reason", "%s", err)
	}
	return strings.TrimSpace(text), nil
}

// DeleteResource takes a resource out of the catalogue: what is held of it ends, what is pending closes, an app's
// entitlements go with it. Admins only; the built-in ones stay.
func (s *Service) DeleteResource(ctx context.Context, actor sallyport.Actor, ref string, version int, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := living(ctx, tx, actor, ref)
		if err != nil {
			return err
		}
		if err := needAdmin(actor, "remove from the catalogue"); err != nil {
			return err
		}
		if err := sameVersion(r, version); err != nil {
			return err
		}
		cause := removed(r)
		if reason != "" {
			cause += ": " + reason
		}
		return s.deleteTx(ctx, tx, actor, r, cause, reason)
	})
}

// removed is why what hangs on a resource ends with it. A role is named: what its members had by it is still there.
func removed(r sallyport.Resource) string {
	if r.Kind == sallyport.KindRole {
		return "the role " + r.Name + " was removed"
	}
	return "the resource was removed"
}

// deleteTx removes a resource. What hangs on it ends with the cause; the reason, which may be "", is kept with the event.
func (s *Service) deleteTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, cause, reason string) error {
	if isBuiltIn(r) {
		return sallyport.Errorf(sallyport.EForbidden, "%s is built in and cannot be removed", r.Name).WithRule("built_in")
	}
	if !r.Managed {
		return unmanaged(r)
	}
	if r.Kind == sallyport.KindApp {
		parts, err := tx.AllResources(ctx, actor.Tenant, store.ResourceFilter{App: r.ID})
		if err != nil {
			return err
		}
		for _, p := range parts {
			if err := s.deleteTx(ctx, tx, actor, p, cause, reason); err != nil {
				return err
			}
		}
	}
	if err := s.nobodyNeeds(ctx, tx, actor, r, true); err != nil {
		return err
	}
	if err := s.Access.CloseResourceTx(ctx, tx, actor, r, cause); err != nil {
		return err
	}
	ok, err := tx.DeleteResource(ctx, actor.Tenant, r.ID)
	if err != nil || !ok {
		return err
	}
	tx.Changed(actor.Tenant, "resources", "resource:"+r.ID)
	_, err = tx.Append(ctx, store.NewEvent{Verb: "resource.deleted", Actor: actor, ObjectKind: "resource", ObjectID: r.ID, Refs: appRef(r),
		Body: map[string]any{"kind": string(r.Kind), "slug": r.Slug, "name": r.Name}, Values: why(reason)})
	return err
}

// why is the reason of an event about a thing, as its value; "" is none.
func why(reason string) []store.Value { return []store.Value{{Name: "reason", Value: reason}} }

// unseen stands in a message for what is neither named nor counted for whoever reads it (domain rule 24).
const unseen = "something that you may not see"

// nobodyNeeds refuses to take a group or role away from others that name it: as audience, approver or fulfiller. What has
// its slug later would stand in its place. gone says that it is removed: then requests under way fall back to others.
func (s *Service) nobodyNeeds(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, gone bool) error {
	if r.Kind != sallyport.KindGroup && r.Kind != sallyport.KindRole {
		return nil
	}
	by, err := tx.NamedBy(ctx, actor.Tenant, access.Viewer(actor), r)
	if err != nil {
		return err
	}
	hint := "Change those first."
	if by.Hidden > 0 {
		hint = "Change those first; an admin sees all of them."
	}
	needed := namers(by)
	if by.Pending > 0 && !gone {
		needed = append(needed, fmt.Sprintf("pending requests (%d)", by.Pending))
		hint += " Pending requests keep what they began with until they are decided, cancelled or given other approvers."
	}
	if len(needed) == 0 {
		return nil
	}
	return sallyport.Errorf(sallyport.EPrecondition, "%s is needed by %s: as audience, approver or for fulfilment", r.Name, strings.Join(needed, ", ")).
		WithHint("%s", hint).WithRule("references")
}

// namers are the words for what names a group or role, requests aside.
func namers(by store.Naming) []string {
	out := by.Resources
	if n := len(out) - 5; n > 0 {
		out = append(slices.Clone(out[:4]), fmt.Sprintf("%s and %d more", out[4], n))
	}
	if by.Hidden > 0 {
		out = append(out, unseen)
	}
	for _, k := range by.Creation {
		out = append(out, fmt.Sprintf("the rule who decides about new %ss", k))
	}
	return out
}

func living(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ref string) (sallyport.Resource, error) {
	r, err := tx.Resource(ctx, actor.Tenant, ref, access.Viewer(actor))
	if err == nil && r.DeletedAt != nil {
		err = sallyport.Errorf(sallyport.ENotFound, "%s was removed from the catalogue", r.Name)
	}
	return r, err
}

func sameVersion(r sallyport.Resource, version int) error {
	if version != 0 && version != r.Version {
		return sallyport.Errorf(sallyport.EConflict, "%s was changed in the meantime (it is at version %d, not %d); nothing was changed", r.Slug, r.Version, version).
			WithHint("Load it again and make your change to what it is now.")
	}
	return nil
}

func unmanaged(r sallyport.Resource) error {
	from := r.Connection
	if from == "" {
		from = "the directory"
	}
	return sallyport.Errorf(sallyport.EPrecondition, "%s is kept by %s and only mirrored here", r.Name, from).
		WithHint("Change it there; it is read from there regularly.").WithRule("domain.20")
}

func appRef(r sallyport.Resource) []string {
	if r.App == nil {
		return nil
	}
	return []string{r.App.ID}
}

// normalFlow keeps nil for the default chain.
func normalFlow(f *sallyport.Flow) *sallyport.Flow {
	if f == nil || asText(f) == "{}" {
		return nil
	}
	return f
}

func normalRevocation(f *sallyport.Fulfilment) *sallyport.Fulfilment {
	if f == nil || f.Kind == "" {
		return nil
	}
	return f
}

// personalFields may name people, so their values are kept apart from the leaf.
var personalFields = []string{"form", "flow", "fulfilment", "revocation", "owners"}

func fieldValues(changes []sallyport.FieldChange, before bool) []store.Value {
	var out []store.Value
	for _, c := range changes {
		if !slices.Contains(personalFields, c.Field) {
			continue
		}
		if before {
			out = append(out, store.Value{Name: c.Field + ".before", Value: c.Before})
		}
		out = append(out, store.Value{Name: c.Field + ".after", Value: c.After})
	}
	return out
}
