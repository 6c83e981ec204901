package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

var everything = store.Viewer{All: true}

func (w *world) intervals(v store.Viewer, f store.IntervalFilter) []sallyport.Interval {
	w.t.Helper()
	var l store.IntervalPage
	w.view(func(ctx context.Context, tx *store.Tx) (err error) {
		l, err = tx.Intervals(ctx, w.tenant, v, f, store.Page{Total: true, Limit: store.MaxLimit})
		return err
	})
	if *l.Total != len(l.Items) && l.NextCursor == "" {
		w.t.Errorf("%+v: %d rows, counted %d", f, len(l.Items), *l.Total)
	}
	return l.Items
}

// words names rows for comparing: who, what, by which way.
func rows(list []sallyport.Interval) (out []string) {
	for _, it := range list {
		s := it.Subject.Login + it.Subject.Slug + " " + it.Resource.Slug
		if it.Role != nil {
			s += " by " + it.Role.Slug
		}
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func TestIntervals(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		ada, bob, olga := w.user("ada"), w.user("bob"), w.user("olga")
		vpn, git := w.resource(sallyport.KindApp, "vpn", nil), w.resource(sallyport.KindApp, "git", nil)
		app := git.Ref()
		repo := sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "git.repo", Name: "Repo", Managed: true, App: &app}
		w.update(func(ctx context.Context, tx *store.Tx) error { return tx.InsertResource(ctx, w.tenant, &repo, false) })
		dev := w.resource(sallyport.KindRole, "dev", nil)
		give := func(s sallyport.Subject, r sallyport.Resource, reason string, real bool) sallyport.Grant {
			t.Helper()
			var g sallyport.Grant
			w.update(func(ctx context.Context, tx *store.Tx) error {
				now := tx.Now()
				by := olga.Ref()
				g = sallyport.Grant{Subject: s, Resource: r.Ref(), Relation: sallyport.Member, Parameters: []byte("{}"), Origin: sallyport.OriginGiven, ReasonKind: "direct",
					Reason: reason, StartsAt: now, NoEnd: true, CreatedBy: &by}
				if real {
					g.ActivatedAt = &now
				}
				if err := tx.InsertGrant(ctx, w.tenant, &g, ""); err != nil {
					return err
				}
				_, err := tx.Append(ctx, store.NewEvent{Verb: "grant.created", Actor: w.actor(olga), ObjectKind: "grant", ObjectID: g.ID})
				return err
			})
			return g
		}
		person := func(u sallyport.User) sallyport.Subject {
			return sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}
		}
		role := sallyport.Subject{Kind: sallyport.SubjectRole, ID: dev.ID}
		start := clock.Now()
		direct := give(person(ada), vpn, "Über Nacht on call", true)
		clock.Advance(time.Hour)
		member := give(person(ada), dev, "joined the team", true)
		clock.Advance(time.Hour)
		reaches := give(role, repo, "the team works there", true)
		give(person(bob), repo, "waits for the target", false)
		clock.Advance(time.Hour)
		both := clock.Now()
		clock.Advance(time.Hour)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			ok, err := tx.EndGrant(ctx, w.tenant, member.ID, tx.Now(), bob.ID, "changed teams")
			if err == nil && !ok {
				err = errors.New("was not ended")
			}
			return err
		})
		left := clock.Now()
		clock.Advance(time.Hour)

		for _, tc := range []struct {
			name string
			f    store.IntervalFilter
			want []string
		}{
			{"all", store.IntervalFilter{}, []string{"ada dev", "ada git.repo by dev", "ada vpn", "bob git.repo", "dev git.repo"}},
			{"person", store.IntervalFilter{UserID: ada.ID}, []string{"ada dev", "ada git.repo by dev", "ada vpn"}},
			{"resource", store.IntervalFilter{ResourceID: repo.ID}, []string{"ada git.repo by dev", "bob git.repo", "dev git.repo"}},
			{"app", store.IntervalFilter{AppID: git.ID}, []string{"ada git.repo by dev", "bob git.repo", "dev git.repo"}},
			{"role", store.IntervalFilter{RoleID: dev.ID}, []string{"ada dev", "ada git.repo by dev", "dev git.repo"}},
			{"actor", store.IntervalFilter{ActorID: olga.ID, ResourceID: vpn.ID}, []string{"ada vpn"}},
			{"actor who did nothing", store.IntervalFilter{ActorID: ada.ID}, nil},
			{"actor of both, by role", store.IntervalFilter{ActorID: olga.ID, Via: "role"}, []string{"ada git.repo by dev"}},
			{"direct", store.IntervalFilter{Via: "direct", UserID: ada.ID}, []string{"ada dev", "ada vpn"}},
			{"by role", store.IntervalFilter{Via: "role"}, []string{"ada git.repo by dev"}},
			{"people", store.IntervalFilter{People: true, ResourceID: repo.ID}, []string{"ada git.repo by dev", "bob git.repo"}},
			{"active", store.IntervalFilter{State: "active"}, []string{"ada vpn", "dev git.repo"}},
			{"ended", store.IntervalFilter{State: "ended"}, []string{"ada dev", "ada git.repo by dev"}},
			{"coming", store.IntervalFilter{State: "coming"}, []string{"bob git.repo"}},
			{"as of then", store.IntervalFilter{At: &both}, []string{"ada dev", "ada git.repo by dev", "ada vpn", "dev git.repo"}},
			{"as of later", store.IntervalFilter{At: &left, People: true}, []string{"ada vpn"}},
			{"since", store.IntervalFilter{Since: &left, UserID: ada.ID}, []string{"ada vpn"}},
			{"until", store.IntervalFilter{Until: &start}, nil},
			{"ended then", store.IntervalFilter{EndedFrom: &both, EndedTo: &left}, []string{"ada dev", "ada git.repo by dev"}},
			{"began then", store.IntervalFilter{BeganFrom: &start, BeganTo: &both, People: true}, []string{"ada dev", "ada git.repo by dev", "ada vpn"}},
			{"words of a reason, in another case", store.IntervalFilter{Q: "NACHT über"}, []string{"ada vpn"}},
			{"words of an end", store.IntervalFilter{Q: "changed"}, []string{"ada dev", "ada git.repo by dev"}},
			{"words of names and reasons", store.IntervalFilter{Q: "ada joined"}, []string{"ada dev", "ada git.repo by dev"}},
			{"words that no row has together", store.IntervalFilter{Q: "bob nacht"}, nil},
		} {
			if got := rows(w.intervals(everything, tc.f)); !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v", tc.name, got)
			}
		}
		derived := w.intervals(everything, store.IntervalFilter{Via: "role"})[0]
		if derived.MembershipGrantID != member.ID || derived.GrantID != reaches.ID || derived.Reason != "the team works there" || derived.GivenBy.ID != olga.ID ||
			!derived.StartedAt.Equal(reaches.StartsAt) || derived.EndedAt == nil || !derived.EndedAt.After(both) || derived.EndedBy == nil || derived.EndedBy.ID != bob.ID ||
			derived.EndedReason != "changed teams" || derived.State != sallyport.IntervalEnded || derived.App == nil || derived.App.Slug != "git" {
			t.Errorf("%+v", derived)
		}
		if it := w.intervals(everything, store.IntervalFilter{UserID: ada.ID, ResourceID: vpn.ID})[0]; it.ID != direct.ID || it.State != sallyport.IntervalActive || it.EndedAt != nil || it.EndsAt != nil || !it.NoEnd {
			t.Errorf("%+v", it)
		}
	})
}

// TestIntervalsAgreeWithAccess lets people and roles have things over random times; what the history says of a moment is what
// the effective access of that moment is, path by path, by person and by resource.
func TestIntervalsAgreeWithAccess(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		rng := rand.New(rand.NewPCG(3, 5))
		var people []sallyport.User
		var things, roles []sallyport.Resource
		for i := range 6 {
			people = append(people, w.user(fmt.Sprint("p", i)))
			things = append(things, w.resource(sallyport.KindApp, fmt.Sprint("t", i), nil))
		}
		for i := range 3 {
			roles = append(roles, w.resource(sallyport.KindRole, fmt.Sprint("r", i), nil))
		}
		base := clock.Now()
		at := func(h int) int64 { return store.Micros(base.Add(time.Duration(h) * time.Hour)) }
		maybe := func(v any) any {
			if rng.IntN(2) == 0 {
				return nil
			}
			return v
		}
		for i := range 160 {
			kind, subject, resource := "user", people[rng.IntN(len(people))].ID, things[rng.IntN(len(things))].ID
			switch rng.IntN(4) {
			case 0:
				resource = roles[rng.IntN(len(roles))].ID
			case 1:
				kind, subject = "role", roles[rng.IntN(len(roles))].ID
			}
			from := rng.IntN(80)
			end, noEnd := any(at(from+1+rng.IntN(20))), false
			if rng.IntN(3) == 0 {
				end, noEnd = nil, true
			}
			activated := any(at(from))
			if rng.IntN(10) == 0 {
				activated = nil
			}
			w.exec(`INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, parameters, origin, reason_kind, starts_at, activated_at, ends_at, no_end, ended_at, created_at)
				VALUES ($1,$2,$3,$4,$5,$6,$7,'given','direct',$8,$9,$10,$11,$12,$8)`, w.tenant, fmt.Sprintf("grt_%03d", i), kind, subject, resource,
				[]string{"member", "member", "member", "owner"}[rng.IntN(4)], fmt.Sprintf(`{"n":%d}`, i), at(from), activated, end, noEnd, maybe(at(from+rng.IntN(15))))
		}
		clock.Advance(60 * time.Hour)
		some := 0
		for h := -1; h < 59; h += 3 {
			when := base.Add(time.Duration(h)*time.Hour + 30*time.Minute)
			var want, byPerson, byThing []string
			w.view(func(ctx context.Context, tx *store.Tx) error {
				for _, u := range people {
					list, err := tx.UserAccess(ctx, w.tenant, u.ID, when, everything)
					if err != nil {
						return err
					}
					for _, a := range list {
						for _, p := range a.Paths {
							want = append(want, fmt.Sprint(u.ID, a.Resource.ID, a.Relation, p.GrantID, p.MembershipGrantID, p.StartsAt))
						}
					}
				}
				return nil
			})
			name := func(it sallyport.Interval) string {
				return fmt.Sprint(it.Subject.ID, it.Resource.ID, it.Relation, it.GrantID, it.MembershipGrantID, it.StartedAt)
			}
			for _, u := range people {
				for _, it := range w.intervals(everything, store.IntervalFilter{UserID: u.ID, At: &when}) {
					byPerson = append(byPerson, name(it))
				}
			}
			for _, r := range append(slices.Clone(things), roles...) {
				for _, it := range w.intervals(everything, store.IntervalFilter{ResourceID: r.ID, At: &when, People: true}) {
					byThing = append(byThing, name(it))
				}
			}
			slices.Sort(want)
			slices.Sort(byPerson)
			slices.Sort(byThing)
			if !slices.Equal(want, byPerson) || !slices.Equal(want, byThing) {
				t.Errorf("at %d h: access has %d paths, the history of people %d, of things %d", h, len(want), len(byPerson), len(byThing))
			}
			// Touching a moment is holding at it, for what was ever real.
			after := when.Add(time.Microsecond)
			n := 0
			for _, it := range w.intervals(everything, store.IntervalFilter{Since: &when, Until: &after, People: true}) {
				if it.State != sallyport.IntervalNever && it.State != sallyport.IntervalGranting {
					n++
				}
			}
			if n != len(want) {
				t.Errorf("at %d h: %d intervals touch the moment, %d paths hold", h, n, len(want))
			}
			some += len(want)
		}
		if some < 100 {
			t.Errorf("only %d paths were compared", some)
		}
	})
}

// TestIntervalPages: pages by every sort are the whole, each row once, in the order in which it is exported.
func TestIntervalPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		role := w.resource(sallyport.KindRole, "dev", nil)
		for i := range 12 {
			u, r := w.user(fmt.Sprint("user", i)), w.resource(sallyport.KindApp, fmt.Sprint("app-", i), nil)
			w.hold(u, role, sallyport.Member)
			w.hold(u, r, sallyport.Owner)
		}
		thing := w.resource(sallyport.KindApp, "thing", nil)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			now := tx.Now()
			return tx.InsertGrant(ctx, w.tenant, &sallyport.Grant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: role.ID}, Resource: thing.Ref(), Relation: sallyport.Member,
				Parameters: []byte("{}"), Origin: sallyport.OriginGiven, ReasonKind: "direct", StartsAt: now, ActivatedAt: &now, NoEnd: true}, "")
		})
		for _, sort := range []string{"", "started", "-ended", "person", "-person", "resource", "relation", "given_by", "ended_by", "via"} {
			var paged, streamed []string
			p := store.Page{Limit: 7, Sort: sort}
			for {
				var l store.IntervalPage
				w.view(func(ctx context.Context, tx *store.Tx) (err error) {
					l, err = tx.Intervals(ctx, w.tenant, everything, store.IntervalFilter{}, p)
					return err
				})
				for _, it := range l.Items {
					paged = append(paged, it.ID)
				}
				if p.Cursor = l.NextCursor; p.Cursor == "" {
					break
				}
			}
			w.view(func(ctx context.Context, tx *store.Tx) error {
				return tx.EachInterval(ctx, w.tenant, everything, store.IntervalFilter{}, sort, func(it sallyport.Interval) error {
					streamed = append(streamed, it.ID)
					return nil
				})
			})
			if len(paged) != 37 || !slices.Equal(paged, streamed) {
				t.Errorf("sorted by %q: %d rows in pages, %d in a stream", sort, len(paged), len(streamed))
			}
			slices.Sort(paged)
			if n := len(slices.Compact(paged)); n != 37 {
				t.Errorf("sorted by %q: %d different rows", sort, n)
			}
		}
	})
}

// TestIntervalAudience: domain rule 24 for the history: what somebody may not see is in no row, count or search of theirs.
func TestIntervalAudience(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, bob := w.user("ada"), w.user("bob")
		insiders := w.resource(sallyport.KindGroup, "insiders", nil)
		ref := insiders.Ref()
		secret, plain := w.resource(sallyport.KindApp, "secret", &ref), w.resource(sallyport.KindApp, "plain", nil)
		hidden := w.resource(sallyport.KindRole, "hidden", &ref)
		w.hold(ada, insiders, sallyport.Member)
		w.hold(ada, secret, sallyport.Member)
		w.hold(ada, hidden, sallyport.Member)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			now := tx.Now()
			return tx.InsertGrant(ctx, w.tenant, &sallyport.Grant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: hidden.ID}, Resource: plain.Ref(), Relation: sallyport.Member,
				Parameters: []byte("{}"), Origin: sallyport.OriginGiven, ReasonKind: "direct", StartsAt: now, ActivatedAt: &now, NoEnd: true}, "")
		})
		mine := []string{"ada hidden", "ada insiders", "ada plain by hidden", "ada secret", "hidden plain"}
		for who, want := range map[string][]string{ada.ID: mine, bob.ID: {"ada insiders"}} {
			if got := rows(w.intervals(store.Viewer{ID: who}, store.IntervalFilter{})); !slices.Equal(got, want) {
				t.Errorf("%s sees %v", who, got)
			}
		}
		if got := w.intervals(store.Viewer{ID: bob.ID}, store.IntervalFilter{Q: "secret"}); len(got) != 0 {
			t.Errorf("bob finds %v", rows(got))
		}
	})
}

// intervalsAreStreamed reads 100,000 rows as an export does, and keeps none of them.
func intervalsAreStreamed(t *testing.T, w *world) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	n, most, last := 0, uint64(0), ""
	before := heap()
	w.view(func(ctx context.Context, tx *store.Tx) error {
		return tx.EachInterval(ctx, w.tenant, everything, store.IntervalFilter{Via: "direct"}, "person", func(it sallyport.Interval) error {
			if name := strings.ToLower(it.Subject.Name); name < last && it.Subject.Kind == sallyport.SubjectUser {
				return fmt.Errorf("%q came after %q", name, last)
			} else if it.Subject.Kind == sallyport.SubjectUser {
				last = name
			}
			if n++; n%20_000 == 0 {
				most = max(most, heap())
			}
			return nil
		})
	})
	if n != planSize.grants+5*planSize.roles {
		t.Errorf("%d rows", n)
	}
	if grown := int64(most) - int64(before); grown > 16<<20 {
		t.Errorf("%d MB more are in use while the rows go by", grown>>20)
	}
	cut := errors.New("enough")
	if err := w.db.View(w.ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.EachInterval(ctx, w.tenant, everything, store.IntervalFilter{}, "", func(sallyport.Interval) error { return cut })
	}); !errors.Is(err, cut) {
		t.Errorf("the reader's error came back as %v", err)
	}
}

// TestErasedWordsAreNotFound: what was erased cannot be searched for either, and the rows stay.
func TestErasedWordsAreNotFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, bob := w.user("ada"), w.user("bob")
		vpn := w.resource(sallyport.KindApp, "vpn", nil)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			now := tx.Now()
			r := sallyport.Request{Kind: sallyport.RequestAccess, State: sallyport.RequestPending, Requester: ada.Ref(), Beneficiary: sallyport.Subject{Kind: sallyport.SubjectUser, ID: ada.ID},
				Resource: vpn.Ref(), Relation: sallyport.Member, Parameters: []byte("{}"), Snapshot: []byte("{}"), ExpiresAt: now, Version: 1}
			if _, err := tx.InsertRequest(ctx, w.tenant, &r); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO stages (tenant_id, id, request_id, position, name, state, spec) VALUES ($1,'stg_1',$2,0,'One','open','{}')`, w.tenant, r.ID); err != nil {
				return err
			}
			if err := tx.InsertVote(ctx, w.tenant, r.ID, "stg_1", 1, &sallyport.Vote{By: bob.Ref(), Vote: sallyport.VoteApprove, Comment: "get well soon"}); err != nil {
				return err
			}
			g := sallyport.Grant{Subject: r.Beneficiary, Resource: vpn.Ref(), Relation: sallyport.Member, Parameters: []byte("{}"), Origin: sallyport.OriginGiven, ReasonKind: "request",
				Reason: "works from the Hospital", RequestID: r.ID, StartsAt: now, ActivatedAt: &now, NoEnd: true}
			if err := tx.InsertGrant(ctx, w.tenant, &g, ""); err != nil {
				return err
			}
			_, err := tx.EndGrant(ctx, w.tenant, g.ID, tx.Now(), bob.ID, "moved to another clinic")
			return err
		})
		found := func() (n int) {
			for _, q := range []string{"hospital", "CLINIC", "Well soon"} {
				n += len(w.intervals(everything, store.IntervalFilter{ResourceID: vpn.ID, Q: q}))
			}
			return n
		}
		if n := found(); n != 3 {
			t.Fatalf("%d of 3 words are found before", n)
		}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.EraseUser(ctx, w.actor(bob), ada.ID, "asked for it", true)
		})
		if n := found(); n != 0 {
			t.Errorf("%d erased words are found", n)
		}
		if l := w.intervals(everything, store.IntervalFilter{ResourceID: vpn.ID}); len(l) != 1 || l[0].Subject.Name != store.ErasedName || l[0].Reason != "" || l[0].Approvals[0].Comment != "" {
			t.Errorf("%+v", l)
		}
	})
}
