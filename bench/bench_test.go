package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/bench/seed"
	"github.com/sallyport/sallyport/internal/peers/postgres"
)

// TestEveryCallOfAPageIsMeasured: calls.txt lists what the pages ask for, as a browser saw it (web/e2e/calls.spec.ts).
func TestEveryCallOfAPageIsMeasured(t *testing.T) {
	file, err := os.ReadFile("calls.txt")
	if err != nil {
		t.Fatal(err)
	}
	one := []string{"app.part"}
	someone := []seed.Caller{{Token: "x"}}
	measured := map[string]bool{}
	id := regexp.MustCompile(`^/(users|resources|requests|tasks)/[^/]+`)
	for _, p := range pages(&seed.Company{Callers: someone, Admins: someone, Desks: []seed.Desk{{}}, Users: one, Resources: one, Pending: one, Requests: one, Tasks: one}) {
		u, err := url.Parse(p.path(0))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for name, values := range u.Query() {
			if name == "limit" {
				name += "=" + values[0]
			}
			names = append(names, name)
		}
		slices.Sort(names)
		line := id.ReplaceAllString(u.Path, "/$1/{id}")
		if len(names) > 0 {
			line += "?" + strings.Join(names, "&")
		}
		measured[line] = true
	}
	calls := strings.Fields(string(file))
	if len(calls) < 50 {
		t.Errorf("%d calls are listed", len(calls))
	}
	for _, call := range calls {
		if !measured[call] {
			t.Errorf("a page asks for %s, which pages.go does not", call)
		}
	}
}

// TestBench makes a run of moments against the real binary, on both databases: each call behind a page is answered, each
// change is made, and each leaves its figures.
func TestBench(t *testing.T) {
	base, err := postgres.Shared(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "sallyport")
	// With the flags of `make build`, what that compiled need not be compiled again.
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-buildvcs=false", "-o", binary, "../cmd/sallyport")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	s := settings{binary: binary, out: t.TempDir(), postgres: base, size: 0.001, clients: []int{1, 4}, duration: 4 * time.Millisecond, idle: 10 * time.Millisecond, quiet: 50 * time.Millisecond}
	if err := bench(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	all, err := readResults(filepath.Join(s.out, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(all.Runs) != 2 {
		t.Fatalf("there are %d runs", len(all.Runs))
	}
	text, err := os.ReadFile(filepath.Join(s.out, "RESULTS.md"))
	if err != nil {
		t.Fatal(err)
	}
	someone := []seed.Caller{{Token: "x"}}
	every := pages(&seed.Company{Callers: someone, Admins: someone})
	for _, r := range all.Runs {
		want := [][2]string{{"server", "a bare handler: GET /healthz"}, {"database", "a raw commit of one row"},
			{"database", "ask, approve, grant without the API"}, {"decide", "ask, approve, grant: two calls"}}
		for _, p := range every {
			want = append(want, [2]string{p.page, p.name})
		}
		for _, w := range want {
			for _, clients := range s.clients {
				c, ok := r.cell(w[0], w[1], clients)
				if !ok || c.N == 0 || c.P50 <= 0 || c.P50 > c.P95 || c.P95 > c.P99 || c.PerSecond <= 0 {
					t.Errorf("%s: %s with %d clients: %+v", r.Engine, w[1], clients, c)
				}
			}
		}
		for _, verb := range []string{"attach", "detach"} {
			for _, to := range []string{" a role of 5,000 members to one of 20 resources", " the same where a target has to change for each member"} {
				if c, ok := r.cell("role", verb+to, 1); !ok || c.N < 5 {
					t.Errorf("%s: %s%s: %+v", r.Engine, verb, to, c)
				}
			}
		}
		if r.StartSeconds <= 0 || r.SettleSeconds <= 0 || r.SeedSeconds <= 0 || r.Machine.Cores == 0 || !strings.Contains(string(text), r.Machine.Database) {
			t.Errorf("%s: when and where is missing: %+v", r.Engine, r.Machine)
		}
	}
	if sqlite := all.Runs[1]; sqlite.FirstStartSeconds <= 0 {
		t.Error("nothing says how long the first start took")
	}
	drawing(t, filepath.Join(s.out, "curves.svg"))
}

// drawing sees that the file is one whole SVG with a panel for each call.
func drawing(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(string(b)))
	circles := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the drawing is no XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "circle" {
			circles++
		}
	}
	if circles < 2*len(drawn) {
		t.Errorf("%d points are drawn for %d calls on two databases", circles, len(drawn))
	}
}

// TestWrittenByHand keeps what a person wrote when the page is written anew, and replaces only the run of the same
// engine and size.
func TestWrittenByHand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "RESULTS.md")
	all := &Results{}
	all.put(Run{Engine: "postgres", Size: 1, Machine: Machine{Database: "PostgreSQL 1"}, Cells: []Cell{{Page: "home", Name: "me", Kind: kindPage, Clients: 8, N: 1, P50: 20, P95: 60, P99: 61, PerSecond: 9}}})
	if err := all.report(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	if !strings.Contains(text, "with eight clients\n\n| database | size | call | p50 | p99 | budget |\n| --- | --: | --- | --: | --: | --: |\n| postgres | 1 | home: me | 20.0 | 61.0 | 50 |") || !strings.Contains(text, "with one client\n\nNothing.") || !strings.Contains(text, "**61.0**") {
		t.Errorf("the missed budget is not told:\n%s", text)
	}
	text = strings.Replace(text, handBegin, handBegin+"\nBecause of the rain.\n", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all.put(Run{Engine: "postgres", Size: 10, Machine: Machine{Database: "PostgreSQL 1"}})
	all.put(Run{Engine: "postgres", Size: 1, Machine: Machine{Database: "PostgreSQL 2"}})
	if len(all.Runs) != 2 {
		t.Errorf("there are %d runs of two sizes", len(all.Runs))
	}
	if err := all.report(path); err != nil {
		t.Fatal(err)
	}
	if b, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Because of the rain.", "PostgreSQL 1, size 10", "PostgreSQL 2, size 1", "with one client\n\nNothing.", "with eight clients\n\nNothing."} {
		if strings.Count(string(b), part) != 1 {
			t.Errorf("%q is not there once", part)
		}
	}
}

// TestFigures holds the percentiles against a list whose percentiles are known.
func TestFigures(t *testing.T) {
	m := &meter{run: &Run{}, print: io.Discard}
	var took []time.Duration
	for i := 100; i >= 1; i-- {
		took = append(took, time.Duration(i)*time.Millisecond)
	}
	m.add(Cell{Name: "x"}, took, 2*time.Second)
	if c := m.run.Cells[0]; fmt.Sprint(c.N, c.P50, c.P95, c.P99, c.PerSecond) != "100 51 96 100 50" {
		t.Errorf("%+v", c)
	}
}
