package client

import (
	"context"
	"net/http"

	"github.com/sallyport/sallyport"
)

// TagChange is a tag as it is to be; nil fields of a tag that exists stay as they are.
type TagChange struct {
	Name        *string                `json:"name,omitempty"`
	Description *string                `json:"description,omitempty"`
	Enabled     *bool                  `json:"enabled,omitempty"`
	Constraints *sallyport.Constraints `json:"constraints,omitempty"`
	Accept      bool                   `json:"accept,omitempty"` // also when it cuts many grants; by an admin who saw how many
}

// Constraints lists what a tag may demand.
func (c *Client) Constraints(ctx context.Context) ([]sallyport.Constraint, error) {
	return All[sallyport.Constraint](ctx, c, Path("constraints"), nil, 0)
}

// Tags lists all tags.
func (c *Client) Tags(ctx context.Context) ([]sallyport.Tag, error) {
	return All[sallyport.Tag](ctx, c, Path("tags"), nil, 0)
}

// Tag reads a tag by id or name.
func (c *Client) Tag(ctx context.Context, ref string) (sallyport.Tag, error) {
	return get[sallyport.Tag](ctx, c, Path("tags", ref), nil)
}

// CreateTag adds a tag.
func (c *Client) CreateTag(ctx context.Context, t TagChange) (sallyport.Tag, error) {
	return post[sallyport.Tag](ctx, c, Path("tags"), t)
}

// UpdateTag changes a tag. What it shortens is shortened at once; 422 says how much that is where it needs Accept.
func (c *Client) UpdateTag(ctx context.Context, ref string, t TagChange) (out sallyport.Tag, err error) {
	err = c.Do(ctx, http.MethodPatch, Path("tags", ref), nil, t, &out)
	return out, err
}

// DeleteTag takes a tag off everything.
func (c *Client) DeleteTag(ctx context.Context, ref, reason string) error {
	return c.Do(ctx, http.MethodDelete, Path("tags", ref), Query{"reason": reason}, nil, nil)
}

// AttachTag puts a tag on a resource; see UpdateTag about accept.
func (c *Client) AttachTag(ctx context.Context, resource, tag string, accept bool) (out sallyport.Resource, err error) {
	err = c.Do(ctx, http.MethodPut, Path("resources", resource, "tags", tag), nil, map[string]bool{"accept": accept}, &out)
	return out, err
}

// DetachTag takes a tag off a resource.
func (c *Client) DetachTag(ctx context.Context, resource, tag string) error {
	return c.Do(ctx, http.MethodDelete, Path("resources", resource, "tags", tag), nil, nil, nil)
}

// TryAttachTag says who would have something for shorter.
func (c *Client) TryAttachTag(ctx context.Context, resource, tag string, accept bool) (Rehearsal, error) {
	return c.Try(ctx, http.MethodPut, Path("resources", resource, "tags", tag), map[string]bool{"accept": accept})
}

// TryDetachTag says what would come of it.
func (c *Client) TryDetachTag(ctx context.Context, resource, tag string) (Rehearsal, error) {
	return c.Try(ctx, http.MethodDelete, Path("resources", resource, "tags", tag), nil)
}

// TrySaveTag says who would have something for shorter by a changed tag; of a new one, id is empty.
func (c *Client) TrySaveTag(ctx context.Context, id string, t TagChange) (Rehearsal, error) {
	if id == "" {
		return c.Try(ctx, http.MethodPost, Path("tags"), t)
	}
	return c.Try(ctx, http.MethodPatch, Path("tags", id), t)
}

// TryDeleteTag says what would come of it.
func (c *Client) TryDeleteTag(ctx context.Context, ref string) (Rehearsal, error) {
	return c.Try(ctx, http.MethodDelete, Path("tags", ref), nil)
}
