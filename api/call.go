package api

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"net/http"
	"strings"

	"github.com/sallyport/sallyport"
)

// info is what the layers around a call learn from each other. One goroutine owns it.
type info struct {
	id     string
	route  string // the pattern; "" when nothing matched
	op     *route // nil outside the API
	actor  sallyport.Actor
	failed *Problem
	trial  bool // nothing that it does stays
}

type infoKey struct{}

// call returns the info of the call that ctx belongs to; outside of one it is empty and nobody reads it.
func call(ctx context.Context) *info {
	if c, ok := ctx.Value(infoKey{}).(*info); ok {
		return c
	}
	return &info{}
}

// identify gives the call its id: the caller's X-Request-Id when it is a sane one, else a new one.
func identify(w http.ResponseWriter, r *http.Request) (*http.Request, *info) {
	c := &info{id: r.Header.Get("X-Request-Id")}
	if !saneID(c.id) {
		b := make([]byte, 10)
		_, _ = rand.Read(b)
		c.id = strings.ToLower(base32.HexEncoding.EncodeToString(b))
	}
	w.Header().Set("X-Request-Id", c.id)
	return r.WithContext(context.WithValue(r.Context(), infoKey{}, c)), c
}

func saneID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	return strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}
