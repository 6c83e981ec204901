package main

import (
	"bytes"
	"context"
	"database/sql"
	"debug/elf"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/internal/peers/slapd"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// startAndFail runs the server until it ends by itself, and returns its exit code and what it said.
func (d *demoServer) startAndFail() (int, string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, d.binary, d.args...)
	cmd.Dir = d.home
	cmd.Env = append([]string{"HOME=" + d.home, "PATH=" + os.Getenv("PATH")}, d.env...)
	out, err := cmd.CombinedOutput()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		d.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// TestKeyFiles: a key is made once, for its owner alone, and is known to nobody else, in a demo on PostgreSQL as well.
func TestKeyFiles(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "settings"))
	demo := &config{Demo: true, Database: "postgres://db/x", Data: filepath.Join(home, "data")}
	for name, c := range map[string]struct {
		config *config
		given  bool
		path   string
	}{
		"a demo on PostgreSQL":               {demo, false, filepath.Join(home, "settings", "sallyport", "demo.key")},
		"a demo on PostgreSQL with --data":   {demo, true, filepath.Join(home, "data", "key")},
		"a server on PostgreSQL":             {&config{Database: "postgres://db/x", Data: filepath.Join(home, "other")}, false, filepath.Join(home, "other", "key")},
		"a demo in a directory of its own":   {&config{Demo: true, Data: filepath.Join(home, "lite")}, true, filepath.Join(home, "lite", "key")},
		"a server in a directory of its own": {&config{Data: filepath.Join(home, "deep", "er")}, true, filepath.Join(home, "deep", "er", "key")},
	} {
		var mu sync.Mutex
		var all sync.WaitGroup
		keys := map[string]bool{}
		for range 8 {
			all.Go(func() {
				k, err := masterKey(c.config, c.given)
				if err != nil || len(k) != 32 {
					t.Errorf("%s: %d bytes, %v", name, len(k), err)
				}
				mu.Lock()
				defer mu.Unlock()
				keys[string(k)] = true
			})
		}
		all.Wait()
		info, err := os.Stat(c.path)
		if len(keys) != 1 || err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d keys; %v %v", name, len(keys), info, err)
		}
		left, _ := filepath.Glob(filepath.Join(filepath.Dir(c.path), ".key-*"))
		if len(left) > 0 {
			t.Errorf("%s leaves %v", name, left)
		}
	}
	one, _ := masterKey(demo, false)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "another person"))
	if two, err := masterKey(demo, false); err != nil || bytes.Equal(one, two) {
		t.Errorf("two people's demos have the same key: %v", err)
	}
	open := filepath.Join(home, "lite", "key")
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := masterKey(&config{Data: filepath.Dir(open)}, true); sallyport.CodeOf(err) != sallyport.EInvalid {
		t.Errorf("a key that everybody reads: %v", err)
	}
}

// TestServeMakesAnAdmin: --admin makes the first admin, once, and another when nobody is left, each time with an event.
func TestServeMakesAnAdmin(t *testing.T) {
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			dir := t.TempDir()
			address := filepath.Join(dir, "sallyport.db")
			args := []string{"--data", dir}
			if engine == "postgres" {
				address = storetest.Address(t, engine)
				args = append(args, "--database", address)
			}
			serve := func(admin string) {
				t.Helper()
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				at := l.Addr().String()
				l.Close()
				d := &demoServer{t: t, binary: binary, url: "http://" + at, home: dir, args: append([]string{"serve", "--listen", at, "--admin", admin}, args...)}
				d.start()
				if err := d.stop(syscall.SIGTERM); err != nil {
					t.Fatalf("it ends with %v\n%s", err, d.log)
				}
			}
			db := func(f func(ctx context.Context, db *store.DB, tenant string)) {
				t.Helper()
				d, err := store.Open(t.Context(), address, store.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer d.Close()
				var tenant string
				err = d.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
					x, err := tx.TenantBySlug(ctx, "default")
					tenant = x.ID
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				f(t.Context(), d, tenant)
			}
			admins := func(events int, want ...string) {
				t.Helper()
				db(func(ctx context.Context, d *store.DB, tenant string) {
					err := d.View(ctx, func(ctx context.Context, tx *store.Tx) error {
						r, err := tx.Resource(ctx, tenant, store.SlugAdmin, access.Everything)
						if err != nil {
							return err
						}
						list, err := tx.EffectiveUsers(ctx, tenant, r.ID, sallyport.Member)
						var names []string
						for _, u := range list {
							names = append(names, u.Login)
						}
						if strings.Join(names, " ") != strings.Join(want, " ") {
							t.Errorf("admins are %v, want %v", names, want)
						}
						n := 0
						if err := tx.Rows(ctx, `SELECT leaf FROM events WHERE tenant_id=$1 AND verb='grant.created'`, []any{tenant}, func(rows *sql.Rows) error {
							var leaf string
							err := rows.Scan(&leaf)
							if strings.Contains(leaf, `"bootstrap"`) {
								n++
							}
							return err
						}); err != nil {
							return err
						}
						if n != events {
							t.Errorf("%d events of it, want %d", n, events)
						}
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
				})
			}
			serve("ada@example.com")
			admins(1, "ada@example.com")
			serve("ada@example.com")
			admins(1, "ada@example.com")
			db(func(ctx context.Context, d *store.DB, tenant string) { // she leaves, the last admin or not
				err := d.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
					u, err := tx.User(ctx, tenant, "ada@example.com")
					if err != nil {
						return err
					}
					return access.New(d, nil, "").LeaveTx(ctx, tx, sallyport.System(tenant), u, sallyport.UserGone, "gone from the directory")
				})
				if err != nil {
					t.Fatal(err)
				}
			})
			admins(1)
			serve("bob@example.com")
			admins(2, "bob@example.com")
		})
	}
}

// TestStopsInGoodOrder tells the server to stop while somebody is in the middle of a call and while a target, here a real
// OpenLDAP, takes its time: both are finished and written down before the process ends.
func TestStopsInGoodOrder(t *testing.T) {
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			ldap := slapd.Test(t)
			c := startCrashing(t, binary, engine, ldap)
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
			c.timeout = "10s"
			c.start("")
			if err := ldap.Pause(); err != nil {
				t.Fatal(err)
			}
			c.give(0)
			c.eventually("the target is being asked", func() bool { return c.grant(0)["state"] == "granting" && c.leased() })

			// A call whose body is on its way.
			body := `{"subject":"user:crash1","resource":"operations","duration":"P1D","reason":"while it stops"}`
			conn, err := net.Dial("tcp", c.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			host := &http.Request{Header: http.Header{}}
			for _, k := range c.http.Jar.Cookies(&url.URL{Scheme: "http", Host: c.address}) {
				host.AddCookie(k)
			}
			head := "POST /api/v1/grants HTTP/1.1\r\nHost: " + c.address + "\r\nCookie: " + host.Header.Get("Cookie") +
				"\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
			if _, err := conn.Write([]byte(head + body[:20])); err != nil {
				t.Fatal(err)
			}
			time.Sleep(200 * time.Millisecond) // the server has read the head
			if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			c.eventually("nobody new gets in", func() bool {
				_, err := net.Dial("tcp", c.address)
				return err != nil
			})
			if _, err := conn.Write([]byte(body[20:])); err != nil {
				t.Fatal(err)
			}
			answer := make([]byte, 4096)
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			n, _ := conn.Read(answer)
			if !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 201") {
				t.Errorf("the call that was under way is answered %q", answer[:n])
			}
			if err := ldap.Resume(); err != nil {
				t.Fatal(err)
			}
			if err := c.cmd.Wait(); err != nil || strings.Contains(c.log.String(), "did not finish") {
				t.Fatalf("it ends with %v\n%s", err, c.log)
			}
			if !c.member(0) {
				t.Error("the call to the target was cut off")
			}
			db, err := store.Open(t.Context(), c.where(), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			var active, kept int
			if err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if err := tx.Row(ctx, `SELECT count(*) FROM grants g JOIN users u ON u.id=g.subject_id AND u.tenant_id=g.tenant_id WHERE u.login='crash0' AND g.activated_at IS NOT NULL`, nil, &active); err != nil {
					return err
				}
				return tx.Row(ctx, `SELECT count(*) FROM grants g JOIN users u ON u.id=g.subject_id AND u.tenant_id=g.tenant_id WHERE u.login='crash1'`, nil, &kept)
			}); err != nil {
				t.Fatal(err)
			}
			if active != 1 || kept != 1 {
				t.Errorf("written down before the end: %d of the target, %d of the call", active, kept)
			}
		})
	}
}

// TestStaticBinary: what is built needs nothing of the machine but a kernel.
func TestStaticBinary(t *testing.T) {
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatalf("the binary of this system cannot be read: %v", err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil || len(libraries) > 0 {
		t.Errorf("it needs %v (%v)", libraries, err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("it needs a loader")
		}
	}
}
