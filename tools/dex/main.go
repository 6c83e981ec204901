// Dexpeer runs dex (github.com/dexidp/dex) as a library: an OpenID Connect provider in memory, with the clients and
// users of a JSON file. It prints "issuer URL" once it answers.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/dexidp/dex/server"
	"github.com/dexidp/dex/server/signer"
	"github.com/dexidp/dex/storage"
	"github.com/dexidp/dex/storage/memory"
	"github.com/dexidp/dex/web"
	"golang.org/x/crypto/bcrypt"
)

type config struct {
	Clients []struct {
		ID           string   `json:"id"`
		Secret       string   `json:"secret"`
		RedirectURIs []string `json:"redirect_uris"`
	} `json:"clients"`
	Users []struct {
		ID       string   `json:"id"`
		Login    string   `json:"login"`
		Name     string   `json:"name"`
		Email    string   `json:"email"`
		Password string   `json:"password"`
		Groups   []string `json:"groups"`
		// Unverified leaves email_verified false in the tokens.
		Unverified bool `json:"unverified"`
	} `json:"users"`
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "loopback address to listen on")
	file := flag.String("config", "", "JSON file with clients and users")
	valid := flag.Duration("id-tokens-valid-for", time.Hour, "life of an id token")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, *file, *valid); err != nil {
		fmt.Fprintln(os.Stderr, "dexpeer:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, listen, file string, valid time.Duration) error {
	var c config
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	issuer := "http://" + l.Addr().String() + "/dex"
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	store, err := fill(memory.New(logger), c, logger)
	if err != nil {
		return err
	}
	keys, err := (&signer.LocalConfig{KeysRotationPeriod: "6h"}).Open(ctx, store, valid, time.Now, logger)
	if err != nil {
		return err
	}
	refresh, err := server.NewRefreshTokenPolicy(logger, false, "", "", "")
	if err != nil {
		return err
	}
	dex, err := server.NewServer(ctx, server.Config{
		Issuer: issuer, Storage: store, Signer: keys, Logger: logger, IDTokensValidFor: valid,
		RefreshTokenPolicy:     refresh,
		SupportedResponseTypes: []string{"code"},
		AllowedGrantTypes:      []string{"authorization_code", "refresh_token"},
		Web:                    server.WebConfig{WebFS: web.FS()},
	})
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: dex, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = srv.Close()
	}()
	fmt.Println("issuer", issuer)
	if err := srv.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}

func fill(s storage.Storage, c config, logger *slog.Logger) (storage.Storage, error) {
	var clients []storage.Client
	for _, x := range c.Clients {
		clients = append(clients, storage.Client{ID: x.ID, Name: x.ID, Secret: x.Secret, RedirectURIs: x.RedirectURIs})
	}
	var users []storage.Password
	for _, x := range c.Users {
		hash, err := bcrypt.GenerateFromPassword([]byte(x.Password), 10) // the least that dex accepts
		if err != nil {
			return nil, fmt.Errorf("user %s: %w", x.Login, err)
		}
		verified := !x.Unverified
		users = append(users, storage.Password{UserID: x.ID, Username: x.Login, PreferredUsername: x.Login, Name: x.Name,
			Email: x.Email, EmailVerified: &verified, Hash: hash, Groups: x.Groups})
	}
	s = storage.WithStaticClients(s, clients)
	s = storage.WithStaticPasswords(s, users, logger)
	return storage.WithStaticConnectors(s, []storage.Connector{
		{ID: server.LocalConnector, Type: server.LocalConnector, Name: "E-mail", ResourceVersion: "1"},
	}), nil
}
