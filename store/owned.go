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
	owned := ownedResources(q.arg(tenant), q.arg(userID), q.arg(Micros(tx.now)))
	q.WriteString("SELECT r.id, r.managed, r.flow, r.id IN (" + owned + ") OR COALESCE(r.app_id, '') IN (" + owned + ") FROM resources r WHERE r.tenant_id=$1 AND " + q.in("r.id", resources))
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
