package discordaccess

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// grantPlan is a grant to add: of a person, or of a role.
type grantPlan struct {
	row      rowKey // what it is remembered by
	subject  sallyport.SubjectKind
	who      rowKey // the person, or the group that is the role
	on       rowKey
	onID     string // in place of on: a thing that is here already
	relation sallyport.Relation
	origin   sallyport.Origin
	span
	start      time.Time
	end        *time.Time // planned or past; nil: none
	limited    *time.Time // an earlier end, which a tag demands
	sooner     *time.Time // the end here of what was brought earlier, where it is later in Access
	past       bool
	why        string // of an end in the past
	doneBefore bool   // brought by an earlier run: here for the comparison only
	group      string // what it is of in Access, for the comparison
}

type livingKey struct {
	who, on  rowKey
	onID     string
	relation sallyport.Relation
	origin   sallyport.Origin
}

// planGrants decides about memberships and maps. What is derived there follows here from role and map, and is not copied.
func (p *planner) planGrants() {
	living := map[livingKey][]*grantPlan{}
	take := func(g *grantPlan, ok bool) {
		switch {
		case !ok:
		case g.past:
			p.spans = append(p.spans, g)
		default:
			k := livingKey{g.who, g.on, g.onID, g.relation, g.origin}
			living[k] = append(living[k], g)
		}
	}
	lastDerived := map[string]*time.Time{}
	for i := range p.d.Memberships {
		m := &p.d.Memberships[i]
		if m.Map != "" && m.Ended != nil && (lastDerived[m.Map] == nil || m.Ended.After(*lastDerived[m.Map])) {
			lastDerived[m.Map] = m.Ended
		}
	}
	for _, m := range p.d.Maps {
		take(p.planMap(m, lastDerived[m.ID]))
	}
	for _, m := range p.d.Memberships {
		if m.Map != "" {
			continue
		}
		take(p.planMember(m))
	}
	for _, list := range living {
		p.spans = append(p.spans, p.oneLives(list)...)
	}
	p.derived()
	p.cut()
	p.endSooner()
	slices.SortStableFunc(p.spans, func(a, b *grantPlan) int {
		return cmp.Or(a.start.Compare(b.start), strings.Compare(a.row.table, b.row.table), strings.Compare(a.row.id, b.row.id))
	})
	p.notAdmins()
	beside := p.newAdmins()
	for _, g := range p.spans {
		if g.doneBefore {
			continue
		}
		p.grants = append(p.grants, g)
		p.tooMuch(g.row, "its reason", g.Reason, sallyport.MaxReason)
		if g.limited != nil {
			p.l.set(g.row.table, g.row.id, Changed, "a tag allows less: it ends at %s", stamp(*g.limited))
		}
		if g.NotRenewed && !g.past && g.end == nil && g.limited == nil {
			p.l.set(g.row.table, g.row.id, Changed, "it was reviewed and is not to be renewed, and has no end, so nothing is to be renewed here; end it if that is meant")
		}
	}
	p.grants = append(p.grants, beside...)
	p.cutHere()
}

// derived decides about the rows that Access copied from role and map.
func (p *planner) derived() {
	for _, m := range p.d.Memberships {
		switch {
		case m.Map == "":
		case !p.has(tableMap, m.Map):
			p.l.set(tableMember, m.ID, Left, "it came of the role map %s, which is not brought; see the differences for what that means", m.Map)
		case !p.has(tableUser, m.User):
			p.l.set(tableMember, m.ID, Left, "the person is not in the table")
		default:
			p.l.set(tableMember, m.ID, Follows, "")
			if m.NotRenewed && (m.Ended == nil || m.Ended.After(p.now)) {
				p.l.set(tableMember, m.ID, Follows, "it was reviewed and is not to be renewed; what follows from a role has no such mark here, so mark the membership or what the role gives")
			}
		}
	}
}

// place is where a relation to a group is held here: owning an app's owner group is owning the app.
func (p *Plan) place(group string, owner bool) rowKey {
	if in, ok := p.inApp[group]; ok && in.Owner && owner {
		return rowKey{tableApp, in.App}
	}
	return rowKey{tableGroup, group}
}

func relationOf(owner bool) sallyport.Relation {
	if owner {
		return sallyport.Owner
	}
	return sallyport.Member
}

func (p *planner) planMember(m membership) (*grantPlan, bool) {
	g := &grantPlan{row: rowKey{tableMember, m.ID}, subject: sallyport.SubjectUser, who: rowKey{tableUser, m.User}, on: p.place(m.Group, m.Owner), relation: relationOf(m.Owner),
		origin: sallyport.OriginGiven, span: m.span, group: m.Group}
	group := p.groups[m.Group]
	switch {
	case p.users[m.User] == nil:
		return p.leave(g, "the person is not in the table")
	case group == nil || !p.has(tableGroup, m.Group):
		return p.leave(g, "the group is not brought")
	}
	if !group.Managed && !m.Owner {
		g.origin = sallyport.OriginImport
	}
	return p.times(g, "the person had left", "the group was deleted")
}

func (p *planner) planMap(m roleMap, derivedUntil *time.Time) (*grantPlan, bool) {
	g := &grantPlan{row: rowKey{tableMap, m.ID}, subject: sallyport.SubjectRole, who: rowKey{tableGroup, m.Role}, on: p.place(m.Group, m.Owner), relation: relationOf(m.Owner),
		origin: sallyport.OriginGiven, span: m.span, group: m.Group}
	role, group := p.groups[m.Role], p.groups[m.Group]
	lives := m.Ended == nil || m.Ended.After(p.now)
	switch {
	case role == nil || !p.has(tableGroup, m.Role):
		return p.leave(g, "the role is not brought")
	case group == nil || !p.has(tableGroup, m.Group):
		return p.leave(g, "the group is not brought")
	case p.isRole(group) && !m.Owner:
		return p.leave(g, "roles do not contain roles")
	case role.Type != typeRole && lives:
		return p.leave(g, "the group that should be a role is none (%s)", role.Type)
	case !p.isRole(role) && lives:
		return p.leave(g, "%s is a role in Access by now and none here; convert it to a role here, and run the import again", role.Name)
	case !group.Managed && !m.Owner && lives && derivedUntil == nil:
		return p.leave(g, "the group is fed by the directory's rules, so no role gives it; nobody had it by this map")
	case !group.Managed && !m.Owner && lives:
		if _, deleted := p.gone[rowKey{tableGroup, m.Group}]; !deleted {
			until := *derivedUntil
			if until.After(p.now) {
				until = p.now
			}
			g.Ended = &until
			p.l.set(tableMap, m.ID, Changed, "the group is fed by the directory's rules, so no role gives it; it ends when the last person had it by this map, at %s", stamp(until))
		}
	}
	return p.times(g, "the role was deleted", "the group was deleted")
}

// isRole reports whether a group is a role here: one that was brought earlier stays what it is, whatever it became in Access.
func (p *planner) isRole(g *group) bool {
	if here, ok := p.known[p.ids[rowKey{tableGroup, g.ID}]]; ok {
		return here.Kind == sallyport.KindRole
	}
	return g.Type == typeRole
}

func (p *planner) leave(g *grantPlan, why string, args ...any) (*grantPlan, bool) {
	if id := p.ids[g.row]; p.l.fate(g.row.table, g.row.id) == Earlier && p.lives(id) { // it fitted when it was brought
		p.end(g.row, id, "it does not fit any more, and ends here: "+why, args...)
	}
	p.l.set(g.row.table, g.row.id, Left, why, args...)
	return g, false
}

// end ends a grant that an earlier run brought.
func (p *planner) end(row rowKey, id, why string, args ...any) {
	p.ends = append(p.ends, id)
	p.ending[id] = p.now
	p.l.set(row.table, row.id, Earlier, why, args...)
}

// times makes the interval of a row one that the rules allow: it begins before it ends, not in the future, and is over
// when the person or the thing was.
func (p *planner) times(g *grantPlan, whoGone, onGone string) (*grantPlan, bool) {
	g.start, g.end, g.doneBefore = g.Created, g.Ended, p.l.fate(g.row.table, g.row.id) == Earlier
	g.why = "ended in Access"
	if g.Created.IsZero() {
		return p.leave(g, "it has no time of its beginning")
	}
	if g.end != nil && !g.end.After(g.start) {
		return p.leave(g, "it ended (%s) before it began (%s), so it never gave anything", stamp(*g.end), stamp(g.start))
	}
	if g.start.After(p.now) {
		p.l.set(g.row.table, g.row.id, Changed, "it was made in the future (%s), and counts from now", stamp(g.start))
		g.start = p.now
	}
	for _, over := range []struct {
		key rowKey
		why string
	}{{g.who, whoGone}, {g.on, onGone}, {rowKey{tableGroup, g.group}, onGone}} {
		t, gone := p.gone[over.key]
		if !gone || g.end != nil && !t.Before(*g.end) {
			continue
		}
		if t.After(p.now) {
			t = p.now
		}
		if !t.After(g.start) {
			return p.leave(g, "%s at %s, before it began (%s)", over.why, stamp(t), stamp(g.start))
		}
		g.end, g.why = &t, over.why+" in Access"
		p.l.set(g.row.table, g.row.id, Changed, "%s at %s, and so it ended then, though its row did not", over.why, stamp(t))
	}
	if g.end != nil && !g.end.After(g.start) {
		return p.leave(g, "it is over, and was made in the future")
	}
	g.past = g.end != nil && !g.end.After(p.now)
	id := p.ids[g.row]
	switch {
	case !g.doneBefore:
		p.l.set(g.row.table, g.row.id, Brought, "")
	case g.past && p.lives(id):
		p.end(g.row, id, "it has ended in Access since it was brought, and ends here as well")
	case p.lives(id):
		p.follow(g, p.here[id])
	}
	return g, true
}

// oneLives makes one living grant of the living rows of one key: the one that ends last. Those that began earlier end
// where it begins, as an extension ends what it extends; the others add nothing. What everybody had when stays the same.
func (p *planner) oneLives(list []*grantPlan) (out []*grantPlan) {
	later := func(a, b *grantPlan) int { // the later end first, then the later beginning, then the greater id
		switch {
		case a.end == nil && b.end != nil:
			return -1
		case a.end != nil && b.end == nil:
			return 1
		case a.end != nil && !a.end.Equal(*b.end):
			return b.end.Compare(*a.end)
		}
		return cmp.Or(b.start.Compare(a.start), cmp.Compare(len(b.row.id), len(a.row.id)), strings.Compare(b.row.id, a.row.id))
	}
	slices.SortFunc(list, later)
	last := list[0]
	if id, taken := p.holds(last); taken && id != p.ids[last.row] && !last.doneBefore {
		p.l.set(last.row.table, last.row.id, Left, "the same lives here already, as %s", id)
	} else {
		if last.doneBefore && !p.lives(p.ids[last.row]) {
			p.l.set(last.row.table, last.row.id, Earlier, "it lives in Access, and was ended here since it was brought")
		}
		out = append(out, last)
	}
	for _, g := range list[1:] {
		switch {
		case g.doneBefore:
			out = append(out, g)
		case g.start.Before(last.start):
			at := last.start
			g.end, g.past, g.why = &at, true, "extended"
			p.l.set(g.row.table, g.row.id, Changed, "another row for the same (%s) lives and ends later; this one ends where that one began", last.row.id)
			out = append(out, g)
		default:
			p.l.set(g.row.table, g.row.id, Left, "another row for the same (%s) lives, began no later and ends no earlier", last.row.id)
		}
	}
	return out
}

// holds finds the grant that lives here for the same and does not end with this run.
func (p *planner) holds(g *grantPlan) (string, bool) {
	on := g.onID
	if on == "" {
		on = p.ids[g.on]
	}
	who := p.ids[g.who]
	if who == "" || on == "" {
		return "", false
	}
	id, ok := p.living[store.GrantKey{Key: sallyport.Key{Subject: g.subject, SubjectID: who, ResourceID: on, Relation: g.relation, Parameters: "{}"}, Origin: g.origin}]
	return id, ok && !p.over(id)
}
