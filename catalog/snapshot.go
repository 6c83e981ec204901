package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/connector"
)

// Snapshot is a whole source of people and groups at one moment.
type Snapshot struct {
	Source     string // the connection's slug, or file
	Connection string // id; "" for a file
	People     []Entrant
	Groups     []SourceGroup
	Complete   bool // the source said that this is all of it; otherwise nobody is taken to have left
	Faults     []sallyport.Fault
}

// Entrant is a person in a source.
type Entrant struct {
	External    string // what the source knows them by, for good
	Login       string
	Name        string
	Email       string
	Title       string
	Department  string
	Manager     string // external id
	Accountable string // external id, of a service account
	Kind        sallyport.UserKind
	Active      bool
	Broken      bool // something is wrong with the entry: whoever it is stays as they are
	Where       string
}

// SourceGroup is a group in a source with all of its members.
type SourceGroup struct {
	External    string
	DN          string
	Name        string
	Description string
	Members     []string // external ids
	Broken      bool     // it cannot be shown: what is known of it stays as it is
}

// readDirectory reads a whole directory. An error means that it was not whole, and then nothing of it counts.
func readDirectory(ctx context.Context, dir connector.Directory, c sallyport.Connection) (Snapshot, error) {
	s := Snapshot{Source: c.Slug, Connection: c.ID}
	people, err := connector.Collect(dir.Users(ctx))
	if err != nil {
		return s, err
	}
	groups, err := connector.Collect(dir.Groups(ctx))
	if err != nil {
		return s, err
	}
	s.Complete = true
	for _, p := range people {
		e := Entrant{External: p.ExternalID, Login: clean(p.Login), Name: clean(p.Name), Email: clean(p.Email), Title: clean(p.Title), Department: clean(p.Department),
			Manager: p.Manager, Kind: sallyport.UserPerson, Active: p.Active, Where: p.DN}
		faults := append([]string{}, p.Faults...)
		faults = append(faults, e.check()...)
		for _, f := range faults {
			s.Faults = append(s.Faults, sallyport.Fault{Path: e.Where, Message: f})
		}
		e.Broken = e.External == "" || len(e.check()) > 0
		s.People = append(s.People, e)
	}
	for _, g := range groups {
		name := clean(g.Name)
		for _, f := range g.Faults {
			s.Faults = append(s.Faults, sallyport.Fault{Path: g.DN, Message: f})
		}
		if g.ExternalID == "" || sallyport.CheckName(name) != nil {
			s.Faults = append(s.Faults, sallyport.Fault{Path: g.DN, Message: "the group has no name that can be shown, or no identity; it is left out"})
			if g.ExternalID != "" {
				s.Groups = append(s.Groups, SourceGroup{External: g.ExternalID, DN: g.DN, Broken: true})
			}
			continue
		}
		if n := len(g.Unmapped); n > 0 {
			s.Faults = append(s.Faults, sallyport.Fault{Path: g.DN, Message: fmt.Sprintf("%d of its members are no people known from the directory (%s); they are left out", n, clipText(g.Unmapped[0]))})
		}
		s.Groups = append(s.Groups, SourceGroup{External: g.ExternalID, DN: g.DN, Name: name, Description: clean(g.Description), Members: g.Members, Broken: g.Broken})
	}
	s.unique()
	return s, nil
}

// clean brings text of a source into the form that we keep: trimmed, and without what cannot be seen.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return ' '
		}
		if sallyport.CheckText(string(r), false) != nil {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}

// check says what is wrong with an entry by itself.
func (e *Entrant) check() []string {
	var wrong []string
	if err := sallyport.CheckLogin(e.Login); err != nil {
		wrong = append(wrong, "login: "+err.Error())
	}
	if err := sallyport.CheckName(e.Name); err != nil {
		wrong = append(wrong, "name: "+err.Error())
	}
	if e.Email != "" {
		if at := strings.LastIndex(e.Email, "@"); at < 1 || at == len(e.Email)-1 || len(e.Email) > 254 || strings.ContainsAny(e.Email, " ,;<>\"") {
			wrong = append(wrong, fmt.Sprintf("email: %q is not an e-mail address", clipText(e.Email)))
		} else if err := sallyport.CheckText(e.Email, false); err != nil {
			wrong = append(wrong, "email: "+err.Error())
		}
	}
	for _, f := range [][2]string{{"title", e.Title}, {"department", e.Department}} {
		if f[1] == "" {
			continue
		}
		if err := sallyport.CheckName(f[1]); err != nil {
			wrong = append(wrong, f[0]+": "+err.Error())
		}
	}
	return wrong
}

// unique finds logins and addresses that stand twice, also as each other; both entries are broken then.
func (s *Snapshot) unique() {
	first := map[string]int{}
	for i := range s.People {
		e := &s.People[i]
		if e.Broken {
			continue
		}
		keys := []string{foldKey(e.Login)}
		if e.Email != "" && foldKey(e.Email) != keys[0] {
			keys = append(keys, foldKey(e.Email))
		}
		for _, k := range keys {
			if j, twice := first[k]; twice {
				s.fault(e.Where, "the login or e-mail address %q stands twice, also in %s; logins and addresses are unique, whatever their case", k, s.People[j].Where)
				e.Broken, s.People[j].Broken = true, true
				continue
			}
			first[k] = i
		}
	}
}

func (s *Snapshot) fault(where, format string, args ...any) {
	s.Faults = append(s.Faults, sallyport.Fault{Path: where, Message: fmt.Sprintf(format, args...)})
}

// managers finds who has no manager although the source names one: unknown ones, and circles, which are cut by leaving the
// manager of everybody in them empty.
func (s *Snapshot) managers() {
	index := map[string]int{}
	for i, e := range s.People {
		if !e.Broken {
			index[e.External] = i
		}
	}
	for i := range s.People {
		e := &s.People[i]
		if _, ok := index[e.Manager]; e.Manager != "" && !ok {
			s.fault(e.Where, "the manager of %s is nobody known from the source; it is left empty", e.Login)
			e.Manager = ""
		}
		if _, ok := index[e.Accountable]; e.Accountable != "" && !ok {
			s.fault(e.Where, "who answers for %s is nobody known from the source; it is left empty", e.Login)
			e.Accountable = ""
		}
	}
	state := make([]int, len(s.People)) // 0 new, 1 on the way, 2 done
	var circle []int
	for i := range s.People {
		var way []int
		for j := i; state[j] == 0; {
			state[j] = 1
			way = append(way, j)
			next, ok := index[s.People[j].Manager]
			if !ok || s.People[j].Manager == "" {
				break
			}
			if state[next] == 1 {
				for k := len(way) - 1; k >= 0; k-- {
					circle = append(circle, way[k])
					if way[k] == next {
						break
					}
				}
			}
			j = next
		}
		for _, j := range way {
			state[j] = 2
		}
	}
	for _, j := range circle {
		s.fault(s.People[j].Where, "%s is above their own manager; the circle is cut, and the manager left empty", s.People[j].Login)
	}
	for _, j := range circle {
		s.People[j].Manager = ""
	}
}

func clipText(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
