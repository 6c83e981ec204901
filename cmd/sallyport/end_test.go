package main

import (
	"strings"
	"testing"
)

// severalAtOnce: grants are ended by id and by filter, requests are taken back, and what a colleague has is asked for.
func severalAtOnce(t *testing.T, d *demoServer) {
	d.t = t
	for _, who := range []string{"owner", "teammate"} {
		d.do(who, "login", "--url", d.url, "--demo", who)
	}
	var ids []string
	for _, slug := range []string{"anvil", "bellows"} {
		d.must("admin", "POST", "/resources", map[string]any{"kind": "app", "slug": slug, "name": slug, "owners": []string{"owner"}})
		ids = append(ids, d.must("admin", "POST", "/grants", map[string]any{"subject": "teammate", "resource": slug, "duration": "P3D", "reason": "work"})["id"].(string))
	}

	// What the colleague has is asked for, by name; a mistake is taken back.
	ask := []string{"compare", "employee", "teammate", "--ask", "--only", "anvil,bellows", "--for", "2d", "--reason", "the same work"}
	if out := d.do("employee", append(ask, "--dry-run")...); !strings.Contains(out, "anvil") || !strings.Contains(out, "owner") {
		t.Errorf("what asking would do:\n%s", out)
	}
	if code, _, errs := d.cli("employee", ask...); code != 2 || !strings.Contains(errs, "-y") {
		t.Errorf("nobody is there to ask: exit %d %s", code, errs)
	}
	if out := d.do("employee", "requests", "--requester", "me", "--state", "pending"); strings.Contains(out, "anvil") {
		t.Errorf("asked without a yes:\n%s", out)
	}
	asked := d.json("employee", append(ask, "-y")...)["items"].([]any)
	var requests []string
	for _, it := range asked {
		requests = append(requests, it.(map[string]any)["request"].(map[string]any)["id"].(string))
	}
	if len(requests) != 2 {
		t.Fatalf("%v was asked for", asked)
	}
	if out := d.do("employee", "__complete", "cancel", ""); !strings.Contains(out, requests[0]) {
		t.Errorf("completion offers\n%s", out)
	}
	d.do("employee", "cancel", requests[0], "--dry-run")
	if out := d.do("employee", append([]string{"cancel", "--reason", "not yet"}, requests...)...); strings.Count(out, "cancelled") < 2 {
		t.Errorf("taken back:\n%s", out)
	}
	if code, _, errs := d.cli("employee", "cancel", requests[0]); code != 5 || !strings.Contains(errs, "cancelled") {
		t.Errorf("taken back twice: exit %d %s", code, errs)
	}

	// Ended as one operation, each row with what became of it.
	if out := d.do("owner", "end", ids[0], ids[1], "--dry-run"); strings.Count(out, "lost") < 2 {
		t.Errorf("what ending would do:\n%s", out)
	}
	code, out, errs := d.cli("owner", "end", ids[0], "grt_none", "--reason", "over")
	if code != 3 || !strings.Contains(out, "ended") || !strings.Contains(out, "there is no grant") || !strings.Contains(errs, "1 of 2 were refused") {
		t.Errorf("one of two: exit %d\n%s%s", code, out, errs)
	}
	filter := []string{"end", "--matching", "--owned", "--resource", "bellows", "--reason", "over"}
	if code, out, errs := d.cli("owner", filter...); code != 2 || !strings.Contains(out, "bellows") || !strings.Contains(errs, "-y") {
		t.Errorf("by filter, nobody is there to ask: exit %d\n%s%s", code, out, errs)
	}
	if out := d.do("owner", append(filter, "-y")...); strings.Count(out, "ended") != 1 {
		t.Errorf("by filter:\n%s", out)
	}
	for _, c := range [][]string{{"end"}, {"end", ids[0], "--matching"}, {"cancel"}, {"compare", "me", "teammate", "--ask", "--at", "2026-01-01"},
		{"compare", "me", "teammate", "--ask", "--for", "1d", "--no-end"}, {"compare", "me", "teammate", "--ask", "--only", "nothing-here"}} {
		if code, _, errs := d.cli("employee", c...); code != 2 {
			t.Errorf("sallyport %s: exit %d %s", strings.Join(c, " "), code, errs)
		}
	}
}
