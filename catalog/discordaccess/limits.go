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

// demandsOf is what tags demand of what is held of a thing: those that the rows put on it and on its app, and those that are
// on them here.
func (p *planner) demandsOf(k rowKey, id string) []store.Cut {
	if id == "" {
		id = p.ids[k]
	}
	c := p.limits[k].Combine(p.limited[id])
	if in, ok := p.inApp[k.id]; ok && k.table == tableGroup {
		app := rowKey{tableApp, in.App}
		c = c.Combine(p.limits[app]).Combine(p.limited[p.ids[app]])
	}
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
		if !g.past && g.subject == sallyport.SubjectRole {
			reach(g.who, g.relation, p.demandsOf(g.on, g.onID))
		}
	}
	for k, id := range p.ids {
		for _, h := range p.gives[id] {
			reach(k, h.Relation, p.demandsOf(rowKey{}, h.ResourceID))
		}
	}
	for _, g := range p.spans {
		if g.past || g.doneBefore || g.origin == sallyport.OriginImport && !p.known[g.onID].Managed {
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

// limit cuts what lives here longer than tags allow once this is brought: by a tag that is new on it, or because a role gives
// what limits its members. It says how many those are.
func (r *run) limit(ctx context.Context, rep *Report) error {
	touched := map[string]bool{}
	for _, m := range r.p.marks {
		touched[r.p.ids[m.onK]] = true
	}
	for _, g := range r.p.grants {
		if !g.past && g.subject == sallyport.SubjectRole {
			touched[r.p.ids[g.on]] = true
		}
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
