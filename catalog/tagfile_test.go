package catalog_test

import (
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
)

const tagged = `tags:
- {name: Month, constraints: {member_time_limit: P30D, require_member_reason: true}}
apps:
- {slug: vault, name: Vault, tags: [Month]}
- {slug: wiki, name: Wiki}
roles:
- {slug: dev, name: Developer, gives: [vault, wiki]}
`

// TestTagsAndRolesInFiles: tags with what they demand, and what roles give, are kept in files like all else.
func TestTagsAndRolesInFiles(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("a")
		apply := func(text string) sallyport.Plan {
			t.Helper()
			p, err := w.s.Apply(ctx, w.admin, load(t, map[string]string{"a.yaml": text}), catalog.ApplyOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if p := apply(tagged); p.Creates != 4 || p.Changes != 1 {
			t.Errorf("%+v", p)
		}
		if p := apply(tagged); !p.Empty() {
			t.Errorf("the second time: %+v", p)
		}
		w.give("a", "dev")
		w.have("by the role", "vault", "a")
		w.have("by the role", "wiki", "a")
		if p := apply(strings.Replace(tagged, "[vault, wiki]", "[vault]", 1)); p.Changes != 1 || p.Items[0].Kind != "gives" {
			t.Errorf("%+v", p)
		}
		w.have("taken off", "wiki")
		if p := apply(strings.Replace(strings.Replace(tagged, "[vault, wiki]", "[vault]", 1), "P30D", "P7D", 1)); p.Changes != 1 || p.Items[0].Kind != "tag" {
			t.Errorf("%+v", p)
		}
		if n := w.events("grant.cut"); n == 0 {
			t.Error("a tighter tag cuts what the role holds")
		}
		texts, err := w.s.Export(ctx, w.admin)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := w.s.Plan(ctx, w.admin, load(t, texts), false); err != nil || !p.Empty() {
			t.Errorf("what was exported, loaded again: %+v %v\n%v", p, err, texts)
		}
		for text, want := range map[string]string{
			"tags:\n- {name: X, constraints: {member_time_limit: PT1M}}\n": "a.yaml:2:",
			"tags:\n- {name: X, constraints: {no_such_key: true}}\n":       "no_such_key",
			"tags:\n- {name: X}\n- {name: x}\n":                            "is taken already",
		} {
			_, faults := catalog.LoadTexts(map[string]string{"a.yaml": text})
			if len(faults) == 0 || !strings.Contains(faults[0].Path+" "+faults[0].Message, want) {
				t.Errorf("%q: %v", text, faults)
			}
		}
		for _, text := range []string{"roles:\n- {slug: ops, name: Ops, gives: [nothing]}\n", "apps:\n- {slug: wiki, name: Wiki, gives: [vault]}\n"} {
			if p, err := w.s.Plan(ctx, w.admin, load(t, map[string]string{"a.yaml": text}), false); err != nil || len(p.Faults) != 1 || !strings.Contains(p.Faults[0].Message, "gives") {
				t.Errorf("%q: %+v %v", text, p.Faults, err)
			}
		}
		w.give("a", "sallyport.catalogue-manager")
		_, err = w.s.Apply(ctx, w.actor("a"), load(t, map[string]string{"a.yaml": tagged}), catalog.ApplyOptions{})
		refused(t, "a catalogue manager attaches what they do not own", err, sallyport.EForbidden)
	})
}
