package access

import (
	"context"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// AdminSlug is the built-in entitlement whose effective members are the admins.
const AdminSlug = "sallyport.admin"

// jury is who may decide a stage now, and how many of them are needed.
type jury struct {
	Approvers []sallyport.Approver
	Need      int
	Fallback  string // "", "fallback" or "admins"
}

func (j jury) ids() []string {
	ids := make([]string, len(j.Approvers))
	for i, a := range j.Approvers {
		ids[i] = a.ID
	}
	return ids
}

func (j jury) has(id string) bool {
	return slices.ContainsFunc(j.Approvers, func(a sallyport.Approver) bool { return a.ID == id })
}

// resolveTx finds the active people whom approver expressions name, for a resource and a beneficiary. What does not
// exist names nobody: absent never widens.
func (s *Service) resolveTx(ctx context.Context, tx *store.Tx, tenant string, exprs []string, res sallyport.Resource, who sallyport.Subject) ([]sallyport.Approver, error) {
	var out []sallyport.Approver
	seen := map[string]bool{}
	for _, e := range exprs {
		users, err := s.expr(ctx, tx, tenant, e, res, who)
		if err != nil {
			return nil, err
		}
		for _, u := range users {
			if !seen[u.ID] {
				seen[u.ID] = true
				out = append(out, sallyport.Approver{ID: u.ID, Login: u.Login, Name: u.Name, Via: e})
			}
		}
	}
	return out, nil
}

func (s *Service) expr(ctx context.Context, tx *store.Tx, tenant, e string, res sallyport.Resource, who sallyport.Subject) ([]sallyport.UserRef, error) {
	switch e {
	case sallyport.ExprOwners:
		return s.countingOwners(ctx, tx, tenant, res.ID, res, who)
	case sallyport.ExprAppOwners:
		if res.App == nil {
			return nil, nil
		}
		return s.countingOwners(ctx, tx, tenant, res.App.ID, res, who)
	case sallyport.ExprAdmins:
		return s.Admins(ctx, tx, tenant)
	case sallyport.ExprManager, sallyport.ExprManager2:
		if who.Kind != sallyport.SubjectUser {
			return nil, nil
		}
		m, err := managerOf(ctx, tx, tenant, who.ID)
		if err == nil && m != nil && e == sallyport.ExprManager2 {
			m, err = managerOf(ctx, tx, tenant, m.ID)
		}
		if err != nil || m == nil {
			return nil, err
		}
		u, err := tx.User(ctx, tenant, m.ID)
		if err != nil || u.State != sallyport.UserActive {
			return nil, err
		}
		return []sallyport.UserRef{u.Ref()}, nil
	}
	kind, name, _ := strings.Cut(e, ":")
	if kind == "user" {
		u, err := tx.User(ctx, tenant, name)
		if sallyport.CodeOf(err) == sallyport.ENotFound || u.State != sallyport.UserActive {
			return nil, nil
		}
		return []sallyport.UserRef{u.Ref()}, err
	}
	g, err := tx.BareResource(ctx, tenant, name, Everything)
	if sallyport.CodeOf(err) == sallyport.ENotFound {
		return nil, nil
	}
	if err != nil || g.DeletedAt != nil {
		return nil, err
	}
	return tx.EffectiveUsers(ctx, tenant, g.ID, sallyport.Member)
}

// countingOwners lists the owners of a resource. For a role's request on a resource whose members or owners may not add
// themselves, owners who are members of that role, or will be, do not count (domain rule 12).
func (s *Service) countingOwners(ctx context.Context, tx *store.Tx, tenant, id string, res sallyport.Resource, who sallyport.Subject) ([]sallyport.UserRef, error) {
	owners, err := tx.EffectiveUsers(ctx, tenant, id, sallyport.Owner)
	if err != nil || who.Kind != sallyport.SubjectRole || len(owners) == 0 {
		return owners, err
	}
	c, _, err := tx.EffectiveLimits(ctx, tenant, res)
	if err != nil || !c.NotSelf() {
		return owners, err
	}
	members, err := tx.Joiners(ctx, tenant, who.ID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(owners, func(o sallyport.UserRef) bool { return slices.Contains(members, o.ID) }), nil
}

// Admins lists the active people who are admins now.
func (s *Service) Admins(ctx context.Context, tx *store.Tx, tenant string) ([]sallyport.UserRef, error) {
	r, err := tx.BareResource(ctx, tenant, AdminSlug, Everything)
	if sallyport.CodeOf(err) == sallyport.ENotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return tx.EffectiveUsers(ctx, tenant, r.ID, sallyport.Member)
}

func managerOf(ctx context.Context, tx *store.Tx, tenant, id string) (*sallyport.UserRef, error) {
	u, err := tx.User(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	return u.Manager, nil
}

// juryTx finds who may decide a stage now. Requester and beneficiary are left out unless the flow says otherwise
// (rule 8). A set smaller than its rule needs is joined by the flow's fallback, else by admins (rule 11); nobody at all
// is an error, so that no request exists that nobody can decide.
func (s *Service) juryTx(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Request, res sallyport.Resource, spec sallyport.StageSpec, escalated bool) (jury, error) {
	exprs := slices.Clone(spec.Approvers)
	if escalated {
		exprs = append(exprs, spec.EscalateTo...)
	}
	fallback := append(slices.Clone(spec.Fallback), r.Flow.Fallback...)
	var j jury
	for _, step := range []struct {
		name string
		more []string
	}{{"", exprs}, {"fallback", fallback}, {"admins", []string{sallyport.ExprAdmins}}} {
		if step.name == "fallback" && len(fallback) == 0 {
			continue
		}
		more, err := s.resolveTx(ctx, tx, tenant, step.more, res, r.Beneficiary)
		if err != nil {
			return j, err
		}
		for _, a := range more {
			excluded := !r.Flow.AllowSelf && r.Concerns(a.ID)
			if !excluded && !j.has(a.ID) {
				j.Approvers = append(j.Approvers, a)
			}
		}
		j.Fallback, j.Need = step.name, spec.Need(len(j.Approvers))
		if spec.Rule == "all" && step.name != "" {
			j.Need = 1 // those who were to agree are not there; one of the fallback decides
		}
		if len(j.Approvers) >= j.Need {
			return j, nil
		}
	}
	if len(j.Approvers) > 0 && slices.ContainsFunc(j.Approvers, func(a sallyport.Approver) bool { return a.Via == sallyport.ExprAdmins }) {
		j.Need = len(j.Approvers)
		return j, nil
	}
	return j, &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.11",
		Message: "nobody could decide about " + res.Name + ": its approvers are missing, and there is no admin besides the people it is about",
		Hint:    "Ask an admin to name approvers or owners for it, or to make another admin."}
}

// specOf is the stage's specification as it decides now: once a fallback is in force, "all" of those missing is not
// waited for.
func specOf(st sallyport.Stage, j jury) sallyport.StageSpec {
	spec := st.Spec
	if j.Fallback != "" && (spec.Rule == "all" || spec.Need(len(j.Approvers)) > j.Need) {
		spec.Rule = "any"
		if j.Need > 1 {
			spec.Rule = itoa(j.Need)
		}
	}
	return spec
}
