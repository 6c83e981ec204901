package main

import (
	"archive/zip"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// theReports asks for histories and evidence as an auditor does, and as somebody who may not.
func theReports(t *testing.T, d *demoServer) {
	d.t = t
	if out := d.do("employee", "report", "history", "--resource", "vpn", "--state", "ended"); !strings.Contains(out, "vpn") || !strings.Contains(out, "on call") {
		t.Errorf("the history of vpn says\n%s", out)
	}
	if code, _, errs := d.cli("employee", "report", "history", "--search", "vpn"); code != 6 || !strings.Contains(errs, "auditors") {
		t.Errorf("an employee asks for everybody's: exit %d %s", code, errs)
	}
	file := filepath.Join(d.home, "history.csv")
	d.do("auditor", "report", "history", "--app", "github", "--format", "csv", "--columns", "person,resource,reason", "--file", file)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 5 || strings.Join(rows[0], ",") != "person,resource,reason" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if code, _, _ := d.cli("auditor", "report", "history", "--app", "github", "--format", "csv", "--columns", "salary", "--file", file); code != 2 {
		t.Errorf("an unknown column: exit %d", code)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("half a file stays behind: %v", err)
	}
	var held []map[string]any
	if err := json.Unmarshal([]byte(d.do("auditor", "report", "access", "--resource", "wiki", "-o", "json")), &held); err != nil || len(held) == 0 || held[0]["state"] != "active" {
		t.Errorf("%v %v", held, err)
	}
	if out := d.do("auditor", "report", "events", "--actor", "employee", "--columns", "verb,actor"); !strings.HasPrefix(out, "verb,actor\r\n") || !strings.Contains(out, "request.created,employee") {
		t.Errorf("the events of employee:\n%.300s", out)
	}
	period := time.Now().UTC().Format("2006")
	if out := d.do("auditor", "report", "evidence", period); !strings.Contains(out, "People who left") || !strings.Contains(out, "/evidence?figure=") {
		t.Errorf("the evidence says\n%s", out)
	}
	pack := filepath.Join(d.home, "evidence.zip")
	d.do("auditor", "report", "evidence", period, "--file", pack)
	z, err := zip.OpenReader(pack)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) < 14 {
		t.Errorf("the pack has %d files", len(z.File))
	}
	if code, _, errs := d.cli("employee", "report", "evidence", period); code != 6 || !strings.Contains(errs, "auditors") {
		t.Errorf("an employee asks for evidence: exit %d %s", code, errs)
	}
	if code, _, _ := d.cli("auditor", "report", "evidence", "lately"); code != 2 {
		t.Errorf("an unknown period: exit %d", code)
	}
}
