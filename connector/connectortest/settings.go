package connectortest

import (
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/connector"
)

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (s *suite) fields(t *testing.T) {
	if s.kind.Name == "" || s.kind.Title == "" || s.kind.Help == "" {
		t.Error("the kind lacks a name, a title or a help text")
	}
	types := []connector.FieldType{"", connector.Text, connector.LongText, connector.Number, connector.Checkbox, connector.Choice, connector.URL, connector.Duration}
	known := map[string]bool{}
	for _, f := range s.kind.Fields {
		switch {
		case !fieldName.MatchString(f.Name):
			t.Errorf("%q is no name for a field: use small letters, digits and underscores", f.Name)
		case known[f.Name]:
			t.Errorf("the field %s is there twice", f.Name)
		case f.Title == "":
			t.Errorf("the field %s has no title", f.Name)
		case !slices.Contains(types, f.Type):
			t.Errorf("the field %s has the unknown type %q", f.Name, f.Type)
		case f.Type == connector.Choice && len(f.Options) < 2:
			t.Errorf("the field %s offers no choice", f.Name)
		case f.Secret && f.Default != "":
			t.Errorf("the secret field %s has a default", f.Name)
		case f.Required && f.Advanced:
			t.Errorf("the required field %s is folded away", f.Name)
		}
		known[f.Name] = true
	}
}

func (s *suite) validation(t *testing.T) {
	right := s.seed.Settings(s.seed.Address)
	if faults := s.kind.Validate(right); len(faults) > 0 {
		t.Fatalf("right settings have faults: %v", faults)
	}
	var required []string
	wrong := maps.Clone(right)
	for _, f := range s.kind.Fields {
		if f.Required {
			delete(wrong, f.Name)
			required = append(required, f.Name)
		}
	}
	wrong["no_such_setting"] = "x"
	required = append(required, "no_such_setting")
	var named []string
	for _, f := range s.kind.Validate(wrong) {
		named = append(named, f.Field)
		if f.Message == "" || f.Remedy == "" {
			t.Errorf("the fault of %s lacks a message or a remedy", f.Field)
		}
	}
	if !slices.Equal(named, required) {
		t.Errorf("faults name %v; missing and unknown are %v", named, required)
	}
	for _, f := range s.kind.Fields {
		bad := maps.Clone(right)
		bad[f.Name] = "hush\x00" + "\xff"
		faults := s.kind.Validate(bad)
		if !slices.ContainsFunc(faults, func(x connector.Fault) bool { return x.Field == f.Name }) {
			t.Errorf("%s takes a value that is no text", f.Name)
		}
		if f.Secret && strings.Contains(fmt.Sprint(faults), "hush") {
			t.Errorf("a fault repeats the value of the secret %s", f.Name)
		}
		if _, err := s.kind.Open(t.Context(), bad, slog.New(slog.DiscardHandler)); connector.ClassOf(err) != connector.Config {
			t.Errorf("opening with a faulty %s: %v, not an error of class config", f.Name, err)
		}
	}
}

func (s *suite) check(t *testing.T) {
	c := s.open(t, s.seed.Address)
	if err := s.note(c.Check(within(t, 30*time.Second))); err != nil {
		t.Fatalf("right settings: %v", err)
	}
	for _, f := range s.kind.Fields {
		settings := s.seed.Settings(s.seed.Address)
		if !f.Secret || settings[f.Name] == "" {
			continue
		}
		settings[f.Name] = wrongSecret
		c, err := s.kind.Open(t.Context(), settings, slog.New(slog.NewTextHandler(s.out, &slog.HandlerOptions{Level: slog.LevelDebug})))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.note(c.Check(within(t, 30*time.Second))); connector.ClassOf(err) != connector.Auth {
			t.Errorf("a wrong %s: %v, not an error of class auth", f.Name, err)
		}
		c.Close()
	}
}

const wrongSecret = "wr0ng-and-never-to-be-told"

func (s *suite) secrets(t *testing.T) {
	said := s.out.String()
	settings := s.seed.Settings(s.seed.Address)
	for _, f := range s.kind.Fields {
		if f.Secret && settings[f.Name] != "" && strings.Contains(said, settings[f.Name]) {
			t.Errorf("the secret %s is in a log line or an error", f.Name)
		}
	}
	if strings.Contains(said, wrongSecret) {
		t.Error("a secret that was refused is in a log line or an error")
	}
	for line := range strings.Lines(said) {
		if strings.Contains(line, "MISSING") || strings.Contains(line, "!BADKEY") {
			t.Errorf("a log line is malformed: %s", line)
		}
	}
}
