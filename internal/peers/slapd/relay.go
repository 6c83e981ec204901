package slapd

import (
	"crypto/tls"
	"io"
	"net"
	"sync"
)

// relay passes connections on to a server that is not ours to stop, and can refuse, cut and hold them.
type relay struct {
	addr     string
	upstream string
	listener net.Listener

	mu    sync.Mutex
	cond  *sync.Cond
	state relayState
	conns map[net.Conn]bool
}

type relayState int

const (
	serving relayState = iota
	refusing
	holding
)

func newRelay(upstream string, config *tls.Config) (*relay, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{addr: l.Addr().String(), upstream: upstream, listener: l, conns: map[net.Conn]bool{}}
	if config != nil {
		r.listener = tls.NewListener(l, config)
	}
	r.cond = sync.NewCond(&r.mu)
	go r.accept()
	return r, nil
}

func (r *relay) accept() {
	for {
		c, err := r.listener.Accept()
		if err != nil {
			return
		}
		go r.pass(c)
	}
}

func (r *relay) pass(down net.Conn) {
	defer down.Close()
	up, err := net.Dial("tcp", r.upstream)
	if err != nil {
		return
	}
	defer up.Close()
	r.mu.Lock()
	if r.state == refusing {
		r.mu.Unlock()
		return
	}
	r.conns[down], r.conns[up] = true, true
	r.mu.Unlock()
	ended := make(chan struct{}, 2)
	go func() { r.copy(up, down); ended <- struct{}{} }()
	go func() { r.copy(down, up); ended <- struct{}{} }()
	<-ended
	r.mu.Lock()
	delete(r.conns, down)
	delete(r.conns, up)
	r.mu.Unlock()
}

func (r *relay) copy(to io.Writer, from io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		r.mu.Lock()
		for r.state == holding {
			r.cond.Wait()
		}
		r.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (r *relay) set(state relayState) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = state
	if state == refusing {
		for c := range r.conns {
			c.Close()
		}
	}
	r.cond.Broadcast()
	return nil
}

func (r *relay) serve() error  { return r.set(serving) }
func (r *relay) hold() error   { return r.set(holding) }
func (r *relay) refuse() error { return r.set(refusing) }

func (r *relay) close() error {
	r.set(refusing)
	return r.listener.Close()
}
