package catalog_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// asks files a request for something new, which has to succeed.
func (w *world) asks(login string, n sallyport.NewThing) sallyport.Request {
	w.t.Helper()
	r, err := w.s.Access.Ask(w.t.Context(), w.actor(login), sallyport.Ask{Create: &n, Reason: "the team needs it"})
	if err != nil {
		w.t.Fatalf("%s asks for %s: %v", login, n.Name, err)
	}
	return r
}

func (w *world) approves(login string, r sallyport.Request, edited *sallyport.NewThing) (sallyport.Request, error) {
	w.t.Helper()
	return w.s.Access.Vote(w.t.Context(), w.actor(login), r.ID, sallyport.Ballot{Vote: sallyport.VoteApprove, Edited: edited, Version: r.Version})
}

// caused lists the verbs and actors of the events whose cause is a request.
func (w *world) caused(id string) []string {
	w.t.Helper()
	var out []string
	err := w.db.View(w.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT e.verb, u.login FROM events e LEFT JOIN users u ON u.tenant_id=e.tenant_id AND u.id=e.actor_id WHERE e.tenant_id=$1 AND e.leaf LIKE $2 ORDER BY e.id`,
			[]any{w.tenant, `%"cause":"` + id + `"%`}, func(r *sql.Rows) error {
				var verb, login string
				err := r.Scan(&verb, &login)
				out = append(out, verb+" by "+login)
				return err
			})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) ownersOf(slug string) []string {
	var out []string
	for _, o := range w.resource(slug).Owners {
		out = append(out, o.Login)
	}
	slices.Sort(out)
	return out
}

func logins(list []sallyport.UserRef) []string {
	var out []string
	for _, u := range list {
		out = append(out, u.Login)
	}
	slices.Sort(out)
	return out
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestAskForAnApp: anybody asks for an app with its first parts, an admin approves it as edited, and it is made in that
// moment by the way that all things are made, with the request as the cause. Both forms are kept.
func TestAskForAnApp(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "max")
		r := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindApp, Name: "Figma", Description: "Drawing", Owners: []string{"kim", "lea"}, Members: []string{"max"},
			Entitlements: []sallyport.NewPart{{Name: "Editors"}, {Name: "Viewers", Slug: "look"}}})
		if r.Kind != sallyport.RequestCreate || r.State != sallyport.RequestPending || r.Create.Asked.Slug != "figma" || r.Resource.Slug != "sallyport" {
			t.Fatalf("asked: %+v", r)
		}
		same(t, "waits for", logins(r.WaitingFor), []string{"root@example.test"})
		if got := r.About(); got != "the new app Figma" {
			t.Errorf("it is about %q", got)
		}
		if w.events("resource.created") != 4 { // what is built in
			t.Error("something was made before anybody decided")
		}
		edited := sallyport.NewThing{Kind: sallyport.KindApp, Name: "Figma", Slug: "design-figma", Description: "Drawing", Owners: []string{"lea"}, Members: []string{"max"},
			Entitlements: []sallyport.NewPart{{Name: "Editors"}}}
		done, err := w.approves("root@example.test", r, &edited)
		if err != nil {
			t.Fatal(err)
		}
		c := done.Create
		if done.State != sallyport.RequestApproved || done.Resource.Slug != "design-figma" || c.Made == nil || c.Made.Slug != "design-figma" || c.EditedBy == nil || c.EditedBy.Login != "root@example.test" {
			t.Errorf("decided: %s %+v %+v", done.State, done.Resource, c)
		}
		same(t, "owners as asked", logins(c.Asked.Owners), []string{"kim", "lea"})
		same(t, "owners as decided", logins(c.Decided.Owners), []string{"lea"})
		var fields []string
		for _, ch := range c.Changes {
			fields = append(fields, ch.Field+": "+ch.Before+" → "+ch.After)
		}
		same(t, "what was changed", fields, []string{"slug: figma → design-figma", "owners: Person kim, Person lea → Person lea", "entitlements: Editors (editors), Viewers (look) → Editors (editors)"})
		same(t, "owners", w.ownersOf("design-figma"), []string{"lea"})
		if !w.holds("max", "design-figma") || w.resource("design-figma.editors").Name != "Editors" {
			t.Error("members or parts are missing")
		}
		same(t, "events", w.caused(r.ID), []string{"resource.created by root@example.test", "resource.created by root@example.test", "grant.created by root@example.test", "grant.created by root@example.test"})
		for _, verb := range []string{"request.created", "request.edited", "vote.cast", "request.approved", "request.made"} {
			if w.events(verb) != 1 {
				t.Errorf("%s was recorded %d times", verb, w.events(verb))
			}
		}
	})
}

// TestFaultsOfNewThings: the whole form is looked at, each fault with its field; a name that is taken is said at once.
func TestFaultsOfNewThings(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "gone")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Figma"})
		long := sallyport.Duration(1)
		ask := func(n sallyport.NewThing) *sallyport.Error {
			t.Helper()
			_, err := w.s.Access.Ask(t.Context(), w.actor("kim"), sallyport.Ask{Create: &n})
			e, ok := err.(*sallyport.Error)
			if !ok {
				t.Fatalf("%+v: %v", n, err)
			}
			return e
		}
		e := ask(sallyport.NewThing{Kind: sallyport.KindApp, Name: "FIGMA", Slug: "figma", Owners: []string{"kim", "nobody"}, Tags: []string{"none"}, Members: []string{"kim"}, MembersFor: &long,
			Gives: []sallyport.RoleItem{{Resource: "figma"}}, Entitlements: []sallyport.NewPart{{Name: " "}}})
		var paths []string
		for _, f := range e.Fields {
			paths = append(paths, f.Path)
		}
		slices.Sort(paths)
		same(t, "faults", slices.Compact(paths), []string{"create.entitlements[0].name", "create.entitlements[0].slug", "create.gives", "create.members_for", "create.name", "create.owners[1]", "create.slug", "create.tags[0]", "reason"})
		for _, c := range []struct {
			n    sallyport.NewThing
			code sallyport.Code
		}{
			{sallyport.NewThing{Kind: sallyport.KindApp, Name: "Figma"}, sallyport.EConflict},
			{sallyport.NewThing{Kind: sallyport.KindGroup, Name: "Other", Slug: "figma"}, sallyport.EConflict},
			{sallyport.NewThing{Kind: sallyport.KindEntitlement, Name: "Other"}, sallyport.EInvalid},
			{sallyport.NewThing{Kind: sallyport.KindEntitlement, Name: "Other", App: "sallyport"}, sallyport.EPrecondition},
			{sallyport.NewThing{Kind: sallyport.KindWorkOrder, Name: "Other"}, sallyport.EInvalid},
			{sallyport.NewThing{Kind: sallyport.KindRole, Name: "Other", Gives: []sallyport.RoleItem{{Resource: "nothing"}}}, sallyport.EPrecondition},
		} {
			_, err := w.s.Access.Ask(t.Context(), w.actor("kim"), sallyport.Ask{Create: &c.n, Reason: "why"})
			refused(t, string(c.n.Kind)+" "+c.n.Name, err, c.code)
		}
	})
}

// TestNameTakenMeanwhile: somebody made it between asking and approving; the request fails with that cause, and nothing of
// it is made. An edit with another name is made.
func TestNameTakenMeanwhile(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea")
		first := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindGroup, Name: "Writers", Members: []string{"lea"}})
		second := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindGroup, Name: "Readers", Members: []string{"lea"}})
		for _, name := range []string{"Writers", "Readers"} {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: name})
		}
		grants := w.events("grant.created")
		done, err := w.approves("root@example.test", first, nil)
		if err != nil || done.State != sallyport.RequestFailed || !strings.Contains(done.Cause, "writers") || done.Create.Made != nil {
			t.Errorf("a name that was taken meanwhile: %s %q %v", done.State, done.Cause, err)
		}
		if w.events("grant.created") != grants || w.holds("lea", "writers") {
			t.Error("something was given by a request that failed")
		}
		edited := sallyport.NewThing{Name: "Readers", Members: []string{"lea"}, Owners: []string{"kim"}}
		_, err = w.approves("root@example.test", second, &edited)
		refused(t, "an edit with a name that is taken", err, sallyport.EConflict)
		edited.Name = "Readers of books"
		edited.Slug = "book-readers"
		if done, err = w.approves("root@example.test", second, &edited); err != nil || done.State != sallyport.RequestApproved || !w.holds("lea", "book-readers") {
			t.Errorf("an edit with another name: %s %v", done.State, err)
		}
	})
}

// TestWhoDecidesAboutNewThings: about access in an app its owners, about the rest the admins or whom they name; nobody about
// their own, also not who would be a member of it.
func TestWhoDecidesAboutNewThings(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "max", "sec", "olga")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "GitHub", Slug: "github", Owners: []string{"olga", "max"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Security"})
		w.give("sec", "security")
		part := sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "github", Name: "Billing"}
		r := w.asks("kim", part)
		same(t, "decides about access", logins(r.WaitingFor), []string{"max", "olga"})
		if r.Resource.Slug != "github" || r.Create.Asked.Slug != "github.billing" {
			t.Errorf("asked: %+v", r.Create.Asked)
		}
		for _, who := range []string{"kim", "lea", "root@example.test"} {
			_, err := w.approves(who, r, nil)
			refused(t, who+" decides", err, sallyport.EForbidden)
		}
		if done, err := w.approves("olga", r, nil); err != nil || done.Resource.Slug != "github.billing" {
			t.Errorf("an owner of the app: %+v %v", done.Resource, err)
		}
		mine := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "github", Name: "Secrets", Members: []string{"olga"}})
		same(t, "whoever would have it does not decide", logins(mine.WaitingFor), []string{"max"})
		_, err := w.approves("olga", mine, nil)
		refused(t, "a member of what is asked for decides", err, sallyport.EForbidden)
		own := w.asks("max", sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "github", Name: "Own"})
		same(t, "the other owner decides", logins(own.WaitingFor), []string{"olga"})

		stage := sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:security"}}}}
		_, err = w.s.SetCreationRule(t.Context(), w.actor("kim"), sallyport.KindGroup, &stage)
		refused(t, "an employee says who decides", err, sallyport.EForbidden)
		_, err = w.s.SetCreationRule(t.Context(), w.admin, sallyport.KindGroup, &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:nobody"}}}})
		refused(t, "a group that is not there decides", err, sallyport.EPrecondition)
		if _, err = w.s.SetCreationRule(t.Context(), w.admin, sallyport.KindGroup, &stage); err != nil {
			t.Fatal(err)
		}
		g := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindGroup, Name: "Writers"})
		same(t, "decides about groups", logins(g.WaitingFor), []string{"sec"})
		if done, err := w.approves("sec", g, nil); err != nil || done.State != sallyport.RequestApproved {
			t.Errorf("whom the admins named: %v", err)
		}
		same(t, "the requester owns what nobody was named for", w.ownersOf("writers"), []string{"kim"})
		rules, err := w.s.CreationRules(t.Context(), w.actor("kim"))
		if err != nil || len(rules) != 3 || rules[1].Default || !rules[0].Default || rules[1].Flow.Stages[0].Approvers[0] != "group:security" {
			t.Errorf("rules: %+v %v", rules, err)
		}
	})
}

// TestNobodyCouldDecide: the only admin asks; that is said before anything is sent, and refused.
func TestNobodyCouldDecide(t *testing.T) {
	each(t, func(w *world) {
		ask := sallyport.Ask{Create: &sallyport.NewThing{Kind: sallyport.KindApp, Name: "Figma"}, Reason: "why"}
		p, err := w.s.Access.Preview(t.Context(), w.admin, ask)
		if err != nil || len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Message, "nobody could decide") {
			t.Errorf("preview: %+v %v", p.Problems, err)
		}
		_, err = w.s.Access.Ask(t.Context(), w.admin, ask)
		refused(t, "nobody could decide", err, sallyport.EPrecondition)
		w.people("kim")
		p, err = w.s.Access.Preview(t.Context(), w.actor("kim"), ask)
		if err != nil || len(p.Problems) != 0 || len(p.Stages) != 1 || p.Stages[0].Approvers[0].Login != "root@example.test" || p.Resource.Slug != "figma" {
			t.Errorf("preview: %+v %v", p, err)
		}
	})
}

// TestEditsOfApprovers: names and less are any approver's to edit; what goes beyond what was asked needs the right to do it
// without asking, and nobody puts themselves in.
func TestEditsOfApprovers(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "sec", "sid", "olga")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Security"})
		w.give("sec", "security")
		w.give("sid", "security")
		for _, name := range []string{"Vault", "Wiki"} {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: name, Owners: []string{"olga"}})
		}
		if _, err := w.s.SaveTag(t.Context(), w.admin, "", sallyport.Tag{Name: "prod", Enabled: true}, false); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.SetCreationRule(t.Context(), w.admin, sallyport.KindRole, &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:security", "user:olga", "admins"}, Rule: "2"}}}); err != nil {
			t.Fatal(err)
		}
		asked := sallyport.NewThing{Kind: sallyport.KindRole, Name: "Engineer", Owners: []string{"kim"}, Gives: []sallyport.RoleItem{{Resource: "wiki"}}}
		r := w.asks("kim", asked)
		edit := func(change func(*sallyport.NewThing)) *sallyport.NewThing {
			n := asked
			n.Owners, n.Gives = slices.Clone(asked.Owners), slices.Clone(asked.Gives)
			change(&n)
			return &n
		}
		for _, c := range []struct {
			what, who string
			code      sallyport.Code
			change    func(*sallyport.NewThing)
		}{
			{"another owner, by who may not add roles", "sec", sallyport.EForbidden, func(n *sallyport.NewThing) { n.Owners = append(n.Owners, "lea") }},
			{"a member, by who may not add roles", "sec", sallyport.EForbidden, func(n *sallyport.NewThing) { n.Members = []string{"lea"} }},
			{"a tag, by who may not tag it", "sec", sallyport.EForbidden, func(n *sallyport.NewThing) { n.Tags = []string{"prod"} }},
			{"a thing over which one has no say", "sec", sallyport.EForbidden, func(n *sallyport.NewThing) { n.Gives = append(n.Gives, sallyport.RoleItem{Resource: "vault"}) }},
			{"oneself as owner", "root@example.test", sallyport.EForbidden, func(n *sallyport.NewThing) { n.Owners = append(n.Owners, "me") }},
			{"oneself as member", "root@example.test", sallyport.EForbidden, func(n *sallyport.NewThing) { n.Members = []string{"me"} }},
			{"another kind", "root@example.test", sallyport.EInvalid, func(n *sallyport.NewThing) { n.Kind = sallyport.KindGroup; n.Gives = nil }},
			{"an app", "root@example.test", sallyport.EInvalid, func(n *sallyport.NewThing) { n.App = "vault" }},
			{"no owner", "root@example.test", sallyport.EPrecondition, func(n *sallyport.NewThing) { n.Owners = nil }},
			{"somebody unknown", "root@example.test", sallyport.EPrecondition, func(n *sallyport.NewThing) { n.Owners = []string{"who"} }},
			{"a bad name", "root@example.test", sallyport.EInvalid, func(n *sallyport.NewThing) { n.Name = "" }},
		} {
			_, err := w.approves(c.who, r, edit(c.change))
			refused(t, c.what, err, c.code)
		}
		if _, err := w.s.Access.Vote(t.Context(), w.actor("sec"), r.ID, sallyport.Ballot{Vote: sallyport.VoteDeny, Comment: "no", Edited: edit(func(*sallyport.NewThing) {})}); sallyport.CodeOf(err) != sallyport.EInvalid {
			t.Errorf("a denial with an edit: %v", err)
		}
		if w.events("request.edited") != 0 || w.events("vote.cast") != 0 {
			t.Error("what was refused was recorded")
		}
		// An owner of the thing may add it, and any of them a better name.
		done, err := w.approves("olga", r, edit(func(n *sallyport.NewThing) {
			n.Name, n.Slug = "Engineers", "engineers"
			n.Gives = append(n.Gives, sallyport.RoleItem{Resource: "vault"})
		}))
		if err != nil || done.State != sallyport.RequestPending || done.Version != r.Version+1 || done.Create.Now().Name != "Engineers" {
			t.Fatalf("the first of two votes with an edit: %+v %v", done.Create, err)
		}
		_, err = w.approves("sec", r, nil)
		refused(t, "a vote on the form before the edit", err, sallyport.EConflict)
		_, err = w.approves("root@example.test", done, &sallyport.NewThing{Name: "Engineers", Slug: "engineers", Owners: []string{"kim", "lea"}, Gives: []sallyport.RoleItem{{Resource: "wiki"}}})
		refused(t, "wider than others approved", err, sallyport.EPrecondition)
		last, err := w.approves("sec", done, nil)
		if err != nil || last.State != sallyport.RequestApproved || last.Resource.Slug != "engineers" {
			t.Fatalf("the second vote: %s %v", last.State, err)
		}
		// The last vote is of somebody without a say over wiki and vault: both are asked of their owner.
		var filed []string
		for _, f := range last.Create.Filed {
			filed = append(filed, f.Resource.Slug+" "+string(f.State))
		}
		slices.Sort(filed)
		same(t, "asked of others", filed, []string{"vault pending", "wiki pending"})
		one, err := w.s.Access.Request(t.Context(), w.actor("kim"), last.Create.Filed[0].ID)
		if err != nil || one.Kind != sallyport.RequestRoleAccess || one.Beneficiary.Slug != "engineers" || one.Requester.Login != "kim" {
			t.Errorf("what was filed: %+v %v", one, err)
		}
		same(t, "its owner decides", logins(one.WaitingFor), []string{"olga"})
		if _, err := w.approves("olga", one, nil); err != nil {
			t.Error(err)
		}
		if caused := w.caused(r.ID); !slices.Contains(caused, "request.created by sec") {
			t.Errorf("what follows from the request: %v", caused)
		}
	})
}

// TestSameAskedAgain: a newer request of the same person replaces the older, another person is told of it; cancelled and
// expired ones make nothing.
func TestSameAskedAgain(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea")
		n := sallyport.NewThing{Kind: sallyport.KindApp, Name: "Figma"}
		first := w.asks("kim", n)
		_, err := w.s.Access.Ask(t.Context(), w.actor("lea"), sallyport.Ask{Create: &n, Reason: "why"})
		refused(t, "somebody else asks for the same", err, sallyport.EConflict)
		if err == nil || !strings.Contains(err.Error(), first.ID) {
			t.Errorf("it is not said which: %v", err)
		}
		second := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindApp, Name: "Figma", Description: "better said"})
		old, err := w.s.Access.Request(t.Context(), w.actor("lea"), first.ID)
		if err != nil || old.State != sallyport.RequestSuperseded || old.SupersededBy != second.ID {
			t.Errorf("the older: %s %v", old.State, err)
		}
		if _, err := w.s.Access.Cancel(t.Context(), w.actor("kim"), second.ID, "not needed"); err != nil {
			t.Fatal(err)
		}
		_, err = w.approves("root@example.test", second, nil)
		refused(t, "approving what was cancelled", err, sallyport.EConflict)
		third := w.asks("lea", n)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE requests SET expires_at=$1 WHERE id=$2`, store.Micros(tx.Now().Add(-time.Minute)), third.ID)
			return err
		})
		if _, _, err := w.s.Access.RunDeadlines(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r, err := w.s.Access.Request(t.Context(), w.actor("kim"), third.ID); err != nil || r.State != sallyport.RequestExpired {
			t.Errorf("nobody decided: %s %v", r.State, err)
		}
		if w.events("resource.created") != 4 {
			t.Error("something was made without an approval")
		}
		l, err := w.s.Access.Requests(t.Context(), w.actor("kim"), store.RequestFilter{Q: "better said"}, store.Page{})
		if err != nil || len(l.Items) != 1 || l.Items[0].Create == nil || l.Items[0].Create.Asked.Name != "Figma" {
			t.Errorf("searched: %+v %v", l.Items, err)
		}
	})
}

// TestTwoApproveAtOnce: one makes it, the other is told so.
func TestTwoApproveAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "ann", "bob")
		w.give("ann", "sallyport.admin")
		w.give("bob", "sallyport.admin")
		r := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindGroup, Name: "Writers"})
		voters := []sallyport.Actor{w.actor("ann"), w.actor("bob"), w.admin}
		errs := make([]error, len(voters))
		var all sync.WaitGroup
		for i, v := range voters {
			all.Go(func() {
				_, errs[i] = w.s.Access.Vote(context.WithoutCancel(t.Context()), v, r.ID, sallyport.Ballot{Vote: sallyport.VoteApprove, Edited: &sallyport.NewThing{Name: "Writers", Slug: "writers-" + string(rune('a'+i)), Owners: []string{"kim"}}})
			})
		}
		all.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				refused(t, "the second", err, sallyport.EConflict)
			}
		}
		made := 0
		for _, suffix := range []string{"a", "b", "c"} {
			w.update(func(ctx context.Context, tx *store.Tx) error {
				taken, _, err := tx.Taken(ctx, w.tenant, sallyport.KindGroup, "", "writers-"+suffix, "")
				if taken {
					made++
				}
				return err
			})
		}
		if done != 1 || made != 1 || w.events("request.made") != 1 {
			t.Errorf("%d votes counted, %d were made", done, made)
		}
	})
}

// TestHiddenFromOthers: what is for some only is not found in a request by others: neither an app that one asks for access
// in, nor what a new role is to give.
func TestHiddenFromOthers(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "olga")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Insiders"})
		w.give("kim", "insiders")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Secret", Audience: "insiders", Owners: []string{"olga"}})
		_, err := w.s.Access.Ask(t.Context(), w.actor("lea"), sallyport.Ask{Create: &sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "secret", Name: "Part"}, Reason: "why"})
		refused(t, "access in an app that one does not see", err, sallyport.EPrecondition)
		_, err = w.s.Access.Ask(t.Context(), w.actor("lea"), sallyport.Ask{Create: &sallyport.NewThing{Kind: sallyport.KindRole, Name: "R", Gives: []sallyport.RoleItem{{Resource: "secret"}}}, Reason: "why"})
		refused(t, "a role that gives what one does not see", err, sallyport.EPrecondition)
		part := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "secret", Name: "Part"})
		_, err = w.s.Access.Request(t.Context(), w.actor("lea"), part.ID)
		refused(t, "a request about it", err, sallyport.ENotFound)
		role := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindRole, Name: "Writers", Gives: []sallyport.RoleItem{{Resource: "secret"}}})
		seen := func(login string) (int, int, string) {
			r, err := w.s.Access.Request(t.Context(), w.actor(login), role.ID)
			if err != nil {
				t.Fatal(err)
			}
			return len(r.Create.Asked.Gives), r.Create.Asked.Hidden, string(r.Snapshot)
		}
		if gives, hidden, snapshot := seen("lea"); gives != 0 || hidden != 1 || strings.Contains(snapshot, "res_") {
			t.Errorf("others see %d and %d hidden: %s", gives, hidden, snapshot)
		}
		for _, login := range []string{"kim", "root@example.test", "olga"} {
			if gives, _, _ := seen(login); gives != 1 {
				t.Errorf("%s sees %d", login, gives)
			}
		}
		l, err := w.s.Access.Requests(t.Context(), w.actor("lea"), store.RequestFilter{}, store.Page{})
		if err != nil || len(l.Items) != 1 || len(l.Items[0].Create.Asked.Gives) != 0 {
			t.Errorf("the list of others: %+v %v", l.Items, err)
		}
		if done, err := w.approves("root@example.test", role, nil); err != nil || done.State != sallyport.RequestApproved {
			t.Error(err)
		}
	})
}

// TestClosedWithItsApp: a request for access in an app closes when the app goes, and when who asked leaves.
func TestClosedWithItsApp(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "olga")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Owners: []string{"olga"}})
		part := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "wiki", Name: "Part"})
		other := w.asks("lea", sallyport.NewThing{Kind: sallyport.KindApp, Name: "Other"})
		if err := w.s.DeleteResource(t.Context(), w.admin, "wiki", 0, "old"); err != nil {
			t.Fatal(err)
		}
		lea := w.user("lea")
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return w.s.Access.LeaveTx(ctx, tx, sallyport.System(w.tenant), lea, sallyport.UserGone, "has left")
		})
		for _, id := range []string{part.ID, other.ID} {
			r, err := w.s.Access.Request(t.Context(), w.admin, id)
			if err != nil || r.State != sallyport.RequestCancelled || r.Cause == "" {
				t.Errorf("%s: %s %q %v", id, r.State, r.Cause, err)
			}
		}
	})
}

// TestErasedWithWhoAsked: what somebody wrote about a thing that they asked for goes with them; the thing's name stays.
func TestErasedWithWhoAsked(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim")
		r := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindApp, Name: "Figma", Description: "my own words", Entitlements: []sallyport.NewPart{{Name: "Editors", Description: "my own words"}}})
		kim := w.user("kim")
		w.update(func(ctx context.Context, tx *store.Tx) error {
			if err := w.s.Access.LeaveTx(ctx, tx, sallyport.System(w.tenant), kim, sallyport.UserGone, "has left"); err != nil {
				return err
			}
			return tx.EraseUser(ctx, w.admin, kim.ID, "asked for it", false)
		})
		var left int
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, `SELECT (SELECT count(*) FROM creations WHERE asked LIKE $1 OR search_key LIKE $1) + (SELECT count(*) FROM event_values WHERE value LIKE $1)`, []any{"%my own words%"}, &left)
		})
		done, err := w.s.Access.Request(t.Context(), w.admin, r.ID)
		if err != nil || left != 0 || done.Create.Asked.Name != "Figma" || done.Create.Asked.Owners[0].Name != store.ErasedName {
			t.Errorf("%d places have the words; %+v %v", left, done.Create, err)
		}
	})
}
