package api

import (
	"strconv"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func itoa(n int) string { return strconv.Itoa(n) }

func clip(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

// Paging are the query parameters of every list.
type Paging struct {
	Limit  int    `query:"limit" default:"100" doc:"How many items, 1 to 200"`
	Cursor string `query:"cursor" maxLength:"4096" doc:"next_cursor of the page before"`
	Sort   string `query:"sort" maxLength:"64" doc:"A field; with - before it the other way round"`
	Total  bool   `query:"total" doc:"Count all that match"`
}

func (p Paging) page() store.Page {
	if p.Limit == 0 { // which the store takes as its default
		p.Limit = -1
	}
	return store.Page{Limit: p.Limit, Cursor: p.Cursor, Sort: p.Sort, Total: p.Total}
}

// one is an answer that is one thing. ETag is its version where it has one.
type one[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

func body[T any](v T) *one[T] { return &one[T]{Body: v} }

func versioned[T any](v T, version int) *one[T] {
	return &one[T]{ETag: etag(version), Body: v}
}

type list[T any] struct {
	Body store.List[T]
}

// whole makes a list of what is not paged.
func whole[T any](items []T) *list[T] {
	if items == nil {
		items = []T{}
	}
	return &list[T]{Body: store.List[T]{Items: items}}
}

// nothing is an answer without a body.
type nothing struct{}

func etag(version int) string { return `"` + itoa(version) + `"` }

// ifMatch reads If-Match: 0 when it asks for nothing, else the version that the caller saw. Several versions in it are
// as good as the one that fits; the use-case compares with one, so only one is taken.
func ifMatch(h string) (int, error) {
	h = strings.TrimSpace(h)
	if h == "" || h == "*" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.Trim(strings.TrimPrefix(h, "W/"), `"`))
	if err != nil || n < 1 {
		return 0, sallyport.Invalid("header.If-Match", "is not an ETag of this server; send the one you were given")
	}
	return n, nil
}

// removeInput is the input of calls that remove one thing for good.
type removeInput struct {
	ByID
	Reason string `query:"reason" maxLength:"2000" doc:"Why; kept with the event in the audit log"`
}

// ByID is the input of calls on one thing.
type ByID struct {
	ID string `path:"id" maxLength:"256" doc:"Id, or slug, login, name where it has one"`
}
