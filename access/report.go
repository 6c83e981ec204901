package access

import (
	"context"
	"encoding/json"
	"io"
	"sort"
	"strconv"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// intervalTable is the history as a table.
var intervalTable = []column[sallyport.Interval]{
	{"person", func(i sallyport.Interval) string { return subjectName(i.Subject) }},
	{"name", func(i sallyport.Interval) string { return i.Subject.Name }},
	{"department", func(i sallyport.Interval) string { return i.Department }},
	{"title", func(i sallyport.Interval) string { return i.Title }},
	{"resource", func(i sallyport.Interval) string { return i.Resource.Slug }},
	{"resource_name", func(i sallyport.Interval) string { return i.Resource.Name }},
	{"app", func(i sallyport.Interval) string { return slug(i.App) }},
	{"relation", func(i sallyport.Interval) string { return string(i.Relation) }},
	{"via", func(i sallyport.Interval) string { return i.Via }},
	{"role", func(i sallyport.Interval) string { return slug(i.Role) }},
	{"state", func(i sallyport.Interval) string { return string(i.State) }},
	{"started_at", func(i sallyport.Interval) string { return moment(&i.StartedAt) }},
	{"given_by", func(i sallyport.Interval) string { return login(i.GivenBy) }},
	{"origin", func(i sallyport.Interval) string { return string(i.Origin) }},
	{"reason", func(i sallyport.Interval) string { return i.Reason }},
	{"request", func(i sallyport.Interval) string { return i.RequestID }},
	{"requester", func(i sallyport.Interval) string { return login(i.Requester) }},
	{"decided_at", func(i sallyport.Interval) string { return moment(i.DecidedAt) }},
	{"approvals", func(i sallyport.Interval) string { return voteWords(i.Approvals) }},
	{"ends_at", func(i sallyport.Interval) string {
		if i.NoEnd {
			return "no end"
		}
		return moment(i.EndsAt)
	}},
	{"ended_at", func(i sallyport.Interval) string { return moment(i.EndedAt) }},
	{"ended_by", func(i sallyport.Interval) string { return login(i.EndedBy) }},
	{"ended_reason", func(i sallyport.Interval) string { return i.EndedReason }},
	{"id", func(i sallyport.Interval) string { return i.ID }},
}

// eventTable is the log as a table.
var eventTable = []column[sallyport.Event]{
	{"at", func(e sallyport.Event) string { return moment(&e.At) }},
	{"verb", func(e sallyport.Event) string { return e.Verb }},
	{"actor", func(e sallyport.Event) string { return login(e.Actor) }},
	{"on_behalf_of", func(e sallyport.Event) string { return login(e.OnBehalfOf) }},
	{"via", func(e sallyport.Event) string { return string(e.Via) }},
	{"object_kind", func(e sallyport.Event) string { return e.Object.Kind }},
	{"object", func(e sallyport.Event) string { return named(e.Object) }},
	{"about", func(e sallyport.Event) string {
		var parts []string
		for _, r := range e.Refs {
			parts = append(parts, named(r))
		}
		return strings.Join(parts, "; ")
	}},
	{"cause", func(e sallyport.Event) string { return e.Cause }},
	{"body", func(e sallyport.Event) string {
		if len(e.Body) == 0 {
			return ""
		}
		b, _ := json.Marshal(e.Body)
		return string(b)
	}},
	{"values", func(e sallyport.Event) string {
		var parts []string
		for name, value := range e.Values {
			parts = append(parts, name+": "+value)
		}
		sort.Strings(parts)
		return strings.Join(parts, "; ")
	}},
	{"index", func(e sallyport.Event) string {
		if e.Index == nil {
			return ""
		}
		return strconv.FormatInt(*e.Index, 10)
	}},
	{"id", func(e sallyport.Event) string { return e.ID }},
}

func named(o sallyport.ObjectRef) string {
	if o.Slug != "" {
		return o.Slug
	}
	return o.ID
}

// HistoryColumns are the names of the columns of a history, as exports call them.
func HistoryColumns() []string { return columnNames(intervalTable) }

// EventColumns are the names of the columns of the log.
func EventColumns() []string { return columnNames(eventTable) }

// intervalRefs turns what people write into ids, and refuses what is for auditors and admins: the history of the whole
// company (domain rule 24).
func intervalRefs(ctx context.Context, tx *store.Tx, actor sallyport.Actor, f *store.IntervalFilter) error {
	if !f.Scoped() && !actor.ReadsAll() {
		return auditorsOnly("the history of the whole company").WithHint("Ask about a person, a resource, a role or an app, or request membership of sallyport.auditor.")
	}
	if err := hasLength(f.Since, f.Until); err != nil {
		return err
	}
	if f.State == store.IntervalLost && (f.UserID == "" || f.At != nil) {
		return sallyport.Invalid("state", "lost is asked of a person, and without a moment: it says what they have no longer").
			WithHint("Name the person; since and until narrow it to a time.")
	}
	for _, ref := range []*string{&f.UserID, &f.ActorID} {
		switch {
		case *ref == "":
		case *ref == "me":
			*ref = actor.User.ID
		default:
			u, err := tx.User(ctx, actor.Tenant, *ref)
			if err != nil {
				return err
			}
			*ref = u.ID
		}
	}
	for what, ref := range map[sallyport.Kind]*string{"": &f.ResourceID, sallyport.KindRole: &f.RoleID, sallyport.KindApp: &f.AppID} {
		if *ref == "" {
			continue
		}
		r, err := tx.ResourceEver(ctx, actor.Tenant, *ref, Viewer(actor))
		if err != nil {
			return err
		}
		if what != "" && r.Kind != what {
			return sallyport.Invalid(string(what), "%s is of the kind %s", r.Slug, r.Kind)
		}
		*ref = r.ID
	}
	return nil
}

// History lists who had what, why, and by whom it was given, decided and ended, the latest start first, as far as the actor
// may see it. UserID, ActorID, ResourceID, RoleID and AppID of the filter may be anything that names one, "me" included.
// Without any of them it is the whole company's, which auditors and admins alone may read.
func (s *Service) History(ctx context.Context, actor sallyport.Actor, f store.IntervalFilter, p store.Page) (store.IntervalPage, error) {
	var out store.IntervalPage
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := intervalRefs(ctx, tx, actor, &f); err != nil {
			return err
		}
		var err error
		out, err = tx.Intervals(ctx, actor.Tenant, Viewer(actor), f, p)
		return err
	})
	return out, err
}

// ExportHistory writes the whole history as one file, row by row as the database gives it, from one state of the database:
// what it holds in memory does not grow with the result. An error before the first byte has written nothing; one after it
// leaves a file that is cut off.
func (s *Service) ExportHistory(ctx context.Context, actor sallyport.Actor, f store.IntervalFilter, sort, format string, columns []string, w io.Writer) error {
	return s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := intervalRefs(ctx, tx, actor, &f); err != nil {
			return err
		}
		o, err := newOut(w, format, intervalTable, columns)
		if err != nil {
			return err
		}
		if err := tx.EachInterval(ctx, actor.Tenant, Viewer(actor), f, sort, o.write); err != nil {
			return err
		}
		return o.close()
	})
}

// ExportEvents writes all events that Events would list, as ExportHistory does. Values that were erased are not in it; for
// a proof there is ExportAudit.
func (s *Service) ExportEvents(ctx context.Context, actor sallyport.Actor, f store.EventFilter, sort, format string, columns []string, w io.Writer) error {
	if !f.Scoped() && !actor.ReadsAll() {
		return auditorsOnly("the whole log of events").WithHint("Ask about a person, a resource or a request, or request membership of sallyport.auditor.")
	}
	return s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := eventRefs(ctx, tx, actor, &f); err != nil {
			return err
		}
		o, err := newOut(w, format, eventTable, columns)
		if err != nil {
			return err
		}
		if err := eachEvent(ctx, tx, actor, f, sort, o.write); err != nil {
			return err
		}
		return o.close()
	})
}

// eachEvent reads a list of events to its end, a page at a time.
func eachEvent(ctx context.Context, tx *store.Tx, actor sallyport.Actor, f store.EventFilter, sort string, do func(sallyport.Event) error) error {
	p := store.Page{Limit: store.MaxLimit, Sort: sort}
	for {
		l, err := tx.Events(ctx, actor.Tenant, Viewer(actor), f, p)
		if err != nil {
			return err
		}
		for _, e := range l.Items {
			if err := do(e); err != nil {
				return err
			}
		}
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			return nil
		}
	}
}
