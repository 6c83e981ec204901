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
	d     *Data
	rows  map[rowKey]entry
	lines []Line
}

type entry struct {
	fate Fate // "" until it is decided
	at   int  // place in the list of its table
}

func newLedger(d *Data) *ledger {
	l := &ledger{d: d, rows: make(map[rowKey]entry, len(d.Memberships)+len(d.Users))}
	add := func(table, id string, at int) { l.rows[rowKey{table, id}] = entry{at: at} }
	for i, u := range d.Users {
		add(tableUser, u.ID, i)
	}
	for i, g := range d.Groups {
		add(tableGroup, g.ID, i)
	}
	for i, id := range d.RoleRows {
		add(tableRole, id, i)
	}
	for i, g := range d.AppGroups {
		add(tableAppGrp, g.ID, i)
	}
	for i, a := range d.Apps {
		add(tableApp, a.ID, i)
	}
	for i, m := range d.Memberships {
		add(tableMember, m.ID, i)
	}
	for i, m := range d.Maps {
		add(tableMap, m.ID, i)
	}
	for i, t := range d.Tags {
		add(tableTag, t.ID, i)
	}
	for i, m := range d.GroupTags {
		add(tableGrpTag, m.ID, i)
	}
	for i, m := range d.AppTags {
		add(tableAppTag, m.ID, i)
	}
	for i, r := range d.Requests {
		add(r.Table, r.ID, i)
	}
	for i, c := range d.Creations {
		add(tableGrpReq, c.ID, i)
	}
	return l
}

// what says in words what a row is about.
func (l *ledger) what(table, id string) string {
	e, ok := l.rows[rowKey{table, id}]
	if !ok && id == "" {
		return "nobody"
	}
	if !ok {
		return id
	}
	held := func(owner bool, group string) string {
		return string(relationOf(owner)) + " of " + l.what(tableGroup, group)
	}
	switch table {
	case tableUser:
		return l.d.Users[e.at].Email
	case tableGroup:
		return l.d.Groups[e.at].Name
	case tableRole, tableAppGrp:
		return l.what(tableGroup, id)
	case tableApp:
		return l.d.Apps[e.at].Name
	case tableMember:
		m := l.d.Memberships[e.at]
		return l.what(tableUser, m.User) + ", " + held(m.Owner, m.Group)
	case tableMap:
		m := l.d.Maps[e.at]
		return l.what(tableGroup, m.Role) + ", " + held(m.Owner, m.Group)
	case tableTag:
		return l.d.Tags[e.at].Name
	case tableGrpTag:
		return l.what(tableTag, l.d.GroupTags[e.at].Tag) + " on " + l.what(tableGroup, l.d.GroupTags[e.at].On)
	case tableAppTag:
		return l.what(tableTag, l.d.AppTags[e.at].Tag) + " on " + l.what(tableApp, l.d.AppTags[e.at].On)
	case tableRequest:
		r := l.d.Requests[e.at]
		return l.what(tableUser, r.Requester) + ", " + held(r.Owner, r.Group)
	case tableRoleReq:
		r := l.d.Requests[e.at]
		return l.what(tableUser, r.Requester) + " for " + l.what(tableGroup, r.Role) + ", " + held(r.Owner, r.Group)
	}
	return l.what(tableUser, l.d.Creations[e.at].Requester) + ", the group " + l.d.Creations[e.at].Name
}

// set decides about a row. One that is not simply brought says why; one that was changed and then left keeps both
// reasons.
func (l *ledger) set(table, id string, f Fate, why string, args ...any) {
	k := rowKey{table, id}
	e := l.rows[k]
	switch now := e.fate; {
	case now == Earlier && f != Earlier: // it was decided by the run that brought it
		return
	case now == Left, now == Changed && f == Brought:
		f = now
	}
	e.fate = f
	l.rows[k] = e
	if why != "" {
		l.lines = append(l.lines, Line{Table: table, ID: id, Fate: f, What: seen(l.what(table, id)), Why: fmt.Sprintf(why, args...)})
	}
}

// seen is a name without what cannot be seen in a terminal.
func seen(s string) string { return cleanText(s, len(s)) }

func (l *ledger) fate(table, id string) Fate { return l.rows[rowKey{table, id}].fate }

// tally counts the fates. A row without one, or a table whose rows are not all there, is EInternal: nothing may be lost
// silently.
func (l *ledger) tally(d *Data) ([]Count, error) {
	read := map[string]int{tableUser: len(d.Users), tableGroup: len(d.Groups), tableRole: len(d.RoleRows), tableAppGrp: len(d.AppGroups), tableApp: len(d.Apps),
		tableMember: len(d.Memberships), tableMap: len(d.Maps), tableTag: len(d.Tags), tableGrpTag: len(d.GroupTags), tableAppTag: len(d.AppTags), tableGrpReq: len(d.Creations)}
	for _, r := range d.Requests {
		read[r.Table]++
	}
	counts := map[string]*Count{}
	out := make([]Count, len(tableNames))
	for i, t := range tableNames {
		out[i] = Count{Table: t, Read: read[t]}
		counts[t] = &out[i]
	}
	var lost []string
	for i, line := range l.lines {
		l.lines[i].Fate = l.fate(line.Table, line.ID)
	}
	for k, e := range l.rows {
		c := counts[k.table]
		switch e.fate {
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
