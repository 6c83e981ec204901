// Package postgres starts a private PostgreSQL server for tests and development: a fresh cluster in a temporary
// folder, on a loopback port, with the settings of a production server (fsync on), gone when its owner is gone.
package postgres

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sallyport/sallyport/internal/peers/guard"
)

// EnvDSN names the variable that holds the URL of a server to use instead of starting one. Its user must be allowed
// to create databases.
const EnvDSN = "SALLYPORT_TEST_POSTGRES"

// EnvBuffers names the variable that says how much memory a server that is started keeps tables in, as shared_buffers
// takes it; 256MB, which is enough for tests, where it is not set.
const EnvBuffers = "SALLYPORT_PEERS_BUFFERS"

// Server is a running cluster.
type Server struct {
	proc     *guard.Process
	addr     string
	password string
}

// Start makes a cluster and starts its server. It takes one to three seconds, most of it initdb, and fails with what
// to install when PostgreSQL is not there.
func Start(ctx context.Context) (*Server, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	account := ""
	if os.Geteuid() == 0 {
		account = "postgres" // PostgreSQL refuses to run as root
	}
	var errs error
	for range 3 { // a port that was free can be taken by the time the server listens
		s, err := start(ctx, bin, account)
		if err == nil {
			return s, nil
		}
		errs = err
		if ctx.Err() != nil || !strings.Contains(err.Error(), "Address already in use") {
			break
		}
	}
	return nil, errs
}

func start(ctx context.Context, bin, account string) (*Server, error) {
	dir, err := guard.TempDir("sallyport-pg-", account)
	if err != nil {
		return nil, err
	}
	s := &Server{password: rand.Text()}
	if err := s.initdb(dir, bin, account); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.addr, err = guard.FreeAddr()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	host, port, _ := net.SplitHostPort(s.addr)
	data := filepath.Join(dir, "data")
	args := []string{"-D", data}
	for _, set := range []string{
		"listen_addresses=" + host, "port=" + port, "unix_socket_directories=" + dir,
		"max_connections=200", "max_pred_locks_per_transaction=256", "shared_buffers=" + cmp.Or(os.Getenv(EnvBuffers), "256MB"), "fsync=on", "synchronous_commit=on", "full_page_writes=on",
		"wal_level=replica", "max_wal_size=1GB", "checkpoint_timeout=15min", "work_mem=16MB",
		"dynamic_shared_memory_type=mmap", // containers often have 64 MB of /dev/shm
		"timezone=UTC", "log_timezone=UTC", "lc_messages=C", "log_min_messages=warning", "log_min_error_statement=panic",
	} {
		args = append(args, "-c", set)
	}
	s.proc, err = guard.Start(guard.Options{
		Path: filepath.Join(bin, "postgres"), Args: args, Dir: dir, User: account,
		Signal: "INT", // the fast shutdown: sessions are ended, data is written
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	err = s.proc.WaitReady("PostgreSQL", 60*time.Second, func() error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
		if err != nil {
			return err
		}
		if lines := strings.Split(string(b), "\n"); len(lines) < 8 || strings.TrimSpace(lines[7]) != "ready" {
			return errors.New("the server is still starting")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) initdb(dir, bin, account string) error {
	pw := filepath.Join(dir, "pw")
	if err := os.WriteFile(pw, []byte(s.password+"\n"), 0o600); err != nil {
		return err
	}
	locale := "C"
	if runtime.GOOS == "linux" {
		locale = "C.UTF-8"
	}
	if err := guard.Own(pw, account); err != nil {
		return err
	}
	cmd, err := guard.Command(account, filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres",
		"--pwfile="+pw, "--auth=scram-sha-256", "--encoding=UTF8", "--locale="+locale, "--no-sync")
	if err != nil {
		return err
	}
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Remove(pw)
}

// Addr is the loopback address of the server, "host:port": for a proxy that is to stand in between.
func (s *Server) Addr() string { return s.addr }

// DSN returns the URL of a database of this server, as the superuser; empty means "postgres", which always exists.
func (s *Server) DSN(database string) string {
	if database == "" {
		database = "postgres"
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword("postgres", s.password), Host: s.addr, Path: "/" + database,
		RawQuery: "sslmode=disable"}
	return u.String()
}

// Stop ends the server and removes its folder. It may be called more than once.
func (s *Server) Stop() error { return s.proc.Stop() }

var shared struct {
	once sync.Once
	dsn  string
	err  error
}

// Shared returns the URL of the one server that this process uses: that of SALLYPORT_TEST_POSTGRES, else a private
// cluster that the first call starts and that ends with the process. The server may be shared with other processes:
// make databases of your own in it, with names that nobody else takes.
func Shared(ctx context.Context) (string, error) {
	if dsn := os.Getenv(EnvDSN); dsn != "" {
		return dsn, nil
	}
	shared.once.Do(func() {
		s, err := Start(context.WithoutCancel(ctx))
		if err != nil {
			shared.err = fmt.Errorf("no PostgreSQL for the tests: %w", err)
			return
		}
		shared.dsn = s.DSN("")
	})
	return shared.dsn, shared.err
}

// findBin returns the folder with initdb and postgres: PG_BIN, else the newest of /usr/lib/postgresql/*/bin, else
// that of the initdb on the PATH.
func findBin() (string, error) {
	if dir := os.Getenv("PG_BIN"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
			return "", fmt.Errorf("PG_BIN is %s, but there is no initdb: %w", dir, err)
		}
		return dir, nil
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	version := func(dir string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		return n
	}
	sort.Slice(dirs, func(i, j int) bool { return version(dirs[i]) > version(dirs[j]) })
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil {
			return dir, nil
		}
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("PostgreSQL is not installed (looked in PG_BIN, /usr/lib/postgresql/*/bin and PATH): " +
			"install it (Debian: apt-get install postgresql), or set " + EnvDSN + " to the URL of a server where databases may be created")
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return filepath.Dir(path), nil
}
