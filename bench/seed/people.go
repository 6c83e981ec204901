package seed

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/store"
)

type user struct {
	id, login, name, department string
	manager                     int32 // -1: nobody
	left                        int64 // 0: here
}

var (
	first = strings.Fields(`Ada Alan Alma Amir Anna Arne Asta Ayla Bela Ben Bea Carl Cleo Dana Dev Dora Edda Elif Emil Enzo Eva Fay Finn Flora Gil Greta
		Hana Hugo Ida Ilse Imran Iris Ivo Jana Jon Juno Kai Kira Lars Lea Leo Lina Luca Maja Malik Mara Mia Milo Nadia Nico Nina Noor Olaf Olga Omar Otto
		Paula Petra Quinn Rafa Rhea Rosa Sami Sara Sven Tara Theo Tove Uma Vera Viktor Wanda Yara Yusuf Zoe`)
	last = strings.Fields(`Abel Adler Ahmed Arnold Bach Baker Bauer Becker Berg Blum Brandt Braun Cruz Dahl Diaz Dorn Eder Ek Engel Evans Falk Fischer Fox
		Frank Fuchs Garcia Graf Gruber Haas Hahn Hansen Hart Heller Holm Huber Ito Jansen Kaur Keller Khan Klein Koch Kraus Lang Larsen Lee Lopez Lund Mayer
		Meyer Moreau Nagy Novak Olsen Park Patel Peters Rao Reed Reyes Rossi Roth Sato Schmidt Silva Singh Stark Stein Suzuki Thorn Vega Vogel Wagner Weber
		Winter Wolf Wong Young Zhang Ziegler`)
	departments = strings.Fields(`Engineering Platform Data Security Support Sales Marketing Finance Legal People Facilities Design Research Product
		Operations Quality Procurement Training Logistics Press Partners Risk Payments Mobile Infrastructure`)
	titles = strings.Fields(`Engineer Analyst Manager Specialist Lead Consultant Assistant Architect Planner Director`)
)

// people makes everybody, in a tree of managers with eight reports each. One of a hundred has left.
func (b *builder) people(ctx context.Context) error {
	n := b.o.Size.Users
	b.users = make([]user, n)
	for i := range b.users {
		f, l := first[b.rand.IntN(len(first))], last[b.rand.IntN(len(last))]
		u := user{id: b.id(sallyport.PrefixUser, b.micros()-1200*day+int64(i)), name: f + " " + l, login: fmt.Sprintf("%s.%s%d", strings.ToLower(f), strings.ToLower(l), i),
			department: departments[b.rand.IntN(len(departments))], manager: int32((i - 1) / 8)}
		if i == 0 {
			u.manager = -1
		}
		if i%100 == 99 {
			u.left = b.between(b.micros()-700*day, b.micros()-2*day)
		} else {
			b.active = append(b.active, int32(i))
			b.c.Users = append(b.c.Users, u.id)
		}
		b.users[i] = u
	}
	err := b.bulk.load(ctx, "users", "tenant_id,id,login,login_key,email,email_key,name,name_key,search_key,title,department,state,manager_id,created_at,updated_at,left_at,title_key",
		func(yield func([]any) bool) {
			for i, u := range b.users {
				title, email, state, manager := titles[i%len(titles)], u.login+"@example.test", "active", any(nil)
				if u.left != 0 {
					state = "gone"
				}
				if u.manager >= 0 {
					manager = b.users[u.manager].id
				}
				created := b.micros() - 1200*day
				if !yield([]any{b.c.Tenant, u.id, u.login, store.Fold(u.login), email, store.Fold(email), u.name, store.Fold(u.name),
					store.Fold(strings.Join([]string{u.name, u.login, email, title, u.department}, " ")), title, u.department, state, manager, created, created, optional(u.left), store.Fold(title)}) {
					return
				}
			}
		})
	if err != nil {
		return err
	}
	b.busy = b.active[len(b.active)/2]
	b.c.Busy = b.users[b.busy].id
	return b.tokens(ctx)
}

// admins is how many there are: the first of all, after the one on top.
const admins = 4

// tokens gives tokens to those who call: a session or token may make 100 calls a second, so some have several.
func (b *builder) tokens(ctx context.Context) error {
	scopes, err := json.Marshal(auth.Scopes())
	if err != nil {
		return err
	}
	var rows [][]any
	token := func(i int32) Caller {
		n := len(rows)
		sum := sha256.Sum256(fmt.Appendf(nil, "token %d of company %d", n, b.o.Seed))
		secret := auth.TokenPrefix + base64.RawURLEncoding.EncodeToString(sum[:])
		hash := sha256.Sum256([]byte(secret))
		u := b.users[i]
		rows = append(rows, []any{b.c.Tenant, b.id(sallyport.PrefixToken, b.micros()-day), u.id, fmt.Sprint("Measure ", n), hex.EncodeToString(hash[:]), string(scopes),
			b.micros() - day, b.micros() + 80*day, b.micros()})
		return Caller{ID: u.id, Login: u.login, Token: secret}
	}
	for n := range 128 { // on SQLite, 64 clients make six thousand of the shortest calls a second
		b.c.Admins = append(b.c.Admins, token(b.active[1+n%admins]))
	}
	for n := range 512 {
		b.c.Callers = append(b.c.Callers, token(b.active[(10+n%128*37)%len(b.active)]))
	}
	half := len(b.active) / 2
	for n := range min(400, half) {
		b.c.Askers = append(b.c.Askers, token(b.active[half+n]))
	}
	for n := range b.deskCount() {
		b.c.Desks = append(b.c.Desks, Desk{Slug: fmt.Sprint("desk-", n), Owner: token(b.active[5+n%(half-5)])})
	}
	return b.bulk.load(ctx, "tokens", "tenant_id,id,user_id,name,hash,scopes,created_at,expires_at,last_used_at", sequence(rows))
}

func (b *builder) deskCount() int { return min(400, b.o.Size.Users/5, b.o.Size.Resources/5) }

func sequence(rows [][]any) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for _, r := range rows {
			if !yield(r) {
				return
			}
		}
	}
}
