package store

import (
	"context"
	"database/sql"
	"regexp"
	"strings"

	"github.com/sallyport/sallyport"
)

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

// Rewritten is what named a group or role and names it otherwise now.
type Rewritten struct {
	Fields   map[string][]string // of resources, by id
	Creation []sallyport.Kind    // of which it is asked about new ones
}

// removed is put after the slug of what is not there any more; no slug has it.
const removed = " (removed)"

// Unname lets whatever names a removed group or role by its slug, whatever the case in which they wrote it, say that it was
// removed: what has the slug later is not whom they meant. Of requests, those under way.
func (tx *Tx) Unname(ctx context.Context, tenant string, r sallyport.Resource) (Rewritten, error) {
	return tx.rewrite(ctx, tenant, r.Kind, r.Slug, r.Slug+removed)
}

// NameAgain takes Unname back for what is there again. Where another of its kind and slug was removed as well nobody can tell
// whom they meant, and nothing is changed.
func (tx *Tx) NameAgain(ctx context.Context, tenant string, r sallyport.Resource) (Rewritten, error) {
	others := 0
	err := tx.Row(ctx, "SELECT count(*) FROM resources WHERE tenant_id=$1 AND kind=$2 AND slug=$3 AND id<>$4", []any{tenant, r.Kind, r.Slug, r.ID}, &others)
	if err != nil || others > 0 {
		return Rewritten{}, err
	}
	return tx.rewrite(ctx, tenant, r.Kind, r.Slug+removed, r.Slug)
}

func (tx *Tx) rewrite(ctx context.Context, tenant string, kind sallyport.Kind, from, to string) (Rewritten, error) {
	out := Rewritten{Fields: map[string][]string{}}
	is := regexp.MustCompile(`(?i)` + regexp.QuoteMeta(`"`+string(kind)+":"+from+`"`))
	to = `"` + string(kind) + ":" + to + `"`
	for _, in := range []struct{ table, field, where, more, id string }{
		{"requests", "flow", "state='pending'", "", "id"},
		{"stages", "spec", "request_id IN (SELECT id FROM requests WHERE tenant_id=$1 AND state='pending')", "", "id"},
		{"resources", "flow", "deleted_at IS NULL", ", version=version+1", "id"},
		{"resources", "fulfilment", "deleted_at IS NULL", ", version=version+1", "id"},
		{"resources", "revocation", "deleted_at IS NULL", ", version=version+1", "id"},
		{"creation_flows", "flow", "1=1", "", "kind"},
	} {
		texts, err := tx.ids(ctx, "SELECT DISTINCT "+in.field+" FROM "+in.table+" WHERE tenant_id=$1 AND "+in.where+" AND LOWER("+in.field+`) LIKE $2 ESCAPE '\'`, tenant, naming(kind, from))
		for i := 0; err == nil && i < len(texts); i++ { // as many as there are different flows
			var ids []string
			ids, err = tx.ids(ctx, "UPDATE "+in.table+" SET "+in.field+"=$3"+in.more+" WHERE tenant_id=$1 AND "+in.field+"=$2 AND "+in.where+" RETURNING "+in.id,
				tenant, texts[i], is.ReplaceAllLiteralString(texts[i], to))
			for _, id := range ids {
				switch in.table {
				case "resources":
					out.Fields[id] = append(out.Fields[id], in.field)
				case "creation_flows":
					out.Creation = append(out.Creation, sallyport.Kind(id))
				}
			}
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// naming is the pattern of a text that names a group or role so.
func naming(kind sallyport.Kind, name string) string {
	return `%"` + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(string(kind)+":"+name)) + `"%`
}
