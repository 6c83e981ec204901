package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sallyport/sallyport"
)

// PastGift is something that was given and is over, as one row of the grants.
type PastGift struct {
	SubjectID, Resource string // id of the role or person, slug of what it had
	Relation            sallyport.Relation
	Reason              string
	Duration            *sallyport.Duration
	OnTime              bool // it reached its end, and nobody ended it before
}

// PastGifts lists what these roles had and have no more by that row, the oldest first.
func (tx *Tx) PastGifts(ctx context.Context, tenant string, roles []string) ([]PastGift, error) {
	if len(roles) == 0 {
		return nil, nil
	}
	q := &query{}
	return tx.pastGifts(ctx, tenant, q, "g.subject_kind = 'role' AND "+q.in("g.subject_id", roles))
}

// PastOwners lists which people owned a resource and own it no more by that row, the oldest first.
func (tx *Tx) PastOwners(ctx context.Context, tenant, resourceID string) ([]PastGift, error) {
	q := &query{}
	return tx.pastGifts(ctx, tenant, q, "g.subject_kind = 'user' AND g.relation = 'owner' AND g.resource_id = "+q.arg(resourceID))
}

func (tx *Tx) pastGifts(ctx context.Context, tenant string, q *query, which string) ([]PastGift, error) {
	var out []PastGift
	now := q.arg(Micros(tx.now))
	q.WriteString(`SELECT g.subject_id, r.slug, g.relation, g.reason, g.duration, g.ended_at, g.ends_at FROM grants g JOIN resources r ON r.tenant_id = g.tenant_id AND r.id = g.resource_id
		WHERE g.tenant_id = ` + q.arg(tenant) + ` AND ` + which + ` AND g.origin = 'given' AND r.deleted_at IS NULL
		AND (g.ended_at IS NOT NULL OR g.ends_at <= ` + now + `) ORDER BY g.id`)
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var p PastGift
		var ended, ends *time.Time
		if err := rows.Scan(&p.SubjectID, &p.Resource, &p.Relation, &p.Reason, durationScan{&p.Duration}, timePtrScan{&ended}, timePtrScan{&ends}); err != nil {
			return err
		}
		p.OnTime = ends != nil && (ended == nil || !ended.Before(*ends))
		out = append(out, p)
		return nil
	})
	return out, err
}
