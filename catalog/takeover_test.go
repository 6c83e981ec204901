package catalog_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestExportedThenApplied: what was made in the page, exported, and applied as it is changes nothing but who keeps it: the
// plan says that of each, it is recorded, and the second time there is nothing to do. From then on, and not before, prune
// removes what the files no longer have.
func TestExportedThenApplied(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "ben")
		week := 7 * sallyport.Day
		if _, err := w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: "Month", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: 30 * sallyport.Day}}, false); err != nil {
			t.Fatal(err)
		}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Security", Owners: []string{"ada", "ben"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault", Audience: "security", Tags: []string{"Month"}, Physical: true, Description: "Of: \"keys\"\n- and more",
			Flow:      &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:security", "user:ada"}, Rule: "2", RemindAfter: week}}},
			Form:      &sallyport.Form{Fields: []sallyport.Field{{Name: "why", Title: "Why", Type: sallyport.FieldText, Required: true}}},
			Durations: &sallyport.Durations{Max: 30 * sallyport.Day, Presets: []sallyport.Duration{week}}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "vault", Name: "Read", Owners: []string{"ben"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindWorkOrder, Name: "Restore", Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:security"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Keepers", Owners: []string{"ada"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Empty"})
		for _, g := range []sallyport.Give{{Resource: "vault", Duration: &week}, {Resource: "vault.read", Relation: sallyport.Owner, NoEnd: true}, {Resource: "security", NoEnd: true}} {
			g.Subject, g.Reason = "role:keepers", "their work"
			if _, err := w.s.Access.Give(ctx, w.admin, g); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.s.Access.SetHolidays(ctx, w.admin, []sallyport.Holiday{{Day: "2026-12-25", Name: "Christmas"}}); err != nil {
			t.Fatal(err)
		}
		texts, err := w.s.Export(ctx, w.admin)
		if err != nil {
			t.Fatal(err)
		}
		f := load(t, texts)
		if p, err := w.s.Plan(ctx, w.admin, catalog.Files{}, true); err != nil || !p.Empty() {
			t.Errorf("what the page made is pruned: %v %v", drawn(p), err)
		}
		grants, version := w.events("grant.created"), w.resource("vault").Version
		p, err := w.s.Apply(ctx, w.admin, f, catalog.ApplyOptions{Prune: true})
		if err != nil {
			t.Fatal(err)
		}
		const taken = "; kept_by: page → files"
		same(t, "the first time", drawn(p), []string{"change group security" + taken, "change role empty" + taken, "change role keepers" + taken, "change app vault" + taken,
			"change entitlement vault.read" + taken, "change work_order restore" + taken, "change holiday 2026-12-25" + taken})
		for _, it := range p.Items {
			if it.Detail != "kept by files from now on" {
				t.Errorf("%s: %q", it.Slug, it.Detail)
			}
		}
		if w.events("grant.created") != grants || w.events("resource.changed") != 6 || w.resource("vault").Version != version+1 {
			t.Errorf("%d grants, %d changes, version %d", w.events("grant.created")-grants, w.events("resource.changed"), w.resource("vault").Version)
		}
		vault := w.resource("vault")
		w.update(func(ctx context.Context, tx *store.Tx) error {
			leaf := ""
			err := tx.Row(ctx, `SELECT leaf FROM events WHERE tenant_id=$1 AND verb='resource.changed' AND object_id=$2`, []any{w.tenant, vault.ID}, &leaf)
			if !strings.Contains(leaf, `"kept_by":{"after":"files","before":"page"}`) {
				t.Errorf("recorded: %s", leaf)
			}
			return err
		})
		p, err = w.s.Apply(ctx, w.admin, f, catalog.ApplyOptions{Prune: true})
		if err != nil || !p.Empty() || p.Same != f.Len() {
			t.Errorf("the second time: %v %v", drawn(p), err)
		}
		again, err := w.s.Export(ctx, w.admin)
		if err != nil || len(again) != len(texts) {
			t.Errorf("exported again: %v", err)
		}
		for name := range texts {
			if again[name] != texts[name] {
				t.Errorf("%s was\n%s\nand is\n%s", name, texts[name], again[name])
			}
		}
		delete(texts, "holidays.yaml")
		p, err = w.s.Plan(ctx, w.admin, load(t, texts), true)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "gone from the files", drawn(p), []string{"remove holiday 2026-12-25"})
	})
}
