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
	var all sallyport.Constraints
	limits := []sallyport.Limit{}
	own := "the settings of " + r.Name
	if r.Durations.Max > 0 {
		limits = append(limits, sallyport.Limit{Key: "max_duration", Value: r.Durations.Max.String(), From: own, Words: "at most " + r.Durations.Max.Words()})
	} else if r.Durations.ForbidNo {
		limits = append(limits, sallyport.Limit{Key: "forbid_no_end", Value: true, From: own, Words: "access must have an end"})
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
			where := r.Name
			if on != r.ID && r.App != nil {
				where = r.App.Name
			}
			all = all.Combine(c)
			limits = append(limits, describe(c, fmt.Sprintf("the tag %s on %s", name, where))...)
			return nil
		})
	return all, limits, err
}

func describe(c sallyport.Constraints, from string) []sallyport.Limit {
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
