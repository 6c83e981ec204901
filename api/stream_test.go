package api_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// listen opens the stream and returns its lines.
func (w *world) listen(t *testing.T, url, who string) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, "GET", url+"/api/v1/stream", nil)
	r.Header.Set("Cookie", w.as(who))
	r.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Content-Encoding") != "" {
		t.Fatalf("the stream answers %d %v", res.StatusCode, res.Header)
	}
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		defer res.Body.Close()
		for sc := bufio.NewScanner(res.Body); sc.Scan(); {
			lines <- sc.Text()
		}
	}()
	return lines
}

func next(t *testing.T, lines <-chan string, what string) string {
	t.Helper()
	for end := time.After(5 * time.Second); ; {
		select {
		case l, ok := <-lines:
			if !ok {
				t.Fatalf("the stream ended before %q", what)
			}
			if strings.Contains(l, what) {
				return l
			}
		case <-end:
			t.Fatalf("nothing said %q", what)
		}
	}
}

func stream(t *testing.T, w *world) {
	srv := httptest.NewServer(w.h)
	defer srv.Close()
	lead := w.listen(t, srv.URL, "lead")
	next(t, lead, "listening")
	admin := w.listen(t, srv.URL, "admin")
	next(t, admin, "listening")
	begin := time.Now()
	id := w.request()
	said := next(t, lead, "request:"+id)
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("an open page heard of a request after %s", took)
	}
	for _, other := range []string{`"work"`, `"events"`} {
		if strings.Contains(said, other) {
			t.Errorf("a lead heard %s", said)
		}
	}
	if said := next(t, admin, "request:"+id); strings.Contains(said, `"inbox:`) {
		t.Errorf("an admin, whom nobody asked, heard of the messages of another: %s", said)
	}
	auditor := w.listen(t, srv.URL, "auditor")
	next(t, auditor, "listening")
	w.must("lead", "POST", "/requests/"+id+"/votes", map[string]any{"vote": "deny", "comment": "no"})
	next(t, auditor, `"events"`)
	for _, p := range []string{"", "not a cookie"} {
		a := w.call("", "GET", "/stream", nil, "Cookie", p)
		if a.status != http.StatusUnauthorized {
			t.Errorf("a stranger is answered %d", a.status)
		}
	}
	close(w.done) // as when the server stops
	for range lead {
	}
	for range auditor {
	}
}
