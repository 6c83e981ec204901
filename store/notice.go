package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"
)

// Notice is a grant that ends soon and whose holder has not been told yet.
type Notice struct {
	TenantID
	EndsAt time.Time
	UserID string
}

// NoticeKey is what makes the notice of one grant, one end and one window go out once.
func NoticeKey(grantID string, endsAt time.Time, window string) string {
	return "ends:" + grantID + ":" + strconv.FormatInt(Micros(endsAt), 10) + ":" + window
}

// DueNotices lists people's grants that end within the window, over all tenants, as far as: the grant was longer than the
// window, no notice of this or a later window went out, and no other reason goes on giving the same.
func (tx *Tx) DueNotices(ctx context.Context, window time.Duration, name string, later []string, limit int) ([]Notice, error) {
	q := &query{}
	now, until := q.arg(Micros(tx.now)), q.arg(Micros(tx.now.Add(window)))
	w := q.arg(window.Microseconds())
	q.WriteString(`SELECT g.tenant_id, g.id, g.ends_at, g.subject_id FROM grants g JOIN users u ON u.tenant_id=g.tenant_id AND u.id=g.subject_id AND u.state='active'
		WHERE g.subject_kind='user' AND g.ended_at IS NULL AND g.ends_at IS NOT NULL AND g.no_end = FALSE AND g.activated_at IS NOT NULL AND g.ends_at > ` + now + `
		AND g.ends_at <= ` + until + ` AND g.ends_at - g.starts_at > ` + w)
	for _, window := range append([]string{name}, later...) {
		q.WriteString(` AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.tenant_id=g.tenant_id AND m.user_id=g.subject_id
			AND m.dedupe = 'ends:' || g.id || ':' || CAST(g.ends_at AS TEXT) || ':' || CAST(` + q.arg(window) + ` AS TEXT))`)
	}
	q.WriteString(` AND NOT EXISTS (SELECT 1 FROM grants o WHERE o.tenant_id=g.tenant_id AND o.subject_kind='user' AND o.subject_id=g.subject_id AND o.resource_id=g.resource_id
			AND o.relation=g.relation AND o.parameters=g.parameters AND o.id <> g.id AND ` + living("o", "g.ends_at") + `)
		AND NOT EXISTS (SELECT 1 FROM grants om JOIN grants o2 ON o2.tenant_id=om.tenant_id AND o2.subject_kind='role' AND o2.subject_id=om.resource_id
			WHERE om.tenant_id=g.tenant_id AND om.subject_kind='user' AND om.subject_id=g.subject_id AND om.relation='member' AND ` + living("om", "g.ends_at") + `
			AND o2.resource_id=g.resource_id AND o2.relation=g.relation AND o2.parameters=g.parameters AND ` + living("o2", "g.ends_at") + `)
		ORDER BY g.ends_at LIMIT ` + q.arg(limit))
	var out []Notice
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var n Notice
		err := r.Scan(&n.Tenant, &n.ID, timeScan{&n.EndsAt}, &n.UserID)
		out = append(out, n)
		return err
	})
	return out, err
}

// NextNotice is when the next grant comes within the window; nil when none will.
func (tx *Tx) NextNotice(ctx context.Context, window time.Duration) (*time.Time, error) {
	var t *time.Time
	err := tx.Row(ctx, `SELECT min(ends_at) FROM grants WHERE ended_at IS NULL AND ends_at IS NOT NULL AND ends_at > $1`,
		[]any{Micros(tx.now.Add(window))}, timePtrScan{&t})
	if t != nil {
		at := t.Add(-window)
		t = &at
	}
	return t, err
}

// NoticeGiven reports whether a person was given the notice with that key.
func (tx *Tx) NoticeGiven(ctx context.Context, tenant, userID, key string) (bool, error) {
	return tx.exists(ctx, `SELECT 1 FROM messages WHERE tenant_id=$1 AND user_id=$2 AND dedupe=$3`, tenant, userID, key)
}
