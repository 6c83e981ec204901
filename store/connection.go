package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
)

const connectionColumns = `c.id, c.slug, c.name, c.kind, c.settings, c.secrets, c.directory, c.sync_every, c.next_sync_at, c.paused_at,
	c.checked_at, c.check_error, c.version, c.created_at, c.updated_at`

func scanConnection(rows interface{ Scan(...any) error }, c *sallyport.Connection, more ...any) error {
	var every int64
	sealed := map[string]string{}
	*c = sallyport.Connection{Settings: map[string]string{}}
	dest := append([]any{&c.ID, &c.Slug, &c.Name, &c.Kind, jsonScan{&c.Settings}, jsonScan{&sealed}, &c.Directory, &every,
		timePtrScan{&c.NextSyncAt}, timePtrScan{&c.PausedAt}, timePtrScan{&c.CheckedAt}, &c.CheckError, &c.Version,
		timeScan{&c.CreatedAt}, timeScan{&c.UpdatedAt}}, more...)
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	if every > 0 {
		d := sallyport.Duration(time.Duration(every) * time.Microsecond)
		c.SyncEvery = &d
	}
	c.Secrets = []string{}
	for name := range sealed {
		c.Secrets = append(c.Secrets, name)
	}
	slices.Sort(c.Secrets)
	return nil
}

// Connection finds a living connection by id or slug. ENotFound when there is none. Its secrets stay sealed.
func (tx *Tx) Connection(ctx context.Context, tenant, ref string) (sallyport.Connection, error) {
	var c sallyport.Connection
	err := scanConnection(tx.row(ctx, "SELECT "+connectionColumns+` FROM connections c
		WHERE c.tenant_id=$1 AND (c.id=$2 OR c.slug=$2) AND c.deleted_at IS NULL`, tenant, ref), &c)
	if errors.Is(err, sql.ErrNoRows) {
		return c, sallyport.Errorf(sallyport.ENotFound, "there is no connection %q", clip(ref))
	}
	return c, dbError(ctx, err)
}

var connectionListing = listing{id: "c.id", sorts: map[string]string{"": "c.slug", "slug": "c.slug", "created_at": "c.created_at"}}

// Connections lists living connections by slug.
func (tx *Tx) Connections(ctx context.Context, tenant string, p Page) (List[sallyport.Connection], error) {
	type row struct {
		sallyport.Connection
		key any
	}
	var none List[sallyport.Connection]
	q := &query{}
	q.WriteString(" FROM connections c WHERE c.tenant_id = " + q.arg(tenant) + " AND c.deleted_at IS NULL")
	var total *int
	var err error
	if p.Total {
		if total, err = tx.count(ctx, q.String(), q); err != nil {
			return none, err
		}
	}
	if err := connectionListing.page(q, &p); err != nil {
		return none, err
	}
	var items []row
	err = tx.Rows(ctx, "SELECT "+connectionColumns+", "+connectionListing.column(p.Sort)+q.String(), q.args, func(r *sql.Rows) error {
		var it row
		if err := scanConnection(r, &it.Connection, &it.key); err != nil {
			return err
		}
		items = append(items, it)
		return nil
	})
	if err != nil {
		return none, err
	}
	l := finish(items, p, func(r row) (any, string) { return r.key, r.ID })
	out := List[sallyport.Connection]{Items: make([]sallyport.Connection, len(l.Items)), NextCursor: l.NextCursor, Total: total}
	for i := range l.Items {
		out.Items[i] = l.Items[i].Connection
	}
	return out, nil
}

// InsertConnection adds a connection; id, version and times are set here. Secrets are sealed, each bound to its place.
// EConflict when the slug is taken.
func (tx *Tx) InsertConnection(ctx context.Context, tenant string, c *sallyport.Connection, secrets map[string]string) error {
	c.ID, c.Version, c.CreatedAt, c.UpdatedAt = NewID(sallyport.PrefixConnection), 1, tx.now, tx.now
	sealed, err := tx.sealSecrets(c, map[string]string{}, secrets)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO connections (tenant_id, id, slug, name, kind, settings, secrets, directory, sync_every, next_sync_at, version, created_at, updated_at, rate)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,1,$11,$11,$12)`, tenant, c.ID, c.Slug, c.Name, c.Kind, toJSON(c.Settings), toJSON(sealed), c.Directory,
		syncEvery(c), MicrosPtr(c.NextSyncAt), Micros(tx.now), rateOf(c))
	return connectionTaken(err, c)
}

// UpdateConnection writes a connection whose version is c.Version, and raises it; EConflict when it has changed since.
// Of the secrets, those named are replaced, or dropped where the new value is ""; the others stay.
func (tx *Tx) UpdateConnection(ctx context.Context, tenant string, c *sallyport.Connection, secrets map[string]string) error {
	old, rate := map[string]string{}, 0
	if err := tx.Row(ctx, `SELECT secrets, rate FROM connections WHERE tenant_id=$1 AND id=$2`, []any{tenant, c.ID}, jsonScan{&old}, &rate); err != nil {
		return err
	}
	sealed, err := tx.sealSecrets(c, old, secrets)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE connections SET slug=$4, name=$5, settings=$6, secrets=$7, directory=$8, sync_every=$9, next_sync_at=$10, paused_at=$11,
		checked_at=$12, check_error=$13, version=version+1, updated_at=$14, rate=$15 WHERE tenant_id=$1 AND id=$2 AND version=$3 AND deleted_at IS NULL`,
		tenant, c.ID, c.Version, c.Slug, c.Name, toJSON(c.Settings), toJSON(sealed), c.Directory, syncEvery(c), MicrosPtr(c.NextSyncAt),
		MicrosPtr(c.PausedAt), MicrosPtr(c.CheckedAt), c.CheckError, Micros(tx.now), rateOf(c))
	if err != nil {
		return connectionTaken(err, c)
	}
	if n == 0 {
		return sallyport.Errorf(sallyport.EConflict, "%s was changed or removed in the meantime; nothing was changed", c.Slug).
			WithHint("Load it again and make your change to what it is now.")
	}
	if now := rateOf(c); (now > 0) != (rate > 0) {
		if err := tx.markPaced(ctx, tenant, c.ID, now > 0); err != nil {
			return err
		}
	}
	c.Version, c.UpdatedAt = c.Version+1, tx.now
	return nil
}

// DeleteConnection marks a living connection as deleted and forgets its secrets.
func (tx *Tx) DeleteConnection(ctx context.Context, tenant, id string) (bool, error) {
	if err := tx.markPaced(ctx, tenant, id, false); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE connections SET deleted_at=$3, updated_at=$3, next_sync_at=NULL, secrets='', rate=0, version=version+1
		WHERE tenant_id=$1 AND id=$2 AND deleted_at IS NULL`, tenant, id, Micros(tx.now))
	return n == 1, err
}

// SetCheck records what a check of the connection found; "" is success.
func (tx *Tx) SetCheck(ctx context.Context, tenant, id, failure string) error {
	_, err := tx.Exec(ctx, `UPDATE connections SET checked_at=$3, check_error=$4 WHERE tenant_id=$1 AND id=$2`, tenant, id, Micros(tx.now), failure)
	return err
}

// Secrets opens the secrets of a connection. They must not be shown or logged.
func (tx *Tx) Secrets(ctx context.Context, tenant, id string) (map[string]string, error) {
	sealed, plain := map[string]string{}, map[string]string{}
	if err := tx.Row(ctx, `SELECT secrets FROM connections WHERE tenant_id=$1 AND id=$2`, []any{tenant, id}, jsonScan{&sealed}); err != nil {
		return nil, err
	}
	if len(sealed) == 0 {
		return plain, nil
	}
	sealer, err := tx.db.Sealer()
	if err != nil {
		return nil, err
	}
	for name, text := range sealed {
		b, err := sealer.Open(text, secretPlace(id, name))
		if err != nil {
			return nil, err
		}
		plain[name] = string(b)
	}
	return plain, nil
}

func (tx *Tx) sealSecrets(c *sallyport.Connection, sealed, secrets map[string]string) (map[string]string, error) {
	for name, value := range secrets {
		if value == "" {
			delete(sealed, name)
			continue
		}
		sealer, err := tx.db.Sealer()
		if err != nil {
			return nil, err
		}
		if sealed[name], err = sealer.Seal([]byte(value), secretPlace(c.ID, name)); err != nil {
			return nil, err
		}
	}
	c.Secrets = []string{}
	for name := range sealed {
		c.Secrets = append(c.Secrets, name)
	}
	slices.Sort(c.Secrets)
	return sealed, nil
}

func secretPlace(id, name string) string { return "connection:" + id + ":" + name }

func syncEvery(c *sallyport.Connection) int64 {
	if c.SyncEvery == nil {
		return 0
	}
	return c.SyncEvery.Std().Microseconds()
}

func connectionTaken(err error, c *sallyport.Connection) error {
	if IsUnique(err) {
		return sallyport.Errorf(sallyport.EConflict, "there is a connection %q already", c.Slug).WithHint("Choose another slug.")
	}
	return err
}

// DueSyncs lists connections of any tenant whose next sync is due, and answers when the next one is due after that.
func (tx *Tx) DueSyncs(ctx context.Context, limit int) (due []DueSync, next *time.Time, err error) {
	err = tx.Rows(ctx, `SELECT tenant_id, id, next_sync_at FROM connections WHERE next_sync_at IS NOT NULL AND deleted_at IS NULL AND paused_at IS NULL
		AND next_sync_at <= $1 ORDER BY next_sync_at LIMIT $2`, []any{Micros(tx.now), limit}, func(r *sql.Rows) error {
		var d DueSync
		err := r.Scan(&d.Tenant, &d.Connection, timeScan{&d.At})
		due = append(due, d)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	err = tx.Row(ctx, `SELECT min(next_sync_at) FROM connections WHERE next_sync_at IS NOT NULL AND deleted_at IS NULL AND paused_at IS NULL AND next_sync_at > $1`,
		[]any{Micros(tx.now)}, timePtrScan{&next})
	return due, next, err
}

// DueSync is a connection that should be read.
type DueSync struct {
	Tenant, Connection string
	At                 time.Time
}

// TakeSync moves the next sync of a connection on; it reports false when another worker did so first.
func (tx *Tx) TakeSync(ctx context.Context, d DueSync, next time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE connections SET next_sync_at=$4 WHERE tenant_id=$1 AND id=$2 AND next_sync_at=$3 AND deleted_at IS NULL`,
		d.Tenant, d.Connection, Micros(d.At), Micros(next))
	return n == 1, err
}

// PausedConnections returns the connections that are paused, with their names and since when.
func (tx *Tx) PausedConnections(ctx context.Context, tenant string) (list []sallyport.Connection, err error) {
	err = tx.Rows(ctx, "SELECT id, name, paused_at FROM connections WHERE tenant_id=$1 AND paused_at IS NOT NULL AND deleted_at IS NULL ORDER BY id", []any{tenant}, func(r *sql.Rows) error {
		var c sallyport.Connection
		err := r.Scan(&c.ID, &c.Name, timePtrScan{&c.PausedAt})
		list = append(list, c)
		return err
	})
	return list, err
}
