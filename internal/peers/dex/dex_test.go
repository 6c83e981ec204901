package dex_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/internal/peers/dex"
)

const callback = "http://127.0.0.1:9/auth/callback"

func TestLogin(t *testing.T) {
	s, err := dex.Start(t.Context(),
		[]dex.Client{{ID: "sallyport", Secret: "s3cret", RedirectURIs: []string{callback}}},
		[]dex.User{{Login: "ada", Name: "Ada Lovelace", Email: "ada@example.com", Password: "pass word&", Groups: []string{"engine", "it"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	ask := s.Issuer + "/auth?" + url.Values{"client_id": {"sallyport"}, "redirect_uri": {callback}, "response_type": {"code"},
		"scope": {"openid profile email groups"}, "state": {"x&y"}, "nonce": {"n1"}}.Encode()

	if _, err := dex.Login(&http.Client{}, ask, "ada@example.com", "wrong"); !errors.Is(err, dex.ErrLogin) {
		t.Fatalf("a wrong password: %v", err)
	}
	back, err := dex.Login(&http.Client{}, ask, "ada@example.com", "pass word&")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil || !strings.HasPrefix(back, callback) || u.Query().Get("state") != "x&y" {
		t.Fatalf("sent back to %s, %v", back, err)
	}
	resp, err := http.PostForm(s.Issuer+"/token", url.Values{"grant_type": {"authorization_code"}, "code": {u.Query().Get("code")},
		"redirect_uri": {callback}, "client_id": {"sallyport"}, "client_secret": {"s3cret"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var token struct {
		ID string `json:"id_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&token); err != nil || token.ID == "" {
		t.Fatalf("%s: %v", resp.Status, err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token.ID, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"groups":["engine","it"]`, `"preferred_username":"ada"`, `"nonce":"n1"`, `"email_verified":true`} {
		if !strings.Contains(string(payload), want) {
			t.Errorf("no %s in %s", want, payload)
		}
	}
	if _, err := dex.Login(&http.Client{}, strings.Replace(ask, "auth%2Fcallback", "elsewhere", 1), "ada@example.com", "pass word&"); err == nil {
		t.Error("an unregistered redirect was accepted")
	}
}
