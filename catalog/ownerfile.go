package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// ownerEntry is a person who owns something. In a file a login alone is short for one without a word about the length. What
// is owned by way of a role stands with the role, in what it gives.
type ownerEntry struct {
	User string              `json:"user"`
	For  *sallyport.Duration `json:"for,omitempty"`
}

// MarshalJSON writes the short form where that says it all.
func (e ownerEntry) MarshalJSON() ([]byte, error) {
	if e.For == nil {
		return json.Marshal(e.User)
	}
	type long ownerEntry
	return json.Marshal(long(e))
}

func (e ownerEntry) ref() string { return strings.TrimPrefix(strings.TrimSpace(e.User), "user:") }

// checkOwners finds what the files alone show to be wrong with owners.
func (it item) checkOwners() []sallyport.Fault {
	if it.Owners == nil {
		return nil
	}
	var faults []sallyport.Fault
	for i, e := range *it.Owners {
		at := fmt.Sprintf("owners[%d]", i)
		kind, name, _ := strings.Cut(e.User, ":")
		switch {
		case e.ref() == "":
			faults = append(faults, it.fault(at+".user", "is missing; name a person by their login"))
		case kind == "role":
			faults = append(faults, it.fault(at, fmt.Sprintf("owners are people here; that the members of a role own it stands with the role %s: gives: [{resource: %s, relation: owner}]", name, it.Slug)))
		case kind == "group":
			faults = append(faults, it.fault(at, "owners are people; a group owns nothing. Name its people, or make it a role that gives ownership"))
		case outOfRange(e.For):
			faults = append(faults, it.fault(at+".for", forRange))
		}
	}
	return faults
}

// ownsForATime reports whether a length is written with any of the owners.
func (it item) ownsForATime() bool {
	return it.Owners != nil && slices.ContainsFunc(*it.Owners, func(e ownerEntry) bool { return e.For != nil })
}

// ownings are the ownerships of people, by resource and person.
type ownings map[[2]string]sallyport.Grant

func (o ownings) of(r *sallyport.Resource, userID string) (sallyport.Grant, bool) {
	if r == nil {
		return sallyport.Grant{}, false
	}
	g, ok := o[[2]string{r.ID, userID}]
	return g, ok
}

// owned lists who owns what now, by a grant of their own.
func owned(ctx context.Context, tx *store.Tx, tenant string) (ownings, error) {
	out := ownings{}
	return out, eachLiving(ctx, tx, tenant, store.GrantFilter{SubjectKind: sallyport.SubjectUser, Relation: sallyport.Owner}, func(g sallyport.Grant) {
		if g.Origin == sallyport.OriginGiven {
			out[[2]string{g.Resource.ID, g.Subject.ID}] = g
		}
	})
}

// exportOwners writes owners as a file has them.
func exportOwners(r sallyport.Resource, all ownings) *[]ownerEntry {
	if len(r.Owners) == 0 {
		return nil
	}
	out := make([]ownerEntry, len(r.Owners))
	for i, o := range r.Owners {
		g, _ := all.of(&r, o.ID)
		out[i] = ownerEntry{User: o.Login, For: lengthOf(g)}
	}
	slices.SortFunc(out, func(a, b ownerEntry) int { return cmp.Compare(a.User, b.User) })
	return &out
}

// ownerLengths is what the lengths of a file's owners change: what differs from what is there, and whose time has passed.
type ownerLengths struct {
	give   []access.NewGrant
	fields []sallyport.FieldChange
	passed map[string]sallyport.Duration // by id
}

// compareOwners holds the lengths of a file's owners against what is there. As with what roles give: a grant of that length
// in force is no change, and one that ended on its time is not given again by itself.
func (it *item) compareOwners(ctx context.Context, tx *store.Tx, tenant string, before *sallyport.Resource, all ownings) (ownerLengths, error) {
	out := ownerLengths{passed: map[string]sallyport.Duration{}}
	if !it.ownsForATime() {
		return out, nil
	}
	over := map[string]bool{}
	if before != nil {
		past, err := tx.PastOwners(ctx, tenant, before.ID)
		if err != nil {
			return out, err
		}
		over = lapsedOf(past)
	}
	for _, e := range *it.Owners {
		if e.For == nil {
			continue
		}
		u, err := tx.User(ctx, tenant, e.ref())
		if sallyport.CodeOf(err) == sallyport.ENotFound {
			continue // said elsewhere
		}
		if err != nil {
			return out, err
		}
		g, has := all.of(before, u.ID)
		if has && lasts(g, *e.For) {
			continue
		}
		key := ""
		if before != nil {
			key = u.ID + " " + giveEntry{Resource: before.Slug, Relation: sallyport.Owner}.key() + " " + e.For.String()
		}
		if !has && over[key] {
			out.passed[u.ID] = *e.For
			continue
		}
		n := access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID, Login: u.Login, Name: u.Name}, Relation: sallyport.Owner,
			Origin: sallyport.OriginGiven, ReasonKind: "direct", Reason: asFilesSay, Duration: e.For}
		f := sallyport.FieldChange{Field: "owners." + u.Login, After: "for " + e.For.Words()}
		if has {
			n.Replace = outlasts(g, tx.Now().Add(e.For.Std()))
			switch {
			case g.NoEnd:
				f.Before = "without end"
			case g.Duration != nil:
				f.Before = "for " + g.Duration.Words()
			default:
				f.Before = "until " + sallyport.Moment(*g.EndsAt, "")
			}
		}
		out.give, out.fields = append(out.give, n), append(out.fields, f)
	}
	return out, nil
}

// ownersNow are the owners of whom the file says no length, and those with one who own it already: whoever is not among them
// is not named, or is given it with a length.
func (it *item) ownersNow(ctx context.Context, tx *store.Tx, tenant string, before *sallyport.Resource) (*[]string, error) {
	if it.Owners == nil {
		return nil, nil
	}
	out := []string{}
	for _, e := range *it.Owners {
		if e.For == nil {
			out = append(out, e.ref())
			continue
		}
		u, err := tx.User(ctx, tenant, e.ref())
		if err != nil {
			return nil, err
		}
		if before != nil && slices.Contains(before.Owners, u.Ref()) {
			out = append(out, e.ref())
		}
	}
	return &out, nil
}

// applyOwners gives the owners of a file their lengths, once the resource and its tags are what the file says.
func (s *Service) applyOwners(ctx context.Context, tx *store.Tx, actor sallyport.Actor, it *item, r sallyport.Resource) error {
	if !it.ownsForATime() {
		return nil
	}
	all, err := owned(ctx, tx, actor.Tenant)
	if err != nil {
		return err
	}
	l, err := it.compareOwners(ctx, tx, actor.Tenant, &r, all)
	if err != nil {
		return err
	}
	for _, n := range l.give {
		n.Resource = r
		if _, err := s.Access.AddGrantTx(ctx, tx, actor, n); err != nil {
			return err
		}
	}
	return nil
}
