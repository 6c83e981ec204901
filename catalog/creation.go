package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

var _ access.Maker = (*Service)(nil)

// MakeTx makes what an approved request asks for: the resource with its tags, and what an app begins with. The request is
// the authority for it and the cause of every event; who decided is their actor. Owners, members and what a role gives are
// grants, which package access makes.
func (s *Service) MakeTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n sallyport.NewThing, requestID string) (sallyport.Resource, error) {
	return s.createTx(ctx, tx, actor, sallyport.NewResource{Kind: n.Kind, App: n.App, Slug: n.Slug, Name: n.Name, Description: n.Description, Tags: n.Tags, Audience: n.AudienceID(),
		Entitlements: n.Entitlements}, making{request: requestID})
}

// MayMakeTx answers who may add such a thing without asking: admins and catalogue managers, and the owners of an app what
// is in it.
func (s *Service) MayMakeTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n sallyport.NewThing) (bool, error) {
	if curates(actor) {
		return true, nil
	}
	if n.Kind != sallyport.KindEntitlement {
		return false, nil
	}
	return owns(ctx, tx, actor, n.App)
}

// MayTagTx answers who may put tags on it as it is made: those, and whoever will own it.
func (s *Service) MayTagTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, n sallyport.NewThing) (bool, error) {
	may, err := s.MayMakeTx(ctx, tx, actor, n)
	return may || slices.Contains(n.Owners, actor.User.ID), err
}

// PlanTx checks a form whole and returns it with ids in the place of names and the defaults filled in. Every fault is named
// by its field under path: malformed is EInvalid, what does not exist or is over a limit EPrecondition, and a name that is
// taken, with nothing else wrong, EConflict. before is the kept form that this one is an edit of, nil where there is none:
// what that names the actor need not see.
func (s *Service) PlanTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, in sallyport.NewThing, before *sallyport.NewThing, path string) (sallyport.NewThing, error) {
	p := &drafting{s: s, ctx: ctx, tx: tx, actor: actor, path: path, edit: before != nil, seen: map[string]bool{}}
	if before != nil {
		p.seen[before.App], p.seen[before.AudienceID()] = true, true
		if in.Audience == nil { // what is not said widens nothing
			in.Audience = before.Audience
		}
		for _, g := range before.Gives {
			p.seen[g.Resource] = true
		}
	}
	n := p.plan(in)
	return n, p.fault()
}

// drafting is one form on its way.
type drafting struct {
	s     *Service
	ctx   context.Context
	tx    *store.Tx
	actor sallyport.Actor
	path  string
	edit  bool
	seen  map[string]bool // resources that need not be visible to the actor, by id
	err   error

	malformed, refused, taken []sallyport.Fault
}

func (p *drafting) at(list *[]sallyport.Fault, field, format string, args ...any) {
	*list = append(*list, sallyport.Fault{Path: p.path + "." + field, Message: fmt.Sprintf(format, args...)})
}

// broke keeps the first error: after it PostgreSQL answers only that the transaction is aborted, which is not why.
func (p *drafting) broke(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *drafting) must(field string, err error) {
	if err != nil {
		p.at(&p.malformed, field, "%s", err)
	}
}

func (p *drafting) fault() error {
	all := slices.Concat(p.malformed, p.refused, p.taken)
	switch {
	case p.err != nil:
		return p.err
	case len(p.malformed) > 0:
		return sallyport.Faults(all)
	case len(p.refused) > 0:
		return refusal(all)
	case len(p.taken) > 0:
		return &sallyport.Error{Code: sallyport.EConflict, Rule: "domain.22", Message: p.taken[0].Message, Fields: all, Hint: "Choose another, or ask for what is there."}
	}
	return nil
}

func (p *drafting) plan(in sallyport.NewThing) sallyport.NewThing {
	n := in
	n.Name, n.Slug, n.Description = strings.TrimSpace(n.Name), strings.ToLower(strings.TrimSpace(n.Slug)), strings.TrimSpace(n.Description)
	if !slices.Contains(sallyport.CreatableKinds, n.Kind) {
		p.at(&p.malformed, "kind", "%q is nothing that can be asked for; use app, entitlement, group or role", n.Kind)
		return n
	}
	p.must("name", sallyport.CheckName(n.Name))
	p.text("description", n.Description)
	app := p.app(&n)
	p.slug(&n, app)
	n.Owners = p.people("owners", n.Owners)
	if len(n.Owners) == 0 && len(in.Owners) == 0 && n.Kind != sallyport.KindEntitlement {
		if p.edit {
			p.at(&p.refused, "owners", "is empty: somebody has to look after it")
		}
		n.Owners = []string{p.actor.User.ID}
	}
	n.Members = p.people("members", n.Members)
	p.audience(&n)
	p.tags(&n)
	p.parts(&n)
	p.gives(&n)
	p.limits(n)
	return n
}

func (p *drafting) text(field, s string) {
	if len(s) > sallyport.MaxText {
		p.at(&p.malformed, field, "is longer than %d bytes", sallyport.MaxText)
	}
	p.must(field, sallyport.CheckText(s, true))
}

// thing finds a resource by what was written; false says that a fault was noted.
func (p *drafting) thing(field, ref, what string) (sallyport.Resource, bool) {
	r, err := p.tx.Resource(p.ctx, p.actor.Tenant, ref, access.Viewer(p.actor))
	if sallyport.CodeOf(err) == sallyport.ENotFound && p.edit {
		if r, err = p.tx.Resource(p.ctx, p.actor.Tenant, ref, access.Everything); err == nil && !p.seen[r.ID] {
			r, err = sallyport.Resource{}, sallyport.Errorf(sallyport.ENotFound, "there is no resource %q", ref)
		}
	}
	switch {
	case sallyport.CodeOf(err) == sallyport.ENotFound || err == nil && r.DeletedAt != nil:
		p.at(&p.refused, field, "there is no %s %q", what, ref)
		return r, false
	case err != nil:
		p.broke(err)
		return r, false
	}
	return r, true
}

func (p *drafting) app(n *sallyport.NewThing) *sallyport.Resource {
	if n.Kind != sallyport.KindEntitlement {
		if n.App != "" {
			p.at(&p.malformed, "app", "only an entitlement belongs to an app")
		}
		return nil
	}
	if n.App == "" {
		p.at(&p.malformed, "app", "is missing; an entitlement belongs to one app")
		return nil
	}
	r, ok := p.thing("app", n.App, "app")
	switch {
	case !ok:
		return nil
	case r.Kind != sallyport.KindApp:
		p.at(&p.refused, "app", "%s is no app; an entitlement belongs to an app", r.Name)
		return nil
	case isBuiltIn(r):
		p.at(&p.refused, "app", "the app Sallyport is built in; nothing can be added to it")
		return nil
	}
	n.App = r.ID
	return &r
}

func (p *drafting) slug(n *sallyport.NewThing, app *sallyport.Resource) {
	if n.Kind == sallyport.KindEntitlement && app == nil {
		return
	}
	if n.Slug == "" {
		n.Slug = store.Slugify(n.Name)
	}
	appID := ""
	if app != nil {
		appID = app.ID
		if !strings.Contains(n.Slug, ".") {
			n.Slug = app.Slug + "." + n.Slug
		}
		if !strings.HasPrefix(n.Slug, app.Slug+".") {
			p.at(&p.malformed, "slug", "%q is not in its app; it must begin with %s.", n.Slug, app.Slug)
			return
		}
	}
	if err := sallyport.CheckSlug(n.Slug, n.Kind); err != nil {
		p.must("slug", err)
		return
	}
	slugTaken, nameTaken, err := p.tx.Taken(p.ctx, p.actor.Tenant, n.Kind, appID, n.Slug, n.Name)
	if err != nil {
		p.broke(err)
	}
	if nameTaken {
		p.at(&p.taken, "name", "there is %s called %q already", kindWords[n.Kind], n.Name)
	}
	if slugTaken {
		p.at(&p.taken, "slug", "%q is taken by something else already", n.Slug)
	}
}

// people finds active people, each once.
func (p *drafting) people(field string, refs []string) []string {
	var out []string
	for i, ref := range refs {
		ref = strings.TrimPrefix(strings.TrimSpace(ref), "user:")
		if ref == "me" {
			ref = p.actor.User.ID
		}
		at := fmt.Sprintf("%s[%d]", field, i)
		u, err := p.tx.User(p.ctx, p.actor.Tenant, ref)
		switch {
		case sallyport.CodeOf(err) == sallyport.ENotFound:
			p.at(&p.refused, at, "there is no person %q", ref)
		case err != nil:
			p.broke(err)
		case u.State != sallyport.UserActive:
			p.at(&p.refused, at, "%s is %s; name somebody who is here", u.Name, u.State)
		case !slices.Contains(out, u.ID):
			out = append(out, u.ID)
		}
	}
	return out
}

func (p *drafting) tags(n *sallyport.NewThing) {
	var out []string
	for i, name := range n.Tags {
		t, err := p.tx.Tag(p.ctx, p.actor.Tenant, name)
		if sallyport.CodeOf(err) == sallyport.ENotFound {
			p.at(&p.refused, fmt.Sprintf("tags[%d]", i), "there is no tag %q", name)
			continue
		}
		if err != nil {
			p.broke(err)
			return
		}
		if !slices.Contains(out, t.ID) {
			out = append(out, t.ID)
		}
	}
	n.Tags = out
}

func (p *drafting) parts(n *sallyport.NewThing) {
	if len(n.Entitlements) > 0 && n.Kind != sallyport.KindApp {
		p.at(&p.malformed, "entitlements", "only an app has entitlements")
		return
	}
	slugs, names := map[string]bool{}, map[string]bool{}
	out := slices.Clone(n.Entitlements)
	for i := range out {
		e, at := &out[i], fmt.Sprintf("entitlements[%d]", i)
		e.Name, e.Slug, e.Description = strings.TrimSpace(e.Name), strings.ToLower(strings.TrimSpace(e.Slug)), strings.TrimSpace(e.Description)
		p.must(at+".name", sallyport.CheckName(e.Name))
		p.text(at+".description", e.Description)
		if e.Slug == "" {
			e.Slug = store.Slugify(e.Name)
		}
		e.Slug = e.Slug[strings.LastIndexByte(e.Slug, '.')+1:]
		p.must(at+".slug", sallyport.CheckSlug(n.Slug+"."+e.Slug, sallyport.KindEntitlement))
		if slugs[e.Slug] || names[store.Fold(e.Name)] {
			p.at(&p.malformed, at+".name", "is in the list twice")
		}
		slugs[e.Slug], names[store.Fold(e.Name)] = true, true
	}
	n.Entitlements = out
}

// gives finds what a role is to give. What it names without a length is given for as long as its limits allow.
func (p *drafting) gives(n *sallyport.NewThing) {
	if len(n.Gives) > 0 && n.Kind != sallyport.KindRole {
		p.at(&p.malformed, "gives", "only a role gives something")
		return
	}
	out := []sallyport.RoleItem{}
	for i, g := range n.Gives {
		at := fmt.Sprintf("gives[%d]", i)
		if g.Relation == "" {
			g.Relation = sallyport.Member
		}
		r, ok := p.thing(at+".resource", g.Resource, "resource")
		if !ok {
			continue
		}
		g.Resource = r.ID
		switch {
		case g.Relation != sallyport.Member && g.Relation != sallyport.Owner:
			p.at(&p.malformed, at+".relation", "is neither member nor owner")
			continue
		case r.Kind == sallyport.KindRole:
			p.at(&p.refused, at+".resource", "roles do not contain roles, so that everyone can see who gets what and why")
			continue
		case r.Kind == sallyport.KindWorkOrder:
			p.at(&p.refused, at+".resource", "%s is done once and never held", r.Name)
			continue
		case !r.Managed:
			p.at(&p.refused, at+".resource", "%s is fed by the directory's own rules, so a role cannot give it", r.Name)
			continue
		case slices.ContainsFunc(out, func(o sallyport.RoleItem) bool { return o.Resource == g.Resource && o.Relation == g.Relation }):
			continue
		}
		if _, err := r.Form.Answer(nil); err != nil {
			p.at(&p.refused, at+".resource", "%s has questions of its own; ask for it for the role once the role is there", r.Name)
			continue
		}
		if err := p.length(r, &g); err != nil {
			p.note(at+".duration", err)
			continue
		}
		out = append(out, g)
	}
	n.Gives = out
}

func (p *drafting) length(r sallyport.Resource, g *sallyport.RoleItem) error {
	if g.Duration == nil {
		longest, err := p.s.Access.LongestTx(p.ctx, p.tx, p.actor.Tenant, r, g.Relation)
		if err != nil || longest == 0 {
			return err
		}
		g.Duration = &longest
		return nil
	}
	if *g.Duration < sallyport.MinDuration || *g.Duration > sallyport.MaxDuration {
		return sallyport.Invalid("duration", "is out of range; use PT1S to P3650D")
	}
	return p.s.Access.CheckLengthTx(p.ctx, p.tx, p.actor.Tenant, r, g.Relation, *g.Duration)
}

// note keeps a refusal as a fault of a field.
func (p *drafting) note(field string, err error) {
	switch code := sallyport.CodeOf(err); code {
	case sallyport.EPrecondition, sallyport.EInvalid:
		p.at(&p.refused, field, "%s", words(err))
	default:
		p.broke(err)
	}
}

// limits holds the memberships against what tags, app and what a role gives demand (domain rule 17).
func (p *drafting) limits(n sallyport.NewThing) {
	if n.MembersFor == nil || p.err != nil {
		return
	}
	if *n.MembersFor < sallyport.MinDuration || *n.MembersFor > sallyport.MaxDuration {
		p.at(&p.malformed, "members_for", "is out of range; use PT1S to P3650D")
		return
	}
	l, err := p.s.Access.NewLimitsTx(p.ctx, p.tx, p.actor.Tenant, n)
	if err != nil {
		p.broke(err)
		return
	}
	if l.Members > 0 && *n.MembersFor > l.Members {
		p.at(&p.refused, "members_for", "members may have it for at most %s (%s)%s", l.Members.Words(), l.Members, l.MembersFrom)
	}
}

// words is what an error says to people, with what to do next.
func words(err error) string {
	var e *sallyport.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if e.Hint != "" {
		return e.Message + ". " + e.Hint
	}
	return e.Message
}
