package catalog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func foldKey(s string) string { return store.Fold(s) }

// sourceFile is the source of people that come from a file.
const sourceFile = "file"

// Limits of a file of people.
const (
	maxPeopleBytes = 32 << 20
	maxPeople      = 200_000
)

var columns = []string{"login", "name", "email", "title", "department", "manager", "groups", "active", "kind", "accountable"}

type row struct {
	Login       string   `json:"login"`
	Name        string   `json:"name"`
	Email       string   `json:"email"`
	Title       string   `json:"title"`
	Department  string   `json:"department"`
	Manager     string   `json:"manager"`
	Groups      []string `json:"groups"`
	Active      *bool    `json:"active"`
	Kind        string   `json:"kind"`
	Accountable string   `json:"accountable"`
	line        int
}

// ReadPeople reads a file of people, CSV or JSON by its content: login, name, email, title, department, manager (a login
// or address), groups (with semicolons between), active, kind (person, service), accountable. All faults are in the
// snapshot, each with its line.
func ReadPeople(name, text string) Snapshot {
	s := Snapshot{Source: sourceFile, Complete: true}
	bad := func(line int, format string, args ...any) {
		s.fault(fmt.Sprintf("%s:%d", name, line), format, args...)
	}
	switch {
	case len(text) > maxPeopleBytes:
		bad(1, "the file is larger than %d MiB; split the company into connections, or leave out what is not needed", maxPeopleBytes>>20)
		return s
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"), strings.Contains(text[:min(len(text), 400)], "\x00"):
		bad(1, "the file is UTF-16; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)")
		return s
	case !utf8.ValidString(text):
		bad(1+strings.Count(text[:invalidAt(text)], "\n"), "the file is not UTF-8 here, it may be Latin-1 or Windows-1252; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)")
		return s
	}
	text = strings.TrimPrefix(text, "\ufeff")
	var rows []row
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		rows = readJSONRows(text, bad)
	} else {
		rows = readCSVRows(text, bad)
	}
	if len(rows) > maxPeople {
		bad(1, "the file has more than %d people", maxPeople)
		return s
	}
	s.take(name, rows)
	inOrder(s.Faults)
	return s
}

func (s *Snapshot) take(name string, rows []row) {
	known := map[string]string{} // login and address → external id
	for _, r := range rows {
		known[foldKey(r.Login)] = foldKey(r.Login)
		if r.Email != "" {
			known[foldKey(r.Email)] = foldKey(r.Login)
		}
	}
	refer := func(ref string) string {
		if ref = strings.TrimSpace(ref); ref == "" {
			return ""
		}
		if id, ok := known[foldKey(ref)]; ok {
			return id
		}
		return "?" + ref
	}
	groups := map[string]*SourceGroup{}
	var order []string
	for _, r := range rows {
		e := Entrant{External: foldKey(r.Login), Login: strings.TrimSpace(r.Login), Name: strings.TrimSpace(r.Name), Email: strings.TrimSpace(r.Email),
			Title: strings.TrimSpace(r.Title), Department: strings.TrimSpace(r.Department), Manager: refer(r.Manager), Accountable: refer(r.Accountable),
			Kind: sallyport.UserPerson, Active: r.Active == nil || *r.Active, Where: fmt.Sprintf("%s:%d", name, r.line)}
		wrong := e.check()
		switch k := strings.ToLower(strings.TrimSpace(r.Kind)); k {
		case "", "person":
		case "service", "agent":
			e.Kind = sallyport.UserKind(k)
		default:
			wrong = append(wrong, fmt.Sprintf("kind: %q is unknown; use person, service or agent", clipText(r.Kind)))
		}
		for _, g := range r.Groups {
			if g = strings.TrimSpace(g); g == "" {
				continue
			}
			if err := sallyport.CheckName(g); err != nil {
				wrong = append(wrong, "groups: "+err.Error())
				continue
			}
			key := foldKey(g)
			if groups[key] == nil {
				groups[key] = &SourceGroup{External: key, Name: g}
				order = append(order, key)
			}
			if m := &groups[key].Members; !slices.Contains((*m)[max(0, len(*m)-1):], e.External) {
				*m = append(*m, e.External)
			}
		}
		for _, w := range wrong {
			s.fault(e.Where, "%s", w)
		}
		e.Broken = len(wrong) > 0
		s.People = append(s.People, e)
	}
	for _, key := range order {
		s.Groups = append(s.Groups, *groups[key])
	}
	s.unique()
}

func readCSVRows(text string, bad func(int, string, ...any)) []row {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	first, _, _ := strings.Cut(text, "\n")
	switch {
	case strings.Contains(first, ","):
	case strings.Contains(first, ";"):
		r.Comma = ';'
	case strings.Contains(first, "\t"):
		r.Comma = '\t'
	}
	header, err := r.Read()
	if err != nil {
		bad(1, "the file is empty; its first line must name the columns, such as login,name,email,manager")
		return nil
	}
	at := map[string]int{}
	for i, h := range header {
		h = strings.ToLower(strings.TrimSpace(h))
		if h == "e-mail" || h == "mail" {
			h = "email"
		}
		if !slices.Contains(columns, h) {
			bad(1, "the column %q is unknown; known are %s", clipText(h), strings.Join(columns, ", "))
		}
		if _, twice := at[h]; twice {
			bad(1, "the column %q stands twice", clipText(h))
		}
		at[h] = i
	}
	for _, need := range []string{"login", "name"} {
		if _, ok := at[need]; !ok {
			bad(1, "the column %q is missing; every person needs it", need)
			return nil
		}
	}
	var rows []row
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			bad(broken.Line, "is not CSV here: %v; look at the quotes", broken.Err)
			return rows
		}
		line, _ := r.FieldPos(0)
		if len(rec) != len(header) {
			bad(line, "has %d fields where the first line has %d; look for a missing or an extra separator, or quote the field that contains one", len(rec), len(header))
			continue
		}
		get := func(col string) string {
			if i, ok := at[col]; ok {
				return rec[i]
			}
			return ""
		}
		p := row{Login: get("login"), Name: get("name"), Email: get("email"), Title: get("title"), Department: get("department"), Manager: get("manager"),
			Kind: get("kind"), Accountable: get("accountable"), line: line}
		p.Groups = strings.FieldsFunc(get("groups"), func(c rune) bool { return c == ';' || c == '|' })
		active, ok := yes(get("active"))
		if !ok {
			bad(line, "active: %q is neither true nor false", clipText(get("active")))
		}
		p.Active = &active
		rows = append(rows, p)
	}
}

func yes(s string) (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "true", "yes", "1", "active", "enabled":
		return true, true
	case "false", "no", "0", "inactive", "disabled":
		return false, true
	}
	return false, false
}

func readJSONRows(text string, bad func(int, string, ...any)) []row {
	dec := json.NewDecoder(strings.NewReader(text))
	lineAt := func(offset int64) int { return 1 + strings.Count(text[:min(int(offset), len(text))], "\n") }
	broken := func(err error) {
		offset := dec.InputOffset()
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = syntax.Offset
		}
		bad(lineAt(offset), "is not JSON: %v", err)
	}
	if _, err := dec.Token(); err != nil {
		broken(err)
		return nil
	}
	var rows []row
	line, counted := 1, int64(0)
	for dec.More() {
		var raw json.RawMessage
		start := dec.InputOffset()
		for int(start) < len(text) && strings.ContainsRune(" \t\r\n,", rune(text[start])) {
			start++
		}
		line += strings.Count(text[counted:start], "\n")
		counted = start
		if err := dec.Decode(&raw); err != nil {
			broken(err)
			return rows
		}
		if twice := duplicateKey(raw); twice != "" {
			bad(line, "%q stands twice in this person", clipText(twice))
			continue
		}
		one := json.NewDecoder(bytes.NewReader(raw))
		one.DisallowUnknownFields()
		p := row{line: line}
		if err := one.Decode(&p); err != nil {
			var kind *json.UnmarshalTypeError
			if errors.As(err, &kind) {
				bad(line, "%s: is a %s where %s is expected", kind.Field, kind.Value, kind.Type)
			} else {
				bad(line, "%s; known are %s", strings.TrimPrefix(err.Error(), "json: "), strings.Join(columns, ", "))
			}
			continue
		}
		rows = append(rows, p)
	}
	if _, err := dec.Token(); err != nil {
		broken(err)
	} else if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		bad(lineAt(dec.InputOffset()), "there is something behind the end of the list")
	}
	return rows
}

// duplicateKey finds a key that stands twice in a JSON object.
func duplicateKey(raw json.RawMessage) string {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return ""
	}
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return ""
		}
		if seen[key] {
			return key
		}
		seen[key] = true
		var skip json.RawMessage
		if dec.Decode(&skip) != nil {
			return ""
		}
	}
	return ""
}
