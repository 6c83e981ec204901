package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/store/storetest"
)

// TestNodesShareADatabase runs one node that answers and one that works, on one PostgreSQL: what the worker does is seen
// by a page that is open at the other node, at once.
func TestNodesShareADatabase(t *testing.T) {
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	database := storetest.Address(t, "postgres")
	node := func(only string) *demoServer {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		l.Close()
		d := &demoServer{t: t, binary: binary, url: "http://" + address, home: t.TempDir(), people: map[string]*http.Client{}}
		d.log = &bytes.Buffer{}
		d.cmd = exec.Command(binary, "serve", "--demo", "--only", only, "--listen", address, "--database", database)
		d.cmd.Dir = d.home
		d.cmd.Env = []string{"HOME=" + d.home, "PATH=" + os.Getenv("PATH"), "SALLYPORT_KEY=" + base64.StdEncoding.EncodeToString(secret)}
		d.cmd.Stdout, d.cmd.Stderr = d.log, d.log
		if err := d.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = d.cmd.Process.Kill()
			_ = d.cmd.Wait()
			if t.Failed() {
				t.Logf("%s said:\n%s", only, d.log)
			}
		})
		return d
	}
	api := node("api")
	api.eventually("the node that answers is ready", func() bool {
		res, err := http.Get(api.url + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == 200
	})
	status, g := api.as("admin", "POST", "/grants", map[string]any{"subject": "user:teammate", "resource": "wiki", "duration": "PT1S", "reason": "to see it end"})
	if status != 201 {
		t.Fatalf("%d %v", status, g)
	}
	id := g["id"].(string)
	res, err := api.people["admin"].Get(api.url + "/api/v1/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			if strings.Contains(s.Text(), id) {
				return
			}
		}
	}()
	time.Sleep(1500 * time.Millisecond)
	if _, g = api.as("admin", "GET", "/grants/"+id, nil); g["ended_at"] != nil {
		t.Fatalf("the end was written down although nobody works: %v", g)
	}
	if _, held := api.as("teammate", "GET", "/users/me/access", nil); strings.Contains(fmt.Sprint(held), "slug:wiki") {
		t.Fatal("the access is over, whether or not a worker has noticed")
	}
	node("worker")
	select {
	case <-heard:
	case <-time.After(30 * time.Second):
		t.Fatal("the page at the other node did not hear of the end")
	}
	if _, g = api.as("admin", "GET", "/grants/"+id, nil); g["ended_at"] == nil {
		t.Fatalf("it was told before it was so: %v", g)
	}
}
