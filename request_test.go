package sallyport

import (
	"reflect"
	"testing"
	"time"
)

func vote(by, behalf string) Vote {
	v := Vote{By: UserRef{ID: by}, Vote: VoteApprove}
	if behalf != "" {
		v.OnBehalfOf = &UserRef{ID: behalf}
	}
	return v
}

func TestApprovalsCountDistinctPeople(t *testing.T) {
	for name, c := range map[string]struct {
		votes []Vote
		want  int
	}{
		"none":                        {nil, 0},
		"two people":                  {[]Vote{vote("a", ""), vote("b", "")}, 2},
		"own and in another's place":  {[]Vote{vote("a", ""), vote("a", "b")}, 1},
		"the delegator votes as well": {[]Vote{vote("a", "b"), vote("b", "")}, 1},
		"a denial does not count":     {[]Vote{{By: UserRef{ID: "a"}, Vote: VoteDeny}}, 0},
		"delegate and a third person": {[]Vote{vote("a", "b"), vote("c", "")}, 2},
	} {
		if got := Approvals(c.votes); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestStageApproved(t *testing.T) {
	all := StageSpec{Rule: "all"}
	if all.Approved(nil, nil) {
		t.Error("all of nobody is enough")
	}
	if all.Approved([]string{"a", "b"}, []Vote{vote("a", "")}) {
		t.Error("one of two is all")
	}
	if !all.Approved([]string{"a"}, []Vote{vote("a", ""), vote("gone", "")}) {
		t.Error("one who lost the right is waited for")
	}
	if (StageSpec{Rule: "2"}).Approved([]string{"a", "b"}, []Vote{vote("a", ""), vote("a", "b")}) {
		t.Error("one person is two")
	}
	if !(StageSpec{}).Approved([]string{"a", "b"}, []Vote{vote("a", "")}) {
		t.Error("any is not one")
	}
}

func TestFlowCheckReportsEveryFault(t *testing.T) {
	f := Flow{Stages: []StageSpec{{Approvers: nil, Rule: "0"}, {Approvers: []string{"boss", "group:"}, Timeout: "shrug", EscalateAfter: Day}}}
	if got := f.Check("flow"); len(got) != 6 {
		t.Errorf("%d faults: %v", len(got), got)
	}
	if !(&Flow{}).IsDefault() || FlowOf(&Flow{}).Stages[0].Approvers[0] != ExprOwners {
		t.Error("an empty flow is not the default chain")
	}
}

func TestGrantStates(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	before, after := now.Add(-time.Hour), now.Add(time.Hour)
	adding, removing := &Provisioning{State: ProvisionAdding}, &Provisioning{State: ProvisionRemoving}
	for name, c := range map[string]struct {
		g     Grant
		p     *Provisioning
		want  GrantState
		holds bool
	}{
		"scheduled":                         {Grant{StartsAt: after, NoEnd: true}, nil, GrantScheduled, false},
		"granting has no end yet":           {Grant{StartsAt: before}, adding, GrantGranting, false},
		"failing":                           {Grant{StartsAt: before}, &Provisioning{State: ProvisionAdding, FailingAt: &before}, GrantFailing, false},
		"active":                            {Grant{StartsAt: before, ActivatedAt: &before, EndsAt: &after}, nil, GrantActive, true},
		"active, no end":                    {Grant{StartsAt: before, ActivatedAt: &before, NoEnd: true}, nil, GrantActive, true},
		"a missing end never means endless": {Grant{StartsAt: before, ActivatedAt: &before}, nil, GrantActive, false},
		"ends now":                          {Grant{StartsAt: before, ActivatedAt: &before, EndsAt: &now}, removing, GrantRevoking, false},
		"ended":                             {Grant{StartsAt: before, ActivatedAt: &before, EndsAt: &after, EndedAt: &now}, nil, GrantEnded, false},
	} {
		if got := c.g.StateAt(now, c.p); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := c.g.Holds(now); got != c.holds {
			t.Errorf("%s: holds %v", name, got)
		}
	}
}

func TestConstraintsCombineToTheStrictest(t *testing.T) {
	a, b := Constraints{MemberTimeLimit: 7 * Day, RequireMemberReason: true}, Constraints{MemberTimeLimit: 3 * Day, OwnerTimeLimit: Day}
	want := Constraints{MemberTimeLimit: 3 * Day, OwnerTimeLimit: Day, RequireMemberReason: true}
	if !reflect.DeepEqual(a.Combine(b), want) || !reflect.DeepEqual(b.Combine(a), want) || !reflect.DeepEqual(want.Combine(Constraints{}), want) {
		t.Errorf("%+v, %+v", a.Combine(b), b.Combine(a))
	}
}
