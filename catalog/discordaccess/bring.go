package discordaccess

import (
	"context"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// keepRequests keeps requests that are over, with who decided them.
func (r *run) keepRequests(ctx context.Context, tx *store.Tx, list []decided) (rows []store.ImportedRow, err error) {
	for _, d := range list {
		q := r.request(d)
		if err := tx.BringRequest(ctx, r.tenant(), q); err != nil {
			return nil, err
		}
		refs := []string{q.Resource.ID, q.Beneficiary.ID, q.Requester.ID}
		body := map[string]any{"kind": string(q.Kind), "state": string(q.State), "asked_at": moment(&q.CreatedAt), "decided_at": moment(q.DecidedAt), "resource_id": q.Resource.ID, "relation": string(q.Relation)}
		if q.DecidedBy != nil {
			body["decided_by"] = q.DecidedBy.ID
			refs = append(refs, q.DecidedBy.ID)
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "request.imported", Actor: r.actor, ObjectKind: "request", ObjectID: q.ID, Cause: r.id, Refs: refs, Body: body,
			Values: []store.Value{{Name: "reason", Value: q.Reason, UserID: q.Requester.ID}, {Name: "resolution", Value: d.Resolution, UserID: q.Requester.ID}}}); err != nil {
			return nil, err
		}
		rows = append(rows, r.became(rowKey{d.Table, d.ID}, q.ID))
	}
	return rows, nil
}

func (r *run) request(d decided) sallyport.Request {
	q := sallyport.Request{ID: store.NewID(sallyport.PrefixRequest), Kind: sallyport.RequestAccess, State: d.state, Requester: *r.user(d.Requester), Relation: relationOf(d.Owner),
		Parameters: []byte("{}"), Until: d.Ending, NoEnd: d.Ending == nil, Reason: cleanText(d.Reason, sallyport.MaxReason), Snapshot: d.form(), Cause: d.cause,
		DecidedAt: d.Resolved, ExpiresAt: *d.Resolved, CreatedAt: d.Created}
	q.Beneficiary = sallyport.Subject{Kind: sallyport.SubjectUser, ID: q.Requester.ID}
	if d.Table == tableRoleReq {
		q.Kind, q.Beneficiary = sallyport.RequestRoleAccess, sallyport.Subject{Kind: sallyport.SubjectRole, ID: r.p.ids[rowKey{tableGroup, d.Role}]}
	}
	q.Resource.ID = r.p.ids[r.p.place(d.Group, d.Owner)]
	if d.state == sallyport.RequestApproved || d.state == sallyport.RequestDenied || d.state == sallyport.RequestCancelled {
		q.DecidedBy = r.user(d.Resolver)
	}
	if q.State != sallyport.RequestApproved && q.State != sallyport.RequestDenied {
		return q
	}
	st := sallyport.Stage{ID: store.NewID(sallyport.PrefixStage), Name: "Decided in Access", State: sallyport.StageApproved, StartedAt: &q.CreatedAt, ClosedAt: q.DecidedAt,
		Spec: sallyport.StageSpec{Name: "Decided in Access", Approvers: []string{sallyport.ExprOwners}, Rule: "any"}}
	v := sallyport.Vote{ID: store.NewID(sallyport.PrefixVote), Vote: sallyport.VoteApprove, Comment: cleanText(d.Resolution, sallyport.MaxReason), At: *q.DecidedAt}
	if q.State == sallyport.RequestDenied {
		st.State, v.Vote = sallyport.StageDenied, sallyport.VoteDeny
	}
	if q.DecidedBy == nil {
		st.Outcome = "decided by Access itself: " + v.Comment
	} else {
		v.By = *q.DecidedBy
		st.Votes = []sallyport.Vote{v}
	}
	q.Stages = []sallyport.Stage{st}
	return q
}

// endGrants ends what was brought earlier and has ended in Access since.
func (r *run) endGrants(ctx context.Context, tx *store.Tx, list []string) ([]store.ImportedRow, error) {
	for _, id := range list {
		err := r.im.Access.EndGrantTx(ctx, tx, r.actor, id, "ended in Access")
		if err != nil && sallyport.CodeOf(err) != sallyport.EConflict {
			return nil, err
		}
	}
	return nil, nil
}

// shortenGrants brings the ends of what was brought earlier forward to where they are in Access by now.
func (r *run) shortenGrants(ctx context.Context, tx *store.Tx, list []store.Shortened) ([]store.ImportedRow, error) {
	return nil, r.im.Access.ShortenTx(ctx, tx, r.actor, r.id, list)
}

// addGrants adds grants with the times that they had, and the requests of which they came.
func (r *run) addGrants(ctx context.Context, tx *store.Tx, list []*grantPlan) (rows []store.ImportedRow, err error) {
	grants := make([]sallyport.Grant, len(list))
	var links [][2]string
	for i, p := range list {
		g := r.grant(p)
		if g.RequestID != "" {
			links = append(links, [2]string{g.RequestID, g.ID})
		}
		grants[i] = g
		rows = append(rows, r.became(p.row, g.ID))
		if err := r.record(ctx, tx, p, g); err != nil {
			return nil, err
		}
	}
	if err := tx.BringGrants(ctx, r.tenant(), grants); err != nil {
		return nil, err
	}
	for i, g := range grants {
		if !list[i].NotRenewed || list[i].past || g.NoEnd {
			continue
		}
		if err := r.review(ctx, tx, g); err != nil {
			return nil, err
		}
	}
	return rows, tx.LinkGrants(ctx, r.tenant(), links)
}

// reviewGrants brings marks that were set there on what was brought earlier.
func (r *run) reviewGrants(ctx context.Context, tx *store.Tx, list []string) ([]store.ImportedRow, error) {
	for _, id := range list {
		g, err := tx.Grant(ctx, r.tenant(), id, access.Everything)
		if err != nil {
			return nil, err
		}
		if g.EndedAt != nil {
			continue
		}
		if err := r.review(ctx, tx, g); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// review brings the mark that a grant is not to be renewed. Who made it Access does not keep.
func (r *run) review(ctx context.Context, tx *store.Tx, g sallyport.Grant) error {
	const reason = "reviewed in Access, not to be renewed"
	marked, err := tx.MarkReviewed(ctx, r.tenant(), g.ID, "", reason, "")
	if err != nil || !marked {
		return err
	}
	_, err = tx.Append(ctx, store.NewEvent{Verb: "grant.reviewed", Actor: r.actor, ObjectKind: "grant", ObjectID: g.ID, Cause: r.id, Refs: []string{g.Subject.ID, g.Resource.ID},
		Body: map[string]any{"resource_id": g.Resource.ID, "relation": string(g.Relation), "ends_at": moment(g.EndsAt)}, Values: []store.Value{{Name: "reason", Value: reason}}})
	return err
}

func (r *run) grant(p *grantPlan) sallyport.Grant {
	g := sallyport.Grant{ID: store.NewID(sallyport.PrefixGrant), Subject: sallyport.Subject{Kind: p.subject, ID: r.p.ids[p.who]}, Relation: p.relation, Parameters: []byte("{}"),
		Origin: p.origin, ReasonKind: "direct", Reason: cleanText(p.Reason, sallyport.MaxReason), RequestID: r.p.ids[r.p.cameOf[p.row]], StartsAt: p.start, ActivatedAt: &p.start,
		EndsAt: p.end, CreatedBy: r.user(p.CreatedBy), CreatedAt: p.start}
	g.Resource.ID = p.onID
	if p.onID == "" {
		g.Resource.ID = r.p.ids[p.on]
	}
	switch {
	case p.origin == sallyport.OriginImport:
		g.ReasonKind = "import"
	case g.RequestID != "":
		g.ReasonKind = "request"
	}
	if p.limited != nil {
		g.EndsAt = p.limited
	}
	g.NoEnd = g.EndsAt == nil
	if !p.past {
		return g
	}
	g.EndedAt, g.EndedReason = p.end, p.why
	if p.why == "ended in Access" {
		// Access writes who gave it there as soon as it has an end, so the same person twice says nothing.
		if p.EndedBy != "" && p.EndedBy != p.CreatedBy {
			g.EndedBy = r.user(p.EndedBy)
		} else {
			g.EndedReason += "; by whom is not certain"
		}
	}
	return g
}

// record appends the events of a grant: that it was made, and when it is over that it ended, each with its own time.
func (r *run) record(ctx context.Context, tx *store.Tx, p *grantPlan, g sallyport.Grant) error {
	refs := []string{g.Subject.ID, g.Resource.ID, g.RequestID}
	person := ""
	if g.Subject.Kind == sallyport.SubjectUser {
		person = g.Subject.ID
	}
	body := map[string]any{"subject_kind": string(g.Subject.Kind), "subject_id": g.Subject.ID, "resource_id": g.Resource.ID, "relation": string(g.Relation),
		"parameters": string(g.Parameters), "origin": string(g.Origin), "reason_kind": g.ReasonKind, "starts_at": moment(&g.StartsAt), "activated_at": moment(g.ActivatedAt),
		"no_end": g.NoEnd, "source": r.p.o.Source, "source_table": p.row.table, "source_id": p.row.id}
	if g.EndsAt != nil {
		body["ends_at"] = moment(g.EndsAt)
	}
	if g.CreatedBy != nil {
		body["created_by"] = g.CreatedBy.ID
		refs = append(refs, g.CreatedBy.ID)
	}
	e := store.NewEvent{Verb: "grant.created", Actor: r.actor, ObjectKind: "grant", ObjectID: g.ID, Cause: r.id, Refs: refs, Body: body}
	if !blank(g.Reason) {
		e.Values = []store.Value{{Name: "reason", Value: g.Reason, UserID: person}}
	}
	if _, err := tx.Append(ctx, e); err != nil || g.EndedAt == nil {
		return err
	}
	body = map[string]any{"ended_at": moment(g.EndedAt), "resource_id": g.Resource.ID, "relation": string(g.Relation), "started": true,
		"source": r.p.o.Source, "source_table": p.row.table, "source_id": p.row.id}
	if g.EndedBy != nil {
		body["ended_by"] = g.EndedBy.ID
	}
	_, err := tx.Append(ctx, store.NewEvent{Verb: "grant.ended", Actor: r.actor, ObjectKind: "grant", ObjectID: g.ID, Cause: r.id, Refs: refs, Body: body,
		Values: []store.Value{{Name: "reason", Value: g.EndedReason, UserID: person}}})
	return err
}

// fileRequests files what waits for a decision as who asked would, so that it is decided by the flow of here. What the
// rules refuse is not brought, and named in the report.
func (r *run) fileRequests(ctx context.Context, rep *Report) error {
	for _, q := range r.filings() {
		var refused *sallyport.Error
		err := r.im.DB.Join(ctx, func(ctx context.Context, tx *store.Tx) error {
			refused = nil
			id, err := r.file(ctx, tx, q)
			if errors.As(err, &refused) && refused.Code != sallyport.EInternal && refused.Code != sallyport.EUnavailable {
				return nil
			}
			if refused = nil; err != nil {
				return err
			}
			return tx.AddImported(ctx, r.tenant(), r.p.o.Source, r.id, []store.ImportedRow{r.became(q.row, id)})
		})
		if err != nil {
			return err
		}
		if refused != nil {
			rep.refused(q, refused)
		}
		r.done++
		r.tell(r.done, r.total)
	}
	return nil
}

// filing is a request that is asked again.
type filing struct {
	row             rowKey
	requester, what string
	created         time.Time
	ask             sallyport.Ask
}

// filings are all that wait for a decision, with what they name as it is called here by now.
func (r *run) filings() []filing {
	var out []filing
	for _, q := range r.p.asks {
		ask := sallyport.Ask{Resource: r.p.ids[r.p.place(q.Group, q.Owner)], Relation: relationOf(q.Owner), Until: q.Ending, NoEnd: q.Ending == nil, Reason: cleanText(q.Reason, sallyport.MaxReason)}
		if q.Table == tableRoleReq {
			ask.Beneficiary = "role:" + r.p.ids[rowKey{tableGroup, q.Role}]
		}
		out = append(out, filing{rowKey{q.Table, q.ID}, q.Requester, q.what, q.Created, ask})
	}
	for _, c := range r.p.news {
		out = append(out, filing{rowKey{tableGrpReq, c.ID}, c.Requester, c.what, c.Created, r.askNew(c)})
	}
	return out
}

func (r *run) file(ctx context.Context, tx *store.Tx, q filing) (string, error) {
	actor, err := tx.LoadActor(ctx, r.tenant(), r.p.ids[rowKey{tableUser, q.requester}])
	if err != nil {
		return "", err
	}
	actor.Via, actor.ViaID = r.actor.Via, r.id
	filed, err := r.im.Access.Ask(ctx, actor, q.ask)
	if err != nil {
		return "", err
	}
	filed.CreatedAt = q.created
	if err := tx.BackdateRequest(ctx, r.tenant(), filed); err != nil {
		return "", err
	}
	_, err = tx.Append(ctx, store.NewEvent{Verb: "request.imported", Actor: r.actor, ObjectKind: "request", ObjectID: filed.ID, Cause: r.id, Refs: []string{filed.Resource.ID, filed.Beneficiary.ID, filed.Requester.ID},
		Body: map[string]any{"kind": string(filed.Kind), "state": string(filed.State), "asked_at": moment(&q.created), "resource_id": filed.Resource.ID}})
	return filed.ID, err
}

// refused moves a request that could not be filed to what is left.
func (rep *Report) refused(q filing, why *sallyport.Error) {
	changed := false
	for i, l := range rep.Lines {
		if l.Table == q.row.table && l.ID == q.row.id {
			changed, rep.Lines[i].Fate = true, Left
		}
	}
	for i := range rep.Tables {
		if c := &rep.Tables[i]; c.Table == q.row.table {
			c.Left++
			if changed {
				c.Changed--
			} else {
				c.Brought--
			}
		}
	}
	rep.Lines = append(rep.Lines, Line{Table: q.row.table, ID: q.row.id, Fate: Left, What: seen(q.what), Why: "cannot be asked for here: " + why.Message})
}
