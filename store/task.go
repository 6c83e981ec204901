package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
)

const taskColumns = `t.id, t.kind, t.state, r.id, r.slug, r.name, r.kind, b.id, b.login, b.name, t.relation, t.parameters, t.request_id, t.grant_id,
	t.provision_id, t.assignee_kind, t.assignee_id, COALESCE(au.name, ar.name, ''), COALESCE(au.login, ar.slug, ''), cb.id, cb.login, cb.name, t.claimed_at,
	t.due_at, t.instructions, t.evidence, t.reason, t.created_at, t.closed_at, xb.id, xb.login, xb.name, COALESCE(q.answers, ''), COALESCE(q.form, ''),
	COALESCE(ap.name, '')`

const taskFrom = ` FROM tasks t JOIN resources r ON r.tenant_id=t.tenant_id AND r.id=t.resource_id JOIN users b ON b.tenant_id=t.tenant_id AND b.id=t.user_id
	LEFT JOIN users au ON au.tenant_id=t.tenant_id AND t.assignee_kind='user' AND au.id=t.assignee_id
	LEFT JOIN resources ar ON ar.tenant_id=t.tenant_id AND t.assignee_kind='group' AND ar.id=t.assignee_id
	LEFT JOIN users cb ON cb.tenant_id=t.tenant_id AND cb.id=t.claimed_by LEFT JOIN users xb ON xb.tenant_id=t.tenant_id AND xb.id=t.closed_by
	LEFT JOIN requests q ON q.tenant_id=t.tenant_id AND q.id=t.request_id LEFT JOIN resources ap ON ap.tenant_id=r.tenant_id AND ap.id=r.app_id`

// mine is the condition under which a task waits for a person or is theirs: claimed by them, or unclaimed and assigned to
// them, to a group that they are effectively in, or to the owners or admins that they are of.
func (q *query) mine(tenant, user, now string) string {
	holdsNow := func(resource, relation string) string {
		return resource + " IN " + heldBy(tenant, user, now, relation)
	}
	admin := `(SELECT ad.id FROM resources ad WHERE ad.tenant_id=` + tenant + ` AND ad.slug='` + SlugAdmin + `' AND ad.deleted_at IS NULL)`
	return `COALESCE(t.claimed_by=` + user + ` OR (t.claimed_by IS NULL AND CASE t.assignee_kind WHEN 'user' THEN t.assignee_id=` + user + `
		WHEN 'group' THEN ` + holdsNow("t.assignee_id", "member") + `
		WHEN 'owners' THEN (` + holdsNow("r.id", "owner") + ` OR (r.app_id IS NOT NULL AND ` + holdsNow("r.app_id", "owner") + `))
		ELSE ` + holdsNow(admin, "member") + ` END), FALSE)`
}

// TaskRow is a task with what only the use-cases read.
type TaskRow struct {
	sallyport.Task
	ProvisionID string
	App         string // the name of the app of access in one
	Mine        bool   // it waits for the viewer, or is theirs
}

func scanTask(rows interface{ Scan(...any) error }, t *TaskRow, more ...any) error {
	var params string
	var assignee, mark string
	var claimed, closed optionalUser
	var form sallyport.Form
	*t = TaskRow{}
	dest := []any{&t.ID, &t.Kind, &t.State, &t.Resource.ID, &t.Resource.Slug, &t.Resource.Name, &t.Resource.Kind, &t.Beneficiary.ID, &t.Beneficiary.Login,
		&t.Beneficiary.Name, &t.Relation, &params, textScan{&t.RequestID}, textScan{&t.GrantID}, textScan{&t.ProvisionID}, &t.Assignee.Kind, &t.Assignee.ID,
		&assignee, &mark}
	dest = append(append(dest, claimed.dest()...), timePtrScan{&t.ClaimedAt}, timeScan{&t.DueAt}, &t.Instructions, &t.Evidence, &t.Reason,
		timeScan{&t.CreatedAt}, timePtrScan{&t.ClosedAt})
	dest = append(append(dest, closed.dest()...), jsonScan{&t.Answers}, jsonScan{&form}, &t.App, &t.Mine)
	if err := rows.Scan(append(dest, more...)...); err != nil {
		return err
	}
	t.Parameters, t.ClaimedBy, t.ClosedBy, t.Assignee.Name, t.Assignee.Slug = []byte(params), claimed.ref(), closed.ref(), assignee, mark
	if !t.Mine {
		for _, name := range form.Sensitive() {
			delete(t.Answers, name)
		}
	}
	return nil
}

func (q *query) taskSelect(v Viewer, tenant string, now time.Time) (columns, from string) {
	t := q.arg(tenant)
	return "SELECT " + taskColumns + ", " + q.mine(t, q.arg(v.ID), q.arg(Micros(now))), taskFrom + " WHERE t.tenant_id=" + t
}

// seesTask is the condition under which a viewer sees a task: it is about them, theirs to do, or for a resource that they see.
func (q *query) seesTask(v Viewer, tenant string, now time.Time) string {
	if v.All {
		return "TRUE"
	}
	t, u := q.arg(tenant), q.arg(v.ID)
	return `(t.user_id=` + u + ` OR ` + q.mine(t, u, q.arg(Micros(now))) + ` OR ` + q.sees(v, tenant, Micros(now), "r") + `)`
}

// Task finds a task that the viewer may see: its resource, or because they do it or it is about them. ENotFound
// otherwise.
func (tx *Tx) Task(ctx context.Context, tenant, id string, v Viewer) (TaskRow, error) {
	var t TaskRow
	q := &query{}
	columns, from := q.taskSelect(v, tenant, tx.now)
	q.WriteString(columns + from + " AND t.id=" + q.arg(id) + " AND " + q.seesTask(v, tenant, tx.now))
	err := scanTask(tx.row(ctx, q.String(), q.args...), &t)
	if errors.Is(err, sql.ErrNoRows) {
		return t, sallyport.Errorf(sallyport.ENotFound, "there is no task %q", clip(id))
	}
	return t, dbError(ctx, err)
}

// InsertTask adds an open task; id and time are set here. EConflict when its provision has an open task already.
func (tx *Tx) InsertTask(ctx context.Context, tenant string, t *TaskRow) error {
	t.ID, t.State, t.CreatedAt = NewID(sallyport.PrefixTask), sallyport.TaskOpen, tx.now
	_, err := tx.Exec(ctx, `INSERT INTO tasks (tenant_id, id, kind, state, resource_id, user_id, relation, parameters, request_id, grant_id, provision_id,
		assignee_kind, assignee_id, due_at, instructions, created_at) VALUES ($1,$2,$3,'open',$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)`,
		tenant, t.ID, t.Kind, t.Resource.ID, t.Beneficiary.ID, t.Relation, string(t.Parameters), null(t.RequestID), null(t.GrantID), null(t.ProvisionID),
		t.Assignee.Kind, t.Assignee.ID, Micros(t.DueAt), t.Instructions, Micros(tx.now))
	return err
}

// OpenTask finds the open or claimed task of a provision; false when there is none.
func (tx *Tx) OpenTask(ctx context.Context, tenant, provisionID string) (TaskRow, bool, error) {
	var id string
	err := tx.Row(ctx, `SELECT id FROM tasks WHERE tenant_id=$1 AND provision_id=$2 AND state IN ('open','claimed')`, []any{tenant, provisionID}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return TaskRow{}, false, nil
	}
	if err != nil {
		return TaskRow{}, false, err
	}
	t, err := tx.Task(ctx, tenant, id, Viewer{All: true})
	return t, err == nil, err
}

// ClaimTask gives an open task to a person; false when it is not open any longer.
func (tx *Tx) ClaimTask(ctx context.Context, tenant, id, userID string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE tasks SET state='claimed', claimed_by=$3, claimed_at=$4 WHERE tenant_id=$1 AND id=$2 AND state='open'`, tenant, id, userID, Micros(tx.now))
	return n == 1, err
}

// UnclaimTask puts a claimed task back; false when it is not claimed by that person.
func (tx *Tx) UnclaimTask(ctx context.Context, tenant, id, userID string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE tasks SET state='open', claimed_by=NULL, claimed_at=NULL WHERE tenant_id=$1 AND id=$2 AND state='claimed' AND claimed_by=$3`, tenant, id, userID)
	return n == 1, err
}

// CloseTask ends an open task, or one that the person claimed; by "" (Sallyport) ends it whoever claimed it. It reports
// false when it is neither.
func (tx *Tx) CloseTask(ctx context.Context, tenant, id, by string, state sallyport.TaskState, evidence, reason string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE tasks SET state=$3, closed_at=$4, closed_by=$5, evidence=$6, reason=$7, claimed_by=COALESCE(claimed_by, $5)
		WHERE tenant_id=$1 AND id=$2 AND (state='open' OR (state='claimed' AND (CAST($5 AS TEXT) IS NULL OR claimed_by=$5)))`,
		tenant, id, state, Micros(tx.now), null(by), plainText(evidence), plainText(reason))
	return n == 1, err
}

// AssignTask gives a task that is not closed to others, and to nobody in particular of them.
func (tx *Tx) AssignTask(ctx context.Context, tenant, id string, to sallyport.Assignee) error {
	_, err := tx.Exec(ctx, `UPDATE tasks SET assignee_kind=$3, assignee_id=$4, state='open', claimed_by=NULL, claimed_at=NULL
		WHERE tenant_id=$1 AND id=$2 AND state IN ('open','claimed')`, tenant, id, to.Kind, to.ID)
	return err
}

// OpenTaskIDs lists open and claimed tasks by what they hang on; exactly one argument is set: the person who has them (as
// assignee or by claim), the resource, or the request.
func (tx *Tx) OpenTaskIDs(ctx context.Context, tenant, person, resourceID, requestID string) ([]string, error) {
	var ids []string
	err := tx.Rows(ctx, `SELECT id FROM tasks WHERE tenant_id=$1 AND state IN ('open','claimed') AND (($2 <> '' AND (claimed_by=$2 OR (assignee_kind='user' AND assignee_id=$2)))
		OR ($3 <> '' AND resource_id=$3) OR ($4 <> '' AND request_id=$4)) ORDER BY id`, []any{tenant, person, resourceID, requestID}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// OverdueTasks lists tasks that are past their due time and were not reminded of since a moment, over all tenants.
func (tx *Tx) OverdueTasks(ctx context.Context, since time.Time, limit int) ([]TenantID, error) {
	return tx.tenantIDs(ctx, `SELECT tenant_id, id FROM tasks WHERE state IN ('open','claimed') AND due_at <= $1 AND (reminded_at IS NULL OR reminded_at <= $2)
		ORDER BY due_at LIMIT $3`, Micros(tx.now), Micros(since), limit)
}

// RemindTasks records reminders of tasks, once; it answers those of the ids that nobody else was first with.
func (tx *Tx) RemindTasks(ctx context.Context, tenant string, ids []string, since time.Time) ([]string, error) {
	q := &query{}
	q.WriteString("UPDATE tasks SET reminded_at=" + q.arg(Micros(tx.now)) + " WHERE tenant_id=" + q.arg(tenant) + " AND " + q.in("id", ids) +
		" AND state IN ('open','claimed') AND (reminded_at IS NULL OR reminded_at <= " + q.arg(Micros(since)) + ") RETURNING id")
	return tx.ids(ctx, q.String(), q.args...)
}

// NextTaskDue is when the next task that nobody was reminded of becomes overdue; nil when none will.
func (tx *Tx) NextTaskDue(ctx context.Context) (*time.Time, error) {
	var t *time.Time
	err := tx.Row(ctx, `SELECT min(due_at) FROM tasks WHERE state IN ('open','claimed') AND reminded_at IS NULL`, nil, timePtrScan{&t})
	return t, err
}

// UndoableTasks lists open tasks of any tenant that their assignees cannot do any longer: the person is not active, the
// group is gone or has nobody left but the beneficiary, or there are no owners left.
func (tx *Tx) UndoableTasks(ctx context.Context, limit int) ([]TenantID, error) {
	somebody := func(resource, relation string) string {
		return `(EXISTS (SELECT 1 FROM grants g JOIN users u ON u.tenant_id=g.tenant_id AND u.id=g.subject_id AND u.state='active' WHERE g.tenant_id=t.tenant_id
			AND g.subject_kind='user' AND g.resource_id=` + resource + ` AND g.relation='` + relation + `' AND ` + holds("g", "$1") + ` AND (t.kind <> 'fulfil' OR g.subject_id <> t.user_id))
		OR EXISTS (SELECT 1 FROM grants rg JOIN grants m ON m.tenant_id=rg.tenant_id AND m.resource_id=rg.subject_id AND m.relation='member' AND m.subject_kind='user'
			JOIN users u ON u.tenant_id=m.tenant_id AND u.id=m.subject_id AND u.state='active' WHERE rg.tenant_id=t.tenant_id AND rg.subject_kind='role'
			AND rg.resource_id=` + resource + ` AND rg.relation='` + relation + `' AND ` + holds("rg", "$1") + ` AND ` + holds("m", "$1") + ` AND (t.kind <> 'fulfil' OR m.subject_id <> t.user_id)))`
	}
	return tx.tenantIDs(ctx, `SELECT t.tenant_id, t.id FROM tasks t JOIN resources r ON r.tenant_id=t.tenant_id AND r.id=t.resource_id WHERE t.state='open' AND CASE t.assignee_kind
		WHEN 'user' THEN NOT EXISTS (SELECT 1 FROM users u WHERE u.tenant_id=t.tenant_id AND u.id=t.assignee_id AND u.state='active')
		WHEN 'group' THEN NOT EXISTS (SELECT 1 FROM resources g WHERE g.tenant_id=t.tenant_id AND g.id=t.assignee_id AND g.deleted_at IS NULL) OR NOT `+somebody("t.assignee_id", "member")+`
		WHEN 'owners' THEN NOT (`+somebody("r.id", "owner")+` OR (r.app_id IS NOT NULL AND `+somebody("r.app_id", "owner")+`))
		ELSE FALSE END LIMIT $2`, Micros(tx.now), limit)
}

// OpenWork records that the task of an approved work order is open.
func (tx *Tx) OpenWork(ctx context.Context, tenant, requestID string) error {
	_, err := tx.Exec(ctx, `UPDATE requests SET work_state='open', updated_at=$3 WHERE tenant_id=$1 AND id=$2 AND work_state=''`, tenant, requestID, Micros(tx.now))
	return err
}
