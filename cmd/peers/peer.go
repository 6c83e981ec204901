package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/sallyport/sallyport/internal/peers/dex"
	"github.com/sallyport/sallyport/internal/peers/mailpit"
	"github.com/sallyport/sallyport/internal/peers/postgres"
	"github.com/sallyport/sallyport/internal/peers/slapd"
)

// peer is one kind of server; env names the variable that carries its address.
type peer struct {
	name, env string
	start     func(context.Context) (running, error)
}

// running is a server that was started, or that the environment named.
type running struct {
	value string
	stop  func() error
	notes []string
}

func names() []string {
	var list []string
	for _, p := range all("") {
		list = append(list, p.name)
	}
	return list
}

func all(redirect string) []peer {
	return []peer{
		{"postgres", postgres.EnvDSN, startPostgres},
		{"slapd", slapd.EnvVar, startSlapd},
		{"mailpit", mailpit.Env, startMailpit},
		{"dex", "SALLYPORT_TEST_DEX", func(ctx context.Context) (running, error) { return startDex(ctx, redirect) }},
	}
}

func nothing() error { return nil }

func startPostgres(ctx context.Context) (running, error) {
	if dsn := os.Getenv(postgres.EnvDSN); dsn != "" {
		return running{value: dsn, stop: nothing}, nil
	}
	s, err := postgres.Start(ctx)
	if err != nil {
		return running{}, err
	}
	return running{value: s.DSN(""), stop: s.Stop}, nil
}

func startSlapd(context.Context) (running, error) {
	if v := os.Getenv(slapd.EnvVar); v != "" {
		return running{value: v, stop: nothing}, nil
	}
	s, err := slapd.Start()
	if err != nil {
		return running{}, err
	}
	return running{value: s.Env(), stop: s.Close, notes: []string{
		"OpenLDAP: bind as " + s.BindDN + " with password " + s.Password + "; people below " + s.People() + ", groups below " + s.Groups(),
	}}, nil
}

func startMailpit(ctx context.Context) (running, error) {
	s, err := mailpit.Start(ctx)
	if err != nil {
		return running{}, err
	}
	return running{value: s.SMTP + "," + s.URL, stop: s.Stop, notes: []string{"mailbox: " + s.URL}}, nil
}

func startDex(ctx context.Context, redirect string) (running, error) {
	client := dex.Client{ID: "sallyport", Secret: "sallyport-secret", RedirectURIs: strings.Split(redirect, ",")}
	var users []dex.User
	for _, u := range []struct{ login, name, groups string }{
		{"ada", "Ada Lovelace", "engineering"}, {"grace", "Grace Hopper", "engineering,it"}, {"joan", "Joan Clarke", "security"},
	} {
		users = append(users, dex.User{Login: u.login, Name: u.name, Email: u.login + "@example.com", Password: "password",
			Groups: strings.Split(u.groups, ",")})
	}
	s, err := dex.Start(ctx, []dex.Client{client}, users)
	if err != nil {
		return running{}, err
	}
	return running{value: s.Issuer, stop: s.Stop, notes: []string{
		fmt.Sprintf("dex: client %s, secret %s, redirect %s", client.ID, client.Secret, redirect),
		"dex: sign in as ada@example.com, grace@example.com or joan@example.com with password \"password\"",
	}}, nil
}
