package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// tagEntry is a tag as it stands in a file. It is in force unless the file says otherwise.
type tagEntry struct {
	Name        string                `json:"name"`
	Description string                `json:"description,omitempty"`
	Enabled     *bool                 `json:"enabled,omitempty"`
	Constraints sallyport.Constraints `json:"constraints,omitempty"`
}

type tagItem struct {
	tagEntry
	path string
	d    *decoder
}

func (it tagItem) fault(field, message string) sallyport.Fault {
	return sallyport.Fault{Path: it.d.where(it.path + "." + field).String(), Message: fmt.Sprintf("%s, %s: %s", it.Name, field, message)}
}

func (it tagItem) tag() sallyport.Tag {
	return sallyport.Tag{Name: it.Name, Description: it.Description, Enabled: it.Enabled == nil || *it.Enabled, Constraints: it.Constraints}
}

// checkTags finds what the files alone show to be wrong with tags.
func (f *Files) checkTags() []sallyport.Fault {
	var faults []sallyport.Fault
	seen := map[string]tagItem{}
	for _, it := range f.tags {
		for _, bad := range tagFaults(it.tag()) {
			faults = append(faults, it.fault(bad.Path, bad.Message))
		}
		if first, twice := seen[store.Fold(it.Name)]; twice {
			faults = append(faults, it.fault("name", "is taken already, at "+first.d.where(first.path+".name").String()))
		}
		seen[store.Fold(it.Name)] = it
	}
	return faults
}

// planTags compares the tags of the files with those that are there. None is ever removed by files.
func planTags(ctx context.Context, tx *store.Tx, tenant string, f Files, c *checker, p *planned) error {
	for i := range f.tags {
		it := &f.tags[i]
		c.tags[store.Fold(it.Name)] = it.Name
		before, err := tx.Tag(ctx, tenant, it.Name)
		if err != nil && sallyport.CodeOf(err) != sallyport.ENotFound {
			return err
		}
		st := step{PlanItem: sallyport.PlanItem{Action: sallyport.PlanChange, Kind: "tag", Slug: it.Name, Name: it.Name, Fields: tagDiff(before, it.tag())}, tag: it, tagID: before.ID}
		if before.ID == "" {
			st.Action = sallyport.PlanCreate
		} else if len(st.Fields) == 0 {
			p.Same++
			continue
		}
		p.steps = append(p.steps, st)
	}
	return nil
}

func tagDiff(before, after sallyport.Tag) []sallyport.FieldChange {
	text := func(t sallyport.Tag) [][2]string {
		if t.Name == "" {
			return [][2]string{{"name"}, {"description"}, {"enabled"}, {"constraints"}}
		}
		return [][2]string{{"name", t.Name}, {"description", t.Description}, {"enabled", fmt.Sprint(t.Enabled)}, {"constraints", asText(t.Constraints)}}
	}
	var out []sallyport.FieldChange
	b, a := text(before), text(after)
	for i := range b {
		if b[i][1] != a[i][1] {
			out = append(out, sallyport.FieldChange{Field: b[i][0], Before: b[i][1], After: a[i][1]})
		}
	}
	return out
}

// applyTag makes the tag be what the file says; what it shortens is shortened, as whoever applies has seen the plan.
func (s *Service) applyTag(ctx context.Context, tx *store.Tx, actor sallyport.Actor, st step) error {
	t := st.tag.tag()
	return s.saveTagTx(ctx, tx, actor, st.tagID, &t, true)
}

// exportTags writes the tags as a file has them.
func exportTags(ctx context.Context, tx *store.Tx, tenant string) ([]tagEntry, error) {
	var out []tagEntry
	p := store.Page{Limit: store.MaxLimit}
	for {
		l, err := tx.Tags(ctx, tenant, "", p)
		if err != nil {
			return nil, err
		}
		for _, t := range l.Items {
			e := tagEntry{Name: t.Name, Description: t.Description, Constraints: t.Constraints}
			if !t.Enabled {
				e.Enabled = &t.Enabled
			}
			out = append(out, e)
		}
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			return out, nil
		}
	}
}

// given lists what roles give their members now, by the role's slug, in the order of the slugs.
func given(ctx context.Context, tx *store.Tx, tenant string) (map[string][]sallyport.Grant, error) {
	lives := true
	out := map[string][]sallyport.Grant{}
	p := store.Page{Limit: store.MaxLimit}
	for {
		l, err := tx.Grants(ctx, tenant, access.Everything, store.GrantFilter{SubjectKind: sallyport.SubjectRole, Relation: sallyport.Member, Active: &lives}, p)
		if err != nil {
			return nil, err
		}
		for _, g := range l.Items {
			out[g.Subject.Slug] = append(out[g.Subject.Slug], g)
		}
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			for _, list := range out {
				slices.SortFunc(list, func(a, b sallyport.Grant) int { return strings.Compare(a.Resource.Slug, b.Resource.Slug) })
			}
			return out, nil
		}
	}
}

func slugsOf(grants []sallyport.Grant) []string {
	out := []string{}
	for _, g := range grants {
		out = append(out, g.Resource.Slug)
	}
	return slices.Compact(out)
}

// planGives compares what the files say that roles give with what they give. Where a file does not say, what is there
// stays.
func planGives(ctx context.Context, tx *store.Tx, tenant string, f Files, c *checker, p *planned) error {
	var now map[string][]sallyport.Grant
	for i := range f.items {
		it := &f.items[i]
		if it.Gives == nil {
			continue
		}
		if it.kind != sallyport.KindRole {
			p.Faults = append(p.Faults, it.fault("gives", "is for roles alone"))
			continue
		}
		if now == nil {
			var err error
			if now, err = given(ctx, tx, tenant); err != nil {
				return err
			}
		}
		for j, slug := range *it.Gives {
			if _, coming := c.coming[slug]; coming {
				continue
			}
			if _, err := tx.BareResource(ctx, tenant, slug, access.Everything); sallyport.CodeOf(err) == sallyport.ENotFound {
				p.Faults = append(p.Faults, it.fault(fmt.Sprintf("gives[%d]", j), fmt.Sprintf("there is no resource %q", slug)))
			} else if err != nil {
				return err
			}
		}
		want := slices.Compact(slices.Sorted(slices.Values(*it.Gives)))
		have := slugsOf(now[it.Slug])
		if slices.Equal(have, want) {
			continue
		}
		p.steps = append(p.steps, step{gives: true, it: it, PlanItem: sallyport.PlanItem{Action: sallyport.PlanChange, Kind: "gives", Slug: it.Slug, Name: it.Name,
			Detail: "what the role gives its members",
			Fields: []sallyport.FieldChange{{Field: "gives", Before: strings.Join(have, ", "), After: strings.Join(want, ", ")}}}})
	}
	return nil
}

// applyGives makes a role give what its file says: what is missing without end, or for as long as it may be.
func (s *Service) applyGives(ctx context.Context, tx *store.Tx, actor sallyport.Actor, it *item) error {
	role, err := tx.Resource(ctx, actor.Tenant, it.Slug, access.Everything)
	if err != nil {
		return err
	}
	now, err := given(ctx, tx, actor.Tenant)
	if err != nil {
		return err
	}
	for _, g := range now[it.Slug] {
		if slices.Contains(*it.Gives, g.Resource.Slug) {
			continue
		}
		if _, err := s.Access.EndTx(ctx, tx, actor, g.ID, "no longer in the catalogue files"); err != nil {
			return err
		}
	}
	have := slugsOf(now[it.Slug])
	for _, slug := range *it.Gives {
		if slices.Contains(have, slug) {
			continue
		}
		r, err := tx.BareResource(ctx, actor.Tenant, slug, access.Everything)
		if err != nil {
			return err
		}
		longest, err := s.Access.LongestTx(ctx, tx, actor.Tenant, r, sallyport.Member)
		if err != nil {
			return err
		}
		n := access.NewGrant{Subject: asSubject(role), Resource: r, Relation: sallyport.Member, NoEnd: longest == 0, Reason: "as the catalogue files say"}
		if longest > 0 {
			n.Duration = &longest
		}
		if _, err := s.Access.GiveTx(ctx, tx, actor, n); err != nil {
			return err
		}
	}
	return nil
}
