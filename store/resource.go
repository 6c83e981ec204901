package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/sallyport/sallyport"
)

const resourceColumns = `r.id, r.kind, r.slug, r.name, r.description, r.managed, r.physical, r.form, r.flow, r.fulfilment, r.revocation,
	r.durations, r.external_id, r.source, r.version, r.created_at, r.updated_at, r.deleted_at,
	a.id, a.slug, a.name, a.kind, d.id, d.slug, d.name, d.kind, cn.slug`

const resourceFrom = ` FROM resources r LEFT JOIN resources a ON a.tenant_id = r.tenant_id AND a.id = r.app_id
	LEFT JOIN resources d ON d.tenant_id = r.tenant_id AND d.id = r.audience_id
	LEFT JOIN connections cn ON cn.tenant_id = r.tenant_id AND cn.id = r.connection_id`

type optionalRef struct{ id, slug, name, kind string }

func (o *optionalRef) dest() []any {
	return []any{textScan{&o.id}, textScan{&o.slug}, textScan{&o.name}, textScan{&o.kind}}
}

func (o optionalRef) ref() *sallyport.ResourceRef {
	if o.id == "" {
		return nil
	}
	return &sallyport.ResourceRef{ID: o.id, Slug: o.slug, Name: o.name, Kind: sallyport.Kind(o.kind)}
}

func scanResource(rows interface{ Scan(...any) error }, r *sallyport.Resource, more ...any) error {
	var app, audience optionalRef
	*r = sallyport.Resource{}
	dest := append([]any{&r.ID, &r.Kind, &r.Slug, &r.Name, &r.Description, &r.Managed, &r.Physical, jsonScan{&r.Form}, jsonScan{&r.Flow},
		jsonScan{&r.Fulfilment}, jsonScan{&r.Revocation}, jsonScan{&r.Durations}, &r.ExternalID, &r.Source, &r.Version,
		timeScan{&r.CreatedAt}, timeScan{&r.UpdatedAt}, timePtrScan{&r.DeletedAt}}, app.dest()...)
	dest = append(append(dest, audience.dest()...), textScan{&r.Connection})
	if err := rows.Scan(append(dest, more...)...); err != nil {
		return err
	}
	r.App, r.Audience = app.ref(), audience.ref()
	return nil
}

// Resource finds a living resource by id or slug that the viewer may see, and a deleted one by id, with its direct owners
// and its tags. ENotFound otherwise: what is outside the viewer's audience does not exist for them.
func (tx *Tx) Resource(ctx context.Context, tenant, ref string, v Viewer) (sallyport.Resource, error) {
	r, err := tx.BareResource(ctx, tenant, ref, v)
	if err != nil {
		return r, err
	}
	return r, tx.decorate(ctx, tenant, []*sallyport.Resource{&r})
}

// BareResource is Resource without Owners and Tags, which rules do not read from there: one statement in place of three.
func (tx *Tx) BareResource(ctx context.Context, tenant, ref string, v Viewer) (sallyport.Resource, error) {
	return tx.bareResource(ctx, tenant, ref, v, false)
}

// ResourceEver is BareResource for those who read what was: where nothing living goes by a slug, it finds what was removed,
// the last of those that did.
func (tx *Tx) ResourceEver(ctx context.Context, tenant, ref string, v Viewer) (sallyport.Resource, error) {
	r, err := tx.bareResource(ctx, tenant, ref, v, false)
	if sallyport.CodeOf(err) == sallyport.ENotFound {
		return tx.bareResource(ctx, tenant, ref, v, true)
	}
	return r, err
}

func (tx *Tx) bareResource(ctx context.Context, tenant, ref string, v Viewer, removed bool) (sallyport.Resource, error) {
	var r sallyport.Resource
	q := &query{}
	q.WriteString("SELECT " + resourceColumns + resourceFrom + " WHERE r.tenant_id = " + q.arg(tenant))
	switch {
	case strings.HasPrefix(ref, sallyport.PrefixResource+"_"):
		q.and("r.id = %s", ref)
	case removed:
		q.and("r.slug = %s AND r.deleted_at IS NOT NULL", strings.ToLower(ref))
	default:
		q.and("r.slug = %s AND r.deleted_at IS NULL", strings.ToLower(ref))
	}
	q.WriteString(" AND " + q.sees(v, tenant, Micros(tx.now), "r"))
	if removed {
		q.WriteString(" ORDER BY r.deleted_at DESC, r.id DESC LIMIT 1")
	}
	err := scanResource(tx.row(ctx, q.String(), q.args...), &r)
	if errors.Is(err, sql.ErrNoRows) {
		return r, sallyport.Errorf(sallyport.ENotFound, "there is no resource %q", clip(ref)).
			WithHint("Look in the catalogue; it may have been removed, or be for others only.")
	}
	return r, dbError(ctx, err)
}

// BareResources is BareResource for several ids, by one query, whoever may see them.
func (tx *Tx) BareResources(ctx context.Context, tenant string, ids []string) ([]sallyport.Resource, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	q := &query{}
	q.WriteString("SELECT " + resourceColumns + resourceFrom + " WHERE r.tenant_id = " + q.arg(tenant) + " AND " + q.in("r.id", ids))
	var out []sallyport.Resource
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var r sallyport.Resource
		err := scanResource(rows, &r)
		out = append(out, r)
		return err
	})
	return out, err
}

// ResourceFilter narrows a list of resources; empty fields do not.
type ResourceFilter struct {
	Q          string
	Kinds      []string
	App        string // id
	Owner      string // user id: owns it, directly or by role
	Tag        string // tag id
	Connection string // id
	IDs        []string
	Managed    *bool
}

var resourceListing = listing{id: "r.id", sorts: map[string]string{"": "r.name_key", "name": "r.name_key", "slug": "r.slug",
	"kind": "r.kind", "created_at": "r.created_at", "updated_at": "r.updated_at"}}

// Resources lists living resources that the viewer may see, by name.
func (tx *Tx) Resources(ctx context.Context, tenant string, v Viewer, f ResourceFilter, p Page) (List[sallyport.Resource], error) {
	type row struct {
		sallyport.Resource
		key any
	}
	var none List[sallyport.Resource]
	q := &query{}
	q.WriteString(resourceFrom + " WHERE r.tenant_id = " + q.arg(tenant) + " AND r.deleted_at IS NULL")
	if f.Q != "" {
		q.words("r.search_key", f.Q)
	}
	if len(f.Kinds) > 0 {
		q.WriteString(" AND " + q.in("r.kind", f.Kinds))
	}
	if f.App != "" {
		q.and("r.app_id = %s", f.App)
	}
	if f.Connection != "" {
		q.and("r.connection_id = %s", f.Connection)
	}
	if f.IDs != nil {
		q.WriteString(" AND " + q.in("r.id", f.IDs))
	}
	if f.Managed != nil {
		q.and("r.managed = %s", *f.Managed)
	}
	if f.Tag != "" {
		q.and("EXISTS (SELECT 1 FROM resource_tags rt WHERE rt.tenant_id = r.tenant_id AND rt.resource_id = r.id AND rt.tag_id = %s)", f.Tag)
	}
	if f.Owner != "" {
		u, n := q.arg(f.Owner), q.arg(Micros(tx.now))
		q.WriteString(` AND (EXISTS (SELECT 1 FROM grants og WHERE og.tenant_id = r.tenant_id AND og.subject_kind = 'user' AND og.subject_id = ` + u + `
			AND og.resource_id = r.id AND og.relation = 'owner' AND ` + holds("og", n) + `)
			OR EXISTS (SELECT 1 FROM grants om JOIN grants orr ON orr.tenant_id = om.tenant_id AND orr.subject_kind = 'role' AND orr.subject_id = om.resource_id
			WHERE om.tenant_id = r.tenant_id AND om.subject_kind = 'user' AND om.subject_id = ` + u + ` AND om.relation = 'member' AND ` + holds("om", n) + `
			AND orr.resource_id = r.id AND orr.relation = 'owner' AND ` + holds("orr", n) + `))`)
	}
	q.WriteString(" AND " + q.sees(v, tenant, Micros(tx.now), "r"))
	all := q.copy()
	if err := resourceListing.page(q, &p); err != nil {
		return none, err
	}
	var items []row
	err := tx.Rows(ctx, "SELECT "+resourceColumns+", "+resourceListing.column(p.Sort)+q.String(), q.args, func(rows *sql.Rows) error {
		var it row
		if err := scanResource(rows, &it.Resource, &it.key); err != nil {
			return err
		}
		items = append(items, it)
		return nil
	})
	if err != nil {
		return none, err
	}
	l := finish(items, p, func(r row) (any, string) { return r.key, r.ID })
	total, err := tx.countAfter(ctx, p, len(l.Items), l.NextCursor, all)
	if err != nil {
		return none, err
	}
	out := List[sallyport.Resource]{Items: make([]sallyport.Resource, len(l.Items)), NextCursor: l.NextCursor, Total: total}
	ptrs := make([]*sallyport.Resource, len(l.Items))
	for i := range l.Items {
		out.Items[i] = l.Items[i].Resource
		ptrs[i] = &out.Items[i]
	}
	return out, tx.decorate(ctx, tenant, ptrs)
}

// decorate adds direct owners and tags, in two queries for all.
func (tx *Tx) decorate(ctx context.Context, tenant string, list []*sallyport.Resource) error {
	if len(list) == 0 {
		return nil
	}
	byID, ids := map[string]*sallyport.Resource{}, make([]string, 0, len(list))
	for _, r := range list {
		byID[r.ID] = r
		ids = append(ids, r.ID)
	}
	q := &query{}
	q.WriteString(`SELECT g.resource_id, u.id, u.login, u.name FROM grants g JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.subject_id
		WHERE g.tenant_id = ` + q.arg(tenant) + ` AND ` + q.in("g.resource_id", ids) + ` AND g.relation = 'owner' AND g.subject_kind = 'user'
		AND g.ended_at IS NULL AND ` + holds("g", q.arg(Micros(tx.now))) + ` ORDER BY u.name_key, u.id`)
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var id string
		var u sallyport.UserRef
		if err := rows.Scan(&id, &u.ID, &u.Login, &u.Name); err != nil {
			return err
		}
		if r := byID[id]; len(r.Owners) == 0 || r.Owners[len(r.Owners)-1].ID != u.ID {
			r.Owners = append(r.Owners, u)
		}
		return nil
	})
	if err != nil {
		return err
	}
	q = &query{}
	q.WriteString(`SELECT rt.resource_id, t.name FROM resource_tags rt JOIN tags t ON t.tenant_id = rt.tenant_id AND t.id = rt.tag_id
		WHERE rt.tenant_id = ` + q.arg(tenant) + ` AND ` + q.in("rt.resource_id", ids) + ` AND t.deleted_at IS NULL ORDER BY t.name_key`)
	return tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return err
		}
		byID[id].Tags = append(byID[id].Tags, name)
		return nil
	})
}

// InsertResource adds a resource; id, version and times are set here. App, Audience and Connection are taken by id
// (Connection by slug or id). EConflict when the slug or the name is taken.
func (tx *Tx) InsertResource(ctx context.Context, tenant string, r *sallyport.Resource, builtIn bool) error {
	r.ID, r.Version, r.CreatedAt, r.UpdatedAt = NewID(sallyport.PrefixResource), 1, tx.now, tx.now
	if r.Fulfilment.Kind == "" {
		r.Fulfilment.Kind = sallyport.FulfilNone
	}
	con, err := tx.connectionID(ctx, tenant, r.Connection)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO resources (tenant_id, id, kind, app_id, slug, name, name_key, search_key, description, managed, physical,
		built_in, form, flow, fulfilment, fulfilment_kind, revocation, durations, audience_id, connection_id, external_id, source, version, created_at, updated_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,1,$23,$23)`,
		tenant, r.ID, r.Kind, resID(r.App), r.Slug, r.Name, Fold(r.Name), resourceSearch(r), r.Description, r.Managed, r.Physical,
		builtIn, toJSON(r.Form), optionalJSON(r.Flow), toJSON(r.Fulfilment), r.Fulfilment.Kind, optionalJSON(r.Revocation), toJSON(r.Durations),
		resID(r.Audience), null(con), r.ExternalID, r.Source, Micros(tx.now))
	return resourceTaken(err, r)
}

// UpdateResource writes all fields of a living resource whose version is r.Version, and raises it; EConflict when it has
// changed since.
func (tx *Tx) UpdateResource(ctx context.Context, tenant string, r *sallyport.Resource) error {
	con, err := tx.connectionID(ctx, tenant, r.Connection)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE resources SET slug=$4, name=$5, name_key=$6, search_key=$7, description=$8, managed=$9, physical=$10, form=$11, flow=$12,
		fulfilment=$13, fulfilment_kind=$14, revocation=$15, durations=$16, audience_id=$17, connection_id=$18, external_id=$19, source=$20,
		version=version+1, updated_at=$21, kind=$22, app_id=$23 WHERE tenant_id=$1 AND id=$2 AND version=$3 AND deleted_at IS NULL`,
		tenant, r.ID, r.Version, r.Slug, r.Name, Fold(r.Name), resourceSearch(r), r.Description, r.Managed, r.Physical, toJSON(r.Form),
		optionalJSON(r.Flow), toJSON(r.Fulfilment), r.Fulfilment.Kind, optionalJSON(r.Revocation), toJSON(r.Durations), resID(r.Audience),
		null(con), r.ExternalID, r.Source, Micros(tx.now), r.Kind, resID(r.App))
	if err != nil {
		return resourceTaken(err, r)
	}
	if n == 0 {
		return sallyport.Errorf(sallyport.EConflict, "%s was changed or removed in the meantime; nothing was changed", r.Slug).
			WithHint("Load it again and make your change to what it is now.")
	}
	r.Version, r.UpdatedAt = r.Version+1, tx.now
	return nil
}

// YieldName lets something else take a name before the living resource that has it gets its other name, or is deleted, later
// in the same transaction. Once that is done it changes nothing.
func (tx *Tx) YieldName(ctx context.Context, tenant, id, name string) error {
	_, err := tx.Exec(ctx, `UPDATE resources SET name_key=name_key || ' ' || id WHERE tenant_id=$1 AND id=$2 AND name_key=$3 AND deleted_at IS NULL`, tenant, id, Fold(name))
	return err
}

// DeleteResource marks a living resource as deleted. What hangs on it is ended by the caller, in the same transaction.
func (tx *Tx) DeleteResource(ctx context.Context, tenant, id string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE resources SET deleted_at=$3, updated_at=$3, version=version+1 WHERE tenant_id=$1 AND id=$2 AND deleted_at IS NULL AND built_in = FALSE`,
		tenant, id, Micros(tx.now))
	return n == 1, err
}

func (tx *Tx) connectionID(ctx context.Context, tenant, ref string) (string, error) {
	if ref == "" {
		return "", nil
	}
	var id string
	err := tx.Row(ctx, `SELECT id FROM connections WHERE tenant_id=$1 AND (id=$2 OR slug=$2) AND deleted_at IS NULL`, []any{tenant, ref}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", sallyport.Errorf(sallyport.EPrecondition, "there is no connection %q", clip(ref)).WithHint("Make the connection first.")
	}
	return id, err
}

func resourceTaken(err error, r *sallyport.Resource) error {
	if IsUnique(err) {
		return &sallyport.Error{Code: sallyport.EConflict, Message: "the slug " + r.Slug + ", the name “" + r.Name + "” or its name in the target is taken already",
			Hint: "Slugs are unique; names are unique per kind (within the app, for access in an app), whatever their case.", Err: err}
	}
	return err
}

func resourceSearch(r *sallyport.Resource) string {
	app := ""
	if r.App != nil {
		app = r.App.Name
	}
	return searchKey(r.Name, r.Slug, app, r.Description)
}

func resID(r *sallyport.ResourceRef) any {
	if r == nil {
		return nil
	}
	return null(r.ID)
}

func optionalJSON[T any](v *T) string {
	if v == nil {
		return ""
	}
	return toJSON(v)
}
