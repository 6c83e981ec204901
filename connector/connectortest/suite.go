// Package connectortest is the suite that every connector passes, against a real server of its sort.
//
//	connectortest.Run(t, ldap.Kind(), connectortest.Seed{ … })
//
// The suite puts its own proxy in front of the server for the tests that slow, cut and stop it.
package connectortest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport/connector"
)

// Seed says what the server holds before the suite begins. The suite leaves no holdings of the given
// resources behind and changes nothing else.
type Seed struct {
	// Address is host and port of the real server.
	Address string
	// Settings gives right settings for reaching the server at another address, that of a proxy.
	Settings func(address string) map[string]string
	// Accounts are external ids of at least four accounts.
	Accounts []string
	// Total is how many accounts the server has: enough for several pages.
	Total int
	// Resources are external ids, one of each sort that the connector treats differently. None of Accounts
	// holds any of them.
	Resources []string
	// MissingAccount and MissingResource are well-formed ids of what does not exist.
	MissingAccount, MissingResource string
	// Exempt names subtests that do not apply, each with the reason.
	Exempt map[string]string
}

// suite is one run.
type suite struct {
	kind connector.Kind
	seed Seed
	out  *record
}

// Run runs the suite.
func Run(t *testing.T, kind connector.Kind, seed Seed) {
	t.Helper()
	s := &suite{kind: kind, seed: seed, out: &record{}}
	if len(seed.Accounts) < 4 || len(seed.Resources) == 0 || seed.Total < len(seed.Accounts) {
		t.Fatal("connectortest: the seed needs four accounts, a resource and their number")
	}
	tests := []struct {
		name string
		run  func(*testing.T)
	}{
		{"fields describe themselves", s.fields},
		{"settings are validated whole", s.validation},
		{"check", s.check},
		{"reads are whole", s.reads},
		{"an unknown resource is an error", s.unknownResource},
		{"breaking off early does no harm", s.breakOff},
		{"cancelled mid-page yields an error", s.cancelled},
		{"cut off mid-read yields an error", s.cutOff},
		{"late answers end with the context", s.late},
		{"a server that went away is found again", s.away},
		{"add and remove are idempotent", s.idempotent},
		{"the last one can be removed", s.lastOne},
		{"what does not exist", s.missing},
		{"other relations and parameters are refused", s.otherRelations},
		{"a write cut off can be repeated", s.writeCutOff},
		{"concurrent writes converge", s.concurrent},
		{"close", s.closing},
		{"no secret is told", s.secrets}, // the last: it looks at what all the others logged
	}
	for _, test := range tests {
		if why, ok := seed.Exempt[test.name]; ok {
			t.Logf("%s: does not apply: %s", test.name, why)
			continue
		}
		t.Run(test.name, test.run)
	}
}

// open opens the connector at an address and closes it with the test.
func (s *suite) open(t *testing.T, address string) connector.Connector {
	t.Helper()
	settings := s.seed.Settings(address)
	if faults := s.kind.Validate(settings); len(faults) > 0 {
		t.Fatalf("the seed's settings are faulty: %v", faults)
	}
	c, err := s.kind.Open(t.Context(), settings, slog.New(slog.NewTextHandler(s.out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// writer opens the connector at the real address as a Writer. What is no Writer fails here: its kind has
// to be exempt from the tests of writing.
func (s *suite) writer(t *testing.T) connector.Writer {
	t.Helper()
	return s.asWriter(t, s.open(t, s.seed.Address))
}

func (s *suite) asWriter(t *testing.T, c connector.Connector) connector.Writer {
	t.Helper()
	w, ok := c.(connector.Writer)
	if !ok {
		t.Fatalf("%T is no Writer", c)
	}
	return w
}

// note keeps an error's words for the test of secrets and gives the error on.
func (s *suite) note(err error) error {
	if err != nil {
		fmt.Fprintln(s.out, err.Error(), connector.HintOf(err))
	}
	return err
}

func (s *suite) holding(account, resource int) connector.Holding {
	return connector.Holding{Account: s.seed.Accounts[account], Resource: s.seed.Resources[resource], Relation: connector.RelationMember}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// record keeps everything that was logged.
type record struct {
	mu sync.Mutex
	b  strings.Builder
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}
