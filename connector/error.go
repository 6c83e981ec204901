package connector

import (
	"errors"
	"time"
)

// Class tells the worker what to do after an error.
type Class string

const (
	// Retry means that the same call may work later: unreachable, busy, too slow, cut off.
	Retry Class = "retry"
	// Refused means that the target will refuse the same call again: a person has to change something.
	Refused Class = "refused"
	// NotFound means that the account or the resource does not exist in the target.
	NotFound Class = "not_found"
	// Auth means that the target does not accept the credentials of the connection.
	Auth Class = "auth"
	// Config means that a setting of the connection, or of the server, is wrong.
	Config Class = "config"
)

// Error is an error with a class. Message and Hint are for people: they carry no secret.
type Error struct {
	Class      Class
	Op         string        // what was being done, such as "add member"
	Message    string        // what happened and why
	Hint       string        // what to do next; may be empty
	RetryAfter time.Duration // the target's own wish; zero when it has none
	Err        error         // the cause; may be nil
}

// Error gives operation and message; the cause is reached with errors.Is and errors.As.
func (e *Error) Error() string {
	if e.Op == "" {
		return e.Message
	}
	return e.Op + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf gives the class of an error, empty for nil. What is not known means Retry: giving up on a
// change because of an error nobody understands would leave access behind.
func ClassOf(err error) Class {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Class != "" {
		return e.Class
	}
	return Retry
}

// RetryAfter gives how long the target asked to be left alone, zero when it did not ask.
func RetryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RetryAfter
	}
	return 0
}

// HintOf gives what to do about an error, empty when the error does not say.
func HintOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Hint
	}
	return ""
}
