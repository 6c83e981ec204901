package access

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Period is [From, To).
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to" doc:"Not included"`
}

// longestPeriod is the longest that evidence is made of.
const longestPeriod = 5 * 366 * 24 * time.Hour

func (p Period) check(now time.Time) error {
	switch {
	case p.From.IsZero():
		return sallyport.Invalid("from", "is missing: the first moment of the period")
	case p.To.IsZero():
		return sallyport.Invalid("to", "is missing: the moment after the period")
	case !p.To.After(p.From):
		return sallyport.Invalid("to", "is not after from; a period has a length")
	case p.To.Sub(p.From) > longestPeriod:
		return sallyport.Invalid("to", "is more than five years after from; make several packs")
	case p.From.After(now):
		return sallyport.Invalid("from", "is in the future, of which there is no evidence")
	}
	return nil
}

// until is the last moment of the period, or the present while it is not over.
func (p Period) until(now time.Time) time.Time {
	if p.To.After(now) {
		return now
	}
	return p.To
}

// set is one file of the evidence: a table, read whole for the file, or page by page, narrowed to the rows that a figure
// counts.
type set struct {
	file, title string
	columns     []string
	each        func(ctx context.Context, tx *store.Tx, tenant string, p Period, do func([]string) error) error
	page        func(ctx context.Context, tx *store.Tx, tenant string, p Period, value string, page store.Page) (store.List[[]string], error)
}

// table makes a set of a list: each reads it whole, page by page.
func table[T any](file, title string, columns []column[T],
	each func(ctx context.Context, tx *store.Tx, tenant string, p Period, do func(T) error) error,
	page func(ctx context.Context, tx *store.Tx, tenant string, p Period, value string, page store.Page) (store.List[T], error)) set {
	return set{file: file, title: title, columns: columnNames(columns),
		each: func(ctx context.Context, tx *store.Tx, tenant string, p Period, do func([]string) error) error {
			return each(ctx, tx, tenant, p, func(row T) error { return do(cells(columns, row)) })
		},
		page: func(ctx context.Context, tx *store.Tx, tenant string, p Period, value string, pg store.Page) (store.List[[]string], error) {
			l, err := page(ctx, tx, tenant, p, value, pg)
			out := store.List[[]string]{Items: [][]string{}, NextCursor: l.NextCursor, Total: l.Total}
			for _, row := range l.Items {
				out.Items = append(out.Items, cells(columns, row))
			}
			return out, err
		}}
}

// figure is a number of the evidence, and how its rows are told from the others of its set.
type figure struct{ id, title, file, column, value string }

var figures = []figure{
	{"people-start", "People at the start", "people-start.csv", "", ""},
	{"people-end", "People at the end", "people-end.csv", "", ""},
	{"access-start", "Access held at the start", "access-start.csv", "", ""},
	{"access-end", "Access held at the end", "access-end.csv", "", ""},
	{"requests", "Requests filed or decided", "requests.csv", "", ""},
	{"requests-approved", "Requests approved", "requests.csv", "state", "approved"},
	{"requests-denied", "Requests denied", "requests.csv", "state", "denied"},
	{"requests-cancelled", "Requests taken back", "requests.csv", "state", "cancelled"},
	{"requests-expired", "Requests that nobody decided in time", "requests.csv", "state", "expired"},
	{"requests-superseded", "Requests that a newer one replaced", "requests.csv", "state", "superseded"},
	{"requests-failed", "Requests approved, but not fulfilled", "requests.csv", "state", "failed"},
	{"requests-pending", "Requests still waiting", "requests.csv", "state", "pending"},
	{"approvals", "Votes cast", "approvals.csv", "", ""},
	{"approvals-approve", "Votes to approve", "approvals.csv", "vote", "approve"},
	{"approvals-deny", "Votes to deny", "approvals.csv", "vote", "deny"},
	{"given", "Access that began", "access-began.csv", "", ""},
	{"ended", "Access that ended", "access-ended.csv", "", ""},
	{"changes", "Changes to the catalogue, its limits and connections", "changes.csv", "", ""},
	{"leavers", "People who left", "leavers.csv", "", ""},
	{"leavers-done", "Leavers whose access is gone", "leavers.csv", "removal", sallyport.RemovalDone},
	{"leavers-open", "Leavers whose access is still being removed", "leavers.csv", "removal", sallyport.RemovalOpen},
	{"leavers-returned", "Leavers who have come back since", "leavers.csv", "removal", sallyport.RemovalReturned},
}

// changeVerbs are the events that change what can be held, by whose decision and for how long.
var changeVerbs = []string{"catalogue.", "connection.", "delegation.", "resource.", "tag.", "token."}

// Evidence is what a period's evidence says in numbers.
type Evidence struct {
	Period
	Figures []sallyport.Figure `json:"figures"`
	Files   []string           `json:"files"`
}

// EvidenceRows is one page of the rows that a figure counts, as its file has them.
type EvidenceRows struct {
	Figure     sallyport.Figure `json:"figure"`
	Columns    []string         `json:"columns"`
	Items      [][]string       `json:"items"`
	NextCursor string           `json:"next_cursor,omitempty"`
}

// link is the page that shows the rows of a figure.
func (s *Service) evidenceLink(p Period, id string) string {
	q := url.Values{"from": {p.From.UTC().Format(time.RFC3339Nano)}, "to": {p.To.UTC().Format(time.RFC3339Nano)}, "figure": {id}}
	return s.link("/evidence?" + q.Encode())
}

func (s *Service) figure(p Period, f figure, count int) sallyport.Figure {
	return sallyport.Figure{ID: f.id, Title: f.title, Count: count, File: f.file, Column: f.column, Value: f.value, Link: s.evidenceLink(p, f.id)}
}

func mayReadEvidence(actor sallyport.Actor) error {
	if !actor.ReadsAll() {
		return auditorsOnly("the evidence of a period").WithHint("Request membership of sallyport.auditor.")
	}
	return nil
}

// Evidence counts what a period's pack would hold. Auditors and admins only.
func (s *Service) Evidence(ctx context.Context, actor sallyport.Actor, p Period) (Evidence, error) {
	out := Evidence{Period: p}
	if err := mayReadEvidence(actor); err != nil {
		return out, err
	}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := p.check(tx.Now()); err != nil {
			return err
		}
		sets := evidenceSets(tx.Now())
		for _, f := range figures {
			l, err := setOf(sets, f).page(ctx, tx, actor.Tenant, p, f.value, store.Page{Total: true, NoRows: true})
			if err != nil {
				return err
			}
			out.Figures = append(out.Figures, s.figure(p, f, *l.Total))
		}
		for _, set := range sets {
			out.Files = append(out.Files, set.file)
		}
		return nil
	})
	return out, err
}

// EvidenceRows lists the rows behind a figure; Figure.Count is the number of all. Auditors and admins only.
func (s *Service) EvidenceRows(ctx context.Context, actor sallyport.Actor, p Period, id string, page store.Page) (EvidenceRows, error) {
	var out EvidenceRows
	if err := mayReadEvidence(actor); err != nil {
		return out, err
	}
	i := slices.IndexFunc(figures, func(f figure) bool { return f.id == id })
	if i < 0 {
		return out, sallyport.Errorf(sallyport.ENotFound, "there is no figure %q in the evidence", short(id)).WithHint("GET /evidence lists them.")
	}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := p.check(tx.Now()); err != nil {
			return err
		}
		set := setOf(evidenceSets(tx.Now()), figures[i])
		page.Total = true
		l, err := set.page(ctx, tx, actor.Tenant, p, figures[i].value, page)
		if err != nil {
			return err
		}
		out = EvidenceRows{Figure: s.figure(p, figures[i], *l.Total), Columns: set.columns, Items: l.Items, NextCursor: l.NextCursor}
		return nil
	})
	return out, err
}

func setOf(sets []set, f figure) set {
	return sets[slices.IndexFunc(sets, func(s set) bool { return s.file == f.file })]
}

var peopleTable = []column[sallyport.User]{
	{"login", func(u sallyport.User) string { return u.Login }},
	{"name", func(u sallyport.User) string { return u.Name }},
	{"email", func(u sallyport.User) string { return u.Email }},
	{"title", func(u sallyport.User) string { return u.Title }},
	{"department", func(u sallyport.User) string { return u.Department }},
	{"manager", func(u sallyport.User) string { return login(u.Manager) }},
	{"kind", func(u sallyport.User) string { return string(u.Kind) }},
	{"accountable", func(u sallyport.User) string { return login(u.Accountable) }},
	{"source", func(u sallyport.User) string { return u.Source }},
	{"known_since", func(u sallyport.User) string { return moment(&u.CreatedAt) }},
	{"left_at", func(u sallyport.User) string { return moment(u.LeftAt) }},
	{"id", func(u sallyport.User) string { return u.ID }},
}

var requestTable = []column[store.ReportedRequest]{
	{"request", func(r store.ReportedRequest) string { return r.ID }},
	{"kind", func(r store.ReportedRequest) string { return string(r.Kind) }},
	{"state", func(r store.ReportedRequest) string { return string(r.State) }},
	{"filed_at", func(r store.ReportedRequest) string { return moment(&r.CreatedAt) }},
	{"requester", func(r store.ReportedRequest) string { return r.Requester.Login }},
	{"beneficiary", func(r store.ReportedRequest) string { return subjectName(r.Beneficiary) }},
	{"resource", func(r store.ReportedRequest) string { return r.Resource.Slug }},
	{"relation", func(r store.ReportedRequest) string { return string(r.Relation) }},
	{"length", func(r store.ReportedRequest) string {
		switch {
		case r.NoEnd:
			return "no end"
		case r.Duration != nil:
			return r.Duration.String()
		}
		return moment(r.Until)
	}},
	{"reason", func(r store.ReportedRequest) string { return r.Reason }},
	{"decided_at", func(r store.ReportedRequest) string { return moment(r.DecidedAt) }},
	{"decided_by", func(r store.ReportedRequest) string { return login(r.DecidedBy) }},
	{"approvals", func(r store.ReportedRequest) string { return voteWords(r.Approvals) }},
	{"cause", func(r store.ReportedRequest) string { return r.Cause }},
	{"grant", func(r store.ReportedRequest) string { return r.GrantID }},
}

var voteTable = []column[store.ReportedVote]{
	{"at", func(v store.ReportedVote) string { return moment(&v.At) }},
	{"request", func(v store.ReportedVote) string { return v.RequestID }},
	{"vote", func(v store.ReportedVote) string { return v.Vote }},
	{"by", func(v store.ReportedVote) string { return v.By.Login }},
	{"on_behalf_of", func(v store.ReportedVote) string { return login(v.OnBehalfOf) }},
	{"comment", func(v store.ReportedVote) string { return v.Comment }},
	{"requester", func(v store.ReportedVote) string { return v.Requester.Login }},
	{"beneficiary", func(v store.ReportedVote) string { return subjectName(v.Beneficiary) }},
	{"resource", func(v store.ReportedVote) string { return v.Resource.Slug }},
	{"relation", func(v store.ReportedVote) string { return string(v.Relation) }},
	{"id", func(v store.ReportedVote) string { return v.ID }},
}

var leaverTable = []column[sallyport.Leaver]{
	{"login", func(l sallyport.Leaver) string { return l.User.Login }},
	{"name", func(l sallyport.Leaver) string { return l.User.Name }},
	{"department", func(l sallyport.Leaver) string { return l.User.Department }},
	{"state", func(l sallyport.Leaver) string { return string(l.User.State) }},
	{"left_at", func(l sallyport.Leaver) string { return moment(&l.LeftAt) }},
	{"held", func(l sallyport.Leaver) string { return strconv.Itoa(l.Held) }},
	{"last_ended_at", func(l sallyport.Leaver) string { return moment(l.EndedAt) }},
	{"last_removed_at", func(l sallyport.Leaver) string { return moment(l.RemovedAt) }},
	{"removal", sallyport.Leaver.Removal},
	{"open", func(l sallyport.Leaver) string { return strconv.Itoa(l.Open) }},
	{"seconds_to_removal", func(l sallyport.Leaver) string {
		gone := l.GoneAt()
		if gone == nil {
			return ""
		}
		return strconv.FormatInt(int64(gone.Sub(l.LeftAt)/time.Second), 10)
	}},
	{"returned_at", func(l sallyport.Leaver) string { return moment(l.ReturnedAt) }},
	{"id", func(l sallyport.Leaver) string { return l.User.ID }},
}

// evidenceSets are the files of a pack, in their order. What is asked of the end of a period that is not over is asked of
// the present.
func evidenceSets(now time.Time) []set {
	type tx = *store.Tx
	people := func(file, title string, at func(Period) time.Time) set {
		return table(file, title, peopleTable,
			func(ctx context.Context, tx tx, tenant string, p Period, do func(sallyport.User) error) error {
				return tx.EachPersonAt(ctx, tenant, at(p), do)
			},
			func(ctx context.Context, tx tx, tenant string, p Period, _ string, page store.Page) (store.List[sallyport.User], error) {
				return tx.PeopleAt(ctx, tenant, at(p), page)
			})
	}
	intervals := func(file, title, sort string, filter func(Period) store.IntervalFilter) set {
		return table(file, title, intervalTable,
			func(ctx context.Context, tx tx, tenant string, p Period, do func(sallyport.Interval) error) error {
				return tx.EachInterval(ctx, tenant, Everything, filter(p), sort, do)
			},
			func(ctx context.Context, tx tx, tenant string, p Period, _ string, page store.Page) (store.List[sallyport.Interval], error) {
				page.Sort = sort
				return tx.Intervals(ctx, tenant, Everything, filter(p), page)
			})
	}
	start := func(p Period) time.Time { return p.From }
	end := func(p Period) time.Time { return p.until(now) }
	heldAt := func(at func(Period) time.Time) func(Period) store.IntervalFilter {
		return func(p Period) store.IntervalFilter { t := at(p); return store.IntervalFilter{At: &t, People: true} }
	}
	return []set{
		people("people-start.csv", "Who was here at the start", start),
		people("people-end.csv", "Who was here at the end", end),
		intervals("access-start.csv", "Who held what at the start", "person", heldAt(start)),
		intervals("access-end.csv", "Who held what at the end", "person", heldAt(end)),
		table("requests.csv", "Requests filed or decided, with their approvals", requestTable,
			func(ctx context.Context, tx tx, tenant string, p Period, do func(store.ReportedRequest) error) error {
				return tx.EachRequestIn(ctx, tenant, "", p.From, p.To, do)
			},
			func(ctx context.Context, tx tx, tenant string, p Period, state string, page store.Page) (store.List[store.ReportedRequest], error) {
				return tx.RequestsIn(ctx, tenant, state, p.From, p.To, page)
			}),
		table("approvals.csv", "Votes cast", voteTable,
			func(ctx context.Context, tx tx, tenant string, p Period, do func(store.ReportedVote) error) error {
				return tx.EachVoteIn(ctx, tenant, "", p.From, p.To, do)
			},
			func(ctx context.Context, tx tx, tenant string, p Period, vote string, page store.Page) (store.List[store.ReportedVote], error) {
				return tx.VotesIn(ctx, tenant, vote, p.From, p.To, page)
			}),
		intervals("access-began.csv", "Access that began", "started", func(p Period) store.IntervalFilter {
			to := end(p)
			return store.IntervalFilter{BeganFrom: &p.From, BeganTo: &to, People: true}
		}),
		intervals("access-ended.csv", "Access that ended", "ended", func(p Period) store.IntervalFilter {
			to := end(p)
			return store.IntervalFilter{EndedFrom: &p.From, EndedTo: &to, People: true}
		}),
		table("changes.csv", "Changes to the catalogue, its limits and connections", eventTable,
			func(ctx context.Context, tx tx, tenant string, p Period, do func(sallyport.Event) error) error {
				return eachEvent(ctx, tx, sallyport.System(tenant), store.EventFilter{Verbs: changeVerbs, Since: &p.From, Until: &p.To}, "at", do)
			},
			func(ctx context.Context, tx tx, tenant string, p Period, _ string, page store.Page) (store.List[sallyport.Event], error) {
				page.Sort = "at"
				return tx.Events(ctx, tenant, Everything, store.EventFilter{Verbs: changeVerbs, Since: &p.From, Until: &p.To}, page)
			}),
		table("leavers.csv", "People who left, and how long their access took to be gone", leaverTable,
			func(ctx context.Context, tx tx, tenant string, p Period, do func(sallyport.Leaver) error) error {
				return tx.EachLeaver(ctx, tenant, p.From, p.To, do)
			},
			func(ctx context.Context, tx tx, tenant string, p Period, removal string, page store.Page) (store.List[sallyport.Leaver], error) {
				return tx.Leavers(ctx, tenant, removal, p.From, p.To, page)
			}),
	}
}

// ParsePeriod reads a period as people write it: 2026, 2026-Q1, 2026-03, or FROM/TO as dates or times; TO is not included.
func ParsePeriod(text string) (Period, error) {
	bad := sallyport.Invalid("period", "%q is not a period; write 2026, 2026-Q1, 2026-03 or 2026-01-01/2026-04-01", short(text))
	if from, to, ok := strings.Cut(text, "/"); ok {
		a, err := parseMoment(from)
		b, err2 := parseMoment(to)
		if err != nil || err2 != nil {
			return Period{}, bad
		}
		return Period{a, b}, nil
	}
	if year, quarter, ok := strings.Cut(text, "-Q"); ok {
		t, err := time.Parse("2006", year)
		n, err2 := strconv.Atoi(quarter)
		if err != nil || err2 != nil || n < 1 || n > 4 {
			return Period{}, bad
		}
		from := t.AddDate(0, 3*(n-1), 0)
		return Period{from, from.AddDate(0, 3, 0)}, nil
	}
	if t, err := time.Parse("2006-01", text); err == nil {
		return Period{t, t.AddDate(0, 1, 0)}, nil
	}
	if t, err := time.Parse("2006", text); err == nil {
		return Period{t, t.AddDate(1, 0, 0)}, nil
	}
	return Period{}, bad
}

func parseMoment(text string) (time.Time, error) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, text)
}
