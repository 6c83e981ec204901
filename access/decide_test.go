package access_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

func TestAdaAsksTwoStagesDecideAndSheHasIt(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "prod", Name: "Production", Flow: flow(
			sallyport.StageSpec{Approvers: []string{"manager"}}, sallyport.StageSpec{Name: "Security", Approvers: []string{"group:security"}})})
		r := w.ask("ada", "prod")
		if got := approverLogins(r.Stages[0]); got != "grace" {
			w.Fatalf("stage 1 asks %q", got)
		}
		if got := approverLogins(r.Stages[1]); got != "sam tess" || r.Stages[1].State != sallyport.StageWaiting {
			w.Fatalf("stage 2 would ask %q (%s)", got, r.Stages[1].State)
		}
		_, err := w.vote("sam", r, "approve")
		w.refused(err, sallyport.EForbidden, "not an approver")
		r = w.approve("grace", r)
		if r.Version != 2 || r.State != sallyport.RequestPending || len(r.WaitingFor) != 2 {
			w.Fatalf("after stage 1: version %d, %s, waiting for %v", r.Version, r.State, r.WaitingFor)
		}
		if w.holds("ada", "prod") {
			w.Fatal("she has it before it was approved")
		}
		r = w.approve("tess", r)
		if r.State != sallyport.RequestApproved || !w.holds("ada", "prod") || r.GrantID == "" {
			w.Fatalf("state %s, grant %q", r.State, r.GrantID)
		}
		_, err = w.vote("sam", r, "approve")
		w.refused(err, sallyport.EConflict, "already approved by Tess")
		_, err = w.vote("ken", r, "approve")
		w.refused(err, sallyport.EForbidden)
		want := []string{"request.created", "stage.started", "vote.cast", "stage.started", "vote.cast", "request.approved"}
		if got := w.verbs(r.ID); !slices.Equal(got, want) {
			w.Fatalf("events %v", got)
		}
	})
}

func TestNobodyDecidesTheirOwnRequest(t *testing.T) {
	each(t, func(w *world) {
		w.hold("ada", "wiki", sallyport.Owner)
		r := w.ask("ada", "wiki")
		if got := approverLogins(r.Stages[0]); got != "olga" {
			w.Fatalf("asked %q; the requester must be left out", got)
		}
		_, err := w.vote("ada", r, "approve")
		w.refused(err, sallyport.EForbidden, "own request")
		forKen, err := w.s.Ask(w.ctx, w.as("olga"), sallyport.Ask{Resource: "wiki", Beneficiary: "ken", Duration: days(1)})
		if err != nil {
			w.Fatal(err)
		}
		if got := approverLogins(forKen.Stages[0]); got != "ada" {
			w.Fatalf("asked %q; the requester Olga must be left out", got)
		}
		_, err = w.vote("root", forKen, "approve")
		w.refused(err, sallyport.EForbidden)
	})
}

func TestTooFewApproversFallBackToAdminsElseRefused(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "orphan", Name: "Orphan"})
		r := w.ask("ada", "orphan")
		if got := approverLogins(r.Stages[0]); got != "root" || r.Stages[0].Fallback != "admins" {
			w.Fatalf("asked %q (%s)", got, r.Stages[0].Fallback)
		}
		_, err := w.s.Ask(w.ctx, w.as("root"), sallyport.Ask{Resource: "orphan", Duration: days(1)})
		w.refused(err, sallyport.EPrecondition, "nobody could decide")
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "two", Name: "Two", Flow: flow(sallyport.StageSpec{Approvers: []string{"user:olga"}, Rule: "2", Fallback: []string{"group:security"}})})
		r = w.ask("ada", "two")
		if got := approverLogins(r.Stages[0]); got != "olga sam tess" || r.Stages[0].Need != 2 {
			w.Fatalf("asked %q, need %d", got, r.Stages[0].Need)
		}
		w.approve("sam", r)
		w.state(r, sallyport.RequestPending)
		w.approve("olga", r)
		w.state(r, sallyport.RequestApproved)
	})
}

func TestAllMeansEachOfThem(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vault", Name: "Vault", Flow: flow(sallyport.StageSpec{Approvers: []string{"group:security"}, Rule: "all"})})
		r := w.ask("ada", "vault")
		v := r.Version
		r = w.approve("sam", r)
		if r.Version != v {
			w.Fatal("a colleague's vote must not make mine stale")
		}
		_, err := w.vote("sam", r, "approve")
		w.refused(err, sallyport.EConflict, "Sam approved this")
		w.state(r, sallyport.RequestPending)
		w.approve("tess", r)
		w.state(r, sallyport.RequestApproved)
	})
}

func TestADenialEndsItAndNeedsAComment(t *testing.T) {
	each(t, func(w *world) {
		r := w.ask("ada", "wiki")
		_, err := w.s.Vote(w.ctx, w.as("olga"), r.ID, sallyport.Ballot{Vote: "deny", Version: r.Version})
		w.refused(err, sallyport.EPrecondition, "comment")
		if _, err = w.vote("olga", r, "deny"); err != nil {
			w.Fatal(err)
		}
		r = w.state(r, sallyport.RequestDenied)
		if r.Stages[0].State != sallyport.StageDenied || r.DecidedBy.Login != "olga" {
			w.Fatalf("stage %s, by %v", r.Stages[0].State, r.DecidedBy)
		}
		_, err = w.vote("olga", r, "approve")
		w.refused(err, sallyport.EConflict, "already denied by Olga")
	})
}

func TestAnApproverMayShortenNeverWiden(t *testing.T) {
	each(t, func(w *world) {
		r := w.ask("ada", "wiki")
		_, err := w.s.Vote(w.ctx, w.as("olga"), r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version, Duration: days(8)})
		w.refused(err, sallyport.EPrecondition, "never widen")
		_, err = w.s.Vote(w.ctx, w.as("olga"), r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version + 5})
		w.refused(err, sallyport.EConflict, "changed since")
		r, err = w.s.Vote(w.ctx, w.as("olga"), r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version, Duration: days(2)})
		if err != nil {
			w.Fatal(err)
		}
		if left := r.Grant.EndsAt.Sub(w.clock.Now()); left > 48*time.Hour || left < 47*time.Hour {
			w.Fatalf("ends in %s, want two days", left)
		}
	})
}

func TestADelegateVotesOnceInTheDelegatorsPlace(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "two", Name: "Two", Flow: flow(sallyport.StageSpec{Approvers: []string{"group:security"}, Rule: "2"})})
		if _, err := w.s.Delegate(w.ctx, w.as("sam"), access.NewDelegation{To: "tess", EndsAt: w.clock.Now().Add(48 * time.Hour)}); err != nil {
			w.Fatal(err)
		}
		if _, err := w.s.Delegate(w.ctx, w.as("olga"), access.NewDelegation{To: "ken", EndsAt: w.clock.Now().Add(48 * time.Hour)}); err != nil {
			w.Fatal(err)
		}
		r := w.ask("ada", "two")
		w.approve("tess", r)
		_, err := w.vote("tess", r, "approve")
		w.refused(err, sallyport.EConflict)
		w.state(r, sallyport.RequestPending)
		w.approve("sam", r)
		w.state(r, sallyport.RequestApproved)

		r2 := w.ask("ada", "wiki")
		r2 = w.approve("ken", r2)
		if v := r2.Stages[0].Votes[0]; v.By.Login != "ken" || v.OnBehalfOf == nil || v.OnBehalfOf.Login != "olga" {
			w.Fatalf("vote %+v", v)
		}
		r3 := w.ask("ken", "wiki")
		_, err = w.vote("ken", r3, "approve")
		w.refused(err, sallyport.EForbidden, "own request")
	})
}

func TestANewerRequestSupersedesOnlyOnesOwn(t *testing.T) {
	each(t, func(w *world) {
		first := w.ask("ada", "wiki")
		second := w.ask("ada", "wiki")
		if got := w.state(first, sallyport.RequestSuperseded); got.SupersededBy != second.ID {
			w.Fatalf("superseded by %q, want %q", got.SupersededBy, second.ID)
		}
		_, err := w.s.Ask(w.ctx, w.as("ken"), sallyport.Ask{Resource: "wiki", Beneficiary: "ada", Duration: days(1)})
		w.refused(err, sallyport.EConflict, "Ada asked for the same already", second.ID)
		w.state(second, sallyport.RequestPending)
		forKen, err := w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "wiki", Beneficiary: "ken", Duration: days(1)})
		if err != nil {
			w.Fatal(err)
		}
		_, err = w.s.Cancel(w.ctx, w.as("olga"), forKen.ID, "")
		w.refused(err, sallyport.EForbidden)
		if _, err := w.s.Cancel(w.ctx, w.as("ken"), forKen.ID, "no thanks"); err != nil {
			w.Fatal(err)
		}
		w.state(forKen, sallyport.RequestCancelled)
		if asked, own := w.bodies("ada", "request.cancelled"), w.bodies("ken", "request.cancelled"); !slices.Equal(asked, []string{"Ken: no thanks"}) || len(own) > 0 {
			w.Fatalf("who asked hears %q, who cancelled it %q", asked, own)
		}
		_, err = w.s.Cancel(w.ctx, w.as("ken"), forKen.ID, "")
		w.refused(err, sallyport.EConflict)
	})
}

func TestDeadlinesRemindEscalateTimeOutAndExpireOnce(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "slow", Name: "Slow", Flow: flow(sallyport.StageSpec{Approvers: []string{"user:olga"},
			RemindAfter: sallyport.Duration(hour), EscalateAfter: sallyport.Duration(2 * hour), EscalateTo: []string{"group:security"}, TimeoutAfter: sallyport.Duration(3 * hour)})})
		r, e := w.ask("ada", "slow"), w.ask("ken", "wiki")
		run := func(advance time.Duration, want int) {
			w.Helper()
			w.clock.Advance(advance)
			n, _, err := w.s.RunDeadlines(w.ctx)
			if err != nil || n != want {
				w.Fatalf("did %d (%v), want %d", n, err, want)
			}
			if n, _, _ := w.s.RunDeadlines(w.ctx); n != 0 {
				w.Fatalf("did %d again", n)
			}
		}
		run(time.Minute, 0)
		run(hour, 1)
		run(hour, 1)
		if got := approverLogins(w.read(r.ID).Stages[0]); got != "olga sam tess" {
			w.Fatalf("escalated to %q", got)
		}
		run(hour, 1)
		w.state(r, sallyport.RequestDenied)
		run(7*24*hour, 1)
		w.state(e, sallyport.RequestExpired)
		if v := w.verbs(r.ID); !slices.Contains(v, "stage.reminded") || !slices.Contains(v, "stage.escalated") || !slices.Contains(v, "stage.timed_out") {
			w.Fatalf("events %v", v)
		}
	})
}

func TestAdminsReplaceAStuckStageWithAReason(t *testing.T) {
	each(t, func(w *world) {
		r := w.ask("ada", "wiki")
		_, err := w.s.ReplaceApprovers(w.ctx, w.as("olga"), r.ID, []string{"user:sam"}, "stuck")
		w.refused(err, sallyport.EForbidden)
		_, err = w.s.ReplaceApprovers(w.ctx, w.as("root"), r.ID, []string{"user:sam"}, " ")
		w.refused(err, sallyport.EPrecondition, "reason")
		r2, err := w.s.ReplaceApprovers(w.ctx, w.as("root"), r.ID, []string{"user:sam"}, "Olga is away")
		if err != nil {
			w.Fatal(err)
		}
		if approverLogins(r2.Stages[0]) != "sam" || r2.Version == r.Version {
			w.Fatalf("asked %q, version %d", approverLogins(r2.Stages[0]), r2.Version)
		}
		_, err = w.s.Vote(w.ctx, w.as("sam"), r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version})
		w.refused(err, sallyport.EConflict)
		w.approve("sam", r2)
	})
}

func TestAStageFollowsWhoOwnsNow(t *testing.T) {
	each(t, func(w *world) {
		r := w.ask("ada", "wiki")
		w.hold("oscar", "wiki", sallyport.Owner)
		if err := w.s.RecheckStages(w.ctx); err != nil {
			w.Fatal(err)
		}
		if got := approverLogins(w.read(r.ID).Stages[0]); !strings.Contains(got, "oscar") {
			w.Fatalf("asked %q; who owns it by now may decide", got)
		}
		w.approve("oscar", r)
		w.state(r, sallyport.RequestApproved)
	})
}

func TestConcurrentDecisionsLeaveOneOutcome(t *testing.T) {
	each(t, func(w *world) {
		w.hold("oscar", "wiki", sallyport.Owner)
		for range 8 {
			w.user("p"+strings.ToLower(store.NewID("x"))[2:], "grace")
		}
		for login := range w.users {
			if !strings.HasPrefix(login, "p") {
				continue
			}
			r := w.ask(login, "wiki")
			calls := []func() error{
				func() error { _, err := w.vote("olga", r, "approve"); return err },
				func() error { _, err := w.vote("oscar", r, "deny"); return err },
				func() error { _, err := w.s.Cancel(w.ctx, w.as(login), r.ID, ""); return err },
				func() error { _, err := w.vote("oscar", r, "approve"); return err },
			}
			errs := make([]error, len(calls))
			var wg sync.WaitGroup
			for i, call := range calls {
				wg.Go(func() { errs[i] = call() })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if c := sallyport.CodeOf(err); c != sallyport.EConflict && c != sallyport.EForbidden {
					w.Fatalf("loser got %v", err)
				}
			}
			now := w.read(r.ID)
			if won != 1 || now.State == sallyport.RequestPending {
				w.Fatalf("%d calls won (%v), state %s", won, errs, now.State)
			}
			if has := w.holds(login, "wiki"); has != (now.State == sallyport.RequestApproved) {
				w.Fatalf("state %s, has it: %v", now.State, has)
			}
		}
	})
}

func TestOutsideTheAudienceItDoesNotExist(t *testing.T) {
	each(t, func(w *world) {
		sec := w.res["security"].Ref()
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "secret", Name: "Secret", Audience: &sec})
		w.hold("olga", "secret", sallyport.Owner)
		_, err := w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "secret", Duration: days(1)})
		w.refused(err, sallyport.ENotFound)
		r := w.ask("sam", "secret")
		_, err = w.s.Request(w.ctx, w.as("ada"), r.ID)
		w.refused(err, sallyport.ENotFound)
		for login, sees := range map[string]bool{"ada": false, "sam": true, "tess": true, "olga": true, "root": true} {
			l, err := w.s.Requests(w.ctx, w.as(login), store.RequestFilter{}, store.Page{Total: true})
			if err != nil || (len(l.Items) == 1) != sees || (*l.Total == 1) != sees {
				w.Fatalf("%s sees %d of %d requests (%v), should see it: %v", login, len(l.Items), *l.Total, err, sees)
			}
		}
		_, err = w.s.Ask(w.ctx, w.as("sam"), sallyport.Ask{Resource: "secret", Beneficiary: "ada", Duration: days(1)})
		w.refused(err, sallyport.EPrecondition, "not meant for Ada")
	})
}

func TestSensitiveAnswersAreForFew(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "laptop", Name: "Laptop", Form: sallyport.Form{Fields: []sallyport.Field{
			{Name: "model", Type: sallyport.FieldChoice, Choices: []string{"13", "16"}, Required: true}, {Name: "address", Type: sallyport.FieldText, Sensitive: true}}}})
		w.hold("olga", "laptop", sallyport.Owner)
		_, err := w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "laptop", Duration: days(1), Answers: map[string]any{"model": "17", "colour": "red"}})
		w.refused(err, sallyport.EInvalid, "2 things are wrong")
		r, err := w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "laptop", Duration: days(1), Answers: map[string]any{"model": "16", "address": "1 Main St"}})
		if err != nil {
			w.Fatal(err)
		}
		if strings.Contains(string(r.Snapshot), "Main St") {
			w.Fatal("the snapshot has the address")
		}
		for login, reads := range map[string]bool{"ada": true, "olga": true, "ken": false, "root": false} {
			got, err := w.s.Request(w.ctx, w.as(login), r.ID)
			if err != nil {
				w.Fatal(err)
			}
			if _, ok := got.Answers["address"]; ok != reads || (len(got.Redacted) == 1) == reads {
				w.Fatalf("%s reads the address: %v (redacted %v)", login, ok, got.Redacted)
			}
		}
	})
}

func TestPreviewSaysWhoDecidesAndWritesNothing(t *testing.T) {
	each(t, func(w *world) {
		p, err := w.s.Preview(w.ctx, w.as("ada"), sallyport.Ask{Resource: "wiki", Duration: days(7)})
		if err != nil {
			w.Fatal(err)
		}
		if len(p.Stages) != 1 || approverLogins(p.Stages[0]) != "olga" || p.EndsAt == nil || len(p.Problems) != 0 {
			w.Fatalf("preview %+v", p)
		}
		if p, err = w.s.Preview(w.ctx, w.as("ada"), sallyport.Ask{Resource: "wiki"}); err != nil || len(p.Problems) != 1 || len(p.Stages) != 1 {
			w.Fatalf("without a length: %+v (%v)", p, err)
		}
		w.tagged("wiki", "Careful", sallyport.Constraints{sallyport.MemberTimeLimit: *days(3), sallyport.RequireMemberReason: true})
		ask := sallyport.Ask{Resource: "wiki", Duration: days(700), Answers: map[string]any{"nothing": 1}}
		if p, err = w.s.Preview(w.ctx, w.as("ada"), ask); err != nil || len(p.Problems) != 3 || p.EndsAt == nil {
			w.Fatalf("of three problems it says %+v (%v)", p.Problems, err)
		}
		_, err = w.s.Ask(w.ctx, w.as("ada"), ask)
		w.refused(err, sallyport.EInvalid, "is not a field", "at most 3 days", "the tag Careful", "needs a reason")
		ask.Answers = nil
		_, err = w.s.Ask(w.ctx, w.as("ada"), ask)
		w.refused(err, sallyport.EPrecondition, "at most 3 days", "Ask for P3D or less", "needs a reason")
		ask = sallyport.Ask{Resource: "wiki", Duration: days(2), Reason: "to work"}
		r, err := w.s.Ask(w.ctx, w.as("ada"), ask)
		if err != nil {
			w.Fatal(err)
		}
		if p, err = w.s.Preview(w.ctx, w.as("ada"), ask); err != nil || p.Pending == nil || p.Pending.ID != r.ID {
			w.Fatalf("pending %+v (%v)", p.Pending, err)
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Requests(ctx, w.tenant, access.Everything, store.RequestFilter{}, store.Page{})
			if len(l.Items) != 1 {
				w.Fatalf("%d requests", len(l.Items))
			}
			return err
		})
	})
}

func TestExpiringAgainstDecidingLeavesOneOutcome(t *testing.T) {
	each(t, func(w *world) {
		for i := range 6 {
			login := "late" + string(rune('a'+i))
			w.user(login, "grace")
			r := w.ask(login, "wiki")
			w.clock.Advance(7 * 24 * hour)
			errs := make([]error, 3)
			var wg sync.WaitGroup
			wg.Go(func() { _, errs[0] = w.vote("olga", r, "approve") })
			wg.Go(func() { _, errs[1] = w.s.Cancel(w.ctx, w.as(login), r.ID, "") })
			wg.Go(func() { _, _, errs[2] = w.s.RunDeadlines(w.ctx) })
			wg.Wait()
			if errs[2] != nil {
				w.Fatal(errs[2])
			}
			won := 0
			for _, err := range errs[:2] {
				if err == nil {
					won++
				} else {
					w.refused(err, sallyport.EConflict)
				}
			}
			now := w.read(r.ID)
			if now.State == sallyport.RequestPending || (now.State == sallyport.RequestExpired) == (won == 1) || won > 1 {
				w.Fatalf("%d of the people's calls won (%v), state %s", won, errs, now.State)
			}
			if has := w.holds(login, "wiki"); has != (now.State == sallyport.RequestApproved) {
				w.Fatalf("state %s, has it: %v", now.State, has)
			}
			final := 0
			for _, v := range w.verbs(r.ID) {
				if strings.HasPrefix(v, "request.") && v != "request.created" {
					final++
				}
			}
			if final != 1 {
				w.Fatalf("%d final events: %v", final, w.verbs(r.ID))
			}
		}
	})
}

// TestSeveralAskedTogether: they share a batch, each stands for itself, and each is decided for itself.
func TestSeveralAskedTogether(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "logs", Name: "Logs"})
		w.hold("olga", "logs", sallyport.Owner)
		day := sallyport.Day
		ask := func(slug string) sallyport.Ask {
			return sallyport.Ask{Resource: slug, Duration: &day, Reason: "as Ken has"}
		}
		batch, out, err := w.s.AskMany(w.ctx, w.as("ada"), []sallyport.Ask{ask("wiki"), ask("nothing"), ask("logs")})
		if err != nil || len(out) != 3 || out[0].Request == nil || out[2].Request == nil || sallyport.CodeOf(out[1].Err) != sallyport.ENotFound {
			t.Fatalf("%v %+v", err, out)
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Requests(ctx, w.tenant, access.Everything, store.RequestFilter{BatchID: batch}, store.Page{})
			if len(l.Items) != 2 {
				t.Errorf("%d requests in the batch", len(l.Items))
			}
			return err
		})
		if _, err := w.s.Vote(w.ctx, w.as("olga"), out[0].Request.ID, sallyport.Ballot{Vote: "deny", Comment: "no", Version: 1}); err != nil {
			t.Fatal(err)
		}
		if r, err := w.s.Request(w.ctx, w.as("ada"), out[2].Request.ID); err != nil || r.State != sallyport.RequestPending {
			t.Errorf("the other is %s: %v", r.State, err)
		}
	})
}
