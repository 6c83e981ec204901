package access_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// stretch is a time in which the log says that somebody had something.
type stretch struct {
	what     string // resource and relation
	from, to time.Time
}

// span says from when to when the grant gave its access; without a beginning it never did.
func (g *logged) span() (from, to time.Time) {
	to = time.Unix(1<<40, 0)
	if !g.noEnd && g.ends != nil {
		to = *g.ends
	}
	if g.ended != nil && g.ended.Before(to) {
		to = *g.ended
	}
	if g.activated == nil {
		return to, to
	}
	return *g.starts, to
}

// had lists the stretches in which the log says that a person had something, directly and by roles.
func (h history) had(user string) (out []stretch) {
	for _, g := range h {
		if g.subjectKind != "user" || g.subject != user {
			continue
		}
		from, to := g.span()
		if !from.Before(to) {
			continue
		}
		out = append(out, stretch{g.resource + " " + g.relation, from, to})
		if g.relation != string(sallyport.Member) {
			continue
		}
		for _, r := range h {
			if r.subjectKind != "role" || r.subject != g.resource {
				continue
			}
			begin, end := r.span()
			if begin.Before(from) {
				begin = from
			}
			if end.After(to) {
				end = to
			}
			if begin.Before(end) {
				out = append(out, stretch{r.resource + " " + r.relation, begin, end})
			}
		}
	}
	return out
}

// lost is what the log says that a person had and has no longer: resource and relation, and when it went.
func (h history) lost(user string, now time.Time) (out []string) {
	last := map[string]time.Time{}
	for _, s := range h.had(user) {
		if s.to.After(last[s.what]) {
			last[s.what] = s.to
		}
	}
	for what, at := range last {
		if !at.After(now) {
			out = append(out, fmt.Sprint(what, " ", at.UTC().Format(time.RFC3339Nano)))
		}
	}
	slices.Sort(out)
	return out
}

// agreeOnAnswers holds what the pages are answered for a moment against the log alone: several people at once, a person's
// access page by page, what a role reached, which roles somebody ran, and what they have lost by now.
func agreeOnAnswers(w *world, rt *rapid.T, people, things []string, h history, at time.Time) {
	var ids []string
	for _, p := range people {
		ids = append(ids, w.users[p].ID)
	}
	role := w.res[things[2]].ID
	var shared []sallyport.Access
	var attached store.List[sallyport.Grant]
	pages, lost, ran := map[string][]sallyport.Access{}, map[string][]string{}, map[string][]string{}
	var now time.Time
	w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		now = tx.Now()
		if shared, err = tx.SharedAccess(ctx, w.tenant, ids, at, access.Everything); err != nil {
			return err
		}
		attached, err = tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{SubjectKind: sallyport.SubjectRole, SubjectID: role, At: &at}, store.Page{})
		if err != nil {
			return err
		}
		for _, id := range ids {
			p := store.AccessPage{At: at, Limit: rapid.IntRange(1, 3).Draw(rt, "page"), Total: true}
			for {
				items, more, total, err := tx.UserAccessPage(ctx, w.tenant, id, p, access.Everything)
				if err != nil {
					return err
				}
				if pages[id] = append(pages[id], items...); more == nil {
					if *total != len(pages[id]) {
						return fmt.Errorf("%d of %d items are on the pages", len(pages[id]), *total)
					}
					break
				}
				if len(items) != p.Limit {
					return fmt.Errorf("a page of %d has %d", p.Limit, len(items))
				}
				p.After = *more
			}
			l, err := tx.Intervals(ctx, w.tenant, access.Everything, store.IntervalFilter{UserID: id, State: store.IntervalLost}, store.Page{})
			if err != nil {
				return err
			}
			for _, it := range l.Items {
				lost[id] = append(lost[id], fmt.Sprint(it.Resource.ID, " ", it.Relation, " ", it.EndedAt.UTC().Format(time.RFC3339Nano)))
			}
			slices.Sort(lost[id])
			roles, err := tx.RunRoles(ctx, w.tenant, access.Everything, store.RoleFilter{OwnerID: id, At: at}, store.Page{})
			if err != nil {
				return err
			}
			for _, r := range roles.Items {
				ran[id] = append(ran[id], fmt.Sprint(r.Role.ID, " ", r.Members, " ", r.Gives))
			}
		}
		return nil
	})
	of := map[string][]sallyport.Access{}
	for _, a := range shared {
		of[a.User.ID] = append(of[a.User.ID], a)
	}
	var reach, members []string
	for id, g := range h {
		if g.holds(at) && g.subjectKind == "role" && g.subject == role {
			reach = append(reach, id)
		}
		if g.holds(at) && g.resource == role && g.relation == "member" {
			members = append(members, g.subject)
		}
	}
	slices.Sort(members)
	gives := map[string]bool{}
	for _, id := range reach {
		if h[id].relation == "member" {
			gives[h[id].resource] = true
		}
	}
	for _, id := range ids {
		want := h.access(id, at)
		if got := answered(of[id]); !slices.Equal(got, want) {
			rt.Fatalf("compared at %s: %q, the log says %q", at, got, want)
		}
		if got := answered(pages[id]); !slices.Equal(got, want) {
			rt.Fatalf("page by page at %s: %q, the log says %q", at, got, want)
		}
		if got, want := lost[id], h.lost(id, now); !slices.Equal(got, want) {
			rt.Fatalf("lost by %s: %q, the log says %q", now, got, want)
		}
		var run []string
		for _, path := range want {
			if line := role + " owner "; strings.HasPrefix(path, line) && len(run) == 0 {
				run = append(run, fmt.Sprint(role, " ", len(slices.Compact(members)), " ", len(gives)))
			}
		}
		if !slices.Equal(ran[id], run) {
			rt.Fatalf("roles run at %s: %q, the log says %q", at, ran[id], run)
		}
	}
	var got []string
	for _, g := range attached.Items {
		got = append(got, g.ID)
	}
	slices.Sort(got)
	slices.Sort(reach)
	if !slices.Equal(got, reach) {
		rt.Fatalf("what the role reached at %s: %q, the log says %q of %q", at, got, reach, slices.Sorted(maps.Keys(h)))
	}
}
