package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
)

// TestOwnersInFiles: people own by name, for a time too, as the page gives it; what is owned by way of a role stands with the
// role, and groups own nothing.
func TestOwnersInFiles(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "ben", "cleo")
		const text = "tags:\n- {name: Quarter, constraints: {owner_time_limit: P90D}}\napps:\n- {slug: vault, name: Vault, owners: [ada, {user: ben@example.test, for: 30d}]}\n"
		must := func(text string) sallyport.Plan {
			t.Helper()
			p, err := w.apply(w.admin, false, text)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		same(t, "the plan", drawn(must(text))[1:], []string{"create app vault; slug:  → vault; name:  → Vault; owners:  → ada, ben; owners.ben:  → for 30 days"})
		same(t, "owners", w.ownersOf("vault"), []string{"ada", "ben"})
		if p := must(text); !p.Empty() {
			t.Errorf("again: %v", drawn(p))
		}
		texts, err := w.s.Export(ctx, w.admin)
		if err != nil || !strings.Contains(texts["apps/vault.yaml"], "- ada\n") || !strings.Contains(texts["apps/vault.yaml"], "for: P30D") {
			t.Fatalf("%s %v", texts["apps/vault.yaml"], err)
		}
		if p, err := w.s.Plan(ctx, w.admin, load(t, texts), true); err != nil || !p.Empty() {
			t.Errorf("what was exported, loaded again: %v %v", drawn(p), err)
		}
		// Another field does not touch them, another length counts from now, and who is not named any longer owns it no more.
		same(t, "described", drawn(must(strings.Replace(text, "name: Vault", "name: Vault, description: Keys", 1))), []string{"change app vault; description:  → Keys"})
		if n := w.events("grant.ended"); n != 0 {
			t.Errorf("%d ended", n)
		}
		same(t, "other lengths", drawn(must(strings.NewReplacer("[ada, ", "[{user: ada, for: 7d}, ", "for: 30d", "for: 60d").Replace(text))),
			[]string{"change app vault; description: Keys → ; owners.ada: without end → for 7 days; owners.ben: for 30 days → for 60 days"})
		w.clock.Advance(10 * 24 * time.Hour)
		if _, _, err := w.s.Access.RunDeadlines(ctx); err != nil {
			t.Fatal(err)
		}
		p := must(strings.NewReplacer("[ada, ", "[{user: ada, for: 7d}, ", "for: 30d", "for: 60d").Replace(text))
		if !p.Empty() || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "ada owned vault for 7 days by the files") {
			t.Errorf("after its time: %v %v", drawn(p), p.Warnings)
		}
		same(t, "one is left", w.ownersOf("vault"), []string{"ben"})
		same(t, "somebody else", drawn(must("apps:\n- {slug: vault, name: Vault, owners: [cleo]}\n")), []string{"change app vault; owners: ben → cleo"})
		same(t, "owners then", w.ownersOf("vault"), []string{"cleo"})

		// The limits of tags hold, also of a tag that comes with them.
		over := "tags:\n- {name: Quarter, constraints: {owner_time_limit: P90D}}\napps:\n- {slug: safe, name: Safe, tags: [Quarter], owners: [{user: ada, for: 91d}]}\n"
		_, err = w.apply(w.admin, false, over)
		refused(t, "over the limit", err, sallyport.EPrecondition)
		must(strings.Replace(over, "91d", "90d", 1))
		same(t, "within it", w.ownersOf("safe"), []string{"ada"})
		for owner, want := range map[string]string{
			"role:keepers":           "gives: [{resource: x, relation: owner}]",
			"group:security":         "a group owns nothing",
			"{for: 3d}":              "owners[0].user: is missing",
			"{user: ada, until: 3d}": "is no field here; known are user, for",
		} {
			_, faults := catalog.LoadTexts(map[string]string{"a.yaml": "apps:\n- {slug: x, name: X, owners: [" + owner + "]}\n"})
			if len(faults) == 0 || !strings.Contains(faults[0].Message, want) || !strings.HasPrefix(faults[0].Path, "a.yaml:2:") {
				t.Errorf("%s: %v", owner, faults)
			}
		}
	})
}
