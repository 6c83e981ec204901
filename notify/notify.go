package notify

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
)

// Message is what somebody is told.
type Message struct {
	ID      string // the same in each attempt at the same message
	Title   string // one line
	Body    string // paragraphs between empty lines; no HTML. Markdown's **bold**, `code` and lists are left as they are
	Facts   []Fact
	Actions []Action
}

// Fact is one line of a table. A fact with At is a moment: the notifier writes it in the recipient's time zone, after
// Value when there is one. One with Link leads to another page than the message; notifiers get an action in its place.
type Fact struct {
	Name  string     `json:"name"`
	Value string     `json:"value,omitempty"`
	At    *time.Time `json:"at,omitempty"`
	Link  string     `json:"link,omitempty" doc:"A path of the page"`
}

// Style tells how an action looks.
type Style string

// The styles.
const (
	Plain   Style = ""
	Primary Style = "primary"
	Danger  Style = "danger"
)

// Action is something to press. URL opens a page; Token is for notifiers that hear back, and means what the core made it
// mean. A notifier shows the actions that it can do.
type Action struct {
	Label string
	URL   string
	Style Style
	Token string
}

// Recipient is to whom.
type Recipient struct {
	Name     string
	Email    string
	TimeZone string // IANA name; empty or unknown means UTC
}

// Notifier delivers messages. Safe for concurrent use.
type Notifier interface {
	// Send delivers, and returns when the message is out of our hands. An empty ref posts anew; a ref from an earlier Send
	// edits that message, or follows up on it where the channel cannot edit. Errors are of type *Error; any other error
	// counts as temporary.
	Send(ctx context.Context, to Recipient, m Message, ref string) (newRef string, err error)
	// Check reports whether messages could be sent now, without sending one.
	Check(ctx context.Context) error
}

// When writes a moment in the recipient's time zone, e.g. "Mon 2 March 2026, 10:00 CET".
func (r Recipient) When(at time.Time) string { return sallyport.Moment(at, r.TimeZone) }

// Text is the value of a fact for a recipient.
func (f Fact) Text(to Recipient) string {
	switch {
	case f.At == nil:
		return f.Value
	case f.Value == "":
		return to.When(*f.At)
	}
	return f.Value + " " + to.When(*f.At)
}
