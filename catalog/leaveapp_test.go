package catalog_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestLeavingAnApp: who may not take a tag off does not shed it by converting what is in the app, into what kind ever and by
// which way; and what nobody owned by itself is owned by who owned the app, for as long.
func TestLeavingAnApp(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		w.people("own", "kim", "lea")
		w.give("kim", store.SlugCatalogueManager)
		kim := w.actor("kim")
		for name, c := range map[string]sallyport.Constraints{"Month": {sallyport.MemberTimeLimit: 30 * sallyport.Day, sallyport.ForbidSelfOwner: true}, "Year": {sallyport.OwnerTimeLimit: 365 * sallyport.Day}} {
			if _, err := w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: name, Enabled: true, Constraints: c}, false); err != nil {
				t.Fatal(err)
			}
		}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship", Owners: []string{"own", "kim"}, Tags: []string{"Month"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Dock"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Crew"})
		ten := 10 * sallyport.Day
		if _, err := w.s.Access.Give(ctx, w.admin, sallyport.Give{Subject: "role:crew", Resource: "ship", Relation: sallyport.Owner, Duration: &ten, Reason: "they run it"}); err != nil {
			t.Fatal(err)
		}
		w.people("soon") // who is to own the app later owns nothing that leaves it now
		w.update(func(ctx context.Context, tx *store.Tx) error {
			soon, err := tx.User(ctx, w.tenant, "soon")
			if err != nil {
				return err
			}
			ship, err := tx.Resource(ctx, w.tenant, "ship", access.Everything)
			if err != nil {
				return err
			}
			at := tx.Now().Add(time.Hour)
			_, err = w.s.Access.AddGrantTx(ctx, tx, w.admin, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: soon.ID}, Resource: ship,
				Relation: sallyport.Owner, ReasonKind: "direct", Reason: "from then on", NoEnd: true, StartsAt: &at})
			return err
		})
		limit := func(ref string) {
			t.Helper()
			r := w.resource(ref)
			w.update(func(ctx context.Context, tx *store.Tx) error {
				c, _, err := tx.EffectiveLimits(ctx, w.tenant, r)
				if l, _ := c.Limit(sallyport.Member); err == nil && l != 30*sallyport.Day {
					t.Errorf("the limit of %s is %s", ref, l)
				}
				return err
			})
		}
		convert := func(actor sallyport.Actor, ref string, to catalog.Conversion) {
			t.Helper()
			r, err := w.s.Convert(ctx, actor, ref, to, 0)
			if err != nil {
				t.Fatal(err)
			}
			same(t, ref+" answers with its tags", r.Tags, w.resource(r.ID).Tags)
		}
		owners := func(ref string) map[string]sallyport.Grant {
			out := map[string]sallyport.Grant{}
			lives, id := true, w.resource(ref).ID
			w.update(func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: id, Relation: sallyport.Owner, Active: &lives}, store.Page{})
				for _, g := range l.Items {
					out[g.Subject.Login+g.Subject.Slug] = g
				}
				return err
			})
			return out
		}
		for _, name := range []string{"Deployers", "Owned", "Short", "Moved", "Filed"} {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "ship", Name: name})
		}
		if _, err := w.s.UpdateResource(ctx, w.admin, "ship.owned", sallyport.ResourcePatch{Owners: &[]string{"lea"}}, 0); err != nil {
			t.Fatal(err)
		}
		if err := w.s.AttachTag(ctx, w.admin, "ship.short", "Year", true); err != nil {
			t.Fatal(err)
		}

		convert(kim, "ship.deployers", catalog.Conversion{Kind: sallyport.KindGroup})
		limit("deployers")
		same(t, "its tags", w.resource("deployers").Tags, []string{"Month"})
		_, err := w.s.Access.Give(ctx, w.actor("own"), sallyport.Give{Subject: "lea", Resource: "deployers", NoEnd: true, Reason: "for ever"})
		refused(t, "over the limit that stayed", err, sallyport.EPrecondition)
		got := owners("deployers")
		if len(got) != 3 || !got["own"].NoEnd || !got["kim"].NoEnd || got["crew"].EndsAt == nil || !got["crew"].EndsAt.Equal(*owners("ship")["crew"].EndsAt) {
			t.Errorf("its owners are %+v", got)
		}
		if r := got["own"].Reason; r != "owned Ship, of which it was part" {
			t.Errorf("the reason is %q", r)
		}
		// Back again, it is as any other part with tags and owners of its own.
		convert(kim, "deployers", catalog.Conversion{Kind: sallyport.KindEntitlement, App: "ship"})
		same(t, "back in the app", w.resource("ship.deployers").Tags, []string{"Month"})
		convert(kim, "ship.deployers", catalog.Conversion{Kind: sallyport.KindRole})
		limit("deployers")
		if n := len(owners("deployers")); n != 3 || w.events("tag.attached") != 3 {
			t.Errorf("%d owners, %d events", n, w.events("tag.attached"))
		}

		convert(kim, "ship.owned", catalog.Conversion{Kind: sallyport.KindRole})
		limit("owned")
		same(t, "what has an owner", w.ownersOf("owned"), []string{"lea"})
		convert(kim, "ship.moved", catalog.Conversion{Kind: sallyport.KindEntitlement, App: "dock"})
		limit("dock.moved")
		if n := len(owners("dock.moved")); n != 3 {
			t.Errorf("what moved has %d owners", n)
		}
		// Its own limit holds for who becomes its owner.
		convert(kim, "ship.short", catalog.Conversion{Kind: sallyport.KindGroup})
		if g := owners("short")["own"]; g.NoEnd || g.EndsAt == nil || g.EndsAt.After(w.clock.Now().Add(366*24*time.Hour)) {
			t.Errorf("the owner has it %+v", g)
		}

		// In files too: what they say of tags takes off none of those in the same breath.
		const files = "groups:\n- {slug: filed, name: Filed, was: ship.filed, tags: []}\n"
		p, err := w.s.Plan(ctx, kim, load(t, map[string]string{"a.yaml": files}), false)
		if err != nil || len(p.Items) != 1 || !strings.Contains(p.Items[0].Detail, "the tags of Ship stay on it: Month; who owns Ship owns it from now on, since nobody else does: ") {
			t.Fatalf("%+v %v", p, err)
		}
		if _, err := w.apply(kim, false, files); err != nil {
			t.Fatal(err)
		}
		limit("filed")
		if n := len(owners("filed")); n != 3 {
			t.Errorf("by files it has %d owners", n)
		}
		_, err = w.apply(kim, false, files)
		refused(t, "then taking it off, by who may not", err, sallyport.EForbidden)
	})
}

// TestLeavingAnAppForNobody: where files say that nobody owns what they take out of an app, the plan names no owners of the
// app, and nobody is made one for a moment.
func TestLeavingAnAppForNobody(t *testing.T) {
	each(t, func(w *world) {
		w.people("own")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship", Owners: []string{"own"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "ship", Name: "Filed"})
		const files = "groups:\n- {slug: filed, name: Filed, was: ship.filed, owners: []}\n"
		p, err := w.s.Plan(t.Context(), w.admin, load(t, map[string]string{"a.yaml": files}), false)
		if err != nil || len(p.Items) != 1 || strings.Contains(p.Items[0].Detail, "owns it from now on") {
			t.Fatalf("%+v %v", p, err)
		}
		if _, err := w.apply(w.admin, false, files); err != nil {
			t.Fatal(err)
		}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: w.id(tx, "filed")}, store.Page{})
			if len(l.Items) > 0 {
				t.Errorf("grants were made: %+v", l.Items)
			}
			return err
		})
	})
}

// TestBecomingARole: what a target has, or people make real by hand, does not become a role, which lives in Sallyport alone.
func TestBecomingARole(t *testing.T) {
	each(t, func(w *world) {
		hand := sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:root@example.test"}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Deck", Fulfilment: &hand})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Hold", Revocation: &hand})
		for _, slug := range []string{"deck", "hold"} {
			_, err := w.s.Convert(t.Context(), w.admin, slug, catalog.Conversion{Kind: sallyport.KindRole}, 0)
			refused(t, slug, err, sallyport.EPrecondition)
			p, err := w.s.Plan(t.Context(), w.admin, load(t, map[string]string{"a.yaml": "roles:\n- {slug: " + slug + ", name: X}\n"}), false)
			if err != nil || len(p.Faults) != 1 || !strings.Contains(p.Faults[0].Message, "a role lives in Sallyport alone") {
				t.Errorf("in files: %+v %v", p.Faults, err)
			}
		}
		none := sallyport.Fulfilment{Kind: sallyport.FulfilNone}
		if _, err := w.s.UpdateResource(t.Context(), w.admin, "deck", sallyport.ResourcePatch{Fulfilment: &none}, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.Convert(t.Context(), w.admin, "deck", catalog.Conversion{Kind: sallyport.KindRole}, 0); err != nil {
			t.Fatal(err)
		}
		words := "Who keeps the deck."
		if _, err := w.s.UpdateResource(t.Context(), w.admin, "deck", sallyport.ResourcePatch{Description: &words}, 0); err != nil {
			t.Errorf("a change of what has become a role: %v", err)
		}
	})
}

// TestNoRoleAnyMore: what is asked for a role that becomes something else closes with that, as with its removal; so does what
// roles ask of what becomes a role. Of what neither was nor becomes one, what roles ask for stays.
func TestNoRoleAnyMore(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		w.people("own", "lea")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Crew", Owners: []string{"lea"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship", Owners: []string{"own"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Deck", Owners: []string{"own"}})
		ask := func(who, what string) string {
			t.Helper()
			r, err := w.s.Access.Ask(ctx, w.actor("lea"), sallyport.Ask{Resource: what, Beneficiary: who, NoEnd: true, Reason: "for work"})
			if err != nil {
				t.Fatal(err)
			}
			return r.ID
		}
		closed := func(id, cause string) {
			t.Helper()
			r, err := w.s.Access.Request(ctx, w.admin, id)
			state := sallyport.RequestPending
			if cause != "" {
				state = sallyport.RequestCancelled
			}
			if err != nil || r.State != state || r.Cause != cause {
				t.Errorf("it is %s, %q: %v", r.State, r.Cause, err)
			}
		}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Dock", Owners: []string{"own"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Sail", Owners: []string{"own"}})
		sail := ask("role:crew", "sail")
		for _, c := range []struct {
			asked, converted, app, cause string
			to                           sallyport.Kind
		}{
			{sail, "sail", "ship", "", sallyport.KindEntitlement},
			{sail, "ship.sail", "dock", "", sallyport.KindEntitlement},
			{sail, "dock.sail", "", "", sallyport.KindGroup},
			{ask("role:crew", "deck"), "deck", "", "Deck became a role", sallyport.KindRole},
			{ask("role:crew", "ship"), "crew", "", "Crew became a group", sallyport.KindGroup},
		} {
			mine := ask("lea", c.converted)
			if _, err := w.s.Convert(ctx, w.admin, c.converted, catalog.Conversion{Kind: c.to, App: c.app}, 0); err != nil {
				t.Fatal(err)
			}
			closed(c.asked, c.cause)
			closed(mine, "")
		}
	})
}
