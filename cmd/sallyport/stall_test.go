package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sallyport/sallyport/internal/peers/slapd"
	"github.com/sallyport/sallyport/store"
)

// TestFrozenBeforeItsWrite freezes the real process between deciding to add somebody to a group of a real OpenLDAP and
// adding, before its last look at the clock and after it, for longer than its lease. The access ends meanwhile; on
// PostgreSQL another node has settled that before the first goes on. Nobody is left in the group.
func TestFrozenBeforeItsWrite(t *testing.T) {
	binary, err := builtToCrash()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel() // most of it is waiting for processes
			c := startCrashing(t, binary, engine, slapd.Test(t))
			for i, label := range []string{"prepared", "writing"} {
				_ = c.cmd.Process.Kill()
				_ = c.cmd.Wait()
				c.stall = label
				c.start("")
				until := time.Now().Add(4 * time.Second)
				given := make(chan struct{})
				go func() { // the process may freeze before it answers
					defer close(given)
					c.call("POST", "/grants", map[string]any{"subject": fmt.Sprintf("user:crash%d", i), "resource": "operations", "until": until, "reason": "to see it freeze"}, 0)
				}()
				pid := c.cmd.Process.Pid
				c.eventually(label+": the process is frozen", func() bool { return frozen(pid) })
				c.eventually(label+": its end has passed", func() bool { return time.Now().After(until) && c.provision(i).due })
				stop := func() {}
				if c.database != "" {
					stop = c.another()
					c.eventually(label+": another node settles it", func() bool { return c.provision(i).state == "absent" })
				}
				if err := c.cmd.Process.Signal(syscall.SIGCONT); err != nil {
					t.Fatal(err)
				}
				<-given
				c.eventually(label+": it is settled", func() bool { p := c.provision(i); return p.state == "absent" && p.quiet })
				if c.member(i) {
					t.Errorf("%s: the late write stays", label)
				}
				if g := c.grant(i); g["state"] != "ended" {
					t.Errorf("%s: the grant is %v", label, g["state"])
				}
				stop() // so that the next is not taken by it
			}
		})
	}
}

// frozen reports whether a process is stopped.
func frozen(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(b), ") ")
	return err == nil && strings.HasPrefix(after, "T")
}

// another starts a second node on the same database, which nothing freezes.
func (c *crashing) another() (stop func()) {
	c.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	var log bytes.Buffer
	cmd := exec.Command(c.binary, "serve", "--demo", "--only", "worker", "--listen", address, "--data", c.dir, "--target-timeout", c.timeout, "--database", c.database)
	cmd.Env = append(os.Environ(), "SALLYPORT_CRASH_AT=", "SALLYPORT_STALL_AT=")
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if c.Failed() {
			c.Logf("the other node said:\n%s", &log)
		}
	})
	c.Cleanup(stop)
	return stop
}

// row is what the database says of somebody's access to the operations group.
type row struct {
	state string
	quiet bool // nothing is due or under way
	due   bool // the lease of whoever was at it is over
}

// provision reads beside the server, which may be frozen.
func (c *crashing) provision(i int) (p row) {
	c.Helper()
	db, err := store.Open(c.Context(), c.where(), store.Options{})
	if err != nil {
		c.Fatal(err)
	}
	defer db.Close()
	err = db.View(c.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT p.state, p.next_at IS NULL AND p.recheck_at IS NULL, COALESCE(p.lease_until, 0) < $2 FROM provisions p JOIN users u ON u.tenant_id=p.tenant_id AND u.id=p.user_id
			WHERE u.login=$1`, []any{fmt.Sprintf("crash%d", i), store.Micros(db.Now())}, &p.state, &p.quiet, &p.due)
	})
	if err != nil {
		c.Fatal(err)
	}
	return p
}
