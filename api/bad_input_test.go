package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/api"
)

func deep(n int) string {
	return `{"resource":"wiki","duration":"P1D","answers":` + strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) + "}"
}

// badInput sends what nobody should: each is refused with its status, names the place, and leaves nothing behind.
func badInput(t *testing.T, w *world) {
	ask := func(more string) string { return `{"resource":"wiki","duration":"P1D","reason":"x"` + more + `}` }
	length := func(d string) string { return `{"resource":"wiki","duration":"` + d + `","reason":"x"}` }
	cases := []struct {
		name, method, path, body string
		status                   int
		says                     string // somewhere in the answer
	}{
		{"no JSON", "POST", "/requests", `{"resource":`, 400, "is not JSON"},
		{"half a literal", "POST", "/requests", `{"resource":tru}`, 400, "is not JSON"},
		{"two values", "POST", "/requests", ask("") + ask(""), 400, "something after"},
		{"a list", "POST", "/requests", `["wiki"]`, 400, "body"},
		{"a text", "POST", "/requests", `"wiki"`, 400, "body"},
		{"null", "POST", "/requests", `null`, 400, "body"},
		{"an unknown field", "POST", "/requests", ask(`,"sudo":true`), 400, "body.sudo"},
		{"a field in another case", "POST", "/requests", `{"Resource":"wiki","duration":"P1D"}`, 400, "Resource"},
		{"a field twice", "POST", "/requests", ask(`,"reason":"y"`), 400, "twice"},
		{"a wrong type", "POST", "/requests", `{"resource":7,"duration":"P1D"}`, 400, "body.resource"},
		{"a wrong type inside", "POST", "/requests", ask(`,"no_end":"yes"`), 400, "body.no_end"},
		{"what is required is missing", "POST", "/requests", `{"duration":"P1D"}`, 400, "resource: is missing"},
		{"deep nesting", "POST", "/requests", deep(40), 400, "deeper"},
		{"very deep nesting", "POST", "/requests", strings.Repeat("[", 100_000), 400, "deeper"},
		{"a huge body", "POST", "/requests", ask(`,"reason2":"` + strings.Repeat("x", 2<<20) + `"`), 413, "1 MiB"},
		{"invalid UTF-8", "POST", "/requests", ask(",\"relation\":\"\xff\xfe\""), 400, "UTF-8"},
		{"a control character in a reason", "POST", "/requests", `{"resource":"wiki","duration":"P1D","reason":"a\u0007b"}`, 400, "cannot be seen"},
		{"a NUL in a reason", "POST", "/requests", `{"resource":"wiki","duration":"P1D","reason":"a\u0000b"}`, 400, "NUL"},
		{"no duration", "POST", "/requests", length("PT0S"), 400, "PT1S"},
		{"a negative duration", "POST", "/requests", length("-P1D"), 400, "ISO 8601"},
		{"an absurd duration", "POST", "/requests", length("P99999D"), 400, "P3650D"},
		{"a duration with months", "POST", "/requests", length("P3M"), 400, "not fixed"},
		{"a duration in words", "POST", "/requests", length("a week"), 400, "ISO 8601"},
		{"an end in the past", "POST", "/requests", `{"resource":"wiki","until":"2001-01-01T00:00:00Z","reason":"x"}`, 422, "over already"},
		{"an end that is the start", "POST", "/requests", `{"resource":"wiki","starts_at":"YEAR-01-01T00:00:00Z","until":"YEAR-01-01T00:00:00Z","reason":"x"}`, 422, "is not after the start"},
		{"an end in another age", "POST", "/requests", `{"resource":"wiki","until":"9999-01-01T00:00:00Z","reason":"x"}`, 400, "until: is more than ten years away"},
		{"a gift into another age", "POST", "/grants", `{"subject":"lead","resource":"wiki","until":"9999-01-01T00:00:00Z","reason":"x"}`, 400, "until: is more than ten years away"},
		{"an end that is no time", "POST", "/requests", `{"resource":"wiki","until":"tomorrow","reason":"x"}`, 400, "until"},
		{"two lengths", "POST", "/requests", ask(`,"no_end":true`), 400, ""},
		{"an unknown relation", "POST", "/requests", ask(`,"relation":"god"`), 400, "relation"},
		{"an answer that no form asks", "POST", "/requests", ask(`,"answers":{"shoe":9}`), 400, "answers.shoe"},
		{"a choice that is none", "POST", "/requests", `{"resource":"laptop","duration":"P1D","answers":{"model":"abacus"}}`, 400, "answers.model"},
		{"a resource that is not there", "POST", "/requests", `{"resource":"nothing-here","duration":"P1D"}`, 404, "nothing-here"},
		{"an id of another tenant", "GET", "/resources/res_06gvncarrtsu91iiaduuv37cb8", "", 404, ""},
		{"a person who is not there", "POST", "/requests", ask(`,"beneficiary":"nobody"`), 404, "nobody"},
		{"a limit over 200", "GET", "/users?limit=201", "", 422, "200"},
		{"a negative limit", "GET", "/users?limit=-1", "", 422, "200"},
		{"a limit of nothing", "GET", "/users?limit=0", "", 422, "200"},
		{"a limit of nothing of what is cut here", "GET", "/users/me/access?limit=0", "", 422, "200"},
		{"a limit over 200 of what is cut here", "GET", "/users/me/access?limit=201", "", 422, "200"},
		{"a limit that is no number", "GET", "/users?limit=many", "", 400, "query.limit"},
		{"a cursor that is none", "GET", "/users?cursor=abc", "", 400, "cursor"},
		{"a cursor of what is cut here that is none", "GET", "/users/me/access?cursor=abc", "", 400, "cursor"},
		{"an order that is none", "GET", "/users?sort=password", "", 400, "sort"},
		{"an unknown parameter", "GET", "/users?colour=red", "", 400, "query.colour"},
		{"a state that is none", "GET", "/requests?state=maybe", "", 400, "query.state"},
		{"a time that is none", "GET", "/users/me/access?at=yesterday", "", 400, "query.at: is not a moment; write"},
		{"the zero time, of a person", "GET", "/users/me/access?at=0001-01-01T00:00:00Z", "", 400, "query.at: is before all that is known here; write a later moment"},
		{"the zero time, of everybody", "GET", "/history?at=0001-01-01T00:00:00Z", "", 400, "query.at: is before"},
		{"the zero time, of who has it", "GET", "/resources/laptop/holders?at=0001-01-01T00:00:00Z", "", 400, "query.at: is before"},
		{"the zero time in a zone, compared", "GET", "/users/me/compare/lead?at=0001-01-01T02:00:00%2B02:00", "", 400, "query.at: is before"},
		{"the zero time as an end", "GET", "/grants?expiring_before=0001-01-01T00:00:00Z", "", 400, "query.expiring_before: is before"},
		{"the zero time, of a batch", "POST", "/batches", `{"action":"end","reason":"x","filter":{"scope":"all","to":"0001-01-01T00:00:00Z"}}`, 400, "body: filter.to is before all"},
		{"a route that is none", "GET", "/nothing", "", 404, ""},
		{"a method that is none", "PUT", "/users", "{}", 405, "GET"},
		{"a name with a zero-width space", "POST", "/resources", `{"kind":"app","name":"Wi\u200bki"}`, 400, "cannot be seen"},
		{"a name with a control character", "POST", "/resources", `{"kind":"app","name":"Wi\u0007ki"}`, 400, "cannot be seen"},
		{"a name that differs by case", "POST", "/resources", `{"kind":"app","name":"WIKI"}`, 409, "taken"},
		{"a name that differs by width", "POST", "/resources", `{"kind":"app","name":"Ｗiki"}`, 409, "taken"},
		{"a slug that looks like an id", "POST", "/resources", `{"kind":"app","name":"X","slug":"res_abc"}`, 400, "slug"},
		{"the slug me", "POST", "/resources", `{"kind":"app","name":"X","slug":"me"}`, 400, "reserved"},
		{"an entitlement without app", "POST", "/resources", `{"kind":"entitlement","name":"X","slug":"x.y"}`, 400, "app"},
		{"a flow that names nobody", "POST", "/resources", `{"kind":"app","name":"X","flow":{"stages":[{"approvers":["group:nobody"]}]}}`, 422, "nobody"},
		{"a form with a field twice", "POST", "/resources", `{"kind":"app","name":"X","form":{"fields":[{"name":"a","type":"text"},{"name":"a","type":"text"}]}}`, 400, "form.fields[1]"},
		{"a pattern that explodes", "POST", "/resources", `{"kind":"app","name":"X","form":{"fields":[{"name":"a","type":"text","pattern":"("}]}}`, 400, "pattern"},
		{"an unknown constraint", "POST", "/tags", `{"name":"T","constraints":{"no_fun":true}}`, 400, "no_fun"},
		{"a batch whose filter says nothing", "POST", "/batches", `{"action":"end","filter":{}}`, 400, "says nothing"},
		{"a limit of a tag under an hour", "POST", "/tags", `{"name":"T","constraints":{"member_time_limit":"PT1M"}}`, 400, "member_time_limit"},
		{"YAML with a key twice", "POST", "/catalogue/plan", `{"files":{"a.yaml":"groups:\n  - name: A\n    name: B\n"}}`, 400, "a.yaml:3"},
		{"YAML with an unknown field", "POST", "/catalogue/plan", `{"files":{"a.yaml":"groups:\n  - name: A\n    colour: red\n"}}`, 400, "colour"},
		{"YAML whose anchors explode", "POST", "/catalogue/plan", fmt.Sprintf(`{"files":{"a.yaml":%q}}`, bomb()), 400, "a.yaml"},
		{"a reference to nothing", "POST", "/catalogue/apply", `{"files":{"a.yaml":"apps:\n  - name: A\n    slug: a\n    audience: nobody-at-all\n"}}`, 422, "nobody-at-all"},
		{"CSV with ragged rows", "POST", "/import/people", "login,name\nada,Ada,extra\n", 400, "people:2"},
		{"CSV in UTF-16", "POST", "/import/people", "\xff\xfel\x00o\x00", 400, "UTF-16"},
		{"CSV in Latin-1", "POST", "/import/people", "login,name\nada,Ad\xe9\n", 400, "UTF-8"},
		{"CSV with a person twice", "POST", "/import/people", "login,name\nada,Ada\nADA,Ada\n", 400, "people:3"},
		{"a circle of managers", "POST", "/import/people", "login,name,manager\na1,A,b1\nb1,B,a1\n", 400, "manager"},
		{"a vote without a word", "POST", "/requests/REQ/votes", `{}`, 400, "vote"},
		{"a vote that is none", "POST", "/requests/REQ/votes", `{"vote":"maybe"}`, 400, "vote"},
		{"a denial without comment", "POST", "/requests/REQ/votes", `{"vote":"deny"}`, 422, "comment"},
		{"a vote on what was shown before", "POST", "/requests/REQ/votes", `{"vote":"approve","version":99}`, 409, ""},
		{"an approval for longer than asked", "POST", "/requests/REQ/votes", `{"vote":"approve","duration":"P30D"}`, 422, ""},
		{"a request that is not there", "GET", "/requests/req_nothing", "", 404, ""},
		{"a bulk of nothing", "POST", "/grants/end", `{"ids":[]}`, 400, "ids"},
	}
	req := w.request()
	before := w.must("auditor", "GET", "/audit/checkpoint", nil).json(t)["size"]
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			who, path := "admin", strings.ReplaceAll(c.path, "REQ", req)
			if strings.HasSuffix(path, "/votes") {
				who = "lead"
			}
			var body any
			if c.body != "" {
				body = strings.ReplaceAll(c.body, "YEAR", fmt.Sprint(time.Now().Year()+1))
			}
			a := w.call(who, c.method, path, body)
			if a.status != c.status || !strings.Contains(string(a.body), c.says) {
				t.Errorf("answered %d %s; want %d and %q", a.status, a.body, c.status, c.says)
			}
			if a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("it is %s", a.header.Get("Content-Type"))
			}
			p := a.json(t)
			for _, field := range []string{"type", "title", "status", "detail", "request_id"} {
				if v := p[field]; v == nil || v == "" {
					t.Errorf("the problem has no %s: %s", field, a.body)
				}
			}
			if len(a.body) > 8000 {
				t.Errorf("the answer has %d bytes: it repeats what was sent", len(a.body))
			}
		})
	}
	// Only refusals by a rule were recorded (domain rule 23): nothing else happened.
	events := w.must("auditor", "GET", "/events?limit=200", nil).json(t)["items"].([]any)
	after := w.must("auditor", "GET", "/audit/checkpoint", nil).json(t)["size"]
	n := int(after.(float64) - before.(float64))
	for _, e := range events[:n] {
		if verb := e.(map[string]any)["verb"]; verb != "call.refused" && verb != "session.signed_in" && verb != "token.created" {
			t.Errorf("something happened: %v", e)
		}
	}
}

// bomb is YAML that grows to billions of nodes.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [", i, i)
		b.WriteString(strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ","))
		b.WriteString("]\n")
	}
	return b.String()
}

// changedMeanwhile: a form, a limit and a request that are not any more what was on the screen.
func changedMeanwhile(t *testing.T, w *world) {
	form := func(fields ...any) map[string]any { return map[string]any{"form": map[string]any{"fields": fields}} }
	field := func(name string, more map[string]any) map[string]any {
		f := map[string]any{"name": name, "type": "text"}
		for k, v := range more {
			f[k] = v
		}
		return f
	}
	slug := w.resource(form(field("team", nil)))
	seen := map[string]any{"resource": slug, "duration": "P7D", "reason": "work", "answers": map[string]any{"team": "blue"}}
	if a := w.call("employee", "POST", "/requests/preview", seen); a.status != 200 {
		t.Fatalf("as shown: %d %s", a.status, a.body)
	}
	for what, c := range map[string]struct {
		change map[string]any
		says   []string
	}{
		"the field is called otherwise":      {form(field("squad", nil)), []string{"answers.team", "load it again"}},
		"another field is required":          {form(field("team", nil), field("ticket", map[string]any{"required": true})), []string{"answers.ticket"}},
		"the answer is none of the choices":  {form(map[string]any{"name": "team", "type": "choice", "choices": []string{"red", "green"}}), []string{"answers.team"}},
		"the answer does not fit any longer": {form(field("team", map[string]any{"pattern": "^[0-9]+$"})), []string{"answers.team"}},
	} {
		w.must("admin", "PATCH", "/resources/"+slug, c.change)
		a := w.call("employee", "POST", "/requests", seen)
		for _, text := range c.says {
			if a.status != 400 || !strings.Contains(string(a.body), text) {
				t.Errorf("%s: %d %s, want %q", what, a.status, a.body, text)
			}
		}
	}
	w.must("admin", "PATCH", "/resources/"+slug, map[string]any{"form": map[string]any{"fields": []any{}}, "durations": map[string]any{"max": "P1D"}})
	if a := w.call("employee", "POST", "/requests", map[string]any{"resource": slug, "duration": "P7D", "reason": "work"}); a.status != 422 || !strings.Contains(string(a.body), "P1D") && !strings.Contains(string(a.body), "1 day") {
		t.Errorf("a limit that came meanwhile: %d %s", a.status, a.body)
	}
	if l := w.must("employee", "GET", "/requests?requester=me&resource="+slug, nil).json(t)["items"].([]any); len(l) != 0 {
		t.Errorf("something was filed all the same: %v", l)
	}

	// The request that is decided about is replaced by a newer one of its requester.
	other := w.resource(nil)
	ask := func(d string) map[string]any {
		return w.must("teammate", "POST", "/requests", map[string]any{"resource": other, "duration": d, "reason": "work"}).json(t)
	}
	old := ask("P7D")
	newer := ask("P9D")
	if a := w.call("lead", "POST", "/requests/"+old["id"].(string)+"/votes", map[string]any{"vote": "approve", "version": old["version"]}); a.status != 409 || !strings.Contains(string(a.body), "supersed") && !strings.Contains(string(a.body), "replaced") && !strings.Contains(string(a.body), "newer") {
		t.Errorf("a vote on a request that a newer one took the place of: %d %s", a.status, a.body)
	}
	if a := w.call("lead", "POST", "/requests/"+newer["id"].(string)+"/votes", map[string]any{"vote": "approve", "version": newer["version"].(float64) + 1}); a.status != 409 {
		t.Errorf("a vote on a version to come: %d %s", a.status, a.body)
	}
	if a := w.call("lead", "POST", "/requests/"+newer["id"].(string)+"/votes", map[string]any{"vote": "approve", "version": newer["version"]}); a.status >= 300 {
		t.Errorf("a vote on what is there: %d %s", a.status, a.body)
	}
}

func valuesAreNotEchoed(t *testing.T, w *world) {
	secret := "hunter2-and-more"
	for _, body := range []string{
		`{"name":"D","kind":"ldap","settings":{"bind_password":["` + secret + `"]}}`,
		`{"name":"D","kind":"ldap","settings":{"url":"nonsense","bind_password":"` + secret + `"}}`,
		`{"name":7,"kind":"ldap","settings":{"bind_password":"` + secret + `"}}`,
	} {
		a := w.call("admin", "POST", "/connections", body)
		if a.status != 400 || strings.Contains(string(a.body), secret) {
			t.Errorf("answered %d %s", a.status, a.body)
		}
	}
}

func TestEveryKindOfFailureHasAStatus(t *testing.T) {
	seen := map[int]bool{}
	for _, c := range []string{"invalid", "unauthenticated", "forbidden", "not_found", "conflict", "precondition", "rate_limited", "unavailable", "internal"} {
		status := api.Status(api.Code(c))
		if status < 400 || seen[status] {
			t.Errorf("%s is %d", c, status)
		}
		seen[status] = true
	}
	if api.Status("nonsense") != http.StatusInternalServerError {
		t.Error("an unknown kind is not 500")
	}
}
