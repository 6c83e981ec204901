package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
)

const requestColumns = `q.id, q.kind, q.state, q.version, r.id, r.slug, r.name, r.kind, q.relation, rq.id, rq.login, rq.name,
	q.subject_kind, q.subject_id, COALESCE(su.login, ''), COALESCE(sr.slug, ''), COALESCE(su.name, sr.name, ''), q.parameters, q.duration, q.until, q.no_end,
	q.starts_at, q.reason, q.answers, q.form, q.flow, q.snapshot, q.batch_id, q.stage_position, q.waiting_since, q.extends_id, q.grant_id,
	q.work_state, q.work_at, q.cause, q.superseded_by, q.decided_at, db.id, db.login, db.name, q.expires_at, q.created_at, q.updated_at`

// requestFrom joins from the left what is always there, so that SQLite keeps to the order of the requests' index.
const requestFrom = ` FROM requests q LEFT JOIN resources r ON r.tenant_id = q.tenant_id AND r.id = q.resource_id
	LEFT JOIN users rq ON rq.tenant_id = q.tenant_id AND rq.id = q.requester_id
	LEFT JOIN users su ON su.tenant_id = q.tenant_id AND q.subject_kind = 'user' AND su.id = q.subject_id
	LEFT JOIN resources sr ON sr.tenant_id = q.tenant_id AND q.subject_kind = 'role' AND sr.id = q.subject_id
	LEFT JOIN users db ON db.tenant_id = q.tenant_id AND db.id = q.decided_by`

func scanRequest(rows interface{ Scan(...any) error }, q *sallyport.Request, more ...any) error {
	var params, snapshot, work string
	var workAt *time.Time
	var decided optionalUser
	*q = sallyport.Request{Form: &sallyport.Form{}}
	dest := []any{&q.ID, &q.Kind, &q.State, &q.Version, &q.Resource.ID, &q.Resource.Slug, &q.Resource.Name, &q.Resource.Kind, &q.Relation,
		&q.Requester.ID, &q.Requester.Login, &q.Requester.Name, &q.Beneficiary.Kind, &q.Beneficiary.ID, &q.Beneficiary.Login, &q.Beneficiary.Slug,
		&q.Beneficiary.Name, &params, durationScan{&q.Duration}, timePtrScan{&q.Until}, &q.NoEnd, timePtrScan{&q.StartsAt}, &q.Reason,
		jsonScan{&q.Answers}, jsonScan{q.Form}, jsonScan{&q.Flow}, &snapshot, &q.BatchID, &q.Position, timePtrScan{&q.WaitingSince}, &q.Extends,
		&q.GrantID, &work, timePtrScan{&workAt}, &q.Cause, &q.SupersededBy, timePtrScan{&q.DecidedAt}}
	dest = append(append(dest, decided.dest()...), timeScan{&q.ExpiresAt}, timeScan{&q.CreatedAt}, timeScan{&q.UpdatedAt})
	if err := rows.Scan(append(dest, more...)...); err != nil {
		return err
	}
	q.Parameters, q.Snapshot, q.DecidedBy = []byte(params), []byte(snapshot), decided.ref()
	if work != "" {
		q.Fulfilment = &sallyport.WorkState{State: work, At: workAt}
	}
	return nil
}

// Request finds a request with its stages and votes, if the viewer may see its resource, is a party to it or was asked to
// decide it (see seesRequest, which says the same of lists). ENotFound otherwise.
func (tx *Tx) Request(ctx context.Context, tenant, id string, v Viewer) (sallyport.Request, error) {
	var r sallyport.Request
	none := sallyport.Errorf(sallyport.ENotFound, "there is no request %q", clip(id)).WithHint("It may be about something that is for others only.")
	err := scanRequest(tx.row(ctx, "SELECT "+requestColumns+requestFrom+" WHERE q.tenant_id = $1 AND q.id = $2", tenant, id), &r)
	if errors.Is(err, sql.ErrNoRows) {
		return r, none
	}
	if err != nil {
		return r, dbError(ctx, err)
	}
	if err := tx.requestParts(ctx, tenant, []*sallyport.Request{&r}); err != nil {
		return sallyport.Request{}, err
	}
	if err := tx.hideGiven(ctx, tenant, v, []*sallyport.Request{&r}); err != nil {
		return sallyport.Request{}, err
	}
	if v.All || r.Requester.ID == v.ID || r.Beneficiary.IsUser(v.ID) || r.Asked(v.ID) {
		return r, nil
	}
	q := &query{}
	q.WriteString("SELECT 1 FROM requests q JOIN resources r ON r.tenant_id = q.tenant_id AND r.id = q.resource_id WHERE q.tenant_id = " + q.arg(tenant) +
		" AND q.id = " + q.arg(id) + " AND " + q.seesRequest(v, tenant, Micros(tx.now)))
	if seen, err := tx.exists(ctx, q.String(), q.args...); err != nil || !seen {
		if err == nil {
			err = none
		}
		return sallyport.Request{}, err
	}
	return r, nil
}

// RequestsByID reads requests as they are, for Sallyport's own work, in no order; what there is not is left out.
func (tx *Tx) RequestsByID(ctx context.Context, tenant string, ids []string) (out []*sallyport.Request, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q := &query{}
	q.WriteString("SELECT " + requestColumns + requestFrom + " WHERE q.tenant_id = " + q.arg(tenant) + " AND " + q.in("q.id", ids))
	err = tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		r := &sallyport.Request{}
		out = append(out, r)
		return scanRequest(rows, r)
	})
	if err != nil {
		return nil, err
	}
	return out, tx.requestParts(ctx, tenant, out)
}

// seesRequest adds to sees that requester, beneficiary and those who were asked see the request, also later; and that a
// request to make something for some only is seen by those alone until it is made.
func (q *query) seesRequest(v Viewer, tenant string, now int64) string {
	if v.All {
		return "TRUE"
	}
	t, u := q.arg(tenant), q.arg(v.ID)
	meant := `(q.kind <> 'create' OR q.id NOT IN (SELECT hc.request_id FROM creations hc WHERE hc.tenant_id = ` + t + ` AND hc.audience_id IS NOT NULL AND hc.made_id IS NULL
		AND hc.audience_id NOT IN ` + heldBy(t, u, q.arg(now), "member") + `))`
	return "(q.requester_id = " + u + " OR (q.subject_kind = 'user' AND q.subject_id = " + u + `) OR EXISTS (SELECT 1 FROM stages ps
		JOIN stage_approvers pa ON pa.tenant_id = ps.tenant_id AND pa.stage_id = ps.id WHERE ps.tenant_id = ` + t + ` AND ps.request_id = q.id AND pa.user_id = ` + u + `)
		OR (` + meant + " AND " + q.sees(v, tenant, now, "r") + "))"
}

// RequestFilter narrows a list of requests; empty fields do not.
type RequestFilter struct {
	State       string
	Kind        string
	RequesterID string
	SubjectKind sallyport.SubjectKind
	SubjectID   string
	ResourceID  string
	Assignee    string // user id: was asked in the open stage, or stands in for somebody who was, and has not voted
	DecidedBy   string // user id: voted on it
	PartyID     string // user id: requester or beneficiary
	BatchID     string
	Q           string
	Hints       bool // fill Hints
}

var requestListing = listing{id: "q.id", sorts: map[string]string{"": "-q.id", "created_at": "q.id", "expires_at": "q.expires_at",
	"resource": "r.name_key", "waiting_since": "COALESCE(q.waiting_since, 0)"}}

// Requests lists requests that the viewer may see, newest first, with stages and votes. Which are on the page is found
// first, from few tables, and the rest is joined to those alone.
func (tx *Tx) Requests(ctx context.Context, tenant string, v Viewer, f RequestFilter, p Page) (List[sallyport.Request], error) {
	q := &query{}
	if err := tx.requests(ctx, q, tenant, v, f); err != nil {
		return List[sallyport.Request]{}, err
	}
	out, err := pageByIDs(ctx, tx, requestListing, q, p, func(ids []string) (string, []any) {
		q := &query{}
		q.WriteString("SELECT " + requestColumns + requestFrom + " WHERE q.tenant_id = " + q.arg(tenant) + " AND " + q.in("q.id", ids))
		return q.String(), q.args
	}, func(rows *sql.Rows, it *sallyport.Request) (string, error) {
		err := scanRequest(rows, it)
		return it.ID, err
	})
	if err != nil || len(out.Items) == 0 {
		return out, err
	}
	ptrs := make([]*sallyport.Request, len(out.Items))
	for i := range out.Items {
		ptrs[i] = &out.Items[i]
	}
	if err := tx.requestParts(ctx, tenant, ptrs); err != nil {
		return List[sallyport.Request]{}, err
	}
	return out, tx.hideGiven(ctx, tenant, v, ptrs)
}

// requests writes FROM and WHERE of a list of requests: q, and r beside it.
func (tx *Tx) requests(ctx context.Context, q *query, tenant string, v Viewer, f RequestFilter) error {
	t := q.arg(tenant)
	q.WriteString(" FROM requests q LEFT JOIN resources r ON r.tenant_id = q.tenant_id AND r.id = q.resource_id WHERE q.tenant_id = " + t)
	if f.State != "" {
		q.and("q.state = %s", f.State)
	}
	if f.Kind != "" {
		q.and("q.kind = %s", f.Kind)
	}
	if f.RequesterID != "" {
		q.and("q.requester_id = %s", f.RequesterID)
	}
	if f.SubjectID != "" {
		q.and("q.subject_kind = %s AND q.subject_id = %s", f.SubjectKind, f.SubjectID)
	}
	if f.PartyID != "" {
		q.and("(q.requester_id = %s OR (q.subject_kind = 'user' AND q.subject_id = %s))", f.PartyID, f.PartyID)
	}
	if f.ResourceID != "" {
		q.and("q.resource_id = %s", f.ResourceID)
	}
	if f.BatchID != "" {
		q.and("q.batch_id = %s", f.BatchID)
	}
	if f.DecidedBy != "" {
		q.and("q.id IN (SELECT vo.request_id FROM votes vo WHERE vo.tenant_id = "+t+" AND vo.user_id = %s)", f.DecidedBy)
	}
	if f.Assignee != "" {
		if err := tx.waitingFor(ctx, q, tenant, f.Assignee); err != nil {
			return err
		}
	}
	if f.Q != "" {
		if err := tx.requestsLike(ctx, q, tenant, f.Q); err != nil {
			return err
		}
	}
	q.WriteString(" AND " + q.seesRequest(v, tenant, Micros(tx.now)))
	return nil
}

// CountWaiting counts the requests that wait for a person's vote.
func (tx *Tx) CountWaiting(ctx context.Context, tenant, userID string, v Viewer) (int, error) {
	q := &query{}
	if err := tx.requests(ctx, q, tenant, v, RequestFilter{Assignee: userID}); err != nil {
		return 0, err
	}
	n, err := tx.count(ctx, q.String(), q)
	if err != nil {
		return 0, err
	}
	return *n, nil
}

// PendingRequest finds the pending request for a key. The second result is false when there is none.
func (tx *Tx) PendingRequest(ctx context.Context, tenant string, k sallyport.Key) (sallyport.Request, bool, error) {
	var r sallyport.Request
	err := scanRequest(tx.row(ctx, "SELECT "+requestColumns+requestFrom+` WHERE q.tenant_id=$1 AND q.subject_kind=$2 AND q.subject_id=$3
		AND q.resource_id=$4 AND q.relation=$5 AND q.parameters=$6 AND q.state='pending'`, tenant, k.Subject, k.SubjectID, k.ResourceID, k.Relation, k.Parameters), &r)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, dbError(ctx, err)
}

// PendingKeys are the keys of a resource for which a request is pending.
func (tx *Tx) PendingKeys(ctx context.Context, tenant, resourceID string) (map[sallyport.Key]bool, error) {
	out := map[sallyport.Key]bool{}
	err := tx.Rows(ctx, "SELECT subject_kind, subject_id, relation, parameters FROM requests WHERE tenant_id=$1 AND resource_id=$2 AND state='pending'", []any{tenant, resourceID}, func(r *sql.Rows) error {
		k := sallyport.Key{ResourceID: resourceID}
		err := r.Scan(&k.Subject, &k.SubjectID, &k.Relation, &k.Parameters)
		out[k] = true
		return err
	})
	return out, err
}

// InsertRequest adds a request; id and times are set here. It reports false, and adds nothing, when one for the same is
// pending. Nobody looks for that one first: on PostgreSQL, two that look at the few pages of the pending ones and then
// write there stop each other, however different what they ask is.
func (tx *Tx) InsertRequest(ctx context.Context, tenant string, r *sallyport.Request) (bool, error) {
	if r.ID == "" {
		r.ID = NewID(sallyport.PrefixRequest)
	}
	r.CreatedAt, r.UpdatedAt = tx.now, tx.now
	if r.Answers == nil {
		r.Answers = map[string]any{}
	}
	work := ""
	if r.Fulfilment != nil {
		work = r.Fulfilment.State
	}
	n, err := tx.Exec(ctx, `INSERT INTO requests (tenant_id, id, kind, state, version, requester_id, subject_kind, subject_id, resource_id, relation, parameters,
		duration, until, no_end, starts_at, reason, answers, form, flow, snapshot, batch_id, stage_position, extends_id, work_state, expires_at, created_at, updated_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$26)
		ON CONFLICT (tenant_id, subject_kind, subject_id, resource_id, relation, parameters) WHERE state = 'pending' DO NOTHING`,
		tenant, r.ID, r.Kind, r.State, r.Version, r.Requester.ID, r.Beneficiary.Kind, r.Beneficiary.ID, r.Resource.ID, r.Relation, string(r.Parameters),
		DurationValue(r.Duration), MicrosPtr(r.Until), r.NoEnd, MicrosPtr(r.StartsAt), r.Reason, toJSON(r.Answers), toJSON(r.Form), toJSON(r.Flow),
		string(r.Snapshot), r.BatchID, r.Position, r.Extends, work, Micros(r.ExpiresAt), Micros(tx.now))
	return n == 1, err
}

// isPending is state = 'pending' for a row that is named by its id: written so that no index of the pending ones serves,
// whose few pages everybody who asks writes to (see InsertRequest).
const isPending = `(state || '') = 'pending'`

// CloseRequest moves a pending request to its final state, once: it reports false when somebody else was first.
func (tx *Tx) CloseRequest(ctx context.Context, tenant, id string, state sallyport.RequestState, by, cause, supersededBy string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE requests SET state=$3, decided_at=$4, decided_by=$5, cause=$6, superseded_by=$7, waiting_since=NULL, updated_at=$4
		WHERE tenant_id=$1 AND id=$2 AND `+isPending, tenant, id, state, Micros(tx.now), null(by), cause, supersededBy)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE stages SET state='closed', closed_at=$3 WHERE tenant_id=$1 AND request_id=$2 AND state IN ('open','waiting')`, tenant, id, Micros(tx.now))
	return true, err
}

// AdvanceRequest records that another stage is open, which raises the version unless it is the first. It reports false
// when the request is no longer pending or has another version.
func (tx *Tx) AdvanceRequest(ctx context.Context, tenant, id string, version, position int) (bool, error) {
	raise := 1
	if position == 0 {
		raise = 0
	}
	n, err := tx.Exec(ctx, `UPDATE requests SET stage_position=$4, waiting_since=$5, updated_at=$5, version=version+$6 WHERE tenant_id=$1 AND id=$2 AND version=$3 AND `+isPending,
		tenant, id, version, position, Micros(tx.now), raise)
	return n == 1, err
}

// RaiseVersion makes earlier votes-in-the-making stale: what is asked, or who is asked, has changed.
func (tx *Tx) RaiseVersion(ctx context.Context, tenant, id string) error {
	_, err := tx.Exec(ctx, `UPDATE requests SET version=version+1, updated_at=$3 WHERE tenant_id=$1 AND id=$2 AND state='pending'`, tenant, id, Micros(tx.now))
	return err
}

// SetRequestGrant records which grant an approved request led to.
func (tx *Tx) SetRequestGrant(ctx context.Context, tenant, id, grantID string) error {
	_, err := tx.Exec(ctx, `UPDATE requests SET grant_id=$3, updated_at=$4 WHERE tenant_id=$1 AND id=$2`, tenant, id, grantID, Micros(tx.now))
	return err
}

// FailRequest moves an approved request to failed; false when it was not approved.
func (tx *Tx) FailRequest(ctx context.Context, tenant, id, cause string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE requests SET state='failed', cause=$3, updated_at=$4 WHERE tenant_id=$1 AND id=$2 AND state='approved'`, tenant, id, cause, Micros(tx.now))
	return n == 1, err
}

// SetWork records what became of an approved work order, once; false when it was not open.
func (tx *Tx) SetWork(ctx context.Context, tenant, id, state string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE requests SET work_state=$3, work_at=$4, updated_at=$4 WHERE tenant_id=$1 AND id=$2 AND work_state='open'`, tenant, id, state, Micros(tx.now))
	return n == 1, err
}

// PendingIDs lists the ids of pending requests that match, for closing them with a cause. Exactly one of the arguments
// is set.
func (tx *Tx) PendingIDs(ctx context.Context, tenant, resourceID, userID string) ([]string, error) {
	var ids []string
	err := tx.Rows(ctx, `SELECT id FROM requests WHERE tenant_id=$1 AND state='pending' AND (($2 <> '' AND (resource_id=$2 OR (subject_kind='role' AND subject_id=$2)))
		OR ($3 <> '' AND (requester_id=$3 OR (subject_kind='user' AND subject_id=$3)))) ORDER BY id`, []any{tenant, resourceID, userID}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// PendingForRole lists the ids of pending requests that are for a role's members, or for what other roles are to give as
// membership of it.
func (tx *Tx) PendingForRole(ctx context.Context, tenant, id string) ([]string, error) {
	var ids []string
	err := tx.Rows(ctx, `SELECT id FROM requests WHERE tenant_id=$1 AND state='pending' AND subject_kind='role' AND (subject_id=$2 OR (resource_id=$2 AND relation='member'))
		ORDER BY id`, []any{tenant, id}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// ExpiredRequests lists pending requests past their expiry, over all tenants.
func (tx *Tx) ExpiredRequests(ctx context.Context, limit int) ([]TenantID, error) {
	return tx.tenantIDs(ctx, `SELECT tenant_id, id FROM requests WHERE state='pending' AND expires_at <= $1 ORDER BY expires_at LIMIT $2`, Micros(tx.now), limit)
}

// TypicalDecision is the median time from asking to approval or denial of a resource's requests since a moment; nil
// when there were none.
func (tx *Tx) TypicalDecision(ctx context.Context, tenant, resourceID string, since time.Time) (*sallyport.Duration, error) {
	var all []int64
	err := tx.Rows(ctx, `SELECT decided_at - created_at FROM requests WHERE tenant_id=$1 AND resource_id=$2 AND state IN ('approved','denied') AND created_at > $3
		AND decided_at IS NOT NULL ORDER BY 1 LIMIT 1001`, []any{tenant, resourceID, Micros(since)}, func(r *sql.Rows) error {
		var n int64
		err := r.Scan(&n)
		all = append(all, n)
		return err
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	d := sallyport.Duration(time.Duration(all[len(all)/2]) * time.Microsecond)
	return &d, nil
}

// FulfilsRequest reports whether a person fulfils a request: a task of it is theirs, or their group's, or was done by
// them.
func (tx *Tx) FulfilsRequest(ctx context.Context, tenant, requestID, userID string) (bool, error) {
	return tx.exists(ctx, `SELECT 1 FROM tasks t WHERE t.tenant_id=$1 AND t.request_id=$2 AND (t.claimed_by=$3 OR t.closed_by=$3
		OR (t.assignee_kind='user' AND t.assignee_id=$3) OR (t.assignee_kind='group' AND (EXISTS (SELECT 1 FROM grants g WHERE g.tenant_id=$1
			AND g.subject_kind='user' AND g.subject_id=$3 AND g.resource_id=t.assignee_id AND g.relation='member' AND `+holds("g", "$4")+`)
		OR EXISTS (SELECT 1 FROM grants m JOIN grants rg ON rg.tenant_id=m.tenant_id AND rg.subject_kind='role' AND rg.subject_id=m.resource_id
			WHERE m.tenant_id=$1 AND m.subject_kind='user' AND m.subject_id=$3 AND m.relation='member' AND `+holds("m", "$4")+`
			AND rg.resource_id=t.assignee_id AND rg.relation='member' AND `+holds("rg", "$4")+`)))) LIMIT 1`, tenant, requestID, userID, Micros(tx.now))
}
