package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
)

// liteConnector opens connections of SQLite that keep their statements prepared. Reading the text of our longer queries
// costs more than running them.
type liteConnector struct {
	driver driver.Driver
	dsn    string
}

// openLite is sql.Open of SQLite with prepared statements kept.
func openLite(dsn string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	c := liteConnector{db.Driver(), dsn}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return sql.OpenDB(c), nil
}

func (c liteConnector) Driver() driver.Driver { return c.driver }

func (c liteConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &liteConn{Conn: conn, inner: conn.(liteInner), kept: map[string]*liteStmt{}}, nil
}

// liteInner is what the driver's connections can do and database/sql asks for.
type liteInner interface {
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

var _ liteInner = (*liteConn)(nil)

// maxKept is how many statements a connection keeps; lists of different lengths make many texts.
const maxKept = 400

// liteConn is one connection. As any driver's, it is used by one goroutine at a time.
type liteConn struct {
	driver.Conn
	inner liteInner
	kept  map[string]*liteStmt
}

type liteStmt struct {
	driver.Stmt
	busy bool // its rows are being read; the same text meanwhile runs without it
}

// take returns the kept statement of a text, preparing it the first time, or nil when the text has to run by itself.
func (c *liteConn) take(ctx context.Context, query string) *liteStmt {
	if s := c.kept[query]; s != nil {
		if s.busy {
			return nil
		}
		return s
	}
	verb, _, _ := strings.Cut(strings.TrimLeft(query, " \t\n"), " ")
	switch verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
	default:
		return nil
	}
	if len(c.kept) >= maxKept {
		for text, s := range c.kept { // any one that is not in use
			if !s.busy {
				_ = s.Close()
				delete(c.kept, text)
				break
			}
		}
	}
	st, err := c.inner.PrepareContext(ctx, query)
	if err != nil {
		return nil // running it says why
	}
	if _, ok := st.(driver.StmtExecContext); !ok {
		_ = st.Close()
		return nil
	}
	s := &liteStmt{Stmt: st}
	c.kept[query] = s
	return s
}

func (c *liteConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s := c.take(ctx, query)
	if s == nil {
		return c.inner.ExecContext(ctx, query, args)
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (c *liteConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s := c.take(ctx, query)
	if s == nil {
		return c.inner.QueryContext(ctx, query, args)
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &liteRows{rows, s}, nil
}

type liteRows struct {
	driver.Rows
	stmt *liteStmt
}

func (r *liteRows) Close() error {
	r.stmt.busy = false
	return r.Rows.Close()
}

func (c *liteConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.inner.PrepareContext(ctx, query)
}

func (c *liteConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.inner.BeginTx(ctx, o)
}

func (c *liteConn) Ping(ctx context.Context) error         { return c.inner.Ping(ctx) }
func (c *liteConn) ResetSession(ctx context.Context) error { return c.inner.ResetSession(ctx) }
func (c *liteConn) IsValid() bool                          { return c.inner.IsValid() }

// Close frees the statements before the connection.
func (c *liteConn) Close() error {
	for _, s := range c.kept {
		_ = s.Close()
	}
	clear(c.kept)
	return c.Conn.Close()
}
