package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/api"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/catalog/demo"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/connector/ldap"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// world is the demo company behind the real handler.
type world struct {
	t      *testing.T
	db     *store.DB
	tenant string
	h      http.Handler
	access *access.Service
	done   chan struct{}

	mu      sync.Mutex
	cookies map[string]string
	n       int

	askedBefore, undoable string            // a request and a reorganization, for limitsEverywhere
	before                map[string]string // requests and grants from before the tag, for demandsEverywhere
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	ctx := context.Background()
	tenant, err := db.EnsureTenant(ctx, "default", "Test")
	if err != nil {
		t.Fatal(err)
	}
	acc := access.New(db, nil, "http://127.0.0.1")
	cat := catalog.New(db, acc, []connector.Kind{ldap.Kind()}, nil)
	acc.Maker = cat
	if err := demo.Seed(ctx, cat, tenant); err != nil {
		t.Fatal(err)
	}
	signIn, err := auth.New(auth.Options{DB: db, Demo: true, Error: api.Fail})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, tenant: tenant, access: acc, cookies: map[string]string{}, done: make(chan struct{})}
	w.h = api.New(api.Deps{DB: db, Access: acc, Catalog: cat, Auth: signIn, Demo: true, Version: "test", Done: w.done})
	return w
}

// TestAPI calls the real handler, in one company on each database.
func TestAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		for _, c := range []struct {
			name string
			test func(*testing.T, *world)
		}{
			{"who may do what", whoMayDoWhat}, {"bad input", badInput}, {"what changed while it was filled in", changedMeanwhile}, {"values are not echoed", valuesAreNotEchoed},
			{"expiring access", expiring}, {"repeated calls", repeatedCalls}, {"weird addresses", weirdAddresses}, {"weird bodies", weirdBodies}, {"versions", versions}, {"pages", pages}, {"around every call", aroundEveryCall},
			{"what one may", whatOneMay}, {"rehearsals", rehearsals}, {"rehearsed decisions", rehearsedDecisions}, {"rehearsed later", rehearsedLater}, {"new things", newThings}, {"limits everywhere", limitsEverywhere}, {"demands everywhere", demandsEverywhere}, {"scopes of tokens", scopesOfTokens}, {"reports", reports}, {"stream", stream}, // the last: it stops the server
		} {
			t.Run(c.name, func(t *testing.T) {
				w.t = t
				c.test(t, w)
			})
		}
	})
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%d %q is no JSON object: %v", a.status, a.body, err)
	}
	return v
}

func (a answer) text(t *testing.T, field string) string {
	t.Helper()
	s, _ := a.json(t)[field].(string)
	return s
}

// as signs a person in and returns their cookie. "" is nobody; sp_… is a token.
func (w *world) as(login string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c, ok := w.cookies[login]; ok || login == "" {
		return c
	}
	r := httptest.NewRequest("POST", "/auth/demo", strings.NewReader(`{"login":"`+login+`"}`))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if rec.Code != http.StatusNoContent {
		w.t.Fatalf("%s cannot sign in: %d %s", login, rec.Code, rec.Body)
	}
	c := rec.Result().Cookies()[0]
	w.cookies[login] = c.Name + "=" + c.Value
	return w.cookies[login]
}

// afresh makes the next call of a person begin a new session, which may call as fast as a new one.
func (w *world) afresh(login string) {
	w.mu.Lock()
	delete(w.cookies, login)
	w.mu.Unlock()
}

// call makes one call, and again when it was one too many for a session: tests call faster than people do. who is a
// login, "" for nobody, or a token; body is a string as it is, or a value written as JSON.
func (w *world) call(who, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	a := w.once(who, method, path, body, headers...)
	for end := time.Now().Add(10 * time.Second); a.status == http.StatusTooManyRequests && !strings.HasPrefix(who, auth.TokenPrefix) && time.Now().Before(end); {
		time.Sleep(200 * time.Millisecond)
		a = w.once(who, method, path, body, headers...)
	}
	return a
}

func (w *world) once(who, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	case []byte:
		in = bytes.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			w.t.Fatal(err)
		}
		in = bytes.NewReader(text)
	}
	if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "/api") && !strings.HasPrefix(path, "/auth") && path != "/healthz" && path != "/readyz" && path != "/metrics" {
		path = "/api/v1" + path
	}
	r := httptest.NewRequest(method, path, in)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	switch {
	case strings.HasPrefix(who, auth.TokenPrefix):
		r.Header.Set("Authorization", "Bearer "+who)
	case who != "":
		r.Header.Set("Cookie", w.as(who))
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Result().Header, rec.Body.Bytes()}
}

// must is call for what has to succeed.
func (w *world) must(who, method, path string, body any, headers ...string) answer {
	w.t.Helper()
	a := w.call(who, method, path, body, headers...)
	if a.status >= 300 {
		w.t.Fatalf("%s %s by %s: %d %s", method, path, who, a.status, a.body)
	}
	return a
}

// name makes a name that nothing has yet.
func (w *world) name(prefix string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n++
	return fmt.Sprintf("%s %d", prefix, w.n)
}

// resource adds a resource; more overrides fields. Its owner is lead, and lead decides.
func (w *world) resource(more map[string]any) string {
	w.t.Helper()
	in := map[string]any{"kind": "app", "name": w.name("Thing"), "owners": []string{"lead"}}
	for k, v := range more {
		in[k] = v
	}
	return w.must("admin", "POST", "/resources", in).text(w.t, "slug")
}

// request has teammate ask for a new resource, which lead decides about.
func (w *world) request() string {
	w.t.Helper()
	return w.must("teammate", "POST", "/requests", map[string]any{"resource": w.resource(nil), "duration": "P7D", "reason": "work"}).text(w.t, "id")
}

// grant gives teammate a new resource.
func (w *world) grant() string {
	w.t.Helper()
	return w.must("admin", "POST", "/grants", map[string]any{"subject": "teammate", "resource": w.resource(nil), "duration": "P7D", "reason": "work"}).text(w.t, "id")
}

// task makes a task for the group it.
func (w *world) task() string {
	w.t.Helper()
	slug := w.resource(map[string]any{"fulfilment": map[string]any{"kind": "manual", "assignee": "group:it"}})
	w.must("admin", "POST", "/grants", map[string]any{"subject": "teammate", "resource": slug, "duration": "P7D", "reason": "work"})
	items := w.must("it", "GET", "/tasks?resource="+slug, nil).json(w.t)["items"].([]any)
	if len(items) != 1 {
		w.t.Fatalf("there are %d tasks for %s", len(items), slug)
	}
	return items[0].(map[string]any)["id"].(string)
}

// token makes a token of a person.
func (w *world) token(who string, scopes ...string) (secret, id string) {
	w.t.Helper()
	a := w.must(who, "POST", "/tokens", map[string]any{"name": w.name("Token"), "scopes": scopes})
	return a.text(w.t, "token"), a.text(w.t, "id")
}

func (w *world) tag() string {
	w.t.Helper()
	return w.must("admin", "POST", "/tags", map[string]any{"name": w.name("Tag")}).text(w.t, "id")
}

// soon is a moment in a week.
func (w *world) soon() string { return w.db.Now().AddDate(0, 0, 7).Format("2006-01-02T15:04:05Z") }

// event is the id of some event about the wiki.
func (w *world) event() string {
	w.t.Helper()
	return w.must("auditor", "GET", "/events?resource=wiki&limit=1", nil).json(w.t)["items"].([]any)[0].(map[string]any)["id"].(string)
}

// session makes one more session of teammate and returns its id.
func (w *world) session() string {
	w.t.Helper()
	w.mu.Lock()
	delete(w.cookies, "teammate")
	w.mu.Unlock()
	for _, s := range w.must("teammate", "GET", "/sessions", nil).json(w.t)["items"].([]any) {
		if s := s.(map[string]any); s["current"] == true {
			w.mu.Lock()
			delete(w.cookies, "teammate") // it may be ended by whoever is asked to
			w.mu.Unlock()
			return s["id"].(string)
		}
	}
	w.t.Fatal("the session of this call is not in the list")
	return ""
}

// contains reports whether any row of a table has the text in a column.
func (w *world) contains(table, column, text string) bool {
	w.t.Helper()
	n := 0
	err := w.db.View(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, "SELECT count(*) FROM "+table+" WHERE "+column+" LIKE $1", []any{"%" + text + "%"}, &n)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n > 0
}

// failing answers every call with an error.
func failing(err error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { api.Fail(w, r, err) })
}
