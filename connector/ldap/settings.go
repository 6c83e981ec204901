package ldap

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

// preset is what a sort of server needs where the settings say nothing.
type preset struct {
	peopleFilter, disabledFilter, groupsFilter string
	id                                         string
	attributes                                 map[string]string
}

var openLDAP = preset{
	peopleFilter:   "(objectClass=inetOrgPerson)",
	disabledFilter: "(pwdAccountLockedTime=000001010000Z)",
	groupsFilter:   "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=groupOfURLs))",
	id:             "entryUUID",
	attributes: map[string]string{"login": "uid", "name": "displayName,cn", "email": "mail", "title": "title",
		"department": "departmentNumber,ou", "manager": "manager", "group_name": "cn"},
}

var activeDirectory = preset{
	peopleFilter:   "(&(objectCategory=person)(objectClass=user))",
	disabledFilter: "(userAccountControl:1.2.840.113556.1.4.803:=2)",
	groupsFilter:   "(objectClass=group)",
	id:             "objectGUID",
	attributes: map[string]string{"login": "sAMAccountName", "name": "displayName,cn", "email": "mail", "title": "title",
		"department": "department", "manager": "manager", "group_name": "cn"},
}

// settings are the parsed settings of a connection.
type settings struct {
	address  string // host:port
	tls      *tls.Config
	ldaps    bool
	startTLS bool
	bindDN   string
	password string

	peopleBases, groupsBases                   []base
	peopleFilter, disabledFilter, groupsFilter string // disabledFilter may be empty: nobody
	personID, groupID                          string
	attributes                                 map[string][]string // by the name in the preset

	emptyMember string
	emptyKey    string
	pageSize    uint32
	timeout     time.Duration
	connections int
}

// base is a DN below which entries are looked for.
type base struct {
	dn  string
	key dnKey
}

var attributeName = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*|[0-9]+(\.[0-9]+)+)$`)

// parser reads settings and gathers what is wrong with them.
type parser struct {
	full   map[string]string
	preset preset
	faults []connector.Fault
}

// parse reads settings that are right field by field and have their defaults, and finds what is wrong
// beyond that.
func parse(full map[string]string) (settings, []connector.Fault) {
	p := &parser{full: full, preset: openLDAP}
	if full["preset"] == presetAD {
		p.preset = activeDirectory
	}
	s := settings{bindDN: full["bind_dn"], password: full["bind_password"], groupID: p.preset.id, attributes: map[string][]string{}}
	p.server(&s)
	s.peopleBases, s.groupsBases = p.bases("people_base"), p.bases("groups_base")
	p.account(&s)

	s.peopleFilter = p.filter("people_filter", p.preset.peopleFilter)
	s.groupsFilter = p.filter("groups_filter", p.preset.groupsFilter)
	if full["disabled_filter"] != "none" {
		s.disabledFilter = p.filter("disabled_filter", p.preset.disabledFilter)
	}
	for name, otherwise := range p.preset.attributes {
		s.attributes[name] = p.names(name+"_attribute", otherwise)
	}
	ids := p.names("id_attribute", p.preset.id)
	if len(ids) > 1 {
		p.fault("id_attribute", "it names several attributes", "name one that every person has")
	}
	s.personID = ids[0]

	s.pageSize = uint32(p.between("page_size", 1, 1000))
	s.connections = p.between("connections", 1, 32)
	var err error
	if s.timeout, err = time.ParseDuration(full["timeout"]); err != nil || s.timeout < 100*time.Millisecond || s.timeout > 10*time.Minute {
		p.fault("timeout", fmt.Sprintf("%q is out of range", full["timeout"]), "use a length from 100ms to 10m")
	}
	return s, p.faults
}

func (p *parser) fault(field, message, remedy string) {
	p.faults = append(p.faults, connector.Fault{Field: field, Message: message, Remedy: remedy})
}

// server reads where the server is and how to speak TLS with it.
func (p *parser) server(s *settings) {
	s.startTLS = p.full["start_tls"] == "true"
	s.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	if u, err := url.Parse(p.full["url"]); err == nil {
		s.ldaps = u.Scheme == "ldaps"
		port := u.Port()
		if port == "" && s.ldaps {
			port = ldap.DefaultLdapsPort
		} else if port == "" {
			port = ldap.DefaultLdapPort
		}
		s.address = net.JoinHostPort(u.Hostname(), port)
		s.tls.ServerName = u.Hostname()
		if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			p.fault("url", "the address has a path or a query", "leave only scheme, host and port; the base DNs have settings of their own")
		}
	}
	if s.ldaps && s.startTLS {
		p.fault("start_tls", "ldaps:// has TLS from the start", "turn StartTLS off or use ldap://")
	}
	if name := p.full["server_name"]; name != "" {
		s.tls.ServerName = name
	}
	if pem := strings.TrimSpace(p.full["ca"]); pem != "" {
		s.tls.RootCAs = x509.NewCertPool()
		if !s.tls.RootCAs.AppendCertsFromPEM([]byte(pem)) {
			p.fault("ca", "it holds no certificate in PEM", "paste the text from BEGIN CERTIFICATE to END CERTIFICATE")
		}
	}
}

// account reads who signs in and who stands in empty groups.
func (p *parser) account(s *settings) {
	switch {
	case s.bindDN != "" && s.password == "":
		p.fault("bind_password", "there is a DN to sign in as but no password", "fill it in: a server would take an empty one for an anonymous visitor")
	case s.bindDN == "" && s.password != "":
		p.fault("bind_dn", "there is a password but nobody to sign in as", "fill it in")
	}
	field := "empty_member"
	s.emptyMember = p.full[field]
	if s.emptyMember == "" && strings.Contains(s.bindDN, "=") { // Active Directory also takes name@domain
		field, s.emptyMember = "bind_dn", s.bindDN
	}
	if s.emptyMember != "" {
		s.emptyKey = p.dn(field, s.emptyMember).String()
	}
}

func (p *parser) dn(field, v string) dnKey {
	key, err := parseDN(v)
	if err != nil {
		p.fault(field, fmt.Sprintf("%q is not a DN: %v", v, err), "write it such as ou=people,dc=example,dc=com")
	}
	return key
}

func (p *parser) bases(field string) (out []base) {
	for line := range strings.Lines(p.full[field]) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, base{line, p.dn(field, line)})
		}
	}
	return out
}

func (p *parser) filter(field, otherwise string) string {
	v := p.full[field]
	if v == "" {
		v = otherwise
	}
	if _, err := ldap.CompileFilter(v); err != nil {
		p.fault(field, fmt.Sprintf("%q is not an LDAP filter: %v", v, err), "write it such as "+otherwise)
	}
	return v
}

func (p *parser) names(field, otherwise string) (out []string) {
	v := p.full[field]
	if v == "" {
		v = otherwise
	}
	for name := range strings.SplitSeq(v, ",") {
		name = strings.TrimSpace(name)
		if !attributeName.MatchString(name) {
			p.fault(field, fmt.Sprintf("%q is not the name of an attribute", name), "write names such as "+otherwise+", with commas between")
		}
		out = append(out, name)
	}
	return out
}

func (p *parser) between(field string, low, high int) int {
	n, err := strconv.Atoi(p.full[field])
	if err != nil || n < low || n > high {
		p.fault(field, fmt.Sprintf("%q is out of range", p.full[field]), fmt.Sprintf("use a number from %d to %d", low, high))
	}
	return n
}
