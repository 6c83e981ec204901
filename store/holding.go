package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
)

// ReplaceHoldings writes what a complete read of one resource found, in place of what an earlier one did. users maps
// account ids to people, and lacks those who are not known.
func (tx *Tx) ReplaceHoldings(ctx context.Context, tenant, connectionID, resourceID string, accounts []string, users map[string]string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM holdings WHERE tenant_id=$1 AND connection_id=$2 AND resource_id=$3`, tenant, connectionID, resourceID); err != nil {
		return err
	}
	for _, a := range accounts {
		if _, err := tx.Exec(ctx, `INSERT INTO holdings (tenant_id, connection_id, resource_id, account, relation, user_id, seen_at)
			VALUES ($1,$2,$3,$4,'member',$5,$6) ON CONFLICT DO NOTHING`, tenant, connectionID, resourceID, a, null(users[a]), Micros(tx.now)); err != nil {
			return err
		}
	}
	return nil
}

// Bound is a resource that a connection fulfils, and its name in the target.
type Bound struct {
	Resource sallyport.ResourceRef
	Target   string
}

// BoundResources lists the living managed resources that a connection (by id or slug in their fulfilment) fulfils.
func (tx *Tx) BoundResources(ctx context.Context, tenant string, c sallyport.Connection) ([]Bound, error) {
	var out []Bound
	err := tx.Rows(ctx, `SELECT id, slug, name, kind, fulfilment FROM resources WHERE tenant_id=$1 AND deleted_at IS NULL AND managed
		AND fulfilment_kind='connector' ORDER BY id`, []any{tenant}, func(r *sql.Rows) error {
		var b Bound
		var f sallyport.Fulfilment
		if err := r.Scan(&b.Resource.ID, &b.Resource.Slug, &b.Resource.Name, &b.Resource.Kind, jsonScan{&f}); err != nil {
			return err
		}
		if f.Connection == c.ID || f.Connection == c.Slug {
			b.Target = f.Target
			out = append(out, b)
		}
		return nil
	})
	return out, err
}

// Provisioned is what Sallyport made, or undid, of one person's membership in a target.
type Provisioned struct {
	ID           string
	ConnectionID string
	Target       string
	State        sallyport.ProvisionState
	Quiet        bool      // no attempt is under way or due
	At           time.Time // when it last changed or was read back
}

// ProvisionedUsers lists, for a resource's members, the people for whom there is a provision row, in whatever state. Of
// several rows of a person, that without parameters counts.
func (tx *Tx) ProvisionedUsers(ctx context.Context, tenant, resourceID string) (map[string]Provisioned, error) {
	out := map[string]Provisioned{}
	err := tx.Rows(ctx, `SELECT user_id, id, COALESCE(connection_id, ''), target, state, next_at IS NULL AND lease_until IS NULL, COALESCE(verified_at, since)
		FROM provisions WHERE tenant_id=$1 AND resource_id=$2 AND relation='member' ORDER BY CASE WHEN parameters='{}' THEN 1 ELSE 0 END`, []any{tenant, resourceID}, func(r *sql.Rows) error {
		var user string
		var p Provisioned
		err := r.Scan(&user, &p.ID, &p.ConnectionID, &p.Target, &p.State, &p.Quiet, timeScan{&p.At})
		out[user] = p
		return err
	})
	return out, err
}

// VerifyProvisions has the targets of provisions read again as soon as a worker is free, whatever their state: what is not
// as it ought to be is set right then.
func (tx *Tx) VerifyProvisions(ctx context.Context, tenant string, ids []string) error {
	for len(ids) > 0 {
		n := min(len(ids), 500)
		q := &query{}
		now := q.arg(Micros(tx.now))
		q.WriteString(`UPDATE provisions SET recheck_at=` + now + `, generation=generation+1, next_at = CASE WHEN next_at IS NULL OR next_at > ` + now +
			` THEN ` + now + ` ELSE next_at END WHERE tenant_id=` + q.arg(tenant) + ` AND ` + q.in("id", ids[:n]))
		if _, err := tx.Exec(ctx, q.String(), q.args...); err != nil {
			return err
		}
		ids = ids[n:]
		tx.Wake(tenant)
	}
	return nil
}

// ImportGrants lists the living import grants of members of resources, as resource → person → grant id.
func (tx *Tx) ImportGrants(ctx context.Context, tenant string, resources []string) (map[string]map[string]string, error) {
	out := map[string]map[string]string{}
	return out, tx.imports(ctx, tenant, resources, "ended_at IS NULL", func(res, user, id string, _ bool) { put(out, res, user, id) })
}

// ImportsEndedHere lists by resource and person the import grants whose last end their source did not make: a limit did, or
// somebody.
func (tx *Tx) ImportsEndedHere(ctx context.Context, tenant string, resources []string) (map[string]map[string]string, error) {
	out := map[string]map[string]string{}
	return out, tx.imports(ctx, tenant, resources, "ended_at IS NOT NULL", func(res, user, id string, inSource bool) {
		if put(out, res, user, id); inSource {
			delete(out[res], user)
		}
	})
}

func put(m map[string]map[string]string, res, user, id string) {
	if m[res] == nil {
		m[res] = map[string]string{}
	}
	m[res][user] = id
}

// imports goes through import grants of members, by when they ended.
func (tx *Tx) imports(ctx context.Context, tenant string, resources []string, which string, each func(res, user, id string, inSource bool)) error {
	for ids := range slices.Chunk(resources, 500) {
		q := &query{}
		q.WriteString(`SELECT resource_id, subject_id, id, ended_in_source FROM grants WHERE tenant_id=` + q.arg(tenant) + ` AND ` + q.in("resource_id", ids) +
			` AND relation='member' AND subject_kind='user' AND origin='import' AND ` + which + ` ORDER BY ended_at, id`)
		if err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
			var res, user, id string
			var inSource bool
			if err := r.Scan(&res, &user, &id, &inSource); err != nil {
				return err
			}
			each(res, user, id, inSource)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// MarkEndedInSource records that it was their source which ended these grants, so that it may begin them again. What a limit
// ended stays as it is.
func (tx *Tx) MarkEndedInSource(ctx context.Context, tenant string, grants []string) error {
	for ids := range slices.Chunk(grants, 500) {
		q := &query{}
		q.WriteString(`UPDATE grants SET ended_in_source = TRUE WHERE tenant_id = ` + q.arg(tenant) + ` AND origin = 'import'
			AND ended_at IS NOT NULL AND (ends_at IS NULL OR ended_at < ends_at) AND ` + q.in("id", ids))
		if _, err := tx.Exec(ctx, q.String(), q.args...); err != nil {
			return err
		}
	}
	return nil
}

// Drifts lists the differences between grants and the holdings that the last complete read of a connection found.
func (tx *Tx) Drifts(ctx context.Context, tenant string, c sallyport.Connection) ([]sallyport.Drift, error) {
	var out []sallyport.Drift
	now := Micros(tx.now)
	add := func(kind, words string, q string, args ...any) error {
		return tx.Rows(ctx, q, args, func(r *sql.Rows) error {
			d := sallyport.Drift{Kind: kind, Words: words}
			var u optionalUser
			dest := []any{&d.Resource.ID, &d.Resource.Slug, &d.Resource.Name, &d.Resource.Kind, textScan{&d.Account}, &d.Relation, timeScan{&d.Since}}
			if err := r.Scan(append(dest, u.dest()...)...); err != nil {
				return err
			}
			d.User = u.ref()
			out = append(out, d)
			return nil
		})
	}
	wanted := `EXISTS (SELECT 1 FROM grants g WHERE g.tenant_id=h.tenant_id AND g.subject_kind='user' AND g.subject_id=h.user_id AND g.resource_id=h.resource_id
		AND g.relation=h.relation AND ` + living("g", "$3") + `) OR EXISTS (SELECT 1 FROM grants m JOIN grants rg ON rg.tenant_id=m.tenant_id AND rg.subject_kind='role'
		AND rg.subject_id=m.resource_id WHERE m.tenant_id=h.tenant_id AND m.subject_kind='user' AND m.subject_id=h.user_id AND m.relation='member' AND ` +
		living("m", "$3") + ` AND rg.resource_id=h.resource_id AND rg.relation=h.relation AND ` + living("rg", "$3") + `)`
	from := `SELECT r.id, r.slug, r.name, r.kind, h.account, h.relation, h.seen_at, u.id, u.login, u.name FROM holdings h
		JOIN resources r ON r.tenant_id=h.tenant_id AND r.id=h.resource_id AND r.deleted_at IS NULL
		LEFT JOIN users u ON u.tenant_id=h.tenant_id AND u.id=h.user_id WHERE h.tenant_id=$1 AND h.connection_id=$2`
	if err := add("unknown_account", "held there by an account that belongs to nobody known here",
		from+" AND h.user_id IS NULL AND CAST($3 AS BIGINT) > 0 ORDER BY r.name_key, h.account LIMIT 500", tenant, c.ID, now); err != nil {
		return nil, err
	}
	if err := add("only_in_target", "held there without any reason here",
		from+" AND h.user_id IS NOT NULL AND NOT ("+wanted+") ORDER BY r.name_key, u.name_key LIMIT 500", tenant, c.ID, now); err != nil {
		return nil, err
	}
	err := add("missing_in_target", "has a reason here, but the target did not have it when it was read", `SELECT r.id, r.slug, r.name, r.kind, '', p.relation, p.since, u.id, u.login, u.name
		FROM provisions p JOIN resources r ON r.tenant_id=p.tenant_id AND r.id=p.resource_id AND r.deleted_at IS NULL
		JOIN users u ON u.tenant_id=p.tenant_id AND u.id=p.user_id
		WHERE p.tenant_id=$1 AND p.connection_id=$2 AND p.state='present' AND CAST($3 AS BIGINT) > 0
		AND (EXISTS (SELECT 1 FROM holdings s WHERE s.tenant_id=p.tenant_id AND s.connection_id=p.connection_id AND s.resource_id=p.resource_id AND s.seen_at > COALESCE(p.verified_at, p.since))
			OR NOT EXISTS (SELECT 1 FROM holdings s WHERE s.tenant_id=p.tenant_id AND s.connection_id=p.connection_id AND s.resource_id=p.resource_id)
				AND EXISTS (SELECT 1 FROM syncs y WHERE y.tenant_id=p.tenant_id AND y.connection_id=p.connection_id AND y.state='applied' AND y.started_at > COALESCE(p.verified_at, p.since)))
		AND NOT EXISTS (SELECT 1 FROM holdings s WHERE s.tenant_id=p.tenant_id AND s.connection_id=p.connection_id AND s.resource_id=p.resource_id
			AND s.user_id=p.user_id AND s.relation=p.relation) ORDER BY r.name_key, u.name_key LIMIT 500`, tenant, c.ID, now)
	return out, err
}
