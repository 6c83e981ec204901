package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mattn/go-isatty"
	"go.yaml.in/yaml/v3"

	"github.com/sallyport/sallyport"
)

// show writes a value: as JSON or YAML whole, or as the table that draw makes.
func (a *app) show(v any, draw func()) error {
	switch a.format {
	case "json":
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	case "yaml":
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		var plain yaml.Node // JSON is YAML; read as such, the order of fields stays
		if err := yaml.Unmarshal(b, &plain); err != nil {
			return err
		}
		block(&plain)
		enc := yaml.NewEncoder(a.out)
		enc.SetIndent(2)
		if err := enc.Encode(&plain); err != nil {
			return err
		}
		return enc.Close()
	}
	draw()
	return nil
}

// block takes JSON's brackets and quotes off a node.
func block(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		block(c)
	}
}

// table writes rows in columns. Control characters of names do not reach the terminal.
func (a *app) table(head []string, rows [][]string) {
	width := make([]int, len(head))
	for i, h := range head {
		width[i] = utf8.RuneCountInString(h)
	}
	for r, row := range rows {
		for i := range row {
			rows[r][i] = safe(row[i])
			width[i] = max(width[i], utf8.RuneCountInString(rows[r][i]))
		}
	}
	line := func(cells []string, style func(string) string) {
		var b strings.Builder
		for i, c := range cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if i == len(cells)-1 {
				pad = ""
			}
			b.WriteString(style(c) + pad)
			if i < len(cells)-1 {
				b.WriteString("  ")
			}
		}
		fmt.Fprintln(a.out, b.String())
	}
	line(head, a.bold)
	for _, row := range rows {
		line(row, func(s string) string { return s })
	}
	if len(rows) == 0 {
		fmt.Fprintln(a.err, "nothing")
	}
}

func safe(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

func (a *app) coloured() bool {
	switch a.colour {
	case "always":
		return true
	case "never":
		return false
	}
	f, ok := a.out.(*os.File)
	return ok && isatty.IsTerminal(f.Fd()) && a.env("NO_COLOR") == "" && a.env("TERM") != "dumb"
}

func (a *app) paint(code, s string) string {
	if !a.coloured() {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (a *app) red(s string) string    { return a.paint("31", s) }
func (a *app) green(s string) string  { return a.paint("32", s) }
func (a *app) yellow(s string) string { return a.paint("33", s) }
func (a *app) bold(s string) string   { return a.paint("1", s) }

// when writes a time for people: how far away, and the moment.
func when(t *time.Time) string {
	if t == nil {
		return "no end"
	}
	return t.Local().Format("2006-01-02 15:04")
}

func people(refs []sallyport.UserRef) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.Login
	}
	return strings.Join(names, ", ")
}

func holder(s sallyport.Subject) string {
	if s.Kind == sallyport.SubjectRole {
		return "role:" + s.Slug
	}
	return s.Login
}
