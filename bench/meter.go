package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sallyport/sallyport/bench/seed"
)

// meter calls a server and writes down how long it took.
type meter struct {
	run      *Run
	company  *seed.Company
	url      string
	clients  []int
	duration time.Duration
	print    io.Writer
	http     http.Client
	cycles   atomic.Int64 // requests asked so far, by whichever way
}

// few is how many samples a figure needs at least, for of less than a hundred the slowest alone is the p99; a slow call is
// measured longer for them, up to patience times.
const (
	few      = 200
	patience = 8
)

// loop calls f from a number of clients, each as soon as its last call is answered, and makes a cell of what it took. Before
// that it does so for a while without looking, so that connections are open and statements prepared.
func (m *meter) loop(ctx context.Context, c Cell, f func(ctx context.Context, n int) error) error {
	if _, _, err := m.drive(ctx, c, m.duration/4, c.Clients, 0, f); err != nil {
		return err
	}
	took, elapsed, err := m.drive(ctx, c, m.duration, few, warmed, f)
	if err == nil {
		m.add(c, took, elapsed)
	}
	return err
}

// warmed is the number of the first call that counts, so that it is about others than those before.
const warmed = 100_000

// drive calls f for a time, and at least least times unless that takes far too long.
func (m *meter) drive(ctx context.Context, c Cell, d time.Duration, least, first int, f func(ctx context.Context, n int) error) ([]time.Duration, time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	took := make([][]time.Duration, c.Clients)
	begin := time.Now()
	var wg sync.WaitGroup
	for i := range c.Clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				since := time.Since(begin)
				n := int(next.Add(1)) - 1
				if since > d && (n >= least || since > patience*d) {
					return
				}
				start := time.Now()
				if err := f(ctx, first+n); err != nil {
					cancel(fmt.Errorf("%s, with %d clients: %w", c.Name, c.Clients, err))
					return
				}
				took[i] = append(took[i], time.Since(start))
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(begin)
	return slices.Concat(took...), elapsed, context.Cause(ctx)
}

// add makes the figures of a cell from its samples, and prints them.
func (m *meter) add(c Cell, took []time.Duration, elapsed time.Duration) {
	slices.Sort(took)
	at := func(q float64) float64 {
		if len(took) == 0 {
			return 0
		}
		return float64(took[min(int(q*float64(len(took))), len(took)-1)].Microseconds()) / 1000
	}
	c.N, c.P50, c.P95, c.P99, c.PerSecond = len(took), at(0.50), at(0.95), at(0.99), float64(len(took))/elapsed.Seconds()
	m.run.Cells = append(m.run.Cells, c)
	fmt.Fprintf(m.print, "%-9s %5g  %-14s %-52s %3d  p50 %8.2f  p95 %8.2f  p99 %8.2f ms  %8.1f/s  n=%d\n",
		m.run.Engine, m.run.Size, c.Page, c.Name, c.Clients, c.P50, c.P95, c.P99, c.PerSecond, c.N)
}

// call makes one call of the API and hands the answer's body back; anything but success is an error. The answer is asked
// for compressed, as browsers do, unless it is read.
func (m *meter) call(ctx context.Context, token, method, path string, in any, read bool) ([]byte, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, m.url+path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if !read {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	res, err := m.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 2000))
		return nil, fmt.Errorf("%s %s answers %d %s", method, path, res.StatusCode, b)
	}
	if !read {
		_, err = io.Copy(io.Discard, res.Body)
		return nil, err
	}
	return io.ReadAll(res.Body)
}

// post makes a call and reads its answer.
func (m *meter) post(ctx context.Context, token, path string, in, out any) error {
	b, err := m.call(ctx, token, http.MethodPost, path, in, true)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(b, out)
}

// settle waits until the log has had nothing new for a while: a server that starts on a company first tells everybody what
// ends soon. It returns the seconds from then until the last event.
func (m *meter) settle(ctx context.Context, quiet time.Duration) (float64, error) {
	begin := time.Now()
	last, since := "", begin
	for time.Since(since) < quiet {
		b, err := m.call(ctx, m.company.Admins[0].Token, http.MethodGet, "/api/v1/events?limit=1", nil, true)
		if err != nil {
			return 0, err
		}
		var newest struct{ Items []struct{ ID string } }
		if err := json.Unmarshal(b, &newest); err != nil || len(newest.Items) == 0 {
			return 0, fmt.Errorf("the log has nothing new: %s %w", b, err)
		}
		if id := newest.Items[0].ID; id != last {
			last, since = id, time.Now()
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(quiet / 10):
		}
	}
	return since.Sub(begin).Seconds(), nil
}

// all measures everything on a running server. What leaves much work behind comes last.
func (m *meter) all(ctx context.Context, curve bool) error {
	m.http.Transport = &http.Transport{MaxIdleConns: 200, MaxIdleConnsPerHost: 200}
	defer m.http.CloseIdleConnections()
	for _, clients := range m.clients {
		c := Cell{Page: "server", Name: "a bare handler: GET /healthz", Clients: clients, Kind: kindBare}
		if err := m.loop(ctx, c, func(ctx context.Context, _ int) error {
			_, err := m.call(ctx, "", http.MethodGet, "/healthz", nil, false)
			return err
		}); err != nil {
			return err
		}
	}
	for _, p := range pages(m.company) {
		for _, clients := range m.clients {
			c := Cell{Page: p.page, Name: p.name, Clients: clients, Kind: kindPage}
			if err := m.loop(ctx, c, func(ctx context.Context, n int) error { return p.make(ctx, m, n) }); err != nil {
				return err
			}
		}
	}
	return m.changes(ctx, curve)
}
