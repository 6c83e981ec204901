package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/sallyport/sallyport"
)

// Tx is one transaction. Not safe for concurrent use. Its clock stands still: Now is the same throughout, and anew in
// each retry.
type Tx struct {
	tx     *sql.Tx
	db     *DB
	now    time.Time
	topics map[string][]string // tenant → what changed, told after the commit
	trace  func(query string, args []any)
	events []pendingEvent // appended, not written yet
	watch  *watch         // nil where nobody wants to know
}

// Now is the transaction's time.
func (tx *Tx) Now() time.Time { return tx.now }

// DB is the database of the transaction.
func (tx *Tx) DB() *DB { return tx.db }

// Update runs f in a read-write transaction: SERIALIZABLE on PostgreSQL, BEGIN IMMEDIATE on SQLite. Serialization
// failures and deadlocks run f again, up to 12 times, so f must have no side effects but its writes through tx. From the
// fourth time on f runs while nothing else in this process writes, so that under a crowd everybody has their turn. What
// f told through Changed and Wake goes out after the commit. Updates do not nest, except under Join.
func (db *DB) Update(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	if tx := db.replaying(ctx); tx != nil {
		return f(ctx, tx)
	}
	if j := db.joined(ctx); j != nil {
		return j.update(ctx, f)
	}
	var err error
	for attempt := range 12 {
		if attempt > 0 {
			db.retries.Add(1)
			wait := time.Duration(1<<min(attempt, 6)) * time.Millisecond
			select {
			case <-ctx.Done():
				return ctxError(ctx)
			case <-time.After(wait/2 + rand.N(wait)):
			}
		}
		if err = db.inTurn(ctx, attempt >= 3, f); !retryable(err) {
			return err
		}
	}
	return sallyport.Errorf(sallyport.EUnavailable, "too many people change this at once; nothing was changed: %w", err).
		WithHint("Try again.")
}

func (db *DB) inTurn(ctx context.Context, alone bool, f func(ctx context.Context, tx *Tx) error) error {
	switch {
	case !db.postgres: // one writer at a time anyway
	case alone:
		db.turn.Lock()
		defer db.turn.Unlock()
	default:
		select {
		case db.slots <- struct{}{}:
			defer func() { <-db.slots }()
		case <-ctx.Done():
			return ctxError(ctx)
		}
		db.turn.RLock()
		defer db.turn.RUnlock()
	}
	return db.update(ctx, f)
}

func (db *DB) update(ctx context.Context, f func(ctx context.Context, tx *Tx) error) (err error) {
	return db.updateAt(ctx, sql.LevelSerializable, f)
}

// updateAt runs f once, at this isolation level on PostgreSQL. Only the sequencer asks for another than SERIALIZABLE.
func (db *DB) updateAt(ctx context.Context, level sql.IsolationLevel, f func(ctx context.Context, tx *Tx) error) (err error) {
	opts := &sql.TxOptions{}
	if db.postgres {
		opts.Isolation = level
	}
	t, err := db.write.BeginTx(ctx, opts)
	if err != nil {
		return dbError(ctx, err)
	}
	tx := &Tx{tx: t, db: db, now: db.Now(), trace: db.trace}
	done := false
	defer func() {
		if !done {
			_ = t.Rollback()
		}
	}()
	if err := f(ctx, tx); err != nil {
		return err
	}
	if err := tx.flush(ctx); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return dbError(ctx, err)
	}
	done = true
	db.bus.publish(tx.topics)
	return nil
}

// View runs f in a read-only transaction that sees one state of the database.
func (db *DB) View(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	if tx := db.replaying(ctx); tx != nil {
		return f(ctx, tx)
	}
	if j := db.joined(ctx); j != nil {
		return j.note(f(ctx, j.tx))
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if db.postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	t, err := db.read.BeginTx(ctx, opts)
	if err != nil {
		return dbError(ctx, err)
	}
	defer func() { _ = t.Rollback() }()
	return f(ctx, &Tx{tx: t, db: db, now: db.Now(), trace: db.trace})
}

// Changed says that what topic names changed, e.g. "request:req_…", "inbox:usr_…", "access:usr_…"; open pages of the
// tenant hear of it after the commit.
func (tx *Tx) Changed(tenant string, topics ...string) {
	if tx.topics == nil {
		tx.topics = map[string][]string{}
	}
	tx.topics[tenant] = append(tx.topics[tenant], topics...)
}

// TopicWork is the topic that wakes workers.
const TopicWork = "work"

// Wake tells the workers after the commit that there are due rows.
func (tx *Tx) Wake(tenant string) { tx.Changed(tenant, TopicWork) }

// before is called before each statement. One that reads events sees those that its own transaction appended.
func (tx *Tx) before(ctx context.Context, query string, args []any) error {
	if len(tx.events) > 0 && strings.Contains(query, "event") {
		if err := tx.flush(ctx); err != nil {
			return err
		}
	}
	if tx.trace != nil {
		tx.trace(query, args)
	}
	return nil
}

// text is a statement as the engine gets it. PostgreSQL escapes in LIKE by a backslash without being told, and told so it
// computes the pattern anew for each row. The elements of an array are given by a function of another name there.
func (db *DB) text(query string) string {
	if db.postgres {
		return strings.ReplaceAll(strings.ReplaceAll(query, ` ESCAPE '\'`, ""), "FROM json_each(", "FROM json_array_elements_text(")
	}
	return query
}

// Exec runs one statement and returns the number of rows that it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := tx.before(ctx, query, args); err != nil {
		return 0, err
	}
	res, err := tx.tx.ExecContext(ctx, tx.db.text(query), args...)
	if err != nil {
		return 0, dbError(ctx, err)
	}
	n, err := res.RowsAffected()
	return n, err
}

// Row runs a query for one row and scans it; ENotFound-free: it returns sql.ErrNoRows unwrapped so that callers name
// what is missing.
func (tx *Tx) Row(ctx context.Context, query string, args []any, dest ...any) error {
	if err := tx.before(ctx, query, args); err != nil {
		return err
	}
	err := tx.tx.QueryRowContext(ctx, tx.db.text(query), args...).Scan(dest...)
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return dbError(ctx, err)
}

// row is for the scan functions, which take a row or rows; not for events. Give its error to dbError.
func (tx *Tx) row(ctx context.Context, query string, args ...any) *sql.Row {
	if tx.trace != nil {
		tx.trace(query, args)
	}
	return tx.tx.QueryRowContext(ctx, tx.db.text(query), args...)
}

// Rows runs a query and calls scan once a row.
func (tx *Tx) Rows(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	if err := tx.before(ctx, query, args); err != nil {
		return err
	}
	rows, err := tx.tx.QueryContext(ctx, tx.db.text(query), args...)
	if err != nil {
		return dbError(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			if ctx.Err() != nil && errors.Is(err, ctx.Err()) { // the rows were closed under the scan
				return ctxError(ctx)
			}
			return err
		}
	}
	return dbError(ctx, rows.Err())
}

// again marks an error that comes of a race which the caller lost.
type again struct{ error }

func (a again) Unwrap() error { return a.error }

// Again marks an error that comes of what another transaction wrote at the same moment, and this one could not see: Update
// and Join run anew, and see it. It is for what was looked up before in the same transaction and found free.
func Again(err error) error { return again{err} }

func retryable(err error) bool {
	var lost again
	if errors.As(err, &lost) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// 53200 is the memory for what SERIALIZABLE transactions have read: it comes free when those that run have ended.
		// 25P03 tells that this process stood still for so long, between two statements, that the server took its locks back.
		return pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "53200" || pg.Code == "25P03"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code()&0xff == 5 // SQLITE_BUSY
	}
	return false
}

// dbError keeps the driver's error as the cause, and gives it a kind.
func dbError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil && !retryable(err) {
		return ctxError(ctx)
	}
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.As(err, &pg):
		switch {
		case pg.Code == "23505":
			return &sallyport.Error{Code: sallyport.EConflict, Message: "this exists already", Rule: "unique:" + pg.ConstraintName, Err: err}
		case strings.HasPrefix(pg.Code, "23"):
			return &sallyport.Error{Code: sallyport.EConflict, Message: "this refers to something that does not exist", Err: err}
		case strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "57"), strings.HasPrefix(pg.Code, "53"):
			return &sallyport.Error{Code: sallyport.EUnavailable, Message: "the database is not available", Err: err}
		}
	case errors.As(err, &lite):
		switch lite.Code() {
		case 2067, 1555: // SQLITE_CONSTRAINT_UNIQUE, _PRIMARYKEY
			return &sallyport.Error{Code: sallyport.EConflict, Message: "this exists already", Rule: "unique:" + lite.Error(), Err: err}
		case 787: // SQLITE_CONSTRAINT_FOREIGNKEY
			return &sallyport.Error{Code: sallyport.EConflict, Message: "this refers to something that does not exist", Err: err}
		case 13: // SQLITE_FULL
			return &sallyport.Error{Code: sallyport.EUnavailable, Message: "the disk is full", Err: err}
		}
	default:
		var connect *pgconn.ConnectError
		if errors.As(err, &connect) || errors.Is(err, sql.ErrConnDone) || strings.Contains(err.Error(), "connection refused") {
			return &sallyport.Error{Code: sallyport.EUnavailable, Message: "the database is not available", Err: err}
		}
	}
	return err
}

func ctxError(ctx context.Context) error {
	return &sallyport.Error{Code: sallyport.EUnavailable, Message: "the call took too long and was given up; nothing was changed",
		Hint: "Try again.", Err: context.Cause(ctx)}
}

// IsUnique reports whether err is the violation of the unique index whose name contains index (on SQLite: whose columns
// do).
func IsUnique(err error) bool {
	var e *sallyport.Error
	return errors.As(err, &e) && e.Code == sallyport.EConflict && strings.HasPrefix(e.Rule, "unique:")
}
