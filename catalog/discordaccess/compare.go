package discordaccess

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
)

// tolerance is the shortest time that counts as a difference: Access writes a membership and the rows that it derives
// from it in several transactions, one after the other.
const tolerance = time.Minute

// stretch is a time in microseconds, half open.
type stretch struct{ from, to int64 }

const forever = math.MaxInt64

func stretchOf(from time.Time, to *time.Time) stretch {
	s := stretch{from.UnixMicro(), forever}
	if to != nil {
		s.to = to.UnixMicro()
	}
	return s
}

// joined makes the union of stretches, in order.
func joined(list []stretch) []stretch {
	slices.SortFunc(list, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	var out []stretch
	for _, s := range list {
		if s.to <= s.from {
			continue
		}
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// without is what of a lies outside b; both are joined.
func without(a, b []stretch) (out []stretch) {
	for _, s := range a {
		for _, c := range b {
			if c.to <= s.from || c.from >= s.to {
				continue
			}
			if c.from > s.from {
				out = append(out, stretch{s.from, c.from})
			}
			s.from = c.to
		}
		if s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}

type holding struct {
	user     string
	on       rowKey
	relation sallyport.Relation
}

// compare holds what everybody had in Access, direct and derived rows alike, at any time, against what they have here by
// the grants that are here, as the plan leaves them, and those that it brings: directly, and by role as the product of
// membership and what the role holds. Ends that a tag demands of what is brought are told with their rows, and are no
// difference; of what was brought before they are one.
func (p *planner) compare() []Difference {
	there, here := map[holding][]stretch{}, map[holding][]stretch{}
	for _, m := range p.d.Memberships {
		if !p.has(tableUser, m.User) || !p.has(tableGroup, m.Group) || m.Created.IsZero() {
			continue
		}
		s := stretchOf(m.Created, m.Ended)
		k := holding{m.User, p.place(m.Group, m.Owner), relationOf(m.Owner)}
		s.from = min(s.from, p.now.UnixMicro())
		for _, g := range []rowKey{{tableUser, m.User}, {tableGroup, m.Group}, k.on} {
			if t, gone := p.gone[g]; gone {
				s.to = min(s.to, t.UnixMicro())
			}
		}
		there[k] = append(there[k], s)
	}
	inRole, byRole := map[rowKey][]*grantPlan{}, map[rowKey][]*grantPlan{}
	for _, g := range append(p.held(), p.spans...) {
		if g.doneBefore {
			continue
		}
		if g.subject == sallyport.SubjectRole {
			byRole[g.who] = append(byRole[g.who], g)
			continue
		}
		k := holding{g.who.id, g.on, g.relation}
		here[k] = append(here[k], stretchOf(g.start, g.end))
		if g.relation == sallyport.Member {
			inRole[g.on] = append(inRole[g.on], g)
		}
	}
	for role, held := range byRole {
		for _, m := range inRole[role] {
			a := stretchOf(m.start, m.end)
			for _, h := range held {
				b := stretchOf(h.start, h.end)
				k := holding{m.who.id, h.on, h.relation}
				here[k] = append(here[k], stretch{max(a.from, b.from), min(a.to, b.to)})
			}
		}
	}
	out := []Difference{}
	now := p.now.UnixMicro()
	tell := func(k holding, list []stretch, isHere bool) {
		for _, s := range list {
			if s.to != forever && s.to-s.from < tolerance.Microseconds() {
				continue
			}
			d := Difference{Login: seen(p.users[k.user].Email), Group: seen(p.titles(k.on)), Relation: string(k.relation), From: time.UnixMicro(s.from).UTC(), Here: isHere,
				Now: s.from <= now && now < s.to}
			if s.to != forever {
				t := time.UnixMicro(s.to).UTC()
				d.Until = &t
			}
			out = append(out, d)
		}
	}
	for k, list := range there {
		there[k] = joined(list)
		here[k] = joined(here[k])
		tell(k, without(there[k], here[k]), false)
	}
	for k, list := range here {
		tell(k, without(joined(list), there[k]), true)
	}
	slices.SortFunc(out, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Login, b.Login), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Relation, b.Relation), a.From.Compare(b.From))
	})
	return out
}

func (p *planner) titles(k rowKey) string {
	if k.table == tableApp {
		return p.apps[k.id].Name
	}
	return p.groups[k.id].Name
}
