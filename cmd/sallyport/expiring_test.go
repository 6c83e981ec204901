package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// whatEnds: what ends is listed with its limit, renewed row by row or by filter, taken back, and marked.
func whatEnds(t *testing.T, d *demoServer) {
	d.t = t
	d.do("owner", "login", "--url", d.url, "--demo", "owner")
	d.must("admin", "POST", "/resources", map[string]any{"kind": "app", "slug": "kiln", "name": "Kiln", "owners": []string{"owner"}, "durations": map[string]any{"max": "P20D"}})
	var ids []string
	for _, who := range []string{"employee", "teammate"} {
		ids = append(ids, d.must("admin", "POST", "/grants", map[string]any{"subject": who, "resource": "kiln", "duration": "P3D", "reason": "work"})["id"].(string))
	}
	if out := d.do("owner", "expiring", "--owned", "--resource", "kiln"); strings.Count(out, "kiln") != 2 || !strings.Contains(out, "20 days, the settings of Kiln") {
		t.Errorf("what ends:\n%s", out)
	}
	if out := d.do("employee", "expiring", "--within", "2d"); strings.Contains(out, "kiln") {
		t.Errorf("what ends within two days:\n%s", out)
	}
	if out := d.do("owner", "expiring", "--owned", "--resource", "kiln", "--from", time.Now().AddDate(0, 0, 5).Format(time.DateOnly)); strings.Contains(out, "kiln") {
		t.Errorf("what ends after five days:\n%s", out)
	}
	if out := d.do("owner", "expiring", "--owned", "--resource", "kiln", "--sort", "-subject"); strings.Index(out, ids[0]) < strings.Index(out, ids[1]) {
		t.Errorf("from the last name to the first:\n%s", out)
	}
	day := time.Now().AddDate(0, 0, 4).Format(time.DateOnly)
	d.do("admin", "give", "lead", "kiln", "--until", day, "--reason", "work")
	if out := d.do("admin", "access", "lead", "--at", day); !strings.Contains(out, "kiln") {
		t.Errorf("what ends with a day is not there at its end:\n%s", out)
	}
	d.do("lead", "end", "kiln")
	code, out, errs := d.cli("owner", "renew", ids[0], ids[1]+"=30d", "--for", "10d")
	if code != 3 || !strings.Contains(out, "renewed") || !strings.Contains(out, "at most P20D") || !strings.Contains(errs, "1 of 2 were refused") {
		t.Errorf("a length over the limit: exit %d\n%s%s", code, out, errs)
	}
	if out := d.do("owner", "renew", ids[0], ids[1], "--for", "15d", "--dry-run"); !strings.Contains(out, "longer") || !strings.Contains(out, "Nothing was changed.") {
		t.Errorf("what a renewal would do:\n%s", out)
	}
	if out := d.do("owner", "renew", "grt_none", ids[1], "--for", "15d", "--dry-run"); !strings.Contains(out, "longer") || !strings.Contains(out, "1 of 2 would be refused") || !strings.Contains(out, "there is no grant") || !strings.Contains(out, "take its id from there") {
		t.Errorf("what a renewal could not do:\n%s", out)
	}
	_, undo, ok := strings.Cut(out, "sallyport renew --undo ")
	if !ok {
		t.Fatalf("it does not say how to take it back:\n%s", out)
	}
	if out := d.do("owner", "renew", "--undo", strings.Fields(undo)[0]); !strings.Contains(out, "undone") {
		t.Errorf("the undo:\n%s", out)
	}
	if out = d.do("owner", "renew", "--matching", "--owned", "--resource", "kiln", "--for", "15d", "--all-or-nothing"); strings.Count(out, "renewed") != 2 {
		t.Errorf("by filter:\n%s", out)
	}
	d.do("owner", "renew", "--matching", "--owned", "--resource", "kiln", "--person", "teammate", "--for", "18d")
	_, undo, _ = strings.Cut(out, "sallyport renew --undo ")
	if out := d.do("owner", "renew", "--undo", strings.Fields(undo)[0], "--dry-run"); !strings.Contains(out, "shorter") || !strings.Contains(out, "1 of 2 would be refused") || !strings.Contains(out, "it was changed again since it was renewed") {
		t.Errorf("what the undo could not do:\n%s", out)
	}
	d.do("owner", "renew", "--mark", "--matching", "--owned", "--resource", "kiln", "--person", "employee", "--reason", "moves on")
	if out := d.do("owner", "expiring", "--owned", "--resource", "kiln", "--reviewed", "true"); strings.Count(out, "not to be renewed") != 1 {
		t.Errorf("what is marked:\n%s", out)
	}
	for _, c := range [][]string{{"renew"}, {"renew", ids[0], "--matching"}, {"renew", ids[0], "--for", "soon"}, {"expiring", "--within", "soon"}} {
		if code, _, _ := d.cli("owner", c...); code != 2 {
			t.Errorf("sallyport %s: exit %d", strings.Join(c, " "), code)
		}
	}
	file := filepath.Join(t.TempDir(), "days.ics")
	if err := os.WriteFile(file, []byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:May Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	years := []string{"holidays", "import", file, "--from", "2027-01-01", "--to", "2029-01-01"}
	if out := d.do("admin", append(years, "--preview")...); !strings.Contains(out, "2027-05-01") || !strings.Contains(out, "2 of 2 days would be added") {
		t.Errorf("a calendar file:\n%s", out)
	}
	d.do("admin", years...)
	d.do("admin", "holidays", "add", "2027-05-01=First of May", "2027-12-24")
	if out := d.do("employee", "holidays"); !strings.Contains(out, "First of May") || !strings.Contains(out, "2028-05-01") || !strings.Contains(out, "2027-12-24") {
		t.Errorf("the holidays:\n%s", out)
	}
	if out := d.do("admin", "holidays", "remove", "2028-05-01"); strings.Contains(out, "2028-05-01") {
		t.Errorf("it is there still:\n%s", out)
	}
	if out := d.do("admin", "holidays", "set", "2026-12-25=Christmas", "2027-01-01"); !strings.Contains(out, "Christmas") || !strings.Contains(out, "2027-01-01") {
		t.Errorf("the holidays:\n%s", out)
	}
	if code, _, _ := d.cli("employee", "holidays", "set"); code != 6 {
		t.Errorf("an employee sets holidays: exit %d", code)
	}
	d.do("admin", "holidays", "set")
}
