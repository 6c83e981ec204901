package auth

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/sallyport/sallyport"
)

// How a person of the provider is found in the directory.
const (
	MatchEmail = "email" // by the claim email, which the provider must have verified
	MatchLogin = "login" // by LoginClaim: only for providers whose people cannot choose it themselves
)

// OIDC configures one provider of single sign-on.
type OIDC struct {
	ID            string   `json:"id" yaml:"id"`                         // part of the callback's address: PUBLIC_URL/auth/oidc/ID/callback
	Name          string   `json:"name" yaml:"name"`                     // on the button; default ID
	Issuer        string   `json:"issuer" yaml:"issuer"`                 // https, or http on loopback
	ClientID      string   `json:"client_id" yaml:"client_id"`           //
	ClientSecret  string   `json:"client_secret" yaml:"client_secret"`   // may be empty for a public client
	Scopes        []string `json:"scopes" yaml:"scopes"`                 // default openid, profile, email; openid is always asked for
	GroupsClaim   string   `json:"groups_claim" yaml:"groups_claim"`     // default groups
	AllowedGroups []string `json:"allowed_groups" yaml:"allowed_groups"` // empty: whoever the provider signs in
	Match         string   `json:"match" yaml:"match"`                   // MatchEmail (default) or MatchLogin
	LoginClaim    string   `json:"login_claim" yaml:"login_claim"`       // default preferred_username
	Create        bool     `json:"create" yaml:"create"`                 // makes people whom the directory does not know
}

// Validate reports every fault, with path before the field's name.
func (c OIDC) Validate(path string) []sallyport.Fault {
	var faults []sallyport.Fault
	add := func(field, message string) {
		faults = append(faults, sallyport.Fault{Path: path + "." + field, Message: message})
	}
	if err := sallyport.CheckSlug(c.ID, sallyport.KindApp); err != nil {
		add("id", err.Error())
	}
	u, err := url.Parse(c.Issuer)
	switch {
	case c.Issuer == "":
		add("issuer", "is missing; give the provider's issuer address")
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		add("issuer", "is not the address of an issuer; write it as https://login.example.com")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		add("issuer", "is not https; only a provider on this machine may be reached without it")
	}
	if c.ClientID == "" {
		add("client_id", "is missing; register Sallyport with the provider and enter the id that it gives")
	}
	if c.Match != "" && c.Match != MatchEmail && c.Match != MatchLogin {
		add("match", "is neither email nor login; choose one")
	}
	for i, s := range c.Scopes {
		if s == "" || strings.ContainsAny(s, " \t\r\n\"\\") {
			add("scopes["+itoa(i)+"]", "is not a scope; list each on its own, without spaces")
		}
	}
	if slices.Contains(c.AllowedGroups, "") {
		add("allowed_groups", "has an empty name; remove it")
	}
	return faults
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && a.IsLoopback())
}

func (c OIDC) withDefaults() OIDC {
	if c.Name == "" {
		c.Name = c.ID
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"profile", "email"}
	}
	if !slices.Contains(c.Scopes, oidc.ScopeOpenID) {
		c.Scopes = append([]string{oidc.ScopeOpenID}, c.Scopes...)
	}
	if c.GroupsClaim == "" {
		c.GroupsClaim = "groups"
	}
	if c.Match == "" {
		c.Match = MatchEmail
	}
	if c.LoginClaim == "" {
		c.LoginClaim = "preferred_username"
	}
	return c
}

// provider is a configured provider. Its addresses are discovered at the first sign-in, and again until that succeeds,
// so that neither the server's start nor its other sign-ins depend on it.
type provider struct {
	config OIDC
	mu     sync.Mutex
	found  *oidc.Provider
}

// callTimeout is for each call to a provider.
const callTimeout = 10 * time.Second

// skew is how far a provider's clock may be off.
const skew = 2 * time.Minute

// withClient gives the libraries a client with a time-out, also for keys that they fetch later.
func withClient(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: callTimeout})
}

func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	ctx, cancel := context.WithTimeout(withClient(ctx), callTimeout)
	defer cancel()
	found, err := oidc.NewProvider(ctx, p.config.Issuer)
	if err != nil {
		return nil, sallyport.Errorf(sallyport.EUnavailable, "%s cannot be reached for sign-in: %w", p.config.Name, err).
			WithHint("Try again in a moment. If it stays so, tell those who run Sallyport.")
	}
	p.found = found
	return found, nil
}

func (p *provider) oauth(found *oidc.Provider, publicURL string) *oauth2.Config {
	return &oauth2.Config{ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, Endpoint: found.Endpoint(),
		RedirectURL: publicURL + "/auth/oidc/" + p.config.ID + "/callback", Scopes: p.config.Scopes}
}

func (s *Service) provider(id string) (*provider, error) {
	for _, p := range s.providers {
		if p.config.ID == id {
			return p, nil
		}
	}
	return nil, sallyport.Errorf(sallyport.ENotFound, "there is no way to sign in called %q", clip(id)).WithHint("Go back and choose another.")
}
