package store

import (
	"context"
	"maps"
)

// walk is an order in which the history of everybody is read up to a page's limit: each way that somebody has something by
// goes along an index of that order, and nothing is sorted but rows that are equal in it.
type walk string

const (
	walkNone    walk = ""
	walkStarted walk = "started"
	walkStopped walk = "ended"
	walkPerson  walk = "person"
)

// walkFor is the walk of a page. What is asked of a person, a thing or an actor is little, and is sorted.
func walkFor(f IntervalFilter, sort string) walk {
	if f.Scoped() || f.State == IntervalLost {
		return walkNone
	}
	switch sort {
	case "", "-", "started", "-started":
		return walkStarted
	case "ended", "-ended":
		return walkStopped
	case "person", "-person":
		if f.People { // roles have names too
			return walkPerson
		}
	}
	return walkNone
}

// walking has PostgreSQL join in the order that is written and take an index for an order, or no longer. It thinks that few
// rows fit, and would rather read all memberships and sort them; SQLite keeps to what is written.
func (tx *Tx) walking(ctx context.Context, on bool) error {
	if !tx.db.postgres {
		return nil
	}
	text := "SELECT set_config('join_collapse_limit', '8', TRUE), set_config('enable_sort', 'on', TRUE)"
	if on {
		text = "SELECT set_config('join_collapse_limit', '1', TRUE), set_config('enable_sort', 'off', TRUE)"
	}
	_, err := tx.Exec(ctx, text)
	return err
}

// way is how access by role is read: m is the membership, g what the role holds.
type way struct{ from, where, starts, stops, person string }

func later(a, b string) string {
	return "CASE WHEN " + a + " > " + b + " THEN " + a + " ELSE " + b + " END"
}

func sooner(a, b string) string {
	return "CASE WHEN " + a + " < " + b + " THEN " + a + " ELSE " + b + " END"
}

// The conditions on the kind of subject in a walk say what it is not: an index by subjects would be taken for what it is,
// and half of all read and sorted.
const someone = "m.subject_kind <> 'role'"

// direct returns FROM of grants g, a condition, and the column that people are sorted by.
func (o walk) direct(t string) (from, where, person string) {
	if o == walkPerson {
		return "users wu CROSS JOIN grants g", " AND wu.tenant_id = " + t + " AND g.subject_kind = 'user' AND g.subject_id = wu.id", "wu.name_key"
	}
	return "grants g", "", "''"
}

// derived returns the ways to read access by role, which together are all of it, each interval once: where begins and ends
// are walked, one for what the membership decides, and one for what the role's grant does. Where roles hold few things, what
// they hold comes first, and its members are read.
func (o walk) derived(t string, few bool) []way {
	ms, gs := stopped("m"), stopped("g")
	w := way{from: "grants m JOIN grants g ON g.tenant_id = m.tenant_id", where: "m.subject_kind = 'user'", starts: later("m.starts_at", "g.starts_at"), stops: sooner(ms, gs), person: "''"}
	if few && o != walkNone {
		w.from, w.where = "grants g CROSS JOIN grants m", someone
		if o == walkPerson {
			w.from, w.where, w.person = w.from+" CROSS JOIN users wu", w.where+" AND wu.tenant_id = "+t+" AND wu.id = m.subject_id", "wu.name_key"
		}
		return []way{w}
	}
	switch o {
	case walkStarted:
		byMember, byGrant := w, w
		byMember.from, byMember.where, byMember.starts = "grants m CROSS JOIN grants g", someone+" AND m.starts_at > g.starts_at", "m.starts_at"
		byGrant.from, byGrant.where, byGrant.starts = "grants g CROSS JOIN grants m", someone+" AND m.starts_at <= g.starts_at", "g.starts_at"
		return []way{byMember, byGrant}
	case walkStopped:
		byMember, byGrant := w, w
		byMember.from, byMember.where, byMember.stops = "grants m CROSS JOIN grants g", someone+" AND "+ms+" < "+gs, ms
		byGrant.from, byGrant.where, byGrant.stops = "grants g CROSS JOIN grants m", someone+" AND "+ms+" >= "+gs, gs
		return []way{byMember, byGrant}
	case walkPerson:
		w.from, w.person = "users wu CROSS JOIN grants m CROSS JOIN grants g", "wu.name_key"
		w.where += " AND wu.tenant_id = " + t + " AND m.subject_id = wu.id"
	}
	return []way{w}
}

// listing is that of all intervals, by what the walk has.
func (o walk) listing() listing {
	if o != walkPerson {
		return intervalListing
	}
	l := listing{id: intervalListing.id, sorts: maps.Clone(intervalListing.sorts)}
	l.sorts["person"] = "x.person_key"
	return l
}
