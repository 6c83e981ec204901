package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
)

// NewBatch is a batch about to be written.
type NewBatch struct {
	Action   string
	Atomic   bool
	Reason   string
	Duration *sallyport.Duration
	Until    *time.Time
	UndoOf   string
}

// InsertBatch adds a batch without rows, due at once.
func (tx *Tx) InsertBatch(ctx context.Context, actor sallyport.Actor, b NewBatch) (string, error) {
	id := NewID(sallyport.PrefixBatch)
	_, err := tx.Exec(ctx, `INSERT INTO batches (tenant_id, id, action, state, atomic, reason, duration, until, created_by, via, via_id, undo_of, lease_until, created_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$13)`, actor.Tenant, id, b.Action, sallyport.BatchWorking, b.Atomic, b.Reason, DurationValue(b.Duration),
		MicrosPtr(b.Until), actor.User.ID, string(actor.Via), actor.ViaID, null(b.UndoOf), Micros(tx.now))
	tx.Changed(actor.Tenant, "batch:"+id)
	tx.Wake(actor.Tenant)
	return id, err
}

// AddBatchRows adds rows in their order. A grant that comes twice is EConflict.
func (tx *Tx) AddBatchRows(ctx context.Context, tenant, batchID string, rows []sallyport.BatchRow) error {
	values := make([][]any, len(rows))
	for i, r := range rows {
		values[i] = []any{tenant, batchID, i, plainText(r.GrantID), DurationValue(r.Duration), MicrosPtr(r.Until)}
	}
	return tx.insertRows(ctx, "INSERT INTO batch_items (tenant_id, batch_id, position, grant_id, duration, until)", values, "")
}

// AddExpiringRows adds a row for each grant that the filter finds, in the order of their ends, by one statement, at most
// limit. It returns how many there are.
func (tx *Tx) AddExpiringRows(ctx context.Context, tenant, batchID string, v Viewer, f ExpiringFilter, limit int) (int, error) {
	if err := tx.resolve(ctx, tenant, v, &f); err != nil {
		return 0, err
	}
	q := &query{}
	q.WriteString(`INSERT INTO batch_items (tenant_id, batch_id, position, grant_id) SELECT ` + q.arg(tenant) + `, ` + q.arg(batchID) +
		`, row_number() OVER (ORDER BY g.ends_at, g.id) - 1, g.id`)
	tx.expiring(q, expiringJoins, tenant, v, f, false)
	q.WriteString(" ORDER BY g.ends_at, g.id LIMIT " + q.arg(limit))
	n, err := tx.Exec(ctx, q.String(), q.args...)
	return int(n), err
}

// AddUndoRows adds a row to an undo for each row of the batch that did something, in the same order.
func (tx *Tx) AddUndoRows(ctx context.Context, tenant, batchID, undoOf string) (int, error) {
	n, err := tx.Exec(ctx, `INSERT INTO batch_items (tenant_id, batch_id, position, grant_id) SELECT tenant_id, $2, position, grant_id FROM batch_items
		WHERE tenant_id=$1 AND batch_id=$3 AND state IN ('renewed', 'ended', 'reviewed', 'asked')`, tenant, batchID, undoOf)
	return int(n), err
}

const batchSelect = `SELECT b.id, b.action, b.state, b.atomic, b.reason, b.duration, b.until, u.id, u.login, u.name, b.created_at, b.finished_at, b.undo_of, n.id
	FROM batches b JOIN users u ON u.tenant_id=b.tenant_id AND u.id=b.created_by LEFT JOIN batches n ON n.tenant_id=b.tenant_id AND n.undo_of=b.id`

func scanBatch(r interface{ Scan(...any) error }, b *sallyport.Batch) error {
	return r.Scan(&b.ID, &b.Action, &b.State, &b.Atomic, &b.Reason, durationScan{&b.Duration}, timePtrScan{&b.Until}, &b.CreatedBy.ID, &b.CreatedBy.Login, &b.CreatedBy.Name,
		timeScan{&b.CreatedAt}, timePtrScan{&b.FinishedAt}, textScan{&b.UndoOf}, textScan{&b.UndoneBy})
}

func (v Viewer) batches(q *query) {
	if !v.All {
		q.and("b.created_by = %s", v.ID)
	}
}

// Batch finds a batch: its creator's, and for those who read all, anybody's. ENotFound otherwise.
func (tx *Tx) Batch(ctx context.Context, tenant, id string, v Viewer) (sallyport.Batch, error) {
	var b sallyport.Batch
	q := &query{}
	q.WriteString(batchSelect + " WHERE b.tenant_id = " + q.arg(tenant) + " AND b.id = " + q.arg(id))
	v.batches(q)
	err := scanBatch(tx.row(ctx, q.String(), q.args...), &b)
	if errors.Is(err, sql.ErrNoRows) {
		return b, sallyport.Errorf(sallyport.ENotFound, "there is no batch %q", clip(id)).WithHint("Whoever started it, auditors and admins see it.")
	}
	if err != nil {
		return b, dbError(ctx, err)
	}
	list := []sallyport.Batch{b}
	err = tx.countBatches(ctx, tenant, list)
	return list[0], err
}

// Batches lists batches, newest first, as Batch shows them.
func (tx *Tx) Batches(ctx context.Context, tenant string, v Viewer, p Page) (List[sallyport.Batch], error) {
	q := &query{}
	q.WriteString(" WHERE b.tenant_id = " + q.arg(tenant))
	v.batches(q)
	var total *int
	if p.Total {
		n, err := tx.count(ctx, "FROM batches b"+q.String(), q)
		if err != nil {
			return List[sallyport.Batch]{}, err
		}
		total = n
	}
	if err := (listing{id: "b.id", sorts: map[string]string{"": "-b.id"}}).page(q, &p); err != nil {
		return List[sallyport.Batch]{}, err
	}
	var items []sallyport.Batch
	err := tx.Rows(ctx, batchSelect+q.String(), q.args, func(r *sql.Rows) error {
		var b sallyport.Batch
		err := scanBatch(r, &b)
		items = append(items, b)
		return err
	})
	if err != nil {
		return List[sallyport.Batch]{}, err
	}
	l := finish(items, p, func(b sallyport.Batch) (any, string) { return b.ID, b.ID })
	l.Total = total
	return l, tx.countBatches(ctx, tenant, l.Items)
}

func (tx *Tx) countBatches(ctx context.Context, tenant string, list []sallyport.Batch) error {
	at := map[string]int{}
	var ids []string
	for i, b := range list {
		at[b.ID] = i
		ids = append(ids, b.ID)
	}
	q := &query{}
	q.WriteString("SELECT batch_id, state, count(*) FROM batch_items WHERE tenant_id=" + q.arg(tenant) + " AND " + q.in("batch_id", ids) + " GROUP BY batch_id, state")
	return tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var id, state string
		var n int
		err := r.Scan(&id, &state, &n)
		list[at[id]].Counts.Add(state, n)
		return err
	})
}

const itemColumns = `i.position, i.grant_id, i.state, i.duration, i.until, i.ends_at, i.former_ends_at, i.new_grant_id, i.request_id, i.rule, i.detail, i.hint, i.greatest, i.greatest_from, i.done_at`

func scanItem(r interface{ Scan(...any) error }, it *sallyport.BatchItem) error {
	var greatest *sallyport.Duration
	var from string
	err := r.Scan(&it.Position, &it.GrantID, &it.State, durationScan{&it.Duration}, timePtrScan{&it.Until}, timePtrScan{&it.EndsAt}, timePtrScan{&it.FormerEndsAt},
		textScan{&it.NewGrantID}, textScan{&it.RequestID}, &it.Rule, &it.Detail, &it.Hint, durationScan{&greatest}, &from, timePtrScan{&it.DoneAt})
	if greatest != nil {
		it.Limits = &sallyport.GrantLimits{Greatest: *greatest, From: from, Key: it.Rule}
	}
	return err
}

// BatchItems lists the rows of a batch in their order; state narrows, "" does not. The caller has found the batch, and
// adds the grants.
func (tx *Tx) BatchItems(ctx context.Context, tenant, batchID, state string, p Page) (List[sallyport.BatchItem], error) {
	q := &query{}
	q.WriteString(" FROM batch_items i WHERE i.tenant_id = " + q.arg(tenant) + " AND i.batch_id = " + q.arg(batchID))
	if state != "" {
		q.and("i.state = %s", state)
	}
	var total *int
	if p.Total {
		n, err := tx.count(ctx, q.String(), q)
		if err != nil {
			return List[sallyport.BatchItem]{}, err
		}
		total = n
	}
	if err := (listing{id: "i.grant_id", sorts: map[string]string{"": "i.position"}}).page(q, &p); err != nil {
		return List[sallyport.BatchItem]{}, err
	}
	items, err := tx.items(ctx, "SELECT "+itemColumns+q.String(), q.args...)
	if err != nil {
		return List[sallyport.BatchItem]{}, err
	}
	l := finish(items, p, func(it sallyport.BatchItem) (any, string) { return int64(it.Position), it.GrantID })
	l.Total = total
	return l, nil
}

func (tx *Tx) items(ctx context.Context, query string, args ...any) ([]sallyport.BatchItem, error) {
	var out []sallyport.BatchItem
	err := tx.Rows(ctx, query, args, func(r *sql.Rows) error {
		var it sallyport.BatchItem
		err := scanItem(r, &it)
		out = append(out, it)
		return err
	})
	return out, err
}

// WaitingItems lists the next rows of a batch that nothing was done about.
func (tx *Tx) WaitingItems(ctx context.Context, tenant, batchID string, limit int) ([]sallyport.BatchItem, error) {
	return tx.items(ctx, "SELECT "+itemColumns+" FROM batch_items i WHERE i.tenant_id=$1 AND i.batch_id=$2 AND i.state='waiting' ORDER BY i.position LIMIT $3", tenant, batchID, limit)
}

// ItemsAt lists the rows of a batch at some positions, by position: what an undo takes back.
func (tx *Tx) ItemsAt(ctx context.Context, tenant, batchID string, from, to int) (map[int]sallyport.BatchItem, error) {
	list, err := tx.items(ctx, "SELECT "+itemColumns+" FROM batch_items i WHERE i.tenant_id=$1 AND i.batch_id=$2 AND i.position BETWEEN $3 AND $4", tenant, batchID, from, to)
	out := make(map[int]sallyport.BatchItem, len(list))
	for _, it := range list {
		out[it.Position] = it
	}
	return out, err
}

// SettleItem writes what became of a row that was waiting; false when somebody else did that meanwhile.
func (tx *Tx) SettleItem(ctx context.Context, tenant, batchID string, it sallyport.BatchItem) (bool, error) {
	var greatest *sallyport.Duration
	from := ""
	if it.Limits != nil {
		greatest, from = &it.Limits.Greatest, it.Limits.From
	}
	n, err := tx.Exec(ctx, `UPDATE batch_items SET state=$4, ends_at=$5, former_ends_at=$6, new_grant_id=$7, request_id=$8, rule=$9, detail=$10, hint=$11, greatest=$12, greatest_from=$13, done_at=$14
		WHERE tenant_id=$1 AND batch_id=$2 AND position=$3 AND state='waiting'`, tenant, batchID, it.Position, it.State, MicrosPtr(it.EndsAt), MicrosPtr(it.FormerEndsAt),
		null(it.NewGrantID), null(it.RequestID), it.Rule, plainText(it.Detail), plainText(it.Hint), DurationValue(greatest), from, Micros(tx.now))
	return n == 1, err
}

// LeaveItems marks all rows that wait as untouched.
func (tx *Tx) LeaveItems(ctx context.Context, tenant, batchID string) error {
	_, err := tx.Exec(ctx, `UPDATE batch_items SET state='untouched', done_at=$3 WHERE tenant_id=$1 AND batch_id=$2 AND state='waiting'`, tenant, batchID, Micros(tx.now))
	return err
}

// BatchWork is a batch that a node holds, with as whom it is done.
type BatchWork struct {
	Tenant string
	sallyport.Batch
	Via     sallyport.Via
	ViaID   string
	LeaseBy string
}

// ClaimBatch leases the batch of any tenant that has waited longest; one whose lease lapsed, because its node died, waits
// again. ok is false when there is none.
func (tx *Tx) ClaimBatch(ctx context.Context, by string, lease time.Duration) (w BatchWork, ok bool, err error) {
	w.LeaseBy = by
	err = tx.Row(ctx, `UPDATE batches SET lease_by=$1, lease_until=$2 WHERE (tenant_id, id) IN (
		SELECT tenant_id, id FROM batches WHERE state='working' AND lease_until <= $3 ORDER BY lease_until, id LIMIT 1) AND state='working' AND lease_until <= $3
		RETURNING tenant_id, id, action, atomic, reason, duration, until, created_by, via, via_id, undo_of`,
		[]any{by, Micros(tx.now.Add(lease)), Micros(tx.now)}, &w.Tenant, &w.ID, &w.Action, &w.Atomic, &w.Reason, durationScan{&w.Duration}, timePtrScan{&w.Until},
		&w.CreatedBy.ID, &w.Via, &w.ViaID, textScan{&w.UndoOf})
	if errors.Is(err, sql.ErrNoRows) {
		return w, false, nil
	}
	return w, err == nil, err
}

// KeepBatch renews the lease until a moment; false when another node holds the batch now, and whoever asked must stop.
func (tx *Tx) KeepBatch(ctx context.Context, w BatchWork, until time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE batches SET lease_until=$4 WHERE tenant_id=$1 AND id=$2 AND lease_by=$3 AND state='working'`, w.Tenant, w.ID, w.LeaseBy, Micros(until))
	return n == 1, err
}

// FinishBatch closes a batch that the node still holds.
func (tx *Tx) FinishBatch(ctx context.Context, w BatchWork, state string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE batches SET state=$4, finished_at=$5 WHERE tenant_id=$1 AND id=$2 AND lease_by=$3 AND state='working'`, w.Tenant, w.ID, w.LeaseBy, state, Micros(tx.now))
	return n == 1, err
}

// NextBatch is when the next batch may be worked on; nil when none waits.
func (tx *Tx) NextBatch(ctx context.Context) (*time.Time, error) {
	var t *time.Time
	err := tx.Row(ctx, `SELECT min(lease_until) FROM batches WHERE state='working'`, nil, timePtrScan{&t})
	return t, err
}
