package catalog_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestWhoDecidesStaysWhoItWas: a group that decides about new things, or about requests under way, is not renamed, converted
// or removed so that another could be made in its place.
func TestWhoDecidesStaysWhoItWas(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		w.people("own", "kim", "lea")
		w.give("kim", store.SlugCatalogueManager)
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Council", Owners: []string{"own"}})
		w.give("own", "council")
		flow := sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:Council"}}}}
		if _, err := w.s.SetCreationRule(ctx, w.admin, sallyport.KindApp, &flow); err != nil {
			t.Fatal(err)
		}
		slug := "council-2"
		takes := func(what string, removed bool) {
			t.Helper()
			_, renamed := w.s.UpdateResource(ctx, w.actor("kim"), "council", sallyport.ResourcePatch{Slug: &slug}, 0)
			_, converted := w.s.Convert(ctx, w.actor("kim"), "council", catalog.Conversion{Kind: sallyport.KindRole}, 0)
			all := []error{renamed, converted}
			if removed {
				all = append(all, w.s.DeleteResource(ctx, w.admin, "council", 0, "gone"))
			}
			for _, err := range all {
				refused(t, what, err, sallyport.EPrecondition)
				if err != nil && !strings.Contains(err.Error(), what) {
					t.Errorf("it does not say %q: %v", what, err)
				}
			}
		}
		takes("the rule who decides about new apps", true)
		if _, err := w.s.SetCreationRule(ctx, w.admin, sallyport.KindApp, nil); err != nil {
			t.Fatal(err)
		}
		// What is under way keeps the stages that it began with.
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault", Flow: &flow})
		r, err := w.s.Access.Ask(ctx, w.actor("lea"), sallyport.Ask{Resource: "vault", NoEnd: true, Reason: "for work"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.UpdateResource(ctx, w.admin, "vault", sallyport.ResourcePatch{Flow: &sallyport.Flow{}}, 0); err != nil {
			t.Fatal(err)
		}
		takes("pending requests (1)", false)
		if _, err := w.s.Access.Cancel(ctx, w.actor("lea"), r.ID, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.UpdateResource(ctx, w.actor("kim"), "council", sallyport.ResourcePatch{Slug: &slug}, 0); err != nil {
			t.Errorf("once nothing names it: %v", err)
		}
	})
}

// TestMirroredTakesNoTag: what a directory feeds refuses a tag in the words of every other change.
func TestMirroredTakesNoTag(t *testing.T) {
	each(t, func(w *world) {
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.InsertResource(ctx, w.tenant, &sallyport.Resource{Kind: sallyport.KindGroup, Slug: "staff", Name: "Staff"}, false)
		})
		err := w.tagged("staff", sallyport.Constraints{sallyport.RequireMemberReason: true})
		refused(t, "a tag", err, sallyport.EPrecondition)
		if e, ok := err.(*sallyport.Error); !ok || e.Rule != "domain.20" {
			t.Errorf("it is refused by %v", err)
		}
		_, err = w.s.UpdateResource(t.Context(), w.admin, "staff", sallyport.ResourcePatch{Tags: &[]string{"On staff"}}, 0)
		refused(t, "a change of its tags", err, sallyport.EPrecondition)
	})
}
