package client

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
)

// Expiring lists grants that come to an end, the next first, at most most; 0 is all. The query is that of GET
// /grants/expiring: scope, app, role, resource, person, manager, via, relation, from, to, reviewed, q, sort.
func (c *Client) Expiring(ctx context.Context, q Query, most int) ([]sallyport.Expiring, error) {
	return All[sallyport.Expiring](ctx, c, Path("grants", "expiring"), q, most)
}

// NewBatch is one operation on many grants: on those named, or on all that a filter finds.
type NewBatch struct {
	Action   string               `json:"action"` // renew, end or review
	Items    []sallyport.BatchRow `json:"items,omitempty"`
	Filter   Query                `json:"filter,omitempty"` // as in Expiring
	Duration *sallyport.Duration  `json:"duration,omitempty"`
	Until    *time.Time           `json:"until,omitempty"`
	Reason   string               `json:"reason,omitempty"`
	Atomic   bool                 `json:"atomic,omitempty"` // all or nothing
}

// StartBatch starts one; the server does it row by row.
func (c *Client) StartBatch(ctx context.Context, b NewBatch) (sallyport.Batch, error) {
	return post[sallyport.Batch](ctx, c, Path("batches"), b)
}

// Batch says how far one is.
func (c *Client) Batch(ctx context.Context, id string) (sallyport.Batch, error) {
	return get[sallyport.Batch](ctx, c, Path("batches", id), nil)
}

// WaitBatch asks until a batch is done, and tells of each answer; tell may be nil.
func (c *Client) WaitBatch(ctx context.Context, id string, tell func(sallyport.Batch)) (sallyport.Batch, error) {
	for wait := 50 * time.Millisecond; ; wait = min(wait*2, time.Second) {
		b, err := c.Batch(ctx, id)
		if err != nil {
			return b, err
		}
		if tell != nil {
			tell(b)
		}
		if b.State != sallyport.BatchWorking {
			return b, nil
		}
		select {
		case <-ctx.Done():
			return b, sallyport.Errorf(sallyport.EUnavailable, "it was not waited for: %w", ctx.Err()).WithHint("The server goes on with %s.", id)
		case <-time.After(wait):
		}
	}
}

// BatchItems lists what became of its rows; state narrows, "" does not.
func (c *Client) BatchItems(ctx context.Context, id, state string) ([]sallyport.BatchItem, error) {
	return All[sallyport.BatchItem](ctx, c, Path("batches", id, "items"), Query{"state": state}, 0)
}

// UndoBatch takes back what can be taken back, as a batch of its own.
func (c *Client) UndoBatch(ctx context.Context, id, reason string) (sallyport.Batch, error) {
	return post[sallyport.Batch](ctx, c, Path("batches", id, "undo"), map[string]string{"reason": reason})
}
