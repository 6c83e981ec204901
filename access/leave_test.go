package access_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func (w *world) leave(login string) {
	w.Helper()
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		return w.s.LeaveTx(ctx, tx, sallyport.System(w.tenant), w.users[login], sallyport.UserGone, "gone from the directory")
	})
}

func TestLeavers(t *testing.T) {
	each(t, func(w *world) {
		g := w.given("olga", "ken", "wiki", days(9))
		w.byHand()
		r := w.ask("ken", "vpn")
		w.leave("ken")
		if got := w.grant(g.ID); got.EndedReason != "gone from the directory" || w.holds("ken", "wiki") {
			w.Fatalf("%+v", got)
		}
		if now := w.state(r, sallyport.RequestCancelled); now.Cause != "gone from the directory" {
			w.Fatal(now.Cause)
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.SetUserState(ctx, w.tenant, w.users["ken"].ID, sallyport.UserActive)
			return err
		})
		if w.holds("ken", "wiki") {
			w.Fatal("coming back restored access")
		}
	})
}

func TestAccountabilityPassesToTheManager(t *testing.T) {
	each(t, func(w *world) {
		ken := w.users["ken"].Ref()
		bot := sallyport.User{Login: "bot", Name: "Bot", Kind: sallyport.UserAgent, Accountable: &ken}
		w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.InsertUser(ctx, w.tenant, &bot) })
		w.users["bot"] = bot
		long := w.given("olga", "bot", "wiki", days(90))
		w.leave("ken")
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			u, err := tx.User(ctx, w.tenant, "bot")
			if err == nil && (u.Accountable == nil || u.Accountable.Login != "grace") {
				w.Errorf("%+v answers for the bot", u.Accountable)
			}
			return err
		})
		if w.grant(long.ID).EndedReason != "replaced" || !w.holds("bot", "wiki") {
			w.Fatal("not shortened")
		}
		w.clock.Advance(8 * 24 * hour)
		if w.holds("bot", "wiki") {
			w.Fatal("kept without anybody's confirmation")
		}
	})
}

func TestRemovedResource(t *testing.T) {
	each(t, func(w *world) {
		g := w.given("olga", "ken", "wiki", days(9))
		r := w.ask("ada", "wiki")
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			if err := w.s.CloseResourceTx(ctx, tx, w.as("root"), w.res["wiki"], "removed from the catalogue"); err != nil {
				return err
			}
			_, err := tx.DeleteResource(ctx, w.tenant, w.res["wiki"].ID)
			return err
		})
		if w.grant(g.ID).EndedReason != "removed from the catalogue" || w.state(r, sallyport.RequestCancelled).Cause != "removed from the catalogue" {
			w.Fatal("something of a removed resource lives")
		}
		if told := w.bodies("ada", "request.cancelled"); !slices.Equal(told, []string{"Root: removed from the catalogue"}) {
			w.Fatalf("who waited for it hears %q", told)
		}
	})
}

func (w *world) notices(login string) []string {
	w.Helper()
	if _, _, err := w.s.RunNotices(w.ctx); err != nil {
		w.Fatal(err)
	}
	var out []string
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		out = nil
		l, err := tx.Messages(ctx, w.tenant, w.users[login].ID, false, store.Page{})
		for _, m := range l.Items {
			if m.Kind == "grant.ends_soon" {
				out = append(out, m.Title)
			}
		}
		return err
	})
	return out
}

func TestNotices(t *testing.T) {
	each(t, func(w *world) {
		w.given("olga", "ken", "wiki", days(10))
		w.given("olga", "ada", "wiki", days(3)) // shorter than a week: only the day before
		day := 24 * hour
		steps := []struct {
			move     time.Duration
			ken, ada int
		}{{0, 0, 0}, {hour, 0, 0}, {2 * day, 0, 1}, {day, 1, 1}, {hour, 1, 1}, {6 * day, 2, 1}, {hour, 2, 1}}
		for i, s := range steps {
			w.clock.Advance(s.move)
			if ken, ada := w.notices("ken"), w.notices("ada"); len(ken) != s.ken || len(ada) != s.ada {
				w.Fatalf("step %d: %v, %v", i, ken, ada)
			}
		}
	})
}

func TestMissedNoticeIsSentOnceLate(t *testing.T) {
	each(t, func(w *world) {
		w.given("olga", "ken", "wiki", days(10))
		w.clock.Advance(4 * 24 * hour) // a day after its time
		if n := w.notices("ken"); len(n) != 1 || !strings.Contains(n[0], "6 days") {
			w.Fatal(n)
		}
		w.notices("ken")
		w.hold("ken", "wiki", sallyport.Member) // now another reason goes on
		w.clock.Advance(5*24*hour + hour)
		if n := w.notices("ken"); len(n) != 1 {
			w.Fatal("told that something ends which does not:", n)
		}
	})
}
