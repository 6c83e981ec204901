package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

// version is set by the linker of a release.
var version = "dev"

// streams are where a command reads and writes.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// app is what the commands share.
type app struct {
	streams
	lookup func(string) (string, bool) // environment
	url    string
	token  string
	format string
	colour string
}

// The exit codes, as --help says them.
const exitHelp = `Exit codes:
  0  done                       4  there is no such thing
  1  an error of another kind   5  conflict: changed or decided in the meantime
  2  the call is wrong          6  not signed in, or not allowed
  3  refused by a rule          7  the server or its database is not available`

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	var usage *usageError
	if errors.As(err, &usage) {
		return 2
	}
	switch sallyport.CodeOf(err) {
	case sallyport.EInvalid:
		return 2
	case sallyport.EPrecondition:
		return 3
	case sallyport.ENotFound:
		return 4
	case sallyport.EConflict:
		return 5
	case sallyport.EUnauthenticated, sallyport.EForbidden:
		return 6
	case sallyport.EUnavailable, sallyport.ERateLimited:
		return 7
	}
	return 1
}

// usageError is a fault of the command line itself.
type usageError struct{ error }

func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// run is the whole program but the process around it.
func run(ctx context.Context, args []string, s streams, lookup func(string) (string, bool)) int {
	a := &app{streams: s, lookup: lookup}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	err := root.ExecuteContext(ctx)
	if err != nil {
		a.report(err)
	}
	return exitCode(err)
}

// report says what went wrong, and what to do.
func (a *app) report(err error) {
	var e *sallyport.Error
	if !errors.As(err, &e) {
		fmt.Fprintf(a.err, "%s %s\n", a.red("error:"), err)
		return
	}
	fmt.Fprintf(a.err, "%s %s\n", a.red("error:"), e.Message)
	if slices.ContainsFunc(e.Fields, func(f sallyport.Fault) bool { return !strings.Contains(e.Message, f.Message) }) {
		for _, f := range e.Fields {
			fmt.Fprintf(a.err, "  %s: %s\n", f.Path, f.Message)
		}
	}
	if e.Hint != "" {
		fmt.Fprintln(a.err, e.Hint)
	}
	if e.Err != nil && (e.Code == sallyport.EUnavailable || e.Code == sallyport.EInternal) {
		fmt.Fprintf(a.err, "  cause: %s\n", e.Err)
	}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "sallyport", Short: "Ask for access, decide, fulfil, end it, prove it",
		Long: "Sallyport runs the requests for access of a company: who asks, who decides, who makes it real, when it ends, and the proof.\n\n" +
			"sallyport serve --demo starts a company to try it with. The other commands call a server: see sallyport login.\n\n" + exitHelp,
		Example:      "  sallyport serve --demo\n  sallyport login --url http://127.0.0.1:8080 --demo employee\n  sallyport request vpn --for 7d --reason \"on call\"",
		Version:      version,
		SilenceUsage: true, SilenceErrors: true,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%s; see %s --help", err, cmd.CommandPath())
	})
	f := root.PersistentFlags()
	f.StringVar(&a.url, "url", "", "the server's address (SALLYPORT_URL, or what login kept)")
	f.StringVar(&a.token, "token", "", "API token (SALLYPORT_TOKEN, or what login kept)")
	f.StringVarP(&a.format, "output", "o", "table", "table, json or yaml")
	f.StringVar(&a.colour, "color", "auto", "auto, always or never")
	root.AddGroup(&cobra.Group{ID: "use", Title: "Ask and decide:"}, &cobra.Group{ID: "manage", Title: "Manage:"}, &cobra.Group{ID: "run", Title: "Run a server:"})
	for _, g := range []struct {
		id   string
		list []*cobra.Command
	}{
		{"use", []*cobra.Command{a.requestCmd(), a.requestsCmd(), a.approveCmd(), a.denyCmd(), a.cancelCmd(), a.accessCmd(), a.holdersCmd(), a.compareCmd(), a.tasksCmd(), a.expiringCmd(), a.renewCmd(), a.endCmd()}},
		{"manage", []*cobra.Command{a.applyCmd(), a.exportCmd(), a.importCmd(), a.syncCmd(), a.auditCmd(), a.reportCmd(), a.tagCmd(), a.roleCmd(), a.progressCmd(), a.holidaysCmd(), a.creationCmd(), a.tokenCmd(), a.loginCmd()}},
		{"manage", a.graphCmds()},
		{"run", []*cobra.Command{a.serveCmd(), a.migrateCmd(), a.doctorCmd(), a.openapiCmd(), a.versionCmd()}},
	} {
		for _, c := range g.list {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
	for _, c := range all(root) {
		if c.Args == nil && c.Runnable() {
			c.Args = cobra.NoArgs
		}
		wrapArgs(c)
	}
	return root
}

func all(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		list = append(list, all(sub)...)
	}
	return list
}

// wrapArgs makes wrong arguments a fault of usage, with its exit code.
func wrapArgs(c *cobra.Command) {
	check := c.Args
	if check == nil {
		return
	}
	c.Args = func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage("%s; see %s --help", err, cmd.CommandPath())
		}
		return nil
	}
}

func (a *app) env(name string) string {
	v, _ := a.lookup(name)
	return v
}

// client makes the client of the server that the flags, the environment or login name.
func (a *app) client() (*client.Client, error) {
	switch a.format {
	case "table", "json", "yaml":
	default:
		return nil, usage("--output is %q; use table, json or yaml", a.format)
	}
	kept, err := a.readProfile()
	if err != nil {
		return nil, err
	}
	address, token := a.url, a.token
	if address == "" {
		address = a.env("SALLYPORT_URL")
	}
	if address == "" {
		address = kept.URL
	}
	if address == "" {
		return nil, sallyport.Errorf(sallyport.EInvalid, "no server is named").
			WithHint("Name it once with: sallyport login --url https://sallyport.example.com --token sp_…, or set SALLYPORT_URL and SALLYPORT_TOKEN.")
	}
	if token == "" {
		token = a.env("SALLYPORT_TOKEN")
	}
	if token == "" && strings.TrimSuffix(address, "/") == kept.URL {
		token = kept.Token // a token goes to the server that it was made for, and to no other
	}
	c := client.New(address, token)
	c.Agent = "sallyport/" + version
	return c, nil
}

// terminal reports whether somebody sits at the input.
func (a *app) terminal() bool {
	f, ok := a.in.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
