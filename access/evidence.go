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
var changeVerbs = []string{"catalogue.", "connection.", "creation_rule.", "delegation.", "resource.", "role.", "tag.", "token."}

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
		counts := map[string]map[string]int{}
		for _, set := range evidenceSets(tx.Now()) {
			n, err := set.counts(ctx, tx, actor.Tenant, p)
			if err != nil {
				return err
			}
			counts[set.file], out.Files = n, append(out.Files, set.file)
		}
		for _, f := range figures {
			out.Figures = append(out.Figures, s.figure(p, f, counts[f.file][f.value]))
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
		counts, err := set.counts(ctx, tx, actor.Tenant, p)
		if err != nil {
			return err
		}
		l, err := set.page(ctx, tx, actor.Tenant, p, figures[i].value, page)
		if err != nil {
			return err
		}
		out = EvidenceRows{Figure: s.figure(p, figures[i], counts[figures[i].value]), Columns: set.columns, Items: l.Items, NextCursor: l.NextCursor}
		return nil
	})
	return out, err
}

func setOf(sets []set, f figure) set {
	return sets[slices.IndexFunc(sets, func(s set) bool { return s.file == f.file })]
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
