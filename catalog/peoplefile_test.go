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

func TestFaultsOfAFileOfPeople(t *testing.T) {
	head := "login,name,email,manager,groups,active\n"
	for what, c := range map[string]struct{ text, place, words string }{
		"empty":               {"", "f:1", "empty"},
		"no login":            {"name,email\nAda,a@x.test\n", "f:1", `"login" is missing`},
		"an unknown column":   {"login,name,shoe size\n", "f:1", `"shoe size" is unknown`},
		"a column twice":      {"login,name,name\n", "f:1", "stands twice"},
		"a ragged row":        {head + "ada,Ada,a@x.test,,,\nben,Ben\n", "f:3", "2 fields where the first line has 6"},
		"quotes":              {head + "ada,\"Ada,a@x.test\n", "f:", "quotes"},
		"UTF-16":              {"\xff\xfel\x00o\x00", "f:1", "UTF-16"},
		"Latin-1":             {head + "ada,Ada,,,,\njose,Jos\xe9,,,,\n", "f:3", "Latin-1"},
		"a login twice":       {head + "ada,Ada,,,,\nADA,Ada Two,,,,\n", "f:3", "stands twice"},
		"a login as address":  {head + "ada,Ada,b@x.test,,,\nb@x.test,Ben,,,,\n", "f:3", "stands twice"},
		"a login with spaces": {head + "ada l,Ada,,,,\n", "f:2", "not a login"},
		"me":                  {head + "me,Ada,,,,\n", "f:2", "reserved"},
		"no name":             {head + "ada,,,,,\n", "f:2", "name: is empty"},
		"a zero-width name":   {head + "ada,A\u200bda,,,,\n", "f:2", "cannot be seen"},
		"an address":          {head + "ada,Ada,nowhere,,,\n", "f:2", "not an e-mail address"},
		"active":              {head + "ada,Ada,,,,perhaps\n", "f:2", "neither true nor false"},
		"not JSON":            {"[{\"login\": \"ada\"\n,,]", "f:2", "not JSON"},
		"a JSON key twice":    {"[\n{\"login\":\"a\",\"name\":\"A\"},\n{\"login\":\"b\",\"login\":\"c\",\"name\":\"B\"}]", "f:3", "stands twice"},
		"an unknown key":      {"[\n{\"login\":\"a\",\"name\":\"A\",\"shoe\":1}]", "f:2", "unknown field"},
		"a type":              {"[\n{\"login\":5,\"name\":\"A\"}]", "f:2", "string is expected"},
		"more behind":         {"[] []", "f:1", "behind the end"},
	} {
		snap := catalog.ReadPeople("f", c.text)
		found := false
		for _, f := range snap.Faults {
			found = found || strings.HasPrefix(f.Path, c.place) && strings.Contains(f.Message, c.words)
		}
		if !found {
			t.Errorf("%s: no fault at %s with %q in %v", what, c.place, c.words, snap.Faults)
		}
	}
	var lines []string
	for _, f := range catalog.ReadPeople("f", head+"ada,,,,,\nben,Ben,x,,,\nC,C,,,,perhaps\n\nada,Ada,,,\n"+strings.Repeat("dora,Dora,,,,\n", 6)).Faults {
		lines = append(lines, f.Path)
	}
	if got := strings.Join(lines, " "); got != "f:2 f:3 f:4 f:6 f:8 f:9 f:10 f:11 f:12" {
		t.Errorf("faults at %s", got)
	}
	good := catalog.ReadPeople("f", "\ufeffLogin;Name;E-Mail;Groups\r\nada;=Ada, the first;ada@x.test;Team|Chess\r\n")
	if len(good.Faults) > 0 || len(good.People) != 1 || len(good.Groups) != 2 || good.People[0].Name != "=Ada, the first" {
		t.Errorf("%+v", good)
	}
}

func TestImportingAFile(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		head := "login,name,email,title,department,manager,groups,active\n"
		in := func(text string, o catalog.SyncOptions) (sallyport.Sync, error) {
			return w.s.ImportPeople(ctx, w.admin, "people.csv", head+text, o)
		}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "chess", Name: "Chess club"})
		first := "ada,Ada,ada@x.test,Lead,R&D,,chess;Team,true\nben,Ben,ben@x.test,,R&D,ada,Team,true\ncleo,Cleo,,,,ben@x.test,,\ndan,Dan,,,,,,false\n"
		run, err := in(first, catalog.SyncOptions{Preview: true})
		if err != nil || run.State != sallyport.SyncPreview || run.Plan.Counts["create person"] != 3 || run.Plan.Counts["add membership"] != 3 || w.events("user.created") != 1 {
			t.Fatalf("%+v %v", run, err)
		}
		if run, err = in(first, catalog.SyncOptions{}); err != nil || run.State != sallyport.SyncApplied {
			t.Fatalf("%+v %v", run, err)
		}
		if m := w.user("cleo").Manager; m == nil || m.Login != "ben" {
			t.Errorf("a manager by address: %v", m)
		}
		if !w.holds("ada", "team") || !w.holds("ada", "chess") || w.resource("team").Managed || !w.resource("chess").Managed {
			t.Error("groups of the file")
		}
		if run, err = in(first, catalog.SyncOptions{}); err != nil || !run.Plan.Empty() {
			t.Errorf("the second time: %+v %v", run.Plan, err)
		}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki"})
		w.give("ben", "wiki")
		// Ben leaves, Ada is disabled for a while, Cleo changes; then Ada and Ben are back.
		run, err = in("ada,Ada,ada@x.test,Lead,R&D,,chess;Team,no\ncleo,Cleo Kwan,cleo@x.test,,,,Team,\n", catalog.SyncOptions{})
		if err != nil || run.Plan.Counts["leave person"] != 2 || run.Plan.Counts["change person"] != 1 {
			t.Errorf("%+v %v", run, err)
		}
		if w.user("ben").State != sallyport.UserGone || w.user("ada").State != sallyport.UserSuspended || w.holds("ben", "wiki") || w.holds("ada", "team") {
			t.Error("leavers keep something")
		}
		if u := w.user("cleo"); u.Manager != nil || u.Name != "Cleo Kwan" || !w.holds("cleo", "team") {
			t.Errorf("%+v", u)
		}
		run, err = in(strings.Replace(first, "cleo,Cleo,", "cleo,Cleo Kwan,", 1), catalog.SyncOptions{})
		if err != nil || run.Plan.Counts["return person"] != 2 || w.user("ben").State != sallyport.UserActive {
			t.Errorf("%+v %v", run, err)
		}
		if w.holds("ben", "wiki") || w.events("user.returned") != 2 {
			t.Error("a return restores nothing")
		}
	})
}

// Who was taken out of a group of Sallyport's own stays out, whatever the file says (domain rule 6): whom the file itself
// took out, or who left, it brings in again. Groups of the file alone are followed.
func TestAFileDoesNotGiveAgainWhatEndedHere(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "chess", Name: "Chess club"})
		in := func(ada, ben string) sallyport.Plan {
			t.Helper()
			run, err := w.s.ImportPeople(ctx, w.admin, "f.csv", "login,name,groups,active\nada,Ada,"+ada+"\nben,Ben,"+ben+"\n", catalog.SyncOptions{AcceptShrink: true})
			if err != nil || run.State != sallyport.SyncApplied {
				t.Fatalf("%+v %v", run, err)
			}
			return run.Plan
		}
		in("chess,", "chess,")
		in(",", "chess,no")
		in("chess,", "chess,")
		if !w.holds("ada", "chess") || !w.holds("ben", "chess") {
			t.Fatal("who was out of the file is back in it")
		}
		ada, chess := w.user("ada").ID, w.resource("chess").ID
		w.update(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{SubjectKind: sallyport.SubjectUser, SubjectID: ada, ResourceID: chess}, store.Page{})
			if err != nil {
				return err
			}
			for _, g := range l.Items {
				if g.EndedAt == nil {
					_, err = w.s.Access.EndTx(ctx, tx, w.admin, g.ID, "no longer a member in f.csv") // whatever words somebody uses
				}
			}
			return err
		})
		if plan := in("chess,", "chess,"); w.holds("ada", "chess") || !w.holds("ben", "chess") || plan.Counts["add membership"] != 0 || len(plan.Warnings) != 1 || !strings.Contains(plan.Warnings[0], "1 memberships") {
			t.Errorf("who was taken out here is in it again: %+v", plan)
		}
		in("chess,no", "chess,") // she leaves without being in it
		if in("chess,", "chess,"); w.holds("ada", "chess") {
			t.Error("leaving and coming back is a way in")
		}
		w.give("ada", "chess")
		if in("chess,", "chess,"); !w.holds("ada", "chess") {
			t.Error("what is given here stays")
		}
	})
}

// One of Sallyport's own groups may be named by its slug and by its name, in one file and by one person: it is one list of
// people, and the same file again changes nothing. Its slug goes before another's name.
func TestAFileNamesAnOwnGroupInTwoWays(t *testing.T) {
	each(t, func(w *world) {
		for slug, name := range map[string]string{"night": "Night shift", "alfa": "Bravo", "bravo": "Alfa"} {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Slug: slug, Name: name})
		}
		in := func(rows string, adds, ends int) {
			w.t.Helper()
			run, err := w.s.ImportPeople(w.t.Context(), w.admin, "f.csv", "login,name,groups\n"+rows, catalog.SyncOptions{})
			if err != nil || run.State != sallyport.SyncApplied || run.Plan.Counts["add membership"] != adds || run.Plan.Counts["end membership"] != ends {
				w.t.Fatalf("%+v %v", run, err)
			}
		}
		const file = "zoe,Zoe,night\nyan,Yan,Night shift\nxi,Xi,night;Night shift\nabe,Abe,alfa\nbob,Bob,bravo\n"
		in(file, 5, 0)
		in(file, 0, 0)
		in(strings.Replace(file, "Xi,night;Night shift", "Xi,", 1), 0, 1)
		same(t, "the night", w.who("night"), []string{"yan", "zoe"})
		same(t, "by its slug", w.who("alfa"), []string{"abe"})
		same(t, "by the other's", w.who("bravo"), []string{"bob"})
	})
}

func TestAFileWithFaults(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		text := "login,name,manager\nada,Ada,nobody\nben,Ben,cleo\ncleo,Cleo,dan\ndan,Dan,ben\neve,,\n"
		_, err := w.s.ImportPeople(ctx, w.admin, "f.csv", text, catalog.SyncOptions{})
		refused(t, "a fault", err, sallyport.EInvalid)
		_, err = w.s.ImportPeople(ctx, w.admin, "f.csv", strings.Replace(text, "eve,,\n", "", 1), catalog.SyncOptions{})
		if e, ok := err.(*sallyport.Error); !ok || len(e.Fields) != 4 || e.Fields[0].Path != "f.csv:2" {
			t.Errorf("an unknown manager and a circle: %v", err)
		}
		if w.events("user.created") != 1 {
			t.Error("something was applied")
		}
		run, err := w.s.ImportPeople(ctx, w.admin, "f.csv", text, catalog.SyncOptions{SkipInvalid: true})
		if err != nil || run.Plan.Counts["create person"] != 4 || len(run.Plan.Faults) != 5 {
			t.Errorf("%+v %v", run.Plan, err)
		}
		for _, login := range []string{"ada", "ben", "cleo", "dan"} {
			if m := w.user(login).Manager; m != nil {
				t.Errorf("%s has the manager %s", login, m.Login)
			}
		}
		// Whoever is known and has a faulty line does not leave.
		run, err = w.s.ImportPeople(ctx, w.admin, "f.csv", "login,name\nada,Ada\nben,\ncleo,Cleo\ndan,Dan\n", catalog.SyncOptions{SkipInvalid: true})
		if err != nil || run.Removes != 0 || w.user("ben").State != sallyport.UserActive {
			t.Errorf("%+v %v", run.Plan, err)
		}
	})
}

func TestAFileThatShrinks(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		file := func(n int) string {
			var b strings.Builder
			b.WriteString("login,name\n")
			for i := range n {
				fmt.Fprintf(&b, "p%d,Person %d\n", i, i)
			}
			return b.String()
		}
		in := func(n int, o catalog.SyncOptions) sallyport.Sync {
			t.Helper()
			run, err := w.s.ImportPeople(ctx, w.admin, "f.csv", file(n), o)
			if err != nil {
				t.Fatal(err)
			}
			return run
		}
		in(40, catalog.SyncOptions{})
		if run := in(36, catalog.SyncOptions{}); run.State != sallyport.SyncApplied || run.Removes != 4 {
			t.Errorf("a tenth: %+v", run)
		}
		if run := in(3, catalog.SyncOptions{}); run.State != sallyport.SyncRefused || !strings.Contains(run.Error, "33 of 36 people") {
			t.Errorf("a tenth is left: %+v", run)
		}
		if w.events("user.left") != 4 {
			t.Error("the refused run ended something")
		}
		if run := in(3, catalog.SyncOptions{AcceptShrink: true}); run.State != sallyport.SyncApplied || run.Removes != 33 {
			t.Errorf("accepted: %+v", run)
		}
		if run := in(0, catalog.SyncOptions{}); run.State != sallyport.SyncRefused {
			t.Errorf("nobody: %+v", run)
		}
	})
}
