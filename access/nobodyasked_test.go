package access_test

import (
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
)

// What was asked for may be against a rule by the time that nobody's vote but the clock, or somebody's leaving, approves it:
// then the request fails with that cause, whoever asked hears why, and neither the leaving nor the time-out is lost.
func TestWhatIsApprovedByNobodyFailsForTheRuleThatRefusesIt(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "two", Name: "Two", Flow: flow(sallyport.StageSpec{Approvers: []string{"user:olga", "user:oscar"}, Rule: "all"})})
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "late", Name: "Late",
			Flow: flow(sallyport.StageSpec{Approvers: []string{"user:olga"}, TimeoutAfter: sallyport.Duration(hour), Timeout: "approve"})})
		had := w.given("olga", "oscar", "wiki", days(9))
		two, late := w.ask("ada", "two"), w.ask("ken", "late")
		w.approve("olga", two)
		for _, slug := range []string{"two", "late"} {
			w.tagged(slug, "short "+slug, sallyport.Constraints{"member_time_limit": sallyport.Day})
		}
		w.leave("oscar")
		if w.grant(had.ID).EndedAt == nil {
			w.Error("who left has something yet")
		}
		w.clock.Advance(2 * hour)
		if _, _, err := w.s.RunDeadlines(w.ctx); err != nil {
			w.Fatal(err)
		}
		for who, r := range map[string]sallyport.Request{"ada": two, "ken": late} {
			const why = "may be had for at most 1 day (P1D)"
			if now := w.state(r, sallyport.RequestFailed); !strings.Contains(now.Cause, why) {
				w.Errorf("%s: %q", r.Resource.Slug, now.Cause)
			}
			if told := w.bodies(who, "request.failed"); len(told) != 1 || !strings.Contains(told[0], why) {
				w.Errorf("%s hears %q", who, told)
			}
			if w.holds(who, r.Resource.Slug) {
				w.Errorf("%s has %s", who, r.Resource.Slug)
			}
		}
	})
}

// Why it was refused is for everybody to read: it does not name what only some may see.
func TestWhatNobodyApprovesNamesNothingHidden(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "secret", Name: "Secret", Audience: ref(w.res["security"])})
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "ops", Name: "Ops",
			Flow: flow(sallyport.StageSpec{Approvers: []string{"user:olga"}, TimeoutAfter: sallyport.Duration(hour), Timeout: "approve"})})
		w.given("root", "role:ops", "secret", days(90))
		r := w.ask("ada", "ops")
		w.tagged("secret", "short", sallyport.Constraints{"member_time_limit": sallyport.Day, "propagate_to_roles": true})
		w.clock.Advance(2 * hour)
		if _, _, err := w.s.RunDeadlines(w.ctx); err != nil {
			w.Fatal(err)
		}
		if now := w.state(r, sallyport.RequestFailed); !strings.HasPrefix(now.Cause, "Something that Ops gives may be had for at most 1 day") || strings.Contains(now.Cause, "ecret") {
			w.Error(now.Cause)
		}
	})
}
