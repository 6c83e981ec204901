// Package slapd gives a real OpenLDAP server to tests and to development.
//
// Start runs a private one on free loopback ports in a temporary folder, with TLS, the overlays memberof,
// refint, syncprov and ppolicy, and size limits that force paging. It runs as root and as a normal user.
//
// With the environment variable SALLYPORT_TEST_LDAP set, that server is used instead, in a sub-tree of its
// own that is deleted again. The form is
//
//	ldap://host:port|bindDN|password|baseDN
//
// and the bind DN must be allowed to add and delete entries under the base. All connections then go
// through a relay in this process, so that Stop, Kill and Pause work on it too.
package slapd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// EnvVar names the variable that points to a server to use instead of a private one.
const EnvVar = "SALLYPORT_TEST_LDAP"

// Server is a running OpenLDAP server. Its methods are safe for concurrent use.
type Server struct {
	BaseDN   string // everything is below; "ou=people" and "ou=groups" are there at the start
	BindDN   string // may read and write below BaseDN; limited to 500 entries without paging
	Password string

	AdminDN       string // bound by no limit; the same as BindDN on a server from the environment
	AdminPassword string
	LimitedDN     string // reads at most 700 entries, paged or not; empty on a server from the environment

	mu      sync.Mutex
	addr    string
	tlsAddr string
	ca      []byte
	proc    *process // nil on a server from the environment
	relays  []*relay // used on a server from the environment
	stopped bool
}

// Start starts a server. The caller stops it; if the process dies first, the server ends with it.
func Start() (*Server, error) {
	if v := os.Getenv(EnvVar); v != "" {
		return external(v)
	}
	return private()
}

// Test starts a server for a test and stops it at its end.
func Test(tb testing.TB) *Server {
	tb.Helper()
	s, err := Start()
	if err != nil {
		tb.Fatalf("slapd: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("slapd: stop: %v", err)
		}
	})
	return s
}

// Addr gives host and port of the plain listener, which also speaks StartTLS.
func (s *Server) Addr() string { return s.addr }

// URL gives the address of the plain listener.
func (s *Server) URL() string { return "ldap://" + s.addr }

// TLSURL gives the address of the listener that speaks TLS from the first byte.
func (s *Server) TLSURL() string { return "ldaps://" + s.tlsAddr }

// CA gives the certificate, in PEM, that signed the server's own.
func (s *Server) CA() []byte { return s.ca }

// People and Groups give the DNs of the two folders below the base.
func (s *Server) People() string { return "ou=people," + s.BaseDN }

// Groups gives the DN of the folder for groups.
func (s *Server) Groups() string { return "ou=groups," + s.BaseDN }

// External says whether the server came from the environment: its limits and its TLS are its owner's.
func (s *Server) External() bool { return s.proc == nil }

// Env gives the value of EnvVar that leads another process to this server.
func (s *Server) Env() string {
	return strings.Join([]string{s.URL(), s.AdminDN, s.AdminPassword, s.BaseDN}, "|")
}

// Stop ends the server in good order and keeps its data: Restart brings it back on the same port.
func (s *Server) Stop() error {
	if s.proc != nil {
		return s.proc.stop()
	}
	return s.each((*relay).refuse)
}

// Kill ends the server at once, without a goodbye on open connections, and keeps its data.
func (s *Server) Kill() error {
	if s.proc != nil {
		return s.proc.kill()
	}
	return s.each((*relay).refuse)
}

// Restart ends the server, if it runs, and starts it with the same data on the same ports.
func (s *Server) Restart() error {
	if s.proc == nil {
		if err := s.each((*relay).refuse); err != nil {
			return err
		}
		return s.each((*relay).serve)
	}
	if err := s.proc.stop(); err != nil {
		return err
	}
	return s.proc.start()
}

// Pause makes the server answer nothing while its connections stay open, until Resume.
func (s *Server) Pause() error {
	if s.proc != nil {
		return s.proc.pause()
	}
	return s.each((*relay).hold)
}

// Resume lets a paused server go on.
func (s *Server) Resume() error {
	if s.proc != nil {
		return s.proc.resume()
	}
	return s.each((*relay).serve)
}

// Close ends the server for good and deletes what it made. It may be called twice.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	if s.proc != nil {
		return s.proc.close()
	}
	err := s.each((*relay).serve)
	if c, dialErr := s.Dial(); dialErr != nil {
		err = errors.Join(err, dialErr)
	} else {
		err = errors.Join(err, deleteTree(c, s.BaseDN))
		c.Close()
	}
	return errors.Join(err, s.each((*relay).close))
}

// Dial gives a connection of the admin, for seeding and for looking behind the connector's back.
func (s *Server) Dial() (*ldap.Conn, error) {
	c, err := ldap.DialURL(s.URL(), ldap.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}))
	if err != nil {
		return nil, err
	}
	c.SetTimeout(30 * time.Second)
	if err := c.Bind(s.AdminDN, s.AdminPassword); err != nil {
		c.Close()
		return nil, fmt.Errorf("sign in as %s: %w", s.AdminDN, err)
	}
	return c, nil
}

func (s *Server) each(do func(*relay) error) error {
	var errs []error
	for _, r := range s.relays {
		errs = append(errs, do(r))
	}
	return errors.Join(errs...)
}
