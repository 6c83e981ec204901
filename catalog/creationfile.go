package catalog

import (
	"context"
	"fmt"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// creationEntry is a rule about new things as it stands in a file. Without a flow the admins decide.
type creationEntry struct {
	Kind sallyport.Kind  `json:"kind"`
	Flow *sallyport.Flow `json:"flow,omitempty"`
}

type creationItem struct {
	creationEntry
	path string
	d    *decoder
}

func (it creationItem) fault(field, message string) sallyport.Fault {
	return sallyport.Fault{Path: it.d.where(it.path + "." + field).String(), Message: fmt.Sprintf("creation_rules, %s: %s", field, message)}
}

// checkCreations finds what the files alone show to be wrong with rules about new things.
func (f *Files) checkCreations() []sallyport.Fault {
	var faults []sallyport.Fault
	seen := map[sallyport.Kind]creationItem{}
	for _, it := range f.creations {
		for _, bad := range creationFaults(it.Kind, normalFlow(it.Flow)) {
			faults = append(faults, it.fault(bad.Path, bad.Message))
		}
		if first, twice := seen[it.Kind]; twice {
			faults = append(faults, it.fault("kind", fmt.Sprintf("%s is there already, at %s", it.Kind, first.d.where(first.path+".kind"))))
		}
		seen[it.Kind] = it
	}
	return faults
}

// planCreations compares the rules of the files with those in force. A kind that no file names keeps its rule.
func planCreations(f Files, c *checker, p *planned) error {
	for i := range f.creations {
		it := &f.creations[i]
		want, was := normalFlow(it.Flow), ""
		c.faults = nil
		if want != nil {
			c.flow(*want)
		}
		for _, bad := range c.faults {
			p.Faults = append(p.Faults, it.fault(bad.Path, bad.Message))
		}
		before, found, err := c.tx.CreationFlow(c.ctx, c.tenant, it.Kind)
		if err != nil {
			return err
		}
		if found {
			was = asText(before)
		}
		will := ""
		if want != nil {
			will = asText(*want)
		}
		if was == will {
			p.Same++
			continue
		}
		p.steps = append(p.steps, step{creation: it, PlanItem: sallyport.PlanItem{Action: sallyport.PlanChange, Kind: "creation_rule", Slug: string(it.Kind),
			Detail: "who decides about a new " + string(it.Kind), Fields: []sallyport.FieldChange{{Field: "flow", Before: was, After: will}}}})
	}
	return c.err
}

// applyCreation makes the rule be what the file says. Only admins say it.
func (s *Service) applyCreation(ctx context.Context, tx *store.Tx, actor sallyport.Actor, st step) error {
	_, err := s.setCreationRuleTx(ctx, tx, actor, st.creation.Kind, st.creation.Flow)
	return err
}

// exportCreations writes what admins have said as a file has it.
func exportCreations(ctx context.Context, tx *store.Tx, tenant string) ([]creationEntry, error) {
	var out []creationEntry
	for _, kind := range ruledKinds {
		flow, found, err := tx.CreationFlow(ctx, tenant, kind)
		if err != nil {
			return nil, err
		}
		if found {
			out = append(out, creationEntry{Kind: kind, Flow: &flow})
		}
	}
	return out, nil
}
