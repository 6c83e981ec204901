package catalog_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestRenamesInFiles: what gets another slug in files says what it was, and everybody keeps what they have; parts follow
// their app, and what a role gives goes with it.
func TestRenamesInFiles(t *testing.T) {
	each(t, func(w *world) {
		w.people("a")
		const before = "apps:\n- {slug: ship, name: Ship, entitlements: [{slug: crew, name: Crew}]}\n- {slug: wiki, name: Wiki}\nroles:\n- {slug: sailors, name: Sailors, gives: [ship.crew, wiki]}\n"
		if _, err := w.apply(w.admin, false, before); err != nil {
			t.Fatal(err)
		}
		w.give("a", "sailors")
		w.have("at first", "ship.crew", "a")
		was := w.resource("sailors").ID
		const after = "apps:\n- {slug: vessel, name: Vessel, was: ship, entitlements: [{slug: crew, name: Crew}]}\n- {slug: wiki, name: Wiki}\nroles:\n- {slug: mariners, name: Mariners, was: sailors, gives: [vessel.crew, wiki]}\n"
		p, err := w.apply(w.admin, true, after)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the plan", drawn(p), []string{"change role mariners; slug: sailors → mariners; name: Sailors → Mariners",
			"change app vessel; slug: ship → vessel; name: Ship → Vessel", "change entitlement vessel.crew; slug: ship.crew → vessel.crew"})
		w.have("under the new name", "vessel.crew", "a")
		w.have("of another app", "wiki", "a")
		if w.resource("mariners").ID != was {
			t.Error("it is another role")
		}
		if p, err := w.apply(w.admin, true, after); err != nil || !p.Empty() {
			t.Errorf("the second time: %v %v", drawn(p), err)
		}
		// Without a word about what it was, the plan says that two things are meant.
		p, err = w.s.Plan(w.t.Context(), w.admin, load(t, map[string]string{"a.yaml": strings.Replace(strings.Replace(after, "slug: mariners", "slug: hands", 1), ", was: sailors", "", 1)}), true)
		if err != nil || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "write was: mariners at hands") || p.Counts["remove role"] != 1 {
			t.Errorf("without was: %v %v %v", drawn(p), p.Warnings, err)
		}
		for text, want := range map[string]string{
			"roles:\n- {slug: x, name: X, was: mariners}\napps:\n- {slug: wiki, name: Wiki, flow: {stages: [{approvers: [role:mariners]}]}}\n": "mariners is called x by then",
			"apps:\n- {slug: x, name: X, was: vessel}\n- {slug: y, name: Y, was: vessel}\n":                                                    "vessel becomes something already",
		} {
			p, err := w.s.Plan(w.t.Context(), w.admin, load(t, map[string]string{"a.yaml": text}), false)
			if err != nil || len(p.Faults) == 0 || !strings.Contains(p.Faults[0].Message, want) {
				t.Errorf("%q: %v %v", text, p.Faults, err)
			}
		}
		if _, err := w.apply(w.admin, false, "groups:\n- {slug: g, name: G}\napps:\n- {slug: wiki, name: Wiki, audience: g}\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.apply(w.admin, false, "groups:\n- {slug: h, name: H, was: g}\n"); sallyport.CodeOf(err) != sallyport.EPrecondition || !strings.Contains(err.Error(), "needed by wiki") {
			t.Errorf("what is named by its slug: %v", err)
		}
	})
}

// TestNamesThatMoveInFiles: what one thing gives up within one apply, another may take, whichever comes first: names that move
// on or are exchanged, of what is removed, converted, or renamed with its app.
func TestNamesThatMoveInFiles(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []struct{ what, before, after string }{
			{"shifted", "groups: [{slug: n1, name: N one}, {slug: n2, name: N two}]", "groups: [{slug: n1, name: N two}, {slug: n2, name: N three}]"},
			{"exchanged", "groups: [{slug: n1, name: N one}, {slug: n2, name: N two}]", "groups: [{slug: n1, name: N two}, {slug: n2, name: n ONE}]"},
			{"removed", "groups: [{slug: n1, name: N one}]\nroles: [{slug: r, name: R, audience: n1}]", "groups: [{slug: n2, name: N one}]\nroles: [{slug: r, name: R, audience: n2}]"},
			{"removed with its app", "apps: [{slug: a, name: A, entitlements: [{slug: x, name: X}]}, {slug: b, name: B}]", "apps: [{slug: b, name: A}]"},
			{"converted", "groups: [{slug: n1, name: N one}, {slug: n2, name: N two}]", "groups: [{slug: n2, name: N one}]\napps: [{slug: a, name: A, entitlements: [{slug: n1, name: N one, was: n1}]}]"},
			{"converted and renamed", "groups: [{slug: n1, name: N one}]\nroles: [{slug: r, name: N one}]", "roles: [{slug: r, name: N one}, {slug: n1, name: N two}]"},
			{"converted, renamed and under another slug", "groups: [{slug: n1, name: N one}]\nroles: [{slug: r, name: N one}]", "roles: [{slug: r, name: N one}, {slug: n2, name: N two, was: n1}]"},
			{"converted to the name that another gives up", "groups: [{slug: n1, name: N one}]\nroles: [{slug: r, name: N one}, {slug: q, name: N two}]", "roles: [{slug: r, name: N one}, {slug: n1, name: n Two}, {slug: q, name: N three}]"},
			{"moved and renamed", "apps: [{slug: a, name: A, entitlements: [{slug: x, name: X}]}, {slug: b, name: B, entitlements: [{slug: z, name: X}]}]", "apps: [{slug: a, name: A}, {slug: b, name: B, entitlements: [{slug: z, name: X}, {slug: y, name: Y, was: a.x}]}]"},
			{"under another slug", "groups: [{slug: n1, name: N one}, {slug: n2, name: N two}]", "groups: [{slug: n2, name: N one}, {slug: n3, name: N three, was: n1}]"},
			{"in a renamed app", "apps: [{slug: a, name: A, entitlements: [{slug: x, name: X}, {slug: y, name: Y}]}]", "apps: [{slug: b, name: A, was: a, entitlements: [{slug: x, name: Y}, {slug: y, name: Z}]}]"},
		} {
			for _, text := range []string{c.before, c.after} {
				text += "\nwork_orders: [{slug: keep, name: Keep}]\n"
				if _, err := w.apply(w.admin, true, text); err != nil {
					w.t.Fatalf("%s: %v", c.what, err)
				}
				if p, err := w.apply(w.admin, true, text); err != nil || !p.Empty() {
					w.t.Errorf("%s, the second time: %v %v", c.what, drawn(p), err)
				}
			}
			w.update(func(ctx context.Context, tx *store.Tx) error {
				return tx.Rows(ctx, `SELECT name, name_key FROM resources WHERE tenant_id=$1 AND deleted_at IS NULL`, []any{w.tenant}, func(r *sql.Rows) error {
					var name, key string
					if err := r.Scan(&name, &key); err != nil || key != store.Fold(name) {
						w.t.Errorf("%s: %q is kept as %q: %v", c.what, name, key, err)
					}
					return nil
				})
			})
		}
		// The other name of what was converted is recorded.
		if l := w.log("resource.converted"); len(l) == 0 || !slices.ContainsFunc(w.log("resource.changed"), func(e sallyport.Event) bool {
			changed, _ := e.Body["changed"].([]any)
			return e.Object.ID == l[0].Object.ID && slices.Contains(changed, any("name"))
		}) {
			w.t.Errorf("no event of the new name: %+v", l)
		}
		// What keeps its name does not yield it, in a renamed app either.
		p, err := w.s.Plan(w.t.Context(), w.admin, load(t, map[string]string{"a.yaml": "apps: [{slug: c, name: C, was: b, entitlements: [{slug: w, name: Z}]}]\n"}), false)
		if err != nil || len(p.Faults) != 1 || !strings.Contains(p.Faults[0].Message, "w, name: is that of b.y already") {
			w.t.Errorf("a name that is kept: %v %v", p.Faults, err)
		}
	})
}

// TestNeededByWhatIsHidden: what names a group and is hidden from who asks is neither counted nor named, by every way.
func TestNeededByWhatIsHidden(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim")
		w.give("kim", store.SlugCatalogueManager)
		kim := w.actor("kim")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Finance"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Secret Ledger", Audience: "finance"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Flow: &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:finance"}, Rule: "any"}}}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Books"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Secret Readers", Audience: "finance"})
		w.gave(sallyport.Give{Subject: "role:secret-readers", Resource: "books", NoEnd: true})
		rename := func(actor sallyport.Actor, slug string) error {
			_, err := w.s.UpdateResource(t.Context(), actor, slug, sallyport.ResourcePatch{Slug: &[]string{"other"}[0]}, 0)
			return err
		}
		convert := func(slug string) error {
			_, err := w.s.Convert(t.Context(), kim, slug, catalog.Conversion{Kind: sallyport.KindRole}, 0)
			return err
		}
		if _, err := w.apply(kim, false, "groups:\n- {slug: other, name: Finance, was: finance}\n"); sallyport.CodeOf(err) != sallyport.EForbidden {
			t.Errorf("by files, which show all: %v", err)
		}
		for way, err := range map[string]error{"renamed": rename(kim, "finance"), "converted": convert("finance"), "given by a role": convert("books")} {
			want := "needed by wiki, something that you may not see:"
			if way == "given by a role" {
				want = "given by a role that you may not see"
			}
			if sallyport.CodeOf(err) != sallyport.EPrecondition || !strings.Contains(err.Error(), want) || strings.Contains(strings.ToLower(err.Error()), "secret") {
				t.Errorf("%s: %v", way, err)
			}
		}
		if err := rename(w.admin, "finance"); err == nil || !strings.Contains(err.Error(), "needed by secret-ledger, secret-readers, wiki:") {
			t.Errorf("an admin: %v", err)
		}
	})
}
