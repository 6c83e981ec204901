package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sallyport/sallyport"
)

// ReportedRequest is a request with all its votes.
type ReportedRequest struct {
	sallyport.Request
	Approvals []sallyport.Approval
}

// votesOf is the votes of a request as one text, for approvals.
func votesOf(t, request string) string {
	text := "CAST(v.created_at AS TEXT)"
	for _, c := range []string{"v.vote", "vu.id", "vu.login", "vu.name", "COALESCE(vb.id, '')", "COALESCE(vb.login, '')", "COALESCE(vb.name, '')", "v.comment"} {
		text += " || '" + fieldMark + "' || " + c
	}
	return `(SELECT string_agg(` + text + `, '` + recordMark + `' ORDER BY v.created_at, v.id) FROM votes v
		JOIN users vu ON vu.tenant_id = v.tenant_id AND vu.id = v.user_id LEFT JOIN users vb ON vb.tenant_id = v.tenant_id AND vb.id = v.on_behalf_of
		WHERE v.tenant_id = ` + t + ` AND v.request_id = ` + request + `)`
}

var requestReport = listing{id: "q.id", sorts: map[string]string{"": "q.created_at", "created_at": "q.created_at", "decided_at": "COALESCE(q.decided_at, 0)"}}

// requestsIn writes the query of the requests that were filed or decided in [from, to), of one state where it is given.
func (tx *Tx) requestsIn(tenant, state string, from, to time.Time) (*query, report[ReportedRequest]) {
	q := &query{}
	t, a, b := q.arg(tenant), q.arg(Micros(from)), q.arg(Micros(to))
	where := " WHERE q.tenant_id = " + t + " AND ((q.created_at >= " + a + " AND q.created_at < " + b + ") OR (q.decided_at >= " + a + " AND q.decided_at < " + b + "))"
	if state != "" {
		where += " AND q.state = " + q.arg(state)
	}
	return q, report[ReportedRequest]{listing: requestReport, columns: requestColumns + ", " + votesOf(t, "q.id"), from: requestFrom + where,
		scan: func(r *sql.Rows, it *ReportedRequest, more ...any) error {
			var votes string
			err := scanRequest(r, &it.Request, append([]any{textScan{&votes}}, more...)...)
			it.Approvals = approvals(votes)
			return err
		},
		key: func(it ReportedRequest) string { return it.ID }}
}

// RequestsIn lists the requests that were filed or decided in [from, to), the oldest first; state "" is all.
func (tx *Tx) RequestsIn(ctx context.Context, tenant, state string, from, to time.Time, p Page) (List[ReportedRequest], error) {
	q, r := tx.requestsIn(tenant, state, from, to)
	return r.page(ctx, tx, q, p)
}

// CountRequestsIn counts what RequestsIn lists, by state; "" is all.
func (tx *Tx) CountRequestsIn(ctx context.Context, tenant string, from, to time.Time) (map[string]int, error) {
	q := &query{}
	t, a, b := q.arg(tenant), q.arg(Micros(from)), q.arg(Micros(to))
	return tx.tally(ctx, `SELECT x.state, count(*) FROM (
		SELECT q.state FROM requests q WHERE q.tenant_id = `+t+` AND q.created_at >= `+a+` AND q.created_at < `+b+`
		UNION ALL SELECT q.state FROM requests q WHERE q.tenant_id = `+t+` AND q.decided_at >= `+a+` AND q.decided_at < `+b+` AND NOT (q.created_at >= `+a+` AND q.created_at < `+b+`)
		) x GROUP BY x.state`, q.args)
}

// EachRequestIn is RequestsIn row by row; see EachInterval.
func (tx *Tx) EachRequestIn(ctx context.Context, tenant, state string, from, to time.Time, do func(ReportedRequest) error) error {
	q, r := tx.requestsIn(tenant, state, from, to)
	return r.each(ctx, tx, q, "", do)
}

// ReportedVote is a vote with the request it was on.
type ReportedVote struct {
	ID string
	sallyport.Approval
	RequestID   string
	Resource    sallyport.ResourceRef
	Relation    sallyport.Relation
	Requester   sallyport.UserRef
	Beneficiary sallyport.Subject
}

var voteReport = listing{id: "v.id", sorts: map[string]string{"": "v.created_at", "at": "v.created_at"}}

// votesIn writes the query of the votes that were cast in [from, to), approve or deny where it is given.
func (tx *Tx) votesIn(tenant, vote string, from, to time.Time) (*query, report[ReportedVote]) {
	q := &query{}
	t, a, b := q.arg(tenant), q.arg(Micros(from)), q.arg(Micros(to))
	where := " WHERE v.tenant_id = " + t + " AND v.created_at >= " + a + " AND v.created_at < " + b
	if vote != "" {
		where += " AND v.vote = " + q.arg(vote)
	}
	on := func(table, alias, id string) string {
		return " LEFT JOIN " + table + " " + alias + " ON " + alias + ".tenant_id = " + t + " AND " + alias + ".id = " + id
	}
	return q, report[ReportedVote]{listing: voteReport,
		columns: `v.id, v.created_at, v.vote, v.comment, vu.id, vu.login, vu.name, vb.id, vb.login, vb.name, q.id, r.id, r.slug, r.name, r.kind, q.relation,
			rq.id, rq.login, rq.name, q.subject_kind, q.subject_id, COALESCE(su.login, ''), COALESCE(sr.slug, ''), COALESCE(su.name, sr.name, '')`,
		from: " FROM votes v JOIN requests q ON q.tenant_id = v.tenant_id AND q.id = v.request_id" + on("users", "vu", "v.user_id") + on("users", "vb", "v.on_behalf_of") +
			on("resources", "r", "q.resource_id") + on("users", "rq", "q.requester_id") + on("users", "su", "q.subject_id") + on("resources", "sr", "q.subject_id") + where,
		scan: func(r *sql.Rows, it *ReportedVote, more ...any) error {
			var behalf optionalUser
			dest := append([]any{&it.ID, timeScan{&it.At}, &it.Vote, &it.Comment, &it.By.ID, &it.By.Login, &it.By.Name}, behalf.dest()...)
			dest = append(dest, &it.RequestID, &it.Resource.ID, &it.Resource.Slug, &it.Resource.Name, &it.Resource.Kind, &it.Relation, &it.Requester.ID, &it.Requester.Login,
				&it.Requester.Name, &it.Beneficiary.Kind, &it.Beneficiary.ID, &it.Beneficiary.Login, &it.Beneficiary.Slug, &it.Beneficiary.Name)
			err := r.Scan(append(dest, more...)...)
			it.OnBehalfOf = behalf.ref()
			return err
		},
		key: func(it ReportedVote) string { return it.ID }}
}

// VotesIn lists the votes that were cast in [from, to), the oldest first; vote "" is both kinds.
func (tx *Tx) VotesIn(ctx context.Context, tenant, vote string, from, to time.Time, p Page) (List[ReportedVote], error) {
	q, r := tx.votesIn(tenant, vote, from, to)
	return r.page(ctx, tx, q, p)
}

// CountVotesIn counts what VotesIn lists, by approve and deny; "" is both.
func (tx *Tx) CountVotesIn(ctx context.Context, tenant string, from, to time.Time) (map[string]int, error) {
	q := &query{}
	return tx.tally(ctx, "SELECT v.vote, count(*) FROM votes v WHERE v.tenant_id = "+q.arg(tenant)+" AND v.created_at >= "+q.arg(Micros(from))+" AND v.created_at < "+q.arg(Micros(to))+
		" GROUP BY v.vote", q.args)
}

// EachVoteIn is VotesIn row by row; see EachInterval.
func (tx *Tx) EachVoteIn(ctx context.Context, tenant, vote string, from, to time.Time, do func(ReportedVote) error) error {
	q, r := tx.votesIn(tenant, vote, from, to)
	return r.each(ctx, tx, q, "", do)
}
