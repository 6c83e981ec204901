package sallyport

import (
	"encoding/json"
	"time"
)

// RequestState is where a request stands. What follows an approval is told by its grant or its fulfilment.
type RequestState string

// The states of a request; only pending ones can change.
const (
	RequestPending    RequestState = "pending"
	RequestApproved   RequestState = "approved"
	RequestDenied     RequestState = "denied"
	RequestCancelled  RequestState = "cancelled"
	RequestExpired    RequestState = "expired"
	RequestSuperseded RequestState = "superseded"
	RequestFailed     RequestState = "failed"
)

// RequestKind is what is asked for. All kinds are one type with one life.
type RequestKind string

// The kinds of request.
const (
	RequestAccess     RequestKind = "access"
	RequestExtend     RequestKind = "extend"
	RequestRoleAccess RequestKind = "role_access"
	RequestCreate     RequestKind = "create"
	RequestWorkOrder  RequestKind = "work_order"
)

// Request asks that a beneficiary gets a relation to a resource.
type Request struct {
	ID           string          `json:"id"`
	Kind         RequestKind     `json:"kind"`
	State        RequestState    `json:"state" enum:"pending,approved,denied,cancelled,expired,superseded,failed"`
	Version      int             `json:"version" doc:"Changes when what is asked or the stage changes; send it with a vote"`
	Resource     ResourceRef     `json:"resource"`
	Relation     Relation        `json:"relation" enum:"member,owner"`
	Requester    UserRef         `json:"requester"`
	Beneficiary  Subject         `json:"beneficiary"`
	Parameters   json.RawMessage `json:"parameters"`
	Duration     *Duration       `json:"duration,omitempty"`
	Until        *time.Time      `json:"until,omitempty"`
	NoEnd        bool            `json:"no_end,omitempty"`
	StartsAt     *time.Time      `json:"starts_at,omitempty"`
	Reason       string          `json:"reason,omitempty"`
	Answers      map[string]any  `json:"answers,omitempty"`
	Redacted     []string        `json:"redacted,omitempty" doc:"Names of sensitive answers that the caller may not read"`
	Form         *Form           `json:"form,omitempty" doc:"The form as it was when asked"`
	Stages       []Stage         `json:"stages"`
	WaitingFor   []UserRef       `json:"waiting_for,omitempty"`
	WaitingSince *time.Time      `json:"waiting_since,omitempty"`
	Next         string          `json:"next,omitempty" doc:"What happens next, in words"`
	GrantID      string          `json:"grant_id,omitempty"`
	Grant        *Grant          `json:"grant,omitempty"`
	Extends      string          `json:"extends,omitempty" doc:"The grant that an extension is for"`
	TaskIDs      []string        `json:"task_ids,omitempty"`
	Fulfilment   *WorkState      `json:"fulfilment,omitempty" doc:"Of a work order"`
	Snapshot     json.RawMessage `json:"snapshot"`
	BatchID      string          `json:"batch_id,omitempty"`
	Cause        string          `json:"cause,omitempty" doc:"Why it was closed"`
	SupersededBy string          `json:"superseded_by,omitempty"`
	DecidedAt    *time.Time      `json:"decided_at,omitempty"`
	DecidedBy    *UserRef        `json:"decided_by,omitempty"`
	ExpiresAt    time.Time       `json:"expires_at"`
	CreatedAt    time.Time       `json:"created_at"`
	UpdatedAt    time.Time       `json:"updated_at"`
	Hints        *Hints          `json:"hints,omitempty" doc:"In lists, when they are asked for"`
	Create       *Creation       `json:"create,omitempty" doc:"Of kind create: what is to be made. Until it is, resource is the app that it is for, or Sallyport; then it is what was made"`
	MayVote      bool            `json:"may_vote" doc:"The caller may approve or deny now"`
	MayCancel    bool            `json:"may_cancel"`
	Flow         Flow            `json:"-"`
	Position     int             `json:"-"`
}

// Key is what the request is about.
func (r Request) Key() Key {
	return Key{Subject: r.Beneficiary.Kind, SubjectID: r.Beneficiary.ID, ResourceID: r.Resource.ID, Relation: r.Relation, Parameters: string(r.Parameters)}
}

// Asked reports whether a person was asked to decide in any stage that has started.
func (r Request) Asked(userID string) bool {
	for _, st := range r.Stages {
		for _, a := range st.Approvers {
			if a.ID == userID {
				return true
			}
		}
	}
	return false
}

// Open returns the stage that is being decided, or nil.
func (r Request) Open() *Stage {
	for i := range r.Stages {
		if r.Stages[i].State == StageOpen {
			return &r.Stages[i]
		}
	}
	return nil
}

// Hints is the short form of Insight that lists carry: of people's requests only.
type Hints struct {
	Basis        string `json:"basis" enum:"manager,department,none" doc:"Who counts as near: people with the same manager, else of the same department"`
	Have         int    `json:"have" doc:"How many of those near have the same now"`
	Of           int    `json:"of" doc:"How many are near"`
	TitleHave    int    `json:"title_have" doc:"How many people with the beneficiary's title have the same now"`
	TitleOf      int    `json:"title_of" doc:"How many others have that title; 0 where the beneficiary has none"`
	HadBefore    int    `json:"had_before" doc:"How often the beneficiary was given it so far, or a role with it"`
	DeniedBefore int    `json:"denied_before" doc:"How often it was denied to the beneficiary"`
	InApp        int    `json:"in_app" doc:"How much else of the same app the beneficiary holds, directly or by role"`
}

// Insight helps an approver to decide.
type Insight struct {
	History   []Grant   `json:"history" doc:"What the beneficiary had of this resource before, newest first"`
	Requests  []Request `json:"requests" doc:"Earlier requests for it, newest first"`
	Peers     Peers     `json:"peers"`
	Holds     []Access  `json:"holds" doc:"What the beneficiary holds now in the same app"`
	HoldsAll  int       `json:"holds_total" doc:"How much the beneficiary holds in all"`
	Gives     []Gift    `json:"gives,omitempty" doc:"What a role gives whoever becomes a member of it"`
	HadBefore int       `json:"had_before" doc:"How often the beneficiary was given it so far, or a role with it"`
}

// Gift is what the members of a role have by it.
type Gift struct {
	Resource ResourceRef `json:"resource"`
	Relation Relation    `json:"relation" enum:"member,owner"`
}

// Peers says who near the beneficiary has the same: people with the same manager, else of the same department.
type Peers struct {
	Basis     string     `json:"basis" doc:"manager, department or none"`
	Have      int        `json:"have"`
	Of        int        `json:"of"`
	TitleHave int        `json:"title_have" doc:"How many people with the beneficiary's title have it"`
	TitleOf   int        `json:"title_of" doc:"How many others have that title; 0 where the beneficiary has none"`
	People    []UserRef  `json:"people" doc:"Up to ten of those who have it"`
	Roles     []PeerRole `json:"roles" doc:"By which roles they have it, most people first; without those that the beneficiary is in"`
}

// WorkState is what became of a work order.
type WorkState struct {
	State string     `json:"state" enum:"open,done,rejected"`
	At    *time.Time `json:"at,omitempty"`
}

// StageState is where a stage stands.
type StageState string

// The states of a stage.
const (
	StageWaiting  StageState = "waiting"
	StageOpen     StageState = "open"
	StageApproved StageState = "approved"
	StageDenied   StageState = "denied"
	StageClosed   StageState = "closed"
)

// Stage is one stage of one request.
type Stage struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Position  int        `json:"position"`
	State     StageState `json:"state" enum:"waiting,open,approved,denied,closed"`
	Rule      string     `json:"rule"`
	Need      int        `json:"need" doc:"How many distinct approvals close it"`
	Approvers []Approver `json:"approvers" doc:"Who was asked when the stage started; before that, who would be"`
	Fallback  string     `json:"fallback,omitempty" doc:"fallback or admins, when the configured approvers were too few"`
	Votes     []Vote     `json:"votes"`
	StartedAt *time.Time `json:"started_at,omitempty"`
	ClosedAt  *time.Time `json:"closed_at,omitempty"`
	DueAt     *time.Time `json:"due_at,omitempty" doc:"When it times out"`
	Escalated bool       `json:"escalated,omitempty"`
	Outcome   string     `json:"outcome,omitempty"`
	Spec      StageSpec  `json:"-"`
}

// Approver is one person asked, and by which expression.
type Approver struct {
	ID    string `json:"id"`
	Login string `json:"login"`
	Name  string `json:"name"`
	Via   string `json:"via,omitempty"`
}

// Vote is one approver's answer, on the snapshot that was shown.
type Vote struct {
	ID         string    `json:"id"`
	By         UserRef   `json:"by"`
	OnBehalfOf *UserRef  `json:"on_behalf_of,omitempty"`
	Vote       string    `json:"vote" enum:"approve,deny"`
	Comment    string    `json:"comment,omitempty"`
	Duration   *Duration `json:"duration,omitempty" doc:"Set when approved for shorter"`
	At         time.Time `json:"at"`
	Accept     bool      `json:"-"` // of the one that is being given: that it shortens many grants
}

// Votes.
const (
	VoteApprove = "approve"
	VoteDeny    = "deny"
)

// Approvals counts distinct people who approved. A delegate and the person in whose place they voted are one
// (domain rule 8): every vote stands for the actor and for whom it was given, and votes that share either are one.
func Approvals(votes []Vote) int {
	group := map[string]int{}
	n := 0
	for _, v := range votes {
		if v.Vote != VoteApprove {
			continue
		}
		ids := []string{v.By.ID}
		if v.OnBehalfOf != nil {
			ids = append(ids, v.OnBehalfOf.ID)
		}
		seen := false
		for _, id := range ids {
			if _, ok := group[id]; ok {
				seen = true
			}
		}
		if !seen {
			n++
		}
		for _, id := range ids {
			group[id] = n
		}
	}
	return n
}

// Approved reports whether the votes close a stage whose eligible people are these. Under "all", each of them must have
// approved, in person or through a delegate; a person who lost the right since is not waited for.
func (s StageSpec) Approved(eligible []string, votes []Vote) bool {
	if s.Rule != "all" {
		return Approvals(votes) >= s.Need(len(eligible))
	}
	done := map[string]bool{}
	for _, v := range votes {
		if v.Vote == VoteApprove {
			done[v.By.ID] = true
			if v.OnBehalfOf != nil {
				done[v.OnBehalfOf.ID] = true
			}
		}
	}
	for _, id := range eligible {
		if !done[id] {
			return false
		}
	}
	return len(done) > 0
}

// Key identifies what a request or grant is about within its tenant.
type Key struct {
	Subject    SubjectKind
	SubjectID  string
	ResourceID string
	Relation   Relation
	Parameters string
}

// Ask is what a person submits. One of Duration, Until and NoEnd says how long; none of them means the resource's
// default, or is refused where it has none.
type Ask struct {
	Resource    string          `json:"resource,omitempty" doc:"Id or slug; what is to be made has none"`
	Relation    Relation        `json:"relation,omitempty" enum:"member,owner" doc:"Default member"`
	Beneficiary string          `json:"beneficiary,omitempty" doc:"Default me; user:LOGIN or role:SLUG, a bare value is a user"`
	Duration    *Duration       `json:"duration,omitempty" doc:"ISO 8601, e.g. P7D"`
	Until       *time.Time      `json:"until,omitempty"`
	NoEnd       bool            `json:"no_end,omitempty"`
	StartsAt    *time.Time      `json:"starts_at,omitempty"`
	Reason      string          `json:"reason,omitempty"`
	Answers     map[string]any  `json:"answers,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Kind        RequestKind     `json:"kind,omitempty" enum:"access,extend,role_access,create,work_order"`
	Create      *NewThing       `json:"create,omitempty" doc:"A new app, entitlement, group or role, in place of a resource"`
}

// Preview is what would happen if an ask were submitted.
type Preview struct {
	Stages   []Stage       `json:"stages"`
	Limits   []Limit       `json:"limits"`
	Current  []Access      `json:"current" doc:"What the beneficiary holds of it now, and how"`
	Pending  *Request      `json:"pending,omitempty" doc:"A request for the same that is open"`
	EndsAt   *time.Time    `json:"ends_at,omitempty" doc:"When it would end if it started now"`
	Form     Form          `json:"form"`
	Duration Durations     `json:"durations"`
	Problems []Fault       `json:"problems" doc:"What would be refused, and why"`
	Fulfil   string        `json:"fulfilment" doc:"How it becomes real, in words"`
	Typical  *Duration     `json:"typical_decision,omitempty" doc:"Median time to a decision over the last 90 days"`
	Resource ResourceRef   `json:"resource"`
	Effects  []ResourceRef `json:"effects,omitempty" doc:"What a role gives"`
	Peers    Peers         `json:"peers" doc:"Who near the beneficiary has it, and by which way"`
}

// PeerRole is a role by which peers have something.
type PeerRole struct {
	Role   ResourceRef `json:"role"`
	People int         `json:"people"`
}

// Limit is one constraint and where it comes from.
type Limit struct {
	Key         string    `json:"key"`
	Value       any       `json:"value"`
	From        string    `json:"from" doc:"The resource's durations, a tag on it, or a tag on its app"`
	Words       string    `json:"words"`
	Relation    Relation  `json:"relation,omitempty" enum:"member,owner" doc:"Whom it concerns; absent: both"`
	Longest     *Duration `json:"longest,omitempty" doc:"The greatest length that a tag allows"`
	MustEnd     bool      `json:"must_end,omitempty" doc:"A tag demands an end"`
	NeedsReason bool      `json:"needs_reason,omitempty" doc:"A tag demands a reason"`
}

// Ballot is a vote as submitted.
type Ballot struct {
	Vote     string    `json:"vote" enum:"approve,deny"`
	Comment  string    `json:"comment,omitempty"`
	Version  int       `json:"version,omitempty" doc:"The request's version that was shown"`
	Duration *Duration `json:"duration,omitempty" doc:"Approve for shorter"`
	Accept   bool      `json:"accept,omitempty" doc:"For a role: also when a tag shortens many of its memberships by it; by an admin who saw how many"`
	Edited   *NewThing `json:"edited,omitempty" doc:"Approve a request of kind create as edited: the whole form. Kind and app stay; what goes beyond what was asked needs the right to add it oneself"`
}
