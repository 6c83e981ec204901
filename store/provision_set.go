package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// Piece is some of those whom a role reaches: after an id, and no more than so many. The zero Piece is everyone.
type Piece struct {
	After string
	Limit int
}

// Wait is why work for a connection is not tried, and when it is looked at: put off from the start, as PutOff would.
type Wait struct {
	ConnectionID, Why string
	Until             time.Time
}

// Want is one thing that a role gives, with the pin of its resource, which touches something.
type Want struct {
	ResourceID, Parameters string
	Pin                    Pin
	Wait                   Wait // zero where nothing keeps it waiting
}

// WantByRole makes provisions for those whose membership of a role lives, or for some of them when users is not nil, of
// things that the role holds. Those that are there or on their way stay. It returns the id of the last person looked at when
// there are more; else "".
func (tx *Tx) WantByRole(ctx context.Context, tenant, roleID string, users []string, list []Want, s Piece) (last string, err error) {
	if users == nil && s.Limit > 0 {
		err = tx.Row(ctx, `SELECT subject_id FROM grants WHERE tenant_id=$1 AND resource_id=$2 AND relation='member' AND subject_kind='user' AND ended_at IS NULL
			AND subject_id > $3 GROUP BY subject_id ORDER BY subject_id LIMIT 1 OFFSET $4`, []any{tenant, roleID, s.After, s.Limit - 1}, &last)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
	}
	whom := [][]string{nil}
	if users != nil {
		whom = slices.Collect(slices.Chunk(users, crowd))
	}
	for some := range slices.Chunk(list, 100) {
		for _, users := range whom {
			if err := tx.wantByRole(ctx, tenant, roleID, users, some, s.After, last); err != nil {
				return "", err
			}
		}
	}
	return last, nil
}

// wantByRole makes the provisions of some, or of those after one, up to another.
func (tx *Tx) wantByRole(ctx context.Context, tenant, roleID string, users []string, list []Want, after, last string) error {
	q := &query{}
	t, role, now := q.arg(tenant), q.arg(roleID), q.arg(Micros(tx.now))
	who := "" // bounds of an index
	for _, bound := range []struct{ is, id string }{{">", after}, {"<=", last}} {
		if bound.id != "" {
			who += " AND m.subject_id " + bound.is + " " + q.arg(bound.id)
		}
	}
	if users != nil {
		who += " AND " + q.oneOf("m.subject_id", users)
	}
	text := func(v any) string { return "CAST(" + q.arg(v) + " AS TEXT)" }
	rows := make([]string, len(list))
	for i, w := range list {
		state, due := sallyport.ProvisionAdding, any(Micros(tx.now))
		if w.Pin.Add.Kind == sallyport.FulfilNone {
			state, due = sallyport.ProvisionPresent, nil
		}
		next := due
		if w.Wait.Why != "" && due != nil {
			next = Micros(w.Wait.Until)
		}
		connection, target := w.Pin.outer()
		rows[i] = "(" + text(NewID(sallyport.PrefixProvision)+"_") + "," + text(w.ResourceID) + "," + text(w.Parameters) + "," + text(toJSON(w.Pin)) + "," + text(w.Pin.Add.Kind) + "," +
			text(null(connection)) + "," + text(target) + "," + text(state) + ",CAST(" + q.arg(due) + " AS BIGINT),CAST(" + q.arg(next) + " AS BIGINT)," + text(w.Wait.Why) + ")"
	}
	const of = "h.id, h.resource_id, h.parameters, h.fulfilment, h.fulfilment_kind, h.connection_id, h.target, h.state, h.due, h.next, h.waits"
	// What was there and nobody has begun to take away since is still there: by this transaction, or by people who have no task yet.
	still := `(provisions.state='removing' AND provisions.verified_at IS NOT NULL AND provisions.lease_by='' AND provisions.attempts=0 AND provisions.error='' AND (provisions.since=` + now + ` OR provisions.fulfilment_kind='manual')
		AND NOT EXISTS (SELECT 1 FROM tasks k WHERE k.tenant_id=provisions.tenant_id AND k.provision_id=provisions.id AND k.state IN ('open','claimed')))`
	// Rows that were absent take the pin of today; what is being removed keeps the one it was made with.
	_, err := tx.Exec(ctx, `WITH h(id, resource_id, parameters, fulfilment, fulfilment_kind, connection_id, target, state, due, next, waits) AS (VALUES `+strings.Join(rows, ",")+`)
		INSERT INTO provisions (tenant_id, id, user_id, resource_id, relation, parameters, fulfilment, fulfilment_kind, connection_id, target,
		state, since, due_since, next_at, error, created_at, by_role, paced)
		SELECT m.tenant_id, h.id || substr(m.subject_id, 5), m.subject_id, h.resource_id, 'member', h.parameters, h.fulfilment, h.fulfilment_kind, h.connection_id, h.target,
		h.state, CAST(`+now+` AS BIGINT), h.due, h.next, h.waits, CAST(`+now+` AS BIGINT), CAST(`+role+` AS TEXT), `+rated(t, "h.connection_id")+`
		FROM grants m JOIN users u ON u.tenant_id=m.tenant_id AND u.id=m.subject_id AND u.state='active' CROSS JOIN h
		WHERE m.tenant_id=`+t+` AND m.resource_id=`+role+` AND m.relation='member' AND m.subject_kind='user'`+who+` AND `+living("m", now)+` AND m.ended_at IS NULL GROUP BY m.tenant_id, m.subject_id, `+of+`
		ON CONFLICT (tenant_id, user_id, resource_id, relation, parameters) DO UPDATE SET
		fulfilment = CASE WHEN provisions.state='absent' THEN EXCLUDED.fulfilment ELSE provisions.fulfilment END,
		fulfilment_kind = CASE WHEN provisions.state='absent' THEN EXCLUDED.fulfilment_kind ELSE provisions.fulfilment_kind END,
		connection_id = CASE WHEN provisions.state='absent' THEN EXCLUDED.connection_id ELSE provisions.connection_id END,
		paced = CASE WHEN provisions.state='absent' THEN EXCLUDED.paced ELSE provisions.paced END,
		target = CASE WHEN provisions.state='absent' THEN EXCLUDED.target ELSE provisions.target END,
		state = CASE WHEN provisions.state='absent' THEN EXCLUDED.state WHEN `+still+` THEN 'present' ELSE 'adding' END,
		since=`+now+`, due_since=CASE WHEN provisions.state='absent' THEN EXCLUDED.due_since WHEN `+still+` THEN NULL ELSE CAST(`+now+` AS BIGINT) END, next_at=CASE WHEN provisions.state='absent' THEN COALESCE(EXCLUDED.next_at, `+now+`) ELSE `+now+` END, generation=provisions.generation+1, attempts=0,
		error=CASE WHEN provisions.state='absent' THEN EXCLUDED.error ELSE '' END, failing_since=NULL, alarmed_at=NULL, by_role=EXCLUDED.by_role WHERE provisions.state IN ('absent','removing')`, q.args...)
	return err
}

// removes is what marks provisions for removal; the parameters are the role by which it comes and the moment.
func (q *query) removes(role, now string, waits []Wait) string {
	next, why := now, "''"
	if len(waits) > 0 {
		next, why = "CASE connection_id", "CASE connection_id"
		for _, w := range waits {
			id := q.arg(w.ConnectionID)
			next += " WHEN " + id + " THEN CAST(" + q.arg(Micros(w.Until)) + " AS BIGINT)"
			why += " WHEN " + id + " THEN CAST(" + q.arg(w.Why) + " AS TEXT)"
		}
		next, why = next+" ELSE CAST("+now+" AS BIGINT) END", why+" ELSE '' END"
	}
	return `UPDATE provisions SET state='removing', since=` + now + `, due_since=` + now + `, next_at=` + next + `, generation=generation+1, attempts=0, error=` + why + `,
		failing_since=NULL, alarmed_at=NULL, by_role=` + role
}

// Unwant marks for removal what no reason asks for any longer of a resource that a role gave, for those who are or were
// members of the role. It returns the place of the last provision looked at when there are more; else "".
func (tx *Tx) Unwant(ctx context.Context, tenant, roleID string, h RoleHolding, waits []Wait, s Piece) (last string, err error) {
	q := &query{}
	t, res, rel, par := q.arg(tenant), q.arg(h.ResourceID), q.arg(h.Relation), q.arg(h.Parameters)
	// In the order of the index, by which what is being added comes before what is there.
	of := ` FROM provisions p WHERE p.tenant_id=` + t + ` AND p.resource_id=` + res + ` AND p.relation=` + rel + ` AND p.parameters=` + par + ` AND p.state >= 'adding' AND p.state <= 'present'`
	if state, id, ok := strings.Cut(s.After, " "); ok {
		of += " AND (p.state, p.id) > (" + q.arg(state) + ", " + q.arg(id) + ")"
	}
	if s.Limit > 0 {
		var state, id string
		err := tx.Row(ctx, "SELECT p.state, p.id"+of+" ORDER BY p.state, p.id LIMIT 1 OFFSET "+strconv.Itoa(s.Limit-1), q.args, &state, &id)
		switch {
		case err == nil:
			last = state + " " + id
			of += " AND (p.state, p.id) <= (" + q.arg(state) + ", " + q.arg(id) + ")"
		case !errors.Is(err, sql.ErrNoRows):
			return "", err
		}
	}
	role, now := q.arg(roleID), q.arg(Micros(tx.now))
	member := `EXISTS (SELECT 1 FROM grants m WHERE m.tenant_id=` + t + ` AND m.subject_kind='user' AND m.subject_id=p.user_id AND m.resource_id=` + role + ` AND m.relation='member'`
	of += " AND (" + member + " AND m.ended_at IS NULL) OR " + member + "))" // the first has an index of its own, and is true of most
	_, err = tx.Exec(ctx, q.removes(role, now, waits)+` WHERE tenant_id=`+t+` AND id IN (SELECT p.id`+of+" AND NOT "+wanted(t, "p.user_id", res, rel, par, now)+")", q.args...)
	return last, err
}

// UnwantOf marks for removal what no reason asks for any longer of all that a role gives some people as members.
func (tx *Tx) UnwantOf(ctx context.Context, tenant, roleID string, users []string) error {
	for some := range slices.Chunk(users, crowd) {
		q := &query{}
		t, role, now := q.arg(tenant), q.arg(roleID), q.arg(Micros(tx.now))
		if _, err := tx.Exec(ctx, q.removes(role, now, nil)+` WHERE tenant_id=`+t+` AND id IN (SELECT p.id FROM provisions p WHERE p.tenant_id=`+t+` AND `+q.oneOf("p.user_id", some)+`
			AND p.relation='member' AND p.state >= 'adding' AND p.state <= 'present' AND EXISTS (SELECT 1 FROM grants h WHERE h.tenant_id=`+t+` AND h.subject_kind='role'
			AND h.subject_id=`+role+` AND h.resource_id=p.resource_id AND h.relation=p.relation AND h.parameters=p.parameters AND h.ended_at IS NULL)
			AND NOT `+wanted(t, "p.user_id", "p.resource_id", "p.relation", "p.parameters", now)+`)`, q.args...); err != nil {
			return err
		}
	}
	return nil
}

// RoleHolding is one thing that a role holds and that has a target.
type RoleHolding struct {
	ResourceID string
	Relation   sallyport.Relation
	Parameters string
}

// RoleHoldings lists what a role holds by grants that were not ended. Targets know of members alone: see the relation.
func (tx *Tx) RoleHoldings(ctx context.Context, tenant, roleID string) ([]RoleHolding, error) {
	var out []RoleHolding
	err := tx.Rows(ctx, `SELECT DISTINCT g.resource_id, g.relation, g.parameters FROM grants g JOIN resources r ON r.tenant_id=g.tenant_id AND r.id=g.resource_id
		WHERE g.tenant_id=$1 AND g.subject_kind='role' AND g.subject_id=$2 AND g.ended_at IS NULL ORDER BY 1, 2, 3`,
		[]any{tenant, roleID}, func(r *sql.Rows) error {
			var h RoleHolding
			err := r.Scan(&h.ResourceID, &h.Relation, &h.Parameters)
			out = append(out, h)
			return err
		})
	return out, err
}

// Mismatched looks at the next provisions after one, in the order of their ids and over all tenants, and finds those whose
// state is not what the reasons ask for: wake-ups that were lost. last is where to go on; its ID is "" at the end.
func (tx *Tx) Mismatched(ctx context.Context, after TenantID, look int) (wrong []TenantID, last TenantID, err error) {
	w := wanted("p.tenant_id", "p.user_id", "p.resource_id", "p.relation", "p.parameters", "$1")
	n := 0
	err = tx.Rows(ctx, `SELECT p.tenant_id, p.id, p.state, `+w+` FROM provisions p WHERE (p.tenant_id, p.id) > ($2, $3) ORDER BY p.tenant_id, p.id LIMIT $4`,
		[]any{Micros(tx.now), after.Tenant, after.ID, look}, func(r *sql.Rows) error {
			var state sallyport.ProvisionState
			var want bool
			if err := r.Scan(&last.Tenant, &last.ID, &state, &want); err != nil {
				return err
			}
			n++
			if want != (state == sallyport.ProvisionAdding || state == sallyport.ProvisionPresent) {
				wrong = append(wrong, last)
			}
			return nil
		})
	if n < look {
		last = TenantID{}
	}
	return wrong, last, err
}

// Unstarted lists grants to people that should have begun but whose access nothing makes real: no provision, one that is
// being removed or absent, or one that is there already. Of those that began after a moment; over all tenants.
func (tx *Tx) Unstarted(ctx context.Context, since time.Time, limit int) ([]TenantID, error) {
	return tx.tenantIDs(ctx, `SELECT g.tenant_id, g.id FROM grants g WHERE g.ended_at IS NULL AND g.activated_at IS NULL AND g.starts_at > $3 AND g.starts_at <= $1
		AND g.subject_kind='user' AND (g.no_end OR g.ends_at IS NULL OR g.ends_at > $1)
		AND NOT EXISTS (SELECT 1 FROM provisions p WHERE p.tenant_id=g.tenant_id AND p.user_id=g.subject_id AND p.resource_id=g.resource_id
			AND p.relation=g.relation AND p.parameters=g.parameters AND p.state='adding') ORDER BY g.starts_at LIMIT $2`, Micros(tx.now), limit, Micros(since))
}

// UnprovisionedRoles lists the grants of roles some of whose members have no provision yet, over all tenants.
func (tx *Tx) UnprovisionedRoles(ctx context.Context, limit int) ([]TenantID, error) {
	return tx.tenantIDs(ctx, `SELECT rg.tenant_id, rg.id FROM grants rg JOIN resources r ON r.tenant_id=rg.tenant_id AND r.id=rg.resource_id
		WHERE rg.subject_kind='role' AND rg.relation='member' AND rg.ended_at IS NULL AND r.deleted_at IS NULL AND r.managed AND r.fulfilment_kind <> 'none' AND `+living("rg", "$1")+`
		AND EXISTS (SELECT 1 FROM grants m JOIN users u ON u.tenant_id=m.tenant_id AND u.id=m.subject_id AND u.state='active'
			WHERE m.tenant_id=rg.tenant_id AND m.resource_id=rg.subject_id AND m.relation='member' AND m.subject_kind='user' AND m.ended_at IS NULL AND `+living("m", "$1")+`
			AND NOT EXISTS (SELECT 1 FROM provisions p WHERE p.tenant_id=m.tenant_id AND p.user_id=m.subject_id AND p.resource_id=rg.resource_id
				AND p.relation='member' AND p.parameters=rg.parameters)) LIMIT $2`, Micros(tx.now), limit)
}

// NextStart is the earliest start of a grant to come, of any tenant; nil when there is none.
func (tx *Tx) NextStart(ctx context.Context) (*time.Time, error) {
	var t *time.Time
	err := tx.Row(ctx, `SELECT min(starts_at) FROM grants WHERE ended_at IS NULL AND activated_at IS NULL AND starts_at > $1`, []any{Micros(tx.now)}, timePtrScan{&t})
	return t, err
}
