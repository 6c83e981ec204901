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

// DeleteResource removes from the catalogue; what is held of it ends.
func (c *Client) DeleteResource(ctx context.Context, ref, reason string) error {
	return c.Do(ctx, http.MethodDelete, Path("resources", ref), Query{"reason": reason}, nil, nil)
}

// TryDelete says who would lose what if it were removed.
func (c *Client) TryDelete(ctx context.Context, ref string) (Rehearsal, error) {
	return c.Try(ctx, http.MethodDelete, Path("resources", ref), nil)
}
