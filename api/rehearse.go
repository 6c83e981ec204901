package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
)

// Rehearsal is the answer of a write with ?dry_run=true: nothing was changed.
type Rehearsal struct {
	Impact sallyport.Impact `json:"impact"`
	Status int              `json:"status" doc:"What the call would answer, e.g. 201"`
	Result json.RawMessage  `json:"result,omitempty" doc:"The body of that answer"`
}

// rehearsalType tells a rehearsal from the call's own answer.
const rehearsalType = "application/vnd.sallyport.rehearsal+json"

// describeTrial adds the rehearsal to what a call may answer.
func (s *server) describeTrial(op *huma.Operation) {
	schema := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Rehearsal](), true, "Rehearsal")
	op.Responses = map[string]*huma.Response{"200": {Description: "OK; of a dry run a Rehearsal",
		Content: map[string]*huma.MediaType{rehearsalType: {Schema: schema}}}}
}

// dryRun takes dry_run out of the address and says whether it asks for a rehearsal.
func dryRun(r *http.Request, op *route) (*http.Request, bool, error) {
	query := r.URL.Query()
	if !query.Has("dry_run") {
		return r, false, nil
	}
	word := query.Get("dry_run")
	switch {
	case !op.Tries:
		return r, false, sallyport.Invalid("query.dry_run", "this call cannot be tried out")
	case word != "true" && word != "false":
		return r, false, sallyport.Invalid("query.dry_run", "%q is not true or false", clip(word))
	}
	query.Del("dry_run")
	r2 := r.Clone(r.Context())
	r2.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: query.Encode()}
	return r2, word == "true", nil
}

// rehearse runs the call in a transaction that is taken back, and answers with what it would have done. What it refuses
// it refuses as ever.
func (s *server) rehearse(ctx context.Context, w http.ResponseWriter, r *http.Request, c *info, body []byte) {
	var m *memory
	impact, err := s.DB.Rehearse(ctx, c.actor.Tenant, access.Viewer(c.actor), func(ctx context.Context) error {
		m, c.failed, c.trial = newMemory(), nil, true
		s.run(ctx, m, r, body)
		if m.reply().Status >= 400 {
			return errRefused
		}
		return nil
	})
	if errors.Is(err, errRefused) {
		m.send(w)
		return
	}
	if err != nil {
		Fail(w, r, err)
		return
	}
	answer := Rehearsal{Impact: impact, Status: m.reply().Status}
	if m.Len() > 0 {
		answer.Result = json.RawMessage(m.Bytes())
	}
	b, err := json.Marshal(answer)
	if err != nil {
		Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", rehearsalType)
	_, _ = w.Write(append(b, '\n'))
}
