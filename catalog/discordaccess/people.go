package discordaccess

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// personPlan is a person to add, or when ID is set one who is here already and is taken for the same.
type personPlan struct {
	source string
	boss   string // the source's id of the manager
	sallyport.User
}

// planPeople finds who is here already, and gives the others a login. Those who are active in Access come first: an
// address that was used again belongs to who has it now.
func (p *planner) planPeople(ctx context.Context, tx *store.Tx) error {
	keys, err := tx.PeopleKeys(ctx, p.tenant)
	if err != nil {
		return err
	}
	byID, taken, used := map[string]store.PersonKey{}, map[string]string{}, map[string]bool{}
	for _, k := range keys {
		byID[k.ID], taken[k.LoginKey] = k, k.ID
		if k.EmailKey != "" {
			taken[k.EmailKey] = k.ID
		}
	}
	order := slices.Clone(p.d.Users)
	slices.SortStableFunc(order, func(a, b user) int {
		if (a.Deleted == nil) != (b.Deleted == nil) {
			return map[bool]int{true: -1, false: 1}[a.Deleted == nil]
		}
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, u := range order {
		if id := p.ids[rowKey{tableUser, u.ID}]; id != "" {
			used[id] = true
		}
	}
	dropped := map[string]int{}
	for _, u := range order {
		k := rowKey{tableUser, u.ID}
		if u.Deleted != nil {
			p.gone[k] = *u.Deleted
		}
		if id := p.ids[k]; id != "" {
			switch active := byID[id].State == sallyport.UserActive; {
			case u.Deleted == nil && !active:
				p.gone[k] = p.now
				p.l.set(tableUser, u.ID, Earlier, "is active in Access and %s here, so nothing that lives there is given to them", byID[id].State)
			case u.Deleted != nil && active:
				p.l.set(tableUser, u.ID, Earlier, "has left in Access; what came from there ends, and who is here at all is for the directory to say")
			}
			continue
		}
		email := strings.TrimSpace(u.Email)
		if at, host, ok := strings.Cut(email, "@"); !ok || at == "" || host == "" || sallyport.CheckLogin(email) != nil {
			email = ""
		}
		login, tidy := p.login(u)
		key := store.Fold(login)
		here, byEmail := taken[key], ""
		if email != "" {
			byEmail = taken[store.Fold(email)]
		}
		if here == "" || !tidy && byEmail != "" {
			here = byEmail
		}
		twice := byEmail != "" && byEmail != here || !tidy && byEmail == "" && here != "" // a login made up here is no sign of who it is
		if k2, ok := byID[here]; ok && !twice && !used[here] && (u.Deleted == nil || k2.State != sallyport.UserActive) {
			used[here], p.ids[k] = true, here
			p.people = append(p.people, personPlan{source: u.ID, User: sallyport.User{ID: here}})
			p.l.set(tableUser, u.ID, Brought, "")
			if u.Deleted == nil && k2.State != sallyport.UserActive {
				p.gone[k] = p.now
				p.l.set(tableUser, u.ID, Changed, "is %s here, so nothing that lives in Access is given to them", k2.State)
			}
			continue
		}
		why := fmt.Sprintf("%q is no login here", u.Email)
		if here != "" || twice {
			if tidy || byEmail != "" {
				why = fmt.Sprintf("%q is somebody else's, whatever the case of its letters", u.Email)
			} else {
				why += ", and what was made of it is somebody else's"
			}
			tidy, email = false, ""
			login = strings.TrimRight(login[:min(len(login), sallyport.MaxLogin-30)], ".-") + "-" + store.Slugify(u.ID)
		}
		if !tidy {
			p.l.set(tableUser, u.ID, Changed, "the login became %s, since %s", login, why)
		}
		n := sallyport.User{Login: login, Email: email, Kind: sallyport.UserPerson, State: sallyport.UserActive, ExternalID: u.ID, CreatedAt: u.Created}
		name, _ := cleanName(u.Display, strings.TrimSpace(u.First+" "+u.Last), login)
		n.Name = name
		if u.Deleted != nil {
			n.State, n.LeftAt = sallyport.UserGone, u.Deleted
		}
		p.profile(u, &n, dropped)
		taken[store.Fold(login)] = u.ID
		if email != "" {
			taken[store.Fold(email)] = u.ID
		}
		p.people = append(p.people, personPlan{source: u.ID, User: n})
		p.l.set(tableUser, u.ID, Brought, "")
		if _, ok := object(u.Profile); !ok {
			p.l.set(tableUser, u.ID, Changed, "the profile cannot be read, and nothing of it is brought: %s", cleanText(string(u.Profile), 300))
		}
	}
	if len(dropped) > 0 {
		var keys []string
		for k := range dropped {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		p.warn("of people's profiles, these were not brought, since everybody could read them here: %s; --attribute NAME brings one", strings.Join(keys, ", "))
	}
	p.namePeople(byID)
	p.planManagers()
	return nil
}

// login is the address, or what is before its @, as far as that can be a login.
func (p *planner) login(u user) (login string, asItWas bool) {
	login = strings.TrimSpace(u.Email)
	if local, _, ok := strings.Cut(login, "@"); ok && p.o.LocalLogin {
		login = local
	}
	if sallyport.CheckLogin(login) == nil {
		return login, true
	}
	if s := store.Slugify(login); sallyport.CheckLogin(s) == nil {
		return s, false
	}
	return "okta-" + store.Slugify(u.ID), false
}

// employeeNumber is a column of its own there, and treated as a key of the profile.
const employeeNumber = "employee_number"

// profile brings title, department and the attributes that were asked for, and counts the others.
func (p *planner) profile(u user, n *sallyport.User, dropped map[string]int) {
	all, ok := object(u.Profile)
	if !ok || all == nil {
		all = map[string]any{} // what cannot be read has nothing to bring
	}
	if u.Employee != "" && all[employeeNumber] == nil {
		all[employeeNumber] = u.Employee
	}
	for key, v := range all {
		text := ""
		switch v := v.(type) {
		case nil:
		case string:
			text = v
		case bool, float64:
			text = fmt.Sprint(v)
		default:
			if b, err := json.Marshal(v); err == nil {
				text = string(b)
			}
		}
		switch {
		case blank(text):
		case strings.EqualFold(key, "title"):
			n.Title = p.cutText(u, key, text)
		case strings.EqualFold(key, "department"):
			n.Department = p.cutText(u, key, text)
		case slices.Contains(p.o.Attributes, key):
			if n.Attributes == nil {
				n.Attributes = map[string]string{}
			}
			n.Attributes[key] = p.cutText(u, key, text)
		default:
			dropped[plain(key)]++
		}
	}
}

// planManagers says who reports to whom, for people who are new, and puts managers before those who report to them. A
// circle is opened where it closes.
func (p *planner) planManagers() {
	boss, fresh := map[string]string{}, map[string]*personPlan{}
	for i := range p.people {
		u := &p.people[i]
		if fresh[u.source] = u; u.ID != "" {
			continue
		}
		m := p.users[u.source].Manager
		if m == "" {
			continue
		}
		if !p.has(tableUser, m) {
			p.l.set(tableUser, u.source, Changed, "the manager %s is not in the table", m)
			continue
		}
		circle := m == u.source
		for at := m; at != "" && !circle; at = boss[at] {
			circle = at == u.source
		}
		if circle {
			p.l.set(tableUser, u.source, Changed, "the manager %s reports, in the end, to them; nobody is set", p.users[m].Email)
			continue
		}
		boss[u.source], u.boss = m, m
	}
	var order []personPlan
	done := map[string]bool{}
	for i := range p.people {
		var chain []*personPlan
		for u := &p.people[i]; u != nil && !done[u.source]; u = fresh[u.boss] {
			done[u.source] = true
			chain = append(chain, u)
		}
		for _, u := range slices.Backward(chain) {
			order = append(order, *u)
		}
	}
	p.people = order
}
