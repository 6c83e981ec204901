package api_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/access"
)

// reports calls the history, its exports and the evidence as a page and a script do.
func reports(t *testing.T, w *world) {
	// An export has what the pages of the list have, in the same order.
	for _, filter := range []string{"resource=wiki", "person=lead&sort=resource", "role=backend-engineer&via=role", "app=github&state=active", "q=lead&sort=-ended"} {
		var ids []string
		for cursor := ""; ; {
			l := w.must("auditor", "GET", "/history?limit=7&"+filter+"&cursor="+url.QueryEscape(cursor), nil).json(t)
			for _, it := range l["items"].([]any) {
				ids = append(ids, it.(map[string]any)["id"].(string))
			}
			if cursor, _ = l["next_cursor"].(string); cursor == "" {
				break
			}
		}
		a := w.must("auditor", "GET", "/history/export?columns=id,person&"+filter, nil)
		rows, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll()
		if err != nil || a.header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || !strings.Contains(a.header.Get("Content-Disposition"), `filename="sallyport-history.csv"`) {
			t.Fatal(err, a.header)
		}
		var filed []string
		for _, row := range rows[1:] {
			filed = append(filed, row[0])
		}
		if len(ids) == 0 || !slices.Equal(ids, filed) {
			t.Errorf("%s: %d rows in pages, %d in the file", filter, len(ids), len(filed))
		}
		var whole []map[string]any
		if err := json.Unmarshal(w.must("auditor", "GET", "/history/export?format=json&"+filter, nil).body, &whole); err != nil || len(whole) != len(ids) {
			t.Errorf("%s as JSON: %d rows, %v", filter, len(whole), err)
		}
	}
	for path, want := range map[string]int{
		"/history?q=wiki": 403, "/history/export?via=direct": 403, "/history?person=nobody": 404, "/history?app=github.engineering": 400, "/history?resource=wiki&at=yesterday": 400,
		"/history?resource=wiki&since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z": 400, "/resources/wiki/history?since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z": 400,
		"/history/export?resource=wiki&columns=salary": 400, "/history/export?resource=wiki&format=xls": 400, "/history?resource=wiki&sort=size": 400, "/history?resource=wiki&limit=500": 422,
		"/history?resource=wiki&cursor=AAAA": 400, "/history?resource=wiki&colour=red": 400, "/events/export?actor=nobody": 403,
	} {
		who := "employee"
		a := w.call(who, "GET", path, nil)
		if path == "/events/export?actor=nobody" {
			who = "auditor"
			a, want = w.call(who, "GET", path, nil), 404
		}
		if a.status != want || a.header.Get("Content-Type") != "application/problem+json" || a.header.Get("Content-Disposition") != "" {
			t.Errorf("%s as %s: %d %s, want %d", path, who, a.status, a.body, want)
		}
	}
	// Who has a resource now, by the list of holders and by the report.
	now := url.QueryEscape(time.Now().UTC().Format(time.RFC3339))
	holders := w.must("auditor", "GET", "/resources/wiki/holders?limit=200", nil).json(t)["items"].([]any)
	held := w.must("auditor", "GET", "/history?resource=wiki&limit=200&at="+now, nil).json(t)["items"].([]any)
	paths := 0
	for _, h := range holders {
		paths += len(h.(map[string]any)["paths"].([]any))
	}
	if paths == 0 || len(held) != paths {
		t.Errorf("%d hold the wiki by their list, %d by the report", paths, len(held))
	}

	period := "from=" + url.QueryEscape(time.Now().UTC().AddDate(0, 0, -30).Format(time.RFC3339)) + "&to=" + url.QueryEscape(time.Now().UTC().Add(-time.Hour).Format(time.RFC3339))
	var e access.Evidence
	if err := json.Unmarshal(w.must("auditor", "GET", "/evidence?"+period, nil).body, &e); err != nil {
		t.Fatal(err)
	}
	a := w.must("auditor", "GET", "/evidence/pack?"+period, nil)
	z, err := zip.NewReader(bytes.NewReader(a.body), int64(len(a.body)))
	if err != nil || a.header.Get("Content-Type") != "application/zip" || !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="sallyport-evidence-`) {
		t.Fatal(err, a.header)
	}
	rows := map[string]int{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, ".csv") {
			all, err := csv.NewReader(r).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			rows[f.Name] = len(all) - 1
		}
		r.Close()
	}
	some := 0
	for _, f := range e.Figures {
		if f.Column == "" && rows[f.File] != f.Count {
			t.Errorf("%s is %d, its file has %d", f.ID, f.Count, rows[f.File])
		}
		link, _ := url.Parse(f.Link)
		l := w.must("auditor", "GET", "/evidence/rows?limit=1&"+link.RawQuery, nil).json(t)
		if n := l["figure"].(map[string]any)["count"]; fmt.Sprint(n) != fmt.Sprint(f.Count) {
			t.Errorf("%s is %d, its page counts %v", f.ID, f.Count, n)
		}
		if f.Count > 0 {
			some++
		}
	}
	if some < 12 || rows["access-end.csv"] < 100 {
		t.Errorf("%d figures of the demo company are more than nothing: %v", some, rows)
	}
	for path, want := range map[string]int{"/evidence?from=2026-01-01T00:00:00Z": 400, "/evidence?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z": 400,
		"/evidence/pack?from=2999-01-01T00:00:00Z&to=2999-02-01T00:00:00Z": 400, "/evidence/rows?" + period + "&figure=gossip": 404} {
		if a := w.call("auditor", "GET", path, nil); a.status != want {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}
