package api_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/api"
	"github.com/sallyport/sallyport/internal/timeline"
	"github.com/sallyport/sallyport/store"
)

// has is what people have or will, person|resource|relation → from when until when, told by a loop over all grants.
func (w *world) has() map[string]sallyport.Span {
	w.t.Helper()
	var all []sallyport.Grant
	var now time.Time
	err := w.db.View(w.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		now = tx.Now()
		page := store.Page{Limit: store.MaxLimit}
		for {
			l, err := tx.Grants(ctx, w.tenant, store.Viewer{All: true}, store.GrantFilter{}, page)
			if err != nil {
				return err
			}
			all = append(all, l.Items...)
			if page.Cursor = l.NextCursor; page.Cursor == "" {
				return nil
			}
		}
	})
	if err != nil {
		w.t.Fatal(err)
	}
	stretches := map[string][]timeline.Stretch{}
	add := func(user string, g sallyport.Grant, starts time.Time, ends ...*time.Time) {
		k := user + "|" + g.Resource.Slug + "|" + string(g.Relation)
		s := timeline.Stretch{Starts: starts}
		for _, e := range ends {
			if e != nil && (s.Ends == nil || e.Before(*s.Ends)) {
				s.Ends = e
			}
		}
		if s.Ends == nil || s.Ends.After(starts) {
			stretches[k] = append(stretches[k], s)
		}
	}
	lives := func(g sallyport.Grant) bool {
		return g.EndedAt == nil && (g.NoEnd || g.EndsAt == nil || g.EndsAt.After(now))
	}
	end := func(g sallyport.Grant) *time.Time { // what counts from when it is real is taken as if that were now
		if g.EndsAt == nil && g.Duration != nil {
			begin := now
			if g.StartsAt.After(now) {
				begin = g.StartsAt
			}
			e := begin.Add(g.Duration.Std())
			return &e
		}
		return g.EndsAt
	}
	for _, g := range all {
		if !lives(g) {
			continue
		}
		if g.Subject.Kind == sallyport.SubjectUser {
			add(g.Subject.Login, g, g.StartsAt, end(g))
			continue
		}
		for _, m := range all {
			if lives(m) && m.Subject.Kind == sallyport.SubjectUser && m.Resource.ID == g.Subject.ID && m.Relation == sallyport.Member {
				starts := g.StartsAt
				if m.StartsAt.After(starts) {
					starts = m.StartsAt
				}
				add(m.Subject.Login, g, starts, end(g), end(m))
			}
		}
	}
	out := map[string]sallyport.Span{}
	for k, list := range stretches {
		if s := timeline.SpanAt(now, list); s != nil {
			out[k] = *s
		}
	}
	return out
}

// rehearsals: what a dry run says is what happens, and it does nothing itself.
func rehearsals(t *testing.T, w *world) {
	made := w.call("admin", "POST", "/api/v1/tags", map[string]any{"name": "Short", "enabled": true, "constraints": map[string]any{"member_time_limit": "P2D"}})
	if made.status != http.StatusCreated {
		t.Fatalf("%d %s", made.status, made.body)
	}
	w.must("admin", "POST", "/reorganizations", map[string]any{"action": "copy", "role": "backend-engineer", "name": "Tried out", "slug": "tried-out", "with_members": true, "reason": "to try it out"})
	give := func(subject, resource, length string) map[string]any {
		return map[string]any{"subject": subject, "resource": resource, "duration": length, "reason": "to try it out"}
	}
	grants := func(subject, resource string) []string {
		var l struct{ Items []sallyport.Grant }
		a := w.call("admin", "GET", "/api/v1/grants?active=true&subject="+subject+"&resource="+resource, nil)
		if err := json.Unmarshal(a.body, &l); err != nil || len(l.Items) == 0 {
			t.Fatalf("%s has no grant of %s: %s", subject, resource, a.body)
		}
		var ids []string
		for _, g := range l.Items {
			ids = append(ids, g.ID)
		}
		return ids
	}
	for _, c := range []struct {
		name, method, path string
		body               func() any
		least              map[string]int // of each change
	}{
		{"a person into a role", "POST", "/grants", func() any { return give("user:employee", "tried-out", "P30D") }, map[string]int{"gained": 3}},
		{"by another way nothing is gained but time", "POST", "/grants", func() any { return give("user:employee", "github.engineering", "P90D") }, map[string]int{"longer": 1}},
		{"and nothing lost with the longer one, but time", "POST", "/grants/end", func() any { return map[string]any{"ids": grants("user:employee", "github.engineering")} }, map[string]int{"shorter": 1}},
		{"a thing onto a role", "POST", "/grants", func() any { return give("role:tried-out", "wiki", "P60D") }, map[string]int{"gained": 5}},
		{"a tag that cuts", "PUT", "/resources/wiki/tags/Short", func() any { return map[string]any{"accept": true} }, map[string]int{"shorter": 5}},
		{"off the role", "POST", "/grants/end", func() any { return map[string]any{"ids": grants("role:tried-out", "wiki")} }, map[string]int{"lost": 5}},
		{"a role goes", "DELETE", "/resources/tried-out?reason=over", func() any { return nil }, map[string]int{"lost": 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.rehearsed(t, "admin", c.method, c.path, c.body(), c.least)
		})
	}
	for path, want := range map[string]int{"/grants?dry_run=maybe": 400, "/tokens?dry_run=true": 400} {
		if a := w.call("admin", "POST", "/api/v1"+path, map[string]any{}); a.status != want {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := w.call("employee", "POST", "/api/v1/grants?dry_run=true", give("user:employee", "vpn", "P1D")); a.status != http.StatusForbidden {
		t.Errorf("what is forbidden is not tried out either: %d %s", a.status, a.body)
	}
}

// rehearsed tries a call, makes it, and holds what was said against what happened. It returns what was said.
func (w *world) rehearsed(t *testing.T, who, method, path string, body any, least map[string]int) api.Rehearsal {
	t.Helper()
	before := w.has()
	question := "?"
	if strings.Contains(path, "?") {
		question = "&"
	}
	a := w.call(who, method, "/api/v1"+path+question+"dry_run=true", body)
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/vnd.sallyport.rehearsal+json" {
		t.Fatalf("%d %v %s", a.status, a.header, a.body)
	}
	var said api.Rehearsal
	if err := json.Unmarshal(a.body, &said); err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(before, w.has(), same) {
		t.Fatal("the dry run changed something")
	}
	real := w.call(who, method, "/api/v1"+path, body)
	if real.status != said.Status || real.status >= 300 {
		t.Fatalf("%d, and not %d: %s", real.status, said.Status, real.body)
	}
	w.work()
	after := w.has()
	counts := map[string]int{}
	for _, it := range said.Impact.Items {
		counts[it.Change]++
		k := it.User.Login + "|" + it.Resource.Slug + "|" + string(it.Relation)
		b, had := before[k]
		n, has := after[k]
		if had != (it.Before != nil) || has != (it.After != nil) || had && !same(b, *it.Before) || has && !same(n, *it.After) {
			t.Errorf("%s: said %+v, was %v %v and is %v %v", k, it, had, b, has, n)
		}
		delete(before, k)
		delete(after, k)
	}
	if !maps.EqualFunc(before, after, same) {
		t.Errorf("more has changed than was said: %v and %v", before, after)
	}
	for change, n := range least {
		if counts[change] < n {
			t.Errorf("%d %s, want at least %d: %v", counts[change], change, n, counts)
		}
	}
	if got := said.Impact; got.Gained != counts["gained"] || got.Lost != counts["lost"] || got.Shorter != counts["shorter"] || got.Longer != counts["longer"] || len(got.Events) == 0 {
		t.Errorf("the counts are %+v, the items %v", got, counts)
	}
	return said
}

// same allows for the moment between the rehearsal and the deed.
func same(a, b sallyport.Span) bool {
	near := func(a, b *time.Time) bool {
		return (a == nil) == (b == nil) && (a == nil || a.Sub(*b).Abs() < 10*time.Minute)
	}
	return a.NoEnd == b.NoEnd && near(a.StartsAt, b.StartsAt) && near(endOf(a), endOf(b)) && near(a.AgainAt, b.AgainAt) && near(a.LastEnd, b.LastEnd)
}

// endOf is the end of a span, also of one that counts from when the access is real.
func endOf(s sallyport.Span) *time.Time {
	if s.EndsAt != nil || s.Duration == nil {
		return s.EndsAt
	}
	begin := time.Now()
	if s.StartsAt != nil {
		begin = *s.StartsAt
	}
	end := begin.Add(s.Duration.Std())
	return &end
}
