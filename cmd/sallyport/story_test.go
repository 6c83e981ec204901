package main

import (
	"bytes"
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

	"github.com/sallyport/sallyport/store/storetest"
)

// builtIn is where built put the binary; "" until then.
var builtIn string

// built compiles the real binary once, with the flags of `make build`, so that what that compiled need not be compiled
// again.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sallyport-test")
	if err != nil {
		return "", err
	}
	builtIn = dir
	path := filepath.Join(dir, "sallyport")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-buildvcs=false", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if builtIn != "" {
		_ = os.RemoveAll(builtIn)
	}
	os.Exit(code)
}

// demoServer is a server that runs as a process of its own.
type demoServer struct {
	t           *testing.T
	binary, url string
	args, env   []string
	cmd         *exec.Cmd
	log         *bytes.Buffer
	home        string
	people      map[string]*http.Client
}

func newDemo(t *testing.T, engine string) *demoServer {
	t.Helper()
	if engine == "postgres" {
		return startDemo(t, "--database", storetest.Address(t, engine))
	}
	return startDemo(t, "--data", filepath.Join(t.TempDir(), "data"))
}

func startDemo(t *testing.T, args ...string) *demoServer {
	t.Helper()
	return startDemoIn(t, nil, args...)
}

// startDemoIn starts a demo with more in its environment.
func startDemoIn(t *testing.T, env []string, args ...string) *demoServer {
	t.Helper()
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	d := &demoServer{t: t, binary: binary, url: "http://" + address, home: t.TempDir(), people: map[string]*http.Client{},
		args: append([]string{"serve", "--demo", "--listen", address}, args...), env: env}
	d.start()
	t.Cleanup(func() {
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait()
		if t.Failed() {
			t.Logf("the server said:\n%s", d.log)
		}
	})
	return d
}

// start starts the process and waits until it is ready; a test machine that is busy with other packages is given more
// than the 10 s that are promised.
func (d *demoServer) start() time.Duration {
	d.t.Helper()
	d.log = &bytes.Buffer{}
	d.cmd = exec.Command(d.binary, d.args...)
	d.cmd.Dir = d.home
	d.cmd.Env = append([]string{"HOME=" + d.home, "PATH=" + os.Getenv("PATH")}, d.env...)
	d.cmd.Stdout, d.cmd.Stderr = d.log, d.log
	begin := time.Now()
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	for time.Since(begin) < 60*time.Second {
		if res, err := http.Get(d.url + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == 200 {
				return time.Since(begin)
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	d.t.Fatalf("it is not ready after a minute\n%s", d.log)
	return 0
}

func (d *demoServer) stop(sig syscall.Signal) error {
	_ = d.cmd.Process.Signal(sig)
	return d.cmd.Wait()
}

// as makes a call with a person's session.
func (d *demoServer) as(login, method, path string, body any) (int, map[string]any) {
	d.t.Helper()
	h, ok := d.people[login]
	if !ok {
		jar, _ := cookiejar.New(nil)
		h = &http.Client{Jar: jar, Timeout: 20 * time.Second}
		res, err := h.Post(d.url+"/auth/demo", "application/json", strings.NewReader(`{"login":"`+login+`"}`))
		if err != nil || res.StatusCode != 204 {
			d.t.Fatalf("%s cannot sign in: %v %v", login, res, err)
		}
		res.Body.Close()
		d.people[login] = h
	}
	var in io.Reader
	if body != nil {
		b, _ := json.Marshal(body)
		in = bytes.NewReader(b)
	}
	r, _ := http.NewRequest(method, d.url+"/api/v1"+path, in)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := h.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	v := map[string]any{}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &v); err != nil {
			d.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, b)
		}
	}
	return res.StatusCode, v
}

func (d *demoServer) must(login, method, path string, body any) map[string]any {
	d.t.Helper()
	status, v := d.as(login, method, path, body)
	if status >= 300 {
		d.t.Fatalf("%s %s by %s: %d %v", method, path, login, status, v)
	}
	return v
}

// cli runs a command of the real binary as a person; it returns the exit code and what was printed.
func (d *demoServer) cli(login string, args ...string) (int, string, string) {
	d.t.Helper()
	cmd := exec.Command(d.binary, args...)
	cmd.Env = []string{"HOME=" + d.home, "SALLYPORT_PROFILE=" + filepath.Join(d.home, login+".json"), "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
	cmd.Dir = d.home
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		d.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// do is cli for what has to succeed, with the answer as JSON.
func (d *demoServer) do(login string, args ...string) string {
	d.t.Helper()
	code, out, errs := d.cli(login, args...)
	if code != 0 {
		d.t.Fatalf("sallyport %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

func (d *demoServer) json(login string, args ...string) map[string]any {
	d.t.Helper()
	var v map[string]any
	out := d.do(login, append(args, "-o", "json")...)
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		d.t.Fatalf("sallyport %s printed %q: %v", strings.Join(args, " "), out, err)
	}
	return v
}

func (d *demoServer) eventually(what string, ok func() bool) {
	d.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	d.t.Fatalf("never: %s", what)
}

// TestServer runs the real server on both databases.
func TestServer(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			d := newDemo(t, engine)
			t.Run("the main story", func(t *testing.T) { mainStory(t, d) })
			t.Run("ends by itself", func(t *testing.T) { endsByItself(t, d) })
			t.Run("command line", func(t *testing.T) { commandLine(t, d) })
			t.Run("giving by command", func(t *testing.T) { givingByCommand(t, d) })
			t.Run("adding by command", func(t *testing.T) { addingByCommand(t, d) })
			t.Run("killed and stopped", func(t *testing.T) { killedAndStopped(t, d, engine) })
		})
	}
}

// mainStory is the product's first page: ask, decide twice, fulfil by hand, hold, end, remove.
func mainStory(t *testing.T, d *demoServer) {
	d.t = t
	r := d.must("employee", "POST", "/requests", map[string]any{"resource": "vpn", "duration": "PT2H", "reason": "on call"})
	id := r["id"].(string)
	approve := map[string]any{"vote": "approve", "version": r["version"]}
	if status, v := d.as("security", "POST", "/requests/"+id+"/votes", approve); status != 403 {
		t.Errorf("the second stage may vote in the first: %d %v", status, v)
	}
	r = d.must("lead", "POST", "/requests/"+id+"/votes", approve)
	if status, v := d.as("lead", "POST", "/requests/"+id+"/votes", approve); status != 409 || !strings.Contains(fmt.Sprint(v["detail"]), "already approved by Lena Fischer") {
		t.Errorf("the second press is %d %v", status, v)
	}
	d.must("security", "POST", "/requests/"+id+"/votes", map[string]any{"vote": "approve", "version": r["version"]})

	task := func(kind string) string {
		for _, it := range d.must("it", "GET", "/tasks?assignee=me&state=todo&resource=vpn", nil)["items"].([]any) {
			if it := it.(map[string]any); it["beneficiary"].(map[string]any)["login"] == "employee" && it["kind"] == kind {
				return it["id"].(string)
			}
		}
		t.Fatalf("there is no task to %s", kind)
		return ""
	}
	fulfil := task("fulfil")
	if status, _ := d.as("employee", "POST", "/tasks/"+fulfil+"/complete", map[string]any{"evidence": "myself"}); status != 403 {
		t.Errorf("the beneficiary completes the task: %d", status)
	}
	d.must("it", "POST", "/tasks/"+fulfil+"/claim", nil)
	d.must("it", "POST", "/tasks/"+fulfil+"/complete", map[string]any{"evidence": "profile sent"})
	r = d.must("employee", "GET", "/requests/"+id, nil)
	grant := r["grant_id"].(string)
	if state := d.must("employee", "GET", "/grants/"+grant, nil)["state"]; state != "active" {
		t.Errorf("the grant is %v", state)
	}
	holds := func() bool {
		return len(d.must("employee", "GET", "/users/me/access?resource=vpn", nil)["items"].([]any)) == 1
	}
	if !holds() {
		t.Error("the employee does not hold it")
	}
	d.must("employee", "POST", "/grants/"+grant+"/end", map[string]any{"reason": "off call"})
	if holds() {
		t.Error("the employee holds what was ended")
	}
	d.eventually("the removal is a task", func() bool {
		return d.must("employee", "GET", "/grants/"+grant, nil)["state"] == "revoking"
	})
	d.eventually("it is told to remove it", func() bool {
		return len(d.must("it", "GET", "/tasks?assignee=me&kind=remove&state=todo&resource=vpn", nil)["items"].([]any)) > 0
	})
	remove := task("remove")
	d.must("it", "POST", "/tasks/"+remove+"/claim", nil)
	d.must("it", "POST", "/tasks/"+remove+"/complete", map[string]any{"evidence": "profile revoked"})
	d.eventually("it is gone", func() bool { return d.must("employee", "GET", "/grants/"+grant, nil)["state"] == "ended" })
	if state := d.must("employee", "GET", "/requests/"+id, nil)["state"]; state != "approved" {
		t.Errorf("the request is %v", state)
	}
}

// endsByItself watches an end that nobody presses.
func endsByItself(t *testing.T, d *demoServer) {
	d.t = t
	id := d.must("employee", "POST", "/requests", map[string]any{"resource": "wiki", "duration": "PT3S", "reason": "a look"})["id"].(string)
	g := d.must("lead", "POST", "/requests/"+id+"/votes", map[string]any{"vote": "approve"})["grant_id"].(string)
	ends, err := time.Parse(time.RFC3339, d.must("employee", "GET", "/grants/"+g, nil)["ends_at"].(string))
	if err != nil {
		t.Fatal(err)
	}
	d.eventually("the end is recorded", func() bool { return d.must("employee", "GET", "/grants/"+g, nil)["ended_at"] != nil })
	if late := time.Since(ends); late > 1500*time.Millisecond {
		t.Errorf("it took %s", late)
	}
}

func killedAndStopped(t *testing.T, d *demoServer, engine string) {
	d.t = t
	id := d.must("employee", "POST", "/requests", map[string]any{"resource": "wiki", "duration": "P1D", "reason": "x"})["id"].(string)
	_ = d.stop(syscall.SIGKILL)
	if took := d.start(); took > 10*time.Second {
		t.Errorf("after a kill it is ready in %s", took)
	}
	if r := d.must("employee", "GET", "/requests/"+id, nil); r["state"] != "pending" {
		t.Errorf("after a kill the request is %v", r)
	}
	if engine == "sqlite" {
		second := exec.Command(d.binary, append(d.args[:3:3], append([]string{"127.0.0.1:0"}, d.args[4:]...)...)...)
		if out, err := second.CombinedOutput(); err == nil || !strings.Contains(string(out), "another sallyport runs") {
			t.Errorf("a second server on the same data: %v\n%s", err, out)
		}
	}
	if err := d.stop(syscall.SIGTERM); err != nil {
		t.Errorf("told to stop it ends with %v", err)
	}
	d.start()
}

func TestDemoStaysOnLoopback(t *testing.T) {
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--listen", "0.0.0.0:0"}, {"--listen", "192.0.2.1:80"}, {"--public-url", "https://example.com"}} {
		out, err := exec.Command(binary, append([]string{"serve", "--demo", "--data", t.TempDir()}, args...)...).CombinedOutput()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 2 || !strings.Contains(string(out), "loopback") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

func TestTheDemoIsNotElsewhere(t *testing.T) {
	d := newDemo(t, "sqlite")
	_ = d.stop(syscall.SIGTERM)
	for i, a := range d.args {
		if a == "--demo" {
			d.args = append(d.args[:i:i], d.args[i+1:]...)
			break
		}
	}
	d.args = append(d.args, "--admin", "root@example.com")
	d.start()
	res, err := http.Post(d.url+"/auth/demo", "application/json", strings.NewReader(`{"login":"admin"}`))
	if err != nil || res.StatusCode != 404 {
		t.Errorf("without --demo the route answers %v %v", res.Status, err)
	}
}
