package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// Notice is an end to come, one person to be told of it, and how far that is.
type Notice struct {
	UserID     string
	Zone       string // the person's time zone, an IANA name; "" is UTC
	Why        string // holder, owner (of the resource or its app) or role_owner
	GrantID    string
	StartsAt   time.Time
	EndsAt     time.Time
	Relation   sallyport.Relation
	Subject    string // in words
	SubjectID  string
	Resource   string
	ResourceID string
	Slug       string
	Told       int // of how many days before they were told last; 0: not yet
}

// ends is the query of whom to tell of which ends until a moment, as tables c (the grants) and w (grant_id, user_id and, as
// a number, why): the active holder, the owners of the resource and of its app, and of a role's grant the role's owners,
// unless the resource has an audience, in which they may not be. Left out are grants marked as reviewed, what a person goes
// on having by another reason, and what is not real yet. A person may be in w more than once for a grant.
func (q *query) ends(tenant, now, until string, grants []string) {
	t, end := tenant, until
	only := ""
	if len(grants) > 0 {
		only = " AND " + q.in("g.id", grants)
	}
	q.WriteString(`WITH c AS (SELECT g.id, g.subject_kind, g.subject_id, g.resource_id, g.relation, g.starts_at, g.ends_at, r.app_id, r.name, r.slug,
			CASE WHEN r.audience_id IS NULL AND ra.audience_id IS NULL THEN 0 ELSE 1 END AS hidden FROM grants g
			JOIN resources r ON r.tenant_id=g.tenant_id AND r.id=g.resource_id LEFT JOIN resources ra ON ra.tenant_id=g.tenant_id AND ra.id=r.app_id
			WHERE g.tenant_id=` + t + ` AND g.ended_at IS NULL AND g.ends_at > ` + now + ` AND g.ends_at <= ` + end + ` AND g.activated_at IS NOT NULL` + only + `
			AND NOT EXISTS (SELECT 1 FROM grant_reviews rv WHERE rv.tenant_id=g.tenant_id AND rv.grant_id=g.id)
			AND (g.subject_kind='role' OR (EXISTS (SELECT 1 FROM users hu WHERE hu.tenant_id=g.tenant_id AND hu.id=g.subject_id AND hu.state='active') AND NOT ` + continues("g") + `))),
		d AS (SELECT DISTINCT resource_id AS id FROM c UNION SELECT app_id FROM c WHERE app_id IS NOT NULL UNION SELECT subject_id FROM c WHERE subject_kind='role'),
		by_owner AS (SELECT d.id, og.subject_id AS user_id FROM d CROSS JOIN grants og WHERE og.tenant_id=` + t + ` AND og.resource_id=d.id AND og.relation='owner' AND og.subject_kind='user' AND ` + holds("og", now) + `
			UNION SELECT d.id, om.subject_id FROM d CROSS JOIN grants og CROSS JOIN grants om WHERE og.tenant_id=` + t + ` AND og.resource_id=d.id AND og.relation='owner' AND og.subject_kind='role' AND ` + holds("og", now) + `
			AND om.tenant_id=og.tenant_id AND om.resource_id=og.subject_id AND om.relation='member' AND om.subject_kind='user' AND ` + holds("om", now) + `),
		w AS (SELECT c.id AS grant_id, c.subject_id AS user_id, 1 AS why FROM c WHERE c.subject_kind='user'
			UNION ALL SELECT c.id, bo.user_id, 2 FROM c JOIN by_owner bo ON bo.id=c.resource_id
			UNION ALL SELECT c.id, bo.user_id, 2 FROM c JOIN by_owner bo ON bo.id=c.app_id
			UNION ALL SELECT c.id, bo.user_id, 3 FROM c JOIN by_owner bo ON c.subject_kind='role' AND c.hidden=0 AND bo.id=c.subject_id)`)
}

// told is of how many days before the end the person of w was told last.
func told(tenant string) string {
	return `COALESCE((SELECT min(n.days) FROM notices n WHERE n.tenant_id=` + tenant + ` AND n.user_id=w.user_id AND n.grant_id=c.id AND n.ends_at=c.ends_at), 0)`
}

// EachEnd calls f for each end until a moment and each person to be told of it, without the names, in no order and perhaps
// more than once. Sorting what is mostly not due would take longer than reading it.
func (tx *Tx) EachEnd(ctx context.Context, tenant string, until time.Time, f func(Notice)) error {
	q := &query{}
	t := q.arg(tenant)
	q.ends(t, q.arg(Micros(tx.now)), q.arg(Micros(until)), nil)
	q.WriteString(` SELECT w.user_id, u.time_zone, c.id, c.starts_at, c.ends_at, ` + told(t) + ` FROM w CROSS JOIN c CROSS JOIN users u
		WHERE c.id=w.grant_id AND u.tenant_id=` + t + ` AND u.id=w.user_id AND u.state='active'`)
	return tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var n Notice
		err := r.Scan(&n.UserID, &n.Zone, &n.GrantID, timeScan{&n.StartsAt}, timeScan{&n.EndsAt}, &n.Told)
		f(n)
		return err
	})
}

// Notices lists the ends until a moment, among those of some grants, that one person is to be told of, the earliest first.
func (tx *Tx) Notices(ctx context.Context, tenant string, until time.Time, userID string, grants []string) ([]Notice, error) {
	if len(grants) == 0 {
		return nil, nil
	}
	q := &query{}
	t := q.arg(tenant)
	q.ends(t, q.arg(Micros(tx.now)), q.arg(Micros(until)), grants)
	q.WriteString(` SELECT w.user_id, u.time_zone, min(w.why), c.id, c.starts_at, c.ends_at, c.relation, COALESCE(su.name, sr.name, ''), c.subject_id, c.name, COALESCE(ap.name, ''), c.resource_id, c.slug,
			` + told(t) + `
		FROM w JOIN c ON c.id=w.grant_id JOIN users u ON u.tenant_id=` + t + ` AND u.id=w.user_id AND u.state='active'
		LEFT JOIN users su ON su.tenant_id=` + t + ` AND c.subject_kind='user' AND su.id=c.subject_id
		LEFT JOIN resources sr ON sr.tenant_id=` + t + ` AND c.subject_kind='role' AND sr.id=c.subject_id
		LEFT JOIN resources ap ON ap.tenant_id=` + t + ` AND ap.id=c.app_id`)
	q.WriteString(" WHERE w.user_id=" + q.arg(userID))
	q.WriteString(` GROUP BY w.user_id, u.time_zone, c.id, c.starts_at, c.ends_at, c.relation, su.name, sr.name, c.subject_id, c.name, ap.name, c.resource_id, c.slug ORDER BY w.user_id, c.ends_at, c.id`)
	var out []Notice
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var n Notice
		var why int
		var app string
		err := r.Scan(&n.UserID, &n.Zone, &why, &n.GrantID, timeScan{&n.StartsAt}, timeScan{&n.EndsAt}, &n.Relation, &n.Subject, &n.SubjectID, &n.Resource, &app, &n.ResourceID, &n.Slug, &n.Told)
		n.Resource = sallyport.FullName(n.Resource, app)
		n.Why = []string{"", "holder", "owner", "role_owner"}[why]
		out = append(out, n)
		return err
	})
	return out, err
}

// TellOf records that a person is told now of ends, of each the days before it that Told says. It returns the grants of
// which that was not recorded before.
func (tx *Tx) TellOf(ctx context.Context, tenant, userID string, list []Notice) (map[string]bool, error) {
	added := make(map[string]bool, len(list))
	for some := range slices.Chunk(list, 500) {
		q := &query{}
		t, u, now := q.arg(tenant), q.arg(userID), q.arg(Micros(tx.now))
		rows := make([]string, len(some))
		for i, n := range some {
			rows[i] = "(" + t + "," + u + "," + q.arg(n.GrantID) + "," + q.arg(Micros(n.EndsAt)) + "," + q.arg(n.Told) + "," + now + ")"
		}
		q.WriteString("INSERT INTO notices (tenant_id, user_id, grant_id, ends_at, days, told_at) VALUES " + strings.Join(rows, ",") +
			" ON CONFLICT (tenant_id, user_id, grant_id, ends_at, days) DO NOTHING RETURNING grant_id")
		ids, err := tx.ids(ctx, q.String(), q.args...)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			added[id] = true
		}
	}
	return added, nil
}

// ToldSince reports how many digests a person was given since a moment.
func (tx *Tx) ToldSince(ctx context.Context, tenant, userID string, since time.Time) (n int, err error) {
	return n, tx.Row(ctx, `SELECT count(DISTINCT told_at) FROM notices WHERE tenant_id=$1 AND user_id=$2 AND told_at >= $3`, []any{tenant, userID, Micros(since)}, &n)
}

// TakeNoticeTurns claims the tenants whose turn to look for notices has come, and gives them their next.
func (tx *Tx) TakeNoticeTurns(ctx context.Context, next time.Time) ([]string, error) {
	if _, err := tx.Exec(ctx, `INSERT INTO notice_turns (tenant_id, next_at) SELECT t.id, 0 FROM tenants t
		WHERE NOT EXISTS (SELECT 1 FROM notice_turns n WHERE n.tenant_id=t.id) ON CONFLICT (tenant_id) DO NOTHING`); err != nil {
		return nil, err
	}
	return tx.ids(ctx, `UPDATE notice_turns SET next_at=$1 WHERE next_at <= $2 RETURNING tenant_id`, Micros(next), Micros(tx.now))
}

// HasNoticeTurns reports whether a tenant's turn to look for notices has come.
func (tx *Tx) HasNoticeTurns(ctx context.Context) (bool, error) {
	return tx.exists(ctx, `SELECT 1 FROM tenants t WHERE NOT EXISTS (SELECT 1 FROM notice_turns n WHERE n.tenant_id=t.id AND n.next_at > $1) LIMIT 1`, Micros(tx.now))
}
