package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// started is what the browser keeps, sealed, between being sent to the provider and coming back: so any node may answer
// the callback, and a callback that another browser started is refused.
type started struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	ReturnTo string    `json:"r"`
	Expires  time.Time `json:"e"`
}

// flowLife is how long somebody may take at the provider.
const flowLife = 15 * time.Minute

func random() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// flowCookie is one cookie for each sign-in under way, so that two tabs do not disturb each other.
func flowCookie(state string) string { return "sallyport_oidc_" + state[:8] }

// returnTo accepts a path of this site, where the browser goes after the sign-in.
func returnTo(path string) (string, error) {
	if path == "" {
		return "/", nil
	}
	u, err := url.Parse(path)
	if err != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) || len(path) > 1500 ||
		u.Host != "" || u.Scheme != "" || sallyport.CheckText(path, false) != nil || sallyport.CheckText(u.Path, false) != nil ||
		strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, `\`) {
		return "", sallyport.Invalid("return_to", "is not a path of this site; write it as /requests")
	}
	return path, nil
}

// oidcLogin sends the browser to the provider.
func (s *Service) oidcLogin(w http.ResponseWriter, r *http.Request) {
	if !s.attempt(w, r) {
		return
	}
	to, sealed, state, err := s.begin(r)
	if err != nil {
		s.page(w, r, err)
		return
	}
	s.setCookie(w, flowCookie(state), sealed, int(flowLife/time.Second))
	http.Redirect(w, r, to, http.StatusFound)
}

func (s *Service) begin(r *http.Request) (to, sealed, state string, err error) {
	p, err := s.provider(r.PathValue("id"))
	if err != nil {
		return "", "", "", err
	}
	back, err := returnTo(r.URL.Query().Get("return_to"))
	if err != nil {
		return "", "", "", err
	}
	found, err := p.discover(r.Context())
	if err != nil {
		return "", "", "", err
	}
	f := started{State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), ReturnTo: back, Expires: time.Now().Add(flowLife)}
	text, err := json.Marshal(f)
	if err != nil {
		return "", "", "", err
	}
	sealer, err := s.o.DB.Sealer()
	if err != nil {
		return "", "", "", err
	}
	if sealed, err = sealer.Seal(text, "oidc:"+p.config.ID); err != nil {
		return "", "", "", err
	}
	to = p.oauth(found, s.o.PublicURL).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
	return to, sealed, f.State, nil
}

// oidcCallback takes the browser back from the provider.
func (s *Service) oidcCallback(w http.ResponseWriter, r *http.Request) {
	if !s.attempt(w, r) {
		return
	}
	p, err := s.provider(r.PathValue("id"))
	if err != nil {
		s.page(w, r, err)
		return
	}
	f, err := s.resume(w, r, p)
	if err != nil {
		s.page(w, r, err)
		return
	}
	id, err := s.exchange(r, p, f)
	if err == nil {
		err = p.config.admit(id)
	}
	if err == nil {
		err = s.signIn(w, r, func(ctx context.Context, tx *store.Tx, tenant store.Tenant) (string, error) {
			return p.config.find(ctx, tx, tenant.ID, id)
		}, map[string]any{"method": "oidc", "provider": p.config.ID})
	}
	if err != nil {
		s.page(w, r, err)
		return
	}
	http.Redirect(w, r, f.ReturnTo, http.StatusFound)
}

// resume finds the sign-in that this browser started with the state that came back, and forgets it: it counts once.
func (s *Service) resume(w http.ResponseWriter, r *http.Request, p *provider) (started, error) {
	var f started
	lost := sallyport.Errorf(sallyport.EInvalid, "this sign-in was not started in this browser, or was finished or left alone for too long").
		WithHint("Start the sign-in again.").WithRule("oidc.state")
	state := r.URL.Query().Get("state")
	if len(state) != len(random()) || strings.ContainsAny(state[:8], "=;, \t\"\\") {
		return f, lost
	}
	cookie, err := r.Cookie(s.cookieName(flowCookie(state)))
	if err != nil {
		return f, lost
	}
	s.setCookie(w, flowCookie(state), "", -1)
	sealer, err := s.o.DB.Sealer()
	if err != nil {
		return f, err
	}
	text, err := sealer.Open(cookie.Value, "oidc:"+p.config.ID)
	if err != nil || json.Unmarshal(text, &f) != nil {
		return f, lost
	}
	if subtle.ConstantTimeCompare([]byte(f.State), []byte(state)) != 1 || time.Now().After(f.Expires) {
		return f, lost
	}
	return f, nil
}

// exchange turns the code into what the provider says about the person.
func (s *Service) exchange(r *http.Request, p *provider, f started) (identity, error) {
	var none identity
	again := func(what string, cause error) error {
		return sallyport.Errorf(sallyport.EUnauthenticated, "%s did not sign you in: %s: %w", p.config.Name, what, cause).
			WithHint("Start the sign-in again.")
	}
	q := r.URL.Query()
	if iss := q.Get("iss"); iss != "" && iss != p.config.Issuer {
		return none, again("the answer comes from another provider", errors.New("iss "+clip(iss)))
	}
	if code := q.Get("error"); code != "" {
		if code == "access_denied" {
			return none, again("the sign-in was refused or cancelled there", errors.New(clip(q.Get("error_description"))))
		}
		return none, again("it answered "+clip(code), errors.New(clip(q.Get("error_description"))))
	}
	if q.Get("code") == "" {
		return none, again("its answer has no code", errors.New("no code"))
	}
	found, err := p.discover(r.Context())
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(withClient(r.Context()), 2*callTimeout)
	defer cancel()
	token, err := p.oauth(found, s.o.PublicURL).Exchange(ctx, q.Get("code"), oauth2.VerifierOption(f.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < 500:
		return none, again("it does not accept the code it gave (used already, or the client's settings are wrong)", err)
	case err != nil:
		return none, sallyport.Errorf(sallyport.EUnavailable, "%s could not be asked who you are: %w", p.config.Name, err).
			WithHint("Try again in a moment.")
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return none, again("it sent no ID token", errors.New("no id_token"))
	}
	verified, err := found.Verifier(&oidc.Config{ClientID: p.config.ClientID,
		Now: func() time.Time { return time.Now().Add(-skew) }}).Verify(ctx, raw)
	if err != nil {
		return none, again("its ID token is not valid", err)
	}
	if subtle.ConstantTimeCompare([]byte(verified.Nonce), []byte(f.Nonce)) != 1 {
		return none, again("its ID token belongs to another sign-in", errors.New("nonce differs"))
	}
	return p.identify(ctx, found, verified, token)
}
