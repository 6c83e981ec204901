package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

var grantColumns = `g.id, g.subject_kind, g.subject_id, COALESCE(su.login, ''), COALESCE(sr.slug, ''), COALESCE(su.name, sr.name, ''),
	r.id, r.slug, r.name, r.kind, g.relation, g.parameters, g.origin, g.reason_kind, g.reason, g.request_id, g.starts_at, g.ends_at, g.no_end,
	g.duration, g.activated_at, g.ended_at, eb.id, eb.login, eb.name, g.ended_reason, cb.id, cb.login, cb.name, g.created_at,
	p.state, p.since, p.attempts, p.error, p.failing_since, p.next_at, p.verified_at,
	CASE WHEN p.state = 'removing' THEN ` + outlasted("g.tenant_id", "g", stopped("g")) + ` ELSE FALSE END`

// grantFrom joins the resource, which is always there, from the left as well: SQLite then keeps to the order of the grants'
// index, where it would else go through the catalogue and sort all grants.
const grantFrom = ` FROM grants g` + grantJoins

const grantJoins = ` LEFT JOIN resources r ON r.tenant_id = g.tenant_id AND r.id = g.resource_id
	LEFT JOIN users su ON su.tenant_id = g.tenant_id AND g.subject_kind = 'user' AND su.id = g.subject_id
	LEFT JOIN resources sr ON sr.tenant_id = g.tenant_id AND g.subject_kind = 'role' AND sr.id = g.subject_id
	LEFT JOIN users eb ON eb.tenant_id = g.tenant_id AND eb.id = g.ended_by
	LEFT JOIN users cb ON cb.tenant_id = g.tenant_id AND cb.id = g.created_by
	LEFT JOIN provisions p ON p.tenant_id = g.tenant_id AND g.subject_kind = 'user' AND p.user_id = g.subject_id AND p.resource_id = g.resource_id
		AND p.relation = g.relation AND p.parameters = g.parameters`

type optionalUser struct{ id, login, name string }

func (o *optionalUser) dest() []any {
	return []any{textScan{&o.id}, textScan{&o.login}, textScan{&o.name}}
}

func (o optionalUser) ref() *sallyport.UserRef {
	if o.id == "" {
		return nil
	}
	return &sallyport.UserRef{ID: o.id, Login: o.login, Name: o.name}
}

func scanGrant(rows interface{ Scan(...any) error }, g *sallyport.Grant, now time.Time, more ...any) error {
	var params, pstate, perr string
	var endedBy, createdBy optionalUser
	var p sallyport.Provisioning
	var since *time.Time
	var attempts sql.NullInt64
	var outlasted bool
	*g = sallyport.Grant{}
	dest := []any{&g.ID, &g.Subject.Kind, &g.Subject.ID, &g.Subject.Login, &g.Subject.Slug, &g.Subject.Name,
		&g.Resource.ID, &g.Resource.Slug, &g.Resource.Name, &g.Resource.Kind, &g.Relation, &params, &g.Origin, &g.ReasonKind, &g.Reason,
		textScan{&g.RequestID}, timeScan{&g.StartsAt}, timePtrScan{&g.EndsAt}, &g.NoEnd, durationScan{&g.Duration},
		timePtrScan{&g.ActivatedAt}, timePtrScan{&g.EndedAt}}
	dest = append(append(dest, endedBy.dest()...), &g.EndedReason)
	dest = append(append(dest, createdBy.dest()...), timeScan{&g.CreatedAt},
		textScan{&pstate}, timePtrScan{&since}, &attempts, textScan{&perr}, timePtrScan{&p.FailingAt}, timePtrScan{&p.NextAt}, timePtrScan{&p.Verified}, &outlasted)
	if err := rows.Scan(append(dest, more...)...); err != nil {
		return err
	}
	g.Parameters, g.EndedBy, g.CreatedBy = []byte(params), endedBy.ref(), createdBy.ref()
	if pstate != "" {
		p.State, p.Error, p.Attempts, p.Since = sallyport.ProvisionState(pstate), perr, int(attempts.Int64), *since
		g.Provisioning = &p
	}
	g.State = g.StateAt(now, g.Provisioning)
	if g.State == sallyport.GrantRevoking && outlasted {
		g.State = sallyport.GrantEnded
	}
	if g.Provisioning != nil && g.State == sallyport.GrantEnded {
		g.Provisioning = nil // the row may meanwhile serve another reason
	}
	return nil
}

// Grant finds a grant whose resource the viewer may see. ENotFound otherwise.
func (tx *Tx) Grant(ctx context.Context, tenant, id string, v Viewer) (sallyport.Grant, error) {
	var g sallyport.Grant
	q := &query{}
	q.WriteString("SELECT " + grantColumns + grantFrom + " WHERE g.tenant_id = " + q.arg(tenant) + " AND g.id = " + q.arg(id))
	q.WriteString(" AND " + q.sees(v, tenant, Micros(tx.now), "r"))
	err := scanGrant(tx.row(ctx, q.String(), q.args...), &g, tx.now)
	if errors.Is(err, sql.ErrNoRows) {
		return g, sallyport.Errorf(sallyport.ENotFound, "there is no grant %q", clip(id)).
			WithHint("Look for it where it is listed, and take its id from there; what you may not see is not there for you.")
	}
	return g, dbError(ctx, err)
}

// GrantFilter narrows a list of grants; empty fields do not.
type GrantFilter struct {
	SubjectKind    sallyport.SubjectKind
	SubjectID      string
	ResourceID     string
	AppID          string
	Relation       sallyport.Relation
	Active         *bool      // true: living now; false: over
	ExpiringBefore *time.Time // living, and ending before
	At             *time.Time // giving its access at that moment; the rows say what they are now
	Origin         string
	OwnedBy        string // user id: grants of resources which the person owns, or whose app they own
	RequestID      string
	State          string // failing, revoking: by its provision
	Q              string // in the names of subject and resource
}

var grantListing = listing{id: "g.id", sorts: map[string]string{"": "-g.id", "created_at": "g.created_at", "ends_at": "COALESCE(g.ends_at, 9223372036854775807)",
	"ended_at": "COALESCE(g.ended_at, 0)", "resource": "r.name_key", "subject": "COALESCE(su.name_key, sr.name_key)"}}

// endingListing is for lists of what has an end, where the index of ends gives the order.
var endingListing = listing{id: "g.id", sorts: map[string]string{"": "-g.id", "created_at": "g.created_at", "ends_at": "g.ends_at",
	"resource": "r.name_key", "subject": "COALESCE(su.name_key, sr.name_key)"}}

// countFrom joins what the conditions of a filter need, and no more.
func (f GrantFilter) countFrom(v Viewer) string {
	if f.State != "" {
		return grantFrom
	}
	from := " FROM grants g"
	if !v.All || f.Q != "" {
		from += " LEFT JOIN resources r ON r.tenant_id = g.tenant_id AND r.id = g.resource_id"
	}
	if f.Q != "" {
		from += ` LEFT JOIN users su ON su.tenant_id = g.tenant_id AND g.subject_kind = 'user' AND su.id = g.subject_id
			LEFT JOIN resources sr ON sr.tenant_id = g.tenant_id AND g.subject_kind = 'role' AND sr.id = g.subject_id`
	}
	return from
}

// grants writes FROM and WHERE of a list of grants.
func (tx *Tx) grants(q *query, from, tenant string, v Viewer, f GrantFilter) {
	q.WriteString(from + " WHERE g.tenant_id = " + q.arg(tenant))
	now := func() string { return q.arg(Micros(tx.now)) } // only where it is used: PostgreSQL refuses an argument that is not
	if f.SubjectKind != "" {
		q.and("g.subject_kind = %s", f.SubjectKind)
	}
	if f.SubjectID != "" {
		q.and("g.subject_id = %s", f.SubjectID)
	}
	if f.ResourceID != "" {
		q.and("g.resource_id = %s", f.ResourceID)
	}
	if f.AppID != "" {
		q.and("g.resource_id IN (SELECT ra.id FROM resources ra WHERE ra.tenant_id = %s AND (ra.id = %s OR ra.app_id = %s))", tenant, f.AppID, f.AppID)
	}
	if f.Relation != "" {
		q.and("g.relation = %s", f.Relation)
	}
	if f.Origin != "" {
		q.and("g.origin = %s", f.Origin)
	}
	if f.RequestID != "" {
		q.and("g.request_id = %s", f.RequestID)
	}
	if f.Active != nil {
		if *f.Active {
			q.WriteString(" AND g.ended_at IS NULL AND (g.no_end OR g.ends_at IS NULL OR g.ends_at > " + now() + ")")
		} else {
			q.WriteString(" AND (g.ended_at IS NOT NULL OR g.ends_at <= " + now() + ")")
		}
	}
	if f.ExpiringBefore != nil {
		q.and("g.ended_at IS NULL AND g.ends_at < %s AND g.ends_at > "+now(), Micros(*f.ExpiringBefore))
	}
	if f.At != nil {
		q.WriteString(" AND " + tx.when(*f.At)("g", q.arg(Micros(*f.At))))
	}
	switch f.State {
	case "failing":
		q.WriteString(" AND p.failing_since IS NOT NULL")
	case "revoking":
		q.WriteString(" AND p.state = 'removing'")
	}
	if f.OwnedBy != "" {
		owns := "og.tenant_id = " + q.arg(tenant) + " AND og.subject_kind = 'user' AND og.subject_id = " + q.arg(f.OwnedBy) + " AND og.relation = 'owner' AND " + holds("og", now())
		q.WriteString(` AND g.resource_id IN (SELECT og.resource_id FROM grants og WHERE ` + owns + `
			UNION SELECT ro.id FROM grants og JOIN resources ro ON ro.tenant_id = og.tenant_id AND ro.app_id = og.resource_id WHERE ` + owns + `)`)
	}
	if f.Q != "" {
		l := like(f.Q)
		q.and(`(r.search_key LIKE %s ESCAPE '\' OR su.search_key LIKE %s ESCAPE '\' OR sr.search_key LIKE %s ESCAPE '\')`, l, l, l)
	}
	if !v.All {
		q.WriteString(" AND " + q.sees(v, tenant, Micros(tx.now), "r"))
	}
}

// Grants lists grants of resources that the viewer may see, newest first.
func (tx *Tx) Grants(ctx context.Context, tenant string, v Viewer, f GrantFilter, p Page) (List[sallyport.Grant], error) {
	type row struct {
		sallyport.Grant
		key any
	}
	var none List[sallyport.Grant]
	order := grantListing
	if f.ExpiringBefore != nil {
		order = endingListing
	}
	q := &query{}
	tx.grants(q, grantFrom, tenant, v, f)
	if err := order.page(q, &p); err != nil {
		return none, err
	}
	var items []row
	err := tx.Rows(ctx, "SELECT "+grantColumns+", "+order.column(p.Sort)+q.String(), q.args, func(rows *sql.Rows) error {
		var it row
		if err := scanGrant(rows, &it.Grant, tx.now, &it.key); err != nil {
			return err
		}
		items = append(items, it)
		return nil
	})
	if err != nil {
		return none, err
	}
	l := finish(items, p, func(r row) (any, string) { return r.key, r.ID })
	c := &query{}
	tx.grants(c, f.countFrom(v), tenant, v, f)
	total, err := tx.countAfter(ctx, p, len(l.Items), l.NextCursor, c)
	if err != nil {
		return none, err
	}
	out := List[sallyport.Grant]{Items: make([]sallyport.Grant, len(l.Items)), NextCursor: l.NextCursor, Total: total}
	for i := range l.Items {
		out.Items[i] = l.Items[i].Grant
	}
	return out, nil
}

// LivingGrant finds the grant of a key and origin that has not been ended, even when its end has passed. The second
// result is false when there is none.
func (tx *Tx) LivingGrant(ctx context.Context, tenant string, k sallyport.Key, origin sallyport.Origin) (sallyport.Grant, bool, error) {
	var g sallyport.Grant
	row := tx.row(ctx, "SELECT "+grantColumns+grantFrom+` WHERE g.tenant_id=$1 AND g.subject_kind=$2 AND g.subject_id=$3
		AND g.resource_id=$4 AND g.relation=$5 AND g.parameters=$6 AND g.origin=$7 AND g.ended_at IS NULL`,
		tenant, k.Subject, k.SubjectID, k.ResourceID, k.Relation, k.Parameters, origin)
	err := scanGrant(row, &g, tx.now)
	if errors.Is(err, sql.ErrNoRows) {
		return g, false, nil
	}
	return g, err == nil, dbError(ctx, err)
}

// GrantsOfPeople reads what some people have of one resource by grants of their own that were not ended, even when their end has
// passed.
func (tx *Tx) GrantsOfPeople(ctx context.Context, tenant, resourceID string, users []string) (out []sallyport.Grant, err error) {
	for some := range slices.Chunk(users, crowd) {
		q := &query{}
		q.WriteString("SELECT " + grantColumns + grantFrom + " WHERE g.tenant_id = " + q.arg(tenant) + " AND g.resource_id = " + q.arg(resourceID) +
			" AND g.subject_kind = 'user' AND g.ended_at IS NULL AND " + q.oneOf("g.subject_id", some))
		if err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
			var g sallyport.Grant
			err := scanGrant(rows, &g, tx.now)
			out = append(out, g)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// InsertGrant adds a grant row; id and created_at are set here. EConflict when one of the same key and origin lives.
func (tx *Tx) InsertGrant(ctx context.Context, tenant string, g *sallyport.Grant, previous string) error {
	list := []sallyport.Grant{*g}
	err := tx.InsertGrants(ctx, tenant, list, []string{previous})
	*g = list[0]
	return err
}

// InsertGrants is InsertGrant of many; previous is what each takes over from, "" for nothing.
func (tx *Tx) InsertGrants(ctx context.Context, tenant string, list []sallyport.Grant, previous []string) error {
	rows := make([][]any, len(list))
	for i := range list {
		g := &list[i]
		g.ID, g.CreatedAt = NewID(sallyport.PrefixGrant), tx.now
		if tx.watch != nil {
			tx.watch.made = append(tx.watch.made, g.ID)
		}
		rows[i] = []any{tenant, g.ID, g.Subject.Kind, g.Subject.ID, g.Resource.ID, g.Relation, string(g.Parameters), g.Origin, g.ReasonKind, g.Reason,
			null(g.RequestID), null(previous[i]), DurationValue(g.Duration), Micros(g.StartsAt), MicrosPtr(g.EndsAt), g.NoEnd, MicrosPtr(g.ActivatedAt),
			refID(g.CreatedBy), Micros(tx.now), Fold(g.Reason)}
	}
	return tx.insertRows(ctx, `INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, parameters, origin, reason_kind, reason,
		request_id, previous_id, duration, starts_at, ends_at, no_end, activated_at, created_by, created_at, text_key)`, rows, "")
}

// EndGrant closes a grant that has not been ended: at is when it ended, which is its end when that has passed. It
// reports false when somebody else ended it first.
func (tx *Tx) EndGrant(ctx context.Context, tenant, id string, at time.Time, by string, reason string) (bool, error) {
	if tx.watch != nil {
		tx.watch.ended = append(tx.watch.ended, id)
	}
	n, err := tx.Exec(ctx, `UPDATE grants SET ended_at=$3, ended_by=$4, ended_reason=$5, text_key=text_key||' '||$6 WHERE tenant_id=$1 AND id=$2 AND ended_at IS NULL`,
		tenant, id, Micros(at), null(by), strings.ToValidUTF8(reason, "\uFFFD"), Fold(strings.ToValidUTF8(reason, "\uFFFD")))
	return n == 1, err
}

// EndGrants is EndGrant of many. It reports false when somebody else ended one of them first.
func (tx *Tx) EndGrants(ctx context.Context, tenant string, ids []string, at time.Time, by string, reason string) (bool, error) {
	if tx.watch != nil {
		tx.watch.ended = append(tx.watch.ended, ids...)
	}
	reason = strings.ToValidUTF8(reason, "\uFFFD")
	for some := range slices.Chunk(ids, crowd) {
		q := &query{}
		q.WriteString("UPDATE grants SET ended_at=" + q.arg(Micros(at)) + ", ended_by=" + q.arg(null(by)) + ", ended_reason=" + q.arg(reason) + ", text_key=text_key||' '||" + q.arg(Fold(reason)) +
			" WHERE tenant_id=" + q.arg(tenant) + " AND ended_at IS NULL AND id IN " + q.set(some))
		if n, err := tx.Exec(ctx, q.String(), q.args...); err != nil || int(n) < len(some) {
			return false, err
		}
	}
	return true, nil
}

// crowd is of how many people or grants at most one statement is.
const crowd = 500

// ActivateGrants records that the access of a key is real since the transaction's time: grants that wait for that start
// and count their duration from now. It returns the ids of the grants.
func (tx *Tx) ActivateGrants(ctx context.Context, tenant string, k sallyport.Key) ([]string, error) {
	now := Micros(tx.now)
	var ids []string
	err := tx.Rows(ctx, `UPDATE grants SET activated_at=$7, starts_at=$7,
		ends_at = CASE WHEN no_end THEN NULL WHEN duration IS NOT NULL THEN $7 + duration ELSE ends_at END
		WHERE tenant_id=$1 AND subject_kind=$2 AND subject_id=$3 AND resource_id=$4 AND relation=$5 AND parameters=$6
		AND activated_at IS NULL AND ended_at IS NULL AND starts_at <= $7 AND (no_end OR ends_at IS NULL OR ends_at > $7) RETURNING id`,
		[]any{tenant, k.Subject, k.SubjectID, k.ResourceID, k.Relation, k.Parameters, now}, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}

// AttemptGrants records the first attempt to make a key's access real, which sets a provisional end for grants that
// count from then (domain rule 5).
func (tx *Tx) AttemptGrants(ctx context.Context, tenant string, k sallyport.Key) (int64, error) {
	return tx.Exec(ctx, `UPDATE grants SET attempted_at=$7, ends_at = CASE WHEN no_end OR duration IS NULL THEN ends_at ELSE $7 + duration END
		WHERE tenant_id=$1 AND subject_kind=$2 AND subject_id=$3 AND resource_id=$4 AND relation=$5 AND parameters=$6
		AND activated_at IS NULL AND attempted_at IS NULL AND ended_at IS NULL AND starts_at <= $7`,
		tenant, k.Subject, k.SubjectID, k.ResourceID, k.Relation, k.Parameters, Micros(tx.now))
}

// PassedEnds lists living grants whose end has passed, oldest first, over all tenants.
func (tx *Tx) PassedEnds(ctx context.Context, limit int) ([]TenantID, error) {
	return tx.tenantIDs(ctx, `SELECT tenant_id, id FROM grants WHERE ended_at IS NULL AND ends_at IS NOT NULL AND ends_at <= $1 ORDER BY ends_at LIMIT $2`,
		Micros(tx.now), limit)
}

// NextEnd is the earliest end of a living grant of any tenant that is still to come; nil when there is none.
func (tx *Tx) NextEnd(ctx context.Context) (*time.Time, error) {
	var t *time.Time
	err := tx.Row(ctx, `SELECT min(ends_at) FROM grants WHERE ended_at IS NULL AND ends_at IS NOT NULL`, nil, timePtrScan{&t})
	return t, err
}

// TenantID names a row of some tenant.
type TenantID struct{ Tenant, ID string }

func (tx *Tx) tenantIDs(ctx context.Context, q string, args ...any) ([]TenantID, error) {
	var out []TenantID
	err := tx.Rows(ctx, q, args, func(r *sql.Rows) error {
		var t TenantID
		err := r.Scan(&t.Tenant, &t.ID)
		out = append(out, t)
		return err
	})
	return out, err
}
