package catalog

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// SlugSallyport is the built-in app, whose entitlements make admins, auditors and catalogue managers.
const SlugSallyport = "sallyport"

var builtIns = []struct{ slug, name, description string }{
	{store.SlugAdmin, "Admin", "Runs Sallyport: connections, tokens of others, the catalogue, and what is stuck. Being an admin gives no vote on requests."},
	{store.SlugAuditor, "Auditor", "Reads everything, whatever the audience, and exports the audit log. Changes nothing."},
	{store.SlugCatalogueManager, "Catalogue manager", "Adds and changes what can be requested."},
}

func isBuiltIn(r sallyport.Resource) bool {
	return r.Slug == SlugSallyport && r.Kind == sallyport.KindApp || r.App != nil && r.App.Slug == SlugSallyport
}

// EnsureBuiltIn makes the app Sallyport and its entitlements where they are missing. Nodes may call it at the same time.
func (s *Service) EnsureBuiltIn(ctx context.Context, tenant string) error {
	make := func(ctx context.Context, tx *store.Tx) error { return s.ensureBuiltInTx(ctx, tx, tenant) }
	err := s.DB.Update(ctx, make)
	if sallyport.CodeOf(err) == sallyport.EConflict { // another node made it at the same moment
		err = s.DB.Update(ctx, make)
	}
	return err
}

func (s *Service) ensureBuiltInTx(ctx context.Context, tx *store.Tx, tenant string) error {
	actor := sallyport.System(tenant)
	make := func(r *sallyport.Resource) error {
		found, err := tx.Resource(ctx, tenant, r.Slug, access.Everything)
		if err == nil {
			*r = found
			return nil
		}
		if sallyport.CodeOf(err) != sallyport.ENotFound {
			return err
		}
		if err := tx.InsertResource(ctx, tenant, r, true); err != nil {
			return err
		}
		_, err = tx.Append(ctx, store.NewEvent{Verb: "resource.created", Actor: actor, ObjectKind: "resource", ObjectID: r.ID, Refs: appRef(*r),
			Body: map[string]any{"kind": string(r.Kind), "slug": r.Slug, "name": r.Name, "built_in": true}})
		return err
	}
	app := sallyport.Resource{Kind: sallyport.KindApp, Slug: SlugSallyport, Name: "Sallyport", Managed: true,
		Description: "This system itself: what its admins, auditors and catalogue managers may do is requested and granted like anything else."}
	if err := make(&app); err != nil {
		return err
	}
	ref := app.Ref()
	for _, b := range builtIns {
		r := sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: b.slug, Name: b.name, Description: b.description, Managed: true, App: &ref}
		if err := make(&r); err != nil {
			return err
		}
	}
	return nil
}

// notWeaker refuses changes to what is built in that would let people in without admins deciding.
func notWeaker(before, after sallyport.Resource) error {
	weaker := func(what string) error {
		return sallyport.Errorf(sallyport.EForbidden, "%s is built in: %s", before.Name, what).WithRule("built_in")
	}
	switch {
	case before.Slug != after.Slug:
		return weaker("its slug stays")
	case after.Fulfilment.Kind != sallyport.FulfilNone || after.Revocation != nil:
		return weaker("Sallyport itself is the record of it, so it has no other fulfilment")
	case after.Audience != nil:
		return weaker("everybody may see it")
	case after.Flow != nil && (after.Flow.NoApproval || after.Flow.AllowSelf || after.Flow.OwnersAdd):
		return weaker("nobody gets it without somebody else's decision")
	}
	for _, st := range sallyport.FlowOf(after.Flow).Stages {
		if st.Timeout == "approve" {
			return weaker("a time-out cannot approve it")
		}
	}
	return nil
}

// MakeAdmin sees to it that the person with this e-mail address is an admin without end: it adds the person when they are
// not known (the address is their login) and a bootstrap grant when they have none. It is how a company gets its first
// admin, and its way back when the last one is gone.
func (s *Service) MakeAdmin(ctx context.Context, tenant, email string) (sallyport.User, error) {
	var u sallyport.User
	if err := sallyport.CheckLogin(email); err != nil {
		return u, sallyport.Invalid("admin", "%s", err)
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.ensureBuiltInTx(ctx, tx, tenant); err != nil {
			return err
		}
		actor := sallyport.System(tenant)
		actor.Via = sallyport.ViaCLI
		var err error
		u, err = tx.User(ctx, tenant, email)
		if sallyport.CodeOf(err) == sallyport.ENotFound {
			u = sallyport.User{Login: email, Email: email, Name: email}
			if err := AddUserTx(ctx, tx, actor, &u, "made the first admin"); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
		if u.State != sallyport.UserActive {
			return sallyport.Errorf(sallyport.EPrecondition, "%s is %s and cannot be an admin", u.Login, u.State).WithHint("Name somebody who is here.")
		}
		admin, err := tx.Resource(ctx, tenant, store.SlugAdmin, access.Everything)
		if err != nil {
			return err
		}
		key := sallyport.Key{Subject: sallyport.SubjectUser, SubjectID: u.ID, ResourceID: admin.ID, Relation: sallyport.Member, Parameters: "{}"}
		g, ok, err := tx.LivingGrant(ctx, tenant, key, sallyport.OriginGiven)
		if err != nil || ok && g.NoEnd && g.Holds(tx.Now()) {
			return err
		}
		_, err = s.Access.AddGrantTx(ctx, tx, actor, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID, Login: u.Login, Name: u.Name},
			Resource: admin, Relation: sallyport.Member, Origin: sallyport.OriginGiven, ReasonKind: "bootstrap", Reason: "named on the command line of the server", NoEnd: true})
		return err
	})
	return u, err
}

// AddUserTx adds a person inside the caller's transaction and says so in the record; what is personal is kept apart.
func AddUserTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, u *sallyport.User, cause string) error {
	if err := tx.InsertUser(ctx, actor.Tenant, u); err != nil {
		return err
	}
	tx.Changed(actor.Tenant, "users")
	_, err := tx.Append(ctx, store.NewEvent{Verb: "user.created", Actor: actor, ObjectKind: "user", ObjectID: u.ID, Cause: cause,
		Body: map[string]any{"kind": string(u.Kind), "source": u.Source}, Values: userValues(*u)})
	return err
}

func userValues(u sallyport.User) []store.Value {
	var out []store.Value
	for _, v := range [][2]string{{"login", u.Login}, {"name", u.Name}, {"email", u.Email}, {"title", u.Title}, {"department", u.Department}} {
		out = append(out, store.Value{Name: v[0], Value: v[1], UserID: u.ID})
	}
	return out
}
