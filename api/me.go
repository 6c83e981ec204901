package api

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// Me is who calls.
type Me struct {
	User        sallyport.User `json:"user"`
	Permissions Permissions    `json:"permissions"`
	Counts      Counts         `json:"counts"`
	Scopes      []string       `json:"scopes,omitempty" doc:"What the caller's token may do; absent: a session, which may do all that the person may"`
	Demo        bool           `json:"demo"`
	Version     string         `json:"version"`
}

// Permissions are what the built-in roles allow.
type Permissions struct {
	Admin            bool `json:"admin"`
	Auditor          bool `json:"auditor"`
	CatalogueManager bool `json:"catalogue_manager"`
}

// Counts are for the home page.
type Counts struct {
	Approvals int `json:"approvals" doc:"Requests that wait for the caller's vote"`
	Tasks     int `json:"tasks" doc:"Open tasks of the caller and of their groups"`
	Ending    int `json:"ending" doc:"Grants of the caller that end within 14 days"`
	Inbox     int `json:"inbox" doc:"Messages that were not read"`
}

// endingSoon is how far the home page looks ahead.
const endingSoon = 14 * 24 * time.Hour

func (s *server) registerMe() {
	handle(s, "get-me", func(ctx context.Context, a sallyport.Actor, _ *struct{}) (*one[Me], error) {
		me, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (me Me, err error) {
			me = Me{Permissions: Permissions{Admin: a.Admin, Auditor: a.Auditor, CatalogueManager: a.CatalogueManager},
				Scopes: a.Scopes, Demo: s.Demo, Version: s.Version}
			if me.User, err = tx.User(ctx, a.Tenant, a.User.ID); err != nil {
				return me, err
			}
			if me.Counts.Approvals, err = tx.CountWaiting(ctx, a.Tenant, a.User.ID, access.Viewer(a)); err != nil {
				return me, err
			}
			if me.Counts.Tasks, err = tx.CountTasks(ctx, a.Tenant, a.User.ID); err != nil {
				return me, err
			}
			soon := tx.Now().Add(endingSoon)
			ending, err := tx.Grants(ctx, a.Tenant, access.Everything, store.GrantFilter{SubjectKind: sallyport.SubjectUser, SubjectID: a.User.ID,
				ExpiringBefore: &soon}, store.Page{Limit: 1, Total: true})
			if err != nil {
				return me, err
			}
			me.Counts.Ending = *ending.Total
			me.Counts.Inbox, err = tx.UnreadMessages(ctx, a.Tenant, a.User.ID)
			return me, err
		})
		return body(me), err
	})

	type searchInput struct {
		Q     string `query:"q" maxLength:"200" doc:"A few letters of a name, login, slug or title"`
		Limit int    `query:"limit" minimum:"1" maximum:"20" default:"6" doc:"How many of each"`
	}
	handle(s, "search", func(ctx context.Context, a sallyport.Actor, in *searchInput) (*one[Found], error) {
		found, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (f Found, err error) {
			p := store.Page{Limit: in.Limit}
			users, err := tx.Users(ctx, a.Tenant, store.UserFilter{Q: in.Q}, p)
			if err != nil {
				return f, err
			}
			resources, err := tx.Resources(ctx, a.Tenant, access.Viewer(a), store.ResourceFilter{Q: in.Q}, p)
			if err != nil {
				return f, err
			}
			f.Users, f.Resources = users.Items, resources.Items
			return f, nil
		})
		if err != nil {
			return nil, err
		}
		requests, err := s.Access.Requests(ctx, a, store.RequestFilter{Q: in.Q}, store.Page{Limit: in.Limit})
		found.Requests = requests.Items
		return body(found), err
	})
}

// Found is what the palette shows.
type Found struct {
	Users     []sallyport.User     `json:"users"`
	Resources []sallyport.Resource `json:"resources"`
	Requests  []sallyport.Request  `json:"requests"`
}
