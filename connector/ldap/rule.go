package ldap

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

// attrMemberURL holds the searches that make up a dynamic group (groupOfURLs and the overlay dynlist of OpenLDAP).
const attrMemberURL = "memberURL"

// expanded is where a server that carries the searches out itself shows who was found.
var expanded = scheme{"groupOfURLs", "member", false}

// rule is one of those searches.
type rule struct {
	base   string
	scope  int
	filter string
	words  string // for people
	wrong  string // why it cannot be followed
}

var (
	scopes     = map[string]int{"": ldap.ScopeBaseObject, "base": ldap.ScopeBaseObject, "one": ldap.ScopeSingleLevel, "sub": ldap.ScopeWholeSubtree}
	scopeWords = map[int]string{ldap.ScopeBaseObject: "at", ldap.ScopeSingleLevel: "directly below", ldap.ScopeWholeSubtree: "below"}
)

func (r rule) String() string { return r.filter + " " + scopeWords[r.scope] + " " + r.base }

// parseRule reads an LDAP URL (RFC 4516). Which attributes it names does not matter: who is found is a member. It may not
// lead to another server: who may read here need not be known there, and nobody who writes a group says whom we talk to.
func (s *settings) parseRule(text string) (rule, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if kind := strings.ToLower(scheme); !ok || kind != "ldap" && kind != "ldaps" {
		return rule{}, errors.New("it does not begin with ldap://")
	}
	host, rest, _ := strings.Cut(rest, "/")
	if host != "" && !s.same(strings.ToLower(scheme), host) {
		return rule{}, errors.New("it leads to another server, which is not asked")
	}
	parts := append(strings.SplitN(rest, "?", 5), "", "", "", "")[:5] // DN, attributes, scope, filter, extensions
	for i := range parts {
		var err error
		if parts[i], err = url.PathUnescape(parts[i]); err != nil {
			return rule{}, err
		}
	}
	r := rule{base: strings.TrimSpace(parts[0]), filter: strings.TrimSpace(parts[3])}
	if r.scope, ok = scopes[strings.ToLower(parts[2])]; !ok {
		return r, fmt.Errorf("%q is no scope that is known; base, one and sub are", printable(parts[2]))
	}
	if strings.Contains(","+parts[4], ",!") {
		return r, errors.New("it demands an extension that is not known")
	}
	if _, err := parseDN(r.base); err != nil {
		return r, fmt.Errorf("where to search is no DN: %w", err)
	}
	switch {
	case r.filter == "":
		r.filter = "(objectClass=*)"
	case !strings.HasPrefix(r.filter, "("):
		r.filter = "(" + r.filter + ")"
	}
	if _, err := ldap.CompileFilter(r.filter); err != nil {
		return r, fmt.Errorf("its filter cannot be read: %w", err)
	}
	return r, nil
}

// same says whether a host in an LDAP URL is this server.
func (s *settings) same(scheme, host string) bool {
	if _, _, err := net.SplitHostPort(host); err != nil {
		port := ldap.DefaultLdapPort
		if scheme == "ldaps" {
			port = ldap.DefaultLdapsPort
		}
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	return strings.EqualFold(host, s.address)
}

// fed reads the rules of a group and puts them into its description, for people.
func (c *conn) fed(g *group) {
	for _, text := range g.entry.GetEqualFoldAttributeValues(attrMemberURL) {
		r, err := c.parseRule(text)
		words := r.String()
		if err != nil {
			words = printable(text)
			r.wrong = err.Error()
		}
		r.words = words
		g.rules = append(g.rules, r)
	}
	slices.SortFunc(g.rules, func(a, b rule) int { return strings.Compare(a.words, b.words) }) // the server keeps them in no order
	if len(g.rules) > 0 {
		g.Description = strings.TrimSpace(g.Description + " Fed by the directory's rule: " + g.words() + ".")
	}
}

func (g *group) words() string {
	var all []string
	for _, r := range g.rules {
		all = append(all, r.words)
	}
	return strings.Join(all, "; or ")
}

// follow finds the people whom the rules of a group name. Where one cannot be followed the group is broken, and others are
// read nevertheless; an error of the server is one of the whole read.
func (c *conn) follow(ctx context.Context, op string, g *group) (dns []string, err error) {
	for _, r := range g.rules {
		if r.wrong == "" {
			err = c.readBase(ctx, op, r.base, r.scope, "(&"+r.filter+c.peopleFilter+")", []string{"1.1"}, func(e *ldap.Entry) { dns = append(dns, e.DN) })
		}
		if err != nil && connector.ClassOf(err) == connector.NotFound {
			r.wrong, err = "there is nothing by that name, or it may not be seen", nil
		}
		if err != nil {
			return nil, err
		}
		if r.wrong != "" {
			g.Broken = true
			g.Faults = append(g.Faults, fmt.Sprintf("the rule %s cannot be followed: %s. What is known of the group stays as it is", r.words, r.wrong))
		}
	}
	return dns, nil
}
