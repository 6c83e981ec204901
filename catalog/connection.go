package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// minSyncEvery is the shortest time between two periodic syncs.
const minSyncEvery = sallyport.Duration(time.Minute)

// checkTimeout bounds a check of a connection.
const checkTimeout = 30 * time.Second

// CreateConnection adds a connection. Admins only. Its settings are validated by its kind, all faults at once; secrets are
// sealed and never shown again.
func (s *Service) CreateConnection(ctx context.Context, actor sallyport.Actor, in sallyport.NewConnection) (sallyport.Connection, error) {
	c := sallyport.Connection{Slug: strings.ToLower(in.Slug), Name: in.Name, Kind: in.Kind, Directory: in.Directory, SyncEvery: in.SyncEvery}
	if err := needAdmin(actor, "make connections"); err != nil {
		return c, err
	}
	if c.Slug == "" {
		c.Slug = store.Slugify(c.Name)
	}
	secrets, err := s.checkConnection(&c, in.Settings)
	if err != nil {
		return c, err
	}
	err = s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if c.SyncEvery != nil {
			next := tx.Now()
			c.NextSyncAt = &next
		}
		if err := tx.InsertConnection(ctx, actor.Tenant, &c, secrets); err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "connections")
		tx.Wake(actor.Tenant)
		_, err := tx.Append(ctx, connectionEvent("connection.created", actor, c, nil))
		return err
	})
	return c, err
}

// UpdateConnection changes what is set. version is the one that was shown, 0 for whatever it is now. Admins only. Pausing
// keeps everything and reads and writes nothing; resuming goes on where it stopped.
func (s *Service) UpdateConnection(ctx context.Context, actor sallyport.Actor, ref string, p sallyport.ConnectionPatch, version int) (sallyport.Connection, error) {
	var c sallyport.Connection
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if c, err = tx.Connection(ctx, actor.Tenant, ref); err != nil {
			return err
		}
		if err := needAdmin(actor, "change connections"); err != nil {
			return err
		}
		if version != 0 && version != c.Version {
			return sallyport.Errorf(sallyport.EConflict, "%s was changed in the meantime; nothing was changed", c.Slug).WithHint("Load it again.")
		}
		before := c
		set(&c.Slug, p.Slug)
		set(&c.Name, p.Name)
		set(&c.Directory, p.Directory)
		if err := patchTimes(tx, &c, p); err != nil {
			return err
		}
		old, err := tx.Secrets(ctx, actor.Tenant, c.ID)
		if err != nil {
			return err
		}
		merged := maps.Clone(c.Settings)
		maps.Copy(merged, old)
		maps.Copy(merged, p.Settings)
		if _, err := s.checkConnection(&c, merged); err != nil {
			return err
		}
		if c.Slug != before.Slug {
			if err := s.notFulfilling(ctx, tx, actor.Tenant, before, "renamed"); err != nil {
				return err
			}
		}
		secrets := map[string]string{}
		if k, ok := s.Kind(c.Kind); ok {
			for name, v := range p.Settings {
				if f, _ := k.Field(name); f.Secret {
					secrets[name] = v
				}
			}
		}
		if len(p.Settings) > 0 {
			c.CheckedAt, c.CheckError = nil, ""
		}
		if err := tx.UpdateConnection(ctx, actor.Tenant, &c, secrets); err != nil {
			return err
		}
		if c.PausedAt == nil { // resumed or corrected: what waits for it is tried at once
			if _, err := tx.HastenConnection(ctx, actor.Tenant, c.ID); err != nil {
				return err
			}
		}
		tx.Changed(actor.Tenant, "connections")
		tx.Wake(actor.Tenant)
		_, err = tx.Append(ctx, connectionEvent("connection.changed", actor, c, p.Settings))
		return err
	})
	return c, err
}

func patchTimes(tx *store.Tx, c *sallyport.Connection, p sallyport.ConnectionPatch) error {
	if p.SyncEvery != nil {
		c.SyncEvery, c.NextSyncAt = nil, nil
		if *p.SyncEvery != "" {
			d, err := sallyport.ParseDuration(*p.SyncEvery)
			if err != nil {
				return sallyport.Invalid("sync_every", "%s", err)
			}
			next := tx.Now()
			c.SyncEvery, c.NextSyncAt = &d, &next
		}
	}
	if p.Paused != nil {
		now := tx.Now()
		switch {
		case *p.Paused && c.PausedAt == nil:
			c.PausedAt = &now
		case !*p.Paused && c.PausedAt != nil:
			c.PausedAt = nil
			if c.SyncEvery != nil {
				c.NextSyncAt = &now
			}
		}
	}
	return nil
}

// checkConnection validates a connection whose settings, secrets among them, are given, and splits them: the open ones
// become those of c, the secret ones are returned.
func (s *Service) checkConnection(c *sallyport.Connection, settings map[string]string) (map[string]string, error) {
	var faults []sallyport.Fault
	add := func(path string, err error) {
		if err != nil {
			faults = append(faults, sallyport.Fault{Path: path, Message: err.Error()})
		}
	}
	add("name", sallyport.CheckName(c.Name))
	add("slug", sallyport.CheckSlug(c.Slug, sallyport.KindApp))
	if c.SyncEvery != nil && *c.SyncEvery < minSyncEvery {
		faults = append(faults, sallyport.Fault{Path: "sync_every", Message: "is shorter than a minute; use PT1M or more"})
	}
	k, ok := s.Kind(c.Kind)
	if !ok {
		names := make([]string, len(s.Kinds))
		for i, k := range s.Kinds {
			names[i] = k.Name
		}
		faults = append(faults, sallyport.Fault{Path: "kind", Message: "is no kind of connector that this server knows; use " + strings.Join(names, ", ")})
		return nil, sallyport.Faults(faults)
	}
	for _, f := range k.Validate(settings) {
		faults = append(faults, sallyport.Fault{Path: "settings." + f.Field, Message: f.Message + "; " + f.Remedy})
	}
	secrets := map[string]string{}
	c.Settings = map[string]string{}
	for name, v := range settings {
		if f, _ := k.Field(name); f.Secret {
			secrets[name] = v
		} else if v != "" {
			c.Settings[name] = v
		}
	}
	return secrets, sallyport.Faults(faults)
}

// connectionEvent names the settings that were given, never their values.
func connectionEvent(verb string, actor sallyport.Actor, c sallyport.Connection, settings map[string]string) store.NewEvent {
	names := slices.Sorted(maps.Keys(settings))
	if names == nil {
		names = []string{}
	}
	return store.NewEvent{Verb: verb, Actor: actor, ObjectKind: "connection", ObjectID: c.ID,
		Body: map[string]any{"slug": c.Slug, "kind": c.Kind, "directory": c.Directory, "settings": names, "paused": c.PausedAt != nil}}
}

// DeleteConnection removes a connection that fulfils nothing any more. The groups that were only mirrored from it go too,
// and their members' grants end; the people it brought stay. Admins only.
func (s *Service) DeleteConnection(ctx context.Context, actor sallyport.Actor, ref, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := tx.Connection(ctx, actor.Tenant, ref)
		if err != nil {
			return err
		}
		if err := needAdmin(actor, "remove connections"); err != nil {
			return err
		}
		if err := s.notFulfilling(ctx, tx, actor.Tenant, c, "removed"); err != nil {
			return err
		}
		mirrored, err := tx.AllResources(ctx, actor.Tenant, store.ResourceFilter{Connection: c.ID})
		if err != nil {
			return err
		}
		for _, r := range mirrored {
			if err := s.dropMirrored(ctx, tx, actor, r, "the connection "+c.Slug+" was removed"); err != nil {
				return err
			}
		}
		if _, err := tx.DeleteConnection(ctx, actor.Tenant, c.ID); err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "connections")
		e := connectionEvent("connection.deleted", actor, c, nil)
		e.Values = why(reason)
		_, err = tx.Append(ctx, e)
		return err
	})
}

func (s *Service) notFulfilling(ctx context.Context, tx *store.Tx, tenant string, c sallyport.Connection, what string) error {
	bound, err := tx.BoundResources(ctx, tenant, c)
	if err != nil || len(bound) == 0 {
		return err
	}
	return sallyport.Errorf(sallyport.EPrecondition, "%s fulfils %d resources, %s among them, and cannot be %s", c.Name, len(bound), bound[0].Resource.Name, what).
		WithHint("Give those another fulfilment first.").WithRule("references")
}

// CheckConnection proves that a connection works, and keeps what came of it. A target that cannot be reached is no error
// of this call: look at CheckError.
func (s *Service) CheckConnection(ctx context.Context, actor sallyport.Actor, ref string) (sallyport.Connection, error) {
	var c sallyport.Connection
	if err := needAdmin(actor, "check connections"); err != nil {
		return c, err
	}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		c, err = tx.Connection(ctx, actor.Tenant, ref)
		return err
	})
	if err != nil {
		return c, err
	}
	failure := ""
	if err := s.probe(ctx, actor.Tenant, c.ID); err != nil {
		failure = plainError(err)
	}
	err = s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.SetCheck(ctx, actor.Tenant, c.ID, failure); err != nil {
			return err
		}
		tx.Changed(actor.Tenant, "connections")
		c, err = tx.Connection(ctx, actor.Tenant, c.ID)
		return err
	})
	return c, err
}

func (s *Service) probe(ctx context.Context, tenant, id string) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	con, err := s.Open(ctx, tenant, id)
	if err != nil {
		return err
	}
	defer con.Close()
	return con.Check(ctx)
}

// plainError is what people read about an error of a connector: what happened, and what to do.
func plainError(err error) string {
	if hint := connector.HintOf(err); hint != "" {
		return strings.TrimSuffix(err.Error(), ".") + ". " + hint
	}
	return err.Error()
}

// Open opens a connection by id or slug, with its secrets. The caller closes it. A paused connection is not opened.
func (s *Service) Open(ctx context.Context, tenant, ref string) (connector.Connector, error) {
	var c sallyport.Connection
	var secrets map[string]string
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if c, err = tx.Connection(ctx, tenant, ref); err != nil {
			return err
		}
		secrets, err = tx.Secrets(ctx, tenant, c.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if c.PausedAt != nil {
		return nil, sallyport.Errorf(sallyport.EPrecondition, "the connection %s is paused since %s", c.Slug, sallyport.Moment(*c.PausedAt, "")).
			WithHint("Resume it in the settings of the connection.").WithRule("paused")
	}
	k, ok := s.Kind(c.Kind)
	if !ok {
		return nil, sallyport.Errorf(sallyport.EPrecondition, "the kind %s of the connection %s is not known to this server", c.Kind, c.Slug)
	}
	settings := maps.Clone(c.Settings)
	maps.Copy(settings, secrets)
	return k.Open(ctx, k.WithDefaults(settings), s.Log)
}

// Drift lists how a target differs from what ought to be, as of its last complete read.
func (s *Service) Drift(ctx context.Context, actor sallyport.Actor, ref string) ([]sallyport.Drift, error) {
	var out []sallyport.Drift
	if !actor.Auditor {
		if err := needCurator(actor, "compare targets"); err != nil {
			return nil, err
		}
	}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		c, err := tx.Connection(ctx, actor.Tenant, ref)
		if err != nil {
			return err
		}
		out, err = tx.Drifts(ctx, actor.Tenant, c)
		return err
	})
	return out, err
}
