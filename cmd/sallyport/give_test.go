package main

import (
	"strings"
	"testing"
)

// givingByCommand gives, attaches, converts and looks at limits and orphans by the real binary.
func givingByCommand(t *testing.T, d *demoServer) {
	d.t = t
	d.do("admin", "tag", "set", "Two weeks", "--members", "14d", "--member-reason")
	for _, r := range []string{"Sunroom", "Porch"} {
		d.must("admin", "POST", "/resources", map[string]any{"kind": "group", "name": r})
	}
	d.do("admin", "tag", "on", "sunroom", "Two weeks")
	if out := d.do("employee", "limits", "sunroom"); !strings.Contains(out, "members at most 14 days") || !strings.Contains(out, "the tag Two weeks on Sunroom") {
		t.Errorf("its limits are\n%s", out)
	}
	if code, _, errs := d.cli("admin", "give", "employee", "sunroom", "--for", "30d", "--reason", "to sit"); code != 3 || !strings.Contains(errs, "at most 14 days") {
		t.Errorf("too long: exit %d %s", code, errs)
	}
	if code, _, errs := d.cli("lead", "give", "employee", "sunroom", "--for", "3d", "--reason", "to sit"); code != 6 {
		t.Errorf("without authority: exit %d %s", code, errs)
	}
	if code, _, _ := d.cli("admin", "give", "employee", "sunroom", "--for", "3d", "--no-end"); code != 2 {
		t.Errorf("two lengths: exit %d", code)
	}
	if out := d.do("admin", "give", "employee", "sunroom", "--for", "3d", "--reason", "to sit", "--dry-run"); !strings.Contains(out, "gained") || !strings.Contains(out, "sunroom") {
		t.Errorf("the preview says\n%s", out)
	}
	if out := d.do("employee", "access"); strings.Contains(out, "sunroom") {
		t.Errorf("the preview did it\n%s", out)
	}
	d.do("admin", "give", "employee", "sunroom", "--for", "3d", "--reason", "to sit")
	if out := d.do("employee", "access"); !strings.Contains(out, "sunroom") {
		t.Errorf("employee has\n%s", out)
	}
	made := d.do("admin", "role", "create", "Sunroom keepers", "--member", "teammate", "--owns", "sunroom", "--reason", "to look after it")
	if out := d.do("admin", "holders", "sunroom", "--relation", "owner"); !strings.Contains(out, "teammate") {
		t.Errorf("it is owned by\n%s", out)
	}
	d.do("admin", "role", "undo", strings.Fields(made[strings.Index(made, "reo_"):])[0])
	d.do("admin", "convert", "porch", "role")
	d.do("admin", "give", "role:porch", "sunroom", "--for", "2d", "--reason", "it leads there")
	if out := d.do("employee", "limits", "porch"); !strings.Contains(out, "members need a reason") || !strings.Contains(out, "the tag Two weeks on Sunroom, since the role gives Sunroom") || strings.Contains(out, "14 days") {
		t.Errorf("the role's limits are\n%s", out)
	}
	d.do("admin", "give", "teammate", "porch", "--no-end", "--reason", "to come in")
	if out := d.do("lead", "holders", "sunroom"); !strings.Contains(out, "teammate") {
		t.Errorf("it is held by\n%s", out)
	}
	if code, _, errs := d.cli("admin", "convert", "porch", "group"); code != 3 || !strings.Contains(errs, "which only a role can") {
		t.Errorf("a role that gives something: exit %d %s", code, errs)
	}
	if out := d.do("admin", "tag", "set", "Two weeks", "--members", "1d", "--dry-run"); !strings.Contains(out, "shorter") || !strings.Contains(out, "Nothing was changed") {
		t.Errorf("a stricter tag would\n%s", out)
	}
	d.do("admin", "tag", "set", "A day", "--members", "1d", "--dry-run")
	d.do("admin", "tag", "set", "An hour", "--members", "1h")
	if out := d.do("admin", "tag", "on", "sunroom", "An hour", "--dry-run"); !strings.Contains(out, "employee") || !strings.Contains(out, "Nothing was changed") {
		t.Errorf("a stricter tag on it would\n%s", out)
	}
	d.do("admin", "tag", "off", "sunroom", "Two weeks", "--dry-run")
	d.do("admin", "tag", "remove", "Two weeks", "--dry-run")
	if out := d.do("admin", "tag"); !strings.Contains(out, "14 days") || strings.Contains(out, "A day") {
		t.Errorf("trying changed the tags\n%s", out)
	}
	if out := d.do("employee", "limits", "sunroom"); strings.Contains(out, "hour") || !strings.Contains(out, "14 days") {
		t.Errorf("trying put one on or took one off\n%s", out)
	}
	if out := d.do("employee", "request", "sunroom", "--for", "2d", "--dry-run"); !strings.Contains(out, "with the same manager: teammate") || !strings.Contains(out, "or ask for   sallyport request porch") && !strings.Contains(out, "held now") {
		t.Errorf("who else has it:\n%s", out)
	}
	if out := d.do("employee", "request", "porch", "--for", "2d", "--dry-run"); !strings.Contains(out, "role gives   sunroom") || !strings.Contains(out, "members need a reason") {
		t.Errorf("the role gives:\n%s", out)
	}
	id := d.json("employee", "request", "porch", "--for", "2d", "--reason", "to come in")["id"].(string)
	if out := d.do("admin", "requests", id); !strings.Contains(out, "role gives   sunroom") || !strings.Contains(out, "holds in all") || !strings.Contains(out, "with the same manager") {
		t.Errorf("the facts of a waiting request are\n%s", out)
	}
	if v := d.json("admin", "requests", id); v["id"] != id {
		t.Errorf("as JSON it is %v", v)
	}
	if v := d.json("admin", "requests", id, "--facts"); v["gives"] == nil || v["peers"] == nil {
		t.Errorf("the facts as JSON are %v", v)
	}
	if out := d.do("employee", "creation"); strings.Count(out, "nobody has said") != 3 {
		t.Errorf("who decides about new things:\n%s", out)
	}
	if out := d.do("admin", "creation", "set", "app", "--stage", "group:it", "--stage", "admins,user:lead"); !strings.Contains(out, "group:it, then admins or user:lead") {
		t.Errorf("who decides about new apps:\n%s", out)
	}
	if code, _, _ := d.cli("admin", "creation", "set", "app"); code != 2 {
		t.Errorf("nobody named: exit %d", code)
	}
	if code, _, _ := d.cli("employee", "creation", "set", "app", "--default"); code != 6 {
		t.Errorf("without authority: exit %d", code)
	}
	if out := d.do("admin", "creation", "set", "app", "--default"); !strings.Contains(out, "nobody has said") {
		t.Errorf("the admins again:\n%s", out)
	}
	if out := d.do("admin", "orphans"); !strings.Contains(out, "sunroom") {
		t.Errorf("orphans are\n%s", out)
	}
	d.do("admin", "give", "lead", "sunroom", "--owner", "--no-end", "--reason", "nobody owned it")
	if out := d.do("admin", "orphans"); strings.Contains(out, "sunroom") {
		t.Errorf("it is owned, and yet\n%s", out)
	}
}

// addingByCommand makes an app with its parts and owners, adds to it as its owner, and removes it.
func addingByCommand(t *testing.T, d *demoServer) {
	d.t = t
	if out := d.do("admin", "new", "app", "Lucid", "--part", "Editors", "--part", "Viewers", "--owner", "lead"); !strings.Contains(out, "lucid") || !strings.Contains(out, "2 in it") {
		t.Errorf("it says\n%s", out)
	}
	d.do("lead", "new", "entitlement", "Billing", "--app", "lucid")
	if parts := d.must("employee", "GET", "/resources?app=lucid", nil)["items"].([]any); len(parts) != 3 {
		t.Errorf("in it are %v", parts)
	}
	for _, args := range [][]string{{"new", "entitlement", "More", "--app", "lucid"}, {"new", "app", "Mine"}} {
		if code, _, errs := d.cli("employee", args...); code != 6 || !strings.Contains(errs, "sallyport request new") {
			t.Errorf("%v by an employee: exit %d %s", args, code, errs)
		}
	}
	d.do("admin", "give", "employee", "lucid.editors", "--for", "3d", "--reason", "to draw")
	if out := d.do("admin", "remove", "lucid", "--dry-run"); !strings.Contains(out, "lucid.editors") {
		t.Errorf("the preview says\n%s", out)
	}
	if code, _, errs := d.cli("admin", "remove", "lucid"); code != 2 || !strings.Contains(errs, "-y") {
		t.Errorf("with nobody to ask: exit %d %s", code, errs)
	}
	if code, _, errs := d.cli("lead", "remove", "lucid", "--yes"); code != 6 {
		t.Errorf("by its owner: exit %d %s", code, errs)
	}
	d.do("admin", "remove", "lucid", "--yes", "--reason", "another tool now")
	if code, _, _ := d.cli("admin", "holders", "lucid.editors"); code != 4 {
		if out := d.do("employee", "access"); strings.Contains(out, "lucid.editors") {
			t.Errorf("employee still has\n%s", out)
		}
	}
}
