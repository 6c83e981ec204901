package catalog_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
)

func TestFaultsOfFiles(t *testing.T) {
	deep := "groups: " + strings.Repeat("[", 100) + strings.Repeat("]", 100)
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 'b'; i < 'j'; i++ {
		before := string(i - 1)
		bomb += string(i) + ": &" + string(i) + " [" + strings.TrimSuffix(strings.Repeat("*"+before+",", 10), ",") + "]\n"
	}
	var laughs strings.Builder
	laughs.WriteString("groups:\n- &g {slug: g0, name: G0, flow: {stages: [&s {approvers: [&m manager, *m, *m, *m, *m, *m, *m, *m, *m, *m]}")
	laughs.WriteString(strings.Repeat(", *s", 900) + "]}}\n")
	laughs.WriteString(strings.Repeat("- *g\n", 40))
	for what, c := range map[string]struct{ text, place, words string }{
		"an unknown field":     {"groups:\n  - slug: a\n    name: A\n    colour: red\n", "f.yaml:4:5", "known are slug, name"},
		"a key twice":          {"groups:\n  - slug: a\n    name: A\n    name: B\n", "f.yaml:4:5", "first in line 3"},
		"a number as name":     {"groups:\n  - slug: a\n    name: 12\n", "f.yaml:3:11", `put it in quotes: "12"`},
		"text as a flag":       {"apps:\n  - slug: a\n    name: A\n    physical: maybe\n", "f.yaml:4:15", "true or false"},
		"a list as text":       {"groups:\n  - slug: a\n    name: [A]\n", "f.yaml:3:11", "single value"},
		"text as a list":       {"groups:\n  - slug: a\n    name: A\n    owners: ada\n", "f.yaml:4:13", "hyphen"},
		"months":               {"apps:\n  - slug: a\n    name: A\n    durations: {max: P3M}\n", "f.yaml:4:22", "write days"},
		"a bare number of":     {"apps:\n  - slug: a\n    name: A\n    durations: {max: 30}\n", "f.yaml:4:22", "unit"},
		"zero":                 {"apps:\n  - slug: a\n    name: A\n    durations: {max: 0d}\n", "f.yaml:4:22", "no time at all"},
		"a preset over max":    {"apps:\n  - slug: a\n    name: A\n    durations:\n      max: 7d\n      presets: [1d, 30d]\n", "f.yaml:6:21", "longer than"},
		"an approver":          {"apps:\n  - slug: a\n    name: A\n    flow:\n      stages:\n        - approvers: [boss]\n", "f.yaml:6:23", "not an approver"},
		"a pattern":            {"apps:\n  - slug: a\n    name: A\n    form:\n      fields:\n        - {name: x, title: X, type: text, pattern: '('}\n", "f.yaml:6:52", "RE2"},
		"a slug twice":         {"apps:\n  - {slug: a, name: A}\ngroups:\n  - {slug: a, name: B}\n", "f.yaml:2:12", "taken already, at f.yaml:4:12"},
		"a name twice":         {"groups:\n  - {slug: a, name: Team}\n  - {slug: b, name: TEAM}\n", "f.yaml:3:21", "whatever their case"},
		"what is built in":     {"apps:\n  - {slug: sallyport, name: Mine}\n", "f.yaml:2:12", "built in"},
		"automation":           {"apps:\n  - slug: a\n    name: A\n    fulfilment: {kind: automation}\n", "f.yaml:4:24", "not available"},
		"an invisible name":    {"groups:\n  - slug: a\n    name: \"A\\u200bB\"\n", "f.yaml:3:11", "cannot be seen"},
		"bad indentation":      {"groups:\n  - slug: a\n   name: A\n", "f.yaml:", "not YAML"},
		"a merge key":          {"groups:\n  - &x {slug: a, name: A}\n  - {<<: *x, slug: b}\n", "f.yaml:3:6", "merge keys"},
		"nesting":              {deep, "f.yaml:1:", ""},
		"an unused bomb":       {bomb, "f.yaml:1:1", "no field here"},
		"anchors that explode": {laughs.String(), "f.yaml:", "anchors"},
		"another encoding":     {"groups:\n  - slug: a\n    name: Caf\xe9\n", "f.yaml:3:1", "UTF-8"},
		"UTF-16":               {"\xff\xfeg\x00", "f.yaml:1:1", "UTF-16"},
		"too large":            {strings.Repeat("# \n", 2<<20), "catalogue", "MiB"},
		"a list at the top":    {"- a\n", "f.yaml:1:1", "mapping"},
		"no slug":              {"groups:\n  - {name: A}\n", "f.yaml:2:5", "A, slug: is missing"},
	} {
		_, faults := catalog.LoadTexts(map[string]string{"f.yaml": c.text})
		found := false
		for _, f := range faults {
			found = found || strings.HasPrefix(f.Path, c.place) && strings.Contains(f.Message, c.words)
		}
		if !found {
			if len(faults) > 3 {
				faults = faults[:3]
			}
			t.Errorf("%s: no fault at %s with %q in %v", what, c.place, c.words, faults)
		}
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, faults := catalog.LoadTexts(map[string]string{
		"a.yaml": "groups:\n  - slug: a\n    name: 1\n    x: 1\n  - slug: b\n    y: 2\n",
		"b.yaml": "apps: 7\n",
	})
	if len(faults) != 4 {
		t.Errorf("%d faults: %v", len(faults), faults)
	}
	_, faults = catalog.LoadTexts(map[string]string{"a.yaml": "groups:\n- {slug: a, name: A}\n- {slug: b, name: B}\n- {slug: b, name: B}\n- {slug: c, name: C, durations: {max: P1D, presets: [P2D]}}\nroles:\n- {slug: a, name: A}\n" +
		"tags:\n- {name: T}\n- {name: T}\n"})
	if len(faults) < 3 || !slices.IsSortedFunc(faults, func(a, b sallyport.Fault) int {
		return cmp.Or(cmp.Compare(len(a.Path), len(b.Path)), strings.Compare(a.Path, b.Path))
	}) {
		t.Errorf("not by their lines: %v", faults)
	}
}

func TestShortLengthsAndSeveralDocuments(t *testing.T) {
	f, faults := catalog.LoadTexts(map[string]string{"f.yaml": "groups:\n- {slug: a, name: A, durations: {max: 7d, presets: [P1D, 2h]}}\n---\nroles:\n- {slug: r, name: R}\n"})
	if len(faults) > 0 || f.Len() != 2 {
		t.Error(faults, f.Len())
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("groups:\n- {slug: a, name: A}\n")
	f.Add("a: &a [*a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		catalog.LoadTexts(map[string]string{"f.yaml": text})
	})
}
