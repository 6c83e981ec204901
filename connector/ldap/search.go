package ldap

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

// read hands every entry below the bases that matches to each, page by page. It answers nil only when the
// server said that the last page was the last. The connection is given back before it returns, so that
// whoever uses the entries may call the connector again.
func (c *conn) read(ctx context.Context, op string, bases []base, filter string, attributes []string, each func(*ldap.Entry)) error {
	for _, b := range bases {
		if err := c.readBase(ctx, op, b.dn, ldap.ScopeWholeSubtree, filter, attributes, each); err != nil {
			return c.baseFailed(op, b.dn, err)
		}
	}
	return nil
}

func (c *conn) readBase(ctx context.Context, op, dn string, scope int, filter string, attributes []string, each func(*ldap.Entry)) error {
	for again := false; ; again = true {
		s, reused, err := c.pool.get(ctx)
		if err != nil {
			return fail(op, err)
		}
		pages, err := c.readPages(ctx, s, dn, scope, filter, attributes, each)
		stale := reused && !again && pages == 0 && cut(err) && err != errTimeout && ctx.Err() == nil
		if err != nil {
			s.broken = true // it may hold half of a paged read
		}
		c.pool.put(s)
		if stale {
			c.pool.drain()
			continue
		}
		return fail(op, err)
	}
}

func (c *conn) readPages(ctx context.Context, s *session, dn string, scope int, filter string, attributes []string, each func(*ldap.Entry)) (pages int, err error) {
	paging := ldap.NewControlPaging(c.pageSize)
	for {
		var res *ldap.SearchResult
		err := s.call(ctx, c.timeout, func(l *ldap.Conn) (err error) {
			res, err = l.Search(ldap.NewSearchRequest(dn, scope, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, []ldap.Control{paging}))
			return err
		})
		if err != nil {
			return pages, err
		}
		pages++
		c.reportReferrals(dn, res.Referrals)
		for _, e := range res.Entries {
			each(e)
		}
		answer, ok := ldap.FindControl(res.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		switch {
		case !ok && pages > 1:
			return pages, errIncomplete
		case !ok: // the server does not page: what it gave is all, or it had answered with a size limit
			return pages, nil
		case len(answer.Cookie) == 0:
			return pages, nil
		}
		paging.SetCookie(answer.Cookie)
	}
}

// reportReferrals says which parts of the tree lie on other servers and are therefore not read.
func (c *conn) reportReferrals(dn string, referrals []string) {
	var hosts []string
	for _, r := range referrals {
		if u, err := url.Parse(r); err == nil {
			hosts = append(hosts, u.Host+u.Path)
		}
	}
	if len(referrals) > 0 {
		c.log.Warn("a part of the directory lies on another server and was not read", "base", dn, "referrals", len(referrals), "to", strings.Join(hosts, " "))
	}
}

// entry reads one entry by its DN.
func (c *conn) entry(ctx context.Context, op, dn string, attributes []string) (*ldap.Entry, error) {
	return c.match(ctx, op, dn, "(objectClass=*)", attributes)
}

// match reads one entry by its DN if the filter matches it; otherwise the error's class is NotFound.
func (c *conn) match(ctx context.Context, op, dn, filter string, attributes []string) (*ldap.Entry, error) {
	var found *ldap.Entry
	err := c.do(ctx, op, func(l *ldap.Conn) error {
		res, err := l.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil))
		if err == nil && len(res.Entries) > 0 {
			found = res.Entries[0]
		}
		return err
	})
	if err == nil && found == nil {
		err = notFound(op, "entry", dn)
	}
	return found, err
}

// values gives all values of an attribute of an entry that was read, fetching further ranges where the
// server cut the list: Active Directory sends 1,500 at a time as "member;range=0-1499".
func (c *conn) values(ctx context.Context, op string, e *ldap.Entry, attribute string) ([]string, error) {
	values := e.GetEqualFoldAttributeValues(attribute)
	for len(values) == 0 || ranged(e, attribute) {
		part, next, err := nextRange(e, attribute)
		if err != nil {
			return nil, fail(op, err)
		}
		values = append(values, part...)
		if next == 0 {
			break
		}
		if next != len(values) {
			return nil, fail(op, errIncomplete)
		}
		e, err = c.entry(ctx, op, e.DN, []string{fmt.Sprintf("%s;range=%d-*", attribute, next)})
		if err != nil {
			return nil, err
		}
		if !ranged(e, attribute) {
			return nil, fail(op, errIncomplete)
		}
	}
	return values, nil
}

func ranged(e *ldap.Entry, attribute string) bool {
	for _, a := range e.Attributes {
		if len(a.Values) > 0 && isRange(a.Name, attribute) {
			return true
		}
	}
	return false
}

func isRange(name, attribute string) bool {
	return len(name) > len(attribute) && strings.EqualFold(name[:len(attribute)], attribute) &&
		strings.HasPrefix(strings.ToLower(name[len(attribute):]), ";range=")
}

// nextRange gives the values of the range in the entry and where the next begins, zero after the last.
func nextRange(e *ldap.Entry, attribute string) (values []string, next int, err error) {
	for _, a := range e.Attributes {
		if !isRange(a.Name, attribute) || len(a.Values) == 0 {
			continue
		}
		_, last, ok := strings.Cut(a.Name[len(attribute)+len(";range="):], "-")
		if !ok {
			return nil, 0, errors.New("the server named a range that cannot be read: " + a.Name)
		}
		if last == "*" {
			return a.Values, 0, nil
		}
		n, err := strconv.Atoi(last)
		if err != nil {
			return nil, 0, errors.New("the server named a range that cannot be read: " + a.Name)
		}
		return a.Values, n + 1, nil
	}
	return nil, 0, nil
}

// find looks an entry up by its identity below the bases. It gives nil without an error when there is none.
func (c *conn) find(ctx context.Context, op string, bases []base, idAttribute, id string, attributes []string) (*ldap.Entry, error) {
	if id == "" {
		return nil, nil
	}
	if key, err := parseDN(id); err == nil && strings.Contains(id, "=") {
		if !withinAny(key, bases) {
			return nil, nil
		}
		e, err := c.entry(ctx, op, id, attributes)
		if connector.ClassOf(err) == connector.NotFound {
			return nil, nil
		}
		return e, err
	}
	filter, ok := idFilter(idAttribute, id)
	if !ok {
		return nil, nil
	}
	found := map[string]*ldap.Entry{}
	var one *ldap.Entry
	for _, b := range bases {
		err := c.do(ctx, op, func(l *ldap.Conn) error {
			res, err := l.Search(ldap.NewSearchRequest(b.dn, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes, nil))
			if err != nil {
				return err
			}
			for _, e := range res.Entries {
				found[e.DN], one = e, e
			}
			return nil
		})
		if err != nil {
			return nil, c.baseFailed(op, b.dn, err)
		}
	}
	if len(found) > 1 {
		return nil, refused(op, fmt.Sprintf("%d entries have the identity %q", len(found), id), "Give each entry an identity of its own, or name another attribute for it in the settings.")
	}
	return one, nil
}
