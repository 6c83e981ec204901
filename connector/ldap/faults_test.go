package ldap_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/connector/ldap"
	"github.com/sallyport/sallyport/internal/peers/slapd"
)

// TestKilledMidRead kills the server between two pages.
func TestKilledMidRead(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, crowd)
	c := open(t, settings(s, "page_size", "1"))
	type result struct {
		n   int
		err error
	}
	done := make(chan result)
	read := func() {
		all, err := connector.Collect(c.Users(context.WithoutCancel(t.Context())))
		done <- result{len(all), err}
	}
	for _, end := range []func() error{s.Kill, s.Stop} {
		must(t, c.Check(t.Context()))
		go read()
		time.Sleep(30 * time.Millisecond) // 1,200 pages take longer
		must(t, end())
		if r := <-done; connector.ClassOf(r.err) != connector.Retry || r.n > 0 {
			t.Errorf("killed mid-read: %d people, %v", r.n, r.err)
		}
		if err := c.Check(t.Context()); connector.ClassOf(err) != connector.Retry {
			t.Errorf("while the server is down: %v", err)
		}
		must(t, s.Restart())
		if got := people(t, c); len(got) != crowd {
			t.Errorf("after the restart: %d people", len(got))
		}
	}
}

// TestPaused reads and writes while the server answers nothing.
func TestPaused(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, 2)
	seed(t, s, threeGroups)
	c := open(t, settings(s, "timeout", "300ms"))
	h := member(ids(t, s, person(s, 1))[0], ids(t, s, "cn=names,"+s.Groups())[0])
	must(t, c.Check(t.Context()))
	must(t, s.Pause())
	start := time.Now()
	for name, call := range map[string]func() error{
		"add":  func() error { return c.Add(t.Context(), h) },
		"has":  func() error { _, err := c.Has(t.Context(), h); return err },
		"read": func() error { _, err := connector.Collect(c.Users(t.Context())); return err },
	} {
		if err := call(); connector.ClassOf(err) != connector.Retry || !strings.Contains(err.Error(), "did not answer in time") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("three calls with a time-out of 0.3 s took %v", took)
	}
	must(t, s.Resume())
	must(t, c.Add(t.Context(), h))
	if !held(t, c, h) {
		t.Error("not added after the pause")
	}
}

// TestManyCallers gives more callers than there are connections.
func TestManyCallers(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, 50)
	seed(t, s, threeGroups)
	c := open(t, settings(s, "connections", "1", "page_size", "10"))
	h := member(ids(t, s, person(s, 1))[0], ids(t, s, "cn=names,"+s.Groups())[0])
	errs := make(chan error, 20)
	for i := range 20 {
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			if i%2 == 0 {
				errs <- c.Add(ctx, h)
				return
			}
			for g, err := range c.Groups(ctx) { // calls again while reading
				if err != nil {
					errs <- err
					return
				}
				if _, err := c.Has(ctx, member(h.Account, g.ExternalID)); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range 20 {
		must(t, <-errs)
	}
	busy, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Check(busy); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while waiting: %v", err)
	}
}

func TestTLS(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, 2)
	ca := string(s.CA())
	for _, test := range []struct {
		name   string
		change []string
		want   connector.Class
	}{
		{"ldaps", []string{"url", s.TLSURL(), "ca", ca}, ""},
		{"ldaps, another name", []string{"url", s.TLSURL(), "ca", ca, "server_name", "localhost"}, ""},
		{"ldaps, a wrong name", []string{"url", s.TLSURL(), "ca", ca, "server_name", "ldap.example.test"}, connector.Config},
		{"ldaps, unknown authority", []string{"url", s.TLSURL()}, connector.Config},
		{"ldaps to a plain port", []string{"url", "ldaps://" + s.Addr(), "ca", ca, "timeout", "2s"}, connector.Retry},
		{"plain to a TLS port", []string{"url", strings.Replace(s.TLSURL(), "ldaps", "ldap", 1), "timeout", "2s"}, connector.Retry},
		{"StartTLS, unknown authority", []string{"start_tls", "true"}, connector.Config},
		{"StartTLS", []string{"start_tls", "true", "ca", ca}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if s.External() && strings.HasPrefix(test.name, "StartTLS") {
				test.want = connector.Config // its certificate is not ours
			}
			err := open(t, settings(s, test.change...)).Check(t.Context())
			if got := connector.ClassOf(err); got != test.want {
				t.Errorf("class %q, want %q: %v", got, test.want, err)
			}
			if err != nil && strings.Contains(err.Error(), s.Password) {
				t.Errorf("tells the password: %v", err)
			}
		})
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, 2)
	for _, test := range []struct {
		name, says string
		change     []string
		want       connector.Class
	}{
		{"right", "", nil, ""},
		{"a base that is not there", `"ou=nowhere,` + s.BaseDN + `" does not exist`, []string{"groups_base", "ou=nowhere," + s.BaseDN}, connector.Config},
		{"nobody matches", "no person matches", []string{"people_filter", "(uid=nobody)"}, connector.Config},
		{"no identity", "have no employeeNumber", []string{"id_attribute", "employeeNumber"}, connector.Config},
		{"a wrong password", "invalid credentials", []string{"bind_password", "x"}, connector.Auth},
		{"two bases", "", []string{"people_base", "\n  ou=groups," + s.BaseDN + "\r\n" + s.People() + "\n"}, ""},
		{"another identity", "", []string{"id_attribute", "uid"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := open(t, settings(s, test.change...)).Check(t.Context())
			if connector.ClassOf(err) != test.want || err != nil && (!strings.Contains(err.Error(), test.says) || connector.HintOf(err) == "") {
				t.Errorf("%v (%s)", err, connector.ClassOf(err))
			}
		})
	}
	// A base that is not there is never an empty directory.
	c := open(t, settings(s, "people_base", "ou=nowhere,"+s.BaseDN))
	if _, err := connector.Collect(c.Users(t.Context())); connector.ClassOf(err) != connector.Config {
		t.Errorf("reading below a base that is not there: %v", err)
	}
	if _, err := c.Has(t.Context(), member("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002")); err != nil {
		t.Errorf("a group that is not there: %v", err)
	}
	c = open(t, settings(s, "groups_base", "ou=nowhere,"+s.BaseDN))
	if err := c.Remove(t.Context(), member("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002")); connector.ClassOf(err) != connector.Config {
		t.Errorf("removing below a base that is not there must not count as done: %v", err)
	}
}

func TestNothingIsLeftRunning(t *testing.T) {
	s := slapd.Test(t)
	fill(t, s, 30)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	c, err := ldap.Kind().Open(t.Context(), settings(s, "page_size", "5", "timeout", "300ms"), nil)
	must(t, err)
	must(t, c.Check(t.Context()))
	for range c.Accounts(t.Context()) {
		break
	}
	must(t, s.Pause())
	if err := c.Check(t.Context()); err == nil {
		t.Error("a paused server answered")
	}
	must(t, s.Resume())
	must(t, c.Close())
}
