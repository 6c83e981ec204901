package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
)

// commandLine runs the verbs of the real binary.
func commandLine(t *testing.T, d *demoServer) {
	d.t = t
	if code, _, errs := d.cli("employee", "access"); code != 2 || !strings.Contains(errs, "sallyport login") {
		t.Errorf("before login: exit %d %s", code, errs)
	}
	for _, who := range []string{"employee", "lead", "security", "it", "admin", "auditor"} {
		d.do(who, "login", "--url", d.url, "--demo", who)
	}
	if info, err := os.Stat(filepath.Join(d.home, "employee.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the login is kept as %v %v", info.Mode(), err)
	}

	t.Run("ask, decide, fulfil, end", func(t *testing.T) {
		if out := d.do("employee", "request", "vpn", "--for", "2h", "--dry-run"); !strings.Contains(out, "lead") || !strings.Contains(out, "security") {
			t.Errorf("the preview says\n%s", out)
		}
		id := d.json("employee", "request", "vpn", "--for", "2h", "--reason", "on call")["id"].(string)
		if out := d.do("lead", "requests", "--waiting"); !strings.Contains(out, id) {
			t.Errorf("what waits for lead:\n%s", out)
		}
		d.do("lead", "approve", id)
		if code, _, errs := d.cli("lead", "approve", id); code != 5 || !strings.Contains(errs, "already approved by") {
			t.Errorf("the second press: exit %d %s", code, errs)
		}
		d.do("security", "approve", id, "--comment", "fine")
		task := d.json("employee", "requests", id)["task_ids"].([]any)[0].(string)
		d.do("it", "tasks", "claim", task)
		for _, what := range [][]string{{"complete", task, "--evidence", "sent"}, {"reject", task, "--reason", "no"}} {
			d.do("it", append(append([]string{"tasks"}, what...), "--dry-run")...)
		}
		d.do("it", "tasks", "complete", task, "--evidence", "sent")
		if out := d.do("employee", "access"); !strings.Contains(out, "vpn") {
			t.Errorf("employee has\n%s", out)
		}
		if out := d.do("lead", "holders", "vpn"); !strings.Contains(out, "employee") {
			t.Errorf("vpn is held by\n%s", out)
		}
		d.do("employee", "end", "vpn", "--reason", "done")
		if out := d.do("employee", "access"); strings.Contains(out, "vpn") {
			t.Errorf("employee still has\n%s", out)
		}
		if out := d.do("employee", "access", "--lost"); !strings.Contains(out, "still being removed") {
			t.Errorf("lost, and not said to be there still:\n%s", out)
		}
	})

	t.Run("exit codes", func(t *testing.T) {
		d.t = t
		waiting := d.json("employee", "request", "wiki", "--for", "1d", "--reason", "x")["id"].(string)
		for _, c := range []struct {
			code int
			args []string
		}{
			{2, []string{"request"}},
			{2, []string{"request", "vpn", "--for", "soon"}},
			{2, []string{"request", "vpn", "--for", "1h", "--no-end"}},
			{2, []string{"access", "-o", "xml"}},
			{2, []string{"--nonsense"}},
			{2, []string{"nonsense"}},
			{3, []string{"request", "wiki", "--until", "2001-01-01"}},
			{4, []string{"request", "nothing-here", "--for", "1h"}},
			{4, []string{"requests", "req_nothing"}},
			{6, []string{"approve", waiting}},
			{6, []string{"access", "--token", "sp_wrong"}},
			{7, []string{"access", "--url", "http://127.0.0.1:1", "--token", "sp_x"}},
		} {
			if code, out, errs := d.cli("employee", c.args...); code != c.code || errs == "" && code != 0 {
				t.Errorf("sallyport %s: exit %d, want %d\n%s%s", strings.Join(c.args, " "), code, c.code, out, errs)
			}
		}
		if code, _, errs := d.cli("lead", "deny", waiting); code != 3 {
			t.Errorf("a denial without comment: exit %d %s", code, errs)
		}
		d.do("lead", "deny", waiting, "--comment", "no", "--dry-run")
		if out := d.do("employee", "requests", waiting); !strings.Contains(out, "pending") {
			t.Errorf("what was only tried out was done:\n%s", out)
		}
	})

	t.Run("forms", func(t *testing.T) {
		if code, _, errs := d.cli("employee", "request", "laptop", "--for", "30d", "--reason", "x"); code != 2 || !strings.Contains(errs, "model") {
			t.Errorf("without the answer: exit %d %s", code, errs)
		}
		if code, _, errs := d.cli("employee", "request", "laptop", "--for", "30d", "--answer", "colour=red"); code != 2 || !strings.Contains(errs, "colour") {
			t.Errorf("with an answer to nothing: exit %d %s", code, errs)
		}
		r := d.json("employee", "request", "laptop", "--for", "30d", "--reason", "x", "--answer", "model=14 inch", "--answer", "address=Main Street 1")
		if r["answers"].(map[string]any)["model"] != "14 inch" {
			t.Errorf("the answers are %v", r["answers"])
		}
	})

	t.Run("catalogue", func(t *testing.T) {
		dir := filepath.Join(d.home, "catalogue")
		write := func(text string) {
			t.Helper()
			_ = os.MkdirAll(dir, 0o700)
			if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("groups:\n  - slug: sailors\n    name: Sailors\n    owners: [lead]\n")
		if code, _, errs := d.cli("employee", "apply", "-f", dir, "-y"); code != 6 {
			t.Errorf("an employee applies: exit %d %s", code, errs)
		}
		if code, _, errs := d.cli("admin", "apply", "-f", dir); code != 2 || !strings.Contains(errs, "-y") {
			t.Errorf("nobody is there to ask: exit %d %s", code, errs)
		}
		if out := d.do("admin", "apply", "-f", dir, "--dry-run"); !strings.Contains(out, "+ group sailors") || !strings.Contains(out, "gained") || !strings.Contains(out, "Nothing was changed") {
			t.Errorf("tried out:\n%s", out)
		}
		if out := d.do("admin", "apply", "-f", dir, "-y", "--color", "always"); !strings.Contains(out, "sailors") || !strings.Contains(out, "\x1b[32m") {
			t.Errorf("the plan is\n%s", out)
		}
		if out := d.do("admin", "apply", "-f", dir, "-y"); !strings.Contains(out, "nothing to do") {
			t.Errorf("the second time\n%s", out)
		}
		write("groups:\n  - slug: sailors\n    name: Sailors\n    colour: red\n")
		if code, _, errs := d.cli("admin", "apply", "-f", dir, "-y"); code != 2 || !strings.Contains(errs, "a.yaml:4") {
			t.Errorf("a fault: exit %d %s", code, errs)
		}
	})

	t.Run("catalogue there and back", func(t *testing.T) {
		d.t = t
		dir := filepath.Join(d.home, "exported")
		if code, _, errs := d.cli("employee", "export", dir); code != 6 {
			t.Errorf("an employee exports: exit %d %s", code, errs)
		}
		if out := d.do("admin", "export", dir); !strings.Contains(out, "apps/github.yaml") || !strings.Contains(out, "roles.yaml") {
			t.Errorf("written:\n%s", out)
		}
		if code, _, errs := d.cli("admin", "export", dir); code != 2 || !strings.Contains(errs, "is there already") {
			t.Errorf("over what is there: exit %d %s", code, errs)
		}
		d.do("admin", "export", dir, "--overwrite")
		out := d.do("admin", "apply", "-f", dir, "--dry-run")
		if !strings.Contains(out, "~ app github (kept by files from now on)") || !strings.Contains(out, "0 to create") || !strings.Contains(out, "0 to remove") || !strings.Contains(out, "Nobody would gain or lose anything") {
			t.Errorf("what the page made and the files say:\n%s", out)
		}
	})

	t.Run("people", func(t *testing.T) {
		path := filepath.Join(d.home, "people.csv")
		for _, c := range []struct {
			text string
			code int
			says string
		}{
			{"login,name\nada,Ada,extra\n", 2, "people.csv:2"},
			{"\xff\xfel\x00", 2, "UTF-16"},
		} {
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if code, _, errs := d.cli("admin", "import", "people", path, "-y"); code != c.code || !strings.Contains(errs, c.says) {
				t.Errorf("%q: exit %d %s", c.text, code, errs)
			}
		}
	})

	t.Run("the log", func(t *testing.T) { theLog(t, d) })
	t.Run("reports", func(t *testing.T) { theReports(t, d) })
	t.Run("every list in every form", func(t *testing.T) { everyForm(t, d) })
	t.Run("tags", func(t *testing.T) { tags(t, d) })
	t.Run("roles", func(t *testing.T) { roles(t, d) })
	t.Run("new things", func(t *testing.T) { newThings(t, d) })
	t.Run("changes", func(t *testing.T) { changes(t, d) })
	t.Run("what ends", func(t *testing.T) { whatEnds(t, d) })
	t.Run("several at once", func(t *testing.T) { severalAtOnce(t, d) })

	t.Run("tokens, doctor and the rest", func(t *testing.T) {
		made := d.json("employee", "token", "create", "ci", "--scope", "read", "--for", "12h")
		code, out, errs := d.cli("stranger", "access", "--url", d.url, "--token", made["token"].(string))
		if code != 0 {
			t.Errorf("the token: exit %d %s%s", code, out, errs)
		}
		d.do("employee", "token", "revoke", made["id"].(string))
		if code, _, _ := d.cli("stranger", "access", "--url", d.url, "--token", made["token"].(string)); code != 6 {
			t.Errorf("the revoked token: exit %d", code)
		}
		// Kept for one server, a token is sent to no other.
		if code, _, _ := d.cli("employee", "access", "--url", strings.Replace(d.url, "127.0.0.1", "localhost", 1)); code != 6 {
			t.Errorf("another address is sent the token: exit %d", code)
		}
		if out := d.do("employee", "doctor", "--data", filepath.Join(d.home, "nowhere")); !strings.Contains(out, "is employee's") {
			t.Errorf("doctor says\n%s", out)
		}
		if out := d.do("employee", "access", "-o", "yaml"); !strings.Contains(out, "resource:\n") {
			t.Errorf("YAML is\n%s", out)
		}
		d.do("admin", "sync")
		if !json.Valid([]byte(d.do("nobody", "openapi"))) {
			t.Error("openapi prints no JSON")
		}
		if out := d.do("employee", "__complete", "request", "vp"); !strings.Contains(out, "vpn\t") {
			t.Errorf("completion offers\n%s", out)
		}
	})
}

// TestHelp holds that every command says what it does, with an example.
func TestHelp(t *testing.T) {
	a := &app{lookup: func(string) (string, bool) { return "", false }}
	root := a.root()
	for _, c := range all(root) {
		if c.Name() == "help" || c.Name() == "completion" || c.Parent() != nil && c.Parent().Name() == "completion" {
			continue
		}
		if c.Short == "" || c.Example == "" {
			t.Errorf("%s has no example or no description", c.CommandPath())
		}
	}
	var out bytes.Buffer
	if code := run(context.Background(), []string{"--help"}, streams{in: strings.NewReader(""), out: &out, err: &out}, a.lookup); code != 0 || !strings.Contains(out.String(), "Exit codes") {
		t.Errorf("exit %d\n%s", code, out.String())
	}
}

func TestFormInTheTerminal(t *testing.T) {
	a := &app{streams: streams{err: &bytes.Buffer{}}, colour: "never"}
	for _, c := range []struct {
		typed string
		field string
		want  string
	}{
		{"\nred\n2\n", `{"name":"model","type":"choice","required":true,"choices":["a","b"]}`, `"b"`},
		{"x\n3\n", `{"name":"n","type":"number","required":true,"min":1,"max":5}`, `3`},
		{"1, b\n", `{"name":"m","type":"multi_choice","choices":["a","b"]}`, `["a","b"]`},
		{"maybe\nyes\n", `{"name":"ok","type":"checkbox"}`, `true`},
		{"\n", `{"name":"note","type":"text"}`, `null`},
		{"2026-13-01\n2026-12-01\n", `{"name":"day","type":"date","required":true}`, `"2026-12-01"`},
	} {
		v, err := askOne(a, c.field, c.typed)
		b, _ := json.Marshal(v)
		if err != nil || string(b) != c.want {
			t.Errorf("%s with %q is %s %v", c.field, c.typed, b, err)
		}
	}
	if _, err := askOne(a, `{"name":"x","type":"text","required":true}`, ""); exitCode(err) != 2 {
		t.Errorf("no input is %v", err)
	}
}

func askOne(a *app, field, typed string) (any, error) {
	var f sallyport.Field
	if err := json.Unmarshal([]byte(field), &f); err != nil {
		return nil, err
	}
	return a.ask(bufio.NewReader(strings.NewReader(typed)), f)
}
