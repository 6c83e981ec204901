package main

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/sallyport/sallyport"
)

var update = flag.Bool("update", false, "write config.example.yaml")

const examplePath = "../../config.example.yaml"

func loadWith(t *testing.T, args []string, env map[string]string) (*config, error) {
	t.Helper()
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	(&config{}).flags(f)
	if err := f.Parse(args); err != nil {
		t.Fatal(err)
	}
	return load(f, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
}

func TestExampleConfig(t *testing.T) {
	if *update {
		if err := os.WriteFile(examplePath, []byte(example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(examplePath)
	if err != nil || string(b) != example() {
		t.Fatalf("config.example.yaml is not what the options say (%v); run: go test ./cmd/sallyport -run TestExampleConfig -update", err)
	}
	// With every line in force it must be readable, and mean the defaults.
	text := strings.ReplaceAll(string(b), "\n#", "\n")
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		if strings.HasPrefix(l, " ") || strings.HasPrefix(l, "#") {
			continue
		}
		lines = append(lines, l)
	}
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadWith(t, []string{"--config", path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8080" || c.Session != 12*time.Hour || c.Data != "data" {
		t.Errorf("it means %+v", c)
	}
}

func TestConfigOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("listen: 127.0.0.1:1\ndata: from-file\nlog_level: warn\noidc_allowed_groups: [a, b]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadWith(t, []string{"--config", path, "--listen", "127.0.0.1:3"}, map[string]string{"SALLYPORT_LISTEN": "127.0.0.1:2", "SALLYPORT_DATA": "from-env"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:3" || c.Data != "from-env" || c.LogLevel != "warn" || strings.Join(c.OIDCAllowed, "+") != "a+b" {
		t.Errorf("it means %+v", c)
	}
}

func TestConfigReportsEveryFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte("colour: red\nlog_level: loud\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := loadWith(t, []string{"--config", path, "--demo", "--listen", "0.0.0.0:8080", "--only", "cook", "--smtp-host", "mail.example.com", "--session-lifetime", "long"},
		map[string]string{"SALLYPORT_KEY": "short", "SALLYPORT_DATABASE": "mysql://x"})
	var e *sallyport.Error
	if !errors.As(err, &e) {
		t.Fatalf("it is accepted: %v", err)
	}
	all := ""
	for _, f := range e.Fields {
		all += f.Path + ": " + f.Message + "\n"
	}
	for _, want := range []string{"colour", "log-level", "loopback", "only", "smtp-from", "session-lifetime", "key", "PostgreSQL"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not told in\n%s", want, all)
		}
	}
}

func TestSecretsAreNoFlags(t *testing.T) {
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	(&config{}).flags(f)
	for _, o := range (&config{}).options() {
		if has := f.Lookup(o.name) != nil; has == (o.secret == "yes") {
			t.Errorf("%s is a flag: %v", o.name, has)
		}
	}
}
