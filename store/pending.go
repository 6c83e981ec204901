package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

// PendingFilter narrows the people of a scope whom a target does not have yet, or still has.
type PendingFilter struct {
	ProgressScope
	Direction sallyport.ProvisionState // adding, removing; "": both
	State     string                   // in_hand, waiting, by_hand, failing; "": all
	Q         string                   // in name or login
}

var pendingListing = listing{id: "p.id", sorts: map[string]string{"": "u.name_key", "name": "u.name_key", "since": "p.due_since"}}

// Pending lists the people of a scope who are not done, by name, where the viewer may see the resource.
func (tx *Tx) Pending(ctx context.Context, tenant string, v Viewer, f PendingFilter, page Page) (List[sallyport.PendingPerson], error) {
	type row struct {
		sallyport.PendingPerson
		key any
		id  string
	}
	var none List[sallyport.PendingPerson]
	w := tx.workOf(tenant, f.ProgressScope)
	state := `CASE WHEN p.failing_since IS NOT NULL THEN 'failing' WHEN ` + byHand + ` THEN 'by_hand' WHEN ` + inHand(w.now) + ` THEN 'in_hand' ELSE 'waiting' END`
	w.WriteString(` FROM provisions p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id JOIN resources r ON r.tenant_id = p.tenant_id AND r.id = p.resource_id
		LEFT JOIN tasks tk ON tk.tenant_id = p.tenant_id AND tk.provision_id = p.id AND tk.state IN ('open','claimed')
		WHERE ` + w.pending("p") + " AND " + w.sees(v, tenant, Micros(tx.now), "r") + " AND CAST(" + w.now + " AS BIGINT) > 0") // an argument that is not used has no type
	if f.Direction != "" {
		w.and("p.state = %s", f.Direction)
	}
	if f.State != "" {
		w.and(state+" = %s", f.State)
	}
	w.words("u.search_key", f.Q)
	var total *int
	var err error
	if page.Total {
		if total, err = tx.count(ctx, w.String(), w.query); err != nil {
			return none, err
		}
	}
	if err := pendingListing.page(w.query, &page); err != nil {
		return none, err
	}
	var items []row
	err = tx.Rows(ctx, `SELECT p.id, u.id, u.login, u.name, r.id, r.slug, r.name, r.kind, p.state, p.since, p.attempts, p.error, p.failing_since, p.next_at, p.verified_at, `+state+
		`, COALESCE(tk.id, ''), `+pendingListing.column(page.Sort)+w.String(), w.args, func(r *sql.Rows) error {
		var it row
		pr := &it.Provisioning
		err := r.Scan(&it.id, &it.User.ID, &it.User.Login, &it.User.Name, &it.Resource.ID, &it.Resource.Slug, &it.Resource.Name, &it.Resource.Kind, &pr.State, timeScan{&pr.Since},
			&pr.Attempts, &pr.Error, timePtrScan{&pr.FailingAt}, timePtrScan{&pr.NextAt}, timePtrScan{&pr.Verified}, &it.State, &it.TaskID, &it.key)
		items = append(items, it)
		return err
	})
	if err != nil {
		return none, err
	}
	l := finish(items, page, func(r row) (any, string) { return r.key, r.id })
	out := List[sallyport.PendingPerson]{Items: make([]sallyport.PendingPerson, len(l.Items)), NextCursor: l.NextCursor, Total: total}
	for i := range l.Items {
		out.Items[i] = l.Items[i].PendingPerson
	}
	return out, nil
}

// RetryNow makes the work of a scope that failed, and that nobody has in hand, due now. It returns how much that is.
func (tx *Tx) RetryNow(ctx context.Context, tenant string, s ProgressScope) (int64, error) {
	w := tx.workOf(tenant, s)
	return tx.Exec(ctx, `UPDATE provisions AS p SET next_at = `+w.now+` WHERE `+w.pending("p")+` AND p.failing_since IS NOT NULL AND p.next_at > `+w.now+`
		AND (p.lease_until IS NULL OR p.lease_until <= `+w.now+`)`, w.args...)
}
