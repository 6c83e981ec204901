package catalog_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
)

func load(t *testing.T, texts map[string]string) catalog.Files {
	t.Helper()
	f, faults := catalog.LoadTexts(texts)
	for _, bad := range faults {
		t.Errorf("%s: %s", bad.Path, bad.Message)
	}
	return f
}

func TestTheExampleCatalogue(t *testing.T) {
	f, faults := catalog.Load(os.DirFS("../examples/catalogue"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	each(t, func(w *world) {
		ctx := w.t.Context()
		p, err := w.s.Plan(ctx, w.admin, f, true)
		if err != nil || len(p.Faults) > 0 || p.Creates != f.Len()-1 || p.Changes != 2 || p.Counts["change gives"] != 1 || p.Counts["change creation_rule"] != 1 || p.Removes != 0 {
			t.Fatalf("%d of %d to create: %+v %v", p.Creates, f.Len(), p.Faults, err)
		}
		if _, err := w.s.Apply(ctx, w.admin, f, catalog.ApplyOptions{Prune: true, Hash: p.Hash}); err != nil {
			t.Fatal(err)
		}
		again, err := w.s.Apply(ctx, w.admin, f, catalog.ApplyOptions{Prune: true})
		if err != nil || !again.Empty() || again.Same != f.Len() {
			t.Fatalf("the second time: %+v %v", again, err)
		}
		_, err = w.s.Apply(ctx, w.admin, f, catalog.ApplyOptions{Prune: true, Hash: p.Hash})
		refused(t, "a plan that was made for another state", err, sallyport.EConflict)
		r := w.resource("github.admin")
		if r.Source != "catalogue" || r.Durations.Max != sallyport.Day || r.Flow.Stages[0].Rule != "2" || r.App.Slug != "github" {
			t.Errorf("%+v", r)
		}
		if a := w.resource("vpn-users").Audience; a == nil || a.Slug != "staff" {
			t.Errorf("the audience that comes later in the file: %v", a)
		}

		// What is exported and loaded again changes nothing.
		texts, err := w.s.Export(ctx, w.admin)
		if err != nil {
			t.Fatal(err)
		}
		p, err = w.s.Plan(ctx, w.admin, load(t, texts), true)
		if err != nil || !p.Empty() || p.Same != f.Len() {
			t.Errorf("after export: %+v %v", p, err)
		}
	})
}

func TestAPlanShowsWhatChanges(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.people("ada", "ben")
		apply := func(text string, o catalog.ApplyOptions) sallyport.Plan {
			t.Helper()
			p, err := w.s.Apply(ctx, w.admin, load(t, map[string]string{"a.yaml": text}), o)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "By hand", Owners: []string{"ada"}})
		apply("apps:\n- {slug: wiki, name: Wiki, owners: [ada], entitlements: [{slug: edit, name: Edit}]}\ngroups:\n- {slug: team, name: Team}\n", catalog.ApplyOptions{})
		// Owners that are not in the file stay; a removal needs prune, and leaves alone what the files never had.
		p := apply("apps:\n- {slug: wiki, name: Wiki, description: What we know, durations: {max: 90d}, entitlements: [{slug: edit, name: Edit, owners: [ben]}]}\n", catalog.ApplyOptions{})
		if p.Changes != 2 || p.Removes != 0 || len(w.resource("wiki").Owners) != 1 {
			t.Errorf("%+v %v", p, w.resource("wiki").Owners)
		}
		var fields []string
		for _, it := range p.Items {
			for _, f := range it.Fields {
				fields = append(fields, it.Slug+"."+f.Field+"="+f.After)
			}
		}
		if got := strings.Join(fields, " "); got != `wiki.description=What we know wiki.durations={"max":"P90D"} wiki.edit.owners=ben` {
			t.Error(got)
		}
		text := "apps:\n- {slug: wiki, name: Wiki}\n"
		_, err := w.s.Apply(ctx, w.actor("ada"), load(t, map[string]string{"a.yaml": text}), catalog.ApplyOptions{})
		refused(t, "anybody applies", err, sallyport.EForbidden)
		p = apply(text, catalog.ApplyOptions{Prune: true})
		if p.Removes != 2 {
			t.Errorf("%+v", p)
		}
		_, err = w.s.Apply(ctx, w.admin, load(t, map[string]string{"a.yaml": "groups: []\n"}), catalog.ApplyOptions{Prune: true})
		refused(t, "everything goes", err, sallyport.EPrecondition)
		w.resource("by-hand")
	})
}

func TestTheGuardAgainstRemovals(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		catalogue := func(n int) catalog.Files {
			var b strings.Builder
			b.WriteString("groups:\n")
			for i := range n {
				fmt.Fprintf(&b, "- {slug: g%d, name: Group %d}\n", i, i)
			}
			return load(t, map[string]string{"g.yaml": b.String()})
		}
		if _, err := w.s.Apply(ctx, w.admin, catalogue(60), catalog.ApplyOptions{}); err != nil {
			t.Fatal(err)
		}
		_, err := w.s.Apply(ctx, w.admin, catalogue(30), catalog.ApplyOptions{Prune: true})
		refused(t, "half goes", err, sallyport.EPrecondition)
		p, err := w.s.Apply(ctx, w.admin, catalogue(30), catalog.ApplyOptions{Prune: true, AllowRemovals: true})
		if err != nil || p.Removes != 30 {
			t.Errorf("%+v %v", p, err)
		}
	})
}

func TestNothingIsAppliedWhenOneThingIsWrong(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Taken"})
		f := load(t, map[string]string{"a.yaml": "groups:\n  - slug: fine\n    name: Fine\napps:\n  - slug: a\n    name: A\n    owners: [nobody]\n    flow:\n      stages:\n" +
			"        - approvers:\n            - manager\n            - group:none\n    fulfilment: {kind: connector, connection: none, target: x}\n  - slug: mine\n    name: TAKEN\n  - slug: b\n    name: TAKEN too\n    audience: gone\n"})
		p, err := w.s.Plan(ctx, w.admin, f, false)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, bad := range p.Faults {
			got = append(got, bad.Path)
			t.Logf("%s: %s", bad.Path, bad.Message)
		}
		for _, want := range []string{"a.yaml:7:14", "a.yaml:12:15", "a.yaml:13:47", "a.yaml:15:11", "a.yaml:18:15"} {
			if !strings.Contains(strings.Join(got, " "), want) {
				t.Errorf("no fault at %s: %v", want, got)
			}
		}
		_, err = w.s.Apply(ctx, w.admin, f, catalog.ApplyOptions{})
		refused(t, "apply with faults", err, sallyport.EPrecondition)
		if n := w.events("resource.created"); n != 5 {
			t.Errorf("%d resources were made", n)
		}
	})
}

func TestConnectionsInFiles(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		text := "connections:\n- slug: corp\n  name: Corp\n  kind: ldap\n  settings: {url: 'ldap://x.test', people_base: 'ou=p,dc=x', bind_dn: 'cn=a,dc=x', page_size: 50}\n"
		p, err := w.s.Apply(ctx, w.admin, load(t, map[string]string{"c.yaml": text}), catalog.ApplyOptions{})
		if err != nil || p.Creates != 1 || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "bind_password") {
			t.Fatalf("%+v %v", p, err)
		}
		if _, err := w.s.UpdateConnection(ctx, w.admin, "corp", sallyport.ConnectionPatch{Settings: map[string]string{"bind_password": "hush"}}, 0); err != nil {
			t.Fatal(err)
		}
		p, err = w.s.Apply(ctx, w.admin, load(t, map[string]string{"c.yaml": text}), catalog.ApplyOptions{Prune: true})
		if err != nil || !p.Empty() || len(p.Warnings) != 0 {
			t.Errorf("%+v %v", p, err)
		}
		p, err = w.s.Apply(ctx, w.admin, load(t, map[string]string{"c.yaml": strings.Replace(text, "page_size: 50", "page_size: 60", 1)}), catalog.ApplyOptions{})
		if err != nil || p.Changes != 1 || p.Items[0].Fields[0].Field != "settings.page_size" {
			t.Errorf("%+v %v", p, err)
		}
		for what, bad := range map[string]string{
			"c.yaml:5:": strings.Replace(text, "page_size: 50", "bind_password: hush", 1), "c.yaml:4:9": strings.Replace(text, "ldap\n", "x500\n", 1),
			"c.yaml:5:19": strings.Replace(text, "ldap://x", "http://x", 1),
		} {
			p, err := w.s.Plan(ctx, w.admin, load(t, map[string]string{"c.yaml": bad}), false)
			if err != nil || len(p.Faults) == 0 || !strings.HasPrefix(p.Faults[0].Path, what) {
				t.Errorf("%s: %+v %v", what, p.Faults, err)
			}
		}
	})
}
