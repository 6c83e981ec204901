package catalog_test

import (
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestFilesShowNothingHidden: files are about the whole catalogue, so a catalogue manager from whom part of it is hidden neither
// exports it, nor plans and applies what would show or remove that part (rule 24).
func TestFilesShowNothingHidden(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("kim")
		w.give("kim", store.SlugCatalogueManager)
		const text = "apps:\n- {slug: wiki, name: Wiki}\n- {slug: vault, name: Vault}\ngroups:\n- {slug: security, name: Security}\n"
		if _, err := w.apply(w.admin, false, text); err != nil {
			t.Fatal(err)
		}
		all := map[string]func() error{
			"export": func() error { _, err := w.s.Export(ctx, w.actor("kim")); return err },
			"plan": func() error {
				_, err := w.s.Plan(ctx, w.actor("kim"), load(t, map[string]string{"a.yaml": text}), true)
				return err
			},
			"apply": func() error {
				_, err := w.s.Apply(ctx, w.actor("kim"), load(t, map[string]string{"a.yaml": text}), catalog.ApplyOptions{Prune: true})
				return err
			},
		}
		try := func(when string, code sallyport.Code) {
			t.Helper()
			for what, do := range all {
				if err := do(); sallyport.CodeOf(err) != code && (err != nil || code != "") {
					t.Errorf("%s: %s: %v", when, what, err)
				}
			}
		}
		try("nothing is hidden", "")
		hide := func() { // what the files say nothing of is for everyone again once they are applied
			t.Helper()
			security := "security"
			if _, err := w.s.UpdateResource(ctx, w.admin, "vault", sallyport.ResourcePatch{Audience: &security}, w.resource("vault").Version); err != nil {
				t.Fatal(err)
			}
		}
		hide()
		try("the vault is hidden", sallyport.EForbidden)
		if _, err := w.s.Export(ctx, w.admin); err != nil {
			t.Error(err)
		}
		w.give("kim", "security")
		try("no longer from who is in the group", "")
		w.takes("kim", "security", sallyport.Member)
		hide()
		try("hidden again", sallyport.EForbidden)
		w.give("kim", store.SlugAuditor)
		try("an auditor sees all", "")
	})
}
