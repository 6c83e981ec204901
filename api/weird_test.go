package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/api"
	"github.com/sallyport/sallyport/client"
)

var weird = []string{"\x00", "\xff", "'; DROP TABLE users; --", "%", "\\", "..", "🦄\u202e", "usr_", "res_", "user:", "role:", "me", "-1",
	"9223372036854775808", strings.Repeat("a", 5000), "a\nb", " ", "2026-01-01T00:00:00Z"}

// weirdAddresses puts what nobody would type into every place of every address: nothing of it is the server's fault.
func weirdAddresses(t *testing.T, w *world) {
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(api.OpenAPI(""), &doc); err != nil {
		t.Fatal(err)
	}
	for _, r := range api.Routes() {
		if r.ID == "stream" {
			continue
		}
		w.afresh("admin")
		for _, text := range weird {
			if strings.Contains(r.Path, "{") && text != ".." && text != " " {
				path := strings.NewReplacer("{id}", url.PathEscape(text), "{other}", url.PathEscape(text), "{tag}", url.PathEscape(text)).Replace(r.Path)
				if a := w.call("admin", r.Method, path, nil); a.status >= 500 {
					t.Errorf("%s %q: %d %s", r.Method, path, a.status, a.body)
				}
			}
			for _, p := range doc.Paths["/api/v1"+r.Path][strings.ToLower(r.Method)].Parameters {
				paged := p.Name == "limit" || p.Name == "cursor" || p.Name == "sort" || p.Name == "total"
				if p.In != "query" || r.Method != "GET" || paged && r.ID != "list-users" && r.ID != "list-holders" {
					continue
				}
				path := strings.NewReplacer("{id}", "wiki", "{other}", "me").Replace(r.Path) + "?" + p.Name + "=" + url.QueryEscape(text)
				if a := w.call("admin", r.Method, path, nil); a.status >= 500 {
					t.Errorf("%s %q: %d %s", r.Method, path, a.status, a.body)
				}
			}
		}
	}
}

// weirdBodies puts wrong things into each field of calls that are right.
func weirdBodies(t *testing.T, w *world) {
	values := []any{nil, true, -1, 1e300, "", "\x00", "\u200b", "'; --", strings.Repeat("é", 5000), []any{nil}, map[string]any{"a": nil}, "P1D", "me", "user:"}
	for path, right := range map[string]map[string]any{
		"/requests":         {"resource": "wiki", "relation": "member", "beneficiary": "me", "duration": "P1D", "reason": "x", "answers": map[string]any{}, "parameters": map[string]any{}, "starts_at": w.soon(), "kind": "access"},
		"/requests/preview": {"resource": "laptop", "duration": "P1D", "answers": map[string]any{"model": "14 inch", "address": "x"}},
		"/grants":           {"subject": "teammate", "resource": "wiki", "duration": "P1D", "reason": "x", "replace": true, "parameters": map[string]any{}},
		"/resources": {"kind": "app", "name": "W", "slug": "w-w", "description": "x", "form": map[string]any{}, "flow": map[string]any{}, "fulfilment": map[string]any{"kind": "none"},
			"durations": map[string]any{}, "tags": []string{}, "owners": []string{}, "audience": "security", "app": "github"},
		"/tags":           {"name": "T", "description": "x", "enabled": true, "constraints": map[string]any{}},
		"/tokens":         {"name": "T", "scopes": []string{"read"}, "expires_at": w.soon(), "user": "me"},
		"/delegations":    {"to": "lead", "from": "me", "ends_at": w.soon(), "reason": "x"},
		"/connections":    {"name": "C", "slug": "c", "kind": "ldap", "settings": map[string]any{}, "sync_every": "P1D"},
		"/catalogue/plan": {"files": map[string]any{"a.yaml": "groups: []"}, "hash": "x"},
		"/inbox/read":     {"ids": []string{"msg_x"}},
		"/grants/extend":  {"ids": []string{"grt_x"}, "duration": "P1D", "reason": "x"},
	} {
		for field := range right {
			w.afresh("admin")
			for _, v := range values {
				wrong := map[string]any{}
				for k, x := range right {
					wrong[k] = x
				}
				wrong[field] = v
				if a := w.call("admin", "POST", path, wrong); a.status >= 500 {
					b, _ := json.Marshal(v)
					t.Errorf("POST %s with %s = %.80s: %d %s", path, field, b, a.status, a.body)
				}
			}
		}
	}
}

// TestClientReadsWhatTheServerWrites holds the table of kinds both ways.
func TestClientReadsWhatTheServerWrites(t *testing.T) {
	for _, code := range []sallyport.Code{sallyport.EInvalid, sallyport.EUnauthenticated, sallyport.EForbidden, sallyport.ENotFound, sallyport.EConflict,
		sallyport.EPrecondition, sallyport.ERateLimited, sallyport.EUnavailable, sallyport.EInternal} {
		srv := httptest.NewServer(failing(&sallyport.Error{Code: code, Message: "it is so", Hint: "do this", Rule: "domain.1", Fields: []sallyport.Fault{{Path: "a", Message: "b"}}}))
		_, err := client.New(srv.URL, "").Me(t.Context())
		srv.Close()
		e, ok := err.(*sallyport.Error)
		if !ok || e.Code != code || e.Message != "it is so" || e.Rule != "domain.1" && code != sallyport.EInternal {
			t.Errorf("%s became %#v", code, err)
		}
	}
}
