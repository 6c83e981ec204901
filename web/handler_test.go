package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sallyport/sallyport/web"
)

func built(t *testing.T) *web.Handler {
	t.Helper()
	h, err := web.NewHandler(fstest.MapFS{
		"index.html":       {Data: []byte(`<!doctype html><html lang="en"><body>page</body></html>`)},
		"robots.txt":       {Data: []byte("User-agent: *\nDisallow: /\n")},
		"favicon.svg":      {Data: []byte("<svg/>")},
		"assets/a-1.js":    {Data: []byte("plain")},
		"assets/a-1.js.br": {Data: []byte("brotli")},
		"assets/a-1.js.gz": {Data: []byte("gzip")},
		"preloads.json": {Data: []byte(`{"/": {"scripts": ["/assets/home.js"], "fonts": ["/assets/f.woff2"]},
			"/requests/$id": {"scripts": ["/assets/request.js"], "fonts": []},
			"/requests/new": {"scripts": ["/assets/new.js"], "fonts": []}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(h http.Handler, target string, headers ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPagesGetIndex(t *testing.T) {
	h := built(t)
	for _, target := range []string{"/", "/approvals", "/requests/req_1?x=1", "/catalogue/github.engineering", "/nowhere/at/all"} {
		r := get(h, target, "Accept", "application/json")
		if r.StatusCode != 200 || !strings.Contains(body(t, r), "page") {
			t.Errorf("%s: %d, want the page", target, r.StatusCode)
		}
		if got := r.Header.Get("Cache-Control"); got != "private, no-cache" {
			t.Errorf("%s: Cache-Control %q", target, got)
		}
	}
}

func TestPolicyHasNoInline(t *testing.T) {
	csp := get(built(t), "/").Header.Get("Content-Security-Policy")
	for _, bad := range []string{"unsafe-inline", "unsafe-eval", "*", "http:"} {
		if strings.Contains(csp, bad) {
			t.Errorf("policy holds %q: %s", bad, csp)
		}
	}
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy lacks %q: %s", want, csp)
		}
	}
}

func TestThemeCookie(t *testing.T) {
	h := built(t)
	for cookie, want := range map[string]string{
		"theme=dark":              `<html data-theme="dark" lang="en">`,
		"theme=light":             `<html data-theme="light" lang="en">`,
		`theme="><script>`:        `<html lang="en">`,
		"other=dark; theme=green": `<html lang="en">`,
	} {
		if got := body(t, get(h, "/", "Cookie", cookie)); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", cookie, got, want)
		}
	}
}

func TestAssets(t *testing.T) {
	h := built(t)
	for accept, want := range map[string]string{"": "plain", "gzip": "gzip", "gzip, br": "brotli", "br;q=0, gzip": "gzip", "identity": "plain"} {
		r := get(h, "/assets/a-1.js", "Accept-Encoding", accept)
		if got := body(t, r); got != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", accept, got, want)
		}
		if got := r.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("Cache-Control %q", got)
		}
		if got := r.Header.Get("Content-Type"); got != "text/javascript; charset=utf-8" {
			t.Errorf("Content-Type %q", got)
		}
	}
	for _, target := range []string{"/assets/gone-2.js", "/assets/", "/assets", "/assets/a-1.js.br", "/assets/../preloads.json/x", "/api/v1/none", "/auth/none"} {
		if r := get(h, target); r.StatusCode != 404 && !strings.Contains(target, "..") {
			t.Errorf("%s: %d, want 404", target, r.StatusCode)
		}
	}
	if got := body(t, get(h, "/preloads.json")); !strings.Contains(got, "page") {
		t.Errorf("/preloads.json leaked: %s", got)
	}
}

func TestRealFiles(t *testing.T) {
	h := built(t)
	if got := body(t, get(h, "/robots.txt")); !strings.HasPrefix(got, "User-agent") {
		t.Errorf("robots.txt: %q", got)
	}
	if r := get(h, "/favicon.svg"); r.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("favicon: %v", r.Header)
	}
	if r := get(h, "/favicon.ico"); r.StatusCode != http.StatusMovedPermanently {
		t.Errorf("favicon.ico: %d", r.StatusCode)
	}
}

func TestLinkPrefersTheLiteralRoute(t *testing.T) {
	h := built(t)
	for target, want := range map[string]string{"/": "/assets/home.js", "/requests/req_9": "/assets/request.js", "/requests/new": "/assets/new.js"} {
		if got := get(h, target).Header.Get("Link"); !strings.Contains(got, "<"+want+">; rel=modulepreload") {
			t.Errorf("%s: Link %q", target, got)
		}
	}
	if got := get(h, "/elsewhere").Header.Get("Link"); got != "" {
		t.Errorf("unknown page: Link %q", got)
	}
}

func TestMethodsAndCompression(t *testing.T) {
	h := built(t)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("POST /: %d %v", w.Code, w.Header())
	}
	r := get(h, "/", "Accept-Encoding", "gzip", "Cookie", "theme=dark")
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(z)
	if !strings.Contains(string(b), `data-theme="dark"`) {
		t.Errorf("gzip page: %s", b)
	}
	if get(h, "/").Header.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS over plain http")
	}
	if get(h, "/", "X-Forwarded-Proto", "https").Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS behind https")
	}
}

func TestWithoutBuild(t *testing.T) {
	h, err := web.NewHandler(fstest.MapFS{".gitkeep": {}})
	if err != nil {
		t.Fatal(err)
	}
	r := get(h, "/approvals")
	if r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body(t, r), "make build") {
		t.Errorf("%d", r.StatusCode)
	}
	if files, ok := web.FS(); ok {
		if _, err := web.NewHandler(files); err != nil {
			t.Errorf("the real build: %v", err)
		}
	}
	if _, err := web.NewHandler(fstest.MapFS{"index.html": {}, "preloads.json": {Data: []byte("{")}}); err == nil {
		t.Error("a broken preloads.json was accepted")
	}
}
