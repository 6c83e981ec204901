package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

type EventFields struct {
	Verb  string    `query:"verb" maxLength:"100" doc:"A whole verb, or its beginning up to a dot, e.g. request."`
	Since time.Time `query:"since"`
	Until time.Time `query:"until" doc:"Not included"`
	Q     string    `query:"q" maxLength:"200" doc:"In the verb, and in the names of what it is about"`
	Said  string    `query:"said" maxLength:"200" doc:"Words that were all written with it, in whatever case: reasons, comments, what was before and after, as far as the caller may read them. A page may have fewer items than asked for, or none; next_cursor goes on"`
}

func (f EventFields) filter(e store.EventFilter) store.EventFilter {
	e.Verb, e.Q, e.Said = f.Verb, f.Q, f.Said
	if !f.Since.IsZero() {
		e.Since = &f.Since
	}
	if !f.Until.IsZero() {
		e.Until = &f.Until
	}
	return e
}

type historyInput struct {
	ByID
	Paging
	EventFields
}

type eventsInput struct {
	Paging
	EventFields
	Actor    string `query:"actor" maxLength:"256" doc:"Who acted; a user"`
	Object   string `query:"object" maxLength:"256" doc:"Id of what it happened to"`
	User     string `query:"user" maxLength:"256" doc:"About this person"`
	Resource string `query:"resource" maxLength:"256" doc:"About this resource"`
	App      string `query:"app" maxLength:"256" doc:"About this app, or anything that it contains"`
	Request  string `query:"request" maxLength:"256" doc:"About this request"`
	Ref      string `query:"ref" maxLength:"256" doc:"About whatever has this id"`
}

func (s *server) registerEvents() {
	handle(s, "list-events", func(ctx context.Context, a sallyport.Actor, in *eventsInput) (*list[sallyport.Event], error) {
		f := in.filter(store.EventFilter{Actor: in.Actor, Object: in.Object, UserID: in.User, ResourceID: in.Resource, AppID: in.App, RequestID: in.Request})
		if in.Ref != "" {
			f.Refs = []string{in.Ref}
		}
		l, err := s.Access.Events(ctx, a, f, in.page())
		return &list[sallyport.Event]{Body: l}, err
	})

	handle(s, "get-checkpoint", func(ctx context.Context, a sallyport.Actor, _ *struct{}) (*one[store.Checkpoint], error) {
		cp, err := s.Access.Checkpoint(ctx, a)
		return body(cp), err
	})

	type proofInput struct {
		Event string `query:"event" required:"true" maxLength:"64" doc:"Id of the event"`
	}
	handle(s, "get-proof", func(ctx context.Context, a sallyport.Actor, in *proofInput) (*one[store.Proof], error) {
		p, err := s.Access.Proof(ctx, a, in.Event)
		return body(p), err
	})

	handle(s, "export-audit", func(ctx context.Context, a sallyport.Actor, _ *struct{}) (*huma.StreamResponse, error) {
		return s.file("sallyport-audit.jsonl", "jsonl", func(ctx context.Context, w io.Writer) error { return s.Access.ExportAudit(ctx, a, w) }), nil
	})
}

// started knows whether anything was written.
type started struct {
	http.ResponseWriter
	yes bool
}

func (w *started) Write(b []byte) (int, error) {
	w.yes = true
	return w.ResponseWriter.Write(b)
}
