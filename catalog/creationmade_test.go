package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// TestRoleThatGives: what the approver has a say over is attached with the role, with its first members, in one transaction.
func TestRoleThatGives(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "olga")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Owners: []string{"olga"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault", Flow: &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"user:olga"}}}}})
		r := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindRole, Name: "Writers", Members: []string{"lea"}, Gives: []sallyport.RoleItem{{Resource: "wiki"}, {Resource: "vault"}}})
		if w.holds("lea", "wiki") {
			t.Fatal("given before anybody decided")
		}
		done, err := w.approves("root@example.test", r, nil)
		if err != nil || !w.holds("lea", "writers") || !w.holds("lea", "wiki") {
			t.Errorf("made: %+v %v", done.Create, err)
		}
		// Nobody walks round the stages of what it gives, an admin neither.
		if w.holds("lea", "vault") || len(done.Create.Filed) != 1 || done.Create.Filed[0].Resource.Slug != "vault" {
			t.Errorf("what has stages of its own: %+v", done.Create.Filed)
		}
	})
}

// TestTagsOfWhatIsMade: a tag that was asked for needs an approver who may put it on; its limits hold for the first owners
// and members.
func TestTagsOfWhatIsMade(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "sec")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Security"})
		w.give("sec", "security")
		if _, err := w.s.SaveTag(t.Context(), w.admin, "", sallyport.Tag{Name: "prod", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: 2 * sallyport.Day, sallyport.OwnerTimeLimit: 5 * sallyport.Day}}, false); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.SetCreationRule(t.Context(), w.admin, sallyport.KindApp, &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"group:security", "admins"}}}}); err != nil {
			t.Fatal(err)
		}
		n := sallyport.NewThing{Kind: sallyport.KindApp, Name: "Ledger", Tags: []string{"prod"}, Members: []string{"lea"}}
		week := 7 * sallyport.Day
		over := n
		over.MembersFor = &week
		_, err := w.s.Access.Ask(t.Context(), w.actor("kim"), sallyport.Ask{Create: &over, Reason: "why"})
		refused(t, "longer than the tag allows", err, sallyport.EPrecondition)
		r := w.asks("kim", n)
		_, err = w.approves("sec", r, nil)
		refused(t, "a tag by who may not put it on", err, sallyport.EForbidden)
		if _, err := w.approves("root@example.test", r, nil); err != nil {
			t.Fatal(err)
		}
		res := w.resource("ledger")
		same(t, "tags", res.Tags, []string{"prod"})
		w.update(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Grants(ctx, w.tenant, store.Viewer{All: true}, store.GrantFilter{ResourceID: res.ID}, store.Page{})
			for _, g := range l.Items {
				limit := 2 * sallyport.Day
				if g.Relation == sallyport.Owner {
					limit = 5 * sallyport.Day
				}
				if g.NoEnd || g.EndsAt == nil || g.EndsAt.After(tx.Now().Add(limit.Std())) || g.RequestID != r.ID || g.ReasonKind != "request" {
					t.Errorf("%s until %v by %s of %s", g.Relation, g.EndsAt, g.ReasonKind, g.RequestID)
				}
			}
			if len(l.Items) != 2 {
				t.Errorf("%d grants", len(l.Items))
			}
			return err
		})
		// Without its tags anybody who decides may approve it.
		free := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindApp, Name: "Journal", Tags: []string{"prod"}})
		if done, err := w.approves("sec", free, &sallyport.NewThing{Name: "Journal", Owners: []string{"kim"}}); err != nil || len(w.resource("journal").Tags) != 0 {
			t.Errorf("without the tag: %s %v", done.State, err)
		}
	})
}

// TestMadeByTimeOut: where the flow says that silence is a yes, the thing is made by Sallyport itself, which has no say over
// what a role gives: that is asked of its owners.
func TestMadeByTimeOut(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "olga")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Owners: []string{"olga"}})
		if _, err := w.s.SetCreationRule(t.Context(), w.admin, sallyport.KindRole, &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"admins"}, TimeoutAfter: sallyport.Duration(time.Hour), Timeout: "approve"}}}); err != nil {
			t.Fatal(err)
		}
		r := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindRole, Name: "Writers", Members: []string{"lea"}, Gives: []sallyport.RoleItem{{Resource: "wiki"}}})
		w.update(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE stages SET timeout_at=$1 WHERE request_id=$2`, store.Micros(tx.Now().Add(-time.Minute)), r.ID)
			return err
		})
		if _, _, err := w.s.Access.RunDeadlines(t.Context()); err != nil {
			t.Fatal(err)
		}
		done, err := w.s.Access.Request(t.Context(), w.actor("kim"), r.ID)
		if err != nil || done.State != sallyport.RequestApproved || !w.holds("lea", "writers") || w.holds("lea", "wiki") || len(done.Create.Filed) != 1 {
			t.Errorf("%s %+v %v", done.State, done.Create, err)
		}
	})
}

// TestMadeWithoutApproval: where the admins want nobody to decide it is made at once, and what a role gives is asked of
// its owners all the same, also of things of whoever asks.
func TestMadeWithoutApproval(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "olga")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Owners: []string{"olga", "kim"}})
		if _, err := w.s.SetCreationRule(t.Context(), w.admin, sallyport.KindRole, &sallyport.Flow{NoApproval: true}); err != nil {
			t.Fatal(err)
		}
		done := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindRole, Name: "Writers", Members: []string{"kim"}, Gives: []sallyport.RoleItem{{Resource: "wiki"}}})
		if done.State != sallyport.RequestApproved || !w.holds("kim", "writers") || w.holds("kim", "wiki") || len(done.Create.Filed) != 1 || done.Create.Made == nil {
			t.Errorf("%s %+v", done.State, done.Create)
		}
		if _, err := w.s.SetCreationRule(t.Context(), w.admin, sallyport.KindRole, nil); err != nil {
			t.Fatal(err)
		}
		again := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindRole, Name: "Readers"})
		same(t, "the admins decide again", logins(again.WaitingFor), []string{"root@example.test"})
	})
}

// TestSubstituteDecides: who stands in for an approver decides in their place, and is left out where it is for them.
func TestSubstituteDecides(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "olga", "sub")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Owners: []string{"olga"}})
		w.update(func(ctx context.Context, tx *store.Tx) error {
			olga, err := tx.User(ctx, w.tenant, "olga")
			if err != nil {
				return err
			}
			sub, err := tx.User(ctx, w.tenant, "sub")
			if err != nil {
				return err
			}
			return tx.InsertDelegation(ctx, w.tenant, &sallyport.Delegation{From: olga.Ref(), To: sub.Ref(), StartsAt: tx.Now(), EndsAt: tx.Now().Add(time.Hour)})
		})
		theirs := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "wiki", Name: "One", Members: []string{"sub"}})
		_, err := w.approves("sub", theirs, nil)
		refused(t, "a substitute decides about what they would have", err, sallyport.EForbidden)
		r := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "wiki", Name: "Two"})
		done, err := w.approves("sub", r, nil)
		if err != nil || done.State != sallyport.RequestApproved || done.Stages[0].Votes[0].OnBehalfOf == nil {
			t.Errorf("in the place of an owner: %s %v", done.State, err)
		}
	})
}
