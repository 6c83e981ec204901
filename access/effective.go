package access

import (
	"context"
	"fmt"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// LimitsTx is what holds for who asks for a resource, together and each with where it comes from: what the tags on it and on
// its app demand and, of the members of a role, the strictest of what those on everything that it gives do. What the viewer
// may not see is not named. Of what the directory feeds, what is demanded of members is said to limit nothing.
func (s *Service) LimitsTx(ctx context.Context, tx *store.Tx, tenant string, res sallyport.Resource, v store.Viewer) (sallyport.Constraints, []sallyport.Limit, error) {
	c, list, err := tx.EffectiveLimits(ctx, tenant, res)
	if !res.Managed {
		followed(list)
	}
	if err != nil || res.Kind != sallyport.KindRole {
		return c, list, err
	}
	given, err := tx.RoleLimits(ctx, tenant, res.ID, v)
	if err != nil {
		return c, list, err
	}
	var through sallyport.Constraints
	for _, l := range given {
		for _, d := range l.Constraints.Through(l.Relation).Demands() {
			through = through.Combine(sallyport.Constraints{d.OfMembers().Key: l.Constraints[d.Key]})
		}
	}
	for _, d := range through.Demands() {
		list = append(list, store.Describe(sallyport.Constraints{d.Key: through[d.Key]}, throughRole(given, d))...)
	}
	return c.Combine(through), list, nil
}

// followed says of each limit on members that it binds nobody: of what the directory feeds they are followed as they are.
// Owners are made here, so theirs hold.
func followed(list []sallyport.Limit) {
	for i := range list {
		if list[i].Relation == sallyport.Member {
			list[i].Words += "; it limits nothing here, since the directory decides who is a member"
		}
	}
}

// throughRole says where a demand on the members of a role comes from, of what the role gives.
func throughRole(given []store.Limits, d sallyport.Demand) string {
	from, name, more, last := "", "", 0, ""
	for _, l := range given {
		if l.Hidden || l.Resource.ID == last {
			continue
		}
		for _, g := range l.Constraints.Through(l.Relation).Demands() {
			if g.OfMembers().Key != d.Key || g.Value != d.Value {
				continue
			}
			if last = l.Resource.ID; from == "" {
				from, name = l.From(g.Key), l.Resource.Name
			} else {
				more++
			}
		}
	}
	switch {
	case from == "":
		return "something that the role gives"
	case more > 0:
		return fmt.Sprintf("%s, since the role gives %s and %d more like it", from, name, more)
	}
	return from + ", since the role gives " + name
}
