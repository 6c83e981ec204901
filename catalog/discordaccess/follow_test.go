package discordaccess_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog/discordaccess"
	"github.com/sallyport/sallyport/store"
)

func text(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

func (w *world) admins() (out []string) {
	w.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) error {
		list, err := w.im.Access.Admins(ctx, tx, w.tenant)
		for _, u := range list {
			out = append(out, strings.TrimSuffix(u.Login, "@example.test"))
		}
		return err
	})
	slices.Sort(out)
	return out
}

// TestAdminsThatAreNoMore: who was made an admin for administering Access is one for as long as they do that, whatever a later
// run is asked for; a renewal there changes nothing, and the last admin stays.
func TestAdminsThatAreNoMore(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		for _, id := range []string{"ann", "bea", "cy", "dee"} {
			o.user(id, id+"@example.test", nil)
		}
		o.add("app", row{"id": "access", "name": "Access"})
		o.inApp("access", "own", "App-Access-Owners", true, nil)
		o.group("ops", "Role-Ops", row{"type": "role_group"})
		o.member("dee", "ops", day(-10), nil, nil)
		left, renewed, shorter, byRole := o.member("ann", "own", day(-10), nil, nil), o.member("bea", "own", day(-10), nil, nil), o.member("cy", "own", day(-10), nil, nil), o.mapTo("ops", "own", day(-10), nil, nil)
		w.bring(o, discordaccess.Options{Admins: true})
		is := func(when string, want ...string) {
			w.Helper()
			if got := w.admins(); !slices.Equal(got, want) {
				w.Errorf("%s, the admins are %v, want %v", when, got, want)
			}
		}
		is("at first", "ann", "bea", "cy", "dee", "root")
		end := func(table, id string, at time.Time) {
			o.exec("UPDATE "+table+" SET ended_at = $1 WHERE id = "+id, text(at))
		}
		end("okta_user_group_member", left, day(0.5))
		end("okta_user_group_member", renewed, day(0.5))
		o.member("bea", "own", day(0.5), nil, nil)
		end("okta_user_group_member", shorter, day(3))
		end("role_group_map", byRole, day(0.5))
		w.clock.Advance(24 * time.Hour)
		rep := w.bring(o, discordaccess.Options{AppName: "Another"})
		is("when three changed", "bea", "cy", "root")
		for id, words := range map[string]string{left: "is no admin here by that", shorter: "is an admin here until then"} {
			if !says(rep, "okta_user_group_member", id, words) {
				w.Errorf("nobody says of %s: %s\n%+v", id, words, rep.Lines)
			}
		}
		if !says(rep, "role_group_map", byRole, "is no admin here by that") {
			w.Errorf("nobody says it of the role: %+v", rep.Lines)
		}
		if p := w.plan(o, discordaccess.Options{}); !p.Empty() {
			w.Errorf("a third run finds something to do: %+v", p.Report)
		}
		w.clock.Advance(3 * 24 * time.Hour)
		if _, _, err := w.im.Access.EndPassed(w.ctx); err != nil {
			w.Fatal(err)
		}
		is("when the third's end has come", "bea", "root")
		w.update(func(ctx context.Context, tx *store.Tx) error {
			root, err := tx.User(ctx, w.tenant, "root@example.test")
			if err != nil {
				return err
			}
			return w.im.Access.LeaveTx(ctx, tx, w.actor(), root, sallyport.UserGone, "left")
		})
		o.exec("UPDATE okta_user_group_member SET ended_at = $1 WHERE user_id = 'bea'", text(day(1)))
		rep = w.bring(o, discordaccess.Options{})
		is("when nobody else is one", "bea")
		if !slices.ContainsFunc(rep.Lines, func(l discordaccess.Line) bool { return strings.Contains(l.Why, "make somebody else an admin") }) {
			w.Errorf("nobody says that the last admin stays: %+v", rep.Lines)
		}
		w.verifies()
	})
}

func (w *world) update(f func(ctx context.Context, tx *store.Tx) error) {
	w.Helper()
	if err := w.db.Update(w.ctx, f); err != nil {
		w.Fatal(err)
	}
}

// TestMarksThatCameLater: what is reviewed there after it was brought is marked here by the next run, once.
func TestMarksThatCameLater(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		o.user("ann", "ann@example.test", nil)
		o.user("bea", "bea@example.test", nil)
		o.group("g", "Group", nil)
		o.group("r", "Role-R", row{"type": "role_group"})
		ends, endless, of := o.member("ann", "g", day(-10), day(30), nil), o.member("bea", "g", day(-10), nil, nil), o.mapTo("r", "g", day(-10), day(20), nil)
		w.bring(o, discordaccess.Options{})
		o.exec("UPDATE okta_user_group_member SET should_expire = $1", true)
		o.exec("UPDATE role_group_map SET should_expire = $1", true)
		rep := w.bring(o, discordaccess.Options{})
		ids := w.ids()
		want := []string{ids["okta_user_group_member "+ends], ids["role_group_map "+of]}
		slices.Sort(want)
		if got := w.column(`SELECT grant_id FROM grant_reviews WHERE tenant_id=$1`); !slices.Equal(got, want) {
			w.Errorf("the marks are of %v, want %v", got, want)
		}
		if !says(rep, "okta_user_group_member", ends, "is marked as not to be renewed here as well") || says(rep, "okta_user_group_member", endless, "marked") {
			w.Errorf("the report says %+v", rep.Lines)
		}
		if n := len(w.column(`SELECT id FROM events WHERE tenant_id=$1 AND verb='grant.reviewed'`)); n != 2 {
			w.Errorf("%d events", n)
		}
		if p := w.plan(o, discordaccess.Options{}); !p.Empty() {
			w.Errorf("a third run finds something to do: %+v", p.Report)
		}
		w.verifies()
	})
}

// TestKilledBeforeTheLimits: what a run put tags on and was stopped before it shortened is shortened by the next one, though
// every row was brought.
func TestKilledBeforeTheLimits(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		for _, id := range []string{"ann", "bea"} {
			o.user(id, id+"@example.test", nil)
		}
		o.group("g", "Group", nil)
		o.group("r", "Role-R", row{"type": "role_group"})
		direct, inRole := o.member("ann", "g", day(-10), nil, nil), o.member("bea", "r", day(-10), nil, nil)
		w.bring(o, discordaccess.Options{})
		o.add("tag", row{"id": "t", "name": "Ten", "constraints": `{"member_time_limit": 864000, "propagate_to_roles": true}`})
		o.add("okta_group_tag_map", row{"tag_id": "t", "group_id": "g"})
		o.mapTo("r", "g", day(-10), day(5), nil)
		ctx, cancel := context.WithCancelCause(w.ctx)
		_, err := w.im.Apply(ctx, w.actor(), w.plan(o, discordaccess.Options{}), func(done, total int) {
			if done == total {
				cancel(errors.New("killed"))
			}
		})
		ids := w.ids()
		grants := []string{ids["okta_user_group_member "+direct], ids["okta_user_group_member "+inRole]}
		for _, id := range grants {
			if g := w.grant(id); err == nil || !g.NoEnd {
				w.Fatalf("the run was not stopped in time: %v %+v", err, g)
			}
		}
		rep := w.bring(o, discordaccess.Options{})
		for _, id := range grants {
			if g := w.grant(id); g.EndsAt == nil || g.EndsAt.Sub(w.clock.Now().Add(10*24*time.Hour)).Abs() > time.Hour {
				w.Errorf("%s of %s ends at %v", g.Subject.Login, g.Resource.Slug, g.EndsAt)
			}
		}
		if said := strings.Join(rep.Warnings, "\n"); !strings.Contains(said, "2 grants that Group limits are longer than its tags allow") || !strings.Contains(said, "2 grants that were here end sooner") {
			w.Errorf("the report says %s", said)
		}
		if p := w.plan(o, discordaccess.Options{}); !p.Empty() {
			w.Errorf("a third run finds something to do: %+v", p.Report)
		}
		w.verifies()
	})
}
