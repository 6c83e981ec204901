package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
)

// Tenant is one company.
type Tenant struct {
	ID             string
	Slug           string
	Name           string
	CreatedAt      time.Time
	SeededAt       *time.Time // when its demo company was laid out; nil without one
	WritesPausedAt *time.Time // set: nothing is written to targets until an admin accepts the plan
}

const tenantColumns = `id, slug, name, created_at, seeded_at, writes_paused_at`

func scanTenant(rows interface{ Scan(...any) error }, t *Tenant) error {
	return rows.Scan(&t.ID, &t.Slug, &t.Name, timeScan{&t.CreatedAt}, timePtrScan{&t.SeededAt}, timePtrScan{&t.WritesPausedAt})
}

// TenantBySlug finds a tenant. ENotFound when there is none.
func (tx *Tx) TenantBySlug(ctx context.Context, slug string) (Tenant, error) {
	var t Tenant
	err := scanTenant(tx.row(ctx, "SELECT "+tenantColumns+" FROM tenants WHERE slug = $1", slug), &t)
	if errors.Is(err, sql.ErrNoRows) {
		return t, sallyport.Errorf(sallyport.ENotFound, "there is no tenant %q", clip(slug)).
			WithHint("Make it with: sallyport tenant create %s", clip(slug))
	}
	return t, dbError(ctx, err)
}

// Tenants lists all tenants by slug.
func (tx *Tx) Tenants(ctx context.Context) ([]Tenant, error) {
	var all []Tenant
	err := tx.Rows(ctx, "SELECT "+tenantColumns+" FROM tenants ORDER BY slug", nil, func(r *sql.Rows) error {
		var t Tenant
		if err := scanTenant(r, &t); err != nil {
			return err
		}
		all = append(all, t)
		return nil
	})
	return all, err
}

// EnsureTenant returns the id of the tenant with that slug, and makes the tenant and the signing key of its audit log
// when they are missing. Nodes may call it at the same time; one of them makes it.
func (db *DB) EnsureTenant(ctx context.Context, slug, name string) (id string, err error) {
	if err := sallyport.CheckSlug(slug, sallyport.KindApp); err != nil {
		return "", sallyport.Invalid("tenant", "%s", err)
	}
	if name == "" {
		name = slug
	}
	if err := sallyport.CheckName(name); err != nil {
		return "", sallyport.Invalid("name", "%s", err)
	}
	sealer, err := db.Sealer()
	if err != nil {
		return "", err
	}
	err = db.Update(ctx, func(ctx context.Context, tx *Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO tenants (id, slug, name, created_at) VALUES ($1,$2,$3,$4) ON CONFLICT (slug) DO NOTHING`,
			NewID(sallyport.PrefixTenant), slug, name, Micros(tx.now))
		if err != nil {
			return err
		}
		if err := tx.Row(ctx, `SELECT id FROM tenants WHERE slug = $1`, []any{slug}, &id); err != nil {
			return err
		}
		if n == 1 {
			if _, err := tx.Append(ctx, NewEvent{Verb: "tenant.created", Actor: sallyport.System(id), ObjectKind: "tenant",
				ObjectID: id, Body: map[string]any{"slug": slug}}); err != nil {
				return err
			}
		}
		return tx.ensureAuditKey(ctx, sealer, id)
	})
	return id, err
}

const auditKey = "audit"

// ensureAuditKey names the key by the tenant's id, as the leaves do: an origin must never be another log's.
func (tx *Tx) ensureAuditKey(ctx context.Context, sealer Sealer, tenant string) error {
	var n int
	if err := tx.Row(ctx, `SELECT count(*) FROM keys WHERE tenant_id = $1 AND name = $2`, []any{tenant, auditKey}, &n); err != nil || n > 0 {
		return err
	}
	signer, verifier, err := audit.GenerateKey(audit.Origin(tenant))
	if err != nil {
		return err
	}
	sealed, err := sealer.Seal([]byte(signer), "key:"+auditKey+":"+tenant)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO keys (tenant_id, name, public, private, created_at) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (tenant_id, name) DO NOTHING`, tenant, auditKey, verifier, sealed, Micros(tx.now))
	return err
}

// AuditKey returns the keys of the tenant's log: the verifier key is public, the signer key a secret.
func (tx *Tx) AuditKey(ctx context.Context, tenant string) (signer, verifier string, err error) {
	var sealed string
	err = tx.Row(ctx, `SELECT public, private FROM keys WHERE tenant_id = $1 AND name = $2`, []any{tenant, auditKey}, &verifier, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", sallyport.Errorf(sallyport.ENotFound, "the tenant has no key for its audit log")
	}
	if err != nil {
		return "", "", err
	}
	sealer, err := tx.db.Sealer()
	if err != nil {
		return "", "", err
	}
	plain, err := sealer.Open(sealed, "key:"+auditKey+":"+tenant)
	return string(plain), verifier, err
}
