package access

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// reached is of how many members of a role one transaction makes the access real or unreal. A grant of a role, and its
// end, concern all of them: the first are reached in the transaction of the grant, the others piece by piece by a job that
// is written with it. Each piece looks at what is true by then, so that it does not matter what happens between two.
const reached = 25

// JobReach is the kind of the job that wakes what a role gives: at the moment from which a membership of the role, or what
// the role holds, counts, and for the members that the transaction of a grant left to it. JobUnreach is its inverse.
const (
	JobReach   = "grant.reach"
	JobUnreach = "grant.unreach"
)

type reachArgs struct {
	Grant string `json:"grant"`
	After string `json:"after,omitempty"`
}

// reachTx wakes what a grant gives beyond itself: a person's membership of a role reaches what the role holds, and a
// role's grant reaches its members. The grant's resource is read, unless it is handed in.
func (s *Service) reachTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant, res *sallyport.Resource, known *Known) error {
	if g.Relation != sallyport.Member || g.ActivatedAt == nil {
		return nil
	}
	if g.StartsAt.After(tx.Now()) {
		if g.Subject.Kind != sallyport.SubjectRole && g.Resource.Kind != sallyport.KindRole {
			return nil
		}
		_, err := tx.AddJob(ctx, actor.Tenant, store.NewJob{Kind: JobReach, Args: reachArgs{Grant: g.ID}, Unique: g.ID, RunAt: g.StartsAt})
		return err
	}
	if g.Subject.Kind == sallyport.SubjectRole {
		last, err := s.reachMembersTx(ctx, tx, actor.Tenant, g, res, store.Piece{Limit: s.reached()})
		return andTheRest(ctx, tx, actor.Tenant, JobReach, g, last, err)
	}
	if g.Resource.Kind != sallyport.KindRole {
		return nil
	}
	return wantMembersTx(ctx, tx, actor.Tenant, g.Resource.ID, []string{g.Subject.ID}, known)
}

// wantMembersTx makes what a role gives real for some of its members.
func wantMembersTx(ctx context.Context, tx *store.Tx, tenant, role string, users []string, known *Known) error {
	if len(users) == 0 {
		return nil
	}
	list, err := known.wantsTx(ctx, tx, tenant, role)
	if err != nil || len(list) == 0 {
		return err
	}
	_, err = tx.WantByRole(ctx, tenant, role, users, list, store.Piece{})
	return err
}

func (s *Service) reachMembersTx(ctx context.Context, tx *store.Tx, tenant string, g sallyport.Grant, res *sallyport.Resource, p store.Piece) (last string, err error) {
	list, err := wantsTx(ctx, tx, tenant, []store.RoleHolding{holdingOf(g)}, res)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return tx.WantByRole(ctx, tenant, g.Subject.ID, nil, list, p)
}

// wantsTx returns what of a role's holdings something has to be done for. Of a single one the resource may be handed in.
func wantsTx(ctx context.Context, tx *store.Tx, tenant string, held []store.RoleHolding, only *sallyport.Resource) (list []store.Want, err error) {
	held = slices.DeleteFunc(held, func(h store.RoleHolding) bool { return h.Relation != sallyport.Member })
	var things []sallyport.Resource
	if only != nil {
		things = append(things, *only)
	} else {
		ids := make([]string, len(held))
		for i, h := range held {
			ids[i] = h.ResourceID
		}
		if things, err = tx.BareResources(ctx, tenant, ids); err != nil {
			return nil, err
		}
	}
	things = slices.DeleteFunc(things, func(r sallyport.Resource) bool { return !r.Managed || r.DeletedAt != nil })
	pins, err := tx.PinsOf(ctx, tenant, things)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		if pin, ok := pins[h.ResourceID]; ok && pin.Touches() {
			tx.Changed(tenant, topicProgress(h.ResourceID))
			list = append(list, store.Want{ResourceID: h.ResourceID, Parameters: h.Parameters, Pin: pin})
		}
	}
	if !slices.ContainsFunc(list, func(w store.Want) bool { return w.Pin.Add.Kind == sallyport.FulfilConnector }) {
		return list, nil
	}
	waits, err := pausesTx(ctx, tx, tenant, longestPause)
	for i := range list {
		for _, w := range waits {
			if w.ConnectionID == list[i].Pin.Add.ConnectionID {
				list[i].Wait = w
			}
		}
	}
	return list, err
}

// pausesTx returns why nothing is tried with which connections, to be looked at after a while.
func pausesTx(ctx context.Context, tx *store.Tx, tenant string, after time.Duration) (list []store.Wait, err error) {
	paused, err := tx.PausedConnections(ctx, tenant)
	for _, c := range paused {
		list = append(list, store.Wait{ConnectionID: c.ID, Why: pausedBy(c, after).text(), Until: tx.Now().Add(after)})
	}
	return list, err
}

// unreachTx is the inverse of reachTx: it marks for removal what no reason asks for any longer once the grant is over.
func (s *Service) unreachTx(ctx context.Context, tx *store.Tx, tenant string, g sallyport.Grant) error {
	if g.Relation != sallyport.Member {
		return nil
	}
	if g.Subject.Kind == sallyport.SubjectRole {
		last, err := unreachMembersTx(ctx, tx, tenant, g, store.Piece{Limit: s.reached()})
		return andTheRest(ctx, tx, tenant, JobUnreach, g, last, err)
	}
	if g.Resource.Kind != sallyport.KindRole {
		return nil
	}
	return unwantMembersTx(ctx, tx, tenant, g.Resource.ID, []string{g.Subject.ID})
}

// unwantMembersTx marks for removal what some former members of a role had by it alone.
func unwantMembersTx(ctx context.Context, tx *store.Tx, tenant, role string, users []string) error {
	held, err := tx.RoleHoldings(ctx, tenant, role)
	if err != nil {
		return err
	}
	held = slices.DeleteFunc(held, func(h store.RoleHolding) bool { return h.Relation != sallyport.Member })
	if len(held) == 0 {
		return nil
	}
	for _, h := range held {
		tx.Changed(tenant, topicProgress(h.ResourceID))
	}
	return tx.UnwantOf(ctx, tenant, role, users)
}

func unreachMembersTx(ctx context.Context, tx *store.Tx, tenant string, g sallyport.Grant, p store.Piece) (last string, err error) {
	tx.Changed(tenant, topicProgress(g.Resource.ID))
	waits, err := pausesTx(ctx, tx, tenant, firstAlarm)
	if err != nil {
		return "", err
	}
	return tx.Unwant(ctx, tenant, g.Subject.ID, holdingOf(g), waits, p)
}

func (s *Service) reached() int {
	if s.Reached > 0 {
		return s.Reached
	}
	return reached
}

func holdingOf(g sallyport.Grant) store.RoleHolding {
	return store.RoleHolding{ResourceID: g.Resource.ID, Relation: g.Relation, Parameters: string(g.Parameters)}
}

// andTheRest leaves a job for those after the last, unless there are none.
func andTheRest(ctx context.Context, tx *store.Tx, tenant, kind string, g sallyport.Grant, last string, err error) error {
	if err != nil || last == "" {
		return err
	}
	_, err = tx.AddJob(ctx, tenant, store.NewJob{Kind: kind, Args: reachArgs{g.ID, last}, Unique: g.ID})
	return err
}

// RunReach does a piece of a job of kind JobReach. A grant that has ended since reaches nothing.
func (s *Service) RunReach(ctx context.Context, tx *store.Tx, j store.Job) (rest any, err error) {
	return s.runReach(ctx, tx, j, func(g sallyport.Grant, p store.Piece) (string, error) {
		switch {
		case !g.Living(tx.Now()):
			return "", nil
		case g.Subject.Kind == sallyport.SubjectRole:
			return s.reachMembersTx(ctx, tx, j.Tenant, g, nil, p)
		}
		return "", s.reachTx(ctx, tx, sallyport.System(j.Tenant), g, nil, &Known{})
	})
}

// RunUnreach does a piece of a job of kind JobUnreach. What is wanted by another reason by now stays.
func (s *Service) RunUnreach(ctx context.Context, tx *store.Tx, j store.Job) (rest any, err error) {
	return s.runReach(ctx, tx, j, func(g sallyport.Grant, p store.Piece) (string, error) {
		return unreachMembersTx(ctx, tx, j.Tenant, g, p)
	})
}

func (s *Service) runReach(ctx context.Context, tx *store.Tx, j store.Job, do func(sallyport.Grant, store.Piece) (string, error)) (rest any, err error) {
	var args reachArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return nil, err
	}
	g, err := tx.Grant(ctx, j.Tenant, args.Grant, Everything)
	if err != nil {
		return nil, err
	}
	args.After, err = do(g, store.Piece{After: args.After, Limit: s.reached()})
	if err != nil || args.After == "" {
		return nil, err
	}
	return args, nil
}
