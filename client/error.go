package client

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/sallyport/sallyport"
)

// refusal reads a problem (RFC 9457). Its type says the kind; an answer that is no problem, such as a proxy's, has only
// its status.
func refusal(res *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	var p struct {
		Type      string            `json:"type"`
		Detail    string            `json:"detail"`
		Hint      string            `json:"hint"`
		Rule      string            `json:"rule"`
		Errors    []sallyport.Fault `json:"errors"`
		RequestID string            `json:"request_id"`
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if kind == "application/problem+json" && json.Unmarshal(b, &p) == nil {
		if _, word, ok := strings.Cut(p.Type, "#"); ok {
			e := &sallyport.Error{Code: sallyport.Code(word), Message: p.Detail, Hint: p.Hint, Rule: p.Rule, Fields: p.Errors}
			if e.Code == sallyport.EInternal && p.RequestID != "" {
				e.Hint = strings.TrimSpace(e.Hint + " The request id is " + p.RequestID + ".")
			}
			return e
		}
	}
	e := sallyport.Errorf(byStatus(res.StatusCode), "the server answered %s", res.Status).
		WithHint("Is this the address of Sallyport, and is nothing in between that answers in its place?")
	return e
}

func byStatus(status int) sallyport.Code {
	switch {
	case status == http.StatusUnauthorized:
		return sallyport.EUnauthenticated
	case status == http.StatusForbidden:
		return sallyport.EForbidden
	case status == http.StatusNotFound:
		return sallyport.ENotFound
	case status == http.StatusConflict:
		return sallyport.EConflict
	case status == http.StatusUnprocessableEntity:
		return sallyport.EPrecondition
	case status == http.StatusTooManyRequests:
		return sallyport.ERateLimited
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return sallyport.EUnavailable
	case status >= 500:
		return sallyport.EInternal
	}
	return sallyport.EInvalid
}
