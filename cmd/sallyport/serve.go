package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func (a *app) serveCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the server: API, page and workers",
		Long: "Runs everything in one process, on SQLite in the data directory, or on PostgreSQL. Several processes may share one\n" +
			"PostgreSQL database, each as --only api or --only worker, or as both.\n\nEach flag is also a key of the file of --config (public_url) and an environment variable (SALLYPORT_PUBLIC_URL).\n" +
			"Secrets are no flags: set SALLYPORT_KEY, SALLYPORT_SMTP_PASSWORD and SALLYPORT_OIDC_CLIENT_SECRET, or the file.",
		Example: "  sallyport serve --demo\n  sallyport serve --data /var/lib/sallyport --admin you@example.com --public-url https://sallyport.example.com\n" +
			"  sallyport serve --database postgres://sallyport@db/sallyport --only api",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load(cmd.Flags(), a.lookup)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, cmd.Flags().Changed("data"), a.out, a.err)
		},
	}
	(&config{}).flags(cmd.Flags())
	_ = cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions([]string{"api", "worker"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// drainTime is how long calls and work that are under way may take when the server is told to stop.
const drainTime = 20 * time.Second

// serve runs the server until the context ends.
func serve(ctx context.Context, c *config, dataGiven bool, out, errs io.Writer) error {
	log := logger(c, errs)
	release, err := claimData(c)
	if err != nil {
		return err
	}
	defer release()
	key, err := masterKey(c, dataGiven)
	if err != nil {
		return err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return sallyport.Errorf(sallyport.EUnavailable, "%s cannot be listened on: %w", c.Listen, err).WithHint("Does another server run there? Name another port with --listen.")
	}
	if c.Public == "" {
		c.Public = "http://" + reachable(ln.Addr())
	}
	c.Public = strings.TrimSuffix(c.Public, "/")

	front := &front{}
	done := make(chan struct{})
	srv := &http.Server{Handler: front, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	defer srv.Close()

	n, err := start(ctx, c, key, log, done)
	if err != nil {
		return err
	}
	defer n.close()
	front.handler.Store(&n.handler)
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var workers sync.WaitGroup
	for _, w := range n.workers {
		workers.Go(func() { w(work) })
	}
	fmt.Fprintf(out, "Sallyport is ready at %s\n", c.Public)
	if c.Demo {
		fmt.Fprintln(out, "This is a demo: anybody on this machine signs in as anybody.")
	}

	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	log.Info("stopping")
	n.stopping.Store(true)
	close(done)
	stopWork()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if serr := srv.Shutdown(end); serr != nil {
		log.Warn("some calls did not finish in time", "error", serr)
	}
	idle := make(chan struct{})
	go func() { workers.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-end.Done():
		log.Warn("some work did not finish in time; it is taken up again at the next start")
	}
	return err
}

// claimData locks the directory of a SQLite database.
func claimData(c *config) (func(), error) {
	if c.Database != "" {
		return func() {}, nil
	}
	return lockDir(c.Data)
}

// address is the database's address for the store.
func (c *config) address() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, "sallyport.db")
}

// reachable is an address that a browser on this machine reaches.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func logger(c *config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // Validate has seen it
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// front answers from the first moment: that the process lives, and that it is not ready, until the node has started.
type front struct{ handler atomic.Pointer[http.Handler] }

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := f.handler.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path == "/healthz" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"status":"ok"}`+"\n")
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, `{"type":"/api/docs#unavailable","title":"Not available now","status":503,"detail":"the server is starting","hint":"Try again in a moment."}`+"\n")
}

// openStore opens and migrates the database.
func openStore(ctx context.Context, c *config, key []byte) (*store.DB, error) {
	return store.Open(ctx, c.address(), store.Options{Sealer: store.NewKeySealer(key)})
}
