package discordaccess

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// Options say how rows become objects. The zero value is what most need.
type Options struct {
	Source     string   // by which name what was brought is remembered; default discord-access
	AppName    string   // the app whose owner group's members administer discord/access (its APP_NAME); default Access
	Admins     bool     // make those people admins here
	LocalLogin bool     // logins are the part of the address before the @
	Attributes []string // keys of people's profiles to bring besides title and department
}

func (o Options) normal() Options {
	if o.Source == "" {
		o.Source = "discord-access"
	}
	if o.AppName == "" {
		o.AppName = "Access"
	}
	return o
}

// label is by which name runs are kept: never that of a connection, whose slugs have no colon.
func (o Options) label() string { return "import:" + o.Source }

// Importer brings what was read. Safe for concurrent use; two runs at the same time do not bring anything twice.
type Importer struct {
	DB     *store.DB
	Access *access.Service
	// Chunk is how many rows commit together; default 1000. Tests make it small.
	Chunk int
}

// Plan is what a run brings. It holds for the state of the database in which it was made: what changes until it is applied
// is found by the unique indexes, and refused.
type Plan struct {
	Report  Report
	o       Options
	tenant  string
	ids     map[rowKey]string // of what is here already, and of what Apply brings
	people  []personPlan
	things  []thing
	tags    []tagPlan
	marks   []mark
	history []decided
	grants  []*grantPlan
	ends    []string          // grants brought earlier that have ended there since
	shorter []store.Shortened // grants brought earlier that end sooner there by now
	reviews []string          // grants brought earlier that are marked there since
	long    []string          // things here whose grants are longer than tags allow, since a run stopped before it shortened them
	asks    []request
	news    []creation // that wait for a decision
	sums    map[rowKey]string
	inApp   map[string]appGroup // of groups that are in an app
	cameOf  map[rowKey]rowKey   // of memberships and maps: the request that led to them
}

// Empty reports whether everything was brought by earlier runs.
func (p *Plan) Empty() bool {
	return len(p.people)+len(p.things)+len(p.tags)+len(p.marks)+len(p.history)+len(p.grants)+len(p.ends)+len(p.shorter)+len(p.reviews)+len(p.long)+len(p.asks)+len(p.news) == 0
}

// planner is the state of one planning.
type planner struct {
	*Plan
	d        *Data
	now      time.Time
	l        *ledger
	users    map[string]*user
	groups   map[string]*group
	apps     map[string]*app
	gone     map[rowKey]time.Time // when a person or thing was deleted
	living   map[store.GrantKey]string
	here     map[string]store.KnownGrant      // every grant by its id
	ending   map[string]time.Time             // when grants that were brought earlier end by this run, of ends and of shorter
	limits   map[rowKey]sallyport.Constraints // of tags that are put on a thing itself
	limited  map[string]sallyport.Constraints // by tags that are on a living thing here, by its id
	gives    map[string][]store.RoleHolding   // what roles give here, by their ids
	waiting  map[string]bool                  // the ids of requests that wait for a decision here
	tagsHere map[string]sallyport.Tag
	demands  map[string]sallyport.Constraints // of the tags that count, by their ids there: as they are here already, or will be
	known    map[string]sallyport.Resource    // living resources by id
	rowOf    map[string]rowKey                // of the people and things that are here, by their ids
	adminID  string
	admins   map[string]bool // the ids of who is one here
	spans    []*grantPlan    // everything that gives access here, for the comparison
}

// Plan decides about every row that was read, against what is here. EPrecondition when rows brought earlier under the
// same name were those of another database.
func (im *Importer) Plan(ctx context.Context, tenant string, d *Data, o Options) (*Plan, error) {
	var plan *Plan
	err := im.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		p := &planner{Plan: &Plan{o: o.normal(), tenant: tenant, ids: map[rowKey]string{}, sums: map[rowKey]string{}, inApp: map[string]appGroup{}, cameOf: map[rowKey]rowKey{}}, d: d, now: tx.Now(), l: newLedger(d),
			users: map[string]*user{}, groups: map[string]*group{}, apps: map[string]*app{}, gone: map[rowKey]time.Time{},
			limits: map[rowKey]sallyport.Constraints{}, living: map[store.GrantKey]string{}, here: map[string]store.KnownGrant{}, ending: map[string]time.Time{}, waiting: map[string]bool{}, tagsHere: map[string]sallyport.Tag{}, demands: map[string]sallyport.Constraints{}, limited: map[string]sallyport.Constraints{}, known: map[string]sallyport.Resource{}, rowOf: map[string]rowKey{}, admins: map[string]bool{}}
		for i := range d.Users {
			p.users[d.Users[i].ID] = &d.Users[i]
		}
		for i := range d.Groups {
			p.groups[d.Groups[i].ID] = &d.Groups[i]
		}
		for i := range d.Apps {
			p.apps[d.Apps[i].ID] = &d.Apps[i]
		}
		p.checksums()
		if err := p.earlier(ctx, tx); err != nil {
			return err
		}
		var err error
		if err = tx.EachGrant(ctx, tenant, func(g store.KnownGrant) {
			if p.here[g.ID] = g; !g.Ended {
				p.living[g.GrantKey] = g.ID
			}
		}); err != nil {
			return err
		}
		admins, err := im.Access.Admins(ctx, tx, tenant)
		if err != nil {
			return err
		}
		for _, u := range admins {
			p.admins[u.ID] = true
		}
		waiting, err := tx.WaitingRequests(ctx, tenant)
		if err != nil {
			return err
		}
		for _, id := range waiting {
			p.waiting[id] = true
		}
		for _, step := range []func(context.Context, *store.Tx) error{p.planPeople, p.planThings, p.planLimits, p.planTags} {
			if err := step(ctx, tx); err != nil {
				return err
			}
		}
		p.planGrants()
		if err := p.tooLong(ctx, tx); err != nil {
			return err
		}
		p.planRequests()
		p.endless()
		p.Report.From, p.Report.At = d.From, p.now
		p.Report.Differences = p.compare()
		if p.Report.Tables, err = p.l.tally(d); err != nil {
			return err
		}
		p.Report.Lines = p.l.lines
		if p.Report.Lines == nil {
			p.Report.Lines = []Line{}
		}
		for _, m := range d.Missing {
			p.warn("the table %s is not there: this version of discord/access does not have it", m)
		}
		if len(p.admins) == 0 && !p.o.Admins && len(p.asks)+len(p.news) > 0 {
			p.warn("nobody is an admin here yet, so requests that no owner could decide will be refused; start the server with --admin first, or make admins with --admins")
		}
		for _, c := range d.Unread {
			p.warn("the column %s is not known here, and nothing of it is brought", c)
		}
		plan = p.Plan
		return nil
	})
	return plan, err
}

func (p *planner) warn(format string, args ...any) {
	p.Report.Warnings = append(p.Report.Warnings, fmt.Sprintf(format, args...))
}

// checksums are of what a row never changes.
func (p *planner) checksums() {
	sum := func(table, id string, parts ...any) {
		h := sha256.Sum256([]byte(fmt.Sprintln(parts...)))
		p.sums[rowKey{table, id}] = hex.EncodeToString(h[:8])
	}
	for _, u := range p.d.Users {
		sum(tableUser, u.ID, u.Created.UnixMicro())
	}
	for _, g := range p.d.Groups {
		sum(tableGroup, g.ID, g.Created.UnixMicro())
	}
	for _, a := range p.d.Apps {
		sum(tableApp, a.ID, a.Created.UnixMicro())
	}
	for _, t := range p.d.Tags {
		sum(tableTag, t.ID, t.Created.UnixMicro())
	}
	for _, m := range p.d.GroupTags {
		sum(tableGrpTag, m.ID, m.Tag, m.On)
	}
	for _, m := range p.d.AppTags {
		sum(tableAppTag, m.ID, m.Tag, m.On)
	}
	for _, m := range p.d.Memberships {
		sum(tableMember, m.ID, m.User, m.Group, m.Owner, m.Created.UnixMicro())
	}
	for _, m := range p.d.Maps {
		sum(tableMap, m.ID, m.Role, m.Group, m.Owner, m.Created.UnixMicro())
	}
	for _, r := range p.d.Requests {
		sum(r.Table, r.ID, r.Requester, r.Role, r.Group, r.Created.UnixMicro())
	}
	for _, c := range p.d.Creations {
		sum(tableGrpReq, c.ID, c.Requester, c.Created.UnixMicro())
	}
}

// endless names the rows with a moment that never comes, once it is known what becomes of them.
func (p *planner) endless() {
	for _, k := range p.d.Endless {
		f := p.l.fate(k.table, k.id)
		if f == Earlier {
			continue
		}
		if f == Brought {
			f = Changed
		}
		p.l.set(k.table, k.id, f, "a moment in it is infinity, and counts as none")
	}
}

// earlier finds what earlier runs brought.
func (p *planner) earlier(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.ImportedRows(ctx, p.tenant, p.o.Source)
	if err != nil {
		return err
	}
	for _, r := range rows {
		k := rowKey{r.Table, r.SourceID}
		p.ids[k] = r.ObjectID
		sum, read := p.sums[k]
		if !read {
			continue // a grant made beside a row's own, or a row that is gone there
		}
		if sum != r.Checksum {
			return sallyport.Errorf(sallyport.EPrecondition, "the row %s of %s is another one than the one brought earlier: this is not the same database", r.SourceID, r.Table).
				WithHint("Name what comes from this one otherwise, with --source.").WithRule("import")
		}
		p.l.set(r.Table, r.SourceID, Earlier, "")
	}
	return nil
}

// has reports whether the row is here, or will be.
func (p *planner) has(table, id string) bool {
	switch p.l.fate(table, id) {
	case Brought, Changed, Earlier:
		return true
	}
	return false
}

// cleanName makes a name that the rules allow, out of the first of some texts of which something is left.
func cleanName(texts ...string) (name string, changed bool) {
	for i, t := range texts {
		var b strings.Builder
		for _, r := range t {
			if r == '\t' || r == '\n' || r == '\r' || r == '\u00a0' {
				r = ' '
			}
			if sallyport.CheckText(string(r), false) == nil {
				b.WriteRune(r)
			}
		}
		n := strings.Join(strings.Fields(b.String()), " ")
		if r := []rune(n); len(r) > sallyport.MaxName {
			n = strings.TrimSpace(string(r[:sallyport.MaxName]))
		}
		if n != "" {
			return n, i > 0 || n != t
		}
	}
	return "", true
}

// cleanText keeps the text but for what nobody can see, up to a length in characters.
func cleanText(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if sallyport.CheckText(string(r), true) != nil {
			continue
		}
		if n++; n > limit {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
