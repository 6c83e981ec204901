package api

import (
	"compress/gzip"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/sallyport/sallyport"
)

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// finish writes the log line and the measure of a call. Bodies, queries and headers are never logged: they may hold
// secrets.
func (s *server) finish(w *recorder, r *http.Request, c *info, took time.Duration) {
	status := w.status
	if status == 0 {
		status = http.StatusOK
	}
	route := c.route
	if route == "" {
		switch p := r.URL.Path; {
		case strings.HasPrefix(p, "/auth/"):
			route = r.Method + " /auth/"
		case strings.HasPrefix(p, "/api/"):
			route = r.Method + " /api/"
		case p == "/healthz", p == "/readyz", p == "/metrics":
			route = r.Method + " " + p
		default:
			route = r.Method + " page"
		}
	}
	gone := status >= 500 && callerLeft(r, c.failed)
	if gone {
		status = statusCallerLeft
	}
	s.metrics.observe(route, status, took)
	level := slog.LevelInfo
	switch {
	case gone:
	case status >= 500:
		level = slog.LevelError
	case c.op == nil && status < 400:
		level = slog.LevelDebug
	}
	if !s.Log.Enabled(context.Background(), level) {
		return
	}
	attrs := []slog.Attr{slog.String("request_id", c.id), slog.String("route", route), slog.Int("status", status),
		slog.Int64("bytes", w.bytes), slog.Duration("took", took)}
	if c.actor.User.ID != "" {
		attrs = append(attrs, slog.String("user", c.actor.User.ID), slog.String("via", string(c.actor.Via)))
	}
	if c.failed != nil {
		attrs = append(attrs, slog.String("problem", c.failed.Type))
		if c.failed.Rule != "" {
			attrs = append(attrs, slog.String("rule", c.failed.Rule))
		}
		if status >= 500 && c.failed.cause != nil && !gone {
			attrs = append(attrs, slog.String("error", c.failed.cause.Error()))
		}
	}
	s.Log.LogAttrs(context.Background(), level, "call", attrs...)
}

// statusCallerLeft stands in logs and measures for what was answered to nobody: the caller hung up first. It is no fault.
const statusCallerLeft = 499

// callerLeft reports whether a failure is only that the caller hung up before it was answered.
func callerLeft(r *http.Request, p *Problem) bool {
	return p != nil && errors.Is(r.Context().Err(), context.Canceled) && (errors.Is(p.cause, context.Canceled) || p.Status == http.StatusServiceUnavailable)
}

// How many calls one session or token may make.
const (
	callsPerSecond = 100
	callsBurst     = 200
	maxCallers     = 20_000
)

// limits counts calls per session and token. Two generations bound its size.
type limits struct {
	mu       sync.Mutex
	now, old map[string]*rate.Limiter
}

func newLimits() *limits { return &limits{now: map[string]*rate.Limiter{}} }

func (l *limits) take(a sallyport.Actor) error {
	key := string(a.Via) + ":" + a.ViaID + ":" + a.User.ID
	l.mu.Lock()
	r, ok := l.now[key]
	if !ok {
		if r, ok = l.old[key]; !ok {
			r = rate.NewLimiter(callsPerSecond, callsBurst)
		}
		if len(l.now) >= maxCallers/2 {
			l.old, l.now = l.now, map[string]*rate.Limiter{}
		}
		l.now[key] = r
	}
	l.mu.Unlock()
	if r.Allow() {
		return nil
	}
	return sallyport.Errorf(sallyport.ERateLimited, "more than %d calls a second came from this session or token", callsPerSecond).
		WithHint("Wait a second and go on more slowly.")
}

// compressed sends JSON of more than a packet's size as gzip.
type compressed struct {
	http.ResponseWriter
	s      *server
	accept bool
	status int
	buf    []byte
	gz     *gzip.Writer
	plain  bool
}

const worthIt = 1024

func (s *server) compress(w http.ResponseWriter, r *http.Request) *compressed {
	accept := false
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q = strings.ReplaceAll(q, " ", "")
			accept = q != "q=0" && q != "q=0.0"
		}
	}
	w.Header().Add("Vary", "Accept-Encoding")
	return &compressed{ResponseWriter: w, s: s, accept: accept && r.Method != http.MethodHead}
}

func (z *compressed) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *compressed) WriteHeader(status int) {
	if z.status == 0 {
		z.status = status
	}
	if t := z.Header().Get("Content-Type"); !z.accept || !strings.Contains(t, "json") || strings.Contains(t, "jsonl") || status == http.StatusNoContent {
		z.pass()
	}
}

func (z *compressed) pass() {
	if z.plain || z.gz != nil {
		return
	}
	z.plain = true
	if z.status != 0 {
		z.ResponseWriter.WriteHeader(z.status)
	}
	if len(z.buf) > 0 {
		_, _ = z.ResponseWriter.Write(z.buf)
		z.buf = nil
	}
}

func (z *compressed) Write(b []byte) (int, error) {
	if z.status == 0 {
		z.WriteHeader(http.StatusOK)
	}
	switch {
	case z.plain:
		return z.ResponseWriter.Write(b)
	case z.gz != nil:
		return z.gz.Write(b)
	}
	z.buf = append(z.buf, b...)
	if len(z.buf) < worthIt {
		return len(b), nil
	}
	z.Header().Set("Content-Encoding", "gzip")
	z.Header().Del("Content-Length")
	z.ResponseWriter.WriteHeader(z.status)
	z.gz, _ = z.s.gzip.Get().(*gzip.Writer)
	if z.gz == nil {
		z.gz, _ = gzip.NewWriterLevel(z.ResponseWriter, gzip.BestSpeed)
	} else {
		z.gz.Reset(z.ResponseWriter)
	}
	if _, err := z.gz.Write(z.buf); err != nil {
		return 0, err
	}
	z.buf = nil
	return len(b), nil
}

// FlushError sends what there is; from then on nothing is compressed that was not yet.
func (z *compressed) FlushError() error {
	if z.gz != nil {
		if err := z.gz.Flush(); err != nil {
			return err
		}
	} else {
		z.pass()
	}
	return http.NewResponseController(z.ResponseWriter).Flush()
}

func (z *compressed) close() {
	if z.gz == nil {
		if z.status != 0 {
			z.pass()
		}
		return
	}
	_ = z.gz.Close()
	z.s.gzip.Put(z.gz)
}
