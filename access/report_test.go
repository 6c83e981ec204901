package access_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// TestHistoryOfADecision: a row says who had it, who asked, who decided what in whose place, who ended it and why.
func TestHistoryOfADecision(t *testing.T) {
	each(t, func(w *world) {
		if _, err := w.s.Delegate(w.ctx, w.as("olga"), access.NewDelegation{To: "oscar", EndsAt: w.clock.Now().Add(24 * hour), Reason: "on holiday"}); err != nil {
			w.Fatal(err)
		}
		r := w.ask("ken", "wiki")
		w.approve("oscar", r)
		w.clock.Advance(hour)
		w.mustEnd("ken", w.read(r.ID).GrantID)
		l, err := w.s.History(w.ctx, w.as("ada"), store.IntervalFilter{UserID: "ken", ResourceID: "wiki"}, store.Page{})
		if err != nil || len(l.Items) != 1 {
			w.Fatalf("%+v %v", l, err)
		}
		it := l.Items[0]
		if it.Subject.Login != "ken" || it.RequestID != r.ID || it.Requester.Login != "ken" || len(it.Approvals) != 1 || it.Approvals[0].By.Login != "oscar" ||
			it.Approvals[0].OnBehalfOf == nil || it.Approvals[0].OnBehalfOf.Login != "olga" || it.Approvals[0].Comment != "because" || it.Reason != "to work" ||
			it.EndedBy == nil || it.EndedBy.Login != "ken" || it.State != sallyport.IntervalEnded || it.DecidedAt == nil {
			w.Errorf("%+v", it)
		}
		for _, f := range []store.IntervalFilter{{ActorID: "oscar"}, {ActorID: "ken"}, {ActorID: "oscar", Q: "BECAUSE ken"}, {AppID: "wiki", State: "ended"}, {UserID: "me", ActorID: "me"}} {
			l, err := w.s.History(w.ctx, w.as("ken"), f, store.Page{})
			if err != nil || len(l.Items) != 1 || l.Items[0].ID != it.ID {
				w.Errorf("%+v: %d rows, %v", f, len(l.Items), err)
			}
		}
		if l, _ := w.s.History(w.ctx, w.as("ken"), store.IntervalFilter{ActorID: "tess"}, store.Page{}); len(l.Items) != 0 {
			w.Errorf("tess did nothing, and has %d rows", len(l.Items))
		}
	})
}

func TestHistoryIsScoped(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.s.History(w.ctx, w.as("ada"), store.IntervalFilter{Q: "wiki"}, store.Page{})
		w.refused(err, sallyport.EForbidden, "auditors and admins")
		var b bytes.Buffer
		w.refused(w.s.ExportHistory(w.ctx, w.as("ada"), store.IntervalFilter{Department: "Engineering"}, "", "csv", nil, &b), sallyport.EForbidden, "auditors and admins")
		w.refused(w.s.ExportEvents(w.ctx, w.as("ada"), store.EventFilter{Verb: "grant."}, "", "csv", nil, &b), sallyport.EForbidden, "auditors and admins")
		_, err = w.s.History(w.ctx, w.as("ada"), store.IntervalFilter{UserID: "nobody"}, store.Page{})
		w.refused(err, sallyport.ENotFound, "nobody")
		_, err = w.s.History(w.ctx, w.as("ada"), store.IntervalFilter{RoleID: "wiki"}, store.Page{})
		w.refused(err, sallyport.EInvalid, "wiki is of the kind app")
		scoped := store.IntervalFilter{ResourceID: "wiki"}
		w.refused(w.s.ExportHistory(w.ctx, w.as("ada"), scoped, "", "xls", nil, &b), sallyport.EInvalid, "csv or json")
		w.refused(w.s.ExportHistory(w.ctx, w.as("ada"), scoped, "", "csv", []string{"person", "salary"}, &b), sallyport.EInvalid, "salary", "reason")
		w.refused(w.s.ExportHistory(w.ctx, w.as("ada"), scoped, "size", "csv", nil, &b), sallyport.EInvalid, "started")
		if b.Len() > 0 {
			w.Errorf("a refusal wrote %q", b.String())
		}
	})
}

func TestExportForms(t *testing.T) {
	each(t, func(w *world) {
		for i, reason := range []string{`=1+1`, "+49 1", "-2", "@sum", "\tx", "＝1", "plain, \"quoted\"\nand two lines"} {
			w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: fmt.Sprint("app-", i), Name: fmt.Sprint("App ", i)})
			w.hold("olga", fmt.Sprint("app-", i), sallyport.Owner)
			if _, err := w.s.Give(w.ctx, w.as("olga"), sallyport.Give{Subject: "ken", Resource: fmt.Sprint("app-", i), Duration: days(3), Reason: reason}); err != nil {
				w.Fatal(err)
			}
		}
		ken := store.IntervalFilter{UserID: "ken"}
		export := func(format string, columns ...string) []byte {
			w.Helper()
			var b bytes.Buffer
			if err := w.s.ExportHistory(w.ctx, w.as("ken"), ken, "resource", format, columns, &b); err != nil {
				w.Fatal(err)
			}
			return b.Bytes()
		}
		rows, err := csv.NewReader(bytes.NewReader(export("csv", "reason", "resource"))).ReadAll()
		if err != nil || len(rows) != 8 || !slices.Equal(rows[0], []string{"reason", "resource"}) {
			w.Fatal(rows, err)
		}
		for i, want := range []string{"'=1+1", "'+49 1", "'-2", "'@sum", "'\tx", "'＝1", "plain, \"quoted\"\nand two lines"} {
			if !slices.Equal(rows[i+1], []string{strings.TrimSpace(want), fmt.Sprint("app-", i)}) && !slices.Equal(rows[i+1], []string{want, fmt.Sprint("app-", i)}) {
				w.Errorf("%q, want %q", rows[i+1], want)
			}
		}
		var flat []map[string]string
		if err := json.Unmarshal(export("json", "reason", "resource"), &flat); err != nil || len(flat) != 7 || flat[0]["reason"] != "=1+1" || len(flat[0]) != 2 {
			w.Error(flat, err)
		}
		var whole []sallyport.Interval
		if err := json.Unmarshal(export("json"), &whole); err != nil || len(whole) != 7 || whole[0].Subject.Login != "ken" || whole[0].Reason != "=1+1" {
			w.Error(whole, err)
		}
		ken.State = "ended"
		if b := export("json"); string(b) != "[]\n" {
			w.Errorf("nothing is %q", b)
		}
		if b := export("csv", "person"); string(b) != "person\r\n" {
			w.Errorf("nothing is %q", b)
		}
		var b bytes.Buffer
		if err := w.s.ExportEvents(w.ctx, w.as("ken"), store.EventFilter{UserID: "ken", Verb: "grant."}, "at", "csv", []string{"verb", "actor", "values"}, &b); err != nil {
			w.Fatal(err)
		}
		if rows, err := csv.NewReader(&b).ReadAll(); err != nil || len(rows) != 8 || rows[1][0] != "grant.created" || rows[1][1] != "olga" || rows[1][2] != "reason: =1+1" {
			w.Error(rows, err)
		}
	})
}

// watched counts what is written, and looks at the memory in use now and then.
type watched struct {
	lines, bytes int
	most         uint64
	last         []byte
}

func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (c *watched) Write(b []byte) (int, error) {
	before := c.bytes >> 22
	c.bytes += len(b)
	c.lines += bytes.Count(b, []byte{'\n'})
	c.last = append(c.last[:0], b[max(0, len(b)-4):]...)
	if c.bytes>>22 != before {
		c.most = max(c.most, inUse())
	}
	return len(b), nil
}

// TestExportsHoldLittle writes 50,000 intervals and as many events, and keeps none of them.
func TestExportsHoldLittle(t *testing.T) {
	each(t, func(w *world) {
		const n = 50_000
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			number := fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", n)
			if _, err := tx.Exec(ctx, number+`INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, parameters, origin, reason_kind, reason, starts_at, activated_at, ends_at, ended_at, created_at)
				SELECT CAST($1 AS TEXT), 'grt_' || CAST(1000000 + i AS TEXT), 'user', CAST($2 AS TEXT), CAST($3 AS TEXT), 'member', '{"n":' || i || '}', 'given', 'direct', 'for the work of the week number ' || i,
				i, i, i + 1, i + 1, i FROM n`, w.tenant, w.users["ken"].ID, w.res["wiki"].ID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, number+`INSERT INTO events (tenant_id, id, verb, actor_id, object_kind, object_id, at, leaf) SELECT CAST($1 AS TEXT), 'evt_' || CAST(1000000 + i AS TEXT), 'grant.created',
				CAST($2 AS TEXT), 'grant', 'grt_' || CAST(1000000 + i AS TEXT), i, '{}' FROM n`, w.tenant, w.users["ken"].ID); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "ANALYZE")
			return err
		})
		for _, format := range []string{"csv", "json"} {
			for what, export := range map[string]func(*watched) error{
				"history": func(c *watched) error {
					return w.s.ExportHistory(w.ctx, w.as("root"), store.IntervalFilter{UserID: "ken"}, "started", format, nil, c)
				},
				"events": func(c *watched) error {
					return w.s.ExportEvents(w.ctx, w.as("root"), store.EventFilter{Verb: "grant.created"}, "id", format, nil, c)
				},
			} {
				if what == "events" && format == "csv" {
					continue // the pages of the log are the same in both forms
				}
				before, c := inUse(), &watched{}
				if err := export(c); err != nil {
					w.Fatal(err)
				}
				if c.lines < n+1 || c.bytes < 8<<20 || format == "json" && string(c.last) != "}\n]\n" {
					w.Errorf("%s as %s: %d lines, %d bytes, ends with %q", what, format, c.lines, c.bytes, c.last)
				}
				if grown := int64(c.most) - int64(before); c.most == 0 || grown > 8<<20 {
					w.Errorf("%s as %s: %d KB more are in use while it is written", what, format, grown>>10)
				}
			}
		}
	})
}
