package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// register puts every handler behind its route.
func (s *server) register() {
	s.registerMe()
	s.registerUsers()
	s.registerResources()
	s.registerCatalogue()
	s.registerRequests()
	s.registerCreations()
	s.registerGrants()
	s.registerProgress()
	s.registerExpiring()
	s.registerBatches()
	s.registerViews()
	s.registerHolidays()
	s.registerTags()
	s.registerReorganizations()
	s.registerRoles()
	s.registerTasks()
	s.registerMessages()
	s.registerDelegations()
	s.registerEvents()
	s.registerReports()
	s.registerConnections()
	s.registerTokens()
	s.registerStream()
	s.relax()
}

// relax takes back what huma demands more than we do: a form field's title defaults to its name.
func (s *server) relax() {
	schema := s.huma.OpenAPI().Components.Schemas.Map()["Field"]
	if schema == nil {
		return
	}
	for i, name := range schema.Required {
		if name == "title" {
			schema.Required = append(schema.Required[:i:i], schema.Required[i+1:]...)
			break
		}
	}
	schema.PrecomputeMessages()
}

// view reads in one transaction.
func view[T any](ctx context.Context, s *server, f func(ctx context.Context, tx *store.Tx) (T, error)) (out T, err error) {
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		out, err = f(ctx, tx)
		return err
	})
	return out, err
}

// user finds a person by what a caller wrote: me, an id, a login or an e-mail address.
func user(ctx context.Context, tx *store.Tx, a sallyport.Actor, ref string) (sallyport.User, error) {
	if ref == "me" {
		ref = a.User.ID
	}
	return tx.User(ctx, a.Tenant, ref)
}

// userID is user for a filter: "" stays "".
func userID(ctx context.Context, tx *store.Tx, a sallyport.Actor, ref string) (string, error) {
	switch ref {
	case "":
		return "", nil
	case "me":
		return a.User.ID, nil
	}
	u, err := tx.User(ctx, a.Tenant, ref)
	return u.ID, err
}

// resourceID finds a resource for a filter, also one that was removed: "" stays "".
func resourceID(ctx context.Context, tx *store.Tx, a sallyport.Actor, ref string) (string, error) {
	if ref == "" {
		return "", nil
	}
	r, err := tx.ResourceEver(ctx, a.Tenant, ref, access.Viewer(a))
	return r.ID, err
}
