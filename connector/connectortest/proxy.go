package connectortest

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// proxy stands between connector and server and makes the line bad.
type proxy struct {
	*toxiproxy.Proxy
}

func newProxy(t *testing.T, upstream string) *proxy {
	t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &proxy{toxiproxy.NewProxy(server, t.Name(), "127.0.0.1:0", upstream)}
	p.start(t)
	t.Cleanup(p.stop)
	return p
}

func (p *proxy) address() string { return p.Listen }

func (p *proxy) start(t *testing.T) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatalf("proxy: %v", err)
	}
}

func (p *proxy) stop() { p.Stop() }

// toxic makes the way back from the server bad, for connections that are open too.
func (p *proxy) toxic(t *testing.T, kind string, attributes map[string]int) {
	t.Helper()
	data, err := json.Marshal(map[string]any{"type": kind, "name": kind, "stream": "downstream", "attributes": attributes})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Toxics.AddToxicJson(bytes.NewReader(data)); err != nil {
		t.Fatalf("proxy: %v", err)
	}
}

// heal makes the line good again.
func (p *proxy) heal() { p.Toxics.ResetToxics(context.Background()) }
