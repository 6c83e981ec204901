package store

import (
	"context"
	"database/sql"
)

// HolidaySources says by which way each holiday came, by its day; "" for the page, the API and calendars.
func (tx *Tx) HolidaySources(ctx context.Context, tenant string) (map[string]string, error) {
	out := map[string]string{}
	err := tx.Rows(ctx, `SELECT day, source FROM holidays WHERE tenant_id=$1`, []any{tenant}, func(r *sql.Rows) error {
		var day, source string
		err := r.Scan(&day, &source)
		out[day] = source
		return err
	})
	return out, err
}

// SetHolidaySource records by which way these days came; those that are not there are passed over.
func (tx *Tx) SetHolidaySource(ctx context.Context, tenant string, days []string, source string) error {
	if len(days) == 0 {
		return nil
	}
	q := &query{}
	q.WriteString("UPDATE holidays SET source=" + q.arg(source) + " WHERE tenant_id=" + q.arg(tenant) + " AND " + q.in("day", days))
	_, err := tx.Exec(ctx, q.String(), q.args...)
	return err
}
