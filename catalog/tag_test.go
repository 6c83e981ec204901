package catalog_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// living reads the living grants on a resource.
func (w *world) living(slug string) []sallyport.Grant {
	w.t.Helper()
	var out []sallyport.Grant
	w.update(func(ctx context.Context, tx *store.Tx) error {
		l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: w.id(tx, slug)}, store.Page{})
		out = nil
		for _, g := range l.Items {
			if g.EndedAt == nil {
				out = append(out, g)
			}
		}
		return err
	})
	return out
}

func (w *world) tagged(slug string, c sallyport.Constraints) error {
	w.t.Helper()
	return w.taggedIn(w.t.Context(), slug, c)
}

// taggedIn is tagged as part of what the context says.
func (w *world) taggedIn(ctx context.Context, slug string, c sallyport.Constraints) error {
	w.t.Helper()
	t, err := w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: "On " + slug, Enabled: true, Constraints: c}, false)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.s.AttachTag(ctx, w.admin, slug, t.ID, true)
}

// What is approved and not yet real has a length, no end: a limit that comes meanwhile cuts that too, and the end counts
// from the activation.
func TestALimitCutsWhatIsNotYetReal(t *testing.T) {
	each(t, func(w *world) {
		w.people("ada", "ben", "cleo")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Hands", Owners: []string{"cleo"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Lab", Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:hands"}})
		w.give("cleo", "hands")
		w.give("ada", "lab") // endless
		d := 60 * sallyport.Day
		if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "ben", Resource: "lab", Duration: &d, Reason: "to measure"}); err != nil {
			t.Fatal(err)
		}
		if err := w.tagged("lab", sallyport.Constraints{sallyport.MemberTimeLimit: 2 * sallyport.Day}); err != nil {
			t.Fatal(err)
		}
		for _, g := range w.living("lab") {
			if g.NoEnd || g.EndsAt != nil || g.Duration == nil || *g.Duration != 2*sallyport.Day {
				t.Errorf("%s: duration %v, ends %v, endless %v; want two days from its activation", g.Subject.Login, g.Duration, g.EndsAt, g.NoEnd)
			}
		}
		l, err := w.s.Access.Tasks(t.Context(), w.actor("cleo"), store.TaskFilter{}, store.Page{})
		if err != nil || len(l.Items) != 2 {
			t.Fatalf("tasks %+v %v", l.Items, err)
		}
		for _, task := range l.Items {
			if _, err := w.s.Access.Claim(t.Context(), w.actor("cleo"), task.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := w.s.Access.Complete(t.Context(), w.actor("cleo"), task.ID, "done"); err != nil {
				t.Fatal(err)
			}
		}
		for _, g := range w.living("lab") {
			if g.EndsAt == nil || g.EndsAt.Sub(g.StartsAt) != 48*time.Hour {
				t.Errorf("%s has it from %v to %v", g.Subject.Login, g.StartsAt, g.EndsAt)
			}
		}
	})
}

// A limit that comes while somebody works on it counts from then too, not from when they began, and never makes the
// provisional end later; once the access is real it is as long as the limit.
func TestALimitCutsWhatIsUnderWay(t *testing.T) {
	each(t, func(w *world) {
		w.people("ada", "ben", "dora", "cleo")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Hands", Owners: []string{"cleo"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Lab", Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:hands"}})
		w.give("cleo", "hands")
		w.give("ada", "lab") // endless
		for login, n := range map[string]sallyport.Duration{"ben": 60, "dora": 4} {
			d := n * sallyport.Day
			if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: login, Resource: "lab", Duration: &d, Reason: "to measure"}); err != nil {
				t.Fatal(err)
			}
		}
		l, err := w.s.Access.Tasks(t.Context(), w.actor("cleo"), store.TaskFilter{}, store.Page{})
		if err != nil || len(l.Items) != 3 {
			t.Fatalf("tasks %+v %v", l.Items, err)
		}
		for _, task := range l.Items {
			if _, err := w.s.Access.Claim(t.Context(), w.actor("cleo"), task.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.clock.Advance(72 * time.Hour)
		now := w.clock.Now()
		if err := w.tagged("lab", sallyport.Constraints{sallyport.MemberTimeLimit: 2 * sallyport.Day}); err != nil {
			t.Fatal(err)
		}
		want := map[string]time.Duration{"ada": 48 * time.Hour, "ben": 48 * time.Hour, "dora": 24 * time.Hour}
		for _, g := range w.living("lab") {
			if g.NoEnd || g.EndsAt == nil || g.EndsAt.Sub(now).Round(time.Minute) != want[g.Subject.Login] {
				t.Errorf("%s: ends %v, endless %v; want %s after %s", g.Subject.Login, g.EndsAt, g.NoEnd, want[g.Subject.Login], now)
			}
		}
		for _, task := range l.Items {
			if _, err := w.s.Access.Complete(t.Context(), w.actor("cleo"), task.ID, "done"); err != nil {
				t.Fatal(err)
			}
		}
		for _, g := range w.living("lab") {
			if g.ActivatedAt == nil || g.EndsAt == nil || g.EndsAt.Sub(g.StartsAt) != 48*time.Hour {
				t.Errorf("%s has it from %v to %v", g.Subject.Login, g.StartsAt, g.EndsAt)
			}
		}
	})
}

// A preview names also what is not yet real: what has a length as well as what has no end.
func TestAPreviewSaysWhatBecomesShorterBeforeItIsReal(t *testing.T) {
	each(t, func(w *world) {
		w.people("ada", "ben", "cleo")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Hands", Owners: []string{"cleo"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Lab", Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:hands"}})
		w.give("ada", "lab") // endless
		d := 60 * sallyport.Day
		if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "ben", Resource: "lab", Duration: &d, Reason: "to measure"}); err != nil {
			t.Fatal(err)
		}
		said, err := w.db.Rehearse(t.Context(), w.tenant, access.Everything, func(ctx context.Context) error {
			return w.taggedIn(ctx, "lab", sallyport.Constraints{sallyport.MemberTimeLimit: 2 * sallyport.Day})
		})
		if err != nil || said.Shorter != 2 {
			t.Fatalf("%+v %v", said, err)
		}
		for _, it := range said.Items {
			if it.After.Duration == nil || *it.After.Duration != 2*sallyport.Day || it.User.Login == "ben" && (it.Before.Duration == nil || *it.Before.Duration != d) {
				t.Errorf("%s: %+v, then %+v", it.User.Login, it.Before, it.After)
			}
		}
	})
}

// What begins later is cut to the limit from its beginning, and never ends before it.
func TestALimitCutsWhatBeginsLater(t *testing.T) {
	each(t, func(w *world) {
		w.people("ada")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Lab"})
		start, until := time.Now().Add(240*time.Hour), time.Now().Add(2400*time.Hour)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			u, err := tx.User(ctx, w.tenant, "ada")
			if err != nil {
				return err
			}
			r, err := tx.Resource(ctx, w.tenant, "lab", access.Everything)
			if err != nil {
				return err
			}
			_, err = w.s.Access.AddGrantTx(ctx, tx, w.admin, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: r,
				ReasonKind: "direct", Reason: "later", StartsAt: &start, Until: &until})
			return err
		})
		if err := w.tagged("lab", sallyport.Constraints{sallyport.MemberTimeLimit: 2 * sallyport.Day}); err != nil {
			t.Fatal(err)
		}
		if l := w.living("lab"); len(l) != 1 || l[0].EndsAt == nil || l[0].EndsAt.Sub(l[0].StartsAt) != 48*time.Hour {
			t.Errorf("%+v", l)
		}
	})
}

// propagate_to_roles cuts memberships of the roles that give it; no_standing_access gives an end to what has none, and
// leaves alone what has one.
func TestLimitsOfRolesAndStandingAccess(t *testing.T) {
	each(t, func(w *world) {
		w.people("ada", "ben")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Keepers"})
		w.give("ada", "keepers")
		year := 365 * sallyport.Day
		if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "role:keepers", Resource: "vault", Duration: &year, Reason: "their work"}); err != nil {
			t.Fatal(err)
		}
		if err := w.tagged("vault", sallyport.Constraints{sallyport.MemberTimeLimit: 7 * sallyport.Day, sallyport.PropagateToRoles: true}); err != nil {
			t.Fatal(err)
		}
		for _, slug := range []string{"vault", "keepers"} {
			if l := w.living(slug); len(l) != 1 || l[0].NoEnd || l[0].EndsAt == nil || l[0].EndsAt.Sub(l[0].CreatedAt) > 7*24*time.Hour+time.Minute {
				t.Errorf("%s: %+v", slug, l)
			}
		}

		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Club"})
		w.give("ada", "club")
		if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "ben", Resource: "club", Duration: &year, Reason: "a guest"}); err != nil {
			t.Fatal(err)
		}
		if err := w.tagged("club", sallyport.Constraints{sallyport.NoStandingAccess: true}); err != nil {
			t.Fatal(err)
		}
		for _, g := range w.living("club") {
			if days := g.EndsAt.Sub(g.CreatedAt).Hours() / 24; g.NoEnd || g.Subject.Login == "ada" && days > 90.1 || g.Subject.Login == "ben" && days < 364 {
				t.Errorf("%s: ends %v", g.Subject.Login, g.EndsAt)
			}
		}
	})
}

// TestLimitsRaced: a tag is put on while somebody is given more than it allows, a thousand times: either the grant comes
// first and is cut, or it is refused. Nothing stays beyond the limit.
func TestLimitsRaced(t *testing.T) {
	each(t, func(w *world) {
		const races, limit = 1000, 2 * sallyport.Day
		ctx := t.Context()
		w.people("ada")
		tag, err := w.s.SaveTag(ctx, w.admin, "", sallyport.Tag{Name: "Short", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: limit}}, false)
		if err != nil {
			t.Fatal(err)
		}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			for i := range races {
				r := sallyport.Resource{Kind: sallyport.KindApp, Slug: fmt.Sprint("race-", i), Name: fmt.Sprint("Race ", i), Managed: true}
				if err := tx.InsertResource(ctx, w.tenant, &r, false); err != nil {
					return err
				}
			}
			return nil
		})
		var next, first, refused atomic.Int64
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for {
					i := int(next.Add(1)) - 1
					if i >= races {
						return
					}
					slug, long := fmt.Sprint("race-", i), 90*sallyport.Day
					var both sync.WaitGroup
					both.Go(func() {
						time.Sleep(rand.N(2 * time.Millisecond))
						if err := w.s.AttachTag(ctx, w.admin, slug, tag.ID, true); err != nil {
							t.Errorf("%s: the tag: %v", slug, err)
						}
					})
					both.Go(func() {
						time.Sleep(rand.N(2 * time.Millisecond))
						switch _, err := w.s.Access.Give(ctx, w.admin, sallyport.Give{Subject: "ada", Resource: slug, Duration: &long, Reason: "a race"}); sallyport.CodeOf(err) {
						case sallyport.EPrecondition:
							refused.Add(1)
						default:
							if err != nil {
								t.Errorf("%s: the grant: %v", slug, err)
							}
							first.Add(1)
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
				WHERE g.tenant_id=$1 AND r.slug LIKE 'race-%' AND (g.no_end OR g.ends_at > $2)`, []any{w.tenant, store.Micros(tx.Now().Add(limit.Std()))}, &over)
		})
		if over != 0 {
			t.Errorf("%d grants are beyond the limit", over)
		}
		if first.Load()+refused.Load() != races || first.Load() == 0 || refused.Load() == 0 {
			t.Errorf("%d grants came first, %d were refused: that is no race", first.Load(), refused.Load())
		}
	})
}

// Who reads that a tag was changed or removed reads what it demanded before, and why it went.
func TestTheLogSaysWhatATagWas(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		tag := sallyport.Tag{Name: "Short", Description: "for Ada's lab", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: 30 * sallyport.Day}}
		tag, err := w.s.SaveTag(ctx, w.admin, "", tag, false)
		if err != nil {
			t.Fatal(err)
		}
		tag.Name, tag.Description, tag.Constraints = "Shorter", "", sallyport.Constraints{sallyport.MemberTimeLimit: 7 * sallyport.Day}
		if _, err := w.s.SaveTag(ctx, w.admin, tag.ID, tag, false); err != nil {
			t.Fatal(err)
		}
		if err := w.s.DeleteTag(ctx, w.admin, tag.ID, strings.Repeat("x", 5000)); sallyport.CodeOf(err) != sallyport.EInvalid {
			t.Errorf("a reason of 5,000 characters: %v", err)
		}
		if err := w.s.DeleteTag(ctx, w.admin, tag.ID, " nobody has it "); err != nil {
			t.Fatal(err)
		}
		e := w.log("tag.changed")[0]
		before, _ := e.Body["before"].(map[string]any)
		if before["name"] != "Short" || before["enabled"] != true || before["constraints"] != `{"member_time_limit":"P30D"}` || e.Body["constraints"] != `{"member_time_limit":"P7D"}` {
			t.Errorf("what was changed: %v", e.Body)
		}
		if e.Values["description.before"] != "for Ada's lab" {
			t.Errorf("what it was for: %v", e.Values)
		}
		e = w.log("tag.deleted")[0]
		if e.Values["reason"] != "nobody has it" || e.Body["constraints"] != `{"member_time_limit":"P7D"}` {
			t.Errorf("what was removed: %v %v", e.Body, e.Values)
		}
	})
}
