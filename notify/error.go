package notify

import "errors"

// Error says why a message was not delivered. Message and Hint are for people and carry no secret.
type Error struct {
	Permanent bool   // the same message to the same recipient will be refused again
	Message   string // what happened and why
	Hint      string // what to do next; may be empty
	Err       error  // the cause; may be nil
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Err }

// IsPermanent reports whether trying again is useless. What is not known is worth another try.
func IsPermanent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Permanent
}
