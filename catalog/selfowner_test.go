package catalog_test

import (
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// TestNobodyOwnsByMakingIt: a tag that forbids people to make themselves owners holds for who makes the thing with the tag,
// who puts both on at once, and who applies files that say so; not for others whom they name, and not for admins.
func TestNobodyOwnsByMakingIt(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("kim", "lea")
		w.give("kim", store.SlugCatalogueManager)
		kim, own := w.actor("kim"), []string{"kim"}
		for name, c := range map[string]sallyport.Constraints{"Not self": {sallyport.ForbidSelfOwner: true}, "Two days": {sallyport.OwnerTimeLimit: 2 * sallyport.Day}, "Off": {sallyport.ForbidSelfOwner: true}} {
			if _, err := w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: name, Enabled: name != "Off", Constraints: c}, false); err != nil {
				t.Fatal(err)
			}
		}
		tag := []string{"Not self"}
		no := func(what string, err error) {
			t.Helper()
			refused(t, what, err, sallyport.EPrecondition)
			if e, ok := err.(*sallyport.Error); !ok || e.Rule != "constraint."+sallyport.ForbidSelfOwner {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := w.s.CreateResource(ctx, kim, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault", Owners: own, Tags: tag})
		no("made with the tag", err)
		_, err = w.s.CreateResource(ctx, kim, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault", Owners: []string{"lea", "me"}, Tags: tag})
		no("made with the tag, beside another", err)
		_, err = w.apply(kim, false, "apps:\n- {slug: vault, name: Vault, owners: [kim], tags: [Not self]}\n")
		no("applied with the tag", err)
		w.create(kim, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault", Owners: []string{"lea"}, Tags: tag})
		_, err = w.s.CreateResource(ctx, kim, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "vault", Name: "Read", Owners: own})
		no("made in an app with the tag", err)
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Safe", Owners: []string{"me"}, Tags: tag})

		w.create(kim, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Tags: []string{"Off"}, Owners: own})
		w.create(kim, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Desk"})
		_, err = w.s.UpdateResource(ctx, kim, "desk", sallyport.ResourcePatch{Owners: &own, Tags: &tag}, 0)
		no("changed with the tag", err)
		// Who owns it already may tag it, and goes on owning it; a limit cuts and does not refuse.
		both := []string{"Off", "Not self"}
		if _, err := w.s.UpdateResource(ctx, kim, "wiki", sallyport.ResourcePatch{Owners: &own, Tags: &both}, 0); err != nil {
			t.Error(err)
		}
		w.create(kim, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Short", Owners: own, Tags: []string{"Two days"}})
		same(t, "owners", append(append(w.ownersOf("wiki"), w.ownersOf("short")...), append(w.ownersOf("desk"), w.ownersOf("vault")...)...), []string{"kim", "kim", "lea"})
	})
}
