package notify

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Kind describes one way to tell people. The settings are handed to Open as one map from field name to text.
type Kind struct {
	Name   string // in files and addresses: "email"
	Title  string // for people: "E-mail"
	Help   string
	Fields []Field
	Icon   []byte // SVG; nil when there is none
	// Open makes a notifier from settings that Validate has accepted. It does not need the service to be reachable.
	Open func(ctx context.Context, settings map[string]string, log *slog.Logger) (Notifier, error)
	// Extra finds faults that no field can find alone; it may be nil.
	Extra func(settings map[string]string) []Fault
}

// FieldType says how a setting is entered and checked.
type FieldType string

// The types. Empty means Text.
const (
	Text     FieldType = "text"
	LongText FieldType = "long_text"
	Number   FieldType = "number" // a whole number, not negative
	Choice   FieldType = "choice"
	Checkbox FieldType = "checkbox" // "true" or "false"
)

// Field is one setting of a Kind.
type Field struct {
	Name     string
	Title    string
	Help     string
	Secret   bool // sealed when stored, never shown again, never logged
	Required bool
	Advanced bool // folded away in the form until asked for
	Type     FieldType
	Default  string   // used when the setting is absent or empty
	Options  []string // for Choice
}

// Fault is one thing that is wrong with a setting, with its remedy.
type Fault struct {
	Field   string
	Message string
	Remedy  string
}

// String puts a fault on one line.
func (f Fault) String() string { return fmt.Sprintf("%s: %s; %s", f.Field, f.Message, f.Remedy) }

// WithDefaults gives a copy of the settings in which what is absent or empty has its default.
func (k Kind) WithDefaults(settings map[string]string) map[string]string {
	out := make(map[string]string, len(k.Fields))
	for _, f := range k.Fields {
		v := settings[f.Name]
		if !f.Secret && f.Type != LongText {
			v = strings.TrimSpace(v)
		}
		if v == "" {
			v = f.Default
		}
		out[f.Name] = v
	}
	return out
}

// Validate reports every fault of the settings at once, in the order of the fields; unknown settings come last. An empty
// answer means that Open may be called. It never repeats the value of a secret.
func (k Kind) Validate(settings map[string]string) []Fault {
	var faults []Fault
	full := k.WithDefaults(settings)
	names := make([]string, 0, len(k.Fields))
	for _, f := range k.Fields {
		names = append(names, f.Name)
		if message, remedy := f.check(full[f.Name]); message != "" {
			faults = append(faults, Fault{f.Name, message, remedy})
		}
	}
	var unknown []string
	for name := range settings {
		if !slices.Contains(names, name) {
			unknown = append(unknown, name)
		}
	}
	sort.Strings(unknown)
	for _, name := range unknown {
		faults = append(faults, Fault{name, k.Title + " has no such setting", "remove it or correct its name; known are " + strings.Join(names, ", ")})
	}
	if len(faults) == 0 && k.Extra != nil {
		faults = k.Extra(full)
	}
	return faults
}

func (f Field) check(v string) (message, remedy string) {
	shown := strconv.Quote(v)
	if f.Secret {
		shown = "the value"
	}
	switch {
	case v == "" && f.Required:
		return f.Title + " is missing", "fill it in"
	case v == "":
		return "", ""
	case len(v) > 64<<10:
		return f.Title + " is too long", "use at most 64 kB"
	case f.Type != LongText && strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return f.Title + " contains a control character or a line break", "enter it again on one line"
	}
	switch f.Type {
	case Number:
		if n, err := strconv.Atoi(v); err != nil || n < 0 {
			return shown + " is not a whole number", "use digits only"
		}
	case Choice:
		if !slices.Contains(f.Options, v) {
			return shown + " is not a choice", "use one of " + strings.Join(f.Options, ", ")
		}
	case Checkbox:
		if v != "true" && v != "false" {
			return shown + " is neither true nor false", "use true or false"
		}
	}
	return "", ""
}
