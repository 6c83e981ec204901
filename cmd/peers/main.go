// Peers starts the real servers that Sallyport is developed and tested against (PostgreSQL, OpenLDAP, mailpit, dex),
// prints their addresses as shell exports, and stops them on Ctrl-C.
//
// With -run it starts them (only PostgreSQL, unless -only says otherwise), runs a shell command with their addresses
// in its environment, stops them, and ends with the command's exit code. What the environment already names is used
// and not started.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/sallyport/sallyport/internal/peers/tool"
)

func main() {
	only := flag.String("only", "", "start only these, separated by commas: "+strings.Join(names(), ", "))
	run := flag.String("run", "", "run this shell command beside the servers, then stop them")
	tools := flag.Bool("tools", false, "only build the programs of tools/ into .tools/bin, then end")
	redirect := flag.String("redirect", "http://127.0.0.1:8080/auth/oidc/callback",
		"where dex may send people back to: Sallyport's callback URLs, separated by commas")
	flag.Parse()
	if *run != "" && *only == "" {
		*only = "postgres"
	}
	code, err := peers(*only, *run, *redirect, *tools)
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		code = 1
	}
	os.Exit(code)
}

func peers(only, run, redirect string, tools bool) (code int, err error) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if tools {
		for _, name := range []string{"mailpit", "dex", "staticcheck"} {
			if _, err := tool.Path(ctx, name); err != nil {
				return 1, err
			}
		}
		return 0, nil
	}
	wanted := names()
	if only != "" {
		wanted = strings.Split(only, ",")
	}
	for _, name := range wanted {
		if !slices.Contains(names(), name) {
			return 1, fmt.Errorf("-only: there is no %q; choose from %s", name, strings.Join(names(), ", "))
		}
	}
	var stops []func() error
	defer func() {
		for _, stop := range slices.Backward(stops) {
			err = errors.Join(err, stop())
		}
	}()
	var env, notes []string
	for _, p := range all(redirect) {
		if !slices.Contains(wanted, p.name) {
			continue
		}
		if run == "" {
			fmt.Fprintf(os.Stderr, "starting %s\n", p.name)
		}
		started, err := p.start(ctx)
		if err != nil {
			return 1, fmt.Errorf("%s: %w", p.name, err)
		}
		stops = append(stops, started.stop)
		env = append(env, p.env+"="+started.value)
		notes = append(notes, started.notes...)
	}
	if run != "" {
		return command(ctx, run, env)
	}
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		fmt.Printf("export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	for _, n := range notes {
		fmt.Println("# " + n)
	}
	fmt.Fprintln(os.Stderr, "running; Ctrl-C stops them all")
	<-ctx.Done()
	return 0, nil
}

// command runs a shell command and returns its exit code. An interrupt at the terminal reaches the command as well;
// its servers stay until it has ended.
func command(ctx context.Context, line string, env []string) (int, error) {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), env...)
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(1, exit.ExitCode()), nil
	}
	return 0, err
}
