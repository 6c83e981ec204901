package store

import (
	"context"
	"strconv"
)

// Viewer is who reads. All is true for admins, auditors and Sallyport itself.
type Viewer struct {
	ID  string
	All bool
}

// sees is the one predicate of domain rule 24: which resources a viewer may find, see, count and request. The alias is
// that of a resources row in the query. Outside its audience, a resource (or an entitlement whose app has an audience) is
// seen by its owners, its app's owners, and those who were asked to decide about it.
func (q *query) sees(v Viewer, tenant string, now int64, alias string) string {
	if v.All {
		return "TRUE"
	}
	t, u, n := q.arg(tenant), q.arg(v.ID), q.arg(now)
	// What the viewer holds, and which apps are for some only, does not hang on the row, so each is read once a statement
	// and only where a row needs it. PostgreSQL would count conditions that do hang on it at so much for every row that it
	// rather sorted a whole table than walk an index up to the page's limit.
	held := func(relation string) string { return heldBy(t, u, n, relation) }
	apps := `SELECT ap.id FROM resources ap WHERE ap.tenant_id = ` + t + ` AND ap.audience_id > ''` // those that have one
	id, app, audience := alias+".id", alias+".app_id", alias+".audience_id"
	return `(CASE WHEN ` + audience + ` IS NULL AND (` + app + ` IS NULL OR ` + app + ` NOT IN (` + apps + `)) THEN TRUE
		ELSE ((` + audience + ` IS NULL OR ` + audience + ` IN ` + held("member") + `)
			AND (` + app + ` IS NULL OR ` + app + ` NOT IN (` + apps + ` AND ap.audience_id NOT IN ` + held("member") + `)))
			OR ` + id + ` IN ` + held("owner") + ` OR (` + app + ` IS NOT NULL AND ` + app + ` IN ` + held("owner") + `)
			OR ` + id + ` IN (SELECT rq.resource_id FROM stage_approvers sa JOIN stages st ON st.tenant_id = sa.tenant_id AND st.id = sa.stage_id
				JOIN requests rq ON rq.tenant_id = st.tenant_id AND rq.id = st.request_id
				WHERE sa.tenant_id = ` + t + ` AND sa.user_id = ` + u + ` AND rq.state = 'pending')
		END)`
}

// seesRole is sees of a role that a column names by its id: what somebody has by a role outside the viewer's audience is no
// part of any count. The roles that are hidden do not hang on the row, so they are found once a statement.
func (q *query) seesRole(v Viewer, tenant string, now int64, column string) string {
	if v.All {
		return "TRUE"
	}
	return column + ` NOT IN (SELECT hid.id FROM resources hid WHERE hid.tenant_id = ` + q.arg(tenant) + ` AND hid.kind = 'role' AND hid.audience_id > ''
		AND CASE WHEN ` + q.sees(v, tenant, now, "hid") + ` THEN FALSE ELSE TRUE END)`
}

// hiddenFrom finds what a viewer may not see. ok is false where that is more than few.
func (tx *Tx) hiddenFrom(ctx context.Context, tenant string, v Viewer) (ids []string, ok bool, err error) {
	q := &query{}
	t := q.arg(tenant)
	q.WriteString("SELECT r.id FROM resources r WHERE r.tenant_id = " + t + " AND " + q.hides(v, tenant, Micros(tx.now), t) + " LIMIT " + strconv.Itoa(few+1))
	ids, err = tx.ids(ctx, q.String(), q.args...)
	return ids, len(ids) <= few, err
}

// HidesAny reports whether anything is outside the viewer's audience.
func (tx *Tx) HidesAny(ctx context.Context, tenant string, v Viewer) (bool, error) {
	if v.All {
		return false, nil
	}
	q := &query{}
	t := q.arg(tenant)
	q.WriteString("SELECT 1 FROM resources r WHERE r.tenant_id = " + t + " AND r.deleted_at IS NULL AND " + q.hides(v, tenant, Micros(tx.now), t) + " LIMIT 1")
	return tx.exists(ctx, q.String(), q.args...)
}

// hides is the condition that r is what a viewer may not see, which is only what has an audience or whose app has one.
func (q *query) hides(v Viewer, tenant string, now int64, t string) string {
	return "(r.audience_id > '' OR r.app_id IN (SELECT ra.id FROM resources ra WHERE ra.tenant_id = " + t + " AND ra.audience_id > '')) AND CASE WHEN " +
		q.sees(v, tenant, now, "r") + " THEN FALSE ELSE TRUE END"
}

// heldBy selects the ids of what a person effectively holds now by a relation, some twice. The arguments but the relation
// are parameters, so that it does not hang on any row and is read once a statement, whatever it is compared with.
func heldBy(tenant, user, now, relation string) string {
	return `(SELECT hg.resource_id FROM grants hg WHERE hg.tenant_id = ` + tenant + ` AND hg.subject_kind = 'user' AND hg.subject_id = ` + user + `
			AND hg.relation = '` + relation + `' AND ` + holds("hg", now) + `
		UNION ALL SELECT hr.resource_id FROM grants hm JOIN grants hr ON hr.tenant_id = hm.tenant_id AND hr.subject_kind = 'role' AND hr.subject_id = hm.resource_id
			WHERE hm.tenant_id = ` + tenant + ` AND hm.subject_kind = 'user' AND hm.subject_id = ` + user + ` AND hm.relation = 'member' AND ` + holds("hm", now) + `
			AND hr.relation = '` + relation + `' AND ` + holds("hr", now) + `)`
}

// holds is the condition under which a grants row gives its access now: activated, begun, and neither ended nor past its
// end. The moment is a parameter of microseconds, not before the present; for the past see held. What was ended is ended
// whatever the clock of the node that did it said, and so the index of what is not ended serves.
func holds(alias, now string) string {
	a := alias + "."
	return "(" + a + "ended_at IS NULL AND " + a + "activated_at <= " + now + " AND " + a + "starts_at <= " + now + " AND (" + a + "no_end OR " + a + "ends_at > " + now + "))"
}

// held is holds at any moment, also past ones.
func held(alias, at string) string {
	a := alias + "."
	return "(" + a + "activated_at <= " + at + " AND " + a + "starts_at <= " + at + " AND (" + a + "no_end OR " + a + "ends_at > " + at +
		") AND (" + a + "ended_at IS NULL OR " + a + "ended_at > " + at + "))"
}

// living is the condition under which a grants row is wanted now, or will be at a moment to come: as holds, but access
// that is not yet real counts, and its end may be unknown. Targets converge to it.
func living(alias, at string) string {
	a := alias + "."
	return "(" + a + "ended_at IS NULL AND " + a + "starts_at <= " + at + " AND (" + a + "no_end OR " + a + "ends_at IS NULL OR " + a + "ends_at > " + at + "))"
}
