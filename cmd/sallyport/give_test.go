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
	if out := d.do("admin", "orphans"); !strings.Contains(out, "sunroom") {
		t.Errorf("orphans are\n%s", out)
	}
	d.do("admin", "give", "lead", "sunroom", "--owner", "--no-end", "--reason", "nobody owned it")
	if out := d.do("admin", "orphans"); strings.Contains(out, "sunroom") {
		t.Errorf("it is owned, and yet\n%s", out)
	}
}
