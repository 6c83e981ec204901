package auth

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// RevokeSession ends a session at once. Its person and admins may; for others it does not exist.
func (s *Service) RevokeSession(ctx context.Context, actor sallyport.Actor, id string) error {
	return s.o.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		session, err := tx.Session(ctx, actor.Tenant, id)
		if err != nil {
			return err
		}
		if session.User.ID != actor.User.ID && !actor.Admin && !actor.IsSystem() {
			return sallyport.Errorf(sallyport.ENotFound, "there is no session %q; it may have ended", clip(id))
		}
		ok, err := tx.DeleteSession(ctx, actor.Tenant, id)
		if err != nil || !ok {
			return err
		}
		return sessionRevoked(ctx, tx, actor, id, session.User.ID, "")
	})
}

// RevokeSessions ends all sessions of a user, and returns how many. The person and admins may.
func (s *Service) RevokeSessions(ctx context.Context, actor sallyport.Actor, userID string) (n int, err error) {
	if userID != actor.User.ID && !actor.Admin && !actor.IsSystem() {
		return 0, sallyport.Errorf(sallyport.EForbidden, "only admins end the sessions of others").WithRule("session.own")
	}
	err = s.o.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		n, err = endSessions(ctx, tx, actor, userID, "")
		return err
	})
	return n, err
}

// EndSignIns ends all sessions and API tokens of a user in the caller's transaction: for leavers and the suspended, who
// are refused anyway, so that nothing revives when they come back.
func EndSignIns(ctx context.Context, tx *store.Tx, actor sallyport.Actor, userID, cause string) error {
	if _, err := endSessions(ctx, tx, actor, userID, cause); err != nil {
		return err
	}
	ids, err := tx.RevokeTokens(ctx, actor.Tenant, userID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := tokenRevoked(ctx, tx, actor, id, userID, cause); err != nil {
			return err
		}
	}
	return nil
}

func endSessions(ctx context.Context, tx *store.Tx, actor sallyport.Actor, userID, cause string) (int, error) {
	ids, err := tx.DeleteSessions(ctx, actor.Tenant, userID)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := sessionRevoked(ctx, tx, actor, id, userID, cause); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

func sessionRevoked(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, userID, cause string) error {
	_, err := tx.Append(ctx, store.NewEvent{Verb: "session.revoked", Actor: actor, ObjectKind: "session", ObjectID: id, Cause: cause,
		Refs: []string{userID}})
	return err
}
