package catalog_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

func TestWhoMayChangeTheCatalogue(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "ben", "cleo", "dan")
		w.give("dan", store.SlugCatalogueManager)
		ada, ben, dan := w.actor("ada"), w.actor("ben"), w.actor("dan")
		app := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Owners: []string{"ada"}})
		if len(app.Owners) != 1 || app.Owners[0].Login != "ada" || app.Slug != "wiki" {
			t.Errorf("owners %v, slug %s", app.Owners, app.Slug)
		}
		_, err := w.s.CreateResource(ctx, ben, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Mine"})
		refused(t, "anybody adds an app", err, sallyport.EForbidden)
		_, err = w.s.CreateResource(ctx, ada, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Mine"})
		refused(t, "an owner adds an app", err, sallyport.EForbidden)
		e := w.create(ada, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "wiki", Name: "Editors", Owners: []string{"ben", "me"}})
		if e.Slug != "wiki.editors" || len(e.Owners) != 2 {
			t.Errorf("%s %v", e.Slug, e.Owners)
		}
		w.create(dan, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Team"})

		words, flow := "What it is for.", &sallyport.Flow{NoApproval: true}
		if _, err := w.s.UpdateResource(ctx, ben, "wiki.editors", sallyport.ResourcePatch{Description: &words}, e.Version); err != nil {
			t.Errorf("an owner describes: %v", err)
		}
		_, err = w.s.UpdateResource(ctx, ben, "wiki.editors", sallyport.ResourcePatch{Description: &words}, e.Version)
		refused(t, "a stale version", err, sallyport.EConflict)
		_, err = w.s.UpdateResource(ctx, ben, "wiki.editors", sallyport.ResourcePatch{Flow: flow}, 0)
		refused(t, "an owner walks round the stages", err, sallyport.EForbidden)
		_, err = w.s.UpdateResource(ctx, ada, "wiki.editors", sallyport.ResourcePatch{Flow: flow}, 0)
		refused(t, "an app's owner walks round the stages", err, sallyport.EForbidden)
		_, err = w.s.UpdateResource(ctx, w.actor("cleo"), "wiki.editors", sallyport.ResourcePatch{Description: &words}, 0)
		refused(t, "anybody describes", err, sallyport.EForbidden)
		owners := []string{"cleo"}
		r, err := w.s.UpdateResource(ctx, dan, "wiki.editors", sallyport.ResourcePatch{Owners: &owners, Flow: flow}, 0)
		if err != nil || len(r.Owners) != 1 || r.Owners[0].Login != "cleo" || r.Flow == nil {
			t.Errorf("%v %v", r.Owners, err)
		}
		refused(t, "a manager removes", w.s.DeleteResource(ctx, dan, "wiki.editors", 0, ""), sallyport.EForbidden)
		_, err = w.s.UpdateResource(ctx, dan, store.SlugAdmin, sallyport.ResourcePatch{Owners: &owners}, 0)
		refused(t, "a manager makes themselves admin", err, sallyport.EForbidden)
		if n := w.events("resource.changed"); n != 2 {
			t.Errorf("%d events of changes", n)
		}
	})
}

// TestAppWithItsFirstEntitlements: an app, its parts and its owners are made together or not at all, and its owners add to it
// without asking, as far as they may say.
func TestAppWithItsFirstEntitlements(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "ben", "dan")
		w.give("dan", store.SlugCatalogueManager)
		ada, dan := w.actor("ada"), w.actor("dan")
		in := sallyport.NewResource{Kind: sallyport.KindApp, Name: "Figma", Owners: []string{"ada"},
			Entitlements: []sallyport.NewPart{{Name: "Editors"}, {Name: "Viewers", Slug: "read", Description: "May look."}}}
		before := w.events("resource.created")
		w.create(dan, in)
		if r := w.resource("figma.read"); r.App == nil || r.App.Slug != "figma" || r.Description != "May look." || w.resource("figma.editors").Name != "Editors" {
			t.Errorf("%+v", r)
		}
		if n := w.events("resource.created") - before; n != 3 {
			t.Errorf("%d events", n)
		}
		in.Name, in.Entitlements = "Miro", []sallyport.NewPart{{Name: "Editors"}, {Name: "editors", Slug: "others"}}
		_, err := w.s.CreateResource(ctx, dan, in)
		refused(t, "a name twice", err, sallyport.EConflict)
		if !strings.HasPrefix(err.Error(), `entitlements[1] "editors": `) {
			t.Errorf("which part it is: %v", err)
		}
		in.Entitlements[1].Name = ""
		_, err = w.s.CreateResource(ctx, dan, in)
		refused(t, "a part without a name", err, sallyport.EInvalid)
		var e *sallyport.Error
		if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Path != "entitlements[1].name" || !strings.HasPrefix(e.Message, "entitlements[1]: name: ") {
			t.Errorf("the fault is %+v", e)
		}
		if n := w.events("resource.created") - before; n != 3 {
			t.Errorf("%d events: a part of it was made", n)
		}
		_, err = w.s.CreateResource(ctx, dan, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Team", Entitlements: in.Entitlements[:1]})
		refused(t, "a group with parts", err, sallyport.EInvalid)
		_, err = w.s.CreateResource(ctx, ada, in)
		refused(t, "an owner of another app", err, sallyport.EForbidden)

		part := sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "figma", Name: "Billing", Flow: &sallyport.Flow{NoApproval: true}}
		_, err = w.s.CreateResource(ctx, ada, part)
		refused(t, "an app's owner walks round the stages", err, sallyport.EForbidden)
		part.Name, part.Flow = "Seats", &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"user:ben"}}}}
		if r := w.create(ada, part); r.Flow == nil || len(r.Flow.Stages) != 1 || !r.Flow.OwnersEdit {
			t.Errorf("an app's owner says who decides: %+v", r.Flow)
		}
		part.Name, part.Flow = "Billing", nil
		if r := w.create(ada, part); r.Slug != "figma.billing" {
			t.Errorf("made %s", r.Slug)
		}
		_, err = w.s.CreateResource(ctx, w.actor("ben"), part)
		refused(t, "somebody else", err, sallyport.EForbidden)
		refused(t, "an owner removes", w.s.DeleteResource(ctx, ada, "figma.billing", 0, ""), sallyport.EForbidden)
	})
}

func TestNamesAndReferences(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki"})
		for what, c := range map[string]struct {
			in   sallyport.NewResource
			code sallyport.Code
			path string
		}{
			"a name in another case":  {sallyport.NewResource{Kind: sallyport.KindApp, Slug: "w2", Name: "ＷIKI"}, sallyport.EConflict, ""},
			"a slug of another kind":  {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "wiki", Name: "G"}, sallyport.EConflict, ""},
			"me":                      {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "me", Name: "G"}, sallyport.EInvalid, "slug"},
			"an id":                   {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "usr_1", Name: "G"}, sallyport.EInvalid, "slug"},
			"a zero-width name":       {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "g", Name: "G\u200b"}, sallyport.EInvalid, "name"},
			"no name":                 {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "g"}, sallyport.EInvalid, "name"},
			"an unknown kind":         {sallyport.NewResource{Kind: "team", Slug: "g", Name: "G"}, sallyport.EInvalid, "kind"},
			"no app":                  {sallyport.NewResource{Kind: sallyport.KindEntitlement, Slug: "wiki.x", Name: "G"}, sallyport.EInvalid, "app"},
			"an unknown app":          {sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "none", Slug: "x", Name: "G"}, sallyport.EPrecondition, "app"},
			"another app's slug":      {sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "wiki", Slug: "other.x", Name: "G"}, sallyport.EInvalid, "slug"},
			"an unknown owner":        {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "g", Name: "G", Owners: []string{"ada", "eve"}}, sallyport.EPrecondition, "owners[1]"},
			"an unknown audience":     {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "g", Name: "G", Audience: "none"}, sallyport.EPrecondition, "audience"},
			"an audience of no group": {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "g", Name: "G", Audience: "wiki"}, sallyport.EPrecondition, "audience"},
			"an unknown approver": {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "g", Name: "G",
				Flow: &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"manager", "group:none"}}}}}, sallyport.EPrecondition, "flow.stages[0].approvers[1]"},
			"an unknown assignee": {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "g", Name: "G",
				Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:wiki"}}, sallyport.EPrecondition, "fulfilment.assignee"},
			"an unknown connection": {sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "g", Name: "G",
				Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: "none", Target: "x"}}, sallyport.EPrecondition, "fulfilment.connection"},
			"a role by hand": {sallyport.NewResource{Kind: sallyport.KindRole, Slug: "g", Name: "G",
				Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:ada"}}, sallyport.EPrecondition, "fulfilment.kind"},
		} {
			_, err := w.s.CreateResource(ctx, w.admin, c.in)
			refused(t, what, err, c.code)
			var e *sallyport.Error
			if c.path != "" && (!errors.As(err, &e) || len(e.Fields) == 0 || e.Fields[0].Path != c.path) {
				t.Errorf("%s: the fault is not at %s: %v", what, c.path, err)
			}
		}
		// A slug that is made from the name gives way.
		if r := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Wiki"}); r.Slug != "wiki-2" {
			t.Errorf("slug %s", r.Slug)
		}
	})
}

func TestRemovingAResource(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "ben")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Team"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Audience: "team"})
		e := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "wiki", Name: "Editors",
			Flow: &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:team"}}}}})
		w.give("ada", "team")
		w.give("ada", "wiki.editors")
		week := 7 * sallyport.Day
		if _, err := w.s.Access.Ask(ctx, w.admin, sallyport.Ask{Resource: "wiki.editors", Duration: &week, Reason: "to write"}); err != nil {
			t.Fatal(err)
		}
		refused(t, "a group that others need", w.s.DeleteResource(ctx, w.admin, "team", 0, ""), sallyport.EPrecondition)
		if err := w.s.DeleteResource(ctx, w.admin, "wiki", 0, "nobody writes there any more"); err != nil {
			t.Fatal(err)
		}
		if w.holds("ada", e.ID) {
			t.Error("ada still holds an entitlement of an app that is gone")
		}
		for _, ev := range w.log("resource.deleted") {
			if ev.Values["reason"] != "nobody writes there any more" {
				t.Errorf("the log has no reason for the removal of %v: %v", ev.Body["slug"], ev.Values)
			}
		}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: e.ID}, store.Page{})
			if err == nil && (len(l.Items) != 1 || !strings.Contains(l.Items[0].EndedReason, "nobody writes there any more")) {
				t.Errorf("the grants on what was removed: %+v", l.Items)
			}
			return err
		})
		w.update(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Requests(ctx, w.tenant, access.Everything, store.RequestFilter{ResourceID: e.ID}, store.Page{})
			if err == nil && (len(l.Items) != 1 || l.Items[0].State == sallyport.RequestPending) {
				t.Errorf("the request for it: %v", l.Items)
			}
			return err
		})
		if err := w.s.DeleteResource(ctx, w.admin, "team", 0, ""); err != nil {
			t.Errorf("the group that nobody needs any more: %v", err)
		}
		refused(t, "what is built in", w.s.DeleteResource(ctx, w.admin, store.SlugAdmin, 0, ""), sallyport.EForbidden)
		// The slug and name are free again.
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki"})
	})
}

func TestBuiltIn(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		for range 2 {
			if err := w.s.EnsureBuiltIn(ctx, w.tenant); err != nil {
				t.Fatal(err)
			}
			if _, err := w.s.MakeAdmin(ctx, w.tenant, "root@example.test"); err != nil {
				t.Fatal(err)
			}
		}
		if n := w.events("grant.created"); n != 1 {
			t.Errorf("%d grants for one admin named three times", n)
		}
		for _, f := range []sallyport.Flow{{NoApproval: true}, {AllowSelf: true}, {OwnersAdd: true}, {Stages: []sallyport.StageSpec{{Approvers: []string{"admins"}, Timeout: "approve", TimeoutAfter: sallyport.Day}}}} {
			_, err := w.s.UpdateResource(ctx, w.admin, store.SlugAdmin, sallyport.ResourcePatch{Flow: &f}, 0)
			refused(t, "a weaker flow", err, sallyport.EForbidden)
		}
		_, err := w.s.CreateResource(ctx, w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "sallyport", Name: "More"})
		refused(t, "more in the built-in app", err, sallyport.EForbidden)
		// The last admin stays.
		u, err := w.s.MakeAdmin(ctx, w.tenant, "second@example.test")
		if err != nil || !w.actor(u.Login).Admin {
			t.Errorf("a second admin: %v", err)
		}
	})
}

func TestTags(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "ben")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "AWS", Owners: []string{"ben"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "aws", Name: "Production"})
		w.give("ada", "aws.production")
		tag, err := w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: "Sensitive", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: 30 * sallyport.Day}}, false)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: "SENSITIVE", Enabled: true}, false)
		refused(t, "the name in another case", err, sallyport.EConflict)
		if err := w.s.AttachTag(ctx, w.actor("ben"), "aws", tag.Name, false); err != nil {
			t.Fatal(err)
		}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			yes := true
			l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: w.id(tx, "aws.production"), Active: &yes}, store.Page{})
			if err != nil || len(l.Items) != 1 || l.Items[0].NoEnd || l.Items[0].EndsAt == nil || l.Items[0].EndsAt.Sub(tx.Now()) > (30*sallyport.Day).Std() {
				t.Errorf("the grant was not cut: %+v %v", l.Items, err)
			}
			r, err := tx.Resource(ctx, w.tenant, "aws.production", access.Everything)
			if err != nil {
				return err
			}
			c, limits, err := tx.EffectiveLimits(ctx, w.tenant, r)
			if c[sallyport.MemberTimeLimit] != 30*sallyport.Day || len(limits) != 1 || !strings.Contains(limits[0].From, "Sensitive on AWS") {
				t.Errorf("%+v %+v", c, limits)
			}
			return err
		})
		refused(t, "an owner takes it off", w.s.DetachTag(ctx, w.actor("ben"), "aws", tag.ID), sallyport.EForbidden)
		if err := w.s.DetachTag(ctx, w.admin, "aws", tag.ID); err != nil {
			t.Error(err)
		}
		if w.events("grant.cut") != 1 {
			t.Error("the cut is not in the record")
		}
	})
}

func (w *world) id(tx *store.Tx, slug string) string {
	r, err := tx.Resource(w.t.Context(), w.tenant, slug, access.Everything)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

// TestARoleThatOwnsItselfIsRemoved: its grant is of what it holds and of what is held of it, and ends once.
func TestARoleThatOwnsItselfIsRemoved(t *testing.T) {
	each(t, func(w *world) {
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Own"})
		w.gave(sallyport.Give{Subject: "role:own", Resource: "own", Relation: sallyport.Owner, NoEnd: true})
		if err := w.s.DeleteResource(t.Context(), w.admin, "own", 0, ""); err != nil {
			t.Error(err)
		}
		if n := w.events("grant.ended"); n != 1 {
			t.Errorf("%d ends", n)
		}
	})
}

// TestWordsOfASearch: what pages call "Figma · Editor" is found by that, by its words in any order, and by its slug.
func TestWordsOfASearch(t *testing.T) {
	each(t, func(w *world) {
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Figma", Slug: "figma"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "figma", Name: "Editor"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "figma", Name: "Viewer"})
		for q, want := range map[string]int{"figma editor": 1, "Figma · Editor": 1, "EDITOR  figma": 1, "figma.edit": 1, "figma": 3, "figma owner": 0, "·": 0, "100% _": 0} {
			w.update(func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.Resources(ctx, w.tenant, store.Viewer{All: true}, store.ResourceFilter{Q: q}, store.Page{})
				if err != nil || len(l.Items) != want {
					t.Errorf("%q finds %d, want %d: %v", q, len(l.Items), want, err)
				}
				return nil
			})
		}
	})
}
