package seed_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/audit"
	"github.com/sallyport/sallyport/bench/seed"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

var sealer = store.NewKeySealer([]byte("a key of the tests, 32 bytes ok!"))

// TestCompany lays a thousandth of the company out and holds it against the rules that the product keeps itself.
func TestCompany(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			w := open(t, engine)
			w.none("a subject lives twice for the same", `SELECT count(*) FROM (SELECT 1 FROM grants WHERE ended_at IS NULL
				GROUP BY tenant_id, subject_kind, subject_id, resource_id, relation, parameters, origin HAVING count(*) > 1) x`)
			w.none("grants end before they begin", `SELECT count(*) FROM grants WHERE ends_at <= starts_at OR ended_at <= starts_at OR ended_at > ends_at`)
			w.none("grants have neither an end nor none", `SELECT count(*) FROM grants WHERE NOT no_end AND ends_at IS NULL AND activated_at IS NOT NULL`)
			w.none("ends have passed and nobody wrote it down", fmt.Sprintf(`SELECT count(*) FROM grants WHERE ended_at IS NULL AND ends_at <= %d`, w.db.Now().UnixMicro()))
			w.none("people who left hold something", `SELECT count(*) FROM grants g JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.subject_id WHERE u.state <> 'active' AND g.ended_at IS NULL`)
			w.none("requests and their grants do not name each other", `SELECT count(*) FROM grants g LEFT JOIN requests r ON r.tenant_id = g.tenant_id AND r.id = g.request_id
				AND r.grant_id = g.id AND r.resource_id = g.resource_id AND r.subject_id = g.subject_id WHERE g.request_id IS NOT NULL AND r.id IS NULL`)
			w.none("what lives is provided for as something else", `SELECT count(*) FROM grants g JOIN resources r ON r.tenant_id = g.tenant_id AND r.id = g.resource_id
				LEFT JOIN provisions p ON p.tenant_id = g.tenant_id AND p.user_id = g.subject_id AND p.resource_id = g.resource_id AND p.relation = g.relation
				AND p.state = CASE WHEN g.activated_at IS NULL THEN 'adding' ELSE 'present' END
				WHERE g.ended_at IS NULL AND g.relation = 'member' AND g.subject_kind = 'user' AND r.fulfilment_kind <> 'none' AND p.id IS NULL`)
			w.counts()
			w.foreignKeys(engine)
			w.limits()
			w.effective()
			w.pages()
			w.verifies()
		})
	}
}

type world struct {
	*testing.T
	db *store.DB
	c  *seed.Company
}

func open(t *testing.T, engine string) *world {
	t.Helper()
	address := storetest.Address(t, engine)
	c, err := seed.Run(t.Context(), seed.Options{Address: address, Sealer: sealer, Size: seed.Scaled(0.001), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), address, store.Options{Sealer: sealer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &world{t, db, c}
}

func (w *world) view(f func(ctx context.Context, tx *store.Tx) error) {
	w.Helper()
	if err := w.db.View(w.Context(), f); err != nil {
		w.Fatal(err)
	}
}

func (w *world) count(query string) (n int) {
	w.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) error { return tx.Row(ctx, query, nil, &n) })
	return n
}

func (w *world) none(what, query string) {
	w.Helper()
	if n := w.count(query); n > 0 {
		w.Errorf("%s: %d times", what, n)
	}
}

// counts sees that as much is there as was asked for.
func (w *world) counts() {
	z := w.c.Size
	for table, least := range map[string]int{"users": z.Users, "resources": z.Resources, "grants": z.Grants, "requests": z.Requests * 9 / 10, "events": z.Events / 2,
		"messages": z.Messages, "tasks": 10, "votes": 50, "stage_approvers": z.Requests * 9 / 10, "resource_tags": 5} {
		if n := w.count("SELECT count(*) FROM " + table); n < least {
			w.Errorf("%s has %d rows, fewer than %d", table, n, least)
		}
	}
	if len(w.c.Pending) == 0 || len(w.c.Ending) == 0 || len(w.c.Desks) == 0 {
		w.Errorf("nothing waits, ends or can be asked for: %d, %d, %d", len(w.c.Pending), len(w.c.Ending), len(w.c.Desks))
	}
	if n := w.count(`SELECT count(*) FROM grants WHERE subject_id = '` + w.c.Busy + `' AND ended_at IS NULL AND relation = 'member' AND resource_id IN (SELECT id FROM resources WHERE kind = 'role')`); n < min(30, z.Roles-1) {
		w.Errorf("the busy person has %d roles", n)
	}
}

// foreignKeys looks for rows that name what is not there: PostgreSQL checks them when a constraint is made valid anew.
func (w *world) foreignKeys(engine string) {
	if engine == "sqlite" {
		w.view(func(ctx context.Context, tx *store.Tx) error {
			return tx.Rows(ctx, "PRAGMA foreign_key_check", nil, func(r *sql.Rows) error {
				var table, parent string
				var row sql.NullInt64
				var n int
				w.Errorf("a row of %s names nothing in %s: %v", table, parent, r.Scan(&table, &row, &parent, &n))
				return nil
			})
		})
		return
	}
	err := w.db.Update(w.Context(), func(ctx context.Context, tx *store.Tx) error {
		type key struct{ table, name, definition string }
		var keys []key
		err := tx.Rows(ctx, `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace`, nil,
			func(r *sql.Rows) error {
				var k key
				err := r.Scan(&k.table, &k.name, &k.definition)
				keys = append(keys, k)
				return err
			})
		if err == nil && len(keys) < 20 {
			w.Errorf("only %d foreign keys were found", len(keys))
		}
		for _, k := range keys {
			if err == nil {
				_, err = tx.Exec(ctx, "ALTER TABLE "+k.table+" ADD CONSTRAINT again_"+k.name+" "+k.definition)
			}
		}
		return err
	})
	if err != nil {
		w.Error(err)
	}
}

// row is a grant as a naive model reads it.
type row struct {
	kind, subject, resource, relation string
	starts                            int64
	ends, activated, ended            sql.NullInt64
	noEnd                             bool
}

func (r row) holds(at int64) bool {
	return r.activated.Valid && r.activated.Int64 <= at && r.starts <= at && (r.noEnd || r.ends.Valid && r.ends.Int64 > at) && (!r.ended.Valid || r.ended.Int64 > at)
}

func (w *world) rows() (all []row) {
	w.view(func(ctx context.Context, tx *store.Tx) error {
		all = nil
		return tx.Rows(ctx, `SELECT subject_kind, subject_id, resource_id, relation, starts_at, ends_at, no_end, activated_at, ended_at FROM grants`, nil, func(r *sql.Rows) error {
			var g row
			err := r.Scan(&g.kind, &g.subject, &g.resource, &g.relation, &g.starts, &g.ends, &g.noEnd, &g.activated, &g.ended)
			all = append(all, g)
			return err
		})
	})
	return all
}

// limits sees that nobody lives beyond what the tags allow.
func (w *world) limits() {
	living := w.rows()
	bound := 0
	w.view(func(ctx context.Context, tx *store.Tx) error {
		bound = 0
		for _, slug := range w.c.Resources {
			r, err := tx.Resource(ctx, w.c.Tenant, slug, access.Everything)
			if err != nil {
				return err
			}
			c, _, err := tx.EffectiveLimits(ctx, w.c.Tenant, r)
			if err != nil {
				return err
			}
			longest, _ := c.Limit(sallyport.Member)
			limit := longest.Std().Microseconds()
			for _, g := range living {
				if g.resource != r.ID || g.relation != "member" || g.ended.Valid || !g.activated.Valid || limit == 0 && !c.MustEnd(sallyport.Member) {
					continue
				}
				bound++
				if g.noEnd || limit > 0 && g.ends.Int64-g.starts > limit {
					w.Errorf("a grant of %s goes beyond its limit of %s", slug, longest)
				}
			}
		}
		return nil
	})
	if bound < 20 {
		w.Errorf("only %d living grants are bound by anything", bound)
	}
}

// effective compares what the queries say with what going through all rows says, now and half a year ago.
func (w *world) effective() {
	all := w.rows()
	now := w.db.Now()
	for _, at := range []time.Time{now.Add(time.Minute), now.Add(-180 * 24 * time.Hour)} {
		held := map[string][]string{} // by person: resource and relation
		for _, g := range all {
			if !g.holds(at.UnixMicro()) {
				continue
			}
			if g.kind == "user" {
				held[g.subject] = append(held[g.subject], g.resource+" "+g.relation)
				continue
			}
			for _, m := range all {
				if m.kind == "user" && m.resource == g.subject && m.relation == "member" && m.holds(at.UnixMicro()) {
					held[m.subject] = append(held[m.subject], g.resource+" "+g.relation)
				}
			}
		}
		w.view(func(ctx context.Context, tx *store.Tx) error {
			some := 0
			shared, err := tx.Resource(ctx, w.c.Tenant, w.c.Shared, access.Everything)
			if err != nil {
				return err
			}
			var wantHolders []string
			for _, u := range w.c.Users {
				want := unique(held[u])
				got, err := tx.UserAccess(ctx, w.c.Tenant, u, at, access.Everything)
				if err != nil {
					return err
				}
				var have []string
				for _, a := range got {
					have = append(have, a.Resource.ID+" "+string(a.Relation))
				}
				if some += len(want); !slices.Equal(want, unique(have)) {
					w.Errorf("at %s %s holds %d things by the query, %d by the rows", at, u, len(have), len(want))
				}
				if slices.Contains(want, shared.ID+" member") {
					wantHolders = append(wantHolders, u)
				}
			}
			got, err := tx.Holders(ctx, w.c.Tenant, shared.ID, sallyport.Member, at, access.Everything)
			var holders []string
			for _, a := range got {
				holders = append(holders, a.User.ID)
			}
			if !slices.Equal(unique(wantHolders), unique(holders)) {
				w.Errorf("at %s %d hold %s by the query, %d by the rows", at, len(holders), w.c.Shared, len(wantHolders))
			}
			if some < 100 {
				w.Errorf("at %s everybody together holds %d things", at, some)
			}
			return err
		})
	}
}

// pages reads who holds things page by page and expects what the whole list says, as somebody who sees all and as anybody.
func (w *world) pages() {
	now := w.db.Now()
	w.view(func(ctx context.Context, tx *store.Tx) error {
		some := 0
		for _, slug := range append(w.c.Resources[:30:30], w.c.Shared, w.c.BigRole) {
			r, err := tx.Resource(ctx, w.c.Tenant, slug, access.Everything)
			if err != nil {
				return err
			}
			for _, v := range []store.Viewer{access.Everything, {ID: w.c.Callers[1].ID}} {
				for _, at := range []time.Time{now.Add(time.Minute), now.Add(-180 * 24 * time.Hour)} {
					for _, relation := range []sallyport.Relation{"", sallyport.Member} {
						whole, err := tx.Holders(ctx, w.c.Tenant, r.ID, relation, at, v)
						if err != nil {
							return err
						}
						var read []sallyport.Access
						h := store.HolderPage{Relation: relation, At: at, Limit: 7 + len(whole)/20, Total: true, Many: 1 + some%50}
						for {
							page, more, total, err := tx.HoldersPage(ctx, w.c.Tenant, r.ID, h, v)
							if err != nil || len(page) > h.Limit || *total != len(whole) {
								w.Fatalf("%s: a page of %d, %d in all of %d: %v", slug, len(page), *total, len(whole), err)
							}
							if read = append(read, page...); more == nil {
								break
							}
							h.After = *more
						}
						if some += len(whole); !slices.EqualFunc(whole, read, sameAccess) {
							w.Errorf("%s at %s for %v: %d in pages, %d in the whole list", slug, at, v, len(read), len(whole))
						}
					}
				}
			}
		}
		if some < 500 {
			w.Errorf("only %d were looked at", some)
		}
		r, err := tx.Resource(ctx, w.c.Tenant, w.c.Shared, access.Everything)
		if err != nil {
			return err
		}
		whole, err := tx.Holders(ctx, w.c.Tenant, r.ID, "", now, access.Everything)
		if err != nil || len(whole) == 0 {
			w.Fatalf("%d hold %s: %v", len(whole), w.c.Shared, err)
		}
		found, _, _, err := tx.HoldersPage(ctx, w.c.Tenant, r.ID, store.HolderPage{At: now, Limit: 50, Q: whole[0].User.Login}, access.Everything)
		if err != nil || len(found) == 0 || found[0].User.ID != whole[0].User.ID || len(found) == len(whole) {
			w.Errorf("%d of %d are called %s: %v", len(found), len(whole), whole[0].User.Login, err)
		}
		return nil
	})
}

func sameAccess(x, y sallyport.Access) bool {
	if x.User.ID != y.User.ID || x.Relation != y.Relation || x.Resource.ID != y.Resource.ID || !x.StartsAt.Equal(y.StartsAt) || (x.EndsAt == nil) != (y.EndsAt == nil) {
		return false
	}
	return slices.EqualFunc(x.Paths, y.Paths, func(a, b sallyport.Path) bool {
		return a.GrantID == b.GrantID && a.MembershipGrantID == b.MembershipGrantID
	})
}

func unique(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// verifies lets the sequencer go on where the seeded log ends, and verifies its export.
func (w *world) verifies() {
	if _, err := w.db.Sequence(w.Context()); err != nil {
		w.Fatal(err)
	}
	var out bytes.Buffer
	if err := w.db.Export(w.Context(), w.c.Tenant, &out); err != nil {
		w.Fatal(err)
	}
	var key string
	w.view(func(ctx context.Context, tx *store.Tx) (err error) {
		_, key, err = tx.AuditKey(ctx, w.c.Tenant)
		return err
	})
	rep, err := audit.Verify(&out, key, audit.VerifyOptions{})
	if err != nil || len(rep.Faults) > 0 || rep.Events < int64(w.c.Size.Events/2) {
		w.Errorf("of %d events %d are at fault: %v %v", rep.Events, len(rep.Faults), rep.Faults[:min(len(rep.Faults), 3)], err)
	}
	w.none("events have no place in the log", `SELECT count(*) FROM events WHERE leaf_index IS NULL`)
}

// TestSame lays the same company out twice.
func TestSame(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var seen []string
	for range 2 {
		address := storetest.Address(t, "sqlite")
		c, err := seed.Run(t.Context(), seed.Options{Address: address, Sealer: sealer, Size: seed.Scaled(0.001), Seed: 7, Now: at})
		if err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(t.Context(), address, store.Options{Sealer: sealer})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		w := &world{t, db, c}
		sums := fmt.Sprint(w.count(`SELECT sum(starts_at % 1000003) FROM grants`), w.count(`SELECT sum(created_at % 1000003) FROM requests`),
			w.count(`SELECT sum(at % 1000003) FROM events WHERE leaf_index IS NOT NULL`), c.Popular, c.Busy, c.Callers[3].Token)
		seen = append(seen, sums)
	}
	if seen[0] != seen[1] {
		t.Errorf("two companies of one seed differ: %s and %s", seen[0], seen[1])
	}
}
