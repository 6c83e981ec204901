package store_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/store"
)

// TestStatisticsOfALargeCompany: a new SQLite database plans like a large one, and a later start puts right what was changed.
func TestStatisticsOfALargeCompany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sallyport.db")
	start := func() (plan string, rows, unknown int) {
		t.Helper()
		db, err := store.Open(t.Context(), path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		err = db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Row(ctx, "SELECT count(*) FROM sqlite_stat1", nil, &rows); err != nil {
				return err
			}
			if err := tx.Row(ctx, "SELECT count(*) FROM sqlite_stat1 WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema s WHERE s.type = 'index' AND s.name = idx AND s.tbl_name = tbl)", nil, &unknown); err != nil {
				return err
			}
			return tx.Rows(ctx, "EXPLAIN QUERY PLAN SELECT g.id FROM grants g WHERE g.tenant_id = $1 AND g.resource_id = $2 AND g.subject_kind = 'user' AND g.ended_at IS NULL AND g.starts_at <= $3",
				[]any{"ten_1", "res_1", 1}, func(r *sql.Rows) error {
					var a, b, c int
					var line string
					err := r.Scan(&a, &b, &c, &line)
					plan += line
					return err
				})
		})
		if err != nil {
			t.Fatal(err)
		}
		return plan, rows, unknown
	}
	plan, rows, unknown := start()
	if !strings.Contains(plan, "grants_resource_living") {
		t.Errorf("who has one thing is found by %q", plan)
	}
	if rows < 50 || unknown > 0 {
		t.Errorf("%d statistics, %d of indexes that are not there", rows, unknown)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec("UPDATE sqlite_stat1 SET stat = '7 7' WHERE idx = 'grants_starts_all'"); err != nil {
		t.Fatal(err)
	}
	if again, n, _ := start(); again != plan || n != rows {
		t.Errorf("after somebody changed them: %q, %d", again, n)
	}
	var stat string
	if err := raw.QueryRow("SELECT stat FROM sqlite_stat1 WHERE idx = 'grants_starts_all'").Scan(&stat); err != nil || stat == "7 7" {
		t.Errorf("what somebody changed stays: %q %v", stat, err)
	}
}
