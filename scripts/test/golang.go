package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sallyport/sallyport/internal/peers/tool"
)

const stageBinary = "build bin/sallyport"

// goLint checks form and habits: gofmt, vet, staticcheck, and the rules of internal/lint (imports, sizes, words).
func (r *runner) goLint() {
	r.stage("gofmt", nil, func() error {
		files, err := r.goFiles()
		if err != nil {
			return err
		}
		out, err := r.output(r.root, nil, "gofmt", append([]string{"-l"}, files...)...)
		if err == nil && out != "" {
			err = errors.New("not formatted (run gofmt -w on them):\n" + out)
		}
		return err
	})
	r.stage("go vet", nil, func() error {
		_, err := r.output(r.root, nil, "go", "vet", "./...")
		return err
	})
	r.stage("staticcheck", nil, func() error {
		bin, err := tool.Path(r.ctx, "staticcheck")
		if err != nil {
			return err
		}
		_, err = r.output(r.root, nil, bin, "-checks", "inherit,-ST1005,-QF*", "./...")
		return err
	})
	r.stage("import rule and habits", nil, func() error {
		_, err := r.output(r.root, nil, "go", "test", "-count=1", "./internal/lint/")
		return err
	})
}

// goFiles lists the project's own Go files, those not committed yet included.
func (r *runner) goFiles() ([]string, error) {
	out, err := r.output(r.root, nil, "git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "--", "*.go")
	if err != nil {
		return nil, err
	}
	var files []string
	for name := range strings.Lines(out) {
		name = strings.TrimSpace(name)
		if _, err := os.Stat(filepath.Join(r.root, name)); err == nil {
			files = append(files, name)
		}
	}
	return files, nil
}

// generated checks that what is generated and committed is what the generators make of the code now.
func (r *runner) generated() {
	r.stage("generated files are up to date", []string{stageNpm}, func() error {
		const remedy = "it is not what `make generate` makes of the code now: run that and commit the result"
		spec := r.log("openapi.json")
		cmd := r.command(r.root, nil, "go", "run", "./cmd/sallyport", "openapi")
		var problem bytes.Buffer
		cmd.Stderr = &problem
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("go run ./cmd/sallyport openapi: %w\n%s", err, problem.String())
		}
		if err := os.WriteFile(spec, out, 0o644); err != nil {
			return err
		}
		if err := same(filepath.Join(r.web, "openapi.json"), spec); err != nil {
			return fmt.Errorf("web/openapi.json: %s (%w)", remedy, err)
		}
		types := r.log("schema.d.ts")
		if _, err := r.output(r.web, nil, "npx", "--no-install", "openapi-typescript", spec, "-o", types); err != nil {
			return err
		}
		if err := same(filepath.Join(r.web, "src", "api", "schema.d.ts"), types); err != nil {
			return fmt.Errorf("web/src/api/schema.d.ts: %s (%w)", remedy, err)
		}
		return nil
	})
}

func same(committed, made string) error {
	a, err := os.ReadFile(committed)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(made)
	if err != nil {
		return err
	}
	if bytes.Equal(a, b) {
		return nil
	}
	old, now := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(old), len(now)) {
		if !bytes.Equal(old[i], now[i]) {
			return fmt.Errorf("they differ first in line %d", i+1)
		}
	}
	return fmt.Errorf("it has %d lines, now they are %d", len(old), len(now))
}

// goBuild leaves the binary as it ships, with the page inside when that was built.
func (r *runner) goBuild() {
	r.stage(stageBinary, nil, func() error {
		_, err := r.output(r.root, []string{"CGO_ENABLED=0"}, "go", "build", "-trimpath", "-ldflags", "-s -w",
			"-o", filepath.Join("bin", "sallyport"), "./cmd/sallyport")
		return err
	})
}
