package access_test

import (
	"testing"

	"github.com/sallyport/sallyport"
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
