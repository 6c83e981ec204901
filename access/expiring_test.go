package access_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// expiring lists what somebody finds, as "subject resource" in the list's order.
func (w *world) expiring(who string, f store.ExpiringFilter) (out []string, rows map[string]sallyport.Expiring) {
	w.Helper()
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		out, rows = []string{}, map[string]sallyport.Expiring{}
		l, err := w.s.Expiring(ctx, tx, w.as(who), f, store.Page{Total: true})
		if err == nil && *l.Total != len(l.Items) {
			err = fmt.Errorf("the total is %d, of %d items", *l.Total, len(l.Items))
		}
		for _, it := range l.Items {
			name := it.Grant.Subject.Login + it.Grant.Subject.Slug + " " + it.Grant.Resource.Slug
			out, rows[name] = append(out, name), it
		}
		return err
	})
	return out, rows
}

// company has an app with two entitlements, one of them hidden, and a role that gives both.
func company(w *world) {
	w.builtIn()
	w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "cloud", Name: "Cloud"})
	w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "cloud.read", Name: "Read", App: ref(w.res["cloud"])})
	w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "cloud.root", Name: "Root", App: ref(w.res["cloud"]), Audience: ref(w.res["security"])})
	w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "eng", Name: "Engineer"})
	w.hold("oscar", "cloud", sallyport.Owner)
	w.hold("linus", "eng", sallyport.Owner)
	w.lent("ken", "wiki", days(3), "member")
	w.lent("ada", "eng", days(4), "member")
	w.lent("ken", "eng", days(5), "member")
	w.lent("role:eng", "cloud.read", days(6), "member")
	w.lent("role:eng", "cloud.root", days(7), "member")
	w.lent("tess", "cloud", days(8), "owner")
	w.lent("grace", "wiki", nil, "member") // has no end
}

// TestExpiring: who finds what, by which filters, and what hangs on it.
func TestExpiring(t *testing.T) {
	each(t, func(w *world) {
		company(w)
		id := func(slug string) string { return w.res[slug].ID }
		yes, no := true, false
		from, to := w.clock.Now().Add(4*24*hour-hour), w.clock.Now().Add(6*24*hour+hour)
		all := []string{"ken wiki", "ada eng", "ken eng", "eng cloud.read", "eng cloud.root", "tess cloud"}
		if _, err := w.s.Review(w.ctx, w.as("ada"), func() string { _, r := w.expiring("root", store.ExpiringFilter{}); return r["ada eng"].Grant.ID }(), "I leave", ""); err != nil {
			w.Fatal(err)
		}
		for what, c := range map[string]struct {
			who  string
			f    store.ExpiringFilter
			want []string
		}{
			"all of an admin":       {"root", store.ExpiringFilter{}, all},
			"all of a reader":       {"grace", store.ExpiringFilter{}, []string{"ken wiki", "ada eng", "ken eng", "eng cloud.read", "tess cloud"}}, // not what is hidden
			"all of its audience":   {"sam", store.ExpiringFilter{}, all},
			"mine":                  {"ken", store.ExpiringFilter{PersonID: w.users["ken"].ID}, []string{"ken wiki", "ken eng", "eng cloud.read"}},
			"an owner's":            {"olga", store.ExpiringFilter{OwnedBy: w.users["olga"].ID}, []string{"ken wiki"}},
			"an app owner's":        {"oscar", store.ExpiringFilter{OwnedBy: w.users["oscar"].ID}, []string{"eng cloud.read", "eng cloud.root", "tess cloud"}},
			"a role owner's":        {"linus", store.ExpiringFilter{OwnedBy: w.users["linus"].ID}, []string{"ada eng", "ken eng", "eng cloud.read"}},
			"of an app":             {"root", store.ExpiringFilter{AppID: id("cloud")}, []string{"eng cloud.read", "eng cloud.root", "tess cloud"}},
			"of a role":             {"root", store.ExpiringFilter{RoleID: id("eng")}, []string{"ada eng", "ken eng", "eng cloud.read", "eng cloud.root"}},
			"of a resource":         {"root", store.ExpiringFilter{ResourceID: id("cloud.root")}, []string{"eng cloud.root"}},
			"of a manager's":        {"root", store.ExpiringFilter{ManagerID: w.users["grace"].ID}, []string{"ken wiki", "ada eng", "ken eng"}},
			"direct":                {"root", store.ExpiringFilter{Via: "direct"}, []string{"ken wiki", "tess cloud"}},
			"by role":               {"root", store.ExpiringFilter{Via: "role"}, []string{"ada eng", "ken eng", "eng cloud.read", "eng cloud.root"}},
			"owners":                {"root", store.ExpiringFilter{Relation: "owner"}, []string{"tess cloud"}},
			"between":               {"root", store.ExpiringFilter{From: &from, To: &to}, []string{"ada eng", "ken eng", "eng cloud.read"}},
			"reviewed":              {"root", store.ExpiringFilter{Reviewed: &yes}, []string{"ada eng"}},
			"not reviewed, by word": {"root", store.ExpiringFilter{Reviewed: &no, Q: "ROOT"}, []string{"eng cloud.root"}},
		} {
			if got, _ := w.expiring(c.who, c.f); !slices.Equal(got, c.want) {
				w.Errorf("%s: %q, want %q", what, got, c.want)
			}
		}
		for who, reaches := range map[string]int{"sam": 2, "grace": 1} { // what is hidden is not counted
			_, rows := w.expiring(who, store.ExpiringFilter{})
			if n := rows["ken eng"].Reaches; n != reaches {
				w.Errorf("to %s it reaches %d, want %d", who, n, reaches)
			}
		}
		w.tagged("cloud", "Prod", sallyport.Constraints{sallyport.MemberTimeLimit: *days(9), sallyport.PropagateToRoles: true, sallyport.RequireMemberReason: true})
		w.lent("ken", "wiki", nil, "owner") // another relation is no other reason
		_, rows := w.expiring("root", store.ExpiringFilter{})
		if r := rows["eng cloud.read"]; r.People != 2 || r.App == nil || r.App.Slug != "cloud" || r.Limits.Greatest != *days(9) || !strings.Contains(r.Limits.From, "the tag Prod on Cloud") {
			w.Errorf("%+v", r)
		}
		if r := rows["ken eng"]; r.Limits.Greatest != *days(9) || !r.Limits.NeedsReason || r.Continues { // through the role
			w.Errorf("%+v", r.Limits)
		}
		if r := rows["tess cloud"]; r.Reaches != 2 || r.Limits.Key != "any" {
			w.Errorf("%+v", r)
		}
		if r := rows["ada eng"]; r.Reviewed == nil || r.Reviewed.Reason != "I leave" || r.Reviewed.By.Login != "ada" || !r.Grant.MayEnd {
			w.Errorf("%+v", r.Reviewed)
		}
		if r := rows["ken wiki"]; r.Continues {
			w.Error("it goes on by another relation")
		}
		w.hold("ken", "wiki", sallyport.Member)
		if _, rows = w.expiring("root", store.ExpiringFilter{}); !rows["ken wiki"].Continues {
			w.Error("another reason is not seen")
		}
	})
}

// A digest leads to each view that has something of it.
func TestADigestLeadsToAllOfIt(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "cloud", Name: "Cloud"})
		w.given("root", "olga", "cloud", days(8))
		w.given("root", "ada", "wiki", days(8))
		w.clock.Advance(26 * hour)
		if n := w.notices("olga"); len(n) != 1 || !strings.Contains(n[0], "and 1 more end soon") {
			w.Fatalf("told of %q", n)
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Messages(ctx, w.tenant, w.users["olga"].ID, false, store.Page{Limit: 1})
			m := l.Items[0]
			if m.Link != "/access?view=expiring&scope=mine" || len(m.Facts) != 3 || m.Facts[2].Link != "/access?view=expiring&scope=owned" {
				w.Errorf("it leads to %q and has %+v", m.Link, m.Facts)
			}
			return err
		})
	})
}

// TestNoticesMatrix: who is told of which end, when, how often, in how many messages, and when not.
func TestNoticesMatrix(t *testing.T) {
	each(t, func(w *world) { // it begins on a Monday at 9:00 UTC
		company(w)
		day := 24 * hour
		counts := func() map[string]int {
			out := map[string]int{}
			for _, login := range []string{"ken", "ada", "tess", "olga", "oscar", "linus", "grace", "sam"} {
				if n := len(w.notices(login)); n > 0 {
					out[login] = n
				}
			}
			return out
		}
		is := func(when string, want map[string]int) {
			w.Helper()
			if got := counts(); fmt.Sprint(got) != fmt.Sprint(want) {
				w.Fatalf("%s: %v, want %v", when, got, want)
			}
			if got := counts(); fmt.Sprint(got) != fmt.Sprint(want) { // once
				w.Fatalf("%s, again: %v", when, got)
			}
		}
		// All but tess's end within a week, but none lasts longer than that: nothing a week before. Tess's is told on Tuesday.
		is("Monday", map[string]int{})
		w.clock.Advance(day) // Tuesday 9:00: tess's ownership ends in a week; oscar and tess own cloud
		is("Tuesday", map[string]int{"tess": 1, "oscar": 1})
		w.clock.Advance(day - 2*hour) // Wednesday 7:00: ken's wiki ends on Thursday at 9:00, but it is too early
		is("Wednesday at seven", map[string]int{"tess": 1, "oscar": 1})
		w.clock.Advance(hour + time.Minute)
		is("Wednesday at eight", map[string]int{"tess": 1, "oscar": 1, "ken": 1, "olga": 1})
		if n := w.notices("olga"); n[0] != "Ken's access to Wiki ends in 1 day 59 minutes" {
			w.Errorf("the owner is told %q", n)
		}
		w.clock.Advance(day) // Thursday: ada's and ken's membership of the role end on Friday and Saturday, the role's own on Sunday and Monday.
		is("Thursday", map[string]int{"tess": 1, "oscar": 1, "ken": 1, "olga": 1, "ada": 1, "linus": 1})
		_, rows := w.expiring("root", store.ExpiringFilter{})
		if _, err := w.s.Review(w.ctx, w.as("linus"), rows["ken eng"].Grant.ID, "changes teams", ""); err != nil {
			w.Fatal(err)
		}
		w.clock.Advance(day) // Friday: ken's is reviewed; the role's on Sunday and on Monday are told now, in one digest, as their days before are off
		is("Friday", map[string]int{"tess": 2, "oscar": 2, "ken": 1, "olga": 1, "ada": 1, "linus": 2})
		if n := w.notices("oscar"); !strings.Contains(n[0], "Engineer's access to Read of Cloud ends in 2 days, and 1 more end soon") {
			w.Errorf("the digest of an app's owner says %q", n)
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Messages(ctx, w.tenant, w.users["oscar"].ID, false, store.Page{Limit: 1})
			if err == nil && (len(l.Items[0].Facts) != 2 || l.Items[0].Facts[1].Name != "Engineer's access to Root of Cloud" || l.Items[0].Link != "/access?view=expiring&scope=owned") {
				w.Errorf("the digest is %+v", l.Items[0])
			}
			return err
		})
		if n := w.notices("linus"); strings.Contains(n[0], "Root") || strings.Contains(n[0], "more") {
			w.Errorf("a role's owner is told of what is hidden from them: %q", n)
		}
		w.clock.Advance(3 * day) // Monday: nobody is told of what was told
		is("next Monday", map[string]int{"tess": 3, "oscar": 3, "ken": 1, "olga": 1, "ada": 1, "linus": 2})
	})
}

// TestNoticesBeforeHolidays: a person's morning is their own time zone's, and a holiday is told before, also after a weekend.
func TestNoticesBeforeHolidays(t *testing.T) {
	each(t, func(w *world) { // Monday, 2 March 2026, 9:00 UTC
		w.builtIn()
		w.exec(`UPDATE users SET time_zone = 'America/New_York' WHERE id = $1`, w.users["ken"].ID)
		w.exec(`UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = $1`, w.users["ada"].ID)
		if _, err := w.s.SetHolidays(w.ctx, w.as("root"), []sallyport.Holiday{{Day: "2026-03-04", Name: "A day"}, {Day: "2026-03-09"}}); err != nil {
			w.Fatal(err)
		}
		_, err := w.s.SetHolidays(w.ctx, w.as("olga"), nil)
		w.refused(err, sallyport.EForbidden, "admins")
		w.lent("ken", "wiki", days(3), "member") // its day before is Wednesday, a holiday: told on Tuesday at 8:00 in New York, 13:00 UTC
		w.lent("ada", "wiki", days(8), "member") // its day before is Monday the 9th, a holiday after a weekend: told on Friday at 8:00 in Tokyo, 23:00 UTC on Thursday
		told := func(login string) int { return len(w.notices(login)) }
		step := func(d time.Duration, ken, ada int) {
			w.Helper()
			w.clock.Advance(d)
			if k, a := told("ken"), told("ada"); k != ken || a != ada {
				w.Errorf("at %s: ken %d, ada %d; want %d, %d", w.clock.Now().Format("Mon 15:04"), k, a, ken, ada)
			}
		}
		step(0, 0, 0)
		step(27*hour+30*time.Minute, 0, 1) // Tuesday 12:30: ada's week begins today, told since 8:00 in Tokyo
		step(time.Hour, 1, 1)              // 13:30
		step(2*24*hour+9*hour, 1, 1)       // Thursday 22:30
		step(time.Hour, 1, 2)              // 23:30
		step(4*24*hour, 1, 2)
	})
}
