package catalog

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// UpdateResource changes the fields that are set. version is the one that was shown, 0 for whatever it is now. Admins and
// catalogue managers change everything, owners what mayChange says. Requests and provisions in flight keep what they started
// with.
func (s *Service) UpdateResource(ctx context.Context, actor sallyport.Actor, ref string, p sallyport.ResourcePatch, version int) (sallyport.Resource, error) {
	var r sallyport.Resource
	if err := sallyport.CheckReason(p.Reason); err != nil {
		return r, sallyport.Invalid("reason", "%s", err)
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		before, err := living(ctx, tx, actor, ref)
		if err != nil {
			return err
		}
		if err := s.mayPatch(ctx, tx, actor, before, p); err != nil {
			return err
		}
		if err := sameVersion(before, version); err != nil {
			return err
		}
		p.Flow = byOwner(actor, p.Flow)
		r, err = s.updateTx(ctx, tx, actor, before, p, before.Source, false)
		return err
	})
	return r, err
}

// endlessOwner says what helps where a tag limits how long owners own: who is named in a list has no length to ask for.
func endlessOwner(err error, u sallyport.User, r sallyport.Resource) error {
	var e *sallyport.Error
	if access.TooLong(err) && errors.As(err, &e) {
		return e.WithHint("Owners in a list have no end. Leave %s out, and make them owner with a length: under Who has it → Owners, or by sallyport give %s %s --owner --for …", u.Name, u.Login, r.Slug)
	}
	return err
}

// touched is what a change leaves in question of what a resource names: an approver who has left since, or a group that was
// removed, does not keep people from mending a description.
func touched(before, r sallyport.Resource) sallyport.Resource {
	if reflect.DeepEqual(before.Flow, r.Flow) {
		r.Flow = nil
	}
	if reflect.DeepEqual(before.Fulfilment, r.Fulfilment) {
		r.Fulfilment = sallyport.Fulfilment{}
	}
	if reflect.DeepEqual(before.Revocation, r.Revocation) {
		r.Revocation = nil
	}
	return r
}

func (s *Service) updateTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, before sallyport.Resource, p sallyport.ResourcePatch, source string, checked bool) (sallyport.Resource, error) {
	if !before.Managed {
		return before, unmanaged(before)
	}
	r, err := s.patched(ctx, tx, actor.Tenant, before, p)
	if err != nil {
		return r, err
	}
	r.Source = source
	if isBuiltIn(before) {
		if err := notWeaker(before, r); err != nil {
			return r, err
		}
	}
	if err := r.Check(); err != nil {
		return r, err
	}
	if r.App != nil && !strings.HasPrefix(r.Slug, r.App.Slug+".") {
		return r, sallyport.Invalid("slug", "%q is not in its app; it must begin with %s.", r.Slug, r.App.Slug)
	}
	if !checked {
		faults, err := s.checkReferences(ctx, tx, actor.Tenant, touched(before, r))
		if err != nil {
			return r, err
		}
		if err := refusal(faults); err != nil {
			return r, err
		}
	}
	if r.Slug != before.Slug {
		if err := s.nobodyNeeds(ctx, tx, actor, before, false); err != nil {
			return r, err
		}
	}
	changes := diff(before, r)
	if before.Source != source {
		changes = append(changes, keptBy(before.Source))
	}
	if len(changes) > 0 {
		if err := tx.UpdateResource(ctx, actor.Tenant, &r); err != nil {
			return r, err
		}
		body := map[string]any{"slug": r.Slug}
		for _, c := range changes {
			if !slices.Contains(personalFields, c.Field) {
				body[c.Field] = map[string]any{"before": c.Before, "after": c.After}
			}
		}
		names := make([]string, len(changes))
		for i, c := range changes {
			names[i] = c.Field
		}
		body["changed"] = names
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "resource.changed", Actor: actor, ObjectKind: "resource", ObjectID: r.ID, Refs: appRef(r),
			Body: body, Values: fieldValues(changes, true)}); err != nil {
			return r, err
		}
		tx.Changed(actor.Tenant, "resources", "resource:"+r.ID)
	}
	if r.Kind == sallyport.KindApp && r.Slug != before.Slug {
		if err := s.renameParts(ctx, tx, actor, before, r); err != nil {
			return r, err
		}
	}
	if p.Owners != nil {
		if err := s.setOwnersTx(ctx, tx, actor, before, *p.Owners, naming{reason: p.Reason}); err != nil {
			return r, err
		}
	}
	if p.Tags != nil {
		if err := s.setTagsTx(ctx, tx, actor, before, *p.Tags, p.Accept, ""); err != nil {
			return r, err
		}
	}
	now, err := tx.Resource(ctx, actor.Tenant, r.ID, access.Everything)
	if err != nil || p.Owners == nil || p.Tags == nil {
		return now, err
	}
	return now, s.namedTx(ctx, tx, actor, before.Owners, now, p.Reason)
}

// namedTx holds who became an owner by a call against the tags that it put on: owners are set before tags, so that the
// limits of the tags cut what they have instead of refusing it.
func (s *Service) namedTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, before []sallyport.UserRef, r sallyport.Resource, reason string) error {
	added := slices.DeleteFunc(slices.Clone(r.Owners), func(o sallyport.UserRef) bool { return slices.Contains(before, o) })
	if len(added) == 0 {
		return nil
	}
	return s.Access.TaggedTx(ctx, tx, actor, r, sallyport.Owner, reason, slices.Contains(added, actor.User))
}

func (s *Service) patched(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Resource, p sallyport.ResourcePatch) (sallyport.Resource, error) {
	set(&r.Name, p.Name)
	set(&r.Description, p.Description)
	set(&r.Physical, p.Physical)
	set(&r.Form, p.Form)
	set(&r.Durations, p.Durations)
	set(&r.Fulfilment, p.Fulfilment)
	if r.Fulfilment.Kind == "" {
		r.Fulfilment.Kind = sallyport.FulfilNone
	}
	if p.Slug != nil {
		r.Slug = strings.ToLower(*p.Slug)
		if r.App != nil && !strings.Contains(r.Slug, ".") {
			r.Slug = r.App.Slug + "." + r.Slug
		}
	}
	if p.Flow != nil {
		r.Flow = normalFlow(p.Flow)
	}
	if p.Revocation != nil {
		r.Revocation = normalRevocation(p.Revocation)
	}
	if p.Audience != nil {
		r.Audience = nil
		if *p.Audience != "" {
			a, err := s.audience(ctx, tx, tenant, *p.Audience)
			if err != nil {
				return r, err
			}
			r.Audience = a
		}
	}
	return r, nil
}

func set[T any](field *T, v *T) {
	if v != nil {
		*field = *v
	}
}

// renameParts gives an app's entitlements its new slug.
func (s *Service) renameParts(ctx context.Context, tx *store.Tx, actor sallyport.Actor, before, app sallyport.Resource) error {
	parts, err := tx.AllResources(ctx, actor.Tenant, store.ResourceFilter{App: app.ID})
	if err != nil {
		return err
	}
	for _, p := range parts {
		slug := app.Slug + strings.TrimPrefix(p.Slug, before.Slug)
		if _, err := s.updateTx(ctx, tx, actor, p, sallyport.ResourcePatch{Slug: &slug}, p.Source, true); err != nil {
			return err
		}
	}
	return nil
}

// naming is why people are named as owners.
type naming struct {
	reason string
	made   bool // with the resource itself, by who may make it
}

// setOwnersTx makes these people the owners: who is missing gets a grant without end, who is not named loses the one that
// was given to them. Who neither makes the resource nor keeps the catalogue gives as in any direct add (domain rule 13).
func (s *Service) setOwnersTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, refs []string, why naming) error {
	add := s.Access.AddGrantTx
	if !why.made && !curates(actor) {
		add = s.Access.GiveTx
	}
	unsaid := "named as owner of the resource"
	if why.made {
		unsaid = createdWith
	}
	want := map[string]bool{}
	var faults []sallyport.Fault
	for i, ref := range refs {
		ref = strings.TrimPrefix(ref, "user:")
		if ref == "me" {
			ref = actor.User.ID
		}
		u, err := tx.User(ctx, actor.Tenant, ref)
		if sallyport.CodeOf(err) == sallyport.ENotFound {
			faults = append(faults, sallyport.Fault{Path: fmt.Sprintf("owners[%d]", i), Message: fmt.Sprintf("there is no person %q", ref)})
			continue
		}
		if err != nil {
			return err
		}
		if u.State != sallyport.UserActive {
			faults = append(faults, sallyport.Fault{Path: fmt.Sprintf("owners[%d]", i), Message: fmt.Sprintf("%s is %s", u.Login, u.State)})
			continue
		}
		if want[u.ID] {
			continue
		}
		want[u.ID] = true
		if slices.ContainsFunc(r.Owners, func(o sallyport.UserRef) bool { return o.ID == u.ID }) {
			continue
		}
		if _, err := add(ctx, tx, actor, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID, Login: u.Login, Name: u.Name}, Resource: r, Relation: sallyport.Owner,
			Origin: sallyport.OriginGiven, ReasonKind: "direct", Reason: why.reason, Unsaid: unsaid, NoEnd: true, Replace: true}); err != nil {
			return endlessOwner(err, u, r)
		}
	}
	if err := refusal(faults); err != nil {
		return err
	}
	cause := "no longer named as owner"
	if reason := strings.TrimSpace(why.reason); reason != "" {
		cause += ": " + reason
	}
	for _, o := range r.Owners {
		if want[o.ID] {
			continue
		}
		key := sallyport.Key{Subject: sallyport.SubjectUser, SubjectID: o.ID, ResourceID: r.ID, Relation: sallyport.Owner, Parameters: "{}"}
		g, ok, err := tx.LivingGrant(ctx, actor.Tenant, key, sallyport.OriginGiven)
		if err != nil {
			return err
		}
		if ok {
			if err := s.Access.EndGrantTx(ctx, tx, actor, g.ID, cause); err != nil {
				return err
			}
		}
	}
	return nil
}
