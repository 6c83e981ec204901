package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Methods is the answer of GET /auth/methods: the ways to sign in.
type Methods struct {
	Demo []DemoPersona  `json:"demo"`
	OIDC []OIDCProvider `json:"oidc"`
}

// DemoPersona is somebody whom the demo's sign-in page offers.
type DemoPersona struct {
	Login       string `json:"login"`
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// OIDCProvider is a button of the sign-in page; it leads to /auth/oidc/{id}/login.
type OIDCProvider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s *Service) methods(w http.ResponseWriter, r *http.Request) {
	m := Methods{Demo: []DemoPersona{}, OIDC: []OIDCProvider{}}
	for _, p := range s.providers {
		m.OIDC = append(m.OIDC, OIDCProvider{ID: p.config.ID, Name: p.config.Name})
	}
	if s.o.Demo && len(s.o.Personas) > 0 {
		err := s.o.DB.View(r.Context(), func(ctx context.Context, tx *store.Tx) error {
			tenant, err := tx.TenantBySlug(ctx, s.o.Tenant)
			if sallyport.CodeOf(err) == sallyport.ENotFound {
				return nil
			}
			if err != nil {
				return err
			}
			for _, p := range s.o.Personas {
				u, err := tx.User(ctx, tenant.ID, p.Login)
				if sallyport.CodeOf(err) == sallyport.ENotFound {
					continue
				}
				if err != nil {
					return err
				}
				if u.State == sallyport.UserActive {
					m.Demo = append(m.Demo, DemoPersona{Login: u.Login, Name: u.Name, Title: u.Title, Description: p.Description})
				}
			}
			return nil
		})
		if err != nil {
			s.o.Error(w, r, err)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(m)
}

// demo signs in as anybody: POST /auth/demo {"login": "employee"}. It exists in the demo only.
func (s *Service) demo(w http.ResponseWriter, r *http.Request) {
	if !s.attempt(w, r) {
		return
	}
	var in struct {
		Login string `json:"login"`
	}
	if err := decode(w, r, &in); err != nil {
		s.o.Error(w, r, err)
		return
	}
	if in.Login == "" {
		s.o.Error(w, r, sallyport.Invalid("login", "is missing; say as whom to sign in"))
		return
	}
	if err := sallyport.CheckText(in.Login, false); err != nil {
		s.o.Error(w, r, sallyport.Invalid("login", "%s", err))
		return
	}
	err := s.signIn(w, r, func(ctx context.Context, tx *store.Tx, tenant store.Tenant) (string, error) {
		u, err := tx.User(ctx, tenant.ID, in.Login)
		if err != nil {
			return "", err
		}
		return u.ID, mayHaveSession(u)
	}, map[string]any{"method": "demo"})
	if err != nil {
		s.o.Error(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// mayHaveSession refuses who may not sign in, with words for the person.
func mayHaveSession(u sallyport.User) error {
	switch {
	case u.State == sallyport.UserSuspended:
		return sallyport.Errorf(sallyport.EForbidden, "the account %s is suspended, so it cannot sign in", u.Login).
			WithHint("If that is a mistake, ask those who keep the directory to correct it.").WithRule("domain.7")
	case u.State == sallyport.UserGone:
		return sallyport.Errorf(sallyport.EForbidden, "the account %s belongs to somebody who has left, so it cannot sign in", u.Login).
			WithHint("If that is a mistake, ask those who keep the directory to correct it.").WithRule("domain.7")
	case u.Kind != sallyport.UserPerson:
		return sallyport.Errorf(sallyport.EForbidden, "%s is no person's account, so it cannot sign in", u.Login).
			WithHint("Use an API token of that account.").WithRule("session.person")
	}
	return nil
}

// logout ends the session and deletes the cookie; without a session it only deletes the cookie.
func (s *Service) logout(w http.ResponseWriter, r *http.Request) {
	err := s.o.DB.Update(r.Context(), func(ctx context.Context, tx *store.Tx) error { return s.endOld(ctx, tx, r) })
	if err != nil {
		s.o.Error(w, r, err)
		return
	}
	s.setCookie(w, sessionCookie, "", -1)
	w.WriteHeader(http.StatusNoContent)
}

const maxBody = 4 << 10

// decode reads one JSON object and nothing else.
func decode(w http.ResponseWriter, r *http.Request, into any) error {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return sallyport.Errorf(sallyport.EInvalid, "the body is not declared as JSON").WithHint("Send Content-Type: application/json.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return sallyport.Errorf(sallyport.EInvalid, "the body is longer than %d bytes", maxBody)
	}
	if err != nil {
		return sallyport.Errorf(sallyport.EInvalid, "the body could not be read: %w", err)
	}
	if err := sallyport.CheckText(string(body), true); err != nil {
		return sallyport.Invalid("body", "%s", err)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return sallyport.Errorf(sallyport.EInvalid, "the body is not the JSON that is expected (%s)", clip(err.Error())).
			WithHint(`Send an object such as {"login": "employee"}.`)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return sallyport.Errorf(sallyport.EInvalid, "there is something after the JSON object").WithHint("Send one object.")
	}
	return nil
}
