package sallyport

import "time"

// What a batch does to each of its grants.
const (
	BatchRenew  = "renew"
	BatchEnd    = "end"
	BatchReview = "review"
	BatchUndo   = "undo"
)

// Where a batch stands. Refused is an all-or-nothing batch of which a row was refused: nothing was changed.
const (
	BatchWorking = "working"
	BatchDone    = "done"
	BatchRefused = "refused"
)

// What became of a row of a batch. Asked: the actor may not do it, and a request was filed. Untouched: another row of an
// all-or-nothing batch was refused.
const (
	ItemWaiting   = "waiting"
	ItemRenewed   = "renewed"
	ItemEnded     = "ended"
	ItemReviewed  = "reviewed"
	ItemAsked     = "asked"
	ItemUndone    = "undone"
	ItemRefused   = "refused"
	ItemUntouched = "untouched"
)

// MaxBatch is how many grants one batch takes, MaxAtomicBatch how many when it is all or nothing, and MaxTriedBatch how many
// are tried out at once: each of these two takes a writer's turn for as long as it lasts.
const (
	MaxBatch       = 10_000
	MaxAtomicBatch = 1_000
	MaxTriedBatch  = 1_000
)

// MaxRefusals is how many of the rows that would be refused a dry run names.
const MaxRefusals = 100

// Batch is one operation on many grants, which a worker does row by row.
type Batch struct {
	ID         string      `json:"id"`
	Action     string      `json:"action" enum:"renew,end,review,undo"`
	State      string      `json:"state" enum:"working,done,refused" doc:"refused: all or nothing was asked, a row was refused, and nothing was changed"`
	Atomic     bool        `json:"atomic,omitempty" doc:"All or nothing"`
	Reason     string      `json:"reason,omitempty"`
	Duration   *Duration   `json:"duration,omitempty" doc:"For rows without a length of their own"`
	Until      *time.Time  `json:"until,omitempty"`
	CreatedBy  UserRef     `json:"created_by"`
	CreatedAt  time.Time   `json:"created_at"`
	FinishedAt *time.Time  `json:"finished_at,omitempty"`
	Counts     BatchCounts `json:"counts"`
	UndoOf     string      `json:"undo_of,omitempty" doc:"The batch that this one takes back"`
	UndoneBy   string      `json:"undone_by,omitempty" doc:"The batch that takes this one back"`
	MayUndo    bool        `json:"may_undo,omitempty" doc:"The caller may take back what can be taken back"`

	Refusals    []BatchItem `json:"refusals,omitempty" doc:"Of a dry run: the rows that would be refused, and why, in their order; at most 100"`
	RefusalsCut int         `json:"refusals_cut,omitempty" doc:"How many of those are not in the list"`
}

// BatchCounts says how far a batch is and what became of its rows.
type BatchCounts struct {
	Total     int `json:"total"`
	Waiting   int `json:"waiting"`
	Renewed   int `json:"renewed"`
	Ended     int `json:"ended"`
	Reviewed  int `json:"reviewed"`
	Asked     int `json:"asked"`
	Undone    int `json:"undone"`
	Refused   int `json:"refused"`
	Untouched int `json:"untouched"`
}

// Add counts n rows of a state.
func (c *BatchCounts) Add(state string, n int) {
	c.Total += n
	switch state {
	case ItemWaiting:
		c.Waiting += n
	case ItemRenewed:
		c.Renewed += n
	case ItemEnded:
		c.Ended += n
	case ItemReviewed:
		c.Reviewed += n
	case ItemAsked:
		c.Asked += n
	case ItemUndone:
		c.Undone += n
	case ItemRefused:
		c.Refused += n
	case ItemUntouched:
		c.Untouched += n
	}
}

// Undoable reports whether anything of it could be taken back: an ended grant never is.
func (c BatchCounts) Undoable() bool { return c.Renewed+c.Reviewed+c.Asked > 0 }

// BatchItem is one row of a batch and what became of it.
type BatchItem struct {
	Position     int          `json:"position"`
	GrantID      string       `json:"grant_id"`
	Grant        *Grant       `json:"grant,omitempty" doc:"Absent where the caller may not see it"`
	State        string       `json:"state" enum:"waiting,renewed,ended,reviewed,asked,undone,refused,untouched"`
	Duration     *Duration    `json:"duration,omitempty" doc:"What was asked for this row"`
	Until        *time.Time   `json:"until,omitempty"`
	EndsAt       *time.Time   `json:"ends_at,omitempty" doc:"When it ends now"`
	FormerEndsAt *time.Time   `json:"former_ends_at,omitempty"`
	NewGrantID   string       `json:"new_grant_id,omitempty" doc:"The grant that goes on"`
	RequestID    string       `json:"request_id,omitempty" doc:"The request that was filed, or that was there before (rule batch.asked_before)"`
	Rule         string       `json:"rule,omitempty" doc:"What refused it"`
	Detail       string       `json:"detail,omitempty"`
	Hint         string       `json:"hint,omitempty"`
	Limits       *GrantLimits `json:"limits,omitempty" doc:"Where it was too long: the greatest length allowed"`
	DoneAt       *time.Time   `json:"done_at,omitempty"`
}

// BatchRow names a grant for a batch, and how long where that is its own.
type BatchRow struct {
	GrantID  string     `json:"grant_id" maxLength:"64"`
	Duration *Duration  `json:"duration,omitempty" doc:"From now"`
	Until    *time.Time `json:"until,omitempty"`
}

// View is a person's named filters of a page's table.
type View struct {
	ID        string    `json:"id"`
	Page      string    `json:"page" doc:"Which table, e.g. expiring"`
	Name      string    `json:"name"`
	Query     string    `json:"query" doc:"The page's query string, as in its address"`
	CreatedAt time.Time `json:"created_at"`
}
