package auth_test

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/internal/peers/dex"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// public is the address of Sallyport that the provider knows. Nothing listens there: tests call their own server with
// the path that the provider sends people back to.
const public = "http://127.0.0.1:9"

var provider *dex.Server

func TestMain(m *testing.M) {
	code := m.Run()
	if provider != nil {
		_ = provider.Stop()
	}
	os.Exit(code)
}

const secret = "s3cret"

// startIDP starts one provider for all tests of the package.
func startIDP(t *testing.T) *dex.Server {
	t.Helper()
	if provider != nil {
		return provider
	}
	user := func(login string, groups ...string) dex.User {
		return dex.User{Login: login, Name: "The " + login, Email: login + "@example.com", Password: login + " pass", Groups: groups}
	}
	fake := user("mallory")
	fake.Unverified = true
	s, err := dex.Start(t.Context(), []dex.Client{{ID: "sallyport", Secret: secret, RedirectURIs: []string{
		public + "/auth/oidc/dex/callback", public + "/auth/oidc/logins/callback", public + "/auth/oidc/made/callback",
		public + "/auth/oidc/wrong/callback"}}},
		[]dex.User{user("ada", "staff"), user("bob"), user("carl", "staff"), user("new", "staff"), fake})
	if err != nil {
		t.Fatal(err)
	}
	provider = s
	return s
}

// oidcWorld starts a server that dex knows by its public address; local turns such an address into the server's.
func oidcWorld(t *testing.T, db *store.DB) (w *world, local func(string) string) {
	p := startIDP(t)
	base := auth.OIDC{ID: "dex", Name: "Dex", Issuer: p.Issuer, ClientID: "sallyport", ClientSecret: secret, Scopes: []string{"profile", "email", "groups"}}
	staff := base
	staff.AllowedGroups = []string{"staff", "other"}
	logins := base
	logins.ID, logins.Match = "logins", auth.MatchLogin
	made := base
	made.ID, made.Create = "made", true
	wrong := base
	wrong.ID, wrong.ClientSecret = "wrong", "not it"
	down := base
	down.ID, down.Name, down.Issuer = "down", "The broken one", "http://"+closedAddress(t)
	w = start(t, db, auth.Options{Demo: true, PublicURL: public, OIDC: []auth.OIDC{staff, logins, made, wrong, down}})
	return w, func(u string) string { return strings.Replace(u, public, w.server.URL, 1) }
}

func closedAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// through walks from the button to the callback's address, which is not called.
func (w *world) through(t *testing.T, c *http.Client, id, login, to string) string {
	t.Helper()
	a := call(t, c, "GET", w.server.URL+"/auth/oidc/"+id+"/login?return_to="+url.QueryEscape(to), "").is(t, 302, "")
	there := a.header.Get("Location")
	for _, want := range []string{"code_challenge_method=S256", "code_challenge=", "nonce=", "state=", "scope=openid"} {
		if !strings.Contains(there, want) {
			t.Errorf("%s lacks %s", there, want)
		}
	}
	back, err := dex.Login(&http.Client{}, there, login+"@example.com", login+" pass")
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func TestOIDC(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w, local := oidcWorld(t, db)
		ada := w.user(t, "ada")
		w.user(t, "carl", func(u *sallyport.User) { u.State = sallyport.UserSuspended })
		w.user(t, "bob")
		w.user(t, "mallory")
		who := w.server.URL + "/whoami"
		call(t, browser(), "GET", w.server.URL+"/auth/methods", "").is(t, 200, `{"id":"dex","name":"Dex"}`)

		c := browser()
		back := local(w.through(t, c, "dex", "ada", "/requests?state=pending"))
		// Another browser cannot use it: the state belongs to the one that began.
		call(t, browser(), "GET", back, "").is(t, 400, "not started in this browser")
		call(t, c, "GET", back+"x", "").is(t, 400, "not started in this browser")
		a := call(t, c, "GET", back, "").is(t, 302, "")
		if a.header.Get("Location") != "/requests?state=pending" {
			t.Errorf("returned to %s", a.header.Get("Location"))
		}
		call(t, c, "GET", who, "").is(t, 200, ada.ID)
		// It counts once.
		call(t, c, "GET", back, "").is(t, 400, "was finished")
		if got := strings.Join(w.verbs(t, "session."), " "); got != "session.signed_in" {
			t.Errorf("events %s", got)
		}

		for _, refused := range []struct {
			id, login string
			status    int
			why       string
		}{
			{"dex", "bob", 403, "none of the groups"},
			{"dex", "carl", 403, "suspended"},
			{"dex", "new", 403, "does not know that email"},
			{"logins", "new", 403, "does not know that login"},
			{"made", "mallory", 403, "has not verified your e-mail"},
			{"wrong", "ada", 401, "does not accept the code"},
		} {
			c := browser()
			back := local(w.through(t, c, refused.id, refused.login, ""))
			call(t, c, "GET", back, "").is(t, refused.status, refused.why)
			call(t, c, "GET", who, "").is(t, 401, "")
		}
		c = browser()
		call(t, c, "GET", local(w.through(t, c, "logins", "ada", "")), "").is(t, 302, "")
		call(t, c, "GET", who, "").is(t, 200, ada.ID)

		// A provider that may make people makes them once.
		for range 2 {
			c = browser()
			if a := call(t, c, "GET", local(w.through(t, c, "made", "new", "")), "").is(t, 302, ""); a.header.Get("Location") != "/" {
				t.Errorf("returned to %s", a.header.Get("Location"))
			}
			call(t, c, "GET", who, "").is(t, 200, `"login":"new","name":"The new"`)
		}
		if got := w.verbs(t, "user.created"); len(got) != 1 {
			t.Errorf("events %v", got)
		}
	})
}

func TestOIDCFaults(t *testing.T) {
	db := storetest.Open(t, "sqlite", store.Options{Sealer: store.NewKeySealer(store.NewMasterKey())})
	w, local := oidcWorld(t, db)
	w.user(t, "ada")
	login := w.server.URL + "/auth/oidc/dex/login?return_to="
	for _, bad := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "/%5Cevil.example", "/%2Fevil.example", "relative", "/a\tb", "/" + strings.Repeat("x", 2000)} {
		call(t, browser(), "GET", login+url.QueryEscape(bad), "").is(t, 400, "return_to")
	}
	call(t, browser(), "GET", w.server.URL+"/auth/oidc/nope/login", "").is(t, 404, "no way to sign in")
	call(t, browser(), "GET", w.server.URL+"/auth/oidc/down/login", "").is(t, 503, "The broken one cannot be reached")
	page := call(t, browser(), "GET", w.server.URL+"/auth/oidc/down/login", "", "Accept", "text/html").is(t, 503, "<p>The broken one cannot be reached for sign-in.</p>")
	if !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") || strings.Contains(page.body, "refused") {
		t.Errorf("%v %s", page.header, page.body)
	}
	for _, state := range []string{"", "short", strings.Repeat("x", 32), strings.Repeat(";", 32)} {
		call(t, browser(), "GET", w.server.URL+"/auth/oidc/dex/callback?code=x&state="+url.QueryEscape(state), "").is(t, 400, "not started in this browser")
	}

	// What the provider answers instead of a code, and answers that belong elsewhere.
	state := func(c *http.Client) string {
		u, err := url.Parse(call(t, c, "GET", login, "").is(t, 302, "").header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return u.Query().Get("state")
	}
	c := browser()
	callback := w.server.URL + "/auth/oidc/dex/callback?state="
	call(t, c, "GET", callback+state(c)+"&error=access_denied&error_description=<b>no", "").is(t, 401, "refused or cancelled")
	call(t, c, "GET", callback+state(c)+"&error=<script>", "", "Accept", "text/html").is(t, 401, "it answered &lt;script&gt;")
	call(t, c, "GET", callback+state(c)+"&code=made-up", "").is(t, 401, "does not accept the code")
	call(t, c, "GET", callback+state(c), "").is(t, 401, "has no code")
	call(t, c, "GET", callback+state(c)+"&code=x&iss=https://other.example", "").is(t, 401, "another provider")

	// A state of one provider does not count for another, and two tabs do not disturb each other.
	one, two := w.through(t, c, "dex", "ada", "/one"), w.through(t, c, "dex", "ada", "/two")
	other := browser()
	stolen := w.through(t, other, "dex", "ada", "")
	call(t, other, "GET", local(strings.Replace(stolen, "/dex/", "/logins/", 1)), "").is(t, 400, "not started")
	for back, want := range map[string]string{one: "/one", two: "/two"} {
		if a := call(t, c, "GET", local(back), "").is(t, 302, ""); a.header.Get("Location") != want {
			t.Errorf("returned to %s, want %s", a.header.Get("Location"), want)
		}
	}
	// A code injected into another browser's sign-in fails: its verifier and nonce are others'.
	victim := browser()
	mine, _ := url.Parse(w.through(t, browser(), "dex", "ada", ""))
	call(t, victim, "GET", callback+state(victim)+"&code="+mine.Query().Get("code"), "").is(t, 401, "did not sign you in")
}

func TestOIDCValidate(t *testing.T) {
	faults := auth.OIDC{ID: "A b", Issuer: "http://idp.example.com", Match: "name", Scopes: []string{"a b"}, AllowedGroups: []string{""}}.Validate("oidc[0]")
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	if got := strings.Join(paths, " "); got != "oidc[0].id oidc[0].issuer oidc[0].client_id oidc[0].match oidc[0].scopes[0] oidc[0].allowed_groups" {
		t.Error(got)
	}
	if f := (auth.OIDC{ID: "a", Issuer: "http://127.0.0.1:5556/dex", ClientID: "x"}).Validate("p"); len(f) > 0 {
		t.Error(f)
	}
	db, err := store.Open(t.Context(), storetest.Address(t, "sqlite"), store.Options{}) // without a key
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	_, err = auth.New(auth.Options{DB: db, Error: problem, Lifetime: 1, PublicURL: "nonsense", OIDC: []auth.OIDC{{ID: "a"}, {ID: "a"}}})
	for _, want := range []string{"session_lifetime", "public_url", "oidc[0].issuer", "oidc[1].id", "key"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}
