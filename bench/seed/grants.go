package seed

import (
	"cmp"
	"context"
	"slices"

	"github.com/sallyport/sallyport"
)

// grant is a row of grants; times are microseconds, 0 is none.
type grant struct {
	id                                      string
	role                                    bool // the subject is a role
	subject, resource, by                   int32
	owner, noEnd, asked, waits              bool
	created, start, end, activated, endedAt int64
	duration                                int64
	endedReason, reason, request            string
}

var reasons = []string{"Needed for the project", "Covers for a colleague", "On call this quarter", "Joined the team", "Audit preparation", "Migration of the old system"}

// history is how far back grants go.
const history = 3 * 365 * day

// grants makes what lives, and as much that is over as the size asks for, in the order of time.
func (b *builder) grants(ctx context.Context) error {
	living := b.living()
	b.c.Living = len(living)
	over := max(b.o.Size.Grants-len(living), 0)
	begin, end := b.micros()-history, b.micros()-day
	// Of those of people, as many come from requests as there are approved ones.
	everyAsked := max(b.o.Size.Grants/max(b.o.Size.Requests*approvedShare/100, 1), 1)
	everyTold := max(int(float64(b.o.Size.Grants)*1.9/max(float64(b.o.Size.Events)-2.7*float64(b.o.Size.Requests), 1)), 1)
	n, at := 0, 0
	if err := b.bulk.load(ctx, "grants", grantColumns, b.adminGrants); err != nil {
		return err
	}
	return b.bulk.load(ctx, "grants", grantColumns,
		func(yield func([]any) bool) {
			emit := func(g grant) bool {
				n++
				g.id = b.id(sallyport.PrefixGrant, g.created)
				if g.reason == "" {
					g.reason = reasons[n%len(reasons)]
				}
				if n%everyAsked == 0 && !g.role && !g.owner && b.resources[g.resource].kind != sallyport.KindRole && g.activated != 0 {
					g.request, g.asked = b.id(sallyport.PrefixRequest, g.created-day/2), true
					b.asked = append(b.asked, asked{grant: g})
				}
				if n%everyTold == 0 {
					b.tell(g)
				}
				if g.endedAt == 0 && !g.role && !g.owner {
					switch b.resources[g.resource].fulfil.Kind {
					case sallyport.FulfilManual:
						b.manual = append(b.manual, g)
					case sallyport.FulfilConnector:
						b.linked = append(b.linked, g)
					}
					if g.resource == b.lease {
						b.c.Ending = append(b.c.Ending, g.id)
					}
				}
				return yield(b.row(g))
			}
			for i := range over {
				t := begin + (end-begin)/int64(over)*int64(i)
				for at < len(living) && living[at].created <= t {
					if !emit(living[at]) {
						return
					}
					at++
				}
				if !emit(b.past(t)) {
					return
				}
			}
			for ; at < len(living); at++ {
				if !emit(living[at]) {
					return
				}
			}
		})
}

const grantColumns = `tenant_id,id,subject_kind,subject_id,resource_id,relation,origin,reason_kind,reason,request_id,duration,starts_at,ends_at,no_end,activated_at,ended_at,ended_by,ended_reason,created_by,created_at`

// adminGrants make the admins what they are, since before anything else.
func (b *builder) adminGrants(yield func([]any) bool) {
	at := b.micros() - history - day
	for n := range admins {
		who := b.users[b.active[1+n]].id
		if !yield([]any{b.c.Tenant, b.id(sallyport.PrefixGrant, at), "user", who, b.admin, "member", "given", "bootstrap", "", nil, nil, at, nil, true, at, nil, nil, "", nil, at}) {
			return
		}
	}
}

func (b *builder) row(g grant) []any {
	subject, kind, relation, reason := "", "user", "member", "direct"
	if g.role {
		subject, kind = b.resources[g.subject].id, "role"
	} else {
		subject = b.users[g.subject].id
	}
	if g.owner {
		relation = "owner"
	}
	if g.asked {
		reason = "request"
	}
	endedBy, by := any(nil), b.users[g.by].id
	if g.endedAt != 0 && g.endedReason != "expired" {
		endedBy = by
	}
	return []any{b.c.Tenant, g.id, kind, subject, b.resources[g.resource].id, relation, "given", reason, g.reason, text(g.request), optional(g.duration), g.start, optional(g.end), g.noEnd,
		optional(g.activated), optional(g.endedAt), endedBy, g.endedReason, by, g.created}
}

// past is a grant that began at t and is over.
func (b *builder) past(t int64) grant {
	g := grant{created: t, start: t, activated: t, subject: b.rand.Int32N(int32(len(b.users))), owner: b.rand.IntN(40) == 0}
	if b.rand.IntN(10) == 0 {
		g.resource = b.roles[b.rand.IntN(len(b.roles))]
	} else {
		g.resource = b.popular()
	}
	g.by = b.resources[g.resource].owners[0]
	g.duration = (1 + b.rand.Int64N(300)) * day
	g.end = t + g.duration
	latest := b.micros() - day/24
	switch {
	case g.end < latest && b.rand.IntN(4) > 0:
		g.endedAt, g.endedReason = g.end, "expired"
	case g.end < latest && b.rand.IntN(2) == 0:
		g.endedAt, g.endedReason = b.between(t+day/24, g.end), "extended"
	default:
		g.endedAt, g.endedReason = b.between(t+day/24, min(g.end, latest)), "no longer needed"
	}
	return g
}

// popular is something that people hold directly; a few things are held by many.
func (b *builder) popular() int32 {
	x := b.rand.Float64()
	return b.direct[int(x*x*float64(len(b.direct)))]
}

// current is a living grant of a person or role, as what binds the resource allows.
func (b *builder) current(subject, resource int32, role, owner bool) grant {
	r := b.resources[resource]
	g := grant{role: role, subject: subject, resource: resource, owner: owner, by: subject}
	if role || len(r.owners) > 0 {
		g.by = r.owners[0]
	}
	limit := 300 * day
	longest, _ := r.bound.Limit(sallyport.Member)
	if l := longest.Std().Microseconds(); l > 0 {
		limit = l
	}
	g.created = b.between(b.micros()-limit*9/10, b.micros()-day)
	g.start, g.activated = g.created, g.created
	bounded := longest > 0 || r.bound.MustEnd(sallyport.Member) || !role && b.rand.IntN(5) < 2
	if owner || !bounded {
		g.noEnd = true
		return g
	}
	latest := min(g.start+limit, b.micros()+90*day)
	g.end = b.between(b.micros()+day, max(latest, b.micros()+day+day/2))
	g.end = min(g.end, g.start+limit)
	g.duration = g.end - g.start
	return g
}

// living makes all that has not ended, sorted by when it was made.
func (b *builder) living() []grant {
	var out []grant
	z := b.o.Size
	for i := range b.resources { // owners
		seen := []int32{}
		for _, u := range b.resources[i].owners {
			if !slices.Contains(seen, u) {
				seen = append(seen, u)
				out = append(out, b.current(u, int32(i), false, true))
			}
		}
	}
	for _, u := range b.active { // about fifteen things of one's own
		var has []int32
		for range 8 + b.rand.IntN(15) {
			if r := b.popular(); !slices.Contains(has, r) {
				has = append(has, r)
				out = append(out, b.current(u, r, false, false))
			}
		}
	}
	for n, i := range b.roles { // members: the first has 5,000 and holds nothing, the next are great, the last small
		size := max(z.Users/2/max(n, 1), 5)
		if n == 0 {
			size = 5_000
		}
		size = min(size, len(b.active)/2)
		start, busy := b.rand.IntN(len(b.active)), n == 0 || n > 30
		for k := range size {
			u := b.active[(start+k*7919)%len(b.active)]
			if u == b.busy {
				if busy && n > 0 {
					continue // of the first thirty roles only
				}
				busy = true
			}
			out = append(out, b.current(u, i, false, false))
		}
		if !busy {
			out = append(out, b.current(b.busy, i, false, false))
		}
	}
	for n, i := range b.roles[1:] { // what they hold
		var has []int32
		for range 8 {
			if r := b.popular(); b.resources[r].fulfil.Kind == sallyport.FulfilNone && !slices.Contains(has, r) {
				has = append(has, r)
				out = append(out, b.current(i, r, true, false))
			}
		}
		if n >= 5 && n < 55 {
			out = append(out, b.current(i, b.shared, true, false))
		}
	}
	for k := range min(2_000, len(b.active)/2) {
		g := b.current(b.active[k], b.lease, false, false)
		g.noEnd, g.end = false, b.micros()+7*day+int64(k)*day/200
		g.duration = g.end - g.start
		out = append(out, g)
	}
	slices.SortStableFunc(out, func(x, y grant) int { return cmp.Compare(x.created, y.created) })
	b.waiting(out)
	return out
}

// waiting makes some of the newest that people fulfil wait for it: their duration has not begun to count.
func (b *builder) waiting(list []grant) {
	left := b.o.Size.Tasks / 5
	for i := len(list) - 1; i >= 0 && left > 0; i-- {
		g := &list[i]
		if g.role || g.owner || b.resources[g.resource].fulfil.Kind != sallyport.FulfilManual {
			continue
		}
		g.waits, g.activated = true, 0
		if !g.noEnd {
			g.end = 0
		}
		left--
	}
}
