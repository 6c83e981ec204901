// Package email delivers messages by SMTP.
package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	netmail "net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/sallyport/sallyport/notify"
)

// Kind describes e-mail and its settings.
func Kind() notify.Kind {
	return notify.Kind{
		Name: "email", Title: "E-mail", Help: "Sends notices through your mail server.",
		Fields: []notify.Field{
			{Name: "host", Title: "Mail server", Required: true, Help: "Name or address of the SMTP server"},
			{Name: "port", Title: "Port", Type: notify.Number, Help: "Default: 587 with STARTTLS, 465 with TLS, 25 with neither"},
			{Name: "security", Title: "Encryption", Type: notify.Choice, Options: []string{"starttls", "tls", "none"}, Default: "starttls",
				Help: "starttls refuses to go on when the server does not offer it"},
			{Name: "ca", Title: "Certificate authority", Type: notify.LongText, Advanced: true, Help: "PEM; when the server's certificate is not from a public one"},
			{Name: "username", Title: "User name", Help: "Empty when the server asks for none"},
			{Name: "password", Title: "Password", Secret: true},
			{Name: "from", Title: "Sender", Required: true, Help: "An address such as Sallyport <access@example.com>"},
			{Name: "timeout", Title: "Seconds to wait", Type: notify.Number, Default: "20", Advanced: true},
		},
		Open: open, Extra: extra,
	}
}

func extra(settings map[string]string) (faults []notify.Fault) {
	if _, err := netmail.ParseAddress(settings["from"]); err != nil {
		faults = append(faults, notify.Fault{Field: "from", Message: "is not an e-mail address", Remedy: "write it as Sallyport <access@example.com>"})
	}
	if n, _ := strconv.Atoi(settings["port"]); n > 65535 {
		faults = append(faults, notify.Fault{Field: "port", Message: "does not exist", Remedy: "use a port from 1 to 65535"})
	}
	if (settings["username"] == "") != (settings["password"] == "") {
		faults = append(faults, notify.Fault{Field: "password", Message: "user name and password go together", Remedy: "fill in both or neither"})
	}
	if settings["ca"] != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(settings["ca"])) {
		faults = append(faults, notify.Fault{Field: "ca", Message: "has no certificate in PEM form", Remedy: "paste the whole block, from BEGIN to END CERTIFICATE"})
	}
	if n, _ := strconv.Atoi(settings["timeout"]); n < 1 || n > 300 {
		faults = append(faults, notify.Fault{Field: "timeout", Message: "is not between 1 and 300 seconds", Remedy: "use a number such as 20"})
	}
	return faults
}

// server sends through one SMTP server. Each message has its own connection: notices are few, and a connection that is
// kept is one more thing to be found dead.
type server struct {
	host    string
	options []mail.Option
	tls     *tls.Config // of implicit TLS, nil without
	from    *netmail.Address
	domain  string
	log     *slog.Logger
}

var _ notify.Notifier = (*server)(nil)

func open(_ context.Context, settings map[string]string, log *slog.Logger) (notify.Notifier, error) {
	k := Kind()
	settings = k.WithDefaults(settings)
	if faults := k.Validate(settings); len(faults) > 0 {
		return nil, &notify.Error{Permanent: true, Message: "the settings of e-mail are wrong: " + faults[0].String()}
	}
	from, err := netmail.ParseAddress(settings["from"])
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	seconds, _ := strconv.Atoi(settings["timeout"])
	s := &server{host: settings["host"], from: from, domain: domain, log: log}
	// A helo of the sender's domain: the machine's own name is nobody's business.
	s.options = []mail.Option{mail.WithTimeout(time.Duration(seconds) * time.Second), mail.WithHELO(domain)}
	port := map[string]int{"starttls": 587, "tls": 465, "none": 25}[settings["security"]]
	if settings["port"] != "" {
		port, _ = strconv.Atoi(settings["port"])
	}
	s.options = append(s.options, mail.WithPort(port))
	tc := &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	if settings["security"] != "none" {
		if settings["ca"] != "" {
			tc.RootCAs = x509.NewCertPool()
			tc.RootCAs.AppendCertsFromPEM([]byte(settings["ca"]))
		}
		s.options = append(s.options, mail.WithTLSConfig(tc))
	}
	auth := mail.SMTPAuthAutoDiscover
	switch settings["security"] {
	case "tls":
		// The connection is TLS from its first byte, see client: what remains is to believe it.
		s.tls = tc
		s.options = append(s.options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	case "none":
		s.options = append(s.options, mail.WithTLSPolicy(mail.NoTLS))
		auth = mail.SMTPAuthPlainNoEnc
	default:
		s.options = append(s.options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if settings["username"] != "" {
		s.options = append(s.options, mail.WithSMTPAuth(auth), mail.WithUsername(settings["username"]), mail.WithPassword(settings["password"]))
	}
	_, err = mail.NewClient(s.host, s.options...)
	return s, err
}

// client makes what sends one mail. What close returns ends its connection, however far it came: the library leaves open
// what fails between greeting and sign-in.
func (s *server) client() (c *mail.Client, close func(), err error) {
	var opened net.Conn
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		opened = raw
		if s.tls == nil {
			return raw, nil
		}
		secured := tls.Client(raw, s.tls)
		return secured, secured.HandshakeContext(ctx)
	}
	c, err = mail.NewClient(s.host, append(slices.Clone(s.options), mail.WithDialContextFunc(dial))...)
	return c, func() {
		if opened != nil {
			_ = opened.Close()
		}
	}, err
}

// Check signs in to the mail server, and sends nothing.
func (s *server) Check(ctx context.Context) error {
	c, hangUp, err := s.client()
	defer hangUp()
	if err == nil {
		if err = c.DialWithContext(ctx); err == nil {
			_ = c.Close()
		}
	}
	return s.failure(err, nil)
}

// Send sends one mail. The ref is the mail's Message-ID; with one of an earlier mail this becomes an answer to that, since
// a mail cannot be edited. The same Message.ID gives the same Message-ID, by which mailboxes drop doubles.
func (s *server) Send(ctx context.Context, to notify.Recipient, m notify.Message, ref string) (string, error) {
	msg, id, err := s.compose(to, m, ref)
	if err != nil {
		return "", err
	}
	c, hangUp, err := s.client()
	defer hangUp()
	if err == nil {
		err = c.DialAndSendWithContext(ctx, msg)
	}
	if msg.IsDelivered() {
		if err != nil {
			s.log.DebugContext(ctx, "the mail server took the mail and then failed", "error", err)
		}
		return id, nil
	}
	return "", s.failure(err, msg)
}

// failure sorts errors: what the server refuses about recipient or content is permanent. Everything else is not, above
// all not what is about us: whoever corrects the settings should not have lost mails.
func (s *server) failure(err error, msg *mail.Msg) error {
	if err == nil {
		return nil
	}
	var send *mail.SendError
	if msg != nil && errors.As(err, &send) {
		refused := send.ErrorCode() >= 500 && send.ErrorCode() < 600
		switch send.Reason {
		case mail.ErrSMTPRcptTo:
			if refused {
				return &notify.Error{Permanent: true, Message: "the mail server refuses the recipient's address (" + code(send) + ")", Hint: "Correct the address in the directory.", Err: err}
			}
		case mail.ErrSMTPData, mail.ErrSMTPDataClose, mail.ErrWriteContent:
			if refused {
				return &notify.Error{Permanent: true, Message: "the mail server refuses the mail (" + code(send) + ")", Hint: "Ask those who run the mail server why.", Err: err}
			}
		case mail.ErrSMTPMailFrom:
			if refused {
				return &notify.Error{Message: "the mail server refuses the sender " + s.from.Address + " (" + code(send) + ")", Hint: "Set a sender that the mail server accepts.", Err: err}
			}
		case mail.ErrNoUnencoded, mail.ErrGetRcpts, mail.ErrGetSender:
			return &notify.Error{Permanent: true, Message: "the mail could not be written for this recipient", Err: err}
		}
		return &notify.Error{Message: "the mail server could not take the mail now (" + code(send) + ")", Err: err}
	}
	return &notify.Error{Message: "the mail server " + s.host + " could not be used", Hint: "See whether it runs, and whether encryption, user name and password are right.", Err: err}
}

func code(e *mail.SendError) string {
	if e.ErrorCode() == 0 {
		return "the connection broke"
	}
	return "it answered " + strconv.Itoa(e.ErrorCode())
}
