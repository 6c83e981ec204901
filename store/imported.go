package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
)

// ImportedRow says which row of another system became which object here.
type ImportedRow struct {
	Table    string
	SourceID string
	ObjectID string
	Checksum string // of what never changes in the row: another one under the same id is another database's
}

// ImportedRows lists what earlier runs brought from a source.
func (tx *Tx) ImportedRows(ctx context.Context, tenant, source string) ([]ImportedRow, error) {
	var out []ImportedRow
	err := tx.Rows(ctx, `SELECT source_table, source_id, object_id, checksum FROM import_rows WHERE tenant_id=$1 AND source=$2`, []any{tenant, source},
		func(r *sql.Rows) error {
			var i ImportedRow
			err := r.Scan(&i.Table, &i.SourceID, &i.ObjectID, &i.Checksum)
			out = append(out, i)
			return err
		})
	return out, err
}

// AddImported records what a run brought, in the transaction that brings it. EConflict when another run brought a row of
// these meanwhile.
func (tx *Tx) AddImported(ctx context.Context, tenant, source, run string, list []ImportedRow) error {
	rows := make([][]any, len(list))
	for i, r := range list {
		rows[i] = []any{tenant, source, r.Table, r.SourceID, r.ObjectID, r.Checksum, run, Micros(tx.now)}
	}
	err := tx.insertRows(ctx, "INSERT INTO import_rows (tenant_id, source, source_table, source_id, object_id, checksum, run_id, created_at)", rows, "")
	if IsUnique(err) {
		return importedMeanwhile(source)
	}
	return err
}

func importedMeanwhile(source string) error {
	return sallyport.Errorf(sallyport.EConflict, "another import of %s is under way, or has just brought what this one was about to; nothing was brought twice", source).
		WithHint("Wait for the other one, then run it again: it brings what is left.")
}

// ImportedMeanwhile is the EConflict of AddImported where another run than this one has brought rows of the source since a
// moment, else nil: what such a run made stands in the way of this one in many forms, as a login that is taken.
func (tx *Tx) ImportedMeanwhile(ctx context.Context, tenant, source, run string, since time.Time) error {
	var n int
	err := tx.Row(ctx, `SELECT count(*) FROM import_rows WHERE tenant_id=$1 AND source=$2 AND run_id<>$3 AND created_at>=$4`, []any{tenant, source, run, Micros(since)}, &n)
	if err != nil || n == 0 {
		return err
	}
	return importedMeanwhile(source)
}

// FailRunning marks the runs of a source that still count as running as failed, since they were killed, and says how many.
func (tx *Tx) FailRunning(ctx context.Context, tenant, source string) (int64, error) {
	return tx.Exec(ctx, `UPDATE syncs SET state='failed', error='was interrupted', finished_at=$3 WHERE tenant_id=$1 AND source=$2 AND state='running'`,
		tenant, source, Micros(tx.now))
}

// PersonKey is by what a person is known, and what is said of them: for imports, which must not make two records of one
// person, and tell what another record says otherwise.
type PersonKey struct {
	ID, LoginKey, EmailKey        string
	State                         sallyport.UserState
	Name, Title, Department, Boss string
	Attributes                    map[string]string
	Erased                        bool
}

// PeopleKeys lists everybody, whatever their state.
func (tx *Tx) PeopleKeys(ctx context.Context, tenant string) ([]PersonKey, error) {
	var out []PersonKey
	err := tx.Rows(ctx, `SELECT id, login_key, email_key, state, name, title, department, manager_id, attributes, erased_at IS NOT NULL FROM users WHERE tenant_id=$1 ORDER BY id`, []any{tenant}, func(r *sql.Rows) error {
		var p PersonKey
		err := r.Scan(&p.ID, &p.LoginKey, &p.EmailKey, &p.State, &p.Name, &p.Title, &p.Department, textScan{&p.Boss}, jsonScan{&p.Attributes}, &p.Erased)
		out = append(out, p)
		return err
	})
	return out, err
}

// GrantKey is what may live once: see the unique index of living grants.
type GrantKey struct {
	sallyport.Key
	Origin sallyport.Origin
}

// KnownGrant is a grant as an import compares it. Stops is when it ended or is to end, nil for never; Reviewed is the mark
// that it is not to be renewed.
type KnownGrant struct {
	GrantKey
	ID                    string
	Starts                time.Time
	Stops                 *time.Time
	Real, Ended, Reviewed bool
}

// EachGrant hands all grants of a tenant to do, those that are over as well.
func (tx *Tx) EachGrant(ctx context.Context, tenant string, do func(KnownGrant)) error {
	return tx.Rows(ctx, `SELECT g.id, g.subject_kind, g.subject_id, g.resource_id, g.relation, g.parameters, g.origin, g.starts_at, NULLIF(`+stopped("g")+`, `+forever+`),
		g.activated_at IS NOT NULL, g.ended_at IS NOT NULL, rv.grant_id IS NOT NULL
		FROM grants g LEFT JOIN grant_reviews rv ON rv.tenant_id = g.tenant_id AND rv.grant_id = g.id WHERE g.tenant_id = $1`,
		[]any{tenant}, func(r *sql.Rows) error {
			var g KnownGrant
			err := r.Scan(&g.ID, &g.Subject, &g.SubjectID, &g.ResourceID, &g.Relation, &g.Parameters, &g.Origin, timeScan{&g.Starts}, timePtrScan{&g.Stops}, &g.Real, &g.Ended, &g.Reviewed)
			do(g)
			return err
		})
}

// WaitingRequests lists the ids of what waits for a decision.
func (tx *Tx) WaitingRequests(ctx context.Context, tenant string) ([]string, error) {
	return tx.ids(ctx, `SELECT id FROM requests WHERE tenant_id=$1 AND state='pending'`, tenant)
}

// ShortenGrant brings the end of a grant forward, and says of what it is; false when it is over, or ends no later anyway.
func (tx *Tx) ShortenGrant(ctx context.Context, tenant, id string, until time.Time) (resource string, relation sallyport.Relation, ok bool, err error) {
	err = tx.Row(ctx, `UPDATE grants SET no_end=FALSE, ends_at=$3 WHERE tenant_id=$1 AND id=$2 AND ended_at IS NULL AND (no_end OR ends_at > $3) RETURNING resource_id, relation`,
		[]any{tenant, id, Micros(until)}, &resource, &relation)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", false, nil
	}
	if tx.watch != nil {
		tx.watch.cut = append(tx.watch.cut, id)
	}
	return resource, relation, err == nil, err
}

// BackdateUser sets when a person who was brought from elsewhere became known there.
func (tx *Tx) BackdateUser(ctx context.Context, tenant string, u sallyport.User) error {
	_, err := tx.Exec(ctx, `UPDATE users SET created_at=$3 WHERE tenant_id=$1 AND id=$2`, tenant, u.ID, Micros(u.CreatedAt))
	return err
}

// BringResource adds a resource that was brought from elsewhere, with the times that it had there; the id is set here.
// One with DeletedAt is kept for its history, and takes no slug or name from a living one. EConflict as InsertResource.
func (tx *Tx) BringResource(ctx context.Context, tenant string, r *sallyport.Resource) error {
	r.ID, r.Version, r.UpdatedAt = NewID(sallyport.PrefixResource), 1, tx.now
	_, err := tx.Exec(ctx, `INSERT INTO resources (tenant_id, id, kind, app_id, slug, name, name_key, search_key, description, managed, external_id, source,
		version, created_at, updated_at, deleted_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,1,$13,$14,$15)`,
		tenant, r.ID, r.Kind, resID(r.App), r.Slug, r.Name, Fold(r.Name), resourceSearch(r), r.Description, r.Managed, r.ExternalID, r.Source,
		Micros(r.CreatedAt), Micros(r.UpdatedAt), MicrosPtr(r.DeletedAt))
	return resourceTaken(err, r)
}

// BringGrants adds grants that were made, and perhaps ended, elsewhere, with the times that they had there. The ids are
// the caller's. EConflict when one of the same key and origin lives.
func (tx *Tx) BringGrants(ctx context.Context, tenant string, list []sallyport.Grant) error {
	rows := make([][]any, len(list))
	for i, g := range list {
		rows[i] = []any{tenant, g.ID, g.Subject.Kind, g.Subject.ID, g.Resource.ID, g.Relation, string(g.Parameters), g.Origin, g.ReasonKind, g.Reason, null(g.RequestID),
			DurationValue(g.Duration), Micros(g.StartsAt), MicrosPtr(g.EndsAt), g.NoEnd, MicrosPtr(g.ActivatedAt), MicrosPtr(g.EndedAt), refID(g.EndedBy), g.EndedReason,
			refID(g.CreatedBy), Micros(g.CreatedAt), textKey(g.Reason, g.EndedReason)}
	}
	err := tx.insertRows(ctx, `INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, parameters, origin, reason_kind, reason, request_id,
		duration, starts_at, ends_at, no_end, activated_at, ended_at, ended_by, ended_reason, created_by, created_at, text_key)`, rows, "")
	if IsUnique(err) {
		return sallyport.Errorf(sallyport.EConflict, "somebody gave access meanwhile that was to be brought: %w", err).WithHint("Run the import again.")
	}
	return err
}

// BringRequest adds a request that was decided elsewhere, with its times, one closed stage, and the vote of who decided
// it when that is known. The ids are the caller's.
func (tx *Tx) BringRequest(ctx context.Context, tenant string, r sallyport.Request) error {
	by := ""
	if r.DecidedBy != nil {
		by = r.DecidedBy.ID
	}
	_, err := tx.Exec(ctx, `INSERT INTO requests (tenant_id, id, kind, state, requester_id, subject_kind, subject_id, resource_id, relation, parameters,
		until, no_end, reason, snapshot, cause, decided_at, decided_by, expires_at, created_at, updated_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20)`,
		tenant, r.ID, r.Kind, r.State, r.Requester.ID, r.Beneficiary.Kind, r.Beneficiary.ID, r.Resource.ID, r.Relation, string(r.Parameters),
		MicrosPtr(r.Until), r.NoEnd, r.Reason, string(r.Snapshot), r.Cause, MicrosPtr(r.DecidedAt), null(by), Micros(r.ExpiresAt), Micros(r.CreatedAt), Micros(tx.now))
	if err != nil {
		return err
	}
	for _, s := range r.Stages {
		_, err := tx.Exec(ctx, `INSERT INTO stages (tenant_id, id, request_id, position, name, state, spec, need, outcome, started_at, closed_at)
			VALUES ($1,$2,$3,$4,$5,$6,$7,1,$8,$9,$10)`, tenant, s.ID, r.ID, s.Position, s.Name, s.State, toJSON(s.Spec), s.Outcome, MicrosPtr(s.StartedAt), MicrosPtr(s.ClosedAt))
		if err != nil {
			return err
		}
		for _, v := range s.Votes {
			if _, err := tx.Exec(ctx, `INSERT INTO votes (tenant_id, id, request_id, stage_id, user_id, vote, comment, request_version, created_at, text_key)
				VALUES ($1,$2,$3,$4,$5,$6,$7,1,$8,$9)`, tenant, v.ID, r.ID, s.ID, v.By.ID, v.Vote, v.Comment, Micros(v.At), Fold(v.Comment)); err != nil {
				return err
			}
		}
	}
	return nil
}

// LinkGrants records which grants came of which requests: ids of requests to ids of grants.
func (tx *Tx) LinkGrants(ctx context.Context, tenant string, list [][2]string) error {
	for _, l := range list {
		if _, err := tx.Exec(ctx, `UPDATE requests SET grant_id=$3 WHERE tenant_id=$1 AND id=$2 AND grant_id=''`, tenant, l[0], l[1]); err != nil {
			return err
		}
	}
	return nil
}

// BackdateRequest sets when a request that was brought from elsewhere was asked there.
func (tx *Tx) BackdateRequest(ctx context.Context, tenant string, r sallyport.Request) error {
	n, err := tx.Exec(ctx, `UPDATE requests SET created_at=$3 WHERE tenant_id=$1 AND id=$2`, tenant, r.ID, Micros(r.CreatedAt))
	if err == nil && n == 0 {
		err = errors.New("the request that was just filed is not there")
	}
	return err
}
