package auth_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

func TestTokens(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := start(t, db, auth.Options{Demo: true})
		ada, bob := w.user(t, "ada"), w.user(t, "bob")
		who := w.server.URL + "/whoami"
		ask := func(secret string) answer {
			return call(t, http.DefaultClient, "GET", who, "", "Authorization", "Bearer "+secret)
		}
		tok, secret, err := w.service.CreateToken(t.Context(), w.actor(ada), auth.NewToken{Name: "deploy"})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(secret, "sp_") || strings.Join(tok.Scopes, " ") != "read" || tok.ExpiresAt.Sub(tok.CreatedAt).Round(time.Hour) != 90*24*time.Hour {
			t.Errorf("%s %+v", secret, tok)
		}
		ask(secret).is(t, 200, `"Scopes":["read"]`).is(t, 200, `"Via":"token","ViaID":"`+tok.ID)
		call(t, http.DefaultClient, "GET", who, "", "Authorization", "bearer "+secret).is(t, 200, "ada")

		// What does not count is 401 and never falls back to the cookie.
		c := browser()
		w.signIn(t, c, "bob")
		bad := []string{"", "x", "sp_" + strings.Repeat("A", 43), secret[:len(secret)-1], secret + "A", strings.ToLower(secret)}
		for _, b := range bad {
			a := call(t, c, "GET", who, "", "Authorization", "Bearer "+b).is(t, 401, "token")
			if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%q: %v", b, a.header)
			}
		}
		call(t, c, "GET", who, "", "Authorization", "Basic eDp5").is(t, 200, "bob")

		w.setState(t, ada, sallyport.UserSuspended)
		ask(secret).is(t, 401, "suspended")
		w.setState(t, ada, sallyport.UserActive)

		// The last use is written once a minute, and only a hash of the secret is there.
		used := func() (n int64) {
			if err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				var leaks int
				if err := tx.Row(ctx, `SELECT count(*) FROM tokens WHERE hash LIKE '%sp_%'`, nil, &leaks); err != nil || leaks > 0 {
					t.Errorf("%d secrets at rest, %v", leaks, err)
				}
				return tx.Row(ctx, `SELECT last_used_at FROM tokens WHERE id = $1`, []any{tok.ID}, &n)
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := used()
		ask(secret).is(t, 200, "")
		if used() != before {
			t.Error("a use within the minute wrote")
		}
		clock.Advance(2 * time.Minute)
		ask(secret).is(t, 200, "")
		if used() == before {
			t.Error("the last use was not written down")
		}

		if err := w.service.RevokeToken(t.Context(), w.actor(bob), tok.ID); sallyport.CodeOf(err) != sallyport.ENotFound {
			t.Errorf("bob revoking: %v", err)
		}
		for range 2 {
			if err := w.service.RevokeToken(t.Context(), w.actor(ada), tok.ID); err != nil {
				t.Fatal(err)
			}
		}
		ask(secret).is(t, 401, "revoked")
		soon := clock.Now().Add(time.Hour)
		_, short, err := w.service.CreateToken(t.Context(), w.actor(ada), auth.NewToken{Name: "short", ExpiresAt: &soon, Scopes: []string{"request", "read", "read"}})
		if err != nil {
			t.Fatal(err)
		}
		ask(short).is(t, 200, `["read","request"]`)
		clock.Advance(time.Hour)
		ask(short).is(t, 401, "expired")
		if got := strings.Join(w.verbs(t, "token."), " "); got != "token.created token.revoked token.created" {
			t.Errorf("events %s", got)
		}
		if err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Tokens(ctx, w.tenant, ada.ID, store.Page{Limit: 1, Total: true})
			if err != nil || len(l.Items) != 1 || *l.Total != 2 || l.Items[0].Name != "short" {
				t.Errorf("%+v, %v", l, err)
			}
			l, err = tx.Tokens(ctx, w.tenant, "", store.Page{Cursor: l.NextCursor})
			if err != nil || len(l.Items) != 1 || l.Items[0].RevokedAt == nil {
				t.Errorf("%+v, %v", l, err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTokenRules(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := start(t, db, auth.Options{Demo: true})
		ada, bob := w.user(t, "ada"), w.user(t, "bob")
		ref := ada.Ref()
		robot := w.user(t, "robot", func(u *sallyport.User) { u.Kind, u.Accountable = sallyport.UserService, &ref })
		past, far := clock.Now().Add(-time.Second), clock.Now().Add(366*24*time.Hour)
		admin := w.actor(bob)
		admin.Admin = true
		ctx := t.Context()
		for name, c := range map[string]struct {
			actor sallyport.Actor
			n     auth.NewToken
			want  sallyport.Code
		}{
			"no name":           {w.actor(ada), auth.NewToken{}, sallyport.EInvalid},
			"no scopes":         {w.actor(ada), auth.NewToken{Name: "x", Scopes: []string{}}, sallyport.EInvalid},
			"unknown scope":     {w.actor(ada), auth.NewToken{Name: "x", Scopes: []string{"root"}}, sallyport.EInvalid},
			"past":              {w.actor(ada), auth.NewToken{Name: "x", ExpiresAt: &past}, sallyport.EInvalid},
			"over a year":       {w.actor(ada), auth.NewToken{Name: "x", ExpiresAt: &far}, sallyport.EInvalid},
			"another person's":  {w.actor(bob), auth.NewToken{Name: "x", User: ada.ID}, sallyport.EForbidden},
			"an admin for ada":  {admin, auth.NewToken{Name: "x", User: ada.ID}, sallyport.EForbidden},
			"bob for the robot": {w.actor(bob), auth.NewToken{Name: "x", User: robot.ID}, sallyport.EForbidden},
			"ada for the robot": {w.actor(ada), auth.NewToken{Name: "x", User: robot.ID}, ""},
			"an admin for it":   {admin, auth.NewToken{Name: "x", User: "robot"}, ""},
			"nobody":            {w.actor(ada), auth.NewToken{Name: "x", User: "nobody"}, sallyport.ENotFound},
		} {
			if _, _, err := w.service.CreateToken(ctx, c.actor, c.n); sallyport.CodeOf(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}

		// A token makes no token that is stronger or lives longer.
		soon := clock.Now().Add(time.Hour)
		parent, _, err := w.service.CreateToken(ctx, w.actor(ada), auth.NewToken{Name: "parent", Scopes: []string{"admin", "read"}, ExpiresAt: &soon})
		if err != nil {
			t.Fatal(err)
		}
		actor := w.actor(ada)
		actor.Via, actor.ViaID, actor.Scopes = sallyport.ViaToken, parent.ID, parent.Scopes
		later := soon.Add(time.Minute)
		if _, _, err := w.service.CreateToken(ctx, actor, auth.NewToken{Name: "x", Scopes: []string{"grant"}}); sallyport.CodeOf(err) != sallyport.EForbidden {
			t.Errorf("wider: %v", err)
		}
		if _, _, err := w.service.CreateToken(ctx, actor, auth.NewToken{Name: "x", ExpiresAt: &later}); sallyport.CodeOf(err) != sallyport.EForbidden {
			t.Errorf("longer: %v", err)
		}
		child, _, err := w.service.CreateToken(ctx, actor, auth.NewToken{Name: "x"})
		if err != nil || !child.ExpiresAt.Equal(parent.ExpiresAt) {
			t.Errorf("%+v, %v", child, err)
		}
		if auth.RequireScope(actor, "read") != nil || sallyport.CodeOf(auth.RequireScope(actor, "grant")) != sallyport.EForbidden ||
			auth.RequireScope(w.actor(ada), "grant") != nil || auth.Allows(sallyport.Actor{Scopes: []string{}}, "read") {
			t.Error("scopes")
		}
	})
}
