package access

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Ask files a request. It is decided at once where the flow needs no approval. A request for the same that is pending is
// superseded when the caller is its requester or beneficiary, and is a conflict otherwise (rule 13).
func (s *Service) Ask(ctx context.Context, actor sallyport.Actor, ask sallyport.Ask) (sallyport.Request, error) {
	return s.ask(ctx, actor, ask, "")
}

// Asked is what became of one of several asks: the request, or why there is none.
type Asked struct {
	Request *sallyport.Request
	Err     error
}

// AskMany files several requests that belong together: they share a batch id, by which lists find them. Each is decided
// as if it had been asked for alone, and each stands for itself: one that is refused does not keep the others.
func (s *Service) AskMany(ctx context.Context, actor sallyport.Actor, asks []sallyport.Ask) (batch string, out []Asked, err error) {
	batch = store.NewID(sallyport.PrefixBatch)
	out = make([]Asked, len(asks))
	for i, a := range asks {
		r, err := s.ask(ctx, actor, a, batch)
		if code := sallyport.CodeOf(err); code == sallyport.EUnavailable || code == sallyport.EInternal {
			return batch, nil, err
		}
		if out[i].Err = err; err == nil {
			out[i].Request = &r
		}
	}
	return batch, out, nil
}

func (s *Service) ask(ctx context.Context, actor sallyport.Actor, ask sallyport.Ask, batch string) (sallyport.Request, error) {
	id := ""
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		draft, check := s.draftTx, s.limitsTx
		if ask.Create != nil || ask.Kind == sallyport.RequestCreate {
			draft = s.draftNewTx
			check = func(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r *sallyport.Request, _ sallyport.Resource) error {
				return s.othersTx(ctx, tx, actor.Tenant, *r)
			}
		}
		r, res, err := draft(ctx, tx, actor, ask)
		if err != nil {
			return err
		}
		if err := check(ctx, tx, actor, &r, res); err != nil {
			return err
		}
		id, r.BatchID = r.ID, batch
		return s.submitTx(ctx, tx, actor, &r, res, "")
	})
	if err != nil {
		return sallyport.Request{}, err
	}
	return s.Request(ctx, actor, id)
}

// draftTx checks what was submitted and makes a request of it that is not yet saved.
func (s *Service) draftTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ask sallyport.Ask) (sallyport.Request, sallyport.Resource, error) {
	var r sallyport.Request
	if strings.TrimSpace(ask.Resource) == "" {
		return r, sallyport.Resource{}, sallyport.Invalid("resource", "is missing; name what is asked for, by slug or id")
	}
	if err := sallyport.CheckReason(ask.Reason); err != nil {
		return r, sallyport.Resource{}, sallyport.Invalid("reason", "%s", err)
	}
	params, err := store.CanonicalParameters(ask.Parameters)
	if err != nil {
		return r, sallyport.Resource{}, err
	}
	res, err := tx.BareResource(ctx, actor.Tenant, ask.Resource, Viewer(actor))
	if err != nil {
		return r, res, err
	}
	if res.DeletedAt != nil {
		return r, res, sallyport.Errorf(sallyport.ENotFound, "%s was removed from the catalogue", res.Name)
	}
	if ask.Relation == "" {
		ask.Relation = sallyport.Member
	}
	if ask.Relation != sallyport.Member && ask.Relation != sallyport.Owner {
		return r, res, sallyport.Invalid("relation", "is neither member nor owner")
	}
	who, err := s.beneficiaryTx(ctx, tx, actor, ask.Beneficiary)
	if err != nil {
		return r, res, err
	}
	r = sallyport.Request{ID: store.NewID(sallyport.PrefixRequest), State: sallyport.RequestPending, Version: 1, Resource: res.Ref(), Relation: ask.Relation, Requester: actor.User,
		Beneficiary: who, Parameters: json.RawMessage(params), Duration: ask.Duration, Until: ask.Until, NoEnd: ask.NoEnd, StartsAt: ask.StartsAt,
		Reason: strings.TrimSpace(ask.Reason), Form: &res.Form, Flow: sallyport.FlowOf(res.Flow), Kind: sallyport.RequestAccess}
	switch {
	case res.Kind == sallyport.KindWorkOrder:
		r.Kind, r.Relation = sallyport.RequestWorkOrder, sallyport.Member
	case who.Kind == sallyport.SubjectRole:
		r.Kind = sallyport.RequestRoleAccess
	}
	if err := lengthOf(actor, &r, ask, res, tx.Now()); err != nil {
		return r, res, err
	}
	if r.Answers, err = res.Form.Answer(ask.Answers); err != nil {
		return r, res, err
	}
	if err := s.knownUsersTx(ctx, tx, actor.Tenant, res.Form, r.Answers); err != nil {
		return r, res, err
	}
	expires := tx.Now().Add(r.Flow.Expiry().Std())
	r.ExpiresAt = expires
	return r, res, nil
}

// lengthOf makes exactly one of duration, until and no end out of what was asked, or the resource's default.
func lengthOf(actor sallyport.Actor, r *sallyport.Request, ask sallyport.Ask, res sallyport.Resource, now time.Time) error {
	n := 0
	for _, given := range []bool{ask.Duration != nil, ask.Until != nil, ask.NoEnd} {
		if given {
			n++
		}
	}
	if r.Kind == sallyport.RequestWorkOrder {
		r.Duration, r.Until, r.NoEnd, r.StartsAt = nil, nil, false, nil
		return nil
	}
	if n > 1 {
		return sallyport.Invalid("duration", "only one of duration, until and no_end can be given")
	}
	if n == 0 {
		d := res.Durations.Default
		if d == 0 && len(res.Durations.Presets) > 0 {
			d = res.Durations.Presets[0]
		}
		if d == 0 {
			return sallyport.Invalid("duration", "is missing; say for how long (duration, e.g. P7D), until when (until), or no_end")
		}
		r.Duration = &d
	}
	start := now
	if r.StartsAt != nil {
		if !r.StartsAt.After(now) {
			r.StartsAt = nil
		} else {
			start = r.StartsAt.UTC().Truncate(time.Microsecond)
			r.StartsAt = &start
		}
	}
	if start.Sub(now) > sallyport.MaxDuration.Std() {
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.3", Message: "it would start more than ten years from now"}
	}
	if r.Duration != nil && (*r.Duration < sallyport.MinDuration || *r.Duration > sallyport.MaxDuration) {
		return sallyport.Invalid("duration", "is out of range; use PT1S to P3650D")
	}
	if r.Until != nil {
		until := r.Until.UTC().Truncate(time.Microsecond)
		if !until.After(start) {
			return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.3", Message: fmt.Sprintf("%s is over already, so there would be no access", actor.Moment(until)),
				Hint: "Choose an end that is still to come."}
		}
		r.Until = &until
	}
	return nil
}

// beneficiaryTx finds for whom it is: the caller, another person, or a role, which its owners and admins may ask for.
func (s *Service) beneficiaryTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ref string) (sallyport.Subject, error) {
	who, err := s.SubjectTx(ctx, tx, actor, ref)
	if err != nil || who.Kind == sallyport.SubjectUser {
		return who, err
	}
	owns, err := tx.Holds(ctx, actor.Tenant, actor.User.ID, who.ID, sallyport.Owner)
	if err == nil && !owns && !actor.Admin {
		err = sallyport.Errorf(sallyport.EForbidden, "only owners of the role %s and admins ask for it", who.Name).WithRule("domain.13").
			WithHint("Ask one of its owners.")
	}
	return who, err
}

// SubjectTx reads user:LOGIN-or-id, role:SLUG-or-id, a bare user, "me" or "" (the caller). A person must be active.
func (s *Service) SubjectTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, ref string) (sallyport.Subject, error) {
	kind, name, ok := strings.Cut(ref, ":")
	if !ok {
		kind, name = "user", ref
	}
	switch kind {
	case "user":
		if name == "" || name == "me" {
			name = actor.User.ID
		}
		u, err := tx.User(ctx, actor.Tenant, name)
		if err != nil {
			return sallyport.Subject{}, err
		}
		if u.State != sallyport.UserActive {
			return sallyport.Subject{}, &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.7",
				Message: u.Name + " is " + string(u.State) + ", so nothing can be given to them", Hint: "The directory says who is active."}
		}
		return sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID, Login: u.Login, Name: u.Name}, nil
	case "role":
		r, err := tx.BareResource(ctx, actor.Tenant, name, Viewer(actor))
		if err != nil || r.Kind != sallyport.KindRole || r.DeletedAt != nil {
			if err == nil {
				err = sallyport.Errorf(sallyport.ENotFound, "%s is not a role", r.Slug)
			}
			return sallyport.Subject{}, err
		}
		return sallyport.Subject{Kind: sallyport.SubjectRole, ID: r.ID, Slug: r.Slug, Name: r.Name}, nil
	}
	return sallyport.Subject{}, sallyport.Invalid("beneficiary", "is neither user:LOGIN nor role:SLUG")
}

// knownUsersTx checks that answers to fields of type user name people.
func (s *Service) knownUsersTx(ctx context.Context, tx *store.Tx, tenant string, f sallyport.Form, answers map[string]any) error {
	for _, fd := range f.Fields {
		name, ok := answers[fd.Name].(string)
		if fd.Type != sallyport.FieldUser || !ok {
			continue
		}
		u, err := tx.User(ctx, tenant, name)
		if sallyport.CodeOf(err) == sallyport.ENotFound {
			return sallyport.Invalid("answers."+fd.Name, "names nobody who is known")
		}
		if err != nil {
			return err
		}
		answers[fd.Name] = u.Login
	}
	return nil
}

// limitsTx refuses what the rules do not allow, before anybody is asked. Asking for longer than one has makes it a request
// to extend.
func (s *Service) limitsTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r *sallyport.Request, res sallyport.Resource) error {
	if !res.Managed {
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.20", Message: res.Name + " is fed by the directory's own rules, so it cannot be asked for here",
			Hint: "Whoever runs the directory decides who is in it."}
	}
	if r.Beneficiary.Kind == sallyport.SubjectRole && res.Kind == sallyport.KindRole {
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "roles", Message: "a role cannot hold a role; roles do not nest"}
	}
	if r.Beneficiary.Kind == sallyport.SubjectUser && r.Beneficiary.ID != actor.User.ID {
		if _, err := tx.BareResource(ctx, actor.Tenant, res.ID, store.Viewer{ID: r.Beneficiary.ID}); sallyport.CodeOf(err) == sallyport.ENotFound {
			return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.24", Message: res.Name + " is not meant for " + r.Beneficiary.Name,
				Hint: "It is for the members of a group; ask its owners."}
		} else if err != nil {
			return err
		}
	}
	if r.Kind == sallyport.RequestWorkOrder {
		return nil
	}
	n := NewGrant{Subject: r.Beneficiary, Resource: res, Relation: r.Relation, Reason: r.Reason, NoEnd: r.NoEnd, ReasonKind: "request"}
	if err := s.checkLimits(ctx, tx, actor, n, lengthAt(*r, tx.Now())); err != nil {
		return err
	}
	living, ok, err := tx.LivingGrant(ctx, actor.Tenant, r.Key(), sallyport.OriginGiven)
	if err != nil || !ok || !living.Living(tx.Now()) {
		return err
	}
	end := endOf(*r, tx.Now())
	if living.NoEnd || (!r.NoEnd && living.EndsAt != nil && !end.After(*living.EndsAt)) {
		has := "without an end"
		if !living.NoEnd {
			has = "until " + actor.Moment(*living.EndsAt)
		}
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "domain.2", Message: fmt.Sprintf("%s has %s already, %s", r.Beneficiary.Name, res.Name, has),
			Hint: "Ask for longer than that, or end it instead."}
	}
	if r.Kind == sallyport.RequestAccess {
		r.Kind, r.Extends = sallyport.RequestExtend, living.ID
	}
	start := living.StartsAt // both are one, which began with what is there
	if start.Before(tx.Now()) {
		start = tx.Now()
	}
	if r.NoEnd || r.StartsAt == nil || !r.StartsAt.After(start) {
		return nil
	}
	return s.checkLimits(ctx, tx, actor, n, sallyport.Duration(end.Sub(start)))
}

// lengthAt is how long the access would be if it began now.
func lengthAt(r sallyport.Request, now time.Time) sallyport.Duration {
	if r.Duration != nil {
		return *r.Duration
	}
	if r.Until != nil {
		start := now
		if r.StartsAt != nil {
			start = *r.StartsAt
		}
		return sallyport.Duration(r.Until.Sub(start))
	}
	return 0
}

// endOf is when the access would end if it began now; the zero time for no end.
func endOf(r sallyport.Request, now time.Time) time.Time {
	switch {
	case r.Until != nil:
		return *r.Until
	case r.Duration != nil:
		start := now
		if r.StartsAt != nil {
			start = *r.StartsAt
		}
		return start.Add(r.Duration.Std())
	}
	return time.Time{}
}

// submitTx saves a checked request, starts its first stage, and supersedes an older one for the same. cause is the request
// that it follows from, "" for none.
func (s *Service) submitTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r *sallyport.Request, res sallyport.Resource, cause string) error {
	t := actor.Tenant
	r.Stages = nil
	var first jury
	for i, spec := range r.Flow.Stages {
		j, err := s.juryTx(ctx, tx, t, *r, res, spec, false)
		if err != nil {
			return err
		}
		if i == 0 {
			first = j
		}
		r.Stages = append(r.Stages, sallyport.Stage{Position: i, Name: spec.Title(), Rule: spec.Rule, Need: j.Need, Spec: spec})
	}
	r.Snapshot = snapshot(*r)
	if err := s.insertTx(ctx, tx, actor, r); err != nil {
		return err
	}
	for i := range r.Stages {
		if err := tx.InsertStage(ctx, t, r.ID, &r.Stages[i]); err != nil {
			return err
		}
	}
	values := reasonValue(*r)
	if r.Create != nil {
		if err := tx.InsertCreation(ctx, t, r.ID, r.Create.Form()); err != nil {
			return err
		}
		values = append(values, formValues("asked", r.Create.Asked, r.Requester.ID)...)
	}
	if err := s.event(ctx, tx, actor, "request.created", *r, cause, map[string]any{"kind": string(r.Kind), "stages": len(r.Stages)}, values...); err != nil {
		return err
	}
	if r.Beneficiary.Kind == sallyport.SubjectUser && r.Beneficiary.ID != r.Requester.ID {
		if err := s.tell(ctx, tx, t, []string{r.Beneficiary.ID}, note{Kind: "request.for_you", Dedupe: "for-you:" + r.ID,
			On: r.Resource, Titled: func(name string) string { return r.Requester.Name + " asked for " + about(*r, name) + " for you" }, Body: "You can cancel it if you do not need it.", Link: "/requests/" + r.ID}); err != nil {
			return err
		}
	}
	return s.startTx(ctx, tx, actor, *r, res, 0, first)
}

// insertTx saves a request. One for the same that is pending gives way to it when the caller is its requester or its
// beneficiary, and is a conflict otherwise (rule 13).
func (s *Service) insertTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r *sallyport.Request) error {
	if added, err := tx.InsertRequest(ctx, actor.Tenant, r); err != nil || added {
		return err
	}
	old, pending, err := tx.PendingRequest(ctx, actor.Tenant, r.Key())
	if err != nil {
		return err
	}
	if pending {
		if old.Requester.ID != actor.User.ID && !old.Beneficiary.IsUser(actor.User.ID) {
			return &sallyport.Error{Code: sallyport.EConflict, Rule: "domain.13",
				Message: fmt.Sprintf("%s asked for the same already (%s), and it is being decided", old.Requester.Name, old.ID),
				Hint:    "See " + s.link("/requests/"+old.ID) + "; only they or " + old.Beneficiary.Name + " can replace it."}
		}
		if err := s.closeTx(ctx, tx, actor, old, sallyport.RequestSuperseded, "a newer request for the same", r.ID); err != nil {
			return err
		}
	}
	added, err := tx.InsertRequest(ctx, actor.Tenant, r)
	if err == nil && !added {
		err = sallyport.Errorf(sallyport.EConflict, "the same was asked for at this moment already").WithHint("Look at your requests.")
	}
	return err
}

// snapshot is what approvers are shown and vote on: canonical, without sensitive answers.
func snapshot(r sallyport.Request) json.RawMessage {
	answers := map[string]any{}
	for k, v := range r.Answers {
		answers[k] = v
	}
	for _, name := range r.Form.Sensitive() {
		if _, ok := answers[name]; ok {
			answers[name] = "(sensitive)"
		}
	}
	stages := make([]map[string]any, len(r.Flow.Stages))
	for i, st := range r.Flow.Stages {
		stages[i] = map[string]any{"name": st.Title(), "approvers": st.Approvers, "rule": st.Rule}
	}
	shown := map[string]any{"resource": r.Resource, "relation": r.Relation, "beneficiary": r.Beneficiary, "requester": r.Requester,
		"parameters": r.Parameters, "duration": r.Duration, "until": r.Until, "no_end": r.NoEnd, "starts_at": r.StartsAt, "reason": r.Reason,
		"answers": answers, "stages": stages}
	if r.Create != nil {
		shown["create"] = r.Create.Form()
	}
	b, err := json.Marshal(shown)
	if err != nil {
		return json.RawMessage("{}")
	}
	return b
}

func (s *Service) link(path string) string { return s.PublicURL + path }
