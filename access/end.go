package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// reachedEnd is the reason of a grant that simply came to its end.
const reachedEnd = "reached its end"

// End ends a grant now: by who holds it, the owners of the resource or of its app, the owners of the role that holds it, or
// an admin. The target loses the access only when no other reason is left (domain rule 1). EConflict when it is over.
func (s *Service) End(ctx context.Context, actor sallyport.Actor, id, reason string) (sallyport.Grant, error) {
	var g sallyport.Grant
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		g, err = s.EndTx(ctx, tx, actor, id, reason)
		return err
	})
	return g, err
}

// EndTx is End as part of something greater.
func (s *Service) EndTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, reason string) (sallyport.Grant, error) {
	if err := checkWords("reason", reason); err != nil {
		return sallyport.Grant{}, err
	}
	g, err := s.visibleGrant(ctx, tx, actor, id)
	if err != nil {
		return g, err
	}
	if err := s.mayEnd(ctx, tx, actor, g); err != nil {
		return g, err
	}
	if err := isOver(actor, g, tx.Now()); err != nil {
		return g, err
	}
	if reason = strings.TrimSpace(reason); blank(reason) {
		reason = "ended by hand"
		if g.Subject.IsUser(actor.User.ID) {
			reason = "given back"
		}
	}
	if err := s.EndGrantTx(ctx, tx, actor, id, reason); err != nil {
		return g, err
	}
	return tx.Grant(ctx, actor.Tenant, id, Everything)
}

// visibleGrant finds a grant that the actor may see; their own always.
func (s *Service) visibleGrant(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id string) (sallyport.Grant, error) {
	g, err := tx.Grant(ctx, actor.Tenant, id, Viewer(actor))
	if sallyport.CodeOf(err) != sallyport.ENotFound {
		return g, err
	}
	own, again := tx.Grant(ctx, actor.Tenant, id, Everything)
	if again == nil && own.Subject.IsUser(actor.User.ID) {
		return own, nil
	}
	return g, err
}

func isOver(actor sallyport.Actor, g sallyport.Grant, now time.Time) error {
	at := g.EndedAt
	if at == nil && over(g, now) {
		at = g.EndsAt
	}
	if at == nil {
		return nil
	}
	why := g.EndedReason
	if why == "" {
		why = reachedEnd
	}
	by := ""
	if g.EndedBy != nil {
		by = " by " + g.EndedBy.Name
	}
	return sallyport.Errorf(sallyport.EConflict, "this ended on %s%s: %s", actor.Moment(*at), by, why).WithHint("Load it again; there is nothing left to end.")
}

// mayEnd answers who ends a grant, and refuses where the directory's own rules feed it.
func (s *Service) mayEnd(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant) error {
	res, err := tx.BareResource(ctx, actor.Tenant, g.Resource.ID, Everything)
	if err != nil {
		return err
	}
	if !res.Managed && g.Relation == sallyport.Member {
		return unmanaged(res)
	}
	if actor.IsSystem() || actor.Admin || g.Subject.IsUser(actor.User.ID) {
		return nil
	}
	owns, err := s.owns(ctx, tx, actor, res)
	if err == nil && !owns && g.Subject.Kind == sallyport.SubjectRole {
		owns, err = tx.Holds(ctx, actor.Tenant, actor.User.ID, g.Subject.ID, sallyport.Owner)
	}
	if err != nil || owns {
		return err
	}
	return sallyport.Errorf(sallyport.EForbidden, "only %s, the owners of %s and admins end this", g.Subject.Name, res.Name).
		WithHint("Ask one of the owners.").WithRule("domain.4")
}

// EndGrantTx ends a grant that lives, inside the caller's transaction, whoever asks: the caller has checked that they may.
// The last admin's grant is refused (domain rule 7).
func (s *Service) EndGrantTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, reason string) error {
	return s.endTx(ctx, tx, actor, id, reason, false)
}

func (s *Service) endTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, id, reason string, evenLastAdmin bool) error {
	g, err := tx.Grant(ctx, actor.Tenant, id, Everything)
	if err != nil {
		return err
	}
	if over(g, tx.Now()) && g.EndedAt == nil {
		return s.closePassedTx(ctx, tx, actor.Tenant, g)
	}
	guards, err := s.feedsAdmins(ctx, tx, actor.Tenant, g)
	if err != nil {
		return err
	}
	before := 0
	if guards {
		admins, err := s.Admins(ctx, tx, actor.Tenant)
		if err != nil {
			return err
		}
		before = len(admins)
	}
	if err := s.closeGrantTx(ctx, tx, actor, g, tx.Now(), reason); err != nil {
		return err
	}
	if !guards || before == 0 {
		return nil
	}
	admins, err := s.Admins(ctx, tx, actor.Tenant)
	if err != nil || len(admins) > 0 {
		return err
	}
	if evenLastAdmin {
		_, err := tx.Append(ctx, store.NewEvent{Verb: "admin.none_left", Actor: actor, ObjectKind: "grant", ObjectID: g.ID, Refs: grantRefs(g)})
		s.Log.ErrorContext(ctx, "no admin is left; start the server with --admin to make one", "tenant", actor.Tenant)
		return err
	}
	return sallyport.Errorf(sallyport.EPrecondition, "%s is the last active admin, and somebody has to be", g.Subject.Name).
		WithHint("Make somebody else an admin first.").WithRule("domain.7")
}

// feedsAdmins reports whether ending the grant could leave nobody who is an admin.
func (s *Service) feedsAdmins(ctx context.Context, tx *store.Tx, tenant string, g sallyport.Grant) (bool, error) {
	if g.Relation != sallyport.Member {
		return false, nil
	}
	if g.Resource.Slug == AdminSlug {
		return true, nil
	}
	if g.Resource.Kind != sallyport.KindRole || g.Subject.Kind != sallyport.SubjectUser {
		return false, nil
	}
	admin, err := tx.BareResource(ctx, tenant, AdminSlug, Everything)
	if err != nil {
		if sallyport.CodeOf(err) == sallyport.ENotFound {
			err = nil
		}
		return false, err
	}
	held, err := tx.RoleHoldings(ctx, tenant, g.Resource.ID)
	for _, h := range held {
		if h.ResourceID == admin.ID && h.Relation == sallyport.Member {
			return true, nil
		}
	}
	return false, err
}

// closeGrantTx writes the end of a grant with everything that hangs on it: the event, the open task, the target, what it
// reached by role, and the request whose access never became real.
func (s *Service) closeGrantTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant, at time.Time, reason string) error {
	done, err := tx.EndGrant(ctx, actor.Tenant, g.ID, at, actor.User.ID, reason)
	if err != nil {
		return err
	}
	if !done {
		if g.EndedAt != nil {
			return isOver(actor, g, tx.Now())
		}
		return lostRace(nil, g)
	}
	if err := grantEnded(ctx, tx, actor, g, at, reason); err != nil {
		return err
	}
	if err := s.unwantTx(ctx, tx, actor, g); err != nil {
		return err
	}
	if err := s.unreachTx(ctx, tx, actor.Tenant, g); err != nil {
		return err
	}
	s.grantChanged(tx, actor.Tenant, g)
	if g.ActivatedAt == nil && g.RequestID != "" {
		if err := s.failRequestTx(ctx, tx, actor, g.RequestID, "the access ended before it was real: "+reason); err != nil {
			return err
		}
	}
	return s.tellEnded(ctx, tx, actor, g, reason)
}

// tellEnded tells the holder that their access is over, unless they ended it themselves or keep it by another reason.
func (s *Service) tellEnded(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant, reason string) error {
	if g.Subject.Kind != sallyport.SubjectUser || g.Subject.ID == actor.User.ID || g.ActivatedAt == nil {
		return nil
	}
	still, err := tx.Holds(ctx, actor.Tenant, g.Subject.ID, g.Resource.ID, g.Relation)
	if err != nil || still {
		return err
	}
	u, err := tx.User(ctx, actor.Tenant, g.Subject.ID)
	if err != nil || u.State != sallyport.UserActive {
		return err
	}
	return s.tell(ctx, tx, actor.Tenant, []string{g.Subject.ID}, endedNote(g, reason))
}

func endedNote(g sallyport.Grant, reason string) note {
	return note{Kind: "grant.ended", Dedupe: "ended:" + g.ID, On: g.Resource, Titled: then(" has ended"), Body: "Why: " + reason + ".", Link: "/catalogue/" + g.Resource.Slug}
}

// grantEnded appends the event of an end.
func grantEnded(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant, at time.Time, reason string) error {
	_, err := tx.Append(ctx, store.NewEvent{Verb: "grant.ended", Actor: actor, ObjectKind: "grant", ObjectID: g.ID, Cause: g.RequestID, Refs: grantRefs(g),
		Body:   map[string]any{"ended_at": stamp(&at), "resource_id": g.Resource.ID, "relation": string(g.Relation), "started": g.ActivatedAt != nil},
		Values: []store.Value{{Name: "reason", Value: reason, UserID: personOf(g.Subject)}}})
	return err
}

// closePassedTx closes a grant whose end has passed, as of its end. The last admin's grant does not expire: it is taken
// over by one without an end.
func (s *Service) closePassedTx(ctx context.Context, tx *store.Tx, tenant string, g sallyport.Grant) error {
	actor := sallyport.System(tenant)
	guards, err := s.feedsAdmins(ctx, tx, tenant, g)
	if err != nil {
		return err
	}
	if guards && g.ActivatedAt != nil {
		admins, err := s.Admins(ctx, tx, tenant)
		if err != nil {
			return err
		}
		if len(admins) == 0 {
			return s.keepLastAdmin(ctx, tx, actor, g)
		}
	}
	return s.closeGrantTx(ctx, tx, actor, g, *g.EndsAt, reachedEnd)
}

func (s *Service) keepLastAdmin(ctx context.Context, tx *store.Tx, actor sallyport.Actor, g sallyport.Grant) error {
	end := *g.EndsAt
	done, err := tx.EndGrant(ctx, actor.Tenant, g.ID, end, "", "extended")
	if err != nil || !done {
		return lostRace(err, g)
	}
	if _, err := tx.Append(ctx, store.NewEvent{Verb: "grant.extended", Actor: actor, ObjectKind: "grant", ObjectID: g.ID, Refs: grantRefs(g),
		Body: map[string]any{"ended_at": stamp(&end), "how": "extended", "resource_id": g.Resource.ID, "relation": string(g.Relation), "why": "last_admin"}}); err != nil {
		return err
	}
	next := g
	next.RequestID, next.StartsAt, next.EndsAt, next.NoEnd, next.Duration = "", end, nil, true, nil
	next.Reason = "The last active admin's access does not expire."
	if err := tx.InsertGrant(ctx, actor.Tenant, &next, g.ID); err != nil {
		return err
	}
	s.grantChanged(tx, actor.Tenant, next)
	return s.grantCreated(ctx, tx, actor, next, g.ID)
}

// EndPassed closes grants whose end has passed, in batches, and says how many, and when the next end comes. What they gave
// begins to be removed with the commit.
func (s *Service) EndPassed(ctx context.Context) (n int, next *time.Time, err error) {
	var due []store.TenantID
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if due, err = tx.PassedEnds(ctx, 500); err != nil {
			return err
		}
		next, err = tx.NextEnd(ctx)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	var last error
	for batch := range slices.Chunk(due, 50) {
		err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			for _, id := range batch {
				if err := s.endPassedTx(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			n += len(batch)
			continue
		}
		s.Log.WarnContext(ctx, "ending a batch failed; its grants are ended one by one", "error", err)
		for _, id := range batch { // one that cannot be ended must not keep the others
			if err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error { return s.endPassedTx(ctx, tx, id) }); err != nil {
				s.Log.ErrorContext(ctx, "a grant whose end has passed could not be closed; it is tried again", "grant", id.ID, "error", err)
				last = err
				continue
			}
			n++
		}
	}
	if n == 0 && last != nil {
		return 0, nil, last
	}
	if len(due) > 0 {
		next = nil
		err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			next, err = tx.NextEnd(ctx)
			return err
		})
	}
	return n, next, err
}

func (s *Service) endPassedTx(ctx context.Context, tx *store.Tx, id store.TenantID) error {
	g, err := tx.Grant(ctx, id.Tenant, id.ID, Everything)
	if err != nil || g.EndedAt != nil || !over(g, tx.Now()) {
		return err
	}
	return s.closePassedTx(ctx, tx, id.Tenant, g)
}
