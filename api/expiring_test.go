package api_test

import "testing"

// batch is a batch of lead's that renewed a grant of teammate's, done.
func (w *world) batch() string {
	w.t.Helper()
	id := w.must("lead", "POST", "/batches", map[string]any{"action": "renew", "items": []any{map[string]any{"grant_id": w.grant()}}, "duration": "P9D"}).text(w.t, "id")
	w.work()
	return id
}

// work does the batches that wait, as a worker would.
func (w *world) work() {
	w.t.Helper()
	for {
		n, _, err := w.access.RunBatches(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// expiring: the list says what the batch will do, the batch does it, and an undo takes it back.
func expiring(t *testing.T, w *world) {
	id := w.grant()
	of := func() map[string]any {
		t.Helper()
		for _, it := range w.must("lead", "GET", "/grants/expiring?scope=owned&sort=-starts_at&total=true", nil).json(t)["items"].([]any) {
			if g := it.(map[string]any)["grant"].(map[string]any); g["id"] == id {
				return it.(map[string]any)
			}
		}
		t.Fatal("the grant is not in the list")
		return nil
	}
	row := of()
	if row["limits"].(map[string]any)["greatest"] != "P3650D" || row["grant"].(map[string]any)["may_extend"] != true {
		t.Errorf("the row is %v", row)
	}
	tag := w.must("admin", "POST", "/tags", map[string]any{"name": w.name("Short"), "constraints": map[string]any{"member_time_limit": "P8D"}}).text(t, "id")
	slug := row["grant"].(map[string]any)["resource"].(map[string]any)["slug"].(string)
	w.must("admin", "PUT", "/resources/"+slug+"/tags/"+tag, nil)
	if l := of()["limits"].(map[string]any); l["greatest"] != "P8D" || l["key"] != "member_time_limit" || l["from"] == "" {
		t.Errorf("the limit is %v", l)
	}
	start := func(body map[string]any) string {
		t.Helper()
		b := w.must("lead", "POST", "/batches", body).text(t, "id")
		w.work()
		return b
	}
	long := start(map[string]any{"action": "renew", "duration": "P30D", "items": []any{map[string]any{"grant_id": id}}})
	it := w.must("lead", "GET", "/batches/"+long+"/items?state=refused", nil).json(t)["items"].([]any)[0].(map[string]any)
	if it["rule"] != "constraint.member_time_limit" || it["limits"].(map[string]any)["greatest"] != "P8D" {
		t.Errorf("a length over the limit: %v", it)
	}
	fixed := start(map[string]any{"action": "renew", "items": []any{map[string]any{"grant_id": id, "duration": "P8D"}}})
	if c := w.must("lead", "GET", "/batches/"+fixed, nil).json(t); c["counts"].(map[string]any)["renewed"] != 1.0 || c["may_undo"] != true || c["state"] != "done" {
		t.Errorf("the fixed batch is %v", c)
	}
	undo := w.must("lead", "POST", "/batches/"+fixed+"/undo", nil).text(t, "id")
	w.work()
	if c := w.must("lead", "GET", "/batches/"+undo, nil).json(t); c["counts"].(map[string]any)["undone"] != 1.0 || c["undo_of"] != fixed {
		t.Errorf("the undo is %v", c)
	}
	if a := w.call("lead", "POST", "/batches/"+fixed+"/undo", nil); a.status != 409 {
		t.Errorf("a second undo is %d %s", a.status, a.body)
	}
	for what, body := range map[string]map[string]any{
		"no length":          {"action": "renew", "items": []any{map[string]any{"grant_id": id}}},
		"items and filter":   {"action": "end", "items": []any{map[string]any{"grant_id": id}}, "filter": map[string]any{"scope": "all"}},
		"neither":            {"action": "end"},
		"a length to end":    {"action": "end", "duration": "P1D", "items": []any{map[string]any{"grant_id": id}}},
		"the same twice":     {"action": "end", "items": []any{map[string]any{"grant_id": id}, map[string]any{"grant_id": id}}},
		"an end in the past": {"action": "renew", "until": "2001-01-01T00:00:00Z", "items": []any{map[string]any{"grant_id": id}}},
	} {
		if a := w.call("lead", "POST", "/batches", body); a.status != 400 {
			t.Errorf("%s is %d %s", what, a.status, a.body)
		}
	}
	if a := w.call("lead", "POST", "/batches", map[string]any{"action": "review", "filter": map[string]any{"scope": "owned", "to": "2001-01-01T00:00:00Z"}}); a.status != 422 {
		t.Errorf("a filter that finds nothing is %d %s", a.status, a.body)
	}
	v := map[string]any{"page": "expiring", "name": w.name("Mine"), "query": "scope=owned&app=github"}
	w.must("lead", "POST", "/views", v)
	if a := w.call("lead", "POST", "/views", v); a.status != 409 {
		t.Errorf("a name twice is %d", a.status)
	}
	if l := w.must("employee", "GET", "/views", nil).json(t)["items"].([]any); len(l) > 1 {
		t.Errorf("others' views are shown: %v", l)
	}
}
