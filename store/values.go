package store

import (
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/sallyport/sallyport"
)

var idEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// NewID makes an id: the prefix, and 26 characters that sort by time of creation (a UUIDv7 of RFC 9562).
func NewID(prefix string) string {
	u := uuid.Must(uuid.NewV7())
	return prefix + "_" + strings.ToLower(idEncoding.EncodeToString(u[:]))
}

// Fold is the form in which names are compared and searched: NFKC and case folding, so that "Ａda" and "ada" are one.
func Fold(s string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimSpace(s)))
}

// like makes a LIKE pattern (with ESCAPE '\') that finds q anywhere.
func like(q string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(Fold(q)) + "%"
}

// Micros is how times are stored: microseconds since 1970, UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// MicrosPtr is Micros of a time that may be absent.
func MicrosPtr(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMicro()
}

// FromMicros is the inverse of Micros.
func FromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

type timeScan struct{ t *time.Time }

func (s timeScan) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("time column holds %T", v)
	}
	*s.t = FromMicros(n)
	return nil
}

type timePtrScan struct{ t **time.Time }

func (s timePtrScan) Scan(v any) error {
	if v == nil {
		*s.t = nil
		return nil
	}
	var t time.Time
	if err := (timeScan{&t}).Scan(v); err != nil {
		return err
	}
	*s.t = &t
	return nil
}

type durationScan struct{ d **sallyport.Duration }

func (s durationScan) Scan(v any) error {
	*s.d = nil
	if n, ok := v.(int64); ok {
		d := sallyport.Duration(time.Duration(n) * time.Microsecond)
		*s.d = &d
	}
	return nil
}

// DurationValue is how a length that may be absent is stored: microseconds.
func DurationValue(d *sallyport.Duration) any {
	if d == nil {
		return nil
	}
	return time.Duration(*d).Microseconds()
}

type jsonScan struct{ v any }

func (s jsonScan) Scan(v any) error {
	var b []byte
	switch v := v.(type) {
	case string:
		b = []byte(v)
	case []byte:
		b = v
	}
	if len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, s.v)
}

// textScan reads a TEXT column that may be NULL; NULL is "".
type textScan struct{ s *string }

func (t textScan) Scan(v any) error {
	var n sql.NullString
	if err := n.Scan(v); err != nil {
		return err
	}
	*t.s = n.String
	return nil
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("store: %T cannot be written as JSON: %v", v, err)) // only our own types come here
	}
	return string(b)
}

// null stores "" as NULL, for foreign keys.
func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// CanonicalParameters returns the canonical JSON text of a grant's parameters: sorted keys, no white space, "{}" for
// none.
func CanonicalParameters(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "{}", nil
	}
	if len(raw) > 4096 {
		return "", sallyport.Invalid("parameters", "is longer than 4096 bytes")
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return "", sallyport.Invalid("parameters", "is not a JSON object")
	}
	if m == nil {
		m = map[string]any{}
	}
	return toJSON(m), nil
}
