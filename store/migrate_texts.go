package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/pressly/goose/v3"
)

// brought are the texts of what imports brought, and titles, which migration 17 folded as far as SQLite can, and where their
// folded forms are kept.
var brought = []struct{ read, write string }{
	{`SELECT i.tenant_id, i.object_id, g.id, g.reason, g.ended_reason FROM import_rows i JOIN grants g ON g.tenant_id = i.tenant_id AND g.id = i.object_id`,
		`UPDATE grants SET text_key = v.column3 FROM (VALUES `},
	{`SELECT i.tenant_id, i.object_id, g.id, g.comment, '' FROM import_rows i JOIN votes g ON g.tenant_id = i.tenant_id AND g.request_id = i.object_id AND g.text_key = ''`,
		`UPDATE votes SET text_key = v.column3 FROM (VALUES `},
	{`SELECT i.tenant_id, i.object_id, i.object_id, i.title, '' FROM (SELECT tenant_id, id AS object_id, title FROM users WHERE title <> '') i`,
		`UPDATE users SET title_key = v.column3 FROM (VALUES `},
}

// foldBrought is the migration 18: imports before it left the folded texts of grants and votes empty, so that no search
// found them, and titles were in lower case as the database has it. Folding is done in Go, and so this is no file.
var foldBrought = goose.NewGoMigration(18, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
	for _, b := range brought {
		for tenant, last := "", ""; ; {
			q := &query{}
			n := 0
			rows, err := tx.QueryContext(ctx, b.read+" WHERE (i.tenant_id, i.object_id) > ($1, $2) ORDER BY i.tenant_id, i.object_id LIMIT 300", tenant, last)
			if err != nil {
				return err
			}
			for ; rows.Next(); n++ {
				var id, first, second string
				if err := rows.Scan(&tenant, &last, &id, &first, &second); err != nil {
					rows.Close()
					return err
				}
				q.WriteString([]string{"(", ",("}[min(n, 1)] + q.arg(tenant) + "," + q.arg(id) + "," + q.arg(textKey(first, second)) + ")")
			}
			if err := rows.Err(); err != nil {
				return err
			}
			if n == 0 {
				break
			}
			table := strings.Fields(b.write)[1]
			if _, err := tx.ExecContext(ctx, b.write+q.String()+") v WHERE "+table+".tenant_id = v.column1 AND "+table+".id = v.column2", q.args...); err != nil {
				return err
			}
		}
	}
	return nil
}}, nil)

// textKey is what a search finds of a grant's two reasons.
func textKey(reason, ended string) string {
	if ended == "" {
		return Fold(reason)
	}
	return Fold(reason) + " " + Fold(ended)
}
