package client

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
)

// Progress says how far the target of a resource is, or those of everything that a role gives and takes away. role narrows
// it to the people of a role; "" does not. What is in place is left out.
func (c *Client) Progress(ctx context.Context, resource, role string) ([]sallyport.Progress, error) {
	l, err := get[List[sallyport.Progress]](ctx, c, Path("resources", resource, "progress"), Query{"role": role})
	return l.Items, err
}

// WaitProgress asks once a second until nothing waits for its turn or is being changed, and tells of each answer. What then
// is left fails, or waits for somebody to do it.
func (c *Client) WaitProgress(ctx context.Context, resource, role string, tell func([]sallyport.Progress)) ([]sallyport.Progress, error) {
	for {
		items, err := c.Progress(ctx, resource, role)
		if err != nil {
			return items, err
		}
		tell(items)
		moving := 0
		for _, p := range items {
			moving += p.Waiting + p.InHand
		}
		if moving == 0 {
			return items, nil
		}
		select {
		case <-ctx.Done():
			return items, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// GrantProgress says how far the targets are with what one grant gives, or took when it ended; also when that is all done.
func (c *Client) GrantProgress(ctx context.Context, grant string) ([]sallyport.Progress, error) {
	l, err := get[List[sallyport.Progress]](ctx, c, Path("grants", grant, "progress"), nil)
	return l.Items, err
}

// Pending lists the people whom a target does not have yet, or still has, by name; at most most, 0 is all. The query is
// that of GET /resources/{id}/pending: role, user, direction, state, q.
func (c *Client) Pending(ctx context.Context, resource string, q Query, most int) ([]sallyport.PendingPerson, error) {
	return All[sallyport.PendingPerson](ctx, c, Path("resources", resource, "pending"), q, most)
}

// RetryNow has what failed tried again now, and says how many that are.
func (c *Client) RetryNow(ctx context.Context, resource string, in sallyport.Retry) (int, error) {
	out, err := post[sallyport.Retried](ctx, c, Path("resources", resource, "retry"), in)
	return out.Tried, err
}
