// Package dex starts a real OpenID Connect provider (dex, from tools/dex) and signs people in to it the way a browser
// does: through its HTML forms.
package dex

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sallyport/sallyport/internal/peers/guard"
	"github.com/sallyport/sallyport/internal/peers/tool"
)

// Client is a relying party, such as Sallyport. A redirect must match one of RedirectURIs to the letter, port
// included: so open the listener first, then start dex.
type Client struct {
	ID           string   `json:"id"`
	Secret       string   `json:"secret"`
	RedirectURIs []string `json:"redirect_uris"`
}

// User is somebody who can sign in, with their e-mail and password. Login becomes the claim preferred_username; the
// claim sub is an encoding of ID and the name of the connector, not ID itself. Groups come with the scope "groups".
type User struct {
	ID         string   `json:"id"`
	Login      string   `json:"login"`
	Name       string   `json:"name"`
	Email      string   `json:"email"`
	Password   string   `json:"password"`
	Groups     []string `json:"groups"`
	Unverified bool     `json:"unverified"` // leaves the claim email_verified false
}

// Server is a running provider.
type Server struct {
	// Issuer is its URL, as relying parties are configured with it.
	Issuer string

	proc *guard.Process
}

// Start runs a provider with these clients and users, whose state is in memory. The first start on a machine builds
// it, which takes a minute.
func Start(ctx context.Context, clients []Client, users []User) (*Server, error) {
	bin, err := tool.Path(ctx, "dex")
	if err != nil {
		return nil, err
	}
	for i, u := range users {
		if u.ID == "" {
			users[i].ID = u.Login
		}
	}
	config, err := json.Marshal(map[string]any{"clients": clients, "users": users})
	if err != nil {
		return nil, err
	}
	dir, err := guard.TempDir("sallyport-dex-", "")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	proc, err := guard.Start(guard.Options{Path: bin, Args: []string{"-config", file}, Dir: dir})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &Server{proc: proc}
	return s, proc.WaitReady("dex", 30*time.Second, func() error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for line := range strings.Lines(proc.Log()) {
			if issuer, ok := strings.CutPrefix(line, "issuer "); ok {
				s.Issuer = strings.TrimSpace(issuer)
				return nil
			}
		}
		return errors.New("it has not named its issuer yet")
	})
}

// Stop ends the provider. It may be called more than once.
func (s *Server) Stop() error { return s.proc.Stop() }
