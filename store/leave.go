package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

// SetUserState writes that a person left, is suspended, or came back; false when they are in that state already. The time
// of leaving is set with the first state that is not active.
func (tx *Tx) SetUserState(ctx context.Context, tenant, id string, state sallyport.UserState) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE users SET state=$3, updated_at=$4, left_at = CASE WHEN $3='active' THEN NULL ELSE COALESCE(left_at, $4) END
		WHERE tenant_id=$1 AND id=$2 AND state <> $3`, tenant, id, state, Micros(tx.now))
	return n == 1, err
}

// HeldGrants lists the grants of a subject that have not been ended.
func (tx *Tx) HeldGrants(ctx context.Context, tenant string, kind sallyport.SubjectKind, subjectID string) ([]string, error) {
	return tx.ids(ctx, `SELECT id FROM grants WHERE tenant_id=$1 AND subject_kind=$2 AND subject_id=$3 AND ended_at IS NULL ORDER BY id`, tenant, kind, subjectID)
}

// ResourceGrants lists the grants on a resource that have not been ended.
func (tx *Tx) ResourceGrants(ctx context.Context, tenant, resourceID string) ([]string, error) {
	return tx.ids(ctx, `SELECT id FROM grants WHERE tenant_id=$1 AND resource_id=$2 AND ended_at IS NULL ORDER BY id`, tenant, resourceID)
}

// Charges lists the active service accounts and agents that a person is accountable for.
func (tx *Tx) Charges(ctx context.Context, tenant, userID string) ([]string, error) {
	return tx.ids(ctx, `SELECT id FROM users WHERE tenant_id=$1 AND accountable_id=$2 AND state='active' ORDER BY id`, tenant, userID)
}

// SetAccountable passes on who answers for a service account or agent; "" is nobody.
func (tx *Tx) SetAccountable(ctx context.Context, tenant, id, accountable string) error {
	_, err := tx.Exec(ctx, `UPDATE users SET accountable_id=$3, updated_at=$4 WHERE tenant_id=$1 AND id=$2`, tenant, id, null(accountable), Micros(tx.now))
	return err
}

func (tx *Tx) ids(ctx context.Context, q string, args ...any) ([]string, error) {
	var out []string
	err := tx.Rows(ctx, q, args, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}
