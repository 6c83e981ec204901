package access_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// body reads the newest event with a verb about an object.
func (w *world) body(object, verb string) map[string]any {
	w.Helper()
	l, err := w.s.Events(w.ctx, w.as("root"), store.EventFilter{Object: object, Verb: verb}, store.Page{})
	if err != nil || len(l.Items) == 0 {
		w.Fatalf("no event %s of %s: %v", verb, object, err)
	}
	return l.Items[0].Body
}

// Rule 8: nobody decides about themselves, admins included, unless the flow says so, and then the event says it too.
// Being admin gives no vote.
func TestAdminsHaveNoVoteAndNoExemption(t *testing.T) {
	each(t, func(w *world) {
		r := w.ask("ada", "wiki")
		_, err := w.vote("root", r, "approve")
		w.refused(err, sallyport.EForbidden, "not an approver")
		w.hold("root", "wiki", sallyport.Owner)
		_, err = w.vote("root", w.ask("root", "wiki"), "approve")
		w.refused(err, sallyport.EForbidden, "own request")

		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "pager", Name: "Pager",
			Flow: &sallyport.Flow{AllowSelf: true, Stages: []sallyport.StageSpec{{Approvers: []string{"group:security"}}}}})
		own := w.approve("sam", w.ask("sam", "pager"))
		if own.State != sallyport.RequestApproved || w.body(own.ID, "vote.cast")["self_approval"] != true {
			w.Errorf("a self-approval: %s, its event says %v", own.State, w.body(own.ID, "vote.cast"))
		}
		other := w.approve("sam", w.ask("ada", "pager"))
		if _, there := w.body(other.ID, "vote.cast")["self_approval"]; there {
			w.Error("a vote about somebody else is no self-approval")
		}
	})
}

// Rule 8: a delegate does not pass on what is delegated to them, is excluded when either of both is requester or
// beneficiary, and counts once together with the delegator, whoever presses first.
func TestDelegatesAreBoundAsTheirDelegators(t *testing.T) {
	each(t, func(w *world) {
		end := w.clock.Now().Add(48 * hour)
		for _, d := range [][2]string{{"olga", "ken"}, {"ken", "tess"}} {
			if _, err := w.s.Delegate(w.ctx, w.as(d[0]), access.NewDelegation{To: d[1], EndsAt: end}); err != nil {
				w.Fatal(err)
			}
		}
		r := w.ask("ada", "wiki")
		_, err := w.vote("tess", r, "approve")
		w.refused(err, sallyport.EForbidden)
		forOlga, err := w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "wiki", Beneficiary: "olga", Duration: days(1)})
		if err != nil {
			w.Fatal(err)
		}
		_, err = w.vote("ken", forOlga, "approve")
		w.refused(err, sallyport.EForbidden)

		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "two", Name: "Two", Flow: flow(sallyport.StageSpec{Approvers: []string{"user:olga", "user:oscar"}, Rule: "all"})})
		two := w.ask("ada", "two")
		w.approve("ken", two) // in Olga's place
		_, err = w.vote("olga", two, "approve")
		w.refused(err, sallyport.EConflict)
		w.state(two, sallyport.RequestPending)
		w.approve("oscar", two)
		w.state(two, sallyport.RequestApproved)
	})
}

// Rule 9: a colleague's vote leaves the version, and a vote that shortens leaves earlier votes valid; the shortest counts.
func TestVotesOfColleaguesDoNotDisturb(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "all", Name: "All", Flow: flow(sallyport.StageSpec{Approvers: []string{"user:olga", "user:oscar", "user:sam"}, Rule: "all"})})
		r := w.ask("ada", "all")
		w.approve("olga", r)
		if now := w.read(r.ID); now.Version != r.Version {
			w.Fatalf("the version went from %d to %d by a vote", r.Version, now.Version)
		}
		for who, length := range map[string]*sallyport.Duration{"oscar": days(2), "sam": days(3)} {
			if _, err := w.s.Vote(w.ctx, w.as(who), r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version, Duration: length}); err != nil {
				w.Fatalf("%s votes on what everybody was shown: %v", who, err)
			}
		}
		now := w.state(r, sallyport.RequestApproved)
		if len(now.Stages[0].Votes) != 3 {
			w.Fatalf("%d votes count", len(now.Stages[0].Votes))
		}
		l, err := w.s.Request(w.ctx, w.as("ada"), r.ID)
		if err != nil || l.Grant.EndsAt == nil || l.Grant.EndsAt.Sub(l.Grant.StartsAt) != 48*hour {
			w.Fatalf("the grant is %+v (%v), want two days", l.Grant, err)
		}
		if told := w.bodies("ada", "request.approved"); len(told) != 1 || !strings.HasPrefix(told[0], "For 2 days, which is less than was asked for.") {
			w.Errorf("who asked for a week hears %q", told)
		}
	})
}

// A limit that is newer than the request refuses what was asked for, and says what whoever decides can do.
func TestALimitNewerThanTheRequest(t *testing.T) {
	each(t, func(w *world) {
		r := w.ask("ada", "wiki")
		w.tagged("wiki", "short", sallyport.Constraints{"member_time_limit": sallyport.Day, "no_standing_access": true})
		_, err := w.vote("olga", r, "approve")
		w.refused(err, sallyport.EPrecondition, "at most 1 day", "Approve it for less, or deny it")
		if _, err := w.s.Vote(w.ctx, w.as("olga"), r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version, Duration: days(1)}); err != nil {
			w.Fatal(err)
		}
		w.state(r, sallyport.RequestApproved)
	})
}

// Rule 11: a set that is too small goes to the flow's fallback, also later, and the record says so and whom it meant.
func TestFallbackNowAndLater(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "lab", Name: "Lab",
			Flow: &sallyport.Flow{Stages: []sallyport.StageSpec{{Approvers: []string{"owners"}}}, Fallback: []string{"user:oscar"}}})
		r := w.ask("ada", "lab")
		if got := approverLogins(r.Stages[0]); got != "oscar" || r.Stages[0].Fallback != "fallback" {
			w.Fatalf("nobody owns it: asked %q by %q", got, r.Stages[0].Fallback)
		}
		if b := w.body(r.ID, "stage.started"); b["fallback"] != "fallback" || !slices.Contains(asStrings(b["intended"]), w.users["oscar"].ID) {
			w.Errorf("the record says %v", b)
		}

		late := w.ask("ada", "wiki")
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return w.s.LeaveTx(ctx, tx, sallyport.System(w.tenant), w.users["olga"], sallyport.UserGone, "gone from the directory")
		})
		if err := w.s.RecheckStages(w.ctx); err != nil {
			w.Fatal(err)
		}
		now := w.read(late.ID)
		if got := approverLogins(now.Stages[0]); !strings.Contains(got, "root") || now.Stages[0].Fallback != "admins" {
			w.Fatalf("its only owner left: asked %q by %q", got, now.Stages[0].Fallback)
		}
		if b := w.body(late.ID, "stage.approvers_added"); b["fallback"] != "admins" {
			w.Errorf("the record says %v", b)
		}
		w.approve("root", now)
		w.state(late, sallyport.RequestApproved)
	})
}

func asStrings(v any) []string {
	var out []string
	list, _ := v.([]any)
	for _, x := range list {
		s, _ := x.(string)
		out = append(out, s)
	}
	return out
}

// Rule 12: for a role's request on what nobody adds themselves to, owners who are members of the role do not count.
func TestOwnersInTheRoleDoNotDecideForIt(t *testing.T) {
	each(t, func(w *world) {
		role := w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "writers", Name: "Writers"})
		w.hold("ken", "writers", sallyport.Owner)
		w.hold("olga", "writers", sallyport.Member)
		w.hold("oscar", "wiki", sallyport.Owner)
		ask := func() sallyport.Request {
			r, err := w.s.Ask(w.ctx, w.as("ken"), sallyport.Ask{Resource: "wiki", Beneficiary: "role:writers", Duration: days(7), Reason: "to write"})
			if err != nil {
				w.Fatal(err)
			}
			return r
		}
		if got := approverLogins(ask().Stages[0]); got != "olga oscar" {
			w.Fatalf("without the tag all owners are asked, not %q", got)
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			t := sallyport.Tag{Name: "Four eyes", Enabled: true, Constraints: sallyport.Constraints{sallyport.ForbidSelfMember: true}}
			if err := tx.InsertTag(ctx, w.tenant, &t); err != nil {
				return err
			}
			_, err := tx.AttachTag(ctx, w.tenant, w.res["wiki"].ID, t.ID)
			return err
		})
		r := ask()
		if got := approverLogins(r.Stages[0]); got != "oscar" {
			w.Fatalf("asked %q; Olga is a member of the role", got)
		}
		_, err := w.vote("olga", r, "approve")
		w.refused(err, sallyport.EForbidden)
		w.approve("oscar", r)
		if !w.holds("olga", "wiki") {
			w.Error("members of the role have it now")
		}
		_, err = w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "wiki", Beneficiary: "role:" + role.Slug, Duration: days(7)})
		w.refused(err, sallyport.EForbidden, "owners of the role")
	})
}

// Who is in a role from a later day on counts as its member where nobody adds themselves: they neither give the role what
// they own, nor decide that it gets it (domain rules 12 and 17).
func TestNobodyAddsThemselvesByARoleThatTheyWillBeIn(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "writers", Name: "Writers"})
		w.hold("ken", "writers", sallyport.Owner)
		w.hold("oscar", "wiki", sallyport.Owner)
		start := w.clock.Now().Add(72 * time.Hour)
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			tag := sallyport.Tag{Name: "Four eyes", Enabled: true, Constraints: sallyport.Constraints{sallyport.ForbidSelfMember: true}}
			if err := tx.InsertTag(ctx, w.tenant, &tag); err != nil {
				return err
			}
			if _, err := tx.AttachTag(ctx, w.tenant, w.res["wiki"].ID, tag.ID); err != nil {
				return err
			}
			_, err := w.s.AddGrantTx(ctx, tx, w.as("root"), access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.users["olga"].ID}, Resource: w.res["writers"],
				ReasonKind: "request", Reason: "from Thursday on", StartsAt: &start, Duration: days(30)})
			return err
		})
		give := sallyport.Give{Subject: "role:writers", Resource: "wiki", Duration: days(7), Reason: "to write"}
		_, err := w.s.Give(w.ctx, w.as("olga"), give)
		w.refused(err, sallyport.EPrecondition, "themselves")
		r, err := w.s.Ask(w.ctx, w.as("ken"), sallyport.Ask{Resource: "wiki", Beneficiary: "role:writers", Duration: days(7), Reason: "to write"})
		if err != nil {
			w.Fatal(err)
		}
		if got := approverLogins(r.Stages[0]); got != "oscar" {
			w.Errorf("asked %q; Olga will be a member of the role", got)
		}
		if _, err := w.s.Give(w.ctx, w.as("oscar"), give); err != nil {
			w.Errorf("Oscar is no member of it: %v", err)
		}
	})
}

// Rule 13: a direct grant that covers a pending request closes it, with the grant as the cause; one that ends earlier does
// not. Who is asked for is told.
func TestADirectGrantCoversARequest(t *testing.T) {
	each(t, func(w *world) {
		r, err := w.s.Ask(w.ctx, w.as("ken"), sallyport.Ask{Resource: "wiki", Beneficiary: "ada", Duration: days(7), Reason: "she needs it"})
		if err != nil {
			w.Fatal(err)
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Messages(ctx, w.tenant, w.users["ada"].ID, true, store.Page{})
			if err == nil && (len(l.Items) != 1 || l.Items[0].Kind != "request.for_you" || !strings.Contains(l.Items[0].Title, "Ken")) {
				w.Errorf("she was told %+v", l.Items)
			}
			return err
		})
		w.given("olga", "ada", "wiki", days(2))
		w.state(r, sallyport.RequestPending)
		g := w.given("olga", "ada", "wiki", days(9))
		if now := w.state(r, sallyport.RequestSuperseded); now.SupersededBy != g.ID && !strings.Contains(now.Cause, g.ID) {
			w.Errorf("the cause is %q, by %q; want the grant %s", now.Cause, now.SupersededBy, g.ID)
		}
	})
}

// Rule 13: what is fed by the directory from now on, or gone, closes what is pending, with that cause.
func TestWhatIsGoneClosesWhatIsPending(t *testing.T) {
	each(t, func(w *world) {
		r := w.ask("ada", "wiki")
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return w.s.CloseResourceTx(ctx, tx, w.as("root"), w.res["wiki"], "the resource was removed")
		})
		if now := w.state(r, sallyport.RequestCancelled); !strings.Contains(now.Cause, "removed") {
			w.Errorf("the cause is %q", now.Cause)
		}
		left := w.ask("ken", "security")
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return w.s.LeaveTx(ctx, tx, sallyport.System(w.tenant), w.users["ken"], sallyport.UserSuspended, "suspended in the directory")
		})
		if now := w.state(left, sallyport.RequestCancelled); now.Cause == "" {
			w.Error("there is no cause")
		}
	})
}
