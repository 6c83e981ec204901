package catalog_test

import (
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// TestAskForSomethingForAGroup: who may find a new thing is part of what is asked for; it is made so, and others do not find it.
func TestAskForSomethingForAGroup(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "max")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Security"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Board"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Hidden", Audience: "board"})
		w.give("lea", "security")
		group, none := "security", ""
		n := sallyport.NewThing{Kind: sallyport.KindApp, Name: "Vault", Audience: &group, Members: []string{"lea"}}
		bad := func(what, field string, change func(n *sallyport.NewThing)) {
			t.Helper()
			in := n
			change(&in)
			_, err := w.s.Access.Ask(t.Context(), w.actor("kim"), sallyport.Ask{Create: &in, Reason: "why"})
			e, ok := err.(*sallyport.Error)
			if !ok || e.Code != sallyport.EPrecondition || len(e.Fields) != 1 || e.Fields[0].Path != "create."+field {
				t.Errorf("%s: %v", what, err)
			}
		}
		unknown, app, hidden := "nobody", "sallyport", "hidden"
		bad("a group that is not there", "audience", func(n *sallyport.NewThing) { n.Audience = &unknown })
		bad("no group", "audience", func(n *sallyport.NewThing) { n.Audience = &app })
		bad("a group that one does not see", "audience", func(n *sallyport.NewThing) { n.Audience = &hidden })
		bad("a member for whom it is not meant", "members[0]", func(n *sallyport.NewThing) { n.Members = []string{"max"} })
		r := w.asks("kim", n)
		if a := r.Create.Asked.Audience; a == nil || a.Slug != "security" {
			t.Errorf("the audience of what is asked for: %+v", a)
		}
		if d := r.Create.Asked.Draft(); d.AudienceID() != "security" {
			t.Errorf("the form to edit: %+v", d)
		}
		seesRequest := func(when string) {
			t.Helper()
			for login, sees := range map[string]bool{"max": false, "lea": true, "kim": true} {
				list, err := w.s.Access.Requests(t.Context(), w.actor(login), store.RequestFilter{}, store.Page{Total: true})
				if err != nil || len(list.Items) != *list.Total || (len(list.Items) == 1) != sees {
					t.Errorf("%s, %s sees %d of %d in the list: %v", when, login, len(list.Items), *list.Total, err)
				}
				if _, err := w.s.Access.Request(t.Context(), w.actor(login), r.ID); (err == nil) != sees || (!sees && sallyport.CodeOf(err) != sallyport.ENotFound) {
					t.Errorf("%s, %s opens it: %v", when, login, err)
				}
			}
		}
		seesRequest("asked")
		done, err := w.approves("root@example.test", r, nil)
		if err != nil || done.Create.Made == nil {
			t.Fatal(err)
		}
		seesRequest("made")
		if a := w.resource("vault").Audience; a == nil || a.Slug != "security" {
			t.Errorf("the audience of what was made: %+v", a)
		}
		for login, sees := range map[string]bool{"max": false, "lea": true, "kim": true} {
			_, err := w.s.Access.Ask(t.Context(), w.actor(login), sallyport.Ask{Resource: "vault", Reason: "why", NoEnd: true})
			if found := sallyport.CodeOf(err) != sallyport.ENotFound; found != sees {
				t.Errorf("%s finds it: %v", login, err)
			}
		}
		// Everyone is everyone, whether it is said or left out.
		free := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindApp, Name: "Wiki", Audience: &none})
		if _, err := w.approves("root@example.test", free, nil); err != nil || w.resource("wiki").Audience != nil {
			t.Errorf("for everyone: %v", err)
		}
	})
}

// TestEditOfAnAudience: narrowing it is any approver's; taking it away, or naming another, is widening. Leaving it out of an
// edit leaves it as it was.
func TestEditOfAnAudience(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "sec", "sid")
		for _, name := range []string{"Security", "Board"} {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: name})
		}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Secret", Audience: "board"})
		w.give("sec", "security")
		if _, err := w.s.SetCreationRule(t.Context(), w.admin, sallyport.KindApp, &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:security", "admins"}}}}); err != nil {
			t.Fatal(err)
		}
		security, board, secret, none := "security", "board", "secret", ""
		form := func(slug string, audience *string) *sallyport.NewThing {
			return &sallyport.NewThing{Name: strings.ToUpper(slug), Slug: slug, Owners: []string{"kim"}, Audience: audience}
		}
		ask := func(slug string, audience *string) sallyport.Request {
			n := *form(slug, audience)
			n.Kind = sallyport.KindApp
			return w.asks("kim", n)
		}
		r := ask("one", &security)
		_, err := w.approves("sec", r, form("one", &none))
		refused(t, "for everyone, by who may not add apps", err, sallyport.EForbidden)
		_, err = w.approves("sec", r, form("one", &board))
		refused(t, "for others, by who may not add apps", err, sallyport.EForbidden)
		_, err = w.approves("sec", r, form("one", &secret))
		refused(t, "for a group that they do not see", err, sallyport.EPrecondition)
		edited := form("one", nil)
		edited.Description = "Better said"
		done, err := w.approves("sec", r, edited)
		if err != nil || done.Create.Now().Audience == nil || w.resource("one").Audience == nil || w.resource("one").Audience.Slug != "security" {
			t.Errorf("an edit that does not speak of it: %+v %v", done.Create, err)
		}
		// Narrower is no more than was asked.
		done, err = w.approves("sec", ask("two", nil), form("two", &security))
		if err != nil || w.resource("two").Audience == nil || len(done.Create.Changes) != 1 || done.Create.Changes[0] != (sallyport.FieldChange{Field: "audience", After: "Security"}) {
			t.Errorf("narrowed: %+v %v", done.Create, err)
		}
		if done.Create.Asked.Audience != nil || done.Create.Decided.Audience == nil {
			t.Errorf("both forms are kept: %+v %+v", done.Create.Asked, done.Create.Decided)
		}
		// Admins could add it without asking, so they may widen it.
		if _, err := w.approves("root@example.test", ask("three", &security), form("three", &none)); err != nil || w.resource("three").Audience != nil {
			t.Errorf("widened by an admin: %v", err)
		}
	})
}

// TestAppForOthersWithItsParts: whoever may make an app makes it with its parts, also for an audience that they are not of.
func TestAppForOthersWithItsParts(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim")
		w.give("kim", store.SlugCatalogueManager)
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Finance"})
		w.create(w.actor("kim"), sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ledger", Audience: "finance", Entitlements: []sallyport.NewPart{{Name: "Read"}}})
		if r := w.resource("ledger.read"); r.App == nil || r.App.Slug != "ledger" {
			t.Errorf("its part is %+v", r)
		}
		_, err := w.s.CreateResource(t.Context(), w.actor("kim"), sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "ledger", Name: "Write"})
		refused(t, "a part of an app that they do not see", err, sallyport.EPrecondition)
	})
}
