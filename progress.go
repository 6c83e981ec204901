package sallyport

import "time"

// Progress says how far a target is with what one resource needs in one direction: for all its people, or for those of a
// role. It is counted when it is asked for and kept nowhere. People who are failing are among none of the other counts.
type Progress struct {
	Resource  ResourceRef      `json:"resource"`
	Role      *ResourceRef     `json:"role,omitempty" doc:"Set: only the people who have it by this role"`
	Direction ProvisionState   `json:"direction" enum:"adding,removing"`
	Total     int              `json:"total" doc:"People who should have it; for removing those it is being taken from, and has been since this began"`
	Done      int              `json:"done" doc:"Read back from the target: in place, or gone"`
	InHand    int              `json:"in_hand" doc:"Being changed at this moment"`
	Waiting   int              `json:"waiting" doc:"Waiting for their turn, such as for the connection's changes a minute"`
	ByHand    int              `json:"by_hand" doc:"Waiting for somebody to do their task"`
	Failing   int              `json:"failing" doc:"Failed at least once, and tried again"`
	Since     *time.Time       `json:"since,omitempty" doc:"When the oldest of what is left was wanted"`
	Rate      int              `json:"changes_per_minute,omitempty" doc:"That the connection takes; absent: as many as there are"`
	DoneAbout *time.Time       `json:"done_about,omitempty" doc:"When what waits is done at that rate, with everything else that waits for the connection"`
	PausedAt  *time.Time       `json:"paused_at,omitempty" doc:"Set: nothing is written to the connection since then"`
	HeldUntil *time.Time       `json:"held_until,omitempty" doc:"The target asked to be left alone until then"`
	Reasons   []ProgressReason `json:"reasons,omitempty" doc:"Why they fail, the most frequent first"`
	MayRetry  bool             `json:"may_retry,omitempty" doc:"The caller may have what fails tried again now"`
}

// ProgressReason is one reason for failing and how many it concerns.
type ProgressReason struct {
	Words string `json:"words"`
	Count int    `json:"count"`
}

// Left is how many are still to come, failing ones among them.
func (p Progress) Left() int { return p.Total - p.Done }

// PendingPerson is somebody whom a target does not have yet, or still has.
type PendingPerson struct {
	User         UserRef      `json:"user"`
	Resource     ResourceRef  `json:"resource"`
	Provisioning Provisioning `json:"provisioning"`
	State        string       `json:"state" enum:"in_hand,waiting,by_hand,failing"`
	TaskID       string       `json:"task_id,omitempty" doc:"Of who does it by hand, where there is one"`
}

// Retry asks that what failed is tried again now.
type Retry struct {
	Role string `json:"role,omitempty" doc:"Only of people who have it by this role"`
	User string `json:"user,omitempty" doc:"Only of this person"`
}

// Retried is how many are tried again.
type Retried struct {
	Tried int `json:"tried"`
}
