package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/internal/peers/slapd"
)

// TestKilledWhileARoleArrives kills the real server with SIGKILL while it brings a role of many into a real OpenLDAP, and
// again while it takes the role away. Started again it goes on where it was: in the end everybody is there, and nobody.
func TestKilledWhileARoleArrives(t *testing.T) {
	const size = 60
	binary, err := builtToCrash()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel() // most of it is waiting for processes
			c := startCrashing(t, binary, engine, slapd.Test(t))
			ldif := ""
			for i := range size {
				ldif += fmt.Sprintf("dn: uid=many%03d,%s\nobjectClass: inetOrgPerson\nuid: many%03[1]d\ncn: Many %[1]d\nsn: %[1]d\nmail: many%03[1]d@example.test\n\n", i, c.ldap.People(), i)
			}
			if err := c.ldap.Seed(ldif); err != nil {
				t.Fatal(err)
			}
			c.call("PATCH", "/connections/ldap", map[string]any{"settings": map[string]any{"changes_per_minute": "1200"}}, 200)
			c.call("POST", "/connections/ldap/sync", map[string]any{}, 0)
			c.call("POST", "/resources", map[string]any{"kind": "role", "slug": "many", "name": "Many"}, 201)
			for i := range size {
				c.call("POST", "/grants", map[string]any{"subject": fmt.Sprintf("many%03d", i), "resource": "many", "no_end": true, "reason": "they belong to it"}, 201)
			}
			id := c.call("POST", "/grants", map[string]any{"subject": "role:many", "resource": "operations", "no_end": true, "reason": "they run it"}, 201)["id"].(string)
			c.halfWay(id, "adding", size)
			if n := len(c.many()); n != size {
				t.Fatalf("%d of %d are in the directory: %v", n, size, c.many())
			}
			c.end(id)
			c.halfWay(id, "removing", size)
			if left := c.many(); len(left) != 0 {
				t.Fatalf("still in the directory: %v", left)
			}
		})
	}
}

// halfWay kills the server when a third is done, starts it again, and waits until all are; progress may not go back. Of how
// many access is taken away is known when the last piece of them is.
func (c *crashing) halfWay(grant, direction string, size int) {
	c.Helper()
	last, most := 0, 0
	done := func() int {
		c.Helper()
		for _, it := range c.call("GET", "/grants/"+grant+"/progress", nil, 200)["items"].([]any) {
			p := it.(map[string]any)
			if p["direction"] != direction {
				continue
			}
			n := int(p["done"].(float64))
			if total := int(p["total"].(float64)); n < last || total < most || total > size || total < size && direction == "adding" {
				c.Fatalf("%s: %d of %d, after %d of %d", direction, n, total, last, most)
			} else {
				last, most = n, total
			}
		}
		return last
	}
	c.eventually(direction+": a third is done", func() bool { return done() >= size/3 && most == size })
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	if last == size {
		c.Fatal(direction, ": all was done before it could be killed")
	}
	c.start("")
	c.eventually(direction+": all is done", func() bool { return done() == size })
}

// many lists who of the role is in the directory's group.
func (c *crashing) many() []string {
	c.Helper()
	members, err := c.ldap.Values("cn=ops,"+c.ldap.Groups(), "member")
	if err != nil {
		c.Fatal(err)
	}
	return slices.DeleteFunc(members, func(m string) bool { return !strings.HasPrefix(m, "uid=many") })
}
