package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// runner runs stages one after the other and counts.
type runner struct {
	ctx            context.Context
	root, web      string
	logs           string // what the commands of a stage printed is kept here, a file per stage
	passed, failed int
	failures       []string
	broken         []string // stages that failed
}

// errCounted says that a stage has counted what passed and what failed in it by itself.
var errCounted = errors.New("counted")

// stage runs one check and counts it as one, unless it returns errCounted. A stage whose needs failed is not run and
// counts as failed.
func (r *runner) stage(name string, needs []string, check func() error) {
	if r.ctx.Err() != nil {
		return
	}
	fmt.Printf("==> %s\n", name)
	begin, failed := time.Now(), r.failed
	var err error
	for _, need := range needs {
		if slices.Contains(r.broken, need) {
			err = fmt.Errorf("it needs the stage %q, which failed", need)
		}
	}
	if err == nil {
		err = check()
	}
	took := time.Since(begin).Round(100 * time.Millisecond)
	if err == nil {
		r.passed++
	}
	if err == nil || errors.Is(err, errCounted) && r.failed == failed {
		fmt.Printf("    ok, %s\n", took)
		return
	}
	r.broken = append(r.broken, name)
	if !errors.Is(err, errCounted) {
		fmt.Println(indent(err.Error()))
		r.fail(name)
	}
	fmt.Printf("    FAILED, %s\n", took)
}

func (r *runner) fail(what string) {
	r.failed++
	r.failures = append(r.failures, what)
}

// output runs a command in a folder and returns what it printed; on failure the error carries that. The command gets
// no standard input, and is ended with all its children when the run is interrupted.
func (r *runner) output(dir string, env []string, name string, args ...string) (string, error) {
	cmd := r.command(dir, env, name, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, tail(string(out), 200))
	}
	return string(out), nil
}

func (r *runner) command(dir string, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(r.ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "NO_COLOR=1"), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	return cmd
}

// log returns the path of a file that a tool writes its report to, and makes sure that no older one is there.
func (r *runner) log(name string) string {
	path := filepath.Join(r.logs, name)
	_ = os.Remove(path)
	return path
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n    ")
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimRight(s, "\n"), "\n")
	if len(all) <= lines {
		return strings.Join(all, "\n")
	}
	return fmt.Sprintf("(%d lines before these)\n%s", len(all)-lines, strings.Join(all[len(all)-lines:], "\n"))
}
