package catalog

import (
	"context"
	"fmt"

	"github.com/sallyport/sallyport"
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
