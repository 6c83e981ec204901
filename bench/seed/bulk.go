package seed

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the pure Go SQLite driver

	"github.com/sallyport/sallyport/store"
)

// bulk writes many rows fast. Indexes that guard nothing while loading are made again at the end, when it closes.
type bulk interface {
	load(ctx context.Context, table string, columns string, rows iter.Seq[[]any]) error
	close(ctx context.Context) error
}

// heavy are the tables whose indexes are made after their rows.
var heavy = []string{"users", "resources", "requests", "stages", "stage_approvers", "votes", "grants", "provisions", "events", "event_refs", "event_values", "tasks", "messages"}

func openBulk(ctx context.Context, address string) (bulk, error) {
	if store.IsPostgres(address) {
		return openPostgres(ctx, address)
	}
	return openSQLite(ctx, address)
}

// index is how an index is dropped and made.
type index struct{ name, definition string }

type postgres struct {
	conn    *pgx.Conn
	indexes []index
}

func openPostgres(ctx context.Context, address string) (*postgres, error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, err
	}
	p := &postgres{conn: conn}
	for _, s := range []string{"SET session_replication_role = replica", "SET maintenance_work_mem = '512MB'", "SET synchronous_commit = off"} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
	}
	rows, err := conn.Query(ctx, `SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = current_schema()::regnamespace AND t.relname = ANY($1)
		AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY t.relname, c.relname`, heavy)
	if err != nil {
		return nil, err
	}
	if p.indexes, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (x index, err error) {
		err = r.Scan(&x.name, &x.definition)
		return x, err
	}); err != nil {
		return nil, err
	}
	for _, x := range p.indexes {
		if _, err := conn.Exec(ctx, "DROP INDEX "+pgx.Identifier{x.name}.Sanitize()); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *postgres) load(ctx context.Context, table, columns string, rows iter.Seq[[]any]) error {
	next, stop := iter.Pull(rows)
	defer stop()
	_, err := p.conn.CopyFrom(ctx, pgx.Identifier{table}, strings.Split(columns, ","), pgx.CopyFromFunc(func() ([]any, error) {
		row, ok := next()
		if !ok {
			return nil, nil
		}
		return row, nil
	}))
	if err != nil {
		return fmt.Errorf("load %s: %w", table, err)
	}
	return nil
}

func (p *postgres) close(ctx context.Context) error {
	defer p.conn.Close(ctx)
	for _, x := range p.indexes {
		if _, err := p.conn.Exec(ctx, x.definition); err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
	}
	for _, s := range []string{"VACUUM ANALYZE", "CHECKPOINT"} {
		if _, err := p.conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

type sqlite struct {
	db      *sql.DB
	conn    *sql.Conn
	tx      *sql.Tx
	indexes []index
}

func openSQLite(ctx context.Context, path string) (*sqlite, error) {
	// No journal: a load that breaks off leaves a file to throw away.
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=journal_mode(DELETE)&_pragma=locking_mode(EXCLUSIVE)"+
		"&_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=foreign_keys(0)&_pragma=cache_size(-1000000)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return nil, err
	}
	s := &sqlite{db: db}
	if s.conn, err = db.Conn(ctx); err != nil {
		return nil, err
	}
	if s.tx, err = s.conn.BeginTx(ctx, nil); err != nil {
		return nil, err
	}
	rows, err := s.tx.QueryContext(ctx, `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
		AND tbl_name IN ('`+strings.Join(heavy, "','")+`') ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x index
		if err := rows.Scan(&x.name, &x.definition); err != nil {
			return nil, err
		}
		s.indexes = append(s.indexes, x)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, x := range s.indexes {
		if _, err := s.tx.ExecContext(ctx, `DROP INDEX "`+x.name+`"`); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// perStatement is how many rows one statement writes.
const perStatement = 100

func (s *sqlite) load(ctx context.Context, table, columns string, rows iter.Seq[[]any]) error {
	width := strings.Count(columns, ",") + 1
	into := func(n int) string {
		one := "(?" + strings.Repeat(",?", width-1) + ")"
		return "INSERT INTO " + table + " (" + columns + ") VALUES " + one + strings.Repeat(","+one, n-1)
	}
	whole, err := s.tx.PrepareContext(ctx, into(perStatement))
	if err != nil {
		return fmt.Errorf("load %s: %w", table, err)
	}
	defer whole.Close()
	args := make([]any, 0, perStatement*width)
	for row := range rows {
		args = append(args, row...)
		if len(args) == cap(args) {
			if _, err := whole.ExecContext(ctx, args...); err != nil {
				return fmt.Errorf("load %s: %w", table, err)
			}
			args = args[:0]
		}
	}
	if len(args) > 0 {
		if _, err := s.tx.ExecContext(ctx, into(len(args)/width), args...); err != nil {
			return fmt.Errorf("load %s: %w", table, err)
		}
	}
	return nil
}

func (s *sqlite) close(ctx context.Context) error {
	defer s.db.Close()
	defer s.conn.Close()
	for _, x := range s.indexes {
		if _, err := s.tx.ExecContext(ctx, x.definition); err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
	}
	if _, err := s.tx.ExecContext(ctx, "ANALYZE"); err != nil {
		return err
	}
	return s.tx.Commit()
}
