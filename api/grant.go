package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

type grantsInput struct {
	Paging
	Q              string    `query:"q" maxLength:"200" doc:"In the names of subject and resource"`
	Subject        string    `query:"subject" maxLength:"256" doc:"user:LOGIN or role:SLUG; a bare value is a user; me is the caller"`
	Resource       string    `query:"resource" maxLength:"256"`
	App            string    `query:"app" maxLength:"256" doc:"An app and all that it contains"`
	Relation       string    `query:"relation" enum:"member,owner"`
	Origin         string    `query:"origin" enum:"given,import,policy,break_glass"`
	Active         string    `query:"active" enum:"true,false" doc:"true: living now; false: over"`
	ExpiringBefore time.Time `query:"expiring_before" doc:"Living, and ending before"`
	At             time.Time `query:"at" doc:"Giving its access at that moment; what the rows say of themselves is of now"`
	State          string    `query:"state" enum:"failing,revoking"`
	OwnedBy        string    `query:"owned_by" maxLength:"256" doc:"Of resources that this user owns; me is the caller"`
	Request        string    `query:"request" maxLength:"256"`
}

// Bulk is a call on many grants.
type Bulk struct {
	IDs    []string `json:"ids" minItems:"1" maxItems:"500"`
	Atomic bool     `json:"atomic,omitempty" doc:"All or nothing; default each for itself"`
	Reason string   `json:"reason,omitempty" maxLength:"2000"`
}

// BulkExtend is Bulk with how long; one of duration, until and no_end.
type BulkExtend struct {
	Bulk
	Duration *sallyport.Duration `json:"duration,omitempty" doc:"From now, e.g. P30D"`
	Until    *time.Time          `json:"until,omitempty"`
	NoEnd    bool                `json:"no_end,omitempty"`
}

// Results are the outcomes of a bulk call, in the order of the ids.
type Results struct {
	Items []sallyport.ResultItem `json:"items"`
}

func (s *server) registerGrants() {
	handle(s, "list-grants", func(ctx context.Context, a sallyport.Actor, in *grantsInput) (*list[sallyport.Grant], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (none store.List[sallyport.Grant], err error) {
			f := store.GrantFilter{Q: in.Q, Relation: sallyport.Relation(in.Relation), Origin: in.Origin, State: in.State, RequestID: in.Request, Active: choice(in.Active)}
			if in.Subject != "" {
				f.SubjectKind = sallyport.SubjectUser
				ref, role := strings.CutPrefix(in.Subject, "role:")
				if role {
					f.SubjectKind = sallyport.SubjectRole
					f.SubjectID, err = resourceID(ctx, tx, a, ref)
				} else {
					f.SubjectID, err = userID(ctx, tx, a, strings.TrimPrefix(ref, "user:"))
				}
				if err != nil {
					return none, err
				}
				if f.SubjectID == "" {
					return none, sallyport.Invalid("query.subject", "names nobody; write user:LOGIN or role:SLUG")
				}
			}
			if f.ResourceID, err = resourceID(ctx, tx, a, in.Resource); err != nil {
				return none, err
			}
			if f.AppID, err = resourceID(ctx, tx, a, in.App); err != nil {
				return none, err
			}
			if f.OwnedBy, err = userID(ctx, tx, a, in.OwnedBy); err != nil {
				return none, err
			}
			if !in.ExpiringBefore.IsZero() {
				f.ExpiringBefore = &in.ExpiringBefore
			}
			if !in.At.IsZero() {
				f.At = &in.At
			}
			l, err := tx.Grants(ctx, a.Tenant, access.Viewer(a), f, in.page())
			if err != nil {
				return none, err
			}
			return l, s.Access.MarkGrants(ctx, tx, a, l.Items)
		})
		return &list[sallyport.Grant]{Body: l}, err
	})

	handle(s, "get-grant", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Grant], error) {
		g, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (sallyport.Grant, error) {
			g, err := tx.Grant(ctx, a.Tenant, in.ID, access.Viewer(a))
			if err != nil {
				return g, err
			}
			marked := []sallyport.Grant{g}
			err = s.Access.MarkGrants(ctx, tx, a, marked)
			return marked[0], err
		})
		return body(g), err
	})

	type giveInput struct{ Body sallyport.Give }
	handle(s, "give", func(ctx context.Context, a sallyport.Actor, in *giveInput) (*one[sallyport.Grant], error) {
		g, err := s.Access.Give(ctx, a, in.Body)
		return body(g), err
	})
	handle(s, "end-grant", func(ctx context.Context, a sallyport.Actor, in *withReason) (*one[sallyport.Grant], error) {
		g, err := s.Access.End(ctx, a, in.ID, in.Body.Reason)
		return body(g), err
	})

	type endInput struct{ Body Bulk }
	handle(s, "end-grants", func(ctx context.Context, a sallyport.Actor, in *endInput) (*one[Results], error) {
		out, err := s.Access.BulkEnd(ctx, a, in.Body.IDs, in.Body.Reason, in.Body.Atomic)
		return body(results(ctx, out)), err
	})
	type extendInput struct{ Body BulkExtend }
	handle(s, "extend-grants", func(ctx context.Context, a sallyport.Actor, in *extendInput) (*one[Results], error) {
		b := in.Body
		out, err := s.Access.BulkExtend(ctx, a, b.IDs, access.Extension{Duration: b.Duration, Until: b.Until, NoEnd: b.NoEnd, Reason: b.Reason}, b.Atomic)
		return body(results(ctx, out)), err
	})
}

// results words outcomes as the single calls would.
func results(ctx context.Context, list []access.Outcome) Results {
	out := Results{Items: make([]sallyport.ResultItem, len(list))}
	for i, o := range list {
		it := sallyport.ResultItem{ID: o.ID, Status: http.StatusOK, Grant: o.Grant}
		if o.Err != nil {
			it.Status, it.Detail = refusalWords(ctx, o.Err)
		}
		out.Items[i] = it
	}
	return out
}

// refusalWords says of one of many what a single call would answer.
func refusalWords(ctx context.Context, err error) (status int, detail string) {
	p := problem(ctx, err)
	status, detail = p.Status, p.Detail
	var e *sallyport.Error
	if errors.As(err, &e) && e.Hint != "" {
		detail += ". " + e.Hint
	}
	return status, detail
}
