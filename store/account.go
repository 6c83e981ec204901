package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/sallyport/sallyport"
)

// Account is a person's verified identity in one target.
type Account struct {
	ID           string
	UserID       string
	ConnectionID string
	ExternalID   string
	Name         string
}

// Account finds the account of a person in a connection; false when they have none there.
func (tx *Tx) Account(ctx context.Context, tenant, userID, connectionID string) (Account, bool, error) {
	a := Account{UserID: userID, ConnectionID: connectionID}
	err := tx.Row(ctx, `SELECT id, external_id, name FROM accounts WHERE tenant_id=$1 AND user_id=$2 AND connection_id=$3`,
		[]any{tenant, userID, connectionID}, &a.ID, &a.ExternalID, &a.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	return a, err == nil, err
}

// Accounts lists all accounts of a connection by their external id.
func (tx *Tx) Accounts(ctx context.Context, tenant, connectionID string) (map[string]Account, error) {
	out := map[string]Account{}
	err := tx.Rows(ctx, `SELECT id, user_id, external_id, name FROM accounts WHERE tenant_id=$1 AND connection_id=$2`, []any{tenant, connectionID},
		func(r *sql.Rows) error {
			a := Account{ConnectionID: connectionID}
			err := r.Scan(&a.ID, &a.UserID, &a.ExternalID, &a.Name)
			out[a.ExternalID] = a
			return err
		})
	return out, err
}

// SaveAccount says that a person has this account in the connection, in place of any other. What could not be done for
// lack of it is tried again at once. EConflict when the account is another person's.
func (tx *Tx) SaveAccount(ctx context.Context, tenant string, a Account) error {
	_, err := tx.Exec(ctx, `INSERT INTO accounts (tenant_id, id, user_id, connection_id, external_id, name, verified_at, created_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$7) ON CONFLICT (tenant_id, user_id, connection_id) DO UPDATE SET external_id=$5, name=$6, verified_at=$7`,
		tenant, NewID(sallyport.PrefixAccount), a.UserID, a.ConnectionID, a.ExternalID, a.Name, Micros(tx.now))
	if IsUnique(err) {
		return sallyport.Errorf(sallyport.EConflict, "the account %s belongs to another person", clip(a.Name))
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE provisions SET next_at=$4 WHERE tenant_id=$1 AND user_id=$2 AND connection_id=$3 AND failing_since IS NOT NULL AND next_at > $4`,
		tenant, a.UserID, a.ConnectionID, Micros(tx.now))
	return err
}
