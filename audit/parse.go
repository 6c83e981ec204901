package audit

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// parseCanonical reads one JSON value that must be written exactly as appendCanonical writes it: no white space, keys in
// order and once each, one spelling for every text and number. What it accepts, encoded again, gives the same bytes.
// Whole numbers up to 2^53 come as int64, others as float64.
func parseCanonical(text []byte) (any, error) {
	p := parser{text: text}
	v, err := p.value(0)
	if err == nil && p.at < len(text) {
		err = errors.New("more text after the end of the value")
	}
	if err != nil {
		return nil, fmt.Errorf("at byte %d: %w", p.at+1, err)
	}
	return v, nil
}

type parser struct {
	text []byte
	at   int
}

var errEnd = errors.New("the text ends too early")

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) expect(c byte) error {
	if p.at >= len(p.text) {
		return errEnd
	}
	if p.text[p.at] != c {
		return fmt.Errorf("found %q where %q is expected", p.text[p.at], c)
	}
	p.at++
	return nil
}

func (p *parser) value(depth int) (any, error) {
	if p.at >= len(p.text) {
		return nil, errEnd
	}
	switch c := p.text[p.at]; c {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		return p.str()
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return nil, p.word("null")
	case ' ', '\t', '\r', '\n':
		return nil, errors.New("white space between values is not allowed here")
	default:
		return p.number()
	}
}

func (p *parser) word(w string) error {
	for i := range len(w) {
		if err := p.expect(w[i]); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) object(depth int) (any, error) {
	if depth >= maxDepth {
		return nil, errDeep
	}
	p.at++
	m := map[string]any{}
	if p.peek() == '}' {
		p.at++
		return m, nil
	}
	for last := ""; ; {
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if len(m) > 0 {
			if order := compareUTF16(last, key); order == 0 {
				return nil, fmt.Errorf("the key %q appears twice", key)
			} else if order > 0 {
				return nil, fmt.Errorf("the key %q must come before %q", key, last)
			}
		}
		if err := p.expect(':'); err != nil {
			return nil, err
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		m[key], last = v, key
		if p.peek() == '}' {
			p.at++
			return m, nil
		}
		if err := p.expect(','); err != nil {
			return nil, err
		}
	}
}

func (p *parser) array(depth int) (any, error) {
	if depth >= maxDepth {
		return nil, errDeep
	}
	p.at++
	list := []any{}
	if p.peek() == ']' {
		p.at++
		return list, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if p.peek() == ']' {
			p.at++
			return list, nil
		}
		if err := p.expect(','); err != nil {
			return nil, err
		}
	}
}

func (p *parser) number() (any, error) {
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' {
			break
		}
		p.at++
	}
	text := string(p.text[start:p.at])
	if text == "" {
		return nil, fmt.Errorf("found %q where a value is expected", p.text[p.at])
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= -maxSafeInteger && n <= maxSafeInteger {
		if strconv.FormatInt(n, 10) != text {
			return nil, fmt.Errorf("the number %s is not in its shortest form", text)
		}
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is no number", text)
	}
	if again, err := appendFloat(nil, f); err != nil || string(again) != text {
		return nil, fmt.Errorf("the number %s is not in its shortest form", text)
	}
	return f, nil
}

func (p *parser) str() (string, error) {
	if err := p.expect('"'); err != nil {
		return "", err
	}
	start := p.at
	for p.at < len(p.text) { // nearly all texts have no escape: one copy
		switch c := p.text[p.at]; {
		case c == '"':
			s := p.text[start:p.at]
			if !utf8.Valid(s) {
				return "", errUTF8
			}
			p.at++
			return string(s), nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", errControl
		}
		p.at++
	}
	return "", errEnd
}

var (
	errUTF8    = errors.New("the text is not valid UTF-8")
	errControl = errors.New("a control character is not escaped")
	errEscape  = errors.New("an escape is not in its shortest form")
)

func (p *parser) escaped(start int) (string, error) {
	b := append([]byte(nil), p.text[start:p.at]...)
	for p.at < len(p.text) {
		c := p.text[p.at]
		switch {
		case c == '"':
			if !utf8.Valid(b) {
				return "", errUTF8
			}
			p.at++
			return string(b), nil
		case c < 0x20:
			return "", errControl
		case c != '\\':
			b = append(b, c)
			p.at++
		default:
			r, n, err := unescape(p.text[p.at:])
			if err != nil {
				return "", err
			}
			b = append(b, r)
			p.at += n
		}
	}
	return "", errEnd
}

func unescape(text []byte) (c byte, size int, err error) {
	if len(text) < 2 {
		return 0, 0, errEnd
	}
	switch text[1] {
	case '"', '\\':
		return text[1], 2, nil
	case 'b':
		return '\b', 2, nil
	case 't':
		return '\t', 2, nil
	case 'n':
		return '\n', 2, nil
	case 'f':
		return '\f', 2, nil
	case 'r':
		return '\r', 2, nil
	case 'u':
		if len(text) < 6 {
			return 0, 0, errEnd
		}
		n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
		c := byte(n)
		if err != nil || n >= 0x20 || shortEscape(c) != 0 || text[5] != hexDigits[c&15] {
			return 0, 0, errEscape
		}
		return c, 6, nil
	}
	return 0, 0, errEscape
}
