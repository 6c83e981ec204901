package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/api"
)

// rehearsedDecisions: what deciding, asking, renewing many, taking that back and rejecting a task would do is what they do,
// whoever does it.
func rehearsedDecisions(t *testing.T, w *world) {
	result := func(said api.Rehearsal) (r sallyport.Request) {
		t.Helper()
		if err := json.Unmarshal(said.Result, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	none := func(said api.Rehearsal) {
		t.Helper()
		if len(said.Impact.Items) > 0 {
			t.Errorf("somebody gains or loses: %+v", said.Impact.Items)
		}
	}
	staged := w.resource(map[string]any{"durations": map[string]any{"max": "P30D"}, "flow": map[string]any{"stages": []any{
		map[string]any{"name": "Manager", "approvers": []string{"manager"}}, map[string]any{"name": "Security", "approvers": []string{"user:security"}}}}})
	asked := w.rehearsed(t, "teammate", "POST", "/requests", map[string]any{"resource": staged, "duration": "P9D"}, nil)
	none(asked)
	if r := result(asked); r.State != sallyport.RequestPending || r.Open() == nil || r.Open().Name != "Manager" {
		t.Errorf("asking would be %s, waiting for %v", r.State, r.Open())
	}
	var list struct{ Items []sallyport.Request }
	if err := json.Unmarshal(w.must("teammate", "GET", "/requests?beneficiary=me&state=pending&resource="+staged, nil).body, &list); err != nil || len(list.Items) != 1 {
		t.Fatal(err, len(list.Items))
	}
	votes := "/requests/" + list.Items[0].ID + "/votes"
	first := w.rehearsed(t, "lead", "POST", votes, map[string]any{"vote": "approve"}, nil)
	none(first)
	if r := result(first); r.State != sallyport.RequestPending || r.Open() == nil || r.Open().Name != "Security" {
		t.Errorf("it is not the last stage, but the answer is %s, waiting for %v", r.State, r.Open())
	}
	if a := w.call("employee", "POST", "/api/v1"+votes+"?dry_run=true", map[string]any{"vote": "approve"}); a.status != http.StatusForbidden {
		t.Errorf("who may not decide may not try to: %d %s", a.status, a.body)
	}
	if r := result(w.rehearsed(t, "security", "POST", votes, map[string]any{"vote": "approve", "duration": "P2D"}, map[string]int{"gained": 1})); r.State != sallyport.RequestApproved {
		t.Errorf("the last stage approves: %s", r.State)
	}
	denied := w.request()
	none(w.rehearsed(t, "lead", "POST", "/requests/"+denied+"/votes", map[string]any{"vote": "deny", "comment": "ask for less"}, nil))
	none(w.rehearsed(t, "teammate", "POST", "/requests/"+w.request()+"/cancel", nil, nil))
	open := w.resource(map[string]any{"flow": map[string]any{"no_approval": true}})
	w.rehearsed(t, "employee", "POST", "/requests", map[string]any{"resource": open, "duration": "P1D"}, map[string]int{"gained": 1})
	more := w.resource(map[string]any{"flow": map[string]any{"no_approval": true}})
	w.rehearsed(t, "employee", "POST", "/requests/batch", map[string]any{"items": []any{map[string]any{"resource": more, "duration": "P1D"}, map[string]any{"resource": "nothing-here", "duration": "P1D"}}}, map[string]int{"gained": 1})

	one, two := w.grant(), w.grant()
	row := func(id string) map[string]any { return map[string]any{"grant_id": id} }
	var b sallyport.Batch
	batch := func(said api.Rehearsal, state string, counts sallyport.BatchCounts) {
		t.Helper()
		if err := json.Unmarshal(said.Result, &b); err != nil || b.State != state || b.Counts != counts {
			t.Errorf("%v: the batch would be %s, %+v", err, b.State, b.Counts)
		}
	}
	renew := map[string]any{"action": "renew", "duration": "P9D", "items": []any{row(one), row("grt_none"), row(two)}}
	batch(w.rehearsed(t, "lead", "POST", "/batches", renew, map[string]int{"longer": 2}), sallyport.BatchDone, sallyport.BatchCounts{Total: 3, Renewed: 2, Refused: 1})
	var done struct{ Items []sallyport.Batch }
	if err := json.Unmarshal(w.must("lead", "GET", "/batches?limit=1", nil).body, &done); err != nil {
		t.Fatal(err)
	}
	batch(w.rehearsed(t, "lead", "POST", "/batches/"+done.Items[0].ID+"/undo", nil, map[string]int{"shorter": 2}), sallyport.BatchDone, sallyport.BatchCounts{Total: 2, Undone: 2})
	three := w.grant()
	all := map[string]any{"action": "end", "atomic": true, "items": []any{row(three), row("grt_none")}}
	said := w.rehearsed(t, "lead", "POST", "/batches", all, nil)
	none(said)
	batch(said, sallyport.BatchRefused, sallyport.BatchCounts{Total: 2, Refused: 1, Untouched: 1})
	if said.Impact.Events["grant.ended"] > 0 {
		t.Errorf("what was taken back is told: %v", said.Impact.Events)
	}
	all["items"] = []any{row(three)}
	batch(w.rehearsed(t, "lead", "POST", "/batches", all, map[string]int{"lost": 1}), sallyport.BatchDone, sallyport.BatchCounts{Total: 1, Ended: 1})

	task := w.task()
	w.must("it", "POST", "/tasks/"+task+"/claim", nil)
	w.rehearsed(t, "it", "POST", "/tasks/"+task+"/reject", map[string]any{"reason": "there is none left"}, map[string]int{"lost": 1})
}
