package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// ExpiringFilter says which grants that come to an end are meant: in a list as parameters, in a batch as a field.
type ExpiringFilter struct {
	Scope    string    `query:"scope" json:"scope,omitempty" enum:"mine,owned,all" doc:"Default mine: the caller's grants, and those of roles that they are in; owned: of what they own, and of their roles; all: whatever they may see"`
	Q        string    `query:"q" json:"q,omitempty" maxLength:"200" doc:"In the names of subject and resource"`
	App      string    `query:"app" json:"app,omitempty" maxLength:"256" doc:"An app and what it contains"`
	Role     string    `query:"role" json:"role,omitempty" maxLength:"256" doc:"What a role holds, and who is in it"`
	Resource string    `query:"resource" json:"resource,omitempty" maxLength:"256"`
	Person   string    `query:"person" json:"person,omitempty" maxLength:"256" doc:"A person's grants, and those of roles that they are in"`
	Manager  string    `query:"manager" json:"manager,omitempty" maxLength:"256" doc:"Of people who report to this one"`
	Via      string    `query:"via" json:"via,omitempty" enum:"direct,role" doc:"direct: people's own; role: what roles hold, and memberships of roles"`
	Relation string    `query:"relation" json:"relation,omitempty" enum:"member,owner"`
	From     time.Time `query:"from" json:"from,omitzero" doc:"Ending from then on"`
	To       time.Time `query:"to" json:"to,omitzero" doc:"Ending before"`
	Reviewed string    `query:"reviewed" json:"reviewed,omitempty" enum:"true,false" doc:"Whether it is marked: not to be renewed"`
}

// UnmarshalJSON refuses the zero time, which is as if none were given: a batch until then would be of everything.
func (f *ExpiringFilter) UnmarshalJSON(b []byte) error {
	type fields ExpiringFilter
	in := struct {
		*fields
		From *time.Time `json:"from"`
		To   *time.Time `json:"to"`
	}{fields: (*fields)(f)}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	for _, m := range []struct {
		name  string
		given *time.Time
		to    *time.Time
	}{{"from", in.From, &f.From}, {"to", in.To, &f.To}} {
		if m.given == nil {
			continue
		}
		if m.given.IsZero() {
			return errors.New("filter." + m.name + " " + zeroTime) // under body; huma tells no place inside
		}
		*m.to = *m.given
	}
	return nil
}

// store names what the filter names by ids, as far as the caller may see it.
func (f ExpiringFilter) store(ctx context.Context, tx *store.Tx, a sallyport.Actor) (store.ExpiringFilter, error) {
	out := store.ExpiringFilter{Q: f.Q, Via: f.Via, Relation: sallyport.Relation(f.Relation), Reviewed: choice(f.Reviewed)}
	var err error
	resource := func(ref string) (id string) {
		if err == nil {
			id, err = resourceID(ctx, tx, a, ref)
		}
		return id
	}
	person := func(ref string) (id string) {
		if err == nil {
			id, err = userID(ctx, tx, a, ref)
		}
		return id
	}
	out.AppID, out.RoleID, out.ResourceID = resource(f.App), resource(f.Role), resource(f.Resource)
	out.PersonID, out.ManagerID = person(f.Person), person(f.Manager)
	if !f.From.IsZero() {
		out.From = &f.From
	}
	if !f.To.IsZero() {
		out.To = &f.To
	}
	switch f.Scope {
	case "owned":
		out.OwnedBy = a.User.ID
	case "all":
	default:
		if f.Person != "" && out.PersonID != a.User.ID && err == nil {
			err = sallyport.Invalid("person", "another person's grants are not the caller's own; use scope=owned or scope=all")
		}
		out.PersonID = a.User.ID
	}
	return out, err
}

func (s *server) registerExpiring() {
	type listInput struct {
		Paging
		ExpiringFilter
	}
	handle(s, "list-expiring", func(ctx context.Context, a sallyport.Actor, in *listInput) (*list[sallyport.Expiring], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (none store.List[sallyport.Expiring], err error) {
			f, err := in.ExpiringFilter.store(ctx, tx, a)
			if err != nil {
				return none, err
			}
			return s.Access.Expiring(ctx, tx, a, f, in.page())
		})
		return &list[sallyport.Expiring]{Body: l}, err
	})
}
