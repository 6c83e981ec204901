package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/sallyport/sallyport"
)

const tagColumns = `t.id, t.name, t.description, t.enabled, t.constraints, t.created_at, t.updated_at`

func scanTag(rows interface{ Scan(...any) error }, t *sallyport.Tag, more ...any) error {
	*t = sallyport.Tag{}
	return rows.Scan(append([]any{&t.ID, &t.Name, &t.Description, &t.Enabled, jsonScan{&t.Constraints}, timeScan{&t.CreatedAt}, timeScan{&t.UpdatedAt}}, more...)...)
}

// Tag finds a living tag by id or name, whatever its case. ENotFound when there is none.
func (tx *Tx) Tag(ctx context.Context, tenant, ref string) (sallyport.Tag, error) {
	var t sallyport.Tag
	err := scanTag(tx.tx.QueryRowContext(ctx, "SELECT "+tagColumns+` FROM tags t WHERE t.tenant_id=$1 AND (t.id=$2 OR t.name_key=$3) AND t.deleted_at IS NULL`,
		tenant, ref, Fold(ref)), &t)
	if errors.Is(err, sql.ErrNoRows) {
		return t, sallyport.Errorf(sallyport.ENotFound, "there is no tag %q", clip(ref))
	}
	return t, dbError(ctx, err)
}

var tagListing = listing{id: "t.id", sorts: map[string]string{"": "t.name_key", "name": "t.name_key", "created_at": "t.created_at"}}

// Tags lists living tags by name.
func (tx *Tx) Tags(ctx context.Context, tenant, search string, p Page) (List[sallyport.Tag], error) {
	type row struct {
		sallyport.Tag
		key any
	}
	var none List[sallyport.Tag]
	q := &query{}
	q.WriteString(" FROM tags t WHERE t.tenant_id = " + q.arg(tenant) + " AND t.deleted_at IS NULL")
	if search != "" {
		q.and(`t.name_key LIKE %s ESCAPE '\'`, like(search))
	}
	if err := tagListing.page(q, &p); err != nil {
		return none, err
	}
	var items []row
	err := tx.Rows(ctx, "SELECT "+tagColumns+", "+tagListing.column(p.Sort)+q.String(), q.args, func(r *sql.Rows) error {
		var it row
		if err := scanTag(r, &it.Tag, &it.key); err != nil {
			return err
		}
		items = append(items, it)
		return nil
	})
	if err != nil {
		return none, err
	}
	l := finish(items, p, func(r row) (any, string) { return r.key, r.ID })
	out := List[sallyport.Tag]{Items: make([]sallyport.Tag, len(l.Items)), NextCursor: l.NextCursor}
	for i := range l.Items {
		out.Items[i] = l.Items[i].Tag
	}
	return out, nil
}

// InsertTag adds a tag; id and times are set here. EConflict when the name is taken.
func (tx *Tx) InsertTag(ctx context.Context, tenant string, t *sallyport.Tag) error {
	t.ID, t.CreatedAt, t.UpdatedAt = NewID(sallyport.PrefixTag), tx.now, tx.now
	_, err := tx.Exec(ctx, `INSERT INTO tags (tenant_id, id, name, name_key, description, enabled, constraints, created_at, updated_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$8)`, tenant, t.ID, t.Name, Fold(t.Name), t.Description, t.Enabled, toJSON(t.Constraints), Micros(tx.now))
	if IsUnique(err) {
		return sallyport.Errorf(sallyport.EConflict, "there is a tag %q already", t.Name).WithHint("Names of tags are unique, whatever their case.")
	}
	return err
}

// SetResourceTags makes these the tags of a resource, by tag id.
func (tx *Tx) SetResourceTags(ctx context.Context, tenant, resourceID string, tagIDs []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM resource_tags WHERE tenant_id=$1 AND resource_id=$2`, tenant, resourceID); err != nil {
		return err
	}
	for _, id := range tagIDs {
		if _, err := tx.Exec(ctx, `INSERT INTO resource_tags (tenant_id, resource_id, tag_id, created_at) VALUES ($1,$2,$3,$4) ON CONFLICT DO NOTHING`,
			tenant, resourceID, id, Micros(tx.now)); err != nil {
			return err
		}
	}
	return nil
}
