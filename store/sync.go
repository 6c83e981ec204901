package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/sallyport/sallyport"
)

const syncColumns = `s.id, COALESCE(c.slug, ''), s.source, s.state, s.plan, s.creates, s.changes, s.removes, s.error, u.id, u.login, u.name, s.started_at, s.finished_at`

const syncFrom = ` FROM syncs s LEFT JOIN connections c ON c.tenant_id=s.tenant_id AND c.id=s.connection_id
	LEFT JOIN users u ON u.tenant_id=s.tenant_id AND u.id=s.started_by`

func scanSync(rows interface{ Scan(...any) error }, s *sallyport.Sync) error {
	var by optionalUser
	*s = sallyport.Sync{}
	err := rows.Scan(&s.ID, &s.Connection, &s.Source, &s.State, jsonScan{&s.Plan}, &s.Creates, &s.Changes, &s.Removes, &s.Error,
		textScan{&by.id}, textScan{&by.login}, textScan{&by.name}, timeScan{&s.StartedAt}, timePtrScan{&s.FinishedAt})
	s.StartedBy = by.ref()
	return err
}

// maxPlanItems is how many items of a plan are kept with its run; the counts are of all.
const maxPlanItems = 500

// InsertSync records the beginning of a run; id and start are set here. connection is an id, or "" for a file.
func (tx *Tx) InsertSync(ctx context.Context, tenant string, s *sallyport.Sync, connection, startedBy string) error {
	s.ID, s.StartedAt = NewID(sallyport.PrefixSync), tx.now
	_, err := tx.Exec(ctx, `INSERT INTO syncs (tenant_id, id, connection_id, source, state, plan, started_by, started_at) VALUES ($1,$2,$3,$4,$5,'{}',$6,$7)`,
		tenant, s.ID, null(connection), s.Source, s.State, null(startedBy), Micros(tx.now))
	return err
}

// FinishSync records what came of a run.
func (tx *Tx) FinishSync(ctx context.Context, tenant string, s *sallyport.Sync) error {
	now := tx.now
	s.FinishedAt, s.Creates, s.Changes, s.Removes = &now, s.Plan.Creates, s.Plan.Changes, s.Plan.Removes
	s.Plan = s.Plan.Head(maxPlanItems)
	_, err := tx.Exec(ctx, `UPDATE syncs SET state=$3, plan=$4, creates=$5, changes=$6, removes=$7, error=$8, finished_at=$9 WHERE tenant_id=$1 AND id=$2`,
		tenant, s.ID, s.State, toJSON(s.Plan), s.Creates, s.Changes, s.Removes, strings.ToValidUTF8(s.Error, "\uFFFD"), Micros(now))
	return err
}

// Sync finds one run with its plan. ENotFound when there is none.
func (tx *Tx) Sync(ctx context.Context, tenant, id string) (sallyport.Sync, error) {
	var s sallyport.Sync
	err := scanSync(tx.row(ctx, "SELECT "+syncColumns+syncFrom+" WHERE s.tenant_id=$1 AND s.id=$2", tenant, id), &s)
	if errors.Is(err, sql.ErrNoRows) {
		return s, sallyport.Errorf(sallyport.ENotFound, "there is no sync %q", clip(id))
	}
	return s, dbError(ctx, err)
}

// SyncFilter narrows a list of runs; empty fields do not.
type SyncFilter struct {
	Connection string // id
	Source     string
	State      string
}

var syncListing = listing{id: "s.id", sorts: map[string]string{"": "-s.id"}}

// Syncs lists runs, newest first, with the first items of their plans.
func (tx *Tx) Syncs(ctx context.Context, tenant string, f SyncFilter, p Page) (List[sallyport.Sync], error) {
	var none List[sallyport.Sync]
	q := &query{}
	q.WriteString(syncFrom + " WHERE s.tenant_id = " + q.arg(tenant))
	if f.Connection != "" {
		q.and("s.connection_id = %s", f.Connection)
	}
	if f.Source != "" {
		q.and("s.source = %s", f.Source)
	}
	if f.State != "" {
		q.and("s.state = %s", f.State)
	}
	var total *int
	var err error
	if p.Total {
		if total, err = tx.count(ctx, q.String(), q); err != nil {
			return none, err
		}
	}
	if err := syncListing.page(q, &p); err != nil {
		return none, err
	}
	var items []sallyport.Sync
	err = tx.Rows(ctx, "SELECT "+syncColumns+q.String(), q.args, func(r *sql.Rows) error {
		var s sallyport.Sync
		if err := scanSync(r, &s); err != nil {
			return err
		}
		s.Plan = s.Plan.Head(20)
		items = append(items, s)
		return nil
	})
	if err != nil {
		return none, err
	}
	out := finish(items, p, func(s sallyport.Sync) (any, string) { return s.ID, s.ID })
	out.Total = total
	return out, nil
}
