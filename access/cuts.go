package access

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// cutsMany is how many grants one call may cut without an admin who saw the number (domain rule 18).
const cutsMany = 100

// cutsMuch reports whether so many of all that are held of one thing, or of all in an app, need an admin too: a tenth of more
// than 20.
func cutsMuch(cut, all int) bool { return all > 20 && cut*10 > all }

// Cuts are the grants that one call shortens, each once, however many limits shorten it: with every CutTx some more, and at
// the end CheckTx says whether they are too many.
type Cuts struct {
	Accept bool // somebody saw how many; it counts of admins

	all map[string]bool
	on  map[string]int // by resource
}

// Count is how many were cut.
func (c *Cuts) Count() int { return len(c.all) }

func (c *Cuts) add(list []store.Shortened) {
	if c.all == nil {
		c.all, c.on = map[string]bool{}, map[string]int{}
	}
	for _, g := range list {
		if !c.all[g.ID] {
			c.all[g.ID] = true
			c.on[g.ResourceID]++
		}
	}
}

// CheckTx refuses a call that cuts over 100 grants, or a tenth of what is held of one thing or in one app where that is over
// 20, unless an admin has accepted it. what begins the sentence.
func (c *Cuts) CheckTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, what string) error {
	if len(c.all) == 0 || c.Accept && (actor.Admin || actor.IsSystem()) {
		return nil
	}
	e := sallyport.Errorf(sallyport.EPrecondition, "%s would bring forward the end of %d grants", what, len(c.all)).
		WithHint("An admin who has seen this number, and whom it concerns, may accept it.").WithRule("domain.18")
	if len(c.all) > cutsMany {
		return e
	}
	living, err := tx.CountLiving(ctx, actor.Tenant, slices.Collect(maps.Keys(c.on)))
	if err != nil {
		return err
	}
	refuse := func(id, place string, n, of int) error {
		r, err := tx.BareResource(ctx, actor.Tenant, id, Viewer(actor))
		hidden := sallyport.CodeOf(err) == sallyport.ENotFound
		if hidden {
			r.Name = "one thing"
		} else if err != nil {
			return err
		}
		whole := fmt.Sprintf(" of the %d", of)
		if hidden || place == "in" && !actor.Admin { // what not everybody may see is not counted for them (domain rule 24)
			whole = ", over a tenth of what is held,"
		}
		e.Message += fmt.Sprintf(", %d%s %s %s among them", n, whole, place, r.Name)
		return e
	}
	inApp := map[string]int{}
	for id, n := range c.on {
		if inApp[living.App[id]] += n; cutsMuch(n, living.Of[id]) {
			return refuse(id, "on", n, living.Of[id])
		}
	}
	for app, n := range inApp {
		if cutsMuch(n, living.InApp[app]) {
			return refuse(app, "in", n, living.InApp[app])
		}
	}
	return nil
}

// CutToTagsTx cuts what is held longer than all tags on a resource, and on its app, allow together, and so with what it
// contains. The cause and the tag's id are of the record.
func (s *Service) CutToTagsTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, cuts *Cuts, tagID, cause string, r sallyport.Resource) error {
	list, err := cutsOf(ctx, tx, actor.Tenant, r)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := s.CutTx(ctx, tx, actor, cuts, tagID, cause, c); err != nil {
			return err
		}
	}
	return nil
}

// cutsOf lists what the tags on a resource and its app demand together of what is held; of an app also what they demand
// together with the tags on each part of it.
func cutsOf(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Resource) ([]store.Cut, error) {
	all := []sallyport.Resource{r}
	if r.Kind == sallyport.KindApp {
		parts, err := tx.AllResources(ctx, tenant, store.ResourceFilter{App: r.ID})
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			if len(p.Tags) > 0 {
				all = append(all, p)
			}
		}
	}
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	sources, err := tx.LimitSources(ctx, tenant, Everything, ids)
	if err != nil {
		return nil, err
	}
	var out []store.Cut
	for _, one := range all {
		var c sallyport.Constraints
		for _, from := range sources[one.ID] {
			c = c.Combine(from.Constraints)
		}
		out = append(out, CutsOf(c, one)...)
	}
	return out, nil
}
