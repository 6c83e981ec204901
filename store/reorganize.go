package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
)

// Watch begins to remember what this transaction does to grants; Watched tells it.
func (tx *Tx) Watch() {
	if tx.watch == nil {
		tx.watch = &watch{verbs: map[string]int{}, was: map[string]sallyport.CutGrant{}}
	}
}

// Watched lists the grants that were made and those that were ended since Watch, without those that were both.
func (tx *Tx) Watched() (made, ended []string) {
	return without(tx.watch.made, tx.watch.ended), without(tx.watch.ended, tx.watch.made)
}

// WatchedCuts lists the grants that CutGrants cut since Watch, with the end before the first cut and by the last.
func (tx *Tx) WatchedCuts() []sallyport.CutGrant {
	out := slices.Collect(maps.Values(tx.watch.was))
	slices.SortFunc(out, func(a, b sallyport.CutGrant) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// remember keeps until when grants that are about to be cut are.
func (w *watch) remember(ctx context.Context, tx *Tx, where string, args []any) error {
	return tx.Rows(ctx, `SELECT g.id, g.ends_at, g.no_end, g.duration, g.activated_at FROM grants g WHERE`+where, args, func(r *sql.Rows) error {
		var c sallyport.CutGrant
		var real *time.Time
		err := r.Scan(&c.ID, timePtrScan{&c.Was.EndsAt}, &c.Was.NoEnd, durationScan{&c.Was.Duration}, timePtrScan{&real})
		if _, known := w.was[c.ID]; !known {
			c.Was = lengthOf(c.Was, real)
			w.was[c.ID] = c
		}
		return err
	})
}

// lengthOf leaves what decides until when a grant is: the length of what is not real yet, else the end.
func lengthOf(s sallyport.Span, real *time.Time) sallyport.Span {
	switch {
	case s.NoEnd:
		return sallyport.Span{NoEnd: true}
	case real == nil && s.Duration != nil:
		return sallyport.Span{Duration: s.Duration}
	}
	return sallyport.Span{EndsAt: s.EndsAt}
}

func without(all, others []string) []string {
	out := []string{}
	not := make(map[string]bool, len(others))
	for _, id := range others {
		not[id] = true
	}
	for _, id := range all {
		if !not[id] {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

const reorganizationSelect = `SELECT c.id, c.action, c.title, c.reason, c.undo, c.created_at, c.undone_at, r.id, r.slug, r.name, r.kind, r.deleted_at,
	cb.id, cb.login, cb.name, ub.id, ub.login, ub.name`

const reorganizationFrom = ` FROM reorganizations c JOIN resources r ON r.tenant_id=c.tenant_id AND r.id=c.role_id
	LEFT JOIN users cb ON cb.tenant_id=c.tenant_id AND cb.id=c.created_by LEFT JOIN users ub ON ub.tenant_id=c.tenant_id AND ub.id=c.undone_by`

func scanReorganization(rows interface{ Scan(...any) error }, c *sallyport.Reorganized) error {
	var by, undone optionalUser
	*c = sallyport.Reorganized{}
	dest := []any{&c.ID, &c.Action, &c.Title, &c.Reason, jsonScan{&c.Undo}, timeScan{&c.At}, timePtrScan{&c.UndoneAt}, &c.Role.ID, &c.Role.Slug, &c.Role.Name, &c.Role.Kind, timePtrScan{&c.Gone}}
	err := rows.Scan(append(append(dest, by.dest()...), undone.dest()...)...)
	c.By, c.UndoneBy = by.ref(), undone.ref()
	return err
}

var reorganizationListing = listing{id: "c.id", sorts: map[string]string{"": "-c.id"}}

// Reorganizations lists the reorganizations of roles that the viewer may see, newest first.
func (tx *Tx) Reorganizations(ctx context.Context, tenant string, v Viewer, p Page) (List[sallyport.Reorganized], error) {
	var none List[sallyport.Reorganized]
	q := &query{}
	q.WriteString(reorganizationSelect + reorganizationFrom + " WHERE c.tenant_id=" + q.arg(tenant) + " AND " + q.sees(v, tenant, Micros(tx.now), "r"))
	if err := reorganizationListing.page(q, &p); err != nil {
		return none, err
	}
	var items []sallyport.Reorganized
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var c sallyport.Reorganized
		err := scanReorganization(r, &c)
		items = append(items, c)
		return err
	})
	return finish(items, p, func(c sallyport.Reorganized) (any, string) { return c.ID, c.ID }), err
}

// Reorganization finds one that the viewer may see. ENotFound otherwise.
func (tx *Tx) Reorganization(ctx context.Context, tenant, id string, v Viewer) (sallyport.Reorganized, error) {
	var c sallyport.Reorganized
	q := &query{}
	q.WriteString(reorganizationSelect + reorganizationFrom + " WHERE c.tenant_id=" + q.arg(tenant) + " AND c.id=" + q.arg(id))
	q.WriteString(" AND " + q.sees(v, tenant, Micros(tx.now), "r"))
	err := scanReorganization(tx.row(ctx, q.String(), q.args...), &c)
	if errors.Is(err, sql.ErrNoRows) {
		return c, sallyport.Errorf(sallyport.ENotFound, "there is no reorganization %q", clip(id))
	}
	return c, dbError(ctx, err)
}

// InsertReorganization records one; id and time are set here.
func (tx *Tx) InsertReorganization(ctx context.Context, tenant string, c *sallyport.Reorganized) error {
	c.ID, c.At = NewID(sallyport.PrefixReorganize), tx.now
	_, err := tx.Exec(ctx, `INSERT INTO reorganizations (tenant_id, id, action, title, role_id, reason, undo, created_by, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`,
		tenant, c.ID, c.Action, c.Title, c.Role.ID, c.Reason, toJSON(c.Undo), refID(c.By), Micros(tx.now))
	return err
}

// UndoneReorganization marks one as undone; false when it was already.
func (tx *Tx) UndoneReorganization(ctx context.Context, tenant, id, by string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE reorganizations SET undone_at=$3, undone_by=$4 WHERE tenant_id=$1 AND id=$2 AND undone_at IS NULL`, tenant, id, Micros(tx.now), null(by))
	return n == 1, err
}

// RestoreResource takes the removal of a resource back; false when it was not removed. EConflict when its slug or name has
// been taken since.
func (tx *Tx) RestoreResource(ctx context.Context, tenant, id string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE resources SET deleted_at=NULL, updated_at=$3, version=version+1 WHERE tenant_id=$1 AND id=$2 AND deleted_at IS NOT NULL`,
		tenant, id, Micros(tx.now))
	return n == 1, err
}
