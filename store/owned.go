package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

// Standing is how a person stands to a resource.
type Standing struct {
	Owns    bool // it or its app, directly or by role
	Managed bool
	Flow    *sallyport.Flow
}

// Standings answers, by one query, how a person stands to each of some resources.
func (tx *Tx) Standings(ctx context.Context, tenant, userID string, resources []string) (map[string]Standing, error) {
	out := make(map[string]Standing, len(resources))
	if len(resources) == 0 {
		return out, nil
	}
	q := &query{}
	t, u, n := q.arg(tenant), q.arg(userID), q.arg(Micros(tx.now))
	q.WriteString(`SELECT r.id, r.managed, r.flow,
		EXISTS (SELECT 1 FROM grants g WHERE g.tenant_id=` + t + ` AND g.subject_kind='user' AND g.subject_id=` + u + ` AND g.relation='owner'
			AND g.resource_id IN (r.id, COALESCE(r.app_id, '')) AND ` + holds("g", n) + `)
		OR EXISTS (SELECT 1 FROM grants m JOIN grants rg ON rg.tenant_id=m.tenant_id AND rg.subject_kind='role' AND rg.subject_id=m.resource_id
			WHERE m.tenant_id=` + t + ` AND m.subject_kind='user' AND m.subject_id=` + u + ` AND m.relation='member' AND ` + holds("m", n) + `
			AND rg.relation='owner' AND rg.resource_id IN (r.id, COALESCE(r.app_id, '')) AND ` + holds("rg", n) + `)
		FROM resources r WHERE r.tenant_id=` + t + ` AND ` + q.in("r.id", resources))
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var id string
		var s Standing
		if err := r.Scan(&id, &s.Managed, jsonScan{&s.Flow}, &s.Owns); err != nil {
			return err
		}
		out[id] = s
		return nil
	})
	return out, err
}
