package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

// The built-in resources whose members are admins, auditors and catalogue managers.
const (
	SlugAdmin            = "sallyport.admin"
	SlugAuditor          = "sallyport.auditor"
	SlugCatalogueManager = "sallyport.catalogue-manager"
)

// LoadActor answers who a user is now and what they may do as such: membership of the built-in resources counts, direct
// or by role. EUnauthenticated when the person is unknown, suspended or gone. Via, ViaID and Scopes are the caller's to
// set.
func (tx *Tx) LoadActor(ctx context.Context, tenant, userID string) (sallyport.Actor, error) {
	a := sallyport.Actor{Tenant: tenant}
	q := &query{}
	t, u, n := q.arg(tenant), q.arg(userID), q.arg(Micros(tx.now))
	q.WriteString(`SELECT u.id, u.login, u.name, u.time_zone, u.state, r.slug FROM users u
		LEFT JOIN resources r ON r.tenant_id = u.tenant_id AND r.built_in AND r.deleted_at IS NULL
			AND ` + q.in("r.slug", []string{SlugAdmin, SlugAuditor, SlugCatalogueManager}) + ` AND (
			EXISTS (SELECT 1 FROM grants g WHERE g.tenant_id = ` + t + ` AND g.subject_kind = 'user' AND g.subject_id = ` + u + `
				AND g.resource_id = r.id AND g.relation = 'member' AND ` + holds("g", n) + `)
			OR EXISTS (SELECT 1 FROM grants m JOIN grants x ON x.tenant_id = m.tenant_id AND x.subject_kind = 'role'
				AND x.subject_id = m.resource_id WHERE m.tenant_id = ` + t + ` AND m.subject_kind = 'user' AND m.subject_id = ` + u + `
				AND m.relation = 'member' AND ` + holds("m", n) + ` AND x.resource_id = r.id AND x.relation = 'member' AND ` + holds("x", n) + `))
		WHERE u.tenant_id = ` + t + ` AND u.id = ` + u)
	var state sallyport.UserState
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var slug string
		if err := r.Scan(&a.User.ID, &a.User.Login, &a.User.Name, &a.Zone, &state, textScan{&slug}); err != nil {
			return err
		}
		switch slug {
		case SlugAdmin:
			a.Admin = true
		case SlugAuditor:
			a.Auditor = true
		case SlugCatalogueManager:
			a.CatalogueManager = true
		}
		return nil
	})
	switch {
	case err != nil:
		return sallyport.Actor{}, err
	case a.User.ID == "":
		return sallyport.Actor{}, sallyport.Errorf(sallyport.EUnauthenticated, "the account that this sign-in belongs to does not exist").
			WithHint("Sign in again.")
	case state != sallyport.UserActive:
		return sallyport.Actor{}, inactive(state)
	}
	return a, nil
}

func inactive(state sallyport.UserState) error {
	what := "has left"
	if state == sallyport.UserSuspended {
		what = "is suspended"
	}
	return sallyport.Errorf(sallyport.EUnauthenticated, "the account that this sign-in belongs to %s", what).
		WithHint("If that is a mistake, ask those who keep the directory to correct it.")
}
