package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// watch collects what a transaction did to grants, where somebody wants to know.
type watch struct {
	rehearsal        bool                          // all will be taken back
	made, ended, cut []string                      // ids of grants
	was              map[string]sallyport.CutGrant // by id: of those that were cut, until when they were, and are
	verbs            map[string]int                // of the events
}

// recorded is a copy of the counts so far; of nobody's watch it is nil.
func (w *watch) recorded() map[string]int {
	if w == nil {
		return nil
	}
	return maps.Clone(w.verbs)
}

func (w *watch) grants() []string {
	all := slices.Concat(w.made, w.ended, w.cut)
	slices.Sort(all)
	return slices.Compact(all)
}

// errTakenBack ends the transaction of a rehearsal.
var errTakenBack = errors.New("taken back")

// Rehearse runs f as Join does, says what it did to who has what, as far as the viewer may see it, and takes everything
// back. An error of f is returned and there is no impact. It holds the locks of a writer while it runs.
func (db *DB) Rehearse(ctx context.Context, tenant string, v Viewer, f func(ctx context.Context) error) (sallyport.Impact, error) {
	var out sallyport.Impact
	var pairs pairs
	var after map[holdingKey]standing
	var now int64 // both are told as of one moment
	err := db.Join(ctx, func(ctx context.Context, tx *Tx) error {
		tx.Watch()
		tx.watch.rehearsal = true
		if err := f(ctx); err != nil {
			return err
		}
		var err error
		if pairs, err = tx.touchedPairs(ctx, tenant); err != nil {
			return err
		}
		now = Micros(tx.now)
		if after, err = tx.standings(ctx, tenant, pairs, v, now); err != nil {
			return err
		}
		out.Events = tx.watch.verbs
		return errTakenBack
	})
	if !errors.Is(err, errTakenBack) {
		return out, err
	}
	err = db.View(Apart(ctx), func(ctx context.Context, tx *Tx) error {
		before, err := tx.standings(ctx, tenant, pairs, v, now)
		if err == nil {
			compareStandings(&out, before, after)
		}
		return err
	})
	return out, err
}

// pairs are people and resources whose relation may have changed, in order and each once.
type pairs [][2]string

// touchedPairs lists whom the touched grants give what, directly or by role, before the transaction or after it.
func (tx *Tx) touchedPairs(ctx context.Context, tenant string) (pairs, error) {
	all := map[[2]string]bool{}
	for ids := range slices.Chunk(tx.watch.grants(), chunk) {
		q := &query{}
		t, in, now := q.arg(tenant), q.list(ids), q.arg(Micros(tx.now))
		recent := func(a string) string { return "(" + a + ".ended_at IS NULL OR " + a + ".ended_at >= " + now + ")" }
		// The touched are read first, by their ids: MATERIALIZED and CROSS JOIN keep from going through all that roles hold.
		q.WriteString("WITH d AS MATERIALIZED (SELECT o.subject_kind, o.subject_id, o.resource_id, o.relation FROM grants o WHERE o.tenant_id=" + t + " AND o.id IN " + in + ")" +
			" SELECT d.subject_id, d.resource_id FROM d WHERE d.subject_kind='user'" +
			" UNION SELECT d.subject_id, g.resource_id FROM d CROSS JOIN grants g WHERE d.subject_kind='user' AND d.relation='member'" +
			" AND g.tenant_id=" + t + " AND g.subject_kind='role' AND g.subject_id=d.resource_id AND " + recent("g") +
			" UNION SELECT m.subject_id, d.resource_id FROM d CROSS JOIN grants m WHERE d.subject_kind='role'" +
			" AND m.tenant_id=" + t + " AND m.subject_kind='user' AND m.relation='member' AND m.resource_id=d.subject_id AND " + recent("m"))
		if err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
			var pair [2]string
			err := r.Scan(&pair[0], &pair[1])
			all[pair] = true
			return err
		}); err != nil {
			return nil, err
		}
	}
	p := slices.Collect(maps.Keys(all))
	slices.SortFunc(p, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return p, nil
}

// chunk is how many ids one statement takes.
const chunk = 500

type holdingKey struct {
	user, resource, parameters string
	relation                   sallyport.Relation
}

type standing struct {
	user     sallyport.UserRef
	resource sallyport.ResourceRef
	covers   []cover
}

// coming is the condition under which a grants row gives its access now or will: neither ended nor past its end.
func coming(alias, now string) string {
	a := alias + "."
	return "(" + a + "ended_at IS NULL AND (" + a + "no_end OR " + a + "ends_at IS NULL OR " + a + "ends_at > " + now + "))"
}

// standings reads what those pairs of people and resources have at a moment, or will, by all ways together.
func (tx *Tx) standings(ctx context.Context, tenant string, p pairs, v Viewer, moment int64) (map[holdingKey]standing, error) {
	out := map[holdingKey]standing{}
	for some := range slices.Chunk(p, chunk) {
		q := &query{}
		t, now := q.arg(tenant), q.arg(moment)
		named := make([]string, fill(len(some)))
		for i := range named {
			pair := some[min(i, len(some)-1)]
			named[i] = "(" + q.arg(pair[0]) + "," + q.arg(pair[1]) + ")"
		}
		// CROSS JOIN keeps SQLite to looking up each pair, and LIMIT has it make the table of them once.
		q.WriteString(`WITH w(user_id, resource_id) AS (SELECT * FROM (VALUES ` + strings.Join(named, ",") + `) v LIMIT ` + strconv.Itoa(len(named)) + `)
			SELECT u.id, u.login, u.name, r.id, r.slug, r.name, r.kind, x.relation, x.parameters, x.starts_at, x.ends_at, x.no_end, x.duration FROM (
			SELECT g.subject_id AS user_id, g.resource_id, g.relation, g.parameters, g.starts_at, g.ends_at, g.no_end, g.duration FROM w CROSS JOIN grants g
			WHERE g.tenant_id=` + t + ` AND g.subject_kind='user' AND g.subject_id=w.user_id AND g.resource_id=w.resource_id AND ` + coming("g", now) + `
			UNION ALL SELECT m.subject_id, g.resource_id, g.relation, g.parameters, CASE WHEN m.starts_at > g.starts_at THEN m.starts_at ELSE g.starts_at END,
			` + endsByRole + `, (m.no_end AND g.no_end), NULL FROM w CROSS JOIN grants m CROSS JOIN grants g
			WHERE m.tenant_id=` + t + ` AND m.subject_kind='user' AND m.subject_id=w.user_id AND m.relation='member' AND ` + coming("m", now) + `
			AND g.tenant_id=m.tenant_id AND g.subject_kind='role' AND g.subject_id=m.resource_id AND g.resource_id=w.resource_id AND ` + coming("g", now) + `) x
			JOIN resources r ON r.tenant_id=` + t + ` AND r.id=x.resource_id JOIN users u ON u.tenant_id=` + t + ` AND u.id=x.user_id
			WHERE r.deleted_at IS NULL AND ` + q.sees(v, tenant, Micros(tx.now), "r"))
		err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
			var s standing
			k := holdingKey{}
			var starts time.Time
			var ends *time.Time
			var noEnd bool
			var length *sallyport.Duration
			if err := rows.Scan(&s.user.ID, &s.user.Login, &s.user.Name, &s.resource.ID, &s.resource.Slug, &s.resource.Name, &s.resource.Kind,
				&k.relation, &k.parameters, timeScan{&starts}, timePtrScan{&ends}, &noEnd, durationScan{&length}); err != nil {
				return err
			}
			k.user, k.resource = s.user.ID, s.resource.ID
			s.covers = append(out[k].covers, coverOf(starts, ends, noEnd, length, moment))
			out[k] = s
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for k, s := range out {
		if s.covers = together(s.covers); len(s.covers) == 0 {
			delete(out, k)
			continue
		}
		out[k] = s
	}
	return out, nil
}

// maxImpact is how many items an impact lists.
const maxImpact = 500

func compareStandings(out *sallyport.Impact, before, after map[holdingKey]standing) {
	out.Items = []sallyport.ImpactItem{}
	people, resources := map[string]bool{}, map[string]bool{}
	counts := map[string]*int{sallyport.ImpactLost: &out.Lost, sallyport.ImpactShorter: &out.Shorter, sallyport.ImpactGained: &out.Gained, sallyport.ImpactLonger: &out.Longer}
	add := func(k holdingKey, s standing, b, a []cover) {
		change := changeOf(b, a)
		if change == "" {
			return
		}
		*counts[change]++
		people[k.user], resources[k.resource] = true, true
		out.Items = append(out.Items, sallyport.ImpactItem{Change: change, User: s.user, Resource: s.resource, Relation: k.relation, Before: spanOf(b), After: spanOf(a)})
	}
	for k, b := range before {
		s := b
		if a, ok := after[k]; ok {
			s = a
		}
		add(k, s, b.covers, after[k].covers)
	}
	for k, a := range after {
		if _, ok := before[k]; !ok {
			add(k, a, nil, a.covers)
		}
	}
	order := []string{sallyport.ImpactLost, sallyport.ImpactShorter, sallyport.ImpactGained, sallyport.ImpactLonger}
	slices.SortFunc(out.Items, func(a, b sallyport.ImpactItem) int {
		return cmp.Or(slices.Index(order, a.Change)-slices.Index(order, b.Change), strings.Compare(a.Resource.Name, b.Resource.Name),
			strings.Compare(a.User.Name, b.User.Name), strings.Compare(a.User.ID, b.User.ID), strings.Compare(string(a.Relation), string(b.Relation)))
	})
	out.People, out.Resources = len(people), len(resources)
	if len(out.Items) > maxImpact {
		out.Cut, out.Items = len(out.Items)-maxImpact, out.Items[:maxImpact]
	}
}
