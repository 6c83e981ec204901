package discordaccess

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// Fate is what becomes of a row that was read.
type Fate string

// The fates. Changed rows are brought as well, but not as they were.
const (
	Brought Fate = "brought"
	Changed Fate = "changed"
	Earlier Fate = "earlier" // brought by an earlier run
	Follows Fate = "follows" // not copied, since it follows from what is brought
	Left    Fate = "left"    // not brought
)

// Count is what becomes of the rows of one table. Read is the sum of the others.
type Count struct {
	Table   string `json:"table"`
	Read    int    `json:"read"`
	Brought int    `json:"brought"`
	Changed int    `json:"changed"`
	Earlier int    `json:"earlier"`
	Follows int    `json:"follows"`
	Left    int    `json:"left"`
}

// Line names a row that did not fit, and says why.
type Line struct {
	Table string `json:"table"`
	ID    string `json:"id"`
	Fate  Fate   `json:"fate"`
	What  string `json:"what"`
	Why   string `json:"why"`
}

// Difference is a time in which a person has access here and had none in discord/access, or the other way round.
type Difference struct {
	Login    string     `json:"login"`
	Group    string     `json:"group"`
	Relation string     `json:"relation"`
	From     time.Time  `json:"from"`
	Until    *time.Time `json:"until,omitempty"`
	Here     bool       `json:"here"` // has it here only; else there only
	Now      bool       `json:"now"`  // the time includes the present
}

// Report says what a plan brings, and everything that does not fit.
type Report struct {
	From        string       `json:"from"`
	At          time.Time    `json:"at"`
	Tables      []Count      `json:"tables"`
	Lines       []Line       `json:"lines"`
	Differences []Difference `json:"differences"`
	Warnings    []string     `json:"warnings,omitempty"`
}

// Total is the sum over all tables.
func (r Report) Total() Count {
	t := Count{Table: "total"}
	for _, c := range r.Tables {
		t.Read, t.Brought, t.Changed, t.Earlier, t.Follows, t.Left = t.Read+c.Read, t.Brought+c.Brought, t.Changed+c.Changed, t.Earlier+c.Earlier, t.Follows+c.Follows, t.Left+c.Left
	}
	return t
}

type rowKey struct{ table, id string }

// ledger gives each row that was read its fate.
type ledger struct {
	rows  map[rowKey]Fate // "" until it is decided
	names map[rowKey]string
	lines []Line
	order []string
}

func newLedger(d *Data) *ledger {
	l := &ledger{rows: map[rowKey]Fate{}, names: map[rowKey]string{}, order: tableNames}
	add := func(table, id, what string) {
		k := rowKey{table, id}
		l.rows[k], l.names[k] = "", what
	}
	users, groups, apps, tags := map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	for _, u := range d.Users {
		users[u.ID] = u.Email
		add(tableUser, u.ID, u.Email)
	}
	for _, g := range d.Groups {
		groups[g.ID] = g.Name
		add(tableGroup, g.ID, g.Name)
	}
	for _, id := range d.RoleRows {
		add(tableRole, id, named(groups, id))
	}
	for _, g := range d.AppGroups {
		add(tableAppGrp, g.ID, named(groups, g.ID))
	}
	for _, a := range d.Apps {
		apps[a.ID] = a.Name
		add(tableApp, a.ID, a.Name)
	}
	relation := func(owner bool) string {
		if owner {
			return "owner"
		}
		return "member"
	}
	for _, m := range d.Memberships {
		add(tableMember, m.ID, fmt.Sprintf("%s, %s of %s", named(users, m.User), relation(m.Owner), named(groups, m.Group)))
	}
	for _, m := range d.Maps {
		add(tableMap, m.ID, fmt.Sprintf("%s, %s of %s", named(groups, m.Role), relation(m.Owner), named(groups, m.Group)))
	}
	for _, t := range d.Tags {
		tags[t.ID] = t.Name
		add(tableTag, t.ID, t.Name)
	}
	for _, m := range d.GroupTags {
		add(tableGrpTag, m.ID, fmt.Sprintf("%s on %s", named(tags, m.Tag), named(groups, m.On)))
	}
	for _, m := range d.AppTags {
		add(tableAppTag, m.ID, fmt.Sprintf("%s on %s", named(tags, m.Tag), named(apps, m.On)))
	}
	for _, r := range d.Requests {
		who := named(users, r.Requester)
		if r.Table == tableRoleReq {
			who += " for " + named(groups, r.Role)
		}
		add(r.Table, r.ID, fmt.Sprintf("%s, %s of %s", who, relation(r.Owner), named(groups, r.Group)))
	}
	for _, c := range d.Creations {
		add(tableGrpReq, c.ID, fmt.Sprintf("%s, the group %s", named(users, c.Requester), c.Name))
	}
	return l
}

func named(names map[string]string, id string) string {
	if n := names[id]; n != "" {
		return n
	}
	if id == "" {
		return "nobody"
	}
	return id
}

// set decides about a row. One that is not simply brought says why; one that was changed and then left keeps both
// reasons.
func (l *ledger) set(table, id string, f Fate, why string, args ...any) {
	k := rowKey{table, id}
	switch now := l.rows[k]; {
	case now == Earlier && f != Earlier: // it was decided by the run that brought it
		return
	case now == Left, now == Changed && f == Brought:
		f = now
	}
	l.rows[k] = f
	if why != "" {
		l.lines = append(l.lines, Line{Table: table, ID: id, Fate: f, What: l.names[k], Why: fmt.Sprintf(why, args...)})
	}
}

func (l *ledger) fate(table, id string) Fate { return l.rows[rowKey{table, id}] }

// tally counts the fates. A row without one, or a table whose rows are not all there, is EInternal: nothing may be lost
// silently.
func (l *ledger) tally(d *Data) ([]Count, error) {
	read := map[string]int{tableUser: len(d.Users), tableGroup: len(d.Groups), tableRole: len(d.RoleRows), tableAppGrp: len(d.AppGroups), tableApp: len(d.Apps),
		tableMember: len(d.Memberships), tableMap: len(d.Maps), tableTag: len(d.Tags), tableGrpTag: len(d.GroupTags), tableAppTag: len(d.AppTags), tableGrpReq: len(d.Creations)}
	for _, r := range d.Requests {
		read[r.Table]++
	}
	counts := map[string]*Count{}
	out := make([]Count, len(l.order))
	for i, t := range l.order {
		out[i] = Count{Table: t, Read: read[t]}
		counts[t] = &out[i]
	}
	var lost []string
	for i, line := range l.lines {
		l.lines[i].Fate = l.fate(line.Table, line.ID)
	}
	for k, f := range l.rows {
		c := counts[k.table]
		switch f {
		case Brought:
			c.Brought++
		case Changed:
			c.Changed++
		case Earlier:
			c.Earlier++
		case Follows:
			c.Follows++
		case Left:
			c.Left++
		default:
			lost = append(lost, k.table+" "+k.id)
		}
	}
	for _, c := range out {
		if sum := c.Brought + c.Changed + c.Earlier + c.Follows + c.Left; sum != c.Read {
			lost = append(lost, fmt.Sprintf("%s: %d rows were read, and %d are accounted for", c.Table, c.Read, sum))
		}
	}
	if len(lost) == 0 {
		return out, nil
	}
	slices.Sort(lost)
	return nil, sallyport.Errorf(sallyport.EInternal, "the import does not account for every row: %s", strings.Join(lost[:min(len(lost), 5)], "; ")).
		WithHint("Nothing was brought. Report this with the version of discord/access.")
}
