package api

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

type usersInput struct {
	Paging
	Q          string `query:"q" maxLength:"200" doc:"In name, login, e-mail, title or department"`
	State      string `query:"state" enum:"active,suspended,gone,all" doc:"Default active"`
	Manager    string `query:"manager" maxLength:"256"`
	Department string `query:"department" maxLength:"256"`
	Kind       string `query:"kind" enum:"person,service,agent"`
	Login      string `query:"login" maxLength:"256"`
	Email      string `query:"email" maxLength:"256"`
}

type accessInput struct {
	ByID
	Paging
	At       time.Time `query:"at" doc:"The moment to look at; default now"`
	Resource string    `query:"resource" maxLength:"256"`
	Relation string    `query:"relation" enum:"member,owner"`
	Q        string    `query:"q" maxLength:"200" doc:"In the resource's name, slug or app"`
}

// Comparison is what two people have.
type Comparison struct {
	User      sallyport.UserRef  `json:"user"`
	Other     sallyport.UserRef  `json:"other"`
	Both      []sallyport.Access `json:"both" doc:"What both have, as the first person has it"`
	OnlyUser  []sallyport.Access `json:"only_user"`
	OnlyOther []sallyport.Access `json:"only_other"`
}

func (s *server) registerUsers() {
	handle(s, "list-users", func(ctx context.Context, a sallyport.Actor, in *usersInput) (*list[sallyport.User], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[sallyport.User], error) {
			f := store.UserFilter{Q: in.Q, State: in.State, Department: in.Department, Kind: in.Kind}
			var err error
			if f.Manager, err = userID(ctx, tx, a, in.Manager); err != nil {
				return store.List[sallyport.User]{}, err
			}
			for _, ref := range []string{in.Login, in.Email} {
				if ref == "" {
					continue
				}
				u, err := tx.User(ctx, a.Tenant, ref)
				if err != nil && sallyport.CodeOf(err) != sallyport.ENotFound {
					return store.List[sallyport.User]{}, err
				}
				f.IDs = []string{u.ID}
			}
			return tx.Users(ctx, a.Tenant, f, in.page())
		})
		return &list[sallyport.User]{Body: l}, err
	})

	handle(s, "list-departments", func(ctx context.Context, a sallyport.Actor, _ *struct{}) (*list[string], error) {
		names, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) ([]string, error) { return tx.Departments(ctx, a.Tenant) })
		return &list[string]{Body: store.List[string]{Items: names}}, err
	})

	handle(s, "get-user", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.User], error) {
		u, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (sallyport.User, error) { return user(ctx, tx, a, in.ID) })
		return body(u), err
	})

	handle(s, "get-user-access", func(ctx context.Context, a sallyport.Actor, in *accessInput) (*list[sallyport.Access], error) {
		p := store.AccessPage{Relation: sallyport.Relation(in.Relation), Q: in.Q, Limit: in.Limit, Total: in.Total}
		if err := checkSlice(in.Paging); err != nil {
			return nil, err
		}
		if in.Cursor != "" {
			after, err := openCursor(in.Cursor)
			if err != nil || len(after) != 3 {
				return nil, badCursor(err)
			}
			p.After = store.AccessKey{Name: after[0], ResourceID: after[1], Relation: sallyport.Relation(after[2])}
		}
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (l store.List[sallyport.Access], err error) {
			u, err := user(ctx, tx, a, in.ID)
			if err != nil {
				return l, err
			}
			if p.ResourceID, err = resourceID(ctx, tx, a, in.Resource); err != nil {
				return l, err
			}
			p.At = moment(in.At, tx)
			var more *store.AccessKey
			if l.Items, more, l.Total, err = tx.UserAccessPage(ctx, a.Tenant, u.ID, p, access.Viewer(a)); l.Items == nil {
				l.Items = []sallyport.Access{}
			}
			if more != nil {
				l.NextCursor = sealCursor([]string{more.Name, more.ResourceID, string(more.Relation)})
			}
			return l, err
		})
		return &list[sallyport.Access]{Body: l}, err
	})

	handle(s, "get-user-history", func(ctx context.Context, a sallyport.Actor, in *historyInput) (*list[sallyport.Event], error) {
		l, err := s.Access.UserHistory(ctx, a, in.ID, in.filter(store.EventFilter{}), in.page())
		return &list[sallyport.Event]{Body: l}, err
	})

	type compareInput struct {
		ByID
		Other string    `path:"other" maxLength:"256" doc:"Id, login, e-mail address or me"`
		At    time.Time `query:"at" doc:"The moment to look at; default now"`
	}
	handle(s, "compare-users", func(ctx context.Context, a sallyport.Actor, in *compareInput) (*one[Comparison], error) {
		c, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (c Comparison, err error) {
			var has [2][]sallyport.Access
			for i, ref := range []string{in.ID, in.Other} {
				u, err := user(ctx, tx, a, ref)
				if err != nil {
					return c, err
				}
				*[]*sallyport.UserRef{&c.User, &c.Other}[i] = u.Ref()
				if has[i], err = tx.UserAccess(ctx, a.Tenant, u.ID, moment(in.At, tx), access.Viewer(a)); err != nil {
					return c, err
				}
			}
			c.Both, c.OnlyUser = split(has[0], has[1])
			_, c.OnlyOther = split(has[1], has[0])
			return c, nil
		})
		return body(c), err
	})

	type eraseInput struct {
		ByID
		Body struct {
			Reason string `json:"reason,omitempty" maxLength:"2000"`
			Force  bool   `json:"force,omitempty" doc:"Also somebody who has not left"`
		}
	}
	handle(s, "erase-user", func(ctx context.Context, a sallyport.Actor, in *eraseInput) (*one[sallyport.User], error) {
		// By id from here on: an erased person has another login.
		find := func(ctx context.Context, tx *store.Tx) (sallyport.User, error) { return user(ctx, tx, a, in.ID) }
		u, err := view(ctx, s, find)
		if err != nil {
			return nil, err
		}
		in.ID = u.ID
		if err := s.Access.EraseUser(ctx, a, in.ID, in.Body.Reason, in.Body.Force); err != nil {
			return nil, err
		}
		u, err = view(ctx, s, find)
		return body(u), err
	})
}

// split parts what one person has into what the other has too, and what not.
func split(mine, theirs []sallyport.Access) (both, only []sallyport.Access) {
	type key struct {
		resource string
		relation sallyport.Relation
	}
	has := map[key]bool{}
	for _, x := range theirs {
		has[key{x.Resource.ID, x.Relation}] = true
	}
	both, only = []sallyport.Access{}, []sallyport.Access{}
	for _, x := range mine {
		if has[key{x.Resource.ID, x.Relation}] {
			both = append(both, x)
		} else {
			only = append(only, x)
		}
	}
	return both, only
}

// moment is the time asked for, or now.
func moment(at time.Time, tx *store.Tx) time.Time {
	if at.IsZero() {
		return tx.Now()
	}
	return at.UTC()
}
