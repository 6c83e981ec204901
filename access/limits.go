package access

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// checkLimits holds a grant against the resource's durations and the tags, on every path (domain rule 17). The durations
// are about members; owners obey the tags alone. Putting a person into a role also obeys what everything that the role
// holds demands: reasons and self-add always, time limits where a tag propagates them.
func (s *Service) checkLimits(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n *NewGrant, length sallyport.Duration) error {
	if n.ReasonKind == "bootstrap" || n.Replace && actor.IsSystem() { // Sallyport itself only shortens
		return nil
	}
	res := n.Resource
	var against []error
	if n.Relation == sallyport.Member { // lengths are offered for access; owning has only its tags' limits
		against = append(against, res.Durations.Check(res.Name, length, n.NoEnd))
	}
	self, err := s.addsSelf(ctx, tx, actor, *n)
	if err != nil {
		return err
	}
	gain := sallyport.Gain{Relation: n.Relation, Length: length, NoEnd: n.NoEnd, Reason: n.Reason, Self: self}
	demands, err := n.demandsTx(ctx, tx, actor.Tenant)
	if err != nil {
		return err
	}
	for _, e := range refuse(demands, gain, false) {
		against = append(against, e)
	}
	if res.Kind != sallyport.KindRole || n.Relation != sallyport.Member {
		return together(against)
	}
	v := Viewer(actor)
	if actor.IsSystem() { // then everybody may read why it was refused
		v = store.Viewer{}
	}
	given, err := n.known().givenTx(ctx, tx, actor.Tenant, res.ID, v)
	if err != nil {
		return err
	}
	given = slices.Clone(given)
	slices.SortStableFunc(given, func(a, b store.Limits) int { return cmp.Compare(strictness(a), strictness(b)) })
	said := map[string]bool{} // of many things that demand the same, the strictest
	for _, l := range given {
		if l.Hidden {
			l.Resource.Name, l.List = "Something that "+res.Name+" gives", nil
		}
		gain.Relation = l.Relation
		for _, e := range refuse(l, gain, true) {
			if !said[e.Rule] {
				against, said[e.Rule] = append(against, e), true
			}
		}
	}
	return together(against)
}

// strictness is the length that limits allow, the greatest where they limit none.
func strictness(l store.Limits) sallyport.Duration {
	if limit, _ := l.Constraints.Limit(l.Relation); limit > 0 {
		return limit
	}
	return sallyport.MaxDuration
}

// known is what the grant shares with others, or keeps for itself.
func (n *NewGrant) known() *Known {
	if n.Known == nil {
		n.Known = &Known{}
	}
	return n.Known
}

// demandsTx is what the tags on the grant's resource and on its app demand.
func (n *NewGrant) demandsTx(ctx context.Context, tx *store.Tx, tenant string) (store.Limits, error) {
	return n.known().demandsTx(ctx, tx, tenant, n.Resource)
}

// holdTo holds a gain against the constraints of the tags on a resource and its app.
func holdTo(ctx context.Context, tx *store.Tx, tenant string, res sallyport.Resource, g sallyport.Gain, through bool) error {
	c, list, err := tx.EffectiveLimits(ctx, tenant, res)
	if err != nil {
		return err
	}
	var against []error
	for _, e := range refuse(store.Limits{Resource: res, Constraints: c, List: list}, g, through) {
		against = append(against, e)
	}
	return together(against)
}

// refuse holds a gain against constraints (rules 16 and 17), and names the limits by which it is refused. It is the one
// place for that, on every path.
func refuse(l store.Limits, g sallyport.Gain, through bool) (out []*sallyport.Error) {
	g.Resource = l.Resource.Name
	for _, r := range l.Constraints.Refuse(g, through) {
		from := l.From(r.Key)
		if from != "" {
			from = " (" + from + ")"
		}
		out = append(out, &sallyport.Error{Code: sallyport.EPrecondition, Rule: constraintRule + r.Key, Message: r.Message + from, Hint: r.Hint})
	}
	return out
}

// together is one refusal of several, by the rule of the first, that says all that is wrong at once; nil of none. What is
// refused for something else than what was given in comes alone.
func together(against []error) error {
	var all []*sallyport.Error
	for _, err := range against {
		var e *sallyport.Error
		switch {
		case err == nil:
		case errors.As(err, &e) && (e.Code == sallyport.EInvalid || e.Code == sallyport.EPrecondition):
			all = append(all, e)
		default:
			return err
		}
	}
	if len(all) == 0 {
		return nil
	}
	if len(all) == 1 {
		return all[0]
	}
	out := &sallyport.Error{Code: all[0].Code, Rule: all[0].Rule}
	for _, e := range all {
		for _, f := range faultsOf(e) {
			says := f.Message
			if e.Code == sallyport.EInvalid {
				says = f.Path + ": " + says
			}
			if out.Fields = append(out.Fields, f); out.Message == "" {
				out.Message = says
			} else {
				out.Message = strings.TrimSuffix(out.Message, ".") + ". " + upper(says)
			}
		}
	}
	return out
}

// faultsOf is a refusal as faults: of the fields that it names, or one, of its rule, with what to do.
func faultsOf(e *sallyport.Error) []sallyport.Fault {
	if len(e.Fields) > 0 {
		return e.Fields
	}
	msg := e.Message
	if e.Hint != "" {
		msg += ". " + e.Hint
	}
	return []sallyport.Fault{{Path: e.Rule, Message: msg}}
}

// constraintRule and a key are the rule that a refusal by a constraint names.
const constraintRule = "constraint."

// refusedBy is the constraint that refused, a zero one when it was something else.
func refusedBy(err error) sallyport.Constraint {
	var e *sallyport.Error
	if !errors.As(err, &e) {
		return sallyport.Constraint{}
	}
	key, _ := strings.CutPrefix(e.Rule, constraintRule)
	k, _ := sallyport.ConstraintOf(key)
	return k
}

// TooLong reports whether a refusal is by a constraint on lengths: a shorter one, or one at all, would do.
func TooLong(err error) bool {
	k := refusedBy(err)
	return k.Kind == sallyport.ConstraintLength || k.MustEnd
}

// needsReason reports whether a grant like this is given with a reason only, by tags on its resource or on what that gives.
func (s *Service) needsReason(ctx context.Context, tx *store.Tx, tenant string, g sallyport.Grant) (bool, error) {
	res, err := tx.BareResource(ctx, tenant, g.Resource.ID, Everything)
	if err != nil {
		return false, err
	}
	c, _, err := tx.EffectiveLimits(ctx, tenant, res)
	if err != nil || c.NeedsReason(g.Relation) || res.Kind != sallyport.KindRole || g.Relation != sallyport.Member {
		return c.NeedsReason(g.Relation), err
	}
	given, err := tx.RoleLimits(ctx, tenant, res.ID, Everything)
	return slices.ContainsFunc(given, func(l store.Limits) bool { return l.Constraints.NeedsReason(l.Relation) }), err
}

// CheckLengthTx holds a length that somebody asks for against the resource's durations and tags, before there is a grant of
// it: with a reason, and from somebody else.
func (s *Service) CheckLengthTx(ctx context.Context, tx *store.Tx, tenant string, res sallyport.Resource, rel sallyport.Relation, length sallyport.Duration) error {
	if rel == sallyport.Member {
		if err := res.Durations.Check(res.Name, length, false); err != nil {
			return err
		}
	}
	return holdTo(ctx, tx, tenant, res, sallyport.Gain{Relation: rel, Length: length, Reason: "asked for"}, false)
}

// addsSelf reports whether the actor gives something to themselves without a request, also by way of a role of theirs: one
// that they are in, or will be.
func (s *Service) addsSelf(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n NewGrant) (bool, error) {
	if n.ReasonKind != "direct" || n.Held || actor.Admin || actor.IsSystem() {
		return false, nil
	}
	if n.Subject.Kind == sallyport.SubjectUser {
		return n.Subject.ID == actor.User.ID, nil
	}
	return tx.Joins(ctx, actor.Tenant, actor.User.ID, n.Subject.ID)
}

// LongestTx is the greatest length that a resource's settings and tags allow now, and what a role gives allows its members;
// 0 is access without an end.
func (s *Service) LongestTx(ctx context.Context, tx *store.Tx, tenant string, res sallyport.Resource, rel sallyport.Relation) (sallyport.Duration, error) {
	c, _, err := s.LimitsTx(ctx, tx, tenant, res, Everything)
	if err != nil {
		return 0, err
	}
	longest, _ := c.Limit(rel)
	mustEnd := c.MustEnd(rel)
	if rel == sallyport.Member {
		if d := res.Durations.Max; d > 0 && (longest == 0 || d < longest) {
			longest = d
		}
		mustEnd = mustEnd || res.Durations.ForbidNo
	}
	if longest == 0 && mustEnd {
		longest = sallyport.MaxDuration
	}
	return longest, nil
}
