// Test runs every check of the project in stages, each with its name and time, goes on after a failure so that one run
// shows all of them, and ends with the line "N passed, N failed": the Go tests, the page's unit tests and the browser
// tests one by one, and each other check as one. Its exit code is 1 when anything failed.
//
// It expects SALLYPORT_TEST_POSTGRES in the environment; `make test` runs it beside a private server.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/sallyport/sallyport/internal/peers/tool"
)

func main() {
	only := flag.String("only", "", "run one part: lint, go, web or e2e")
	run := flag.String("run", "", "with -only go: run only the tests that match, as go test -run takes it")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	root, err := tool.Root()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r := &runner{ctx: ctx, root: root, web: filepath.Join(root, "web"), logs: filepath.Join(root, ".tools", "log")}
	if err := os.MkdirAll(r.logs, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	switch *only {
	case "":
		r.everything()
	case "lint":
		r.npmInstall()
		r.goLint()
		r.webLint()
	case "go":
		r.tools("mailpit", "dex")
		r.goBuild()
		r.goTest(*run)
	case "web":
		r.npmInstall()
		r.webLint()
		r.webTest()
		r.webBuild()
	case "e2e":
		r.npmInstall()
		r.webBuild()
		r.goBuild()
		r.e2e()
	default:
		fmt.Fprintf(os.Stderr, "-only: there is no part %q; choose lint, go, web or e2e\n", *only)
		os.Exit(1)
	}
	if ctx.Err() != nil {
		r.fail("interrupted")
	}
	for _, f := range r.failures {
		fmt.Println("FAILED:", f)
	}
	fmt.Printf("%d passed, %d failed\n", r.passed, r.failed)
	if r.failed > 0 {
		os.Exit(1)
	}
}

// everything runs the cheap checks first. The page is built before the binary, which embeds it, and the binary before
// the tests that start it.
func (r *runner) everything() {
	r.npmInstall()
	r.tools("mailpit", "dex", "staticcheck")
	r.goLint()
	r.generated()
	r.webLint()
	r.webTest()
	r.webBuild()
	r.goBuild()
	r.goTest("")
	r.e2e()
}

// tools builds the programs that the tests run beside Sallyport.
func (r *runner) tools(names ...string) {
	r.stage("build the tools: "+strings.Join(names, ", "), nil, func() error {
		for _, name := range names {
			if _, err := tool.Path(r.ctx, name); err != nil {
				return err
			}
		}
		return nil
	})
}
