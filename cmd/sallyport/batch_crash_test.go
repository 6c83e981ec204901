package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"time"

	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestKilledInABatch kills the real binary in the middle of renewing 2,000 grants, starts it again, and expects each to be
// renewed once, with nothing left over.
func TestKilledInABatch(t *testing.T) {
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel() // most of it is waiting for processes
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			jar, _ := cookiejar.New(nil)
			c := &crashing{T: t, binary: binary, address: l.Addr().String(), dir: t.TempDir(), timeout: "1s", http: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
			l.Close()
			if engine == "postgres" {
				c.database = storetest.Address(t, engine)
			}
			t.Cleanup(func() {
				if c.cmd != nil && c.cmd.Process != nil {
					_ = c.cmd.Process.Kill()
					_ = c.cmd.Wait()
				}
			})
			c.start("")
			app := c.call("POST", "/resources", map[string]any{"kind": "app", "slug": "kiln", "name": "Kiln"}, 201)["id"].(string)
			const people = 2000
			count := func(query string) (n int) {
				t.Helper()
				db, err := store.Open(t.Context(), c.where(), store.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				err = db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.Row(ctx, query, []any{app}, &n) })
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			db, err := store.Open(t.Context(), c.where(), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			err = db.Update(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				now := store.Micros(tx.Now())
				end := now + (48 * time.Hour).Microseconds()
				for i := range people {
					id := fmt.Sprintf("usr_kiln%05d", i)
					if _, err := tx.Exec(ctx, `INSERT INTO users (tenant_id, id, login, login_key, name, name_key, search_key, created_at, updated_at) SELECT tenant_id,$2,$2,$2,$2,$2,$2,$3,$3 FROM resources WHERE id=$1`, app, id, now); err != nil {
						return err
					}
					if _, err := tx.Exec(ctx, `INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, origin, reason_kind, reason, starts_at, activated_at, ends_at, created_at)
						SELECT tenant_id,$2,'user',$3,id,'member','given','direct','work',$4,$4,$5,$4 FROM resources WHERE id=$1`, app, fmt.Sprintf("grt_kiln%05d", i), id, now, end); err != nil {
						return err
					}
				}
				return nil
			})
			db.Close()
			if err != nil {
				t.Fatal(err)
			}
			batch := c.call("POST", "/batches", map[string]any{"action": "renew", "duration": "P30D", "reason": "goes on", "filter": map[string]any{"scope": "all", "resource": "kiln"}}, 202)["id"].(string)
			at := func(what string) int {
				t.Helper()
				return int(c.call("GET", "/batches/"+batch, nil, 200)["counts"].(map[string]any)[what].(float64))
			}
			c.eventually("some rows are done", func() bool { return at("renewed") > 0 })
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
			left := count(`SELECT count(*) FROM batch_items i JOIN grants g ON g.tenant_id=i.tenant_id AND g.id=i.grant_id WHERE i.state='waiting' AND g.resource_id=$1`)
			if left == 0 || left == people {
				t.Fatalf("it was killed too early or too late: %d rows are left", left)
			}
			c.start("")
			for end := time.Now().Add(4 * time.Minute); at("renewed") < people; time.Sleep(300 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%d of %d rows are done\n%s", at("renewed"), people, c.log)
				}
			}
			if n := count(`SELECT count(*) FROM grants WHERE resource_id=$1 AND ended_at IS NULL AND subject_id LIKE 'usr_kiln%'`); n != people {
				t.Errorf("%d live", n)
			}
			if n := count(`SELECT count(*) FROM grants WHERE resource_id=$1 AND subject_id LIKE 'usr_kiln%'`); n != 2*people {
				t.Errorf("%d rows; each is to have been renewed once", n)
			}
		})
	}
}
