package catalog_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestDefectsOfOthers: faults that reading the code of discord/access suggests, none of which may be here.
func TestDefectsOfOthers(t *testing.T) {
	owner := func(w *world, role, resource string) {
		t.Helper()
		if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "role:" + role, Resource: resource, Relation: sallyport.Owner, NoEnd: true, Reason: "they run it"}); err != nil {
			t.Fatal(err)
		}
	}
	owns := func(w *world, login, slug string) (ok bool) {
		id := w.resource(slug).ID
		u := w.user(login)
		w.update(func(ctx context.Context, tx *store.Tx) (err error) {
			ok, err = tx.Holds(ctx, w.tenant, u.ID, id, sallyport.Owner)
			return err
		})
		return ok
	}
	end := func(w *world, login, slug string, rel sallyport.Relation) {
		t.Helper()
		id, u := w.resource(slug).ID, w.user(login)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			lives := true
			l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: id, SubjectID: u.ID, Relation: rel, Active: &lives}, store.Page{})
			if err != nil || len(l.Items) != 1 {
				t.Fatalf("%s has %d grants of %s: %v", login, len(l.Items), slug, err)
			}
			return w.s.Access.EndGrantTx(ctx, tx, w.admin, l.Items[0].ID, "test")
		})
	}
	for _, c := range []struct {
		name string
		test func(t *testing.T, w *world)
	}{
		{"what is looked up is no pattern", func(t *testing.T, w *world) {
			w.update(func(ctx context.Context, tx *store.Tx) error {
				for _, ref := range []string{"%", "a%", "_", "a_"} {
					if _, err := tx.User(ctx, w.tenant, ref); sallyport.CodeOf(err) != sallyport.ENotFound {
						t.Errorf("%q: %v", ref, err)
					}
				}
				return nil
			})
		}},
		{"an end that has passed is refused", func(t *testing.T, w *world) {
			past := w.db.Now().Add(-time.Hour)
			_, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "ann", Resource: "ship", Until: &past, Reason: "late"})
			refused(t, "an end in the past", err, sallyport.EPrecondition)
		}},
		{"a role's members own what it owns, its owners do not", func(t *testing.T, w *world) {
			owner(w, "crew", "ship")
			w.give("ann", "crew")
			if !owns(w, "ann", "ship") || owns(w, "cap", "ship") {
				t.Error("ownership by role is the members'")
			}
			end(w, "cap", "crew", sallyport.Owner)
			if !owns(w, "ann", "ship") {
				t.Error("the role lost an owner, and a member the ownership")
			}
			end(w, "ann", "crew", sallyport.Member)
			if owns(w, "ann", "ship") {
				t.Error("who left the role still owns it")
			}
		}},
		{"nobody makes themselves owner by a role that only owns", func(t *testing.T, w *world) {
			if err := w.tagged("ship", sallyport.Constraints{sallyport.ForbidSelfOwner: true}); err != nil {
				t.Fatal(err)
			}
			owner(w, "crew", "ship")
			_, err := w.s.Access.Give(t.Context(), w.actor("cap"), sallyport.Give{Subject: "cap", Resource: "crew", NoEnd: true, Reason: "me"})
			refused(t, "adding oneself", err, sallyport.EPrecondition)
		}},
		{"a conversion loses nobody where a tag needs reasons", func(t *testing.T, w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Deck"})
			w.give("ann", "deck")
			if err := w.tagged("deck", sallyport.Constraints{sallyport.RequireMemberReason: true}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.s.Convert(t.Context(), w.admin, "deck", catalog.Conversion{Kind: sallyport.KindRole}, 0); err != nil {
				t.Fatal(err)
			}
			w.have("as a role", "deck", "ann")
		}},
		{"what is refused in part changes nothing", func(t *testing.T, w *world) {
			name, flow := "Renamed", sallyport.Flow{}
			_, err := w.s.UpdateResource(t.Context(), w.actor("cap"), "crew", sallyport.ResourcePatch{Name: &name, Flow: &flow}, 0)
			refused(t, "an owner sets a flow", err, sallyport.EForbidden)
			_, err = w.s.Convert(t.Context(), w.actor("cap"), "crew", catalog.Conversion{Kind: sallyport.KindGroup}, 0)
			refused(t, "an owner converts", err, sallyport.EForbidden)
			if r := w.resource("crew"); r.Name != "Crew" || r.Kind != sallyport.KindRole {
				t.Errorf("it is %+v", r)
			}
		}},
		{"a yes is no length", func(t *testing.T, w *world) {
			var c sallyport.Constraints
			if err := json.Unmarshal([]byte(`{"member_time_limit": true}`), &c); err == nil {
				t.Error("true passes as a time limit")
			}
		}},
		{"a vote on what was removed meanwhile is told so", func(t *testing.T, w *world) {
			day := sallyport.Day
			r, err := w.s.Access.Ask(t.Context(), w.actor("ann"), sallyport.Ask{Resource: "ship", Duration: &day, Reason: "why"})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.s.DeleteResource(t.Context(), w.admin, "ship", 0, "sunk"); err != nil {
				t.Fatal(err)
			}
			_, err = w.s.Access.Vote(t.Context(), w.actor("bo"), r.ID, sallyport.Ballot{Vote: "approve", Version: 1})
			refused(t, "the vote", err, sallyport.EConflict)
		}},
		{"who owns an app for a time may add to it, and decides about what others ask to add", func(t *testing.T, w *world) {
			day := sallyport.Day
			if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "ann", Resource: "ship", Relation: sallyport.Owner, Duration: &day, Reason: "for now"}); err != nil {
				t.Fatal(err)
			}
			w.create(w.actor("ann"), sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "ship", Name: "Helm"})
			r := w.asks("cap", sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "ship", Name: "Bridge"})
			if r, err := w.approves("ann", r, nil); err != nil || r.State != sallyport.RequestApproved || w.resource("ship.bridge").App.Slug != "ship" {
				t.Errorf("what she approves is %s: %v", r.State, err)
			}
		}},
		{"requests of a leaver who holds nothing close too", func(t *testing.T, w *world) {
			day := sallyport.Day
			r, err := w.s.Access.Ask(t.Context(), w.actor("ann"), sallyport.Ask{Resource: "ship", Duration: &day, Reason: "why"})
			if err != nil {
				t.Fatal(err)
			}
			u := w.user("ann")
			w.update(func(ctx context.Context, tx *store.Tx) error {
				return w.s.Access.LeaveTx(ctx, tx, sallyport.System(w.tenant), u, sallyport.UserSuspended, "suspended in the directory")
			})
			if r, err = w.s.Access.Request(t.Context(), w.admin, r.ID); err != nil || r.State == sallyport.RequestPending {
				t.Errorf("it is still %s: %v", r.State, err)
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
