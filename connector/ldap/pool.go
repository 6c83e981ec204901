package ldap

import (
	"context"
	"sync"
	"time"
)

// idleLimit is how long a connection may lie unused before it is not trusted any more: firewalls forget
// silent connections without a word.
const idleLimit = 2 * time.Minute

// pool keeps a few connections. Each is used by one caller at a time, since a paged read belongs to its
// connection and since a call is ended by closing it.
type pool struct {
	dial  func(context.Context) (*session, error)
	slots chan struct{} // one for each connection in use

	mu     sync.Mutex
	idle   []*session // the last one used is the last
	closed bool
	gone   chan struct{} // closed with the pool
}

func newPool(size int, dial func(context.Context) (*session, error)) *pool {
	return &pool{dial: dial, slots: make(chan struct{}, size), gone: make(chan struct{})}
}

// get gives a connection and whether it was used before. A fresh one is made on demand.
func (p *pool) get(ctx context.Context) (s *session, reused bool, err error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	case <-p.gone:
		return nil, false, errClosed
	}
	s, err = p.take()
	if s != nil || err != nil {
		if err != nil {
			<-p.slots
		}
		return s, true, err
	}
	if s, err = p.dial(ctx); err != nil {
		<-p.slots
		return nil, false, err
	}
	return s, false, nil
}

func (p *pool) take() (*session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	for n := len(p.idle); n > 0; n = len(p.idle) {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		if !s.IsClosing() && time.Since(s.used) < idleLimit {
			return s, nil
		}
		go s.discard()
	}
	return nil, nil
}

// put gives a connection back; one that broke is closed.
func (p *pool) put(s *session) {
	defer func() { <-p.slots }()
	p.mu.Lock()
	keep := !p.closed && !s.broken && !s.IsClosing()
	if keep {
		s.used = time.Now()
		p.idle = append(p.idle, s)
	}
	p.mu.Unlock()
	if !keep {
		s.discard()
	}
}

// drain closes all idle connections: when one turned out to be dead, the others are as old.
func (p *pool) drain() {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, s := range idle {
		s.discard()
	}
}

func (p *pool) close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.gone)
	}
	p.mu.Unlock()
	p.drain()
}
