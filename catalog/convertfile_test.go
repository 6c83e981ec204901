package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
)

// TestConversionsInFiles: what moves to the list of another kind is converted, with everything that hangs on it, and the plan
// says what is kept and what the app's tags shorten.
func TestConversionsInFiles(t *testing.T) {
	each(t, func(w *world) {
		w.people("a", "b")
		must := func(text string) sallyport.Plan {
			t.Helper()
			p, err := w.apply(w.admin, true, text)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		const ship = "tags:\n- {name: Month, constraints: {member_time_limit: P30D}}\napps:\n- {slug: ship, name: Ship, tags: [Month]}\n"
		const holders = "roles:\n- {slug: holders, name: Holders, gives: ["
		must(ship + holders + "deployers]}\ngroups:\n- {slug: deployers, name: Deployers, owners: [b], description: Who may deploy.}\n")
		id := w.resource("deployers").ID
		w.give("a", "deployers")
		asked, err := w.s.Access.Ask(t.Context(), w.actor("b"), sallyport.Ask{Resource: "deployers", NoEnd: true, Reason: "to deploy"})
		if err != nil {
			t.Fatal(err)
		}

		// Without a word about what it was, the plan warns that two things are meant.
		inside := strings.Replace(ship, "tags: [Month]}", "tags: [Month], entitlements: [{slug: deployers, name: Deployers, owners: [b]WAS}]}", 1) + holders + "ship.deployers]}\n"
		p, err := w.s.Plan(t.Context(), w.admin, load(t, map[string]string{"a.yaml": strings.Replace(inside, "WAS", "", 1)}), true)
		if err != nil || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "write was: deployers at ship.deployers") || p.Counts["remove group"] != 1 {
			t.Errorf("without was: %v %v %v", drawn(p), p.Warnings, err)
		}
		inside = strings.Replace(inside, "WAS", ", was: deployers", 1)
		p = must(inside)
		same(t, "into an app", drawn(p), []string{"convert entitlement ship.deployers; kind: group → entitlement; slug: deployers → ship.deployers; description: Who may deploy. → "})
		const words = "the group Deployers becomes an entitlement; 2 that have it and 1 that own it keep it, with its requests and its history; the tags of Ship bring forward the end of 2 of 2, to 30 days from now"
		if p.Items[0].Detail != words || p.Changes != 1 || p.Removes+p.Creates != 0 {
			t.Errorf("%+v", p)
		}
		if r := w.resource("ship.deployers"); r.ID != id || r.Source != "catalogue" || len(r.Owners) != 1 || r.Owners[0].Login != "b" {
			t.Errorf("it is %+v", r)
		}
		w.have("as an entitlement", "ship.deployers", "a")
		if r, err := w.s.Access.Request(t.Context(), w.actor("b"), asked.ID); err != nil || r.State != sallyport.RequestPending || r.Resource.Slug != "ship.deployers" {
			t.Errorf("what was asked: %+v %v", r, err)
		}
		if w.events("grant.cut") != 1 || w.events("resource.converted") != 1 || w.events("resource.deleted") != 0 {
			t.Errorf("%d cut, %d converted", w.events("grant.cut"), w.events("resource.converted"))
		}
		if p := must(inside); !p.Empty() || len(p.Warnings) != 0 {
			t.Errorf("the second time: %v %v", drawn(p), p.Warnings)
		}

		// A role does not hold a role, and what would lose its meaning is a fault with its place.
		asRole := ship + holders + "ship]}\n- {slug: deployers, name: Deployers, was: ship.deployers}\n"
		_, err = w.apply(w.admin, true, asRole)
		refused(t, "what a role gives becomes a role", err, sallyport.EPrecondition)
		if !strings.Contains(err.Error(), "a.yaml:7:") || !strings.Contains(err.Error(), "Holders") {
			t.Errorf("the fault: %v", err)
		}
		must(strings.Replace(inside, "gives: [ship.deployers]", "gives: []", 1))
		if _, err := w.s.Access.Ask(t.Context(), w.admin, sallyport.Ask{Resource: "ship.deployers", Beneficiary: "role:holders", Duration: ptr(sallyport.Day), Reason: "for work"}); err != nil {
			t.Fatal(err)
		}
		p = must(strings.Replace(asRole, "gives: [ship]", "gives: []", 1))
		same(t, "a role", drawn(p), []string{"convert role deployers; kind: entitlement → role; slug: ship.deployers → deployers"})
		if !strings.Contains(p.Items[0].Detail, "with its requests and its history; what is asked for roles closes with that: 1;") {
			t.Errorf("the plan says %s", p.Items[0].Detail)
		}
		w.have("as a role", "deployers", "a")
		// And a group again, where the slug says it all, and what it was before is no more.
		same(t, "a group", drawn(must(ship+"roles:\n- {slug: holders, name: Holders, gives: []}\ngroups:\n- {slug: deployers, name: Deployers, was: ship.deployers}\n")), []string{"convert group deployers; kind: role → group"})
		w.have("as a group again", "deployers", "a")
		if w.resource("deployers").ID != id {
			t.Error("it is another one")
		}

		// From nothing, was says nothing: the files make a new company.
		p, err = w.s.Plan(t.Context(), w.admin, load(t, map[string]string{"a.yaml": "groups:\n- {slug: new, name: New, was: never-there}\n"}), false)
		if err != nil || len(p.Faults) != 0 || p.Creates != 1 {
			t.Errorf("it was nothing: %+v %v", p, err)
		}
		for text, want := range map[string]string{
			"groups:\n- {slug: x, name: X, was: deployers}\n- {slug: deployers, name: Deployers}\n":      "deployers stands in the files itself",
			"roles:\n- {slug: x, name: X, was: deployers}\n- {slug: y, name: Y, was: deployers}\n":       "deployers becomes something already, at a.yaml:2:3",
			"roles:\n- {slug: holders, name: Holders, was: deployers}\n":                                 "deployers and holders are both there",
			"groups:\n- {slug: holders, name: H, was: deployers}\n":                                      "deployers and holders are both there",
			"roles:\n- {slug: deployers, name: D, was: holders}\n":                                       "holders and deployers are both there",
			"roles:\n- {slug: ships, name: Ships, was: ship}\n":                                          "groups, entitlements and roles become one another; Ship is an app",
			"groups:\n- {slug: ship, name: Ship}\n":                                                      "is that of a resource of kind app",
			"roles:\n- {slug: deployers, name: D}\ngroups:\n- {slug: g, name: G, audience: deployers}\n": "deployers is no group but of kind role",
		} {
			p, err := w.s.Plan(t.Context(), w.admin, load(t, map[string]string{"a.yaml": text}), false)
			says := func(f sallyport.Fault) bool {
				return strings.Contains(f.Message, want) && strings.HasPrefix(f.Path, "a.yaml:")
			}
			if err != nil || !slices.ContainsFunc(p.Faults, says) {
				t.Errorf("%q: %v %v", text, p.Faults, err)
			}
		}
		if _, faults := catalog.LoadTexts(map[string]string{"a.yaml": "groups:\n- {slug: x, name: X, was: [1]}\n"}); len(faults) != 1 {
			t.Errorf("%v", faults)
		}
	})
}
