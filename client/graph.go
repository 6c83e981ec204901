package client

import (
	"context"
	"net/http"

	"github.com/sallyport/sallyport"
)

// TryGive says who would gain and lose what by a grant.
func (c *Client) TryGive(ctx context.Context, g sallyport.Give) (Rehearsal, error) {
	return c.Try(ctx, http.MethodPost, Path("grants"), g)
}

// Conversion is what a group, entitlement or role is to become.
type Conversion struct {
	Kind   sallyport.Kind `json:"kind"`
	App    string         `json:"app,omitempty"`
	Slug   string         `json:"slug,omitempty"`
	Accept bool           `json:"accept,omitempty"` // also when the app's tags shorten many grants
}

// Convert makes a group an entitlement or a role, and back.
func (c *Client) Convert(ctx context.Context, resource string, to Conversion) (sallyport.Resource, error) {
	return post[sallyport.Resource](ctx, c, Path("resources", resource, "convert"), to)
}

// TryConvert says who would lose what by it.
func (c *Client) TryConvert(ctx context.Context, resource string, to Conversion) (Rehearsal, error) {
	return c.Try(ctx, http.MethodPost, Path("resources", resource, "convert"), to)
}

// Orphans lists what nobody can be expected to look after.
func (c *Client) Orphans(ctx context.Context) ([]sallyport.Orphan, error) {
	return All[sallyport.Orphan](ctx, c, Path("orphans"), nil, 0)
}

// Limits are what applies to a resource.
type Limits struct {
	Resource sallyport.ResourceRef `json:"resource"`
	Limits   []sallyport.Limit     `json:"limits"`
}

// Limits lists what applies to a resource, and where each comes from.
func (c *Client) Limits(ctx context.Context, resource string) (Limits, error) {
	return get[Limits](ctx, c, Path("resources", resource, "constraints"), nil)
}
