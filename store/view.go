package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

// Views lists a person's saved views of a page, "" is all pages, by name.
func (tx *Tx) Views(ctx context.Context, tenant, userID, page string) ([]sallyport.View, error) {
	out := []sallyport.View{}
	err := tx.Rows(ctx, `SELECT id, page, name, query, created_at FROM views WHERE tenant_id=$1 AND user_id=$2 AND (page=$3 OR $3='') ORDER BY page, name_key`,
		[]any{tenant, userID, page}, func(r *sql.Rows) error {
			var v sallyport.View
			err := r.Scan(&v.ID, &v.Page, &v.Name, &v.Query, timeScan{&v.CreatedAt})
			out = append(out, v)
			return err
		})
	return out, err
}

// InsertView saves a view; id and created_at are set here. EConflict when the person has one of that name on the page.
func (tx *Tx) InsertView(ctx context.Context, tenant, userID string, v *sallyport.View) error {
	v.ID, v.CreatedAt = NewID(sallyport.PrefixView), tx.now
	_, err := tx.Exec(ctx, `INSERT INTO views (tenant_id, id, user_id, page, name, name_key, query, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		tenant, v.ID, userID, v.Page, v.Name, Fold(v.Name), v.Query, Micros(tx.now))
	if IsUnique(err) {
		return sallyport.Errorf(sallyport.EConflict, "you have a view called %s already", v.Name).WithHint("Choose another name, or delete that one first.")
	}
	return err
}

// DeleteView removes a view of the person's own; ENotFound when they have none of that id.
func (tx *Tx) DeleteView(ctx context.Context, tenant, userID, id string) error {
	n, err := tx.Exec(ctx, `DELETE FROM views WHERE tenant_id=$1 AND user_id=$2 AND id=$3`, tenant, userID, id)
	if err == nil && n == 0 {
		return sallyport.Errorf(sallyport.ENotFound, "you have no view %q", clip(id))
	}
	return err
}
