package connectortest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/sallyport/sallyport/connector"
)

// reading is one of the connector's iterators, brought to one type. The key names a value.
type reading struct {
	name string
	read func(context.Context) iter.Seq2[string, error]
}

func keys[T any](seq iter.Seq2[T, error], key func(T) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for v, err := range seq {
			if !yield(key(v), err) {
				return
			}
		}
	}
}

func readings(c connector.Connector) []reading {
	out := []reading{
		{"Accounts", func(ctx context.Context) iter.Seq2[string, error] {
			return keys(c.Accounts(ctx), func(a connector.Account) string { return a.ExternalID })
		}},
		{"Resources", func(ctx context.Context) iter.Seq2[string, error] {
			return keys(c.Resources(ctx), func(r connector.Resource) string { return r.ExternalID })
		}},
		{"Holdings", func(ctx context.Context) iter.Seq2[string, error] {
			return keys(c.Holdings(ctx), func(h connector.Holding) string { return fmt.Sprint(h) })
		}},
	}
	if d, ok := c.(connector.Directory); ok {
		out = append(out,
			reading{"Users", func(ctx context.Context) iter.Seq2[string, error] {
				return keys(d.Users(ctx), func(p connector.Person) string { return p.ExternalID })
			}},
			reading{"Groups", func(ctx context.Context) iter.Seq2[string, error] {
				return keys(d.Groups(ctx), func(g connector.Group) string { return g.ExternalID })
			}})
	}
	return out
}

func (s *suite) reads(t *testing.T) {
	c := s.open(t, s.seed.Address)
	for _, r := range readings(c) {
		all, err := connector.Collect(r.read(within(t, time.Minute)))
		if s.note(err) != nil {
			t.Fatalf("%s: %v", r.name, err)
		}
		seen := map[string]bool{}
		for _, id := range all {
			if id == "" {
				t.Errorf("%s: a value without an id", r.name)
			}
			if seen[id] {
				t.Errorf("%s: %s came twice", r.name, id)
			}
			seen[id] = true
		}
		var want []string
		switch r.name {
		case "Accounts", "Users":
			want = s.seed.Accounts
			if len(all) != s.seed.Total {
				t.Errorf("%s: %d values, %d are there", r.name, len(all), s.seed.Total)
			}
		case "Resources", "Groups":
			want = s.seed.Resources
		}
		for _, id := range want {
			if !seen[id] {
				t.Errorf("%s: %s is missing", r.name, id)
			}
		}
	}
}

func (s *suite) unknownResource(t *testing.T) {
	c := s.open(t, s.seed.Address)
	_, err := connector.Collect(c.Holdings(t.Context(), s.seed.Resources[0], s.seed.MissingResource))
	if s.note(err); connector.ClassOf(err) != connector.NotFound {
		t.Errorf("holdings of a resource that does not exist: %v, not an error of class not_found", err)
	}
}

func (s *suite) breakOff(t *testing.T) {
	c := s.open(t, s.seed.Address)
	for range 20 { // more often than there can be connections in a pool
		for _, err := range c.Accounts(within(t, 20*time.Second)) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if _, err := connector.Collect(c.Resources(within(t, 20*time.Second))); err != nil {
		t.Errorf("after breaking off: %v", err)
	}
}

func (s *suite) cancelled(t *testing.T) {
	c := s.open(t, s.seed.Address)
	for _, r := range readings(c) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := connector.Collect(r.read(ctx)); !errors.Is(s.note(err), context.Canceled) {
			t.Errorf("%s: cancelled before: %v", r.name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n, last := 0, error(nil)
	for _, err := range c.Accounts(ctx) {
		if last != nil {
			t.Fatal("something came after the error")
		}
		if last = err; err == nil {
			n++
		}
		cancel()
	}
	if !errors.Is(s.note(last), context.Canceled) || n >= s.seed.Total {
		t.Errorf("cancelled after the first of %d: %d values and then %v", s.seed.Total, n, last)
	}
	if err := c.Check(t.Context()); err != nil {
		t.Errorf("after a cancelled read: %v", err)
	}
}

func (s *suite) cutOff(t *testing.T) {
	for _, after := range []int{0, 700, s.seed.Total * 5, s.seed.Total * 20} {
		p := newProxy(t, s.seed.Address)
		c := s.open(t, p.address())
		p.toxic(t, "limit_data", map[string]int{"bytes": after})
		for _, r := range readings(c) {
			if r.name == "Resources" || r.name == "Groups" {
				continue // they may be few enough to pass
			}
			all, err := connector.Collect(r.read(within(t, 20*time.Second)))
			if s.note(err) == nil {
				t.Errorf("%s: cut off after %d bytes, the read ended quietly with %d values", r.name, after, len(all))
			} else if connector.ClassOf(err) != connector.Retry {
				t.Errorf("%s: cut off after %d bytes: class %s: %v", r.name, after, connector.ClassOf(err), err)
			}
		}
		p.heal()
		if _, err := connector.Collect(c.Accounts(within(t, 20*time.Second))); err != nil {
			t.Errorf("after the line was mended: %v", err)
		}
	}
}

func (s *suite) late(t *testing.T) {
	p := newProxy(t, s.seed.Address)
	c := s.open(t, p.address())
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.toxic(t, "latency", map[string]int{"latency": 60_000})
	start := time.Now()
	ctx := within(t, 300*time.Millisecond)
	for _, r := range readings(c) {
		if _, err := connector.Collect(r.read(ctx)); !errors.Is(s.note(err), context.DeadlineExceeded) || connector.ClassOf(err) != connector.Retry {
			t.Errorf("%s: %v, not a passed deadline of class retry", r.name, err)
		}
	}
	if w, ok := c.(connector.Writer); ok {
		if err := w.Add(ctx, s.holding(0, 0)); s.note(err) == nil {
			t.Error("Add succeeded without an answer")
		}
		if _, err := w.Has(ctx, s.holding(0, 0)); s.note(err) == nil {
			t.Error("Has knew without an answer")
		}
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("a context of 0.3 s was obeyed after %v", took)
	}
}

func (s *suite) away(t *testing.T) {
	p := newProxy(t, s.seed.Address)
	c := s.open(t, p.address())
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.stop()
	if err := s.note(c.Check(within(t, 20*time.Second))); connector.ClassOf(err) != connector.Retry {
		t.Errorf("a server that is away: %v, not an error of class retry", err)
	}
	p.start(t)
	if err := s.note(c.Check(within(t, 20*time.Second))); err != nil {
		t.Errorf("the server is back: %v", err)
	}
}
