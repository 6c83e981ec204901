package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

func TestOrphans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		boss, ada, bob, gone := w.user("boss"), w.user("ada"), w.user("bob"), w.user("gone")
		w.exec("UPDATE users SET manager_id=$1 WHERE id IN ($2, $3)", boss.ID, ada.ID, gone.ID)
		w.exec("UPDATE users SET state='gone' WHERE id=$1", gone.ID)
		thing := func(kind sallyport.Kind, slug string, app *sallyport.Resource) sallyport.Resource {
			r := sallyport.Resource{Kind: kind, Slug: slug, Name: slug, Managed: true}
			if app != nil {
				ref := app.Ref()
				r.App, r.Slug = &ref, app.Slug+"."+slug
			}
			w.update(func(ctx context.Context, tx *store.Tx) error { return tx.InsertResource(ctx, w.tenant, &r, false) })
			return r
		}
		app := func(slug string) sallyport.Resource { return thing(sallyport.KindApp, slug, nil) }
		role := func(slug string, members ...sallyport.User) sallyport.Resource {
			r := thing(sallyport.KindRole, slug, nil)
			w.hold(boss, r, sallyport.Owner)
			for _, m := range members {
				w.hold(m, r, sallyport.Member)
			}
			return r
		}
		gives := func(of, r sallyport.Resource, relation sallyport.Relation) {
			w.update(func(ctx context.Context, tx *store.Tx) error {
				now := tx.Now()
				return tx.InsertGrant(ctx, w.tenant, &sallyport.Grant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: of.ID}, Resource: r.Ref(), Relation: relation, Parameters: []byte("{}"),
					Origin: sallyport.OriginGiven, ReasonKind: "direct", StartsAt: now, ActivatedAt: &now, NoEnd: true}, "")
			})
		}
		own, have := sallyport.Owner, sallyport.Member
		alone, both, nobody := role("r-alone", ada), role("r-both", ada, bob), role("r-nobody", gone)

		ownerless := app("a-ownerless") // and what is in it: owned by its only member
		part := thing(sallyport.KindEntitlement, "part", &ownerless)
		w.hold(ada, part, own)
		w.hold(ada, part, have)
		owned := app("b-owned") // by somebody else than who has the part and owns it
		w.hold(bob, owned, own)
		w.hold(ada, owned, have)
		fine := thing(sallyport.KindEntitlement, "fine", &owned)
		w.hold(ada, fine, own)
		w.hold(ada, fine, have)
		same := app("c-same") // by the very person
		w.hold(ada, same, own)
		bad := thing(sallyport.KindEntitlement, "bad", &same)
		w.hold(ada, bad, have)
		shared := thing(sallyport.KindEntitlement, "shared", &same)
		w.hold(ada, shared, have)
		gives(both, shared, have)
		byRole := app("d-by-role") // owned and held by a role of one
		gives(alone, byRole, own)
		gives(alone, byRole, have)
		w.hold(ada, byRole, have) // twice the same person is one
		roleOfTwo := app("e-role-of-two")
		gives(both, roleOfTwo, own)
		w.hold(ada, roleOfTwo, have)
		empty := app("f-empty-role") // the role's only member has left
		gives(nobody, empty, own)
		gives(both, empty, have)
		left := app("g-left")
		was := w.hold(gone, left, own)
		w.exec("UPDATE grants SET ended_at=$1, ended_reason='left the company' WHERE id=$2", store.Micros(time.Now()), was.ID)
		thing(sallyport.KindEntitlement, "inner", &left)
		goneToo := app("h-gone-too") // who has left has nothing
		w.hold(ada, goneToo, own)
		w.hold(ada, goneToo, have)
		w.hold(gone, goneToo, have)

		var got string
		w.view(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Orphans(ctx, w.tenant, store.Viewer{All: true}, store.Page{Total: true})
			for _, o := range l.Items {
				got += fmt.Sprintln(o.Resource.Slug, o.Why, login(o.Owner), o.OwnedUntil != nil, login(o.Suggested), o.Members)
			}
			if l.Total == nil || *l.Total != len(l.Items) {
				t.Errorf("counted %v of %d", l.Total, len(l.Items))
			}
			return err
		})
		want := `a-ownerless nobody - false - 0
c-same.bad only_member ada false boss 1
d-by-role only_member ada false boss 1
f-empty-role nobody - false - 0
g-left nobody gone true boss 0
h-gone-too only_member ada false boss 1
g-left.inner nobody gone true boss 0
a-ownerless.part only_member ada false boss 1
`
		if got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

func login(u *sallyport.UserRef) string {
	if u == nil {
		return "-"
	}
	return u.Login
}
