package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

var errLineTooLong = fmt.Errorf("it has more than %d bytes", MaxLine)

// lineReader reads lines of at most MaxLine bytes; of a longer one it keeps nothing.
type lineReader struct {
	r   *bufio.Reader
	buf []byte
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 64<<10)}
}

var errCutLine = errors.New("the file ends in the middle of this line")

// next gives the next line without its line end; valid until the next call. io.EOF comes alone, after the last line;
// errLineTooLong and errCutLine are of the line, and reading goes on.
func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	long := false
	for {
		part, err := l.r.ReadSlice('\n')
		if !long {
			l.buf = append(l.buf, part...)
		}
		if long = long || len(l.buf) > MaxLine+1; long {
			l.buf = l.buf[:0]
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && long, err == nil && long:
			return nil, errLineTooLong
		case err == io.EOF && len(l.buf) > 0:
			return l.buf, errCutLine
		case err != nil:
			return nil, err
		}
		return l.buf[:len(l.buf)-1], nil
	}
}

// parsedLine is one line of an export: the header, an event or a checkpoint, by which of the pointers is set.
type parsedLine struct {
	Export     *int64               `json:"sallyport_export"`
	Tenant     string               `json:"tenant"`
	Origin     string               `json:"origin"`
	CreatedAt  string               `json:"created_at"`
	Leaf       *string              `json:"leaf"`
	Index      int64                `json:"index"`
	Hash       string               `json:"hash"`
	Values     map[string]lineValue `json:"values"`
	Checkpoint *string              `json:"checkpoint"`
	Final      bool                 `json:"final"`
}

type lineValue struct {
	Salt  string `json:"salt"`
	Value string `json:"value"`
}

// parseLine reads a line that is written exactly as an Exporter writes it.
func parseLine(text []byte) (p parsedLine, err error) {
	if len(text) > 0 && text[len(text)-1] == '\r' {
		return p, errors.New("it ends in a carriage return: the file was converted to another kind of line end")
	}
	v, err := parseCanonical(text)
	if err != nil {
		return p, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return p, errors.New("it is no JSON object")
	}
	f := fields{m: m}
	switch {
	case m["leaf"] != nil:
		leaf := f.text("leaf")
		p.Leaf, p.Hash = &leaf, f.text("hash")
		p.Index = f.number("index")
		p.Values = f.values()
	case m["checkpoint"] != nil:
		checkpoint := f.text("checkpoint")
		p.Checkpoint = &checkpoint
		if final, given := m["final"]; given {
			f.used++
			if p.Final, _ = final.(bool); !p.Final {
				return p, errors.New(`"final" can only be true`)
			}
		}
	default:
		version := f.number("sallyport_export")
		p.Export, p.Tenant, p.Origin, p.CreatedAt = &version, f.text("tenant"), f.text("origin"), f.text("created_at")
	}
	return p, f.done()
}

// looseLine reads what it can of a line that parseLine has refused, so that the lines after it can still be judged.
func looseLine(text []byte) (p parsedLine, ok bool) {
	if json.Unmarshal(text, &p) != nil {
		return p, false
	}
	_, hashed := parseHex(p.Hash, len(Hash{}))
	return p, p.Checkpoint != nil || p.Leaf != nil && hashed && p.Index >= 0 && p.Index <= maxSafeInteger
}

// fields takes members out of an object and keeps the first thing that is wrong.
type fields struct {
	m    map[string]any
	used int
	err  error
}

func (f *fields) text(key string) string {
	s, ok := f.m[key].(string)
	f.check(ok, "%q must be there and be a text", key)
	return s
}

func (f *fields) number(key string) int64 {
	n, ok := f.m[key].(int64)
	f.check(ok && n >= 0, "%q must be there and be a whole number from 0", key)
	return n
}

func (f *fields) values() map[string]lineValue {
	given, ok := f.m["values"]
	if !ok {
		return nil
	}
	m, ok := given.(map[string]any)
	f.check(ok && len(m) > 0, "%q must be an object that is not empty", "values")
	values := make(map[string]lineValue, len(m))
	for name, v := range m {
		one, _ := v.(map[string]any)
		salt, ok1 := one["salt"].(string)
		value, ok2 := one["value"].(string)
		if f.err == nil && (!ok1 || !ok2 || len(one) != 2) {
			f.err = fmt.Errorf(`the value %q must have "salt" and "value" and nothing else`, name)
		}
		values[name] = lineValue{salt, value}
	}
	return values
}

func (f *fields) check(ok bool, format, key string) {
	f.used++
	if f.err == nil && !ok {
		f.err = fmt.Errorf(format, key)
	}
}

func (f *fields) done() error {
	if f.err == nil && f.used != len(f.m) {
		return errors.New("it has a field that does not belong there")
	}
	return f.err
}
