package worker_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// gift is a grant about to be made: one of length, until and noEnd.
type gift struct {
	who      string
	what     *thing
	relation sallyport.Relation
	origin   sallyport.Origin
	reason   string
	asked    bool
	length   time.Duration
	until    *time.Time
	noEnd    bool
	starts   *time.Time
	replace  bool
	from     *held // that comes back by it
}

// start is when the gift is to begin.
func (m *model) start(n gift) time.Time {
	if n.starts != nil && n.starts.After(m.now) {
		return *n.starts
	}
	return m.now
}

// reaches says until when the gift would last.
func (m *model) reaches(n gift) sallyport.Span {
	if n.noEnd {
		return sallyport.Span{NoEnd: true}
	}
	end := m.start(n).Add(n.length)
	if n.until != nil {
		end = *n.until
	}
	return sallyport.Span{EndsAt: &end}
}

// endedHere: what was read of them last was ended by a limit or by somebody, so that reading it again begins nothing.
func (m *model) endedHere(login string, t *thing) bool {
	var last *held
	for _, g := range m.grants {
		if g.who == "user:"+login && g.what == t && g.relation == sallyport.Member && g.origin == sallyport.OriginImport && g.ended != nil && (last == nil || !g.ended.Before(*last.ended)) {
			last = g
		}
	}
	return last != nil && !last.inSource
}

// endInSource ends what its source says no more, unless a limit did before.
func (m *model) endInSource(g *held) {
	if g != nil && g.ended == nil {
		g.inSource = !g.over(m.now)
		m.end(g)
	}
}

func (m *model) living(who string, what *thing, r sallyport.Relation, o sallyport.Origin) *held {
	for _, g := range m.grants {
		if g.ended == nil && g.who == who && g.what == what && g.relation == r && g.origin == o {
			return g
		}
	}
	return nil
}

// lasts is until when a grant would last if it became real now.
func (m *model) lasts(g *held) sallyport.Span {
	if g.noEnd || g.ends != nil {
		return sallyport.Span{NoEnd: g.noEnd, EndsAt: g.ends}
	}
	base := m.now
	if g.starts.After(base) {
		base = g.starts
	}
	end := base.Add(g.length)
	return sallyport.Span{EndsAt: &end}
}

// allowed says whether the rules let somebody ("" is the system) give something directly.
func (m *model) allowed(actor string, n gift) bool {
	login, person := strings.CutPrefix(n.who, "user:")
	if n.what.gone || !n.what.managed && n.relation == sallyport.Member || person && !m.people[login] {
		return false
	}
	if !person && n.what.kind == sallyport.KindRole && n.relation == sallyport.Member {
		return false
	}
	if owns := m.owns(actor, n.what); !owns && (actor != "root" || n.reason == "") {
		return false
	}
	start, span := m.start(n), m.reaches(n)
	if !span.NoEnd && !span.EndsAt.After(start) {
		return false
	}
	self := actor != "root" && (n.who == "user:"+actor || !person && m.joins(actor, n.who[5:]))
	if !m.obeys(n, n.what, n.relation, start, span, self, true) {
		return false
	}
	if n.what.kind == sallyport.KindRole && n.relation == sallyport.Member {
		for _, g := range m.grants {
			if g.who == "role:"+n.what.id && g.ended == nil && !m.obeys(n, g.what, g.relation, start, span, self, demanded(m.demands(g.what), sallyport.PropagateToRoles)) {
				return false
			}
		}
	}
	old := m.living(n.who, n.what, n.relation, sallyport.OriginGiven)
	if old == nil || old.over(m.now) {
		return true
	}
	switch later := span.Compare(m.lasts(old)); {
	case later == 0, later < 0 && !n.replace:
		return false
	case later > 0 && old.ends != nil && start.After(m.now) && start.After(*old.ends):
		return false
	}
	return true
}

func (m *model) obeys(n gift, t *thing, r sallyport.Relation, start time.Time, s sallyport.Span, self, lengths bool) bool {
	c := m.demands(t)
	reason, notSelf := demanded(c, sallyport.RequireMemberReason), demanded(c, sallyport.ForbidSelfMember)
	if r == sallyport.Owner {
		reason, notSelf = demanded(c, sallyport.RequireOwnerReason), demanded(c, sallyport.ForbidSelfOwner)
	}
	limit := timeLimit(c, r)
	tooLong := limit > 0 && (s.NoEnd || s.EndsAt.Sub(start) > limit) || r == sallyport.Member && demanded(c, sallyport.NoStandingAccess) && s.NoEnd
	return !(lengths && tooLong) && !(reason && strings.TrimSpace(n.reason) == "") && !(self && notSelf)
}

// joins: is a member of a role, or will be.
func (m *model) joins(login, role string) bool {
	return slices.ContainsFunc(m.grants, func(g *held) bool {
		return g.who == "user:"+login && g.what.id == role && g.relation == sallyport.Member && g.coming(m.now)
	})
}

func (m *model) byID(id string) *thing {
	return m.things[slices.IndexFunc(m.things, func(t *thing) bool { return t.id == id })]
}

// end closes a grant now, or as of its end when that has passed.
func (m *model) end(g *held) {
	if g == nil || g.ended != nil {
		return
	}
	at := m.now
	if g.over(m.now) {
		at = *g.ends
	}
	g.ended = &at
	m.ended = append(m.ended, g)
}

// give makes a grant (domain rule 2): what lives of the same origin goes on in it.
func (m *model) give(n gift) {
	if n.origin == "" {
		n.origin = sallyport.OriginGiven
	}
	if n.relation == "" {
		n.relation = sallyport.Member
	}
	if n.origin == sallyport.OriginImport {
		m.fit(&n)
	}
	g := &held{who: n.who, what: n.what, relation: n.relation, origin: n.origin, reason: n.reason, asked: n.asked, starts: m.start(n), noEnd: n.noEnd, ends: n.until, length: n.length, from: n.from}
	old := m.living(n.who, n.what, n.relation, n.origin)
	goesOn := old != nil && !old.over(m.now)
	m.end(old)
	if goesOn {
		g.from = old
		end := m.reaches(n).EndsAt
		if at := old.starts; at.Before(g.starts) {
			g.starts = at
			if at.Before(m.now) {
				g.starts = m.now
			}
		}
		if old.real != nil && !old.starts.After(m.now) {
			g.real, g.ends = old.real, end
		}
		if n.starts != nil && n.starts.After(g.starts) && end != nil { // what was asked for ends when it was to end
			g.ends, g.length = end, 0
		}
	}
	touches := strings.HasPrefix(n.who, "user:") && n.relation == sallyport.Member && n.what.manual && n.origin != sallyport.OriginImport
	if g.real == nil && !touches {
		at := g.starts
		g.real = &at
		if g.length > 0 {
			end := at.Add(g.length)
			g.ends = &end
		}
	}
	m.grants, m.made = append(m.grants, g), append(m.made, g)
	if strings.HasPrefix(n.who, "role:") {
		m.cutThing(n.what, n.relation)
	}
	m.converge()
}

// cut brings ends forward to a limit from now, or from the start of what has not begun.
func (m *model) cut(list []*held, limit time.Duration) {
	for _, g := range list {
		base := m.now
		if g.starts.After(base) {
			base = g.starts
		}
		end, was := base.Add(limit), g.extent()
		switch {
		case limit == 0:
		case g.real != nil && (g.noEnd || g.ends.After(end)):
			g.noEnd, g.ends = false, &end
		case g.real == nil && (g.noEnd || g.length > limit):
			g.noEnd, g.ends, g.length = false, nil, limit
		case g.real == nil && g.ends != nil && g.ends.After(end):
			g.ends = &end
		}
		if is := g.extent(); !reflect.DeepEqual(is, was) {
			i := slices.IndexFunc(m.cuts, func(s *shortened) bool { return s.g == g })
			if i < 0 {
				i, m.cuts = len(m.cuts), append(m.cuts, &shortened{g: g, was: was})
			}
			m.cuts[i].is = is
		}
	}
}

// uncut is a gift that lets a grant be as long as before it was cut, with what tags allow now; false where it is not as the
// cut left it, or would be no longer.
func (m *model) uncut(s *shortened) (n gift, longer bool) {
	g := m.goesOn(s.g)
	if g == nil {
		return n, false
	}
	later := func(d *sallyport.Duration) *time.Time {
		at := g.real.Add(d.Std())
		return &at
	}
	was, is := s.was, s.is
	if g.real != nil && is.Duration != nil {
		is = sallyport.Span{EndsAt: later(is.Duration)}
		if was.Duration != nil {
			was = sallyport.Span{EndsAt: later(was.Duration)}
		}
	}
	now := g.extent()
	if now.NoEnd || (now.EndsAt == nil) != (is.EndsAt == nil) || is.EndsAt != nil && !now.EndsAt.Equal(*is.EndsAt) || is.Duration != nil && *now.Duration != *is.Duration {
		return n, false
	}
	n = gift{who: g.who, what: g.what, relation: g.relation, origin: g.origin, reason: g.reason, noEnd: was.NoEnd, until: was.EndsAt, asked: g.asked, from: g}
	if was.Duration != nil {
		n.length = was.Duration.Std()
	}
	if g.starts.After(m.now) {
		n.starts = &g.starts
	}
	m.fit(&n)
	return n, m.reaches(n).Compare(m.lasts(g)) > 0
}

// becomes makes something else of a thing. What leaves an app keeps its tags, and who owns the app owns it where nobody did.
func (m *model) becomes(t *thing, kind sallyport.Kind, app *thing) {
	was := t.app
	heirs, order := map[string]sallyport.Span{}, []string{}
	if was != nil && was != app && !slices.ContainsFunc(m.access(), func(p path) bool { return p.what == t && p.relation == sallyport.Owner }) {
		for _, g := range m.grants {
			if g.what != was || g.relation != sallyport.Owner || !g.had(m.now) || slices.ContainsFunc(m.grants, func(o *held) bool {
				return o.what == t && o.relation == sallyport.Owner && o.who == g.who && o.coming(m.now)
			}) {
				continue
			}
			had, known := heirs[g.who]
			if !known {
				order = append(order, g.who)
			}
			if s := m.lasts(g); !known || had.Compare(s) < 0 {
				heirs[g.who] = s
			}
		}
	}
	t.kind, t.app = kind, app
	if was != nil && was != app {
		for l := range was.labels {
			t.labels[l] = was.labels[l]
		}
	}
	m.tighten(t)
	limit := timeLimit(m.demands(t), sallyport.Owner)
	for _, who := range order {
		s := heirs[who]
		if end := m.now.Add(limit); limit > 0 && (s.NoEnd || s.EndsAt.After(end)) {
			s = sallyport.Span{EndsAt: &end}
		}
		m.give(gift{who: who, what: t, relation: sallyport.Owner, reason: "owned " + was.name + ", of which it was part", until: s.EndsAt, noEnd: s.NoEnd})
	}
}

// tighten cuts what is held longer than the tags of a thing, and of what it contains, allow together.
func (m *model) tighten(of *thing) {
	for _, t := range m.things {
		if t.gone || t != of && t.app != of {
			continue
		}
		m.cutThing(t, sallyport.Member)
		m.cutThing(t, sallyport.Owner)
	}
}

// cutThing cuts what is held longer than the tags of a thing allow; what has to have an end and has none gets 90 days.
func (m *model) cutThing(t *thing, r sallyport.Relation) {
	c := m.demands(t)
	m.cut(m.bounds(t, r), timeLimit(c, r))
	if r == sallyport.Member && demanded(c, sallyport.NoStandingAccess) {
		m.cut(slices.DeleteFunc(m.bounds(t, r), func(g *held) bool { return !g.noEnd }), 90*24*time.Hour)
	}
}

// converge moves what is done by hand: a task for what is wanted and not there, one for what is there and not wanted.
func (m *model) converge() {
	want := map[string]bool{}
	for _, p := range m.paths(func(g *held) bool { return g.wanted(m.now) }) {
		if p.what.manual && p.what.managed && p.relation == sallyport.Member && !p.what.gone {
			want[p.login+" "+p.what.id] = true
		}
	}
	for k := range want {
		switch m.real[k] {
		case "":
			m.real[k] = "adding"
		case "removing":
			m.real[k] = "present"
		}
	}
	for _, k := range slices.Collect(maps.Keys(m.real)) {
		switch {
		case want[k]:
		case m.real[k] == "adding":
			delete(m.real, k)
		default:
			m.real[k] = "removing"
		}
	}
	m.activate()
}

// sweep is that the workers notice what has come to its end.
func (m *model) sweep() {
	for _, g := range m.grants {
		if g.over(m.now) {
			m.end(g)
		}
	}
	m.noted()
	m.converge()
}

// work is that somebody does every task.
func (m *model) work() {
	m.converge()
	for k, state := range m.real {
		if m.real[k] = "present"; state == "removing" {
			delete(m.real, k)
		}
	}
	m.activate()
}

// activate starts what waited for its access to be real.
func (m *model) activate() {
	for _, g := range m.grants {
		login, person := strings.CutPrefix(g.who, "user:")
		if !person || g.real != nil || !g.wanted(m.now) || m.real[login+" "+g.what.id] != "present" {
			continue
		}
		at := m.now
		g.real, g.starts = &at, at
		if g.length > 0 && !g.noEnd {
			end := at.Add(g.length)
			g.ends = &end
		}
	}
}

// noted returns what was made and ended since it was called last, without what was both.
func (m *model) noted() (made, ended []*held) {
	made = slices.DeleteFunc(slices.Clone(m.made), func(g *held) bool { return slices.Contains(m.ended, g) })
	ended = slices.DeleteFunc(slices.Clone(m.ended), func(g *held) bool { return slices.Contains(m.made, g) })
	m.made, m.ended, m.cuts = nil, nil, nil
	return made, ended
}

// leaves: all that a person holds ends.
func (m *model) leaves(login string) {
	m.people[login], m.left[login] = false, m.now
	for _, g := range m.grants {
		if g.who == "user:"+login {
			m.endInSource(g)
		}
	}
	m.converge()
}

// removes a thing with what it contains, what is held of it, and what it holds.
func (m *model) removes(t *thing) {
	for _, part := range m.things {
		if part.app == t && !part.gone && t.kind == sallyport.KindApp {
			m.removes(part)
		}
	}
	for _, g := range m.grants {
		if g.what == t || g.who == "role:"+t.id {
			m.end(g)
		}
	}
	t.gone = true
	m.converge()
}

// goesOn is what a grant has become that nobody ended, only extended, replaced or brought back; nil when somebody did.
func (m *model) goesOn(g *held) *held {
	if g.ended == nil && !g.over(m.now) {
		return g
	}
	for _, n := range m.grants {
		if n.from == g {
			if l := m.goesOn(n); l != nil {
				return l
			}
		}
	}
	return nil
}

// fit brings the end of a gift forward to what tags allow now.
func (m *model) fit(n *gift) {
	if n.origin == sallyport.OriginImport && !n.what.managed {
		return
	}
	limits := map[time.Duration]bool{} // whether for endless ones alone
	demand := func(t *thing, r sallyport.Relation) {
		c := m.demands(t)
		if limit := timeLimit(c, r); limit > 0 {
			limits[limit] = false
		} else if r == sallyport.Member && demanded(c, sallyport.NoStandingAccess) {
			limits[90*24*time.Hour] = true
		}
	}
	demand(n.what, n.relation)
	if n.what.kind == sallyport.KindRole && n.relation == sallyport.Member {
		for _, g := range m.grants {
			if g.who == "role:"+n.what.id && g.ended == nil && demanded(m.demands(g.what), sallyport.PropagateToRoles) {
				demand(g.what, g.relation)
			}
		}
	}
	for _, limit := range slices.Sorted(maps.Keys(limits)) {
		end := m.start(*n).Add(limit)
		switch {
		case limits[limit] && !n.noEnd:
		case n.noEnd, n.until != nil && n.until.After(end):
			n.noEnd, n.until = false, &end
		case n.length > limit:
			n.length = limit
		}
	}
}
