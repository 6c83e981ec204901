package audit

import (
	"errors"
	"fmt"
)

// record is what is remembered of an event line.
type record struct {
	index, line     int64
	stated, content Hash
	doubt           int // its fault of kind content in the report, or -1
}

// readEvent checks an event by itself and then puts it in its place. The error is only of opts.Event.
func (v *verifier) readEvent(p parsedLine, malformed bool) error {
	v.rep.Events++
	leafText := []byte(*p.Leaf)
	rec := record{index: p.Index, line: v.line, content: RecordHash(leafText), doubt: -1}
	hash, ok := parseHex(p.Hash, len(Hash{}))
	copy(rec.stated[:], hash)
	switch {
	case !ok:
		v.fault(KindHash, p.Index, "its record hash is not 64 digits of lower-case hex")
		rec.stated = rec.content
	case rec.stated != rec.content && !malformed:
		rec.doubt = v.fault(KindContent, p.Index, "content and record hash do not fit each other: a bit of one of them was changed")
	}
	intact := rec.stated == rec.content && !malformed
	leaf, err := decodeLeaf(leafText)
	if err != nil {
		if intact {
			v.fault(KindLeaf, p.Index, "the content is that of the log but cannot be read: %v; a newer version may know it", err)
		}
	} else {
		if intact && Origin(leaf.Tenant) != v.rep.Origin {
			v.fault(KindOrigin, p.Index, "it is an event of tenant %q in the log of %q", leaf.Tenant, v.rep.Origin)
		}
		values := v.readValues(leaf, p, intact)
		if v.opts.Event != nil {
			if err := v.opts.Event(Event{v.line, p.Index, leaf, values}); err != nil {
				return err
			}
		}
	}
	v.arrange(rec)
	return nil
}

func (v *verifier) readValues(leaf Leaf, p parsedLine, intact bool) map[string]Value {
	var good map[string]Value
	for name, given := range p.Values {
		hash, known := leaf.Values[name]
		salt, ok := parseHex(given.Salt, SaltSize)
		var err error
		switch {
		case !known:
			err = errors.New("the event has no such value: it was added")
		case !ok:
			err = fmt.Errorf("its salt is not %d digits of lower-case hex", 2*SaltSize)
		case HashValue(salt, name, given.Value) != hash:
			err = errors.New("it does not match the hash in the event: value or salt was changed")
		default:
			if good == nil {
				good = make(map[string]Value, len(p.Values))
			}
			good[name] = Value{salt, given.Value}
		}
		if err != nil && intact {
			v.fault(KindValue, p.Index, "the value %q: %v", name, err)
		}
		if known {
			v.rep.ValuesPresent++
		}
	}
	for name := range leaf.Values {
		if _, ok := p.Values[name]; !ok {
			v.rep.ValuesErased++
		}
	}
	return good
}

// accept takes the event as the next of the log.
func (v *verifier) accept(rec record) {
	if !v.broken {
		v.stated.add(rec.stated)
		v.content.add(rec.content)
		if rec.doubt >= 0 {
			v.doubtful = append(v.doubtful, rec.doubt)
		}
	}
	v.next++
	v.lost = 0
	v.checkSince()
}
