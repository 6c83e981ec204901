package access

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// topicProgress tells open pages that a target has moved on with a resource.
func topicProgress(resourceID string) string { return "progress:" + resourceID }

// ProgressOf says how far the target of a resource is, or, where the resource is a role, those of everything that the role
// gives and takes away. role narrows it to the people of a role, user to one person; both may be "". Without all, what is
// in place is left out. What the actor may not see is ENotFound, or left out of a role's items.
func (s *Service) ProgressOf(ctx context.Context, tx *store.Tx, actor sallyport.Actor, resource, role, user string, all bool) ([]sallyport.Progress, error) {
	scope, r, err := s.scopeTx(ctx, tx, actor, resource, role, user)
	if err != nil {
		return nil, err
	}
	scope.All = all
	return s.progressTx(ctx, tx, actor, scope, r)
}

// GrantProgress says how far the targets are with what one grant gives, or took when it ended: also when nothing is left to
// do. A grant that nothing outside has to follow has none.
func (s *Service) GrantProgress(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id string) ([]sallyport.Progress, error) {
	g, err := s.visibleGrant(ctx, tx, actor, id)
	if err != nil || g.Relation != sallyport.Member {
		return []sallyport.Progress{}, err
	}
	scope := store.ProgressScope{All: true, ResourceID: g.Resource.ID, Parameters: string(g.Parameters)}
	var role *sallyport.ResourceRef
	switch {
	case g.Subject.Kind == sallyport.SubjectRole:
		scope.RoleID = g.Subject.ID
		role = &sallyport.ResourceRef{ID: g.Subject.ID, Slug: g.Subject.Slug, Name: g.Subject.Name, Kind: sallyport.KindRole}
	case g.Resource.Kind == sallyport.KindRole:
		scope = store.ProgressScope{All: true, RoleID: g.Resource.ID, UserID: g.Subject.ID}
		role = &g.Resource
	default:
		scope.UserID = g.Subject.ID
	}
	if scope.RemovedSince = g.EndedAt; g.EndedAt == nil && over(g, tx.Now()) {
		scope.RemovedSince = g.EndsAt
	}
	return s.progressTx(ctx, tx, actor, scope, role)
}

func (s *Service) progressTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, scope store.ProgressScope, role *sallyport.ResourceRef) ([]sallyport.Progress, error) {
	items, err := tx.Progress(ctx, actor.Tenant, Viewer(actor), scope)
	if err != nil || len(items) == 0 {
		return items, err
	}
	ids := []string{}
	for _, it := range items {
		ids = append(ids, it.Resource.ID)
	}
	if role != nil {
		ids = append(ids, role.ID)
	}
	stand, err := tx.Standings(ctx, actor.Tenant, actor.User.ID, ids)
	for i := range items {
		it := &items[i]
		it.Role = role
		it.MayRetry = it.Failing > 0 && (actor.Admin || stand[it.Resource.ID].Owns || role != nil && stand[role.ID].Owns)
	}
	return items, err
}

// scopeTx finds what progress is asked of, as the actor may see it. The reference is of the role, nil where none is meant.
func (s *Service) scopeTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, resource, role, user string) (store.ProgressScope, *sallyport.ResourceRef, error) {
	var scope store.ProgressScope
	res, err := tx.Resource(ctx, actor.Tenant, resource, Viewer(actor))
	if err != nil {
		return scope, nil, err
	}
	if user != "" {
		if user == "me" {
			user = actor.User.ID
		}
		u, err := tx.User(ctx, actor.Tenant, user)
		if err != nil {
			return scope, nil, err
		}
		scope.UserID = u.ID
	}
	ref := res.Ref()
	if role == "" && res.Kind == sallyport.KindRole {
		scope.RoleID = res.ID
		return scope, &ref, nil
	}
	scope.ResourceID = res.ID
	if role == "" {
		return scope, nil, nil
	}
	by, err := tx.Resource(ctx, actor.Tenant, role, Viewer(actor))
	if err != nil {
		return scope, nil, err
	}
	if by.Kind != sallyport.KindRole {
		return scope, nil, sallyport.Invalid("role", "%s is no role", by.Name)
	}
	scope.RoleID, ref = by.ID, by.Ref()
	return scope, &ref, nil
}

// PendingPeople narrows PendingOf.
type PendingPeople struct {
	Role, User string
	Direction  sallyport.ProvisionState
	State, Q   string
}

// PendingOf lists the people whom a target does not have yet, or still has, of what ProgressOf counts.
func (s *Service) PendingOf(ctx context.Context, tx *store.Tx, actor sallyport.Actor, resource string, f PendingPeople, p store.Page) (store.List[sallyport.PendingPerson], error) {
	scope, _, err := s.scopeTx(ctx, tx, actor, resource, f.Role, f.User)
	if err != nil {
		return store.List[sallyport.PendingPerson]{}, err
	}
	return tx.Pending(ctx, actor.Tenant, Viewer(actor), store.PendingFilter{ProgressScope: scope, Direction: f.Direction, State: f.State, Q: f.Q}, p)
}

// RetryNow has what failed tried again now, in the place of its next attempt: by the owners of the resource or of its app,
// the owners of the role it is asked for, or an admin. The rate of the connection is kept.
func (s *Service) RetryNow(ctx context.Context, actor sallyport.Actor, resource string, in sallyport.Retry) (n int, err error) {
	err = s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		scope, role, err := s.scopeTx(ctx, tx, actor, resource, in.Role, in.User)
		if err != nil {
			return err
		}
		object := scope.ResourceID
		ids := []string{}
		for _, id := range []string{scope.ResourceID, scope.RoleID} {
			if id != "" {
				ids = append(ids, id)
			}
		}
		if object == "" {
			object = scope.RoleID
		}
		stand, err := tx.Standings(ctx, actor.Tenant, actor.User.ID, ids)
		if err != nil {
			return err
		}
		if !actor.Admin && !stand[scope.ResourceID].Owns && (role == nil || !stand[role.ID].Owns) {
			return sallyport.Errorf(sallyport.EForbidden, "only owners and admins have it tried again").WithHint("It is tried again by itself; ask an owner where it is urgent.").WithRule("domain.15")
		}
		tried, err := tx.RetryNow(ctx, actor.Tenant, scope)
		if n = int(tried); err != nil || n == 0 {
			return err
		}
		tx.Changed(actor.Tenant, topicProgress(object))
		tx.Wake(actor.Tenant)
		_, err = tx.Append(ctx, store.NewEvent{Verb: "resource.retried", Actor: actor, ObjectKind: "resource", ObjectID: object, Refs: append(ids, scope.UserID),
			Body: map[string]any{"count": n, "role_id": scope.RoleID, "resource_id": scope.ResourceID}})
		return err
	})
	return n, err
}
