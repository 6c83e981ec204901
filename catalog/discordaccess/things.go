package discordaccess

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// thing is an app, a group, a role or an entitlement to add.
type thing struct {
	key rowKey
	app rowKey // of an entitlement
	sallyport.Resource
}

// names are what is taken among living resources.
type names struct {
	slugs map[string]bool
	names map[string]bool
}

func nameKey(kind sallyport.Kind, app, name string) string {
	return string(kind) + "\x00" + app + "\x00" + store.Fold(name)
}

// slug makes a slug of a name that nothing living has.
func (n names) slug(under, name, id string) string {
	base := store.Slugify(name)
	if base == "" || base == "me" || sallyport.HasIDPrefix(base) {
		base = strings.Trim("group-"+store.Slugify(id), "-")
	}
	if under != "" {
		base = under + "." + base
	}
	slug := base
	for i := 2; n.slugs[slug]; i++ {
		slug = fmt.Sprintf("%s-%d", base, i)
	}
	if n.slugs != nil {
		n.slugs[slug] = true
	}
	return slug
}

// Why a name could not stay as it was.
const (
	badName  = "it was empty, too long, or had characters that cannot be seen"
	idName   = "it begins as an id does here"
	sameName = "another one has that name, whatever the case of its letters"
)

// name makes a name that nothing living of the kind has, and says why it is another one than was given.
func (n names) name(kind sallyport.Kind, app, name, id string) (free, why string) {
	if r := []rune(name); len(r) > sallyport.MaxName-30 {
		name, why = strings.TrimSpace(string(r[:sallyport.MaxName-30])), badName
	}
	if n.names[nameKey(kind, app, name)] {
		name, why = name+" ("+id+")", sameName
	}
	n.names[nameKey(kind, app, name)] = true
	return name, why
}

// planThings makes apps, then what is in them, groups and roles. Nothing that is here already is taken for the same:
// what has its name is another thing, and the newcomer gets another.
func (p *planner) planThings(ctx context.Context, tx *store.Tx) error {
	taken := names{map[string]bool{}, map[string]bool{}}
	all, err := tx.AllResources(ctx, p.tenant, store.ResourceFilter{})
	if err != nil {
		return err
	}
	for _, r := range all {
		app := ""
		if r.App != nil {
			app = r.App.ID
		}
		p.known[r.ID] = r
		taken.slugs[r.Slug], taken.names[nameKey(r.Kind, app, r.Name)] = true, true
		if r.Slug == access.AdminSlug {
			p.adminID = r.ID
		}
	}
	slugs := p.planApps(taken)
	return p.planGroups(taken, slugs)
}

// goneHere notes that a thing brought earlier was removed here since.
func (p *planner) goneHere(k rowKey) {
	if _, ok := p.known[p.ids[k]]; !ok {
		if _, ok := p.gone[k]; !ok {
			p.gone[k] = p.now
		}
	}
}

// planApps returns the slugs of the apps by their ids there.
func (p *planner) planApps(taken names) map[string]string {
	slugs := map[string]string{}
	order := slices.Clone(p.d.Apps)
	slices.SortStableFunc(order, func(a, b app) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, a := range order {
		k := rowKey{tableApp, a.ID}
		if a.Deleted != nil {
			p.gone[k] = *a.Deleted
		}
		if id := p.ids[k]; id != "" {
			slugs[a.ID] = p.known[id].Slug
			p.goneHere(k)
			p.thingDiffers(k, sallyport.Resource{Kind: sallyport.KindApp, Name: a.Name, Managed: true, Description: cleanText(a.Description, sallyport.MaxText), DeletedAt: a.Deleted})
			continue
		}
		r := sallyport.Resource{Kind: sallyport.KindApp, Managed: true, Description: cleanText(a.Description, sallyport.MaxText), ExternalID: a.ID, CreatedAt: a.Created, DeletedAt: a.Deleted}
		p.call(k, &r, taken, "", "", a.Name)
		slugs[a.ID] = r.Slug
		p.things = append(p.things, thing{key: k, Resource: r})
		p.l.set(tableApp, a.ID, Brought, "")
		if a.Plugin != "" {
			p.l.set(tableApp, a.ID, Changed, "the lifecycle plugin %s and its settings are not brought; set a fulfilment in its place", plain(a.Plugin))
		}
		p.plugins(k, a.Settings)
		p.tooMuch(k, "its description", a.Description, sallyport.MaxText)
	}
	return slugs
}

// call gives a thing its name and slug, and says so when they could not be what was expected. Deleted things take neither
// from living ones.
func (p *planner) call(k rowKey, r *sallyport.Resource, taken names, under, app, name string) {
	clean, changed := cleanName(name, k.id)
	if r.DeletedAt != nil {
		taken = names{map[string]bool{}, map[string]bool{}}
	}
	free, why := taken.name(r.Kind, app, clean, k.id)
	r.Name, r.Slug = free, taken.slug(under, clean, k.id)
	if changed && why == "" {
		why = badName
	}
	if why != "" {
		p.l.set(k.table, k.id, Changed, "the name became %q, since %s", r.Name, why)
	}
}

func (p *planner) planGroups(taken names, slugs map[string]string) error {
	for _, g := range p.d.AppGroups {
		if p.groups[g.ID] == nil {
			p.l.set(tableAppGrp, g.ID, Left, "there is no group of this id")
		} else if p.groups[g.ID].Type == typeApp {
			p.inApp[g.ID] = g
		} else {
			p.l.set(tableAppGrp, g.ID, Left, "the group is of the type %s, so this row means nothing", p.groups[g.ID].Type)
		}
	}
	for _, id := range p.d.RoleRows {
		switch g := p.groups[id]; {
		case g == nil:
			p.l.set(tableRole, id, Left, "there is no group of this id")
		case g.Type != typeRole:
			p.l.set(tableRole, id, Left, "the group is of the type %s, so this row means nothing", g.Type)
		default:
			p.l.set(tableRole, id, Follows, "")
		}
	}
	order := slices.Clone(p.d.Groups)
	slices.SortStableFunc(order, func(a, b group) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, g := range order {
		p.planGroup(g, taken, slugs)
		if in, ok := p.inApp[g.ID]; ok {
			if p.has(tableGroup, g.ID) {
				p.l.set(tableAppGrp, in.ID, Follows, "")
			} else {
				p.l.set(tableAppGrp, in.ID, Left, "its group is not brought")
			}
		}
	}
	return nil
}

func (p *planner) planGroup(g group, taken names, slugs map[string]string) {
	k := rowKey{tableGroup, g.ID}
	if g.Deleted != nil {
		p.gone[k] = *g.Deleted
	}
	in, inApp := p.inApp[g.ID]
	appKey := rowKey{tableApp, in.App}
	if inApp {
		if t, ok := p.gone[appKey]; ok && (g.Deleted == nil || t.Before(*g.Deleted)) {
			if g.Deleted == nil {
				p.l.set(tableGroup, g.ID, Changed, "its app is deleted, so it is as well")
			}
			p.gone[k], g.Deleted = t, &t
		}
	}
	text := g.Description + p.rules(g)
	r := sallyport.Resource{Kind: sallyport.KindGroup, Managed: g.Managed, ExternalID: g.ID, CreatedAt: g.Created, DeletedAt: g.Deleted, Description: cleanText(text, sallyport.MaxText)}
	name, under := g.Name, ""
	switch {
	case g.Type == typeRole:
		r.Kind, name = sallyport.KindRole, strings.TrimPrefix(g.Name, "Role-")
	case g.Type == typeApp && !inApp:
		p.l.set(tableGroup, g.ID, Changed, "it is of the type app_group and in no app, so it becomes a group")
	case g.Type == typeApp && p.apps[in.App] == nil:
		p.l.set(tableGroup, g.ID, Left, "its app %s is not in the table", in.App)
		return
	case g.Type == typeApp:
		if r.Kind, under = sallyport.KindEntitlement, slugs[in.App]; under == "" { // its app was brought earlier and removed
			under = names{}.slug("", p.apps[in.App].Name, in.App)
		}
		name = strings.TrimPrefix(g.Name, "App-"+p.apps[in.App].Name+"-")
	case g.Type != tableGroup:
		p.l.set(tableGroup, g.ID, Changed, "the type %q is unknown, so it becomes a group", plain(g.Type))
	}
	if name == "" {
		name = g.Name
	}
	if p.ids[k] != "" {
		if r.Name = name; r.Kind == sallyport.KindEntitlement {
			r.App = &sallyport.ResourceRef{ID: p.ids[appKey]}
		}
		p.goneHere(k)
		p.thingDiffers(k, r)
		return
	}
	p.call(k, &r, taken, under, in.App, name)
	t := thing{key: k, Resource: r}
	if r.Kind == sallyport.KindEntitlement {
		t.app = appKey
	}
	p.things = append(p.things, t)
	p.l.set(tableGroup, g.ID, Brought, "")
	p.plugins(k, g.Plugin)
	p.tooMuch(k, "its description with the directory's rules", text, sallyport.MaxText)
	if _, ok := object(g.Rules); !ok && !g.Managed {
		p.l.set(tableGroup, g.ID, Changed, "the directory's rules cannot be read, and are not in its description: %s", cleanText(string(g.Rules), 300))
	}
}

// plugins names the settings of plugins, which have no place here.
func (p *planner) plugins(k rowKey, raw json.RawMessage) {
	if settings := strings.TrimSpace(string(raw)); settings != "" && settings != "{}" && settings != "null" {
		p.l.set(k.table, k.id, Changed, "the settings of its plugins are not brought: %s", cleanText(settings, 300))
	}
}

// tooMuch names a text of which the end is not kept.
func (p *planner) tooMuch(k rowKey, what, text string, most int) {
	if len(text) > most && cleanText(text, most) != cleanText(text, len(text)) {
		p.l.set(k.table, k.id, Changed, "%s has %d characters, of which the first %d are kept", what, utf8.RuneCountInString(text), most)
	}
}

// object reads a JSON object. What is empty or null has nothing in it; not ok is what is no object.
func object(raw json.RawMessage) (all map[string]any, ok bool) {
	return all, len(raw) == 0 || json.Unmarshal(raw, &all) == nil
}

// rules says in words by which rules of the directory an unmanaged group is fed.
func (p *planner) rules(g group) string {
	rules, _ := object(g.Rules)
	if g.Managed {
		return ""
	}
	var names []string
	for n := range rules {
		names = append(names, n)
	}
	slices.Sort(names)
	text := ""
	for _, n := range names {
		expr, ok := rules[n].(string)
		if !ok {
			b, _ := json.Marshal(rules[n])
			expr = string(b)
		}
		text += fmt.Sprintf("\n\nFed by the directory's rule “%s”: %s", n, expr)
	}
	return text
}
