package store

import (
	"context"
	_ "embed"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
)

// What ANALYZE says of a company of 10,000 people and 1,000,000 grants: table, index, and its numbers. Four are those of a
// company that writes more than the measured one does: grants_said, votes_said, grants_given_by and grants_ended_by.
//
//go:embed statistics.txt
var statistics string

// shape gives SQLite's planner the statistics of a large company in place of none. Without any it takes ten rows for what a
// tenant has, however many there are, and reads all grants for those of one thing; statistics of the company itself would
// have to be taken again as it grows, each time under the lock of the one writer. The same numbers everywhere also mean the
// same plans everywhere, those that were measured (https://www.sqlite.org/queryplanner-ng.html, "The Case For Stability").
// It is done before any other connection is there, since each reads them once.
func (db *DB) shape(ctx context.Context) error {
	fail := func(err error) error {
		return sallyport.Errorf(sallyport.EUnavailable, "the statistics of the database cannot be written: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(statistics), "\n")
	var there int
	if err := db.write.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'").Scan(&there); err != nil {
		return fail(err)
	}
	if there > 0 {
		have, err := db.statistics(ctx)
		if err != nil {
			return fail(err)
		}
		if slices.Equal(have, lines) {
			return nil
		}
	}
	if there == 0 { // ANALYZE makes the table; of all tables it would take as long as reading them
		if _, err := db.write.ExecContext(ctx, "ANALYZE tenants"); err != nil {
			return fail(err)
		}
	}
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fail(err)
	}
	defer tx.Rollback()
	for _, table := range []string{"sqlite_stat1", "sqlite_stat4"} {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = $1", table).Scan(&n); err != nil {
			return fail(err)
		}
		if n == 0 {
			continue
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
			return fail(err)
		}
	}
	for _, line := range lines {
		f := strings.SplitN(line, " ", 3)
		if _, err := tx.ExecContext(ctx, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)", f[0], f[1], f[2]); err != nil {
			return fail(err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fail(err)
	}
	_, err = db.write.ExecContext(ctx, "ANALYZE sqlite_schema") // this connection reads them now
	return err
}

// statistics lists what the planner has, in the form of the file.
func (db *DB) statistics(ctx context.Context) ([]string, error) {
	rows, err := db.write.QueryContext(ctx, "SELECT tbl || ' ' || COALESCE(idx, '') || ' ' || stat FROM sqlite_stat1 ORDER BY tbl, idx")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, rows.Err()
}
