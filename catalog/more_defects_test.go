package catalog_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestMoreDefectsOfOthers goes on where TestDefectsOfOthers stops. What is told elsewhere: two who decide at once
// (access/decide_test.go), a directory that is suddenly small (peoplefile_test.go, ldap_test.go), what ended is not added
// again by a sync (ldap_test.go), a shorter end (access/give_test.go), a length that is none (tagfile_test.go), limits of
// what a role gives (tag_test.go), rows of an ended role that stay rows of the role (store/interval_test.go).
func TestMoreDefectsOfOthers(t *testing.T) {
	day := sallyport.Day
	give := func(w *world, subject, slug string, change ...func(*sallyport.Give)) (sallyport.Grant, error) {
		in := sallyport.Give{Subject: subject, Resource: slug, NoEnd: true, Reason: "their work"}
		for _, f := range change {
			f(&in)
		}
		return w.s.Access.Give(w.t.Context(), w.admin, in)
	}
	must := func(w *world, g sallyport.Grant, err error) sallyport.Grant {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
		return g
	}
	file := func(w *world, text string) {
		w.t.Helper()
		if _, err := w.s.ImportPeople(w.t.Context(), w.admin, "people.csv", text, catalog.SyncOptions{}); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		test func(t *testing.T, w *world)
	}{
		{"an end that has passed is refused on every path", func(t *testing.T, w *world) {
			past := w.db.Now().Add(-time.Hour)
			until := func(in *sallyport.Give) { in.NoEnd, in.Until = false, &past }
			_, err := give(w, "role:crew", "ship", until)
			refused(t, "attaching a role", err, sallyport.EPrecondition)
			g, err := give(w, "ann", "ship", func(in *sallyport.Give) { in.NoEnd, in.Duration = false, &day })
			must(w, g, err)
			_, err = w.s.Access.Extend(t.Context(), w.admin, g.ID, access.Extension{Until: &past, Reason: "late"})
			refused(t, "a renewal", err, sallyport.EPrecondition)
			_, err = w.s.Access.Ask(t.Context(), w.actor("cap"), sallyport.Ask{Resource: "ship", Until: &past, Reason: "late"})
			refused(t, "a request", err, sallyport.EPrecondition)
		}},
		{"a request for a role says which role", func(t *testing.T, w *world) {
			r, err := w.s.Access.Ask(t.Context(), w.actor("cap"), sallyport.Ask{Resource: "ship", Beneficiary: "role:crew", Duration: &day, Reason: "their work"})
			if err != nil || r.Beneficiary.Slug != "crew" || r.Beneficiary.Kind != sallyport.SubjectRole || r.Requester.Login != "cap" || r.Resource.Slug != "ship" {
				t.Errorf("%+v %v", r, err)
			}
		}},
		{"what a role holds of a mirrored group touches no target", func(t *testing.T, w *world) {
			file(w, "login,name,groups\nzoe,Zoe,Deckhands\n")
			_, err := give(w, "role:crew", "deckhands")
			refused(t, "attaching a role to what the directory feeds", err, sallyport.EPrecondition)
			// What a role was given while the group had a target, and was by hand, stays when the directory feeds it.
			con := sallyport.Connection{Slug: "corp", Name: "Corp", Kind: "ldap"}
			r := sallyport.Resource{Kind: sallyport.KindGroup, Slug: "rowers", Name: "Rowers", Managed: true,
				Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: "corp", Target: "cn=rowers"}}
			w.update(func(ctx context.Context, tx *store.Tx) error {
				if err := tx.InsertConnection(ctx, w.tenant, &con, nil); err != nil {
					return err
				}
				return tx.InsertResource(ctx, w.tenant, &r, false)
			})
			g, err := give(w, "role:crew", "rowers")
			must(w, g, err)
			w.update(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE resources SET managed=FALSE WHERE tenant_id=$1 AND id=$2`, w.tenant, r.ID)
				return err
			})
			w.give("ann", "crew")
			w.update(func(ctx context.Context, tx *store.Tx) error {
				n := 0
				if err := tx.Row(ctx, `SELECT count(*) FROM provisions WHERE tenant_id=$1`, []any{w.tenant}, &n); err != nil || n != 0 {
					t.Errorf("%d targets are to be changed: %v", n, err)
				}
				if list, err := tx.UnprovisionedRoles(ctx, 10); err != nil || len(list) != 0 {
					t.Errorf("the sweep would change the target for %v: %v", list, err)
				}
				return nil
			})
		}},
		{"what moves to another app takes its name and obeys its tags", func(t *testing.T, w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Dock"})
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "ship", Name: "Helm"})
			must(w, sallyport.Grant{}, w.tagged("dock", sallyport.Constraints{sallyport.MemberTimeLimit: 2 * day}))
			g, err := give(w, "ann", "ship.helm")
			must(w, g, err)
			r, err := w.s.Convert(t.Context(), w.admin, "ship.helm", catalog.Conversion{Kind: sallyport.KindEntitlement, App: "dock", Accept: true}, 0)
			if err != nil || r.Slug != "dock.helm" {
				t.Fatalf("it is %q: %v", r.Slug, err)
			}
			l := slices.DeleteFunc(w.living("dock.helm"), func(g sallyport.Grant) bool { return g.Relation == sallyport.Owner }) // who owned the app it was in
			if len(l) != 1 || l[0].NoEnd || l[0].EndsAt.Sub(w.db.Now()) > 49*time.Hour {
				t.Errorf("%+v", l)
			}
		}},
		{"where nobody has to decide, it is decided", func(t *testing.T, w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Open", Flow: &sallyport.Flow{NoApproval: true}})
			r, err := w.s.Access.Ask(t.Context(), w.actor("ann"), sallyport.Ask{Resource: "open", Duration: &day, Reason: "why"})
			if err != nil || r.State != sallyport.RequestApproved || !w.holds("ann", "open") {
				t.Errorf("it is %s, ann has it %v: %v", r.State, w.holds("ann", "open"), err)
			}
		}},
		{"who had it by a role once is told of the end of what they have", func(t *testing.T, w *world) {
			w.give("ann", "crew")
			byRole, err := give(w, "role:crew", "ship", func(in *sallyport.Give) { in.NoEnd, in.Duration = false, &day })
			must(w, byRole, err)
			direct := 20 * day
			g, err := give(w, "ann", "ship", func(in *sallyport.Give) { in.NoEnd, in.Duration = false, &direct })
			must(w, g, err)
			told := func() (n int) {
				if _, _, err := w.s.Access.RunNotices(t.Context()); err != nil {
					t.Fatal(err)
				}
				u := w.user("ann")
				w.update(func(ctx context.Context, tx *store.Tx) error {
					return tx.Row(ctx, `SELECT count(*) FROM messages WHERE tenant_id=$1 AND user_id=$2 AND kind='grant.ends_soon'`, []any{w.tenant, u.ID}, &n)
				})
				return n
			}
			before := told()
			w.clock.Advance(13*24*time.Hour + time.Hour)
			if _, _, err := w.s.Access.EndPassed(t.Context()); err != nil {
				t.Fatal(err)
			}
			if told() != before+1 {
				t.Errorf("ann was told %d times", told()-before)
			}
		}},
		{"what is not committed reaches nobody", func(t *testing.T, w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Lab", Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:bo"}})
			broken := errors.New("the commit fails")
			err := w.db.Join(t.Context(), func(ctx context.Context, _ *store.Tx) error {
				if _, err := w.s.Access.Give(ctx, w.admin, sallyport.Give{Subject: "ann", Resource: "lab", NoEnd: true, Reason: "work"}); err != nil {
					return err
				}
				return broken
			})
			if !errors.Is(err, broken) {
				t.Fatal(err)
			}
			for _, table := range []string{"provisions", "tasks"} {
				n := 0
				w.update(func(ctx context.Context, tx *store.Tx) error {
					return tx.Row(ctx, "SELECT count(*) FROM "+table+" WHERE tenant_id=$1", []any{w.tenant}, &n)
				})
				if n != 0 {
					t.Errorf("%d %s are left", n, table)
				}
			}
		}},
		{"a group is found by its whole name", func(t *testing.T, w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Deckhands"})
			file(w, "login,name,groups\nzoe,Zoe,Deck\n")
			if w.holds("zoe", "deckhands") || !w.holds("zoe", "deck") {
				t.Error("a part of a name was taken for the name")
			}
		}},
		{"what came to its end was ended by nobody, what was removed by who removed it", func(t *testing.T, w *world) {
			g, err := give(w, "ann", "ship", func(in *sallyport.Give) { in.NoEnd, in.Duration = false, &day })
			must(w, g, err)
			w.clock.Advance(25 * time.Hour)
			if _, _, err := w.s.Access.EndPassed(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.give("bo", "ship")
			if err := w.s.DeleteResource(t.Context(), w.admin, "ship", 0, "sunk"); err != nil {
				t.Fatal(err)
			}
			w.update(func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: g.Resource.ID, Relation: sallyport.Member}, store.Page{})
				for _, it := range l.Items {
					switch {
					case it.Subject.Login == "ann" && it.EndedBy != nil:
						t.Errorf("ann's came to its end, and says %s", it.EndedBy.Login)
					case it.Subject.Login == "bo" && (it.EndedBy == nil || it.EndedBy.ID != w.admin.User.ID):
						t.Errorf("bo's was ended by %v", it.EndedBy)
					}
				}
				if len(l.Items) != 2 {
					t.Errorf("%d grants", len(l.Items))
				}
				return err
			})
		}},
		{"what comes back brings no request back", func(t *testing.T, w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Night"})
			r, err := w.s.Access.Ask(t.Context(), w.actor("ann"), sallyport.Ask{Resource: "crew", Duration: &day, Reason: "why"})
			if err != nil {
				t.Fatal(err)
			}
			done, err := w.s.Reorganize(t.Context(), w.admin, sallyport.Reorganization{Action: sallyport.ReorganizeMerge, Role: "night", Roles: []string{"crew"}, Reason: "one is enough"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.s.UndoReorganization(t.Context(), w.admin, done.ID); err != nil {
				t.Fatal(err)
			}
			_, err = w.s.Access.Vote(t.Context(), w.actor("cap"), r.ID, sallyport.Ballot{Vote: "approve", Version: r.Version})
			refused(t, "the vote", err, sallyport.EConflict)
			if w.holds("ann", "crew") {
				t.Error("ann came in by a request that was closed")
			}
		}},
		{"everything that a leaver loses is an event", func(t *testing.T, w *world) {
			w.give("ann", "ship")
			w.give("ann", "crew")
			before := w.events("grant.ended")
			u := w.user("ann")
			w.update(func(ctx context.Context, tx *store.Tx) error {
				return w.s.Access.LeaveTx(ctx, tx, sallyport.System(w.tenant), u, sallyport.UserGone, "left")
			})
			if got := w.events("grant.ended") - before; got != 2 || w.events("user.left") != 1 {
				t.Errorf("%d ends, %d leavers", got, w.events("user.left"))
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(w *world) {
				w.people("ann", "bo", "cap")
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship", Owners: []string{"bo"}})
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Crew", Owners: []string{"cap"}})
				c.test(w.t, w)
			})
		})
	}
}
