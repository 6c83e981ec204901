package access

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Extension says how long a grant is to go on: exactly one of Duration (from now), Until and NoEnd.
type Extension struct {
	Duration *sallyport.Duration
	Until    *time.Time
	NoEnd    bool
	Reason   string
}

// Extend prolongs a grant that lives, without touching the target: by whoever may add to the resource directly. Anybody
// else is refused with EForbidden and files a request of kind extend. The result is the grant that goes on.
func (s *Service) Extend(ctx context.Context, actor sallyport.Actor, id string, x Extension) (sallyport.Grant, error) {
	var g sallyport.Grant
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		g, err = s.extendTx(ctx, tx, actor, id, x)
		return err
	})
	return g, err
}

func (s *Service) extendTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id string, x Extension) (sallyport.Grant, error) {
	g, err := s.visibleGrant(ctx, tx, actor, id)
	if err != nil {
		return g, err
	}
	res, err := tx.BareResource(ctx, actor.Tenant, g.Resource.ID, Everything)
	if err != nil {
		return g, err
	}
	if !res.Managed && g.Relation == sallyport.Member {
		return g, unmanaged(res)
	}
	if err := checkWords("reason", x.Reason); err != nil {
		return g, err
	}
	if err := s.mayGive(ctx, tx, actor, res, x.Reason); err != nil {
		return g, err
	}
	if err := isOver(actor, g, tx.Now()); err != nil {
		return g, err
	}
	if g.Origin == sallyport.OriginImport && g.NoEnd {
		return g, sallyport.Errorf(sallyport.EPrecondition, "this was found in the target and has no end to move").
			WithHint("Give it to %s here; then it is also held for a reason of its own.", g.Subject.Name).WithRule("domain.1")
	}
	if g.Origin == sallyport.OriginImport { // what was found ends; what is given here goes on, so it has to go on for longer
		asked := sallyport.Grant{StartsAt: tx.Now(), Duration: x.Duration, EndsAt: x.Until, NoEnd: x.NoEnd}
		if order := compareEnds(g, asked, tx.Now()); order <= 0 {
			return g, present(actor, g, order)
		}
		g.Origin = sallyport.OriginGiven
	}
	next, err := s.grantTx(ctx, tx, actor, NewGrant{Subject: g.Subject, Resource: res, Relation: g.Relation, Parameters: string(g.Parameters), Origin: g.Origin,
		ReasonKind: "direct", Reason: x.Reason, RequestID: g.RequestID, Duration: x.Duration, Until: x.Until, NoEnd: x.NoEnd, Extend: true})
	if err != nil {
		return g, err
	}
	return next, s.supersedeCoveredTx(ctx, tx, actor, next)
}

// Outcome is what became of one item of a bulk call: the grant, or why not.
type Outcome struct {
	ID    string
	Grant *sallyport.Grant
	Err   error
}

// MaxBulk is how many grants one bulk call takes.
const MaxBulk = 500

// BulkEnd ends many grants. With atomic, the first refusal undoes all and is returned; else each stands for itself and the
// outcomes, in the order of the ids, say what became of it.
func (s *Service) BulkEnd(ctx context.Context, actor sallyport.Actor, ids []string, reason string, atomic bool) ([]Outcome, error) {
	return s.bulk(ctx, ids, atomic, func(ctx context.Context, tx *store.Tx, id string) (sallyport.Grant, error) {
		return s.EndTx(ctx, tx, actor, id, reason)
	})
}

// BulkExtend prolongs many grants, as BulkEnd ends them.
func (s *Service) BulkExtend(ctx context.Context, actor sallyport.Actor, ids []string, x Extension, atomic bool) ([]Outcome, error) {
	return s.bulk(ctx, ids, atomic, func(ctx context.Context, tx *store.Tx, id string) (sallyport.Grant, error) {
		return s.extendTx(ctx, tx, actor, id, x)
	})
}

func (s *Service) bulk(ctx context.Context, ids []string, atomic bool, one func(context.Context, *store.Tx, string) (sallyport.Grant, error)) ([]Outcome, error) {
	if len(ids) == 0 {
		return nil, sallyport.Invalid("ids", "is empty; name at least one grant")
	}
	if len(ids) > MaxBulk {
		return nil, sallyport.Invalid("ids", "names %s grants; at most %d at once", count(len(ids)), MaxBulk)
	}
	out := make([]Outcome, len(ids))
	run := func(ctx context.Context, tx *store.Tx, i int) error {
		g, err := one(ctx, tx, ids[i])
		if err != nil {
			return err
		}
		out[i] = Outcome{ID: ids[i], Grant: &g}
		return nil
	}
	if atomic {
		err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			for i := range ids {
				if err := run(ctx, tx, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		return out, nil
	}
	for i, id := range ids {
		if err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error { return run(ctx, tx, i) }); err != nil {
			if code := sallyport.CodeOf(err); code == sallyport.EUnavailable || code == sallyport.EInternal {
				return nil, err
			}
			out[i] = Outcome{ID: id, Err: err}
		}
	}
	return out, nil
}
