package worker_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/internal/timeline"
)

// model is the rules of the domain over lists, as plainly as they can be written: no index, no query, no state but what
// happened. It is told what was done and says what everybody has, why, and since when.
type model struct {
	now    time.Time
	people map[string]bool      // by login; false: is not here
	left   map[string]time.Time // when last
	things []*thing
	labels []*label
	grants []*held
	real   map[string]string // what targets are known to have: person and thing → adding, present or removing
	made   []*held           // since the last note
	ended  []*held
	cuts   []*shortened // since the last note
}

// thing is a resource.
type thing struct {
	id, name        string // id of the database, name for the trace
	kind            sallyport.Kind
	app             *thing
	manual, managed bool
	gone            bool
	labels          map[*label]bool
}

// label is a tag.
type label struct {
	name    string
	enabled bool
	c       sallyport.Constraints
}

// held is a grant.
type held struct {
	who      string // user:LOGIN or role:ID
	what     *thing
	relation sallyport.Relation
	origin   sallyport.Origin
	reason   string
	asked    bool // by a request
	starts   time.Time
	ends     *time.Time
	noEnd    bool
	length   time.Duration // counts from activation; 0: none
	real     *time.Time
	ended    *time.Time
	inSource bool  // that it ended was read
	from     *held // that it took over from, or that it brings back
}

// shortened is what was cut: until when it was, and is by that; what was not real yet counts by its length.
type shortened struct {
	g       *held
	was, is sallyport.Span
}

// extent is until when a grant is, or how long where it is not real yet.
func (g *held) extent() sallyport.Span {
	d := sallyport.Duration(g.length)
	switch {
	case g.noEnd:
		return sallyport.Span{NoEnd: true}
	case g.real == nil && g.length > 0:
		return sallyport.Span{Duration: &d}
	}
	return sallyport.Span{EndsAt: g.ends}
}

func (g *held) over(now time.Time) bool { return !g.noEnd && g.ends != nil && !g.ends.After(now) }

// wanted: the access should be there, or be made.
func (g *held) wanted(now time.Time) bool {
	return g.ended == nil && !g.starts.After(now) && !g.over(now)
}

// fed: by the directory's own rules, which no limit reaches.
func (g *held) fed() bool { return g.origin == sallyport.OriginImport && !g.what.managed }

// had: the access was real at a moment.
func (g *held) had(at time.Time) bool {
	return g.real != nil && !g.real.After(at) && !g.starts.After(at) && (g.noEnd || g.ends != nil && g.ends.After(at)) && (g.ended == nil || g.ended.After(at))
}

// coming: now or later.
func (g *held) coming(now time.Time) bool { return g.ended == nil && !g.over(now) }

func when(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("01-02T15:04:05.000000")
}

func earliest(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

// row is everything about a grant; how its end was written down does not count once it has passed.
func (g *held) row() string {
	stop := g.ended
	if !g.noEnd {
		stop = earliest(g.ended, g.ends)
	}
	end := when(g.ends)
	if g.noEnd {
		end = "none"
	}
	return fmt.Sprintf("%s has %s as %s by %s because %q from %s to %s, stops %s, real %s, length %s", g.who, g.what.id, g.relation, g.origin, g.reason, when(&g.starts), end, when(stop), when(g.real), g.length)
}

// path is one way by which somebody has something.
type path struct {
	login    string
	what     *thing
	relation sallyport.Relation
	role     string // id, "" for directly
	g, m     *held
}

func (p path) starts() time.Time {
	if p.m != nil && p.m.starts.After(p.g.starts) {
		return p.m.starts
	}
	return p.g.starts
}

func (p path) span() sallyport.Span {
	s := sallyport.Span{NoEnd: p.g.noEnd, EndsAt: p.g.ends}
	if p.m == nil {
		return s
	}
	if s.NoEnd {
		return sallyport.Span{NoEnd: p.m.noEnd, EndsAt: p.m.ends}
	}
	if !p.m.noEnd {
		s.EndsAt = earliest(s.EndsAt, p.m.ends)
	}
	return s
}

// short leaves out what may be learnt later: the planned end.
func (p path) short() string {
	at := p.starts()
	return fmt.Sprintf("%s %s %s by %q since %s because %s", p.login, p.what.id, p.relation, p.role, when(&at), p.g.reason)
}

func (p path) String() string {
	s := p.span()
	if s.NoEnd {
		return p.short() + " without end"
	}
	return p.short() + " until " + when(s.EndsAt)
}

// paths lists all ways for which a condition holds of each grant on them.
func (m *model) paths(cond func(*held) bool) (out []path) {
	for _, g := range m.grants {
		if !cond(g) {
			continue
		}
		if login, ok := strings.CutPrefix(g.who, "user:"); ok {
			out = append(out, path{login: login, what: g.what, relation: g.relation, g: g})
			continue
		}
		for _, in := range m.grants {
			if login, ok := strings.CutPrefix(in.who, "user:"); ok && in.relation == sallyport.Member && "role:"+in.what.id == g.who && cond(in) {
				out = append(out, path{login: login, what: g.what, relation: g.relation, role: in.what.id, g: g, m: in})
			}
		}
	}
	return out
}

func (m *model) access() []path { return m.paths(func(g *held) bool { return g.had(m.now) }) }

// has: effectively, now.
func (m *model) has(login string, t *thing, r sallyport.Relation) bool {
	return slices.ContainsFunc(m.access(), func(p path) bool { return p.login == login && p.what == t && p.relation == r })
}

// owns the thing or its app.
func (m *model) owns(login string, t *thing) bool {
	return m.has(login, t, sallyport.Owner) || t.app != nil && m.has(login, t.app, sallyport.Owner)
}

// demands is what all enabled tags on a thing and on its app demand together.
func (m *model) demands(t *thing) sallyport.Constraints {
	all := sallyport.Constraints{}
	for _, l := range m.labels {
		if !l.enabled || !t.labels[l] && (t.app == nil || !t.app.labels[l]) {
			continue
		}
		for k, v := range l.c {
			had, ok := all[k].(sallyport.Duration)
			if length, is := v.(sallyport.Duration); !ok || is && length < had {
				all[k] = v
			}
		}
	}
	return all
}

func demanded(c sallyport.Constraints, key string) bool { return c[key] == true }

func timeLimit(c sallyport.Constraints, r sallyport.Relation) time.Duration {
	key := sallyport.MemberTimeLimit
	if r == sallyport.Owner {
		key = sallyport.OwnerTimeLimit
	}
	limit, _ := c[key].(sallyport.Duration)
	return limit.Std()
}

// bounds are the grants that a thing's demands bound, by relation: those on it, and where a tag propagates its limits the
// memberships of the roles that hold it.
func (m *model) bounds(t *thing, r sallyport.Relation) (out []*held) {
	through := demanded(m.demands(t), sallyport.PropagateToRoles)
	for _, g := range m.grants {
		if g.ended != nil || g.what != t || g.relation != r {
			continue
		}
		if !g.fed() {
			out = append(out, g)
		}
		if id, ok := strings.CutPrefix(g.who, "role:"); ok && through {
			for _, in := range m.grants {
				if in.ended == nil && in.what.id == id && in.relation == sallyport.Member && strings.HasPrefix(in.who, "user:") && !in.fed() {
					out = append(out, in)
				}
			}
		}
	}
	return out
}

// beyond lists what goes further than tags allow: no path may ever lead there.
func (m *model) beyond() (out []string) {
	for _, t := range m.things {
		c := m.demands(t)
		for _, r := range []sallyport.Relation{sallyport.Member, sallyport.Owner} {
			limit := timeLimit(c, r)
			for _, g := range m.bounds(t, r) {
				base := m.now
				if g.starts.After(base) {
					base = g.starts
				}
				if limit > 0 && (g.noEnd || g.ends != nil && g.ends.After(base.Add(limit)) || g.ends == nil && g.length > limit) {
					out = append(out, fmt.Sprintf("beyond %s, the limit of %s for its %ss: %s", limit, t.name, r, g.row()))
				}
				if r == sallyport.Member && demanded(c, sallyport.NoStandingAccess) && g.noEnd {
					out = append(out, "standing access: "+g.row())
				}
			}
		}
	}
	return out
}

// spans is how long everybody has everything, by all ways together, also what comes.
func (m *model) spans() map[string]sallyport.Span {
	stretches := map[string][]timeline.Stretch{}
	for _, p := range m.paths(func(g *held) bool { return g.coming(m.now) }) {
		s := timeline.Stretch{Starts: p.starts()}
		if span := p.span(); span.EndsAt != nil {
			s.Ends = span.EndsAt
		} else if !span.NoEnd { // it counts from when it is real, which is taken to be now
			begin := s.Starts
			if begin.Before(m.now) {
				begin = m.now
			}
			end := begin.Add(p.g.length)
			s.Ends = &end
		}
		if k := fmt.Sprint(p.login, " ", p.what.name, " ", p.relation); !p.what.gone && (s.Ends == nil || s.Ends.After(s.Starts)) {
			stretches[k] = append(stretches[k], s)
		}
	}
	out := map[string]sallyport.Span{}
	for k, list := range stretches {
		if s := timeline.SpanAt(m.now, list); s != nil {
			out[k] = *s
		}
	}
	return out
}
