package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// Leg is one direction of a provision: how access is made real, or unreal.
type Leg struct {
	sallyport.Fulfilment
	ConnectionID string `json:"connection_id,omitempty"`
	External     string `json:"external,omitempty"` // the resource's name in the target
}

// Pin is how a provision is fulfilled and undone, fixed when its work began, so that swapping the resource's settings
// harms nothing in flight.
type Pin struct {
	Add      Leg  `json:"add"`
	Remove   Leg  `json:"remove"`
	Physical bool `json:"physical,omitempty"`
}

// Touches reports whether anything outside Sallyport has to change, now or at the end.
func (p Pin) Touches() bool {
	return p.Add.Kind != sallyport.FulfilNone || p.Remove.Kind != sallyport.FulfilNone
}

// PinOf fixes the settings of a resource as they are now. A connection that is missing is not an error here: the
// provision fails visibly until it is there.
func (tx *Tx) PinOf(ctx context.Context, tenant string, r sallyport.Resource) (Pin, error) {
	pins, err := tx.PinsOf(ctx, tenant, []sallyport.Resource{r})
	return pins[r.ID], err
}

// PinsOf is PinOf for several resources, by two queries at most. Connections and groups are pinned by their ids: what has the
// slug later is not what was meant.
func (tx *Tx) PinsOf(ctx context.Context, tenant string, list []sallyport.Resource) (map[string]Pin, error) {
	named, groups := map[string]string{}, map[string]string{} // ids, by how connections and groups are named
	name := func(f sallyport.Fulfilment) {
		if f.Kind == sallyport.FulfilConnector {
			named[f.Connection] = ""
		}
		if group, ok := groupOf(f); ok {
			groups[group] = ""
		}
	}
	for _, r := range list {
		name(r.Fulfilment)
		if r.Revocation != nil {
			name(*r.Revocation)
		}
	}
	if len(named) > 0 {
		q := &query{}
		refs := slices.Sorted(maps.Keys(named))
		q.WriteString("SELECT id, slug FROM connections WHERE tenant_id=" + q.arg(tenant) + " AND (" + q.in("id", refs) + " OR " + q.in("slug", refs) + ") AND deleted_at IS NULL")
		if err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
			var id, slug string
			err := r.Scan(&id, &slug)
			named[id], named[slug] = id, id
			return err
		}); err != nil {
			return nil, err
		}
	}
	if len(groups) > 0 {
		q := &query{}
		q.WriteString("SELECT id, slug FROM resources WHERE tenant_id=" + q.arg(tenant) + " AND " + q.in("slug", slices.Sorted(maps.Keys(groups))) + " AND deleted_at IS NULL")
		if err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
			var id, slug string
			err := r.Scan(&id, &slug)
			groups[slug] = id
			return err
		}); err != nil {
			return nil, err
		}
	}
	pins := make(map[string]Pin, len(list))
	for _, r := range list {
		pins[r.ID] = pinOf(r, named, groups)
	}
	return pins, nil
}

// groupOf is the group that does what a fulfilment asks, as its slug is kept.
func groupOf(f sallyport.Fulfilment) (string, bool) {
	name, ok := strings.CutPrefix(f.Assignee, "group:")
	return strings.ToLower(name), ok
}

// pinOf makes the pin of a resource. named and groups are the ids of connections and groups, by how a fulfilment names them;
// "" is missing.
func pinOf(r sallyport.Resource, named, groups map[string]string) Pin {
	leg := func(f sallyport.Fulfilment) Leg {
		l := Leg{Fulfilment: f}
		if l.Kind == "" {
			l.Kind = sallyport.FulfilNone
		}
		if l.Kind == sallyport.FulfilConnector {
			l.External, l.ConnectionID = cmp.Or(l.Target, r.ExternalID), named[l.Connection]
		}
		if group, ok := groupOf(f); ok && groups[group] != "" {
			l.Assignee = "group:" + groups[group]
		}
		return l
	}
	p := Pin{Physical: r.Physical, Add: leg(r.Fulfilment)}
	switch {
	case r.Revocation != nil && r.Revocation.Kind != "":
		p.Remove = leg(*r.Revocation)
	case r.Physical && p.Add.Kind == sallyport.FulfilNone:
		p.Remove = Leg{Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual}}
	default:
		p.Remove = p.Add
		p.Remove.Steps = ""
	}
	return p
}

// Provision is what a target needs for one person and one resource. It never answers who may.
type Provision struct {
	Tenant     string
	ID         string
	UserID     string
	ResourceID string
	Relation   sallyport.Relation
	Parameters string
	Pin        Pin
	State      sallyport.ProvisionState
	Since      time.Time
	DueSince   *time.Time // when the present work was first wanted; nil when there is none
	Generation int64      // grows with each change of what ought to be
	Attempts   int
	NextAt     *time.Time
	LeaseBy    string
	LeaseUntil *time.Time
	RecheckAt  *time.Time
	Error      string
	FailingAt  *time.Time
	AlarmedAt  *time.Time
	VerifiedAt *time.Time
	ByRole     string // id of the role by which the present work came; "": by none. It only serves to show how far that is

	Paced string        // the connection under whose rate the row was claimed; "": none
	Slot  time.Duration // of that rate; only set by a claim
}

// Key is what the provision is about.
func (p Provision) Key() sallyport.Key {
	return sallyport.Key{Subject: sallyport.SubjectUser, SubjectID: p.UserID, ResourceID: p.ResourceID, Relation: p.Relation, Parameters: p.Parameters}
}

const provisionColumns = `tenant_id, id, user_id, resource_id, relation, parameters, fulfilment, connection_id, target, state, since, due_since, generation,
	attempts, next_at, lease_by, lease_until, recheck_at, error, failing_since, alarmed_at, verified_at, by_role`

func scanProvision(rows interface{ Scan(...any) error }, p *Provision) error {
	var pin, connection, target string
	err := rows.Scan(&p.Tenant, &p.ID, &p.UserID, &p.ResourceID, &p.Relation, &p.Parameters, &pin, textScan{&connection}, &target, &p.State,
		timeScan{&p.Since}, timePtrScan{&p.DueSince}, &p.Generation, &p.Attempts, timePtrScan{&p.NextAt}, &p.LeaseBy, timePtrScan{&p.LeaseUntil},
		timePtrScan{&p.RecheckAt}, &p.Error, timePtrScan{&p.FailingAt}, timePtrScan{&p.AlarmedAt}, timePtrScan{&p.VerifiedAt}, &p.ByRole)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(pin), &p.Pin); err != nil {
		return err
	}
	if p.Pin.Add.Kind == "" { // found by a read of the target: the resource's settings stand for both directions
		var f sallyport.Fulfilment
		if err := json.Unmarshal([]byte(pin), &f); err != nil {
			return err
		}
		p.Pin.Add = Leg{Fulfilment: f, ConnectionID: connection, External: target}
		p.Pin.Remove = p.Pin.Add
	}
	return nil
}

func (tx *Tx) provision(ctx context.Context, where string, args ...any) (Provision, bool, error) {
	var p Provision
	err := scanProvision(tx.row(ctx, "SELECT "+provisionColumns+" FROM provisions WHERE "+where, args...), &p)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, dbError(ctx, err)
}

// Provision finds the provision of a person's key; false when there is none.
func (tx *Tx) Provision(ctx context.Context, tenant string, k sallyport.Key) (Provision, bool, error) {
	return tx.provision(ctx, "tenant_id=$1 AND user_id=$2 AND resource_id=$3 AND relation=$4 AND parameters=$5",
		tenant, k.SubjectID, k.ResourceID, k.Relation, k.Parameters)
}

// HasProvisions reports whether a target needs, or needed, anything for those who hold a resource.
func (tx *Tx) HasProvisions(ctx context.Context, tenant, resourceID string) (bool, error) {
	return tx.exists(ctx, "SELECT 1 FROM provisions WHERE tenant_id=$1 AND resource_id=$2 LIMIT 1", tenant, resourceID)
}

// ProvisionByID finds a provision; false when there is none.
func (tx *Tx) ProvisionByID(ctx context.Context, tenant, id string) (Provision, bool, error) {
	return tx.provision(ctx, "tenant_id=$1 AND id=$2", tenant, id)
}

// outer is the connection that a provision is counted under, and the name in its target.
func (p Pin) outer() (connection, target string) {
	if p.Add.Kind == sallyport.FulfilConnector {
		return p.Add.ConnectionID, p.Add.External
	}
	return p.Remove.ConnectionID, p.Remove.External
}

// InsertProvision adds a provision of p's key, pin and state that is due at p.NextAt; the rest is set here.
func (tx *Tx) InsertProvision(ctx context.Context, tenant string, p *Provision) error {
	p.Tenant, p.ID, p.Since, p.Generation = tenant, NewID(sallyport.PrefixProvision), tx.now, 1
	connection, target := p.Pin.outer()
	if p.State == sallyport.ProvisionAdding || p.State == sallyport.ProvisionRemoving {
		p.DueSince = p.NextAt
	}
	_, err := tx.Exec(ctx, `INSERT INTO provisions (tenant_id, id, user_id, resource_id, relation, parameters, fulfilment, fulfilment_kind, connection_id,
		target, state, since, due_since, next_at, created_at, paced) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$12,`+rated("$1", "$9")+`)`,
		tenant, p.ID, p.UserID, p.ResourceID, p.Relation, p.Parameters, toJSON(p.Pin), p.Pin.Add.Kind, null(connection), target, p.State,
		Micros(tx.now), MicrosPtr(p.DueSince), MicrosPtr(p.NextAt))
	return err
}

// MoveProvision changes what ought to be: state, pin and next attempt become p's, the generation grows, and what was
// said of earlier attempts is forgotten. The work is due since p.DueSince, or from now on where that is nil. A lease on the row stays; its holder notices the generation. p is brought up
// to date. EConflict when the row changed since p was read.
func (tx *Tx) MoveProvision(ctx context.Context, p *Provision) error {
	connection, target := p.Pin.outer()
	if p.State != sallyport.ProvisionAdding && p.State != sallyport.ProvisionRemoving {
		p.DueSince = nil
	} else if p.DueSince == nil {
		due := tx.now
		if p.NextAt != nil && p.NextAt.After(due) {
			due = *p.NextAt
		}
		p.DueSince = &due
	}
	n, err := tx.Exec(ctx, `UPDATE provisions SET state=$4, fulfilment=$5, fulfilment_kind=$6, connection_id=$7, target=$8, next_at=$9, since=$10, due_since=$11,
		generation=generation+1, attempts=0, error='', failing_since=NULL, alarmed_at=NULL, verified_at=$12, by_role=$13, paced=`+rated("$1", "$7")+` WHERE tenant_id=$1 AND id=$2 AND generation=$3`,
		p.Tenant, p.ID, p.Generation, p.State, toJSON(p.Pin), p.Pin.Add.Kind, null(connection), target, MicrosPtr(p.NextAt), Micros(tx.now),
		MicrosPtr(p.DueSince), MicrosPtr(p.VerifiedAt), p.ByRole)
	if err != nil {
		return err
	}
	if n == 0 {
		return sallyport.Errorf(sallyport.EConflict, "this access changed in the meantime; nothing was changed").WithHint("Load it again.")
	}
	p.Generation, p.Since, p.Attempts, p.Error, p.FailingAt, p.AlarmedAt = p.Generation+1, tx.now, 0, "", nil, nil
	return nil
}

// TouchProvision asks for another look at a provision, at the given moment or earlier, whatever its state.
func (tx *Tx) TouchProvision(ctx context.Context, tenant, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE provisions SET generation=generation+1, next_at = CASE WHEN next_at IS NULL OR next_at > $3 THEN $3 ELSE next_at END
		WHERE tenant_id=$1 AND id=$2`, tenant, id, Micros(at))
	return err
}

// wanted is the condition under which some reason, direct or by role, asks at a moment that a person has the access in
// its target. The arguments are columns or parameters.
func wanted(tenant, user, resource, relation, parameters, at string) string {
	return `(EXISTS (SELECT 1 FROM grants wg WHERE wg.tenant_id=` + tenant + ` AND wg.subject_kind='user' AND wg.subject_id=` + user + ` AND wg.resource_id=` + resource +
		` AND wg.relation=` + relation + ` AND wg.parameters=` + parameters + ` AND ` + living("wg", at) + ` LIMIT 1 OFFSET 0)
	OR EXISTS (SELECT 1 FROM grants wr CROSS JOIN grants wm
		WHERE wr.tenant_id=` + tenant + ` AND wr.subject_kind='role' AND wr.resource_id=` + resource + ` AND wr.relation=` + relation + ` AND wr.parameters=` + parameters + ` AND ` + living("wr", at) + `
		AND wm.tenant_id=` + tenant + ` AND wm.subject_kind='user' AND wm.subject_id=` + user + ` AND wm.resource_id=wr.subject_id AND wm.relation='member' AND ` + living("wm", at) + ` LIMIT 1 OFFSET 0))`
}
