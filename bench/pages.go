package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sallyport/sallyport/bench/seed"
)

// page is one call behind a page of the web interface, about another person or thing each time.
type page struct {
	page, name string
	who        []seed.Caller // in turns
	path       func(n int) string
}

func (p page) make(ctx context.Context, m *meter, n int) error {
	_, err := m.call(ctx, p.who[n%len(p.who)].Token, http.MethodGet, "/api/v1"+p.path(n), nil, false)
	return err
}

// pages are the calls that the pages make (calls.txt), with the same parameters, and with words, dates and other people; by
// ordinary people except where only admins look.
func pages(c *seed.Company) []page {
	var list []page
	add := func(where, name string, who []seed.Caller, path func(n int) string) {
		list = append(list, page{where, name, who, path})
	}
	fixed := func(path string) func(int) string { return func(int) string { return path } }
	pick := func(list []string, n int) string { return list[n*7919%len(list)] }
	user := func(n int) string { return pick(c.Users, n) }
	ten := func(n int) string {
		names := make([]string, 10)
		for i := range names {
			names[i] = user(n + i)
		}
		return strings.Join(names, ",")
	}
	thing := func(n int) string { return pick(c.Resources, n) }
	stamp := func(d time.Duration) string { return url.QueryEscape(time.Now().Add(d).UTC().Format(time.RFC3339)) }
	const day = 24 * time.Hour
	var parts []string // of apps
	for _, slug := range c.Resources {
		if strings.Contains(slug, ".") {
			parts = append(parts, slug)
		}
	}
	app := func(n int) string { return strings.SplitN(pick(parts, n), ".", 2)[0] }
	word := func(n int) string { return strings.ReplaceAll(strings.SplitN(thing(n), ".", 2)[0], "-", "+") }

	add("home", "me, with counts", c.Callers, fixed("/me"))
	add("home", "what waits for my vote", c.Callers, fixed("/requests?assignee=me&state=pending&hints=true&limit=200"))
	add("home", "my access", c.Callers, fixed("/users/me/access?limit=200"))
	add("home", "the roles that I run", c.Callers, fixed("/roles?owner=me&limit=50"))
	add("home", "my requests", c.Callers, fixed("/requests?requester=me&limit=12"))
	add("home", "my tasks", c.Callers, fixed("/tasks?assignee=me&limit=50"))
	add("home", "my messages", c.Callers, fixed("/inbox?limit=50"))
	add("home", "who decides while I am away", c.Callers, fixed("/delegations"))
	add("catalogue", "a page of the catalogue", c.Callers, fixed("/resources?limit=200"))
	add("catalogue", "search in the catalogue", c.Callers, func(n int) string { return "/resources?limit=200&q=" + word(n) })
	add("catalogue", "what I asked for and waits", c.Callers, fixed("/requests?beneficiary=me&state=pending&limit=200"))
	add("catalogue", "all apps", c.Callers, fixed("/resources?kind=app&limit=200"))
	add("catalogue", "latest approvals", c.Callers, fixed("/requests?state=approved&limit=200"))
	add("anywhere", "choose a person", c.Callers, fixed("/users?limit=12"))
	add("anywhere", "choose a thing", c.Callers, fixed("/resources?limit=12"))
	add("anywhere", "choose an app", c.Callers, fixed("/resources?kind=app&limit=12"))
	add("anywhere", "search in everything", c.Callers, func(n int) string { return "/search?limit=6&q=" + word(n) })
	add("resource", "a resource", c.Callers, func(n int) string { return "/resources/" + thing(n) })
	add("resource", "who has it", c.Callers, func(n int) string { return "/resources/" + thing(n) + "/holders?limit=50&total=true&relation=member" })
	add("resource", "who has what most people have", c.Callers, fixed("/resources/"+c.Popular+"/holders?limit=50&total=true&relation=member"))
	add("resource", "what waits for me of it", c.Callers, func(n int) string {
		return "/requests?beneficiary=me&state=pending&limit=5&resource=" + thing(n)
	})
	add("resource", "what is under way", c.Callers, func(n int) string { return "/resources/" + thing(n) + "/progress" })
	add("resource", "whether an app has parts", c.Callers, func(n int) string { return "/resources?limit=1&app=" + app(n) })
	add("resource", "the parts of an app", c.Callers, func(n int) string { return "/resources?limit=200&app=" + app(n) })
	add("resource", "all that is in an app", c.Callers, func(n int) string {
		return "/grants?active=true&limit=200&sort=resource&total=true&app=" + app(n)
	})
	add("resource", "limits, and where they come from", c.Callers, func(n int) string { return "/resources/" + thing(n) + "/constraints" })
	add("resource", "history of a resource", c.Callers, func(n int) string { return "/resources/" + thing(n) + "/history?limit=50" })
	add("resource", "requests for a resource", c.Callers, func(n int) string { return "/requests?limit=50&resource=" + thing(n) })
	add("resource", "holders of what 50 roles reach", c.Callers, fixed("/resources/"+c.Shared+"/holders?limit=50&total=true&relation=member"))
	add("resource", "holders of that half a year ago", c.Callers, func(int) string {
		return "/resources/" + c.Shared + "/holders?limit=50&total=true&relation=member&at=" + stamp(-180*day)
	})
	add("resource", "who had it half a year ago", c.Callers, func(n int) string {
		return "/resources/" + thing(n) + "/holders?limit=50&total=true&relation=member&at=" + stamp(-180*day)
	})
	add("role", "what a role gives", c.Callers, func(int) string { return "/grants?active=true&limit=200&subject=role:" + c.BigRole })
	add("role", "what a role gave half a year ago", c.Callers, func(int) string {
		return "/grants?limit=200&at=" + stamp(-180*day) + "&subject=role:" + c.BigRole
	})
	add("role", "all roles, with what hangs on them", c.Admins, fixed("/roles?limit=50"))
	add("role", "members of a role of 5,000", c.Callers, func(int) string { return "/resources/" + c.BigRole + "/holders?limit=50&total=true&relation=member" })
	add("person", "a person", c.Callers, func(n int) string { return "/users/" + user(n) })
	add("person", "a person's access", c.Callers, func(n int) string { return "/users/" + user(n) + "/access?limit=200" })
	add("person", "access of a person with 30 roles", c.Callers, fixed("/users/"+c.Busy+"/access?limit=200"))
	add("person", "a person's access half a year ago", c.Callers, func(n int) string { return "/users/" + user(n) + "/access?limit=200&at=" + stamp(-180*day) })
	add("person", "history of a person", c.Callers, func(n int) string { return "/users/" + user(n) + "/history?limit=50" })
	add("person", "grants of a person, over ones too", c.Callers, func(n int) string { return "/grants?limit=100&subject=" + user(n) })
	add("person", "intervals of a person", c.Callers, func(n int) string { return "/history?limit=100&person=" + user(n) })
	add("person", "requests for a person", c.Callers, func(n int) string { return "/requests?limit=50&beneficiary=" + user(n) })
	add("person", "who reports to a person", c.Callers, func(n int) string { return "/users?limit=200&manager=" + user(n) })
	add("person", "compare two people", c.Callers, func(n int) string { return "/users/" + user(n) + "/compare/" + user(n+1) })
	add("person", "compare ten people", c.Callers, func(n int) string { return "/compare?users=" + ten(n) })
	add("person", "compare ten people, half a year ago", c.Callers, func(n int) string {
		return "/compare?users=" + ten(n) + "&at=" + stamp(-180*day)
	})
	add("person", "what a person lost", c.Callers, func(n int) string { return "/history?state=lost&sort=-ended&limit=100&person=" + user(n) })
	add("person", "what a person with 30 roles lost", c.Callers, fixed("/history?state=lost&sort=-ended&limit=100&person="+c.Busy))
	add("people", "a page of people", c.Callers, fixed("/users?limit=60&total=true"))
	add("people", "departments", c.Callers, fixed("/departments"))
	add("people", "search for people", c.Callers, func(n int) string {
		return "/users?limit=60&total=true&q=" + []string{"ada", "berg", "wolf", "security", "zoe+young", "31"}[n%6]
	})
	add("requests", "all that wait", c.Callers, fixed("/requests?state=pending&limit=50"))
	add("requests", "what I asked for", c.Callers, fixed("/requests?limit=50&requester=me"))
	add("requests", "a request", c.Callers, func(n int) string { return "/requests/" + pick(c.Requests, n) })
	add("requests", "what helps to decide", c.Admins, func(n int) string { return "/requests/" + pick(c.Pending, n) + "/insight" })
	add("requests", "search in requests", c.Callers, func(n int) string { return "/requests?limit=50&q=" + word(n) })
	add("tasks", "my tasks", c.Callers, fixed("/tasks?assignee=me&state=todo&limit=100"))
	add("tasks", "a task", c.Admins, func(n int) string { return "/tasks/" + pick(c.Tasks, n) })
	add("tasks", "all that is to do", c.Callers, fixed("/tasks?state=todo&limit=100"))
	add("expiring", "what of mine ends", c.Callers, func(int) string {
		return "/grants?subject=user:me&active=true&limit=200&expiring_before=" + stamp(14*day)
	})
	add("expiring", "saved views", c.Callers, fixed("/views?page=expiring"))
	ends := func(more string) func(int) string {
		return func(int) string {
			return "/grants/expiring?limit=100&total=true&sort=ends_at&to=" + stamp(30*day) + more
		}
	}
	add("expiring", "what ends of what anybody owns", c.Callers, ends("&scope=owned"))
	owners := make([]seed.Caller, len(c.Desks))
	for i, d := range c.Desks {
		owners[i] = d.Owner
	}
	add("expiring", "what ends of what an owner owns", owners, ends("&scope=owned"))
	add("expiring", "what ends in the company", c.Admins, ends("&scope=all"))
	add("expiring", "the same for somebody who may not see all", c.Callers, ends("&scope=all"))
	add("expiring", "what ends in the company, by a word", c.Admins, func(n int) string { return ends("&scope=all&q=" + word(n))(n) })
	add("access", "what I own, by its end", c.Callers, fixed("/grants?active=true&limit=100&owned_by=me&sort=ends_at"))
	add("access", "all of the company", c.Admins, fixed("/grants?active=true&limit=100"))
	add("audit", "whether the log is sound", c.Admins, fixed("/audit/checkpoint"))
	add("audit", "the last of the log", c.Admins, fixed("/events?limit=1"))
	add("audit", "the newest of the log", c.Admins, fixed("/events?limit=100"))
	add("audit", "one kind of event of a month", c.Admins, func(n int) string {
		return fmt.Sprintf("/events?limit=100&verb=request.&since=%s&until=%s", stamp(-time.Duration(40+n%300)*day), stamp(-time.Duration(10+n%300)*day))
	})
	add("audit", "search in the log", c.Admins, func(n int) string { return "/events?limit=100&q=" + word(n) })
	add("audit", "search in what was written", c.Admins, func(n int) string { return "/events?limit=100&said=" + word(n) })
	add("audit", "what one person did", c.Admins, func(n int) string { return "/events?limit=100&actor=" + user(n) })
	add("audit", "who had what half a year ago, in the company", c.Admins, func(int) string { return "/history?limit=100&at=" + stamp(-180*day) })
	add("audit", "the history of the company", c.Admins, fixed("/history?limit=100"))
	add("audit", "the history of the company, by words", c.Admins, func(n int) string { return "/history?limit=100&q=" + word(n) })
	add("audit", "how long the history of the company is", c.Admins, fixed("/history?limit=1&total=true"))
	add("audit", "how many held something half a year ago", c.Admins, func(int) string { return "/history?limit=1&total=true&at=" + stamp(-180*day) })
	add("audit", "the evidence of a quarter", c.Admins, func(int) string { return "/evidence?from=" + stamp(-120*day) + "&to=" + stamp(-30*day) })
	add("audit", "what nobody owns", c.Admins, fixed("/orphans?limit=100&total=true"))
	add("tags", "all tags", c.Callers, fixed("/tags?limit=200"))
	add("tags", "what a tag is on", c.Callers, fixed("/resources?limit=50&total=true&tag=Production"))
	for _, rare := range [][2]string{{"what tags can demand", "/constraints"}, {"who may make things", "/creation-rules"}, {"holidays", "/holidays"},
		{"connections", "/connections?limit=200"}, {"kinds of connections", "/connector-kinds"}, {"reorganizations", "/reorganizations?limit=50"},
		{"sessions", "/sessions?limit=100&user=me"}, {"tokens", "/tokens?limit=100&user=me"}} {
		add("administration", rare[0], c.Admins, fixed(rare[1]))
	}
	return list
}
