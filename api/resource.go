package api

import (
	"context"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

type resourcesInput struct {
	Paging
	Q          string `query:"q" maxLength:"200" doc:"In name, slug, app and description"`
	Kind       string `query:"kind" maxLength:"100" doc:"app, entitlement, group, role or work_order; several with commas"`
	App        string `query:"app" maxLength:"256" doc:"What is in this app"`
	Slug       string `query:"slug" maxLength:"256"`
	Owner      string `query:"owner" maxLength:"256" doc:"Whoever owns it, directly or by role; me is the caller"`
	Tag        string `query:"tag" maxLength:"256"`
	Connection string `query:"connection" maxLength:"256"`
	Managed    string `query:"managed" enum:"true,false"`
}

type holdersInput struct {
	ByID
	Paging
	Relation string    `query:"relation" enum:"member,owner"`
	At       time.Time `query:"at" doc:"The moment to look at; default now"`
	Q        string    `query:"q" maxLength:"200" doc:"In name or login"`
}

func (s *server) registerResources() {
	handle(s, "list-resources", func(ctx context.Context, a sallyport.Actor, in *resourcesInput) (*list[sallyport.Resource], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (none store.List[sallyport.Resource], err error) {
			f := store.ResourceFilter{Q: in.Q}
			for _, k := range strings.Split(in.Kind, ",") {
				switch sallyport.Kind(k) {
				case "":
				case sallyport.KindApp, sallyport.KindEntitlement, sallyport.KindGroup, sallyport.KindRole, sallyport.KindWorkOrder:
					f.Kinds = append(f.Kinds, k)
				default:
					return none, sallyport.Invalid("query.kind", "is unknown; use app, entitlement, group, role or work_order")
				}
			}
			if f.App, err = resourceID(ctx, tx, a, in.App); err != nil {
				return none, err
			}
			if f.Owner, err = userID(ctx, tx, a, in.Owner); err != nil {
				return none, err
			}
			if in.Tag != "" {
				t, err := tx.Tag(ctx, a.Tenant, in.Tag)
				if err != nil {
					return none, err
				}
				f.Tag = t.ID
			}
			if in.Connection != "" {
				c, err := tx.Connection(ctx, a.Tenant, in.Connection)
				if err != nil {
					return none, err
				}
				f.Connection = c.ID
			}
			if in.Slug != "" {
				id, err := resourceID(ctx, tx, a, in.Slug)
				if err != nil && sallyport.CodeOf(err) != sallyport.ENotFound {
					return none, err
				}
				f.IDs = []string{id}
			}
			f.Managed = choice(in.Managed)
			return tx.Resources(ctx, a.Tenant, access.Viewer(a), f, in.page())
		})
		return &list[sallyport.Resource]{Body: l}, err
	})

	handle(s, "get-resource", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Resource], error) {
		r, err := s.Catalog.Resource(ctx, a, in.ID)
		return versioned(r, r.Version), err
	})

	type createInput struct{ Body sallyport.NewResource }
	handle(s, "create-resource", func(ctx context.Context, a sallyport.Actor, in *createInput) (*one[sallyport.Resource], error) {
		titled(in.Body.Form)
		r, err := s.Catalog.CreateResource(ctx, a, in.Body)
		return versioned(r, r.Version), err
	})

	type updateInput struct {
		ByID
		IfMatch string `header:"If-Match" doc:"The ETag that was read; when it has changed since, nothing happens (409)"`
		Body    sallyport.ResourcePatch
	}
	handle(s, "update-resource", func(ctx context.Context, a sallyport.Actor, in *updateInput) (*one[sallyport.Resource], error) {
		version, err := ifMatch(in.IfMatch)
		if err != nil {
			return nil, err
		}
		titled(in.Body.Form)
		r, err := s.Catalog.UpdateResource(ctx, a, in.ID, in.Body, version)
		return versioned(r, r.Version), err
	})

	type deleteInput struct {
		ByID
		IfMatch string `header:"If-Match"`
		Reason  string `query:"reason" maxLength:"2000" doc:"Why; kept in the audit log, and those whose access ends by it read it"`
	}
	handle(s, "delete-resource", func(ctx context.Context, a sallyport.Actor, in *deleteInput) (*nothing, error) {
		version, err := ifMatch(in.IfMatch)
		if err != nil {
			return nil, err
		}
		return &nothing{}, s.Catalog.DeleteResource(ctx, a, in.ID, version, in.Reason)
	})

	handle(s, "list-holders", func(ctx context.Context, a sallyport.Actor, in *holdersInput) (*list[sallyport.Access], error) {
		h := store.HolderPage{Relation: sallyport.Relation(in.Relation), Q: in.Q, Limit: in.Limit, Total: in.Total}
		if err := checkSlice(in.Paging); err != nil {
			return nil, err
		}
		if in.Cursor != "" {
			after, err := openCursor(in.Cursor)
			if err != nil || len(after) != 3 {
				return nil, badCursor(err)
			}
			h.After = store.HolderKey{Name: after[0], UserID: after[1], Relation: sallyport.Relation(after[2])}
		}
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (l store.List[sallyport.Access], err error) {
			r, err := tx.ResourceEver(ctx, a.Tenant, in.ID, access.Viewer(a))
			if err != nil {
				return l, err
			}
			h.At = moment(in.At, tx)
			var more *store.HolderKey
			if l.Items, more, l.Total, err = tx.HoldersPage(ctx, a.Tenant, r.ID, h, access.Viewer(a)); l.Items == nil {
				l.Items = []sallyport.Access{}
			}
			if more != nil {
				l.NextCursor = sealCursor([]string{more.Name, more.UserID, string(more.Relation)})
			}
			return l, err
		})
		return &list[sallyport.Access]{Body: l}, err
	})

	handle(s, "get-resource-history", func(ctx context.Context, a sallyport.Actor, in *historyInput) (*list[sallyport.Event], error) {
		l, err := s.Access.ResourceHistory(ctx, a, in.ID, in.filter(store.EventFilter{}), in.page())
		return &list[sallyport.Event]{Body: l}, err
	})

	type constraintsInput struct {
		ByID
		Beneficiary string `query:"beneficiary" maxLength:"256" doc:"For whom; default the caller"`
	}
	handle(s, "get-constraints", func(ctx context.Context, a sallyport.Actor, in *constraintsInput) (*one[Limits], error) {
		out, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (out Limits, err error) {
			r, err := tx.Resource(ctx, a.Tenant, in.ID, access.Viewer(a))
			if err != nil {
				return out, err
			}
			if in.Beneficiary != "" {
				who, err := s.Access.SubjectTx(ctx, tx, a, in.Beneficiary)
				if err != nil {
					return out, err
				}
				out.Beneficiary = &who
			}
			out.Resource, out.Durations = r.Ref(), r.Durations
			out.Constraints, out.Limits, err = s.Access.LimitsTx(ctx, tx, a.Tenant, r, access.Viewer(a))
			return out, err
		})
		return body(out), err
	})
}

// Limits are what applies to a resource, and where each comes from.
type Limits struct {
	Resource    sallyport.ResourceRef `json:"resource"`
	Beneficiary *sallyport.Subject    `json:"beneficiary,omitempty"`
	Durations   sallyport.Durations   `json:"durations"`
	Constraints sallyport.Constraints `json:"constraints" doc:"All together, the strictest of each"`
	Limits      []sallyport.Limit     `json:"limits"`
}

// choice reads a filter that is yes, no or absent.
func choice(text string) *bool {
	if text == "" {
		return nil
	}
	return ptr(text == "true")
}

// titled gives the fields of a form that have no title their name.
func titled(f *sallyport.Form) {
	if f == nil {
		return
	}
	for i := range f.Fields {
		if f.Fields[i].Title == "" {
			name := strings.ReplaceAll(f.Fields[i].Name, "_", " ")
			if name != "" {
				name = strings.ToUpper(name[:1]) + name[1:]
			}
			f.Fields[i].Title = name
		}
	}
}
