// Package storetest runs a test on every database that Sallyport supports. It is the only kind of database test.
package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sallyport/sallyport/internal/peers/postgres"
	"github.com/sallyport/sallyport/store"
)

// Clock is a clock that a test moves. The zero value is not usable; see NewClock.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at a fixed moment.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

// Now is the clock's time; each reading is a microsecond later than the one before, as on a real clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Each runs the test on a new SQLite file and in a new PostgreSQL database, as subtests "sqlite" and "postgres". The
// clock of both is the real one; see EachClock.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	each(t, nil, func(t *testing.T, db *store.DB, _ *Clock) { test(t, db) })
}

// EachClock is Each with a clock that stands until the test moves it.
func EachClock(t *testing.T, test func(t *testing.T, db *store.DB, clock *Clock)) {
	t.Helper()
	each(t, NewClock, test)
}

func each(t *testing.T, clock func() *Clock, test func(*testing.T, *store.DB, *Clock)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var c *Clock
			var o store.Options
			if clock != nil {
				c = clock()
				o.Now = c.Now
			}
			test(t, Open(t, engine, o), c)
		})
	}
}

// Open opens a new migrated database of an engine, which goes away with the test. Without a sealer it seals with a key
// of the tests.
func Open(t testing.TB, engine string, o store.Options) *store.DB {
	t.Helper()
	if o.Sealer == nil {
		o.Sealer = store.NewKeySealer([]byte("a key of the tests, 32 bytes ok!"))
	}
	db, err := store.Open(context.Background(), Address(t, engine), o)
	if err != nil {
		t.Fatalf("open %s: %v", engine, err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Address makes an empty database that was migrated before, and returns its address for store.Open.
func Address(t testing.TB, engine string) string {
	t.Helper()
	if engine == "sqlite" {
		return sqliteCopy(t)
	}
	return postgresCopy(t)
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "sallyport-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "db")
	db, err := store.Open(context.Background(), path, store.Options{})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func sqliteCopy(t testing.TB) string {
	b, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sallyport.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var (
	databases       atomic.Int64
	postgresBase    = sync.OnceValues(func() (string, error) { return postgres.Shared(context.Background()) })
	postgresProcess = fmt.Sprintf("sp_%d_%d", os.Getpid(), time.Now().UnixNano()%1e9)
	templateOnce    = sync.OnceValues(func() (string, error) {
		base, err := postgresBase()
		if err != nil {
			return "", err
		}
		name := postgresProcess + "_template"
		if err := admin(base, "CREATE DATABASE "+name); err != nil {
			return "", err
		}
		db, err := store.Open(context.Background(), withName(base, name), store.Options{})
		if err != nil {
			return "", err
		}
		return name, db.Close()
	})
)

func postgresCopy(t testing.TB) string {
	template, err := templateOnce()
	if err != nil {
		t.Fatalf("PostgreSQL is needed for this test: %v", err)
	}
	base, _ := postgresBase()
	name := fmt.Sprintf("%s_%d", postgresProcess, databases.Add(1))
	if err := admin(base, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY file_copy"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin(base, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Logf("drop %s: %v", name, err)
		}
	})
	return withName(base, name)
}

func withName(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	u.Path = "/" + name
	return u.String()
}

func admin(base, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
