package slapd

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/internal/peers/certificate"
)

// external uses the server that the environment names, through relays and in a sub-tree of its own.
func external(v string) (*Server, error) {
	parts := strings.Split(v, "|")
	if len(parts) != 4 {
		return nil, fmt.Errorf("%s has %d parts; it must be ldap://host:port|bindDN|password|baseDN", EnvVar, len(parts))
	}
	u, err := url.Parse(parts[0])
	if err != nil || u.Scheme != "ldap" || u.Hostname() == "" {
		return nil, fmt.Errorf("%s must begin with ldap://host:port", EnvVar)
	}
	upstream := u.Host
	if u.Port() == "" {
		upstream = net.JoinHostPort(u.Hostname(), "389")
	}
	name := "t-" + strings.ToLower(rand.Text()[:12])
	s := &Server{
		BaseDN: "ou=" + name + "," + parts[3], BindDN: parts[1], Password: parts[2],
		AdminDN: parts[1], AdminPassword: parts[2],
	}
	dir, err := os.MkdirTemp("", "sallyport-ldap-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if s.ca, err = certificate.Write(dir); err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(dir+"/server.pem", dir+"/server.key")
	if err != nil {
		return nil, err
	}
	plain, err := newRelay(upstream, nil)
	if err != nil {
		return nil, err
	}
	// Whether that server speaks TLS is unknown: the relay does so in its place.
	secure, err := newRelay(upstream, &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		plain.close()
		return nil, err
	}
	s.relays = []*relay{plain, secure}
	s.addr, s.tlsAddr = plain.addr, secure.addr
	err = s.Seed(fmt.Sprintf(`
dn: %[1]s
objectClass: organizationalUnit
ou: %[2]s

dn: ou=people,%[1]s
objectClass: organizationalUnit
ou: people

dn: ou=groups,%[1]s
objectClass: organizationalUnit
ou: groups
`, s.BaseDN, name))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: make a sub-tree: %w", EnvVar, err), s.each((*relay).close))
	}
	return s, nil
}

// deleteTree deletes an entry with all below it, leaves first.
func deleteTree(c *ldap.Conn, dn string) error {
	res, err := c.SearchWithPaging(ldap.NewSearchRequest(dn, ldap.ScopeSingleLevel, ldap.NeverDerefAliases, 0, 0, false,
		"(objectClass=*)", []string{"1.1"}, nil), 200)
	if err != nil {
		return err
	}
	for _, e := range res.Entries {
		err := c.Del(ldap.NewDelRequest(e.DN, nil))
		if ldap.IsErrorWithCode(err, ldap.LDAPResultNotAllowedOnNonLeaf) {
			err = deleteTree(c, e.DN)
		}
		if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
			return err
		}
	}
	return c.Del(ldap.NewDelRequest(dn, nil))
}
