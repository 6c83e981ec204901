package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
)

// audience finds the group that may find what is asked for. Whoever names it has to see it themselves. Members are in it: nobody asks for others what those could
// not ask for (domain rule 24).
func (p *drafting) audience(n *sallyport.NewThing) {
	ref := strings.TrimSpace(n.AudienceID())
	n.Audience = nil
	if ref == "" {
		return
	}
	g, ok := p.thing("audience", ref, "group")
	switch {
	case !ok:
		return
	case g.Kind != sallyport.KindGroup:
		p.at(&p.refused, "audience", "%s is no group; an audience is a group", g.Slug)
		return
	}
	n.Audience = &g.ID
	for i, id := range n.Members {
		if slices.Contains(n.Owners, id) {
			continue // sees what they own
		}
		in, err := p.tx.Holds(p.ctx, p.actor.Tenant, id, g.ID, sallyport.Member)
		if err != nil {
			p.broke(err)
			return
		}
		if !in {
			u, err := p.tx.User(p.ctx, p.actor.Tenant, id)
			if err != nil {
				p.broke(err)
				return
			}
			p.at(&p.refused, fmt.Sprintf("members[%d]", i), "%s is not in %s, for whom it is meant; leave them out, or choose another audience", u.Name, g.Name)
		}
	}
}
