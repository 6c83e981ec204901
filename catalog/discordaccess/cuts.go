package discordaccess

import (
	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// touch is a thing of which tags may allow less than before, and the row by which.
type touch struct{ on, row rowKey }

// touched lists what gets a tag, or comes to a role, by this run: each thing once.
func (p *Plan) touched() (out []touch) {
	seen := map[rowKey]bool{{}: true}
	add := func(t touch) {
		if !seen[t.on] {
			seen[t.on] = true
			out = append(out, t)
		}
	}
	for _, m := range p.marks {
		add(touch{m.onK, m.row})
	}
	for _, g := range p.grants {
		if !g.past && g.subject == sallyport.SubjectRole {
			add(touch{g.on, g.row})
		}
	}
	return out
}

// cutHere finds what is here and becomes shorter, since tags come to it, or roles come to give what tags limit.
func (p *planner) cutHere() {
	on := map[string][]string{} // what is held of a thing
	for id, g := range p.here {
		if !g.Ended && !p.over(id) {
			on[g.ResourceID] = append(on[g.ResourceID], id)
		}
	}
	parts := map[string][]string{}
	for id, r := range p.known {
		if r.App != nil {
			parts[r.App.ID] = append(parts[r.App.ID], id)
		}
	}
	given := map[rowKey][]*grantPlan{} // to roles, by this run
	for _, g := range p.grants {
		if !g.past && g.subject == sallyport.SubjectRole {
			given[g.on] = append(given[g.on], g)
		}
	}
	for _, t := range p.touched() {
		id := p.ids[t.on]
		for _, cut := range p.demandsOf(t.on, "") {
			p.cutOf(t, cut, append([]string{id}, parts[id]...), on, given)
		}
		for _, part := range parts[id] {
			if len(p.known[part].Tags) == 0 {
				continue
			}
			for _, cut := range p.demandsOf(rowKey{}, part) { // what is on it and on its app counts together
				p.cutOf(t, cut, []string{part}, on, given)
			}
		}
	}
}

// cutOf counts what a cut of things makes shorter, by the same rule as the cut itself, and says so of the row by which.
func (p *planner) cutOf(t touch, cut store.Cut, things []string, on map[string][]string, given map[rowKey][]*grantPlan) {
	var ids []string
	roles := map[string]bool{}
	for _, thing := range things {
		for _, id := range on[thing] {
			if g := p.here[id]; g.Relation == cut.Relation && !cut.Roles {
				ids = append(ids, id)
			} else if g.Relation == cut.Relation && g.Subject == sallyport.SubjectRole {
				roles[g.SubjectID] = true
			}
		}
	}
	for _, g := range given[t.on] {
		if cut.Roles && g.relation == cut.Relation {
			roles[p.ids[g.who]] = true
		}
	}
	of := "of what is here"
	if cut.Roles {
		of = "of memberships of roles that give it"
		for role := range roles {
			for _, id := range on[role] {
				if g := p.here[id]; g.Relation == sallyport.Member && g.Subject == sallyport.SubjectUser {
					ids = append(ids, id)
				}
			}
		}
	}
	n := 0
	for _, id := range ids {
		if p.isOver(id, p.here[id], cut) {
			n++
		}
	}
	if n > 0 {
		p.l.set(t.row.table, t.row.id, p.l.fate(t.row.table, t.row.id), "it brings the end of %d %s forward, to %s from now", n, of, cut.Limit.Words())
	}
}

// isOver reports whether a grant that is here is longer than a cut allows, and notes that it ends sooner by this run.
func (p *planner) isOver(id string, g store.KnownGrant, c store.Cut) bool {
	most := p.now.Add(c.Limit.Std())
	if g.Starts.After(p.now) {
		most = g.Starts.Add(c.Limit.Std())
	}
	t, ends := p.ending[id]
	if g.Ended || g.Origin == sallyport.OriginImport && !p.known[g.ResourceID].Managed || ends && !t.After(most) || g.Stops != nil && (c.Endless || !g.Stops.After(most)) {
		return false
	}
	p.ending[id] = most
	return true
}
