package catalog_test

import (
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// TestOwnersOfWhatIsMadeNeedTheirReason: a tag that demands a reason of owners holds for the first owners of a thing, whether
// it is on the app of the thing or is put on in the same call, for admins too. What is written in place of a reason is none.
func TestOwnersOfWhatIsMadeNeedTheirReason(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("kim", "lea")
		w.give("kim", store.SlugCatalogueManager)
		kim, lea := w.actor("kim"), []string{"lea"}
		if _, err := w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: "Say why", Enabled: true, Constraints: sallyport.Constraints{sallyport.RequireOwnerReason: true}}, false); err != nil {
			t.Fatal(err)
		}
		tag := []string{"Say why"}
		no := func(what string, err error) {
			t.Helper()
			refused(t, what, err, sallyport.EPrecondition)
			if e, ok := err.(*sallyport.Error); !ok || e.Rule != "constraint."+sallyport.RequireOwnerReason || !strings.Contains(e.Message, "Say why") || e.Hint == "" {
				t.Errorf("%s: %v", what, err)
			}
		}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Safe", Tags: tag})
		for _, actor := range []sallyport.Actor{kim, w.admin} {
			for what, in := range map[string]sallyport.NewResource{
				"made with the tag":           {Kind: sallyport.KindApp, Name: "Vault", Owners: lea, Tags: tag},
				"made with a blank reason":    {Kind: sallyport.KindApp, Name: "Vault", Owners: lea, Tags: tag, Reason: "  "},
				"made in an app with the tag": {Kind: sallyport.KindEntitlement, App: "safe", Name: "Read", Owners: lea},
			} {
				_, err := w.s.CreateResource(ctx, actor, in)
				no(what, err)
			}
		}
		w.create(kim, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault", Owners: lea, Tags: tag, Reason: "she bought it"})
		w.create(kim, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "safe", Name: "Read", Owners: lea, Reason: "she bought it"})
		w.create(kim, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "safe", Name: "Write"}) // nobody comes to own it
		w.create(kim, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Owners: lea})
		for slug, reason := range map[string]string{"vault": "she bought it", "safe.read": "she bought it", "wiki": "created with the resource"} {
			if g := w.living(slug); len(g) != 1 || g[0].Subject.Login != "lea" || g[0].Reason != reason {
				t.Errorf("%s is owned by %v", slug, g)
			}
		}
		// What is there already, with owners and the tag in one call.
		desk := w.create(kim, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Desk"})
		_, err := w.s.UpdateResource(ctx, kim, desk.ID, sallyport.ResourcePatch{Owners: &lea, Tags: &tag}, 0)
		no("changed with the tag", err)
		if _, err := w.s.UpdateResource(ctx, kim, desk.ID, sallyport.ResourcePatch{Owners: &lea, Tags: &tag, Reason: "she bought it"}, 0); err != nil {
			t.Error(err)
		}
	})
}

// TestOwnersOfALimitedThing: in a list owners have no length, so where a tag limits them it is told how they get one.
func TestOwnersOfALimitedThing(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		w.people("ada")
		if _, err := w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: "Week", Enabled: true, Constraints: sallyport.Constraints{sallyport.OwnerTimeLimit: 7 * sallyport.Day}}, false); err != nil {
			t.Fatal(err)
		}
		app := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Safe", Tags: []string{"Week"}})
		owners := []string{"ada"}
		_, err := w.s.UpdateResource(ctx, w.admin, app.ID, sallyport.ResourcePatch{Owners: &owners}, 0)
		refused(t, "in a list", err, sallyport.EPrecondition)
		if e, ok := err.(*sallyport.Error); !ok || !strings.Contains(e.Hint, "sallyport give ada safe --owner --for") {
			t.Errorf("the hint: %v", err)
		}
		_, err = w.s.CreateResource(ctx, w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: app.ID, Name: "Key", Owners: owners})
		refused(t, "at its making", err, sallyport.EPrecondition)
		week := 7 * sallyport.Day
		w.gave(sallyport.Give{Subject: "user:ada", Resource: "safe", Relation: sallyport.Owner, Duration: &week})
	})
}
