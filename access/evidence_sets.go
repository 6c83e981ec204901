package access

import (
	"context"
	"strconv"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// set is one file of the evidence: a table, read whole for the file, or page by page, narrowed to the rows that a figure
// counts.
type set struct {
	file, title string
	columns     []string
	each        func(ctx context.Context, tx *store.Tx, tenant string, p Period, do func([]string) error) error
	page        func(ctx context.Context, tx *store.Tx, tenant string, p Period, value string, page store.Page) (store.List[[]string], error)
	// count counts the rows by the value that a figure tells them by, "" being all; nil: a page counts them.
	count func(ctx context.Context, tx *store.Tx, tenant string, p Period) (map[string]int, error)
}

// by adds the count of a set.
func (s set) by(count func(ctx context.Context, tx *store.Tx, tenant string, p Period) (map[string]int, error)) set {
	s.count = count
	return s
}

// counts counts the rows of a set, by the values of its figures.
func (s set) counts(ctx context.Context, tx *store.Tx, tenant string, p Period) (map[string]int, error) {
	if s.count != nil {
		return s.count(ctx, tx, tenant, p)
	}
	l, err := s.page(ctx, tx, tenant, p, "", store.Page{Total: true, NoRows: true})
	if err != nil {
		return nil, err
	}
	return map[string]int{"": *l.Total}, nil
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
// the present. The four of access are counted together, once.
func evidenceSets(now time.Time) []set {
	type tx = *store.Tx
	var spans *store.SpanCounts
	counted := func(of func(store.SpanCounts) int) func(ctx context.Context, tx tx, tenant string, p Period) (map[string]int, error) {
		return func(ctx context.Context, tx tx, tenant string, p Period) (map[string]int, error) {
			if spans == nil {
				c, err := tx.CountSpans(ctx, tenant, p.From, p.until(now))
				if err != nil {
					return nil, err
				}
				spans = &c
			}
			return map[string]int{"": of(*spans)}, nil
		}
	}
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
				l, err := tx.Intervals(ctx, tenant, Everything, filter(p), page)
				return l.List, err
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
		intervals("access-start.csv", "Who held what at the start", "person", heldAt(start)).by(counted(func(c store.SpanCounts) int { return c.AtStart })),
		intervals("access-end.csv", "Who held what at the end", "person", heldAt(end)).by(counted(func(c store.SpanCounts) int { return c.AtEnd })),
		table("requests.csv", "Requests filed or decided, with their approvals", requestTable,
			func(ctx context.Context, tx tx, tenant string, p Period, do func(store.ReportedRequest) error) error {
				return tx.EachRequestIn(ctx, tenant, "", p.From, p.To, do)
			},
			func(ctx context.Context, tx tx, tenant string, p Period, state string, page store.Page) (store.List[store.ReportedRequest], error) {
				return tx.RequestsIn(ctx, tenant, state, p.From, p.To, page)
			}).by(func(ctx context.Context, tx tx, tenant string, p Period) (map[string]int, error) {
			return tx.CountRequestsIn(ctx, tenant, p.From, p.To)
		}),
		table("approvals.csv", "Votes cast", voteTable,
			func(ctx context.Context, tx tx, tenant string, p Period, do func(store.ReportedVote) error) error {
				return tx.EachVoteIn(ctx, tenant, "", p.From, p.To, do)
			},
			func(ctx context.Context, tx tx, tenant string, p Period, vote string, page store.Page) (store.List[store.ReportedVote], error) {
				return tx.VotesIn(ctx, tenant, vote, p.From, p.To, page)
			}).by(func(ctx context.Context, tx tx, tenant string, p Period) (map[string]int, error) {
			return tx.CountVotesIn(ctx, tenant, p.From, p.To)
		}),
		intervals("access-began.csv", "Access that began", "started", func(p Period) store.IntervalFilter {
			to := end(p)
			return store.IntervalFilter{BeganFrom: &p.From, BeganTo: &to, People: true}
		}).by(counted(func(c store.SpanCounts) int { return c.Began })),
		intervals("access-ended.csv", "Access that ended", "ended", func(p Period) store.IntervalFilter {
			to := end(p)
			return store.IntervalFilter{EndedFrom: &p.From, EndedTo: &to, People: true}
		}).by(counted(func(c store.SpanCounts) int { return c.Ended })),
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
			}).by(func(ctx context.Context, tx tx, tenant string, p Period) (map[string]int, error) {
			return tx.CountLeavers(ctx, tenant, p.From, p.To)
		}),
	}
}
