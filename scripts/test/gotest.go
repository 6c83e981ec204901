package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// event is a line of go test -json.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Elapsed    float64
	Output     string
}

// goTest runs all Go tests with the race detector, on SQLite and on PostgreSQL.
func (r *runner) goTest(run string) {
	name := "go test -race ./..."
	if run != "" {
		name += " -run " + run
	}
	r.stage(name, nil, func() error {
		if os.Getenv("SALLYPORT_TEST_POSTGRES") == "" {
			return fmt.Errorf("SALLYPORT_TEST_POSTGRES is not set: run this as `make test-go`, or with the URL of a server where databases may be created")
		}
		// The SQLite driver is a C program turned into Go: watching each of its memory accesses makes it some twenty
		// times slower and finds nothing of ours, so it is compiled without the detector; so is the arithmetic of signatures,
		// which shares nothing and is most of what checking a log costs.
		// The tests often wait for a disk, a database or another process: with a package more than there are cores, those
		// have something to do meanwhile.
		args := []string{"test", "-json", "-race", "-gcflags=modernc.org/...=-race=false", "-gcflags=crypto/internal/...=-race=false",
			"-p=" + strconv.Itoa(runtime.NumCPU()+1), "-vet=off", "-count=1", "-timeout=20m"}
		packages := []string{"./..."}
		if run != "" {
			args = append(args, "-run", run)
		} else {
			// The habits are a stage of their own, and have nothing to race: reading all sources so takes twenty times as long.
			list, err := r.command(r.root, nil, "go", "list", "./...").Output()
			if err != nil {
				return fmt.Errorf("go list ./...: %w", err)
			}
			packages = slices.DeleteFunc(strings.Fields(string(list)), func(p string) bool { return strings.HasSuffix(p, "/internal/lint") })
		}
		cmd := r.command(r.root, []string{"SALLYPORT_BINARY=" + filepath.Join(r.root, "bin", "sallyport")}, "go", append(args, packages...)...)
		out, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		log, err := os.Create(r.log("go-test.json"))
		if err != nil {
			return err
		}
		defer log.Close()
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			return err
		}
		count := &goCount{r: r, output: map[string]*strings.Builder{}, failed: map[string]int{}}
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			_, _ = fmt.Fprintln(log, lines.Text())
			var e event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				fmt.Println(indent(lines.Text()))
				continue
			}
			count.add(e)
		}
		err = cmd.Wait()
		fmt.Printf("    %d passed, %d failed\n", count.pass, count.fail)
		if err == nil && count.pass == 0 {
			err = fmt.Errorf("no test was run")
		}
		if count.fail > 0 || err == nil {
			return errCounted
		}
		return err
	})
}

// goCount counts tests and sub-tests, and keeps what each printed until it is known to be of interest.
type goCount struct {
	r          *runner
	pass, fail int
	output     map[string]*strings.Builder
	failed     map[string]int // by package
}

func (c *goCount) add(e event) {
	key := e.Package + " " + e.Test
	if e.Test == "" {
		key = e.Package + e.ImportPath
	}
	switch e.Action {
	case "output", "build-output":
		if c.output[key] == nil {
			c.output[key] = &strings.Builder{}
		}
		c.output[key].WriteString(e.Output)
		return
	case "pass":
		if e.Test != "" {
			c.pass++
			c.r.passed++
		} else {
			fmt.Printf("    ok   %-60s %6.1f s\n", short(e.Package), e.Elapsed)
		}
	case "skip":
		if e.Test != "" { // a package without tests is skipped too, and that is no fault
			c.count(e, "skipped, which no test may be")
		}
	case "fail", "build-fail":
		switch {
		case e.Test != "":
			c.count(e, "")
		case e.Action == "build-fail" || c.failed[e.Package] == 0:
			// The package itself: it did not build, or it died outside of a test.
			if c.failed[e.Package] == 0 || e.Package == "" {
				c.count(e, "")
			}
		}
		if e.Test == "" && e.Package != "" {
			fmt.Printf("    FAIL %-60s %6.1f s\n", short(e.Package), e.Elapsed)
		}
	default:
		return
	}
	delete(c.output, key)
}

func (c *goCount) count(e event, why string) {
	key, name := e.Package+" "+e.Test, short(e.Package)+" "+e.Test
	if e.Test == "" {
		key, name = e.Package+e.ImportPath, short(e.Package+e.ImportPath)
	}
	if why != "" {
		name += " (" + why + ")"
	}
	if e.Action == "build-fail" {
		// Its package fails next, and is what counts.
		if out := c.output[key]; out != nil {
			fmt.Println(indent(tail(out.String(), 100)))
		}
		return
	}
	c.fail++
	c.failed[e.Package]++
	c.r.fail(strings.TrimSpace(name))
	if out := c.output[key]; out != nil {
		fmt.Println(indent(tail(out.String(), 100)))
	}
}

func short(pkg string) string {
	if rest := strings.TrimPrefix(pkg, "github.com/sallyport/sallyport"); rest != pkg {
		return "." + rest
	}
	return pkg
}
