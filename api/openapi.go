package api

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/auth"
)

//go:embed docs/index.html docs/docs.js docs/docs.css
var docsFiles embed.FS

func config(version string) huma.Config {
	if version == "" {
		version = "dev"
	}
	c := huma.DefaultConfig("Sallyport", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.RejectUnknownQueryParameters = true
	// Which constraints there are, the list of their keys says.
	fields := sallyport.ConstraintFields()
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", func(t reflect.Type, hint string) string {
		if t == fields {
			return "Constraints"
		}
		return huma.DefaultSchemaNamer(t, hint)
	})
	c.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[sallyport.Constraints](), fields)
	c.Info.Description = "Ask for access, decide, fulfil, end it, prove it. Lists are paged with cursors; durations are ISO 8601; " +
		"refusals are problem details (RFC 9457); writes take an Idempotency-Key."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: "sallyport_session", Description: "Set by signing in; over https the name begins with __Host-"},
		"token":   {Type: "http", Scheme: "bearer", Description: "An API token, sp_…; its scopes are " + strings.Join(auth.Scopes(), ", ")},
	}
	return c
}

// document writes the OpenAPI document once.
func document(api *huma.OpenAPI) []byte {
	b, err := json.MarshalIndent(api, "", " ")
	if err != nil {
		panic("api: the OpenAPI document cannot be written: " + err.Error()) // a fault of the program, found by any test
	}
	return append(b, '\n')
}

func (s *server) openapi(w http.ResponseWriter, r *http.Request) {
	sum := sha256.Sum256(s.document)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", "application/json")
	z := s.compress(w, r)
	defer z.close()
	_, _ = z.Write(s.document)
}

// docs serves a page that draws the OpenAPI document, from files of this server alone.
func (s *server) docs(mux *http.ServeMux) {
	serve := func(name, kind string) http.HandlerFunc {
		b, err := docsFiles.ReadFile("docs/" + name)
		if err != nil {
			panic("api: " + err.Error()) // embedded: a fault of the program
		}
		return func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Type", kind)
			h.Set("Cache-Control", "no-cache")
			h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "+
				"form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
			_, _ = w.Write(b)
		}
	}
	mux.HandleFunc("GET /api/docs", serve("index.html", "text/html; charset=utf-8"))
	mux.HandleFunc("GET /api/docs/docs.js", serve("docs.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET /api/docs/docs.css", serve("docs.css", "text/css; charset=utf-8"))
}
