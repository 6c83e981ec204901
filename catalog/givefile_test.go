package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
)

const lengths = `apps:
- {slug: vault, name: Vault}
- {slug: wiki, name: Wiki}
roles:
- slug: dev
  name: Developer
  gives:
  - wiki
  - {resource: vault, for: 30d}
  - {resource: vault, relation: owner, for: P90D}
`

// TestLengthsInFiles: what a role gives may have a length. Applying again changes nothing while it is in force; what has
// ended on its time is not given again by itself; another length counts from when it is applied.
func TestLengthsInFiles(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("kim")
		must := func(text string) sallyport.Plan {
			t.Helper()
			p, err := w.apply(w.admin, false, text)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		at := func(days int) time.Time {
			return w.clock.Now().Add(time.Duration(days) * 24 * time.Hour).Truncate(time.Second)
		}
		ends := func(g sallyport.Grant) time.Time {
			if g.NoEnd || g.EndsAt == nil {
				return time.Time{}
			}
			return g.EndsAt.Truncate(time.Second)
		}
		p := must(lengths)
		same(t, "the plan", drawn(p)[3:], []string{"change gives dev; gives:  → vault as owner for 90 days, vault for 30 days, wiki"})
		gives := func() map[string]sallyport.Grant {
			t.Helper()
			out := map[string]sallyport.Grant{}
			for _, g := range w.gifts("dev") {
				out[g.Resource.Slug+" "+string(g.Relation)] = g
			}
			return out
		}
		has := gives()
		if g := has["vault member"]; len(has) != 3 || !ends(g).Equal(at(30)) {
			t.Errorf("for 30 days: %+v", has)
		}
		if g := has["vault owner"]; !ends(g).Equal(at(90)) || !has["wiki member"].NoEnd {
			t.Errorf("the others: %+v", has)
		}
		w.clock.Advance(10 * 24 * time.Hour)
		if p := must(lengths); !p.Empty() {
			t.Errorf("while it is in force: %v", drawn(p))
		}
		texts, err := w.s.Export(ctx, w.admin)
		if err != nil || !strings.Contains(texts["roles.yaml"], "for: P30D") {
			t.Fatalf("%v %v", texts["roles.yaml"], err)
		}
		if p, err := w.s.Plan(ctx, w.admin, load(t, texts), true); err != nil || !p.Empty() {
			t.Errorf("what was exported, loaded again: %v %v", drawn(p), err)
		}
		// Shorter and longer count from now.
		shorter := strings.Replace(lengths, "30d", "5d", 1)
		same(t, "shorter", drawn(must(shorter)), []string{"change gives dev; gives: vault as owner for 90 days, vault for 30 days, wiki → vault as owner for 90 days, vault for 5 days, wiki"})
		if g := gives()["vault member"]; !ends(g).Equal(at(5)) {
			t.Errorf("shortened: %+v", g)
		}
		if p := must(shorter); !p.Empty() {
			t.Errorf("shortened, again: %v", drawn(p))
		}
		// Its time passes: it is said, and not given again, before and after the end is written down.
		w.clock.Advance(6 * 24 * time.Hour)
		for range 2 {
			if p := must(shorter); !p.Empty() || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "dev was given vault for 5 days by the files; that time has passed") {
				t.Errorf("after its end: %v %v", drawn(p), p.Warnings)
			}
			if _, _, err := w.s.Access.RunDeadlines(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if _, there := gives()["vault member"]; there {
			t.Error("given again by itself")
		}
		same(t, "another length", drawn(must(lengths)), []string{"change gives dev; gives: vault as owner for 90 days, wiki → vault as owner for 90 days, vault for 30 days, wiki"})
		// Ended by hand before its time, the file says otherwise, and gives it again.
		if _, err := w.s.Access.End(ctx, w.admin, gives()["vault member"].ID, "not now"); err != nil {
			t.Fatal(err)
		}
		if p := must(lengths); p.Changes != 1 || len(gives()) != 3 {
			t.Errorf("ended by hand: %v", drawn(p))
		}
		// The short form is content with any length, and a list without it ends it.
		if p := must(strings.Replace(lengths, "{resource: vault, for: 30d}", "vault", 1)); !p.Empty() {
			t.Errorf("the short form: %v", drawn(p))
		}
		must("roles:\n- {slug: dev, name: Developer, gives: [wiki]}\n")
		if has := gives(); len(has) != 1 {
			t.Errorf("what is not in the list: %+v", has)
		}
	})
}

// TestLapsedLengthsUnderAnotherSlug: what had its time is not given again where the thing gets another slug, and the plan
// says so, of what roles give as of owners.
func TestLapsedLengthsUnderAnotherSlug(t *testing.T) {
	each(t, func(w *world) {
		w.people("ada")
		const text = "apps:\n- {slug: ship, name: Ship, owners: [{user: ada, for: P10D}], entitlements: [{slug: crew, name: Crew}]}\nroles:\n- {slug: sailors, name: Sailors, gives: [{resource: ship.crew, for: P10D}]}\n"
		if _, err := w.apply(w.admin, false, text); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(11 * 24 * time.Hour)
		p, err := w.apply(w.admin, false, strings.NewReplacer("slug: ship,", "slug: vessel, was: ship,", "ship.crew", "vessel.crew", "slug: sailors,", "slug: mariners, was: sailors,").Replace(text))
		if err != nil || len(p.Warnings) != 2 || !strings.Contains(p.Warnings[0], "mariners was given vessel.crew for 10 days by the files; that time has passed") || !strings.Contains(p.Warnings[1], "ada owned vessel for 10 days") {
			t.Errorf("%v %v", p.Warnings, err)
		}
		same(t, "the plan", drawn(p), []string{"change role mariners; slug: sailors → mariners", "change app vessel; slug: ship → vessel", "change entitlement vessel.crew; slug: ship.crew → vessel.crew"})
		if n := len(w.gifts("mariners")) + len(w.ownersOf("vessel")); n != 0 {
			t.Errorf("%d given again", n)
		}
	})
}

// TestLimitsOfLengthsInFiles: the tags hold for what files give, before and while they are applied.
func TestLimitsOfLengthsInFiles(t *testing.T) {
	each(t, func(w *world) {
		week := "tags:\n- {name: Week, constraints: {member_time_limit: P7D, owner_time_limit: P7D}}\n"
		if _, err := w.apply(w.admin, false, week+"apps:\n- {slug: vault, name: Vault, tags: [Week]}\n"); err != nil {
			t.Fatal(err)
		}
		role := func(entry string) string { return "roles:\n- {slug: dev, name: Developer, gives: [" + entry + "]}\n" }
		for _, entry := range []string{"{resource: vault, for: 8d}", "{resource: vault, relation: owner, for: 8d}"} {
			p, err := w.s.Plan(w.t.Context(), w.admin, load(t, map[string]string{"a.yaml": role(entry)}), false)
			if err != nil || len(p.Faults) != 1 || !strings.HasPrefix(p.Faults[0].Path, "a.yaml:2:") || !strings.Contains(p.Faults[0].Message, "gives[0].for") || !strings.Contains(p.Faults[0].Message, "7 days") {
				t.Errorf("%s: %v %v", entry, p.Faults, err)
			}
			_, err = w.apply(w.admin, false, role(entry))
			refused(t, entry, err, sallyport.EPrecondition)
			// With the tag in the same files there is nothing to hold it against before.
			_, err = w.apply(w.admin, false, strings.ReplaceAll(week, "Week", "Seven")+"apps:\n- {slug: safe, name: Safe, tags: [Seven]}\n"+role(strings.Replace(entry, "vault", "safe", 1)))
			refused(t, entry+" with its tag", err, sallyport.EPrecondition)
		}
		if _, err := w.apply(w.admin, false, role("vault, {resource: vault, relation: owner, for: 7d}")); err != nil {
			t.Fatal(err)
		}
		for _, g := range w.gifts("dev") {
			if g.NoEnd || g.EndsAt.After(w.clock.Now().Add(7*24*time.Hour)) {
				t.Errorf("%s until %v", g.Relation, g.EndsAt)
			}
		}
		for text, want := range map[string]string{
			role("{resource: vault, for: 0s}"):           "gives[0].for: \"0s\" is no time at all",
			role("{resource: vault, for: 30}"):           "must be a length of time",
			role("{resource: vault, relation: admin}"):   "gives[0].relation: \"admin\" is unknown",
			role("{for: 3d}"):                            "gives[0].resource: is missing",
			role("{resource: vault, until: 2027-01-01}"): "is no field here; known are resource, relation, for",
			role("vault, {resource: vault, for: 3d}"):    "vault is in the list twice",
		} {
			_, faults := catalog.LoadTexts(map[string]string{"a.yaml": text})
			if len(faults) == 0 || !strings.Contains(faults[0].Message, want) || !strings.HasPrefix(faults[0].Path, "a.yaml:2:") {
				t.Errorf("%q: %v", text, faults)
			}
		}
	})
}
