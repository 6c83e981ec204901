package catalog

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// sourceFiles marks resources that the files of the catalogue maintain. Only those are removed when the files lack them.
const sourceFiles = "catalogue"

// keptByFiles is said of what is there and comes into the files: from then on it goes when they no longer have it.
const keptByFiles = "kept by files from now on"

func keptBy(source string) sallyport.FieldChange {
	if source == "" {
		source = "page"
	}
	return sallyport.FieldChange{Field: "kept_by", Before: source, After: "files"}
}

// step is one change of a plan and what it takes to make it.
type step struct {
	sallyport.PlanItem
	it     *item               // nil for a removal
	before *sallyport.Resource // nil for a creation
	yields string              // id of what has its name now, and gets another or goes in the same plan

	con        *connItem // of a connection, whose other fields are these
	conID      string    // "" for a creation
	conVersion int

	tag   *tagItem // of a tag
	tagID string   // "" for a creation
	gives bool     // what the role of the item gives

	day      *sallyport.Holiday // of a holiday
	creation *creationItem      // of a rule about new things
}

type planned struct {
	sallyport.Plan
	steps []step
}

// Plan says what applying the files would change. prune also removes what only the files maintained and they no longer
// have. Faults in the plan are references to what does not exist; with any, nothing can be applied.
func (s *Service) Plan(ctx context.Context, actor sallyport.Actor, f Files, prune bool) (sallyport.Plan, error) {
	var p planned
	if err := needCurator(actor, "apply a catalogue"); err != nil {
		return p.Plan, err
	}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		p, err = s.planTx(ctx, tx, actor, f, prune)
		return err
	})
	return p.Plan, err
}

func (s *Service) planTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, f Files, prune bool) (planned, error) {
	p := planned{Plan: sallyport.Plan{Items: []sallyport.PlanItem{}}}
	if err := needWhole(ctx, tx, actor); err != nil {
		return p, err
	}
	all, err := tx.AllResources(ctx, actor.Tenant, store.ResourceFilter{})
	if err != nil {
		return p, err
	}
	have, fromFiles := map[string]*sallyport.Resource{}, 0
	for i := range all {
		have[all[i].Slug] = &all[i]
		if all[i].Source == sourceFiles {
			fromFiles++
		}
	}
	c := s.checker(ctx, tx, actor.Tenant)
	for _, it := range f.items {
		c.coming[it.Slug] = it.kind
	}
	becomes := f.conversions(have, prune, &p)
	for slug, was := range becomes {
		if was.Slug != slug {
			c.leaving[was.Slug] = slug
		}
	}
	if slices.ContainsFunc(f.items, item.ownsForATime) {
		if c.owned, err = owned(ctx, tx, actor.Tenant); err != nil {
			return p, err
		}
	}
	if err := s.planConnections(ctx, tx, actor.Tenant, f, c, &p); err != nil {
		return p, err
	}
	if err := planTags(ctx, tx, actor.Tenant, f, c, &p); err != nil {
		return p, err
	}
	if err := planHolidays(ctx, tx, actor.Tenant, f, prune, &p); err != nil {
		return p, err
	}
	if err := planCreations(f, c, &p); err != nil {
		return p, err
	}
	if err := s.planGives(ctx, tx, actor.Tenant, f, c, have, becomes, &p); err != nil {
		return p, err
	}
	named := map[string]bool{}
	for i := range f.items {
		it := &f.items[i]
		named[it.Slug] = true
		if was := becomes[it.Slug]; was != nil {
			named[was.Slug] = true
		}
		if err := s.planItem(c, it, have, becomes, actor, &p); err != nil {
			return p, err
		}
	}
	if prune {
		p.removals(all, named)
	}
	p.freeNames(all, named, becomes)
	inOrder(p.Faults)
	p.guard(fromFiles)
	p.order()
	p.sign()
	return p, nil
}

// planItem compares one item with what is there.
func (s *Service) planItem(c *checker, it *item, have, becomes map[string]*sallyport.Resource, actor sallyport.Actor, p *planned) error {
	want, was := it.resource(), becomes[it.Slug]
	before := have[it.Slug]
	if was != nil {
		before = was
	} else if before != nil && before.Kind != it.kind {
		p.Faults = append(p.Faults, it.fault("slug", fmt.Sprintf("is that of a resource of kind %s; choose another", before.Kind)))
		return nil
	}
	if before != nil && !before.Managed {
		p.Faults = append(p.Faults, it.fault("slug", "is that of a resource which a directory keeps; leave it out of the files"))
		return nil
	}
	faults, err := c.check(want)
	if err != nil {
		return err
	}
	for _, bad := range faults {
		p.Faults = append(p.Faults, it.fault(bad.Path, bad.Message))
	}
	if it.Audience != "" {
		if wrong := c.resource("group", it.Audience); wrong != "" {
			p.Faults = append(p.Faults, it.fault("audience", wrong))
		}
	}
	lengths, err := it.compareOwners(c.ctx, c.tx, c.tenant, before, c.owned)
	if err != nil {
		return err
	}
	if err := it.people(c, p, before, &want, lengths); err != nil {
		return err
	}
	st := step{PlanItem: sallyport.PlanItem{Kind: string(it.kind), Slug: it.Slug, Name: it.Name}, it: it, before: before}
	if before == nil {
		st.Action, st.Fields = sallyport.PlanCreate, append(diff(sallyport.Resource{}, want), lengths.fields...)
		p.steps = append(p.steps, st)
		return c.err
	}
	if st.Fields = append(diff(*before, want), lengths.fields...); before.Source != sourceFiles {
		st.Fields = append(st.Fields, keptBy(before.Source))
		st.Detail = keptByFiles
	}
	if len(st.Fields) == 0 && was == nil {
		p.Same++
		return c.err
	}
	switch st.Action = sallyport.PlanChange; {
	case was == nil:
	case it.renames(*was, becomes):
		if appSlug(*was) == it.app { // parts follow their app
			if err := s.planRename(c, actor, it, *was, p); err != nil {
				return err
			}
		}
	default:
		if err := s.planConversion(c, actor, &st, have, p); err != nil {
			return err
		}
	}
	p.steps = append(p.steps, st)
	return c.err
}

// people resolves owners and tags for the comparison. Where the files do not say, what is there stays.
func (it *item) people(c *checker, p *planned, before, want *sallyport.Resource, lengths ownerLengths) error {
	if it.Owners == nil && before != nil {
		want.Owners = before.Owners
	} else if it.Owners != nil {
		for i, o := range *it.Owners {
			ref := "user:" + o.ref()
			c.faults = nil
			c.reference(fmt.Sprintf("owners[%d]", i), ref)
			if len(c.faults) > 0 {
				p.Faults = append(p.Faults, it.fault(c.faults[0].Path, c.faults[0].Message))
				continue
			}
			u, err := c.tx.User(c.ctx, c.tenant, strings.TrimPrefix(ref, "user:"))
			if err != nil {
				return err
			}
			if _, over := lengths.passed[u.ID]; over {
				p.Warnings = append(p.Warnings, fmt.Sprintf("%s owned %s for %s by the files; that time has passed, and it is not given again. Write another length, give it by hand, or take it out of the file", u.Login, it.Slug, o.For.Words()))
				continue
			}
			if !slices.Contains(want.Owners, u.Ref()) {
				want.Owners = append(want.Owners, u.Ref())
			}
		}
	}
	if it.Tags == nil && before != nil {
		want.Tags = before.Tags
	} else if it.Tags != nil {
		for i, name := range *it.Tags {
			if coming, ok := c.tags[store.Fold(name)]; ok {
				want.Tags = append(want.Tags, coming)
				continue
			}
			t, err := c.tx.Tag(c.ctx, c.tenant, name)
			if sallyport.CodeOf(err) == sallyport.ENotFound {
				p.Faults = append(p.Faults, it.fault(fmt.Sprintf("tags[%d]", i), fmt.Sprintf("there is no tag %q", name)))
				continue
			}
			if err != nil {
				return err
			}
			want.Tags = append(want.Tags, t.Name)
		}
	}
	return nil
}

// removals adds what only the files maintained and they no longer have; with an app goes everything in it.
func (p *planned) removals(all []sallyport.Resource, named map[string]bool) {
	goes := map[string]bool{}
	for _, r := range all {
		goes[r.ID] = r.Source == sourceFiles && !named[r.Slug]
	}
	for i := range all {
		r := &all[i]
		detail := ""
		if r.App != nil && goes[r.App.ID] && r.Source != sourceFiles && !named[r.Slug] {
			detail = "goes with its app"
		} else if !goes[r.ID] {
			continue
		}
		p.steps = append(p.steps, step{PlanItem: sallyport.PlanItem{Action: sallyport.PlanRemove, Kind: string(r.Kind), Slug: r.Slug, Name: r.Name, Detail: detail}, before: r})
	}
}

// freeNames finds items whose name another resource of their kind has: one that keeps it is a fault, one that gets another or
// goes yields it.
func (p *planned) freeNames(all []sallyport.Resource, named map[string]bool, becomes map[string]*sallyport.Resource) {
	removed, takes, yields, after := map[string]bool{}, map[string]string{}, map[string]string{}, slugsAfter(becomes)
	for _, st := range p.steps {
		if st.Action == sallyport.PlanRemove {
			removed[st.Slug] = true
		}
	}
	key := func(kind sallyport.Kind, app, name string) string {
		return string(kind) + "\x00" + app + "\x00" + store.Fold(name)
	}
	for _, r := range all {
		k := key(r.Kind, cmp.Or(after[appSlug(r)], appSlug(r)), r.Name)
		if removed[r.Slug] || named[r.Slug] {
			yields[k] = r.ID
		} else {
			takes[k] = r.Slug
		}
	}
	for i := range p.steps {
		st := &p.steps[i]
		if st.it == nil || st.gives {
			continue
		}
		k := key(st.it.kind, st.it.app, st.it.Name)
		if other, taken := takes[k]; taken {
			p.Faults = append(p.Faults, st.it.fault("name", "is that of "+other+" already; names are unique within a kind, whatever their case"))
		} else if id := yields[k]; st.before == nil || st.before.ID != id {
			st.yields = id
		}
	}
}

// guard holds back a plan that removes suspiciously much: over 20 and more than a tenth, or everything.
func (p *planned) guard(fromFiles int) {
	n := 0
	for _, st := range p.steps {
		if st.Action == sallyport.PlanRemove && st.before != nil {
			n++
		}
	}
	switch {
	case n > 0 && n >= fromFiles:
		p.Refused = fmt.Sprintf("it would remove all %d resources that the files maintained", n)
	case n > 20 && n*10 > fromFiles:
		p.Refused = fmt.Sprintf("it would remove %d of %d resources that the files maintained, which is more than a tenth", n, fromFiles)
	}
}

// order brings the steps into one in which each finds what it needs: groups, roles, apps, what is in them, work orders;
// removals last, in the other direction.
func (p *planned) order() {
	rank := func(st step) int {
		i := slices.Index([]string{"tag", "connection", "group", "role", "app", "entitlement", "work_order", "gives", "holiday", "creation_rule"}, st.Kind)
		if st.Action == sallyport.PlanRemove {
			return 100 - i
		}
		return i
	}
	slices.SortStableFunc(p.steps, func(a, b step) int {
		if c := rank(a) - rank(b); c != 0 {
			return c
		}
		return strings.Compare(a.Slug, b.Slug)
	})
	for _, st := range p.steps {
		p.Add(st.PlanItem)
	}
}

// sign makes the hash of what was shown.
func (p *planned) sign() {
	type seen struct {
		Item    sallyport.PlanItem
		ID      string
		Version int
	}
	var all []seen
	for _, st := range p.steps {
		e := seen{Item: st.PlanItem}
		if st.before != nil {
			e.ID, e.Version = st.before.ID, st.before.Version
		} else if st.con != nil {
			e.ID, e.Version = st.conID, st.conVersion
		} else if st.tag != nil {
			e.ID = st.tagID
		}
		all = append(all, e)
	}
	b, _ := json.Marshal(all)
	sum := sha256.Sum256(b)
	p.Hash = hex.EncodeToString(sum[:16])
}
