// Package notifytest is the suite that every notifier passes.
package notifytest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport/notify"
)

// Peer is the real service behind the notifier under test.
type Peer struct {
	Notifier notify.Notifier
	// Received returns the texts of what arrived for a recipient, title and body together, the newest first.
	Received func(t *testing.T, to notify.Recipient) []string
	// Refuse makes the service refuse everything until it is called with false: for good, or only for now.
	Refuse func(t *testing.T, on, permanent bool)
	// Unreachable is a notifier of the same kind whose service does not answer. Secrets must not be in its errors.
	Unreachable notify.Notifier
	Secrets     []string
}

// Run checks the promises of the contract.
func Run(t *testing.T, p Peer) {
	ada := notify.Recipient{Name: "Ada Lovelace", Email: "ada@example.com", TimeZone: "Europe/Vienna"}
	at := time.Date(2026, 7, 1, 10, 30, 0, 0, time.UTC)
	message := notify.Message{ID: "msg_1", Title: "Your access to VPN ends – soon", Body: "It ends in 7 days.\n\nExtend it if you need it.",
		Facts:   []notify.Fact{{Name: "Resource", Value: "VPN"}, {Name: "Ends", At: &at}},
		Actions: []notify.Action{{Label: "Open in Sallyport", URL: "https://sallyport.example.com/access"}}}

	t.Run("delivers everything", func(t *testing.T) {
		if err := p.Notifier.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		ref, err := p.Notifier.Send(t.Context(), ada, message, "")
		if err != nil || ref == "" {
			t.Fatalf("%q, %v", ref, err)
		}
		got := p.Received(t, ada)
		if len(got) != 1 {
			t.Fatalf("%d arrived", len(got))
		}
		for _, want := range []string{message.Title, "Extend it if you need it.", "VPN", "12:30 CEST", "https://sallyport.example.com/access"} {
			if !strings.Contains(got[0], want) {
				t.Errorf("%q is not in %s", want, got[0])
			}
		}
		again, err := p.Notifier.Send(t.Context(), ada, message, "")
		if err != nil || again != ref {
			t.Errorf("a repeated message has ref %q, then %q (%v)", ref, again, err)
		}
		later := message
		later.ID, later.Title = "msg_2", "Your access to VPN has ended"
		if next, err := p.Notifier.Send(t.Context(), ada, later, ref); err != nil || next == "" {
			t.Errorf("following up: %q, %v", next, err)
		}
	})
	t.Run("survives hostile text", func(t *testing.T) {
		eve := notify.Recipient{Name: "Eve\r\nBcc: victim@example.com", Email: "eve@example.com", TimeZone: "No/Where"}
		m := notify.Message{ID: "msg_3\r\nX: y", Title: "Hi\r\nBcc: victim@example.com\r\n\r\nbody", Body: "<script>alert(1)</script>\xff\x00\r\n.\r\nQUIT",
			Facts:   []notify.Fact{{Name: "<b>", Value: "\x1b[31m"}, {Name: "At", At: &at}},
			Actions: []notify.Action{{Label: "x", URL: "javascript:alert(1)"}}}
		if _, err := p.Notifier.Send(t.Context(), eve, m, "bad\r\nref"); err != nil {
			t.Fatal(err)
		}
		got := p.Received(t, eve)
		if len(got) != 1 || !strings.Contains(got[0], "QUIT") || !strings.Contains(got[0], "10:30 UTC") || strings.Contains(got[0], "javascript:") {
			t.Errorf("got %q", got)
		}
		if n := len(p.Received(t, notify.Recipient{Email: "victim@example.com"})); n != 0 {
			t.Errorf("%d reached the victim", n)
		}
	})
	t.Run("tells temporary from permanent", func(t *testing.T) {
		for _, permanent := range []bool{false, true} {
			p.Refuse(t, true, permanent)
			_, err := p.Notifier.Send(t.Context(), ada, message, "")
			p.Refuse(t, false, permanent)
			if err == nil || notify.IsPermanent(err) != permanent {
				t.Errorf("refused with permanent=%v: %v", permanent, err)
			}
		}
		for _, address := range []string{"", "nobody", "a@b@c", "ada@example.com\r\nRCPT TO:<x@example.com>", "a@example.com, b@example.com"} {
			if _, err := p.Notifier.Send(t.Context(), notify.Recipient{Email: address}, message, ""); !notify.IsPermanent(err) {
				t.Errorf("to %q: %v", address, err)
			}
		}
		_, err := p.Unreachable.Send(t.Context(), ada, message, "")
		if err == nil || notify.IsPermanent(err) || p.Unreachable.Check(t.Context()) == nil {
			t.Errorf("unreachable: %v", err)
		}
		for _, s := range p.Secrets {
			if err != nil && strings.Contains(err.Error(), s) {
				t.Errorf("a secret is in %v", err)
			}
		}
	})
	t.Run("obeys its context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		begun := time.Now()
		if _, err := p.Notifier.Send(ctx, ada, message, ""); err == nil || notify.IsPermanent(err) {
			t.Errorf("cancelled: %v", err)
		}
		if time.Since(begun) > 2*time.Second {
			t.Error("it took too long to give up")
		}
	})
	t.Run("sends from many goroutines", func(t *testing.T) {
		many := notify.Recipient{Name: "Many", Email: "many@example.com"}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				m := message
				m.ID = "msg_many_" + string(rune('a'+i))
				if _, err := p.Notifier.Send(t.Context(), many, m, ""); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(p.Received(t, many)); n != 8 {
			t.Errorf("%d of 8 arrived", n)
		}
	})
}
