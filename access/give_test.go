package access_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

func (w *world) give(by, to, slug string, in sallyport.Give) (sallyport.Grant, error) {
	w.Helper()
	in.Subject, in.Resource = to, slug
	if in.Reason == "" {
		in.Reason = "needed for the move"
	}
	return w.s.Give(w.ctx, w.as(by), in)
}

func (w *world) given(by, to, slug string, d *sallyport.Duration) sallyport.Grant {
	w.Helper()
	g, err := w.give(by, to, slug, sallyport.Give{Duration: d})
	if err != nil {
		w.Fatalf("%s gives %s to %s: %v", by, slug, to, err)
	}
	return g
}

func (w *world) grant(id string) sallyport.Grant {
	w.Helper()
	var g sallyport.Grant
	w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		g, err = tx.Grant(ctx, w.tenant, id, access.Everything)
		return err
	})
	return g
}

func (w *world) mustEnd(by, id string) {
	w.Helper()
	if _, err := w.s.End(w.ctx, w.as(by), id, ""); err != nil {
		w.Fatalf("%s ends %s: %v", by, id, err)
	}
}

func (w *world) passed() int {
	w.Helper()
	n, _, err := w.s.EndPassed(w.ctx)
	if err != nil {
		w.Fatal(err)
	}
	return n
}

func TestDirectAdd(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.give("ada", "ken", "wiki", sallyport.Give{Duration: days(1)})
		w.refused(err, sallyport.EForbidden, "request")
		g := w.given("olga", "ken", "wiki", days(2))
		if g.State != sallyport.GrantActive || g.EndsAt == nil || !g.EndsAt.Equal(g.StartsAt.Add(48*hour)) || !w.holds("ken", "wiki") {
			w.Fatalf("%+v", g)
		}
		_, err = w.give("root", "ada", "wiki", sallyport.Give{Duration: days(1), Reason: " "})
		w.refused(err, sallyport.EPrecondition, "reason")
		w.given("root", "ada", "wiki", days(1))
		if v := strings.Join(w.verbs(g.ID), " "); v != "grant.created" {
			w.Fatal(v)
		}

		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vault", Name: "Vault", Flow: flow(sallyport.StageSpec{Approvers: []string{"group:security"}})})
		w.hold("olga", "vault", sallyport.Owner)
		_, err = w.give("olga", "ken", "vault", sallyport.Give{Duration: days(1)})
		w.refused(err, sallyport.EForbidden, "stage")
		w.given("root", "ken", "vault", days(1))
	})
}

func TestRefusedGrants(t *testing.T) {
	each(t, func(w *world) {
		past, soon := w.clock.Now().Add(-hour), w.clock.Now().Add(hour)
		zero := sallyport.Duration(0)
		for _, c := range []struct {
			in   sallyport.Give
			code sallyport.Code
		}{
			{sallyport.Give{}, sallyport.EInvalid}, {sallyport.Give{Duration: days(1), NoEnd: true}, sallyport.EInvalid}, {sallyport.Give{Duration: &zero}, sallyport.EInvalid},
			{sallyport.Give{Until: &past}, sallyport.EPrecondition}, {sallyport.Give{Duration: days(4000)}, sallyport.EInvalid},
			{sallyport.Give{Until: &soon, Relation: "boss"}, sallyport.EInvalid},
		} {
			_, err := w.give("olga", "ken", "wiki", c.in)
			w.refused(err, c.code)
		}
		w.resource(sallyport.Resource{Kind: sallyport.KindWorkOrder, Slug: "restore", Name: "Restore"})
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "short", Name: "Short", Durations: sallyport.Durations{Max: sallyport.Day}})
		_, err := w.give("root", "ken", "restore", sallyport.Give{Duration: days(1)})
		w.refused(err, sallyport.EPrecondition, "never held")
		_, err = w.give("root", "ken", "short", sallyport.Give{Duration: days(2)})
		w.refused(err, sallyport.EPrecondition, "1 day")
		_, err = w.give("root", "ken", "short", sallyport.Give{NoEnd: true})
		w.refused(err, sallyport.EPrecondition)
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return w.s.LeaveTx(ctx, tx, sallyport.System(w.tenant), w.users["ken"], sallyport.UserGone, "gone from the directory")
		})
		_, err = w.give("root", "ken", "short", sallyport.Give{Duration: days(1)})
		w.refused(err, sallyport.EPrecondition, "gone")
	})
}

func TestAddingAgainNeverShortens(t *testing.T) {
	each(t, func(w *world) {
		first := w.given("olga", "ken", "wiki", days(10))
		_, err := w.give("olga", "ken", "wiki", sallyport.Give{Duration: days(3)})
		w.refused(err, sallyport.EPrecondition, first.EndsAt.Format("2 January 2006"))
		w.clock.Advance(hour)
		second := w.given("olga", "ken", "wiki", days(20))
		old := w.grant(first.ID)
		if old.EndedAt == nil || old.EndedReason != "extended" || !old.EndedAt.Equal(second.StartsAt) || !second.ActivatedAt.Equal(*first.ActivatedAt) {
			w.Fatalf("%+v then %+v", old, second)
		}
		if _, err := w.give("olga", "ken", "wiki", sallyport.Give{Duration: days(1), Replace: true}); err != nil {
			w.Fatal(err)
		}
		w.clock.Advance(25 * hour)
		if w.holds("ken", "wiki") {
			w.Fatal("held after its end, before anything ran")
		}
		// A row whose end has passed is closed by the next add, as of its end.
		again := w.given("olga", "ken", "wiki", days(1))
		if again.StartsAt.Before(w.clock.Now().Add(-hour)) || w.passed() != 0 {
			w.Fatalf("%+v", again)
		}
	})
}

// Where a tag demands a reason, none is taken over from what is extended: alone, in bulk, in a batch and by request.
func TestAnExtensionNeedsItsOwnReason(t *testing.T) {
	each(t, func(w *world) {
		w.builtIn()
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vpn", Name: "VPN", Flow: flow(sallyport.StageSpec{Approvers: []string{"group:security"}})})
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "writers", Name: "Writers"})
		w.hold("olga", "vpn", sallyport.Owner)
		w.hold("olga", "writers", sallyport.Owner)
		wiki, vpn, free := w.lent("ken", "wiki", days(3), "member"), w.lent("ken", "vpn", days(3), "member"), w.lent("ken", "writers", days(3), "member")
		w.tagged("wiki", "Why", sallyport.Constraints{sallyport.RequireMemberReason: true})
		w.tagged("vpn", "Why too", sallyport.Constraints{sallyport.RequireMemberReason: true})
		for _, reason := range []string{"", "\u2800"} {
			_, err := w.s.Extend(w.ctx, w.as("olga"), wiki.ID, access.Extension{Duration: days(9), Reason: reason})
			w.refused(err, sallyport.EPrecondition, "needs a reason")
			out, err := w.s.BulkExtend(w.ctx, w.as("olga"), []string{wiki.ID}, access.Extension{Duration: days(9), Reason: reason}, false)
			if err != nil || out[0].Err == nil {
				w.Errorf("in bulk: %+v %v", out, err)
			}
		}
		b := w.start("olga", access.NewBatch{Action: "renew", Duration: days(9), Rows: items(wiki.ID, vpn.ID, free.ID)})
		w.work()
		_, rows := w.rows("olga", b)
		w.is(rows[wiki.ID], "refused", "constraint."+sallyport.RequireMemberReason, "needs a reason")
		w.is(rows[vpn.ID], "refused", "constraint."+sallyport.RequireMemberReason, "needs a reason")
		w.is(rows[free.ID], "renewed", "")
		if g := w.grant(rows[free.ID].NewGrantID); g.Reason != free.Reason || g.Reason == "" {
			w.Errorf("where no reason is needed, the old one stays: %q, was %q", g.Reason, free.Reason)
		}
		if g, err := w.s.Extend(w.ctx, w.as("olga"), wiki.ID, access.Extension{Duration: days(9), Reason: "goes on"}); err != nil || g.Reason != "goes on" {
			w.Errorf("with a reason: %+v %v", g, err)
		}
	})
}

func TestExtend(t *testing.T) {
	each(t, func(w *world) {
		g := w.given("olga", "ken", "wiki", days(2))
		_, err := w.s.Extend(w.ctx, w.as("ken"), g.ID, access.Extension{Duration: days(9)})
		w.refused(err, sallyport.EForbidden, "request")
		_, err = w.s.Extend(w.ctx, w.as("olga"), g.ID, access.Extension{Duration: days(1)})
		w.refused(err, sallyport.EPrecondition, "shorten")
		next, err := w.s.Extend(w.ctx, w.as("olga"), g.ID, access.Extension{Duration: days(9)})
		if err != nil || next.ID == g.ID || next.State != sallyport.GrantActive {
			w.Fatal(next, err)
		}
		_, err = w.s.Extend(w.ctx, w.as("olga"), g.ID, access.Extension{Duration: days(30)})
		w.refused(err, sallyport.EConflict, "extended")

		other := w.given("olga", "ada", "wiki", days(2))
		_, err = w.s.BulkExtend(w.ctx, w.as("olga"), []string{next.ID, other.ID, "grt_nothing"}, access.Extension{NoEnd: true}, true)
		w.refused(err, sallyport.ENotFound)
		if w.grant(other.ID).EndedAt != nil {
			w.Fatal("half of an all-or-nothing call was done")
		}
		out, err := w.s.BulkEnd(w.ctx, w.as("olga"), []string{next.ID, "grt_nothing", other.ID}, "over", false)
		if err != nil || out[0].Err != nil || out[1].Err == nil || out[2].Grant.State != sallyport.GrantEnded {
			w.Fatal(out, err)
		}
	})
}

func TestEndsAndWhoMay(t *testing.T) {
	each(t, func(w *world) {
		g := w.given("olga", "ken", "wiki", days(2))
		_, err := w.s.End(w.ctx, w.as("ada"), g.ID, "")
		w.refused(err, sallyport.EForbidden, "owners")
		w.mustEnd("ken", g.ID)
		if got := w.grant(g.ID); got.EndedReason != "given back" || got.EndedBy.Login != "ken" || w.holds("ken", "wiki") {
			w.Fatalf("%+v", got)
		}
		_, err = w.s.End(w.ctx, w.as("olga"), g.ID, "")
		w.refused(err, sallyport.EConflict, "Ken")

		short := w.given("olga", "ken", "wiki", days(1))
		w.clock.Advance(30 * hour)
		_, err = w.s.End(w.ctx, w.as("ken"), short.ID, "")
		w.refused(err, sallyport.EConflict, "reached its end")
		if n := w.passed(); n != 1 {
			w.Fatal(n)
		}
		if got := w.grant(short.ID); !got.EndedAt.Equal(*short.EndsAt) || got.EndedReason != "reached its end" || got.EndedBy != nil {
			w.Fatalf("%+v", got)
		}
		if v := strings.Join(w.verbs(short.ID), " "); v != "grant.created grant.ended" {
			w.Fatal(v)
		}
	})
}

func TestLastAdminStays(t *testing.T) {
	each(t, func(w *world) {
		var only sallyport.Grant
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: w.res["sallyport.admin"].ID}, store.Page{})
			only = l.Items[0]
			return err
		})
		_, err := w.s.End(w.ctx, w.as("root"), only.ID, "")
		w.refused(err, sallyport.EPrecondition, "last active admin")
		w.given("root", "olga", "sallyport.admin", days(1))
		w.mustEnd("root", only.ID)
		w.clock.Advance(25 * hour)
		w.passed()
		if !w.holds("olga", "sallyport.admin") {
			w.Fatal("the last admin's access expired")
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return w.s.LeaveTx(ctx, tx, sallyport.System(w.tenant), w.users["olga"], sallyport.UserGone, "gone from the directory")
		})
		if w.holds("olga", "sallyport.admin") {
			w.Fatal("a leaver keeps being admin")
		}
	})
}

func TestRolesReachAndDoNotNest(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "engineer", Name: "Engineer"})
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "boss", Name: "Boss"})
		w.resource(sallyport.Resource{Kind: sallyport.KindGroup, Slug: "it", Name: "IT"})
		w.hold("oscar", "it", sallyport.Member)
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vpn", Name: "VPN", Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:it"}})
		_, err := w.give("root", "role:engineer", "boss", sallyport.Give{NoEnd: true})
		w.refused(err, sallyport.EPrecondition, "roles do not contain roles")
		w.given("root", "ken", "engineer", days(5))
		w.given("root", "role:engineer", "vpn", days(9))
		w.given("root", "ada", "engineer", days(5))
		if !w.holds("ken", "vpn") || !w.holds("ada", "vpn") {
			w.Fatal("a role does not reach its members")
		}
		count := func(state string) (n int) {
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				return tx.Row(ctx, `SELECT count(*) FROM provisions WHERE tenant_id=$1 AND resource_id=$2 AND state=$3`, []any{w.tenant, w.res["vpn"].ID, state}, &n)
			})
			return n
		}
		if count("adding") != 2 {
			w.Fatal("provisions of members:", count("adding"))
		}
		w.clock.Advance(6 * 24 * hour)
		w.passed()
		if w.holds("ken", "vpn") || count("removing") != 2 {
			w.Fatal("the end of a membership is not the end of what it gave:", count("removing"))
		}
	})
}

func TestImportedAndGivenAreCounted(t *testing.T) {
	each(t, func(w *world) {
		w.hold("ken", "wiki", sallyport.Member)
		g := w.given("olga", "ken", "wiki", days(1))
		w.mustEnd("ken", g.ID)
		if !w.holds("ken", "wiki") {
			w.Fatal("ending one reason ended the other")
		}
	})
}

func TestMarks(t *testing.T) {
	each(t, func(w *world) {
		g := w.given("olga", "ken", "wiki", days(2))
		for who, want := range map[string][2]bool{"ken": {true, false}, "olga": {true, true}, "root": {true, true}, "ada": {false, false}} {
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				list := []sallyport.Grant{w.grantIn(ctx, tx, g.ID)}
				err := w.s.MarkGrants(ctx, tx, w.as(who), list)
				if got := [2]bool{list[0].MayEnd, list[0].MayExtend}; got != want {
					w.Errorf("%s may end and extend: %v, want %v", who, got, want)
				}
				return err
			})
		}
	})
}

func (w *world) grantIn(ctx context.Context, tx *store.Tx, id string) sallyport.Grant {
	g, err := tx.Grant(ctx, w.tenant, id, access.Everything)
	if err != nil {
		w.Error(err)
	}
	return g
}

func TestConcurrentEndsLeaveOne(t *testing.T) {
	each(t, func(w *world) {
		g := w.given("olga", "ken", "wiki", days(1))
		w.clock.Advance(24*hour - time.Millisecond)
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() { _, _ = w.s.End(w.ctx, w.as([]string{"ken", "olga", "root", "ken"}[i]), g.ID, "") })
			all.Go(func() {
				_, _ = w.s.Extend(w.ctx, w.as("olga"), g.ID, access.Extension{Duration: days(3 + i)})
			})
			all.Go(func() { _, _, _ = w.s.EndPassed(w.ctx) })
		}
		all.Wait()
		n := 0
		for _, v := range w.verbs(g.ID) {
			if v == "grant.ended" || v == "grant.extended" {
				n++
			}
		}
		if n != 1 {
			w.Fatalf("the grant ended %d times: %v", n, w.verbs(g.ID))
		}
	})
}
