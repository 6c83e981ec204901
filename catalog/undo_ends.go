package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// asCut reports whether a grant still ends when the cut let it end.
func asCut(g sallyport.Grant, is sallyport.Span) bool {
	end := is.EndsAt
	if is.Duration != nil {
		if g.NoEnd || g.Duration == nil || *g.Duration != *is.Duration {
			return false
		}
		if g.ActivatedAt == nil {
			return true
		}
		at := g.ActivatedAt.Add(is.Duration.Std())
		end = &at
	}
	return !g.NoEnd && end != nil && g.EndsAt != nil && g.EndsAt.Equal(*end)
}

// endOf is until when a grant is, of what is not real yet if it were now.
func endOf(g sallyport.Grant, now time.Time) time.Time {
	if g.EndsAt == nil && g.Duration != nil {
		if g.StartsAt.After(now) {
			now = g.StartsAt
		}
		return now.Add(g.Duration.Std())
	}
	return *g.EndsAt
}

// former is a grant with the end that it had before it was cut; what has become real since ends as long after that.
func former(g sallyport.Grant, was sallyport.Span) sallyport.Grant {
	g.NoEnd, g.EndsAt, g.Duration = was.NoEnd, was.EndsAt, was.Duration
	if was.Duration != nil && g.ActivatedAt != nil {
		at := g.ActivatedAt.Add(was.Duration.Std())
		g.EndsAt = &at
	}
	return g
}

// ends gives their former ends back to the grants that the reorganization cut, or what they go on in, as far as limits allow
// now. It comes last, when what the role was given is gone from it. Where the end was changed since, it stays. Only a merge
// cuts what was there before, and that admins alone undo.
func (u *undoing) ends(ctx context.Context) error {
	other := setOf(slices.Concat(u.c.Undo.Made, u.c.Undo.Ended))
	var cuts []sallyport.CutGrant
	var ids []string
	for _, c := range u.c.Undo.Cut {
		if !other[c.ID] {
			cuts, ids = append(cuts, c), append(ids, u.chain.last(c.ID))
		}
	}
	grants, err := u.tx.GrantsByID(ctx, u.actor.Tenant, access.Everything, ids)
	if err != nil {
		return err
	}
	if err := u.people(ctx, slices.Collect(maps.Values(grants))); err != nil {
		return err
	}
	for i, c := range cuts {
		if g, ok := grants[ids[i]]; ok {
			if err := u.lengthen(ctx, g, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *undoing) lengthen(ctx context.Context, g sallyport.Grant, c sallyport.CutGrant) error {
	had, now := former(g, c.Was), u.tx.Now()
	over := !g.NoEnd && g.EndsAt != nil && !g.EndsAt.After(now)
	taken := g.EndedAt != nil && (g.EndsAt == nil || g.EndedAt.Before(*g.EndsAt))
	switch {
	case g.NoEnd, taken, !had.NoEnd && !endOf(had, now).After(endOf(g, now)):
		return nil // it is as long again, or somebody ended it
	case over, !asCut(g, c.Is):
		u.stays = append(u.stays, g.Subject.Name)
		return nil
	}
	r, err := u.thing(ctx, g.Resource.ID)
	if err != nil {
		return err
	}
	n := u.like(had, r)
	fitted, err := u.Access.FitTx(ctx, u.tx, u.actor.Tenant, &n)
	if err != nil {
		return err
	}
	if !n.NoEnd && !endOf(sallyport.Grant{StartsAt: g.StartsAt, EndsAt: n.Until, Duration: n.Duration}, now).After(endOf(g, now)) {
		u.stays = append(u.stays, g.Subject.Name)
		return nil
	}
	if fitted {
		u.shorter++
	}
	_, err = u.Access.AddGrantTx(ctx, u.tx, u.actor, n)
	return err
}

// like is a grant to be made for the same reason, in whose place it comes.
func (u *undoing) like(g sallyport.Grant, r sallyport.Resource) access.NewGrant {
	n := likewise(g, g.Subject, r)
	n.Origin, n.ReasonKind, n.Reason, n.RequestID, n.Follows, n.Accept, n.Known = g.Origin, g.ReasonKind, g.Reason, g.RequestID, g.ID, true, &u.known
	if strings.TrimSpace(n.Reason) == "" {
		n.Reason = u.cause
	}
	return n
}

// staying names for whom the end stays that the reorganization brought forward.
func staying(names []string) string {
	more := ""
	slices.Sort(names)
	if len(names) > 5 {
		names, more = names[:5], fmt.Sprintf(" and %d more", len(names)-5)
	}
	return "The earlier end stays for " + strings.Join(names, ", ") + more +
		", since it has passed, was changed meanwhile, or limits demand it now. Extend it, or give it anew, if it is still needed."
}

// chain is what grants were extended to, replaced by, or brought back as: by the id of the one before.
type chain map[string][]store.Given

// living is the last of a chain that still lives.
func (c chain) living(r store.Given) (store.Given, bool) {
	if r.Lives {
		return r, true
	}
	for _, n := range c[r.ID] {
		if l, ok := c.living(n); ok {
			return l, true
		}
	}
	return r, false
}

// last is the id of what a grant goes on in, its own where that is nothing else.
func (c chain) last(id string) string {
	l, _ := c.living(store.Given{ID: id})
	return l.ID
}
