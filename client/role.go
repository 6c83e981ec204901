package client

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/sallyport/sallyport"
)

// Rehearsal is what a write would do; see Try.
type Rehearsal struct {
	Impact sallyport.Impact `json:"impact"`
	Status int              `json:"status"`           // that the call would answer with
	Result json.RawMessage  `json:"result,omitempty"` // its body
}

// Try asks what a write would do, without doing it. What the write refuses is refused here as well.
func (c *Client) Try(ctx context.Context, method, path string, in any) (out Rehearsal, err error) {
	err = c.Do(ctx, method, path, Query{"dry_run": "true"}, in, &out)
	return out, err
}

// Reorganize changes roles as one.
func (c *Client) Reorganize(ctx context.Context, in sallyport.Reorganization) (sallyport.Reorganized, error) {
	return post[sallyport.Reorganized](ctx, c, Path("reorganizations"), in)
}

// TryReorganize says who would gain and lose what.
func (c *Client) TryReorganize(ctx context.Context, in sallyport.Reorganization) (Rehearsal, error) {
	return c.Try(ctx, http.MethodPost, Path("reorganizations"), in)
}

// Reorganizations lists the newest ones.
func (c *Client) Reorganizations(ctx context.Context) ([]sallyport.Reorganized, error) {
	return All[sallyport.Reorganized](ctx, c, Path("reorganizations"), nil, 0)
}

// UndoReorganization takes one back.
func (c *Client) UndoReorganization(ctx context.Context, id string) (sallyport.Reorganized, error) {
	return post[sallyport.Reorganized](ctx, c, Path("reorganizations", id, "undo"), nil)
}

// TryUndoReorganization says who would gain and lose what.
func (c *Client) TryUndoReorganization(ctx context.Context, id string) (Rehearsal, error) {
	return c.Try(ctx, http.MethodPost, Path("reorganizations", id, "undo"), nil)
}

// Compare says what several people have, and who of them; at "" is now.
func (c *Client) Compare(ctx context.Context, users []string, at string) (sallyport.Shared, error) {
	return get[sallyport.Shared](ctx, c, Path("compare"), Query{"users": strings.Join(users, ","), "at": at})
}

// Roles lists roles with what their owners want to know. The query is that of GET /roles: owner, at, q.
func (c *Client) Roles(ctx context.Context, q Query) ([]sallyport.RunRole, error) {
	return All[sallyport.RunRole](ctx, c, Path("roles"), q, 0)
}

// RoleGives lists the grants by which a role holds what its members receive; at "" is now.
func (c *Client) RoleGives(ctx context.Context, role, at string) ([]sallyport.Grant, error) {
	q := Query{"subject": "role:" + role, "at": at}
	if at == "" {
		q["active"] = "true"
	}
	return All[sallyport.Grant](ctx, c, Path("grants"), q, 0)
}
