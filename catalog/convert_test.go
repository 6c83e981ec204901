package catalog_test

import (
	"context"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// TestConvert: a group becomes an entitlement, a role and a group again, and everything that hangs on it stays.
func TestConvert(t *testing.T) {
	each(t, func(w *world) {
		w.people("a", "b")
		group := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Name: "Deployers", Owners: []string{"b"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Ship", Owners: []string{"b"}})
		if _, err := w.s.SaveTag(t.Context(), w.admin, "", sallyport.Tag{Name: "Month", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: 30 * sallyport.Day}}, true); err != nil {
			t.Fatal(err)
		}
		if err := w.s.AttachTag(t.Context(), w.admin, "ship", "Month", true); err != nil {
			t.Fatal(err)
		}
		w.give("a", "deployers")
		to := func(ref string, c catalog.Conversion) sallyport.Resource {
			t.Helper()
			c.Accept = true
			r, err := w.s.Convert(t.Context(), w.admin, ref, c, 0)
			if err != nil {
				t.Fatalf("%s to %s: %v", ref, c.Kind, err)
			}
			if r.ID != group.ID {
				t.Fatalf("%s is another resource now", ref)
			}
			return r
		}
		r := to("deployers", catalog.Conversion{Kind: sallyport.KindEntitlement, App: "ship"})
		if r.Slug != "ship.deployers" || r.App == nil || r.App.Slug != "ship" {
			t.Errorf("it is %+v", r)
		}
		var endless int
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, `SELECT count(*) FROM grants WHERE tenant_id=$1 AND resource_id=$2 AND relation='member' AND no_end AND ended_at IS NULL`, []any{w.tenant, r.ID}, &endless)
		})
		if endless != 0 {
			t.Error("the app's tag does not hold for what has come into it")
		}
		w.have("as an entitlement", "ship.deployers", "a")
		to("ship.deployers", catalog.Conversion{Kind: sallyport.KindRole})
		w.have("as a role", "deployers", "a")
		if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "role:deployers", Resource: "ship", Duration: ptr(sallyport.Day), Reason: "work"}); err != nil {
			t.Fatal(err)
		}
		_, err := w.s.Convert(t.Context(), w.admin, "deployers", catalog.Conversion{Kind: sallyport.KindGroup}, 0)
		refused(t, "a role that gives something", err, sallyport.EPrecondition)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			ids, err := tx.HeldGrants(ctx, w.tenant, sallyport.SubjectRole, group.ID)
			if err != nil {
				return err
			}
			return w.s.Access.EndGrantTx(ctx, tx, w.admin, ids[0], "over")
		})
		to("deployers", catalog.Conversion{Kind: sallyport.KindGroup})
		w.have("as a group again", "deployers", "a")
		if got := w.resource("deployers"); len(got.Owners) != 1 || got.Owners[0].Login != "b" {
			t.Errorf("its owners are %v", got.Owners)
		}
		if n := w.events("resource.converted"); n != 3 {
			t.Errorf("%d events", n)
		}
		_, err = w.s.Convert(t.Context(), w.admin, "deployers", catalog.Conversion{Kind: sallyport.KindGroup}, 0)
		refused(t, "what it is already", err, sallyport.EPrecondition)
		_, err = w.s.Convert(t.Context(), w.admin, "deployers", catalog.Conversion{Kind: sallyport.KindEntitlement}, 0)
		refused(t, "an entitlement without an app", err, sallyport.EInvalid)
		_, err = w.s.Convert(t.Context(), w.admin, "ship", catalog.Conversion{Kind: sallyport.KindGroup}, 0)
		refused(t, "an app", err, sallyport.EPrecondition)
		_, err = w.s.Convert(t.Context(), w.actor("b"), "deployers", catalog.Conversion{Kind: sallyport.KindRole}, 0)
		refused(t, "its owner", err, sallyport.EForbidden)
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki", Audience: "deployers"})
		_, err = w.s.Convert(t.Context(), w.admin, "deployers", catalog.Conversion{Kind: sallyport.KindRole}, 0)
		refused(t, "a group that is an audience", err, sallyport.EPrecondition)
	})
}

func ptr[T any](v T) *T { return &v }

// TestOrphans: what nobody owns, whose owner left, and whose only owner is its only member; with who could own it.
func TestOrphans(t *testing.T) {
	each(t, func(w *world) {
		w.people("boss", "a", "b", "c")
		w.update(func(ctx context.Context, tx *store.Tx) error {
			a, err := tx.User(ctx, w.tenant, "a")
			if err != nil {
				return err
			}
			boss, err := tx.User(ctx, w.tenant, "boss")
			if err != nil {
				return err
			}
			ref := boss.Ref()
			a.Manager = &ref
			return tx.UpdateUser(ctx, w.tenant, &a)
		})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Nobodys"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Left", Owners: []string{"a"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Kept", Owners: []string{"b"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "kept", Name: "Part"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Alone", Owners: []string{"c"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Keepers"})
		w.give("b", "keepers")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "By role"})
		if _, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "role:keepers", Resource: "by-role", Relation: sallyport.Owner, NoEnd: true, Reason: "they keep it"}); err != nil {
			t.Fatal(err)
		}
		w.give("c", "alone")
		w.update(func(ctx context.Context, tx *store.Tx) error {
			ids, err := tx.HeldGrants(ctx, w.tenant, sallyport.SubjectUser, w0(ctx, tx, w, "a"))
			if err != nil {
				return err
			}
			return w.s.Access.EndGrantTx(ctx, tx, w.admin, ids[0], "left the company")
		})
		var got map[string]sallyport.Orphan
		w.update(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Orphans(ctx, w.tenant, access.Everything, store.Page{Total: true})
			got = map[string]sallyport.Orphan{}
			for _, o := range l.Items {
				got[o.Resource.Slug] = o
			}
			if err == nil && *l.Total != len(l.Items) {
				t.Errorf("%d in all, %d listed", *l.Total, len(l.Items))
			}
			return err
		})
		if len(got) != 4 || got["nobodys"].Why != sallyport.OrphanNobody || got["keepers"].Why != sallyport.OrphanNobody || got["alone"].Why != sallyport.OrphanOnlyMember {
			t.Fatalf("the orphans are %+v", got)
		}
		left := got["left"]
		if left.Why != sallyport.OrphanNobody || left.Owner == nil || left.Owner.Login != "a" || left.OwnedUntil == nil || left.EndedReason != "left the company" ||
			left.Suggested == nil || left.Suggested.Login != "boss" {
			t.Errorf("what a owned is %+v", left)
		}
	})
}

func w0(ctx context.Context, tx *store.Tx, w *world, login string) string {
	u, err := tx.User(ctx, w.tenant, login)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.ID
}
