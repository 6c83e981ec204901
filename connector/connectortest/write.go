package connectortest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport/connector"
)

// expect compares what Has and Holdings say with what ought to be.
func (s *suite) expect(t *testing.T, w connector.Writer, want map[connector.Holding]bool) {
	t.Helper()
	ctx := within(t, time.Minute)
	read, err := connector.Collect(w.Holdings(ctx, s.seed.Resources...))
	if s.note(err) != nil {
		t.Fatalf("holdings: %v", err)
	}
	listed := map[connector.Holding]bool{}
	for _, h := range read {
		listed[h] = true
	}
	for h, there := range want {
		got, err := w.Has(ctx, h)
		if s.note(err) != nil {
			t.Fatalf("has %v: %v", h, err)
		}
		if got != there {
			t.Errorf("Has(%v) = %v, want %v", h, got, there)
		}
		if listed[h] != there {
			t.Errorf("Holdings lists %v: %v, want %v", h, listed[h], there)
		}
	}
}

func (s *suite) idempotent(t *testing.T) {
	w := s.writer(t)
	for i := range s.seed.Resources {
		t.Run(fmt.Sprintf("resource %d", i), func(t *testing.T) {
			a, b := s.holding(0, i), s.holding(1, i)
			step := func(what string, do func(context.Context, connector.Holding) error, h connector.Holding) {
				t.Helper()
				if err := s.note(do(within(t, 20*time.Second), h)); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
			step("remove what is absent", w.Remove, a)
			step("add", w.Add, a)
			step("add again", w.Add, a)
			s.expect(t, w, map[connector.Holding]bool{a: true, b: false})
			step("add another", w.Add, b)
			step("remove what is absent beside others", w.Remove, s.holding(2, i))
			s.expect(t, w, map[connector.Holding]bool{a: true, b: true, s.holding(2, i): false})
			step("remove", w.Remove, a)
			step("remove again", w.Remove, a)
			s.expect(t, w, map[connector.Holding]bool{a: false, b: true})
			step("remove the other", w.Remove, b)
			s.expect(t, w, map[connector.Holding]bool{a: false, b: false})
		})
	}
}

func (s *suite) lastOne(t *testing.T) {
	w := s.writer(t)
	for i, id := range s.seed.Resources {
		for range 2 {
			for _, change := range []func(context.Context, connector.Holding) error{w.Add, w.Remove} {
				if err := s.note(change(t.Context(), s.holding(3, i))); err != nil {
					t.Fatal(err)
				}
			}
			left, err := connector.Collect(w.Holdings(t.Context(), id))
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range left {
				t.Errorf("an emptied resource is still held: %v", h)
			}
		}
	}
}

func (s *suite) missing(t *testing.T) {
	w := s.writer(t)
	for i := range s.seed.Resources {
		account, resource := s.holding(0, i), s.holding(0, i)
		account.Account, resource.Resource = s.seed.MissingAccount, s.seed.MissingResource
		for _, h := range []connector.Holding{account, resource} {
			if err := s.note(w.Add(t.Context(), h)); connector.ClassOf(err) != connector.NotFound {
				t.Errorf("add %v: %v, not an error of class not_found", h, err)
			}
			if err := s.note(w.Remove(t.Context(), h)); err != nil {
				t.Errorf("remove %v: %v", h, err)
			}
			if has, err := w.Has(t.Context(), h); s.note(err) != nil || has {
				t.Errorf("has %v: %v, %v", h, has, err)
			}
		}
	}
}

func (s *suite) otherRelations(t *testing.T) {
	w := s.writer(t)
	strange, bent := s.holding(0, 0), s.holding(0, 0)
	strange.Relation = "no-such-relation"
	bent.Parameters = `{"no":"such parameter"}`
	for _, h := range []connector.Holding{strange, bent} {
		if err := s.note(w.Add(t.Context(), h)); connector.ClassOf(err) != connector.Refused {
			t.Errorf("add %v: %v, not an error of class refused", h, err)
		}
	}
	s.expect(t, w, map[connector.Holding]bool{s.holding(0, 0): false})
}

func (s *suite) writeCutOff(t *testing.T) {
	p := newProxy(t, s.seed.Address)
	w := s.asWriter(t, s.open(t, p.address()))
	h := s.holding(0, 0)
	for i, change := range []func(context.Context, connector.Holding) error{w.Add, w.Remove} {
		if err := w.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.toxic(t, "timeout", map[string]int{"timeout": 0}) // nothing comes back, though the server may act
		if err := s.note(change(within(t, 300*time.Millisecond), h)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("without an answer: %v", err)
		}
		p.heal()
		if err := s.note(change(within(t, 20*time.Second), h)); err != nil {
			t.Fatalf("repeated: %v", err)
		}
		s.expect(t, w, map[connector.Holding]bool{h: i == 0})
	}
}

func (s *suite) concurrent(t *testing.T) {
	one, two := s.writer(t), s.writer(t)
	const rounds = 12
	for i := range s.seed.Resources {
		var all sync.WaitGroup
		begin := func(w connector.Writer, do func(context.Context, connector.Holding) error, h connector.Holding) {
			all.Go(func() {
				if err := s.note(do(within(t, time.Minute), h)); err != nil {
					t.Errorf("%v: %v", h, err)
				}
			})
		}
		for range rounds { // three are put in by everybody, the fourth goes in and out
			for a := range 3 {
				begin(one, one.Add, s.holding(a, i))
				begin(two, two.Add, s.holding(a, i))
			}
			begin(one, one.Add, s.holding(3, i))
			begin(two, two.Remove, s.holding(3, i))
		}
		all.Wait()
		if err := one.Remove(t.Context(), s.holding(3, i)); err != nil {
			t.Fatal(err)
		}
		s.expect(t, one, map[connector.Holding]bool{s.holding(0, i): true, s.holding(1, i): true, s.holding(2, i): true, s.holding(3, i): false})
		for range rounds { // all go at once: who is the last?
			for a := range 4 {
				begin(one, one.Remove, s.holding(a, i))
				begin(two, two.Remove, s.holding(a, i))
			}
		}
		all.Wait()
		s.expect(t, two, map[connector.Holding]bool{s.holding(0, i): false, s.holding(1, i): false, s.holding(2, i): false, s.holding(3, i): false})
	}
}

func (s *suite) closing(t *testing.T) {
	c := s.open(t, s.seed.Address)
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if err := s.note(c.Check(within(t, 20*time.Second))); err == nil {
		t.Error("a closed connector still works")
	}
	for _, r := range readings(c) {
		if _, err := connector.Collect(r.read(within(t, 20*time.Second))); s.note(err) == nil {
			t.Errorf("%s: a closed connector still reads", r.name)
		}
	}
}
