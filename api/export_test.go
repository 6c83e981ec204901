package api

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sallyport/sallyport"
)

// Routes is the table of routes, for tests of what is promised about all of them.
func Routes() []route { return routes() }

var described = sync.OnceValue(func() *server { return newServer(Deps{}) })

// CheckAnswer says how an answer differs from what the document promises of it.
func CheckAnswer(id string, status int, body []byte) error {
	s := described()
	r, ok := s.byID[id]
	if !ok {
		return fmt.Errorf("there is no route %s", id)
	}
	item := s.huma.OpenAPI().Paths[v1+r.Path]
	op := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PATCH": item.Patch, "PUT": item.Put, "DELETE": item.Delete}[r.Method]
	answer := op.Responses[fmt.Sprint(status)]
	if answer == nil {
		return fmt.Errorf("%s answers %d, which is not documented", id, status)
	}
	if len(answer.Content) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("%s answers %d with a body that is not documented", id, status)
		}
		return nil
	}
	kind := "application/json"
	if status >= 400 {
		kind = "application/problem+json"
	}
	content := answer.Content[kind]
	if content == nil {
		return nil // a stream
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("%s answers %d with what is not JSON: %w", id, status, err)
	}
	res := &huma.ValidateResult{}
	huma.Validate(s.huma.OpenAPI().Components.Schemas, content.Schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, v, res)
	for _, err := range res.Errors {
		return fmt.Errorf("%s answers %d, but %w", id, status, err)
	}
	return nil
}

// Code is a kind of failure.
type Code = sallyport.Code
