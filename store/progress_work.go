package store

// work writes the parts of statements about a scope. t, now and role are parameters of the query.
type work struct {
	*query
	ProgressScope
	t, now, role string
}

// counts are the columns of an item: p is a provisions row, or a row of NULLs.
func (w work) counts(direction, done string) string {
	ours := "p.state = '" + direction + "' AND "
	return `'` + direction + `' AS direction, count(*) AS total, count(*) FILTER (WHERE p.state = '` + done + `') AS done,
		count(*) FILTER (WHERE ` + ours + inHand(w.now) + `) AS in_hand, count(*) FILTER (WHERE ` + ours + byHand + `) AS by_hand,
		count(*) FILTER (WHERE ` + ours + `p.failing_since IS NOT NULL) AS failing, min(CASE WHEN p.state = '` + direction + `' THEN p.due_since END) AS since,
		COALESCE(max(p.connection_id), '') AS connection_id`
}

func inHand(now string) string {
	return "p.failing_since IS NULL AND p.next_at IS NOT NULL AND COALESCE(p.lease_until, 0) > " + now
}

// What waits for a person's task has nothing that is due.
const byHand = "p.failing_since IS NULL AND p.next_at IS NULL"

// narrow adds what the scope says of a provisions row beside its resource and role.
func (w work) narrow(alias string) string {
	text := ""
	if w.Parameters != "" {
		text += " AND " + alias + ".parameters = " + w.arg(w.Parameters)
	}
	if w.UserID != "" {
		text += " AND " + alias + ".user_id = " + w.arg(w.UserID)
	}
	return text
}

func (w work) addingOf() string {
	res := w.arg(w.ResourceID)
	text := `SELECT p.resource_id, ` + w.counts("adding", "present") + ` FROM provisions p WHERE p.tenant_id = ` + w.t + ` AND p.resource_id = ` + res +
		` AND p.relation = 'member' AND p.state IN ('adding','present')` + w.narrow("p")
	if !w.All {
		text += ` AND EXISTS (SELECT 1 FROM provisions w WHERE w.tenant_id = ` + w.t + ` AND w.resource_id = ` + res + ` AND w.state = 'adding'` + w.narrow("w") + `)`
	}
	return text + " GROUP BY p.resource_id"
}

func (w work) removingOf() string {
	res := w.arg(w.ResourceID)
	since := ""
	if w.RemovedSince != nil {
		since = w.arg(Micros(*w.RemovedSince))
	} else {
		since = `(SELECT min(w.due_since) FROM provisions w WHERE w.tenant_id = ` + w.t + ` AND w.resource_id = ` + res + ` AND w.state = 'removing'` + w.narrow("w") + `)`
	}
	return `SELECT p.resource_id, ` + w.counts("removing", "absent") + ` FROM provisions p WHERE p.tenant_id = ` + w.t + ` AND p.resource_id = ` + res +
		` AND p.relation = 'member' AND p.state IN ('removing','absent') AND (p.state = 'removing' OR p.since >= ` + since + `)` + w.narrow("p") + ` GROUP BY p.resource_id`
}

// held selects what the role holds, or held at any time.
func (w work) held(columns, more string) string {
	text := `SELECT DISTINCT ` + columns + ` FROM grants g` + more + ` WHERE g.tenant_id = ` + w.t + ` AND g.subject_kind = 'role' AND g.subject_id = ` + w.role + ` AND g.relation = 'member'`
	if w.ResourceID != "" {
		text += " AND g.resource_id = " + w.arg(w.ResourceID)
	}
	if w.Parameters != "" {
		text += " AND g.parameters = " + w.arg(w.Parameters)
	}
	return text
}

// belongs is the condition that the person of a provisions row is a member of the role.
func (w work) belongs(alias string) string {
	return `EXISTS (SELECT 1 FROM grants wm WHERE wm.tenant_id = ` + alias + `.tenant_id AND wm.resource_id = ` + w.role + ` AND wm.relation = 'member' AND wm.subject_kind = 'user'
		AND wm.subject_id = ` + alias + `.user_id AND ` + living("wm", w.now) + `)`
}

// addingBy counts members, not provisions: who was forgotten would be seen to be missing.
func (w work) addingBy() string {
	held := w.held("g.resource_id, g.parameters", ` JOIN resources hr ON hr.tenant_id = g.tenant_id AND hr.id = g.resource_id AND hr.deleted_at IS NULL AND hr.managed AND hr.fulfilment_kind <> 'none'`) +
		" AND " + living("g", w.now)
	if !w.All {
		held += ` AND EXISTS (SELECT 1 FROM provisions w WHERE w.tenant_id = g.tenant_id AND w.resource_id = g.resource_id AND w.state = 'adding' AND w.parameters = g.parameters` +
			w.narrow("w") + ` AND ` + w.belongs("w") + `)`
	}
	members := `SELECT DISTINCT m.subject_id AS user_id FROM grants m JOIN users mu ON mu.tenant_id = m.tenant_id AND mu.id = m.subject_id AND mu.state = 'active'
		WHERE m.tenant_id = ` + w.t + ` AND m.resource_id = ` + w.role + ` AND m.relation = 'member' AND m.subject_kind = 'user' AND ` + living("m", w.now)
	if w.UserID != "" {
		members += " AND m.subject_id = " + w.arg(w.UserID)
	}
	return `SELECT has.resource_id, ` + w.counts("adding", "present") + ` FROM (` + held + `) has CROSS JOIN (` + members + `) everyone
		LEFT JOIN provisions p ON p.tenant_id = ` + w.t + ` AND p.user_id = everyone.user_id AND p.resource_id = has.resource_id AND p.relation = 'member' AND p.parameters = has.parameters
		GROUP BY has.resource_id`
}

func (w work) removingBy() string {
	of := func(alias string) string {
		return alias + `.tenant_id = ` + w.t + ` AND ` + alias + `.resource_id IN (` + w.held("g.resource_id", "") + `) AND ` + alias + `.relation = 'member' AND ` +
			alias + `.by_role = ` + w.role + w.narrow(alias)
	}
	if w.RemovedSince != nil {
		return `SELECT p.resource_id, ` + w.counts("removing", "absent") + ` FROM provisions p WHERE ` + of("p") + ` AND p.state IN ('removing','absent')
			AND (p.state = 'removing' OR p.since >= ` + w.arg(Micros(*w.RemovedSince)) + `) GROUP BY p.resource_id`
	}
	return `SELECT p.resource_id, ` + w.counts("removing", "absent") + ` FROM (SELECT w.resource_id, min(w.due_since) AS at FROM provisions w WHERE ` + of("w") +
		` AND w.state = 'removing' GROUP BY w.resource_id) began JOIN provisions p ON p.tenant_id = ` + w.t + ` AND p.resource_id = began.resource_id AND p.state IN ('removing','absent')
		WHERE p.relation = 'member' AND p.by_role = ` + w.role + ` AND (p.state = 'removing' OR p.since >= began.at)` + w.narrow("p") + ` GROUP BY p.resource_id`
}

// pending is the condition that a provisions row, with this alias, is work of the scope that is not done.
func (w work) pending(alias string) string {
	text := alias + ".tenant_id = " + w.t + " AND " + alias + ".relation = 'member' AND " + alias + ".state IN ('adding','removing')" + w.narrow(alias)
	if w.RoleID == "" {
		return text + " AND " + alias + ".resource_id = " + w.arg(w.ResourceID)
	}
	return text + " AND " + alias + ".resource_id IN (" + w.held("g.resource_id", "") + `) AND CASE WHEN ` + alias + `.state = 'removing' THEN ` + alias + `.by_role = ` + w.role +
		` ELSE ` + w.belongs(alias) + ` AND EXISTS (SELECT 1 FROM grants wr WHERE wr.tenant_id = ` + alias + `.tenant_id AND wr.subject_kind = 'role' AND wr.subject_id = ` + w.role +
		` AND wr.resource_id = ` + alias + `.resource_id AND wr.relation = 'member' AND wr.parameters = ` + alias + `.parameters AND ` + living("wr", w.now) + `) END`
}

func (tx *Tx) workOf(tenant string, s ProgressScope) work {
	q := &query{}
	w := work{query: q, ProgressScope: s, t: q.arg(tenant), now: q.arg(Micros(tx.now))}
	if s.RoleID != "" {
		w.role = q.arg(s.RoleID)
	}
	return w
}
