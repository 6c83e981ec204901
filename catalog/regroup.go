package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// find finds a role that lives.
func (w *regroup) find(ctx context.Context, ref, place string) (sallyport.Resource, error) {
	r, err := living(ctx, w.tx, w.actor, ref)
	if sallyport.CodeOf(err) == sallyport.ENotFound {
		return r, refusal([]sallyport.Fault{{Path: place, Message: err.Error()}})
	}
	if err == nil && r.Kind != sallyport.KindRole {
		return r, refusal([]sallyport.Fault{{Path: place, Message: r.Name + " is no role"}})
	}
	return r, err
}

// make makes the new role, with the owners that were named, else those of the roles it comes from until the same ends, else
// the actor. It takes flow, form, durations, audience and tags of the first of them: a copy is as hard to get as what it was
// copied from.
func (w *regroup) make(ctx context.Context, from []sallyport.Resource) error {
	n := sallyport.NewResource{Kind: sallyport.KindRole, Name: w.in.Name, Slug: w.in.Slug, Description: w.in.Description, Owners: w.in.Owners, Reason: w.in.Reason}
	var owners []sallyport.Grant
	var tags []string
	for _, f := range from {
		if len(w.in.Owners) == 0 {
			some, err := w.grants(ctx, store.GrantFilter{ResourceID: f.ID, Relation: sallyport.Owner})
			if err != nil {
				return err
			}
			owners = append(owners, some...)
		}
		tags = append(tags, f.Tags...)
	}
	if len(from) > 0 {
		f := from[0]
		n.Flow, n.Form, n.Durations = f.Flow, &f.Form, &f.Durations
		if f.Audience != nil {
			n.Audience = f.Audience.ID
		}
	}
	if len(n.Owners)+len(owners) == 0 && !w.actor.IsSystem() {
		n.Owners = []string{w.actor.User.ID}
	}
	var err error
	if w.role, err = w.createTx(ctx, w.tx, w.actor, n, making{}); err != nil {
		return err
	}
	w.undo.Created = append(w.undo.Created, w.role.ID)
	for _, g := range owners { // before the tags, which cut what is longer than they allow
		if err := w.add(ctx, likewise(g, w.whoever(g.Subject), w.role), w.Access.AddGrantTx); err != nil {
			return err
		}
	}
	if err := w.setTagsTx(ctx, w.tx, w.actor, w.role, tags, w.in.Accept, ""); err != nil {
		return err
	}
	if w.role, err = w.tx.Resource(ctx, w.actor.Tenant, w.role.ID, access.Everything); err != nil {
		return err
	}
	return w.namedTx(ctx, w.tx, w.actor, nil, w.role, w.in.Reason)
}

// parts says of all members of a role, and of all that it gives, whether they are named. Naming anybody or anything else is
// refused.
func (w *regroup) parts(ctx context.Context, from sallyport.Resource) (members, resources map[string]bool, err error) {
	in, err := w.grants(ctx, store.GrantFilter{ResourceID: from.ID, Relation: sallyport.Member, SubjectKind: sallyport.SubjectUser})
	if err != nil {
		return nil, nil, err
	}
	held, err := w.grants(ctx, store.GrantFilter{SubjectKind: sallyport.SubjectRole, SubjectID: from.ID})
	if err != nil {
		return nil, nil, err
	}
	members, resources = map[string]bool{}, map[string]bool{}
	for _, g := range in {
		members[g.Subject.ID] = false
	}
	for _, g := range held {
		resources[g.Resource.ID] = false
	}
	var faults []sallyport.Fault
	name := func(all map[string]bool, field string, i int, id, name, isNot string) {
		if _, ok := all[id]; !ok {
			faults = append(faults, sallyport.Fault{Path: fmt.Sprintf("%s[%d]", field, i), Message: name + " " + isNot + " the role " + from.Name + ", so there is nothing to split off; leave that out"})
			return
		}
		all[id] = true
	}
	for i, m := range w.in.Members {
		who, err := w.Access.SubjectTx(ctx, w.tx, w.actor, "user:"+strings.TrimPrefix(m, "user:"))
		if err != nil {
			return nil, nil, at(err, "members", i)
		}
		name(members, "members", i, who.ID, who.Name, "is no member of")
	}
	for i, h := range w.in.Resources {
		r, err := w.tx.BareResource(ctx, w.actor.Tenant, h.Resource, access.Viewer(w.actor))
		if err != nil {
			return nil, nil, at(err, "resources", i)
		}
		name(resources, "resources", i, r.ID, r.Name, "is not given by")
	}
	return members, resources, refusal(faults)
}

// moveHoldings gives what a role holds to the one that is made, all of it or only some, with the same ends. What the former
// does not keep is noted; see endMoved.
func (w *regroup) moveHoldings(ctx context.Context, from sallyport.Resource, only map[string]bool, keep bool) error {
	held, err := w.grants(ctx, store.GrantFilter{SubjectKind: sallyport.SubjectRole, SubjectID: from.ID})
	if err != nil {
		return err
	}
	for _, g := range held {
		if only != nil && !only[g.Resource.ID] {
			continue
		}
		r, err := w.tx.BareResource(ctx, w.actor.Tenant, g.Resource.ID, access.Viewer(w.actor))
		if err != nil {
			return err
		}
		if w.merged[r.ID] {
			r = w.role
		}
		if err := w.give(ctx, likewise(g, asSubject(w.role), r)); err != nil {
			return err
		}
		if !keep {
			w.moved = append(w.moved, g)
		}
	}
	return nil
}

// moveMembers makes members of a role members of the one that is made, all of them or only some, until the same ends.
func (w *regroup) moveMembers(ctx context.Context, from sallyport.Resource, only map[string]bool, keep bool) error {
	members, err := w.grants(ctx, store.GrantFilter{ResourceID: from.ID, Relation: sallyport.Member, SubjectKind: sallyport.SubjectUser})
	if err != nil {
		return err
	}
	var list []access.NewGrant
	for _, g := range members {
		if only != nil && !only[g.Subject.ID] {
			continue
		}
		list = append(list, likewise(g, g.Subject, w.role))
		if !keep {
			w.moved = append(w.moved, g)
		}
	}
	return w.giveMembers(ctx, list)
}

// giveMembers makes people members of the role as give does: all at once, but for those who have to have what is there longer
// or earlier.
func (w *regroup) giveMembers(ctx context.Context, list []access.NewGrant) error {
	people := make([]string, len(list))
	for i, n := range list {
		people[i] = n.Subject.ID
	}
	present, err := unended(ctx, w.tx, w.actor.Tenant, w.role.ID, people)
	if err != nil {
		return err
	}
	var fresh []access.NewGrant
	given := map[sallyport.Key]bool{} // by this; what is there of these is not in present
	give := func() error {
		some := fresh
		fresh = nil
		return w.Access.GiveMembersTx(ctx, w.tx, w.actor, some)
	}
	for _, n := range list {
		k := w.fill(&n)
		old, ok := present[held{k, sallyport.OriginGiven}]
		switch {
		case !ok && !given[k]:
			fresh, given[k] = append(fresh, n), true
			continue
		case !given[k] && w.covers(old, n):
			continue
		case given[k]:
			if err := give(); err != nil {
				return err
			}
		}
		given[k] = true
		if err := w.give(ctx, n); err != nil {
			return err
		}
	}
	return give()
}

func (w *regroup) moveOwners(ctx context.Context, from sallyport.Resource) error {
	owners, err := w.grants(ctx, store.GrantFilter{ResourceID: from.ID, Relation: sallyport.Owner})
	if err != nil {
		return err
	}
	for _, g := range owners {
		if err := w.give(ctx, likewise(g, w.whoever(g.Subject), w.role)); err != nil {
			return err
		}
	}
	return nil
}

// whoever is who something is given to: in the place of a role that is merged, the one that it is merged into.
func (w *regroup) whoever(s sallyport.Subject) sallyport.Subject {
	if w.merged[s.ID] {
		return asSubject(w.role)
	}
	return s
}

// endMoved takes from the former what was moved: only once people are in the new role and that has everything, so that no
// target is told to take away what somebody keeps.
func (w *regroup) endMoved(ctx context.Context) error {
	return w.Access.EndAllTx(ctx, w.tx, w.actor, w.moved, "moved to the role "+w.role.Name)
}

// endDirect ends what people hold by grants of their own and have by the role now; where the role is shorter, the preview says
// so. What is still to begin ends only where the role surely lasts as long: else it would be lost, and be called gained, since
// the role gives it earlier.
func (w *regroup) endDirect(ctx context.Context, people []string) error {
	members, err := w.grants(ctx, store.GrantFilter{ResourceID: w.role.ID, Relation: sallyport.Member, SubjectKind: sallyport.SubjectUser})
	if err != nil {
		return err
	}
	until := map[string]sallyport.Span{}
	for _, m := range members {
		if slices.Contains(people, m.Subject.ID) {
			until[m.Subject.ID] = spanOf(m)
		}
	}
	held, err := w.grants(ctx, store.GrantFilter{SubjectKind: sallyport.SubjectRole, SubjectID: w.role.ID})
	if err != nil {
		return err
	}
	for _, h := range held {
		direct, err := w.grants(ctx, store.GrantFilter{ResourceID: h.Resource.ID, Relation: h.Relation, SubjectKind: sallyport.SubjectUser, Origin: string(sallyport.OriginGiven)})
		if err != nil {
			return err
		}
		for _, g := range direct {
			member, ok := until[g.Subject.ID]
			comes := g.StartsAt.After(w.tx.Now())
			if !ok || string(g.Parameters) != string(h.Parameters) || comes && (member.Compare(spanOf(g)) < 0 || spanOf(h).Compare(spanOf(g)) < 0) {
				continue
			}
			if err := w.end(ctx, g, "comes by the role "+w.role.Name+" now"); err != nil {
				return err
			}
		}
	}
	return nil
}

// likewise is a grant of the same length and start for another subject or resource.
func likewise(g sallyport.Grant, who sallyport.Subject, r sallyport.Resource) access.NewGrant {
	n := access.NewGrant{Subject: who, Resource: r, Relation: g.Relation, Parameters: string(g.Parameters), NoEnd: g.NoEnd, Until: g.EndsAt, StartsAt: &g.StartsAt}
	if !g.NoEnd && g.EndsAt == nil {
		n.Duration = g.Duration
	}
	return n
}

// give adds a grant as somebody who adds it directly, unless what is there lasts as long.
func (w *regroup) give(ctx context.Context, n access.NewGrant) error {
	return w.add(ctx, n, w.Access.GiveTx)
}

func (w *regroup) add(ctx context.Context, n access.NewGrant, by func(context.Context, *store.Tx, sallyport.Actor, access.NewGrant) (sallyport.Grant, error)) error {
	k := w.fill(&n)
	old, ok, err := w.tx.LivingGrant(ctx, w.actor.Tenant, k, sallyport.OriginGiven)
	switch {
	case err != nil:
		return err
	case ok && w.earlier(old, n):
		if err := w.join(ctx, old, &n); err != nil {
			return err
		}
	case ok && w.covers(old, n):
		return nil
	}
	_, err = by(ctx, w.tx, w.actor, n)
	return err
}

// fill says why a grant is made, and what was left out of it.
func (w *regroup) fill(n *access.NewGrant) sallyport.Key {
	if n.Relation == "" {
		n.Relation = sallyport.Member
	}
	if n.Parameters == "" {
		n.Parameters = "{}"
	}
	n.Reason, n.ReasonKind, n.Accept = w.in.Reason, "direct", w.in.Accept
	return sallyport.Key{Subject: n.Subject.Kind, SubjectID: n.Subject.ID, ResourceID: n.Resource.ID, Relation: n.Relation, Parameters: n.Parameters}
}

// earlier reports whether what is to be given begins before what is there.
func (w *regroup) earlier(old sallyport.Grant, n access.NewGrant) bool {
	return begins(n.StartsAt, w.tx.Now()).Before(begins(&old.StartsAt, w.tx.Now()))
}

// covers reports whether what is there begins no later and lasts as long as what is to be given.
func (w *regroup) covers(old sallyport.Grant, n access.NewGrant) bool {
	return !w.earlier(old, n) && spanOf(old).Compare(sallyport.Span{NoEnd: n.NoEnd, EndsAt: n.Until}) >= 0
}

// join lets what begins earlier go on as what is there and begins later. Between them there is nothing, or it is refused: it
// would be given then.
func (w *regroup) join(ctx context.Context, old sallyport.Grant, n *access.NewGrant) error {
	now := w.tx.Now()
	if !n.NoEnd {
		starts := begins(n.StartsAt, now)
		end := endOf(sallyport.Grant{StartsAt: starts, EndsAt: n.Until, Duration: n.Duration}, now)
		if end.Before(old.StartsAt) {
			return sallyport.Errorf(sallyport.EConflict, "%s has %s from %s on, and would have it until %s as well; one grant cannot leave out what is between", old.Subject.Name, n.Resource.FullName(),
				sallyport.Moment(old.StartsAt, ""), sallyport.Moment(end, "")).WithHint("End one of the two first.")
		}
		if n.NoEnd = old.NoEnd; !n.NoEnd {
			if later := endOf(old, now); later.After(end) {
				end = later
			}
			n.Until = &end
		} else {
			n.Until = nil
		}
		n.Duration = nil
	}
	return w.Access.EndGrantTx(ctx, w.tx, w.actor, old.ID, w.in.Reason)
}

// begins is when something begins that is given now.
func begins(at *time.Time, now time.Time) time.Time {
	if at == nil || at.Before(now) {
		return now
	}
	return *at
}

func (w *regroup) end(ctx context.Context, g sallyport.Grant, reason string) error {
	_, err := w.Access.EndTx(ctx, w.tx, w.actor, g.ID, reason)
	return err
}

// grants lists all grants that live: what begins earlier first, and of those the longer.
func (w *regroup) grants(ctx context.Context, f store.GrantFilter) ([]sallyport.Grant, error) {
	lives := true
	f.Active = &lives
	var out []sallyport.Grant
	p := store.Page{Limit: store.MaxLimit}
	for {
		l, err := w.tx.Grants(ctx, w.actor.Tenant, access.Everything, f, p)
		if err != nil {
			return nil, err
		}
		out = append(out, l.Items...)
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			now := w.tx.Now()
			slices.SortStableFunc(out, func(a, b sallyport.Grant) int {
				return cmp.Or(begins(&a.StartsAt, now).Compare(begins(&b.StartsAt, now)), spanOf(b).Compare(spanOf(a)))
			})
			return out, nil
		}
	}
}

// held is what at most one grant has that was not ended.
type held struct {
	sallyport.Key
	origin sallyport.Origin
}

// unended reads what people have of a role by grants that were not ended, even where their end has passed.
func unended(ctx context.Context, tx *store.Tx, tenant, roleID string, people []string) (map[held]sallyport.Grant, error) {
	grants, err := tx.GrantsOfPeople(ctx, tenant, roleID, people)
	out := make(map[held]sallyport.Grant, len(grants))
	for _, g := range grants {
		out[held{keyOf(g), g.Origin}] = g
	}
	return out, err
}
