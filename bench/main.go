// Command bench measures a server with a company of the budgets' size behind it: the calls behind every page, the changes
// that touch many, raw commits and a bare handler beside them, start and memory.
//
// It lays the company out (package seed), starts the real binary on it, calls it over HTTP as people's pages do, and
// writes the figures to results.json, RESULTS.md and curves.svg of a folder. Nothing here is a test: a missed budget is
// a line in a table, never a failure; a call that is answered with an error is one.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sallyport/sallyport/internal/peers/postgres"
)

// settings are the flags.
type settings struct {
	binary, out, only string
	postgres          string // address of the server; each run makes a database of its own there
	size              float64
	duration, idle    time.Duration
	quiet             time.Duration // without an event, after which a server that just started has done what waited for it
	clients           []int
	short, keep       bool
}

func main() {
	var s settings
	flag.StringVar(&s.binary, "binary", "bin/sallyport", "the server to measure")
	flag.StringVar(&s.out, "out", "bench", "folder of results.json, RESULTS.md and curves.svg")
	flag.StringVar(&s.only, "only", "", "sqlite or postgres; default both, and above size 1 PostgreSQL alone")
	flag.Float64Var(&s.size, "size", 1, "how large the company is: 1 is 10,000 people and 1,000,000 grants")
	flag.DurationVar(&s.duration, "duration", time.Second, "how long each call is measured with each number of clients")
	flag.DurationVar(&s.idle, "idle", 30*time.Second, "how long the server idles before its memory is read")
	flag.BoolVar(&s.short, "short", false, "a smoke run: a hundredth of the company, moments for each call")
	flag.BoolVar(&s.keep, "keep", false, "leave the databases behind and say where, for looking at plans")
	flag.Parse()
	s.clients, s.quiet = []int{1, 8, 64}, 15*time.Second
	s.postgres = os.Getenv(postgres.EnvDSN)
	if s.short {
		s.size, s.duration, s.idle, s.quiet = 0.01, 30*time.Millisecond, time.Second, 200*time.Millisecond
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := bench(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// part is one company on one engine.
type part struct {
	engine  string
	size    float64
	clients []int
	curve   bool // for the curve alone: fewer clients, less time
}

// parts are what one run measures: the asked size with all numbers of clients, and before it a smaller one so that there
// is a curve.
func (s settings) parts() ([]part, error) {
	engines := []string{"sqlite", "postgres"}
	if s.size > 1 {
		engines = []string{"postgres"}
	}
	if s.only != "" {
		if !slices.Contains([]string{"sqlite", "postgres"}, s.only) {
			return nil, fmt.Errorf("-only is %q; write sqlite or postgres", s.only)
		}
		engines = []string{s.only}
	}
	var list []part
	for _, e := range engines {
		if s.size == 1 {
			list = append(list, part{e, 0.1, []int{1}, true})
		}
		list = append(list, part{e, s.size, s.clients, false})
	}
	return list, nil
}

func bench(ctx context.Context, s settings) error {
	parts, err := s.parts()
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "sallyport-bench-")
	if err != nil {
		return err
	}
	if s.keep {
		fmt.Println("the databases stay in", work)
	} else {
		defer os.RemoveAll(work)
	}
	all, err := readResults(filepath.Join(s.out, "results.json"))
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.engine == "postgres" && s.postgres == "" {
			return fmt.Errorf("no PostgreSQL is named in %s; make bench starts one of its own", postgres.EnvDSN)
		}
		begin := time.Now()
		r, err := s.measure(ctx, p, work)
		if err != nil {
			return fmt.Errorf("%s, size %g: %w", p.engine, p.size, err)
		}
		fmt.Printf("%s, size %g: %s in all\n", p.engine, p.size, time.Since(begin).Round(time.Second))
		all.put(*r)
		if err := all.write(s.out); err != nil { // after each part: an interrupted run leaves what it has
			return err
		}
	}
	return nil
}

// measure makes one part's run.
func (s settings) measure(ctx context.Context, p part, work string) (*Run, error) {
	place, err := newPlace(ctx, p.engine, work, s.postgres, s.keep)
	if err != nil {
		return nil, err
	}
	defer place.remove(context.WithoutCancel(ctx))
	r := &Run{Engine: p.engine, Size: p.size, Date: time.Now().UTC(), Machine: machine(ctx, place), Curve: p.curve}
	if p.engine == "sqlite" && !p.curve {
		if err := s.small(ctx, r, filepath.Join(work, "empty")); err != nil {
			return nil, err
		}
	}
	c, took, err := place.seed(ctx, p.size)
	if err != nil {
		return nil, err
	}
	r.Company, r.Living, r.SeedSeconds = c.Size, c.Living, took.Seconds()
	fmt.Printf("%s, size %g: %s, laid out in %s\n", p.engine, p.size, c, took.Round(100*time.Millisecond))
	m := &meter{run: r, company: c, clients: p.clients, duration: s.duration, print: os.Stdout}
	if p.curve {
		m.duration = s.duration / 2
	} else if err := place.raw(ctx, m); err != nil {
		return nil, err
	}
	server, err := startServer(ctx, s.binary, place)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	r.StartSeconds = server.took.Seconds()
	m.url = server.url
	if r.SettleSeconds, err = m.settle(ctx, s.quiet); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, server.tail())
	}
	if err := place.warm(ctx); err != nil {
		return nil, err
	}
	if err := m.all(ctx, p.curve); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, server.tail())
	}
	r.Memory = server.memory()
	return r, nil
}

// small takes the time of a first start, and what the server needs while nothing happens.
func (s settings) small(ctx context.Context, r *Run, dir string) error {
	server, err := startServer(ctx, s.binary, &place{engine: "sqlite", dir: dir, address: filepath.Join(dir, "sallyport.db")})
	if err != nil {
		return err
	}
	defer server.stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(s.idle):
	}
	r.FirstStartSeconds, r.IdleMemory, r.IdleSeconds = server.took.Seconds(), server.memory(), s.idle.Seconds()
	fmt.Printf("an empty server: started in %s, %s after %s of idling\n", server.took.Round(time.Millisecond), bytesText(r.IdleMemory), s.idle)
	return nil
}

func bytesText(n int64) string {
	if n <= 0 {
		return "unknown"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f MB", float64(n)/1e6), ".0 MB")
}
