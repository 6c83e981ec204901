package api

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// Deps is what New needs.
type Deps struct {
	DB      *store.DB
	Access  *access.Service
	Catalog *catalog.Service
	Auth    *auth.Service
	Log     *slog.Logger
	Version string
	Demo    bool
	Web     http.Handler                // the page; nil: none
	Ready   func(context.Context) error // nil: always; an error makes /readyz 503
	Done    <-chan struct{}             // closed: streams end, so that the server can stop
	// HealthOnly serves health, readiness and metrics alone, and the latter to everybody who reaches it: for workers.
	HealthOnly bool
}

// How long a call may take.
const (
	callTime = 30 * time.Second
	slowTime = 10 * time.Minute
)

type server struct {
	Deps
	mux      *http.ServeMux
	huma     huma.API
	byID     map[string]*route
	byRoute  map[string]*route // by the pattern of the mux
	document []byte
	limits   *limits
	metrics  *metrics
	gzip     sync.Pool
}

// huma keeps three settings in package variables; they are set once, before the first API is made.
var configureHuma = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.ValidateStrictCasing = true
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return humaError(ctx.Context(), status, msg, errs...)
	}
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return humaError(context.Background(), status, msg, errs...)
	}
})

// New makes the handler of everything that the server answers.
func New(d Deps) http.Handler {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	s := newServer(d)
	s.metrics = newMetrics(d.DB)
	s.limits = newLimits()
	root := http.NewServeMux()
	root.HandleFunc("GET /healthz", s.healthz)
	root.HandleFunc("GET /readyz", s.readyz)
	if d.HealthOnly {
		root.Handle("GET /metrics", s.metrics.handler())
		root.HandleFunc("/", notHere)
		return s.around(root)
	}
	root.Handle("GET /metrics", s.recognised(s.signedIn(s.metrics.handler())))
	root.HandleFunc("GET /api/openapi.json", s.openapi)
	s.docs(root)
	root.Handle("/api/", s.recognised(http.HandlerFunc(s.serve)))
	root.Handle("/auth/", d.Auth.Handler())
	root.HandleFunc("/hooks/", notHere)
	if d.Web != nil {
		root.Handle("/", d.Web)
	} else {
		root.HandleFunc("/", notHere)
	}
	return s.around(root)
}

// OpenAPI returns the OpenAPI 3.1 document, without starting anything.
func OpenAPI(version string) []byte { return newServer(Deps{Version: version}).document }

func newServer(d Deps) *server {
	configureHuma()
	s := &server{Deps: d, mux: http.NewServeMux(), byID: map[string]*route{}, byRoute: map[string]*route{}}
	for _, r := range routes() {
		s.byID[r.ID], s.byRoute[r.Method+" "+v1+r.Path] = &r, &r
	}
	s.huma = humago.New(s.mux, config(d.Version))
	s.huma.UseMiddleware(s.moments)
	s.register()
	s.document = document(s.huma.OpenAPI())
	return s
}

// handle serves the route with that id. Whoever gets there is signed in, and their token has the scope.
func handle[I, O any](s *server, id string, f func(ctx context.Context, a sallyport.Actor, in *I) (*O, error)) {
	r, ok := s.byID[id]
	if !ok {
		panic("api: the route " + id + " is not in the table of routes")
	}
	op := r.operation()
	if r.Tries {
		s.describeTrial(&op)
	}
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, call(ctx).actor, in)
		if err != nil {
			p := problem(ctx, err)
			call(ctx).failed = p
			return nil, p
		}
		return out, nil
	})
}

const zeroTime = "is before all that is known here; write a later moment, or leave it out"

// moments refuses the first moment of the year 1 as a parameter, which to the handlers is a time that was not given: the
// answer would be of now, or of all times.
func (s *server) moments(ctx huma.Context, next func(huma.Context)) {
	for _, p := range ctx.Operation().Parameters {
		if p.In != "query" || p.Schema == nil || p.Schema.Format != "date-time" {
			continue
		}
		if t, err := time.Parse(time.RFC3339, ctx.Query(p.Name)); err == nil && t.IsZero() {
			_ = huma.WriteErr(s.huma, ctx, http.StatusBadRequest, "", &huma.ErrorDetail{Location: "query." + p.Name, Message: zeroTime})
			return
		}
	}
	next(ctx)
}

// around is what holds for every answer: an id, a log line, a measure, security headers, and no panic that ends the
// server.
func (s *server) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		r, c := identify(w, r)
		rec := &recorder{ResponseWriter: w}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
			h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.Log.Error("panic", "request_id", c.id, "route", c.route, "panic", p, "stack", string(debug.Stack()))
				if rec.status == 0 {
					Fail(rec, r, sallyport.Errorf(sallyport.EInternal, "the server failed to do this"))
				}
				s.finish(rec, r, c, time.Since(start))
				if rec.status != http.StatusInternalServerError {
					panic(http.ErrAbortHandler)
				}
				return
			}
			s.finish(rec, r, c, time.Since(start))
		}()
		next.ServeHTTP(rec, r)
	})
}

// recognised finds out who calls.
func (s *server) recognised(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	known := s.Auth.Middleware(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := origins.Check(r); err != nil {
			Fail(w, r, sallyport.Errorf(sallyport.EForbidden, "this call comes from another site and is refused").WithRule("origin").
				WithHint("Open Sallyport itself and try again there."))
			return
		}
		known.ServeHTTP(w, r)
	})
}

func (s *server) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := auth.Require(r.Context()); err != nil {
			Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serve answers one call of the API: who calls comes before what they send, and what they send is whole before anything
// looks at it.
func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	c := call(r.Context())
	_, pattern := s.mux.Handler(r)
	op := s.byRoute[pattern]
	if op == nil {
		s.noRoute(w, r)
		return
	}
	c.route, c.op = pattern, op
	actor, err := auth.Require(r.Context())
	if err == nil {
		c.actor = actor
		err = s.limits.take(actor)
	}
	if err == nil && op.Scope != "" {
		err = auth.RequireScope(actor, op.Scope)
	}
	if err == nil {
		err = checkAddress(r.URL)
	}
	tried := false
	if err == nil {
		r, tried, err = dryRun(r, op)
	}
	var body []byte
	if err == nil && r.Method != http.MethodGet && r.Method != http.MethodHead {
		rc := http.NewResponseController(w)
		_ = rc.SetReadDeadline(time.Now().Add(callTime))
		body, err = readBody(w, r, op)
		_ = rc.SetReadDeadline(time.Time{})
	}
	if err != nil {
		Fail(w, r, err)
		s.recordRefusal(r.Context(), c)
		return
	}
	limit := callTime
	if op.Slow || op.Big {
		limit = slowTime
	}
	ctx := r.Context()
	if op.ID != "stream" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
		rc := http.NewResponseController(w) // somebody who does not read the answer is not waited for
		_ = rc.SetWriteDeadline(time.Now().Add(limit + callTime))
		defer func() { _ = rc.SetWriteDeadline(time.Time{}) }()
	}
	z := s.compress(w, r)
	defer z.close()
	if tried {
		s.rehearse(ctx, z, r, c, body)
	} else if key := r.Header.Get("Idempotency-Key"); key != "" && op.writes() {
		s.repeatable(z, r.WithContext(ctx), c, key, body)
	} else {
		s.run(ctx, z, r, body)
	}
	s.recordRefusal(ctx, c)
}

// run hands the call to its handler.
func (s *server) run(ctx context.Context, w http.ResponseWriter, r *http.Request, body []byte) {
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mux.ServeHTTP(w, r)
}

func (s *server) noRoute(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete} {
		probe := *r
		probe.Method = m
		if _, p := s.mux.Handler(&probe); s.byRoute[p] != nil {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) == 0 {
		notHere(w, r)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	Fail(w, r, &Problem{Type: "/api/docs#" + string(sallyport.EInvalid), Title: "The call is malformed", Status: http.StatusMethodNotAllowed,
		Detail: clip(r.URL.Path) + " does not take " + clip(r.Method), Hint: "It takes " + strings.Join(allowed, ", ") + "."})
}

func notHere(w http.ResponseWriter, r *http.Request) {
	Fail(w, r, sallyport.Errorf(sallyport.ENotFound, "there is nothing at %s %s", clip(r.Method), clip(r.URL.Path)).
		WithHint("/api/docs lists what there is."))
}

// recordRefusal makes an event of a rule's refusal of a signed-in caller's write (domain rule 23). The answer is out
// already, so a failure is only logged.
func (s *server) recordRefusal(ctx context.Context, c *info) {
	p := c.failed
	if p == nil || c.trial || c.op == nil || !c.op.writes() || c.actor.User.ID == "" ||
		p.Status != http.StatusForbidden && p.Status != http.StatusUnprocessableEntity {
		return
	}
	ctx, cancel := context.WithTimeout(store.Apart(context.WithoutCancel(ctx)), 5*time.Second)
	defer cancel()
	_, err := s.DB.AppendRefusal(ctx, store.NewEvent{Verb: "call.refused", Actor: c.actor, ObjectKind: "call", ObjectID: c.op.ID,
		Body: map[string]any{"status": p.Status, "rule": p.Rule}, Values: []store.Value{{Name: "detail", Value: p.Detail, UserID: c.actor.User.ID}}})
	if err != nil {
		s.Log.Warn("a refusal could not be recorded", "request_id", c.id, "error", err)
	}
}
