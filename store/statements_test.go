package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestNoQueryInALoop: how many statements a list takes does not depend on how much is in it.
func TestNoQueryInALoop(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada := w.user("ada")
		vpn := w.resource(sallyport.KindApp, "vpn", nil)
		n := 0
		grow := func(by int) {
			for range by {
				n++
				u, r := w.user(fmt.Sprint("user", n)), w.resource(sallyport.KindApp, fmt.Sprint("app-", n), nil)
				g := w.hold(ada, r, sallyport.Member)
				w.hold(u, vpn, sallyport.Member)
				w.hold(ada, w.resource(sallyport.KindRole, fmt.Sprint("role-", n), nil), sallyport.Owner)
				w.exec(`UPDATE grants SET no_end = FALSE, ends_at = starts_at + 1000000000 WHERE id = $1`, g.ID)
				req, now := fmt.Sprint("req_", n), store.Micros(db.Now())
				w.exec(`INSERT INTO requests (tenant_id, id, kind, state, requester_id, subject_kind, subject_id, resource_id, relation, expires_at, created_at, updated_at)
					VALUES ($1,$2,'access','pending',$3,'user',$3,$4,'member',$5,$5,$5)`, w.tenant, req, u.ID, vpn.ID, now)
				w.exec(`INSERT INTO stages (tenant_id, id, request_id, position, name, state, spec) VALUES ($1,$2,$3,0,'One','open','{}')`, w.tenant, fmt.Sprint("stg_", n), req)
				w.exec(`INSERT INTO stage_approvers (tenant_id, stage_id, user_id, asked_at) VALUES ($1,$2,$3,1)`, w.tenant, fmt.Sprint("stg_", n), ada.ID)
				w.exec(`INSERT INTO tasks (tenant_id, id, kind, state, resource_id, user_id, relation, request_id, assignee_kind, assignee_id, due_at, created_at)
					VALUES ($1,$2,'fulfil','open',$3,$4,'member',$5,'user',$6,1,1)`, w.tenant, fmt.Sprint("tsk_", n), vpn.ID, u.ID, req, ada.ID)
				w.append(store.NewEvent{Verb: "grant.created", Actor: w.actor(u), ObjectKind: "grant", ObjectID: g.ID, Refs: []string{ada.ID, r.ID, vpn.ID},
					Values: []store.Value{{Name: "reason", Value: "why"}}})
			}
		}
		page := store.Page{Total: true, Limit: store.MaxLimit}
		for name, v := range map[string]store.Viewer{"admin": {All: true}, "reader": {ID: ada.ID}} {
			lists := map[string]func(ctx context.Context, tx *store.Tx) (int, error){
				"users": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Users(ctx, w.tenant, store.UserFilter{}, page)
					return len(l.Items), err
				},
				"resources": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Resources(ctx, w.tenant, v, store.ResourceFilter{}, page)
					return len(l.Items), err
				},
				"grants": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Grants(ctx, w.tenant, v, store.GrantFilter{}, page)
					return len(l.Items), err
				},
				"requests": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Requests(ctx, w.tenant, v, store.RequestFilter{}, page)
					return len(l.Items), err
				},
				"inbox": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Requests(ctx, w.tenant, v, store.RequestFilter{Assignee: ada.ID}, page)
					return len(l.Items), err
				},
				"hints": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Requests(ctx, w.tenant, v, store.RequestFilter{Assignee: ada.ID}, page)
					if err == nil {
						err = tx.RequestHints(ctx, w.tenant, v, l.Items)
					}
					return len(l.Items), err
				},
				"events": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Events(ctx, w.tenant, v, store.EventFilter{ResourceID: vpn.ID}, page)
					return len(l.Items), err
				},
				"tasks": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Tasks(ctx, w.tenant, v, store.TaskFilter{}, page)
					return len(l.Items), err
				},
				"history": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Intervals(ctx, w.tenant, v, store.IntervalFilter{ResourceID: vpn.ID}, page)
					return len(l.Items), err
				},
				"access": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.UserAccess(ctx, w.tenant, ada.ID, tx.Now(), v)
					return len(l), err
				},
				"a page of access": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, _, _, err := tx.UserAccessPage(ctx, w.tenant, ada.ID, store.AccessPage{At: tx.Now(), Limit: 100, Total: true}, v)
					return len(l), err
				},
				"roles run": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.RunRoles(ctx, w.tenant, v, store.RoleFilter{OwnerID: ada.ID, At: tx.Now()}, page)
					return len(l.Items), err
				},
				"ending": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Expiring(ctx, w.tenant, v, store.ExpiringFilter{}, page)
					ids := []string{}
					for _, it := range l.Items {
						ids = append(ids, it.Grant.ID)
					}
					if err == nil {
						_, err = tx.Hangs(ctx, w.tenant, v, ids)
					}
					if err == nil {
						_, err = tx.LimitSources(ctx, w.tenant, everything, ids)
					}
					return len(l.Items), err
				},
				"holders": func(ctx context.Context, tx *store.Tx) (int, error) {
					l, err := tx.Holders(ctx, w.tenant, vpn.ID, "", tx.Now(), v)
					return len(l), err
				},
			}
			count := func() map[string]int {
				out := map[string]int{}
				for what, run := range lists {
					statements, items := 0, 0
					db.Trace(func(string, []any) { statements++ })
					w.view(func(ctx context.Context, tx *store.Tx) (err error) { items, err = run(ctx, tx); return err })
					db.Trace(nil)
					if items < n {
						t.Errorf("%s: %s has %d items of %d", name, what, items, n)
					}
					out[what] = statements
				}
				return out
			}
			grow(3)
			few := count()
			grow(30)
			for what, many := range count() {
				if many != few[what] || many > 9 {
					t.Errorf("%s: %s takes %d statements for few rows and %d for many", name, what, few[what], many)
				}
			}
		}
	})
}

// TestJoiningTakesFewStatements: how many statements it takes to make real what a role gives somebody does not depend on how
// much that is.
func TestJoiningTakesFewStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		took := map[int]int{}
		for _, n := range []int{3, 40} {
			ada, role := w.user(fmt.Sprint("ada-", n)), w.resource(sallyport.KindRole, fmt.Sprint("role-", n), nil)
			w.hold(ada, role, sallyport.Member)
			ids := make([]string, n)
			for i := range ids {
				ids[i] = w.resource(sallyport.KindApp, fmt.Sprintf("app-%d-%d", n, i), nil).ID
			}
			w.exec(`UPDATE resources SET fulfilment = '{"kind":"connector","connection":"ldap"}' WHERE kind = 'app'`)
			db.Trace(func(string, []any) { took[n]++ })
			w.update(func(ctx context.Context, tx *store.Tx) error {
				things, err := tx.BareResources(ctx, w.tenant, ids)
				if err != nil {
					return err
				}
				pins, err := tx.PinsOf(ctx, w.tenant, things)
				var list []store.Want
				for _, r := range things {
					list = append(list, store.Want{ResourceID: r.ID, Parameters: "{}", Pin: pins[r.ID]})
				}
				if err == nil {
					_, err = tx.WantByRole(ctx, w.tenant, role.ID, []string{ada.ID}, list, store.Piece{})
				}
				return err
			})
			db.Trace(nil)
			if got := w.count(`SELECT count(*) FROM provisions WHERE tenant_id = $1 AND user_id = $2 AND state = 'adding'`, w.tenant, ada.ID); got != n {
				t.Errorf("%d of %d things are on their way", got, n)
			}
		}
		if took[3] == 0 || took[3] != took[40] {
			t.Errorf("%d statements for three things, %d for forty", took[3], took[40])
		}
	})
}
