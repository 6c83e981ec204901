package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// asFilesSay is the reason of what the files give.
const asFilesSay = "as the catalogue files say"

// giveEntry is what a role gives its members. In a file a slug alone is short for a thing that they have, without a word
// about its length.
type giveEntry struct {
	Resource string              `json:"resource"`
	Relation sallyport.Relation  `json:"relation,omitempty"`
	For      *sallyport.Duration `json:"for,omitempty"`
}

// MarshalJSON writes the short form where that says it all.
func (e giveEntry) MarshalJSON() ([]byte, error) {
	if e.relation() == sallyport.Member && e.For == nil {
		return json.Marshal(e.Resource)
	}
	type long giveEntry
	return json.Marshal(long(e))
}

func (e giveEntry) relation() sallyport.Relation { return cmp.Or(e.Relation, sallyport.Member) }

func (e giveEntry) key() string { return e.Resource + " " + string(e.relation()) }

func (e giveEntry) String() string {
	s := e.Resource
	if e.relation() == sallyport.Owner {
		s += " as owner"
	}
	if e.For != nil {
		s += " for " + e.For.Words()
	}
	return s
}

func entryOfGrant(g sallyport.Grant) giveEntry {
	e := giveEntry{Resource: g.Resource.Slug, Relation: g.Relation, For: lengthOf(g)}
	if e.Relation == sallyport.Member {
		e.Relation = ""
	}
	return e
}

// entriesOf writes what a role gives as a file has it; what has an end without a length is written without a word about it.
func entriesOf(grants []sallyport.Grant) []giveEntry {
	out := []giveEntry{}
	for _, g := range grants {
		e := entryOfGrant(g)
		if !slices.ContainsFunc(out, func(o giveEntry) bool { return o.key() == e.key() }) {
			out = append(out, e)
		}
	}
	return out
}

// checkGives finds what the files alone show to be wrong with what a role gives.
func (it item) checkGives() []sallyport.Fault {
	if it.Gives == nil {
		return nil
	}
	var faults []sallyport.Fault
	seen := map[string]bool{}
	for i, e := range *it.Gives {
		at := fmt.Sprintf("gives[%d]", i)
		switch {
		case strings.TrimSpace(e.Resource) == "":
			faults = append(faults, it.fault(at+".resource", "is missing; name what the role gives by its slug"))
		case e.relation() != sallyport.Member && e.relation() != sallyport.Owner:
			faults = append(faults, it.fault(at+".relation", fmt.Sprintf("%q is unknown; use member or owner", e.Relation)))
		case seen[e.key()]:
			faults = append(faults, it.fault(at, e.Resource+" is in the list twice; remove one"))
		}
		if outOfRange(e.For) {
			faults = append(faults, it.fault(at+".for", forRange))
		}
		seen[e.key()] = true
	}
	return faults
}

// given lists what roles give their members now, by the role's slug, in the order of the slugs.
func given(ctx context.Context, tx *store.Tx, tenant string) (map[string][]sallyport.Grant, error) {
	out := map[string][]sallyport.Grant{}
	err := eachLiving(ctx, tx, tenant, store.GrantFilter{SubjectKind: sallyport.SubjectRole}, func(g sallyport.Grant) {
		out[g.Subject.Slug] = append(out[g.Subject.Slug], g)
	})
	for _, list := range out {
		slices.SortFunc(list, func(a, b sallyport.Grant) int {
			return cmp.Or(strings.Compare(a.Resource.Slug, b.Resource.Slug), strings.Compare(string(a.Relation), string(b.Relation)), strings.Compare(a.ID, b.ID))
		})
	}
	return out, err
}

// lapsed says of which entries the time has passed that the files gave: by the id of the role and the entry. They are not
// given again, until the file names another length or somebody gives them. What becomes something else stands under its new
// slug.
func lapsed(ctx context.Context, tx *store.Tx, tenant string, roles []string, becomes map[string]*sallyport.Resource) (map[string]bool, error) {
	past, err := tx.PastGifts(ctx, tenant, roles)
	after := slugsAfter(becomes)
	for i := range past {
		past[i].Resource = cmp.Or(after[past[i].Resource], past[i].Resource)
	}
	return lapsedOf(past), err
}

func lapsedOf(past []store.PastGift) map[string]bool {
	byFiles, out := map[string]string{}, map[string]bool{}
	for _, g := range past { // the oldest first: the last row of a key decides
		e := giveEntry{Resource: g.Resource, Relation: g.Relation, For: g.Duration}
		key := g.SubjectID + " " + e.key()
		if g.Reason == asFilesSay && g.Duration != nil {
			delete(out, key+" "+byFiles[key])
			byFiles[key] = g.Duration.String()
		}
		if length := byFiles[key]; length != "" {
			out[key+" "+length] = g.OnTime
		}
	}
	return out
}

// gifts is what applying a role's entries does: grants to end, entries to give, entries whose time has passed.
type gifts struct {
	end    []sallyport.Grant
	give   []giveEntry
	passed []giveEntry
	before []string // in words
	after  []string
}

// compareGifts holds the entries of a role against what it gives. An entry without a length is content with any; one with a
// length with a grant of that length, whenever it began.
func (it *item) compareGifts(roleID string, now []sallyport.Grant, over map[string]bool) gifts {
	var out gifts
	have := map[string][]sallyport.Grant{}
	for _, g := range now {
		key := giveEntry{Resource: g.Resource.Slug, Relation: g.Relation}.key()
		have[key] = append(have[key], g)
	}
	for _, e := range entriesOf(now) {
		out.before = append(out.before, e.String())
	}
	wanted := map[string]bool{}
	for _, e := range *it.Gives {
		wanted[e.key()] = true
		has := have[e.key()]
		fits := e.For == nil && len(has) > 0 || e.For != nil && slices.ContainsFunc(has, func(g sallyport.Grant) bool { return lasts(g, *e.For) })
		switch {
		case fits:
			e.For = entryOfGrant(has[0]).For
		case e.For != nil && len(has) == 0 && over[roleID+" "+e.key()+" "+e.For.String()]:
			out.passed = append(out.passed, e)
			continue
		default:
			out.give = append(out.give, e)
		}
		out.after = append(out.after, e.String())
	}
	for _, g := range now {
		if !wanted[giveEntry{Resource: g.Resource.Slug, Relation: g.Relation}.key()] {
			out.end = append(out.end, g)
		}
	}
	slices.Sort(out.after)
	slices.Sort(out.before)
	return out
}

// planGives compares what the files say that roles give with what they give. Where a file does not say, what is there
// stays.
func (s *Service) planGives(ctx context.Context, tx *store.Tx, tenant string, f Files, c *checker, have, becomes map[string]*sallyport.Resource, p *planned) error {
	var roles []string
	any := false
	for _, it := range f.items {
		if any = any || it.Gives != nil; it.Gives != nil {
			if r := cmp.Or(becomes[it.Slug], have[it.Slug]); r != nil {
				roles = append(roles, r.ID)
			}
		}
	}
	if !any {
		return nil
	}
	now, err := given(ctx, tx, tenant)
	if err != nil {
		return err
	}
	rename(now, becomes)
	over, err := lapsed(ctx, tx, tenant, roles, becomes)
	if err != nil {
		return err
	}
	for i := range f.items {
		it := &f.items[i]
		if it.Gives == nil {
			continue
		}
		if it.kind != sallyport.KindRole {
			p.Faults = append(p.Faults, it.fault("gives", "is for roles alone"))
			continue
		}
		roleID := ""
		if r := cmp.Or(becomes[it.Slug], have[it.Slug]); r != nil {
			roleID = r.ID
		}
		g := it.compareGifts(roleID, now[it.Slug], over)
		if err := s.checkGifts(ctx, tx, tenant, it, g, c, have, p); err != nil {
			return err
		}
		for _, e := range g.passed {
			p.Warnings = append(p.Warnings, fmt.Sprintf("the role %s was given %s by the files; that time has passed, and it is not given again. Write another length, give it by hand, or take it out of the file", it.Slug, e))
		}
		if len(g.end)+len(g.give) == 0 {
			continue
		}
		p.steps = append(p.steps, step{gives: true, it: it, PlanItem: sallyport.PlanItem{Action: sallyport.PlanChange, Kind: "gives", Slug: it.Slug, Name: it.Name,
			Detail: "what the role gives its members",
			Fields: []sallyport.FieldChange{{Field: "gives", Before: strings.Join(g.before, ", "), After: strings.Join(g.after, ", ")}}}})
	}
	return nil
}

// checkGifts finds entries that name nothing, and lengths that are not allowed. What the same files change is held against
// its limits when they are applied.
func (s *Service) checkGifts(ctx context.Context, tx *store.Tx, tenant string, it *item, g gifts, c *checker, have map[string]*sallyport.Resource, p *planned) error {
	for i, e := range *it.Gives {
		if _, coming := c.coming[e.Resource]; coming {
			continue
		}
		r := have[e.Resource]
		if r == nil {
			p.Faults = append(p.Faults, it.fault(fmt.Sprintf("gives[%d]", i), fmt.Sprintf("there is no resource %q", e.Resource)))
			continue
		}
		if e.For == nil || !slices.ContainsFunc(g.give, func(o giveEntry) bool { return o.key() == e.key() }) {
			continue
		}
		err := s.Access.CheckLengthTx(ctx, tx, tenant, *r, e.relation(), *e.For)
		switch sallyport.CodeOf(err) {
		case sallyport.EPrecondition, sallyport.EInvalid:
			p.Faults = append(p.Faults, it.fault(fmt.Sprintf("gives[%d].for", i), words(err)))
		default:
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// applyGives makes a role give what its file says: what is missing for as long as is written, or else without end or for as
// long as it may be. A length that differs from the one in force counts from now.
func (s *Service) applyGives(ctx context.Context, tx *store.Tx, actor sallyport.Actor, it *item) error {
	role, err := tx.Resource(ctx, actor.Tenant, it.Slug, access.Everything)
	if err != nil {
		return err
	}
	now, err := given(ctx, tx, actor.Tenant)
	if err != nil {
		return err
	}
	over, err := lapsed(ctx, tx, actor.Tenant, []string{role.ID}, nil)
	if err != nil {
		return err
	}
	todo := it.compareGifts(role.ID, now[it.Slug], over)
	for _, g := range todo.end {
		if _, err := s.Access.EndTx(ctx, tx, actor, g.ID, "no longer in the catalogue files"); err != nil {
			return err
		}
	}
	for _, e := range todo.give {
		r, err := tx.BareResource(ctx, actor.Tenant, e.Resource, access.Everything)
		if err != nil {
			return err
		}
		n := access.NewGrant{Subject: asSubject(role), Resource: r, Relation: e.relation(), Duration: e.For, Reason: asFilesSay, Accept: true}
		if e.For == nil {
			longest, err := s.Access.LongestTx(ctx, tx, actor.Tenant, r, e.relation())
			if err != nil {
				return err
			}
			if n.NoEnd = longest == 0; longest > 0 {
				n.Duration = &longest
			}
		} else {
			n.Replace = slices.ContainsFunc(now[it.Slug], func(g sallyport.Grant) bool {
				return g.Resource.Slug == e.Resource && g.Relation == e.relation() && outlasts(g, tx.Now().Add(e.For.Std()))
			})
		}
		if _, err := s.Access.GiveTx(ctx, tx, actor, n); err != nil {
			return err
		}
	}
	return nil
}
