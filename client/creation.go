package client

import (
	"context"
	"net/http"

	"github.com/sallyport/sallyport"
)

// CreationRules says who decides about new apps, groups and roles.
func (c *Client) CreationRules(ctx context.Context) ([]sallyport.CreationRule, error) {
	l, err := get[List[sallyport.CreationRule]](ctx, c, Path("creation-rules"), nil)
	return l.Items, err
}

// SetCreationRule says who decides about new things of a kind; nil: the admins.
func (c *Client) SetCreationRule(ctx context.Context, kind sallyport.Kind, flow *sallyport.Flow) (out sallyport.CreationRule, err error) {
	err = c.Do(ctx, http.MethodPut, Path("creation-rules", string(kind)), nil, map[string]any{"flow": flow}, &out)
	return out, err
}
