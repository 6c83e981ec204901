package api

import (
	"context"
	"net/http"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

type requestsInput struct {
	Paging
	Q           string `query:"q" maxLength:"200" doc:"In the names of resource, requester and beneficiary, and the reason"`
	State       string `query:"state" enum:"pending,approved,denied,cancelled,expired,superseded,failed"`
	Kind        string `query:"kind" enum:"access,extend,role_access,create,work_order"`
	Requester   string `query:"requester" maxLength:"256" doc:"User; me is the caller"`
	Beneficiary string `query:"beneficiary" maxLength:"256" doc:"user:LOGIN or role:SLUG; a bare value is a user"`
	Resource    string `query:"resource" maxLength:"256"`
	Assignee    string `query:"assignee" maxLength:"256" doc:"Who may vote now; me is the caller"`
	DecidedBy   string `query:"decided_by" maxLength:"256" doc:"Who voted on it"`
	Party       string `query:"party" maxLength:"256" doc:"Requester or beneficiary"`
	Batch       string `query:"batch" maxLength:"64"`
	Hints       bool   `query:"hints" doc:"With what helps to decide: who near them has it, what they had before"`
}

// Reason is the body of calls that take nothing but a reason.
type Reason struct {
	Reason string `json:"reason,omitempty" maxLength:"2000"`
}

type withReason struct {
	ByID
	Body Reason
}

// AskedMany is what became of several asks, in their order.
type AskedMany struct {
	BatchID string      `json:"batch_id"`
	Items   []AskedItem `json:"items"`
}

// AskedItem is the outcome of one ask.
type AskedItem struct {
	Resource string             `json:"resource" doc:"As it was asked for"`
	Status   int                `json:"status"`
	Detail   string             `json:"detail,omitempty"`
	Request  *sallyport.Request `json:"request,omitempty"`
}

func (s *server) registerRequests() {
	type askManyInput struct {
		Body struct {
			Items []sallyport.Ask `json:"items" minItems:"1" maxItems:"50"`
		}
	}
	handle(s, "ask-many", func(ctx context.Context, a sallyport.Actor, in *askManyInput) (*one[AskedMany], error) {
		batch, all, err := s.Access.AskMany(ctx, a, in.Body.Items)
		out := AskedMany{BatchID: batch, Items: make([]AskedItem, len(all))}
		for i, one := range all {
			it := AskedItem{Resource: in.Body.Items[i].Resource, Status: http.StatusCreated, Request: one.Request}
			if n := in.Body.Items[i].Create; n != nil {
				it.Resource = n.Name
			}
			if one.Err != nil {
				it.Status, it.Detail = refusalWords(ctx, one.Err)
			}
			out.Items[i] = it
		}
		return body(out), err
	})
	type askInput struct{ Body sallyport.Ask }
	handle(s, "create-request", func(ctx context.Context, a sallyport.Actor, in *askInput) (*one[sallyport.Request], error) {
		r, err := s.Access.Ask(ctx, a, in.Body)
		return versioned(r, r.Version), err
	})
	handle(s, "preview-request", func(ctx context.Context, a sallyport.Actor, in *askInput) (*one[sallyport.Preview], error) {
		p, err := s.Access.Preview(ctx, a, in.Body)
		return body(p), err
	})

	handle(s, "list-requests", func(ctx context.Context, a sallyport.Actor, in *requestsInput) (*list[sallyport.Request], error) {
		f, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (f store.RequestFilter, err error) {
			f = store.RequestFilter{Q: in.Q, State: in.State, Kind: in.Kind, BatchID: in.Batch, Hints: in.Hints}
			for _, u := range []struct {
				ref string
				id  *string
			}{{in.Requester, &f.RequesterID}, {in.Assignee, &f.Assignee}, {in.DecidedBy, &f.DecidedBy}, {in.Party, &f.PartyID}} {
				if *u.id, err = userID(ctx, tx, a, u.ref); err != nil {
					return f, err
				}
			}
			if in.Beneficiary != "" {
				who, err := s.Access.SubjectTx(ctx, tx, a, in.Beneficiary)
				if err != nil {
					return f, err
				}
				f.SubjectKind, f.SubjectID = who.Kind, who.ID
			}
			f.ResourceID, err = resourceID(ctx, tx, a, in.Resource)
			return f, err
		})
		if err != nil {
			return nil, err
		}
		l, err := s.Access.Requests(ctx, a, f, in.page())
		return &list[sallyport.Request]{Body: l}, err
	})

	handle(s, "get-request", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Request], error) {
		r, err := s.Access.Request(ctx, a, in.ID)
		return versioned(r, r.Version), err
	})
	handle(s, "get-insight", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Insight], error) {
		i, err := s.Access.Insight(ctx, a, in.ID)
		return body(i), err
	})

	type voteInput struct {
		ByID
		IfMatch string `header:"If-Match" doc:"The ETag of the request that was shown; the same as version"`
		Body    sallyport.Ballot
	}
	handle(s, "vote", func(ctx context.Context, a sallyport.Actor, in *voteInput) (*one[sallyport.Request], error) {
		version, err := ifMatch(in.IfMatch)
		if err != nil {
			return nil, err
		}
		if in.Body.Version == 0 {
			in.Body.Version = version
		}
		r, err := s.Access.Vote(ctx, a, in.ID, in.Body)
		return versioned(r, r.Version), err
	})
	handle(s, "cancel-request", func(ctx context.Context, a sallyport.Actor, in *withReason) (*one[sallyport.Request], error) {
		r, err := s.Access.Cancel(ctx, a, in.ID, in.Body.Reason)
		return versioned(r, r.Version), err
	})
	handle(s, "remind", func(ctx context.Context, a sallyport.Actor, in *ByID) (*nothing, error) {
		return &nothing{}, s.Access.Remind(ctx, a, in.ID)
	})

	type approversInput struct {
		ByID
		Body struct {
			Approvers []string `json:"approvers" maxItems:"50" doc:"Approver expressions, e.g. user:LOGIN, group:SLUG, admins"`
			Reason    string   `json:"reason" maxLength:"2000"`
		}
	}
	handle(s, "replace-approvers", func(ctx context.Context, a sallyport.Actor, in *approversInput) (*one[sallyport.Request], error) {
		r, err := s.Access.ReplaceApprovers(ctx, a, in.ID, in.Body.Approvers, in.Body.Reason)
		return versioned(r, r.Version), err
	})
}
