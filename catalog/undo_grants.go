package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// undoing is an undo on its way.
type undoing struct {
	*Service
	tx         *store.Tx
	actor      sallyport.Actor
	c          sallyport.Reorganized
	cause      string
	made, over []sallyport.Grant // that the reorganization made, and ended
	places     map[sallyport.Key]stead
	chain      chain
	leavers    map[string]bool // since the reorganization
	known      access.Known
	things     map[string]sallyport.Resource
	in         map[string]map[held]sallyport.Grant // that there are on roles
	back       []access.NewGrant                   // memberships of one role that are still to be made again

	ended, left, shorter int      // what did not come back, by why, and what did with an earlier end
	stays                []string // whose end stays as the reorganization cut it
}

// read reads what the reorganization made and ended, and what became of it since.
func (u *undoing) read(ctx context.Context) error {
	grants, err := u.tx.GrantsByID(ctx, u.actor.Tenant, access.Everything, slices.Concat(u.c.Undo.Made, u.c.Undo.Ended))
	if err != nil {
		return err
	}
	pick := func(ids []string) (out []sallyport.Grant) {
		for _, id := range ids {
			if g, ok := grants[id]; ok {
				out = append(out, g)
			}
		}
		return out
	}
	for _, c := range u.c.Undo.Cut { // what was cut and ended by the same comes back as it was before both
		if g, ok := grants[c.ID]; ok {
			grants[c.ID] = former(g, c.Was)
		}
	}
	u.made, u.over = pick(u.c.Undo.Made), pick(u.c.Undo.Ended)
	if len(u.over)+len(u.c.Undo.Cut) == 0 {
		return nil
	}
	rows, err := u.tx.GivenSince(ctx, u.actor.Tenant, u.c.Role.ID, u.c.At)
	if err != nil {
		return err
	}
	u.chain = chain{}
	for _, r := range rows {
		if r.Previous != "" {
			u.chain[r.Previous] = append(u.chain[r.Previous], r)
		}
	}
	u.places = placesOf(u.c, rows, u.chain)
	u.leavers, err = u.tx.LeftSince(ctx, u.actor.Tenant, u.c.At)
	return err
}

// grants ends what was made and makes what was ended again. Of two grants of one key the later ends first; else what was
// ended comes first, so that nobody is without it in between. What was cut has its former end again
// last.
func (u *undoing) grants(ctx context.Context) error {
	again := map[held]bool{}
	for _, g := range u.over {
		again[held{keyOf(g), g.Origin}] = true
	}
	end := func(first bool) error {
		var ids []string
		for _, g := range u.made {
			if g.EndedAt == nil && again[held{keyOf(g), g.Origin}] == first {
				ids = append(ids, g.ID)
			}
		}
		u.known.Forget()
		return u.Access.EndGrantsTx(ctx, u.tx, u.actor, ids, u.cause)
	}
	if err := u.people(ctx, u.over); err != nil {
		return err
	}
	if err := end(true); err != nil {
		return err
	}
	for _, g := range u.over {
		if err := u.again(ctx, g); err != nil {
			return err
		}
	}
	if err := u.members(ctx); err != nil {
		return err
	}
	if err := end(false); err != nil {
		return err
	}
	return u.ends(ctx)
}

func keyOf(g sallyport.Grant) sallyport.Key {
	return sallyport.Key{Subject: g.Subject.Kind, SubjectID: g.Subject.ID, ResourceID: g.Resource.ID, Relation: g.Relation, Parameters: string(g.Parameters)}
}

// again gives what was ended until its own end, or until what limits allow now. What would be over by now, or is there once
// more, stays as it is; what was taken from somebody since by another way does not come back by this one.
func (u *undoing) again(ctx context.Context, g sallyport.Grant) error {
	if !g.NoEnd && g.EndsAt != nil && !g.EndsAt.After(u.tx.Now()) {
		return nil
	}
	member := g.Resource.Kind == sallyport.KindRole && g.Relation == sallyport.Member && g.Subject.Kind == sallyport.SubjectUser && g.Origin != sallyport.OriginImport
	if n := len(u.back); n > 0 && (!member || u.back[0].Resource.ID != g.Resource.ID) {
		if err := u.members(ctx); err != nil {
			return err
		}
	}
	if there, err := u.there(ctx, g, member); err != nil || there {
		return err
	}
	r, err := u.thing(ctx, g.Resource.ID)
	if err != nil {
		return err
	}
	gone := r.DeletedAt != nil
	if g.Subject.Kind == sallyport.SubjectRole && !gone {
		role, err := u.thing(ctx, g.Subject.ID)
		if err != nil {
			return err
		}
		gone = role.DeletedAt != nil
	}
	if g.Subject.Kind == sallyport.SubjectUser {
		who, err := u.known.PersonTx(ctx, u.tx, u.actor.Tenant, g.Subject.ID)
		if err != nil {
			return err
		}
		if who.State != sallyport.UserActive || u.leavers[who.ID] {
			u.left++
			return nil
		}
	}
	n := u.like(g, r)
	goesOn, shorter := u.within(g, &n)
	if gone || !goesOn {
		u.ended++
		return nil
	}
	fitted, err := u.Access.FitTx(ctx, u.tx, u.actor.Tenant, &n)
	if err != nil {
		return err
	}
	if shorter || fitted {
		u.shorter++
	}
	if member {
		u.back = append(u.back, n)
		u.in[r.ID][held{keyOf(g), g.Origin}] = g
		return nil
	}
	_, err = u.Access.AddGrantTx(ctx, u.tx, u.actor, n)
	return err
}

// there reports whether the grant of somebody is there, by whatever way. What the former members of a role have of it is read at once.
func (u *undoing) there(ctx context.Context, g sallyport.Grant, member bool) (ok bool, err error) {
	if !member {
		_, ok, err = u.tx.LivingGrant(ctx, u.actor.Tenant, keyOf(g), g.Origin)
		return ok, err
	}
	in, known := u.in[g.Resource.ID]
	if !known {
		var people []string
		for _, o := range u.over {
			if o.Resource.ID == g.Resource.ID && o.Subject.Kind == sallyport.SubjectUser {
				people = append(people, o.Subject.ID)
			}
		}
		if in, err = unended(ctx, u.tx, u.actor.Tenant, g.Resource.ID, people); err != nil {
			return false, err
		}
		u.in[g.Resource.ID] = in
	}
	_, ok = in[held{keyOf(g), g.Origin}]
	return ok, nil
}

// members makes those members again who are to be.
func (u *undoing) members(ctx context.Context) error {
	some := u.back
	u.back = nil
	_, err := u.Access.AddMembersTx(ctx, u.tx, u.actor, some)
	return err
}

// people reads whom grants are of, all at once.
func (u *undoing) people(ctx context.Context, list []sallyport.Grant) error {
	var ids []string
	for _, g := range list {
		if g.Subject.Kind == sallyport.SubjectUser {
			ids = append(ids, g.Subject.ID)
		}
	}
	return u.known.PeopleTx(ctx, u.tx, u.actor.Tenant, ids)
}

// thing reads a resource once.
func (u *undoing) thing(ctx context.Context, id string) (sallyport.Resource, error) {
	r, ok := u.things[id]
	if ok {
		return r, nil
	}
	r, err := u.tx.BareResource(ctx, u.actor.Tenant, id, access.Everything)
	if err == nil {
		u.things[id] = r
	}
	return r, err
}

// notes says in words what did not come back as it was.
func (u *undoing) notes() (out []string) {
	add := func(n int, one, more string) {
		switch {
		case n == 1:
			out = append(out, one)
		case n > 1:
			out = append(out, fmt.Sprintf(more, n))
		}
	}
	add(u.ended, "One grant did not come back, since it, or what had taken its place, was ended meanwhile. Give it anew if it is still needed.",
		"%d grants did not come back, since they, or what had taken their place, were ended meanwhile. Give them anew if they are still needed.")
	add(u.left, "One grant did not come back, since the person has left meanwhile. Whoever is back asks anew.",
		"%d grants did not come back, since the people have left meanwhile. Whoever is back asks anew.")
	add(u.shorter, "One grant came back with an earlier end, since limits or somebody brought it forward meanwhile.",
		"%d grants came back with earlier ends, since limits or somebody brought them forward meanwhile.")
	if len(u.stays) > 0 {
		out = append(out, staying(u.stays))
	}
	return out
}
