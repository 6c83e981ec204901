package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sallyport/sallyport/bench/seed"
)

// Cell is one figure: a call made by a number of clients. Times are milliseconds.
type Cell struct {
	Page      string  `json:"page"`
	Name      string  `json:"name"`
	Kind      string  `json:"kind"`
	Clients   int     `json:"clients"`
	N         int     `json:"n"`
	P50       float64 `json:"p50_ms"`
	P95       float64 `json:"p95_ms"`
	P99       float64 `json:"p99_ms"`
	PerSecond float64 `json:"per_second"`
}

// The kinds of cells, by which they are compared with each other and with the budgets.
const (
	kindPage   = "page"   // a read behind a page
	kindBare   = "bare"   // a handler that does nothing
	kindRaw    = "raw"    // a commit of one row
	kindCycle  = "cycle"  // ask, approve, grant
	kindAttach = "attach" // a role to a resource
	kindChange = "change" // another write
)

// Run is one company on one engine. Sizes of memory are bytes.
type Run struct {
	Engine            string    `json:"engine"`
	Size              float64   `json:"size"`
	Date              time.Time `json:"date"`
	Machine           Machine   `json:"machine"`
	Company           seed.Size `json:"company"`
	Living            int       `json:"living"`
	SeedSeconds       float64   `json:"seed_seconds"`
	StartSeconds      float64   `json:"start_seconds"`
	SettleSeconds     float64   `json:"settle_seconds"`
	FirstStartSeconds float64   `json:"first_start_seconds,omitempty"`
	IdleMemory        int64     `json:"idle_memory,omitempty"`
	IdleSeconds       float64   `json:"idle_seconds,omitempty"`
	Memory            int64     `json:"memory,omitempty"`
	Curve             bool      `json:"curve,omitempty"`
	Cells             []Cell    `json:"cells"`
	Facts             []string  `json:"facts,omitempty"`
}

func (r *Run) cell(page, name string, clients int) (Cell, bool) {
	i := slices.IndexFunc(r.Cells, func(c Cell) bool { return c.Page == page && c.Name == name && c.Clients == clients })
	if i < 0 {
		return Cell{}, false
	}
	return r.Cells[i], true
}

// Results are the newest runs of each engine and size.
type Results struct {
	Runs []Run `json:"runs"`
}

func readResults(path string) (*Results, error) {
	all := &Results{}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	return all, json.Unmarshal(b, all)
}

// put replaces the run of the same engine and size.
func (a *Results) put(r Run) {
	a.Runs = slices.DeleteFunc(a.Runs, func(old Run) bool { return old.Engine == r.Engine && old.Size == r.Size })
	a.Runs = append(a.Runs, r)
	slices.SortFunc(a.Runs, func(x, y Run) int { return cmp.Or(cmp.Compare(x.Engine, y.Engine), cmp.Compare(x.Size, y.Size)) })
}

// write leaves the figures, the page about them and the curves in a folder.
func (a *Results) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	b, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "results.json"), append(b, '\n'), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "curves.svg"), []byte(a.curves()), 0o644); err != nil {
		return err
	}
	return a.report(filepath.Join(dir, "RESULTS.md"))
}
