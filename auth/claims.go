package auth

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// identity is what a provider says about a person.
type identity struct {
	Subject  string
	Email    string
	Verified bool
	Login    string
	Name     string
	Groups   []string
	hasGroup bool // the claim was there at all
}

func (c OIDC) identity(claims map[string]json.RawMessage) identity {
	text := func(name string) string {
		var s string
		_ = json.Unmarshal(claims[name], &s)
		return strings.TrimSpace(s)
	}
	id := identity{Subject: text("sub"), Email: text("email"), Login: text(c.LoginClaim), Name: text("name")}
	id.Verified = string(claims["email_verified"]) == "true" || strings.EqualFold(text("email_verified"), "true") // some send text
	if raw, ok := claims[c.GroupsClaim]; ok {
		id.hasGroup = true
		if json.Unmarshal(raw, &id.Groups) != nil {
			if one := text(c.GroupsClaim); one != "" {
				id.Groups = []string{one}
			}
		}
	}
	return id
}

// identify reads the claims of the verified ID token; groups that are not in it are asked of the provider, if they
// matter.
func (p *provider) identify(ctx context.Context, found *oidc.Provider, token *oidc.IDToken, access *oauth2.Token) (identity, error) {
	var claims map[string]json.RawMessage
	if err := token.Claims(&claims); err != nil {
		return identity{}, err
	}
	id := p.config.identity(claims)
	if len(p.config.AllowedGroups) == 0 || id.hasGroup || found.UserInfoEndpoint() == "" {
		return id, nil
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(access))
	if err != nil {
		return id, sallyport.Errorf(sallyport.EUnavailable, "%s did not tell which groups you are in: %w", p.config.Name, err).WithHint("Try again.")
	}
	if info.Subject != token.Subject {
		return id, sallyport.Errorf(sallyport.EUnauthenticated, "%s answered about somebody else", p.config.Name).WithHint("Start the sign-in again.")
	}
	claims = nil
	if err := info.Claims(&claims); err != nil {
		return id, err
	}
	more := p.config.identity(claims)
	id.Groups, id.hasGroup = more.Groups, more.hasGroup
	return id, nil
}

// admit refuses who is in none of the allowed groups.
func (c OIDC) admit(id identity) error {
	if len(c.AllowedGroups) == 0 || slices.ContainsFunc(id.Groups, func(g string) bool { return slices.Contains(c.AllowedGroups, g) }) {
		return nil
	}
	return sallyport.Errorf(sallyport.EForbidden, "%s signed you in, but you are in none of the groups that may use Sallyport", c.Name).
		WithHint("Ask those who run Sallyport which group you need.").WithRule("oidc.groups")
}

// find looks the person up in the directory, and makes them where the provider is configured to.
func (c OIDC) find(ctx context.Context, tx *store.Tx, tenant string, id identity) (string, error) {
	claim, value := "email", id.Email
	if c.Match == MatchLogin {
		claim, value = c.LoginClaim, id.Login
	}
	if value == "" {
		return "", sallyport.Errorf(sallyport.EForbidden, "%s signed you in, but did not say your %s (the claim %s)", c.Name, c.Match, claim).
			WithHint("Tell those who run Sallyport; the provider must send that claim.").WithRule("oidc.claim")
	}
	if c.Match == MatchEmail && !id.Verified {
		return "", sallyport.Errorf(sallyport.EForbidden, "%s has not verified your e-mail address %s", c.Name, clip(value)).
			WithHint("Verify the address there, then sign in again.").WithRule("oidc.verified")
	}
	if sallyport.CheckText(value, false) != nil {
		return "", sallyport.Errorf(sallyport.EForbidden, "%s sent a %s with characters that cannot be seen", c.Name, c.Match).WithRule("oidc.claim")
	}
	u, err := tx.User(ctx, tenant, value)
	// User also takes ids and, for a login, e-mail addresses: only the value that was asked for counts.
	matches := err == nil && ((c.Match == MatchEmail && store.Fold(u.Email) == store.Fold(value)) ||
		(c.Match == MatchLogin && store.Fold(u.Login) == store.Fold(value)))
	switch {
	case err != nil && sallyport.CodeOf(err) != sallyport.ENotFound:
		return "", err
	case matches:
		return u.ID, mayHaveSession(u)
	case c.Create && err != nil:
		return c.create(ctx, tx, tenant, id)
	}
	return "", sallyport.Errorf(sallyport.EForbidden, "%s signed you in as %s, but the directory of Sallyport does not know that %s", c.Name, clip(value), c.Match).
		WithHint("Ask those who keep the directory to add you; new people appear after the next sync.").WithRule("oidc.unknown")
}

func (c OIDC) create(ctx context.Context, tx *store.Tx, tenant string, id identity) (string, error) {
	u := sallyport.User{Login: id.Login, Name: id.Name, Source: "oidc:" + c.ID, ExternalID: id.Subject}
	if id.Verified {
		u.Email = id.Email
	}
	if u.Login == "" {
		u.Login = id.Email
	}
	if u.Name == "" {
		u.Name = u.Login
	}
	err := sallyport.CheckLogin(u.Login)
	if err == nil {
		err = sallyport.CheckName(u.Name)
	}
	if err != nil {
		return "", sallyport.Errorf(sallyport.EForbidden, "%s sent a name that cannot be used: %s", c.Name, err).
			WithHint("Ask those who run Sallyport to add you to the directory.").WithRule("oidc.claim")
	}
	if err := tx.InsertUser(ctx, tenant, &u); err != nil {
		return "", err
	}
	_, err = tx.Append(ctx, store.NewEvent{Verb: "user.created", Actor: sallyport.System(tenant), ObjectKind: "user", ObjectID: u.ID,
		Cause: "signed in through " + c.ID, Body: map[string]any{"source": u.Source},
		Values: []store.Value{{Name: "login", Value: u.Login, UserID: u.ID}, {Name: "name", Value: u.Name, UserID: u.ID},
			{Name: "email", Value: u.Email, UserID: u.ID}}})
	return u.ID, err
}
