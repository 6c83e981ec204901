package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// doneBy is the command that does what a call of the API does, for each call that writes or tries; where there is none,
// why in brackets. A new call fails until it is named here.
var doneBy = map[string]string{
	"create-request": "request", "preview-request": "request", "ask-many": "compare", "cancel-request": "cancel",
	"vote":              "approve",
	"remind":            "(a press on the request's page; they are reminded by themselves)",
	"replace-approvers": "(an alarm's answer, on the request's page, where the stage that is stuck is seen)",

	"give": "give", "end-grant": "end", "end-grants": "end", "extend-grants": "renew",
	"create-batch": "renew", "undo-batch": "renew",
	"create-view": "(of the page's own filters)", "delete-view": "(of the page's own filters)",

	"create-resource":  "new",
	"update-resource":  "change",
	"delete-resource":  "remove",
	"convert-resource": "convert", "retry": "progress",
	"plan-catalogue": "apply", "apply-catalogue": "apply",
	"set-creation-rule": "creation set",
	"reorganize":        "role merge", "undo-reorganization": "role undo",
	"create-tag": "tag set", "update-tag": "tag set", "delete-tag": "tag remove", "attach-tag": "tag on", "detach-tag": "tag off",

	"claim-task": "tasks claim", "complete-task": "tasks complete", "reject-task": "tasks reject",
	"unclaim-task": "(a press on the task's page)",

	"read-messages":     "(the inbox is on the page)",
	"create-delegation": "(Away is on the page, with its calendar)", "end-delegation": "(Away is on the page, with its calendar)",

	"set-holidays": "holidays set", "set-holiday": "holidays add", "delete-holiday": "holidays remove", "import-holidays": "holidays import",
	"import-people": "import people", "erase-user": "(for good, so only on the person's page, after reading what goes)",
	"create-connection": "apply", "update-connection": "apply",
	"delete-connection": "(takes what it mirrored along, so only on its page)",
	"check-connection":  "(on its page, beside the settings that are tried)", "sync-connection": "sync",
	"create-token": "token create", "revoke-token": "token revoke",
	"revoke-session": "(on the profile's page, where sessions are listed)",
}

// TestEveryCallHasItsCommand holds the API and the command line side by side.
func TestEveryCallHasItsCommand(t *testing.T) {
	var out bytes.Buffer
	if code := run(context.Background(), []string{"openapi"}, streams{in: strings.NewReader(""), out: &out, err: os.Stderr}, func(string) (string, bool) { return "", false }); code != 0 {
		t.Fatalf("openapi: exit %d", code)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	root := (&app{lookup: os.LookupEnv}).root()
	seen := map[string]bool{}
	for path, calls := range doc.Paths {
		for method, call := range calls {
			if method == "get" || !strings.HasPrefix(path, "/api/v1/") {
				continue
			}
			id := call.OperationID
			seen[id] = true
			switch by := doneBy[id]; {
			case by == "":
				t.Errorf("nobody has said which command does %s (%s %s): name it in doneBy, or say in brackets why there is none", id, method, path)
			case by[0] != '(':
				if c, _, err := root.Find(strings.Fields(by)); err != nil || c.CommandPath() != "sallyport "+by {
					t.Errorf("%s is said to be done by sallyport %s, which is no command", id, by)
				}
			}
		}
	}
	for id := range doneBy {
		if !seen[id] {
			t.Errorf("%s is no call any more", id)
		}
	}
}
