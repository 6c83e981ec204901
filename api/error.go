package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sallyport/sallyport"
)

// kinds is the only table from kinds of failure to HTTP. Package client reads the kind back from the problem's type.
var kinds = map[sallyport.Code]struct {
	status int
	title  string
}{
	sallyport.EInvalid:         {http.StatusBadRequest, "The call is malformed"},
	sallyport.EUnauthenticated: {http.StatusUnauthorized, "Sign in first"},
	sallyport.EForbidden:       {http.StatusForbidden, "Not allowed"},
	sallyport.ENotFound:        {http.StatusNotFound, "Not found"},
	sallyport.EConflict:        {http.StatusConflict, "Something changed in the meantime"},
	sallyport.EPrecondition:    {http.StatusUnprocessableEntity, "A rule refuses this"},
	sallyport.ERateLimited:     {http.StatusTooManyRequests, "Too many calls"},
	sallyport.EUnavailable:     {http.StatusServiceUnavailable, "Not available now"},
	sallyport.EInternal:        {http.StatusInternalServerError, "Something went wrong here"},
}

// Status returns the HTTP status of a kind of failure.
func Status(code sallyport.Code) int {
	if k, ok := kinds[code]; ok {
		return k.status
	}
	return http.StatusInternalServerError
}

// Problem is the body of every refusal (RFC 9457).
type Problem struct {
	Type      string            `json:"type" doc:"Names the kind of refusal; its fragment is a word of the list in the documentation"`
	Title     string            `json:"title"`
	Status    int               `json:"status"`
	Detail    string            `json:"detail" doc:"What happened and why, for people"`
	Errors    []sallyport.Fault `json:"errors,omitempty" doc:"Each fault with its place"`
	Hint      string            `json:"hint,omitempty" doc:"What to do next"`
	Rule      string            `json:"rule,omitempty" doc:"The rule that refused"`
	RequestID string            `json:"request_id,omitempty" doc:"To find the call in the server's log"`

	cause error
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is for huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is for huma.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// problem turns an error into what is shown. Errors that are not ours say nothing of themselves.
func problem(ctx context.Context, err error) *Problem {
	var done *Problem
	if errors.As(err, &done) {
		if done.RequestID == "" {
			done.RequestID = call(ctx).id
		}
		return done
	}
	var e *sallyport.Error
	if !errors.As(err, &e) || kinds[e.Code].status == 0 || e.Code == sallyport.EInternal {
		hint, detail := "Try again; if it happens again, tell those who run this server the request id.", "the server failed to do this; nothing was changed"
		if e != nil && e.Message != "" {
			detail = e.Message
			if e.Hint != "" {
				hint = e.Hint
			}
		}
		e = &sallyport.Error{Code: sallyport.EInternal, Message: detail, Hint: hint, Err: err}
	}
	rule := e.Rule
	if strings.HasPrefix(rule, "unique:") {
		rule = "" // names the index, which is for the code
	}
	return &Problem{Type: "/api/docs#" + string(e.Code), Title: kinds[e.Code].title, Status: kinds[e.Code].status, Detail: e.Message,
		Errors: e.Fields, Hint: e.Hint, Rule: rule, RequestID: call(ctx).id, cause: err}
}

// Fail answers with a problem; for package auth and whatever else answers without huma.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problem(r.Context(), err)
	c := call(r.Context())
	c.failed = p
	h := w.Header()
	h.Set("Content-Type", problemType)
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	if p.Status == http.StatusUnauthorized && h.Get("WWW-Authenticate") == "" {
		h.Set("WWW-Authenticate", `Bearer realm="sallyport"`)
	}
	if p.Status == http.StatusTooManyRequests && h.Get("Retry-After") == "" {
		h.Set("Retry-After", "1")
	}
	b, _ := json.Marshal(p)
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(append(b, '\n'))
	}
}

// humaError is what huma's own refusals become: its validation faults are 400 here, without the values that were refused.
func humaError(ctx context.Context, status int, msg string, errs ...error) huma.StatusError {
	e := &sallyport.Error{Code: sallyport.EInvalid, Message: msg}
	switch status {
	case http.StatusUnauthorized:
		e.Code = sallyport.EUnauthenticated
	case http.StatusForbidden:
		e.Code = sallyport.EForbidden
	case http.StatusNotFound:
		e.Code = sallyport.ENotFound
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType, http.StatusNotAcceptable, http.StatusRequestEntityTooLarge:
	default:
		e.Code, e.Message = sallyport.EInternal, ""
	}
	for _, err := range errs {
		var ours *sallyport.Error
		var d huma.ErrorDetailer
		switch {
		case errors.As(err, &ours):
			e.Fields = append(e.Fields, ours.Fields...)
			if len(ours.Fields) == 0 {
				e.Fields = append(e.Fields, sallyport.Fault{Message: ours.Message})
			}
		case errors.As(err, &d):
			f := sallyport.Fault{Path: d.ErrorDetail().Location, Message: d.ErrorDetail().Message}
			if f.Path == "" {
				f.Path = "body"
			}
			e.Fields = append(e.Fields, remedy(f))
		case err != nil:
			e.Fields = append(e.Fields, sallyport.Fault{Path: "body", Message: jsonFault(err)})
		}
	}
	if e.Code == sallyport.EInvalid && len(e.Fields) > 0 {
		e.Message = e.Fields[0].Path + ": " + e.Fields[0].Message
		e.Hint = "Correct the places listed under errors; /api/docs shows what this call takes."
	}
	p := problem(ctx, e)
	call(ctx).failed = p
	return p
}

// remedy says in our words what huma says in its own.
func remedy(f sallyport.Fault) sallyport.Fault {
	f.Path = strings.TrimSuffix(f.Path, ".")
	switch {
	case f.Message == "unexpected property":
		f.Message = "is not known here; remove it or correct its name"
	case strings.HasPrefix(f.Message, "expected required property "):
		name, _, _ := strings.Cut(strings.TrimPrefix(f.Message, "expected required property "), " ")
		f.Path, f.Message = f.Path+"."+name, "is missing"
	case f.Message == "unknown query parameter":
		f.Message = "is not a parameter of this call; remove it or correct its name"
	case strings.HasPrefix(f.Message, "invalid date/time"): // with Go's pattern of one
		f.Message = "is not a moment; write e.g. 2026-03-02T10:00:00Z"
	case strings.HasPrefix(f.Message, "expected "):
		f.Message = "is wrong: " + f.Message
	}
	return f
}

// jsonFault words an error of encoding/json without the value in it.
func jsonFault(err error) string {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) {
		return "is of a wrong type at " + typ.Field
	}
	text := err.Error()
	if i := strings.Index(text, "not a duration"); i >= 0 {
		return "a duration is not in ISO 8601; write e.g. PT2H or P7D"
	}
	if i := strings.Index(text, "length is not fixed"); i >= 0 {
		return "a duration uses years or months, whose length is not fixed; write days, e.g. P30D"
	}
	for _, known := range []string{"the shortest is PT1S", "the longest is P3650D"} {
		if strings.Contains(text, known) {
			return "a duration is out of range; " + known
		}
	}
	return "cannot be read; check the types of its fields, and that times are RFC 3339 with a zone"
}
