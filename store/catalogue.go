package store

import (
	"context"
	"database/sql"
	"regexp"
	"strings"

	"github.com/sallyport/sallyport"
)

// AllResources lists all living resources that a filter leaves, without pages and whatever the audience: for plans over
// the whole catalogue.
func (tx *Tx) AllResources(ctx context.Context, tenant string, f ResourceFilter) ([]sallyport.Resource, error) {
	var out []sallyport.Resource
	p := Page{Limit: MaxLimit, Sort: "slug"}
	for {
		l, err := tx.Resources(ctx, tenant, Viewer{All: true}, f, p)
		if err != nil {
			return nil, err
		}
		out = append(out, l.Items...)
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			return out, nil
		}
	}
}

// Naming is what names a group or role.
type Naming struct {
	Resources []string         // slugs of those that have it as audience, in their flow or fulfilment
	Hidden    int              // how many others do, which the viewer may not see
	Creation  []sallyport.Kind // of which it is asked about new ones
	Pending   int              // requests under way whose stages name it
}

// NamedBy finds what names a group or role: at most 50 living resources, who decides about new things, and requests under way. A slug
// is found whatever its case, as everywhere.
func (tx *Tx) NamedBy(ctx context.Context, tenant string, v Viewer, r sallyport.Resource) (Naming, error) {
	var out Naming
	slug, id := naming(r.Kind, r.Slug), naming(r.Kind, r.ID)
	q := &query{args: []any{tenant, r.ID, slug, id}}
	q.WriteString(`SELECT r.slug, CASE WHEN ` + q.sees(v, tenant, Micros(tx.now), "r") + ` THEN 1 ELSE 0 END FROM resources r WHERE r.tenant_id=$1 AND r.deleted_at IS NULL AND r.id <> $2 AND (r.audience_id=$2
		OR LOWER(r.flow) LIKE $3 ESCAPE '\' OR LOWER(r.flow) LIKE $4 ESCAPE '\' OR LOWER(r.fulfilment) LIKE $3 ESCAPE '\' OR LOWER(r.fulfilment) LIKE $4 ESCAPE '\'
		OR LOWER(r.revocation) LIKE $3 ESCAPE '\' OR LOWER(r.revocation) LIKE $4 ESCAPE '\') ORDER BY 2 DESC, 1 LIMIT 50`)
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var s string
		var seen int
		err := rows.Scan(&s, &seen)
		if seen == 1 {
			out.Resources = append(out.Resources, s)
		} else {
			out.Hidden++
		}
		return err
	})
	if err != nil {
		return out, err
	}
	args := []any{tenant, slug, id}
	if err := tx.Rows(ctx, `SELECT kind FROM creation_flows WHERE tenant_id=$1 AND (LOWER(flow) LIKE $2 ESCAPE '\' OR LOWER(flow) LIKE $3 ESCAPE '\') ORDER BY kind`, args, func(rows *sql.Rows) error {
		var k sallyport.Kind
		err := rows.Scan(&k)
		out.Creation = append(out.Creation, k)
		return err
	}); err != nil {
		return out, err
	}
	err = tx.Row(ctx, `SELECT count(*) FROM requests q WHERE q.tenant_id=$1 AND q.state='pending' AND (LOWER(q.flow) LIKE $2 ESCAPE '\' OR LOWER(q.flow) LIKE $3 ESCAPE '\'
		OR EXISTS (SELECT 1 FROM stages s WHERE s.tenant_id=q.tenant_id AND s.request_id=q.id AND (LOWER(s.spec) LIKE $2 ESCAPE '\' OR LOWER(s.spec) LIKE $3 ESCAPE '\')))`, args, &out.Pending)
	return out, err
}

// Unname lets whatever names a removed group or role by its slug, whatever the case in which they wrote it, say that it was
// removed, which is no slug: what has the slug later is not whom they meant. Of requests, those under way.
func (tx *Tx) Unname(ctx context.Context, tenant string, r sallyport.Resource) error {
	named := regexp.MustCompile(`(?i)` + regexp.QuoteMeta(`"`+string(r.Kind)+":"+r.Slug+`"`))
	removed := `"` + string(r.Kind) + ":" + r.Slug + ` (removed)"`
	for _, in := range []struct{ find, set string }{
		{`SELECT DISTINCT flow FROM requests WHERE tenant_id=$1 AND state='pending' AND LOWER(flow) LIKE $2 ESCAPE '\'`,
			`UPDATE requests SET flow=$3 WHERE tenant_id=$1 AND flow=$2 AND state='pending'`},
		{`SELECT DISTINCT s.spec FROM stages s JOIN requests q ON q.tenant_id=s.tenant_id AND q.id=s.request_id AND q.state='pending'
			WHERE s.tenant_id=$1 AND LOWER(s.spec) LIKE $2 ESCAPE '\'`,
			`UPDATE stages SET spec=$3 WHERE tenant_id=$1 AND spec=$2 AND request_id IN (SELECT id FROM requests WHERE tenant_id=$1 AND state='pending')`},
		{`SELECT DISTINCT flow FROM resources WHERE tenant_id=$1 AND deleted_at IS NULL AND LOWER(flow) LIKE $2 ESCAPE '\'`,
			`UPDATE resources SET flow=$3, version=version+1 WHERE tenant_id=$1 AND flow=$2 AND deleted_at IS NULL`},
		{`SELECT DISTINCT fulfilment FROM resources WHERE tenant_id=$1 AND deleted_at IS NULL AND LOWER(fulfilment) LIKE $2 ESCAPE '\'`,
			`UPDATE resources SET fulfilment=$3, version=version+1 WHERE tenant_id=$1 AND fulfilment=$2 AND deleted_at IS NULL`},
		{`SELECT DISTINCT revocation FROM resources WHERE tenant_id=$1 AND deleted_at IS NULL AND LOWER(revocation) LIKE $2 ESCAPE '\'`,
			`UPDATE resources SET revocation=$3, version=version+1 WHERE tenant_id=$1 AND revocation=$2 AND deleted_at IS NULL`},
		{`SELECT DISTINCT flow FROM creation_flows WHERE tenant_id=$1 AND LOWER(flow) LIKE $2 ESCAPE '\'`,
			`UPDATE creation_flows SET flow=$3 WHERE tenant_id=$1 AND flow=$2`},
	} {
		var texts []string // as many as there are different flows
		err := tx.Rows(ctx, in.find, []any{tenant, naming(r.Kind, r.Slug)}, func(rows *sql.Rows) error {
			var text string
			err := rows.Scan(&text)
			texts = append(texts, text)
			return err
		})
		for i := 0; err == nil && i < len(texts); i++ {
			_, err = tx.Exec(ctx, in.set, tenant, texts[i], named.ReplaceAllLiteralString(texts[i], removed))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// naming is the pattern of a text that names a group or role so.
func naming(kind sallyport.Kind, name string) string {
	return `%"` + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(string(kind)+":"+name)) + `"%`
}

// AllUsers lists everybody of a tenant, whatever their state: for plans over a whole directory.
func (tx *Tx) AllUsers(ctx context.Context, tenant string) ([]sallyport.User, error) {
	var out []sallyport.User
	err := tx.Rows(ctx, "SELECT "+userColumns+userFrom+" WHERE u.tenant_id=$1 ORDER BY u.id", []any{tenant}, func(r *sql.Rows) error {
		var u sallyport.User
		if err := scanUser(r, &u); err != nil {
			return err
		}
		out = append(out, u)
		return nil
	})
	return out, err
}

// FailStaleSyncs closes runs of a connection that began before a moment and never ended, as after a crash.
func (tx *Tx) FailStaleSyncs(ctx context.Context, tenant, source string, before int64) error {
	_, err := tx.Exec(ctx, `UPDATE syncs SET state='failed', error='the server stopped while it ran; nothing was changed', finished_at=$4
		WHERE tenant_id=$1 AND source=$2 AND state='running' AND started_at < $3`, tenant, source, before, Micros(tx.now))
	return err
}
