package worker

import (
	"context"
	"sync"

	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
)

// connections keeps opened connectors, one for each connection, until its settings change.
type connections struct {
	open func(ctx context.Context, tenant, connectionID string) (connector.Connector, error)
	mu   sync.Mutex
	list map[string]opened
}

type opened struct {
	version   int
	connector connector.Connector
}

func (c *connections) get(ctx context.Context, w access.Work) (connector.Connector, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o, ok := c.list[w.Connection]; ok {
		if o.version == w.Version {
			return o.connector, nil
		}
		_ = o.connector.Close() // calls that are under way with the old settings fail, and are tried again with the new
		delete(c.list, w.Connection)
	}
	if c.open == nil {
		return nil, &connector.Error{Class: connector.Config, Message: "this server opens no connections"}
	}
	opening, err := c.open(ctx, w.Tenant, w.Connection)
	if err != nil {
		return nil, err
	}
	if c.list == nil {
		c.list = map[string]opened{}
	}
	c.list[w.Connection] = opened{w.Version, opening}
	return opening, nil
}

func (c *connections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, o := range c.list {
		_ = o.connector.Close()
		delete(c.list, id)
	}
}
