package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sallyport/sallyport"
)

// Given is a given grant in short, with the one that it took over from.
type Given struct {
	ID, Previous string
	Key          sallyport.Key
	Span         sallyport.Span
	Made         time.Time
	Lives        bool
}

// GivenSince lists who was given a role, and what that was given, as far as it lived at a moment or was made after it.
func (tx *Tx) GivenSince(ctx context.Context, tenant, roleID string, at time.Time) ([]Given, error) {
	const columns = `SELECT id, COALESCE(previous_id, ''), subject_kind, subject_id, resource_id, relation, parameters, ends_at, no_end, created_at, ended_at FROM grants
		WHERE tenant_id=$1 AND origin='given' AND (ended_at IS NULL OR ended_at >= $3) AND `
	var out []Given
	err := tx.Rows(ctx, columns+`resource_id=$2 UNION ALL `+columns+`subject_kind='role' AND subject_id=$2`, []any{tenant, roleID, Micros(at)}, func(r *sql.Rows) error {
		var g Given
		var ended *time.Time
		err := r.Scan(&g.ID, &g.Previous, &g.Key.Subject, &g.Key.SubjectID, &g.Key.ResourceID, &g.Key.Relation, &g.Key.Parameters,
			timePtrScan{&g.Span.EndsAt}, &g.Span.NoEnd, timeScan{&g.Made}, timePtrScan{&ended})
		g.Lives = ended == nil && (g.Span.EndsAt == nil || g.Span.EndsAt.After(tx.now))
		out = append(out, g)
		return err
	})
	return out, err
}

// TookOverFrom finds the grant that a grant took over from; false where there is none.
func (tx *Tx) TookOverFrom(ctx context.Context, tenant, id string) (sallyport.Grant, bool, error) {
	ids, err := tx.ids(ctx, "SELECT previous_id FROM grants WHERE tenant_id=$1 AND id=$2 AND previous_id IS NOT NULL", tenant, id)
	if err != nil || len(ids) == 0 {
		return sallyport.Grant{}, false, err
	}
	g, err := tx.Grant(ctx, tenant, ids[0], Viewer{All: true})
	return g, err == nil, err
}

// LeftSince tells who has left or was suspended since a moment, also when they are back.
func (tx *Tx) LeftSince(ctx context.Context, tenant string, at time.Time) (map[string]bool, error) {
	left := map[string]bool{}
	ids, err := tx.ids(ctx, `SELECT object_id FROM events WHERE tenant_id=$1 AND verb IN ('user.left','user.suspended') AND at >= $2`, tenant, Micros(at))
	for _, id := range ids {
		left[id] = true
	}
	return left, err
}
