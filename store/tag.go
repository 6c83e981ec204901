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
	err := scanTag(tx.row(ctx, "SELECT "+tagColumns+` FROM tags t WHERE t.tenant_id=$1 AND (t.id=$2 OR t.name_key=$3) AND t.deleted_at IS NULL`,
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

// UpdateTag writes all fields of a living tag.
func (tx *Tx) UpdateTag(ctx context.Context, tenant string, t *sallyport.Tag) error {
	t.UpdatedAt = tx.now
	_, err := tx.Exec(ctx, `UPDATE tags SET name=$3, name_key=$4, description=$5, enabled=$6, constraints=$7, updated_at=$8
		WHERE tenant_id=$1 AND id=$2 AND deleted_at IS NULL`, tenant, t.ID, t.Name, Fold(t.Name), t.Description, t.Enabled, toJSON(t.Constraints), Micros(tx.now))
	if IsUnique(err) {
		return sallyport.Errorf(sallyport.EConflict, "there is a tag %q already", t.Name).WithHint("Names of tags are unique, whatever their case.")
	}
	return err
}

// DeleteTag marks a tag as deleted and takes it off everything.
func (tx *Tx) DeleteTag(ctx context.Context, tenant, id string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM resource_tags WHERE tenant_id=$1 AND tag_id=$2`, tenant, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE tags SET deleted_at=$3 WHERE tenant_id=$1 AND id=$2 AND deleted_at IS NULL`, tenant, id, Micros(tx.now))
	return err
}

// AttachTag puts a tag on a resource; false when it is there already.
func (tx *Tx) AttachTag(ctx context.Context, tenant, resourceID, tagID string) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO resource_tags (tenant_id, resource_id, tag_id, created_at) VALUES ($1,$2,$3,$4) ON CONFLICT DO NOTHING`,
		tenant, resourceID, tagID, Micros(tx.now))
	return n == 1, err
}

// DetachTag takes a tag off a resource; false when it was not there.
func (tx *Tx) DetachTag(ctx context.Context, tenant, resourceID, tagID string) (bool, error) {
	n, err := tx.Exec(ctx, `DELETE FROM resource_tags WHERE tenant_id=$1 AND resource_id=$2 AND tag_id=$3`, tenant, resourceID, tagID)
	return n == 1, err
}

// TaggedResources lists the ids of living resources that carry a tag.
func (tx *Tx) TaggedResources(ctx context.Context, tenant, tagID string) ([]string, error) {
	var out []string
	err := tx.Rows(ctx, `SELECT rt.resource_id FROM resource_tags rt JOIN resources r ON r.tenant_id=rt.tenant_id AND r.id=rt.resource_id
		WHERE rt.tenant_id=$1 AND rt.tag_id=$2 AND r.deleted_at IS NULL ORDER BY rt.resource_id`, []any{tenant, tagID}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}

// tooLong is the condition of living, activated grants of a resource, or of the entitlements in it, that end after a
// moment. Grants of built-in resources are never cut.
const tooLong = ` g.tenant_id=$1 AND g.relation=$3 AND g.ended_at IS NULL AND g.activated_at IS NOT NULL AND g.origin <> 'import'
	AND (g.no_end OR g.ends_at > $4) AND g.resource_id IN (SELECT r.id FROM resources r WHERE r.tenant_id=$1 AND (r.id=$2 OR r.app_id=$2) AND r.built_in = FALSE)`

// CountLonger counts the grants of a resource and of what is in it that end more than the limit from now, and all that
// live.
func (tx *Tx) CountLonger(ctx context.Context, tenant, resourceID string, rel sallyport.Relation, limit sallyport.Duration) (cut, all int, err error) {
	args := []any{tenant, resourceID, rel, Micros(tx.now.Add(limit.Std()))}
	if err = tx.Row(ctx, `SELECT count(*) FROM grants g WHERE`+tooLong, args, &cut); err != nil {
		return 0, 0, err
	}
	args[3] = Micros(tx.now)
	err = tx.Row(ctx, `SELECT count(*) FROM grants g WHERE`+tooLong, args, &all)
	return cut, all, err
}

// CutGrants brings the ends of those grants forward to the limit from now, in one statement, and returns their ids.
func (tx *Tx) CutGrants(ctx context.Context, tenant, resourceID string, rel sallyport.Relation, limit sallyport.Duration) ([]string, error) {
	var ids []string
	err := tx.Rows(ctx, `UPDATE grants AS g SET ends_at=$4, no_end=FALSE WHERE`+tooLong+` RETURNING id`,
		[]any{tenant, resourceID, rel, Micros(tx.now.Add(limit.Std()))}, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}
