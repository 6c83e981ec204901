package catalog

import (
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// stead is what the role that a reorganization led to has in place of what the reorganization ended.
type stead struct {
	then, now sallyport.Span
	cut       *time.Time // when it ends by what the reorganization cut itself
	lives     bool       // nobody ended it since; what was extended or replaced goes on
}

// placesOf finds what there was under each key once the reorganization was made, and what became of it.
func placesOf(c sallyport.Reorganized, rows []store.Given, next chain) map[sallyport.Key]stead {
	made, over := setOf(c.Undo.Made), setOf(c.Undo.Ended)
	cut := make(map[string]*time.Time, len(c.Undo.Cut))
	for _, g := range c.Undo.Cut {
		cut[g.ID] = g.Is.EndsAt
	}
	first := map[sallyport.Key]store.Given{}
	for _, r := range rows {
		if _, known := first[r.Key]; made[r.ID] || !known && !over[r.ID] && !r.Made.After(c.At) {
			first[r.Key] = r
		}
	}
	out := make(map[sallyport.Key]stead, len(first))
	for k, r := range first {
		now, lives := next.living(r)
		out[k] = stead{then: r.Span, now: now.Span, cut: cut[r.ID], lives: lives}
	}
	return out
}

// placeKeys are what can have taken the place of a grant that was ended: of what people had directly, a membership of the new
// role and what that is given, both together; of what a role held or was held of that was merged, the same with the role that
// it was merged into; of what was split off, a membership of the new role, or what that is given.
func (u *undoing) placeKeys(g sallyport.Grant) []sallyport.Key {
	in, of := keyOf(g), keyOf(g)
	in.ResourceID = u.c.Role.ID
	of.Subject, of.SubjectID = sallyport.SubjectRole, u.c.Role.ID
	switch {
	case u.c.Action == sallyport.ReorganizeCreate:
		in.Relation, in.Parameters = sallyport.Member, "{}"
		return []sallyport.Key{in, of}
	case u.c.Action == sallyport.ReorganizeMerge:
		k := keyOf(g)
		if slices.Contains(u.c.Undo.Removed, k.SubjectID) {
			k.SubjectID = u.c.Role.ID
		}
		if slices.Contains(u.c.Undo.Removed, k.ResourceID) {
			k.ResourceID = u.c.Role.ID
		}
		return []sallyport.Key{k}
	case g.Subject.Kind == sallyport.SubjectUser:
		return []sallyport.Key{in}
	}
	return []sallyport.Key{of}
}

// within reports whether a grant may come back as n because all that took its place goes on, and whether its end had to be
// brought forward with that. What the reorganization itself made shorter is as long as it was.
func (u *undoing) within(g sallyport.Grant, n *access.NewGrant) (goesOn, shorter bool) {
	for _, k := range u.placeKeys(g) {
		p, took := u.places[k]
		switch {
		case !took:
			continue
		case !p.lives:
			return false, false
		case p.now.EndsAt == nil || p.cut != nil && !p.now.EndsAt.Before(*p.cut) || u.c.Action == sallyport.ReorganizeCreate && p.now.Compare(p.then) >= 0:
			continue
		case n.StartsAt != nil && !p.now.EndsAt.After(*n.StartsAt):
			return false, false
		case n.NoEnd || n.Duration != nil || n.Until.After(*p.now.EndsAt):
			n.NoEnd, n.Duration, n.Until, shorter = false, nil, p.now.EndsAt, true
		}
	}
	return true, shorter
}
