package worker_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/internal/peers/mailpit"
	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/notify/email"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/worker"
)

// TestNoticesAfterADayDown: three nodes come back at once after a day without any. What was missed meanwhile goes out, once,
// through a real mail server and into the inbox; what went out before does not go out again; what is over is not announced.
func TestNoticesAfterADayDown(t *testing.T) {
	mail, err := mailpit.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mail.Stop() })
	eachClock(t, func(w *world) {
		host, port, err := net.SplitHostPort(mail.SMTP)
		if err != nil {
			w.Fatal(err)
		}
		quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
		n, err := email.Kind().Open(w.ctx, map[string]string{"host": host, "port": port, "security": "none", "from": "access@example.com"}, quiet)
		if err != nil {
			w.Fatal(err)
		}
		address := map[string]string{}
		for _, login := range []string{"ken", "ada", "eve"} {
			u := w.users[login]
			u.Email = strings.ToLower(login + "-" + store.NewID("x")[2:] + "@example.com")
			w.tx(func(ctx context.Context, tx *store.Tx) error { return tx.UpdateUser(ctx, w.tenant, &u) })
			w.users[login], address[login] = u, u.Email
		}
		node := func() *worker.Worker {
			k := w.worker()
			k.Deliver = worker.Delivering(worker.Delivery{DB: w.db, Notifiers: map[string]notify.Notifier{store.ChannelEmail: n}, PublicURL: "https://access.example.com", Log: quiet})
			return k
		}
		run := func(nodes int) {
			w.Helper()
			var all sync.WaitGroup
			for range nodes {
				all.Go(func() {
					if err := node().Drain(w.ctx); err != nil {
						w.Error(err)
					}
				})
			}
			all.Wait()
		}
		// has compares the announcements of an end in somebody's mailbox and inbox with what they should be, the oldest first.
		has := func(login string, want ...string) {
			w.Helper()
			got, err := mail.To(w.ctx, address[login])
			if err != nil {
				w.Fatal(err)
			}
			var mails, inbox []string
			for i := range got {
				if s := got[len(got)-1-i].Subject; strings.Contains(s, " ends in ") {
					mails = append(mails, s)
				}
			}
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				inbox = nil
				l, err := tx.Messages(ctx, w.tenant, w.users[login].ID, false, store.Page{Sort: "created_at"})
				for _, m := range l.Items {
					if m.Kind == "grant.ends_soon" {
						inbox = append(inbox, m.Title)
					}
				}
				return err
			})
			for what, list := range map[string][]string{"mail": mails, "inbox": inbox} {
				ok := len(list) == len(want)
				for i := 0; ok && i < len(want); i++ {
					ok = strings.Contains(list[i], want[i])
				}
				if !ok {
					w.Fatalf("%s of %s: %q, want %q", what, login, list, want)
				}
			}
		}
		const day = 24 * time.Hour
		w.give("ken", "vpn", hours(10*24))
		w.give("ada", "vpn", hours(8*24+2))
		short := w.give("eve", "vpn", hours(2*24+1))
		run(1)
		has("ken")
		w.clock.Advance(day + 3*time.Hour) // a week before ada's end, a day before eve's
		run(2)
		has("ken")
		has("ada", "ends in 6 days")
		has("eve", "ends in 22 hours")
		w.clock.Advance(2*day + 3*time.Hour) // nobody runs; meanwhile ken's week begins, and eve's access ends
		run(3)
		has("ken", "ends in 6 days")
		has("ada", "ends in 6 days")
		has("eve", "ends in 22 hours")
		if g := w.grant(short.ID); g.State != sallyport.GrantEnded {
			w.Fatal(g.State)
		}
		run(3)
		has("ken", "ends in 6 days")
		w.clock.Advance(6 * day) // nobody runs for long: of the notices that are due only the latest goes out
		run(3)
		has("ken", "ends in 6 days", "ends in 18 hours")
		has("ada", "ends in 6 days") // over in between: no announcement of what has been
		run(2)
		has("ken", "ends in 6 days", "ends in 18 hours")
	})
}
