package access

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// The forms of an export.
const (
	FormatCSV  = "csv"
	FormatJSON = "json"
)

// column is one column of a table: its name in files and addresses, and what stands in it.
type column[T any] struct {
	name string
	cell func(T) string
}

// choose returns the columns of those names, in their order; none is all.
func choose[T any](all []column[T], names []string) ([]column[T], error) {
	if len(names) == 0 {
		return all, nil
	}
	var out []column[T]
	for _, name := range names {
		i := slices.IndexFunc(all, func(c column[T]) bool { return c.name == name })
		if i < 0 {
			return nil, sallyport.Invalid("columns", "%q is not a column; there are %s", short(name), strings.Join(columnNames(all), ", "))
		}
		out = append(out, all[i])
	}
	return out, nil
}

func columnNames[T any](all []column[T]) []string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.name
	}
	return out
}

func cells[T any](all []column[T], row T) []string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.cell(row)
	}
	return out
}

// sheet writes rows of text as RFC 4180 with the names of the columns first.
type sheet struct {
	w    *csv.Writer
	rows int
}

func newSheet(w io.Writer, header []string) (*sheet, error) {
	s := &sheet{w: csv.NewWriter(w)}
	s.w.UseCRLF = true
	return s, s.w.Write(header)
}

func (s *sheet) write(row []string) error {
	s.rows++
	out := make([]string, len(row))
	for i, text := range row {
		out[i] = harmless(text)
	}
	return s.w.Write(out)
}

func (s *sheet) close() error {
	s.w.Flush()
	return s.w.Error()
}

// harmless makes text of what a spreadsheet would run as a formula: a quote comes before it.
func harmless(text string) string {
	if text == "" {
		return text
	}
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(text)[0]) {
		return "'" + text
	}
	return text
}

// out writes a stream of things as a CSV file or as a JSON array, one at a time. With columns, a thing in JSON is an object
// of those, in their order; without, the thing itself.
type out[T any] struct {
	columns []column[T]
	whole   bool
	sheet   *sheet
	w       *bufio.Writer
	n       int
}

func newOut[T any](w io.Writer, format string, all []column[T], names []string) (*out[T], error) {
	columns, err := choose(all, names)
	if err != nil {
		return nil, err
	}
	o := &out[T]{columns: columns, whole: len(names) == 0}
	switch format {
	case FormatCSV:
		o.sheet, err = newSheet(w, columnNames(columns))
	case FormatJSON:
		o.w = bufio.NewWriterSize(w, 1<<15)
	default:
		err = sallyport.Invalid("format", "%q is not a form of an export; use csv or json", short(format))
	}
	return o, err
}

func (o *out[T]) write(row T) error {
	if o.sheet != nil {
		return o.sheet.write(cells(o.columns, row))
	}
	mark := ",\n"
	if o.n == 0 {
		mark = "[\n"
	}
	o.n++
	_, _ = o.w.WriteString(mark) // a bufio.Writer keeps its error for the next write
	if o.whole {
		b, err := json.Marshal(row)
		if err != nil {
			return err
		}
		_, err = o.w.Write(b)
		return err
	}
	for i, c := range o.columns {
		_, _ = o.w.WriteString([]string{"{", ","}[min(i, 1)])
		name, _ := json.Marshal(c.name)
		value, _ := json.Marshal(c.cell(row))
		_, _ = o.w.Write(append(append(name, ':'), value...))
	}
	_, err := o.w.WriteString("}")
	return err
}

func (o *out[T]) close() error {
	if o.sheet != nil {
		return o.sheet.close()
	}
	end := "\n]\n"
	if o.n == 0 {
		end = "[]\n"
	}
	_, _ = o.w.WriteString(end)
	return o.w.Flush()
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func login(u *sallyport.UserRef) string {
	if u == nil {
		return ""
	}
	return u.Login
}

func slug(r *sallyport.ResourceRef) string {
	if r == nil {
		return ""
	}
	return r.Slug
}

// subjectName is a person's login, or a role with its word before it.
func subjectName(s sallyport.Subject) string {
	if s.Kind == sallyport.SubjectRole {
		return "role:" + s.Slug
	}
	return s.Login
}

// voteWords tells votes in a line.
func voteWords(list []sallyport.Approval) string {
	var parts []string
	for _, a := range list {
		s := a.By.Login
		if a.OnBehalfOf != nil {
			s += " for " + a.OnBehalfOf.Login
		}
		s += map[string]string{sallyport.VoteApprove: " approved", sallyport.VoteDeny: " denied"}[a.Vote] + " at " + moment(&a.At)
		if a.Comment != "" {
			s += ": " + a.Comment
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ")
}
