package api_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/api"
)

// personas are the columns of the matrix. teammate made what the rows are about; lead owns and decides it; it fulfils it.
// reader is a token of the admin that may read, and nothing else.
var personas = []string{"", "employee", "lead", "owner", "it", "auditor", "admin", "reader"}

// row is one route of the matrix: how it is called, and what each persona is answered.
type row struct {
	call func(w *world) (path string, body any)
	want string
}

const all200 = "401 200 200 200 200 200 200 200"

func at(path string) func(*world) (string, any) {
	return func(*world) (string, any) { return path, nil }
}

func send(path string, body any) func(*world) (string, any) {
	return func(*world) (string, any) { return path, body }
}

func (w *world) connection() string {
	return w.must("admin", "POST", "/connections", map[string]any{"name": w.name("Directory"), "kind": "ldap", "settings": ldapSettings}).text(w.t, "id")
}

// ldapSettings are right in form; nobody listens there.
var ldapSettings = map[string]string{"url": "ldap://127.0.0.1:1", "bind_dn": "cn=reader", "bind_password": "secret", "people_base": "dc=example,dc=org"}

var catalogueFile = map[string]any{"files": map[string]string{"a.yaml": "groups:\n  - name: From a file\n    slug: from-a-file\n"}}

// matrix is who may do what. A new route fails the test until it is in here.
var matrix = map[string]row{
	"get-me":           {at("/me"), all200},
	"search":           {at("/search?q=vpn"), all200},
	"list-users":       {at("/users"), all200},
	"list-departments": {at("/departments"), all200},
	"get-user":         {at("/users/teammate"), all200},
	"get-user-access":  {at("/users/teammate/access"), all200},
	"get-user-history": {at("/users/teammate/history"), all200},
	"compare-users":    {at("/users/employee/compare/teammate"), all200},
	"erase-user":       {send("/users/teammate/erase", map[string]any{"reason": "asked for it"}), "401 403 403 403 403 403 422 403"},
	"import-people":    {send("/import/people?preview=true", "login,name\nnew.one,New One\n"), "401 403 403 403 403 403 200 403"},
	"sync-connection":  {func(w *world) (string, any) { return "/connections/" + w.connection() + "/sync", nil }, "401 403 403 403 403 403 200 403"},
	"get-sync": {func(w *world) (string, any) {
		return "/syncs/" + w.must("admin", "POST", "/connections/"+w.connection()+"/sync", nil).text(w.t, "id"), nil
	}, "401 403 403 403 403 200 200 200"},
	"list-resources": {at("/resources"), all200},
	"create-resource": {func(w *world) (string, any) {
		return "/resources", map[string]any{"kind": "app", "name": w.name("New")}
	}, "401 403 403 403 403 403 201 403"},
	"get-resource": {at("/resources/vpn"), all200},
	"update-resource": {func(w *world) (string, any) {
		return "/resources/" + w.resource(nil), map[string]any{"description": "new"}
	}, "401 403 200 403 403 403 200 403"},
	"delete-resource": {func(w *world) (string, any) { return "/resources/" + w.resource(nil), nil }, "401 403 403 403 403 403 204 403"},
	"convert-resource": {func(w *world) (string, any) {
		return "/resources/" + w.resource(map[string]any{"kind": "group", "owners": []string{"lead"}}) + "/convert", map[string]any{"kind": "role"}
	}, "401 403 403 403 403 403 200 403"},
	"list-orphans":         {at("/orphans?total=true"), all200},
	"list-holders":         {at("/resources/wiki/holders"), all200},
	"get-progress":         {at("/resources/wiki/progress"), all200},
	"list-pending":         {at("/resources/wiki/pending"), all200},
	"retry":                {func(w *world) (string, any) { return "/resources/" + w.resource(nil) + "/retry", nil }, "401 403 200 403 403 403 200 403"},
	"get-grant-progress":   {func(w *world) (string, any) { return "/grants/" + w.grant() + "/progress", nil }, all200},
	"get-resource-history": {at("/resources/wiki/history"), all200},
	"get-constraints":      {at("/resources/wiki/constraints?beneficiary=teammate"), all200},
	"plan-catalogue":       {send("/catalogue/plan", catalogueFile), "401 403 403 403 403 403 200 403"},
	"apply-catalogue":      {send("/catalogue/apply", catalogueFile), "401 403 403 403 403 403 200 403"},
	"export-catalogue":     {at("/catalogue"), "401 403 403 403 403 403 200 200"},
	"create-request": {func(w *world) (string, any) {
		return "/requests", map[string]any{"resource": w.resource(map[string]any{"owners": []string{"security"}}), "duration": "P1D"}
	}, "401 201 201 201 201 201 201 403"},
	"preview-request": {send("/requests/preview", map[string]any{"resource": "wiki", "duration": "P1D"}), "401 200 200 200 200 200 200 403"},
	"ask-many": {func(w *world) (string, any) {
		ask := map[string]any{"resource": w.resource(map[string]any{"owners": []string{"security"}}), "duration": "P1D"}
		return "/requests/batch", map[string]any{"items": []any{ask, map[string]any{"resource": "nothing-here", "duration": "P1D"}}}
	}, "401 201 201 201 201 201 201 403"},
	"list-requests": {at("/requests"), all200},
	"get-request":   {func(w *world) (string, any) { return "/requests/" + w.request(), nil }, all200},
	"get-insight":   {func(w *world) (string, any) { return "/requests/" + w.request() + "/insight", nil }, all200},
	"vote": {func(w *world) (string, any) {
		return "/requests/" + w.request() + "/votes", map[string]any{"vote": "approve"}
	}, "401 403 200 403 403 403 403 403"},
	"cancel-request": {func(w *world) (string, any) { return "/requests/" + w.request() + "/cancel", nil }, "401 403 403 403 403 403 200 403"},
	"remind":         {func(w *world) (string, any) { return "/requests/" + w.request() + "/remind", nil }, "401 403 403 403 403 403 204 403"},
	"replace-approvers": {func(w *world) (string, any) {
		return "/requests/" + w.request() + "/approvers", map[string]any{"approvers": []string{"user:security"}, "reason": "away"}
	}, "401 403 403 403 403 403 200 403"},
	"list-creation-rules": {at("/creation-rules"), all200},
	"set-creation-rule": {send("/creation-rules/app", map[string]any{"flow": map[string]any{"stages": []any{map[string]any{"approvers": []string{"admins"}}}}}),
		"401 403 403 403 403 403 200 403"},
	"list-grants": {at("/grants"), all200},
	"get-grant":   {func(w *world) (string, any) { return "/grants/" + w.grant(), nil }, all200},
	"give": {func(w *world) (string, any) {
		return "/grants", map[string]any{"subject": "teammate", "resource": w.resource(nil), "duration": "P1D", "reason": "work"}
	}, "401 403 201 403 403 403 201 403"},
	"end-grant": {func(w *world) (string, any) { return "/grants/" + w.grant() + "/end", nil }, "401 403 200 403 403 403 200 403"},
	"end-grants": {func(w *world) (string, any) {
		return "/grants/end", map[string]any{"ids": []string{w.grant()}, "atomic": true}
	}, "401 403 200 403 403 403 200 403"},
	"extend-grants": {func(w *world) (string, any) {
		return "/grants/extend", map[string]any{"ids": []string{w.grant()}, "duration": "P9D", "reason": "longer", "atomic": true}
	}, "401 403 200 403 403 403 200 403"},
	"list-constraints":     {at("/constraints"), all200},
	"list-roles":           {at("/roles?owner=lead&at=2026-01-01T00:00:00Z"), all200},
	"compare-many":         {at("/compare?users=employee,teammate,lead"), all200},
	"list-reorganizations": {at("/reorganizations"), all200},
	"reorganize": {func(w *world) (string, any) {
		return "/reorganizations", map[string]any{"action": "create", "name": w.name("Role"), "members": []string{"employee"}, "reason": "they work together"}
	}, "401 403 403 403 403 403 201 403"},
	"undo-reorganization": {func(w *world) (string, any) {
		return "/reorganizations/" + w.must("admin", "POST", "/reorganizations", map[string]any{"action": "create", "name": w.name("Role"), "members": []string{"employee"}, "reason": "why"}).text(w.t, "id") + "/undo", nil
	}, "401 403 403 403 403 403 200 403"},
	"list-tags":     {at("/tags"), all200},
	"create-tag":    {func(w *world) (string, any) { return "/tags", map[string]any{"name": w.name("Tag")} }, "401 403 403 403 403 403 201 403"},
	"get-tag":       {func(w *world) (string, any) { return "/tags/" + w.tag(), nil }, all200},
	"update-tag":    {func(w *world) (string, any) { return "/tags/" + w.tag(), map[string]any{"description": "new"} }, "401 403 403 403 403 403 200 403"},
	"delete-tag":    {func(w *world) (string, any) { return "/tags/" + w.tag(), nil }, "401 403 403 403 403 403 204 403"},
	"attach-tag":    {func(w *world) (string, any) { return "/resources/" + w.resource(nil) + "/tags/" + w.tag(), nil }, "401 403 200 403 403 403 200 403"},
	"list-expiring": {at("/grants/expiring?scope=all&total=true"), all200},
	"create-batch": {func(w *world) (string, any) {
		return "/batches", map[string]any{"action": "renew", "items": []any{map[string]any{"grant_id": w.grant()}}, "duration": "P9D", "reason": "longer"}
	}, "401 202 202 202 202 202 202 403"},
	"list-batches":     {at("/batches"), all200},
	"get-batch":        {func(w *world) (string, any) { return "/batches/" + w.batch(), nil }, "401 404 200 404 404 200 200 200"},
	"list-batch-items": {func(w *world) (string, any) { return "/batches/" + w.batch() + "/items", nil }, "401 404 200 404 404 200 200 200"},
	"undo-batch":       {func(w *world) (string, any) { return "/batches/" + w.batch() + "/undo", nil }, "401 404 202 404 404 403 202 403"},
	"list-views":       {at("/views?page=expiring"), all200},
	"create-view": {func(w *world) (string, any) {
		return "/views", map[string]any{"page": "expiring", "name": w.name("View"), "query": "scope=owned"}
	}, "401 201 201 201 201 201 201 403"},
	"delete-view": {func(w *world) (string, any) {
		return "/views/" + w.must("lead", "POST", "/views", map[string]any{"page": "expiring", "name": w.name("View")}).text(w.t, "id"), nil
	}, "401 404 204 404 404 404 404 403"},
	"list-holidays": {at("/holidays"), all200},
	"set-holiday":   {send("/holidays/2031-12-24", map[string]any{"name": "Eve"}), "401 403 403 403 403 403 200 403"},
	"delete-holiday": {func(w *world) (string, any) {
		w.must("admin", "PUT", "/holidays/2031-12-31", nil)
		return "/holidays/2031-12-31", nil
	}, "401 403 403 403 403 403 204 403"},
	"import-holidays": {send("/holidays/import?preview=true", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"), "401 403 403 403 403 403 200 403"},
	"set-holidays":    {send("/holidays", map[string]any{"items": []any{map[string]any{"day": "2026-12-25", "name": "Christmas"}}}), "401 403 403 403 403 403 200 403"}, "detach-tag": {func(w *world) (string, any) {
		r, t := w.resource(nil), w.tag()
		w.must("admin", "PUT", "/resources/"+r+"/tags/"+t, nil)
		return "/resources/" + r + "/tags/" + t, nil
	}, "401 403 403 403 403 403 204 403"},
	"list-tasks": {at("/tasks"), all200},
	"get-task":   {func(w *world) (string, any) { return "/tasks/" + w.task(), nil }, all200},
	"claim-task": {func(w *world) (string, any) { return "/tasks/" + w.task() + "/claim", nil }, "401 403 403 403 200 403 200 403"},
	"unclaim-task": {func(w *world) (string, any) {
		id := w.task()
		w.must("it", "POST", "/tasks/"+id+"/claim", nil)
		return "/tasks/" + id + "/unclaim", nil
	}, "401 403 403 403 200 403 200 403"},
	"complete-task": {func(w *world) (string, any) {
		return "/tasks/" + w.task() + "/complete", map[string]any{"evidence": "done"}
	}, "401 403 403 403 200 403 200 403"},
	"reject-task":      {func(w *world) (string, any) { return "/tasks/" + w.task() + "/reject", map[string]any{"reason": "no"} }, "401 403 403 403 200 403 200 403"},
	"list-messages":    {at("/inbox"), all200},
	"read-messages":    {at("/inbox/read"), "401 200 200 200 200 200 200 403"},
	"list-delegations": {at("/delegations"), all200},
	"create-delegation": {func(w *world) (string, any) {
		return "/delegations", map[string]any{"to": "security", "ends_at": w.soon()}
	}, "401 201 201 201 201 201 201 403"},
	"end-delegation": {func(w *world) (string, any) {
		return "/delegations/" + w.must("teammate", "POST", "/delegations", map[string]any{"to": "security", "ends_at": w.soon()}).text(w.t, "id"), nil
	}, "401 403 403 403 403 403 204 403"},
	"list-events":          {at("/events"), "401 403 403 403 403 200 200 403"},
	"export-events":        {at("/events/export?verb=tag."), "401 403 403 403 403 200 200 403"},
	"list-history":         {at("/history?person=teammate"), all200},
	"export-history":       {at("/history/export?resource=wiki"), all200},
	"get-evidence":         {at("/evidence?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z"), "401 403 403 403 403 200 200 403"},
	"list-evidence":        {at("/evidence/rows?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&figure=leavers"), "401 403 403 403 403 200 200 403"},
	"export-evidence":      {at("/evidence/pack?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z"), "401 403 403 403 403 200 200 403"},
	"get-checkpoint":       {at("/audit/checkpoint"), "401 200 200 200 200 200 200 403"},
	"get-proof":            {func(w *world) (string, any) { return "/audit/proof?event=" + w.event(), nil }, "401 200 200 200 200 200 200 403"},
	"export-audit":         {at("/audit/export"), "401 403 403 403 403 200 200 403"},
	"list-connector-kinds": {at("/connector-kinds"), all200},
	"list-connections":     {at("/connections"), "401 403 403 403 403 200 200 200"},
	"create-connection": {func(w *world) (string, any) {
		return "/connections", map[string]any{"name": w.name("Directory"), "kind": "ldap", "settings": ldapSettings}
	}, "401 403 403 403 403 403 201 403"},
	"get-connection":    {func(w *world) (string, any) { return "/connections/" + w.connection(), nil }, "401 403 403 403 403 200 200 200"},
	"update-connection": {func(w *world) (string, any) { return "/connections/" + w.connection(), map[string]any{"paused": true} }, "401 403 403 403 403 403 200 403"},
	"delete-connection": {func(w *world) (string, any) { return "/connections/" + w.connection(), nil }, "401 403 403 403 403 403 204 403"},
	"check-connection":  {func(w *world) (string, any) { return "/connections/" + w.connection() + "/check", nil }, "401 403 403 403 403 403 200 403"},
	"get-drift":         {func(w *world) (string, any) { return "/connections/" + w.connection() + "/drift", nil }, "401 403 403 403 403 200 200 200"},
	"list-syncs":        {at("/syncs"), "401 403 403 403 403 200 200 200"},
	"list-tokens":       {at("/tokens?user=admin"), "401 403 403 403 403 403 200 200"},
	"create-token":      {func(w *world) (string, any) { return "/tokens", map[string]any{"name": w.name("Token")} }, "401 201 201 201 201 201 201 403"},
	"revoke-token":      {func(w *world) (string, any) { _, id := w.token("teammate", "read"); return "/tokens/" + id, nil }, "401 404 404 404 404 404 204 403"},
	"list-sessions":     {at("/sessions?user=admin"), "401 403 403 403 403 403 200 403"},
	"revoke-session":    {func(w *world) (string, any) { return "/sessions/" + w.session(), nil }, "401 404 404 404 404 404 204 403"},
}

// apart are routes that other tests call: they stream, or need more than a call.
var apart = map[string]string{"stream": "stream_test.go"}

func whoMayDoWhat(t *testing.T, w *world) {
	reader, _ := w.token("admin", "read")
	for _, r := range api.Routes() {
		if apart[r.ID] != "" {
			if _, err := os.Stat(apart[r.ID]); err != nil {
				t.Errorf("%s is left to %s, which is not there", r.ID, apart[r.ID])
			}
			continue
		}
		row, ok := matrix[r.ID]
		if !ok {
			t.Errorf("nobody has said who may %s: add it to the matrix", r.ID)
			continue
		}
		var got []string
		for _, p := range personas {
			who := p
			if p == "reader" {
				who = reader
			}
			w.t = t
			path, body := row.call(w)
			a := w.call(who, r.Method, path, body)
			got = append(got, fmt.Sprint(a.status))
			if err := api.CheckAnswer(r.ID, a.status, a.body); err != nil {
				t.Errorf("%s as %q: %v\n%.600s", r.ID, p, err, a.body)
			}
			if a.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s as %q refuses with %s", r.ID, p, a.header.Get("Content-Type"))
			}
			if a.status >= 400 && strings.Fields(row.want)[len(got)-1] != got[len(got)-1] {
				t.Logf("%s as %q: %s", r.ID, p, a.body)
			}
		}
		if s := strings.Join(got, " "); s != row.want {
			t.Errorf("%s %s %s\n got %s\nwant %s", r.ID, r.Method, r.Path, s, row.want)
		}
	}
}
