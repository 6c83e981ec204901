package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// TokenPrefix begins every API token, so that scanners for leaked secrets find it.
const TokenPrefix = "sp_"

// The life of a token.
const (
	DefaultTokenLife = 90 * 24 * time.Hour
	MaxTokenLife     = 365 * 24 * time.Hour
)

const tokenLength = len(TokenPrefix) + 43 // 32 bytes in base64url

// NewToken asks for a token. User is the id of whom it acts as, "" the caller; Scopes nil is read alone; ExpiresAt nil is
// in 90 days.
type NewToken struct {
	User      string
	Name      string
	Scopes    []string
	ExpiresAt *time.Time
}

// newSecret returns a token and the hash that is kept of it.
func newSecret() (secret, hash string) {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	secret = TokenPrefix + base64.RawURLEncoding.EncodeToString(b)
	return secret, hashToken(secret)
}

// hashToken needs no salt: a token is 256 random bits, and the hash must be found by its index.
func hashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// CreateToken makes an API token and returns its secret, which is shown once and kept nowhere: an answer that carries it
// must not be stored for idempotency. People make tokens for themselves; for a service account or agent its accountable
// person or an admin does. A token can make only tokens with scopes of its own that end no later than itself.
func (s *Service) CreateToken(ctx context.Context, actor sallyport.Actor, n NewToken) (t store.Token, secret string, err error) {
	if err := sallyport.CheckName(n.Name); err != nil {
		return t, "", sallyport.Invalid("name", "%s", err)
	}
	if n.Scopes == nil {
		n.Scopes = []string{ScopeRead}
	}
	scopes, err := checkScopes(n.Scopes)
	if err != nil {
		return t, "", err
	}
	err = s.o.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		expires := tx.Now().Add(DefaultTokenLife)
		if n.ExpiresAt != nil {
			expires = n.ExpiresAt.UTC().Truncate(time.Microsecond)
		}
		if !expires.After(tx.Now()) {
			return sallyport.Invalid("expires_at", "is not in the future; name a later time")
		}
		if expires.Sub(tx.Now()) > MaxTokenLife {
			return sallyport.Invalid("expires_at", "is more than 365 days away; name an earlier time")
		}
		user, err := tokenUser(ctx, tx, actor, n.User)
		if err != nil {
			return err
		}
		if actor.Via == sallyport.ViaToken {
			if expires, err = tokenOfToken(ctx, tx, actor, scopes, expires, n.ExpiresAt == nil); err != nil {
				return err
			}
		}
		var hash string
		secret, hash = newSecret()
		t = store.Token{User: user, Name: n.Name, Scopes: scopes, ExpiresAt: expires}
		if err := tx.InsertToken(ctx, actor.Tenant, &t, hash); err != nil {
			return err
		}
		_, err = tx.Append(ctx, store.NewEvent{Verb: "token.created", Actor: actor, ObjectKind: "token", ObjectID: t.ID, Refs: []string{user.ID},
			Body:   map[string]any{"scopes": strings.Join(scopes, " "), "expires_at": expires.Format(time.RFC3339)},
			Values: []store.Value{{Name: "name", Value: n.Name, UserID: user.ID}}})
		return err
	})
	if err != nil {
		return store.Token{}, "", err
	}
	return t, secret, nil
}

func tokenUser(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id string) (sallyport.UserRef, error) {
	if id == "" || id == actor.User.ID {
		if actor.IsSystem() {
			return sallyport.UserRef{}, sallyport.Invalid("user", "is missing; say whom the token acts as")
		}
		return actor.User, nil
	}
	u, err := tx.User(ctx, actor.Tenant, id)
	if err != nil {
		return sallyport.UserRef{}, err
	}
	accountable := u.Accountable != nil && u.Accountable.ID == actor.User.ID
	switch {
	case u.Kind == sallyport.UserPerson && !actor.IsSystem():
		return sallyport.UserRef{}, sallyport.Errorf(sallyport.EForbidden, "a token acts as its person, so only %s can make one for that account", u.Name).
			WithHint("Ask %s to make it, or use a service account.", u.Name).WithRule("token.own")
	case !accountable && !actor.Admin && !actor.IsSystem():
		return sallyport.UserRef{}, sallyport.Errorf(sallyport.EForbidden, "only admins and the person accountable for %s make its tokens", u.Name).
			WithRule("token.accountable")
	case u.State != sallyport.UserActive:
		return sallyport.UserRef{}, sallyport.Errorf(sallyport.EPrecondition, "%s is not active, so a token would not count", u.Name)
	}
	return u.Ref(), nil
}

// tokenOfToken keeps a stolen token from making itself a stronger or longer-lived one.
func tokenOfToken(ctx context.Context, tx *store.Tx, actor sallyport.Actor, scopes []string, expires time.Time, byDefault bool) (time.Time, error) {
	for _, scope := range scopes {
		if err := RequireScope(actor, scope); err != nil {
			return expires, err
		}
	}
	own, err := tx.Token(ctx, actor.Tenant, actor.ViaID)
	if err != nil {
		return expires, err
	}
	if !expires.After(own.ExpiresAt) {
		return expires, nil
	}
	if byDefault {
		return own.ExpiresAt, nil
	}
	return expires, sallyport.Errorf(sallyport.EForbidden, "a token made with a token ends no later than that one, on %s", actor.Moment(own.ExpiresAt)).
		WithHint("Name an earlier end, or sign in and make it there.").WithRule("token.expiry")
}

// RevokeToken ends a token at once. Its person, the one accountable for a service account, and admins may. Revoking again
// does nothing; for others the token does not exist.
func (s *Service) RevokeToken(ctx context.Context, actor sallyport.Actor, id string) error {
	return s.o.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		t, err := tx.Token(ctx, actor.Tenant, id)
		if err != nil {
			return err
		}
		if t.User.ID != actor.User.ID && !actor.Admin && !actor.IsSystem() {
			u, err := tx.User(ctx, actor.Tenant, t.User.ID)
			if err != nil {
				return err
			}
			if u.Accountable == nil || u.Accountable.ID != actor.User.ID {
				return sallyport.Errorf(sallyport.ENotFound, "there is no such token")
			}
		}
		ok, err := tx.RevokeToken(ctx, actor.Tenant, id)
		if err != nil || !ok {
			return err
		}
		return tokenRevoked(ctx, tx, actor, id, t.User.ID, "")
	})
}

func tokenRevoked(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, userID, cause string) error {
	_, err := tx.Append(ctx, store.NewEvent{Verb: "token.revoked", Actor: actor, ObjectKind: "token", ObjectID: id, Cause: cause,
		Refs: []string{userID}})
	return err
}

// byToken recognises the caller by an API token.
func (s *Service) byToken(ctx context.Context, secret string) (actor sallyport.Actor, err error) {
	refused := func(what string) error {
		return sallyport.Errorf(sallyport.EUnauthenticated, "the API token %s", what).WithHint("Make a new token and use that.")
	}
	if len(secret) != tokenLength || !strings.HasPrefix(secret, TokenPrefix) {
		return actor, refused("is not one of Sallyport's")
	}
	touch := false
	err = s.o.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		t, tenant, err := tx.TokenByHash(ctx, hashToken(secret))
		switch {
		case sallyport.CodeOf(err) == sallyport.ENotFound:
			return refused("does not exist")
		case err != nil:
			return err
		case t.RevokedAt != nil:
			return refused("was revoked on " + sallyport.Moment(*t.RevokedAt, ""))
		case !t.ExpiresAt.After(tx.Now()):
			return refused("expired on " + sallyport.Moment(t.ExpiresAt, ""))
		}
		if actor, err = tx.LoadActor(ctx, tenant, t.User.ID); err != nil {
			return err
		}
		actor.Via, actor.ViaID, actor.Scopes = sallyport.ViaToken, t.ID, t.Scopes
		touch = tx.TouchDue(t.LastUsedAt)
		return nil
	})
	if err != nil {
		return sallyport.Actor{}, err
	}
	if touch {
		s.touch(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.TouchToken(ctx, actor.Tenant, actor.ViaID) })
	}
	return actor, nil
}
