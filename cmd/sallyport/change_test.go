package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// changes: what an owner changes in the page they change from the command line, and no more.
func changes(t *testing.T, d *demoServer) {
	d.t = t
	d.do("owner", "login", "--url", d.url, "--demo", "owner")
	d.do("admin", "new", "app", "Planner", "--owner", "owner")
	if out := d.do("owner", "change", "planner", "--description", "Who is on shift", "--dry-run"); !strings.Contains(out, "Nobody would gain or lose anything") {
		t.Errorf("tried out:\n%s", out)
	}
	read := func() map[string]any { return d.must("owner", "GET", "/resources/planner", nil) }
	if read()["description"] != nil {
		t.Error("trying it out changed it")
	}
	if out := d.do("owner", "change", "planner", "--description", "Who is on shift", "--stage", "manager", "--stage", "user:owner,admins"); !strings.Contains(out, "planner: Planner is changed") {
		t.Errorf("changed:\n%s", out)
	}
	r := read()
	flow := r["flow"].(map[string]any)
	if stages := flow["stages"].([]any); r["description"] != "Who is on shift" || len(stages) != 2 || len(stages[1].(map[string]any)["approvers"].([]any)) != 2 || flow["owners_edit"] != true {
		t.Errorf("changed: %v", r)
	}
	path := filepath.Join(d.home, "planner.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	settings := d.do("owner", "change", "planner", "--settings")
	if !strings.Contains(settings, "description: Who is on shift") || strings.Contains(settings, "slug:") || strings.Contains(settings, "audience:") || strings.Contains(settings, "owners:") {
		t.Errorf("what an owner may change:\n%s", settings)
	}
	write(settings)
	version := r["version"]
	d.do("owner", "change", "planner", "--file", path)
	if r := read(); r["version"] != version {
		t.Errorf("the settings as they were changed something: %v", r)
	}
	d.do("owner", "change", "planner", "--description", "Who is on shift when")
	for _, more := range [][]string{{}, {"--dry-run"}} {
		if code, _, errs := d.cli("owner", append([]string{"change", "planner", "--file", path}, more...)...); code != 5 || !strings.Contains(errs, "changed in the meantime") {
			t.Errorf("settings of before %v: exit %d %s", more, code, errs)
		}
	}
	if r := read(); r["description"] != "Who is on shift when" {
		t.Errorf("old settings overwrote what was written since: %v", r)
	}
	d.do("admin", "new", "entitlement", "Night shift", "--app", "planner")
	write(d.do("owner", "change", "planner.night-shift", "--settings"))
	d.do("owner", "change", "planner.night-shift", "--file", path)
	write("durations: {max: P30D}\nflow: {expire_in: P3D, owners_edit: true, stages: [{approvers: [admins]}]}\n")
	d.do("owner", "change", "planner", "-f", path)
	d.do("owner", "change", "planner", "--stage", "manager")
	flow = read()["flow"].(map[string]any)
	if flow["expire_in"] != "P3D" || len(flow["stages"].([]any)) != 1 || read()["durations"].(map[string]any)["max"] != "P30D" {
		t.Errorf("other stages, and the rest as it was: %v", flow)
	}
	if code, _, errs := d.cli("owner", "change", "planner", "--no-stages"); code != 6 || !strings.Contains(errs, "owners add people directly") {
		t.Errorf("an owner takes away what decides: exit %d %s", code, errs)
	}
	d.do("admin", "change", "planner", "--no-stages")
	if flow, _ := read()["flow"].(map[string]any); len(flow) > 0 && flow["stages"] != nil {
		t.Errorf("the default again: %v", flow)
	}
	write("desciption: X\n")
	for _, bad := range [][]string{{"planner"}, {"planner", "--settings", "--name", "X"}, {"planner", "--stage", "manager", "--no-stages"}, {"planner", "-f", path}, {"planner", "-f", path + "x"}, {"planner", "--stage", "somebody"}} {
		if code, _, errs := d.cli("owner", append([]string{"change"}, bad...)...); code != 2 && code != 3 {
			t.Errorf("change %v: exit %d %s", bad, code, errs)
		}
	}
	if code, _, errs := d.cli("owner", "change", "planner", "--name", "X"); code != 6 || !strings.Contains(errs, "name") {
		t.Errorf("an owner gives another name: exit %d %s", code, errs)
	}
	if code, _, _ := d.cli("employee", "change", "planner", "--description", "X"); code != 6 {
		t.Errorf("somebody else: exit %d", code)
	}
	d.do("admin", "change", "planner", "--name", "Shift planner", "--slug", "shifts", "--audience", "security")
	if r := d.must("admin", "GET", "/resources/shifts", nil); r["name"] != "Shift planner" || r["audience"] == nil {
		t.Errorf("by an admin: %v", r)
	}
	d.do("admin", "change", "shifts", "--audience", "")
	if r := d.must("employee", "GET", "/resources/shifts", nil); r["audience"] != nil {
		t.Errorf("everyone again: %v", r)
	}

	write("form: {fields: [{name: backup, title: Which, type: text, required: true}]}\nfulfilment: {kind: manual, assignee: group:security}\n")
	d.do("admin", "new", "work_order", "Restore a shift", "-f", path, "--dry-run")
	d.do("admin", "new", "work_order", "Restore a shift", "-f", path)
	if r := d.must("admin", "GET", "/resources/restore-a-shift", nil); r["fulfilment"].(map[string]any)["assignee"] != "group:security" {
		t.Errorf("made: %v", r)
	}
	write("expire_in: P2D\nstages: [{approvers: [group:security], rule: all}]\n")
	if out := d.do("admin", "creation", "set", "group", "-f", path); !strings.Contains(out, "group:security") {
		t.Errorf("who decides about new groups:\n%s", out)
	}
	d.do("admin", "creation", "set", "group", "--default")
	day := time.Now().AddDate(0, 1, 0)
	r = d.json("employee", "request", "shifts", "--from", day.Format(time.DateOnly), "--for", "1d", "--reason", "x")
	if at, err := time.Parse(time.RFC3339, r["starts_at"].(string)); err != nil || at.Local().Format(time.DateOnly) != day.Format(time.DateOnly) {
		t.Errorf("from a day: %v", r["starts_at"])
	}
}
