package access

import (
	"context"
	"encoding/json"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// AddGrantTx makes a grant inside the caller's transaction, for the other use-cases: imports, bootstrap, the owners that
// a resource is created with. It checks what every grant must obey, and not whether the actor may: that is the caller's. The
// grant that it returns has no State and no App.
func (s *Service) AddGrantTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n NewGrant) (sallyport.Grant, error) {
	return s.makeTx(ctx, tx, actor, n)
}

// grantTx makes a grant by makeTx and reads it back as lists show it.
func (s *Service) grantTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n NewGrant) (sallyport.Grant, error) {
	g, err := s.makeTx(ctx, tx, actor, n)
	if err != nil {
		return g, err
	}
	return tx.Grant(ctx, actor.Tenant, g.ID, Everything)
}

// makeTx is the one path by which any grant is made. It refuses what the rules refuse, closes or extends the present
// grant of the same key and origin (domain rule 2), writes what the target needs, and appends the events. The grant that
// it returns has no State and no App.
func (s *Service) makeTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n NewGrant) (sallyport.Grant, error) {
	var none sallyport.Grant
	g, err := s.sketchTx(ctx, tx, actor, &n)
	if err != nil {
		return none, err
	}
	k := keyOf(g)
	previous, err := s.joinPresent(ctx, tx, actor, k, &n, &g)
	if err != nil {
		return none, err
	}
	if previous == "" {
		previous = n.Follows
	}
	touches := n.Subject.Kind == sallyport.SubjectUser && n.Relation == sallyport.Member
	if touches {
		pin, err := tx.PinOf(ctx, actor.Tenant, n.Resource)
		if err != nil {
			return none, err
		}
		touches = pin.Touches()
	}
	if (!touches || n.Origin == sallyport.OriginImport) && g.ActivatedAt == nil {
		activate(&g, g.StartsAt)
	}
	if err := tx.InsertGrant(ctx, actor.Tenant, &g, previous); err != nil {
		if store.IsUnique(err) {
			return none, gaveToo(g.Subject.Name, err)
		}
		return none, err
	}
	if err := s.grantCreated(ctx, tx, actor, g, previous); err != nil {
		return none, err
	}
	if touches && n.Origin != sallyport.OriginImport {
		if err := s.wantTx(ctx, tx, actor, n.Resource, k, g.StartsAt); err != nil {
			return none, err
		}
	}
	if n.Subject.Kind == sallyport.SubjectRole {
		n.known().Forget()
	}
	if err := s.reachTx(ctx, tx, actor, g, &n.Resource, n.known()); err != nil {
		return none, err
	}
	if err := s.propagateTx(ctx, tx, actor, &n); err != nil {
		return none, err
	}
	s.grantChanged(tx, actor.Tenant, g)
	return g, nil
}

func gaveToo(who string, err error) error {
	return sallyport.Errorf(sallyport.EConflict, "somebody gave %s this access at the same moment: %w", who, err).WithHint("Load the page again.")
}

// sketchTx refuses what the rules refuse, and says how the grant will be where nothing of the same key and origin lives.
func (s *Service) sketchTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n *NewGrant) (g sallyport.Grant, err error) {
	if err := s.checkGrant(ctx, tx, actor, n); err != nil {
		return g, err
	}
	if err := s.checkLength(ctx, tx, actor, n); err != nil {
		return g, err
	}
	now := tx.Now()
	g = sallyport.Grant{Subject: n.Subject, Resource: n.Resource.Ref(), Relation: n.Relation, Parameters: json.RawMessage(n.Parameters),
		Origin: n.Origin, ReasonKind: n.ReasonKind, Reason: n.Reason, RequestID: n.RequestID, StartsAt: now, NoEnd: n.NoEnd,
		Duration: n.Duration, EndsAt: n.Until}
	if n.StartsAt != nil && n.StartsAt.After(now) {
		g.StartsAt = *n.StartsAt
	}
	if blank(g.Reason) {
		g.Reason = n.Unsaid
	}
	if !actor.IsSystem() {
		g.CreatedBy = &actor.User
	}
	return g, nil
}

// activate sets the times of a grant whose access is real from a moment on.
func activate(g *sallyport.Grant, at time.Time) {
	g.StartsAt, g.ActivatedAt = at, &at
	if !g.NoEnd && g.Duration != nil {
		end := at.Add(g.Duration.Std())
		g.EndsAt = &end
	}
}

// checkGrant refuses what may not be granted at all, and fills in what was left out.
func (s *Service) checkGrant(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n *NewGrant) error {
	refuse := func(rule, format string, args ...any) *sallyport.Error {
		return sallyport.Errorf(sallyport.EPrecondition, format, args...).WithRule(rule)
	}
	if n.Relation == "" {
		n.Relation = sallyport.Member
	}
	if n.Origin == "" {
		n.Origin = sallyport.OriginGiven
	}
	if n.Parameters == "" {
		n.Parameters = "{}"
	}
	if n.Relation != sallyport.Member && n.Relation != sallyport.Owner {
		return sallyport.Invalid("relation", "%q is unknown; use member or owner", n.Relation)
	}
	r := n.Resource
	switch {
	case r.DeletedAt != nil:
		return refuse("domain.13", "%s was removed from the catalogue, so nobody can be given it", r.Name)
	case !r.Managed && n.Origin != sallyport.OriginImport && n.Relation == sallyport.Member:
		return unmanaged(r)
	case r.Kind == sallyport.KindWorkOrder && n.Relation == sallyport.Member:
		return refuse("domain.work_order", "%s is done once and never held; it leads to no grant", r.Name).WithHint("File a request for it.")
	case n.Subject.Kind == sallyport.SubjectRole && r.Kind == sallyport.KindRole && n.Relation == sallyport.Member:
		return refuse("domain.role", "roles do not contain roles, so that everyone can see who gets what and why").WithHint("Attach what %s holds to %s directly.", r.Name, n.Subject.Name)
	}
	if n.Subject.Kind == sallyport.SubjectRole {
		role, err := tx.BareResource(ctx, actor.Tenant, n.Subject.ID, Everything)
		if err != nil {
			return err
		}
		if role.Kind != sallyport.KindRole || role.DeletedAt != nil {
			return refuse("domain.role", "%s is no role that exists", role.Name)
		}
		n.Subject.Slug, n.Subject.Name = role.Slug, role.Name
	} else {
		u, err := n.known().PersonTx(ctx, tx, actor.Tenant, n.Subject.ID)
		if err != nil {
			return err
		}
		if u.State != sallyport.UserActive {
			return refuse("domain.7", "%s is %s and can be given nothing", u.Name, u.State).WithHint("Access starts anew once the directory says that the person is back.")
		}
		n.Subject.Login, n.Subject.Name = u.Login, u.Name
	}
	return nil
}

func unmanaged(r sallyport.Resource) *sallyport.Error {
	return sallyport.Errorf(sallyport.EPrecondition, "%s is fed by the directory's own rules, so its members cannot be changed here", r.Name).
		WithHint("Change it where the directory keeps its rules; it is read again at the next sync.").WithRule("domain.20")
}

// checkLength refuses ends that are no ends, and lengths over what the resource and its tags allow (domain rule 17).
// What was found in a target is shortened to what tags allow instead: nobody asked for it who could choose.
func (s *Service) checkLength(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n *NewGrant) error {
	ways := 0
	for _, set := range []bool{n.Duration != nil, n.Until != nil, n.NoEnd} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		return sallyport.Invalid("duration", "say how long: exactly one of duration, until and no_end")
	}
	now := tx.Now()
	start := now
	if n.StartsAt != nil && n.StartsAt.After(now) {
		start = *n.StartsAt
	}
	var length sallyport.Duration
	switch {
	case n.Duration != nil:
		length = *n.Duration
		if length < sallyport.MinDuration || length > sallyport.MaxDuration {
			return sallyport.Invalid("duration", "%s is out of range; use PT1S to P3650D", length)
		}
	case n.Until != nil:
		var err error
		if length, err = untilLength(actor, *n.Until, start, now); err != nil {
			return err
		}
	}
	if n.Origin == sallyport.OriginImport {
		_, err := s.FitTx(ctx, tx, actor.Tenant, n)
		return err
	}
	return s.checkLimits(ctx, tx, actor, n, length)
}

// joinPresent applies domain rule 2 to a grant about to be made: what lives of the same key and origin is closed when its
// end has passed, closed as extended when the new end is later, and in the way otherwise. It returns the id of the grant
// that g takes over from, "" for none.
func (s *Service) joinPresent(ctx context.Context, tx *store.Tx, actor sallyport.Actor, k sallyport.Key, n *NewGrant, g *sallyport.Grant) (string, error) {
	old, ok, err := tx.LivingGrant(ctx, actor.Tenant, k, n.Origin)
	if err != nil || !ok {
		return "", err
	}
	now := tx.Now()
	if over(old, now) {
		return "", s.closePassedTx(ctx, tx, actor.Tenant, old)
	}
	order := compareEnds(old, *g, now)
	if order <= 0 && !n.Replace {
		return "", present(actor, old, order)
	}
	if g.StartsAt.After(now) && old.EndsAt != nil && g.StartsAt.After(*old.EndsAt) {
		return "", present(actor, old, -1)
	}
	if order <= 0 {
		if err := s.mayEnd(ctx, tx, actor, old); err != nil {
			return "", err
		}
	}
	if order == 0 {
		return "", present(actor, old, 0)
	}
	word := "extended"
	if order < 0 {
		word = "replaced"
	}
	if done, err := tx.EndGrant(ctx, actor.Tenant, old.ID, now, actor.User.ID, word); err != nil || !done {
		return "", lostRace(err, old)
	}
	if err := s.goOn(ctx, tx, actor, n, old, g); err != nil {
		return "", err
	}
	body := map[string]any{"ended_at": stamp(&now), "how": word, "resource_id": k.ResourceID, "relation": string(k.Relation)}
	_, err = tx.Append(ctx, store.NewEvent{Verb: "grant." + word, Actor: actor, ObjectKind: "grant", ObjectID: old.ID, Cause: n.RequestID,
		Refs: grantRefs(old), Body: body})
	return old.ID, err
}

// goOn lets a grant take over from one that lives. An extension for which no reason was given, nor needed, keeps the old one. What has begun goes on from now, what is to begin later begins when the
// earlier of both was to. What counted from a later start than that ends when it was to end, and is held against the limits
// as a whole.
func (s *Service) goOn(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n *NewGrant, old sallyport.Grant, g *sallyport.Grant) error {
	now, asked := tx.Now(), g.StartsAt
	if n.Extend && blank(g.Reason) {
		g.Reason = old.Reason
	}
	if g.StartsAt = now; old.StartsAt.After(now) {
		g.StartsAt = old.StartsAt
		if asked.Before(old.StartsAt) {
			g.StartsAt = asked
		}
	}
	if asked.After(g.StartsAt) && !g.NoEnd {
		if g.Duration != nil {
			end := asked.Add(g.Duration.Std())
			g.EndsAt, g.Duration = &end, nil
		}
		if n.Origin != sallyport.OriginImport {
			if err := s.checkLimits(ctx, tx, actor, n, sallyport.Duration(g.EndsAt.Sub(g.StartsAt))); err != nil {
				return err
			}
		}
	}
	if old.ActivatedAt != nil && !old.StartsAt.After(now) {
		activate(g, now)
		g.ActivatedAt = old.ActivatedAt
	}
	return nil
}

// over reports whether the grant's end has passed, whether or not that was written down yet.
func over(g sallyport.Grant, now time.Time) bool {
	return !g.NoEnd && g.EndsAt != nil && !g.EndsAt.After(now)
}

// compareEnds says whether b ends later (1), at the same time (0) or earlier (-1) than a. An end that counts from an
// activation to come is taken as if that were now, or at the start.
func compareEnds(a, b sallyport.Grant, now time.Time) int {
	end := func(g sallyport.Grant) time.Time {
		switch {
		case g.NoEnd:
			return time.Unix(1<<40, 0)
		case g.EndsAt != nil:
			return *g.EndsAt
		case g.Duration != nil:
			if g.StartsAt.After(now) {
				return g.StartsAt.Add(g.Duration.Std())
			}
			return now.Add(g.Duration.Std())
		}
		return now
	}
	return end(b).Compare(end(a))
}

func present(actor sallyport.Actor, old sallyport.Grant, order int) *sallyport.Error {
	until := "without end"
	switch {
	case old.NoEnd:
	case old.EndsAt != nil:
		until = "until " + actor.Moment(*old.EndsAt)
	case old.Duration != nil:
		until = "for " + old.Duration.Words() + ", once it is real"
	}
	how := "an earlier end would shorten it"
	if order == 0 {
		how = "the same end would change nothing"
	}
	return sallyport.Errorf(sallyport.EPrecondition, "%s has %s already %s; %s", old.Subject.Name, old.Resource.Name, until, how).
		WithHint("Choose a later end, or end the present grant %s first.", old.ID).WithRule("domain.2")
}

func lostRace(err error, old sallyport.Grant) error {
	if err != nil {
		return err
	}
	return sallyport.Errorf(sallyport.EConflict, "the present grant %s was ended by somebody else at this moment; nothing was changed", old.ID).WithHint("Try again.")
}

// grantCreated appends the event of a new grant with all that is needed to rebuild the row.
func (s *Service) grantCreated(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant, previous string) error {
	body := map[string]any{"subject_kind": string(g.Subject.Kind), "subject_id": g.Subject.ID, "resource_id": g.Resource.ID, "relation": string(g.Relation),
		"parameters": string(g.Parameters), "origin": string(g.Origin), "reason_kind": g.ReasonKind, "starts_at": stamp(&g.StartsAt), "no_end": g.NoEnd}
	for name, t := range map[string]*time.Time{"ends_at": g.EndsAt, "activated_at": g.ActivatedAt} {
		if t != nil {
			body[name] = stamp(t)
		}
	}
	if g.Duration != nil {
		body["duration"] = g.Duration.String()
	}
	if previous != "" {
		body["previous_id"] = previous
	}
	e := store.NewEvent{Verb: "grant.created", Actor: actor, ObjectKind: "grant", ObjectID: g.ID, Cause: g.RequestID, Refs: grantRefs(g), Body: body}
	if g.Reason != "" {
		e.Values = []store.Value{{Name: "reason", Value: g.Reason, UserID: personOf(g.Subject)}}
	}
	_, err := tx.Append(ctx, e)
	return err
}

func grantRefs(g sallyport.Grant) []string {
	return []string{g.Subject.ID, g.Resource.ID, g.RequestID, g.ID}
}

func personOf(s sallyport.Subject) string {
	if s.Kind == sallyport.SubjectUser {
		return s.ID
	}
	return ""
}

// grantChanged tells open pages.
func (s *Service) grantChanged(tx *store.Tx, tenant string, g sallyport.Grant) {
	topics := []string{"grant:" + g.ID, "access:" + g.Subject.ID, "resource:" + g.Resource.ID}
	if g.RequestID != "" {
		topics = append(topics, "request:"+g.RequestID)
	}
	tx.Changed(tenant, topics...)
	tx.Wake(tenant)
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

func blank(s string) bool { return sallyport.Blank(s) }
