package discordaccess

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// tagPlan is a tag to add.
type tagPlan struct {
	source string
	sallyport.Tag
}

// mark is a tag to put on a thing.
type mark struct {
	row      rowKey
	tag, onK rowKey
	name     string // of the tag
}

func (p *planner) planTags(ctx context.Context, tx *store.Tx) error {
	taken := map[string]bool{}
	for page := (store.Page{Limit: store.MaxLimit}); ; {
		l, err := tx.Tags(ctx, p.tenant, "", page)
		if err != nil {
			return err
		}
		for _, t := range l.Items {
			taken[store.Fold(t.Name)], p.tagsHere[t.ID] = true, t
		}
		if page.Cursor = l.NextCursor; page.Cursor == "" {
			break
		}
	}
	demands := p.demands
	for _, t := range p.d.Tags {
		if now, ok := p.tagsHere[p.ids[rowKey{tableTag, t.ID}]]; ok {
			p.tagDiffers(t, now)
			if now.Enabled { // it stays as it is here
				demands[t.ID] = now.Constraints
			}
		}
		if t.Deleted != nil {
			p.l.set(tableTag, t.ID, Left, "was deleted in Access at %s", stamp(*t.Deleted))
			continue
		}
		c, notes := constraints(t)
		if p.has(tableTag, t.ID) {
			continue
		}
		if t.Enabled {
			demands[t.ID] = c
		}
		name, changed := cleanName(t.Name, "tag "+t.ID)
		unfit := badName
		if r := []rune(name); len(r) > sallyport.MaxName-30 {
			name, changed = strings.TrimSpace(string(r[:sallyport.MaxName-30])), true
		}
		if strings.HasPrefix(name, sallyport.PrefixTag+"_") {
			name, changed, unfit = "Tag "+name, true, idName
		}
		if taken[store.Fold(name)] {
			name, changed, unfit = name+" ("+t.ID+")", true, sameName
		}
		taken[store.Fold(name)] = true
		if changed {
			notes = append(notes, fmt.Sprintf("the name became %q, since %s", name, unfit))
		}
		p.tags = append(p.tags, tagPlan{t.ID, sallyport.Tag{Name: name, Description: cleanText(t.Description, sallyport.MaxReason), Enabled: t.Enabled, Constraints: c}})
		p.l.set(tableTag, t.ID, Brought, "")
		p.tooMuch(rowKey{tableTag, t.ID}, "its description", t.Description, sallyport.MaxReason)
		for _, n := range notes {
			p.l.set(tableTag, t.ID, Changed, "%s", n)
		}
	}
	on := map[[2]rowKey]bool{}
	living := map[string]bool{} // app_tag_map rows that live
	for _, m := range p.d.AppTags {
		k := rowKey{tableApp, m.On}
		p.planMark(rowKey{tableAppTag, m.ID}, m, k, p.apps[m.On] != nil, on, demands)
		living[m.ID] = m.Ended == nil || m.Ended.After(p.now)
	}
	apps := map[string]tagMap{}
	for _, m := range p.d.AppTags {
		apps[m.ID] = m
	}
	for _, m := range p.d.GroupTags {
		row, k := rowKey{tableGrpTag, m.ID}, rowKey{tableGroup, m.On}
		if by, ok := apps[m.By]; ok && m.By != "" && living[m.By] && by.Tag == m.Tag && by.On == p.inApp[m.On].App && p.has(tableAppTag, m.By) {
			p.l.set(row.table, row.id, Follows, "")
			continue
		}
		p.planMark(row, m, k, p.groups[m.On] != nil, on, demands)
		if f := p.l.fate(row.table, row.id); m.By != "" && (f == Brought || f == Changed) {
			p.l.set(row.table, row.id, Changed, "it follows from a tag of the app that is no longer there, so it is put on the group itself")
		}
		if in := p.inApp[m.On]; in.Owner && p.has(row.table, row.id) {
			if demands[m.Tag].Concern(sallyport.Owner) {
				p.l.set(row.table, row.id, Changed, "what it demands of owners no longer reaches the owners of the app, who were owners of this group; put it on the app if that is meant")
			}
		}
	}
	return nil
}

// planMark puts a tag on a thing, once.
func (p *planner) planMark(row rowKey, m tagMap, k rowKey, known bool, on map[[2]rowKey]bool, demands map[string]sallyport.Constraints) {
	tagKey := rowKey{tableTag, m.Tag}
	_, deleted := p.gone[k]
	leave := func(why string, args ...any) { p.l.set(row.table, row.id, Left, why, args...) }
	earlier := p.l.fate(row.table, row.id) == Earlier
	switch {
	case m.Ended != nil && !m.Ended.After(p.now):
		if !earlier {
			leave("ended in Access at %s, and no history of tags is kept in rows", stamp(*m.Ended))
		} else if slices.Contains(p.known[p.ids[k]].Tags, p.tagsHere[p.ids[tagKey]].Name) {
			p.l.set(row.table, row.id, Earlier, "was taken off in Access at %s, and is on here still: an import loosens nothing, so an admin takes it off", stamp(*m.Ended))
		}
		return
	case !p.has(tagKey.table, tagKey.id):
		leave("its tag is not brought")
	case !known || !p.has(k.table, k.id):
		leave("what it is on is not brought")
	case deleted:
		leave("what it is on is deleted")
	case on[[2]rowKey{tagKey, k}]:
		leave("the same tag is on it already")
	default:
		on[[2]rowKey{tagKey, k}] = true
		if !earlier {
			p.limits[k] = p.limits[k].Combine(demands[m.Tag])
			p.marks = append(p.marks, mark{row, tagKey, k, p.l.what(tableTag, m.Tag)})
			p.l.set(row.table, row.id, Brought, "")
			if m.Ended != nil {
				p.l.set(row.table, row.id, Changed, "it was to end at %s; a tag here stays until it is taken off", stamp(*m.Ended))
			}
		}
	}
}

// constraints reads what a tag demands, and says what of it cannot be kept as it is. What is not understood is never read
// as looser than it can be.
func constraints(t tag) (c sallyport.Constraints, notes []string) {
	c = sallyport.Constraints{}
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	all := map[string]any{}
	dec := json.NewDecoder(bytes.NewReader(t.Constraints))
	dec.UseNumber()
	if len(t.Constraints) > 0 && dec.Decode(&all) != nil {
		note("what it demands cannot be read: %s", cleanText(string(t.Constraints), 300))
	}
	var keys []string
	for k := range all {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		v := all[k]
		here, ok := sallyport.ConstraintOf(k) // the keys that Access has are called the same here
		switch {
		case !ok:
			note("the constraint %s is unknown here: %s", plain(k), written(v))
		case here.Kind == sallyport.ConstraintLength:
			d, why := limit(v)
			if why != "" {
				note("%s: %s", k, why)
			}
			c[k] = d
		default:
			on, ok := v.(bool)
			if !ok {
				on = true
				note("%s is %s, which is neither true nor false; it is taken for true", k, written(v))
			}
			if on {
				c[k] = true
			}
		}
	}
	for _, k := range sallyport.ConstraintKeys() {
		if k.Propagates && t.ToRoles {
			c[k.Key] = true
		}
	}
	return c, notes
}

// limit reads a number of seconds. What is none (Access took true for one second) becomes the shortest limit.
func limit(v any) (sallyport.Duration, string) {
	const shortest = sallyport.Duration(time.Hour)
	n, ok := v.(json.Number)
	s, err := n.Float64()
	switch {
	case !ok, err != nil, s <= 0:
		return shortest, fmt.Sprintf("%s is no number of seconds; it became the shortest limit here, %s", written(v), shortest)
	case s > sallyport.MaxDuration.Std().Seconds():
		return sallyport.MaxDuration, fmt.Sprintf("%s seconds are longer than the longest limit here, which it became: %s", n, sallyport.MaxDuration)
	case s < shortest.Std().Seconds():
		return shortest, fmt.Sprintf("%s seconds are shorter than the shortest limit here, which it became: %s", n, shortest)
	}
	return sallyport.Duration(time.Duration(s) * time.Second), ""
}

// written is a value as it stands in the row.
func written(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return cleanText(string(b), 300)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
