// Package store keeps everything, on SQLite and on PostgreSQL alike, with one SQL text.
//
// A file per noun; methods hang on *Tx and take the tenant first. Guards are compare-and-set statements and unique
// indexes, never only a lock. Only this file and tx.go know that there are two drivers.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the pure Go SQLite driver

	"github.com/sallyport/sallyport"
)

// DB is an open database. Safe for concurrent use.
type DB struct {
	write    *sql.DB // SQLite: one connection, so that writers queue in the process and not in busy loops
	read     *sql.DB
	postgres bool
	dsn      string
	now      func() time.Time
	bus      *bus
	turn     sync.RWMutex // see Update
	retries  atomic.Int64
	slots    chan struct{} // see inTurn
	sealer   Sealer
	trace    func(query string, args []any) // tests count statements and look at their plans; nil otherwise
}

// writers is how many transactions of this process write to PostgreSQL at once; the others wait for their turn. More of
// them do more work and finish less: all that ask and decide now meet on the same newest pages of the indexes, where
// SERIALIZABLE lets one of two go on.
const writers = 4

// Sealer seals secrets at rest. Seal and Open are inverse; Open fails on anything tampered with. aad binds the sealed
// text to its place.
type Sealer interface {
	Seal(plain []byte, aad string) (string, error)
	Open(sealed, aad string) ([]byte, error)
}

// Options for Open.
type Options struct {
	Now    func() time.Time               // default time.Now; tests move it
	Sealer Sealer                         // nil: secrets cannot be stored, and storing one is an error
	Trace  func(query string, args []any) // called before each statement, for counting them; nil: nobody looks
}

// Open opens a database and migrates it. The address is a postgres:// URL, or the path of a SQLite file, which is made
// when it is missing.
func Open(ctx context.Context, address string, o Options) (*DB, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	db := &DB{dsn: address, now: o.Now, sealer: o.Sealer, trace: o.Trace, postgres: IsPostgres(address)}
	var err error
	if db.postgres {
		err = db.openPostgres()
	} else {
		err = db.openSQLite(address)
	}
	if err != nil {
		return nil, err
	}
	if err := db.write.PingContext(ctx); err != nil {
		db.Close()
		return nil, sallyport.Errorf(sallyport.EUnavailable, "the database does not answer: %w", err)
	}
	if err := db.migrate(ctx); err != nil {
		db.Close()
		return nil, err
	}
	if !db.postgres {
		if err := db.shape(ctx); err != nil {
			db.Close()
			return nil, err
		}
	}
	db.bus = newBus(db)
	return db, nil
}

// IsPostgres reports whether the address is that of a PostgreSQL server.
func IsPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

func (db *DB) openPostgres() error {
	cfg, err := pgx.ParseConfig(db.dsn)
	if err != nil {
		return sallyport.Errorf(sallyport.EInvalid, "the database URL cannot be read; write postgres://user:password@host:port/name")
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "sallyport"
	}
	if cfg.RuntimeParams["jit"] == "" {
		cfg.RuntimeParams["jit"] = "off" // compiling an audience's conditions takes seconds, running them milliseconds
	}
	db.slots = make(chan struct{}, writers)
	writes := cfg.Copy()
	if writes.RuntimeParams["idle_in_transaction_session_timeout"] == "" {
		// A node that is frozen between two statements holds its locks, and the server cannot tell it from one that thinks.
		// No transaction that writes thinks for so long; whose ended thus is run anew.
		writes.RuntimeParams["idle_in_transaction_session_timeout"] = "15s"
	}
	if writes.RuntimeParams["enable_seqscan"] == "" {
		// A foreign key is checked row by row, by a plan that a connection made once. Of a table that was small then, it reads the
		// whole, however much this very transaction has put there since; and what reads a whole table locks out all who write to it.
		writes.RuntimeParams["enable_seqscan"] = "off"
	}
	pool := func(cfg pgx.ConnConfig, connections int) *sql.DB {
		p := stdlib.OpenDB(cfg)
		p.SetMaxOpenConns(connections)
		p.SetMaxIdleConns(connections)
		p.SetConnMaxIdleTime(5 * time.Minute)
		return p
	}
	db.write = pool(*writes, 10)
	reads := cfg.Copy()
	if reads.RuntimeParams["random_page_cost"] == "" {
		reads.RuntimeParams["random_page_cost"] = "1.1" // no disk turns any more; the default of 4 reads whole tables for a page
	}
	if reads.RuntimeParams["plan_cache_mode"] == "" {
		// Planning what a viewer may see takes longer than reading it, so a statement is planned once a connection. What
		// writes keeps the server's own ways: by its plans a SERIALIZABLE transaction has read more or less, and locked it.
		reads.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	}
	if reads.RuntimeParams["enable_mergejoin"] == "" {
		// Of a person's few roles and all that roles hold, a merge is taken for short, for the planner expects it to end early;
		// it reads all that roles hold, wherever is asked what somebody may see.
		reads.RuntimeParams["enable_mergejoin"] = "off"
	}
	if reads.RuntimeParams["max_parallel_workers_per_gather"] == "" {
		// Who counts a million rows for one page should not take the cores of all others, and helpers cost more than they bring.
		reads.RuntimeParams["max_parallel_workers_per_gather"] = "0"
	}
	db.read = pool(*reads, 14)
	return nil
}

func (db *DB) openSQLite(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return sallyport.Errorf(sallyport.EUnavailable, "the data directory cannot be made: %w", err)
	}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=cache_size(-32000)&_time_format=sqlite"
	var err error
	if db.write, err = openLite(dsn + "&_txlock=immediate"); err != nil {
		return err
	}
	db.write.SetMaxOpenConns(1)
	db.write.SetConnMaxLifetime(0)
	if db.read, err = openLite(dsn + "&_pragma=query_only(1)"); err != nil {
		return err
	}
	db.read.SetMaxOpenConns(8)
	db.read.SetMaxIdleConns(8)
	return nil
}

// Close waits for nothing and closes all connections.
func (db *DB) Close() error {
	if db.bus != nil {
		db.bus.close()
	}
	err := db.write.Close()
	if db.read != nil && db.read != db.write {
		err = errorsJoin(err, db.read.Close())
	}
	return err
}

// Ping asks the database for a sign of life.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	if err := db.read.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return sallyport.Errorf(sallyport.EUnavailable, "the database does not answer: %w", err)
	}
	return nil
}

// Now is the store's clock: UTC, whole microseconds.
func (db *DB) Now() time.Time { return db.now().UTC().Truncate(time.Microsecond) }

// Retries is how often a transaction was run again since the start, because others changed the same at that moment.
func (db *DB) Retries() int64 { return db.retries.Load() }

// Postgres reports which engine this is; for the tests that look at query plans.
func (db *DB) Postgres() bool { return db.postgres }

// Sealer returns the sealer, or an error that says how to get one.
func (db *DB) Sealer() (Sealer, error) {
	if db.sealer == nil {
		return nil, sallyport.Errorf(sallyport.EUnavailable, "there is no sealing key, so secrets cannot be kept").
			WithHint("Start the server with --data, or with SALLYPORT_KEY set.")
	}
	return db.sealer, nil
}

func errorsJoin(a, b error) error {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	return fmt.Errorf("%w; %w", a, b)
}
