package api

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/store"
)

// NewToken is an API token as asked for.
type NewToken struct {
	Name      string              `json:"name"`
	Scopes    []string            `json:"scopes,omitempty" doc:"Default read alone"`
	ExpiresAt *time.Time          `json:"expires_at,omitempty" doc:"Default in 90 days; at most in 365"`
	ExpiresIn *sallyport.Duration `json:"expires_in,omitempty" doc:"Instead of expires_at, e.g. P30D"`
	User      string              `json:"user,omitempty" doc:"Whom it acts as: the caller, or a service account that they answer for"`
}

// CreatedToken is a token with its secret, which is shown this once.
type CreatedToken struct {
	store.Token
	Secret string `json:"token" doc:"Send it as Authorization: Bearer …; it is kept nowhere"`
}

type ownerInput struct {
	Paging
	User string `query:"user" maxLength:"256" doc:"Whose; default the caller's; admins may name another, or all"`
}

// whose resolves whose tokens or sessions are asked for: "" is everybody's.
func whose(ctx context.Context, tx *store.Tx, a sallyport.Actor, ref string) (string, error) {
	if ref == "" || ref == "me" {
		return a.User.ID, nil
	}
	id := ""
	if ref != "all" {
		u, err := user(ctx, tx, a, ref)
		if err != nil {
			return "", err
		}
		id = u.ID
	}
	if id != a.User.ID && !a.Admin {
		return "", sallyport.Errorf(sallyport.EForbidden, "only admins see the tokens and sessions of others").WithRule("admin")
	}
	return id, nil
}

func (s *server) registerTokens() {
	handle(s, "list-tokens", func(ctx context.Context, a sallyport.Actor, in *ownerInput) (*list[store.Token], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[store.Token], error) {
			id, err := whose(ctx, tx, a, in.User)
			if err != nil {
				return store.List[store.Token]{}, err
			}
			return tx.Tokens(ctx, a.Tenant, id, in.page())
		})
		return &list[store.Token]{Body: l}, err
	})

	type createInput struct{ Body NewToken }
	handle(s, "create-token", func(ctx context.Context, a sallyport.Actor, in *createInput) (*one[CreatedToken], error) {
		n := auth.NewToken{Name: in.Body.Name, Scopes: in.Body.Scopes, ExpiresAt: in.Body.ExpiresAt}
		if d := in.Body.ExpiresIn; d != nil {
			if n.ExpiresAt != nil {
				return nil, sallyport.Invalid("body.expires_in", "contradicts expires_at; send one of them")
			}
			n.ExpiresAt = ptr(s.DB.Now().Add(d.Std()))
		}
		var err error
		n.User, err = view(ctx, s, func(ctx context.Context, tx *store.Tx) (string, error) { return userID(ctx, tx, a, in.Body.User) })
		if err != nil {
			return nil, err
		}
		t, secret, err := s.Auth.CreateToken(ctx, a, n)
		return body(CreatedToken{Token: t, Secret: secret}), err
	})

	handle(s, "revoke-token", func(ctx context.Context, a sallyport.Actor, in *ByID) (*nothing, error) {
		return &nothing{}, s.Auth.RevokeToken(ctx, a, in.ID)
	})

	handle(s, "list-sessions", func(ctx context.Context, a sallyport.Actor, in *ownerInput) (*list[Session], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[store.Session], error) {
			id, err := whose(ctx, tx, a, in.User)
			if err != nil {
				return store.List[store.Session]{}, err
			}
			return tx.Sessions(ctx, a.Tenant, id, in.page())
		})
		out := store.List[Session]{Items: make([]Session, len(l.Items)), NextCursor: l.NextCursor, Total: l.Total}
		for i, x := range l.Items {
			out.Items[i] = Session{Session: x, Current: a.Via == sallyport.ViaSession && x.ID == a.ViaID}
		}
		return &list[Session]{Body: out}, err
	})

	handle(s, "revoke-session", func(ctx context.Context, a sallyport.Actor, in *ByID) (*nothing, error) {
		return &nothing{}, s.Auth.RevokeSession(ctx, a, in.ID)
	})
}

// Session is a session as listed.
type Session struct {
	store.Session
	Current bool `json:"current" doc:"The caller's own, this one"`
}
