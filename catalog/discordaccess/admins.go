package discordaccess

import (
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// adminRow stands before the table of the row for which somebody was made an admin: that is remembered beside the row itself.
const adminRow = "admin:"

// newAdmins makes admins here of those who administer Access, when that was asked for: the members of the owner group of its
// own app.
func (p *planner) newAdmins() (beside []*grantPlan) {
	n := 0
	for _, g := range p.spans {
		in, ok := p.inApp[g.group]
		if g.past || !ok || !in.Owner || g.relation != sallyport.Member || p.apps[in.App] == nil || p.apps[in.App].Name != p.o.AppName {
			continue
		}
		if n++; !p.o.Admins || p.adminID == "" {
			continue
		}
		row := rowKey{adminRow + g.row.table, g.row.id}
		if p.ids[row] != "" {
			continue
		}
		a := *g
		a.row, a.on, a.onID, a.origin, a.doneBefore = row, rowKey{}, p.adminID, sallyport.OriginGiven, false
		a.start, a.CreatedBy = p.now, "" // nobody was an admin here before, and whoever made them one of Access did not make them one here
		a.Reason = "administered Access, as a member of " + p.groups[g.group].Name
		if _, taken := p.holds(&a); taken {
			continue
		}
		beside = append(beside, &a)
	}
	switch {
	case n > 0 && !p.o.Admins:
		p.warn("the app %s is administered by %d people or roles there, who are not admins here; --admins makes them", p.o.AppName, n)
	case n == 0 && p.o.Admins:
		p.warn("nobody is a member of the owner group of an app called %s, so nobody was made an admin; --app-name says how it is called", p.o.AppName)
	}
	return beside
}

// administers is somebody's membership of the owner group of an app, from whichever row they have it.
type administers struct {
	kind       sallyport.SubjectKind
	who, group string
}

// notAdmins ends what made admins here of those who do not administer Access any more, and brings it forward where they do
// so for shorter by now. A row that was renewed there is followed by the one that took its place.
func (p *planner) notAdmins() {
	of, until := map[rowKey]administers{}, map[administers]*time.Time{}
	see := func(k rowKey, a administers, who string, s span, owner bool) {
		of[k] = a
		in, ok := p.inApp[a.group]
		if owner || !ok || !in.Owner || p.isGone(tableUser, who) || p.isGone(tableGroup, a.who) || p.isGone(tableGroup, a.group) || p.isGone(tableApp, in.App) {
			return
		}
		if s.Ended != nil && !s.Ended.After(p.now) {
			return
		}
		if last, again := until[a]; !again || last != nil && (s.Ended == nil || s.Ended.After(*last)) {
			until[a] = s.Ended
		}
	}
	for _, m := range p.d.Memberships {
		if m.Map == "" {
			see(rowKey{tableMember, m.ID}, administers{sallyport.SubjectUser, m.User, m.Group}, m.User, m.span, m.Owner)
		}
	}
	for _, m := range p.d.Maps {
		see(rowKey{tableMap, m.ID}, administers{sallyport.SubjectRole, m.Role, m.Group}, "", m.span, m.Owner)
	}
	for k, id := range p.ids {
		table, made := strings.CutPrefix(k.table, adminRow)
		row := rowKey{table, k.id}
		a, read := of[row]
		if !made || !read || !p.lives(id) {
			continue
		}
		end, still := until[a]
		here := p.here[id]
		switch {
		case !still && !p.adminBeside(id):
			p.l.set(row.table, row.id, p.l.fate(row.table, row.id), "it does not administer Access any more, and stays an admin here, where nobody else is one; make somebody else an admin, and the next run ends it")
		case !still:
			p.ends = append(p.ends, id)
			p.ending[id] = p.now
			p.l.set(row.table, row.id, p.l.fate(row.table, row.id), "it does not administer Access any more, and is no admin here by that from now on")
		case end != nil && (here.Stops == nil || end.Before(*here.Stops)):
			p.shorter = append(p.shorter, store.Shortened{ID: id, EndsAt: end})
			p.ending[id] = *end
			p.l.set(row.table, row.id, p.l.fate(row.table, row.id), "it administers Access until %s, and is an admin here until then as well", stamp(*end))
		}
	}
}

func (p *planner) isGone(table, id string) bool {
	t, gone := p.gone[rowKey{table, id}]
	return gone && !t.After(p.now)
}

// adminBeside reports whether somebody is an admin here by another grant, which this run does not end: the last one stays
// (domain rule 7).
func (p *planner) adminBeside(id string) bool {
	roles := map[string]bool{}
	for _, step := range []func(g store.KnownGrant) bool{
		func(g store.KnownGrant) bool {
			if g.ResourceID == p.adminID && g.Subject == sallyport.SubjectRole {
				roles[g.SubjectID] = true
			}
			return g.ResourceID == p.adminID && p.admins[g.SubjectID]
		},
		func(g store.KnownGrant) bool { return roles[g.ResourceID] && p.admins[g.SubjectID] },
	} {
		for other, g := range p.here {
			stays := !g.Ended && g.Real && !g.Starts.After(p.now) && (g.Stops == nil || g.Stops.After(p.now)) && !p.over(other)
			if other != id && stays && g.Relation == sallyport.Member && step(g) {
				return true
			}
		}
	}
	return false
}
