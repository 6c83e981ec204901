package access

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// NewDelegation is a delegation as submitted. From defaults to the caller; StartsAt to now.
type NewDelegation struct {
	From     string     `json:"from,omitempty" doc:"Default me; admins may name another"`
	To       string     `json:"to"`
	StartsAt *time.Time `json:"starts_at,omitempty"`
	EndsAt   time.Time  `json:"ends_at"`
	Reason   string     `json:"reason,omitempty"`
}

const maxDelegation = 366 * 24 * time.Hour

// Delegate lets another person vote in one's place during an absence (rule 8). For another person: admins only.
func (s *Service) Delegate(ctx context.Context, actor sallyport.Actor, n NewDelegation) (sallyport.Delegation, error) {
	var d sallyport.Delegation
	if err := sallyport.CheckReason(n.Reason); err != nil {
		return d, sallyport.Invalid("reason", "%s", err)
	}
	if n.To == "" {
		return d, sallyport.Invalid("to", "is missing; say who stands in")
	}
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		from, err := s.SubjectTx(ctx, tx, actor, personRef(n.From))
		if err != nil {
			return err
		}
		to, err := s.SubjectTx(ctx, tx, actor, personRef(n.To))
		if err != nil {
			return err
		}
		if from.ID != actor.User.ID && !actor.Admin {
			return sallyport.Errorf(sallyport.EForbidden, "only %s and admins arrange who stands in for them", from.Name)
		}
		if from.ID == to.ID {
			return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.8", Message: "nobody stands in for themselves", Hint: "Choose another person."}
		}
		start := tx.Now()
		if n.StartsAt != nil && n.StartsAt.After(start) {
			start = n.StartsAt.UTC().Truncate(time.Microsecond)
		}
		end := n.EndsAt.UTC().Truncate(time.Microsecond)
		if !end.After(start) || end.Sub(start) > maxDelegation {
			return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.3", Message: "the absence must end after it begins, within a year", Hint: "Choose another end."}
		}
		d = sallyport.Delegation{From: sallyport.UserRef{ID: from.ID, Login: from.Login, Name: from.Name}, To: sallyport.UserRef{ID: to.ID, Login: to.Login, Name: to.Name},
			StartsAt: start, EndsAt: end, Reason: n.Reason}
		if err := tx.InsertDelegation(ctx, actor.Tenant, &d); err != nil {
			return err
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "delegation.created", Actor: actor, ObjectKind: "delegation", ObjectID: d.ID, Refs: []string{from.ID, to.ID},
			Body:   map[string]any{"from": from.ID, "to": to.ID, "starts_at": store.Micros(start), "ends_at": store.Micros(end)},
			Values: []store.Value{{Name: "reason", Value: n.Reason, UserID: from.ID}}}); err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "inbox:"+to.ID)
		return s.tell(ctx, tx, actor.Tenant, []string{to.ID}, note{Kind: "delegation.created", Dedupe: "delegation:" + d.ID,
			Title: "You stand in for " + from.Name, Link: "/approvals",
			Timed: func(moment func(time.Time) string) string {
				return "Until " + moment(end) + ", requests that wait for " + from.Name + " can be decided by you."
			}})
	})
	return d, err
}

func personRef(ref string) string {
	if ref == "" || ref == "me" {
		return ""
	}
	return "user:" + ref
}

// EndDelegation ends one early: by either person or an admin.
func (s *Service) EndDelegation(ctx context.Context, actor sallyport.Actor, id string) error {
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		d, ok, err := tx.Delegation(ctx, actor.Tenant, id)
		if err != nil {
			return err
		}
		if !ok {
			return sallyport.Errorf(sallyport.ENotFound, "there is no delegation %q", id)
		}
		if d.From.ID != actor.User.ID && d.To.ID != actor.User.ID && !actor.Admin {
			return sallyport.Errorf(sallyport.EForbidden, "only %s, %s and admins end this", d.From.Name, d.To.Name)
		}
		if ok, err = tx.EndDelegation(ctx, actor.Tenant, id); err != nil {
			return err
		}
		if !ok {
			return sallyport.Errorf(sallyport.EConflict, "this is over already")
		}
		tx.Changed(actor.Tenant, "inbox:"+d.To.ID)
		_, err = tx.Append(ctx, store.NewEvent{Verb: "delegation.ended", Actor: actor, ObjectKind: "delegation", ObjectID: d.ID, Refs: []string{d.From.ID, d.To.ID}})
		return err
	})
}

// Delegations lists a person's delegations, given and received, newest first.
func (s *Service) Delegations(ctx context.Context, actor sallyport.Actor, userRef string) ([]sallyport.Delegation, error) {
	var out []sallyport.Delegation
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if userRef == "" || userRef == "me" {
			userRef = actor.User.ID
		}
		u, err := tx.User(ctx, actor.Tenant, userRef)
		if err == nil {
			out, err = tx.Delegations(ctx, actor.Tenant, u.ID)
		}
		return err
	})
	return out, err
}
