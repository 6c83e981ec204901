package sallyport

import (
	"encoding/json"
	"time"
)

// TaskKind is what a task is for.
type TaskKind string

// The kinds of task.
const (
	TaskFulfil   TaskKind = "fulfil"
	TaskRemove   TaskKind = "remove"
	TaskFollowUp TaskKind = "follow_up"
)

// TaskState is where a task stands.
type TaskState string

// The states of a task.
const (
	TaskOpen      TaskState = "open"
	TaskClaimed   TaskState = "claimed"
	TaskDone      TaskState = "done"
	TaskRejected  TaskState = "rejected"
	TaskCancelled TaskState = "cancelled"
)

// Task is a work item for a person.
type Task struct {
	ID           string          `json:"id"`
	Kind         TaskKind        `json:"kind" enum:"fulfil,remove,follow_up"`
	State        TaskState       `json:"state" enum:"open,claimed,done,rejected,cancelled"`
	Resource     ResourceRef     `json:"resource"`
	Beneficiary  UserRef         `json:"beneficiary"`
	Relation     Relation        `json:"relation"`
	Parameters   json.RawMessage `json:"parameters"`
	RequestID    string          `json:"request_id,omitempty"`
	GrantID      string          `json:"grant_id,omitempty"`
	Assignee     Assignee        `json:"assignee"`
	ClaimedBy    *UserRef        `json:"claimed_by,omitempty"`
	ClaimedAt    *time.Time      `json:"claimed_at,omitempty"`
	DueAt        time.Time       `json:"due_at"`
	Instructions string          `json:"instructions,omitempty"`
	Answers      map[string]any  `json:"answers,omitempty" doc:"The request's form answers, for who fulfils it"`
	Evidence     string          `json:"evidence,omitempty"`
	Reason       string          `json:"reason,omitempty" doc:"Why it was rejected or cancelled"`
	CreatedAt    time.Time       `json:"created_at"`
	ClosedAt     *time.Time      `json:"closed_at,omitempty"`
	ClosedBy     *UserRef        `json:"closed_by,omitempty"`
	MayClaim     bool            `json:"may_claim"`
	MayComplete  bool            `json:"may_complete"`
}

// Assignee is who should do a task: a user or a group.
type Assignee struct {
	Kind string `json:"kind" enum:"user,group,owners,admins"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	Slug string `json:"slug,omitempty"`
}
