package connector

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind describes one sort of target. The page draws the form of a connection from Fields, and the
// settings are stored and handed to Open as one map from field name to text.
type Kind struct {
	Name   string // in files and addresses: "ldap"
	Title  string // for people: "LDAP or Active Directory"
	Help   string // what it does, in a sentence or two
	Fields []Field
	Icon   []byte // SVG; nil when there is none
	// Open makes a connector from settings that Validate has accepted. It does not need the target to be
	// reachable: that is for Check. The logger is kept; it never receives a secret.
	Open func(ctx context.Context, settings map[string]string, log *slog.Logger) (Connector, error)
	// Extra finds faults that no field can find alone. It is called by Validate with defaults filled in
	// and only when the fields by themselves are right. It may be nil.
	Extra func(settings map[string]string) []Fault
}

// FieldType says how a setting is entered and checked.
type FieldType string

const (
	Text     FieldType = "text"      // one line
	LongText FieldType = "long_text" // several lines: lists, certificates
	Number   FieldType = "number"    // a whole number, not negative
	Checkbox FieldType = "checkbox"  // "true" or "false"
	Choice   FieldType = "choice"    // one of Options
	URL      FieldType = "url"       // absolute; whether its host may be reached is for the caller to guard
	Duration FieldType = "duration"  // Go's notation, such as "15s"; above zero
)

// maxSetting is the greatest length of one setting in bytes; a chain of certificates fits.
const maxSetting = 64 << 10

// Field is one setting of a Kind.
type Field struct {
	Name     string
	Title    string
	Help     string
	Secret   bool // sealed when stored, never shown again, never logged
	Required bool
	Advanced bool      // folded away in the form until asked for
	Type     FieldType // empty means Text
	Default  string    // used when the setting is absent or empty
	Options  []string  // for Choice; for URL the schemes that are allowed (none named: https only)
}

// Fault is one thing that is wrong with a setting, with its remedy.
type Fault struct {
	Field   string
	Message string
	Remedy  string
}

// String puts a fault on one line.
func (f Fault) String() string {
	return fmt.Sprintf("%s: %s; %s", f.Field, f.Message, f.Remedy)
}

// Field finds a field by its name.
func (k Kind) Field(name string) (Field, bool) {
	i := slices.IndexFunc(k.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return k.Fields[i], true
}

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

// Validate reports every fault of the settings at once, in the order of the fields; unknown settings
// come last. An empty answer means that Open may be called. It never repeats the value of a secret.
func (k Kind) Validate(settings map[string]string) []Fault {
	var faults []Fault
	full := k.WithDefaults(settings)
	for _, f := range k.Fields {
		if fault, bad := f.check(full[f.Name]); bad {
			faults = append(faults, fault)
		}
	}
	var unknown []string
	for name := range settings {
		if _, ok := k.Field(name); !ok {
			unknown = append(unknown, name)
		}
	}
	sort.Strings(unknown)
	for _, name := range unknown {
		faults = append(faults, Fault{name, fmt.Sprintf("%s has no such setting", k.Title), "remove it or correct its name; known are " + strings.Join(k.names(), ", ")})
	}
	if len(faults) == 0 && k.Extra != nil {
		faults = k.Extra(full)
	}
	return faults
}

func (k Kind) names() []string {
	names := make([]string, len(k.Fields))
	for i, f := range k.Fields {
		names[i] = f.Name
	}
	return names
}

func (f Field) check(v string) (Fault, bool) {
	bad := func(message, remedy string) (Fault, bool) { return Fault{f.Name, message, remedy}, true }
	shown := strconv.Quote(v)
	if f.Secret {
		shown = "the value"
	}
	switch {
	case v == "" && f.Required:
		return bad(f.Title+" is missing", "fill it in")
	case v == "":
		return Fault{}, false
	case len(v) > maxSetting:
		return bad(fmt.Sprintf("%s is %d bytes long", f.Title, len(v)), fmt.Sprintf("use at most %d bytes", maxSetting))
	case !utf8.ValidString(v):
		return bad(f.Title+" is not valid UTF-8", "enter it again as text")
	case f.Type != LongText && strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return bad(f.Title+" contains a control character or a line break", "enter it again on one line")
	}
	switch f.Type {
	case Number:
		if n, err := strconv.Atoi(v); err != nil || n < 0 {
			return bad(shown+" is not a whole number", "use a number such as "+f.example("10"))
		}
	case Checkbox:
		if v != "true" && v != "false" {
			return bad(shown+" is neither true nor false", "use true or false")
		}
	case Choice:
		if !slices.Contains(f.Options, v) {
			return bad(shown+" is not a choice", "use one of "+strings.Join(f.Options, ", "))
		}
	case Duration:
		if d, err := time.ParseDuration(v); err != nil || d <= 0 {
			return bad(shown+" is not a length of time", "use a length such as "+f.example("15s"))
		}
	case URL:
		return f.checkURL(v, shown)
	}
	return Fault{}, false
}

func (f Field) checkURL(v, shown string) (Fault, bool) {
	schemes := f.Options
	if len(schemes) == 0 {
		schemes = []string{"https"}
	}
	remedy := "use an address such as " + f.example(schemes[0]+"://host.example.com")
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Hostname() == "":
		return Fault{f.Name, shown + " is not an address", remedy}, true
	case !slices.Contains(schemes, u.Scheme):
		return Fault{f.Name, fmt.Sprintf("the scheme %q is not allowed", u.Scheme), "use " + strings.Join(schemes, " or ")}, true
	case u.User != nil:
		return Fault{f.Name, "the address carries a user name or password", "put credentials into their own settings"}, true
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return Fault{f.Name, "the port " + strconv.Quote(p) + " does not exist", "use a port from 1 to 65535"}, true
		}
	}
	return Fault{}, false
}

func (f Field) example(otherwise string) string {
	if f.Default != "" {
		return f.Default
	}
	return otherwise
}
