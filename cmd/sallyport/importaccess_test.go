package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/catalog/discordaccess"
	"github.com/sallyport/sallyport/store"
)

// oldAccess makes a database of an early discord/access, which had no requests and no tags yet: n people, each a member
// of 10 groups now and once before.
func oldAccess(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "access.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{
		`CREATE TABLE okta_user (id VARCHAR(50) PRIMARY KEY, created_at DATETIME, updated_at DATETIME, deleted_at DATETIME, email VARCHAR(100), first_name VARCHAR(50), last_name VARCHAR(50), display_name VARCHAR(100), manager_id VARCHAR(50), profile JSON)`,
		`CREATE TABLE okta_group (id VARCHAR(50) PRIMARY KEY, type VARCHAR(50), created_at DATETIME, updated_at DATETIME, deleted_at DATETIME, name VARCHAR(255), description VARCHAR(1024), is_managed BOOLEAN)`,
		`CREATE TABLE okta_user_group_member (id INTEGER PRIMARY KEY, user_id VARCHAR(50), group_id VARCHAR(50), role_group_map_id BIGINT, is_owner BOOLEAN, created_at DATETIME, updated_at DATETIME, ended_at DATETIME, created_actor_id VARCHAR(50), ended_actor_id VARCHAR(50))`,
		`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i < ` + fmt.Sprint(n) + `) INSERT INTO okta_user SELECT 'u'||i, '2024-01-01 08:00:00.000000', '2024-01-01 08:00:00.000000', NULL, 'u'||i||'@example.test', 'Una', 'Number '||i, NULL, NULL, '{}' FROM c`,
		`WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM c WHERE i < 9) INSERT INTO okta_group SELECT 'g'||i, 'okta_group', '2024-01-01 08:00:00.000000', '2024-01-01 08:00:00.000000', NULL, 'Group-'||i, '', 1 FROM c`,
		`INSERT INTO okta_user_group_member SELECT NULL, u.id, g.id, NULL, 0, '2024-02-01 08:00:00.000000', '2024-02-01 08:00:00.000000', '2024-03-01 08:00:00.000000', NULL, NULL FROM okta_user u, okta_group g`,
		`INSERT INTO okta_user_group_member SELECT NULL, u.id, g.id, NULL, 0, '2024-04-01 08:00:00.000000', '2024-04-01 08:00:00.000000', NULL, NULL, NULL FROM okta_user u, okta_group g`,
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	return "sqlite:///" + path
}

// TestImportDiscordAccess runs the command as people do: a look, the import, and once more.
func TestImportDiscordAccess(t *testing.T) {
	from, data := oldAccess(t, 5), t.TempDir()
	report := filepath.Join(data, "report.json")
	before, err := os.ReadFile(strings.TrimPrefix(from, "sqlite:///"))
	if err != nil {
		t.Fatal(err)
	}
	call := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"import", "discord-access", "--data", data}, args...), streams{in: strings.NewReader(""), out: &out, err: &errs},
			func(name string) (string, bool) {
				if name == "SALLYPORT_IMPORT_FROM" {
					return from, true
				}
				return "", false
			})
		return code, out.String(), errs.String()
	}
	code, out, errs := call("--dry-run", "--report", report)
	if code != 0 || !strings.Contains(out, "okta_user_group_member  100   100") || !strings.Contains(out, "the table access_request is not there") || !strings.Contains(out, "is the same") {
		t.Fatalf("the look: %d\n%s%s", code, out, errs)
	}
	var kept discordaccess.Report
	b, err := os.ReadFile(report)
	if err == nil {
		err = json.Unmarshal(b, &kept)
	}
	if err != nil || kept.Total().Read != 115 || kept.Total().Brought != 115 {
		t.Fatalf("the report holds %+v: %v", kept.Total(), err)
	}
	if code, out, errs = call(); code != 2 || !strings.Contains(errs, "add -y") {
		t.Fatalf("without anybody to ask: %d\n%s%s", code, out, errs)
	}
	for i, want := range []int{115, 0} {
		var res discordaccess.Result
		if code, out, errs = call("-y", "-o", "json"); code != 0 {
			t.Fatalf("run %d: %d\n%s%s", i, code, out, errs)
		}
		if err := json.Unmarshal([]byte(out), &res); err != nil || res.Report.Total().Brought != want || (res.Run == "") != (want == 0) {
			t.Fatalf("run %d: %v %+v", i, err, res.Report.Total())
		}
	}
	if after, err := os.ReadFile(strings.TrimPrefix(from, "sqlite:///")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("what was read was changed: %v", err)
	}
	for _, bad := range []struct{ args, want string }{{"--from=oracle://x", "names no database"}, {"--from=sqlite:///no/such/file.db", "there is no database"},
		{"--from=sqlite:///" + filepath.Join(data, "sallyport.db"), "none of the tables"}} {
		if code, out, errs = call(bad.args); code != 2 || !strings.Contains(errs, bad.want) {
			t.Errorf("%s: %d\n%s%s", bad.args, code, out, errs)
		}
	}
	running, err := lockDir(data)
	if err != nil {
		t.Fatal(err)
	}
	defer running()
	if code, _, errs = call("-y"); code == 0 || !strings.Contains(errs, "another sallyport runs") {
		t.Errorf("beside a server that runs on the same directory: %d %s", code, errs)
	}
}

// TestImportKilled kills the real command with SIGKILL while it writes, again and again, and lets it finish: nothing is
// missing and nothing is there twice.
func TestImportKilled(t *testing.T) {
	binary, err := built()
	if err != nil {
		t.Fatal(err)
	}
	const people = 200
	from, data := oldAccess(t, people), t.TempDir()
	killed := 0
	for i := 0; ; i++ {
		if i > 30 {
			t.Fatal("it does not come to an end")
		}
		cmd := exec.Command(binary, "import", "discord-access", "--from", from, "--data", data, "-y")
		cmd.Env = []string{"HOME=" + data, "PATH=" + os.Getenv("PATH")}
		progress, err := cmd.StderrPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		lines := bufio.NewScanner(progress)
		for lines.Scan() {
			said = append(said, lines.Text())
			if killed < 3 && strings.Contains(lines.Text(), "%") || killed == 3 && strings.HasPrefix(lines.Text(), "100%") { // at last, when only its end is to be told
				_ = cmd.Process.Kill()
			}
		}
		err = cmd.Wait()
		if err == nil {
			break
		}
		if cmd.ProcessState.ExitCode() > 0 {
			t.Fatalf("it failed: %s", strings.Join(said, "\n"))
		}
		killed++
	}
	if killed < 3 {
		t.Fatalf("it was killed %d times only", killed)
	}
	db, err := store.Open(t.Context(), filepath.Join(data, "sallyport.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for q, want := range map[string]int{
			`SELECT count(*) FROM grants`:                             people * 20,
			`SELECT count(*) FROM grants WHERE ended_at IS NULL`:      people * 10,
			`SELECT count(*) FROM users`:                              people,
			`SELECT count(*) FROM resources WHERE kind='group'`:       10,
			`SELECT count(DISTINCT object_id) FROM import_rows`:       people*21 + 10,
			`SELECT count(*) FROM events WHERE verb='grant.created'`:  people * 20,
			`SELECT count(*) FROM events WHERE verb='import.applied'`: 1,
			`SELECT count(*) FROM syncs WHERE state='applied'`:        1,
			`SELECT count(*) FROM syncs WHERE state='running'`:        0,
		} {
			var n int
			if err := tx.Row(ctx, q, nil, &n); err != nil {
				return err
			}
			if n != want {
				t.Errorf("%s is %d, want %d", q, n, want)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
