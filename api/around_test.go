package api_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
)

func repeatedCalls(t *testing.T, w *world) {
	slug := w.resource(map[string]any{"owners": []string{"security"}})
	ask := map[string]any{"resource": slug, "duration": "P1D", "reason": "x"}
	const key = "press-1"

	t.Run("parallel use yields one result", func(t *testing.T) {
		answers := make([]answer, 8)
		var wg sync.WaitGroup
		w.as("employee")
		for i := range answers {
			wg.Go(func() { answers[i] = w.call("employee", "POST", "/requests", ask, "Idempotency-Key", key) })
		}
		wg.Wait()
		for _, a := range answers {
			if a.status != 201 || a.text(t, "id") != answers[0].text(t, "id") || a.header.Get("ETag") == "" {
				t.Errorf("answered %d %.300s", a.status, a.body)
			}
		}
		if n := len(w.must("employee", "GET", "/requests?resource="+slug, nil).json(t)["items"].([]any)); n != 1 {
			t.Errorf("there are %d requests", n)
		}
	})
	t.Run("another body is refused", func(t *testing.T) {
		a := w.call("employee", "POST", "/requests", map[string]any{"resource": slug, "duration": "P2D"}, "Idempotency-Key", key)
		if a.status != 422 {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	})
	t.Run("another caller has keys of their own", func(t *testing.T) {
		a := w.call("teammate", "POST", "/requests", map[string]any{"resource": slug, "duration": "P2D"}, "Idempotency-Key", key)
		if a.status != 201 {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	})
	t.Run("another route has keys of its own", func(t *testing.T) {
		if a := w.call("employee", "POST", "/inbox/read", nil, "Idempotency-Key", key); a.status != 200 {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	})
	t.Run("a refusal leaves nothing and may be repeated", func(t *testing.T) {
		r := w.request()
		deny := map[string]any{"vote": "deny", "comment": ""}
		if a := w.call("lead", "POST", "/requests/"+r+"/votes", deny, "Idempotency-Key", "k2"); a.status != 422 {
			t.Fatalf("answered %d %s", a.status, a.body)
		}
		deny["comment"] = "no"
		if a := w.call("lead", "POST", "/requests/"+r+"/votes", deny, "Idempotency-Key", "k2"); a.status != 200 {
			t.Errorf("answered %d %s", a.status, a.body)
		}
		if a := w.call("lead", "POST", "/requests/"+r+"/votes", deny, "Idempotency-Key", "k2"); a.status != 200 || a.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("answered %d %s", a.status, a.body)
		}
		if a := w.call("lead", "POST", "/requests/"+r+"/votes", deny); a.status != 409 {
			t.Errorf("without the key answered %d %s", a.status, a.body)
		}
	})
	t.Run("a bulk call of which some are refused", func(t *testing.T) {
		body := map[string]any{"ids": []string{w.grant(), "grt_nothing", w.grant()}}
		first := w.must("admin", "POST", "/grants/end", body, "Idempotency-Key", "k3")
		items := first.json(t)["items"].([]any)
		for i, want := range []float64{200, 404, 200} {
			if got := items[i].(map[string]any)["status"]; got != want {
				t.Errorf("item %d is %v", i, got)
			}
		}
		if again := w.must("admin", "POST", "/grants/end", body, "Idempotency-Key", "k3"); !bytes.Equal(again.body, first.body) {
			t.Errorf("repeated it is %s", again.body)
		}
	})
	t.Run("a secret is answered again and not kept in the clear", func(t *testing.T) {
		body := map[string]any{"name": "CI"}
		first := w.must("employee", "POST", "/tokens", body, "Idempotency-Key", "k4")
		if again := w.must("employee", "POST", "/tokens", body, "Idempotency-Key", "k4"); again.text(t, "token") != first.text(t, "token") {
			t.Error("it is another token")
		}
		if w.contains("idempotency", "response", first.text(t, "token")) {
			t.Error("the token lies in the database")
		}
	})
	t.Run("what waits for something outside", func(t *testing.T) {
		path := "/connections/" + w.connection() + "/check"
		var wg sync.WaitGroup
		answers := make([]answer, 4)
		for i := range answers {
			wg.Go(func() { answers[i] = w.call("admin", "POST", path, nil, "Idempotency-Key", "k5") })
		}
		wg.Wait()
		for _, a := range answers {
			if a.status != 200 || !bytes.Equal(a.body, answers[0].body) {
				t.Errorf("answered %d %s", a.status, a.body)
			}
		}
	})
	t.Run("a key that is none", func(t *testing.T) {
		for _, key := range []string{strings.Repeat("x", 256), "a b", "ключ"} {
			if a := w.call("employee", "POST", "/inbox/read", nil, "Idempotency-Key", key); a.status != 400 {
				t.Errorf("%q answered %d", key, a.status)
			}
		}
	})
}

func versions(t *testing.T, w *world) {
	slug := w.resource(nil)
	tag := w.must("admin", "GET", "/resources/"+slug, nil).header.Get("ETag")
	change := func(text, match string) answer {
		return w.call("admin", "PATCH", "/resources/"+slug, map[string]any{"description": text}, "If-Match", match)
	}
	first := change("one", tag)
	if first.status != 200 || first.header.Get("ETag") == tag {
		t.Fatalf("answered %d %s", first.status, first.body)
	}
	if a := change("two", tag); a.status != 409 {
		t.Errorf("a stale version is %d %s", a.status, a.body)
	}
	if a := change("three", "*"); a.status != 200 {
		t.Errorf("any version is %d %s", a.status, a.body)
	}
	if a := w.call("admin", "PATCH", "/resources/"+slug, map[string]any{"description": "four"}); a.status != 200 {
		t.Errorf("no version is %d %s", a.status, a.body)
	}
	if a := change("five", "nonsense"); a.status != 400 {
		t.Errorf("nonsense is %d %s", a.status, a.body)
	}
	id := w.request()
	if a := w.call("lead", "POST", "/requests/"+id+"/votes", map[string]any{"vote": "approve"}, "If-Match", `"99"`); a.status != 409 {
		t.Errorf("a vote on another version is %d %s", a.status, a.body)
	}
}

func pages(t *testing.T, w *world) {
	for _, path := range []string{"/users?state=all", "/resources", "/requests", "/grants", "/tasks", "/events", "/users/employee/history",
		"/resources/github/holders", "/users/employee/access", "/syncs", "/tokens", "/sessions?user=all", "/inbox", "/tags", "/connections", "/roles", "/history?person=employee&state=lost"} {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		seen, cursor, pages := map[string]bool{}, "", 0
		total := -1
		for {
			l := w.must("admin", "GET", fmt.Sprintf("%s%slimit=7&total=true&cursor=%s", path, sep, cursor), nil).json(t)
			if n, ok := l["total"].(float64); ok {
				total = int(n)
			}
			for _, it := range l["items"].([]any) {
				b, _ := json.Marshal(it)
				if m := it.(map[string]any); m["id"] != nil {
					b = []byte(m["id"].(string))
				}
				if seen[string(b)] {
					t.Fatalf("%s shows %s twice", path, b)
				}
				seen[string(b)] = true
			}
			cursor, _ = l["next_cursor"].(string)
			if pages++; cursor == "" || pages > 60 {
				break
			}
		}
		if pages <= 60 && total >= 0 && total != len(seen) {
			t.Errorf("%s has %d in all and shows %d", path, total, len(seen))
		}
		if l := w.must("admin", "GET", path+sep+"limit=200", nil).json(t); pages <= 20 && len(l["items"].([]any)) != len(seen) {
			t.Errorf("%s shows %d at once and %d in pages", path, len(l["items"].([]any)), len(seen))
		}
	}
	c := w.must("admin", "GET", "/users?limit=1", nil).text(t, "next_cursor")
	first := map[bool]string{true: "B", false: "A"}[c[0] == 'A']
	for _, bad := range []string{c[:len(c)-2], first + c[1:], c + "AA"} {
		if a := w.call("admin", "GET", "/users?limit=1&cursor="+bad, nil); a.status != 400 {
			t.Errorf("a cursor that was tampered with is %d", a.status)
		}
	}
}

func aroundEveryCall(t *testing.T, w *world) {
	t.Run("ids of calls", func(t *testing.T) {
		if a := w.call("employee", "GET", "/me", nil, "X-Request-Id", "trace-12345"); a.header.Get("X-Request-Id") != "trace-12345" {
			t.Errorf("the caller's id became %q", a.header.Get("X-Request-Id"))
		}
		if a := w.call("employee", "GET", "/me", nil, "X-Request-Id", "a\tb<script>"); a.header.Get("X-Request-Id") == "" || strings.Contains(a.header.Get("X-Request-Id"), "<") {
			t.Errorf("a bad id became %q", a.header.Get("X-Request-Id"))
		}
	})
	t.Run("other sites", func(t *testing.T) {
		for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
			if a := w.call("employee", "POST", "/inbox/read", nil, h...); a.status != 403 || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%v is %d", h, a.status)
			}
		}
		for _, h := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "http://example.com"}, {}} {
			if a := w.call("employee", "POST", "/inbox/read", nil, h...); a.status != 200 {
				t.Errorf("%v is %d %s", h, a.status, a.body)
			}
		}
	})
	t.Run("an empty body where nothing is required", func(t *testing.T) {
		id := w.request()
		if a := w.call("teammate", "POST", "/requests/"+id+"/cancel", ""); a.status != 200 {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	})
	t.Run("another type of body", func(t *testing.T) {
		if a := w.call("employee", "POST", "/requests", "resource=wiki", "Content-Type", "application/x-www-form-urlencoded"); a.status != 415 {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	})
	t.Run("who calls comes before what they send", func(t *testing.T) {
		for _, body := range []string{`{`, `{"sudo":1}`, strings.Repeat("x", 2<<20)} {
			if a := w.call("", "POST", "/requests", body); a.status != 401 || a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("answered %d", a.status)
			}
		}
		if a := w.call("sp_nonsense", "GET", "/me", nil, "Cookie", w.as("admin")); a.status != 401 {
			t.Errorf("a bad token with a good cookie is %d", a.status)
		}
	})
	t.Run("compression", func(t *testing.T) {
		a := w.must("employee", "GET", "/users", nil, "Accept-Encoding", "gzip")
		if a.header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("it is %v", a.header)
		}
		z, err := gzip.NewReader(bytes.NewReader(a.body))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(z); err != nil || !json.Valid(b) {
			t.Errorf("it does not decompress to JSON: %v", err)
		}
		if a := w.must("auditor", "GET", "/delegations", nil, "Accept-Encoding", "gzip"); a.header.Get("Content-Encoding") != "" || !json.Valid(a.body) {
			t.Errorf("a short answer is %v", a.header)
		}
		if a := w.call("", "HEAD", "/users", nil, "Accept-Encoding", "gzip"); a.status != 401 {
			t.Errorf("HEAD is %d", a.status)
		}
	})
	t.Run("refusals of writes are recorded", func(t *testing.T) {
		w.call("employee", "POST", "/tags", map[string]any{"name": "Mine"})
		events := w.must("auditor", "GET", "/events?verb=call.refused&actor=employee", nil).json(t)["items"].([]any)
		if len(events) == 0 || events[0].(map[string]any)["object"].(map[string]any)["id"] != "create-tag" {
			t.Errorf("the log has %v", events)
		}
	})
	t.Run("what is open to all", func(t *testing.T) {
		for _, path := range []string{"/healthz", "/readyz", "/api/openapi.json", "/api/docs", "/api/docs/docs.js", "/auth/methods"} {
			if a := w.call("", "GET", path, nil); a.status != 200 {
				t.Errorf("%s is %d", path, a.status)
			}
		}
		if a := w.call("", "GET", "/metrics", nil); a.status != 401 {
			t.Errorf("/metrics is %d to a stranger", a.status)
		}
		a := w.must("auditor", "GET", "/metrics", nil)
		for _, name := range []string{"sallyport_http_seconds_bucket", "sallyport_queue{kind=\"requests\"}", "sallyport_oldest_overdue_removal_seconds", "sallyport_events_without_place", "go_goroutines", "sallyport_database_up 1"} {
			if !strings.Contains(string(a.body), name) {
				t.Errorf("/metrics has no %s", name)
			}
		}
		if csp := w.call("", "GET", "/api/docs", nil).header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("the policy of the docs is %q", csp)
		}
	})
}

func scopesOfTokens(t *testing.T, w *world) {
	asks, _ := w.token("employee", "request")
	slug := w.resource(map[string]any{"owners": []string{"security"}})
	if a := w.call(asks, "POST", "/requests", map[string]any{"resource": slug, "duration": "P1D"}); a.status != 201 {
		t.Errorf("a token that asks is %d %s", a.status, a.body)
	}
	if a := w.call(asks, "GET", "/users", nil); a.status != 403 || !strings.Contains(string(a.body), "read") {
		t.Errorf("it reads: %d %s", a.status, a.body)
	}
	if a := w.call(asks, "GET", "/me", nil); a.status != 200 {
		t.Errorf("it does not know itself: %d", a.status)
	}
	secret, id := w.token("employee", "read")
	w.must("employee", "DELETE", "/tokens/"+id, nil)
	if a := w.call(secret, "GET", "/me", nil); a.status != 401 {
		t.Errorf("a revoked token is %d", a.status)
	}
}
