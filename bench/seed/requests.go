package seed

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sallyport/sallyport"
)

// approvedShare is how many of a hundred requests led to a grant.
const approvedShare = 70

// asked is a grant that a request led to.
type asked struct{ grant }

type request struct {
	grant
	state   string
	grantID string
	decided int64
	stages  []stage
}

type stage struct {
	id, name, state string
	asked           []int32
	started, closed int64
	vote            string
}

// requests makes those that led to grants, others that did not, and those that wait, each with its stages, with who was
// asked, and with their votes.
func (b *builder) requests(ctx context.Context) error {
	var all []request
	for _, a := range b.asked {
		r := request{grant: a.grant, state: "approved", grantID: a.id, decided: a.created}
		r.id = a.request
		r.created = a.created - day/2
		all = append(all, r)
	}
	rest := max(b.o.Size.Requests-len(all), 0)
	waiting := min(max(b.o.Size.Requests/50, 40), rest)
	keys := map[[2]int32]bool{}
	for i := range rest {
		g := b.past(b.between(b.micros()-history, b.micros()-8*day))
		if b.resources[g.resource].kind == sallyport.KindRole {
			g.resource = b.popular()
		}
		g.owner = false
		r := request{grant: g, state: []string{"denied", "denied", "denied", "cancelled", "expired", "superseded", "failed"}[i%7], decided: g.created + day}
		if i < waiting {
			r.subject = b.active[b.rand.IntN(len(b.active))]
			r.created, r.decided, r.state = b.between(b.micros()-5*day, b.micros()-day/24), 0, "pending"
			if keys[[2]int32{r.subject, r.resource}] {
				continue
			}
			keys[[2]int32{r.subject, r.resource}] = true
		}
		r.id = b.id(sallyport.PrefixRequest, r.created)
		all = append(all, r)
	}
	b.asked = nil
	slices.SortFunc(all, func(x, y request) int { return cmp.Compare(x.id, y.id) })
	for i := range all {
		b.decide(&all[i])
		b.tellRequest(&all[i])
		switch {
		case !b.everyone(all[i].resource): // the measures ask as anybody
		case all[i].state == "pending":
			b.c.Pending = append(b.c.Pending, all[i].id)
		case i%max(len(all)/500, 1) == 0:
			b.c.Requests = append(b.c.Requests, all[i].id)
		}
	}
	return b.writeRequests(ctx, all)
}

// decide gives a request its stages.
func (b *builder) decide(r *request) {
	res := b.resources[r.resource]
	flow := sallyport.FlowOf(res.flow)
	for p, spec := range flow.Stages {
		s := stage{id: b.id(sallyport.PrefixStage, r.created), name: spec.Title(), state: "approved", started: r.created, closed: r.decided}
		s.asked = res.owners
		if manager := b.users[r.subject].manager; spec.Approvers[0] == sallyport.ExprManager && manager >= 0 {
			s.asked = []int32{manager}
		}
		last := p == len(flow.Stages)-1
		switch {
		case r.state == "pending" && p == 0:
			s.state = "open"
		case r.state == "pending":
			s.state, s.started, s.asked = "waiting", 0, nil
		case r.state == "approved" || r.state == "failed" || r.state == "denied" && !last:
			s.vote = sallyport.VoteApprove
		case r.state == "denied":
			s.state, s.vote = "denied", "deny"
		default:
			s.state = "closed"
		}
		r.stages = append(r.stages, s)
	}
}

func (b *builder) writeRequests(ctx context.Context, all []request) error {
	t := b.c.Tenant
	err := b.bulk.load(ctx, "requests", `tenant_id,id,kind,state,requester_id,subject_kind,subject_id,resource_id,relation,duration,reason,flow,snapshot,waiting_since,grant_id,cause,decided_at,decided_by,expires_at,created_at,updated_at`,
		func(yield func([]any) bool) {
			plain := encode(sallyport.DefaultFlow())
			for _, r := range all {
				res, flow, since, by, cause := b.resources[r.resource], plain, any(nil), any(nil), ""
				if res.flow != nil {
					flow = encode(res.flow)
				}
				switch r.state {
				case "pending":
					since = r.created
				case "approved", "denied", "failed":
					by = b.users[r.stages[len(r.stages)-1].asked[0]].id
				case "expired":
					cause = "nobody decided in time"
				}
				who := b.users[r.subject].id
				if !yield([]any{t, r.id, "access", r.state, who, "user", who, res.id, "member", r.duration, reasons[len(r.id+r.state)%len(reasons)], flow,
					fmt.Sprintf(`{"resource":%q}`, res.name), since, r.grantID, cause, optional(r.decided), by, r.created + 7*day, r.created, max(r.decided, r.created)}) {
					return
				}
			}
		})
	if err != nil {
		return err
	}
	var stages, approvers, votes [][]any
	for _, r := range all {
		for p, s := range r.stages {
			spec := sallyport.FlowOf(b.resources[r.resource].flow).Stages[p]
			stages = append(stages, []any{t, s.id, r.id, p, s.name, s.state, encode(spec), optional(s.started), optional(s.closed)})
			seen := []int32{}
			for _, u := range s.asked {
				if slices.Contains(seen, u) {
					continue
				}
				seen = append(seen, u)
				approvers = append(approvers, []any{t, s.id, b.users[u].id, spec.Approvers[0], s.started})
			}
			if s.vote != "" {
				comment := ""
				if s.vote == "deny" {
					comment = "Ask your team's lead first"
				}
				votes = append(votes, []any{t, b.id(sallyport.PrefixVote, s.closed), r.id, s.id, b.users[s.asked[0]].id, s.vote, comment, 1, s.closed})
			}
		}
	}
	for _, load := range []struct {
		table, columns string
		rows           [][]any
	}{
		{"stages", "tenant_id,id,request_id,position,name,state,spec,started_at,closed_at", stages},
		{"stage_approvers", "tenant_id,stage_id,user_id,via,asked_at", approvers},
		{"votes", "tenant_id,id,request_id,stage_id,user_id,vote,comment,request_version,created_at", votes},
	} {
		if err := b.bulk.load(ctx, load.table, load.columns, sequence(load.rows)); err != nil {
			return err
		}
	}
	return nil
}
