package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/store"
)

// RunTasks reminds of tasks that are overdue: once when they become so, then once a day, at the same hour for all. However
// many tasks a person is to hear of at once, they get one message. It returns how many tasks were reminded of, and when the
// next becomes overdue.
func (s *Service) RunTasks(ctx context.Context) (n int, next *time.Time, err error) {
	var due []store.TenantID
	var since time.Time
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		since = remindedBefore(tx.Now())
		if due, err = tx.OverdueTasks(ctx, since, store.MaxLimit); err == nil {
			next, err = tx.NextTaskDue(ctx)
		}
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	ids := map[string][]string{}
	var tenants []string
	for _, d := range due {
		if ids[d.Tenant] == nil {
			tenants = append(tenants, d.Tenant)
		}
		ids[d.Tenant] = append(ids[d.Tenant], d.ID)
	}
	for _, tenant := range tenants {
		err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			return s.remindTasksTx(ctx, tx, tenant, ids[tenant], since)
		})
		if err != nil {
			return n, next, err
		}
		n += len(ids[tenant])
	}
	return n, next, nil
}

// remindedBefore is the moment before which a reminder must lie for another to be due: this morning, or yesterday's before
// that, and half a day in any case.
func remindedBefore(now time.Time) time.Time {
	mark := dayStart(now, time.UTC).Add(morning * time.Hour)
	if mark.After(now) {
		mark = mark.AddDate(0, 0, -1)
	}
	if half := now.Add(-12 * time.Hour); half.Before(mark) {
		return half
	}
	return mark
}

func (s *Service) remindTasksTx(ctx context.Context, tx *store.Tx, tenant string, ids []string, since time.Time) error {
	won, err := tx.RemindTasks(ctx, tenant, ids, since)
	if err != nil || len(won) == 0 {
		return err
	}
	l, err := tx.Tasks(ctx, tenant, Everything, store.TaskFilter{IDs: won, State: "todo"}, store.Page{Limit: store.MaxLimit})
	if err != nil {
		return err
	}
	doers := map[string][]string{} // by what decides who does it
	late := map[string][]store.TaskRow{}
	var order []string
	for _, t := range l.Items {
		who := fmt.Sprint(t.ClaimedBy, t.Assignee.Kind, t.Assignee.ID)
		if t.Assignee.Kind != "user" && t.Assignee.Kind != "group" {
			who += t.Resource.ID
		}
		people, ok := doers[who]
		if !ok {
			if people, err = s.taskPeopleTx(ctx, tx, tenant, t); err != nil {
				return err
			}
			doers[who] = people
		}
		for _, id := range people {
			if late[id] == nil {
				order = append(order, id)
			}
			late[id] = append(late[id], t)
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "task.reminded", Actor: sallyport.System(tenant), ObjectKind: "task", ObjectID: t.ID, Cause: t.RequestID, Refs: taskRefs(t)}); err != nil {
			return err
		}
	}
	for _, id := range order {
		if err := s.tell(ctx, tx, tenant, []string{id}, overdueNote(late[id], tx.Now())); err != nil {
			return err
		}
	}
	return nil
}

// taskPeopleTx lists who is to do a task now: who claimed it, else those it is assigned to.
func (s *Service) taskPeopleTx(ctx context.Context, tx *store.Tx, tenant string, t store.TaskRow) ([]string, error) {
	switch {
	case t.ClaimedBy != nil:
		return []string{t.ClaimedBy.ID}, nil
	case t.Assignee.Kind == "user":
		return []string{t.Assignee.ID}, nil
	case t.Assignee.Kind == "group":
		return s.doers(ctx, tx, tenant, t.Assignee.ID, sallyport.Member, "")
	}
	res, err := tx.BareResource(ctx, tenant, t.Resource.ID, Everything)
	if err != nil {
		return nil, err
	}
	_, people, err := s.assigneeTx(ctx, tx, tenant, res, "", "")
	return people, err
}

// overdueNote words what is overdue for one person, the longest first.
func overdueNote(late []store.TaskRow, now time.Time) note {
	slices.SortStableFunc(late, func(a, b store.TaskRow) int { return a.DueAt.Compare(b.DueAt) })
	first := late[0]
	n := note{Kind: "task.overdue", Dedupe: "overdue:" + first.ID + ":" + now.Format("2006-01-02"),
		On: first.Resource, Titled: func(name string) string { return "Overdue: " + taskTitle(first, name) }, Link: "/tasks/" + first.ID,
		Timed: func(moment func(time.Time) string) string {
			return "It was due on " + moment(first.DueAt) + ". Complete it, or reject it with a reason."
		}}
	if len(late) == 1 {
		return n
	}
	n.Titled, n.Timed, n.Title, n.Link = nil, nil, fmt.Sprintf("%d tasks are overdue", len(late)), "/tasks"
	n.Body = "Take them, hand them on, or say why they cannot be done."
	for _, t := range late[:min(len(late), digestLines)] {
		n.Facts = append(n.Facts, notify.Fact{Name: sallyport.FullName(t.Resource.Name, t.App) + " for " + t.Beneficiary.Name, At: &t.DueAt})
	}
	if len(late) > digestLines {
		n.Body += fmt.Sprintf(" These are the first of %d.", len(late))
	}
	return n
}

// RecheckTasks hands on the tasks that those they are assigned to cannot do any longer. The worker calls it at intervals.
func (s *Service) RecheckTasks(ctx context.Context) error {
	var stuck []store.TenantID
	if err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		stuck, err = tx.UndoableTasks(ctx, 50)
		return err
	}); err != nil {
		return err
	}
	for _, id := range stuck {
		err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			return s.handOn(ctx, tx, sallyport.System(id.Tenant), id.ID, "who was to do it cannot any longer")
		})
		if err != nil {
			return err
		}
	}
	return nil
}
