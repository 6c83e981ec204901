package audit

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// SchemaVersion is the number that Encode writes for leaves of this form.
const SchemaVersion = 1

const (
	// MaxLeaf is the greatest length in bytes of an encoded leaf.
	MaxLeaf = 1 << 20
	// MaxID is the greatest length in bytes of each id and word of a leaf (Body, Values and Refs apart); longer ones are
	// cut there, so that an event is never refused for it.
	MaxID = 4096
	// MaxValues is how many bytes of values one event may have in sum so that it always fits a line of an export.
	MaxValues = 256 << 10
)

// Leaf is what the log keeps of one event for ever: ids, words, numbers, and salted hashes of whatever could be personal
// or sensitive. The values behind the hashes lie elsewhere and can be erased; the log then still verifies.
type Leaf struct {
	Schema    int    // below 1 is written as SchemaVersion
	Tenant    string // must be the tenant of the log's origin
	ID        string // the event's id
	Verb      string // what happened: "request.approved"
	ActorKind string
	ActorID   string
	Via       string // session, token, chat, job
	ViaID     string

	OnBehalfOf string
	ObjectKind string
	ObjectID   string
	Cause      string    // what made it happen: an id or a word
	At         time.Time // kept in UTC, whole microseconds; clamped to the years 1 to 9999

	Refs []string // ids of whatever else it touches
	// Body holds ids, numbers and words, no personal data. Whole numbers beyond 2^53 are refused; DecodeLeaf gives whole
	// numbers as int64, others as float64, lists as []any.
	Body map[string]any
	// Values maps a value's name to HashValue of it.
	Values map[string]string
}

// Encode gives the one form of the leaf: canonical JSON (RFC 8785), empty fields left out. Equal leaves give equal bytes.
// Invalid UTF-8 is replaced by U+FFFD. It fails only for what Body, Refs or Values hold: a number JSON cannot keep, more
// than 32 levels, a hash that is none, over MaxLeaf bytes. Whoever must not fail uses EncodeMinimal.
func (l Leaf) Encode() ([]byte, error) {
	m := l.ids()
	for name, hash := range l.Values {
		if err := checkValue(name, hash); err != nil {
			return nil, fmt.Errorf("audit: event %s: %w", l.ID, err)
		}
	}
	if len(l.Refs) > 0 {
		m["refs"] = l.Refs
	}
	if len(l.Body) > 0 {
		m["body"] = l.Body
	}
	if len(l.Values) > 0 {
		m["values"] = l.Values
	}
	b, err := appendCanonical(nil, m, 0)
	if err != nil {
		return nil, fmt.Errorf("audit: event %s cannot be encoded: %w", l.ID, err)
	}
	if len(b) > MaxLeaf {
		return nil, fmt.Errorf("audit: event %s takes %d bytes, more than the %d a leaf may have: keep long texts as values", l.ID, len(b), MaxLeaf)
	}
	return b, nil
}

// EncodeMinimal encodes the ids, words and time alone, without Refs, Body and Values. It cannot fail: an ending that must
// be recorded whatever else is wrong uses it.
func (l Leaf) EncodeMinimal() []byte {
	b, err := appendCanonical(nil, l.ids(), 0)
	if err != nil {
		panic("audit: texts and one small number failed to encode: " + err.Error())
	}
	return b
}

func (l Leaf) ids() map[string]any {
	m := make(map[string]any, 16)
	for key, text := range l.texts() {
		if *text != "" {
			m[key] = cut(validText(*text), MaxID)
		}
	}
	m["schema"] = min(max(l.Schema, SchemaVersion), 1<<31-1)
	m["at"] = formatTime(l.At)
	return m
}

// texts names the plain fields, for both directions.
func (l *Leaf) texts() map[string]*string {
	return map[string]*string{
		"tenant": &l.Tenant, "id": &l.ID, "verb": &l.Verb, "actor_kind": &l.ActorKind, "actor_id": &l.ActorID,
		"via": &l.Via, "via_id": &l.ViaID, "on_behalf_of": &l.OnBehalfOf, "object_kind": &l.ObjectKind,
		"object_id": &l.ObjectID, "cause": &l.Cause,
	}
}

// DecodeLeaf reads what Encode wrote and nothing else: unknown fields, duplicate keys, wrong types, and every byte that
// Encode would have written otherwise are refused.
func DecodeLeaf(b []byte) (Leaf, error) {
	l, err := decodeLeaf(b)
	if err != nil {
		return Leaf{}, fmt.Errorf("audit: not a leaf: %w", err)
	}
	return l, nil
}

func decodeLeaf(b []byte) (l Leaf, err error) {
	if len(b) > MaxLeaf {
		return l, fmt.Errorf("it has %d bytes, more than %d", len(b), MaxLeaf)
	}
	v, err := parseCanonical(b)
	if err != nil {
		return l, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return l, errors.New("it is no JSON object")
	}
	schema, ok := m["schema"].(int64)
	if !ok || schema < 1 || schema > 1<<31-1 {
		return l, errors.New(`"schema" must be a whole number from 1`)
	}
	l.Schema = int(schema)
	at, _ := m["at"].(string)
	if l.At, err = parseTime(at); err != nil {
		return l, fmt.Errorf(`"at": %w`, err)
	}
	texts := l.texts()
	for key, v := range m {
		if text := texts[key]; text != nil {
			*text, ok = v.(string)
			ok = ok && *text != "" && len(*text) <= MaxID
		} else {
			ok, err = l.decodeField(key, v)
		}
		if err != nil {
			return l, err
		}
		if !ok {
			return l, fmt.Errorf("%q has a value that does not fit it", key)
		}
	}
	return l, nil
}

func (l *Leaf) decodeField(key string, v any) (ok bool, err error) {
	switch key {
	case "schema", "at":
		return true, nil
	case "body":
		l.Body, ok = v.(map[string]any)
		return ok && len(l.Body) > 0, nil
	case "refs":
		list, ok := v.([]any)
		for _, e := range list {
			text, isText := e.(string)
			ok = ok && isText
			l.Refs = append(l.Refs, text)
		}
		return ok && len(list) > 0, nil
	case "values":
		m, ok := v.(map[string]any)
		l.Values = make(map[string]string, len(m))
		for name, e := range m {
			hash, _ := e.(string)
			if err := checkValue(name, hash); err != nil {
				return false, err
			}
			l.Values[name] = hash
		}
		return ok && len(m) > 0, nil
	}
	return false, fmt.Errorf("the field %q is unknown in schema %d", key, l.Schema)
}

func checkValue(name, hash string) error {
	if name == "" || !utf8.ValidString(name) || strings.IndexByte(name, 0) >= 0 {
		return fmt.Errorf("%q cannot be the name of a value: it must be a text without a zero byte", name)
	}
	if _, ok := parseHex(hash, 32); !ok {
		return fmt.Errorf("the hash of the value %q must be 64 digits of lower-case hex", name)
	}
	return nil
}

// cut shortens valid text to at most n bytes, between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func formatTime(t time.Time) string {
	t = t.UTC()
	if t.Year() < 1 {
		t = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if t.Year() > 9999 {
		t = time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
	}
	return t.Format(timeLayout)
}

func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil || t.Format(timeLayout) != s || t.Year() < 1 {
		return time.Time{}, fmt.Errorf("%q is no time of the form %s", s, timeLayout)
	}
	return t, nil
}
