package catalog_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// crowd adds n people and gives each of them things, without an end.
func (w *world) crowd(prefix string, n int, slugs ...string) {
	w.t.Helper()
	var logins []string
	for i := range n {
		logins = append(logins, fmt.Sprint(prefix, i))
	}
	w.people(logins...)
	w.update(func(ctx context.Context, tx *store.Tx) error {
		for _, slug := range slugs {
			r, err := tx.Resource(ctx, w.tenant, slug, access.Everything)
			if err != nil {
				return err
			}
			for _, login := range logins {
				u, err := tx.User(ctx, w.tenant, login)
				if err != nil {
					return err
				}
				if _, err := w.s.Access.AddGrantTx(ctx, tx, w.admin, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: r,
					ReasonKind: "direct", Reason: "their work", NoEnd: true}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// tooMany fails unless it was refused as cutting many grants, with these words, and cut none.
func (w *world) tooMany(what string, err error, words string) {
	w.t.Helper()
	if e, ok := err.(*sallyport.Error); !ok || e.Rule != "domain.18" || !strings.Contains(e.Message, words) {
		w.t.Errorf("%s: %v, want a refusal with %q", what, err, words)
	}
	if n := w.events("grant.cut"); n != 0 {
		w.t.Errorf("%s: %d cuts are recorded", what, n)
	}
}

// Rule 18 counts what one call cuts: over many things, each thing for itself, and on whichever path.
func TestManyCutsNeedAnAdminWhoSawThem(t *testing.T) {
	short := sallyport.Constraints{sallyport.MemberTimeLimit: 2 * sallyport.Day}
	t.Run("one tag on many things", func(t *testing.T) {
		each(t, func(w *world) {
			tag, err := w.s.SaveTag(t.Context(), w.admin, "", sallyport.Tag{Name: "Short", Enabled: true}, false)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 7 {
				r := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: fmt.Sprint("App ", i)})
				w.crowd(fmt.Sprint("p", i, "-"), 15, r.Slug)
				if err := w.s.AttachTag(t.Context(), w.admin, r.Slug, tag.ID, false); err != nil {
					t.Fatal(err)
				}
			}
			tag.Constraints = short
			curator := w.admin
			curator.Admin, curator.CatalogueManager = false, true
			for what, by := range map[string]sallyport.Actor{"an admin who saw nothing": w.admin, "a catalogue manager": curator} {
				_, err = w.s.SaveTag(t.Context(), by, tag.ID, tag, what == "a catalogue manager")
				w.tooMany(what, err, "105 grants")
			}
			if _, err := w.s.SaveTag(t.Context(), w.admin, tag.ID, tag, true); err != nil || w.events("grant.cut") == 0 {
				t.Errorf("an admin who saw it: %v, %d cuts", err, w.events("grant.cut"))
			}
		})
	})
	t.Run("one part of an app", func(t *testing.T) {
		each(t, func(w *world) {
			w.people("olga")
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship", Owners: []string{"olga"}})
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, Name: "Deck", App: "ship"})
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, Name: "Hold", App: "ship"})
			w.crowd("d", 21, "ship.deck")
			tag, err := w.s.SaveTag(t.Context(), w.admin, "", sallyport.Tag{Name: "Short", Enabled: true, Constraints: short}, false)
			if err != nil {
				t.Fatal(err)
			}
			w.update(func(ctx context.Context, tx *store.Tx) error { // others of the app have it for an hour
				r, err := tx.Resource(ctx, w.tenant, "ship.hold", access.Everything)
				for i := 0; err == nil && i < 220; i++ {
					u := sallyport.User{Login: fmt.Sprint("h", i), Name: fmt.Sprint("Hand ", i), Email: fmt.Sprintf("h%d@example.test", i)}
					if err = tx.InsertUser(ctx, w.tenant, &u); err == nil {
						d := sallyport.Duration(3600 * 1e9)
						_, err = w.s.Access.AddGrantTx(ctx, tx, w.admin, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: r,
							ReasonKind: "direct", Reason: "to load", Duration: &d})
					}
				}
				return err
			})
			w.tooMany("the owner", w.s.AttachTag(t.Context(), w.actor("olga"), "ship", tag.ID, true), "21 of the 21 on Deck")
		})
	})
	// The limit comes from the app that it enters, that it reaches roles from the one that it leaves: only both together cut
	// what the roles hold. No role and not the thing itself has so much cut that it alone would refuse.
	t.Run("what moves from app to app", func(t *testing.T) {
		each(t, func(w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship"})
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Dock"})
			deck := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, Name: "Deck", App: "ship"})
			w.crowd("d", 20, deck.Slug)
			for i := range 6 {
				r := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: fmt.Sprint("Watch ", i)})
				w.crowd(fmt.Sprint("w", i, "-"), 15, r.Slug)
				if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "role:" + r.Slug, Resource: deck.ID, NoEnd: true, Reason: "their work"}); err != nil {
					t.Fatal(err)
				}
			}
			for slug, c := range map[string]sallyport.Constraints{"ship": {sallyport.PropagateToRoles: true}, "dock": short} {
				if err := w.tagged(slug, c); err != nil {
					t.Fatal(err)
				}
			}
			to := catalog.Conversion{Kind: sallyport.KindEntitlement, App: "dock"}
			_, err := w.s.Convert(t.Context(), w.admin, deck.ID, to, 0)
			w.tooMany("moving it", err, "116 grants") // 20 people, 6 roles, and their 90 people
			if r := w.resource(deck.ID); r.Slug != "ship.deck" || len(r.Tags) > 0 {
				t.Errorf("it moved: %s %v", r.Slug, r.Tags)
			}
			to.Accept = true
			if _, err := w.s.Convert(t.Context(), w.admin, deck.ID, to, 0); err != nil || w.events("grant.cut") == 0 {
				t.Errorf("an admin who saw it: %v, %d cuts", err, w.events("grant.cut"))
			}
		})
	})
	t.Run("set as a field, and by what a role gets", func(t *testing.T) {
		each(t, func(w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Lab"})
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault"})
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Keepers"})
			w.crowd("p", 101, "lab", "keepers")
			if err := w.tagged("vault", sallyport.Constraints{sallyport.MemberTimeLimit: 2 * sallyport.Day, sallyport.PropagateToRoles: true}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.s.SaveTag(t.Context(), w.admin, "", sallyport.Tag{Name: "Short", Enabled: true, Constraints: short}, false); err != nil {
				t.Fatal(err)
			}
			names, day := []string{"Short"}, sallyport.Day
			patch := sallyport.ResourcePatch{Tags: &names}
			_, err := w.s.UpdateResource(t.Context(), w.admin, "lab", patch, 0)
			w.tooMany("a field", err, "101 grants")
			give := sallyport.Give{Subject: "role:keepers", Resource: "vault", Duration: &day, Reason: "their work"}
			_, err = w.s.Access.Give(t.Context(), w.admin, give)
			w.tooMany("attaching a role", err, "101 grants")
			w.people("keep")
			if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "keep", Resource: "keepers", Relation: sallyport.Owner, NoEnd: true, Reason: "to ask for it"}); err != nil {
				t.Fatal(err)
			}
			asked, err := w.s.Access.Ask(t.Context(), w.actor("keep"), sallyport.Ask{Beneficiary: "role:keepers", Resource: "vault", Duration: &day, Reason: "their work"})
			if err != nil {
				t.Fatal(err)
			}
			ballot := sallyport.Ballot{Vote: sallyport.VoteApprove}
			_, err = w.s.Access.Vote(t.Context(), w.admin, asked.ID, ballot)
			w.tooMany("approving it for a role", err, "101 grants")
			patch.Accept, give.Accept, ballot.Accept = true, true, true
			if _, err := w.s.UpdateResource(t.Context(), w.admin, "lab", patch, 0); err != nil {
				t.Error(err)
			}
			if r, err := w.s.Access.Vote(t.Context(), w.admin, asked.ID, ballot); err != nil || r.State != sallyport.RequestApproved {
				t.Error(r.State, err)
			}
			for _, g := range append(w.living("lab"), w.living("keepers")...) {
				if g.NoEnd && g.Relation == sallyport.Member {
					t.Errorf("%s has %s without an end", g.Subject.Login, g.Resource.Slug)
				}
			}
		})
	})
}

// TestManyCutsInOneApp: what an app's tag cuts in its parts is counted together, members and owners too.
func TestManyCutsInOneApp(t *testing.T) {
	each(t, func(w *world) {
		w.people("olga")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Slug: "big", Name: "Big", Owners: []string{"olga"}})
		var parts []string
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			parts = append(parts, "big."+name)
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "big", Slug: "big." + name, Name: "Part " + name})
		}
		w.crowd("p", 18, parts...)
		tag, err := w.s.SaveTag(t.Context(), w.admin, "", sallyport.Tag{Name: "Short", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: 2 * sallyport.Day}}, false)
		if err != nil {
			t.Fatal(err)
		}
		err = w.s.AttachTag(t.Context(), w.actor("olga"), "big", tag.ID, false)
		refused(t, "90 of 91 in one app", err, sallyport.EPrecondition)
		if !strings.Contains(err.Error(), "90, over a tenth of what is held, in Big") {
			t.Errorf("parts of an app may be hidden from its owner: %v", err)
		}
		err = w.s.AttachTag(t.Context(), w.admin, "big", tag.ID, false)
		refused(t, "an admin who has not accepted it", err, sallyport.EPrecondition)
		if !strings.Contains(err.Error(), "90 of the 91 in Big") {
			t.Error(err)
		}
		if err := w.s.AttachTag(t.Context(), w.admin, "big", tag.ID, true); err != nil {
			t.Error(err)
		}
	})
}
