package worker_test

import (
	"context"
	"fmt"
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
	"github.com/sallyport/sallyport/store/storetest"
	"github.com/sallyport/sallyport/worker"
)

// post is a delivery through a real mail server, and a person with an address.
type post struct {
	worker.Delivery
	mail   *mailpit.Server
	tenant string
	user   sallyport.User
}

func newPost(t *testing.T, db *store.DB, mail *mailpit.Server) *post {
	t.Helper()
	host, port, err := net.SplitHostPort(mail.SMTP)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	n, err := email.Kind().Open(t.Context(), map[string]string{"host": host, "port": port, "security": "none", "from": "access@example.com"}, log)
	if err != nil {
		t.Fatal(err)
	}
	p := &post{mail: mail, Delivery: worker.Delivery{DB: db, Notifiers: map[string]notify.Notifier{store.ChannelEmail: n},
		PublicURL: "https://sallyport.example.com/", Log: log}}
	if p.tenant, err = db.EnsureTenant(t.Context(), "default", "Example"); err != nil {
		t.Fatal(err)
	}
	p.user = sallyport.User{Login: "ada", Name: "Ada", Email: "ada@example.com"}
	p.update(t, func(ctx context.Context, tx *store.Tx) error { return tx.InsertUser(ctx, p.tenant, &p.user) })
	if err := mail.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *post) update(t *testing.T, f func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := p.DB.Update(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func (p *post) add(t *testing.T, n int) {
	t.Helper()
	p.update(t, func(ctx context.Context, tx *store.Tx) error {
		for i := range n {
			if _, err := tx.AddMessage(ctx, p.tenant, store.NewMessage{UserID: p.user.ID, Kind: "x", Title: fmt.Sprintf("Notice %d", i), Link: "/access",
				Facts: []notify.Fact{{Name: "Also", Link: "/roles?view=mine"}}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// run runs the delivery once and expects that many to go out.
func (p *post) run(t *testing.T, want int) {
	t.Helper()
	if n, err := p.Run(t.Context()); err != nil || n != want {
		t.Fatalf("sent %d, %v; want %d", n, err, want)
	}
}

// ids returns how often each Message-ID arrived.
func (p *post) ids(t *testing.T) map[string]int {
	t.Helper()
	all, err := p.mail.To(t.Context(), "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for _, m := range all {
		ids[m.MessageID]++
		if !strings.Contains(m.Text, "https://sallyport.example.com/access") || !strings.Contains(m.Text, "Also:\r\nhttps://sallyport.example.com/roles?view=mine") && !strings.Contains(m.Text, "Also:\nhttps://sallyport.example.com/roles?view=mine") {
			t.Errorf("no link in %s", m.Text)
		}
	}
	return ids
}

func TestDelivery(t *testing.T) {
	mail, err := mailpit.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mail.Stop() })

	t.Run("two workers never send twice", func(t *testing.T) {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			p := newPost(t, db, mail)
			p.add(t, 50)
			var wg sync.WaitGroup
			total := make([]int, 2)
			for i := range total {
				wg.Go(func() {
					var err error
					if total[i], err = p.Run(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			ids := p.ids(t)
			if total[0]+total[1] != 50 || len(ids) != 50 {
				t.Errorf("%v sent, %d arrived", total, len(ids))
			}
			for id, n := range ids {
				if n != 1 {
					t.Errorf("%s arrived %d times", id, n)
				}
			}
			p.run(t, 0)
			if _, waiting, err := p.Next(t.Context()); err != nil || waiting {
				t.Errorf("something waits (%v)", err)
			}
		})
	})

	t.Run("a death between sending and writing repeats the same mail", func(t *testing.T) {
		storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
			p := newPost(t, db, mail)
			p.add(t, 1)
			var due []store.Delivery
			p.update(t, func(ctx context.Context, tx *store.Tx) (err error) {
				due, err = tx.ClaimDeliveries(ctx, store.ChannelEmail, 1, time.Minute)
				return err
			})
			if _, err := p.Notifiers[store.ChannelEmail].Send(t.Context(), due[0].To, notify.Message{ID: due[0].Message.ID, Title: "Notice 0",
				Body: "https://sallyport.example.com/access\nAlso:\nhttps://sallyport.example.com/roles?view=mine"}, ""); err != nil {
				t.Fatal(err)
			}
			p.run(t, 0) // leased
			clock.Advance(2 * time.Minute)
			p.run(t, 1)
			p.run(t, 0)
			if ids := p.ids(t); len(ids) != 1 || ids[due[0].Message.ID+"@example.com"] != 2 {
				t.Errorf("%v", ids)
			}
		})
	})

	t.Run("temporary failures are retried, permanent ones are not", func(t *testing.T) {
		storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
			p := newPost(t, db, mail)
			chaos := func(code, probability int) {
				t.Helper()
				if err := mail.SetChaos(t.Context(), mailpit.Recipient, code, probability); err != nil {
					t.Fatal(err)
				}
			}
			p.add(t, 1)
			chaos(451, 100)
			p.run(t, 0)
			chaos(451, 0)
			p.run(t, 0) // not before its time
			next, waiting, err := p.Next(t.Context())
			if err != nil || !waiting || next.Sub(clock.Now()).Round(time.Second) != 30*time.Second {
				t.Errorf("next at %s, %v, %v", next, waiting, err)
			}
			clock.Advance(31 * time.Second)
			p.run(t, 1)

			p.add(t, 1)
			chaos(550, 100)
			p.run(t, 0)
			chaos(550, 0)
			clock.Advance(4 * 24 * time.Hour)
			p.run(t, 0)
			if ids := p.ids(t); len(ids) != 1 {
				t.Errorf("%v", ids)
			}

			// Whoever left in the meantime gets none.
			p.add(t, 1)
			p.user.State = sallyport.UserGone
			p.update(t, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateUser(ctx, p.tenant, &p.user) })
			p.run(t, 0)
			if _, waiting, err := p.Next(t.Context()); err != nil || waiting {
				t.Errorf("a leaver's mail waits (%v)", err)
			}
		})
	})
}
