package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'"

const missing = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sallyport</title></head><body>` +
	`<h1>The page was not built</h1><p>This binary was compiled without the page. Run <code>make build</code> ` +
	`and start it again. The API under <a href="/api/docs">/api/docs</a> and the command line work.</p></body></html>`

// Handler serves the built page: index.html for every address of a page, hashed files under /assets/,
// robots.txt and the icon. It answers GET and HEAD only and holds everything in memory that it needs to
// change, so it is safe for concurrent use and never fails for a reason that comes and goes.
type Handler struct {
	files    fs.FS
	pages    map[string]page // by theme: "", "light", "dark"
	preloads []preload
	built    bool
}

type page struct{ plain, gzip []byte }

type preload struct {
	segments []string
	link     string
}

// NewHandler prepares the page in files, which is what FS returns. A file system without index.html is
// allowed: pages then say how to build it. A broken preloads.json is an error, for it means a broken build.
func NewHandler(files fs.FS) (*Handler, error) {
	h := &Handler{files: files, pages: map[string]page{}}
	index := []byte(missing)
	if files != nil {
		b, err := fs.ReadFile(files, "index.html")
		switch {
		case err == nil:
			index, h.built = b, true
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("read the page: %w", err)
		}
	}
	for _, theme := range []string{"", "light", "dark"} {
		p, err := compress(themed(index, theme))
		if err != nil {
			return nil, err
		}
		h.pages[theme] = p
	}
	if h.built {
		var err error
		if h.preloads, err = readPreloads(files); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func themed(index []byte, theme string) []byte {
	if theme == "" {
		return index
	}
	return bytes.Replace(index, []byte("<html "), []byte(`<html data-theme="`+theme+`" `), 1)
}

func compress(b []byte) (page, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return page{}, err
	}
	if _, err := w.Write(b); err != nil {
		return page{}, err
	}
	if err := w.Close(); err != nil {
		return page{}, err
	}
	return page{plain: b, gzip: buf.Bytes()}, nil
}

func readPreloads(files fs.FS) ([]preload, error) {
	b, err := fs.ReadFile(files, "preloads.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read preloads.json: %w", err)
	}
	var routes map[string]struct{ Scripts, Fonts []string }
	if err := json.Unmarshal(b, &routes); err != nil {
		return nil, fmt.Errorf("preloads.json: %w", err)
	}
	var out []preload
	for route, r := range routes {
		var links []string
		for _, f := range r.Fonts {
			links = append(links, fmt.Sprintf(`<%s>; rel=preload; as=font; type="font/woff2"; crossorigin`, f))
		}
		for _, s := range r.Scripts {
			links = append(links, fmt.Sprintf(`<%s>; rel=modulepreload`, s))
		}
		out = append(out, preload{segments: split(route), link: strings.Join(links, ", ")})
	}
	return out, nil
}

func split(p string) []string {
	return strings.FieldsFunc(p, func(r rune) bool { return r == '/' })
}

// ServeHTTP answers one request. Addresses of the API never get the page: what the server does not route
// there is 404.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method not allowed. The API is under /api/v1.", http.StatusMethodNotAllowed)
		return
	}
	header(w.Header(), r)
	p := path.Clean("/" + r.URL.Path)
	switch {
	case strings.HasPrefix(p, "/assets/"):
		h.asset(w, r, p)
	case p == "/robots.txt", p == "/favicon.svg":
		h.file(w, r, p)
	case p == "/favicon.ico":
		http.Redirect(w, r, "/favicon.svg", http.StatusMovedPermanently)
	case below(p, "/api"), below(p, "/auth"), below(p, "/hooks"), p == "/assets":
		http.NotFound(w, r)
	default:
		h.index(w, r, p)
	}
}

func below(p, prefix string) bool { return p == prefix || strings.HasPrefix(p, prefix+"/") }

func header(h http.Header, r *http.Request) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (h *Handler) index(w http.ResponseWriter, r *http.Request, p string) {
	theme := ""
	if c, err := r.Cookie("theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
		theme = c.Value
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	// Not no-store: that would keep the page out of the browser's back/forward cache.
	head.Set("Cache-Control", "private, no-cache")
	head.Set("Vary", "Accept-Encoding, Cookie")
	if link := h.link(p); link != "" {
		head.Set("Link", link)
	}
	body := h.pages[theme].plain
	if accepts(r, "gzip") {
		head.Set("Content-Encoding", "gzip")
		body = h.pages[theme].gzip
	}
	if !h.built {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}

func (h *Handler) link(p string) string {
	segments := split(p)
	best, score := "", -1
	for _, pre := range h.preloads {
		if s := match(pre.segments, segments); s > score {
			best, score = pre.link, s
		}
	}
	return best
}

// match counts the literal segments in common; -1 says that the route is another one.
func match(route, segments []string) int {
	if len(route) != len(segments) {
		return -1
	}
	score := 0
	for i, s := range route {
		switch {
		case s == segments[i]:
			score++
		case !strings.HasPrefix(s, "$"):
			return -1
		}
	}
	return score
}

// asset serves a file whose name holds the hash of its content. One that is missing is 404 and not cached:
// during an upgrade a load balancer may ask the older server for a newer file.
func (h *Handler) asset(w http.ResponseWriter, r *http.Request, p string) {
	name := strings.TrimPrefix(p, "/")
	if h.files == nil || strings.HasSuffix(p, ".br") || strings.HasSuffix(p, ".gz") {
		http.NotFound(w, r)
		return
	}
	if info, err := fs.Stat(h.files, name); err != nil || info.IsDir() {
		w.Header().Set("Cache-Control", "no-store")
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	h.send(w, r, name)
}

func (h *Handler) file(w http.ResponseWriter, r *http.Request, p string) {
	name := strings.TrimPrefix(p, "/")
	if h.files == nil {
		http.NotFound(w, r)
		return
	}
	if _, err := fs.Stat(h.files, name); err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=3600")
	h.send(w, r, name)
}

func (h *Handler) send(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Content-Type", contentType(name))
	w.Header().Add("Vary", "Accept-Encoding")
	for _, enc := range []struct{ name, ext string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(r, enc.name) {
			continue
		}
		if b, err := fs.ReadFile(h.files, name+enc.ext); err == nil {
			w.Header().Set("Content-Encoding", enc.name)
			w.Header().Set("Content-Length", fmt.Sprint(len(b)))
			if r.Method == http.MethodGet {
				_, _ = w.Write(b)
			}
			return
		}
	}
	b, err := fs.ReadFile(h.files, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

// contentType does not ask the operating system, whose tables differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".json":
		return "application/json"
	}
	return "application/octet-stream"
}

func accepts(r *http.Request, encoding string) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0"
		}
	}
	return false
}
