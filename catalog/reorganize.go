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

// Reorganize changes roles as one: a role from people, a copy, a merge, a split, another name. Every step needs the
// authority that it needs when done alone, and what is taken from somebody by one step is given by the other before, so
// that nobody is without it in between.
func (s *Service) Reorganize(ctx context.Context, actor sallyport.Actor, in sallyport.Reorganization) (sallyport.Reorganized, error) {
	var out sallyport.Reorganized
	if err := checkReorganization(in); err != nil {
		return out, err
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		tx.Watch()
		w := &regroup{Service: s, tx: tx, actor: actor, in: in}
		steps := map[string]func(context.Context) error{sallyport.ReorganizeCreate: w.create, sallyport.ReorganizeCopy: w.copy,
			sallyport.ReorganizeMerge: w.merge, sallyport.ReorganizeSplit: w.split, sallyport.ReorganizeRename: w.rename}
		if err := steps[in.Action](ctx); err != nil {
			return err
		}
		w.undo.Made, w.undo.Ended = tx.Watched()
		w.undo.Cut = tx.WatchedCuts()
		out = sallyport.Reorganized{Action: in.Action, Title: w.title, Role: w.role.Ref(), Reason: in.Reason, Undo: w.undo, MayUndo: true}
		if !actor.IsSystem() {
			out.By = &actor.User
		}
		if err := tx.InsertReorganization(ctx, actor.Tenant, &out); err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "resources", "resource:"+w.role.ID)
		_, err := tx.Append(ctx, store.NewEvent{Verb: "role.reorganized", Actor: actor, ObjectKind: "resource", ObjectID: w.role.ID, Refs: append(slices.Clone(w.undo.Removed), out.ID),
			Body:   map[string]any{"action": in.Action, "made": len(w.undo.Made), "ended": len(w.undo.Ended), "cut": len(w.undo.Cut), "reorganization": out.ID},
			Values: []store.Value{{Name: "reason", Value: in.Reason}, {Name: "title", Value: w.title}}})
		return err
	})
	return out, err
}

func checkReorganization(in sallyport.Reorganization) error {
	var faults []sallyport.Fault
	need := func(ok bool, path, message string) {
		if !ok {
			faults = append(faults, sallyport.Fault{Path: path, Message: message})
		}
	}
	need(!sallyport.Blank(in.Reason), "reason", "say why the roles are changed")
	if err := sallyport.CheckReason(in.Reason); err != nil {
		need(false, "reason", err.Error())
	}
	needsName := true
	switch in.Action {
	case sallyport.ReorganizeCreate:
		need(len(in.Members) > 0 || len(in.Resources) > 0, "members", "name people or resources to make a role of")
	case sallyport.ReorganizeCopy, sallyport.ReorganizeRename:
		need(in.Role != "", "role", "name the role")
	case sallyport.ReorganizeMerge:
		needsName = in.Role == ""
		least := 1
		if needsName {
			least = 2
		}
		need(len(in.Roles) >= least, "roles", "name the roles that are merged")
	case sallyport.ReorganizeSplit:
		need(in.Role != "", "role", "name the role")
		need(len(in.Members) > 0 || len(in.Resources) > 0, "members", "name the people or resources of the new role")
	default:
		need(false, "action", "is unknown; use create, copy, merge, split or rename")
	}
	need(!needsName || strings.TrimSpace(in.Name) != "", "name", "name the role")
	return sallyport.Faults(faults)
}

// regroup is one reorganization on its way.
type regroup struct {
	*Service
	tx    *store.Tx
	actor sallyport.Actor
	in    sallyport.Reorganization
	role  sallyport.Resource // that it leads to
	title string
	undo  sallyport.UndoList
	moved []sallyport.Grant // that end once all is given

	merged map[string]bool // the roles that go in a merge
}

func (w *regroup) create(ctx context.Context) error {
	if err := w.make(ctx, nil); err != nil {
		return err
	}
	w.title = "Made the role " + w.role.Name
	for i, h := range w.in.Resources {
		r, err := living(ctx, w.tx, w.actor, h.Resource)
		if err != nil {
			return at(err, "resources", i)
		}
		if h.Relation == "" {
			h.Relation = sallyport.Member
		}
		if h.Duration == nil && w.in.Longest {
			longest, err := w.Access.LongestTx(ctx, w.tx, w.actor.Tenant, r, h.Relation)
			if err != nil {
				return err
			}
			if longest > 0 {
				h.Duration = &longest
			}
		}
		n := access.NewGrant{Subject: asSubject(w.role), Resource: r, Relation: h.Relation, Duration: h.Duration, NoEnd: h.Duration == nil}
		if err := w.give(ctx, n); err != nil {
			return err
		}
	}
	var ids []string
	var members []access.NewGrant
	for i, m := range w.in.Members {
		who, err := w.Access.SubjectTx(ctx, w.tx, w.actor, "user:"+strings.TrimPrefix(m, "user:"))
		if err != nil {
			return at(err, "members", i)
		}
		ids = append(ids, who.ID)
		members = append(members, access.NewGrant{Subject: who, Resource: w.role, Duration: w.in.MembershipEnds, NoEnd: w.in.MembershipEnds == nil})
	}
	if err := w.giveMembers(ctx, members); err != nil {
		return err
	}
	if !w.in.EndDirect {
		return nil
	}
	return w.endDirect(ctx, ids)
}

func (w *regroup) copy(ctx context.Context) error {
	from, err := w.find(ctx, w.in.Role, "role")
	if err != nil {
		return err
	}
	if err := w.make(ctx, []sallyport.Resource{from}); err != nil {
		return err
	}
	w.title = "Copied the role " + from.Name + " to " + w.role.Name
	if err := w.moveHoldings(ctx, from, nil, true); err != nil || !w.in.WithMembers {
		return err
	}
	return w.moveMembers(ctx, from, nil, true)
}

func (w *regroup) merge(ctx context.Context) (err error) {
	if w.in.Role != "" {
		if w.role, err = w.find(ctx, w.in.Role, "role"); err != nil {
			return err
		}
	}
	var from []sallyport.Resource
	var names []string
	w.merged = map[string]bool{}
	for i, ref := range w.in.Roles {
		r, err := w.find(ctx, ref, fmt.Sprintf("roles[%d]", i))
		if err != nil {
			return err
		}
		if r.ID != w.role.ID && !w.merged[r.ID] {
			from, names, w.merged[r.ID] = append(from, r), append(names, r.Name), true
		}
	}
	if len(from) == 0 || w.in.Role == "" && len(from) < 2 {
		return refusal([]sallyport.Fault{{Path: "roles", Message: "is one role alone; name another to merge it with"}})
	}
	if w.in.Role == "" {
		if err := w.make(ctx, from); err != nil {
			return err
		}
	}
	w.title = "Merged " + strings.Join(names, ", ") + " into " + w.role.Name
	for _, f := range from {
		if err := w.moveHoldings(ctx, f, nil, true); err != nil {
			return err
		}
		if err := w.moveMembers(ctx, f, nil, true); err != nil {
			return err
		}
		if w.in.Role != "" {
			if err := w.moveOwners(ctx, f); err != nil {
				return err
			}
		}
	}
	if err := needAdmin(w.actor, "merge roles, since those that are merged are removed"); err != nil {
		return err
	}
	for _, f := range from { // only now: nobody is without what both gave
		why := "merged into " + w.role.Name
		if err := w.deleteTx(ctx, w.tx, w.actor, f, why, why); err != nil {
			return err
		}
		w.undo.Removed = append(w.undo.Removed, f.ID)
	}
	return nil
}

func (w *regroup) split(ctx context.Context) error {
	from, err := w.find(ctx, w.in.Role, "role")
	if err != nil {
		return err
	}
	members, resources, err := w.parts(ctx, from)
	if err != nil {
		return err
	}
	if err := w.make(ctx, []sallyport.Resource{from}); err != nil {
		return err
	}
	w.title = "Split " + w.role.Name + " off " + from.Name
	if err := w.moveHoldings(ctx, from, resources, w.in.KeepResources); err != nil {
		return err
	}
	if err := w.moveMembers(ctx, from, members, w.in.KeepMembers); err != nil {
		return err
	}
	return w.endMoved(ctx)
}

func (w *regroup) rename(ctx context.Context) error {
	r, err := w.find(ctx, w.in.Role, "role")
	if err != nil {
		return err
	}
	p := sallyport.ResourcePatch{Name: &w.in.Name}
	if w.in.Slug != "" {
		p.Slug = &w.in.Slug
	}
	if w.in.Description != "" {
		p.Description = &w.in.Description
	}
	if err := w.mayPatch(ctx, w.tx, w.actor, r, p); err != nil {
		return err
	}
	w.title = "Renamed " + r.Name + " to " + w.in.Name
	before := sallyport.Naming{Slug: r.Slug, Name: r.Name}
	if p.Description != nil {
		before.Description = &r.Description
	}
	w.undo.Named = map[string]sallyport.Naming{r.ID: before}
	w.role, err = w.updateTx(ctx, w.tx, w.actor, r, p, r.Source, false)
	return err
}

// at names the place of what an error is about.
func at(err error, field string, i int) error {
	if sallyport.CodeOf(err) == sallyport.ENotFound {
		return refusal([]sallyport.Fault{{Path: fmt.Sprintf("%s[%d]", field, i), Message: err.Error()}})
	}
	return err
}

func asSubject(role sallyport.Resource) sallyport.Subject {
	return sallyport.Subject{Kind: sallyport.SubjectRole, ID: role.ID, Slug: role.Slug, Name: role.Name}
}
