package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// NewTag is a tag as submitted.
type NewTag struct {
	Name        string                `json:"name"`
	Description string                `json:"description,omitempty"`
	Enabled     *bool                 `json:"enabled,omitempty" doc:"Default true"`
	Constraints sallyport.Constraints `json:"constraints,omitempty"`
	Accept      bool                  `json:"accept,omitempty" doc:"Also when it cuts many grants; by an admin who saw how many"`
}

// TagPatch changes the fields that are set.
type TagPatch struct {
	Name        *string                `json:"name,omitempty"`
	Description *string                `json:"description,omitempty"`
	Enabled     *bool                  `json:"enabled,omitempty"`
	Constraints *sallyport.Constraints `json:"constraints,omitempty" doc:"Replaces all of them"`
	Accept      bool                   `json:"accept,omitempty" doc:"Also when it cuts many grants; by an admin who saw how many"`
}

func (s *server) registerTags() {
	type listInput struct {
		Paging
		Q string `query:"q" maxLength:"200"`
	}
	handle(s, "list-tags", func(ctx context.Context, a sallyport.Actor, in *listInput) (*list[sallyport.Tag], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[sallyport.Tag], error) {
			return tx.Tags(ctx, a.Tenant, in.Q, in.page())
		})
		return &list[sallyport.Tag]{Body: l}, err
	})
	handle(s, "list-constraints", func(context.Context, sallyport.Actor, *struct{}) (*list[sallyport.Constraint], error) {
		return whole(sallyport.ConstraintKeys()), nil
	})
	find := func(ctx context.Context, a sallyport.Actor, ref string) (sallyport.Tag, error) {
		return view(ctx, s, func(ctx context.Context, tx *store.Tx) (sallyport.Tag, error) { return tx.Tag(ctx, a.Tenant, ref) })
	}
	handle(s, "get-tag", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Tag], error) {
		t, err := find(ctx, a, in.ID)
		return body(t), err
	})

	type createInput struct{ Body NewTag }
	handle(s, "create-tag", func(ctx context.Context, a sallyport.Actor, in *createInput) (*one[sallyport.Tag], error) {
		t := sallyport.Tag{Name: in.Body.Name, Description: in.Body.Description, Constraints: in.Body.Constraints, Enabled: in.Body.Enabled == nil || *in.Body.Enabled}
		t, err := s.Catalog.SaveTag(ctx, a, "", t, in.Body.Accept)
		return body(t), err
	})

	type updateInput struct {
		ByID
		Body TagPatch
	}
	handle(s, "update-tag", func(ctx context.Context, a sallyport.Actor, in *updateInput) (*one[sallyport.Tag], error) {
		t, err := find(ctx, a, in.ID)
		if err != nil {
			return nil, err
		}
		ref := t.ID
		set(&t.Name, in.Body.Name)
		set(&t.Description, in.Body.Description)
		set(&t.Enabled, in.Body.Enabled)
		set(&t.Constraints, in.Body.Constraints)
		t, err = s.Catalog.SaveTag(ctx, a, ref, t, in.Body.Accept)
		return body(t), err
	})
	handle(s, "delete-tag", func(ctx context.Context, a sallyport.Actor, in *removeInput) (*nothing, error) {
		return &nothing{}, s.Catalog.DeleteTag(ctx, a, in.ID, in.Reason)
	})

	type attachInput struct {
		ByID
		Tag  string `path:"tag" maxLength:"256" doc:"Id or name"`
		Body struct {
			Accept bool `json:"accept,omitempty" doc:"Also when it cuts many grants; by an admin who saw how many"`
		}
	}
	handle(s, "attach-tag", func(ctx context.Context, a sallyport.Actor, in *attachInput) (*one[sallyport.Resource], error) {
		if err := s.Catalog.AttachTag(ctx, a, in.ID, in.Tag, in.Body.Accept); err != nil {
			return nil, err
		}
		r, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (sallyport.Resource, error) {
			return tx.Resource(ctx, a.Tenant, in.ID, access.Viewer(a))
		})
		return versioned(r, r.Version), err
	})
	type detachInput struct {
		ByID
		Tag string `path:"tag" maxLength:"256" doc:"Id or name"`
	}
	handle(s, "detach-tag", func(ctx context.Context, a sallyport.Actor, in *detachInput) (*nothing, error) {
		return &nothing{}, s.Catalog.DetachTag(ctx, a, in.ID, in.Tag)
	})
}

// set takes over a field of a patch that is there.
func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
