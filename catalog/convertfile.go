package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

var convertible = []sallyport.Kind{sallyport.KindGroup, sallyport.KindEntitlement, sallyport.KindRole}

// conversions finds which items of the files are made of what there is of another kind or slug, by the item's slug: the same
// slug in the list of another kind, or an item that says what it was. With an app its parts get another slug. Who has it, its requests and its history are then kept, where
// removing the one and making the other would lose them. What it was must stand in the files no longer.
func (f *Files) conversions(have map[string]*sallyport.Resource, prune bool, p *planned) map[string]*sallyport.Resource {
	out, first := map[string]*sallyport.Resource{}, map[string]item{}
	named := map[string]bool{}
	for _, it := range f.items {
		named[it.Slug] = true
	}
	for _, it := range f.items {
		if app := out[it.app]; app != nil && app.Kind == sallyport.KindApp && it.Was == "" {
			it.Was = app.Slug + strings.TrimPrefix(it.Slug, it.app)
		}
		there, was := have[it.Slug], have[it.Was]
		switch {
		case there != nil && there.Kind != it.kind && (was == nil || was == there) && slices.Contains(convertible, there.Kind) && slices.Contains(convertible, it.kind):
			out[it.Slug] = there
		case it.Was == "" || it.Was == it.Slug || was == nil: // it is done, or there was nothing
		case there != nil:
			p.Faults = append(p.Faults, it.fault("was", fmt.Sprintf("%s and %s are both there, and two things cannot become one; remove one, or leave out was", it.Was, it.Slug)))
		case named[it.Was]:
			p.Faults = append(p.Faults, it.fault("was", it.Was+" stands in the files itself; take it out there"))
		case first[it.Was].Slug != "":
			p.Faults = append(p.Faults, it.fault("was", it.Was+" becomes something already, at "+first[it.Was].d.where(first[it.Was].path).String()))
		default:
			out[it.Slug], first[it.Was] = was, it
		}
	}
	if prune {
		p.Warnings = append(p.Warnings, f.lookalikes(have, named, out)...)
	}
	return out
}

// lookalikes warns of what would be removed while something of the same name and another kind is made: as two things, nobody
// keeps what they have.
func (f *Files) lookalikes(have map[string]*sallyport.Resource, named map[string]bool, becomes map[string]*sallyport.Resource) []string {
	own := func(slug string) string { return slug[strings.LastIndexByte(slug, '.')+1:] }
	same := func(kind sallyport.Kind, app, name string) string {
		return string(kind) + "\x00" + app + "\x00" + store.Fold(name)
	}
	goes, called, done := map[string]*sallyport.Resource{}, map[string]*sallyport.Resource{}, map[string]bool{}
	for _, r := range becomes {
		done[r.ID] = true
	}
	for slug, r := range have {
		if r.Source != sourceFiles || named[slug] || done[r.ID] {
			continue
		}
		if called[same(r.Kind, appSlug(*r), r.Name)] = r; slices.Contains(convertible, r.Kind) {
			goes[own(slug)+"\x00"+store.Fold(r.Name)] = r
		}
	}
	var out []string
	for _, it := range f.items {
		r := called[same(it.kind, it.app, it.Name)]
		if r == nil && slices.Contains(convertible, it.kind) {
			r = goes[own(it.Slug)+"\x00"+store.Fold(it.Name)]
		}
		if r != nil && have[it.Slug] == nil && becomes[it.Slug] == nil {
			out = append(out, fmt.Sprintf("%s is removed and %s is made, as two things: whoever has the one does not have the other. If it is the same, write was: %s at %s", r.Slug, it.Slug, r.Slug, it.Slug))
		}
	}
	return out
}

func appSlug(r sallyport.Resource) string {
	if r.App == nil {
		return ""
	}
	return r.App.Slug
}

// renames reports whether an item is what it was under another slug, and nothing else. becomes holds the apps that are
// renamed with it.
func (it *item) renames(was sallyport.Resource, becomes map[string]*sallyport.Resource) bool {
	app := appSlug(was)
	if renamed := becomes[it.app]; renamed != nil && renamed.Slug == app {
		app = it.app
	}
	return was.Kind == it.kind && was.Slug != it.Slug && app == it.app
}

// planRename refuses another slug for what is named by its present one.
func (s *Service) planRename(c *checker, actor sallyport.Actor, it *item, before sallyport.Resource, p *planned) error {
	if isBuiltIn(before) {
		p.Faults = append(p.Faults, it.fault("was", before.Name+" is built in and stays what it is"))
		return nil
	}
	err := s.nobodyNeeds(c.ctx, c.tx, actor, before, false)
	if sallyport.CodeOf(err) == sallyport.EPrecondition {
		p.Faults = append(p.Faults, it.fault("was", words(err)))
		return nil
	}
	return err
}

// planConversion says what becomes what, what is kept, and whose access the tags of the app bring to an earlier end.
func (s *Service) planConversion(c *checker, actor sallyport.Actor, st *step, have map[string]*sallyport.Resource, p *planned) error {
	it, before := st.it, st.before
	st.Action = sallyport.PlanConvert
	st.Fields = append([]sallyport.FieldChange{{Field: "kind", Before: string(before.Kind), After: string(it.kind)}}, st.Fields...)
	err := s.mayConvert(c.ctx, c.tx, actor, *before, it.kind)
	switch sallyport.CodeOf(err) {
	case sallyport.EPrecondition, sallyport.EForbidden, sallyport.EInvalid:
		p.Faults = append(p.Faults, it.fault("slug", words(err)))
		return nil
	default:
		if err != nil {
			return err
		}
	}
	lives, held := true, map[sallyport.Relation]int{}
	for _, rel := range []sallyport.Relation{sallyport.Member, sallyport.Owner} {
		l, err := c.tx.Grants(c.ctx, c.tenant, access.Everything, store.GrantFilter{ResourceID: before.ID, Relation: rel, Active: &lives}, store.Page{Limit: 1, Total: true})
		if err != nil {
			return err
		}
		held[rel] = *l.Total
	}
	now := []string{fmt.Sprintf("the %s %s becomes %s; %d that have it and %d that own it keep it, with its requests and its history", strings.TrimPrefix(strings.TrimPrefix(kindWords[before.Kind], "a "), "an "), before.Name, kindWords[it.kind], held[sallyport.Member], held[sallyport.Owner])}
	if aroundRole(before.Kind, it.kind) {
		closed, err := c.tx.PendingForRole(c.ctx, c.tenant, before.ID)
		if err != nil {
			return err
		}
		if len(closed) > 0 {
			now = append(now, fmt.Sprintf("what is asked for roles closes with that: %d", len(closed)))
		}
	}
	if st.Detail != "" {
		now = append(now, st.Detail)
	}
	if before.App != nil && before.App.Slug != it.app {
		more, err := stayWords(c.ctx, c.tx, c.tenant, *before, it.Owners != nil)
		if err != nil {
			return err
		}
		now = append(now, more...)
	}
	if app := have[it.app]; app != nil && it.kind == sallyport.KindEntitlement {
		cuts, err := cutsInside(c.ctx, c.tx, c.tenant, *before, *app)
		if err != nil {
			return err
		}
		for _, cut := range cuts {
			n, all, err := c.tx.CountLonger(c.ctx, c.tenant, cut)
			if err != nil {
				return err
			}
			if n > 0 {
				now = append(now, fmt.Sprintf("the tags of %s bring forward the end of %d of %d, to %s from now", app.Name, n, all, cut.Limit.Words()))
			}
		}
	}
	st.Detail = strings.Join(now, "; ")
	return nil
}

// stayWords says what of an app stays on what leaves it.
func stayWords(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Resource, owned bool) ([]string, error) {
	app, err := tx.Resource(ctx, tenant, r.App.ID, access.Everything)
	if err != nil {
		return nil, err
	}
	var out []string
	if len(app.Tags) > 0 {
		out = append(out, fmt.Sprintf("the tags of %s stay on it: %s", app.Name, strings.Join(app.Tags, ", ")))
	}
	if owned {
		return out, nil
	}
	heirs, err := ownersToBe(ctx, tx, tenant, r)
	if err != nil || len(heirs) == 0 {
		return out, err
	}
	names := make([]string, len(heirs))
	for i, g := range heirs {
		names[i] = g.Subject.Name
	}
	return append(out, fmt.Sprintf("who owns %s owns it from now on, since nobody else does: %s", app.Name, strings.Join(names, ", "))), nil
}

// cutsInside lists what the tags on a resource, and on the app into which it comes, demand together of what is held.
func cutsInside(ctx context.Context, tx *store.Tx, tenant string, r, app sallyport.Resource) ([]store.Cut, error) {
	sources, err := tx.LimitSources(ctx, tenant, access.Everything, []string{r.ID, app.ID})
	if err != nil {
		return nil, err
	}
	var c sallyport.Constraints
	for _, from := range slices.Concat(sources[r.ID], sources[app.ID]) {
		c = c.Combine(from.Constraints)
	}
	return access.CutsOf(c, r), nil
}

// rename gives roles, and what they have, the slugs under which they will be.
func rename(given map[string][]sallyport.Grant, becomes map[string]*sallyport.Resource) {
	for slug, r := range becomes {
		if list, ok := given[r.Slug]; ok && r.Slug != slug {
			delete(given, r.Slug)
			given[slug] = list
		}
	}
	after := slugsAfter(becomes)
	for _, list := range given {
		for i := range list {
			list[i].Resource.Slug = cmp.Or(after[list[i].Resource.Slug], list[i].Resource.Slug)
		}
	}
}

// slugsAfter are the slugs under which things will be, by those that they have.
func slugsAfter(becomes map[string]*sallyport.Resource) map[string]string {
	after := map[string]string{}
	for slug, r := range becomes {
		after[r.Slug] = slug
	}
	return after
}
