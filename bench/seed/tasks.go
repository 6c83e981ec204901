package seed

import (
	"context"
	"fmt"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// tasks makes a provision for each living grant that something outside is for, and the tasks of those that people fulfil:
// open ones, and a past of those that were done.
func (b *builder) tasks(ctx context.Context) error {
	t := b.c.Tenant
	var provisions, tasks [][]any
	groups := map[string]string{}
	for _, r := range b.resources {
		groups[r.slug] = r.id
	}
	provide := func(g grant, state string) string {
		r := b.resources[g.resource]
		leg := store.Leg{Fulfilment: r.fulfil, External: r.fulfil.Target}
		id := b.id(sallyport.PrefixProvision, g.created)
		verified, due := any(g.created), any(nil)
		if state == "adding" {
			verified, due = nil, g.created
		}
		provisions = append(provisions, []any{t, id, b.users[g.subject].id, r.id, "member", encode(store.Pin{Add: leg, Remove: leg}), string(r.fulfil.Kind),
			r.fulfil.Target, state, g.created, due, verified, g.created})
		return id
	}
	for _, g := range b.linked {
		provide(g, "present")
	}
	done := max(b.o.Size.Tasks-b.o.Size.Tasks/5, 0)
	for _, g := range b.manual {
		r := b.resources[g.resource]
		group := groups[strings.TrimPrefix(r.fulfil.Assignee, "group:")]
		// Who is overdue heard so this morning, as in a company that ran yesterday too: its first minute is no flood.
		reminded := any(nil)
		if g.created+2*day < b.micros() {
			reminded = b.micros()
		}
		task := func(state, provision string, closed int64, by any) {
			id := b.id(sallyport.PrefixTask, g.created)
			if len(b.c.Tasks) < 500 {
				b.c.Tasks = append(b.c.Tasks, id)
			}
			tasks = append(tasks, []any{t, id, "fulfil", state, r.id, b.users[g.subject].id, "member", text(g.request), g.id, text(provision),
				"group", group, g.created + 2*day, g.created, optional(closed), by, reminded})
		}
		if g.waits {
			task("open", provide(g, "adding"), 0, nil)
			continue
		}
		p := provide(g, "present")
		if done > 0 {
			done--
			task("done", p, g.created, b.users[g.by].id)
		}
	}
	if err := b.bulk.load(ctx, "provisions", "tenant_id,id,user_id,resource_id,relation,fulfilment,fulfilment_kind,target,state,since,due_since,verified_at,created_at", sequence(provisions)); err != nil {
		return err
	}
	return b.bulk.load(ctx, "tasks", "tenant_id,id,kind,state,resource_id,user_id,relation,request_id,grant_id,provision_id,assignee_kind,assignee_id,due_at,created_at,closed_at,closed_by,reminded_at", sequence(tasks))
}

// messages fills inboxes; every third was not read.
func (b *builder) messages(ctx context.Context) error {
	return b.bulk.load(ctx, "messages", "tenant_id,id,user_id,kind,dedupe,title,body,link,created_at,read_at", func(yield func([]any) bool) {
		n := b.o.Size.Messages
		for i := range n {
			at := b.micros() - 90*day + 90*day/int64(n)*int64(i)
			read := any(at + day/24)
			if i%3 == 0 {
				read = nil
			}
			u := b.users[b.active[(i*7919)%len(b.active)]]
			r := b.resources[b.popular()]
			if !yield([]any{b.c.Tenant, b.id(sallyport.PrefixMessage, at), u.id, "grant.given", fmt.Sprint("seed:", i), "You were given " + r.name, reasons[i%len(reasons)], "/access", at, read}) {
				return
			}
		}
	})
}
