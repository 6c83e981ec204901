package ldap

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

var (
	_ connector.Writer    = (*conn)(nil)
	_ connector.Directory = (*conn)(nil)
)

// conn is an open connector.
type conn struct {
	settings
	log  *slog.Logger
	pool *pool
	// lastSeen remembers where an account lay (identity to account), for taking the name of a person out of
	// a group after the person's entry was deleted. Nothing else is decided by it.
	lastSeen sync.Map
}

func open(given map[string]string, log *slog.Logger) (*conn, error) {
	kind := Kind()
	if faults := kind.Validate(given); len(faults) > 0 {
		return nil, &connector.Error{Class: connector.Config, Op: "open", Message: faults[0].String(), Hint: "Correct the settings of the connection."}
	}
	s, _ := parse(kind.WithDefaults(given))
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &conn{settings: s, log: log.With("connector", kind.Name, "server", s.address)}
	c.pool = newPool(s.connections, c.settings.dial)
	if !s.ldaps && !s.startTLS && s.bindDN != "" {
		c.log.Warn("the password of this connection is sent without TLS")
	}
	return c, nil
}

// Close closes the connections. Calls that are under way end by themselves.
func (c *conn) Close() error {
	c.pool.close()
	return nil
}

// do runs one exchange. If a connection from the pool turns out to be dead, the exchange is run once more
// on a fresh one: everything done here may be done twice.
func (c *conn) do(ctx context.Context, op string, exchange func(*ldap.Conn) error) error {
	for again := false; ; again = true {
		s, reused, err := c.pool.get(ctx)
		if err != nil {
			return fail(op, err)
		}
		err = s.call(ctx, c.timeout, exchange)
		stale := reused && !again && cut(err) && err != errTimeout && ctx.Err() == nil
		c.pool.put(s)
		if stale {
			c.pool.drain()
			continue
		}
		return fail(op, err)
	}
}

// Check signs in, sees that the bases are there and that people are found below them.
func (c *conn) Check(ctx context.Context) error {
	const op = "check"
	for _, b := range append(append([]base(nil), c.peopleBases...), c.groupsBases...) {
		if _, err := c.entry(ctx, op, b.dn, []string{"1.1"}); err != nil {
			return c.baseFailed(op, b.dn, err)
		}
	}
	for _, b := range c.peopleBases {
		var found *ldap.Entry
		err := c.do(ctx, op, func(l *ldap.Conn) error {
			paging := ldap.NewControlPaging(1)
			res, err := l.Search(ldap.NewSearchRequest(b.dn, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
				c.peopleFilter, []string{c.personID}, []ldap.Control{paging}))
			if err == nil && len(res.Entries) > 0 {
				found = res.Entries[0]
			}
			if isCode(err, ldap.LDAPResultSizeLimitExceeded) && res != nil && len(res.Entries) > 0 {
				found, err = res.Entries[0], nil // one is enough here
			}
			return err
		})
		if err != nil {
			return err
		}
		if found == nil {
			continue
		}
		if len(rawValues(found, c.personID)) == 0 {
			return &connector.Error{Class: connector.Config, Op: op,
				Message: fmt.Sprintf("the people found have no %s, or it may not be read", c.personID),
				Hint:    "Allow the account of the connection to read it, or name another attribute that never changes."}
		}
		return nil
	}
	return &connector.Error{Class: connector.Config, Op: op,
		Message: fmt.Sprintf("no person matches %s below the base DN", c.peopleFilter),
		Hint:    "Correct the base DN or the filter for people, or allow the account of the connection to read them."}
}

// baseFailed words the error of a base that is not there.
func (c *conn) baseFailed(op, dn string, err error) error {
	if connector.ClassOf(err) != connector.NotFound {
		return err
	}
	return &connector.Error{Class: connector.Config, Op: op, Err: err,
		Message: fmt.Sprintf("the base DN %q does not exist", dn),
		Hint:    "Correct the base DN in the settings, or allow the account of the connection to see it."}
}
