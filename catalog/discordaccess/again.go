package discordaccess

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// A later run takes access away as Access does: it ends and shortens. What else is otherwise there by now may have been
// changed there or here, nobody can tell which; it is named, and stays as it is here.

func (p *planner) lives(id string) bool {
	g, ok := p.here[id]
	return ok && !g.Ended
}

// over reports whether a grant that is here ends with this run.
func (p *planner) over(id string) bool {
	t, ok := p.ending[id]
	return ok && !t.After(p.now)
}

// follow brings the end of a grant forward when its row ends sooner by now, and names what is not followed.
func (p *planner) follow(g *grantPlan, here store.KnownGrant) {
	say := func(why string, args ...any) { p.l.set(g.row.table, g.row.id, Earlier, why, args...) }
	switch {
	case g.end != nil && (here.Stops == nil || g.end.Before(*here.Stops)):
		p.shorter = append(p.shorter, store.Shortened{ID: here.ID, EndsAt: g.end})
		p.ending[here.ID] = *g.end
		say("it ends sooner in Access since it was brought, and at %s here as well", stamp(*g.end))
	case here.Stops != nil && (g.end == nil || g.end.After(*here.Stops)):
		g.sooner = here.Stops
	}
	if g.NotRenewed && !here.Reviewed && (g.end != nil || here.Stops != nil) {
		p.reviews = append(p.reviews, here.ID)
		say("it was reviewed in Access since it was brought, and is marked as not to be renewed here as well")
	}
}

// endSooner names what ends sooner here than in Access, and counts what ends so by tags: the run that brought it, or the tag,
// has named that.
func (p *planner) endSooner() {
	byTags := 0
	for _, g := range p.spans {
		say := func(why string, args ...any) { p.l.set(g.row.table, g.row.id, Earlier, why, args...) }
		switch {
		case g.sooner == nil:
		case g.limited != nil:
			byTags++
		case g.end == nil:
			say("it has no end in Access and ends at %s here; an import makes nothing longer, so renew it here if that is meant", stamp(*g.sooner))
		default:
			say("it ends at %s in Access and at %s here; an import makes nothing longer, so renew it here if that is meant", stamp(*g.end), stamp(*g.sooner))
		}
	}
	if byTags > 0 {
		p.warn("%d grants that were brought earlier end sooner here than in Access, and tags limit them; an import makes nothing longer", byTags)
	}
}

// decidedThere names a request that was asked again here, and decided in Access since.
func (p *planner) decidedThere(k rowKey, status string) {
	if status != "PENDING" && p.waiting[p.ids[k]] {
		p.l.set(k.table, k.id, Earlier, "it was decided in Access (%s) since it was asked again here, and waits here still; decide it here as well, or cancel it", plain(status))
	}
}

// held are the grants that are here, of people and things that were brought, as they are after this run.
func (p *planner) held() (out []*grantPlan) {
	for id, g := range p.here {
		who, whoKnown := p.rowOf[g.SubjectID]
		on, onKnown := p.rowOf[g.ResourceID]
		if !whoKnown || !onKnown || !g.Real {
			continue
		}
		stops := g.Stops
		if t, ok := p.ending[id]; ok && (stops == nil || t.Before(*stops)) {
			stops = &t
		}
		out = append(out, &grantPlan{subject: g.Subject, who: who, on: on, relation: g.Relation, start: g.Starts, end: stops})
	}
	return out
}

// differs names what a row says otherwise than what it became.
func (p *planner) differs(k rowKey, list []string) {
	if len(list) > 0 {
		p.l.set(k.table, k.id, Earlier, "%s; an import leaves what is here as it is, so change it here if that is meant", strings.Join(list, "; "))
	}
}

func two(what string, there, here any) string {
	return fmt.Sprintf("%s is %q in Access and %q here", what, there, here)
}

// called reports whether a thing has the name of its row, as far as that could be had.
func called(here, name, id string) bool {
	name, _ = cleanName(name, id)
	if r := []rune(name); len(r) > sallyport.MaxName-30 {
		name = strings.TrimSpace(string(r[:sallyport.MaxName-30]))
	}
	return here == name || here == name+" ("+id+")"
}

// thingDiffers names what an app, a group, or a role that was brought earlier is by now in Access, and not here.
func (p *planner) thingDiffers(k rowKey, there sallyport.Resource) {
	here, ok := p.known[p.ids[k]]
	var list []string
	switch {
	case !ok:
		return
	case there.DeletedAt != nil:
		p.l.set(k.table, k.id, Earlier, "it was deleted in Access at %s: what was brought of it ends, and it stays in the catalogue until it is removed here", stamp(*there.DeletedAt))
		return
	}
	if !called(here.Name, there.Name, k.id) {
		list = append(list, two("its name", there.Name, here.Name))
	}
	if here.Kind != there.Kind {
		list = append(list, two("its kind", string(there.Kind), string(here.Kind)))
	}
	if a, b := p.appOf(there.App), p.appOf(here.App); here.Kind == there.Kind && a != b {
		list = append(list, two("its app", a, b))
	}
	if here.Description != there.Description {
		list = append(list, two("its description", there.Description, here.Description))
	}
	if here.Managed != there.Managed {
		list = append(list, map[bool]string{true: "it is not fed by the directory's rules in Access, and is here", false: "it is fed by the directory's rules in Access, and not here"}[there.Managed])
	}
	p.differs(k, list)
}

// appOf is what the app of a thing is called here.
func (p *planner) appOf(app *sallyport.ResourceRef) string {
	if app == nil {
		return ""
	}
	return p.known[app.ID].Name
}

// tagDiffers names what a tag that was brought earlier demands by now in Access, and not here.
func (p *planner) tagDiffers(t tag, here sallyport.Tag) {
	k := rowKey{tableTag, t.ID}
	if t.Deleted != nil {
		p.l.set(k.table, k.id, Earlier, "it was deleted in Access at %s, and stays here: an import loosens nothing, so an admin removes it", stamp(*t.Deleted))
		return
	}
	var list []string
	if name, _ := cleanName(t.Name, "tag "+t.ID); !called(here.Name, name, t.ID) && here.Name != "Tag "+t.Name {
		list = append(list, two("its name", t.Name, here.Name))
	}
	if d := cleanText(t.Description, sallyport.MaxReason); d != here.Description {
		list = append(list, two("its description", d, here.Description))
	}
	if t.Enabled != here.Enabled {
		list = append(list, map[bool]string{true: "it counts in Access, and is disabled here", false: "it is disabled in Access, and counts here"}[t.Enabled])
	}
	there, _ := constraints(t)
	keys := maps.Clone(there)
	maps.Copy(keys, here.Constraints)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if a, b := demand(there, key), demand(here.Constraints, key); a != b {
			list = append(list, two(key, a, b))
		}
	}
	p.differs(k, list)
}

func demand(c sallyport.Constraints, key string) string {
	v, ok := c[key]
	if !ok {
		return "not demanded"
	}
	return fmt.Sprint(v)
}

// personDiffers says what the row of a person says otherwise than their record here.
func (p *planner) personDiffers(u user, here store.PersonKey) (list []string) {
	var there sallyport.User
	p.profile(u, &there, map[string]int{})
	if name, _ := cleanName(u.Display, strings.TrimSpace(u.First+" "+u.Last)); name != "" && name != here.Name {
		list = append(list, two("the name", name, here.Name))
	}
	if email := strings.TrimSpace(u.Email); here.EmailKey != "" && store.Fold(email) != here.EmailKey {
		list = append(list, two("the address", email, here.EmailKey))
	}
	if there.Title != here.Title {
		list = append(list, two("the title", there.Title, here.Title))
	}
	if there.Department != here.Department {
		list = append(list, two("the department", there.Department, here.Department))
	}
	for _, key := range slices.Sorted(maps.Keys(there.Attributes)) {
		if v := there.Attributes[key]; v != here.Attributes[key] {
			list = append(list, two(key, v, here.Attributes[key]))
		}
	}
	boss := p.ids[rowKey{tableUser, u.Manager}]
	if told := u.Manager == "" || p.users[u.Manager] != nil; told && (boss != here.Boss || boss == "" && u.Manager != "") {
		list = append(list, fmt.Sprintf("the manager is %s in Access, and %s here", p.l.what(tableUser, u.Manager), map[bool]string{true: "nobody", false: "somebody else"}[here.Boss == ""]))
	}
	return list
}

// namePeople names what the rows of people who are here already say otherwise than what is here.
func (p *planner) namePeople(here map[string]store.PersonKey) {
	for _, u := range p.d.Users {
		k := rowKey{tableUser, u.ID}
		at, ok := here[p.ids[k]]
		if !ok || u.Deleted != nil || at.Erased || at.State != sallyport.UserActive {
			continue
		}
		list := p.personDiffers(u, at)
		if p.l.fate(k.table, k.id) == Earlier {
			p.differs(k, list)
		} else if len(list) > 0 {
			p.l.set(k.table, k.id, Changed, "was here already, and their record stays as it is: %s", strings.Join(list, "; "))
		}
	}
}

// cutText keeps a text up to the longest that is kept here, and says so of who is new.
func (p *planner) cutText(u user, key, text string) string {
	short := cleanText(text, sallyport.MaxName)
	if f := p.l.fate(tableUser, u.ID); f != Earlier && f != Brought && short != cleanText(text, len(text)) {
		p.l.set(tableUser, u.ID, Changed, "%s has %d characters, of which the first %d are kept", plain(key), len([]rune(text)), sallyport.MaxName)
	}
	return short
}
