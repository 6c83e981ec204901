package access_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// machine finds a moment as programs write it.
var machine = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d`)

// loaded is a person as a call of theirs has them.
func (w *world) loaded(login string) (a sallyport.Actor) {
	w.Helper()
	w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		a, err = tx.LoadActor(ctx, w.tenant, w.users[login].ID)
		return err
	})
	return a
}

// bodies are the texts of somebody's messages of a kind, the newest first.
func (w *world) bodies(who, kind string) (out []string) {
	w.Helper()
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		l, err := tx.Messages(ctx, w.tenant, w.users[who].ID, false, store.Page{})
		for _, m := range l.Items {
			if m.Kind == kind {
				out = append(out, m.Body)
			}
		}
		return err
	})
	return out
}

// TestMomentsAreTheReaders: a moment in a message is in the recipient's time zone, one in a refusal in that of whoever is
// refused; where none is known, it is UTC and says so.
func TestMomentsAreTheReaders(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		w.exec(`UPDATE users SET time_zone = 'Europe/Vienna' WHERE id = $1`, w.users["oscar"].ID)
		w.exec(`UPDATE users SET time_zone = 'America/New_York' WHERE id = $1`, w.users["ken"].ID)
		g := w.given("olga", "ken", "vpn", days(30))
		w.clock.Advance(49 * hour)
		if n, _, err := w.s.RunTasks(w.ctx); err != nil || n != 1 {
			w.Fatalf("reminded of %d (%v)", n, err)
		}
		for who, want := range map[string]string{
			"oscar": "It was due on Wed 4 March 2026, 10:00 CET. Complete it, or reject it with a reason.",
			"tess":  "It was due on Wed 4 March 2026, 09:00 UTC. Complete it, or reject it with a reason.",
		} {
			if got := w.bodies(who, "task.overdue"); !slices.Equal(got, []string{want}) {
				w.Errorf("%s reads %q, want %q", who, got, want)
			}
		}
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "lab", Name: "Lab", Flow: flow(sallyport.StageSpec{Approvers: []string{"group:it"}})})
		r := w.ask("ken", "lab")
		if _, err := w.s.Vote(w.ctx, w.loaded("tess"), r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version}); err != nil {
			w.Fatal(err)
		}
		_, err := w.s.Vote(w.ctx, w.loaded("oscar"), r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version})
		w.refused(err, sallyport.EConflict, "already approved by Tess", "on Wed 4 March 2026, 11:00 CET")
		if _, err := w.s.End(w.ctx, w.loaded("olga"), g.ID, "over"); err != nil {
			w.Fatal(err)
		}
		for who, want := range map[string]string{"ken": "Wed 4 March 2026, 05:00 EST", "olga": "Wed 4 March 2026, 10:00 UTC"} {
			_, err = w.s.End(w.ctx, w.loaded(who), g.ID, "over")
			w.refused(err, sallyport.EConflict, "this ended on "+want)
		}
		wiki := w.lent("ken", "wiki", days(10), "member")
		until := wiki.EndsAt.AddDate(0, 0, -1)
		_, err = w.s.Ask(w.ctx, w.loaded("ken"), sallyport.Ask{Resource: "wiki", Until: &until, Reason: "less"})
		w.refused(err, sallyport.EPrecondition, "already, until Sat 14 March 2026, 06:00 EDT")
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			for _, u := range w.users {
				l, err := tx.Messages(ctx, w.tenant, u.ID, false, store.Page{})
				if err != nil {
					return err
				}
				for _, m := range l.Items {
					if text := strings.Join([]string{m.Title, m.Body}, " "); machine.MatchString(text) {
						w.Errorf("a message says %q", text)
					}
				}
			}
			return nil
		})
	})
}
