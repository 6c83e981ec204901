package catalog_test

import (
	"testing"

	"github.com/sallyport/sallyport"
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
