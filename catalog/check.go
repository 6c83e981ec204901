package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/store"
)

// checkReferences finds what a resource names and does not exist, or cannot serve.
func (s *Service) checkReferences(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Resource) ([]sallyport.Fault, error) {
	return s.checker(ctx, tx, tenant).check(r)
}

// checker finds faults of one resource after another, and asks the database once for each name.
func (s *Service) checker(ctx context.Context, tx *store.Tx, tenant string) *checker {
	return &checker{s: s, ctx: ctx, tx: tx, tenant: tenant, coming: map[string]sallyport.Kind{}, leaving: map[string]string{}, connections: map[string]sallyport.Connection{}, tags: map[string]string{}, users: map[string]string{}, resources: map[string]string{}, writers: map[string]string{}}
}

func (c *checker) check(r sallyport.Resource) ([]sallyport.Fault, error) {
	c.faults = nil
	if r.Flow != nil {
		c.flow(*r.Flow)
	}
	c.fulfilment("fulfilment", r.Kind, r.Fulfilment)
	if r.Revocation != nil {
		c.fulfilment("revocation", r.Kind, *r.Revocation)
	}
	if r.Audience != nil && r.Audience.Kind != sallyport.KindGroup {
		c.bad("audience", "%s is no group; an audience is a group", r.Audience.Slug)
	}
	if r.App != nil && r.App.Kind != sallyport.KindApp {
		c.bad("app", "%s is no app; an entitlement belongs to an app", r.App.Slug)
	}
	return c.faults, c.err
}

type checker struct {
	s           *Service
	ctx         context.Context
	tx          *store.Tx
	tenant      string
	coming      map[string]sallyport.Kind       // slugs that the same change adds
	leaving     map[string]string               // slugs that the same change takes from what has them, and which they get
	connections map[string]sallyport.Connection // that the same change adds or changes, by slug
	tags        map[string]string               // that the same change adds or changes, by folded name
	users       map[string]string               // what is wrong with a user, by reference; "" for nothing
	resources   map[string]string
	writers     map[string]string
	owned       ownings // who owns what; of catalogue files alone
	faults      []sallyport.Fault
	err         error
}

func (c *checker) bad(path, format string, args ...any) {
	c.faults = append(c.faults, sallyport.Fault{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) flow(f sallyport.Flow) {
	c.exprs("flow.fallback", f.Fallback)
	for i, st := range f.Stages {
		at := fmt.Sprintf("flow.stages[%d]", i)
		c.exprs(at+".approvers", st.Approvers)
		c.exprs(at+".escalate_to", st.EscalateTo)
		c.exprs(at+".fallback", st.Fallback)
	}
}

func (c *checker) exprs(path string, list []string) {
	for i, e := range list {
		if strings.Contains(e, ":") {
			c.reference(fmt.Sprintf("%s[%d]", path, i), e)
		}
	}
}

// reference checks one user:LOGIN, group:SLUG or role:SLUG.
func (c *checker) reference(path, expr string) {
	kind, name, _ := strings.Cut(expr, ":")
	known, find := c.resources, c.resource
	if kind == "user" {
		known, find = c.users, c.user
	}
	wrong, asked := known[expr]
	if !asked {
		wrong = find(kind, name)
		known[expr] = wrong
	}
	if wrong != "" {
		c.bad(path, "%s", wrong)
	}
}

func (c *checker) user(_, name string) string {
	u, err := c.tx.User(c.ctx, c.tenant, name)
	switch {
	case sallyport.CodeOf(err) == sallyport.ENotFound:
		return fmt.Sprintf("there is no person %q", name)
	case err != nil:
		c.err = err
	case u.State != sallyport.UserActive:
		return fmt.Sprintf("%s is %s; name somebody who is here", u.Login, u.State)
	}
	return ""
}

func (c *checker) resource(kind, name string) string {
	if k, ok := c.coming[name]; ok && string(k) == kind {
		return ""
	} else if ok {
		return fmt.Sprintf("%s is no %s but of kind %s", name, kind, k)
	}
	if now := c.leaving[name]; now != "" {
		return fmt.Sprintf("%s is called %s by then; name that", name, now)
	}
	r, err := c.tx.Resource(c.ctx, c.tenant, name, access.Everything)
	switch {
	case sallyport.CodeOf(err) == sallyport.ENotFound || err == nil && r.DeletedAt != nil:
		return fmt.Sprintf("there is no %s %q", kind, name)
	case err != nil:
		c.err = err
	case string(r.Kind) != kind:
		return fmt.Sprintf("%s is no %s but of kind %s", name, kind, r.Kind)
	}
	return ""
}

func (c *checker) writer(ref string) string {
	con, coming := c.connections[ref]
	var err error
	if !coming {
		con, err = c.tx.Connection(c.ctx, c.tenant, ref)
	}
	if sallyport.CodeOf(err) == sallyport.ENotFound {
		return fmt.Sprintf("there is no connection %q", ref)
	}
	if err != nil {
		c.err = err
		return ""
	}
	writes, err := c.s.writes(c.ctx, con)
	if err != nil {
		return fmt.Sprintf("%s cannot be opened: %v", con.Slug, err)
	}
	if !writes {
		return con.Slug + " can be read only; use manual fulfilment"
	}
	return ""
}

func (c *checker) fulfilment(path string, kind sallyport.Kind, f sallyport.Fulfilment) {
	switch f.Kind {
	case sallyport.FulfilManual:
		c.reference(path+".assignee", f.Assignee)
	case sallyport.FulfilConnector:
		if kind == sallyport.KindWorkOrder {
			c.bad(path+".kind", "a connector keeps who holds what; a work order needs people: use manual")
			return
		}
		if f.Target == "" {
			c.bad(path+".target", "is missing; write what this is called in the target, e.g. the DN of a group")
		}
		wrong, asked := c.writers[f.Connection]
		if !asked {
			wrong = c.writer(f.Connection)
			c.writers[f.Connection] = wrong
		}
		if wrong != "" {
			c.bad(path+".connection", "%s", wrong)
		}
	}
	if kind == sallyport.KindRole && f.Kind != sallyport.FulfilNone && f.Kind != "" {
		c.bad(path+".kind", "a role lives in Sallyport alone; what it gives is fulfilled by what it holds")
	}
}

// writes reports whether a connection's kind can change who holds what. Nothing is connected to for it.
func (s *Service) writes(ctx context.Context, con sallyport.Connection) (bool, error) {
	k, ok := s.Kind(con.Kind)
	if !ok {
		return false, fmt.Errorf("its kind %s is not known to this server", con.Kind)
	}
	settings := k.WithDefaults(con.Settings)
	for _, name := range con.Secrets {
		settings[name] = "set"
	}
	c, err := k.Open(ctx, settings, s.Log)
	if err != nil {
		return false, err
	}
	defer c.Close()
	_, ok = c.(connector.Writer)
	return ok, nil
}

// taken reports whether a living resource has that slug.
func taken(ctx context.Context, tx *store.Tx, tenant, slug string) (bool, error) {
	_, err := tx.Resource(ctx, tenant, slug, access.Everything)
	if sallyport.CodeOf(err) == sallyport.ENotFound {
		return false, nil
	}
	return err == nil, err
}

// freeSlug makes a slug out of a name: of an entitlement APP.NAME. When it is taken, a number makes it another.
func freeSlug(ctx context.Context, tx *store.Tx, tenant, name string, app *sallyport.ResourceRef) (string, error) {
	base := store.Slugify(name)
	if base == "" || base == "me" || sallyport.HasIDPrefix(base) {
		return "", sallyport.Invalid("slug", "cannot be made from the name; write one of lower-case letters, digits and hyphens")
	}
	if app != nil {
		base = app.Slug + "." + base
	}
	slug := base
	for n := 2; n < 100; n++ {
		used, err := taken(ctx, tx, tenant, slug)
		if err != nil || !used {
			return slug, err
		}
		slug = fmt.Sprintf("%s-%d", base, n)
	}
	return slug, nil
}
