// Package catalog holds the use-cases of what can be had and who people are: resources and connections, the catalogue as
// files, the reading of directories, and the comparison of grants with what targets hold.
//
// Whatever reads the outside first makes a plan; a plan is applied in one transaction or not at all. What was read in
// part never removes anything.
package catalog

import (
	"context"
	"log/slog"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// Service carries what the use-cases need. Safe for concurrent use.
type Service struct {
	DB     *store.DB
	Access *access.Service
	Kinds  []connector.Kind // the kinds of connector that may be used
	Log    *slog.Logger
}

// New makes a Service. A nil log discards.
func New(db *store.DB, acc *access.Service, kinds []connector.Kind, log *slog.Logger) *Service {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Service{DB: db, Access: acc, Kinds: kinds, Log: log}
}

// Kind finds a kind of connector by its name.
func (s *Service) Kind(name string) (connector.Kind, bool) {
	for _, k := range s.Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return connector.Kind{}, false
}

// curates reports whether the actor may change the whole catalogue.
func curates(a sallyport.Actor) bool { return a.IsSystem() || a.Admin || a.CatalogueManager }

func needCurator(a sallyport.Actor, what string) error {
	if curates(a) {
		return nil
	}
	return sallyport.Errorf(sallyport.EForbidden, "only admins and catalogue managers may %s", what).
		WithHint("Ask one of them, or request the catalogue manager's role of the app Sallyport.").WithRule("catalogue")
}

// needWhole refuses files to whom part of the catalogue is hidden from: they are about all of it, and show it. A part would
// not do, since what is hidden has slugs and names too, and pruning would remove it.
func needWhole(ctx context.Context, tx *store.Tx, actor sallyport.Actor) error {
	hides, err := tx.HidesAny(ctx, actor.Tenant, access.Viewer(actor))
	if err != nil || !hides || actor.IsSystem() {
		return err
	}
	return sallyport.Errorf(sallyport.EForbidden, "files are about the whole catalogue, and part of it is meant for groups that you are not in").
		WithHint("Ask an admin to do this; whoever does it often is made an auditor as well, who sees all. Single things you change on their pages.").WithRule("domain.24")
}

func needAdmin(a sallyport.Actor, what string) error {
	if a.IsSystem() || a.Admin {
		return nil
	}
	return sallyport.Errorf(sallyport.EForbidden, "only admins may %s", what).WithHint("Ask an admin.").WithRule("catalogue")
}

// owns reports whether the actor effectively owns a resource.
func owns(ctx context.Context, tx *store.Tx, a sallyport.Actor, resourceID string) (bool, error) {
	if a.IsSystem() {
		return true, nil
	}
	return tx.Holds(ctx, a.Tenant, a.User.ID, resourceID, sallyport.Owner)
}

// refusal makes one error (422) of faults that only the whole catalogue can find, or nil of none.
func refusal(faults []sallyport.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	e := &sallyport.Error{Code: sallyport.EPrecondition, Rule: "references", Message: faults[0].Path + ": " + faults[0].Message, Fields: faults,
		Hint: "Correct what is named, or make what is missing first."}
	return e
}
