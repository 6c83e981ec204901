package discordaccess

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// planLimits reads what the tags that are here demand, and what the roles that are here give.
func (p *planner) planLimits(ctx context.Context, tx *store.Tx) error {
	for k, id := range p.ids {
		if (k.table == tableUser || k.table == tableGroup || k.table == tableApp) && p.has(k.table, k.id) {
			p.rowOf[id] = k
		}
	}
	var roles []string
	for id, r := range p.known {
		if r.Kind == sallyport.KindRole {
			roles = append(roles, id)
		}
	}
	sources, err := tx.LimitSources(ctx, p.tenant, access.Everything, slices.Collect(maps.Keys(p.known)))
	if err != nil {
		return err
	}
	for id, list := range sources {
		for _, s := range list {
			p.limited[id] = p.limited[id].Combine(s.Constraints)
		}
	}
	p.gives, err = tx.RolesGive(ctx, p.tenant, roles)
	return err
}

// demandsOf is what tags demand of what is held of a thing once this is brought: those that are on it and on its app here, and
// those that the run puts there. A thing that is here is found by its id alone.
func (p *planner) demandsOf(k rowKey, id string) []store.Cut {
	if id == "" {
		id = p.ids[k]
	} else if k == (rowKey{}) {
		k = p.rowOf[id]
	}
	var app rowKey
	if r, ok := p.known[id]; !ok {
		if in, ok := p.inApp[k.id]; ok && k.table == tableGroup {
			app = rowKey{tableApp, in.App}
		}
	} else if r.App != nil {
		app = p.rowOf[r.App.ID]
	}
	c := p.limits[k].Combine(p.limited[id]).Combine(p.limits[app]).Combine(p.limited[p.ids[app]])
	return access.CutsOf(c, p.known[id])
}

// cut finds the ends that tags demand: what lives may not be longer than a limit from now.
func (p *planner) cut() {
	byRole := map[rowKey][]store.Cut{} // what reaches a role's own members
	reach := func(role rowKey, held sallyport.Relation, cuts []store.Cut) {
		for _, c := range cuts {
			if c.Roles && c.Relation == held {
				byRole[role] = append(byRole[role], c)
			}
		}
	}
	for _, g := range p.spans {
		if !g.past && !g.doneBefore && g.subject == sallyport.SubjectRole { // what lives here already is in gives
			reach(g.who, g.relation, p.demandsOf(g.on, g.onID))
		}
	}
	for k, id := range p.ids {
		for _, h := range p.gives[id] {
			reach(k, h.Relation, p.demandsOf(rowKey{}, h.ResourceID))
		}
	}
	for _, g := range p.spans {
		if g.past || g.doneBefore && g.sooner == nil || g.origin == sallyport.OriginImport && !p.known[g.onID].Managed {
			continue
		}
		for _, c := range p.demandsOf(g.on, g.onID) {
			if !c.Roles && c.Relation == g.relation {
				g.atMost(p, c)
			}
		}
		if g.relation == sallyport.Member && g.subject == sallyport.SubjectUser {
			for _, c := range byRole[g.on] {
				g.atMost(p, c)
			}
		}
	}
}

func (g *grantPlan) atMost(p *planner, c store.Cut) {
	end := g.end
	if g.limited != nil {
		end = g.limited
	}
	most := p.now.Add(c.Limit.Std())
	if end == nil || !c.Endless && end.After(most) {
		g.limited = &most
	}
}

// tooLong finds what of the things that were brought is longer than the tags that are on them here allow. That is so only
// where a run stopped between putting a tag on, or giving something to a role, and shortening what was there.
func (p *planner) tooLong(ctx context.Context, tx *store.Tx) error {
	cuts, byRole, long := map[string][]store.Cut{}, map[string][]store.Cut{}, map[string]bool{}
	for _, id := range p.ids {
		if r, ok := p.known[id]; ok && cuts[id] == nil {
			cuts[id] = access.CutsOf(p.limited[id], r)
		}
	}
	for _, g := range p.here {
		for _, c := range cuts[g.ResourceID] {
			if c.Roles && !g.Ended && g.Subject == sallyport.SubjectRole && g.Relation == c.Relation {
				byRole[g.SubjectID] = append(byRole[g.SubjectID], c)
			}
		}
	}
	for id, g := range p.here {
		for _, c := range cuts[g.ResourceID] {
			if !c.Roles && c.Relation == g.Relation && p.isOver(id, g, c) {
				long[c.ResourceID] = true
			}
		}
		for _, c := range byRole[g.ResourceID] {
			if g.Relation == sallyport.Member && g.Subject == sallyport.SubjectUser && p.isOver(id, g, c) {
				long[c.ResourceID] = true
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(long)) {
		n := 0
		for _, c := range cuts[id] {
			longer, _, err := tx.CountLonger(ctx, p.tenant, c) // what is approved and not yet real has no end here, and its length may fit
			if err != nil {
				return err
			}
			n += longer
		}
		if n > 0 {
			p.long = append(p.long, id)
			p.warn("%d grants that %s limits are longer than its tags allow, since a run stopped before it shortened them; this one does", n, p.known[id].Name)
		}
	}
	return nil
}

// limit cuts what lives here longer than tags allow once this is brought: by a tag that is new on it, or because a role gives
// what limits its members. It says how many those are.
func (r *run) limit(ctx context.Context, rep *Report) error {
	touched := map[string]bool{}
	for _, t := range r.p.touched() {
		touched[r.p.ids[t.on]] = true
	}
	for _, id := range r.p.long {
		touched[id] = true
	}
	delete(touched, "")
	n := 0
	for some := range slices.Chunk(slices.Sorted(maps.Keys(touched)), 100) {
		err := r.im.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			cuts := access.Cuts{Accept: true}
			for _, id := range some {
				thing, err := tx.BareResource(ctx, r.tenant(), id, access.Everything)
				if err != nil {
					return err
				}
				if err := r.im.Access.CutToTagsTx(ctx, tx, r.actor, &cuts, "", "the import "+r.p.o.Source, thing); err != nil {
					return err
				}
			}
			n += cuts.Count()
			return nil
		})
		if err != nil {
			return err
		}
	}
	if n > 0 {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("%d grants that were here end sooner than they did: tags that this put on, or that are on what roles got by it, allow less", n))
	}
	return nil
}
