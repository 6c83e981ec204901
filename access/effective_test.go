package access_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// TestLimitsOfWhatTheDirectoryFeeds: a tag on the app binds whoever is made an owner of a mirrored part, and says that it
// binds none of its members, since those are followed.
func TestLimitsOfWhatTheDirectoryFeeds(t *testing.T) {
	each(t, func(w *world) {
		app := w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "suite", Name: "Suite"}).Ref()
		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "ops", Name: "Ops"})
		part := w.resource(sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "suite.crew", Name: "Crew", App: &app})
		w.tagged("suite", "Short", sallyport.Constraints{sallyport.MemberTimeLimit: *days(3), sallyport.OwnerTimeLimit: *days(10)})
		words := func() map[sallyport.Relation]string {
			out := map[sallyport.Relation]string{}
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				_, list, err := w.s.LimitsTx(ctx, tx, w.tenant, part, access.Viewer(w.as("ada")))
				for _, l := range list {
					out[l.Relation] = l.Words
				}
				return err
			})
			return out
		}
		before := words()
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE resources SET managed=FALSE WHERE tenant_id=$1 AND id=$2`, w.tenant, part.ID)
			return err
		})
		part.Managed = false
		after := words()
		if after[sallyport.Owner] != before[sallyport.Owner] || after[sallyport.Member] != before[sallyport.Member]+"; it limits nothing here, since the directory decides who is a member" {
			w.Errorf("%q, and was %q", after, before)
		}
		give := sallyport.Give{Subject: "ada", Resource: "suite.crew", Relation: sallyport.Owner, Duration: days(11), Reason: "their work"}
		_, err := w.s.Give(w.ctx, w.as("root"), give)
		w.refused(err, sallyport.EPrecondition, "at most 10 days", "the tag Short")
		for _, subject := range []string{"ada", "role:ops"} {
			give = sallyport.Give{Subject: subject, Resource: "suite.crew", Relation: sallyport.Member, Duration: days(1), Reason: "their work"}
			if _, err := w.s.Give(w.ctx, w.as("root"), give); err == nil {
				w.Errorf("%s was made a member of what the directory feeds", subject)
			}
		}
	})
}

// TestLimitsOfARoleAreShown: whoever asks for a role sees before what everything that it gives demands, and where that comes
// from; of what is hidden from them no more than that there is something.
func TestLimitsOfARoleAreShown(t *testing.T) {
	each(t, func(w *world) {
		role := w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "dev", Name: "Dev"})
		audience := w.res["security"].Ref()
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vault", Name: "Vault", Audience: &audience})
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "door", Name: "Door"})
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "gate", Name: "Gate"})
		for slug, rel := range map[string]sallyport.Relation{"wiki": sallyport.Member, "vault": sallyport.Member, "door": sallyport.Owner, "gate": sallyport.Member} {
			if _, err := w.s.Give(w.ctx, w.as("root"), sallyport.Give{Subject: "role:dev", Resource: slug, Relation: rel, Duration: days(2), Reason: "their work"}); err != nil {
				w.Fatal(err)
			}
		}
		limits := func(who string) (sallyport.Constraints, map[string]sallyport.Limit) {
			w.Helper()
			var c sallyport.Constraints
			var list []sallyport.Limit
			w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
				c, list, err = w.s.LimitsTx(ctx, tx, w.tenant, role, access.Viewer(w.as(who)))
				return err
			})
			p, err := w.s.Preview(w.ctx, w.as(who), sallyport.Ask{Resource: "dev", Duration: days(1), Reason: "to work"})
			if err != nil || len(p.Limits) != len(list) {
				w.Errorf("the preview has %+v, not %+v: %v", p.Limits, list, err)
			}
			out := map[string]sallyport.Limit{}
			for _, l := range p.Limits {
				out[l.Key] = l
			}
			return c, out
		}
		// What bears no time limit to roles limits no membership; a reason is needed all the same.
		w.tagged("wiki", "Careful", sallyport.Constraints{sallyport.MemberTimeLimit: *days(3), sallyport.RequireMemberReason: true})
		c, l := limits("ada")
		if len(c) != 1 || len(l) != 1 || !l[sallyport.RequireMemberReason].NeedsReason || l[sallyport.RequireMemberReason].From != "the tag Careful on Wiki, since the role gives Wiki" {
			w.Errorf("a reason: %v %+v", c, l)
		}
		w.tagged("door", "Keys", sallyport.Constraints{sallyport.OwnerTimeLimit: *days(20), sallyport.RequireOwnerReason: true, sallyport.PropagateToRoles: true})
		c, l = limits("ada")
		if limit, _ := c.Limit(sallyport.Member); limit != *days(20) || l[sallyport.MemberTimeLimit].From != "the tag Keys on Door, since the role gives Door" ||
			l[sallyport.MemberTimeLimit].Relation != sallyport.Member || !strings.HasSuffix(l[sallyport.RequireMemberReason].From, "1 more like it") {
			w.Errorf("of what it owns: %v %+v", c, l)
		}
		w.tagged("vault", "Treasure", sallyport.Constraints{sallyport.MemberTimeLimit: *days(7), sallyport.PropagateToRoles: true})
		for who, from := range map[string]string{"ada": "something that the role gives", "sam": "the tag Treasure on Vault, since the role gives Vault"} {
			if c, l = limits(who); *l[sallyport.MemberTimeLimit].Longest != *days(7) || l[sallyport.MemberTimeLimit].From != from {
				w.Errorf("%s sees %v %+v", who, c, l)
			}
		}
		// The refusal names the tag that is strictest, and not the first.
		w.tagged("gate", "A week", sallyport.Constraints{sallyport.MemberTimeLimit: *days(7)})
		w.tagged("gate", "Zero", sallyport.Constraints{sallyport.MemberTimeLimit: *days(1), sallyport.PropagateToRoles: true})
		_, err := w.s.Ask(w.ctx, w.as("ada"), sallyport.Ask{Resource: "dev", Duration: days(5), Reason: "to work"})
		w.refused(err, sallyport.EPrecondition, "at most 1 day", "the tag Zero on Gate")
		if _, l = limits("ada"); l[sallyport.MemberTimeLimit].From != "the tag Zero on Gate, since the role gives Gate" {
			w.Errorf("the strictest: %+v", l)
		}
		if p, err := w.s.Preview(w.ctx, w.as("ada"), sallyport.Ask{Resource: "dev", Duration: days(5), Reason: "to work"}); err != nil ||
			!slices.ContainsFunc(p.Problems, func(f sallyport.Fault) bool { return strings.Contains(f.Message, "at most 1 day") }) {
			w.Errorf("what the limits say is what is refused: %+v %v", p.Problems, err)
		}
	})
}
