package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is how many objects and arrays may lie in one another, the outermost included.
const maxDepth = 32

// maxSafeInteger is the greatest whole number that every JSON reader keeps exactly (2^53 - 1).
const maxSafeInteger = 1<<53 - 1

// timeLayout is the only way a time is written: UTC, always six decimals.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// appendCanonical writes v in the form of RFC 8785. Text that is no valid UTF-8 is written with U+FFFD in its place.
func appendCanonical(b []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendString(b, v), nil
	case int:
		return appendInteger(b, int64(v))
	case int32:
		return appendInteger(b, int64(v))
	case int64:
		return appendInteger(b, v)
	case float64:
		return appendFloat(b, v)
	case json.Number:
		return appendNumber(b, v)
	case []any:
		return appendArray(b, v, depth)
	case []string:
		return appendArray(b, v, depth)
	case map[string]any:
		return appendObject(b, v, depth)
	case map[string]string:
		return appendObject(b, v, depth)
	}
	plain, err := plainJSON(v)
	if err != nil {
		return nil, err
	}
	return appendCanonical(b, plain, depth)
}

// plainJSON turns any other Go value into maps, slices, strings and numbers, by way of its own JSON form.
func plainJSON(v any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("a value of type %T has no JSON form: %w", v, err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var plain any
	if err := dec.Decode(&plain); err != nil {
		return nil, fmt.Errorf("a value of type %T has no readable JSON form: %w", v, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("a value of type %T has more than one JSON form", v)
	}
	return plain, nil
}

var errDeep = fmt.Errorf("objects and arrays lie more than %d deep", maxDepth)

func appendArray[E any](b []byte, list []E, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, errDeep
	}
	b = append(b, '[')
	for i, e := range list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendCanonical(b, e, depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendObject[E any](b []byte, m map[string]E, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, errDeep
	}
	type member struct{ written, key string }
	members := make([]member, 0, len(m))
	for key := range m {
		members = append(members, member{validText(key), key})
	}
	slices.SortFunc(members, func(a, b member) int { return compareUTF16(a.written, b.written) })
	b = append(b, '{')
	for i, mem := range members {
		if i > 0 {
			if mem.written == members[i-1].written {
				return nil, fmt.Errorf("two keys are both written as %q", mem.written)
			}
			b = append(b, ',')
		}
		b = append(appendString(b, mem.written), ':')
		var err error
		if b, err = appendCanonical(b, m[mem.key], depth+1); err != nil {
			return nil, fmt.Errorf("%s: %w", mem.written, err)
		}
	}
	return append(b, '}'), nil
}

func appendInteger(b []byte, n int64) ([]byte, error) {
	if n > maxSafeInteger || n < -maxSafeInteger {
		return nil, fmt.Errorf("the whole number %d is beyond what JSON keeps exactly (2^53): write it as text", n)
	}
	return strconv.AppendInt(b, n, 10), nil
}

// appendFloat writes a number as ECMAScript does, which RFC 8785 asks for.
func appendFloat(b []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errors.New("NaN and infinity have no JSON form")
	}
	if f == 0 {
		return append(b, '0'), nil
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64), nil
	}
	text := strconv.FormatFloat(f, 'e', -1, 64)
	return append(b, strings.Replace(text, "e-0", "e-", 1)...), nil
}

func appendNumber(b []byte, n json.Number) ([]byte, error) {
	if i, err := n.Int64(); err == nil {
		return appendInteger(b, i)
	}
	f, err := n.Float64()
	if err != nil {
		return nil, fmt.Errorf("%q is no number", n.String())
	}
	if !strings.ContainsAny(n.String(), ".eE") {
		return nil, fmt.Errorf("the whole number %s is beyond what JSON keeps exactly (2^53): write it as text", n)
	}
	return appendFloat(b, f)
}

const hexDigits = "0123456789abcdef"

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	s = validText(s)
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		if short := shortEscape(c); short != 0 {
			b = append(b, '\\', short)
		} else {
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, s[start:]...), '"')
}

// shortEscape is the letter after the backslash for the characters that have one, or zero.
func shortEscape(c byte) byte {
	switch c {
	case '"', '\\':
		return c
	case '\b':
		return 'b'
	case '\t':
		return 't'
	case '\n':
		return 'n'
	case '\f':
		return 'f'
	case '\r':
		return 'r'
	}
	return 0
}

func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// compareUTF16 orders two valid strings by their UTF-16 code units, as RFC 8785 sorts keys. It differs from the order
// of bytes only where a character above U+FFFF meets one of U+E000 to U+FFFF.
func compareUTF16(a, b string) int {
	for len(a) > 0 && len(b) > 0 {
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		if ra != rb {
			if (ra > 0xFFFF) != (rb > 0xFFFF) {
				ra, rb = firstUnit(ra), firstUnit(rb)
			}
			if ra < rb {
				return -1
			}
			return 1
		}
		a, b = a[na:], b[nb:]
	}
	return len(a) - len(b)
}

func firstUnit(r rune) rune {
	if r > 0xFFFF {
		return 0xD800 + (r-0x10000)>>10
	}
	return r
}
