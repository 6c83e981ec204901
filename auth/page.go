package auth

import (
	"errors"
	"html/template"
	"net/http"
	"strings"

	"github.com/sallyport/sallyport"
)

// page answers a failed sign-in: a page for browsers, problem+json for everybody else.
func (s *Service) page(w http.ResponseWriter, r *http.Request, err error) {
	s.o.Log.InfoContext(r.Context(), "a sign-in failed", "path", r.URL.Path, "address", s.o.Address(r), "error", err)
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.o.Error(w, r, err)
		return
	}
	// The status comes from Options.Error, which owns the table of them; only its body is replaced.
	probe := &statusProbe{header: http.Header{}}
	s.o.Error(probe, r, err)
	text := struct{ Message, Hint string }{"The sign-in failed for a reason that only the server's log tells", "Try again. If it stays so, tell those who run Sallyport."}
	var e *sallyport.Error
	if errors.As(err, &e) && e.Code != sallyport.EInternal {
		text.Message, text.Hint = sentence(e.Message), e.Hint
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(probe.status())
	_ = failed.Execute(w, text)
}

// sentence begins with a capital letter and ends with a stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	s = strings.ToUpper(string(r[:1])) + string(r[1:])
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// statusProbe takes an answer and keeps its status alone.
type statusProbe struct {
	header http.Header
	code   int
}

func (p *statusProbe) Header() http.Header { return p.header }

func (p *statusProbe) Write(b []byte) (int, error) {
	if p.code == 0 {
		p.code = http.StatusOK
	}
	return len(b), nil
}

func (p *statusProbe) WriteHeader(code int) {
	if p.code == 0 {
		p.code = code
	}
}

func (p *statusProbe) status() int {
	if p.code < 400 {
		return http.StatusInternalServerError
	}
	return p.code
}

var failed = template.Must(template.New("failed").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign-in failed · Sallyport</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1.5rem }
h1 { font-size: 1.4rem }
</style>
<main>
<h1>You are not signed in</h1>
<p>{{.Message}}</p>
{{with .Hint}}<p>{{.}}</p>{{end}}
<p><a href="/">Back to the sign-in page</a></p>
</main>
</html>
`))
