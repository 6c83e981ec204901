package discordaccess_test

import (
	"context"
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
