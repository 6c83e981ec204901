package sallyport

import (
	"encoding/json"
	"fmt"
	"math"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// FieldType is the type of a form field.
type FieldType string

// The types of field.
const (
	FieldText     FieldType = "text"
	FieldLongText FieldType = "long_text"
	FieldNumber   FieldType = "number"
	FieldChoice   FieldType = "choice"
	FieldMulti    FieldType = "multi_choice"
	FieldDate     FieldType = "date"
	FieldUser     FieldType = "user"
	FieldCheckbox FieldType = "checkbox"
	FieldEmail    FieldType = "email"
)

// Field is one question of a resource's form. Answers: a string, or a number, a list of strings, or a boolean by type;
// a date is YYYY-MM-DD, a user is a login or id.
type Field struct {
	Name      string     `json:"name"`
	Title     string     `json:"title"`
	Type      FieldType  `json:"type" enum:"text,long_text,number,choice,multi_choice,date,user,checkbox,email"`
	Help      string     `json:"help,omitempty"`
	Required  bool       `json:"required,omitempty"`
	Sensitive bool       `json:"sensitive,omitempty" doc:"Shown to requester, approvers, fulfiller and auditors only"`
	Choices   []string   `json:"choices,omitempty"`
	Pattern   string     `json:"pattern,omitempty" doc:"RE2 expression that the whole text must match"`
	Min       *float64   `json:"min,omitempty"`
	Max       *float64   `json:"max,omitempty"`
	VisibleIf *Condition `json:"visible_if,omitempty"`
}

// Condition shows a field only when an earlier field has one of the values.
type Condition struct {
	Field string   `json:"field"`
	In    []string `json:"in" doc:"Values as text; a checkbox is true or false"`
}

// Form is the questions asked with a request.
type Form struct {
	Fields []Field `json:"fields,omitempty"`
}

var fieldNameRE = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// Check validates the form's definition.
func (f Form) Check(path string) []Fault {
	var faults []Fault
	seen := map[string]bool{}
	if len(f.Fields) > 50 {
		return []Fault{{path + ".fields", "has more than 50 fields; ask for less"}}
	}
	for i, fd := range f.Fields {
		at := fmt.Sprintf("%s.fields[%d]", path, i)
		bad := func(sub, format string, args ...any) {
			faults = append(faults, Fault{at + sub, fmt.Sprintf(format, args...)})
		}
		if !fieldNameRE.MatchString(fd.Name) {
			bad(".name", "%q is not a field name; use lower-case letters, digits and _", clip(fd.Name))
		}
		if seen[fd.Name] {
			bad(".name", "%q is there twice", fd.Name)
		}
		types := []FieldType{FieldText, FieldLongText, FieldNumber, FieldChoice, FieldMulti, FieldDate, FieldUser, FieldCheckbox, FieldEmail}
		if !slices.Contains(types, fd.Type) {
			bad(".type", "%q is unknown; use text, long_text, number, choice, multi_choice, date, user, checkbox or email", clip(string(fd.Type)))
		}
		if (fd.Type == FieldChoice || fd.Type == FieldMulti) && len(fd.Choices) == 0 {
			bad(".choices", "is empty; a choice needs something to choose from")
		}
		if fd.Pattern != "" {
			if _, err := regexp.Compile(fd.Pattern); err != nil || len(fd.Pattern) > 500 {
				bad(".pattern", "is not an RE2 expression of at most 500 characters")
			}
		}
		if fd.Min != nil && fd.Max != nil && *fd.Min > *fd.Max {
			bad(".min", "is greater than max")
		}
		if c := fd.VisibleIf; c != nil && (!seen[c.Field] || len(c.In) == 0) {
			bad(".visible_if", "must name an earlier field and at least one value")
		}
		if len(fd.Title) > MaxName || len(fd.Help) > MaxText {
			bad(".title", "or help is too long")
		}
		seen[fd.Name] = true
	}
	return faults
}

// Visible reports whether field i is shown for these answers.
func (f Form) Visible(i int, answers map[string]any) bool {
	c := f.Fields[i].VisibleIf
	if c == nil {
		return true
	}
	for j := range f.Fields[:i] {
		if f.Fields[j].Name == c.Field {
			return f.Visible(j, answers) && slices.ContainsFunc(asTexts(answers[c.Field]), func(v string) bool { return slices.Contains(c.In, v) })
		}
	}
	return false
}

func asTexts(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, asTexts(e)...)
		}
		return out
	case []string:
		return v
	default:
		return []string{fmt.Sprint(v)}
	}
}

// Answer validates answers against the form and returns the ones to keep: those of visible fields, trimmed. Unknown
// fields are refused, so that a form that changed while being filled is noticed.
func (f Form) Answer(answers map[string]any) (map[string]any, error) {
	var faults []Fault
	kept := map[string]any{}
	known := map[string]bool{}
	for i, fd := range f.Fields {
		known[fd.Name] = true
		v, given := answers[fd.Name]
		if !f.Visible(i, answers) {
			continue
		}
		if s, ok := v.(string); ok {
			v = strings.TrimSpace(s)
		}
		if !given || v == nil || v == "" || (fd.Type == FieldCheckbox && v == false && fd.Required) {
			if fd.Required {
				faults = append(faults, Fault{"answers." + fd.Name, "is required"})
			} else if v == false {
				kept[fd.Name] = v
			}
			continue
		}
		clean, err := fd.answer(v)
		if err != nil {
			faults = append(faults, Fault{"answers." + fd.Name, err.Error()})
			continue
		}
		kept[fd.Name] = clean
	}
	for name := range answers {
		if !known[name] {
			faults = append(faults, Fault{"answers." + clip(name), "is not a field of this form; it may have changed, so load it again"})
		}
	}
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Path, b.Path) })
	return kept, Faults(faults)
}

func (fd Field) answer(v any) (any, error) {
	switch fd.Type {
	case FieldNumber:
		n, ok := v.(float64)
		if j, isNum := v.(json.Number); isNum {
			f, err := j.Float64()
			n, ok = f, err == nil
		}
		if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, fmt.Errorf("must be a number")
		}
		if (fd.Min != nil && n < *fd.Min) || (fd.Max != nil && n > *fd.Max) {
			return nil, fmt.Errorf("is out of range (%s)", fd.span())
		}
		return n, nil
	case FieldCheckbox:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, fmt.Errorf("must be true or false")
	case FieldMulti:
		list, ok := v.([]any)
		if !ok || len(list) == 0 && fd.Required {
			return nil, fmt.Errorf("must be a list of choices")
		}
		out := []any{}
		for _, e := range list {
			s, _ := e.(string)
			if !slices.Contains(fd.Choices, s) {
				return nil, fmt.Errorf("%q is not one of: %s", clip(fmt.Sprint(e)), strings.Join(fd.Choices, ", "))
			}
			if !slices.Contains(out, any(s)) {
				out = append(out, s)
			}
		}
		return out, nil
	}
	s, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("must be text")
	}
	if err := CheckText(s, fd.Type == FieldLongText); err != nil {
		return nil, err
	}
	limit := MaxName
	if fd.Type == FieldLongText {
		limit = MaxText
	}
	if utf8.RuneCountInString(s) > limit {
		return nil, fmt.Errorf("is longer than %d characters", limit)
	}
	switch fd.Type {
	case FieldChoice:
		if !slices.Contains(fd.Choices, s) {
			return nil, fmt.Errorf("%q is not one of: %s", clip(s), strings.Join(fd.Choices, ", "))
		}
	case FieldDate:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return nil, fmt.Errorf("%q is not a date; write YYYY-MM-DD", clip(s))
		}
	case FieldEmail:
		if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
			return nil, fmt.Errorf("%q is not an e-mail address", clip(s))
		}
	}
	if fd.Pattern != "" {
		re, err := regexp.Compile(`^(?:` + fd.Pattern + `)$`)
		if err != nil || !re.MatchString(s) {
			return nil, fmt.Errorf("does not have the form asked for (%s)", fd.Pattern)
		}
	}
	return s, nil
}

func (fd Field) span() string {
	lo, hi := "any", "any"
	if fd.Min != nil {
		lo = fmt.Sprint(*fd.Min)
	}
	if fd.Max != nil {
		hi = fmt.Sprint(*fd.Max)
	}
	return lo + " to " + hi
}

// Sensitive lists the names of the fields that only few may read.
func (f Form) Sensitive() []string {
	var names []string
	for _, fd := range f.Fields {
		if fd.Sensitive {
			names = append(names, fd.Name)
		}
	}
	return names
}
