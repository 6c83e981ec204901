package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

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

// Cut says which grants a limit concerns: those of a resource or of what is in it, and with Roles those by which people
// are members of the roles that hold it. Endless leaves alone what has an end already.
type Cut struct {
	ResourceID string
	Relation   sallyport.Relation
	Limit      sallyport.Duration
	Roles      bool
	Endless    bool
}

// Shortened is a grant that was cut. EndsAt is nil while its length counts from an activation to come.
type Shortened struct {
	ID         string
	ResourceID string
	EndsAt     *time.Time
}

// base is the moment from which a limit counts: now, or the start of what has not begun.
const base = `(CASE WHEN g.starts_at > $4 THEN g.starts_at ELSE $4 END)`

// boundHere: limits reach what was found in a target, and not the members of what the directory's own rules feed.
const boundHere = `(g.origin <> 'import' OR EXISTS (SELECT 1 FROM resources fed WHERE fed.tenant_id=g.tenant_id AND fed.id=g.resource_id AND fed.managed))`

// where is the condition of the grants that are longer than a limit, with the arguments of the statement. What is not yet
// real has a length in place of an end. Grants of built-in resources are never cut, nor what the directory's own rules feed.
func (c Cut) where(tenant string, now time.Time) (string, []any) {
	things := `SELECT r.id FROM resources r WHERE r.tenant_id=$1 AND (r.id=$2 OR r.app_id=$2) AND r.built_in = FALSE`
	text := ` g.tenant_id=$1 AND g.ended_at IS NULL AND ` + boundHere
	if c.Roles {
		text += ` AND g.relation='member' AND g.subject_kind='user' AND g.resource_id IN (SELECT rg.subject_id FROM grants rg
			WHERE rg.tenant_id=$1 AND rg.subject_kind='role' AND rg.ended_at IS NULL AND rg.relation=$3 AND rg.resource_id IN (` + things + `))`
	} else {
		text += ` AND g.relation=$3 AND g.resource_id IN (` + things + `)`
	}
	if c.Endless {
		text += ` AND g.no_end AND ` + base + ` + $5 > g.created_at` // the latter always: both arguments are named
	} else {
		text += ` AND (g.no_end OR g.duration > $5 AND g.activated_at IS NULL OR g.ends_at > ` + base + ` + $5)`
	}
	return text, []any{tenant, c.ResourceID, c.Relation, Micros(now), int64(c.Limit.Std() / time.Microsecond)}
}

// CountLonger counts the grants that a cut would shorten, and all living ones that it looks at.
func (tx *Tx) CountLonger(ctx context.Context, tenant string, c Cut) (cut, all int, err error) {
	text, args := c.where(tenant, tx.now)
	if err = tx.Row(ctx, `SELECT count(*) FROM grants g WHERE`+text, args, &cut); err != nil {
		return 0, 0, err
	}
	c.Endless, c.Limit = false, -sallyport.MaxDuration
	text, args = c.where(tenant, tx.now)
	err = tx.Row(ctx, `SELECT count(*) FROM grants g WHERE`+text, args, &all)
	return cut, all, err
}

// Living are the grants that live of some resources and of their apps, as far as a cut may concern them.
type Living struct {
	Of    map[string]int    // by resource
	App   map[string]string // of each resource; what is in none is its own
	InApp map[string]int    // by app, with all that it contains
}

// CountLiving counts the living grants of resources that a cut may concern, and of their apps.
func (tx *Tx) CountLiving(ctx context.Context, tenant string, resources []string) (Living, error) {
	l := Living{Of: map[string]int{}, App: map[string]string{}, InApp: map[string]int{}}
	for ids := range slices.Chunk(resources, chunk) {
		q := &query{}
		q.WriteString("SELECT r.id, COALESCE(r.app_id, r.id) FROM resources r WHERE r.tenant_id=" + q.arg(tenant) + " AND r.id IN " + q.list(ids))
		if err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
			var id, app string
			err := r.Scan(&id, &app)
			l.App[id] = app
			return err
		}); err != nil {
			return l, err
		}
	}
	apps := slices.Compact(slices.Sorted(maps.Values(l.App)))
	for ids := range slices.Chunk(apps, chunk) {
		q := &query{}
		q.WriteString(`SELECT r.id, COALESCE(r.app_id, r.id), count(*) FROM resources r JOIN grants g ON g.tenant_id=r.tenant_id AND g.resource_id=r.id
			WHERE r.tenant_id=` + q.arg(tenant) + ` AND (r.id IN ` + q.list(ids) + ` OR r.app_id IN ` + q.list(ids) + `) AND g.ended_at IS NULL AND ` + boundHere + ` GROUP BY r.id, r.app_id`)
		if err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
			var id, app string
			var n int
			err := r.Scan(&id, &app, &n)
			l.Of[id] = n
			l.InApp[app] += n
			return err
		}); err != nil {
			return l, err
		}
	}
	return l, nil
}

// CutGrants brings the ends of those grants forward to the limit from now, in one statement, and returns what was cut. What
// is under way and not yet real has a provisional end, which the limit does not make later; its length is cut as well.
func (tx *Tx) CutGrants(ctx context.Context, tenant string, c Cut) ([]Shortened, error) {
	text, args := c.where(tenant, tx.now)
	if tx.watch != nil {
		if err := tx.watch.remember(ctx, tx, text, args); err != nil {
			return nil, err
		}
	}
	var out []Shortened
	err := tx.Rows(ctx, `UPDATE grants AS g SET no_end=FALSE,
		ends_at = CASE WHEN g.activated_at IS NULL AND g.attempted_at IS NULL AND (g.no_end OR g.duration IS NOT NULL) THEN NULL
			WHEN g.ends_at < `+base+` + $5 THEN g.ends_at
			ELSE `+base+` + $5 END,
		duration = CASE WHEN g.activated_at IS NULL AND (g.no_end OR g.duration > $5) THEN $5 ELSE g.duration END
		WHERE`+text+` RETURNING id, resource_id, ends_at, duration, activated_at`, args, func(r *sql.Rows) error {
		var s Shortened
		var length *sallyport.Duration
		var real *time.Time
		err := r.Scan(&s.ID, &s.ResourceID, timePtrScan{&s.EndsAt}, durationScan{&length}, timePtrScan{&real})
		if tx.watch != nil {
			tx.watch.cut = append(tx.watch.cut, s.ID)
			if c, ok := tx.watch.was[s.ID]; ok {
				c.Is = lengthOf(sallyport.Span{EndsAt: s.EndsAt, Duration: length}, real)
				tx.watch.was[s.ID] = c
			}
		}
		out = append(out, s)
		return err
	})
	return out, err
}
