package client

import (
	"context"
	"net/http"

	"github.com/sallyport/sallyport"
)

// CreateResource adds to the catalogue; an app with what it begins with, or nothing.
func (c *Client) CreateResource(ctx context.Context, n sallyport.NewResource) (sallyport.Resource, error) {
	return post[sallyport.Resource](ctx, c, Path("resources"), n)
}

// TryCreate says what would come of adding it.
func (c *Client) TryCreate(ctx context.Context, n sallyport.NewResource) (Rehearsal, error) {
	return c.Try(ctx, http.MethodPost, Path("resources"), n)
}

// UpdateResource changes what the patch sets; the rest stays.
func (c *Client) UpdateResource(ctx context.Context, ref string, p sallyport.ResourcePatch) (out sallyport.Resource, err error) {
	err = c.Do(ctx, http.MethodPatch, Path("resources", ref), nil, p, &out)
	return out, err
}

// TryUpdate says what would come of the change.
func (c *Client) TryUpdate(ctx context.Context, ref string, p sallyport.ResourcePatch) (Rehearsal, error) {
	return c.Try(ctx, http.MethodPatch, Path("resources", ref), p)
}

// DeleteResource removes from the catalogue; what is held of it ends.
func (c *Client) DeleteResource(ctx context.Context, ref, reason string) error {
	return c.Do(ctx, http.MethodDelete, Path("resources", ref), Query{"reason": reason}, nil, nil)
}

// TryDelete says who would lose what if it were removed.
func (c *Client) TryDelete(ctx context.Context, ref string) (Rehearsal, error) {
	return c.Try(ctx, http.MethodDelete, Path("resources", ref), nil)
}
