package discordaccess_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog/discordaccess"
	"github.com/sallyport/sallyport/store"
)

// What is brought later is no longer than tags allow that are on things here by then, also by way of a role; and what lives
// here is cut by tags that the source has by then (domain rules 17 and 18).
func TestLimitsOfTagsThatCameBetweenTwoRuns(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		for _, who := range []string{"ada", "bob", "cyd"} {
			o.user(who, who+"@example.test", nil)
		}
		o.group("vault", "Vault", nil)
		o.group("shed", "Shed", nil)
		o.group("keepers", "Role-Keepers", row{"type": "role_group"})
		o.member("ada", "vault", day(-100), nil, row{"created_reason": "early"})
		o.member("ada", "shed", day(-100), nil, row{"created_reason": "early"})
		o.member("ada", "keepers", day(-100), nil, row{"created_reason": "early"})
		w.bring(o, discordaccess.Options{})
		ids := w.ids()
		w.tag(ids["okta_group vault"], sallyport.Constraints{sallyport.MemberTimeLimit: 7 * sallyport.Day, sallyport.PropagateToRoles: true})

		o.member("bob", "vault", day(-50), nil, row{"created_reason": "late"})
		o.mapTo("keepers", "vault", day(-50), nil, nil)
		o.member("cyd", "keepers", day(-50), day(300), row{"created_reason": "late"})
		o.add("tag", row{"id": "short", "name": "Short", "constraints": `{"member_time_limit": 86400}`})
		o.add("okta_group_tag_map", row{"tag_id": "short", "group_id": "shed"})
		rep := w.bring(o, discordaccess.Options{})
		week := w.clock.Now().Add(7*24*time.Hour + time.Minute)
		for thing, latest := range map[string]time.Time{"vault": week, "keepers": week, "shed": w.clock.Now().Add(24*time.Hour + time.Minute)} {
			lives := true
			w.view(func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: ids["okta_group "+thing], Active: &lives}, store.Page{})
				for _, g := range l.Items {
					if g.NoEnd || g.EndsAt.After(latest) {
						w.Errorf("%s has %s until %v, want %v at most", g.Subject.Name, thing, g.EndsAt, latest)
					}
				}
				return err
			})
		}
		said := strings.Join(rep.Warnings, "\n")
		for _, l := range rep.Lines {
			said += "\n" + l.What + ": " + l.Why
		}
		if strings.Count(said, "a tag allows less") < 2 || !strings.Contains(said, "that were here end sooner") {
			w.Errorf("the report says:\n%s", said)
		}
	})
}

// TestPlanOfWhatIsCutHere: the plan says of every membership that is here and ends sooner by the run, also where a role comes
// to give what a tag limits already, what is new, or what two tags limit only together.
func TestPlanOfWhatIsCutHere(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		for _, id := range []string{"ann", "bea", "cyd", "dee"} {
			o.user(id, id+"@example.test", nil)
		}
		o.group("tagged", "Tagged", nil)
		o.group("both", "Both", nil)
		o.add("app", row{"id": "app", "name": "App"})
		o.inApp("app", "in", "App-App-In", false, nil)
		o.add("tag", row{"id": "ten", "name": "Ten", "constraints": `{"member_time_limit": 864000, "propagate_to_roles": true}`})
		o.add("tag", row{"id": "five", "name": "Five", "constraints": `{"member_time_limit": 432000}`})
		o.add("okta_group_tag_map", row{"tag_id": "ten", "group_id": "tagged"})
		o.add("okta_group_tag_map", row{"tag_id": "ten", "group_id": "in"})
		var members []string
		for i, who := range []string{"ann", "bea", "cyd", "dee"} {
			role := fmt.Sprint("role", i)
			o.group(role, "Role-"+role, row{"type": "role_group"})
			members = append(members, o.member(who, role, day(-10), nil, nil))
		}
		o.mapTo("role2", "both", day(-10), day(2), nil)
		o.mapTo("role3", "in", day(-10), day(2), nil)
		w.bring(o, discordaccess.Options{})
		ids := w.ids()
		w.update(func(ctx context.Context, tx *store.Tx) error { // as if their limits had been put on afterwards
			_, err := tx.Exec(ctx, `UPDATE grants SET no_end=$2, ends_at=NULL WHERE tenant_id=$1 AND subject_kind='user'`, w.tenant, true)
			return err
		})

		o.group("new", "New", nil)
		mark := func(table, tag, on, id string) [2]string {
			return [2]string{table, o.add(table, row{"tag_id": tag, on: id})}
		}
		rows := [][2]string{{"role_group_map", o.mapTo("role0", "tagged", day(-1), day(5), nil)}, mark("okta_group_tag_map", "ten", "group_id", "new"),
			mark("okta_group_tag_map", "five", "group_id", "both"), mark("app_tag_map", "five", "app_id", "app")}
		o.mapTo("role1", "new", day(-1), day(5), nil)
		mark("okta_group_tag_map", "ten", "group_id", "both")
		w.clock.Advance(time.Minute)
		p := w.plan(o, discordaccess.Options{})
		said := map[string]bool{}
		for _, d := range p.Report.Differences {
			said[d.Login+" "+d.Group] = true
		}
		rep := w.bring(o, discordaccess.Options{})
		for i, days := range []int{10, 10, 5, 5} {
			g := w.grant(ids["okta_user_group_member "+members[i]])
			if want := w.clock.Now().Add(time.Duration(days) * 24 * time.Hour); g.EndsAt == nil || g.EndsAt.Sub(want).Abs() > time.Hour {
				w.Errorf("%s of %s ends at %v, want %v", g.Subject.Login, g.Resource.Slug, g.EndsAt, want)
			}
			if words := fmt.Sprintf("the end of 1 of memberships of roles that give it forward, to %d days from now", days); !says(p.Report, rows[i][0], rows[i][1], words) {
				w.Errorf("the plan does not say %q of %v: %+v", words, rows[i], p.Report.Lines)
			}
			if who := fmt.Sprintf("%s Role-role%d", g.Subject.Login, i); !said[who] {
				w.Errorf("the plan has no difference for %s: %v", who, said)
			}
		}
		if said := strings.Join(rep.Warnings, "\n"); !strings.Contains(said, "4 grants that were here end sooner") {
			w.Errorf("the report says %s", said)
		}
		w.verifies()
	})
}

// tag puts a tag on a thing without looking at what is held of it, which is the catalogue's matter.
func (w *world) tag(id string, c sallyport.Constraints) {
	w.Helper()
	if err := w.db.Update(w.ctx, func(ctx context.Context, tx *store.Tx) error {
		t := sallyport.Tag{Name: "Made here", Enabled: true, Constraints: c}
		if err := tx.InsertTag(ctx, w.tenant, &t); err != nil {
			return err
		}
		_, err := tx.AttachTag(ctx, w.tenant, id, t.ID)
		return err
	}); err != nil {
		w.Fatal(err)
	}
}
