package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestCreationRulesInFiles: who decides about new things is planned, applied and exported like the rest; a kind that no file
// names keeps its rule, and admins alone say it.
func TestCreationRulesInFiles(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("kim", "ida", "zoe")
		w.give("kim", store.SlugCatalogueManager)
		if _, err := w.s.SetCreationRule(ctx, w.admin, sallyport.KindRole, &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"user:zoe"}}}}); err != nil {
			t.Fatal(err)
		}
		const text = "groups:\n- {slug: it, name: IT}\ncreation_rules:\n- kind: app\n  flow: {stages: [{approvers: [group:it], remind_after: P1D}, {approvers: [admins]}]}\n- {kind: group}\n"
		if _, err := w.apply(w.actor("kim"), false, text); sallyport.CodeOf(err) != sallyport.EForbidden {
			t.Errorf("by a catalogue manager: %v", err)
		}
		p, err := w.apply(w.admin, false, text)
		if err != nil {
			t.Fatal(err)
		}
		const flow = `{"stages":[{"approvers":["group:it"],"remind_after":"P1D"},{"approvers":["admins"]}]}`
		same(t, "the plan", drawn(p), []string{"create group it; slug:  → it; name:  → IT", "change creation_rule app; flow:  → " + flow})
		decides := func(what string, want ...string) {
			t.Helper()
			rules, err := w.s.CreationRules(ctx, w.admin)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rules {
				for _, s := range r.Flow.Stages {
					got = append(got, string(r.Kind)+" "+strings.Join(s.Approvers, ","))
				}
			}
			same(t, what, got, want)
		}
		decides("as the files say", "app group:it", "app admins", "group admins", "role user:zoe")
		if n := w.events("creation_rule.changed"); n != 2 {
			t.Errorf("%d events, one for the page and one for the files", n)
		}
		w.give("ida", "it")
		r := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindApp, Name: "Figma"})
		if may := r.Stages[0].Approvers; !slices.ContainsFunc(may, func(a sallyport.Approver) bool { return a.Login == "ida" }) {
			t.Errorf("asked about the new app: %v", may)
		}
		if p, err := w.apply(w.admin, true, text); err != nil || !p.Empty() {
			t.Errorf("the second time: %+v %v", p, err)
		}
		texts, err := w.s.Export(ctx, w.admin)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := w.s.Plan(ctx, w.admin, load(t, texts), false); err != nil || !p.Empty() {
			t.Errorf("what was exported, loaded again: %v %v", drawn(p), err)
		}
		// Without a flow the admins decide again.
		if p, err = w.apply(w.admin, false, "creation_rules:\n- {kind: app}\n"); err != nil {
			t.Fatal(err)
		}
		same(t, "back", drawn(p), []string{"change creation_rule app; flow: " + flow + " → "})
		decides("the admins again", "app admins", "group admins", "role user:zoe")
		for text, want := range map[string]string{
			"creation_rules:\n- {kind: entitlement}\n":                                                  "a.yaml:2:10: creation_rules, kind: is unknown; use app, group or role",
			"creation_rules:\n- {kind: app}\n- {kind: app}\n":                                           "a.yaml:3:10: creation_rules, kind: app is there already, at a.yaml:2:10",
			"creation_rules:\n- {kind: app, flows: {}}\n":                                               "is no field here; known are kind, flow",
			"creation_rules:\n- {kind: app, flow: {expire_in: P1D}}\n":                                  "creation_rules, flow.stages: is empty: nobody would decide",
			"creation_rules:\n- {kind: app, flow: {stages: [{approvers: [somebody]}]}}\n":               "creation_rules, flow.stages[0].approvers",
			"creation_rules:\n- {kind: role, flow: {stages: [{approvers: [admins], rule: several}]}}\n": "creation_rules, flow.stages[0].rule",
		} {
			_, faults := catalog.LoadTexts(map[string]string{"a.yaml": text})
			if len(faults) != 1 || !strings.Contains(faults[0].Path+": "+faults[0].Message, want) {
				t.Errorf("%q: %v", text, faults)
			}
		}
		p, err = w.s.Plan(ctx, w.admin, load(t, map[string]string{"a.yaml": "creation_rules:\n- {kind: app, flow: {stages: [{approvers: [group:nobody]}]}}\n"}), false)
		if err != nil || len(p.Faults) != 1 || !strings.Contains(p.Faults[0].Message, `there is no group "nobody"`) || !strings.HasPrefix(p.Faults[0].Path, "a.yaml:2:") {
			t.Errorf("a group that is not there: %v %v", p.Faults, err)
		}
	})
}
