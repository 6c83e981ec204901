package api

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// HistoryFields narrow a history; several must all fit.
type HistoryFields struct {
	Person     string    `query:"person" maxLength:"256" doc:"Who had it; a user"`
	Resource   string    `query:"resource" maxLength:"256"`
	Role       string    `query:"role" maxLength:"256" doc:"Its members and owners, what it held, and what members had by it"`
	App        string    `query:"app" maxLength:"256" doc:"An app and all that it contains"`
	Actor      string    `query:"actor" maxLength:"256" doc:"Who gave, ended, asked for or decided it; a user"`
	Department string    `query:"department" maxLength:"256" doc:"Of the person, as of today"`
	Relation   string    `query:"relation" enum:"member,owner"`
	Via        string    `query:"via" enum:"direct,role,any" doc:"Default any; of the history of the whole company direct: what people had by role is found by person, resource, role or app"`
	State      string    `query:"state" enum:"active,ended,coming,lost" doc:"active: holds now; ended: over, also what is still being removed; coming: neither; lost: what a person had and has no longer by any way, each thing once, with when and why it went"`
	At         time.Time `query:"at" doc:"Held at that moment: the report of who had what then"`
	Since      time.Time `query:"since" doc:"Not over before"`
	Until      time.Time `query:"until" doc:"Begun before; not included"`
	Q          string    `query:"q" maxLength:"200" doc:"Words that are all found, anywhere in names, reasons and comments"`
}

func (f HistoryFields) filter() store.IntervalFilter {
	some := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	out := store.IntervalFilter{UserID: f.Person, ResourceID: f.Resource, RoleID: f.Role, AppID: f.App, ActorID: f.Actor, Department: f.Department,
		Relation: sallyport.Relation(f.Relation), Via: f.Via, State: f.State, At: some(f.At), Since: some(f.Since), Until: some(f.Until), Q: f.Q, People: !f.At.IsZero()}
	switch {
	case f.Via == "any":
		out.Via = ""
	case f.Via == "" && !out.Scoped() && out.At == nil:
		out.Via = "direct"
	}
	return out
}

type intervalsInput struct {
	Paging
	HistoryFields
}

// ExportFields say how a file is written.
type ExportFields struct {
	Format  string `query:"format" enum:"csv,json" default:"csv"`
	Columns string `query:"columns" maxLength:"1000" doc:"Names of columns with commas between, in the order wanted; default all. With columns, JSON has objects of those alone"`
	Sort    string `query:"sort" maxLength:"64" doc:"A field; with - before it the other way round"`
}

func (e ExportFields) columns() []string {
	return strings.FieldsFunc(e.Columns, func(r rune) bool { return r == ',' || r == ' ' })
}

type PeriodFields struct {
	From time.Time `query:"from" required:"true" doc:"The first moment of the period"`
	To   time.Time `query:"to" required:"true" doc:"The moment after the period"`
}

func (p PeriodFields) period() access.Period { return access.Period{From: p.From, To: p.To} }

func (s *server) registerReports() {
	type history struct{ Body store.IntervalPage }
	handle(s, "list-history", func(ctx context.Context, a sallyport.Actor, in *intervalsInput) (*history, error) {
		l, err := s.Access.History(ctx, a, in.filter(), in.page())
		return &history{l}, err
	})

	type exportHistory struct {
		HistoryFields
		ExportFields
	}
	handle(s, "export-history", func(ctx context.Context, a sallyport.Actor, in *exportHistory) (*huma.StreamResponse, error) {
		return s.file("sallyport-history."+in.Format, in.Format, func(ctx context.Context, w io.Writer) error {
			return s.Access.ExportHistory(ctx, a, in.filter(), in.Sort, in.Format, in.columns(), w)
		}), nil
	})

	type exportEvents struct {
		EventFields
		ExportFields
		Actor    string `query:"actor" maxLength:"256" doc:"Who acted; a user"`
		Object   string `query:"object" maxLength:"256" doc:"Id of what it happened to"`
		User     string `query:"user" maxLength:"256" doc:"About this person"`
		Resource string `query:"resource" maxLength:"256" doc:"About this resource"`
		App      string `query:"app" maxLength:"256" doc:"About this app, or anything that it contains"`
		Request  string `query:"request" maxLength:"256" doc:"About this request"`
		Ref      string `query:"ref" maxLength:"256" doc:"About whatever has this id"`
	}
	handle(s, "export-events", func(ctx context.Context, a sallyport.Actor, in *exportEvents) (*huma.StreamResponse, error) {
		f := in.filter(store.EventFilter{Actor: in.Actor, Object: in.Object, UserID: in.User, ResourceID: in.Resource, AppID: in.App, RequestID: in.Request})
		if in.Ref != "" {
			f.Refs = []string{in.Ref}
		}
		return s.file("sallyport-events."+in.Format, in.Format, func(ctx context.Context, w io.Writer) error {
			return s.Access.ExportEvents(ctx, a, f, in.Sort, in.Format, in.columns(), w)
		}), nil
	})

	handle(s, "get-evidence", func(ctx context.Context, a sallyport.Actor, in *PeriodFields) (*one[access.Evidence], error) {
		e, err := s.Access.Evidence(ctx, a, in.period())
		return body(e), err
	})
	type rowsInput struct {
		PeriodFields
		Figure string `query:"figure" required:"true" maxLength:"64" doc:"Whose rows"`
		Limit  int    `query:"limit" default:"100" doc:"How many rows, 1 to 200"`
		Cursor string `query:"cursor" maxLength:"4096" doc:"next_cursor of the page before"`
	}
	handle(s, "list-evidence", func(ctx context.Context, a sallyport.Actor, in *rowsInput) (*one[access.EvidenceRows], error) {
		rows, err := s.Access.EvidenceRows(ctx, a, in.period(), in.Figure, Paging{Limit: in.Limit, Cursor: in.Cursor}.page())
		return body(rows), err
	})
	handle(s, "export-evidence", func(ctx context.Context, a sallyport.Actor, in *PeriodFields) (*huma.StreamResponse, error) {
		name := "sallyport-evidence-" + in.From.UTC().Format(time.DateOnly) + "-" + in.To.UTC().Format(time.DateOnly) + ".zip"
		return s.file(name, "zip", func(ctx context.Context, w io.Writer) error {
			return s.Access.EvidencePack(ctx, a, in.period(), w)
		}), nil
	})
}

// contentTypes of the files that exports are.
var contentTypes = map[string]string{"csv": "text/csv; charset=utf-8; header=present", "json": "application/json", "jsonl": "application/jsonl",
	"zip": "application/zip"}

// file answers with a file that is written as it is sent. What fails before the first byte is an ordinary refusal; what
// fails later breaks the connection, so that nobody takes half a file for a whole one.
func (s *server) file(name, format string, write func(ctx context.Context, w io.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", contentTypes[format])
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		out := &started{ResponseWriter: w}
		err := write(hc.Context(), out)
		if err == nil {
			return
		}
		if out.yes {
			s.Log.Error("an export broke off", "request_id", call(hc.Context()).id, "error", err)
			panic(http.ErrAbortHandler)
		}
		h.Del("Content-Disposition")
		Fail(w, (&http.Request{Method: http.MethodGet}).WithContext(hc.Context()), err)
	}}
}
