package access_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// TestInsight: an approver sees what the beneficiary had before, who near them has it and what else of the app they hold,
// on the request and, in short, in the list; and nothing of what is for others only.
func TestInsight(t *testing.T) {
	each(t, func(w *world) {
		wiki := w.res["wiki"].Ref()
		w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "wiki.editors", Name: "Editors", App: &wiki})
		w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "wiki.readers", Name: "Readers", App: &wiki})
		audience := w.res["security"].Ref()
		hidden := w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "wiki.board", Name: "Board", App: &wiki, Audience: &audience})
		w.hold("ken", "wiki.editors", sallyport.Member) // Ada's only peer: both report to Grace
		w.hold("ada", "wiki.readers", sallyport.Member)
		w.hold("ada", hidden.Slug, sallyport.Member)
		w.hold("oscar", "wiki.editors", sallyport.Owner) // who does not own the app, and so does not see the board

		denied, err := w.vote("oscar", w.ask("ada", "wiki.editors"), sallyport.VoteDeny)
		if err != nil || denied.State != sallyport.RequestDenied {
			t.Fatalf("the first is denied: %s %v", denied.State, err)
		}
		got, err := w.vote("oscar", w.ask("ada", "wiki.editors"), sallyport.VoteApprove)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.End(w.ctx, w.as("ada"), got.GrantID, "done"); err != nil {
			t.Fatal(err)
		}
		r := w.ask("ada", "wiki.editors")

		in, err := w.s.Insight(w.ctx, w.as("oscar"), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(in.History) != 1 || in.History[0].ID != got.GrantID || len(in.Requests) != 2 || in.Peers.Have != 1 || in.Peers.Of != 1 || in.Peers.Basis != "manager" {
			t.Errorf("history %d, requests %d, peers %+v", len(in.History), len(in.Requests), in.Peers)
		}
		if len(in.Holds) != 1 || in.Holds[0].Resource.Slug != "wiki.readers" {
			t.Errorf("holds in the app: %+v", in.Holds)
		}
		l, err := w.s.Requests(w.ctx, w.as("oscar"), store.RequestFilter{Assignee: w.users["oscar"].ID, Hints: true}, store.Page{})
		if err != nil || len(l.Items) != 1 || l.Items[0].Hints == nil {
			t.Fatalf("the inbox: %+v %v", l.Items, err)
		}
		if h, want := *l.Items[0].Hints, (sallyport.Hints{Basis: "manager", Have: 1, Of: 1, HadBefore: 1, DeniedBefore: 1, InApp: 1}); h != want {
			t.Errorf("in the list: %+v, want %+v", h, want)
		}
		if l, err = w.s.Requests(w.ctx, w.as("oscar"), store.RequestFilter{Assignee: w.users["oscar"].ID}, store.Page{}); err != nil || l.Items[0].Hints != nil {
			t.Errorf("hints that nobody asked for: %+v %v", l.Items, err)
		}
	})
}

// TestPeersAndTheirRoles: while somebody asks, they see who near them has it and the role by which those people do.
func TestPeersAndTheirRoles(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "dev", Name: "Developer"})
		w.hold("ken", "dev", sallyport.Member)
		day := sallyport.Day
		if _, err := w.s.Give(w.ctx, w.as("root"), sallyport.Give{Subject: "role:dev", Resource: "wiki", NoEnd: true, Reason: "they need it"}); err != nil {
			t.Fatal(err)
		}
		p, err := w.s.Preview(w.ctx, w.as("ada"), sallyport.Ask{Resource: "wiki", Duration: &day})
		if err != nil {
			t.Fatal(err)
		}
		if p.Peers.Basis != "manager" || p.Peers.Of != 1 || p.Peers.Have != 1 || p.Peers.People[0].Login != "ken" || len(p.Peers.Roles) != 1 || p.Peers.Roles[0].Role.Slug != "dev" || p.Peers.Roles[0].People != 1 {
			t.Errorf("near Ada: %+v", p.Peers)
		}
		if p, err = w.s.Preview(w.ctx, w.as("ken"), sallyport.Ask{Resource: "wiki", Duration: &day}); err != nil || len(p.Peers.Roles) != 0 || p.Peers.Have != 0 {
			t.Errorf("near Ken: %+v %v", p.Peers, err)
		}
		if p, err = w.s.Preview(w.ctx, w.as("ada"), sallyport.Ask{Resource: "dev", Duration: &day}); err != nil || len(p.Effects) != 1 || p.Effects[0].Slug != "wiki" {
			t.Errorf("the role gives %+v: %v", p.Effects, err)
		}
	})
}

// TestInsightByRole: what somebody has or had by a role counts as what they have or had, as far as the approver sees the role;
// and of a role it is shown what it gives.
func TestInsightByRole(t *testing.T) {
	each(t, func(w *world) {
		wiki, audience := w.res["wiki"].Ref(), w.res["security"].Ref()
		w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "wiki.editors", Name: "Editors", App: &wiki})
		w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "wiki.readers", Name: "Readers", App: &wiki})
		w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "wiki.talk", Name: "Talk", App: &wiki})
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "dev", Name: "Dev"})
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "ops", Name: "Ops"})
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "spies", Name: "Spies", Audience: &audience})
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vault", Name: "Vault", Audience: &audience})
		for _, g := range []sallyport.Give{{Subject: "role:dev", Resource: "wiki.readers"}, {Subject: "role:dev", Resource: "wiki.readers", Relation: sallyport.Owner},
			{Subject: "role:dev", Resource: "vault"}, {Subject: "role:ops", Resource: "wiki.editors"}, {Subject: "role:spies", Resource: "wiki.talk"}} {
			g.NoEnd, g.Reason = true, "their work"
			if _, err := w.s.Give(w.ctx, w.as("root"), g); err != nil {
				w.Fatal(err)
			}
		}
		w.hold("ada", "dev", sallyport.Member)
		w.hold("ada", "spies", sallyport.Member)
		w.hold("oscar", "wiki.editors", sallyport.Owner)
		w.hold("oscar", "dev", sallyport.Owner)
		old := w.hold("ada", "ops", sallyport.Member)
		w.clock.Advance(time.Minute)
		if _, err := w.s.End(w.ctx, w.as("root"), old.ID, "done"); err != nil {
			w.Fatal(err)
		}
		role, err := w.s.Ask(w.ctx, w.as("ken"), sallyport.Ask{Resource: "dev", Duration: days(1), Reason: "to work"})
		if err != nil {
			w.Fatal(err)
		}
		for who, gives := range map[string]int{"oscar": 2, "root": 3} {
			in, err := w.s.Insight(w.ctx, w.as(who), role.ID)
			if err != nil || len(in.Gives) != gives || in.Gives[0].Resource.Slug != "wiki.readers" || in.Gives[0].Relation != sallyport.Member || in.Gives[1].Relation != sallyport.Owner {
				w.Errorf("%s sees that the role gives %+v: %v", who, in.Gives, err)
			}
		}
		r := w.ask("ada", "wiki.editors")
		w.clock.Advance(time.Minute)
		for who, inApp := range map[string]int{"oscar": 1, "root": 2} {
			var list []sallyport.Request
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				list = []sallyport.Request{r}
				return tx.RequestHints(ctx, w.tenant, access.Viewer(w.as(who)), list)
			})
			if h := list[0].Hints; h.InApp != inApp || h.HadBefore != 1 {
				w.Errorf("%s has on the card %+v", who, h)
			}
			if in, err := w.s.Insight(w.ctx, w.as(who), r.ID); err != nil || in.HadBefore != 1 || in.Gives != nil {
				w.Errorf("%s sees %+v: %v", who, in, err)
			}
		}
	})
}

// TestSameTitle: how many with the same title have it is counted beside those near, whatever the case of the title, and where
// nobody is near as well; without a title nothing is.
func TestSameTitle(t *testing.T) {
	each(t, func(w *world) {
		for login, title := range map[string]string{"ada": "Site Engineer", "olga": "site engineer ", "sam": "SITE ENGINEER", "ken": "Cook", "tess": ""} {
			u := w.users[login]
			u.Title = title
			w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.UpdateUser(ctx, w.tenant, &u) })
		}
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "dev", Name: "Dev"})
		w.hold("sam", "dev", sallyport.Member)
		if _, err := w.s.Give(w.ctx, w.as("root"), sallyport.Give{Subject: "role:dev", Resource: "wiki", NoEnd: true, Reason: "they need it"}); err != nil {
			t.Fatal(err)
		}
		for who, want := range map[string][2]int{"ada": {1, 2}, "tess": {0, 0}, "ken": {0, 0}} {
			p, err := w.s.Preview(w.ctx, w.as(who), sallyport.Ask{Resource: "wiki", Duration: days(1)})
			if got := [2]int{p.Peers.TitleHave, p.Peers.TitleOf}; err != nil || got != want {
				w.Errorf("%s: %v of those with the title, want %v: %v", who, got, want, err)
			}
			list := []sallyport.Request{w.ask(who, "wiki")}
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				return tx.RequestHints(ctx, w.tenant, access.Everything, list)
			})
			if got := [2]int{list[0].Hints.TitleHave, list[0].Hints.TitleOf}; got != want {
				w.Errorf("%s: %v on the card, want %v", who, got, want)
			}
		}
	})
}

// TestInsightLeavesOutHiddenRoles: what people have, or had, by a role outside the approver's audience is in no count and names
// nobody (domain rule 24).
func TestInsightLeavesOutHiddenRoles(t *testing.T) {
	each(t, func(w *world) {
		wiki, audience := w.res["wiki"].Ref(), w.res["security"].Ref()
		w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "wiki.editors", Name: "Editors", App: &wiki})
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "spies", Name: "Spies", Audience: &audience})
		if _, err := w.s.Give(w.ctx, w.as("root"), sallyport.Give{Subject: "role:spies", Resource: "wiki.editors", NoEnd: true, Reason: "their work"}); err != nil {
			w.Fatal(err)
		}
		w.exec(`UPDATE users SET title='Cook', title_key='cook', department='Kitchen', manager_id=NULL WHERE login IN ('ada', 'ken')`)
		w.hold("ken", "spies", sallyport.Member)
		old := w.hold("ada", "spies", sallyport.Member)
		w.hold("oscar", "wiki.editors", sallyport.Owner)
		w.clock.Advance(time.Minute)
		if _, err := w.s.End(w.ctx, w.as("root"), old.ID, "done"); err != nil {
			w.Fatal(err)
		}
		r := w.ask("ada", "wiki.editors")
		for who, want := range map[string]int{"oscar": 0, "root": 1} {
			in, err := w.s.Insight(w.ctx, w.as(who), r.ID)
			if err != nil || in.HadBefore != want || in.Peers.TitleHave != want || in.Peers.TitleOf != 1 || in.Peers.Have != want || len(in.Peers.People) != want {
				w.Errorf("%s, want %d: had %d, title %d of %d, near %d %v: %v", who, want, in.HadBefore, in.Peers.TitleHave, in.Peers.TitleOf, in.Peers.Have, in.Peers.People, err)
			}
			l, err := w.s.Requests(w.ctx, w.as(who), store.RequestFilter{ResourceID: r.Resource.ID, Hints: true}, store.Page{})
			if err != nil || len(l.Items) != 1 {
				w.Fatal(err)
			}
			if h := l.Items[0].Hints; h.HadBefore != want || h.TitleHave != want || h.Have != want {
				w.Errorf("%s, want %d: the card says %+v", who, want, h)
			}
		}
	})
}
