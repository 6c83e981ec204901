package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestReorganizingTakesFewStatements: how many statements it takes to reorganize roles, and to take that back, does not grow with
// each of their members.
func TestReorganizingTakesFewStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		s := catalog.New(db, access.New(db, nil, "http://localhost"), nil, nil)
		s.Access.Maker = s
		root, err := s.MakeAdmin(t.Context(), w.tenant, "root@example.test")
		if err != nil {
			t.Fatal(err)
		}
		var admin sallyport.Actor
		w.update(func(ctx context.Context, tx *store.Tx) (err error) {
			admin, err = tx.LoadActor(ctx, w.tenant, root.ID)
			return err
		})
		took := map[string]map[int]int{}
		count := func(what string, n int, f func() error) {
			t.Helper()
			db.Trace(func(string, []any) {
				if took[what] == nil {
					took[what] = map[int]int{}
				}
				took[what][n]++
			})
			err := f()
			db.Trace(nil)
			if err != nil {
				t.Fatal(err)
			}
		}
		const few, many = 10, 40
		for _, n := range []int{few, many} {
			var roles, logins []string
			for i := range 2 {
				role, thing := w.resource(sallyport.KindRole, fmt.Sprintf("role-%d-%d", n, i), nil), w.resource(sallyport.KindApp, fmt.Sprintf("app-%d-%d", n, i), nil)
				w.attach(role, thing)
				roles = append(roles, role.Slug)
				for m := range n {
					u := w.user(fmt.Sprintf("user-%d-%d-%d", n, i, m))
					w.hold(u, role, sallyport.Member)
					if i == 0 {
						logins = append(logins, u.Login)
					}
				}
			}
			w.exec(`UPDATE resources SET fulfilment = '{"kind":"connector","connection":"ldap"}' WHERE kind = 'app'`)
			members := func(slug string) int {
				return w.count(`SELECT count(*) FROM grants g JOIN resources r ON r.id = g.resource_id WHERE r.slug = $1 AND g.relation = 'member' AND g.ended_at IS NULL`, slug)
			}
			var made sallyport.Reorganized
			name := fmt.Sprint("merged-", n)
			count("merge", n, func() (err error) {
				made, err = s.Reorganize(t.Context(), admin, sallyport.Reorganization{Action: sallyport.ReorganizeMerge, Roles: roles, Name: name, Reason: "one is enough"})
				return err
			})
			if got := members(name); got != 2*n {
				t.Errorf("%d of %d are members after the merge", got, 2*n)
			}
			count("undo", n, func() error {
				_, err := s.UndoReorganization(t.Context(), admin, made.ID)
				return err
			})
			for _, role := range roles {
				if got := members(role); got != n {
					t.Errorf("%d of %d are members of %s again", got, n, role)
				}
			}
			name = fmt.Sprint("split-", n)
			count("split", n, func() error {
				_, err := s.Reorganize(t.Context(), admin, sallyport.Reorganization{Action: sallyport.ReorganizeSplit, Role: roles[0], Members: logins, KeepResources: true, Name: name, Reason: "two are better"})
				return err
			})
			if was, is := members(roles[0]), members(name); was != 0 || is != n {
				t.Errorf("%d of %d were split off, and %d are still where they were", is, n, was)
			}
		}
		for what, n := range took {
			most := many - few
			if what == "split" {
				most *= 2 // each that is named is looked up
			}
			if n[few] == 0 || n[many]-n[few] > most {
				t.Errorf("%s: %d statements for roles of %d, %d for roles of %d", what, n[few], few, n[many], many)
			}
		}
	})
}
