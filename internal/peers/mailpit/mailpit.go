// Package mailpit starts a real mail server that keeps what it is sent (github.com/axllent/mailpit), and reads its
// mailbox. Its faults can be switched on, to see what a sender does with them.
package mailpit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sallyport/sallyport/internal/peers/certificate"
	"github.com/sallyport/sallyport/internal/peers/guard"
	"github.com/sallyport/sallyport/internal/peers/tool"
)

// Env names the variable that holds a running server to use instead of starting one, in the form "SMTP,URL":
// "127.0.0.1:1025,http://127.0.0.1:8025". It must run with --enable-chaos.
const Env = "SALLYPORT_TEST_MAILPIT"

// Server is a mail server. Its methods may be called from several goroutines.
type Server struct {
	// SMTP is the address that takes mail, "host:port". Without TLS, unless StartTLS started it, and for any password.
	SMTP string
	// URL is the root of its page and API.
	URL string
	// CA is the certificate, in PEM, that signed the server's own; nil without TLS.
	CA []byte

	proc *guard.Process
}

// Start returns the server that SALLYPORT_TEST_MAILPIT names, else starts one with an empty mailbox. The first start
// on a machine builds the server, which takes a minute.
func Start(ctx context.Context) (*Server, error) {
	if env := os.Getenv(Env); env != "" {
		smtp, url, ok := strings.Cut(env, ",")
		if !ok {
			return nil, fmt.Errorf(`%s is %q; write it as "127.0.0.1:1025,http://127.0.0.1:8025": the SMTP address, a comma, the URL of the page`, Env, env)
		}
		return &Server{SMTP: smtp, URL: strings.TrimSuffix(url, "/")}, nil
	}
	bin, err := tool.Path(ctx, "mailpit")
	if err != nil {
		return nil, err
	}
	return again(ctx, func() (*Server, error) { return start(ctx, bin, "") })
}

// Encryption is what a server that StartTLS started insists on.
type Encryption string

// The kinds of encryption.
const (
	STARTTLS Encryption = "--smtp-require-starttls" // a plain connection that is turned into TLS before anything is said
	Implicit Encryption = "--smtp-require-tls"      // TLS from the first byte
)

// StartTLS starts a server of its own, whatever the environment names, that takes mail over TLS alone, with a certificate
// for localhost and 127.0.0.1 that CA signed.
func StartTLS(ctx context.Context, e Encryption) (*Server, error) {
	bin, err := tool.Path(ctx, "mailpit")
	if err != nil {
		return nil, err
	}
	return again(ctx, func() (*Server, error) { return start(ctx, bin, e) })
}

func again(ctx context.Context, start func() (*Server, error)) (*Server, error) {
	var errs error
	for range 3 { // a port that was free can be taken by the time the server listens
		s, err := start()
		if err == nil {
			return s, nil
		}
		errs = err
		if ctx.Err() != nil || !strings.Contains(err.Error(), "address already in use") {
			break
		}
	}
	return nil, errs
}

func start(ctx context.Context, bin string, e Encryption) (*Server, error) {
	smtp, err1 := guard.FreeAddr()
	listen, err2 := guard.FreeAddr()
	dir, err3 := guard.TempDir("sallyport-mailpit-", "")
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	args := []string{"--smtp", smtp, "--listen", listen, "--database", filepath.Join(dir, "mail.db"), "--max", "0",
		"--enable-chaos", "--disable-version-check", "--smtp-disable-rdns", "--smtp-auth-accept-any"}
	var ca []byte
	if e == "" {
		args = append(args, "--smtp-auth-allow-insecure")
	} else {
		var err error
		if ca, err = certificate.Write(dir); err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		args = append(args, string(e), "--smtp-tls-cert", filepath.Join(dir, "server.pem"), "--smtp-tls-key", filepath.Join(dir, "server.key"))
	}
	proc, err := guard.Start(guard.Options{Path: bin, Dir: dir, Args: args})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &Server{SMTP: smtp, URL: "http://" + listen, CA: ca, proc: proc}
	return s, proc.WaitReady("mailpit", 30*time.Second, func() error {
		if err := s.call(ctx, "GET", "/readyz", nil, nil); err != nil {
			return err
		}
		c, err := net.DialTimeout("tcp", smtp, time.Second) // it listens for mail on its own, maybe later
		if err == nil {
			err = c.Close()
		}
		return err
	})
}

// Stop ends the server, if it was started here. It may be called more than once.
func (s *Server) Stop() error {
	if s.proc == nil {
		return nil
	}
	return s.proc.Stop()
}

// Message is a mail that arrived. Text and HTML are its decoded parts.
type Message struct {
	ID        string
	MessageID string
	From      *mail.Address
	To        []*mail.Address
	Cc        []*mail.Address
	Bcc       []*mail.Address
	Subject   string
	Date      time.Time
	Text      string
	HTML      string
}

// Messages returns all mails in the mailbox, the newest first.
func (s *Server) Messages(ctx context.Context) ([]Message, error) {
	var list struct {
		Messages []struct{ ID string } `json:"messages"`
	}
	if err := s.call(ctx, "GET", "/api/v1/messages?limit=500", nil, &list); err != nil {
		return nil, err
	}
	return s.read(ctx, list.Messages)
}

// To returns the mails to one address, the newest first.
func (s *Server) To(ctx context.Context, to string) ([]Message, error) {
	all, err := s.Messages(ctx)
	if err != nil {
		return nil, err
	}
	var found []Message
	for _, m := range all {
		for _, a := range m.To {
			if strings.EqualFold(a.Address, to) {
				found = append(found, m)
				break
			}
		}
	}
	return found, nil
}

// WaitFor returns the newest mail to an address whose subject contains the given text, waiting until the context ends
// or 10 seconds have passed; then the error lists what did arrive.
func (s *Server) WaitFor(ctx context.Context, to, subject string) (Message, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var seen []Message
	for {
		found, err := s.To(ctx, to)
		if err == nil {
			seen = found
		} else if ctx.Err() == nil {
			return Message{}, err
		}
		for _, m := range seen {
			if strings.Contains(m.Subject, subject) {
				return m, nil
			}
		}
		select {
		case <-ctx.Done():
			var subjects []string
			for _, m := range seen {
				subjects = append(subjects, m.Subject)
			}
			return Message{}, fmt.Errorf("no mail to %s with a subject containing %q: got %q: %w", to, subject, subjects, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Delete empties the mailbox.
func (s *Server) Delete(ctx context.Context) error {
	return s.call(ctx, "DELETE", "/api/v1/messages", struct{}{}, nil)
}

// Trigger is a step of the SMTP conversation at which the server can be told to fail.
type Trigger string

// The triggers.
const (
	Sender         Trigger = "Sender"         // MAIL FROM
	Recipient      Trigger = "Recipient"      // RCPT TO
	Authentication Trigger = "Authentication" // AUTH
)

// SetChaos makes a step fail with an SMTP code (400 to 599; below 500 a sender may try again) in so many of 100 cases;
// 0 mends it. It holds for everyone who uses this server.
func (s *Server) SetChaos(ctx context.Context, t Trigger, code, probability int) error {
	var now map[Trigger]struct{ ErrorCode, Probability int }
	if err := s.call(ctx, "GET", "/api/v1/chaos", nil, &now); err != nil {
		return err
	}
	now[t] = struct{ ErrorCode, Probability int }{code, probability}
	return s.call(ctx, "PUT", "/api/v1/chaos", now, nil)
}

func (s *Server) read(ctx context.Context, list []struct{ ID string }) ([]Message, error) {
	all := make([]Message, len(list))
	for i, m := range list {
		if err := s.call(ctx, "GET", "/api/v1/message/"+m.ID, nil, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Server) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.URL+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("mailpit: %s %s: %s: %s", method, path, resp.Status, bytes.TrimSpace(b))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}
