package sallyport

import (
	"fmt"
	"strconv"
	"strings"
)

// Flow is how requests for a resource are decided: serial stages. A nil Flow is the default chain of DefaultFlow.
type Flow struct {
	Stages     []StageSpec `json:"stages,omitempty"`
	Fallback   []string    `json:"fallback,omitempty" doc:"Approver expressions used when a stage has too few approvers; then admins"`
	ExpireIn   Duration    `json:"expire_in,omitempty" doc:"A pending request expires after this; default P7D"`
	OwnersAdd  bool        `json:"owners_may_add,omitempty" doc:"Owners may add people directly, without a request"`
	OwnersEdit bool        `json:"owners_edit,omitempty" doc:"Owners may change this flow, without letting people in by themselves; said by admins and catalogue managers. The default chain they may change anyway"`
	AllowSelf  bool        `json:"allow_self_approval,omitempty" doc:"Requester or beneficiary may decide (break-glass, on-call); recorded"`
	NoApproval bool        `json:"no_approval,omitempty" doc:"Approved at once, without any stage"`
}

// StageSpec is one stage as configured.
type StageSpec struct {
	Name          string   `json:"name,omitempty"`
	Approvers     []string `json:"approvers" doc:"manager, manager_of_manager, owners, app_owners, admins, user:LOGIN, group:SLUG, role:SLUG"`
	Rule          string   `json:"rule,omitempty" doc:"any (default), all, or a number of distinct people"`
	RemindAfter   Duration `json:"remind_after,omitempty"`
	EscalateAfter Duration `json:"escalate_after,omitempty"`
	EscalateTo    []string `json:"escalate_to,omitempty" doc:"Approver expressions who may vote as well once escalated"`
	TimeoutAfter  Duration `json:"timeout_after,omitempty"`
	Timeout       string   `json:"timeout,omitempty" enum:",deny,approve,fallback" doc:"What happens then; default deny"`
	Fallback      []string `json:"fallback,omitempty"`
}

// The words of approver expressions that take no argument.
const (
	ExprManager   = "manager"
	ExprManager2  = "manager_of_manager"
	ExprOwners    = "owners"
	ExprAppOwners = "app_owners"
	ExprAdmins    = "admins"
)

// DefaultExpiry is how long a request of any kind stays pending.
const DefaultExpiry = 7 * Day

// DefaultFlow is the default approver chain of domain rule 12: owners of the resource, else owners of its app, else
// admins.
func DefaultFlow() Flow {
	return Flow{Stages: []StageSpec{{Name: "Owners", Approvers: []string{ExprOwners}, Rule: "any", Fallback: []string{ExprAppOwners}}}}
}

// FlowOf returns the resource's flow or the default chain.
func FlowOf(f *Flow) Flow {
	if f == nil || (len(f.Stages) == 0 && !f.NoApproval) {
		d := DefaultFlow()
		if f != nil {
			d.ExpireIn, d.OwnersAdd, d.OwnersEdit, d.AllowSelf, d.Fallback = f.ExpireIn, f.OwnersAdd, f.OwnersEdit, f.AllowSelf, f.Fallback
		}
		return d
	}
	return *f
}

// IsDefault reports whether f is the default chain, under which owners may add directly (domain rule 13).
func (f *Flow) IsDefault() bool { return f == nil || (len(f.Stages) == 0 && !f.NoApproval) }

// OpenToOwners reports whether owners may change the flow.
func (f *Flow) OpenToOwners() bool { return f.IsDefault() || f.OwnersEdit }

// Expiry is how long a request of this flow stays pending.
func (f Flow) Expiry() Duration {
	if f.ExpireIn > 0 {
		return f.ExpireIn
	}
	return DefaultExpiry
}

// Need is how many distinct people must approve, given how many may. "all" of none needs one: nobody is never enough.
func (s StageSpec) Need(eligible int) int {
	switch s.Rule {
	case "", "any":
		return 1
	case "all":
		return max(eligible, 1)
	}
	n, err := strconv.Atoi(s.Rule)
	if err != nil || n < 1 {
		return max(eligible, 1)
	}
	return n
}

// Title is the stage's name, made from its approvers when it has none.
func (s StageSpec) Title() string {
	if s.Name != "" {
		return s.Name
	}
	words := map[string]string{ExprManager: "Manager", ExprManager2: "Manager's manager", ExprOwners: "Owners",
		ExprAppOwners: "Owners of the app", ExprAdmins: "Admins"}
	var parts []string
	for _, e := range s.Approvers {
		if w, ok := words[e]; ok {
			parts = append(parts, w)
		} else if _, name, ok := strings.Cut(e, ":"); ok {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, ", ")
}

// CheckExpr validates the form of one approver expression.
func CheckExpr(e string) error {
	switch e {
	case ExprManager, ExprManager2, ExprOwners, ExprAppOwners, ExprAdmins:
		return nil
	}
	kind, name, ok := strings.Cut(e, ":")
	if !ok || name == "" || (kind != "user" && kind != "group" && kind != "role") {
		return fmt.Errorf("%q is not an approver; use manager, manager_of_manager, owners, app_owners, admins, user:LOGIN, group:SLUG or role:SLUG", clip(e))
	}
	return nil
}

// Check validates a flow and reports every fault.
func (f Flow) Check(path string) []Fault {
	var faults []Fault
	exprs := func(at string, list []string) {
		for i, e := range list {
			if err := CheckExpr(e); err != nil {
				faults = append(faults, Fault{fmt.Sprintf("%s[%d]", at, i), err.Error()})
			}
		}
	}
	if len(f.Stages) > 20 {
		return []Fault{{path + ".stages", "has more than 20 stages; nobody waits that long"}}
	}
	if f.NoApproval && len(f.Stages) > 0 {
		faults = append(faults, Fault{path + ".no_approval", "contradicts the stages; keep one of them"})
	}
	exprs(path+".fallback", f.Fallback)
	for i, s := range f.Stages {
		at := fmt.Sprintf("%s.stages[%d]", path, i)
		if len(s.Approvers) == 0 {
			faults = append(faults, Fault{at + ".approvers", "is empty: nobody could decide; name at least one"})
		}
		exprs(at+".approvers", s.Approvers)
		exprs(at+".escalate_to", s.EscalateTo)
		exprs(at+".fallback", s.Fallback)
		if n, err := strconv.Atoi(s.Rule); s.Rule != "" && s.Rule != "any" && s.Rule != "all" && (err != nil || n < 1 || n > 50) {
			faults = append(faults, Fault{at + ".rule", fmt.Sprintf("%q is unknown; use any, all, or a number from 1 to 50", clip(s.Rule))})
		}
		switch s.Timeout {
		case "", "deny", "approve", "fallback":
		default:
			faults = append(faults, Fault{at + ".timeout", fmt.Sprintf("%q is unknown; use deny, approve or fallback", clip(s.Timeout))})
		}
		for sub, d := range map[string]Duration{".remind_after": s.RemindAfter, ".escalate_after": s.EscalateAfter, ".timeout_after": s.TimeoutAfter} {
			if d < 0 {
				faults = append(faults, Fault{at + sub, "is negative"})
			}
		}
		if s.EscalateAfter > 0 && len(s.EscalateTo) == 0 {
			faults = append(faults, Fault{at + ".escalate_to", "is empty; say to whom"})
		}
		if len(s.Name) > MaxName {
			faults = append(faults, Fault{at + ".name", "is too long"})
		}
	}
	return faults
}
