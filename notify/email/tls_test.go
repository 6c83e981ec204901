package email_test

import (
	"bufio"
	"net"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/internal/peers/mailpit"
	"github.com/sallyport/sallyport/notify"
)

// TestEncrypted sends through a real server that insists on TLS, in both ways that there are: with its authority the mail
// and the password arrive, without it nothing is said.
func TestEncrypted(t *testing.T) {
	for security, kind := range map[string]mailpit.Encryption{"starttls": mailpit.STARTTLS, "tls": mailpit.Implicit} {
		t.Run(security, func(t *testing.T) {
			s, err := mailpit.StartTLS(t.Context(), kind)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Stop() })
			to := notify.Recipient{Name: "Ada", Email: "ada@example.com"}
			signed := []string{"security", security, "username", "sallyport", "password", "hunter2222"}
			trusted := open(t, s.SMTP, append(signed, "ca", string(s.CA))...)
			if err := trusted.Check(t.Context()); err != nil {
				t.Errorf("check: %v", err)
			}
			if _, err := trusted.Send(t.Context(), to, notify.Message{ID: "msg_1", Title: "By " + security, Body: "Nobody else reads this."}, ""); err != nil {
				t.Fatal(err)
			}
			m, err := s.WaitFor(t.Context(), to.Email, "By "+security)
			if err != nil || !strings.Contains(m.Text, "Nobody else reads this.") || m.MessageID != "msg_1@corp.example" {
				t.Fatalf("%+v %v", m, err)
			}
			for what, n := range map[string]notify.Notifier{"a certificate that nobody vouches for": open(t, s.SMTP, signed...), "no encryption": open(t, s.SMTP)} {
				_, err := n.Send(t.Context(), to, notify.Message{ID: "msg_2", Title: "Not this"}, "")
				if err == nil || notify.IsPermanent(err) || strings.Contains(err.Error(), "hunter2222") {
					t.Errorf("%s: %v", what, err)
				}
			}
			if all, err := s.Messages(t.Context()); err != nil || len(all) != 1 {
				t.Errorf("%d mails arrived, %v", len(all), err)
			}
		})
	}
}

// TestStrippedSTARTTLS: somebody in between takes the offer of encryption away. Neither the password nor the mail is said
// in the clear, and the connection does not stay open: the server here hears of its end before it tells what was said.
func TestStrippedSTARTTLS(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan string, 1)
	go func() {
		defer close(said)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = c.Write([]byte("220 in.between ESMTP\r\n"))
		var all strings.Builder
		for lines := bufio.NewScanner(c); lines.Scan(); {
			all.WriteString(lines.Text() + "\n")
			switch verb, _, _ := strings.Cut(lines.Text(), " "); verb {
			case "EHLO":
				_, _ = c.Write([]byte("250-in.between\r\n250 AUTH PLAIN LOGIN\r\n"))
			case "QUIT":
				_, _ = c.Write([]byte("221 bye\r\n"))
			default:
				_, _ = c.Write([]byte("250 go on\r\n"))
			}
		}
		said <- all.String()
	}()
	n := open(t, l.Addr().String(), "security", "starttls", "username", "sallyport", "password", "hunter2222")
	if _, err := n.Send(t.Context(), notify.Recipient{Email: "ada@example.com"}, notify.Message{ID: "m", Title: "Secret title"}, ""); err == nil || notify.IsPermanent(err) {
		t.Errorf("it was sent: %v", err)
	}
	l.Close()
	if text := <-said; strings.Contains(text, "AUTH") || strings.Contains(text, "MAIL FROM") || strings.Contains(text, "Secret") {
		t.Errorf("it said\n%s", text)
	}
}
