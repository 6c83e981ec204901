package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sallyport/sallyport/store/storetest"
)

// sealing is an environment with a sealing key, as all nodes of one database need it.
func sealing() []string {
	secret := make([]byte, 32)
	rand.Read(secret)
	return []string{"SALLYPORT_KEY=" + base64.StdEncoding.EncodeToString(secret)}
}

// TestCluster splits a server in two processes on one PostgreSQL: what one is asked, the other does, and what the other
// does is seen at once by a page that is open at the one.
func TestCluster(t *testing.T) {
	database, key := storetest.Address(t, "postgres"), sealing()
	api := startDemoIn(t, key, "--database", database, "--only", "api")
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
	work := startDemoIn(t, key, "--database", database, "--only", "worker")
	select {
	case <-heard:
	case <-time.After(30 * time.Second):
		t.Fatal("the page at the other node did not hear of the end")
	}
	if _, g = api.as("admin", "GET", "/grants/"+id, nil); g["ended_at"] == nil {
		t.Fatalf("it was told before it was so: %v", g)
	}
	endsByItself(t, api)
	for path, want := range map[string]int{"/api/v1/me": 404, "/": 404, "/auth/methods": 404, "/metrics": 200, "/healthz": 200, "/readyz": 200} {
		res, err := http.Get(work.url + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("the worker answers %s with %d, want %d", path, res.StatusCode, want)
		}
	}
	for name, node := range map[string]*demoServer{"the worker": work, "the node that answers": api} {
		begin := time.Now()
		if err := node.stop(syscall.SIGTERM); err != nil {
			t.Errorf("%s ends with %v", name, err)
		}
		if took := time.Since(begin); took > drainTime {
			t.Errorf("%s had nothing to do and stops in %s", name, took)
		}
	}
}

// TestAnotherKeyIsRefused: a node that has another key than the database was sealed with does not start.
func TestAnotherKeyIsRefused(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			d := newDemo(t, engine)
			_ = d.stop(syscall.SIGTERM)
			d.env = sealing()
			code, says := d.startAndFail()
			if code == 0 || !strings.Contains(says, "another key") || !strings.Contains(says, "SALLYPORT_KEY") {
				t.Errorf("exit %d: %s", code, says)
			}
			d.env = nil
			d.start()
		})
	}
}
