package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestAnotherGroupOfTheSlug: requests under way that a removed group or role was to decide, in whichever stage or in the
// place of others, go to admins, and not to the people of another that has the slug later.
func TestAnotherGroupOfTheSlug(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "sam", "eve")
		approve := sallyport.Ballot{Vote: sallyport.VoteApprove}
		for _, kind := range []sallyport.Kind{sallyport.KindGroup, sallyport.KindRole} {
			team := sallyport.NewResource{Kind: kind, Name: "Team", Slug: "team-" + string(kind)}
			them := []string{string(kind) + ":Team-" + string(kind)} // found whatever its case
			w.create(w.admin, team)
			w.give("sam", team.Slug)
			asked := map[string]string{}
			for name, flow := range map[string]sallyport.Flow{
				"first":  {Stages: []sallyport.StageSpec{{Approvers: them}}},
				"second": {Stages: []sallyport.StageSpec{{Approvers: []string{"admins"}}, {Approvers: them}}},
				"else":   {Stages: []sallyport.StageSpec{{Approvers: []string{"owners"}}}, Fallback: them},
			} {
				app := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: string(kind) + " " + name, Flow: &flow})
				r, err := w.s.Access.Ask(ctx, w.actor("ada"), sallyport.Ask{Resource: app.ID, NoEnd: true, Reason: "for work"})
				if err != nil {
					t.Fatal(err)
				}
				asked[name] = r.ID
				if _, err := w.s.UpdateResource(ctx, w.admin, app.ID, sallyport.ResourcePatch{Flow: &sallyport.Flow{}}, 0); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.s.DeleteResource(ctx, w.admin, team.Slug, 0, "they left"); err != nil {
				t.Fatal(err)
			}
			w.create(w.admin, team)
			w.give("eve", team.Slug)
			if _, err := w.s.Access.Vote(ctx, w.admin, asked["second"], approve); err != nil {
				t.Fatal(err)
			}
			for name, id := range asked {
				_, err := w.s.Access.Vote(ctx, w.actor("eve"), id, approve)
				refused(t, string(kind)+" of the slug, "+name, err, sallyport.EForbidden)
				if r, err := w.s.Access.Vote(ctx, w.admin, id, approve); err != nil || r.State != sallyport.RequestApproved {
					t.Errorf("%s, an admin: %v %v", name, r.State, err)
				}
			}
		}
	})
}

// TestRemovalsOfAnotherSlug: what a group made real is taken back by that group when it is called otherwise, and once it is
// removed by the owners of the thing, never by the people of another that has its slug later.
func TestRemovalsOfAnotherSlug(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "ben", "sam", "eve", "own")
		team := sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Team", Slug: "team"}
		made := w.create(w.admin, team)
		w.give("sam", "team")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Safe", Owners: []string{"own"}, Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:Team"}})
		todo := func() sallyport.Task {
			t.Helper()
			l, err := w.s.Access.Tasks(ctx, w.admin, store.TaskFilter{State: "open"}, store.Page{})
			if err != nil || len(l.Items) != 1 {
				t.Fatalf("%d tasks: %v", len(l.Items), err)
			}
			return l.Items[0]
		}
		held := map[string]string{}
		for _, who := range []string{"ada", "ben"} {
			held[who] = w.gave(sallyport.Give{Subject: "user:" + who, Resource: "safe", NoEnd: true}).ID
			if _, err := w.s.Access.Complete(ctx, w.actor("sam"), todo().ID, "done"); err != nil {
				t.Fatal(err)
			}
		}
		other, ours := sallyport.Fulfilment{Kind: sallyport.FulfilNone}, "sailors"
		if _, err := w.s.UpdateResource(ctx, w.admin, "safe", sallyport.ResourcePatch{Fulfilment: &other}, 0); err != nil {
			t.Fatal(err)
		}
		end := func(who string) sallyport.Assignee {
			t.Helper()
			if _, err := w.s.Access.End(ctx, w.admin, held[who], "over"); err != nil {
				t.Fatal(err)
			}
			return todo().Assignee
		}

		if _, err := w.s.UpdateResource(ctx, w.admin, "team", sallyport.ResourcePatch{Slug: &ours}, 0); err != nil {
			t.Fatal(err)
		}
		team.Name = "Another team"
		w.create(w.admin, team)
		w.give("eve", "team")
		if to := end("ada"); to.Kind != "group" || to.ID != made.ID {
			t.Errorf("renamed: it is for %+v", to)
		}
		if _, err := w.s.Access.Complete(ctx, w.actor("sam"), todo().ID, "gone"); err != nil {
			t.Fatal(err)
		}
		if err := w.s.DeleteResource(ctx, w.admin, ours, 0, "they left"); err != nil {
			t.Fatal(err)
		}
		if to := end("ben"); to.Kind != "owners" {
			t.Errorf("removed: it is for %+v", to)
		}
	})
}

// TestAGroupThatItsDirectoryDrops: what names it means nobody from then on, which the plan says before, and never the people
// of another group that has its slug later.
func TestAGroupThatItsDirectoryDrops(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("eve", "ann")
		in := func(groups string) sallyport.Plan {
			t.Helper()
			run, err := w.s.ImportPeople(ctx, w.admin, "f.csv", "login,name,groups\nsam,Sam,"+groups+"\n", catalog.SyncOptions{AcceptShrink: true})
			if err != nil || run.State != sallyport.SyncApplied {
				t.Fatalf("%+v %v", run, err)
			}
			return run.Plan
		}
		in("Team")
		theirs := sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:Team"}}}}
		app := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Safe", Flow: &theirs, Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:team"}})
		if _, err := w.s.SetCreationRule(ctx, w.admin, sallyport.KindApp, &theirs); err != nil {
			t.Fatal(err)
		}
		changed := w.events("resource.changed") + w.events("creation_rule.changed")
		plan := in("")
		if n := w.events("resource.changed") + w.events("creation_rule.changed") - changed; n != 2 {
			t.Errorf("%d events tell what names it otherwise", n)
		}
		if len(plan.Warnings) != 1 || !strings.Contains(plan.Warnings[0], "Team is needed by safe, the rule who decides about new apps: as") {
			t.Errorf("the plan: %v", plan.Warnings)
		}
		if now := w.resource("safe"); now.Version == app.Version || now.Flow.Stages[0].Approvers[0] != "group:team (removed)" || now.Fulfilment.Assignee != "group:team (removed)" {
			t.Errorf("version %d, %+v, %+v", now.Version, now.Flow, now.Fulfilment)
		}
		words := "Keeps what is dear"
		if _, err := w.s.UpdateResource(ctx, w.admin, "safe", sallyport.ResourcePatch{Description: &words, Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilNone}}, 0); err != nil {
			t.Errorf("what is not changed is not asked about: %v", err)
		}
		again := sallyport.Flow{Stages: []sallyport.StageSpec{{Name: "They", Approvers: []string{"group:team (removed)"}}}}
		_, err := w.s.UpdateResource(ctx, w.admin, "safe", sallyport.ResourcePatch{Flow: &again}, 0)
		refused(t, "naming it again", err, sallyport.EPrecondition)
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Team", Slug: "team"})
		w.give("eve", "team")
		r, err := w.s.Access.Ask(ctx, w.actor("ann"), sallyport.Ask{Resource: app.ID, NoEnd: true, Reason: "for work"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.s.Access.Vote(ctx, w.actor("eve"), r.ID, sallyport.Ballot{Vote: sallyport.VoteApprove})
		refused(t, "another group of the slug", err, sallyport.EForbidden)
		if r, err = w.s.Access.Vote(ctx, w.admin, r.ID, sallyport.Ballot{Vote: sallyport.VoteApprove}); err != nil || r.State != sallyport.RequestApproved {
			t.Errorf("an admin: %v %v", r.State, err)
		}
	})
}

// TestARoleThatComesBack: undoing a merge lets the role that it removed decide again what it was to decide, unless another was
// removed of its name as well.
func TestARoleThatComesBack(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "sam")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Eng"})
		for _, earlier := range []bool{false, true} {
			if earlier {
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Team", Slug: "team"})
				if err := w.s.DeleteResource(ctx, w.admin, "team", 0, ""); err != nil {
					t.Fatal(err)
				}
			}
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Team", Slug: "team"})
			w.give("sam", "team")
			app := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: fmt.Sprint("Safe ", earlier), Flow: &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"role:Team"}}}}})
			r, err := w.s.Access.Ask(ctx, w.actor("ada"), sallyport.Ask{Resource: app.ID, NoEnd: true, Reason: "for work"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.s.UpdateResource(ctx, w.admin, app.ID, sallyport.ResourcePatch{Flow: &sallyport.Flow{}}, 0); err != nil {
				t.Fatal(err)
			}
			w.undo(w.reorganize(sallyport.Reorganization{Action: "merge", Role: "eng", Roles: []string{"team"}, Reason: "one team"}))
			_, err = w.s.Access.Vote(ctx, w.actor("sam"), r.ID, sallyport.Ballot{Vote: sallyport.VoteApprove})
			if earlier {
				refused(t, "whom it meant nobody can tell", err, sallyport.EForbidden)
			} else if err != nil {
				t.Errorf("the role is back: %v", err)
			}
			if err := w.s.DeleteResource(ctx, w.admin, "team", 0, ""); err != nil {
				t.Fatal(err)
			}
		}
	})
}
