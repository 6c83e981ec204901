package store

import (
	"context"
	"database/sql"

	"github.com/sallyport/sallyport"
)

// Holidays lists the days on which the company does not work, the earliest first.
func (tx *Tx) Holidays(ctx context.Context, tenant string) ([]sallyport.Holiday, error) {
	out := []sallyport.Holiday{}
	err := tx.Rows(ctx, `SELECT day, name FROM holidays WHERE tenant_id=$1 ORDER BY day`, []any{tenant}, func(r *sql.Rows) error {
		var h sallyport.Holiday
		err := r.Scan(&h.Day, &h.Name)
		out = append(out, h)
		return err
	})
	return out, err
}

// PutHolidays adds days; one that is there gets the name that is given here.
func (tx *Tx) PutHolidays(ctx context.Context, tenant string, list []sallyport.Holiday) error {
	rows := make([][]any, len(list))
	for i, h := range list {
		rows[i] = []any{tenant, h.Day, h.Name}
	}
	return tx.insertRows(ctx, "INSERT INTO holidays (tenant_id, day, name)", rows, " ON CONFLICT (tenant_id, day) DO UPDATE SET name = excluded.name")
}

// DeleteHolidays removes days; those that are not there are passed over.
func (tx *Tx) DeleteHolidays(ctx context.Context, tenant string, days []string) error {
	q := &query{}
	q.WriteString("DELETE FROM holidays WHERE tenant_id=" + q.arg(tenant) + " AND " + q.in("day", days))
	_, err := tx.Exec(ctx, q.String(), q.args...)
	return err
}
