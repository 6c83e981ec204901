package store

import (
	"context"
	"strconv"
	"strings"
)

// waitingFor narrows to the requests that wait for the vote of a person, who was asked or stands in for somebody who was.
// Those of one person are few, so they are looked up first: a plan that goes through all that wait never begins.
func (tx *Tx) waitingFor(ctx context.Context, q *query, tenant, userID string) error {
	text := func(w *query) string {
		t, u, n := w.arg(tenant), w.arg(userID), w.arg(Micros(tx.now))
		return `SELECT s.request_id FROM stage_approvers sa JOIN stages s ON s.tenant_id = sa.tenant_id AND s.id = sa.stage_id
			WHERE sa.tenant_id = ` + t + ` AND s.state = 'open' AND sa.user_id IN (SELECT ` + u + ` UNION ALL SELECT d.from_id FROM delegations d
				WHERE d.tenant_id = ` + t + ` AND d.to_id = ` + u + ` AND d.starts_at <= ` + n + ` AND d.ends_at > ` + n + ` AND d.ended_at IS NULL)
			AND NOT EXISTS (SELECT 1 FROM votes v WHERE v.tenant_id = s.tenant_id AND v.stage_id = s.id AND (v.user_id = ` + u + ` OR v.on_behalf_of = ` + u + ` OR COALESCE(v.on_behalf_of, v.user_id) = sa.user_id))`
	}
	w := &query{}
	ids, err := tx.ids(ctx, text(w)+" LIMIT "+strconv.Itoa(few+1), w.args...)
	if err != nil {
		return err
	}
	if len(ids) <= few {
		q.WriteString(" AND " + q.in("q.id", ids))
	} else {
		q.WriteString(" AND q.id IN (" + text(q) + ")")
	}
	u := q.arg(userID)
	q.WriteString(` AND q.state = 'pending' AND ((q.requester_id <> ` + u + ` AND NOT (q.subject_kind = 'user' AND q.subject_id = ` + u + `)) OR q.flow LIKE '%"allow_self_approval":true%')`)
	return nil
}

// requestsLike narrows to the requests about people or things with the text in their names, and to those to make something
// whose form has it. Names are looked for where they are few, once, and not beside each request; the requests of few people
// and things are found by their indexes.
func (tx *Tx) requestsLike(ctx context.Context, q *query, tenant, text string) error {
	l := like(text)
	people, things, ok, err := tx.called(ctx, tenant, text)
	if err != nil {
		return err
	}
	t := q.arg(tenant)
	if !ok {
		in := func(table string) string {
			return "(SELECT f.id FROM " + table + " f WHERE f.tenant_id = " + t + " AND f.search_key LIKE %s ESCAPE '\\')"
		}
		q.and(`(q.resource_id IN `+in("resources")+` OR q.requester_id IN `+in("users")+` OR (q.subject_kind = 'user' AND q.subject_id IN `+in("users")+`)
			OR (q.subject_kind = 'role' AND q.subject_id IN `+in("resources")+`) OR `+createdLike(t)+`)`, l, l, l, l, l)
		return nil
	}
	sets := []string{"SELECT fc.request_id FROM creations fc WHERE fc.tenant_id = " + t + " AND fc.search_key LIKE " + q.arg(l) + ` ESCAPE '\'`}
	add := func(and, column string, ids []string) {
		if len(ids) > 0 {
			sets = append(sets, "SELECT f.id FROM requests f WHERE f.tenant_id = "+t+and+" AND "+q.in(column, ids))
		}
	}
	add("", "f.resource_id", things)
	add("", "f.requester_id", people)
	add(" AND f.subject_kind = 'user'", "f.subject_id", people)
	add(" AND f.subject_kind = 'role'", "f.subject_id", things)
	q.WriteString(" AND q.id IN (" + strings.Join(sets, " UNION ALL ") + ")")
	return nil
}
