package catalog

import (
	"bytes"
	"context"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Export writes the managed catalogue as the files that Load reads, without what is built in and without secrets: a file for
// each app, and one each for connections, tags, holidays, rules about new things, groups, roles and work orders. Loading them again
// plans no change to what the files maintain.
func (s *Service) Export(ctx context.Context, actor sallyport.Actor) (map[string]string, error) {
	if err := needCurator(actor, "export the catalogue"); err != nil {
		return nil, err
	}
	files := map[string]string{}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := needWhole(ctx, tx, actor); err != nil {
			return err
		}
		managed := true
		all, err := tx.AllResources(ctx, actor.Tenant, store.ResourceFilter{Managed: &managed})
		if err != nil {
			return err
		}
		docs := map[string]*document{}
		connections, err := exportConnections(ctx, tx, actor.Tenant)
		if err != nil {
			return err
		}
		if len(connections) > 0 {
			docs["connections.yaml"] = &document{Connections: connections}
		}
		tags, err := exportTags(ctx, tx, actor.Tenant)
		if err != nil {
			return err
		}
		if len(tags) > 0 {
			docs["tags.yaml"] = &document{Tags: tags}
		}
		holidays, err := tx.Holidays(ctx, actor.Tenant)
		if err != nil {
			return err
		}
		if len(holidays) > 0 {
			docs["holidays.yaml"] = &document{Holidays: exportHolidays(holidays)}
		}
		creations, err := exportCreations(ctx, tx, actor.Tenant)
		if err != nil {
			return err
		}
		if len(creations) > 0 {
			docs["creation-rules.yaml"] = &document{Creations: creations}
		}
		owners, err := owned(ctx, tx, actor.Tenant)
		if err != nil {
			return err
		}
		gives, err := given(ctx, tx, actor.Tenant)
		if err != nil {
			return err
		}
		doc := func(name string) *document {
			if docs[name] == nil {
				docs[name] = &document{}
			}
			return docs[name]
		}
		for _, r := range all {
			if isBuiltIn(r) {
				continue
			}
			switch e := entryOf(r, owners); r.Kind {
			case sallyport.KindGroup:
				doc("groups.yaml").Groups = append(doc("groups.yaml").Groups, e)
			case sallyport.KindRole:
				list := entriesOf(gives[r.Slug])
				e.Gives = &list
				doc("roles.yaml").Roles = append(doc("roles.yaml").Roles, e)
			case sallyport.KindWorkOrder:
				doc("work-orders.yaml").WorkOrders = append(doc("work-orders.yaml").WorkOrders, e)
			case sallyport.KindApp:
				doc("apps/" + r.Slug + ".yaml").Apps = []appEntry{{entry: e}}
			}
		}
		for _, r := range all {
			if r.Kind == sallyport.KindEntitlement && !isBuiltIn(r) {
				e := entryOf(r, owners)
				e.Slug = strings.TrimPrefix(e.Slug, r.App.Slug+".")
				if d := docs["apps/"+r.App.Slug+".yaml"]; d != nil {
					d.Apps[0].Entitlements = append(d.Apps[0].Entitlements, e)
				}
			}
		}
		for name, d := range docs {
			var b bytes.Buffer
			enc := yaml.NewEncoder(&b)
			enc.SetIndent(2)
			if err := enc.Encode(yamlNode(plainOf(d))); err != nil {
				return err
			}
			files[name] = b.String()
		}
		return nil
	})
	return files, err
}

func entryOf(r sallyport.Resource, owned ownings) entry {
	e := entry{Slug: r.Slug, Name: r.Name, Description: r.Description, Physical: r.Physical, Form: r.Form, Flow: r.Flow, Revocation: r.Revocation, Durations: r.Durations}
	if r.Fulfilment.Kind != sallyport.FulfilNone {
		e.Fulfilment = r.Fulfilment
	}
	if r.Audience != nil {
		e.Audience = r.Audience.Slug
	}
	e.Owners = exportOwners(r, owned)
	if len(r.Tags) > 0 {
		e.Tags = &r.Tags
	}
	return e
}
