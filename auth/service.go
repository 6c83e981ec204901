package auth

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Options for New. DB and Error are required.
type Options struct {
	DB        *store.DB
	Tenant    string        // slug of the tenant that people sign in to; default "default"
	PublicURL string        // where browsers reach the server; https makes the cookies Secure. Required for OIDC
	Lifetime  time.Duration // of a session, however much it is used; default 12 h
	Demo      bool          // offers sign-in as anybody, without a password: for loopback only
	Personas  []Persona     // whom the demo's sign-in page offers; default: nobody
	OIDC      []OIDC
	// Address returns the caller's network address, for the record and for limits; default: that of the connection.
	// Behind a proxy, hand in what reads the proxy's header.
	Address func(*http.Request) string
	// Error answers with problem+json; it owns the table from codes to status.
	Error func(http.ResponseWriter, *http.Request, error)
	Log   *slog.Logger // default slog.Default()
}

// Persona is somebody to try the demo as. Name and title come from the directory.
type Persona struct {
	Login       string
	Description string
}

// Service signs people in and recognises callers. Safe for concurrent use.
type Service struct {
	o         Options
	secure    bool
	sessions  *scs.SessionManager
	providers []*provider
	limits    *limiter
	origins   *http.CrossOriginProtection
	purged    atomic.Int64 // seconds
}

// New checks the options and makes a service. Providers of single sign-on need not be reachable yet.
func New(o Options) (*Service, error) {
	if o.DB == nil || o.Error == nil {
		return nil, errors.New("auth: DB and Error are required")
	}
	if o.Tenant == "" {
		o.Tenant = "default"
	}
	if o.Lifetime == 0 {
		o.Lifetime = 12 * time.Hour
	}
	if o.Address == nil {
		o.Address = remoteAddress
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	var faults []sallyport.Fault
	if o.Lifetime < time.Minute || o.Lifetime > 30*24*time.Hour {
		faults = append(faults, sallyport.Fault{Path: "session_lifetime", Message: "is not between 1 minute and 30 days; choose a length such as 12h"})
	}
	public, err := url.Parse(o.PublicURL)
	if o.PublicURL != "" && (err != nil || public.Host == "" || (public.Scheme != "http" && public.Scheme != "https") || strings.Trim(public.Path, "/") != "") {
		faults = append(faults, sallyport.Fault{Path: "public_url", Message: "is not the address of a server; write it as https://sallyport.example.com"})
	}
	o.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	s := &Service{o: o, secure: strings.HasPrefix(o.PublicURL, "https://"), limits: newLimiter(), origins: http.NewCrossOriginProtection()}
	for i, c := range o.OIDC {
		path := "oidc[" + itoa(i) + "]"
		faults = append(faults, c.Validate(path)...)
		if slices.ContainsFunc(o.OIDC[:i], func(other OIDC) bool { return other.ID == c.ID }) {
			faults = append(faults, sallyport.Fault{Path: path + ".id", Message: "is used twice; give each provider its own"})
		}
		s.providers = append(s.providers, &provider{config: c.withDefaults()})
	}
	if len(o.OIDC) > 0 {
		if o.PublicURL == "" {
			faults = append(faults, sallyport.Fault{Path: "public_url", Message: "is missing; single sign-on needs the address that the provider sends people back to"})
		}
		if _, err := o.DB.Sealer(); err != nil {
			faults = append(faults, sallyport.Fault{Path: "key", Message: "is missing; single sign-on needs the server's key to seal what it remembers between two pages"})
		}
	}
	if err := sallyport.Faults(faults); err != nil {
		return nil, err
	}
	s.sessions = s.newSessions()
	return s, nil
}

// Handler serves /auth/*. It recognises the caller by itself: it needs no Middleware around it.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /auth/methods", s.methods)
	mux.HandleFunc("POST /auth/logout", s.logout)
	if s.o.Demo {
		mux.HandleFunc("POST /auth/demo", s.demo)
	}
	if len(s.providers) > 0 {
		mux.HandleFunc("GET /auth/oidc/{id}/login", s.oidcLogin)
		mux.HandleFunc("GET /auth/oidc/{id}/callback", s.oidcCallback)
	}
	mux.HandleFunc("/auth/", func(w http.ResponseWriter, r *http.Request) {
		s.o.Error(w, r, sallyport.Errorf(sallyport.ENotFound, "there is nothing at %s %s", r.Method, clip(r.URL.Path)))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.origins.Check(r); err != nil {
			s.o.Error(w, r, sallyport.Errorf(sallyport.EForbidden, "this call comes from another site and is refused").
				WithHint("Open Sallyport itself and try again there."))
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

// cookieName is the name of a cookie: over https it has the prefix that ties it to this host and to https.
func (s *Service) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

// setCookie writes a cookie; maxAge below zero deletes it.
func (s *Service) setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true,
		Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

func remoteAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
