package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) loginCmd() *cobra.Command {
	var demo string
	cmd := &cobra.Command{
		Use: "login", Short: "Keep a server's address and a token for the other commands",
		Long:    "Tries the token and keeps it, readable by this user alone. With --demo it makes a token for a person of the demo company.",
		Example: "  sallyport login --url https://sallyport.example.com --token sp_…\n  sallyport login --url http://127.0.0.1:8080 --demo employee",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.url == "" {
				a.url = a.env("SALLYPORT_URL")
			}
			if a.url == "" {
				return usage("say which server: --url https://sallyport.example.com")
			}
			a.url = strings.TrimSuffix(a.url, "/")
			if demo != "" {
				token, err := demoToken(cmd, a.url, demo)
				if err != nil {
					return err
				}
				a.token = token
			}
			if a.token == "" {
				a.token = a.env("SALLYPORT_TOKEN")
			}
			if a.token == "" {
				return usage("say with which token: --token sp_…; make one in the page, under Tokens")
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			me, err := c.Me(cmd.Context())
			if err != nil {
				return err
			}
			path, err := a.writeProfile(profile{URL: a.url, Token: a.token})
			if err != nil {
				return err
			}
			fmt.Fprintf(a.err, "%s is %s (%s); kept in %s\n", a.url, me.User.Name, me.User.Login, path)
			return nil
		},
	}
	cmd.Flags().StringVar(&demo, "demo", "", "sign in to a demo as this person, e.g. employee")
	return cmd
}

// demoToken signs in to a demo server and makes a token there.
func demoToken(cmd *cobra.Command, address, login string) (string, error) {
	jar, _ := cookiejar.New(nil)
	h := &http.Client{Jar: jar}
	body, _ := json.Marshal(map[string]string{"login": login})
	r, err := http.NewRequestWithContext(cmd.Context(), http.MethodPost, address+"/auth/demo", bytes.NewReader(body))
	if err != nil {
		return "", usage("%q is not the address of a server", address)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := h.Do(r)
	if err != nil {
		return "", sallyport.Errorf(sallyport.EUnavailable, "%s does not answer: %w", address, err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		return "", sallyport.Errorf(sallyport.EForbidden, "%s does not let %s sign in this way (%s)", address, login, res.Status).
			WithHint("Only a server started with --demo does; its people are employee, teammate, lead, security, it, owner, auditor and admin.")
	}
	host, _ := os.Hostname()
	c := &client.Client{URL: address, HTTP: h, Agent: "sallyport/" + version}
	month := 30 * sallyport.Day
	t, err := c.CreateToken(cmd.Context(), client.NewToken{Name: "sallyport login on " + host, ExpiresIn: &month,
		Scopes: []string{"read", "request", "decide", "grant", "catalogue", "audit", "admin"}})
	return t.Secret, err
}
