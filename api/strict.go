package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sallyport/sallyport"
)

// Limits on bodies.
const (
	maxBody    = 1 << 20
	maxBigBody = 16 << 20 // files of people and catalogues
	maxDepth   = 32
)

// tooLarge is 413: malformed by its size.
func tooLarge(limit int64) error {
	return &Problem{Type: "/api/docs#" + string(sallyport.EInvalid), Title: "The body is too large", Status: http.StatusRequestEntityTooLarge,
		Detail: "the body is longer than " + size(limit), Hint: "Send less at once."}
}

func size(n int64) string {
	if n >= 1<<20 {
		return itoa(int(n>>20)) + " MiB"
	}
	return itoa(int(n>>10)) + " KiB"
}

// readBody reads the body of a write whole. Where JSON is expected it is checked before anything looks at it; an empty
// one is an empty object.
func readBody(w http.ResponseWriter, r *http.Request, op *route) ([]byte, error) {
	limit := int64(maxBody)
	if op.Big {
		limit = maxBigBody
	}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, tooLarge(limit)
	}
	if err != nil {
		return nil, sallyport.Errorf(sallyport.EInvalid, "the body broke off: %w", err).WithHint("Send it again.")
	}
	if op.Raw {
		return body, nil
	}
	if len(bytes.TrimSpace(body)) == 0 {
		r.Header.Set("Content-Type", "application/json")
		return []byte("{}"), nil
	}
	t := r.Header.Get("Content-Type")
	kind, params, err := mime.ParseMediaType(t)
	charset := strings.ToLower(params["charset"])
	if t != "" && (err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") || charset != "" && charset != "utf-8") {
		return nil, &Problem{Type: "/api/docs#" + string(sallyport.EInvalid), Title: "The body is of another type", Status: http.StatusUnsupportedMediaType,
			Detail: "this call takes JSON in UTF-8", Hint: "Send Content-Type: application/json."}
	}
	r.Header.Set("Content-Type", "application/json")
	return body, checkJSON(body)
}

// checkJSON refuses what encoding/json lets pass: invalid UTF-8, keys that are there twice, what follows the value, and
// nesting that nobody needs.
func checkJSON(body []byte) error {
	if i := invalidUTF8(body); i >= 0 {
		return sallyport.Invalid("body", "is not valid UTF-8 at byte %d; save it as UTF-8", i)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	type level struct {
		keys map[string]bool // nil in an array
		key  bool            // a key comes next
	}
	var stack []level
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			if len(stack) > 0 {
				return badJSON(body, dec.InputOffset())
			}
			return nil
		}
		if err != nil {
			return badJSON(body, dec.InputOffset())
		}
		if text, ok := t.(string); ok && strings.IndexByte(text, 0) >= 0 {
			return sallyport.Invalid("body", "has a NUL character (U+0000) before byte %d; remove it", dec.InputOffset())
		}
		top := len(stack) - 1
		if d, ok := t.(json.Delim); ok && (d == '}' || d == ']') {
			stack = stack[:top]
		} else {
			if top >= 0 && stack[top].key {
				name, _ := t.(string)
				if stack[top].keys[name] {
					return sallyport.Invalid("body", "has a key twice at byte %d; keep one of them", dec.InputOffset())
				}
				stack[top].keys[name], stack[top].key = true, false
				continue
			}
			if ok {
				if len(stack) == maxDepth {
					return sallyport.Invalid("body", "is nested deeper than %d levels", maxDepth)
				}
				l := level{}
				if d == '{' {
					l = level{keys: map[string]bool{}, key: true}
				}
				stack = append(stack, l)
				continue
			}
		}
		if len(stack) == 0 {
			if rest := bytes.TrimSpace(body[dec.InputOffset():]); len(rest) > 0 {
				return sallyport.Invalid("body", "has something after the JSON value, at byte %d; send one value", dec.InputOffset())
			}
			return nil
		}
		stack[len(stack)-1].key = stack[len(stack)-1].keys != nil
	}
}

// checkAddress refuses paths and queries that no text can be: the database takes neither invalid UTF-8 nor NUL.
func checkAddress(u *url.URL) error {
	bad := func(s string) bool { return !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 }
	if bad(u.Path) {
		return sallyport.Invalid("path", "is not valid UTF-8 or has a NUL character; correct it")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return sallyport.Invalid("query", "cannot be read; escape its values as in a URL")
	}
	for name, values := range query {
		if bad(name) || slices.ContainsFunc(values, bad) {
			return sallyport.Invalid("query", "is not valid UTF-8 or has a NUL character; correct it")
		}
		if len(values) > 1 {
			return sallyport.Invalid("query."+clip(name), "is there twice; keep one of them")
		}
	}
	return nil
}

func badJSON(body []byte, offset int64) error {
	line := 1 + bytes.Count(body[:min(offset, int64(len(body)))], []byte("\n"))
	return sallyport.Invalid("body", "is not JSON: it cannot be read past byte %d (line %d)", offset, line)
}

func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
