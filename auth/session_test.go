package auth_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

func (w *world) signIn(t *testing.T, c *http.Client, login string) {
	t.Helper()
	call(t, c, "POST", w.server.URL+"/auth/demo", `{"login":"`+login+`"}`).is(t, 204, "")
}

func (w *world) cookie(t *testing.T, c *http.Client) string {
	t.Helper()
	u, _ := url.Parse(w.server.URL)
	for _, k := range c.Jar.Cookies(u) {
		if k.Name == "sallyport_session" {
			return k.Value
		}
	}
	return ""
}

func TestDemoSignIn(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := start(t, db, auth.Options{Demo: true, Personas: []auth.Persona{{"ada", "Asks for access"}, {"nobody", ""}}})
		ada := w.user(t, "ada")
		w.user(t, "bob", func(u *sallyport.User) { u.State = sallyport.UserSuspended })
		w.user(t, "robot", func(u *sallyport.User) { u.Kind = sallyport.UserService })
		c := browser()
		call(t, c, "GET", w.server.URL+"/auth/methods", "").is(t, 200,
			`{"demo":[{"login":"ada","name":"Ada","title":"Engineer","description":"Asks for access"}],"oidc":[]}`)
		call(t, c, "GET", w.server.URL+"/whoami", "").is(t, 401, "nobody is signed in")

		for body, want := range map[string]int{`{"login":"nobody"}`: 404, `{"login":"bob"}`: 403, `{"login":"robot"}`: 403, `{`: 400, `{}`: 400, `[]`: 400,
			`{"login":"ada","x":1}`: 400, `{"login":"ada"}{}`: 400, `{"login":1}`: 400, `{"login":"a\u0000b"}`: 400, "{\"login\":\"\xff\"}": 400,
			`{"login":"` + strings.Repeat("a", 5000) + `"}`: 400} {
			if a := call(t, c, "POST", w.server.URL+"/auth/demo", body); a.status != want || a.header.Get("Set-Cookie") != "" {
				t.Errorf("%.40s: %d %s, want %d", body, a.status, a.body, want)
			}
		}
		call(t, c, "POST", w.server.URL+"/auth/demo", `{"login":"ada"}`, "Content-Type", "text/plain").is(t, 400, "not declared as JSON")
		call(t, c, "POST", w.server.URL+"/auth/demo", `{"login":"ada"}`, "Sec-Fetch-Site", "cross-site").is(t, 403, "another site")

		a := call(t, c, "POST", w.server.URL+"/auth/demo", `{"login":"ADA"}`, "User-Agent", "Firefox on a test").is(t, 204, "")
		set := a.header.Get("Set-Cookie")
		for _, want := range []string{"sallyport_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} {
			if !strings.Contains(set, want) {
				t.Errorf("cookie %q lacks %s", set, want)
			}
		}
		if strings.Contains(set, "Secure") || strings.Contains(set, "__Host-") || strings.Contains(set, "Domain") {
			t.Errorf("cookie %q must be plain on http", set)
		}
		call(t, c, "GET", w.server.URL+"/whoami", "").is(t, 200, `"login":"ada"`)
		first := w.cookie(t, c)

		// A second sign-in gives a new token and ends the first.
		w.signIn(t, c, "ada")
		if second := w.cookie(t, c); second == first {
			t.Error("the token survived a sign-in")
		}
		old := call(t, http.DefaultClient, "GET", w.server.URL+"/whoami", "", "Cookie", "sallyport_session="+first)
		old.is(t, 401, "session has ended")
		if !strings.Contains(old.header.Get("Set-Cookie"), "Max-Age=0") {
			t.Error("the dead cookie was not deleted")
		}

		err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Sessions(ctx, w.tenant, ada.ID, store.Page{Total: true})
			if err != nil || len(l.Items) != 1 || *l.Total != 1 || l.Items[0].User.Login != "ada" || l.Items[0].Address != "127.0.0.1" {
				t.Errorf("sessions: %+v, %v", l, err)
			}
			var n int
			if err := tx.Row(ctx, `SELECT count(*) FROM sessions WHERE token_hash = $1 OR data LIKE $2`, []any{w.cookie(t, c), "%" + w.cookie(t, c) + "%"}, &n); err != nil || n != 0 {
				t.Errorf("the token itself is stored (%d, %v)", n, err)
			}
			var leafs int
			if err := tx.Row(ctx, `SELECT count(*) FROM events WHERE leaf LIKE '%Firefox%' OR leaf LIKE '%127.0.0.1%'`, nil, &leafs); err != nil || leafs != 0 {
				t.Errorf("personal values are in the log (%d, %v)", leafs, err)
			}
			var values int
			if err := tx.Row(ctx, `SELECT count(*) FROM event_values WHERE value = 'Firefox on a test' AND user_id = $1`, []any{ada.ID}, &values); err != nil || values != 1 {
				t.Errorf("the agent is not among the erasable values (%d, %v)", values, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}

		// No write per request: the last use is written once a minute.
		seen := func() (n int64) {
			if err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				return tx.Row(ctx, `SELECT seen_at FROM sessions`, nil, &n)
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := seen()
		clock.Advance(30 * time.Second)
		call(t, c, "GET", w.server.URL+"/whoami", "").is(t, 200, "")
		if seen() != before {
			t.Error("a request within the minute wrote")
		}
		clock.Advance(time.Minute)
		call(t, c, "GET", w.server.URL+"/whoami", "").is(t, 200, "")
		if seen() == before {
			t.Error("the last use was not written down")
		}

		call(t, c, "POST", w.server.URL+"/auth/logout", "", "Origin", "https://evil.example").is(t, 403, "another site")
		call(t, c, "POST", w.server.URL+"/auth/logout", "").is(t, 204, "")
		call(t, c, "GET", w.server.URL+"/whoami", "").is(t, 401, "")
		call(t, c, "POST", w.server.URL+"/auth/logout", "").is(t, 204, "")
		if got := strings.Join(w.verbs(t, "session."), " "); got != "session.signed_in session.signed_out session.signed_in session.signed_out" &&
			got != "session.signed_in session.signed_in session.signed_out session.signed_out" {
			t.Errorf("events %s", got)
		}
	})
}

func TestSessionEnds(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := start(t, db, auth.Options{Demo: true})
		ada, bob := w.user(t, "ada"), w.user(t, "bob")
		c := browser()
		who := w.server.URL + "/whoami"

		// The lifetime is absolute.
		w.signIn(t, c, "ada")
		clock.Advance(11*time.Hour + 59*time.Minute)
		call(t, c, "GET", who, "").is(t, 200, "ada")
		clock.Advance(2 * time.Minute)
		call(t, c, "GET", who, "").is(t, 401, "ended")
		w.update(t, func(ctx context.Context, tx *store.Tx) error {
			if n, err := tx.PurgeSessions(ctx); err != nil || n != 1 {
				t.Errorf("purged %d, %v", n, err)
			}
			return nil
		})

		// The suspended are out at once, and back when they are back.
		w.signIn(t, c, "ada")
		kept := "sallyport_session=" + w.cookie(t, c)
		w.setState(t, ada, sallyport.UserSuspended)
		call(t, http.DefaultClient, "GET", who, "", "Cookie", kept).is(t, 401, "suspended")
		w.setState(t, ada, sallyport.UserGone)
		call(t, http.DefaultClient, "GET", who, "", "Cookie", kept).is(t, 401, "has left")
		w.setState(t, ada, sallyport.UserActive)
		call(t, http.DefaultClient, "GET", who, "", "Cookie", kept).is(t, 200, "ada")

		// Revoking: one's own and, for admins, others'.
		var id string
		if err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Sessions(ctx, w.tenant, ada.ID, store.Page{})
			id = l.Items[0].ID
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := w.service.RevokeSession(t.Context(), w.actor(bob), id); sallyport.CodeOf(err) != sallyport.ENotFound {
			t.Errorf("bob revoking: %v", err)
		}
		if _, err := w.service.RevokeSessions(t.Context(), w.actor(bob), ada.ID); sallyport.CodeOf(err) != sallyport.EForbidden {
			t.Errorf("bob revoking all: %v", err)
		}
		admin := w.actor(bob)
		admin.Admin = true
		if err := w.service.RevokeSession(t.Context(), admin, id); err != nil {
			t.Fatal(err)
		}
		if err := w.service.RevokeSession(t.Context(), admin, id); sallyport.CodeOf(err) != sallyport.ENotFound {
			t.Errorf("again: %v", err)
		}
		call(t, http.DefaultClient, "GET", who, "", "Cookie", kept).is(t, 401, "ended")

		// Leaving ends sessions and tokens, and coming back revives none.
		w.signIn(t, c, "ada")
		w.signIn(t, browser(), "ada")
		_, secret, err := w.service.CreateToken(t.Context(), w.actor(ada), auth.NewToken{Name: "laptop"})
		if err != nil {
			t.Fatal(err)
		}
		w.update(t, func(ctx context.Context, tx *store.Tx) error {
			return auth.EndSignIns(ctx, tx, sallyport.System(w.tenant), ada.ID, "left")
		})
		call(t, c, "GET", who, "").is(t, 401, "ended")
		call(t, http.DefaultClient, "GET", who, "", "Authorization", "Bearer "+secret).is(t, 401, "revoked")
		if got := w.verbs(t, "session.revoked"); len(got) != 3 {
			t.Errorf("revocations %v", got)
		}
		if n, err := w.service.RevokeSessions(t.Context(), admin, ada.ID); err != nil || n != 0 {
			t.Errorf("%d, %v", n, err)
		}
	})
}

func TestHTTPSCookie(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := start(t, db, auth.Options{Demo: true, PublicURL: "https://sallyport.example.com"})
		w.user(t, "ada")
		a := call(t, browser(), "POST", w.server.URL+"/auth/demo", `{"login":"ada"}`).is(t, 204, "")
		set := a.header.Get("Set-Cookie")
		if !strings.HasPrefix(set, "__Host-sallyport_session=") || !strings.Contains(set, "Secure") || !strings.Contains(set, "Path=/;") {
			t.Errorf("cookie %q", set)
		}
		// A cookie without the prefix does not count there.
		value, _, _ := strings.Cut(strings.TrimPrefix(set, "__Host-"), ";")
		call(t, http.DefaultClient, "GET", w.server.URL+"/whoami", "", "Cookie", value).is(t, 401, "")
		call(t, http.DefaultClient, "GET", w.server.URL+"/whoami", "", "Cookie", "__Host-"+value).is(t, 200, "ada")
	})
}

func TestNoDemo(t *testing.T) {
	db := storetest.Open(t, "sqlite", store.Options{Sealer: store.NewKeySealer(store.NewMasterKey())})
	w := start(t, db, auth.Options{})
	w.user(t, "ada")
	call(t, browser(), "POST", w.server.URL+"/auth/demo", `{"login":"ada"}`).is(t, 404, "nothing")
	call(t, browser(), "GET", w.server.URL+"/auth/oidc/x/login", "").is(t, 404, "nothing")
	call(t, browser(), "GET", w.server.URL+"/auth/methods", "").is(t, 200, `{"demo":[],"oidc":[]}`)
}

func TestLimit(t *testing.T) {
	db := storetest.Open(t, "sqlite", store.Options{Sealer: store.NewKeySealer(store.NewMasterKey())})
	address := "192.0.2.1"
	w := start(t, db, auth.Options{Demo: true, Address: func(*http.Request) string { return address }})
	w.user(t, "ada")
	limited := 0
	for range 260 {
		if call(t, http.DefaultClient, "POST", w.server.URL+"/auth/demo", `{}`).status == 429 {
			limited++
		}
	}
	if limited == 0 {
		t.Error("260 attempts at once met no limit")
	}
	address = "192.0.2.2"
	call(t, browser(), "POST", w.server.URL+"/auth/demo", `{"login":"ada"}`).is(t, 204, "")
}
