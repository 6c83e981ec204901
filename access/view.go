package access

import (
	"context"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// NewView is a view about to be saved.
type NewView struct {
	Page  string `json:"page" maxLength:"40" doc:"Which table, e.g. expiring"`
	Name  string `json:"name" maxLength:"200"`
	Query string `json:"query,omitempty" maxLength:"2000" doc:"The page's query string, without the question mark"`
}

// maxViews is how many views a person may keep.
const maxViews = 100

// SaveView saves named filters of the actor's own. EConflict when they have a view of that name on the page.
func (s *Service) SaveView(ctx context.Context, actor sallyport.Actor, n NewView) (sallyport.View, error) {
	v := sallyport.View{Page: n.Page, Name: strings.TrimSpace(n.Name), Query: strings.TrimPrefix(n.Query, "?")}
	if err := sallyport.CheckName(v.Name); err != nil {
		return v, sallyport.Invalid("name", "%s", err)
	}
	if v.Page == "" || strings.Trim(v.Page, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return v, sallyport.Invalid("page", "is no page's name; use small letters, e.g. expiring")
	}
	if err := sallyport.CheckText(v.Query, false); err != nil {
		return v, sallyport.Invalid("query", "%s", err)
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		have, err := tx.Views(ctx, actor.Tenant, actor.User.ID, "")
		if err != nil {
			return err
		}
		if len(have) >= maxViews {
			return sallyport.Errorf(sallyport.EPrecondition, "you have %d saved views, which is the most that are kept", maxViews).WithHint("Delete one that you do not use.").WithRule("views")
		}
		tx.Changed(actor.Tenant, "views:"+actor.User.ID)
		return tx.InsertView(ctx, actor.Tenant, actor.User.ID, &v)
	})
	return v, err
}

// DeleteView removes a view of the actor's own.
func (s *Service) DeleteView(ctx context.Context, actor sallyport.Actor, id string) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		tx.Changed(actor.Tenant, "views:"+actor.User.ID)
		return tx.DeleteView(ctx, actor.Tenant, actor.User.ID, id)
	})
}
