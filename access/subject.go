package access

import (
	"context"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// beneficiaryTx finds for whom it is: the caller, another person, or a role, which its owners and admins may ask for.
func (s *Service) beneficiaryTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ref string) (sallyport.Subject, error) {
	who, err := s.SubjectTx(ctx, tx, actor, ref)
	if err != nil || who.Kind == sallyport.SubjectUser {
		return who, err
	}
	owns, err := tx.Holds(ctx, actor.Tenant, actor.User.ID, who.ID, sallyport.Owner)
	if err == nil && !owns && !actor.Admin {
		err = sallyport.Errorf(sallyport.EForbidden, "only owners of the role %s and admins ask for it", who.Name).WithRule("domain.13").
			WithHint("Ask one of its owners.")
	}
	return who, err
}

// SubjectTx reads user:LOGIN-or-id, role:SLUG-or-id, a bare user, "me" or "" (the caller). A person must be active.
func (s *Service) SubjectTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ref string) (sallyport.Subject, error) {
	kind, name, ok := strings.Cut(ref, ":")
	if !ok {
		kind, name = "user", ref
	}
	switch kind {
	case "user":
		if name == "" || name == "me" {
			name = actor.User.ID
		}
		u, err := tx.User(ctx, actor.Tenant, name)
		if err != nil {
			return sallyport.Subject{}, err
		}
		if u.State != sallyport.UserActive {
			return sallyport.Subject{}, &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.7",
				Message: u.Name + " is " + string(u.State) + ", so nothing can be given to them", Hint: "The directory says who is active."}
		}
		return sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID, Login: u.Login, Name: u.Name}, nil
	case "role":
		r, err := tx.BareResource(ctx, actor.Tenant, name, Viewer(actor))
		if err != nil || r.Kind != sallyport.KindRole || r.DeletedAt != nil {
			if err == nil {
				err = sallyport.Errorf(sallyport.ENotFound, "%s is not a role", r.Slug)
			}
			return sallyport.Subject{}, err
		}
		return sallyport.Subject{Kind: sallyport.SubjectRole, ID: r.ID, Slug: r.Slug, Name: r.Name}, nil
	}
	return sallyport.Subject{}, sallyport.Invalid("beneficiary", "is neither user:LOGIN nor role:SLUG")
}

// knownUsersTx checks that answers to fields of type user name people.
func (s *Service) knownUsersTx(ctx context.Context, tx *store.Tx, tenant string, f sallyport.Form, answers map[string]any) error {
	for _, fd := range f.Fields {
		name, ok := answers[fd.Name].(string)
		if fd.Type != sallyport.FieldUser || !ok {
			continue
		}
		u, err := tx.User(ctx, tenant, name)
		if sallyport.CodeOf(err) == sallyport.ENotFound {
			return sallyport.Invalid("answers."+fd.Name, "names nobody who is known")
		}
		if err != nil {
			return err
		}
		answers[fd.Name] = u.Login
	}
	return nil
}
