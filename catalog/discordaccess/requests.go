package discordaccess

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
)

// decided is a request that is over: kept for the record.
type decided struct {
	request
	state sallyport.RequestState
	cause string
}

// The words with which discord/access closes requests by itself.
var (
	wordsExpired    = []string{"because the request expired"}
	wordsSuperseded = []string{"superseded by a newer request", "due to duplicate"}
	wordsCancelled  = []string{"was deleted", "no longer managed"}
)

// planRequests keeps requests that are over, files those that wait for a decision anew, so that it is taken by the rules
// of here, those for new groups as well.
func (p *planner) planRequests() {
	order := slices.Clone(p.d.Requests)
	slices.SortStableFunc(order, func(a, b request) int { return a.Created.Compare(b.Created) })
	newest := map[livingKey]string{}
	for _, r := range order {
		if r.Status == "PENDING" {
			newest[p.asked(r)] = r.Table + r.ID
		}
	}
	for _, r := range order {
		p.planRequest(r, newest[p.asked(r)] == r.Table+r.ID)
	}
	for _, c := range p.d.Creations {
		p.planCreation(c)
	}
}

func (p *planner) asked(r request) livingKey {
	k := livingKey{who: rowKey{tableUser, r.Requester}, on: p.place(r.Group, r.Owner), relation: relationOf(r.Owner)}
	if r.Table == tableRoleReq {
		k.who = rowKey{tableGroup, r.Role}
	}
	return k
}

func (p *planner) planRequest(r request, newest bool) {
	r.what = p.l.what(r.Table, r.ID)
	if result := (rowKey{tableMember, r.Result}); r.Status == "APPROVED" && r.Result != "" {
		if r.Table == tableRoleReq {
			result.table = tableMap
		}
		p.cameOf[result] = rowKey{r.Table, r.ID}
	}
	if p.l.fate(r.Table, r.ID) == Earlier {
		p.decidedThere(rowKey{r.Table, r.ID}, r.Status)
		return
	}
	leave := func(why string, args ...any) { p.l.set(r.Table, r.ID, Left, why, args...) }
	k := p.asked(r)
	switch {
	case !p.has(tableUser, r.Requester):
		leave("who asked is not in the table")
		return
	case !p.has(tableGroup, r.Group):
		leave("the group is not brought")
		return
	case r.Table == tableRoleReq && !p.has(tableGroup, r.Role):
		leave("the role is not brought")
		return
	case r.Table == tableRoleReq && p.groups[r.Role].Type != typeRole:
		leave("the group for which it was asked is no role")
		return
	}
	d := decided{request: r, cause: cleanText(r.Resolution, sallyport.MaxReason)}
	says := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(r.Resolution), w) })
	}
	switch {
	case r.Status == "APPROVED":
		d.state, d.cause = sallyport.RequestApproved, ""
	case r.Status == "REJECTED" && r.Resolver == "" && says(wordsExpired):
		d.state = sallyport.RequestExpired
	case r.Status == "REJECTED" && says(wordsSuperseded):
		d.state = sallyport.RequestSuperseded
	case r.Status == "REJECTED" && (r.Resolver == r.Requester || r.Resolver == "" && says(wordsCancelled)):
		d.state = sallyport.RequestCancelled
	case r.Status == "REJECTED":
		d.state = sallyport.RequestDenied
	case r.Status != "PENDING":
		leave("the status %q is unknown", plain(r.Status))
		return
	default:
		state, why := p.waits(r, k, newest)
		if state == sallyport.RequestPending {
			p.asks = append(p.asks, r)
			p.l.set(r.Table, r.ID, Brought, "")
			p.tooMuch(rowKey{r.Table, r.ID}, "its reason", r.Reason, sallyport.MaxReason)
			if r.Resolver != "" || r.Resolved != nil {
				p.l.set(r.Table, r.ID, Changed, "its row names who decided it, and says that nobody did; it waits for a decision here")
			}
			return
		}
		d.state, d.cause = state, why
		p.l.set(r.Table, r.ID, Changed, "it waited for a decision that could not be: %s; it is %s here", why, state)
	}
	if d.Resolved == nil {
		if r.Status != "PENDING" {
			p.l.set(r.Table, r.ID, Changed, "when it was decided is not known; it is taken for the time at which it was asked")
			d.Resolved = &d.Created
		} else {
			d.Resolved = &p.now
		}
	}
	p.history = append(p.history, d)
	p.l.set(r.Table, r.ID, Brought, "")
	p.tooMuch(rowKey{r.Table, r.ID}, "its reason", r.Reason, sallyport.MaxReason)
	p.tooMuch(rowKey{r.Table, r.ID}, "the reason of the decision", r.Resolution, sallyport.MaxReason)
}

// waits says whether a pending request can still be decided, and what it is otherwise.
func (p *planner) waits(r request, k livingKey, newest bool) (sallyport.RequestState, string) {
	_, whoGone := p.gone[rowKey{tableUser, r.Requester}]
	_, roleGone := p.gone[k.who]
	_, groupGone := p.gone[k.on]
	_, innerGone := p.gone[rowKey{tableGroup, r.Group}]
	switch {
	case whoGone:
		return sallyport.RequestCancelled, "who asked is gone"
	case roleGone:
		return sallyport.RequestCancelled, "the role is deleted"
	case groupGone || innerGone:
		return sallyport.RequestCancelled, "what was asked for is deleted"
	case !p.groups[r.Group].Managed:
		return sallyport.RequestCancelled, "the group is fed by the directory's rules"
	case r.Ending != nil && !r.Ending.After(p.now):
		return sallyport.RequestExpired, "the end that was asked for has passed"
	case !newest:
		return sallyport.RequestSuperseded, "a newer request for the same waits"
	}
	return sallyport.RequestPending, ""
}

// form is the snapshot of a request from elsewhere: what was asked, and what was decided.
func (d decided) form() json.RawMessage {
	b, err := json.Marshal(map[string]any{"from": "discord/access", "id": d.ID, "status": d.Status, "asked_until": d.Ending, "approved_until": d.Approved,
		"reason": d.Reason, "resolution": d.Resolution, "ownership": d.Owner})
	if err != nil {
		return json.RawMessage("{}")
	}
	return b
}
