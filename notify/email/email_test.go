package email_test

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/internal/peers/mailpit"
	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/notify/email"
	"github.com/sallyport/sallyport/notify/notifytest"
)

var server *mailpit.Server

func TestMain(m *testing.M) {
	code := m.Run()
	if server != nil {
		_ = server.Stop()
	}
	os.Exit(code)
}

func start(t *testing.T) *mailpit.Server {
	t.Helper()
	if server == nil {
		s, err := mailpit.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		server = s
	}
	if err := server.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	return server
}

func open(t *testing.T, address string, more ...string) notify.Notifier {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{"host": host, "port": port, "security": "none", "from": "Sallyport <access@corp.example>", "timeout": "5"}
	for i := 0; i+1 < len(more); i += 2 {
		settings[more[i]] = more[i+1]
	}
	n, err := email.Kind().Open(t.Context(), settings, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSuite(t *testing.T) {
	s := start(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	notifytest.Run(t, notifytest.Peer{
		Notifier:    open(t, s.SMTP, "username", "sallyport", "password", "hunter2222"),
		Unreachable: open(t, closed, "username", "sallyport", "password", "hunter2222"),
		Secrets:     []string{"hunter2222"},
		Received: func(t *testing.T, to notify.Recipient) (texts []string) {
			all, err := s.To(t.Context(), to.Email)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range all {
				texts = append(texts, m.Subject+"\n"+m.Text)
			}
			return texts
		},
		Refuse: func(t *testing.T, on, permanent bool) {
			code, probability := 451, 0
			if permanent {
				code = 550
			}
			if on {
				probability = 100
			}
			if err := s.SetChaos(t.Context(), mailpit.Recipient, code, probability); err != nil {
				t.Fatal(err)
			}
		},
	})
}

func TestMail(t *testing.T) {
	s := start(t)
	n := open(t, s.SMTP)
	at := time.Date(2026, 1, 15, 17, 0, 0, 0, time.UTC)
	ref, err := n.Send(t.Context(), notify.Recipient{Name: "Åsa Öberg", Email: "asa@example.com", TimeZone: "America/New_York"},
		notify.Message{ID: "msg_abc", Title: "Ådne asks for <GitHub> & more", Body: "Please decide.\n\n<img src=http://evil.example/x.png>",
			Facts:   []notify.Fact{{Name: "Until", Value: "at most", At: &at}},
			Actions: []notify.Action{{Label: "Decide", URL: "https://s.example/requests/1?a=1&b=2", Style: notify.Primary}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.WaitFor(t.Context(), "asa@example.com", "asks for <GitHub> & more")
	if err != nil {
		t.Fatal(err)
	}
	if m.MessageID != "msg_abc@corp.example" || ref != m.MessageID || m.From.String() != `"Sallyport" <access@corp.example>` || m.To[0].Name != "Åsa Öberg" {
		t.Errorf("%s, %+v", ref, m)
	}
	for _, want := range []string{"at most Thu 15 January 2026, 12:00 EST", "https://s.example/requests/1?a=1&b=2", "<img src=http://evil.example/x.png>"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("no %q in %s", want, m.Text)
		}
	}
	for _, want := range []string{"Ådne asks for &lt;GitHub&gt; &amp; more", "&lt;img src=http://evil.example/x.png&gt;", `href="https://s.example/requests/1?a=1&amp;b=2"`} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("no %q in %s", want, m.HTML)
		}
	}
	for _, never := range []string{"<img", "src=\"", "<link", "url("} {
		if strings.Contains(m.HTML, never) {
			t.Errorf("%q in the HTML: it could load something", never)
		}
	}
}

func TestChaos(t *testing.T) {
	s := start(t)
	n := open(t, s.SMTP, "username", "u", "password", "pass-word")
	to := notify.Recipient{Email: "ada@example.com"}
	for _, c := range []struct {
		trigger   mailpit.Trigger
		code      int
		permanent bool
		says      string
	}{
		{mailpit.Recipient, 452, false, "could not take the mail now (it answered 452)"},
		{mailpit.Recipient, 550, true, "refuses the recipient's address (it answered 550)"},
		{mailpit.Sender, 451, false, "could not take the mail now"},
		// The sender is ours to correct, and so is the password: whoever does should not have lost mails.
		{mailpit.Sender, 550, false, "refuses the sender access@corp.example"},
		{mailpit.Authentication, 535, false, "could not be used"},
	} {
		if err := s.SetChaos(t.Context(), c.trigger, c.code, 100); err != nil {
			t.Fatal(err)
		}
		_, err := n.Send(t.Context(), to, notify.Message{ID: "m", Title: "x"}, "")
		if err == nil || notify.IsPermanent(err) != c.permanent || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "pass-word") {
			t.Errorf("%s %d: %v (%v)", c.trigger, c.code, err, errors.Unwrap(err))
		}
		if err := s.SetChaos(t.Context(), c.trigger, c.code, 0); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := s.Messages(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d arrived, %v", len(all), err)
	}
	// A server that does not offer encryption gets nothing when it is demanded.
	if _, err := open(t, s.SMTP, "security", "starttls").Send(t.Context(), to, notify.Message{ID: "m", Title: "x"}, ""); err == nil || notify.IsPermanent(err) {
		t.Errorf("without STARTTLS: %v", err)
	}
}

func TestSettings(t *testing.T) {
	k := email.Kind()
	for want, settings := range map[string]map[string]string{
		"host": {"from": "a@b.example"}, "from": {"host": "h", "from": "nobody"}, "port": {"host": "h", "from": "a@b.example", "port": "70000"},
		"password": {"host": "h", "from": "a@b.example", "username": "u"}, "security": {"host": "h", "from": "a@b.example", "security": "ssl"},
		"ca": {"host": "h", "from": "a@b.example", "ca": "x"}, "tls": {"host": "h", "from": "a@b.example", "tls": "1"},
		"timeout": {"host": "h", "from": "a@b.example", "timeout": "0"},
	} {
		if f := k.Validate(settings); len(f) != 1 || f[0].Field != want || f[0].Remedy == "" {
			t.Errorf("%s: %v", want, f)
		}
	}
	if f := k.Validate(map[string]string{"host": "h", "from": "Sallyport <a@b.example>"}); len(f) > 0 {
		t.Error(f)
	}
}
