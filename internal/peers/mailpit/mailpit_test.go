package mailpit_test

import (
	"net/smtp"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/internal/peers/mailpit"
)

func TestMail(t *testing.T) {
	ctx := t.Context()
	s, err := mailpit.Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	send := func() error {
		msg := "From: bot@example.com\r\nTo: ada@example.com\r\nSubject: =?utf-8?q?Your_access_ends_=E2=80=93_soon?=\r\n\r\nIn 7 days.\r\n"
		return smtp.SendMail(s.SMTP, nil, "bot@example.com", []string{"ada@example.com"}, []byte(msg))
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	m, err := s.WaitFor(ctx, "ADA@example.com", "ends – soon")
	if err != nil || m.From.Address != "bot@example.com" || !strings.Contains(m.Text, "In 7 days.") {
		t.Fatalf("got %+v, %v", m, err)
	}
	if err := s.Delete(ctx); err != nil {
		t.Fatal(err)
	}
	if left, err := s.Messages(ctx); err != nil || len(left) != 0 {
		t.Fatalf("after Delete: %v, %v", left, err)
	}
	if err := s.SetChaos(ctx, mailpit.Recipient, 452, 100); err != nil {
		t.Fatal(err)
	}
	if err := send(); err == nil || !strings.Contains(err.Error(), "452") {
		t.Fatalf("want the 452 that was asked for, got %v", err)
	}
	if err := s.SetChaos(ctx, mailpit.Recipient, 452, 0); err != nil {
		t.Fatal(err)
	}
	if err := send(); err != nil {
		t.Fatal("after mending:", err)
	}
}
