package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sallyport/sallyport/auth"
)

// route is everything about a call but its handler.
type route struct {
	ID      string
	Method  string
	Path    string
	Summary string
	Scope   string // that a token needs; "" is any token
	Status  int    // of success; 0 is 200
	Raw     bool   // the body is a file, not JSON of ours
	Big     bool   // the body may have 16 MiB
	Slow    bool   // waits for something outside, or streams: no transaction around it, and more time
	Secret  bool   // the answer holds a secret: kept sealed for a repeated call
	Looks   bool   // a POST that changes nothing
	Tries   bool   // with ?dry_run=true it says what it would do, and does nothing
	Stream  string // the answer's content type where it is no JSON
}

func (r route) writes() bool { return r.Method != http.MethodGet && !r.Looks }

const v1 = "/api/v1"

// routes lists every call of the API. What is not here is not served, and a token reaches a route only by its scope.
func routes() []route {
	const get, post, patch, put, del = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete
	return []route{
		{ID: "get-me", Method: get, Path: "/me", Summary: "Who calls, what they may do, and what waits for them"},
		{ID: "search", Method: get, Path: "/search", Summary: "Find people, resources and requests", Scope: auth.ScopeRead},
		{ID: "stream", Method: get, Path: "/stream", Summary: "Hear what changes, as server-sent events", Scope: auth.ScopeRead, Slow: true, Stream: "text/event-stream"},

		{ID: "list-users", Method: get, Path: "/users", Summary: "List people", Scope: auth.ScopeRead},
		{ID: "list-departments", Method: get, Path: "/departments", Summary: "The departments of active people", Scope: auth.ScopeRead},
		{ID: "get-user", Method: get, Path: "/users/{id}", Summary: "A person", Scope: auth.ScopeRead},
		{ID: "get-user-access", Method: get, Path: "/users/{id}/access", Summary: "What a person has, at any time, and why", Scope: auth.ScopeRead},
		{ID: "get-user-history", Method: get, Path: "/users/{id}/history", Summary: "What happened about a person", Scope: auth.ScopeRead},
		{ID: "compare-users", Method: get, Path: "/users/{id}/compare/{other}", Summary: "What two people have in common, and not", Scope: auth.ScopeRead},
		{ID: "compare-many", Method: get, Path: "/compare", Summary: "What several people have in common, and not", Scope: auth.ScopeRead},
		{ID: "erase-user", Method: post, Path: "/users/{id}/erase", Summary: "Erase the personal values of somebody who has left", Scope: auth.ScopeAdmin},
		{ID: "import-people", Method: post, Path: "/import/people", Summary: "Import people from a CSV or JSON file", Scope: auth.ScopeAdmin, Raw: true, Big: true},

		{ID: "list-resources", Method: get, Path: "/resources", Summary: "Search the catalogue", Scope: auth.ScopeRead},
		{ID: "create-resource", Method: post, Path: "/resources", Summary: "Add a resource", Scope: auth.ScopeCatalogue, Status: 201, Tries: true},
		{ID: "get-resource", Method: get, Path: "/resources/{id}", Summary: "A resource", Scope: auth.ScopeRead},
		{ID: "update-resource", Method: patch, Path: "/resources/{id}", Summary: "Change a resource; fields left out stay", Scope: auth.ScopeCatalogue, Tries: true},
		{ID: "delete-resource", Method: del, Path: "/resources/{id}", Summary: "Remove a resource and end what hangs on it", Scope: auth.ScopeCatalogue, Status: 204, Tries: true},
		{ID: "convert-resource", Method: post, Path: "/resources/{id}/convert", Summary: "Make a group an entitlement or a role, and back", Scope: auth.ScopeCatalogue, Tries: true},
		{ID: "list-orphans", Method: get, Path: "/orphans", Summary: "What nobody looks after, and who could", Scope: auth.ScopeRead},
		{ID: "list-holders", Method: get, Path: "/resources/{id}/holders", Summary: "Who has a resource, at any time, and why", Scope: auth.ScopeRead},
		{ID: "get-progress", Method: get, Path: "/resources/{id}/progress", Summary: "How far the target of a resource is, or those of all that a role gives and takes away", Scope: auth.ScopeRead},
		{ID: "list-pending", Method: get, Path: "/resources/{id}/pending", Summary: "The people whom a target does not have yet, or still has", Scope: auth.ScopeRead},
		{ID: "retry", Method: post, Path: "/resources/{id}/retry", Summary: "Try again now what a target did not do", Scope: auth.ScopeGrant},
		{ID: "get-resource-history", Method: get, Path: "/resources/{id}/history", Summary: "What happened about a resource", Scope: auth.ScopeRead},
		{ID: "get-constraints", Method: get, Path: "/resources/{id}/constraints", Summary: "Which limits apply to a resource, and where they come from", Scope: auth.ScopeRead},
		{ID: "plan-catalogue", Method: post, Path: "/catalogue/plan", Summary: "What catalogue files would change", Scope: auth.ScopeCatalogue, Big: true, Looks: true},
		{ID: "apply-catalogue", Method: post, Path: "/catalogue/apply", Summary: "Apply catalogue files in one transaction", Scope: auth.ScopeCatalogue, Big: true, Tries: true},
		{ID: "export-catalogue", Method: get, Path: "/catalogue", Summary: "The catalogue as files", Scope: auth.ScopeRead},

		{ID: "create-request", Method: post, Path: "/requests", Summary: "Ask for something", Scope: auth.ScopeRequest, Status: 201, Tries: true},
		{ID: "preview-request", Method: post, Path: "/requests/preview", Summary: "What would happen if this were asked", Scope: auth.ScopeRequest, Looks: true},
		{ID: "ask-many", Method: post, Path: "/requests/batch", Summary: "Ask for several things at once; each is decided for itself", Scope: auth.ScopeRequest, Status: 201, Tries: true},
		{ID: "list-requests", Method: get, Path: "/requests", Summary: "List requests", Scope: auth.ScopeRead},
		{ID: "get-request", Method: get, Path: "/requests/{id}", Summary: "A request with its stages and votes", Scope: auth.ScopeRead},
		{ID: "get-insight", Method: get, Path: "/requests/{id}/insight", Summary: "What an approver wants to know before deciding", Scope: auth.ScopeRead},
		{ID: "vote", Method: post, Path: "/requests/{id}/votes", Summary: "Approve, also as edited, or deny", Scope: auth.ScopeDecide, Tries: true},
		{ID: "cancel-request", Method: post, Path: "/requests/{id}/cancel", Summary: "Take a request back", Scope: auth.ScopeRequest, Tries: true},
		{ID: "remind", Method: post, Path: "/requests/{id}/remind", Summary: "Remind those who have not decided", Scope: auth.ScopeRequest, Status: 204},
		{ID: "replace-approvers", Method: post, Path: "/requests/{id}/approvers", Summary: "Replace the approvers of a stage that is stuck", Scope: auth.ScopeAdmin},

		{ID: "list-creation-rules", Method: get, Path: "/creation-rules", Summary: "Who decides about new apps, groups and roles", Scope: auth.ScopeRead},
		{ID: "set-creation-rule", Method: put, Path: "/creation-rules/{kind}", Summary: "Say who decides about new apps, groups or roles", Scope: auth.ScopeAdmin},

		{ID: "list-grants", Method: get, Path: "/grants", Summary: "List grants", Scope: auth.ScopeRead},
		{ID: "get-grant", Method: get, Path: "/grants/{id}", Summary: "A grant", Scope: auth.ScopeRead},
		{ID: "give", Method: post, Path: "/grants", Summary: "Give access directly", Scope: auth.ScopeGrant, Status: 201, Tries: true},
		{ID: "get-grant-progress", Method: get, Path: "/grants/{id}/progress", Summary: "How far the targets are with what a grant gives, or took when it ended", Scope: auth.ScopeRead},
		{ID: "end-grant", Method: post, Path: "/grants/{id}/end", Summary: "End a grant now", Scope: auth.ScopeGrant, Tries: true},
		{ID: "end-grants", Method: post, Path: "/grants/end", Summary: "End many grants", Scope: auth.ScopeGrant, Tries: true},
		{ID: "extend-grants", Method: post, Path: "/grants/extend", Summary: "Extend many grants", Scope: auth.ScopeGrant, Tries: true},

		{ID: "list-roles", Method: get, Path: "/roles", Summary: "Roles, with who is in each, what it gives, what ends and what waits", Scope: auth.ScopeRead},
		{ID: "list-reorganizations", Method: get, Path: "/reorganizations", Summary: "How roles were reorganized", Scope: auth.ScopeRead},
		{ID: "reorganize", Method: post, Path: "/reorganizations", Summary: "Make a role from people, copy, merge, split or rename roles, as one change", Scope: auth.ScopeCatalogue, Status: 201, Tries: true, Big: true},
		{ID: "undo-reorganization", Method: post, Path: "/reorganizations/{id}/undo", Summary: "Take a reorganization back", Scope: auth.ScopeCatalogue, Tries: true, Big: true},

		{ID: "list-expiring", Method: get, Path: "/grants/expiring", Summary: "List grants that come to an end, with what hangs on each and how long it may be renewed for", Scope: auth.ScopeRead},
		{ID: "create-batch", Method: post, Path: "/batches", Summary: "Renew, end or mark many grants, as one operation", Scope: auth.ScopeGrant, Status: 202, Tries: true},
		{ID: "list-batches", Method: get, Path: "/batches", Summary: "List the caller's batches; auditors and admins see all", Scope: auth.ScopeRead},
		{ID: "get-batch", Method: get, Path: "/batches/{id}", Summary: "A batch and how far it is", Scope: auth.ScopeRead},
		{ID: "list-batch-items", Method: get, Path: "/batches/{id}/items", Summary: "What became of each row of a batch", Scope: auth.ScopeRead},
		{ID: "undo-batch", Method: post, Path: "/batches/{id}/undo", Summary: "Take back what can be taken back of a batch", Scope: auth.ScopeGrant, Status: 202, Tries: true},
		{ID: "list-views", Method: get, Path: "/views", Summary: "The caller's saved views", Scope: auth.ScopeRead},
		{ID: "create-view", Method: post, Path: "/views", Summary: "Save a page's filters under a name", Scope: auth.ScopeRequest, Status: 201},
		{ID: "delete-view", Method: del, Path: "/views/{id}", Summary: "Delete a saved view", Scope: auth.ScopeRequest, Status: 204},
		{ID: "list-holidays", Method: get, Path: "/holidays", Summary: "The days on which the company does not work", Scope: auth.ScopeRead},
		{ID: "set-holidays", Method: put, Path: "/holidays", Summary: "Replace the list of holidays", Scope: auth.ScopeAdmin},
		{ID: "set-holiday", Method: put, Path: "/holidays/{day}", Summary: "Add a holiday, or give it another name", Scope: auth.ScopeAdmin},
		{ID: "delete-holiday", Method: del, Path: "/holidays/{day}", Summary: "Remove a holiday", Scope: auth.ScopeAdmin, Status: 204},
		{ID: "import-holidays", Method: post, Path: "/holidays/import", Summary: "Add the holidays of a calendar file (iCalendar, .ics)", Scope: auth.ScopeAdmin, Raw: true},

		{ID: "list-constraints", Method: get, Path: "/constraints", Summary: "Which constraints a tag may have, and what forms call them", Scope: auth.ScopeRead},
		{ID: "list-tags", Method: get, Path: "/tags", Summary: "List tags", Scope: auth.ScopeRead},
		{ID: "create-tag", Method: post, Path: "/tags", Summary: "Add a tag", Scope: auth.ScopeCatalogue, Status: 201, Tries: true},
		{ID: "get-tag", Method: get, Path: "/tags/{id}", Summary: "A tag", Scope: auth.ScopeRead},
		{ID: "update-tag", Method: patch, Path: "/tags/{id}", Summary: "Change a tag", Scope: auth.ScopeCatalogue, Tries: true},
		{ID: "delete-tag", Method: del, Path: "/tags/{id}", Summary: "Remove a tag", Scope: auth.ScopeCatalogue, Status: 204, Tries: true},
		{ID: "attach-tag", Method: put, Path: "/resources/{id}/tags/{tag}", Summary: "Put a tag on a resource", Scope: auth.ScopeCatalogue, Tries: true},
		{ID: "detach-tag", Method: del, Path: "/resources/{id}/tags/{tag}", Summary: "Take a tag off a resource", Scope: auth.ScopeCatalogue, Status: 204, Tries: true},

		{ID: "list-tasks", Method: get, Path: "/tasks", Summary: "List tasks", Scope: auth.ScopeRead},
		{ID: "get-task", Method: get, Path: "/tasks/{id}", Summary: "A task", Scope: auth.ScopeRead},
		{ID: "claim-task", Method: post, Path: "/tasks/{id}/claim", Summary: "Take a task on", Scope: auth.ScopeDecide},
		{ID: "unclaim-task", Method: post, Path: "/tasks/{id}/unclaim", Summary: "Give a task back", Scope: auth.ScopeDecide},
		{ID: "complete-task", Method: post, Path: "/tasks/{id}/complete", Summary: "Say that a task is done", Scope: auth.ScopeDecide, Tries: true},
		{ID: "reject-task", Method: post, Path: "/tasks/{id}/reject", Summary: "Say that a task cannot be done, and why", Scope: auth.ScopeDecide, Tries: true},

		{ID: "list-messages", Method: get, Path: "/inbox", Summary: "The caller's messages", Scope: auth.ScopeRead},
		{ID: "read-messages", Method: post, Path: "/inbox/read", Summary: "Mark messages as read", Scope: auth.ScopeRequest},
		{ID: "list-delegations", Method: get, Path: "/delegations", Summary: "Who votes in whose place", Scope: auth.ScopeRead},
		{ID: "create-delegation", Method: post, Path: "/delegations", Summary: "Let somebody vote in one's place", Scope: auth.ScopeRequest, Status: 201},
		{ID: "end-delegation", Method: del, Path: "/delegations/{id}", Summary: "End a delegation", Scope: auth.ScopeRequest, Status: 204},

		{ID: "list-events", Method: get, Path: "/events", Summary: "The audit log", Scope: auth.ScopeAudit},
		{ID: "export-events", Method: get, Path: "/events/export", Summary: "All events that match, as one file", Scope: auth.ScopeAudit, Slow: true, Stream: "text/csv"},
		{ID: "list-history", Method: get, Path: "/history", Summary: "Who had what, why, and by whom it was given, decided and ended", Scope: auth.ScopeRead, Slow: true},
		{ID: "export-history", Method: get, Path: "/history/export", Summary: "The whole history that matches, as one file", Scope: auth.ScopeRead, Slow: true, Stream: "text/csv"},
		{ID: "get-evidence", Method: get, Path: "/evidence", Summary: "A period in numbers, each with the page of its rows", Scope: auth.ScopeAudit, Slow: true},
		{ID: "list-evidence", Method: get, Path: "/evidence/rows", Summary: "The rows behind a number", Scope: auth.ScopeAudit, Slow: true},
		{ID: "export-evidence", Method: get, Path: "/evidence/pack", Summary: "The evidence of a period: tables, the log's check and a document that sums up, as a ZIP archive", Scope: auth.ScopeAudit, Slow: true, Stream: "application/zip"},
		{ID: "get-checkpoint", Method: get, Path: "/audit/checkpoint", Summary: "The newest signed checkpoint of the log, and the key to check it", Scope: auth.ScopeAudit, Slow: true},
		{ID: "get-proof", Method: get, Path: "/audit/proof", Summary: "Proof that an event is in the log", Scope: auth.ScopeAudit, Slow: true},
		{ID: "export-audit", Method: get, Path: "/audit/export", Summary: "The whole log, for checking elsewhere", Scope: auth.ScopeAudit, Slow: true, Stream: "application/jsonl"},

		{ID: "list-connector-kinds", Method: get, Path: "/connector-kinds", Summary: "Which targets can be connected, and their settings", Scope: auth.ScopeRead},
		{ID: "list-connections", Method: get, Path: "/connections", Summary: "List connections", Scope: auth.ScopeRead},
		{ID: "create-connection", Method: post, Path: "/connections", Summary: "Add a connection", Scope: auth.ScopeAdmin, Status: 201},
		{ID: "get-connection", Method: get, Path: "/connections/{id}", Summary: "A connection, without its secrets", Scope: auth.ScopeRead},
		{ID: "update-connection", Method: patch, Path: "/connections/{id}", Summary: "Change a connection; fields left out stay", Scope: auth.ScopeAdmin},
		{ID: "delete-connection", Method: del, Path: "/connections/{id}", Summary: "Remove a connection", Scope: auth.ScopeAdmin, Status: 204},
		{ID: "check-connection", Method: post, Path: "/connections/{id}/check", Summary: "Try a connection", Scope: auth.ScopeAdmin, Slow: true},
		{ID: "sync-connection", Method: post, Path: "/connections/{id}/sync", Summary: "Read a directory or target, and apply or preview what changed", Scope: auth.ScopeAdmin, Slow: true},
		{ID: "get-drift", Method: get, Path: "/connections/{id}/drift", Summary: "How a target differs from what ought to be", Scope: auth.ScopeRead},
		{ID: "list-syncs", Method: get, Path: "/syncs", Summary: "List runs of syncs", Scope: auth.ScopeRead},
		{ID: "get-sync", Method: get, Path: "/syncs/{id}", Summary: "A run of a sync, with what it did or would do", Scope: auth.ScopeRead},

		{ID: "list-tokens", Method: get, Path: "/tokens", Summary: "List API tokens", Scope: auth.ScopeRead},
		{ID: "create-token", Method: post, Path: "/tokens", Summary: "Make an API token; the answer shows it once", Scope: auth.ScopeAdmin, Status: 201, Secret: true},
		{ID: "revoke-token", Method: del, Path: "/tokens/{id}", Summary: "Revoke an API token", Scope: auth.ScopeAdmin, Status: 204},
		{ID: "list-sessions", Method: get, Path: "/sessions", Summary: "List sessions", Scope: auth.ScopeAdmin},
		{ID: "revoke-session", Method: del, Path: "/sessions/{id}", Summary: "End a session", Scope: auth.ScopeAdmin, Status: 204},
	}
}

// operation describes the route to huma.
func (r route) operation() huma.Operation {
	op := huma.Operation{OperationID: r.ID, Method: r.Method, Path: v1 + r.Path, Summary: r.Summary, DefaultStatus: r.Status,
		MaxBodyBytes: maxBigBody, BodyReadTimeout: -1, Tags: []string{tag(r.Path)},
		Security: []map[string][]string{{"session": {}}, {"token": scopes(r.Scope)}},
		Errors:   []int{400, 401, 403, 404, 409, 422, 429, 503}}
	if r.Stream != "" {
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{r.Stream: {Schema: &huma.Schema{Type: "string"}}}}}
	}
	if r.writes() {
		op.Parameters = []*huma.Param{{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: "string", MaxLength: ptr(255)},
			Description: "Same key, same result, for 24 hours: for a call that may be sent twice"}}
	}
	if r.Tries {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "dry_run", In: "query", Schema: &huma.Schema{Type: "boolean"},
			Description: "true: do nothing, and answer with a Rehearsal: who would gain and lose what, and what the call would answer"})
	}
	return op
}

func scopes(s string) []string {
	if s == "" {
		return []string{}
	}
	return []string{s}
}

// tag is the group of a route in the documentation: its first noun.
func tag(path string) string {
	noun := path[1:]
	for i := range noun {
		if noun[i] == '/' {
			return noun[:i]
		}
	}
	return noun
}

func ptr[T any](v T) *T { return &v }
