package sallyport

import (
	"errors"
	"testing"
)

func TestFormAnswer(t *testing.T) {
	ten := 10.0
	f := Form{Fields: []Field{
		{Name: "kind", Type: FieldChoice, Choices: []string{"new", "old"}, Required: true},
		{Name: "serial", Type: FieldText, Pattern: "[A-Z]{3}", Required: true, VisibleIf: &Condition{Field: "kind", In: []string{"old"}}},
		{Name: "count", Type: FieldNumber, Max: &ten},
		{Name: "day", Type: FieldDate},
		{Name: "mail", Type: FieldEmail},
		{Name: "many", Type: FieldMulti, Choices: []string{"a", "b"}},
		{Name: "sure", Type: FieldCheckbox, Required: true},
	}}
	if faults := f.Check("form"); len(faults) != 0 {
		t.Fatal(faults)
	}
	for name, c := range map[string]struct {
		in     map[string]any
		faults int
	}{
		"good":             {map[string]any{"kind": "old", "serial": " ABC ", "count": 3.0, "day": "2026-02-28", "mail": "a@b.c", "many": []any{"a", "b", "a"}, "sure": true}, 0},
		"hidden not asked": {map[string]any{"kind": "new", "sure": true}, 0},
		"required":         {map[string]any{}, 2},
		"visible required": {map[string]any{"kind": "old", "sure": true}, 1},
		"types":            {map[string]any{"kind": "new", "sure": true, "count": "3", "day": "2026-02-30", "mail": "a b", "many": "a"}, 4},
		"range, choice":    {map[string]any{"kind": "odd", "sure": true, "count": 11.0, "many": []any{"c"}}, 3},
		"unknown field":    {map[string]any{"kind": "new", "sure": true, "extra": 1.0}, 1},
		"unchecked":        {map[string]any{"kind": "new", "sure": false}, 1},
		"control":          {map[string]any{"kind": "old", "serial": "AB\x00", "sure": true}, 1},
	} {
		_, err := f.Answer(c.in)
		n := 0
		var e *Error
		if errors.As(err, &e) {
			n = len(e.Fields)
		}
		if n != c.faults {
			t.Errorf("%s: %d faults (%v), want %d", name, n, err, c.faults)
		}
	}
	kept, err := f.Answer(map[string]any{"kind": "new", "serial": "hidden", "sure": true})
	if _, there := kept["serial"]; there || err != nil {
		t.Errorf("an answer to a hidden field is kept: %v, %v", kept, err)
	}
}

func TestFormCheckReportsEveryFault(t *testing.T) {
	f := Form{Fields: []Field{{Name: "A b", Type: "colour"}, {Name: "x", Type: FieldChoice}, {Name: "x", Type: FieldText, Pattern: "(", VisibleIf: &Condition{Field: "later"}}}}
	if got := len(f.Check("form")); got != 6 {
		t.Errorf("%d faults, want 6: %v", got, f.Check("form"))
	}
}
