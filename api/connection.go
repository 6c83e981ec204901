package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// ConnectorKind describes one sort of target; the page draws the form of a connection from its fields.
type ConnectorKind struct {
	Name   string           `json:"name"`
	Title  string           `json:"title"`
	Help   string           `json:"help,omitempty"`
	Icon   string           `json:"icon,omitempty" doc:"SVG"`
	Fields []ConnectorField `json:"fields"`
}

// ConnectorField is one setting.
type ConnectorField struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Help     string   `json:"help,omitempty"`
	Type     string   `json:"type" enum:"text,long_text,number,checkbox,choice,url,duration"`
	Secret   bool     `json:"secret,omitempty"`
	Required bool     `json:"required,omitempty"`
	Advanced bool     `json:"advanced,omitempty"`
	Default  string   `json:"default,omitempty"`
	Options  []string `json:"options,omitempty"`
}

func describe(k connector.Kind) ConnectorKind {
	out := ConnectorKind{Name: k.Name, Title: k.Title, Help: k.Help, Icon: string(k.Icon), Fields: []ConnectorField{}}
	for _, f := range k.Fields {
		t := f.Type
		if t == "" {
			t = connector.Text
		}
		out.Fields = append(out.Fields, ConnectorField{f.Name, f.Title, f.Help, string(t), f.Secret, f.Required, f.Advanced, f.Default, f.Options})
	}
	return out
}

// operators are who may see how targets are connected: settings name servers and accounts.
func operators(a sallyport.Actor) error {
	if a.ReadsAll() || a.CatalogueManager {
		return nil
	}
	return sallyport.Errorf(sallyport.EForbidden, "connections are for admins, catalogue managers and auditors").WithRule("connections")
}

func (s *server) registerConnections() {
	handle(s, "list-connector-kinds", func(_ context.Context, _ sallyport.Actor, _ *struct{}) (*list[ConnectorKind], error) {
		var kinds []ConnectorKind
		for _, k := range s.Catalog.Kinds {
			kinds = append(kinds, describe(k))
		}
		return whole(kinds), nil
	})

	handle(s, "list-connections", func(ctx context.Context, a sallyport.Actor, in *Paging) (*list[sallyport.Connection], error) {
		if err := operators(a); err != nil {
			return nil, err
		}
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[sallyport.Connection], error) {
			return tx.Connections(ctx, a.Tenant, in.page())
		})
		return &list[sallyport.Connection]{Body: l}, err
	})
	handle(s, "get-connection", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Connection], error) {
		c, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (sallyport.Connection, error) {
			return tx.Connection(ctx, a.Tenant, in.ID)
		})
		if err == nil {
			err = operators(a)
		}
		return versioned(c, c.Version), err
	})

	type createInput struct{ Body sallyport.NewConnection }
	handle(s, "create-connection", func(ctx context.Context, a sallyport.Actor, in *createInput) (*one[sallyport.Connection], error) {
		c, err := s.Catalog.CreateConnection(ctx, a, in.Body)
		return versioned(c, c.Version), err
	})
	type updateInput struct {
		ByID
		IfMatch string `header:"If-Match" doc:"The ETag that was read; when it has changed since, nothing happens (409)"`
		Body    sallyport.ConnectionPatch
	}
	handle(s, "update-connection", func(ctx context.Context, a sallyport.Actor, in *updateInput) (*one[sallyport.Connection], error) {
		version, err := ifMatch(in.IfMatch)
		if err != nil {
			return nil, err
		}
		c, err := s.Catalog.UpdateConnection(ctx, a, in.ID, in.Body, version)
		return versioned(c, c.Version), err
	})
	handle(s, "delete-connection", func(ctx context.Context, a sallyport.Actor, in *removeInput) (*nothing, error) {
		return &nothing{}, s.Catalog.DeleteConnection(ctx, a, in.ID, in.Reason)
	})
	handle(s, "check-connection", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Connection], error) {
		c, err := s.Catalog.CheckConnection(ctx, a, in.ID)
		return versioned(c, c.Version), err
	})
	handle(s, "get-drift", func(ctx context.Context, a sallyport.Actor, in *ByID) (*list[sallyport.Drift], error) {
		l, err := s.Catalog.Drift(ctx, a, in.ID)
		return whole(l), err
	})

	type syncInput struct {
		ByID
		Body struct {
			Preview      bool `json:"preview,omitempty" doc:"Only plan"`
			AcceptShrink bool `json:"accept_shrink,omitempty" doc:"Also when suspiciously much is missing; by an admin who saw the plan"`
		}
	}
	handle(s, "sync-connection", func(ctx context.Context, a sallyport.Actor, in *syncInput) (*one[sallyport.Sync], error) {
		x, err := s.Catalog.Sync(ctx, a, in.ID, catalog.SyncOptions{Preview: in.Body.Preview, AcceptShrink: in.Body.AcceptShrink})
		x.Plan = complete(x.Plan)
		return body(x), err
	})

	type importInput struct {
		Name         string `query:"name" maxLength:"200" default:"people" doc:"The file's name, for the places of faults"`
		Preview      bool   `query:"preview" doc:"Only plan"`
		SkipInvalid  bool   `query:"skip_invalid" doc:"Leave out what is wrong, and apply the rest"`
		AcceptShrink bool   `query:"accept_shrink" doc:"Also when suspiciously many people are missing; by an admin who saw the plan"`
		RawBody      []byte `contentType:"application/octet-stream" doc:"CSV or JSON in UTF-8"`
	}
	handle(s, "import-people", func(ctx context.Context, a sallyport.Actor, in *importInput) (*one[sallyport.Sync], error) {
		x, err := s.Catalog.ImportPeople(ctx, a, in.Name, string(in.RawBody),
			catalog.SyncOptions{Preview: in.Preview, SkipInvalid: in.SkipInvalid, AcceptShrink: in.AcceptShrink})
		x.Plan = complete(x.Plan)
		return body(x), err
	})

	type syncsInput struct {
		Paging
		Connection string `query:"connection" maxLength:"256"`
		Source     string `query:"source" maxLength:"256" doc:"A connection's slug, or file"`
		State      string `query:"state" enum:"running,preview,applied,refused,failed"`
	}
	handle(s, "list-syncs", func(ctx context.Context, a sallyport.Actor, in *syncsInput) (*list[sallyport.Sync], error) {
		if err := operators(a); err != nil {
			return nil, err
		}
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[sallyport.Sync], error) {
			f := store.SyncFilter{Source: in.Source, State: in.State}
			if in.Connection != "" {
				c, err := tx.Connection(ctx, a.Tenant, in.Connection)
				if err != nil {
					return store.List[sallyport.Sync]{}, err
				}
				f.Connection = c.ID
			}
			return tx.Syncs(ctx, a.Tenant, f, in.page())
		})
		return &list[sallyport.Sync]{Body: l}, err
	})
	handle(s, "get-sync", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Sync], error) {
		x, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (sallyport.Sync, error) { return tx.Sync(ctx, a.Tenant, in.ID) })
		if err == nil {
			err = operators(a)
		}
		x.Plan = complete(x.Plan)
		return body(x), err
	})
}
