package catalog

import (
	"context"
	"errors"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// settle makes what a directory's plan says, inside one transaction.
func (s *Service) settle(ctx context.Context, tx *store.Tx, actor sallyport.Actor, p *directoryPlan) error {
	if err := s.settlePeople(ctx, tx, actor, p); err != nil {
		return err
	}
	if err := s.settleAccounts(ctx, tx, actor.Tenant, p); err != nil {
		return err
	}
	groups := map[string]sallyport.Resource{}
	for _, st := range p.groups {
		switch st.action {
		case sallyport.PlanCreate:
			r, err := s.mirror(ctx, tx, actor, p.snap, st)
			if err != nil {
				return err
			}
			groups[st.g.External] = r
		case sallyport.PlanChange:
			if err := s.settleGroup(ctx, tx, actor, st); err != nil {
				return err
			}
		}
	}
	cause := "member in " + p.snap.Source
	for _, m := range p.adds {
		r := m.resource
		if r == nil {
			made := groups[m.group]
			r = &made
		}
		u := p.users[m.person]
		if _, err := s.Access.AddGrantTx(ctx, tx, actor, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID, Login: u.Login, Name: u.Name},
			Resource: *r, Relation: sallyport.Member, Origin: sallyport.OriginImport, ReasonKind: "import", Reason: cause, NoEnd: true}); err != nil {
			return err
		}
	}
	var ended []string
	for _, m := range p.ends {
		if err := s.Access.EndGrantTx(ctx, tx, actor, m.grantID, "no longer a member in "+p.snap.Source); err != nil {
			return err
		}
		ended = append(ended, m.grantID)
	}
	if err := tx.MarkEndedInSource(ctx, actor.Tenant, ended); err != nil {
		return err
	}
	for _, st := range p.groups {
		if st.action == sallyport.PlanRemove {
			if err := s.dropMirrored(ctx, tx, actor, *st.before, "gone from "+p.snap.Source); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) settlePeople(ctx context.Context, tx *store.Tx, actor sallyport.Actor, p *directoryPlan) error {
	var creates []*personStep
	byExternal := map[string]*personStep{}
	for i := range p.people {
		if st := &p.people[i]; st.action == sallyport.PlanCreate {
			creates = append(creates, st)
			byExternal[st.e.External] = st
		}
	}
	var add func(st *personStep) error
	add = func(st *personStep) error {
		if st.after.ID != "" {
			return nil
		}
		// Circles were cut, so this ends; who answers for an account may come later than the account.
		if above := byExternal[st.e.Manager]; above != nil {
			if err := add(above); err != nil {
				return err
			}
		}
		st.after.Manager, st.after.Accountable = p.knownRef(st.e.Manager), p.knownRef(st.e.Accountable)
		if err := AddUserTx(ctx, tx, actor, &st.after, "read from "+p.snap.Source); err != nil {
			return err
		}
		p.users[st.e.External] = &st.after
		return nil
	}
	for _, st := range creates {
		if err := add(st); err != nil {
			return err
		}
	}
	for _, st := range creates {
		if st.e.Accountable != "" && st.after.Accountable == nil {
			if st.after.Accountable = p.knownRef(st.e.Accountable); st.after.Accountable != nil {
				if err := tx.UpdateUser(ctx, actor.Tenant, &st.after); err != nil {
					return err
				}
			}
		}
	}
	for i := range p.people {
		if err := s.settlePerson(ctx, tx, actor, p, &p.people[i]); err != nil {
			return err
		}
	}
	return nil
}

// knownRef names a person of the source who is known by now.
func (p *directoryPlan) knownRef(external string) *sallyport.UserRef {
	if u := p.users[external]; external != "" && u != nil && u.ID != "" {
		ref := u.Ref()
		return &ref
	}
	return nil
}

func (s *Service) settlePerson(ctx context.Context, tx *store.Tx, actor sallyport.Actor, p *directoryPlan, st *personStep) error {
	switch st.action {
	case sallyport.PlanChange:
		st.after.Manager = p.knownRef(st.e.Manager)
		if p.snap.Connection == "" {
			st.after.Accountable = p.knownRef(st.e.Accountable)
		}
		st.after.State, st.after.LeftAt = st.before.State, st.before.LeftAt
		if err := tx.UpdateUser(ctx, actor.Tenant, &st.after); err != nil {
			return err
		}
		names := []string{}
		var values []store.Value
		for _, c := range st.changed {
			names = append(names, c.Field)
			values = append(values, store.Value{Name: c.Field + ".before", Value: c.Before, UserID: st.before.ID}, store.Value{Name: c.Field + ".after", Value: c.After, UserID: st.before.ID})
		}
		slices.Sort(names)
		tx.Changed(actor.Tenant, "users", "user:"+st.before.ID)
		_, err := tx.Append(ctx, store.NewEvent{Verb: "user.changed", Actor: actor, ObjectKind: "user", ObjectID: st.before.ID, Cause: "read from " + p.snap.Source,
			Body: map[string]any{"changed": names}, Values: values})
		return err
	case sallyport.PlanReturn:
		if _, err := tx.SetUserState(ctx, actor.Tenant, st.before.ID, sallyport.UserActive); err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "users", "user:"+st.before.ID)
		_, err := tx.Append(ctx, store.NewEvent{Verb: "user.returned", Actor: actor, ObjectKind: "user", ObjectID: st.before.ID, Cause: "active in " + p.snap.Source})
		return err
	case sallyport.PlanLeave:
		u, err := tx.User(ctx, actor.Tenant, st.before.ID)
		if err != nil {
			return err
		}
		cause := "left in " + p.snap.Source
		if st.state == sallyport.UserSuspended {
			cause = "disabled in " + p.snap.Source
		}
		return s.Access.LeaveTx(ctx, tx, actor, u, st.state, cause)
	}
	return nil
}

// settleAccounts says who is who in the target: the directory's own identities are the accounts.
func (s *Service) settleAccounts(ctx context.Context, tx *store.Tx, tenant string, p *directoryPlan) error {
	if p.snap.Connection == "" {
		return nil
	}
	have, err := tx.Accounts(ctx, tenant, p.snap.Connection)
	if err != nil {
		return err
	}
	for _, e := range p.accounts {
		u := p.users[e.External]
		if u == nil {
			continue
		}
		a, ok := have[e.External]
		if ok && a.UserID == u.ID && a.Name == e.Login {
			continue
		}
		if ok && a.UserID != u.ID {
			return errors.New("the account " + e.Login + " belongs to two people")
		}
		if err := tx.SaveAccount(ctx, tenant, store.Account{UserID: u.ID, ConnectionID: p.snap.Connection, ExternalID: e.External, Name: e.Login}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) settleGroup(ctx context.Context, tx *store.Tx, actor sallyport.Actor, st groupStep) error {
	r := *st.before
	r.Name, r.Description = st.name, st.g.Description
	changes := diff(*st.before, r)
	if err := tx.UpdateResource(ctx, actor.Tenant, &r); err != nil {
		return err
	}
	body := map[string]any{"slug": r.Slug}
	for _, c := range changes {
		body[c.Field] = map[string]any{"before": c.Before, "after": c.After}
	}
	tx.Changed(actor.Tenant, "resources", "resource:"+r.ID)
	_, err := tx.Append(ctx, store.NewEvent{Verb: "resource.changed", Actor: actor, ObjectKind: "resource", ObjectID: r.ID, Body: body})
	return err
}
