package access_test

import (
	"context"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// What grants share about a role is read anew once the role has been given something, or has lost it.
func TestWhatIsKnownOfARole(t *testing.T) {
	each(t, func(w *world) {
		role := w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "pilots", Name: "Pilots", Managed: true})
		plane := w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "plane", Name: "Plane", Managed: true, Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual}})
		w.tagged("plane", "Short", sallyport.Constraints{sallyport.MemberTimeLimit: *days(5), sallyport.PropagateToRoles: true})
		people := []sallyport.User{w.user("pim", ""), w.user("pam", ""), w.user("pom", "")}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			system := sallyport.System(w.tenant)
			known := &access.Known{}
			// join adds a person as the limits allow, and tells whether they shortened it and it reached the plane.
			join := func(u sallyport.User) (fitted, reached bool) {
				n := access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: role, Relation: sallyport.Member, ReasonKind: "direct", Reason: "r", NoEnd: true, Known: known}
				fitted, err := w.s.FitTx(ctx, tx, w.tenant, &n)
				if err == nil {
					_, err = w.s.AddGrantTx(ctx, tx, system, n)
				}
				if err != nil {
					t.Fatal(err)
				}
				_, reached, err = tx.Provision(ctx, w.tenant, sallyport.Key{Subject: sallyport.SubjectUser, SubjectID: u.ID, ResourceID: plane.ID, Relation: sallyport.Member, Parameters: "{}"})
				if err != nil {
					t.Fatal(err)
				}
				return fitted, reached
			}
			if fitted, reached := join(people[0]); fitted || reached {
				t.Errorf("of a role that gives nothing: fitted %v, reached %v", fitted, reached)
			}
			gift, err := w.s.AddGrantTx(ctx, tx, system, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: role.ID}, Resource: plane, ReasonKind: "direct", Reason: "r",
				Duration: days(5), Known: known})
			if err != nil {
				return err
			}
			if fitted, reached := join(people[1]); !fitted || !reached {
				t.Errorf("once it gives something: fitted %v, reached %v", fitted, reached)
			}
			if err := w.s.EndGrantTx(ctx, tx, system, gift.ID, "over"); err != nil {
				return err
			}
			known.Forget()
			if fitted, reached := join(people[2]); fitted || reached {
				t.Errorf("when it gives nothing again: fitted %v, reached %v", fitted, reached)
			}
			return nil
		})
	})
}
