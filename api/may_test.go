package api_test

import (
	"slices"
	"testing"
)

// whatOneMay: a resource says what the caller may do with it, as the calls that do it answer.
func whatOneMay(t *testing.T, w *world) {
	for who, want := range map[string]map[string]bool{
		"admin":    {"edit": true, "delete": true, "give": true, "end": true, "tag": true},
		"owner":    {"edit": true, "delete": false, "give": false, "end": true, "tag": true}, // its requests go through a stage
		"employee": {"edit": false, "delete": false, "give": false, "end": false, "tag": false},
	} {
		may := w.must(who, "GET", "/resources/github.engineering", nil).json(t)["may"].(map[string]any)
		for what, yes := range want {
			if may[what] != yes {
				t.Errorf("%s may %s: %v, want %v", who, what, may[what], yes)
			}
		}
		if fields := may["fields"].([]any); slices.Contains(fields, any("description")) != want["edit"] || slices.Contains(fields, any("audience")) != want["delete"] || slices.Contains(fields, any("flow")) != want["delete"] {
			t.Errorf("%s may set %v", who, fields)
		}
		if a := w.call(who, "PATCH", "/resources/github.engineering", map[string]any{"description": "For " + who}); (a.status == 200) != want["edit"] {
			t.Errorf("%s edits: %d", who, a.status)
		}
		if who == "admin" {
			continue
		}
		if a := w.call(who, "DELETE", "/resources/github.engineering?reason=over", nil); a.status != 403 {
			t.Errorf("%s deletes: %d", who, a.status)
		}
	}
	if may := w.must("admin", "GET", "/resources/sallyport.admin", nil).json(t)["may"].(map[string]any); may["delete"] != false || may["edit"] != true {
		t.Errorf("what is built in: %v", may)
	}
	for _, r := range w.must("admin", "GET", "/resources?limit=5", nil).json(t)["items"].([]any) {
		if _, there := r.(map[string]any)["may"]; there {
			t.Error("lists do not work it out")
		}
	}
}
