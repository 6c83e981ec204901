package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// checkSlice refuses what a list with one order of its own cannot do.
func checkSlice(p Paging) error {
	if p.Limit <= 0 || p.Limit > store.MaxLimit {
		return &sallyport.Error{Code: sallyport.EPrecondition, Rule: "limit",
			Message: fmt.Sprintf("limit is out of range; a page has 1 to %d items", store.MaxLimit), Hint: "Use the cursor to read on."}
	}
	if p.Sort != "" {
		return sallyport.Invalid("query.sort", "this list has one order; leave it out")
	}
	return nil
}

func badCursor(err error) error {
	if err != nil {
		return err
	}
	return sallyport.Invalid("query.cursor", "is not one that this list gave; start again without it")
}

func sealCursor(key []string) string {
	b, _ := json.Marshal(key)
	sum := sha256.Sum256(append([]byte("slice"), b...))
	return base64.RawURLEncoding.EncodeToString(append(sum[:6], b...))
}

func openCursor(text string) ([]string, error) {
	bad := sallyport.Invalid("query.cursor", "is not one that this list gave; start again without it")
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < 8 {
		return nil, bad
	}
	sum := sha256.Sum256(append([]byte("slice"), b[6:]...))
	var key []string
	if !slices.Equal(sum[:6], b[:6]) || json.Unmarshal(b[6:], &key) != nil {
		return nil, bad
	}
	return key, nil
}
