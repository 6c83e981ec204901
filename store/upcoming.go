package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sallyport/sallyport"
)

// Upcoming is access in a target whose last reason ends at a known moment.
type Upcoming struct {
	Provision
	At      time.Time
	Account string // the person's external id there
	Version int    // of the connection's settings
}

// UpcomingRemovals lists what connectors will have to take away until a moment because its last reason ends by then, over
// all tenants, the earliest first. Workers keep it in memory for the case that the database takes no writes.
func (tx *Tx) UpcomingRemovals(ctx context.Context, until time.Time, limit int) ([]Upcoming, error) {
	q := &query{}
	now, end := q.arg(Micros(tx.now.Add(-time.Hour))), q.arg(Micros(until)) // and what is over, but was not ended yet
	columns := `p.tenant_id, p.id, p.user_id, p.resource_id, p.relation, p.parameters, p.fulfilment, p.connection_id, p.target, p.state, p.since, p.due_since, p.generation,
		p.attempts, p.next_at, p.lease_by, p.lease_until, p.recheck_at, p.error, p.failing_since, p.alarmed_at, p.verified_at, p.by_role, a.external_id, c.version`
	from := `JOIN accounts a ON a.tenant_id=p.tenant_id AND a.user_id=p.user_id AND a.connection_id=p.connection_id
		JOIN connections c ON c.tenant_id=p.tenant_id AND c.id=p.connection_id AND c.deleted_at IS NULL AND c.paused_at IS NULL`
	// Whatever ends soon is found by the index on ends: a person's grant, a membership of a role, or a role's grant.
	soon := func(alias string) string {
		return alias + `.ended_at IS NULL AND ` + alias + `.ends_at > ` + now + ` AND ` + alias + `.ends_at <= ` + end
	}
	byRole := ` JOIN provisions p ON p.tenant_id=m.tenant_id AND p.user_id=m.subject_id AND p.resource_id=g.resource_id AND p.relation=g.relation AND p.parameters=g.parameters
		AND p.state='present' ` + from + ` WHERE g.subject_kind='role' AND m.subject_kind='user' AND m.relation='member' AND `
	q.WriteString(`SELECT * FROM (SELECT ` + columns + `, g.ends_at AS at FROM grants g JOIN provisions p ON p.tenant_id=g.tenant_id AND p.user_id=g.subject_id AND p.resource_id=g.resource_id
		AND p.relation=g.relation AND p.parameters=g.parameters AND p.state='present' ` + from + ` WHERE g.subject_kind='user' AND ` + soon("g") + `
		UNION ALL SELECT ` + columns + `, m.ends_at FROM grants m JOIN grants g ON g.tenant_id=m.tenant_id AND g.subject_id=m.resource_id AND g.ended_at IS NULL` + byRole + soon("m") + `
		UNION ALL SELECT ` + columns + `, g.ends_at FROM grants g JOIN grants m ON m.tenant_id=g.tenant_id AND m.resource_id=g.subject_id AND m.ended_at IS NULL` + byRole + soon("g") + `) x
		WHERE NOT ` + wanted("x.tenant_id", "x.user_id", "x.resource_id", "x.relation", "x.parameters", "x.at") + ` ORDER BY x.at LIMIT ` + q.arg(limit))
	var out []Upcoming
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var u Upcoming
		err := scanProvision(moreDest{r, []any{&u.Account, &u.Version, timeScan{&u.At}}}, &u.Provision)
		if err == nil && u.Pin.Remove.Kind == sallyport.FulfilConnector {
			out = append(out, u)
		}
		return err
	})
	return out, err
}

// moreDest scans more columns after those of a noun.
type moreDest struct {
	rows *sql.Rows
	more []any
}

func (m moreDest) Scan(dest ...any) error { return m.rows.Scan(append(dest, m.more...)...) }
