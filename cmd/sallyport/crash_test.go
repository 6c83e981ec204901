package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sallyport/sallyport/internal/peers/slapd"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// builtToCrash compiles the real binary once, with the points at which it can be killed and stopped.
var builtToCrash = sync.OnceValues(func() (string, error) {
	plain, err := built()
	if err != nil {
		return "", err
	}
	path := plain + "-crash"
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-buildvcs=false", "-tags", "crashpoints", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

// TestKilledBetweenCommitAndEffect kills the real binary at each point between a commit and its effect in a real
// OpenLDAP, starts it again, and expects the directory to become what was promised: a member after a grant, none after
// its end.
func TestKilledBetweenCommitAndEffect(t *testing.T) {
	binary, err := builtToCrash()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel() // most of it is waiting for processes
			ldap := slapd.Test(t)
			c := startCrashing(t, binary, engine, ldap)
			for i, label := range []string{"claimed", "prepared", "written", "read back", "settled"} {
				c.during(label, "grant", func() { c.give(i) }, func() bool { return c.grant(i)["id"] != nil })
				c.eventually(label+": in the directory", func() bool { return c.member(i) })
				c.eventually(label+": active", func() bool { return c.grant(i)["state"] == "active" })
				id := c.grant(i)["id"].(string)
				c.during(label, "end", func() { c.end(id) }, func() bool { return c.grant(i)["ended_at"] != nil })
				c.eventually(label+": gone from the directory", func() bool { return !c.member(i) })
				c.eventually(label+": ended", func() bool { return c.grant(i)["state"] == "ended" })
			}
		})
	}
}

type crashing struct {
	*testing.T
	binary, address, dir, database string
	timeout                        string // of calls to the target
	stall                          string // label at which the next process stops
	ldap                           *slapd.Server
	cmd                            *exec.Cmd
	http                           *http.Client
	log                            *bytes.Buffer
}

func startCrashing(t *testing.T, binary, engine string, ldap *slapd.Server) *crashing {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	c := &crashing{T: t, binary: binary, address: l.Addr().String(), dir: t.TempDir(), timeout: "1s", ldap: ldap, http: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	l.Close()
	if engine == "postgres" {
		c.database = storetest.Address(t, engine)
	}
	ldif := ""
	for i := range 5 {
		ldif += fmt.Sprintf("dn: uid=crash%d,%s\nobjectClass: inetOrgPerson\nuid: crash%d\ncn: Crash %d\nsn: %d\nmail: crash%d@example.test\n\n", i, ldap.People(), i, i, i, i)
	}
	ldif += fmt.Sprintf("dn: cn=ops,%s\nobjectClass: groupOfNames\ncn: ops\nmember: %s\n", ldap.Groups(), ldap.BindDN)
	if err := ldap.Seed(ldif); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.cmd == nil || c.cmd.Process == nil {
			return
		}
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
		if t.Failed() {
			t.Logf("the server said:\n%s", c.log)
		}
	})
	c.start("")
	settings := map[string]any{"url": ldap.URL(), "bind_dn": ldap.BindDN, "bind_password": ldap.Password, "people_base": ldap.People(), "groups_base": ldap.Groups(), "empty_member": ldap.BindDN}
	c.call("POST", "/connections", map[string]any{"kind": "ldap", "slug": "ldap", "name": "LDAP", "directory": true, "settings": settings}, 201)
	c.call("POST", "/connections/ldap/sync", map[string]any{}, 0)
	c.eventually("the people are known", func() bool {
		return c.call("GET", "/users?q=crash4", nil, 200)["items"] != nil && len(c.call("GET", "/users?q=crash4", nil, 200)["items"].([]any)) == 1
	})
	c.call("POST", "/resources", map[string]any{"kind": "app", "slug": "operations", "name": "Operations",
		"fulfilment": map[string]any{"kind": "connector", "connection": "ldap", "target": "cn=ops," + ldap.Groups()}}, 201)
	return c
}

// start runs the server, to be killed at the label unless that is "", and waits until it is ready and we are signed in.
// It reports false when work left from before, such as a second look at the directory, led to the label at once.
func (c *crashing) start(label string) bool {
	c.Helper()
	args := []string{"serve", "--demo", "--listen", c.address, "--data", c.dir, "--target-timeout", c.timeout}
	if c.database != "" {
		args = append(args, "--database", c.database)
	}
	c.log = &bytes.Buffer{}
	c.cmd = exec.Command(c.binary, args...)
	c.cmd.Env = append(os.Environ(), "SALLYPORT_CRASH_AT="+label, "SALLYPORT_STALL_AT="+c.stall)
	c.cmd.Stdout, c.cmd.Stderr = c.log, c.log
	if err := c.cmd.Start(); err != nil {
		c.Fatal(err)
	}
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		res, err := c.http.Post("http://"+c.address+"/auth/demo", "application/json", strings.NewReader(`{"login":"admin"}`))
		if err == nil {
			res.Body.Close()
			if res.StatusCode == 204 {
				return true
			}
		}
		if label != "" && c.cmd.Process.Signal(syscall.Signal(0)) == nil && dead(c.cmd.Process.Pid) {
			return false
		}
	}
	c.Fatalf("it was not ready in time\n%s", c.log)
	return false
}

// dead reports whether a child has ended and waits to be buried.
func dead(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := strings.Cut(string(b), ") ")
	return err != nil || strings.HasPrefix(after, "Z")
}

// during restarts the server so that it dies at the label, makes it do something that leads there, sees it die, and
// starts it again. Work left from before may have led there too early, before what is done was committed: then it is done
// once more.
func (c *crashing) during(label, what string, do func(), committed func() bool) {
	c.Helper()
	for range 5 {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
		if c.start(label) {
			do()
			c.die(label, what)
		} else {
			_ = c.cmd.Wait()
		}
		c.start("")
		if committed() {
			return
		}
		time.Sleep(time.Second)
	}
	c.Fatalf("%s: it never got so far as to commit\n%s", what, c.log)
}

// die waits until the server has killed itself.
func (c *crashing) die(label, what string) {
	c.Helper()
	died := make(chan error, 1)
	go func() { died <- c.cmd.Wait() }()
	select {
	case err := <-died:
		if c.cmd.ProcessState.ExitCode() != -1 {
			c.Fatalf("%s, %s: it ended by itself: %v\n%s", what, label, err, c.log)
		}
	case <-time.After(40 * time.Second):
		c.Fatalf("%s: it did not reach %q\n%s", what, label, c.log)
	}
}

// call calls the API. It is tried again while the server dies under it; status 0 means that any success will do.
func (c *crashing) call(method, path string, in any, status int) map[string]any {
	c.Helper()
	body, _ := json.Marshal(in)
	if in == nil {
		body = nil
	}
	req, err := http.NewRequestWithContext(context.Background(), method, "http://"+c.address+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		if status == 0 {
			return nil // it died before it could answer
		}
		c.Fatalf("%s %s: %v\n%s", method, path, err, c.log)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	if (status != 0 && res.StatusCode != status) || res.StatusCode >= 300 {
		c.Fatalf("%s %s: %d\n%s", method, path, res.StatusCode, text)
	}
	out := map[string]any{}
	_ = json.Unmarshal(text, &out)
	return out
}

// where is the address of the database.
func (c *crashing) where() string {
	if c.database != "" {
		return c.database
	}
	return filepath.Join(c.dir, "sallyport.db")
}

// leased reports whether a worker is at something, read beside the server.
func (c *crashing) leased() bool {
	c.Helper()
	db, err := store.Open(c.Context(), c.where(), store.Options{})
	if err != nil {
		c.Fatal(err)
	}
	defer db.Close()
	var n int
	err = db.View(c.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT count(*) FROM provisions WHERE lease_until IS NOT NULL`, nil, &n)
	})
	if err != nil {
		c.Fatal(err)
	}
	return n > 0
}

func (c *crashing) give(i int) {
	c.Helper()
	c.call("POST", "/grants", map[string]any{"subject": fmt.Sprintf("user:crash%d", i), "resource": "operations", "duration": "P1D", "reason": "to see it crash"}, 0)
}

func (c *crashing) end(id string) {
	c.Helper()
	c.call("POST", "/grants/"+id+"/end", map[string]any{"reason": "to see it crash"}, 0)
}

func (c *crashing) grant(i int) map[string]any {
	c.Helper()
	items := c.call("GET", fmt.Sprintf("/grants?subject=user:crash%d&resource=operations", i), nil, 200)["items"].([]any)
	if len(items) == 0 {
		return map[string]any{}
	}
	return items[0].(map[string]any)
}

func (c *crashing) member(i int) bool {
	c.Helper()
	want := fmt.Sprintf("uid=crash%d,%s", i, c.ldap.People())
	members, err := c.ldap.Values("cn=ops,"+c.ldap.Groups(), "member")
	if err != nil {
		c.Fatal(err)
	}
	for _, m := range members {
		if strings.EqualFold(m, want) {
			return true
		}
	}
	return false
}

func (c *crashing) eventually(what string, f func() bool) {
	c.Helper()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if f() {
			return
		}
	}
	c.Fatalf("it did not come to that: %s\n%s", what, c.log)
}
