package catalog_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// Several tags demand together what none of them demands alone: one limits a length, another lets it reach memberships of
// roles, on the thing or on its app. What is there already is cut, in whatever order they come.
func TestTagsCutTogether(t *testing.T) {
	limit, reach := sallyport.Constraints{sallyport.MemberTimeLimit: 2 * sallyport.Day}, sallyport.Constraints{sallyport.PropagateToRoles: true}
	for _, order := range [][2]string{{"vault.door", "vault.door"}, {"vault", "vault.door"}, {"vault.door", "vault"}} {
		for _, tags := range [][2]sallyport.Constraints{{limit, reach}, {reach, limit}} {
			t.Run(fmt.Sprintf("%v %v", order, tags), func(t *testing.T) {
				each(t, func(w *world) {
					w.people("ada")
					w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault"})
					w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "vault", Name: "Door"})
					w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Keepers"})
					w.give("ada", "keepers")
					day := sallyport.Day
					if _, err := w.s.Access.Give(w.t.Context(), w.admin, sallyport.Give{Subject: "role:keepers", Resource: "vault.door", Duration: &day, Reason: "their work"}); err != nil {
						w.t.Fatal(err)
					}
					for i, slug := range order {
						tag, err := w.s.SaveTag(w.t.Context(), w.admin, "", sallyport.Tag{Name: fmt.Sprint("Tag ", i), Enabled: true, Constraints: tags[i]}, false)
						if err != nil {
							w.t.Fatal(err)
						}
						if err := w.s.AttachTag(w.t.Context(), w.admin, slug, tag.ID, true); err != nil {
							w.t.Fatal(err)
						}
					}
					if l := w.living("keepers"); len(l) != 1 || l[0].NoEnd || l[0].EndsAt == nil || l[0].EndsAt.Sub(l[0].CreatedAt) > 49*time.Hour {
						w.t.Errorf("the membership goes beyond the limit: %+v", l)
					}
				})
			})
		}
	}
}

// A split that moves people together with what they get takes nothing away in between: no target is told to remove what
// somebody keeps, and to add it again.
func TestASplitTouchesNoTarget(t *testing.T) {
	each(t, func(w *world) {
		w.people("ada")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Lab", Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:" + w.admin.User.ID}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Crew"})
		w.give("ada", "crew")
		if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "role:crew", Resource: "lab", NoEnd: true, Reason: "their work"}); err != nil {
			t.Fatal(err)
		}
		generation := func() (n int) {
			w.update(func(ctx context.Context, tx *store.Tx) error {
				return tx.Row(ctx, `SELECT generation FROM provisions WHERE tenant_id=$1`, []any{w.tenant}, &n)
			})
			return n
		}
		before := generation()
		if _, err := w.s.Reorganize(t.Context(), w.admin, sallyport.Reorganization{Action: sallyport.ReorganizeSplit, Role: "crew", Name: "Night crew", Members: []string{"ada"},
			Resources: []sallyport.RoleItem{{Resource: "lab"}}, Reason: "shifts"}); err != nil {
			t.Fatal(err)
		}
		if !w.holds("ada", "lab") || generation() != before {
			t.Errorf("ada has it %v; what her target needs has changed %d times", w.holds("ada", "lab"), generation()-before)
		}
	})
}

// A role is not merged with itself, however often it is named.
func TestARoleIsNotMergedWithItself(t *testing.T) {
	each(t, func(w *world) {
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Crew"})
		for _, in := range []sallyport.Reorganization{{Role: "crew", Roles: []string{"crew"}}, {Name: "All", Roles: []string{"crew", "crew"}}} {
			in.Action, in.Reason = sallyport.ReorganizeMerge, "tidy"
			_, err := w.s.Reorganize(t.Context(), w.admin, in)
			refused(t, "merging", err, sallyport.EPrecondition)
		}
		if r := w.resource("crew"); r.DeletedAt != nil || r.Slug != "crew" {
			t.Errorf("%+v", r)
		}
	})
}

// TestLimitsRacedElsewhere: a tag whose limit reaches roles is put on while, a thousand times, access begins by another path
// than TestLimitsRaced has it: a renewal, a role that is attached, a membership of a role that has it, an approval. Neither
// on the thing nor in the roles anything stays beyond the limit.
func TestLimitsRacedElsewhere(t *testing.T) {
	each(t, func(w *world) {
		const races, limit = 1000, 2 * sallyport.Day
		ctx := t.Context()
		w.people("ada", "ben")
		ada, ben := w.user("ada"), w.actor("ben")
		day, long := sallyport.Day, 90*sallyport.Day
		tag, err := w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: "Short", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: limit, sallyport.PropagateToRoles: true}}, false)
		if err != nil {
			t.Fatal(err)
		}
		system := sallyport.System(w.tenant)
		renewed := map[int]string{}
		things := make([]sallyport.Resource, races)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			person := sallyport.Subject{Kind: sallyport.SubjectUser, ID: ada.ID}
			for i := range races {
				things[i] = sallyport.Resource{Kind: sallyport.KindApp, Slug: fmt.Sprint("race-", i), Name: fmt.Sprint("Race ", i), Managed: true}
				role := sallyport.Resource{Kind: sallyport.KindRole, Slug: fmt.Sprint("role-", i), Name: fmt.Sprint("Role ", i), Managed: true}
				if err := tx.InsertResource(ctx, w.tenant, &things[i], false); err != nil {
					return err
				}
				n := access.NewGrant{Subject: person, Resource: things[i], ReasonKind: "direct", Reason: "before", Duration: &day}
				if i%4 == 1 || i%4 == 2 {
					if err := tx.InsertResource(ctx, w.tenant, &role, false); err != nil {
						return err
					}
					if n.Resource, n.Duration, n.NoEnd = role, nil, true; i%4 == 2 {
						n = access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: role.ID}, Resource: things[i], ReasonKind: "direct", Reason: "before", Duration: &day}
					}
				}
				if i%4 == 3 {
					continue
				}
				g, err := w.s.Access.AddGrantTx(ctx, tx, system, n)
				if err != nil {
					return err
				}
				renewed[i] = g.ID
			}
			return nil
		})
		asked := map[int]sallyport.Request{}
		for i := 3; i < races; i += 4 {
			if asked[i], err = w.s.Access.Ask(ctx, ben, sallyport.Ask{Resource: things[i].Slug, Duration: &long, Reason: "a race"}); err != nil {
				t.Fatal(err)
			}
		}
		w.update(func(ctx context.Context, tx *store.Tx) error { // as PostgreSQL does by itself, sooner or later
			if !w.db.Postgres() {
				return nil
			}
			_, err := tx.Exec(ctx, "ANALYZE")
			return err
		})
		begin := func(i int) (err error) {
			switch i % 4 {
			case 0:
				_, err = w.s.Access.Extend(ctx, w.admin, renewed[i], access.Extension{Duration: &long, Reason: "a race"})
			case 1:
				_, err = w.s.Access.Give(ctx, w.admin, sallyport.Give{Subject: fmt.Sprint("role:role-", i), Resource: things[i].Slug, Duration: &day, Reason: "a race"})
			case 2:
				_, err = w.s.Access.Give(ctx, w.admin, sallyport.Give{Subject: "ada", Resource: fmt.Sprint("role-", i), Duration: &long, Reason: "a race"})
			default:
				_, err = w.s.Access.Vote(ctx, w.admin, asked[i].ID, sallyport.Ballot{Vote: "approve", Version: asked[i].Version})
			}
			return err
		}
		var next atomic.Int64
		var first, refused [4]atomic.Int64
		var workers sync.WaitGroup
		for range 2 { // more of them mostly wait for each other, and not for the tag
			workers.Go(func() {
				for {
					i := int(next.Add(1)) - 1
					if i >= races {
						return
					}
					var both sync.WaitGroup
					both.Go(func() {
						time.Sleep(rand.N(2 * time.Millisecond))
						if err := w.s.AttachTag(ctx, w.admin, things[i].Slug, tag.ID, true); err != nil {
							t.Errorf("race %d: the tag: %v", i, err)
						}
					})
					both.Go(func() {
						time.Sleep(rand.N(2 * time.Millisecond))
						switch err := begin(i); {
						case err == nil:
							first[i%4].Add(1)
						case sallyport.CodeOf(err) == sallyport.EPrecondition:
							refused[i%4].Add(1)
						default:
							t.Errorf("race %d: %v", i, err)
						}
					})
					both.Wait()
				}
			})
		}
		workers.Wait()
		over := 0
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, `SELECT count(*) FROM grants g JOIN resources r ON r.tenant_id=g.tenant_id AND r.id=g.resource_id
				WHERE g.tenant_id=$1 AND (r.slug LIKE 'race-%' OR r.slug LIKE 'role-%') AND g.ended_at IS NULL AND (g.no_end OR g.ends_at > $2)`,
				[]any{w.tenant, store.Micros(tx.Now().Add(limit.Std()))}, &over)
		})
		if over != 0 {
			t.Errorf("%d grants are beyond the limit", over)
		}
		for kind, name := range []string{"renewals", "roles attached", "memberships", "approvals"} {
			a, b := first[kind].Load(), refused[kind].Load()
			if a+b != races/4 || a == 0 || b == 0 && kind != 1 {
				t.Errorf("%s: %d came first, %d were refused: that is no race", name, a, b)
			}
		}
	})
}
