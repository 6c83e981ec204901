package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// heldThere is what a complete read found in a target, of the resources that a connection fulfils.
type heldThere struct {
	connection sallyport.Connection
	began      time.Time
	bound      []store.Bound
	accounts   map[string][]string // resource id → account ids; resources that could not be read are not in it
	identities []connector.Account // everybody's accounts, where people come from elsewhere
	warnings   []string
}

// readHoldings reads who holds what in the target. The groups of a snapshot of the same connection serve as the read
// where they are known by the same name.
func (s *Service) readHoldings(ctx context.Context, tenant string, con connector.Connector, c sallyport.Connection, snap *Snapshot) (*heldThere, error) {
	h := &heldThere{connection: c, began: s.DB.Now(), accounts: map[string][]string{}}
	if _, writes := con.(connector.Writer); !writes {
		return h, nil
	}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		h.bound, err = tx.BoundResources(ctx, tenant, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	read := map[string]*SourceGroup{}
	if snap != nil {
		for i := range snap.Groups {
			g := &snap.Groups[i]
			read[foldKey(g.External)], read[foldKey(g.DN)] = g, g
		}
	}
	if snap == nil {
		if h.identities, err = connector.Collect(con.Accounts(ctx)); err != nil {
			return nil, err
		}
	}
	for _, b := range h.bound {
		if g := read[foldKey(b.Target)]; g != nil && !g.Broken && b.Target != "" {
			list := slices.Clone(g.Members)
			slices.Sort(list)
			h.accounts[b.Resource.ID] = slices.Compact(list)
			continue
		}
		holdings, err := connector.Collect(con.Holdings(ctx, b.Target))
		switch class := connector.ClassOf(err); {
		case class == connector.NotFound:
			h.warnings = append(h.warnings, fmt.Sprintf("%s does not exist in the target as %q; nothing is concluded from that", b.Resource.Name, clipText(b.Target)))
			continue
		case class == connector.Refused:
			h.warnings = append(h.warnings, fmt.Sprintf("who has %s in the target cannot be read, and nothing is concluded from that: %s", b.Resource.Name, err))
			continue
		}
		if err != nil {
			return nil, err
		}
		list := []string{}
		for _, x := range holdings {
			if x.Relation == connector.RelationMember && x.Parameters == "" {
				list = append(list, x.Account)
			}
		}
		slices.Sort(list)
		h.accounts[b.Resource.ID] = slices.Compact(list)
	}
	return h, nil
}

// found is one import grant to be made or ended.
type found struct {
	resource sallyport.ResourceRef
	user     sallyport.UserRef
	grantID  string
}

// drifted is access that Sallyport gave or took away, and that the target shows the other way round.
type drifted struct {
	found
	provisionID string
	there       bool
}

type holdingsPlan struct {
	sallyport.Plan
	users  map[string]string // account → person
	links  []store.Account   // accounts whose person was found by their login
	adds   []found
	ends   []found
	checks []drifted
}

// planHoldings compares what a target holds with the import grants (domain rule 1): what a complete read finds, and
// Sallyport never had a provision for, becomes an import; an import that is absent from a complete read ends. What
// Sallyport took away and is there again, and what it gave and is not there, is set right by the workers, who read the
// target once more before they touch it.
func (s *Service) planHoldings(ctx context.Context, tx *store.Tx, tenant string, h *heldThere) (*holdingsPlan, error) {
	p := &holdingsPlan{users: map[string]string{}, Plan: sallyport.Plan{Items: []sallyport.PlanItem{}}}
	if h == nil {
		return p, nil
	}
	if p.Warnings = slices.Clone(h.warnings); len(h.accounts) == 0 && len(h.identities) == 0 {
		return p, nil
	}
	accounts, err := tx.Accounts(ctx, tenant, h.connection.ID)
	if err != nil {
		return nil, err
	}
	all, err := tx.AllUsers(ctx, tenant)
	if err != nil {
		return nil, err
	}
	users := map[string]sallyport.User{}
	for _, u := range all {
		users[u.ID] = u
		if u.Source == h.connection.Slug && u.ExternalID != "" {
			p.users[u.ExternalID] = u.ID // people of this directory are their own accounts, also in a first preview
		}
	}
	for id, a := range accounts {
		p.users[id] = a.UserID
	}
	p.link(h, accounts, all)
	ids := make([]string, 0, len(h.accounts))
	for id := range h.accounts {
		ids = append(ids, id)
	}
	imports, err := tx.ImportGrants(ctx, tenant, ids)
	if err != nil {
		return nil, err
	}
	known, unknown, lasts := 0, 0, map[string]*access.NewGrant{}
	for _, b := range h.bound {
		list, read := h.accounts[b.Resource.ID]
		if !read {
			continue
		}
		now, err := tx.ProvisionedUsers(ctx, tenant, b.Resource.ID)
		if err != nil {
			return nil, err
		}
		has := imports[b.Resource.ID]
		known += len(has)
		there := map[string]bool{}
		for _, account := range list {
			u, ok := users[p.users[account]]
			if !ok {
				unknown++
				continue
			}
			there[u.ID] = true
			// A provision is never forgotten, so this leaves out whatever Sallyport added before the read began, and what it
			// began to add meanwhile.
			made, ours := now[u.ID]
			if ours && has[u.ID] == "" && made.State == sallyport.ProvisionAbsent && settled(made, b, h) {
				p.check(drifted{found{resource: b.Resource, user: u.Ref()}, made.ID, true}, b.Resource.Name+" is there without a reason; it is taken away")
			}
			if has[u.ID] != "" || ours || u.State != sallyport.UserActive {
				continue
			}
			p.adds = append(p.adds, found{resource: b.Resource, user: u.Ref()})
			until, err := s.lastsTx(ctx, tx, tenant, lasts, b.Resource.ID)
			if err != nil {
				return nil, err
			}
			p.Add(sallyport.PlanItem{Action: sallyport.PlanAdd, Kind: "holding", Slug: u.Login, Name: u.Name, Detail: b.Resource.Name + " was found in the target" + until})
		}
		for _, user := range slices.Sorted(maps.Keys(now)) {
			if made := now[user]; !there[user] && has[user] == "" && made.State == sallyport.ProvisionPresent && settled(made, b, h) {
				u := users[user]
				p.check(drifted{found{resource: b.Resource, user: u.Ref()}, made.ID, false}, b.Resource.Name+" is not there; it is added again")
			}
		}
		for user, grant := range has {
			if !there[user] {
				u := users[user]
				p.ends = append(p.ends, found{resource: b.Resource, user: u.Ref(), grantID: grant})
				p.Add(sallyport.PlanItem{Action: sallyport.PlanEnd, Kind: "holding", Slug: u.Login, Name: u.Name, Detail: b.Resource.Name + " is gone from the target"})
			}
		}
	}
	if unknown > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("%d holdings in the target are of accounts that belong to nobody known here; see the drift of the connection", unknown))
	}
	if known >= guardFrom && len(p.ends)*10 > known {
		p.Refused = fmt.Sprintf("%d of %d imported holdings are gone from %s: more than a tenth, which looks like a read that went wrong", len(p.ends), known, h.connection.Slug)
	}
	return p, nil
}

// settled reports whether what Sallyport made of somebody's access stood before the read began, by the same connection
// and name: then the read tells something about it.
func settled(made store.Provisioned, b store.Bound, h *heldThere) bool {
	return made.Quiet && made.ConnectionID == h.connection.ID && foldKey(made.Target) == foldKey(b.Target) && made.At.Before(h.began)
}

func (p *holdingsPlan) check(d drifted, words string) {
	p.checks = append(p.checks, d)
	p.Add(sallyport.PlanItem{Action: sallyport.PlanChange, Kind: "holding", Slug: d.user.Login, Name: d.user.Name, Detail: words})
}

// link finds whose the accounts of a target are that is no source of people: those with a person's login, once. Whatever
// else a target says about an account, its owner may be able to edit.
func (p *holdingsPlan) link(h *heldThere, known map[string]store.Account, all []sallyport.User) {
	byLogin, has := map[string]sallyport.User{}, map[string]bool{}
	for _, u := range all {
		if u.State == sallyport.UserActive {
			byLogin[foldKey(u.Login)] = u
		}
	}
	for _, a := range known {
		has[a.UserID] = true
	}
	times := map[string]int{}
	for _, a := range h.identities {
		times[foldKey(a.Login)]++
	}
	for _, a := range h.identities {
		u, ok := byLogin[foldKey(a.Login)]
		if _, taken := known[a.ExternalID]; !ok || taken || has[u.ID] || a.ExternalID == "" || times[foldKey(a.Login)] > 1 {
			continue
		}
		has[u.ID] = true
		p.users[a.ExternalID] = u.ID
		p.links = append(p.links, store.Account{UserID: u.ID, ConnectionID: h.connection.ID, ExternalID: a.ExternalID, Name: a.Login})
		p.Add(sallyport.PlanItem{Action: sallyport.PlanAdd, Kind: "account", Slug: u.Login, Name: u.Name, Detail: "has the account " + a.Login + " in " + h.connection.Slug})
	}
}

// settleHoldings makes what the plan says, and keeps what was found.
func (s *Service) settleHoldings(ctx context.Context, tx *store.Tx, actor sallyport.Actor, h *heldThere, p *holdingsPlan) error {
	if h == nil {
		return nil
	}
	for _, a := range p.links {
		if err := tx.SaveAccount(ctx, actor.Tenant, a); err != nil {
			return err
		}
	}
	if len(p.links) > 0 {
		tx.Wake(actor.Tenant)
	}
	lasts, pins := map[string]*access.NewGrant{}, map[string]store.Pin{}
	for _, a := range p.adds {
		n, err := s.foundTx(ctx, tx, actor.Tenant, lasts, a.resource.ID)
		if err != nil {
			return err
		}
		pin, ok := pins[a.resource.ID]
		if !ok {
			if pin, err = tx.PinOf(ctx, actor.Tenant, n.Resource); err != nil {
				return err
			}
			pins[a.resource.ID] = pin
		}
		n.Subject = sallyport.Subject{Kind: sallyport.SubjectUser, ID: a.user.ID, Login: a.user.Login, Name: a.user.Name}
		if _, err := s.Access.AddGrantTx(ctx, tx, actor, n); err != nil {
			return err
		}
		if err := tx.InsertProvision(ctx, actor.Tenant, &store.Provision{UserID: a.user.ID, ResourceID: a.resource.ID, Relation: sallyport.Member, Parameters: "{}",
			Pin: pin, State: sallyport.ProvisionPresent}); err != nil {
			return err
		}
	}
	for _, e := range p.ends {
		if err := s.Access.EndGrantTx(ctx, tx, actor, e.grantID, "gone from the target"); err != nil {
			return err
		}
	}
	checks := make([]string, len(p.checks))
	for i, d := range p.checks {
		checks[i] = d.provisionID
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "provision.drifted", Actor: actor, ObjectKind: "provision", ObjectID: d.provisionID,
			Refs: []string{d.user.ID, d.resource.ID}, Body: map[string]any{"resource_id": d.resource.ID, "there": d.there}}); err != nil {
			return err
		}
	}
	if err := tx.VerifyProvisions(ctx, actor.Tenant, checks); err != nil {
		return err
	}
	for _, b := range h.bound {
		if list, read := h.accounts[b.Resource.ID]; read {
			if err := tx.ReplaceHoldings(ctx, actor.Tenant, h.connection.ID, b.Resource.ID, list, p.users); err != nil {
				return err
			}
		}
	}
	return nil
}
