package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

// session is one signed-in connection.
type session struct {
	*ldap.Conn
	raw    net.Conn // below TLS: closing it ends whatever waits
	used   time.Time
	broken bool // not to be used again
}

// dial connects, turns TLS on and signs in, within the time-out of a call.
func (s *settings) dial(ctx context.Context) (*session, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, errTimeout)
	defer cancel()
	var d net.Dialer
	raw, err := d.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, ended(ctx, err)
	}
	over := raw
	if s.ldaps {
		secure := tls.Client(raw, s.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			raw.Close()
			return nil, ended(ctx, err)
		}
		over = secure
	}
	out := &session{Conn: ldap.NewConn(over, s.ldaps), raw: raw}
	out.Start()
	err = out.call(ctx, s.timeout, func(c *ldap.Conn) error {
		if s.startTLS {
			if err := c.StartTLS(s.tls); err != nil {
				return startTLSFailed(err)
			}
		}
		if s.bindDN == "" {
			return nil
		}
		return c.Bind(s.bindDN, s.password)
	})
	if err != nil {
		out.discard()
		return nil, err
	}
	return out, nil
}

// startTLSFailed tells a refusal by either side, which is a matter of settings, from a line that was cut. The
// library hands the cause of a failed handshake on as text only.
func startTLSFailed(err error) error {
	if text := err.Error(); !isResult(err) && !strings.Contains(text, "x509: ") && !strings.Contains(text, "tls: ") {
		return err
	}
	return &connector.Error{Class: connector.Config, Op: "connect", Err: err,
		Message: "StartTLS failed: " + err.Error(),
		Hint:    "Compare certificate authority and name in the certificate with those of the server, and see that the server offers StartTLS."}
}

// call runs one exchange with the server and ends it, by closing the connection, when the context ends
// or the time is over. An error that comes of that tells so.
func (s *session) call(ctx context.Context, timeout time.Duration, exchange func(*ldap.Conn) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { s.raw.Close() })
	err := exchange(s.Conn)
	if !stop() || cut(err) {
		s.broken = true
	}
	if err == nil {
		return nil
	}
	return ended(ctx, err)
}

// ended prefers the context's end as the reason of an error that came of it. What the server did answer
// stays.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == nil || isResult(err) {
		return err
	}
	if cause := context.Cause(ctx); errors.Is(cause, errTimeout) {
		return errTimeout
	}
	return ctx.Err()
}

// discard closes the connection for good.
func (s *session) discard() {
	s.raw.Close()
	s.Conn.Close()
}
