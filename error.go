package sallyport

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the kind of a failure. There are nine; api/error.go holds the only table from code to HTTP status,
// and package client reads the same table backwards.
type Code string

// The kinds of failure. EPrecondition is "understood, but a rule refuses it" (HTTP 422); EInvalid is "malformed or out
// of range" (400).
const (
	EInvalid         Code = "invalid"
	EUnauthenticated Code = "unauthenticated"
	EForbidden       Code = "forbidden"
	ENotFound        Code = "not_found"
	EConflict        Code = "conflict"
	EPrecondition    Code = "precondition"
	ERateLimited     Code = "rate_limited"
	EUnavailable     Code = "unavailable"
	EInternal        Code = "internal"
)

// Error is what every layer returns to a person. Message says what happened and why, Hint what to do next; both are
// plain sentences that are safe to show. Err is the cause for the log and is never shown.
type Error struct {
	Code    Code
	Message string
	Hint    string
	Rule    string // the rule that refused, e.g. "domain.8", or "constraint." and a key
	Fields  []Fault
	Err     error
}

// Fault names one place in the input and what is wrong with it.
type Fault struct {
	Path    string `json:"location" doc:"Where: a field path, or FILE:LINE"`
	Message string `json:"message" doc:"What is wrong there, and the remedy"`
}

func (e *Error) Error() string {
	s := e.Message
	if s == "" {
		s = string(e.Code)
	}
	if len(e.Fields) > 0 {
		parts := make([]string, 0, len(e.Fields))
		for _, f := range e.Fields {
			parts = append(parts, f.Path+": "+f.Message)
		}
		s += " (" + strings.Join(parts, "; ") + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// WithHint returns e with the hint set.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithRule returns e with the rule set.
func (e *Error) WithRule(rule string) *Error { e.Rule = rule; return e }

// Errorf makes an Error of a kind. A %w verb sets the hidden cause and its text does not become part of the message:
// write the message so that it stands alone and put the cause last, as ": %w".
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	msg, cause := err.Error(), errors.Unwrap(err)
	if cause != nil {
		msg = strings.TrimSuffix(strings.TrimSuffix(msg, cause.Error()), ": ")
	}
	return &Error{Code: code, Message: msg, Err: cause}
}

// Invalid makes an EInvalid error about one field.
func Invalid(path, format string, args ...any) *Error {
	f := Fault{Path: path, Message: fmt.Sprintf(format, args...)}
	return &Error{Code: EInvalid, Message: f.Path + ": " + f.Message, Fields: []Fault{f}}
}

// Faults makes one EInvalid error of many faults, or nil of none.
func Faults(faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	msg := faults[0].Path + ": " + faults[0].Message
	if len(faults) > 1 {
		msg = fmt.Sprintf("%d things are wrong; the first is %s", len(faults), msg)
	}
	return &Error{Code: EInvalid, Message: msg, Fields: faults}
}

// CodeOf returns the kind of err: EInternal for an error of another type, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return EInternal
}
