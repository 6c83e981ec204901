package seed

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

type resource struct {
	id, slug, name string
	kind           sallyport.Kind
	app, audience  int32 // -1: none
	fulfil         sallyport.Fulfilment
	flow           *sallyport.Flow
	tags           []int32
	owners         []int32
	bound          sallyport.Constraints // of its tags and its app's
}

var systems = strings.Fields(`Atlas Beacon Cobalt Delta Ember Falcon Garnet Harbor Indigo Juniper Kestrel Lumen Meridian Nimbus Onyx Prism Quartz Raven
	Sierra Tundra Umbra Vertex Willow Xenon Yarrow Zephyr`)

// labels are the tags of the company and what they demand; grants that live obey them.
var labels = []sallyport.Tag{
	{Name: "Sensitive", Enabled: true, Constraints: sallyport.Constraints{sallyport.RequireMemberReason: true, sallyport.ForbidSelfMember: true}},
	{Name: "Production", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: 90 * sallyport.Day, sallyport.RequireMemberReason: true}},
	{Name: "Finance", Enabled: true, Constraints: sallyport.Constraints{sallyport.ForbidSelfMember: true, sallyport.ForbidSelfOwner: true, sallyport.RequireOwnerReason: true}},
	{Name: "No standing access", Enabled: true, Constraints: sallyport.Constraints{sallyport.NoStandingAccess: true}},
	{Name: "Half a year", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: 180 * sallyport.Day}},
	{Name: "Retired", Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: sallyport.Day}},
}

const connectionSlug = "directory"

// catalogue makes apps, entitlements, groups, roles and work orders, and what the measures ask about: desks, which one
// owner decides about, a lease that many hold for a short time, and what a role of 5,000 members is attached to.
func (b *builder) catalogue(ctx context.Context) error {
	z := b.o.Size
	connection := b.id(sallyport.PrefixConnection, b.micros()-1100*day)
	at := b.micros() - 1100*day
	// Paused, since nothing is there to be written to: what it has to do waits.
	if err := b.bulk.load(ctx, "connections", "tenant_id,id,slug,name,kind,paused_at,created_at,updated_at", sequence([][]any{
		{b.c.Tenant, connection, connectionSlug, "Directory", "ldap", at, at, at}})); err != nil {
		return err
	}
	add := func(r resource) int32 {
		r.id = b.id(sallyport.PrefixResource, at+int64(len(b.resources)))
		if r.slug == "" {
			r.slug = strings.ReplaceAll(strings.ToLower(r.name), " ", "-")
		}
		if r.kind == sallyport.KindEntitlement {
			r.slug = b.resources[r.app].slug + "." + r.slug
		}
		if r.fulfil.Kind == "" {
			r.fulfil.Kind = sallyport.FulfilNone
		}
		for range 1 + len(b.resources)%2 {
			r.owners = append(r.owners, b.active[b.rand.IntN(len(b.active))])
		}
		b.resources = append(b.resources, r)
		return int32(len(b.resources) - 1)
	}
	plain := resource{app: -1, audience: -1}
	of := func(kind sallyport.Kind, name string) resource {
		r := plain
		r.kind, r.name = kind, name
		return r
	}
	var groups, apps []int32
	for i := range z.Resources * 15 / 100 {
		groups = append(groups, add(of(sallyport.KindGroup, fmt.Sprintf("%s %d", departments[i%len(departments)], i))))
	}
	for i := range z.Resources / 10 {
		r := of(sallyport.KindApp, fmt.Sprintf("%s %d", systems[i%len(systems)], i))
		if i%20 == 7 {
			r.audience = groups[i%len(groups)]
		}
		apps = append(apps, add(r))
	}
	for i := range z.Roles {
		b.roles = append(b.roles, add(of(sallyport.KindRole, fmt.Sprintf("%s %s %d", departments[i%len(departments)], titles[i%len(titles)], i))))
	}
	for i := range z.Resources / 100 {
		add(of(sallyport.KindWorkOrder, fmt.Sprintf("Reset %d", i)))
	}
	for _, d := range b.c.Desks {
		r := of(sallyport.KindApp, strings.Replace(d.Slug, "desk-", "Desk ", 1))
		r.owners = nil
		b.desks = append(b.desks, add(r))
	}
	b.lease = add(of(sallyport.KindApp, "Lease"))
	b.shared = add(of(sallyport.KindApp, "Shared"))
	for i := range 20 {
		b.targets = append(b.targets, add(of(sallyport.KindApp, fmt.Sprint("Target ", i))))
	}
	for i := range 5 {
		r := of(sallyport.KindApp, fmt.Sprint("Connected ", i))
		r.fulfil = sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: connectionSlug, Target: fmt.Sprintf("cn=connected%d,dc=example,dc=test", i)}
		b.connected = append(b.connected, add(r))
	}
	for i := 0; len(b.resources) < z.Resources; i++ {
		r := of(sallyport.KindEntitlement, fmt.Sprintf("%s %d", titles[i%len(titles)], i))
		r.app = apps[i%len(apps)]
		switch {
		case i%20 == 3:
			r.fulfil = sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: connectionSlug, Target: fmt.Sprintf("cn=e%d,dc=example,dc=test", i)}
		case i%7 == 3:
			r.fulfil = sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:" + b.resources[groups[i%len(groups)]].slug}
		}
		if i%6 == 1 {
			r.flow = &sallyport.Flow{Stages: []sallyport.StageSpec{{Name: "Manager", Approvers: []string{sallyport.ExprManager}}, {Name: "Owners", Approvers: []string{sallyport.ExprOwners}}}}
		}
		b.direct = append(b.direct, add(r))
	}
	b.direct = append(b.direct, apps...)
	b.direct = append(b.direct, groups...)
	b.rand.Shuffle(len(b.direct), func(i, j int) { b.direct[i], b.direct[j] = b.direct[j], b.direct[i] })
	if err := b.label(ctx); err != nil {
		return err
	}
	for i, d := range b.desks {
		b.resources[d].owners = []int32{b.userOf(b.c.Desks[i].Owner.ID)}
	}
	b.name()
	return b.bulk.load(ctx, "resources", "tenant_id,id,kind,app_id,slug,name,name_key,search_key,description,flow,fulfilment,fulfilment_kind,audience_id,created_at,updated_at",
		func(yield func([]any) bool) {
			for _, r := range b.resources {
				app, appName, flow := any(nil), "", ""
				if r.app >= 0 {
					app, appName = b.resources[r.app].id, b.resources[r.app].name
				}
				audience := any(nil)
				if r.audience >= 0 {
					audience = b.resources[r.audience].id
				}
				if r.flow != nil {
					flow = encode(r.flow)
				}
				about := "What " + r.name + " is for, and who should have it."
				if !yield([]any{b.c.Tenant, r.id, string(r.kind), app, r.slug, r.name, store.Fold(r.name), store.Fold(strings.Join([]string{r.name, r.slug, appName, about}, " ")),
					about, flow, encode(r.fulfil), string(r.fulfil.Kind), audience, at, at}) {
					return
				}
			}
		})
}

// label puts tags on every sixth app and every twelfth entitlement, and works out what binds each resource.
func (b *builder) label(ctx context.Context) error {
	at := b.micros() - 1000*day
	var rows, on [][]any
	var ids []string
	for _, t := range labels {
		ids = append(ids, b.id(sallyport.PrefixTag, at))
		rows = append(rows, []any{b.c.Tenant, ids[len(ids)-1], t.Name, store.Fold(t.Name), "", t.Enabled, encode(t.Constraints), at, at})
	}
	n := 0
	for i := range b.resources {
		r := &b.resources[i]
		every := map[sallyport.Kind]int{sallyport.KindApp: 6, sallyport.KindEntitlement: 12}[r.kind]
		if every == 0 || i%every != 0 || int32(i) == b.lease || int32(i) == b.shared || r.fulfil.Connection != "" || strings.HasPrefix(r.name, "Target") || strings.HasPrefix(r.name, "Desk") {
			continue
		}
		r.tags = append(r.tags, int32(n%len(labels)))
		n++
	}
	for i := range b.resources {
		r := &b.resources[i]
		for _, from := range []int32{int32(i), r.app} {
			if from < 0 {
				continue
			}
			for _, t := range b.resources[from].tags {
				if labels[t].Enabled {
					r.bound = r.bound.Combine(labels[t].Constraints)
				}
			}
		}
		for _, t := range r.tags {
			on = append(on, []any{b.c.Tenant, r.id, ids[t], at})
		}
	}
	if err := b.bulk.load(ctx, "tags", "tenant_id,id,name,name_key,description,enabled,constraints,created_at,updated_at", sequence(rows)); err != nil {
		return err
	}
	return b.bulk.load(ctx, "resource_tags", "tenant_id,resource_id,tag_id,created_at", sequence(on))
}

// everyone reports whether all may see a resource.
func (b *builder) everyone(i int32) bool {
	r := b.resources[i]
	return r.audience < 0 && (r.app < 0 || b.resources[r.app].audience < 0)
}

func (b *builder) userOf(id string) int32 {
	for i, u := range b.users {
		if u.id == id {
			return int32(i)
		}
	}
	return -1
}

// name tells the measures what there is.
func (b *builder) name() {
	slugs := func(list []int32) (out []string) {
		for _, i := range list {
			out = append(out, b.resources[i].slug)
		}
		return out
	}
	for _, i := range b.direct {
		if b.everyone(i) {
			b.c.Resources = append(b.c.Resources, b.resources[i].slug)
		}
	}
	b.c.Popular, b.c.Shared, b.c.BigRole = b.c.Resources[0], b.resources[b.shared].slug, b.resources[b.roles[0]].slug
	b.c.Targets, b.c.Connected = slugs(b.targets), slugs(b.connected)
}

func encode(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err) // only the nouns of the product come here
	}
	return string(out)
}
