package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// size is how large a company is. Other is the number of requests, provisions, stages and their approvers, each.
type size struct{ users, resources, roles, grants, events, other int }

// planSize is the company whose plans are looked at.
var planSize = size{2000, 400, 20, 100_000, 200_000, 20_000}

// seedPlans fills the tables with one statement each, the same text on both engines. Nine grants of ten are over.
func seedPlans(w *world, z size) {
	now := store.Micros(w.db.Now())
	const day = int64(86_400_000_000)
	n := func(count int) string {
		return fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", count)
	}
	id := func(prefix, of string) string { return "'" + prefix + "_' || CAST(1000000 + " + of + " AS TEXT)" }
	mod := func(count int) string { return fmt.Sprintf("(1 + ((i %% %d) * 7919) %% %d)", count, count) }
	for _, s := range []string{
		n(z.users) + `INSERT INTO users (tenant_id, id, login, login_key, name, name_key, search_key, created_at, updated_at)
			SELECT $1, ` + id("usr", "i") + `, 'u' || i, 'u' || i, 'User ' || i, 'user ' || i, 'user ' || i, $2, $2 FROM n`,
		n(z.resources) + `INSERT INTO resources (tenant_id, id, kind, slug, name, name_key, search_key, created_at, updated_at)
			SELECT $1, ` + id("res", "i") + `, CASE WHEN i <= ` + fmt.Sprint(z.roles) + ` THEN 'role' ELSE 'app' END, 's' || i, 'Thing ' || i, 'thing ' || i, 'thing ' || i, $2, $2 FROM n`,
		// Every tenth grant lives; of those every tenth ends within a month. Each role holds a few things.
		n(z.grants) + `INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, origin, reason_kind, starts_at, activated_at, ends_at, no_end, ended_at, created_at, parameters, created_by, ended_by)
			SELECT $1, ` + id("grt", "i") + `, 'user', ` + id("usr", mod(z.users)) + `, ` + id("res", fmt.Sprintf("(1 + (i / 7) %% %d)", z.resources)) + `, CASE WHEN i % 50 = 0 THEN 'owner' ELSE 'member' END,
			'given', 'direct', $2 - 400 * $3, $2 - 400 * $3, CASE WHEN i % 100 = 0 THEN $2 + (i % 30) * $3 WHEN i % 10 = 0 THEN NULL ELSE $2 - (i % 300) * $3 END, i % 10 = 0 AND i % 100 <> 0,
			CASE WHEN i % 10 = 0 THEN NULL ELSE $2 - (i % 300) * $3 END, $2 - 400 * $3, '{"n":' || i || '}',
			` + id("usr", mod(z.users)) + `, CASE WHEN i % 10 = 0 THEN NULL ELSE ` + id("usr", mod(z.users)) + ` END FROM n`,
		n(z.roles*5) + `INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, origin, reason_kind, starts_at, activated_at, no_end, created_at)
			SELECT $1, ` + id("grr", "i") + `, 'role', ` + id("res", fmt.Sprintf("(1 + i %% %d)", z.roles)) + `, ` + id("res", "(50 + i)") + `, 'member', 'given', 'direct', $2 - $3, $2 - $3, TRUE, $2 FROM n`,
		`INSERT INTO connections (tenant_id, id, slug, name, kind, created_at, updated_at, rate) VALUES ($1, 'con_busy', 'busy', 'Busy', 'ldap', $2, $2, 0), ($1, 'con_slow', 'slow', 'Slow', 'ldap', $2, $2, 60)`,
		// Of four provisions one waits for a connection that is held, and one for one with a rate.
		n(z.other) + `INSERT INTO provisions (tenant_id, id, user_id, resource_id, relation, parameters, fulfilment, fulfilment_kind, state, since, next_at, created_at, connection_id)
			SELECT $1, ` + id("prv", "i") + `, ` + id("usr", mod(z.users)) + `, ` + id("res", mod(z.resources)) + `, 'member', '{"n":' || i || '}', '{}', 'connector',
			CASE WHEN i % 500 = 0 THEN 'adding' WHEN i % 2 = 1 THEN 'removing' ELSE 'present' END, $2, CASE WHEN i % 500 = 0 OR i % 2 = 1 THEN $2 - $3 END, $2,
			CASE i % 4 WHEN 1 THEN 'con_busy' WHEN 3 THEN 'con_slow' END FROM n`,
		n(z.other) + `INSERT INTO requests (tenant_id, id, kind, state, requester_id, subject_kind, subject_id, resource_id, relation, parameters, expires_at, created_at, updated_at)
			SELECT $1, ` + id("req", "i") + `, 'access', CASE WHEN i % 200 = 0 THEN 'pending' ELSE 'approved' END, ` + id("usr", mod(z.users)) + `, 'user', ` + id("usr", mod(z.users)) + `, ` + id("res", mod(z.resources)) + `,
			'member', '{"n":' || i || '}', $2 + $3, $2, $2 FROM n`,
		n(z.other) + `INSERT INTO stages (tenant_id, id, request_id, position, name, state, spec)
			SELECT $1, ` + id("stg", "i") + `, ` + id("req", "i") + `, 0, 'One', CASE WHEN i % 200 = 0 THEN 'open' ELSE 'approved' END, CASE WHEN $2 + $3 > 0 THEN '{}' END FROM n`,
		n(z.other) + `INSERT INTO stage_approvers (tenant_id, stage_id, user_id, asked_at)
			SELECT $1, ` + id("stg", "i") + `, ` + id("usr", "(1 + i % 300)") + `, $2 - $3 FROM n`,
		n(z.events) + `INSERT INTO events (tenant_id, id, verb, actor_id, object_kind, object_id, at, leaf, leaf_index)
			SELECT $1, ` + id("evt", "i") + `, CASE WHEN i % 3 = 0 THEN 'request.created' ELSE 'grant.created' END, ` + id("usr", mod(z.users)) + `, 'grant', ` + id("grt", fmt.Sprintf("(1 + i %% %d)", z.grants)) + `,
			$2 - ($4 - i) * 60000000, '{}', CASE WHEN i < $4 - 50 AND $3 > 0 THEN i END FROM n`,
		n(z.events) + `INSERT INTO event_refs (tenant_id, ref_id, event_id) SELECT $1, ` + id("usr", mod(z.users)) + `, ` + id("evt", "i") + ` FROM n WHERE $2 + $3 > 0`,
		n(z.events) + `INSERT INTO event_refs (tenant_id, ref_id, event_id) SELECT $1, ` + id("res", fmt.Sprintf("(1 + (i / 7) %% %d)", z.resources)) + `, ` + id("evt", "i") + ` FROM n WHERE $2 + $3 > 0`,
		n(z.events/2) + `INSERT INTO event_values (tenant_id, event_id, name, salt, value, user_id) SELECT $1, ` + id("evt", "i") + `, 'reason', '', 'why', ` + id("usr", mod(z.users)) + ` FROM n WHERE $2 + $3 > 0`,
	} {
		args := []any{w.tenant, now, day, z.events}
		for _, holder := range []string{"$2", "$3", "$4"} { // PostgreSQL wants to know the type of each, and none that is not used
			s = strings.ReplaceAll(s, holder, "CAST("+holder+" AS BIGINT)")
		}
		if !strings.Contains(s, "$4") {
			args = args[:3]
		}
		if !strings.Contains(s, "$3") {
			args = args[:2]
		}
		s = strings.Replace(s, "SELECT $1,", "SELECT CAST($1 AS TEXT),", 1)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			if w.db.Postgres() { // checking each foreign key takes most of the time
				if _, err := tx.Exec(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, s, args...)
			return err
		})
	}
	w.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.HoldPace(ctx, w.tenant, "con_busy", time.Now().Add(time.Hour))
	})
	w.exec("ANALYZE")
}

// big are the tables that no page may read whole, by how a plan names them.
var big = map[string]bool{"grants": true, "events": true, "event_refs": true, "event_values": true, "requests": true, "provisions": true, "stages": true, "stage_approvers": true}

// enough is how many rows of a big table one statement of a page may touch.
const enough = 6000

// TestPlans lays out one company of 100,000 grants and 200,000 events for all that looks at how so many are read.
func TestPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		company := newWorld(t, db)
		seedPlans(company, planSize)
		for _, c := range []struct {
			name string
			test func(t *testing.T, w *world)
		}{{"pages", plansOfPages}, {"history", plansOfHistory}, {"evidence", plansOfEvidence}, {"streamed", intervalsAreStreamed}, {"rehearsals", plansOfRehearsals}} {
			t.Run(c.name, func(t *testing.T) {
				w := *company
				w.t, w.ctx = t, t.Context()
				c.test(t, &w)
			})
		}
	})
}

// TestForeignKeysAreLookedUp: where statistics say that a table is small, who writes finds the row of a foreign key by the index
// still; the plan is kept while the same transaction makes the table large.
func TestForeignKeysAreLookedUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if !db.Postgres() { // SQLite asks no statistics for this
			return
		}
		w := newWorld(t, db)
		w.appendMany(3)
		w.exec("ANALYZE")
		plan := ""
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, "EXPLAIN (FORMAT JSON) SELECT 1 FROM events WHERE tenant_id = $1 AND id = $2", []any{w.tenant, "evt"}, &plan)
		})
		if strings.Contains(plan, "Seq Scan") || !strings.Contains(plan, "Index") {
			t.Error(plan)
		}
	})
}

// TestPagesTakeOneCore: who counts a million rows for a page takes no helpers, however cheap the server thinks them.
func TestPagesTakeOneCore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if !db.Postgres() { // SQLite has none
			return
		}
		w := newWorld(t, db)
		plan := ""
		w.view(func(ctx context.Context, tx *store.Tx) error {
			for _, cheap := range []string{"parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size", "min_parallel_index_scan_size"} {
				if _, err := tx.Exec(ctx, "SET LOCAL "+cheap+" = 0"); err != nil {
					return err
				}
			}
			return tx.Row(ctx, "EXPLAIN (FORMAT JSON) SELECT count(*) FROM events", nil, &plan)
		})
		if strings.Contains(plan, "Gather") || !strings.Contains(plan, "Aggregate") {
			t.Error(plan)
		}
	})
}

// plansOfPages runs what pages and workers run, and looks at the plan of each statement: no big table is read whole, and
// on PostgreSQL, which counts them, few rows are touched.
func plansOfPages(t *testing.T, w *world) {
	db := w.db
	now := db.Now()
	week, active, long := now.Add(7*24*time.Hour), true, now.Add(-90*24*time.Hour)
	user, resource, grant, request := "usr_1000007", "res_1000099", "grt_1000700", "req_1000200"
	admin, reader := store.Viewer{All: true}, store.Viewer{ID: user}
	page := store.Page{}
	type call struct {
		name string
		run  func(ctx context.Context, tx *store.Tx) error
	}
	var pages []call
	workers := []call{
		{"pending sequence", func(ctx context.Context, tx *store.Tx) error {
			var n int
			return tx.Row(ctx, `SELECT count(*) FROM (SELECT id FROM events WHERE tenant_id = $1 AND leaf_index IS NULL ORDER BY id LIMIT 1000) x`, []any{w.tenant}, &n)
		}},
		{"passed ends", func(ctx context.Context, tx *store.Tx) error { _, err := tx.PassedEnds(ctx, 100); return err }},
		{"next end", func(ctx context.Context, tx *store.Tx) error { _, err := tx.NextEnd(ctx); return err }},
		{"next provision", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.NextProvision(ctx, store.LaneAdd)
			return err
		}},
		{"claim provisions", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ClaimProvisions(ctx, store.Claim{Lane: store.LaneAdd, By: "w", Lease: time.Minute, Limit: 10})
			return err
		}},
		{"next provision but of a connection that is held", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.NextProvision(ctx, store.LaneRemove)
			return err
		}},
		{"claim provisions past a busy connection", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ClaimProvisions(ctx, store.Claim{Lane: store.LaneRemove, By: "w", Lease: time.Minute, Limit: 10, Except: []string{"con_busy"}})
			return err
		}},
		{"a part of the sweep", func(ctx context.Context, tx *store.Tx) error {
			_, _, err := tx.Mismatched(ctx, store.TenantID{}, 200)
			return err
		}},
		{"notices of one person", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Notices(ctx, w.tenant, week, user, []string{grant})
			return err
		}},
		{"notices of a week", func(ctx context.Context, tx *store.Tx) error {
			err := tx.EachEnd(ctx, w.tenant, week, func(store.Notice) {})
			return err
		}},
		{"next batch", func(ctx context.Context, tx *store.Tx) error { _, err := tx.NextBatch(ctx); return err }},
		{"expired requests", func(ctx context.Context, tx *store.Tx) error { _, err := tx.ExpiredRequests(ctx, 100); return err }},
	}
	for name, v := range map[string]store.Viewer{"admin": admin, "reader": reader} {
		access := func(what string, run func(ctx context.Context, tx *store.Tx) error) {
			pages = append(pages, call{name + ": " + what, run})
		}
		grants := func(what string, f store.GrantFilter) {
			access("grants "+what, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Grants(ctx, w.tenant, v, f, page)
				return err
			})
		}
		events := func(what string, f store.EventFilter) {
			access("events "+what, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Events(ctx, w.tenant, v, f, page)
				return err
			})
		}
		requests := func(what string, f store.RequestFilter) {
			access("requests "+what, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Requests(ctx, w.tenant, v, f, page)
				return err
			})
		}
		access("user access", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.UserAccess(ctx, w.tenant, user, now, v)
			return err
		})
		access("user access long ago", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.UserAccess(ctx, w.tenant, user, long, v)
			return err
		})
		access("a page of access", func(ctx context.Context, tx *store.Tx) error {
			_, _, _, err := tx.UserAccessPage(ctx, w.tenant, user, store.AccessPage{At: now, Limit: 100}, v)
			return err
		})
		access("roles run", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.RunRoles(ctx, w.tenant, v, store.RoleFilter{OwnerID: user, At: now}, page)
			return err
		})
		access("what nobody owns", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Orphans(ctx, w.tenant, v, store.Page{Limit: 100, Total: true})
			return err
		})
		access("all roles", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.RunRoles(ctx, w.tenant, v, store.RoleFilter{At: now}, page)
			return err
		})
		access("lost", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Intervals(ctx, w.tenant, v, store.IntervalFilter{UserID: user, State: store.IntervalLost}, page)
			return err
		})
		access("holders", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Holders(ctx, w.tenant, resource, "", now, v)
			return err
		})
		access("holders long ago", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Holders(ctx, w.tenant, resource, "", long, v)
			return err
		})
		intervals := func(what string, f store.IntervalFilter) {
			access("history "+what, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Intervals(ctx, w.tenant, v, f, page)
				return err
			})
		}
		intervals("of a person", store.IntervalFilter{UserID: user})
		intervals("of a person, with words", store.IntervalFilter{UserID: user, Q: "thing 7"})
		intervals("of a resource", store.IntervalFilter{ResourceID: resource})
		intervals("of an app", store.IntervalFilter{AppID: resource})
		intervals("by actor", store.IntervalFilter{ActorID: user})
		intervals("of a resource long ago", store.IntervalFilter{ResourceID: resource, At: &long})
		intervals("newest direct", store.IntervalFilter{Via: "direct"})
		grants("by subject", store.GrantFilter{SubjectKind: "user", SubjectID: user})
		grants("by subject, active", store.GrantFilter{SubjectKind: "user", SubjectID: user, Active: &active})
		grants("by resource", store.GrantFilter{ResourceID: resource})
		grants("by resource, active", store.GrantFilter{ResourceID: resource, Active: &active})
		grants("expiring", store.GrantFilter{SubjectKind: "user", SubjectID: user, ExpiringBefore: &week})
		grants("all expiring", store.GrantFilter{ExpiringBefore: &week})
		grants("newest", store.GrantFilter{})
		grants("of what one owns", store.GrantFilter{OwnedBy: user})
		grants("of an app", store.GrantFilter{AppID: resource})
		grants("of a request", store.GrantFilter{RequestID: request})
		for what, f := range map[string]store.ExpiringFilter{"all": {To: &week}, "mine": {PersonID: user}, "owned": {OwnedBy: user, To: &week}, "of a resource": {ResourceID: resource}, "of a role": {RoleID: "res_1000007"}} {
			access("ending "+what, func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.Expiring(ctx, w.tenant, v, f, page)
				ids := []string{}
				for _, it := range l.Items {
					ids = append(ids, it.Grant.ID)
				}
				if err == nil {
					_, err = tx.Hangs(ctx, w.tenant, v, ids)
				}
				return err
			})
		}
		events("of a person", store.EventFilter{UserID: user})
		events("of a resource", store.EventFilter{ResourceID: resource})
		events("of a grant", store.EventFilter{Object: grant})
		events("of a request", store.EventFilter{RequestID: request})
		events("by actor", store.EventFilter{Actor: user})
		events("of a person, of a kind, since", store.EventFilter{UserID: user, Verb: "request.", Since: &long})
		for what, sc := range map[string]store.ProgressScope{"of a resource": {ResourceID: resource}, "of a role": {RoleID: "res_1000007"}, "of a role on a resource": {RoleID: "res_1000007", ResourceID: "res_1000057", All: true}} {
			access("progress "+what, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Progress(ctx, w.tenant, v, sc)
				return err
			})
			access("pending "+what, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Pending(ctx, w.tenant, v, store.PendingFilter{ProgressScope: sc}, store.Page{Total: true})
				return err
			})
		}
		requests("of a person", store.RequestFilter{RequesterID: user})
		requests("of a resource", store.RequestFilter{ResourceID: resource})
		requests("pending", store.RequestFilter{State: "pending"})
		requests("to decide", store.RequestFilter{Assignee: user})
		access("hints of those to decide", func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Requests(ctx, w.tenant, v, store.RequestFilter{Assignee: user}, page)
			if err != nil {
				return err
			}
			return tx.RequestHints(ctx, w.tenant, v, l.Items)
		})
		access("peers", func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.PeersWith(ctx, w.tenant, user, resource, "member", v)
			return err
		})
	}
	pages = append(pages, call{"events newest", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Events(ctx, w.tenant, admin, store.EventFilter{}, page)
		return err
	}}, call{"events of a day", func(ctx context.Context, tx *store.Tx) error {
		end := long.Add(24 * time.Hour)
		_, err := tx.Events(ctx, w.tenant, admin, store.EventFilter{Since: &long, Until: &end}, page)
		return err
	}})
	pages = append(pages, call{"export", func(ctx context.Context, tx *store.Tx) error { return tx.Records(ctx, w.tenant, 1000, 1500) }})
	for reads, calls := range map[bool][]call{true: pages, false: workers} {
		for _, c := range calls {
			for _, fault := range w.planFaults(reads, w.traced(c.name, reads, c.run)) {
				t.Errorf("%s: %s", c.name, fault)
			}
		}
	}
}

// statement is one that was traced.
type statement struct {
	query string
	args  []any
}

// traced runs a call in a transaction, one that only reads or one that may write, and returns its statements.
func (w *world) traced(name string, reads bool, run func(ctx context.Context, tx *store.Tx) error) (list []statement) {
	w.t.Helper()
	w.db.Trace(func(query string, args []any) { list = append(list, statement{query, args}) })
	in := w.db.Update
	if reads {
		in = w.db.View
	}
	err := in(w.ctx, run)
	w.db.Trace(nil)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	if len(list) == 0 {
		w.t.Errorf("%s: nothing was traced", name)
	}
	return list
}

// planFaults looks at the plans of the statements of a transaction, by the settings that each had: what only reads is planned
// for any values on PostgreSQL, unless the transaction asks for another plan.
func (w *world) planFaults(reads bool, list []statement) (faults []string) {
	look := func(ctx context.Context, tx *store.Tx) error {
		for _, s := range list {
			var found []string
			var err error
			switch {
			case strings.HasPrefix(s.query, "SET ") || strings.HasPrefix(s.query, "SELECT set_config("):
				_, err = tx.Exec(ctx, s.query, s.args...)
			case w.db.Postgres():
				found, err = postgresFaults(ctx, tx, reads, s)
			default:
				found, err = sqliteFaults(ctx, tx, s)
			}
			if err != nil {
				return fmt.Errorf("%w: %s", err, s.query)
			}
			for _, f := range found {
				faults = append(faults, f+"\n"+s.query)
			}
		}
		return nil
	}
	if reads {
		w.view(look)
	} else {
		w.update(look)
	}
	return faults
}

func postgresFaults(ctx context.Context, tx *store.Tx, reads bool, s statement) (faults []string, err error) {
	text, query, args := "", s.query, s.args
	if reads { // EXPLAIN by itself plans with the values
		if _, err := tx.Exec(ctx, "PREPARE looked AS "+query); err != nil {
			return nil, err
		}
		query, args = "EXECUTE looked", nil
		if len(s.args) > 0 {
			query += "(" + literals(s.args) + ")"
		}
	}
	if err := tx.Row(ctx, "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+query, args, &text); err != nil {
		return nil, err
	}
	if reads {
		if _, err := tx.Exec(ctx, "DEALLOCATE looked"); err != nil {
			return nil, err
		}
	}
	type node struct {
		Type     string  `json:"Node Type"`
		Relation string  `json:"Relation Name"`
		Alias    string  `json:"Alias"`
		Index    string  `json:"Index Name"`
		Rows     float64 `json:"Actual Rows"`
		Loops    float64 `json:"Actual Loops"`
		Removed  float64 `json:"Rows Removed by Filter"`
		Joined   float64 `json:"Rows Removed by Join Filter"`
		Plans    []node  `json:"Plans"`
	}
	var plans []struct{ Plan node }
	if err := json.Unmarshal([]byte(text), &plans); err != nil {
		return nil, err
	}
	var walk func(n node)
	walk = func(n node) {
		touched := (n.Rows + n.Removed) * n.Loops
		switch {
		case !big[n.Relation]:
		case n.Type == "Seq Scan" && n.Loops > 0:
			faults = append(faults, n.Relation+" "+n.Alias+" is read whole")
		case touched > enough:
			faults = append(faults, fmt.Sprintf("%.0f rows of %s %s are touched by %s", touched, n.Relation, n.Alias, n.Index))
		}
		for _, p := range n.Plans {
			walk(p)
		}
	}
	walk(plans[0].Plan)
	return faults, nil
}

// literals writes values as PostgreSQL reads them.
func literals(values []any) string {
	list := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case nil:
			list[i] = "NULL"
		case int, int64, bool:
			list[i] = fmt.Sprint(v)
		default:
			list[i] = "'" + strings.ReplaceAll(fmt.Sprint(v), "'", "''") + "'"
		}
	}
	return strings.Join(list, ", ")
}

var (
	aliases = regexp.MustCompile(`(?i)\b(?:from|join)\s+([a-z_]+)(?:\s+(?:as\s+)?([a-z]+))?`)
	visits  = regexp.MustCompile(`^(SCAN|SEARCH) (\w+)(.*)$`)
)

func sqliteFaults(ctx context.Context, tx *store.Tx, s statement) (faults []string, err error) {
	table := map[string]string{}
	for _, m := range aliases.FindAllStringSubmatch(s.query, -1) {
		table[m[1]] = m[1]
		if m[2] != "" {
			table[m[2]] = m[1]
		}
	}
	err = tx.Rows(ctx, "EXPLAIN QUERY PLAN "+s.query, s.args, func(r *sql.Rows) error {
		var id, parent, unused int
		var detail string
		if err := r.Scan(&id, &parent, &unused, &detail); err != nil {
			return err
		}
		m := visits.FindStringSubmatch(detail)
		if m == nil || !big[table[m[2]]] {
			return nil
		}
		// Only the newest of all may walk along an index in its order; the page's limit stops it.
		ordered := strings.Contains(s.query, "LIMIT") && (strings.Contains(m[3], "sqlite_autoindex") || strings.Contains(m[3], "events_at") || strings.Contains(m[3], "grants_started")) ||
			strings.Contains(m[3], "events_unsequenced") // which holds what has no place yet, and nothing else
		if m[1] == "SCAN" || strings.HasSuffix(m[3], "(tenant_id=?)") && !ordered {
			faults = append(faults, table[m[2]]+" is read whole: "+detail)
		}
		return nil
	})
	return faults, err
}
