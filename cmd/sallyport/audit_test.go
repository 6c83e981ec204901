package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// theLog exports the log, verifies it without the server, and then as somebody who has the file and means ill.
func theLog(t *testing.T, d *demoServer) {
	d.t = t
	log, key, since := filepath.Join(d.home, "log.jsonl"), filepath.Join(d.home, "key"), filepath.Join(d.home, "since")
	if code, _, _ := d.cli("employee", "audit", "export"); code != 6 {
		t.Errorf("an employee exports: exit %d", code)
	}
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(key, d.do("auditor", "audit", "key"))
	older := d.do("auditor", "audit", "export") // the whole log as it was
	d.do("employee", "access")
	d.json("employee", "token", "create", "to grow the log", "--scope", "read", "--for", "1h")
	write(since, d.do("auditor", "audit", "checkpoint"))
	d.do("auditor", "audit", "export", "--file", log)
	if out := d.do("nobody", "audit", "verify", log, "--key", key, "--since", since); !strings.Contains(out, "verified") {
		t.Errorf("verify says\n%s", out)
	}
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	good := strings.SplitAfter(strings.TrimSuffix(string(b), "\n"), "\n")
	good[len(good)-1] += "\n"
	var events []int // lines that are events
	for i, line := range good {
		if strings.HasPrefix(line, `{"hash"`) {
			events = append(events, i)
		}
	}
	if len(events) < 50 {
		t.Fatalf("the log has %d events", len(events))
	}
	at, beside, far := events[20], events[21], events[30]
	for what, c := range map[string]struct {
		do    func(lines []string) []string
		since bool
		kind  string
		line  bool // the line is named
	}{
		"a bit flipped": {func(l []string) []string {
			b := []byte(l[at])
			b[strings.Index(l[at], "evt_")+6] ^= 1
			l[at] = string(b)
			return l
		}, false, "content", true},
		"an event dropped":          {func(l []string) []string { return slices.Delete(l, at, at+1) }, false, "missing", true},
		"neighbours swapped":        {func(l []string) []string { l[at], l[beside] = l[beside], l[at]; return l }, false, "reordered", true},
		"two events swapped":        {func(l []string) []string { l[at], l[far] = l[far], l[at]; return l }, false, "index", true},
		"an event inserted":         {func(l []string) []string { return slices.Insert(l, at, strings.ReplaceAll(l[at], "evt_", "evt_x")) }, false, "", true},
		"the end cut off":           {func(l []string) []string { return l[:at] }, false, "truncated", false},
		"the closing line cut off":  {func(l []string) []string { return l[:len(l)-1] }, false, "truncated", false},
		"the last line cut in half": {func(l []string) []string { n := len(l) - 1; l[n] = l[n][:len(l[n])/2]; return l }, false, "", false},
		"an older whole log":        {func([]string) []string { return []string{older} }, true, "rollback", false},
	} {
		path := filepath.Join(d.home, "bad.jsonl")
		write(path, strings.Join(c.do(slices.Clone(good)), ""))
		args := []string{"audit", "verify", path, "--key", key, "-o", "json"}
		if c.since {
			if out := d.do("nobody", args...); !strings.Contains(out, "events") {
				t.Errorf("%s verifies by itself: %s", what, out)
			}
			args = append(args, "--since", since)
		}
		code, out, errs := d.cli("nobody", args...)
		var report struct {
			Faults []struct {
				Kind string `json:"kind"`
				Line int64  `json:"line"`
			} `json:"faults"`
		}
		if err := json.Unmarshal([]byte(out), &report); err != nil || code != 3 || len(report.Faults) == 0 {
			t.Errorf("%s: exit %d, %v\n%s%s", what, code, err, out, errs)
			continue
		}
		named := false
		for _, f := range report.Faults {
			named = named || (c.kind == "" || f.Kind == c.kind) && (!c.line || f.Line >= int64(at) && f.Line <= int64(at)+3)
		}
		if !named {
			t.Errorf("%s (line %d) is not called %q: %+v", what, at+1, c.kind, report.Faults)
		}
	}
	write(key, strings.Replace(d.do("auditor", "audit", "key"), "+", "+0", 1))
	if code, _, _ := d.cli("nobody", "audit", "verify", log, "--key", key); code == 0 {
		t.Error("it verifies with a key that is none")
	}
}

// everyForm reads with every command that lists something: as a table for people, as JSON and as YAML for programs.
func everyForm(t *testing.T, d *demoServer) {
	d.t = t
	for _, args := range [][]string{{"requests"}, {"requests", "--waiting"}, {"access"}, {"access", "lead"}, {"holders", "wiki"}, {"tasks"}, {"tag"}, {"creation"}, {"expiring", "--everything", "--within", "any"}, {"token"}, {"sync"},
		{"version"}, {"doctor", "--data", filepath.Join(d.home, "nowhere")}} {
		name := strings.Join(args, " ")
		table := d.do("admin", args...)
		if strings.HasPrefix(strings.TrimSpace(table), "{") || strings.HasPrefix(strings.TrimSpace(table), "[") || strings.TrimSpace(table) == "" && name != "tasks" {
			t.Errorf("%s shows people\n%s", name, table)
		}
		var asJSON, asYAML any
		text := d.do("admin", append(args, "-o", "json")...)
		if err := json.Unmarshal([]byte(text), &asJSON); err != nil {
			t.Errorf("%s -o json: %v\n%s", name, err, text)
		}
		text = d.do("admin", append(args, "-o", "yaml")...)
		if err := yaml.Unmarshal([]byte(text), &asYAML); err != nil {
			t.Errorf("%s -o yaml: %v\n%s", name, err, text)
		}
		if a, b := size(asJSON), size(asYAML); a != b || a == 0 {
			t.Errorf("%s: JSON has %d fields or items, YAML %d", name, a, b)
		}
		for _, colour := range []string{"never", "always"} {
			if out := d.do("admin", append(args, "--color", colour)...); colour == "never" && strings.Contains(out, "\x1b") {
				t.Errorf("%s in colour although none was asked for", name)
			}
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if out := d.do("nobody", "completion", shell); !strings.Contains(out, "sallyport") {
			t.Errorf("the completion of %s is %.80q", shell, out)
		}
	}
}

// tags: by the command line a tag is made, put on, refuses what is longer, is changed and taken away.
func tags(t *testing.T, d *demoServer) {
	d.t = t
	has := func(what, out string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("%s does not say %q:\n%s", what, w, out)
			}
		}
	}
	has("a new tag", d.do("admin", "tag", "set", "Guests", "--members", "7d", "--member-reason"), "Guests: members at most 7 days; members need a reason")
	has("putting it on", d.do("admin", "tag", "on", "datadog.viewer", "Guests", "--accept"), "datadog.viewer has the tags Guests")
	has("the list", d.do("employee", "tag"), "Guests", "in force", "members at most 7 days")
	has("changing it", d.do("admin", "tag", "set", "guests", "--members", "none", "--must-end"), "Guests: members need a reason; members' access must have an end")
	d.do("admin", "tag", "off", "datadog.viewer", "Guests")
	d.do("admin", "tag", "remove", "Guests")
	if out := d.do("employee", "tag"); strings.Contains(out, "Guests") {
		t.Errorf("it is still there:\n%s", out)
	}
}

// roles: by the command line a role is made from people, tried out, split and taken back.
func roles(t *testing.T, d *demoServer) {
	d.t = t
	has := func(what, out string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("%s does not say %q:\n%s", what, w, out)
			}
		}
	}
	has("the comparison", d.do("employee", "compare", "me", "teammate"), "EMPLOYEE", "TEAMMATE", " of 2")
	args := []string{"role", "create", "Night shift", "--member", "employee", "--member", "teammate", "--resource", "wiki", "--reason", "they share the nights"}
	has("the dry run", d.do("admin", append(args, "--dry-run")...), "gained", "employee", "wiki", "2 resources. Nothing was changed.")
	has("and nothing else", d.do("admin", "role"), "WHAT")
	made := d.do("admin", args...)
	has("making it", made, "Made the role Night shift", "sallyport role undo reo_")
	has("what follows", d.do("employee", "access"), "night-shift", "wiki")
	has("a split", d.do("admin", "role", "split", "night-shift", "Late shift", "--member", "teammate", "--resource", "wiki", "--keep-resources", "--reason", "two shifts"), "Split Late shift off Night shift")
	has("who is where", d.do("lead", "access", "teammate"), "late-shift", "wiki")
	list := d.do("admin", "role")
	has("the list", list, "Split Late shift off Night shift", "Made the role Night shift")
	for _, line := range strings.Split(list, "\n")[1:3] {
		has("undoing", d.do("admin", "role", "undo", strings.Fields(line)[0]), "Undone: ")
	}
	if out := d.do("employee", "access"); strings.Contains(out, "night-shift") {
		t.Errorf("the role is still there:\n%s", out)
	}

	has("a role that a target follows", d.do("admin", "role", "create", "Day shift", "--member", "auditor", "--member", "teammate", "--resource", "vpn", "--longest", "--reason", "they work by day"), "Made the role Day shift")
	has("how far it is", d.do("employee", "role", "progress", "day-shift"), "vpn", "adding", "0 of 2", "BY HAND")
	has("the same of the resource, by the role", d.do("lead", "progress", "vpn", "--role", "day-shift", "-o", "json"), `"direction": "adding"`, `"slug": "day-shift"`)
	left := d.do("lead", "progress", "vpn", "--left")
	has("who is left", left, "auditor", "teammate", "by_hand", "tsk_")
	has("watching ends where people have to act", d.do("employee", "progress", "day-shift", "--watch"), "vpn: in place for 0 of 2", "0 of 2")
	has("nothing failed", d.do("admin", "progress", "vpn", "--retry"), "0 are tried again now.")
	has("nothing failed for somebody", d.do("admin", "progress", "vpn", "--retry", "--person", "employee"), "0 are tried again now.")
	if code, _, errs := d.cli("admin", "progress", "vpn", "--retry", "--person", "nobody-here"); code != 4 {
		t.Errorf("--person is not heard: exit %d %s", code, errs)
	}
	has("taking it back", d.do("admin", "role", "undo", strings.Fields(strings.Split(d.do("admin", "role"), "\n")[1])[0]), "Undone: ")
	answers(t, d)
}

// answers: what was, what was lost, what one runs and what would be, on the command line.
func answers(t *testing.T, d *demoServer) {
	has := func(what, out string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("%s does not say %q:\n%s", what, w, out)
			}
		}
	}
	d.must("admin", "POST", "/resources", map[string]any{"kind": "role", "slug": "choir", "name": "Choir", "owners": []string{"lead"}})
	d.must("admin", "POST", "/resources", map[string]any{"kind": "app", "slug": "organ", "name": "Organ", "owners": []string{"lead"}})
	for subject, thing := range map[string]string{"employee": "choir", "role:choir": "organ"} {
		d.must("admin", "POST", "/grants", map[string]any{"subject": subject, "resource": thing, "duration": "P9D", "reason": "they sing"})
	}
	has("the roles that one runs", d.do("lead", "role", "run"), "choir", "Choir")
	if out := d.do("lead", "role", "run", "--at", "2020-01-31"); strings.Contains(out, "choir") {
		t.Errorf("the role was there before it was made:\n%s", out)
	}
	has("what a role reaches", d.do("employee", "role", "reach", "choir"), "organ", "employee")
	if out := d.do("employee", "role", "reach", "choir", "--at", "2020-01-31"); strings.Contains(out, "organ") {
		t.Errorf("it gave something before it was made:\n%s", out)
	}
	has("the comparison", d.do("lead", "compare", "employee", "teammate"), "organ")
	if out := d.do("lead", "compare", "employee", "teammate", "--at", "2020-01-31"); strings.Contains(out, "organ") {
		t.Errorf("the comparison of the past has the present:\n%s", out)
	}
	has("what ending would do", d.do("employee", "end", "choir", "--dry-run"), "lost", "organ", "Nothing was changed.")
	has("it is there still", d.do("employee", "access"), "organ")
	d.do("employee", "end", "choir", "--reason", "hoarse")
	has("what is lost", d.do("employee", "access", "--lost"), "organ", "role choir", "hoarse")
	if code, _, _ := d.cli("employee", "access", "--lost", "--at", "2020-01-31"); code != 2 {
		t.Errorf("lost as of a day: exit %d", code)
	}
	id := d.must("teammate", "POST", "/requests", map[string]any{"resource": "organ", "duration": "P2D", "reason": "to play"})["id"].(string)
	has("what approving would do", d.do("lead", "approve", id, "--dry-run"), "gained", "teammate", "organ")
	has("it waits still", d.do("lead", "requests", id), "pending")
	d.do("lead", "approve", id)
	if code, _, _ := d.cli("lead", "approve", id, "--dry-run"); code == 0 {
		t.Error("what is decided is tried out")
	}
}

func size(v any) int {
	switch v := v.(type) {
	case map[string]any:
		return len(v)
	case []any:
		return len(v) + 1
	}
	return 0
}
