package catalog_test

import (
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// TestOwnersNameOwners: naming owners by a change of the resource obeys what any direct add of one does.
func TestOwnersNameOwners(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		w.people("own", "top", "kim", "lea", "mia")
		w.give("kim", store.SlugCatalogueManager)
		stages := &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"user:lea"}}}}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship", Owners: []string{"top"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "ship", Name: "Helm", Owners: []string{"own"}, Flow: stages})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "ship", Name: "Deck", Owners: []string{"own"}})
		name := func(who, slug, reason string, owners ...string) error {
			_, err := w.s.UpdateResource(ctx, w.actor(who), slug, sallyport.ResourcePatch{Owners: &owners, Reason: reason}, 0)
			return err
		}
		for _, who := range []string{"own", "top"} {
			refused(t, who+" walks round a stage", name(who, "ship.helm", "since", "own", "mia"), sallyport.EForbidden)
		}
		if err := name("own", "ship.deck", "", "own", "lea"); err != nil {
			t.Errorf("an owner where the flow is the default chain: %v", err)
		}
		if err := w.tagged("ship", sallyport.Constraints{sallyport.RequireOwnerReason: true}); err != nil {
			t.Fatal(err)
		}
		for _, who := range []string{"own", "top", "kim"} {
			err := name(who, "ship.deck", " ", "own", "lea", "mia")
			refused(t, who+" without a reason", err, sallyport.EPrecondition)
			if e, ok := err.(*sallyport.Error); !ok || e.Rule != "constraint."+sallyport.RequireOwnerReason {
				t.Errorf("%s: %v", who, err)
			}
		}
		if err := name("top", "ship.deck", "on call with own", "own", "mia"); err != nil {
			t.Fatal(err)
		}
		reasons := map[string]string{}
		for _, g := range w.living("ship.deck") {
			reasons[g.Subject.Login] = g.Reason
		}
		if reasons["mia"] != "on call with own" || len(reasons) != 2 {
			t.Errorf("they own it because %v", reasons)
		}
	})
}

// TestOwnersChangeWhoDecides: where the flow is the default chain or open to them, owners change it; they do not let people
// in without somebody else's decision, and whether it is open they do not say.
func TestOwnersChangeWhoDecides(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		w.people("own", "top", "lea")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship", Owners: []string{"top"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "ship", Name: "Helm", Owners: []string{"own"}})
		stage := sallyport.StageSpec{Approvers: []string{"user:lea"}}
		late := sallyport.StageSpec{Approvers: []string{"user:lea"}, TimeoutAfter: sallyport.Day, Timeout: "approve"}
		set := func(who string, f sallyport.Flow) error {
			t.Helper()
			actor := w.admin
			if who != "" {
				actor = w.actor(who)
			}
			_, err := w.s.UpdateResource(ctx, actor, "ship.helm", sallyport.ResourcePatch{Flow: &f}, 0)
			return err
		}
		flow := func(stages ...sallyport.StageSpec) sallyport.Flow { return sallyport.Flow{Stages: stages} }
		for _, who := range []string{"own", "top"} {
			for what, f := range map[string]sallyport.Flow{"nobody decides": {NoApproval: true}, "oneself decides": {AllowSelf: true}, "a time-out approves": flow(late)} {
				refused(t, who+": "+what, set(who, f), sallyport.EForbidden)
			}
			if err := set(who, flow(stage)); err != nil {
				t.Fatalf("%s where it is the default chain: %v", who, err)
			}
			if f := w.resource("ship.helm").Flow; f == nil || !f.OwnersEdit || len(f.Stages) != 1 {
				t.Errorf("it is %+v", f)
			}
			refused(t, who+": the default chain, by which owners add, where there is a stage", set(who, sallyport.Flow{}), sallyport.EForbidden)
			if err := set("", sallyport.Flow{}); err != nil {
				t.Fatal(err)
			}
			if err := set(who, sallyport.Flow{OwnersAdd: true, Stages: []sallyport.StageSpec{stage}}); err != nil {
				t.Errorf("%s keeps that owners add: %v", who, err)
			}
			if err := set(who, sallyport.Flow{}); err != nil || w.resource("ship.helm").Flow != nil {
				t.Errorf("%s makes it the default chain again: %v", who, err)
			}
		}
		// What an admin wrote is closed, until they open it; what lets people in stays as they wrote it.
		if err := set("", flow(late, stage)); err != nil {
			t.Fatal(err)
		}
		refused(t, "what is not open", set("own", flow(stage)), sallyport.EForbidden)
		refused(t, "opening it", set("own", sallyport.Flow{Stages: []sallyport.StageSpec{stage}, OwnersEdit: true}), sallyport.EForbidden)
		open := flow(late, stage)
		open.OwnersEdit, open.AllowSelf = true, true
		if err := set("", open); err != nil {
			t.Fatal(err)
		}
		sooner := late
		sooner.TimeoutAfter = sallyport.MinDuration
		refused(t, "a sooner time-out", set("own", flow(sooner, stage)), sallyport.EForbidden)
		if err := set("own", sallyport.Flow{Stages: []sallyport.StageSpec{late, stage, stage}, AllowSelf: true}); err != nil {
			t.Errorf("what was so already: %v", err)
		}
		if f := w.resource("ship.helm").Flow; !f.OwnersEdit || len(f.Stages) != 3 {
			t.Errorf("it is %+v", f)
		}
		for who, want := range map[string][]string{"own": {"description", "form", "durations", "tags", "flow"}, "lea": {},
			"top": {"description", "form", "durations", "tags", "slug", "name", "physical", "fulfilment", "revocation", "flow"}} {
			r, err := w.s.Resource(ctx, w.actor(who), "ship.helm")
			if err != nil {
				t.Fatal(err)
			}
			same(t, who+" may set", r.May.Fields, want)
		}
		// In catalogue files it is a word like the others.
		if _, err := w.apply(w.admin, false, "groups:\n- {slug: g, name: G, flow: {stages: [{approvers: ['user:lea']}], owners_edit: true}}\n"); err != nil || !w.resource("g").Flow.OwnersEdit {
			t.Errorf("in files: %v", err)
		}
	})
}

// TestOwnersDoNotOpen: where who decides is open to owners, they do not come to let people in by themselves, nor by a
// time-out that others decided before or after.
func TestOwnersDoNotOpen(t *testing.T) {
	sec, lea := sallyport.StageSpec{Approvers: []string{"user:sec"}}, sallyport.StageSpec{Approvers: []string{"user:lea"}}
	late := sallyport.StageSpec{Approvers: []string{"manager"}, TimeoutAfter: sallyport.Day, Timeout: "approve"}
	fall := sallyport.StageSpec{Approvers: []string{"manager"}, TimeoutAfter: sallyport.Day, Timeout: "fallback"}
	list := func(s ...sallyport.StageSpec) []sallyport.StageSpec { return s }
	each(t, func(w *world) {
		w.people("own", "sec", "lea")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship", Owners: []string{"own"}})
		for _, c := range []struct {
			name          string
			before, after sallyport.Flow
			ok            bool
		}{
			{"the stage before is taken out", sallyport.Flow{Stages: list(sec, late)}, sallyport.Flow{Stages: list(late)}, false},
			{"the stage before is another", sallyport.Flow{Stages: list(sec, late)}, sallyport.Flow{Stages: list(lea, late)}, false},
			{"the stage after is taken out", sallyport.Flow{Stages: list(late, sec)}, sallyport.Flow{Stages: list(late)}, false},
			{"one more time-out", sallyport.Flow{Stages: list(late, sec)}, sallyport.Flow{Stages: list(late, late)}, false},
			{"the stage after is another", sallyport.Flow{Stages: list(late, sec)}, sallyport.Flow{Stages: list(late, lea)}, true},
			{"one more stage", sallyport.Flow{Stages: list(sec, late)}, sallyport.Flow{Stages: list(sec, late, lea)}, true},
			{"no time-out any more", sallyport.Flow{Stages: list(sec, late)}, sallyport.Flow{Stages: list(lea)}, true},
			{"a time-out that asks others", sallyport.Flow{Stages: list(sec)}, sallyport.Flow{Stages: list(fall)}, true},
			{"owners add", sallyport.Flow{Stages: list(sec)}, sallyport.Flow{Stages: list(sec), OwnersAdd: true}, false},
			{"owners add already", sallyport.Flow{Stages: list(sec), OwnersAdd: true}, sallyport.Flow{Stages: list(lea), OwnersAdd: true}, true},
			{"the default chain", sallyport.Flow{Stages: list(sec)}, sallyport.Flow{}, false},
			{"the default chain in other words", sallyport.Flow{Stages: list(sec)}, sallyport.Flow{ExpireIn: sallyport.Day}, false},
			{"the default chain where nobody decides", sallyport.Flow{NoApproval: true}, sallyport.Flow{}, true},
			{"the default chain where owners add", sallyport.Flow{Stages: list(sec), OwnersAdd: true}, sallyport.Flow{}, true},
		} {
			c.before.OwnersEdit = true
			if _, err := w.s.UpdateResource(t.Context(), w.admin, "ship", sallyport.ResourcePatch{Flow: &c.before}, 0); err != nil {
				t.Fatal(err)
			}
			_, err := w.s.UpdateResource(t.Context(), w.actor("own"), "ship", sallyport.ResourcePatch{Flow: &c.after}, 0)
			if c.ok && err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			if c.ok {
				continue
			}
			refused(t, c.name, err, sallyport.EForbidden)
			_, err = w.s.Access.Give(t.Context(), w.actor("own"), sallyport.Give{Subject: "own", Resource: "ship", NoEnd: true, Reason: "mine"})
			if !c.before.OwnersAdd {
				refused(t, c.name+": they give themselves", err, sallyport.EForbidden)
			}
		}
	})
}
