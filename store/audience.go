package store

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
	member := func(resource, relation string) string {
		return `EXISTS (SELECT 1 FROM grants ag WHERE ag.tenant_id = ` + t + ` AND ag.subject_kind = 'user' AND ag.subject_id = ` + u + `
			AND ag.resource_id = ` + resource + ` AND ag.relation = '` + relation + `' AND ` + holds("ag", n) + `)
		OR EXISTS (SELECT 1 FROM grants am JOIN grants ar ON ar.tenant_id = am.tenant_id AND ar.subject_kind = 'role' AND ar.subject_id = am.resource_id
			WHERE am.tenant_id = ` + t + ` AND am.subject_kind = 'user' AND am.subject_id = ` + u + ` AND am.relation = 'member' AND ` + holds("am", n) + `
			AND ar.resource_id = ` + resource + ` AND ar.relation = '` + relation + `' AND ` + holds("ar", n) + `)`
	}
	appAudience := `(SELECT ap.audience_id FROM resources ap WHERE ap.tenant_id = ` + t + ` AND ap.id = ` + alias + `.app_id)`
	return `(CASE WHEN ` + alias + `.audience_id IS NULL AND (` + alias + `.app_id IS NULL OR ` + appAudience + ` IS NULL) THEN TRUE
		ELSE ((` + alias + `.audience_id IS NULL OR ` + member(alias+".audience_id", "member") + `)
			AND (` + alias + `.app_id IS NULL OR ` + appAudience + ` IS NULL OR ` + member(appAudience, "member") + `))
			OR ` + member(alias+".id", "owner") + ` OR (` + alias + `.app_id IS NOT NULL AND (` + member(alias+".app_id", "owner") + `))
			OR EXISTS (SELECT 1 FROM stage_approvers sa JOIN stages st ON st.tenant_id = sa.tenant_id AND st.id = sa.stage_id
				JOIN requests rq ON rq.tenant_id = st.tenant_id AND rq.id = st.request_id
				WHERE sa.tenant_id = ` + t + ` AND sa.user_id = ` + u + ` AND rq.resource_id = ` + alias + `.id AND rq.state = 'pending')
		END)`
}

// holds is the condition under which a grants row gives its access now: activated, begun, and neither ended nor past its
// end. The moment is a placeholder of microseconds, not before the present; for the past see held. What was ended is ended
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
