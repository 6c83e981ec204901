package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newThings asks for something new, edits it in a file, and reads both forms back.
func newThings(t *testing.T, d *demoServer) {
	d.t = t
	if out := d.do("employee", "request", "new", "role", "Night shift", "--gives", "wiki=30d", "--member", "teammate", "--reason", "on call", "--dry-run"); !strings.Contains(out, "Admins: ") || !strings.Contains(out, "admin") {
		t.Errorf("the preview says\n%s", out)
	}
	id := d.json("employee", "request", "new", "role", "Night shift", "--gives", "wiki=30d", "--member", "teammate", "--reason", "on call")["id"].(string)
	if out := d.do("employee", "requests", "--requester", "me", "--state", "pending"); !strings.Contains(out, "new role night-shift") {
		t.Errorf("the list says\n%s", out)
	}
	form := d.do("admin", "requests", id, "--form")
	path := filepath.Join(d.home, "form.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.Replace(form, "name: Night shift", "nmae: Night watch", 1))
	if code, _, errs := d.cli("admin", "approve", id, "--edit", path); code != 2 || !strings.Contains(errs, "nmae") {
		t.Errorf("a field that is none: exit %d %s", code, errs)
	}
	write(strings.NewReplacer("name: Night shift", "name: Night watch", "slug: night-shift", "slug: night-watch").Replace(form))
	if code, _, errs := d.cli("employee", "approve", id, "--edit", path); code != 6 {
		t.Errorf("who asked approves it: exit %d %s", code, errs)
	}
	if out := d.do("admin", "approve", id, "--edit", path, "--dry-run"); !strings.Contains(out, "night-watch") || !strings.Contains(out, "Nothing was changed") {
		t.Errorf("tried out:\n%s", out)
	}
	d.do("admin", "approve", id, "--edit", path)
	out := d.do("employee", "requests", id)
	for _, word := range []string{"ASKED", "DECIDED", "Night shift", "Night watch", "edited by", "admin", "made", "night-watch (Night watch)"} {
		if !strings.Contains(out, word) {
			t.Errorf("the request does not say %q:\n%s", word, out)
		}
	}
	if code, _, errs := d.cli("employee", "request", "new", "app", "Wiki", "--reason", "why"); code != 5 || !strings.Contains(errs, "Wiki") {
		t.Errorf("a name that is taken: exit %d %s", code, errs)
	}
	if code, _, errs := d.cli("employee", "request", "new", "building", "X", "--reason", "why"); code != 2 {
		t.Errorf("a kind that is none: exit %d %s", code, errs)
	}
	only := d.json("employee", "request", "new", "app", "Keys", "--audience", "security", "--reason", "few need it")["id"].(string)
	if out := d.do("admin", "requests", only, "--form"); !strings.Contains(out, "audience: security") {
		t.Errorf("the form does not say for whom it is:\n%s", out)
	}
	if code, _, errs := d.cli("admin", "requests", d.json("employee", "request", "github.engineering", "--for", "1d", "--reason", "x")["id"].(string), "--form"); code != 2 {
		t.Errorf("the form of a request for access: exit %d %s", code, errs)
	}
}
