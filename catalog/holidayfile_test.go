package catalog_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

func (w *world) holidays() []string {
	w.t.Helper()
	var out []string
	w.update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.Holidays(ctx, w.tenant)
		for _, h := range list {
			out = append(out, h.Day+" "+h.Name)
		}
		return err
	})
	return out
}

func (w *world) apply(actor sallyport.Actor, prune bool, text string) (sallyport.Plan, error) {
	w.t.Helper()
	return w.s.Apply(w.t.Context(), actor, load(w.t, map[string]string{"a.yaml": text}), catalog.ApplyOptions{Prune: prune})
}

// drawn is a plan in one line each: action, kind, slug, detail and fields.
func drawn(p sallyport.Plan) []string {
	var out []string
	for _, it := range p.Items {
		line := strings.TrimSpace(it.Action + " " + it.Kind + " " + it.Slug)
		for _, c := range it.Fields {
			line += "; " + c.Field + ": " + c.Before + " → " + c.After
		}
		out = append(out, line)
	}
	return out
}

// TestHolidaysInFiles: days and ranges of days are planned, applied, exported and removed like the rest; what came by another
// way stays, and admins alone keep them.
func TestHolidaysInFiles(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("kim")
		w.give("kim", store.SlugCatalogueManager)
		if _, err := w.s.Access.SetHolidays(ctx, w.admin, []sallyport.Holiday{{Day: "2026-12-25", Name: "Xmas"}, {Day: "2027-05-01", Name: "Labour day"}}); err != nil {
			t.Fatal(err)
		}
		const text = "holidays:\n- {day: 2026-12-25, name: Christmas}\n- {from: 2026-12-30, to: \"2027-01-01\", name: Turn of the year}\n- day: 2027-03-26\n"
		if _, err := w.apply(w.actor("kim"), false, text); sallyport.CodeOf(err) != sallyport.EForbidden {
			t.Errorf("by a catalogue manager: %v", err)
		}
		p, err := w.apply(w.admin, false, text)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the plan", drawn(p), []string{"change holiday 2026-12-25; name: Xmas → Christmas; kept_by: page → files", "create holiday 2026-12-30; name:  → Turn of the year",
			"create holiday 2026-12-31; name:  → Turn of the year", "create holiday 2027-01-01; name:  → Turn of the year", "create holiday 2027-03-26"})
		all := []string{"2026-12-25 Christmas", "2026-12-30 Turn of the year", "2026-12-31 Turn of the year", "2027-01-01 Turn of the year", "2027-03-26 ", "2027-05-01 Labour day"}
		same(t, "the days", w.holidays(), all)
		if n := w.events("holidays.changed"); n != 2 {
			t.Errorf("%d events, one for the page and one for the files", n)
		}
		if p, err := w.apply(w.admin, true, text); err != nil || !p.Empty() || p.Same != 5 {
			t.Errorf("the second time: %+v %v", p, err)
		}
		// A name that is given in the page is the files' again at the next apply; the page's own day is nobody else's.
		if _, err := w.s.Access.SetHoliday(ctx, w.admin, sallyport.Holiday{Day: "2026-12-25", Name: "X"}); err != nil {
			t.Fatal(err)
		}
		p, err = w.apply(w.admin, true, strings.Replace(text, "- day: 2027-03-26\n", "", 1))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "a day less", drawn(p), []string{"change holiday 2026-12-25; name: X → Christmas", "remove holiday 2027-03-26"})
		same(t, "the days then", w.holidays(), slices.Delete(slices.Clone(all), 4, 5))
		// Without prune nothing goes, and files without holidays say nothing about them.
		if p, err := w.apply(w.admin, false, "holidays:\n- {day: 2026-12-25, name: Christmas}\n"); err != nil || !p.Empty() {
			t.Errorf("fewer without prune: %+v %v", p, err)
		}
		texts, err := w.s.Export(ctx, w.admin)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := w.s.Plan(ctx, w.admin, load(t, texts), true)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "what was exported, loaded again", drawn(plan), []string{"change holiday 2027-05-01; kept_by: page → files"})
		for text, want := range map[string]string{
			"holidays:\n- {day: 2026-02-30}\n":                           "a.yaml:2:9: holidays, day: \"2026-02-30\" is no day",
			"holidays:\n- {name: X}\n":                                   "a.yaml:2:3: holidays, day: write either day, or from and to",
			"holidays:\n- {day: 2026-01-01, from: 2026-01-01}\n":         "write either day",
			"holidays:\n- {from: 2026-01-05, to: 2026-01-01}\n":          "a.yaml:2:26: holidays, to: is before from",
			"holidays:\n- {from: 2026-01-05, to: 2036-01-01}\n":          "an entry takes 366",
			"holidays:\n- {day: 2026-01-01}\n- {day: 2026-01-01}\n":      "2026-01-01 is there already, at a.yaml:2:3",
			"holidays:\n- {day: [2026-01-01]}\n":                         "a.yaml:2:9",
			"holidays:\n- {day: 2026-01-01, names: X}\n":                 "is no field here; known are day, from, to, name",
			"holidays:\n- {day: 2026-01-01, name: \"a\\u202Eb\"}\n":      "is no name",
			"holidays:\n- {day: }\n":                                     "a.yaml:2:",
			"holidays:\n- {from: 2026-01-01, to: soon, name: Too far}\n": "\"soon\" is no day",
		} {
			_, faults := catalog.LoadTexts(map[string]string{"a.yaml": text})
			if len(faults) != 1 || !strings.Contains(faults[0].Path+": "+faults[0].Message, want) {
				t.Errorf("%q: %v", text, faults)
			}
		}
	})
}
