package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// connEntry is a connection as it stands in a file: without secrets, which are set in the page or over the API.
type connEntry struct {
	Slug      string              `json:"slug"`
	Name      string              `json:"name"`
	Kind      string              `json:"kind"`
	Directory bool                `json:"directory,omitempty"`
	SyncEvery *sallyport.Duration `json:"sync_every,omitempty"`
	Settings  map[string]string   `json:"settings,omitempty"`
}

type connItem struct {
	connEntry
	path string
	d    *decoder
}

func (it connItem) fault(field, message string) sallyport.Fault {
	return sallyport.Fault{Path: it.d.where(it.path + "." + field).String(), Message: fmt.Sprintf("%s, %s: %s", it.Slug, field, message)}
}

// connection is what the item wants its connection to be.
func (it connItem) connection() sallyport.Connection {
	c := sallyport.Connection{Slug: it.Slug, Name: it.Name, Kind: it.Kind, Directory: it.Directory, SyncEvery: it.SyncEvery, Settings: map[string]string{}}
	for name, v := range it.Settings {
		if v != "" {
			c.Settings[name] = v
		}
	}
	return c
}

// checkFile finds what is wrong with a connection in a file. A secret that its settings need and that is not there yet is
// no fault, but has to be set before the connection works.
func (s *Service) checkFile(it connItem, have []string) (faults []sallyport.Fault, missing []string) {
	k, ok := s.Kind(it.Kind)
	if !ok {
		return []sallyport.Fault{it.fault("kind", fmt.Sprintf("%q is no kind of connector that this server knows", it.Kind))}, nil
	}
	settings := maps.Clone(it.Settings)
	if settings == nil {
		settings = map[string]string{}
	}
	for name := range settings {
		if f, _ := k.Field(name); f.Secret {
			faults = append(faults, it.fault("settings."+name, "is a secret, which belongs in no file; set it in the page"))
		}
	}
	for _, name := range have {
		settings[name] = "set"
	}
	for _, bad := range k.Validate(settings) {
		if f, _ := k.Field(bad.Field); f.Secret {
			missing = append(missing, bad.Field)
			continue
		}
		faults = append(faults, it.fault("settings."+bad.Field, bad.Message+"; "+bad.Remedy))
	}
	if it.SyncEvery != nil && *it.SyncEvery < minSyncEvery {
		faults = append(faults, it.fault("sync_every", "is shorter than a minute"))
	}
	return faults, missing
}

// planConnections compares the connections of the files with those that are there. None is ever removed by files.
func (s *Service) planConnections(ctx context.Context, tx *store.Tx, tenant string, f Files, c *checker, p *planned) error {
	for i := range f.connections {
		it := &f.connections[i]
		before, err := tx.Connection(ctx, tenant, it.Slug)
		known := err == nil
		if err != nil && sallyport.CodeOf(err) != sallyport.ENotFound {
			return err
		}
		faults, missing := s.checkFile(*it, before.Secrets)
		if known && before.Kind != it.Kind {
			faults = append(faults, it.fault("kind", "is "+before.Kind+" by now and cannot be changed; choose another slug"))
		}
		p.Faults = append(p.Faults, faults...)
		for _, name := range missing {
			p.Warnings = append(p.Warnings, fmt.Sprintf("the connection %s does not work before its %s is set", it.Slug, name))
		}
		want := it.connection()
		want.Secrets = append(slices.Clone(before.Secrets), missing...)
		c.connections[it.Slug] = want
		st := step{PlanItem: sallyport.PlanItem{Kind: "connection", Slug: it.Slug, Name: it.Name}, con: it, conID: before.ID, conVersion: before.Version}
		st.Fields = connectionDiff(before, want)
		switch {
		case !known:
			st.Action = sallyport.PlanCreate
		case len(st.Fields) > 0:
			st.Action = sallyport.PlanChange
		default:
			p.Same++
			continue
		}
		p.steps = append(p.steps, st)
	}
	return nil
}

func connectionDiff(before, after sallyport.Connection) []sallyport.FieldChange {
	var out []sallyport.FieldChange
	text := func(c sallyport.Connection) map[string]string {
		m := map[string]string{"name": c.Name, "kind": c.Kind}
		if c.Directory {
			m["directory"] = "true"
		}
		if c.SyncEvery != nil {
			m["sync_every"] = c.SyncEvery.String()
		}
		for name, v := range c.Settings {
			m["settings."+name] = v
		}
		return m
	}
	b, a := text(before), text(after)
	names := slices.Sorted(maps.Keys(b))
	for _, name := range append(names, slices.Sorted(maps.Keys(a))...) {
		if b[name] != a[name] && !slices.ContainsFunc(out, func(f sallyport.FieldChange) bool { return f.Field == name }) {
			out = append(out, sallyport.FieldChange{Field: name, Before: b[name], After: a[name]})
		}
	}
	return out
}

// applyConnection makes the connection be what the file says. Only admins change connections.
func (s *Service) applyConnection(ctx context.Context, tx *store.Tx, actor sallyport.Actor, st step) error {
	if err := needAdmin(actor, "apply connections"); err != nil {
		return err
	}
	want := st.con.connection()
	if st.conID == "" {
		if want.SyncEvery != nil {
			next := tx.Now()
			want.NextSyncAt = &next
		}
		if err := tx.InsertConnection(ctx, actor.Tenant, &want, nil); err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "connections")
		_, err := tx.Append(ctx, connectionEvent("connection.created", actor, want, want.Settings))
		return err
	}
	c, err := tx.Connection(ctx, actor.Tenant, st.conID)
	if err != nil {
		return err
	}
	if fmt.Sprint(c.SyncEvery) != fmt.Sprint(want.SyncEvery) {
		c.NextSyncAt = nil
		if want.SyncEvery != nil {
			next := tx.Now()
			c.NextSyncAt = &next
		}
	}
	c.Name, c.Directory, c.SyncEvery, c.Settings = want.Name, want.Directory, want.SyncEvery, want.Settings
	if err := tx.UpdateConnection(ctx, actor.Tenant, &c, nil); err != nil {
		return err
	}
	tx.Changed(actor.Tenant, "connections")
	_, err = tx.Append(ctx, connectionEvent("connection.changed", actor, c, c.Settings))
	return err
}

// exportConnections writes the connections as a file has them.
func exportConnections(ctx context.Context, tx *store.Tx, tenant string) ([]connEntry, error) {
	var out []connEntry
	p := store.Page{Limit: store.MaxLimit}
	for {
		l, err := tx.Connections(ctx, tenant, p)
		if err != nil {
			return nil, err
		}
		for _, c := range l.Items {
			out = append(out, connEntry{Slug: c.Slug, Name: c.Name, Kind: c.Kind, Directory: c.Directory, SyncEvery: c.SyncEvery, Settings: c.Settings})
		}
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			return out, nil
		}
	}
}

// checkConnections finds what the files alone show to be wrong with connections.
func (f *Files) checkConnections() []sallyport.Fault {
	var faults []sallyport.Fault
	seen := map[string]connItem{}
	for _, it := range f.connections {
		if err := sallyport.CheckSlug(it.Slug, sallyport.KindApp); err != nil {
			faults = append(faults, it.fault("slug", err.Error()))
		}
		if err := sallyport.CheckName(it.Name); err != nil {
			faults = append(faults, it.fault("name", err.Error()))
		}
		if first, twice := seen[it.Slug]; twice {
			faults = append(faults, it.fault("slug", "is taken already, at "+first.d.where(first.path+".slug").String()))
		}
		if strings.TrimSpace(it.Kind) == "" {
			faults = append(faults, it.fault("kind", "is missing; say which kind of connector, e.g. ldap"))
		}
		seen[it.Slug] = it
	}
	return faults
}
