package slapd_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/internal/peers/slapd"
)

func TestLife(t *testing.T) {
	s := slapd.Test(t)
	life(t, s)
	if s.External() {
		return
	}
	// The same server again, as one that the environment names.
	t.Run("from the environment", func(t *testing.T) {
		t.Setenv(slapd.EnvVar, s.Env())
		inner := slapd.Test(t)
		if !inner.External() || !strings.HasSuffix(inner.BaseDN, ","+s.BaseDN) {
			t.Fatalf("not a sub-tree of the given server: %s", inner.BaseDN)
		}
		life(t, inner)
		if err := inner.Close(); err != nil {
			t.Fatal(err)
		}
		if left, err := s.Values(inner.BaseDN, "ou"); err != nil || left != nil {
			t.Errorf("the sub-tree was left behind: %v %v", left, err)
		}
	})
}

func life(t *testing.T, s *slapd.Server) {
	t.Helper()
	err := s.Seed(fmt.Sprintf(`
# a comment
dn: uid=ada,%s
objectClass: inetOrgPerson
uid: ada
cn:: QWRhIEzDtnZlbGFjZQ==
sn: a long and
  folded name
`, s.People()))
	if err != nil {
		t.Fatal(err)
	}
	values := func() []string {
		t.Helper()
		v, err := s.Values("uid=ada,"+s.People(), "cn")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if got := values(); len(got) != 1 || got[0] != "Ada Lövelace" {
		t.Fatalf("cn = %q", got)
	}
	for _, end := range []func() error{s.Stop, s.Kill} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Dial(); err == nil {
			t.Fatal("a stopped server still answers")
		}
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
		if got := values(); len(got) != 1 {
			t.Fatal("the data did not survive")
		}
	}
	c, err := s.Dial()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	c.SetTimeout(200 * time.Millisecond)
	if _, err := c.WhoAmI(nil); err == nil {
		t.Error("a paused server still answers")
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	c.SetTimeout(5 * time.Second)
	if _, err := c.WhoAmI(nil); err != nil {
		t.Errorf("a resumed server does not answer: %v", err)
	}
}

func TestLimitsForcePaging(t *testing.T) {
	s := slapd.Test(t)
	if s.External() {
		return // its limits are its owner's
	}
	var entries []slapd.Entry
	for i := range 520 {
		entries = append(entries, slapd.Entry{DN: fmt.Sprintf("uid=u%d,%s", i, s.People()), Attrs: map[string][]string{
			"objectClass": {"account"}, "uid": {fmt.Sprintf("u%d", i)}}})
	}
	if err := s.Add(entries...); err != nil {
		t.Fatal(err)
	}
	c, err := ldap.DialURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Bind(s.BindDN, s.Password); err != nil {
		t.Fatal(err)
	}
	req := func() *ldap.SearchRequest {
		return ldap.NewSearchRequest(s.People(), ldap.ScopeSingleLevel, 0, 0, 0, false, "(objectClass=*)", []string{"uid"}, nil)
	}
	if _, err := c.Search(req()); !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) {
		t.Errorf("a search without paging: %v", err)
	}
	if res, err := c.SearchWithPaging(req(), 200); err != nil || len(res.Entries) != 520 {
		t.Errorf("a search with paging: %v", err)
	}
}

func TestBadVariableIsNamed(t *testing.T) {
	t.Setenv(slapd.EnvVar, "ldap://127.0.0.1:1|cn=x")
	if _, err := slapd.Start(); err == nil || !strings.Contains(err.Error(), "bindDN|password|baseDN") {
		t.Errorf("a malformed variable: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	t.Setenv(slapd.EnvVar, "ldap://"+l.Addr().String()+"|cn=x|y|dc=z")
	if _, err := slapd.Start(); err == nil {
		t.Error("an address without a server was accepted")
	}
}
