package auth_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/store"
)

// world is a server with a few people, and what it knows of them.
type world struct {
	db      *store.DB
	tenant  string
	service *auth.Service
	server  *httptest.Server
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func problem(w http.ResponseWriter, _ *http.Request, err error) {
	status := map[sallyport.Code]int{sallyport.EInvalid: 400, sallyport.EUnauthenticated: 401, sallyport.EForbidden: 403,
		sallyport.ENotFound: 404, sallyport.EConflict: 409, sallyport.EPrecondition: 422, sallyport.ERateLimited: 429,
		sallyport.EUnavailable: 503, sallyport.EInternal: 500}[sallyport.CodeOf(err)]
	detail := err.Error()
	if e, ok := errors.AsType[*sallyport.Error](err); ok {
		detail = e.Message
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "detail": detail})
}

// start serves auth, and /whoami, which answers the actor.
func start(t *testing.T, db *store.DB, o auth.Options) *world {
	t.Helper()
	w := &world{db: db}
	var err error
	if w.tenant, err = db.EnsureTenant(t.Context(), "default", "Example"); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	w.server = httptest.NewServer(mux)
	t.Cleanup(w.server.Close)
	o.DB, o.Error, o.Log = db, problem, quiet
	if o.PublicURL == "" {
		o.PublicURL = w.server.URL
	}
	if w.service, err = auth.New(o); err != nil {
		t.Fatal(err)
	}
	mux.Handle("/auth/", w.service.Handler())
	mux.Handle("/", w.service.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		a, err := auth.Require(r.Context())
		if err != nil {
			problem(rw, r, err)
			return
		}
		_ = json.NewEncoder(rw).Encode(a)
	})))
	return w
}

func (w *world) update(t *testing.T, f func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := w.db.Update(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func (w *world) user(t *testing.T, login string, change ...func(*sallyport.User)) sallyport.User {
	t.Helper()
	var u sallyport.User
	w.update(t, func(ctx context.Context, tx *store.Tx) error {
		u = sallyport.User{Login: login, Name: strings.ToUpper(login[:1]) + login[1:], Email: login + "@example.com", Title: "Engineer"}
		for _, c := range change {
			c(&u)
		}
		return tx.InsertUser(ctx, w.tenant, &u)
	})
	return u
}

func (w *world) setState(t *testing.T, u sallyport.User, state sallyport.UserState) {
	t.Helper()
	u.State = state
	w.update(t, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateUser(ctx, w.tenant, &u) })
}

// actor is the user acting in a session, as if just loaded.
func (w *world) actor(u sallyport.User) sallyport.Actor {
	return sallyport.Actor{Tenant: w.tenant, User: u.Ref(), Via: sallyport.ViaSession, ViaID: "ses_test"}
}

func (w *world) verbs(t *testing.T, prefix string) (verbs []string) {
	t.Helper()
	err := w.db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT verb FROM events WHERE tenant_id = $1 AND verb LIKE $2 ORDER BY id`, []any{w.tenant, prefix + "%"}, func(r *sql.Rows) error {
			var v string
			err := r.Scan(&v)
			verbs = append(verbs, v)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return verbs
}

func browser() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func call(t *testing.T, c *http.Client, method, url, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(b)}
}

func (a answer) is(t *testing.T, status int, contains string) answer {
	t.Helper()
	if a.status != status || !strings.Contains(a.body, contains) {
		t.Fatalf("got %d %s, want %d with %q", a.status, a.body, status, contains)
	}
	return a
}
