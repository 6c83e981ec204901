package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// mayChange lists the fields that the actor may set. Admins and catalogue managers set all; owners what their thing says of
// itself, asks, takes and bears, and who decides where that is open to them; owners of an app also what its parts are called
// and how they become real. Whom they may name as owners is a matter of each grant.
func (s *Service) mayChange(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource) ([]string, error) {
	fields := []string{"description", "form", "durations", "tags", "owners"}
	parts := []string{"slug", "name", "physical", "fulfilment", "revocation"}
	if isBuiltIn(r) {
		if err := needAdmin(actor, "change what is built in"); err != nil {
			return nil, err
		}
	}
	if curates(actor) {
		return append(append(fields, parts...), "flow", "audience"), nil
	}
	own, err := owns(ctx, tx, actor, r.ID)
	if err != nil {
		return nil, err
	}
	ownApp := false
	if r.App != nil {
		if ownApp, err = owns(ctx, tx, actor, r.App.ID); err != nil {
			return nil, err
		}
	}
	if !own && !ownApp {
		return nil, sallyport.Errorf(sallyport.EForbidden, "you do not own %s", r.Name).
			WithHint("Its owners, admins and catalogue managers may change it.").WithRule("catalogue")
	}
	if ownApp {
		fields = append(fields, parts...)
	}
	if r.Flow.OpenToOwners() {
		fields = append(fields, "flow")
	}
	return fields, nil
}

// mayPatch refuses fields that the actor may not change, and a flow that owners do not make.
func (s *Service) mayPatch(ctx context.Context, tx *store.Tx, actor sallyport.Actor, r sallyport.Resource, p sallyport.ResourcePatch) error {
	fields, err := s.mayChange(ctx, tx, actor, r)
	if err != nil || curates(actor) {
		return err
	}
	var kept []string
	for name, set := range map[string]bool{"slug": p.Slug != nil, "name": p.Name != nil, "physical": p.Physical != nil, "fulfilment": p.Fulfilment != nil,
		"revocation": p.Revocation != nil, "audience": p.Audience != nil, "flow": p.Flow != nil} {
		if set && !slices.Contains(fields, name) {
			kept = append(kept, name)
		}
	}
	slices.Sort(kept)
	if len(kept) > 0 {
		return sallyport.Errorf(sallyport.EForbidden, "owners do not change the %s of %s", strings.Join(kept, ", "), r.Name).
			WithHint("Ask an admin or a catalogue manager.").WithRule("catalogue")
	}
	if p.Flow == nil {
		return nil
	}
	return ownersFlow(r.Flow, p.Flow)
}

// ownersFlow refuses what lets people in without somebody else's decision, where it is not so already: that is for admins.
// Under the default chain owners add people directly, so that what is decided in stages does not become that again.
func ownersFlow(before, after *sallyport.Flow) error {
	was, is := sallyport.FlowOf(before), sallyport.FlowOf(after)
	adds := func(f *sallyport.Flow) bool { return f.IsDefault() || f.OwnersAdd || f.NoApproval }
	what, hint := "", "Leave it out, or ask an admin or a catalogue manager to set it."
	switch {
	case is.NoApproval && !was.NoApproval:
		what = "that nobody decides"
	case is.AllowSelf && !was.AllowSelf:
		what = "that people decide their own requests"
	case adds(after) && !adds(before) && after.IsDefault():
		what, hint = "that owners add people directly where stages decide now, as they do without stages,", "Set one stage with the owners alone: then they decide, as they do without stages. Or ask an admin or a catalogue manager to take the stages away."
	case adds(after) && !adds(before):
		what = "that owners add people directly where stages decide"
	case !sameUntilApproved(was.Stages, is.Stages):
		what, hint = "that a time-out approves, or what is decided before and after one that does,",
			"Leave such a stage and those before it as they are and take none away, or ask an admin or a catalogue manager."
	}
	if what == "" {
		return nil
	}
	return sallyport.Errorf(sallyport.EForbidden, "%s is not for owners to say", what).WithHint("%s", hint).WithRule("catalogue")
}

// sameUntilApproved reports whether stages that a time-out approves come only where they did, after all that they came after,
// and are followed by as many: else a time-out alone would let people in.
func sameUntilApproved(before, after []sallyport.StageSpec) bool {
	for i, st := range after {
		if st.Timeout == "approve" && (len(after) < len(before) || i >= len(before) || asText(before[:i+1]) != asText(after[:i+1])) {
			return false
		}
	}
	return true
}

// byOwner is a flow as an owner sets it: who decides stays open to owners, since they do not say whether it is.
func byOwner(actor sallyport.Actor, f *sallyport.Flow) *sallyport.Flow {
	if normalFlow(f) == nil || curates(actor) {
		return f
	}
	open := *f
	open.OwnersEdit = true
	return &open
}
