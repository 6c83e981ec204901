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

// groupStep is what happens to one mirrored group.
type groupStep struct {
	action string
	g      *SourceGroup
	before *sallyport.Resource
	name   string
}

// membership is one import grant to be made or ended. Group and person are named by what the source knows them by.
type membership struct {
	group, person string
	grantID       string
	resource      *sallyport.Resource // nil: a group that is to be made
	user          sallyport.UserRef
}

// planGroups compares the groups and their members. Groups that Sallyport itself fulfils are left to the comparison of
// targets; a file's groups may also be ones of the catalogue, by slug, or else by name. Where it names one in both ways, that
// is one list of people.
func (s *Service) planGroups(ctx context.Context, tx *store.Tx, tenant string, p *directoryPlan, entries map[string]*Entrant, users []sallyport.User) error {
	snap := p.snap
	all, err := tx.AllResources(ctx, tenant, store.ResourceFilter{})
	if err != nil {
		return err
	}
	mirrored, names := map[string]*sallyport.Resource{}, map[string]*sallyport.Resource{}
	bySlug, byName := map[string]*sallyport.Resource{}, map[string]*sallyport.Resource{} // Sallyport's own
	for i := range all {
		r := &all[i]
		if r.Kind != sallyport.KindGroup {
			continue
		}
		names[foldKey(r.Name)] = r
		switch {
		case r.Managed:
			bySlug[r.Slug], byName[foldKey(r.Name)] = r, r
		case snap.Connection != "" && r.Connection == snap.Source, snap.Connection == "" && r.Connection == "" && r.Source == sourceFile:
			mirrored[r.ExternalID] = r
		}
	}
	p.known.groups = len(mirrored)
	bound, err := s.boundTargets(ctx, tx, tenant, snap)
	if err != nil {
		return err
	}
	target := map[string]*sallyport.Resource{}                  // group's external id → what its members hold
	seen, first := map[string]bool{}, map[string]*SourceGroup{} // the latter by the id of Sallyport's own
	snap.Groups = slices.Clone(snap.Groups)                     // what was read stays as it was for another try
	for i := range snap.Groups {
		g := &snap.Groups[i]
		r, own := mirrored[g.External], cmp.Or(bySlug[foldKey(g.Name)], byName[foldKey(g.Name)])
		if r != nil {
			seen[r.ID] = true
		}
		switch {
		case bound[foldKey(g.External)] || g.DN != "" && bound[foldKey(g.DN)]:
			if r != nil {
				delete(seen, r.ID) // it was mirrored before, and is Sallyport's own now
			}
		case g.Broken:
		case r == nil && snap.Connection == "" && own != nil:
			if one := first[own.ID]; one != nil {
				one.Members = slices.Concat(one.Members, g.Members)
				slices.Sort(one.Members)
				one.Members = slices.Compact(one.Members)
				break
			}
			first[own.ID], target[g.External] = g, own
		case r == nil:
			name := freeName(g.Name, snap.Source, names, nil)
			names[foldKey(name)] = &sallyport.Resource{}
			p.groups = append(p.groups, groupStep{action: sallyport.PlanCreate, g: g, name: name})
			p.Add(sallyport.PlanItem{Action: sallyport.PlanCreate, Kind: "group", Slug: store.Slugify(g.Name), Name: name, Detail: fmt.Sprintf("%d members", len(g.Members))})
			target[g.External] = nil
		default:
			target[g.External] = r
			name := freeName(g.Name, snap.Source, names, r)
			if r.Name == name && (snap.Connection == "" || r.Description == g.Description) {
				p.Same++
				break
			}
			p.groups = append(p.groups, groupStep{action: sallyport.PlanChange, g: g, before: r, name: name})
			changed := *r
			changed.Name, changed.Description = name, g.Description
			p.Add(sallyport.PlanItem{Action: sallyport.PlanChange, Kind: "group", Slug: r.Slug, Name: name, Fields: diff(*r, changed)})
		}
	}
	if snap.Complete {
		for _, r := range mirrored {
			if !seen[r.ID] {
				p.groups = append(p.groups, groupStep{action: sallyport.PlanRemove, before: r})
				p.Add(sallyport.PlanItem{Action: sallyport.PlanRemove, Kind: "group", Slug: r.Slug, Name: r.Name, Detail: "is no longer in " + snap.Source})
				by, err := tx.NamedBy(ctx, tenant, access.Everything, *r)
				if err != nil {
					return err
				}
				if needed := namers(by); len(needed) > 0 {
					p.Warnings = append(p.Warnings, fmt.Sprintf("%s is needed by %s: as audience, approver or for fulfilment. Once it is gone nobody is meant there; name another", r.Name, strings.Join(needed, ", ")))
				}
			}
		}
	}
	return s.planMembers(ctx, tx, tenant, p, entries, users, target)
}

func (s *Service) planMembers(ctx context.Context, tx *store.Tx, tenant string, p *directoryPlan, entries map[string]*Entrant, users []sallyport.User, target map[string]*sallyport.Resource) error {
	var ids, own []string // own: Sallyport's, which limits reach
	for _, r := range target {
		if r == nil {
			continue
		}
		if ids = append(ids, r.ID); r.Managed {
			own = append(own, r.ID)
		}
	}
	slices.Sort(ids)
	slices.Sort(own)
	have, err := tx.ImportGrants(ctx, tenant, ids)
	if err != nil {
		return err
	}
	overHere, err := tx.ImportsEndedHere(ctx, tenant, own)
	if err != nil {
		return err
	}
	lasts, over := map[string]*access.NewGrant{}, 0
	byID := map[string]*sallyport.User{}
	for i := range users {
		byID[users[i].ID] = &users[i]
	}
	broken := map[string]bool{}
	for _, e := range p.snap.People {
		if e.Broken {
			broken[e.External] = true
		}
	}
	for i := range p.snap.Groups {
		g := &p.snap.Groups[i]
		r, wanted := target[g.External]
		if !wanted {
			continue
		}
		has := map[string]string{}
		if r != nil {
			has = have[r.ID]
		}
		named := map[string]bool{} // user ids that the source names
		for _, m := range g.Members {
			e := entries[m]
			if e == nil || !e.Active {
				continue
			}
			ref := sallyport.UserRef{Login: e.Login, Name: e.Name}
			if u := p.users[m]; u != nil {
				ref.ID = u.ID
				named[u.ID] = true
				if has[u.ID] != "" {
					continue
				}
				if r != nil && overHere[r.ID][u.ID] != "" {
					over++
					continue
				}
			}
			until := ""
			if r != nil && r.Managed {
				if until, err = s.lastsTx(ctx, tx, tenant, lasts, r.ID); err != nil {
					return err
				}
			}
			p.adds = append(p.adds, membership{group: g.External, person: m, resource: r, user: ref})
			p.Add(sallyport.PlanItem{Action: sallyport.PlanAdd, Kind: "membership", Slug: e.Login, Name: e.Name, Detail: "in " + g.Name + until})
		}
		for user, grant := range has {
			u := byID[user]
			if u == nil || u.Source != p.snap.Source {
				continue
			}
			p.known.memberships++
			if named[user] || p.leaving[user] || broken[u.ExternalID] || !p.snap.Complete {
				continue
			}
			p.ends = append(p.ends, membership{group: g.External, grantID: grant, resource: r, user: u.Ref()})
			p.Add(sallyport.PlanItem{Action: sallyport.PlanEnd, Kind: "membership", Slug: u.Login, Name: u.Name, Detail: "in " + g.Name})
		}
	}
	if over > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("%d memberships that %s names ended here, by a tag or by somebody, and are not begun again; give them here to whoever still needs them", over, p.snap.Source))
	}
	return nil
}

// boundTargets are the names in the target of what Sallyport fulfils there, folded.
func (s *Service) boundTargets(ctx context.Context, tx *store.Tx, tenant string, snap *Snapshot) (map[string]bool, error) {
	out := map[string]bool{}
	if snap.Connection == "" {
		return out, nil
	}
	bound, err := tx.BoundResources(ctx, tenant, sallyport.Connection{ID: snap.Connection, Slug: snap.Source})
	for _, b := range bound {
		out[foldKey(b.Target)] = true
	}
	return out, err
}

// freeName is the group's name, with its source where another group has the name already.
func freeName(name, source string, names map[string]*sallyport.Resource, own *sallyport.Resource) string {
	for n := 1; ; n++ {
		tried := name
		if n == 2 {
			tried = fmt.Sprintf("%s (%s)", name, source)
		} else if n > 2 {
			tried = fmt.Sprintf("%s (%s %d)", name, source, n)
		}
		if other := names[foldKey(tried)]; other == nil || own != nil && other.ID == own.ID {
			return tried
		}
	}
}

// dropMirrored takes a mirrored group out of the catalogue; its members' grants end.
func (s *Service) dropMirrored(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, cause string) error {
	if err := s.Access.CloseResourceTx(ctx, tx, actor, r, cause); err != nil {
		return err
	}
	if _, err := tx.DeleteResource(ctx, actor.Tenant, r.ID); err != nil {
		return err
	}
	tx.Changed(actor.Tenant, "resources")
	_, err := tx.Append(ctx, store.NewEvent{Verb: "resource.deleted", Actor: actor, ObjectKind: "resource", ObjectID: r.ID, Cause: cause,
		Body: map[string]any{"kind": string(r.Kind), "slug": r.Slug, "name": r.Name}})
	return err
}

// mirror adds an unmanaged group.
func (s *Service) mirror(ctx context.Context, tx *store.Tx, actor sallyport.Actor, snap *Snapshot, st groupStep) (sallyport.Resource, error) {
	slug, err := freeSlug(ctx, tx, actor.Tenant, st.g.Name, nil)
	if err != nil {
		slug, err = freeSlug(ctx, tx, actor.Tenant, "group "+strings.ToLower(snap.Source), nil)
	}
	r := sallyport.Resource{Kind: sallyport.KindGroup, Slug: slug, Name: st.name, Description: st.g.Description, Connection: snap.Connection, ExternalID: st.g.External, Source: "directory"}
	if snap.Connection == "" {
		r.Source = sourceFile
	}
	if err != nil {
		return r, err
	}
	if err := tx.InsertResource(ctx, actor.Tenant, &r, false); err != nil {
		return r, err
	}
	tx.Changed(actor.Tenant, "resources")
	_, err = tx.Append(ctx, store.NewEvent{Verb: "resource.created", Actor: actor, ObjectKind: "resource", ObjectID: r.ID,
		Body: map[string]any{"kind": string(r.Kind), "slug": r.Slug, "name": r.Name, "managed": false, "source": snap.Source}})
	return r, err
}
