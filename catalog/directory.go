package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// personStep is what happens to one person; before is nil for somebody new.
type personStep struct {
	action  string
	e       *Entrant
	before  *sallyport.User
	after   sallyport.User
	state   sallyport.UserState // of a leaver
	changed []sallyport.FieldChange
}

// directoryPlan is what a snapshot would change.
type directoryPlan struct {
	sallyport.Plan
	snap     *Snapshot
	people   []personStep
	accounts []*Entrant
	users    map[string]*sallyport.User // people of the source by external id
	leaving  map[string]bool            // user ids
	groups   []groupStep
	adds     []membership
	ends     []membership
	known    struct{ people, groups, memberships int }
}

// planDirectory compares a snapshot with what is known of its source. It changes nothing, and puts what is wrong into the
// plan's faults.
func (s *Service) planDirectory(ctx context.Context, tx *store.Tx, tenant string, snap *Snapshot) (*directoryPlan, error) {
	p := &directoryPlan{snap: snap, users: map[string]*sallyport.User{}, leaving: map[string]bool{}, Plan: sallyport.Plan{Items: []sallyport.PlanItem{}}}
	all, err := tx.AllUsers(ctx, tenant)
	if err != nil {
		return nil, err
	}
	m := newMatcher(all, snap.Source)
	seen := map[string]bool{} // user ids
	entries := map[string]*Entrant{}
	for i := range snap.People {
		e := &snap.People[i]
		u := m.find(e)
		if u != nil {
			seen[u.ID] = true
		}
		if e.Broken {
			continue
		}
		if wrong := m.conflict(e, u); wrong != "" {
			snap.fault(e.Where, "%s", wrong)
			e.Broken = true
			continue
		}
		entries[e.External] = e
		if u != nil {
			p.users[e.External] = u
		}
	}
	snap.managers()
	for i := range snap.People {
		if e := &snap.People[i]; !e.Broken {
			p.person(e, entries)
		}
	}
	if snap.Complete {
		for i := range all {
			if u := &all[i]; u.Source == snap.Source && u.State != sallyport.UserGone && !seen[u.ID] {
				p.leave(u, nil, sallyport.UserGone)
			}
		}
	}
	for i := range all {
		if all[i].Source == snap.Source && all[i].State == sallyport.UserActive {
			p.known.people++
		}
	}
	if err := s.planGroups(ctx, tx, tenant, p, entries, all); err != nil {
		return nil, err
	}
	p.guard()
	p.Faults = inOrder(snap.Faults)
	return p, nil
}

// matcher finds who an entry of a source is.
type matcher struct {
	source                       string
	external, byLogin, byAddress map[string]*sallyport.User
}

func newMatcher(all []sallyport.User, source string) *matcher {
	m := &matcher{source: source, external: map[string]*sallyport.User{}, byLogin: map[string]*sallyport.User{}, byAddress: map[string]*sallyport.User{}}
	for i := range all {
		u := &all[i]
		if u.Source == source && u.ExternalID != "" {
			m.external[u.ExternalID] = u
		}
		m.byLogin[foldKey(u.Login)] = u
		if u.Email != "" {
			m.byAddress[foldKey(u.Email)] = u
		}
	}
	return m
}

// find gives the person that the source knows by the entry's identity, or one that was made here by hand, such as the
// first admin, with its login or address. Nil for somebody new.
func (m *matcher) find(e *Entrant) *sallyport.User {
	if u := m.external[e.External]; u != nil {
		return u
	}
	for _, u := range []*sallyport.User{m.byLogin[foldKey(e.Login)], m.byAddress[foldKey(e.Email)], m.byLogin[foldKey(e.Email)]} {
		if u != nil && (u.Source == "" || u.Source == m.source && u.ExternalID == "") {
			return u
		}
	}
	return nil
}

// conflict says why the entry's login or address cannot be its own.
func (m *matcher) conflict(e *Entrant, u *sallyport.User) string {
	for _, other := range []*sallyport.User{m.byLogin[foldKey(e.Login)], m.byAddress[foldKey(e.Login)], m.byAddress[foldKey(e.Email)], m.byLogin[foldKey(e.Email)]} {
		if other == nil || u != nil && other.ID == u.ID {
			continue
		}
		whose := "somebody else"
		switch {
		case other.State == sallyport.UserGone:
			whose = other.Name + ", who left"
		case other.Source == m.source:
			whose = other.Name + " under another identity of the same source"
		case other.Source != "":
			whose = other.Name + " from the source " + other.Source
		}
		return fmt.Sprintf("the login %s or the address %s is that of %s; nobody else gets it", e.Login, e.Email, whose)
	}
	return ""
}

// person plans what happens to one good entry.
func (p *directoryPlan) person(e *Entrant, entries map[string]*Entrant) {
	u := p.users[e.External]
	if u == nil && !e.Active {
		return // was never here, and is not to come
	}
	st := personStep{e: e, before: u, after: sallyport.User{Kind: e.Kind, State: sallyport.UserActive, Attributes: map[string]string{}}}
	if u != nil {
		st.after = *u
	}
	a := &st.after
	a.Login, a.Name, a.Email, a.Title, a.Department, a.Source, a.ExternalID = e.Login, e.Name, e.Email, e.Title, e.Department, p.snap.Source, e.External
	if p.snap.Connection == "" {
		a.Kind = e.Kind
	}
	a.Manager = p.refer(e.Manager, entries)
	if p.snap.Connection == "" {
		a.Accountable = p.refer(e.Accountable, entries)
	}
	p.accounts = append(p.accounts, e)
	if u == nil {
		st.action = sallyport.PlanCreate
		p.people = append(p.people, st)
		p.Add(sallyport.PlanItem{Action: sallyport.PlanCreate, Kind: "person", Slug: e.Login, Name: e.Name})
		return
	}
	st.changed = userDiff(*u, *a)
	if len(st.changed) > 0 {
		st.action = sallyport.PlanChange
		p.people = append(p.people, st)
		p.Add(sallyport.PlanItem{Action: sallyport.PlanChange, Kind: "person", Slug: e.Login, Name: e.Name, Fields: st.changed})
	}
	switch {
	case !e.Active && u.State == sallyport.UserActive:
		p.leave(u, e, sallyport.UserSuspended)
	case e.Active && u.State != sallyport.UserActive:
		p.people = append(p.people, personStep{action: sallyport.PlanReturn, e: e, before: u})
		p.Add(sallyport.PlanItem{Action: sallyport.PlanReturn, Kind: "person", Slug: u.Login, Name: u.Name, Detail: "comes back with nothing of what they held"})
	case len(st.changed) == 0:
		p.Same++
	}
}

// refer names another person of the source, whose id may not be known yet.
func (p *directoryPlan) refer(external string, entries map[string]*Entrant) *sallyport.UserRef {
	e := entries[external]
	if external == "" || e == nil {
		return nil
	}
	if u := p.users[external]; u != nil {
		return &sallyport.UserRef{ID: u.ID, Login: e.Login, Name: e.Name}
	}
	if !e.Active {
		return nil
	}
	return &sallyport.UserRef{Login: e.Login, Name: e.Name} // its id is known once it is added
}

func (p *directoryPlan) leave(u *sallyport.User, e *Entrant, state sallyport.UserState) {
	why := "is no longer in " + p.snap.Source
	if state == sallyport.UserSuspended {
		why = "is disabled in " + p.snap.Source
	}
	if u.State == sallyport.UserActive {
		p.leaving[u.ID] = true
	}
	p.people = append(p.people, personStep{action: sallyport.PlanLeave, e: e, before: u, state: state})
	p.Add(sallyport.PlanItem{Action: sallyport.PlanLeave, Kind: "person", Slug: u.Login, Name: u.Name, Detail: why})
}

func userDiff(before, after sallyport.User) []sallyport.FieldChange {
	var out []sallyport.FieldChange
	login := func(r *sallyport.UserRef) string {
		if r == nil {
			return ""
		}
		return r.Login
	}
	id := func(r *sallyport.UserRef) string {
		if r == nil {
			return ""
		}
		return r.ID
	}
	for _, f := range [][3]string{{"login", before.Login, after.Login}, {"name", before.Name, after.Name}, {"email", before.Email, after.Email},
		{"title", before.Title, after.Title}, {"department", before.Department, after.Department}, {"kind", string(before.Kind), string(after.Kind)},
		{"source", before.Source, after.Source}} {
		if f[1] != f[2] {
			out = append(out, sallyport.FieldChange{Field: f[0], Before: f[1], After: f[2]})
		}
	}
	if id(before.Manager) != id(after.Manager) || after.Manager != nil && after.Manager.ID == "" {
		out = append(out, sallyport.FieldChange{Field: "manager", Before: login(before.Manager), After: login(after.Manager)})
	}
	if id(before.Accountable) != id(after.Accountable) || after.Accountable != nil && after.Accountable.ID == "" {
		out = append(out, sallyport.FieldChange{Field: "accountable", Before: login(before.Accountable), After: login(after.Accountable)})
	}
	return out
}

// Where more than a tenth of at least this many goes at once, somebody has to look first.
const guardFrom = 20

// guard holds back a plan that ends suspiciously much (domain rule 21).
func (p *directoryPlan) guard() {
	var why []string
	tooMuch := func(going, known int, what string) {
		if going > 0 && (known >= guardFrom && going*10 > known || going == known && what == "people" && len(p.snap.People) == 0) {
			why = append(why, fmt.Sprintf("%d of %d %s would go", going, known, what))
		}
	}
	tooMuch(len(p.leaving), p.known.people, "people")
	removed := 0
	for _, g := range p.groups {
		if g.action == sallyport.PlanRemove {
			removed++
		}
	}
	tooMuch(removed, p.known.groups, "groups")
	tooMuch(len(p.ends), p.known.memberships, "memberships")
	if len(why) > 0 {
		p.Refused = strings.Join(why, ", ") + ": more than a tenth of what is known from " + p.snap.Source + ", which looks like a read that went wrong"
	}
}
