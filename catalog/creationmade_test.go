package catalog_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
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

// TestRaceForAName: of two requests for one name that are approved at once, and of one beside somebody who makes the thing by
// hand, one is made. The other fails in that moment with the cause, and who asked is told; no approver is asked to try again.
func TestRaceForAName(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim", "lea", "ann")
		w.give("ann", "sallyport.admin")
		ann, free := w.actor("ann"), context.WithoutCancel(t.Context())
		vote := func(actor sallyport.Actor, r sallyport.Request) (sallyport.Request, error) {
			return w.s.Access.Vote(free, actor, r.ID, sallyport.Ballot{Vote: sallyport.VoteApprove})
		}
		lost := 0
		for i := range 30 {
			name := fmt.Sprintf("Writers %d", i)
			ask := func(login, slug string) sallyport.Request {
				return w.asks(login, sallyport.NewThing{Kind: sallyport.KindApp, Name: name, Slug: fmt.Sprintf("%s-%d", slug, i), Entitlements: []sallyport.NewPart{{Name: "Part"}}})
			}
			kims, leas := ask("kim", "pens"), sallyport.Request{}
			byHand := i%3 == 2
			if !byHand {
				leas = ask("lea", "quills")
			}
			var all sync.WaitGroup
			var done [2]sallyport.Request
			var errs [2]error
			all.Go(func() { done[0], errs[0] = vote(w.admin, kims) })
			all.Go(func() {
				if byHand {
					_, errs[1] = w.s.CreateResource(free, ann, sallyport.NewResource{Kind: sallyport.KindApp, Name: name})
					return
				}
				done[1], errs[1] = vote(ann, leas)
			})
			all.Wait()
			if errs[0] != nil || errs[1] != nil && !byHand {
				t.Fatalf("round %d: %v", i, errs)
			}
			states := string(done[0].State) + " " + string(done[1].State)
			switch {
			case byHand && (states == "approved " && sallyport.CodeOf(errs[1]) == sallyport.EConflict || states == "failed " && errs[1] == nil):
			case !byHand && (states == "approved failed" || states == "failed approved"):
			default:
				t.Errorf("round %d: %s %v", i, states, errs)
			}
			for j, r := range done {
				if r.State != sallyport.RequestFailed {
					continue
				}
				lost++
				if !strings.Contains(r.Cause, name) || r.Create.Made != nil {
					t.Errorf("the cause is %q", r.Cause)
				}
				told := 0
				w.update(func(ctx context.Context, tx *store.Tx) error {
					return tx.Row(ctx, `SELECT count(*) FROM messages WHERE tenant_id=$1 AND user_id=$2 AND dedupe=$3`, []any{w.tenant, r.Requester.ID, "failed:" + r.ID}, &told)
				})
				if told != 1 {
					t.Errorf("round %d, %d: told %d times", i, j, told)
				}
			}
		}
		if made := w.events("request.made"); lost == 0 || made+lost < 30 {
			t.Errorf("%d lost, %d made", lost, made)
		}
	})
}

// between does something else after the form was found to be free and before it is made, once.
type between struct {
	access.Maker
	once sync.Once
	do   func()
}

func (b *between) MakeTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n sallyport.NewThing, requestID string) (sallyport.Resource, error) {
	b.once.Do(b.do)
	return b.Maker.MakeTx(ctx, tx, actor, n, requestID)
}

// TestNameTakenBetween: somebody else's write commits between the check and the making, which only PostgreSQL lets happen:
// SQLite has one writer, where it comes before or after. The vote counts, and the request fails at once, also where the call
// is one that may be repeated.
func TestNameTakenBetween(t *testing.T) {
	each(t, func(w *world) {
		w.people("kim")
		for i, vote := range []func(r sallyport.Request) (sallyport.Request, error){
			func(r sallyport.Request) (sallyport.Request, error) { return w.approves("root@example.test", r, nil) },
			func(r sallyport.Request) (out sallyport.Request, err error) {
				err = w.db.Join(t.Context(), func(ctx context.Context, _ *store.Tx) (err error) {
					out, err = w.s.Access.Vote(ctx, w.admin, r.ID, sallyport.Ballot{Vote: sallyport.VoteApprove})
					return err
				})
				return out, err
			},
		} {
			name := fmt.Sprintf("Writers %d", i)
			r := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindApp, Name: name, Slug: fmt.Sprintf("pens-%d", i)})
			take := func() {
				w.update(func(ctx context.Context, tx *store.Tx) error { // it reads nothing, so that the database sees a double and no cycle
					return tx.InsertResource(ctx, w.tenant, &sallyport.Resource{Kind: sallyport.KindApp, Name: name, Slug: fmt.Sprintf("quills-%d", i), Managed: true}, false)
				})
			}
			if w.db.Postgres() {
				w.s.Access.Maker = &between{Maker: w.s, do: take}
			} else {
				take()
			}
			done, err := vote(r)
			if err != nil || done.State != sallyport.RequestFailed || !strings.Contains(done.Cause, name) || w.events("request.failed") != i+1 || w.events("vote.cast") != i+1 {
				t.Errorf("%d: %s %q %v", i, done.State, done.Cause, err)
			}
			w.s.Access.Maker = w.s
		}
	})
}
