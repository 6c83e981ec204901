package access_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// later asks for a membership of the wiki that begins in some days, for some days, and Olga approves.
func (w *world) later(who string, in, length int) (sallyport.Grant, error) {
	w.Helper()
	starts := w.clock.Now().Add(time.Duration(in) * 24 * time.Hour)
	r, err := w.s.Ask(w.ctx, w.as(who), sallyport.Ask{Resource: "wiki", Duration: days(length), StartsAt: &starts, Reason: "to work then"})
	if err != nil {
		return sallyport.Grant{}, err
	}
	return w.grant(w.approve("olga", r).GrantID), nil
}

// in says in how many days, rounded, a moment is.
func (w *world) in(t *time.Time) int {
	if t == nil {
		return -1
	}
	return int(t.Sub(w.clock.Now()).Round(time.Hour).Hours() / 24)
}

// What is to begin later does not begin at once because more of it is asked for: it begins when the earlier of both was to
// begin, and ends when the later one was to end.
func TestMoreOfWhatBeginsLater(t *testing.T) {
	each(t, func(w *world) {
		if _, err := w.later("ada", 10, 10); err != nil {
			w.Fatal(err)
		}
		g, err := w.later("ada", 15, 30)
		if err != nil || w.in(&g.StartsAt) != 10 || w.in(g.EndsAt) != 45 || w.holds("ada", "wiki") {
			w.Errorf("starts in %d days, ends in %d, she has it now %v: %v; want 10, 45, false", w.in(&g.StartsAt), w.in(g.EndsAt), w.holds("ada", "wiki"), err)
		}
		w.given("root", "ken", "wiki", days(12))
		g, err = w.later("ken", 8, 14)
		if err != nil || !w.holds("ken", "wiki") || w.in(g.EndsAt) != 22 {
			w.Errorf("ken has it until in %d days, %v; want 22", w.in(g.EndsAt), err)
		}
	})
}

// A limit holds for the whole of what one has without a break, not for each piece that is asked for.
func TestALimitHoldsForTheWhole(t *testing.T) {
	each(t, func(w *world) {
		w.tagged("wiki", "Week", sallyport.Constraints{sallyport.MemberTimeLimit: *days(7)})
		w.given("root", "ada", "wiki", days(6))
		starts := w.clock.Now().Add(5 * 24 * time.Hour)
		_, err := w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "wiki", Duration: days(7), StartsAt: &starts, Reason: "to work"})
		w.refused(err, sallyport.EPrecondition, "at most 7 days")
		g, err := w.later("ken", 5, 7)
		if err != nil || w.in(g.EndsAt) != 12 {
			w.Errorf("what begins later may be as long as the limit: until in %d days, %v", w.in(g.EndsAt), err)
		}
	})
}

// What a role gives demands of who asks for the role what it demands of those who are put into it: it is refused when it is
// asked for, and not when somebody has decided.
func TestAskingForARoleObeysWhatItGives(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "dev", Name: "Dev"})
		if _, err := w.s.Give(w.ctx, w.as("root"), sallyport.Give{Subject: "role:dev", Resource: "wiki", Duration: days(3), Reason: "their work"}); err != nil {
			w.Fatal(err)
		}
		w.tagged("wiki", "Strict", sallyport.Constraints{sallyport.MemberTimeLimit: *days(7), sallyport.PropagateToRoles: true, sallyport.RequireMemberReason: true})
		_, err := w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "dev", Duration: days(30), Reason: "to work"})
		w.refused(err, sallyport.EPrecondition, "at most 7 days", "Strict")
		_, err = w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "dev", Duration: days(5)})
		w.refused(err, sallyport.EPrecondition, "Wiki needs a reason")
		if _, err = w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "dev", Duration: days(5), Reason: "to work"}); err != nil {
			w.Error(err)
		}
		p, err := w.s.Preview(w.ctx, w.as("ada"), sallyport.Ask{Resource: "dev", Duration: days(30), Reason: "to work"})
		if err != nil || len(p.Problems) == 0 {
			w.Errorf("the preview says nothing of it: %v %v", p.Problems, err)
		}
	})
}

// What a role gives may be hidden from who comes into it: that it limits them is said, its name and its tags are not.
func TestHiddenThingsLimitUnnamed(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "dev", Name: "Dev"})
		audience := w.res["security"].Ref()
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vault", Name: "Vault", Audience: &audience})
		if _, err := w.s.Give(w.ctx, w.as("root"), sallyport.Give{Subject: "role:dev", Resource: "vault", Duration: days(3), Reason: "their work"}); err != nil {
			w.Fatal(err)
		}
		w.given("root", "ada", "dev", days(5))
		w.hold("ken", "dev", sallyport.Owner)
		w.tagged("vault", "Treasure", sallyport.Constraints{sallyport.MemberTimeLimit: *days(7), sallyport.PropagateToRoles: true})
		_, asked := w.s.Ask(w.ctx, w.as("ken"), sallyport.Ask{Resource: "dev", Duration: days(30), Reason: "to work"})
		_, given := w.s.Give(w.ctx, w.as("ken"), sallyport.Give{Subject: "grace", Resource: "dev", Duration: days(30), Reason: "to work"})
		for _, err := range []error{asked, given} {
			w.refused(err, sallyport.EPrecondition, "at most 7 days")
			if text := err.Error(); strings.Contains(text, "Vault") || strings.Contains(text, "Treasure") {
				w.Errorf("it names what is hidden: %s", text)
			}
		}
		_, seen := w.s.Ask(w.ctx, w.as("sam"), sallyport.Ask{Resource: "dev", Duration: days(30), Reason: "to work"})
		w.refused(seen, sallyport.EPrecondition, "Vault", "Treasure")
		for who, named := range map[string]bool{"ken": false, "root": true} {
			_, rows := w.expiring(who, store.ExpiringFilter{ResourceID: w.res["dev"].ID})
			if len(rows) != 1 {
				w.Fatalf("%s sees %d rows", who, len(rows))
			}
			for _, it := range rows {
				if it.Limits.Greatest != *days(7) || strings.Contains(it.Limits.From, "Vault") != named {
					w.Errorf("to %s: %+v", who, it.Limits)
				}
			}
		}
	})
}
