// Package tool finds the programs that tests run beside Sallyport and that come from Go modules: it builds them from
// the exact versions in tools/NAME/go.mod into .tools/bin. They are modules of their own, so that what they depend on
// never touches what the product is built with.
package tool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// Path returns the program of tools/NAME, building it first when it is missing or older than its module's files. The
// first build takes about a minute and loads modules; processes that ask at the same time wait for one build.
func Path(ctx context.Context, name string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(root, ".tools", "bin", name)
	src := filepath.Join(root, "tools", name)
	if fresh(bin, src) {
		return bin, nil
	}
	if err := os.MkdirAll(filepath.Dir(bin), 0o755); err != nil {
		return "", err
	}
	lock, err := os.Create(filepath.Join(root, ".tools", name+".lock"))
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("wait for another build of %s: %w", name, err)
	}
	if fresh(bin, src) {
		return bin, nil
	}
	return bin, build(ctx, name, src, bin)
}

func build(ctx context.Context, name, src, bin string) error {
	target, err := os.ReadFile(filepath.Join(src, "build")) // names a package of another module
	if errors.Is(err, os.ErrNotExist) {
		target = []byte(".")
	} else if err != nil {
		return err
	}
	// Built beside its place and renamed: a program that runs is never written over.
	next := bin + ".next"
	cmd := exec.CommandContext(ctx, "go", "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", next,
		strings.TrimSpace(string(target)))
	cmd.Dir = src
	// What the caller was built with (-race, say) is no concern of the tool.
	cmd.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build tools/%s (it needs its modules from the Go module cache or proxy): %w\n%s", name, err, bytes.TrimSpace(out))
	}
	return os.Rename(next, bin)
}

func fresh(bin, src string) bool {
	built, err := os.Stat(bin)
	if err != nil {
		return false
	}
	files, err := os.ReadDir(src)
	if err != nil {
		return false
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.ModTime().After(built.ModTime()) {
			return false
		}
	}
	return true
}

// Root returns the folder of the checkout, looking upwards from the working directory: tests run in their package's.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.HasPrefix(mod, []byte("module github.com/sallyport/sallyport\n")) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("not inside a checkout of Sallyport: no go.mod of github.com/sallyport/sallyport here or above")
		}
	}
}
