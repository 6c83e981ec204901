package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// TaskFilter narrows a list of tasks; empty fields do not.
type TaskFilter struct {
	Assignee   string // user id: claimed by them, or unclaimed and theirs or their groups'
	State      string // a state; "todo" is open or claimed
	Kind       string
	RequestID  string
	GrantID    string
	ResourceID string
	UserID     string // the beneficiary
	IDs        []string
	Overdue    bool
	Q          string // in the names of resource and beneficiary
}

var taskListing = listing{id: "t.id", sorts: map[string]string{"": "t.due_at", "due_at": "t.due_at", "created_at": "t.id"}}

// Tasks lists tasks that the viewer may see, those due first first. Which are on the page is found first, from few tables, and
// the rest is joined to those alone.
func (tx *Tx) Tasks(ctx context.Context, tenant string, v Viewer, f TaskFilter, p Page) (List[TaskRow], error) {
	q := &query{}
	if err := tx.tasks(ctx, q, tenant, v, f); err != nil {
		return List[TaskRow]{}, err
	}
	return pageByIDs(ctx, tx, taskListing, q, p, func(ids []string) (string, []any) {
		q := &query{}
		columns, from := q.taskSelect(v, tenant, tx.now)
		q.WriteString(columns + from + " AND " + q.in("t.id", ids))
		return q.String(), q.args
	}, func(rows *sql.Rows, it *TaskRow) (string, error) {
		err := scanTask(rows, it)
		return it.ID, err
	})
}

// tasks writes FROM and WHERE of a list of tasks: t, and r beside it.
func (tx *Tx) tasks(ctx context.Context, q *query, tenant string, v Viewer, f TaskFilter) error {
	t := q.arg(tenant)
	q.WriteString(" FROM tasks t JOIN resources r ON r.tenant_id=t.tenant_id AND r.id=t.resource_id")
	if f.Q != "" {
		q.WriteString(" JOIN users b ON b.tenant_id=t.tenant_id AND b.id=t.user_id")
	}
	q.WriteString(" WHERE t.tenant_id=" + t)
	if f.Assignee != "" {
		if err := tx.tasksOf(ctx, q, tenant, f.Assignee); err != nil {
			return err
		}
	}
	if len(f.IDs) > 0 {
		q.WriteString(" AND " + q.in("t.id", f.IDs))
	}
	if f.State == "todo" {
		q.WriteString(" AND t.state IN ('open','claimed')")
	} else if f.State != "" {
		q.and("t.state = %s", f.State)
	}
	for _, c := range [][2]string{{"t.kind", f.Kind}, {"t.request_id", f.RequestID}, {"t.grant_id", f.GrantID}, {"t.resource_id", f.ResourceID}, {"t.user_id", f.UserID}} {
		if c[1] != "" {
			q.and(c[0]+" = %s", c[1])
		}
	}
	if f.Overdue {
		q.and("t.state IN ('open','claimed') AND t.due_at < %s", Micros(tx.now))
	}
	if f.Q != "" {
		l := like(f.Q)
		q.and(`(r.search_key LIKE %s ESCAPE '\' OR b.search_key LIKE %s ESCAPE '\')`, l, l)
	}
	q.WriteString(" AND " + q.seesTask(v, tenant, tx.now))
	return nil
}

// tasksOf narrows to the tasks that wait for a person or are theirs (see mine). What may be one of them is looked up first,
// each kind by its index: what a person claimed, what is for them or a group of theirs, and what is for owners or admins.
func (tx *Tx) tasksOf(ctx context.Context, q *query, tenant, userID string) error {
	text := func(w *query) string {
		t, u, n := w.arg(tenant), w.arg(userID), w.arg(Micros(tx.now))
		from := "SELECT p.id FROM tasks p WHERE p.tenant_id=" + t + " AND p."
		return strings.Join([]string{from + "claimed_by=" + u, from + "assignee_kind='user' AND p.assignee_id=" + u,
			from + "assignee_kind='group' AND p.assignee_id IN " + heldBy(t, u, n, "member"), from + "assignee_kind IN ('owners','admins')"}, " UNION ALL ")
	}
	w := &query{}
	ids, err := tx.ids(ctx, text(w)+" LIMIT "+strconv.Itoa(few+1), w.args...)
	if err != nil {
		return err
	}
	if len(ids) <= few {
		q.WriteString(" AND " + q.in("t.id", ids))
	} else {
		q.WriteString(" AND t.id IN (" + text(q) + ")")
	}
	if len(ids) > 0 {
		q.WriteString(" AND " + q.mine(q.arg(tenant), q.arg(userID), q.arg(Micros(tx.now))))
	}
	return nil
}

// CountTasks is how many tasks wait for a person or are in their hands.
func (tx *Tx) CountTasks(ctx context.Context, tenant, userID string) (int, error) {
	q := &query{}
	q.WriteString(" FROM tasks t JOIN resources r ON r.tenant_id=t.tenant_id AND r.id=t.resource_id WHERE t.tenant_id=" + q.arg(tenant) + " AND t.state IN ('open','claimed')")
	if err := tx.tasksOf(ctx, q, tenant, userID); err != nil {
		return 0, err
	}
	n, err := tx.count(ctx, q.String(), q)
	if err != nil {
		return 0, err
	}
	return *n, nil
}
