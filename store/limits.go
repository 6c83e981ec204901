package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/sallyport/sallyport"
)

// EffectiveLimits is what the enabled tags on a resource and on its app demand together (domain rule 16), and every
// single limit in words with where it comes from, the resource's own durations first. The durations are not part of the
// constraints: see Durations.Check.
func (tx *Tx) EffectiveLimits(ctx context.Context, tenant string, r sallyport.Resource) (sallyport.Constraints, []sallyport.Limit, error) {
	l := Limits{Resource: r, List: []sallyport.Limit{}}
	own := "the settings of " + r.Name
	if r.Durations.Max > 0 {
		l.List = append(l.List, sallyport.Limit{Key: "max_duration", Value: r.Durations.Max.String(), From: own, Words: "at most " + r.Durations.Max.Words()})
	} else if r.Durations.ForbidNo {
		l.List = append(l.List, sallyport.Limit{Key: "forbid_no_end", Value: true, From: own, Words: "access must have an end"})
	}
	app := ""
	if r.App != nil {
		app = r.App.ID
	}
	err := tx.Rows(ctx, `SELECT t.name, t.constraints, rt.resource_id FROM resource_tags rt JOIN tags t ON t.tenant_id=rt.tenant_id AND t.id=rt.tag_id
		WHERE rt.tenant_id=$1 AND rt.resource_id IN ($2,$3) AND t.enabled AND t.deleted_at IS NULL ORDER BY t.name_key, rt.resource_id`,
		[]any{tenant, r.ID, app}, func(rows *sql.Rows) error {
			var name, on string
			var c sallyport.Constraints
			if err := rows.Scan(&name, jsonScan{&c}, &on); err != nil {
				return err
			}
			l.add(name, on, c)
			return nil
		})
	return l.Constraints, l.List, err
}

// Limits are what the tags on a resource and on its app demand together, and each demand in words. Of the resource no more
// may be known than its id, name and app.
type Limits struct {
	Resource    sallyport.Resource
	Relation    sallyport.Relation // by RoleLimits: that the role holds it by
	Hidden      bool               // by RoleLimits: the viewer may not see the resource, so it is not to be named
	Constraints sallyport.Constraints
	List        []sallyport.Limit
}

func (l *Limits) add(tag, on string, c sallyport.Constraints) {
	where := l.Resource.Name
	if on != l.Resource.ID && l.Resource.App != nil {
		where = l.Resource.App.Name
	}
	l.Constraints = l.Constraints.Combine(c)
	l.List = append(l.List, Describe(c, fmt.Sprintf("the tag %s on %s", tag, where))...)
}

// From is where the value that holds for a key comes from.
func (l Limits) From(key string) string {
	for _, d := range l.Constraints.Demands() {
		for _, one := range l.List {
			if d.Key == key && one.Key == key && one.Value == d.Value {
				return one.From
			}
		}
	}
	return ""
}

// RoleLimits are the demands of tags on what a role holds now or is to hold, a resource and relation each, in the order of
// their ids; what bears no tag is not among them.
func (tx *Tx) RoleLimits(ctx context.Context, tenant, roleID string, v Viewer) ([]Limits, error) {
	var out []Limits
	q := &query{}
	hidden := "CASE WHEN " + q.sees(v, tenant, Micros(tx.now), "r") + " THEN FALSE ELSE TRUE END"
	q.WriteString(`SELECT DISTINCT r.id, g.relation, t.name_key, rt.resource_id, r.name, COALESCE(a.id, ''), COALESCE(a.name, ''), t.name, t.constraints, ` + hidden + `
		FROM grants g JOIN resources r ON r.tenant_id=g.tenant_id AND r.id=g.resource_id LEFT JOIN resources a ON a.tenant_id=r.tenant_id AND a.id=r.app_id
		JOIN resource_tags rt ON rt.tenant_id=g.tenant_id AND rt.resource_id IN (r.id, r.app_id) JOIN tags t ON t.tenant_id=rt.tenant_id AND t.id=rt.tag_id
		WHERE g.tenant_id=` + q.arg(tenant) + ` AND g.subject_kind='role' AND g.subject_id=` + q.arg(roleID) + ` AND g.ended_at IS NULL AND t.enabled AND t.deleted_at IS NULL ORDER BY 1, 2, 3, 4`)
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		l, app := Limits{}, sallyport.ResourceRef{}
		var key, on, tag string
		var c sallyport.Constraints
		if err := rows.Scan(&l.Resource.ID, &l.Relation, &key, &on, &l.Resource.Name, &app.ID, &app.Name, &tag, jsonScan{&c}, &l.Hidden); err != nil {
			return err
		}
		if app.ID != "" {
			l.Resource.App = &app
		}
		if n := len(out); n == 0 || out[n-1].Resource.ID != l.Resource.ID || out[n-1].Relation != l.Relation {
			out = append(out, l)
		}
		out[len(out)-1].add(tag, on, c)
		return nil
	})
	return out, err
}

// Describe puts constraints into words, one limit for each demand; from is where they come from.
func Describe(c sallyport.Constraints, from string) []sallyport.Limit {
	var out []sallyport.Limit
	for _, d := range c.Demands() {
		l := sallyport.Limit{Key: d.Key, Value: d.Value, From: from, Words: d.Words, Relation: d.Relation, MustEnd: d.MustEnd, NeedsReason: d.NeedsReason}
		if d.Limit != nil {
			longest := d.Limit(c[d.Key])
			l.Longest = &longest
		}
		out = append(out, l)
	}
	return out
}
