package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/sallyport/sallyport"
)

// answers reads --answer flags, and asks in the terminal for what is missing.
func (a *app) answers(form sallyport.Form, given []string) (map[string]any, error) {
	out := map[string]any{}
	for _, pair := range given {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usage("--answer %q is not NAME=VALUE", pair)
		}
		i := slices.IndexFunc(form.Fields, func(f sallyport.Field) bool { return f.Name == name })
		if i < 0 {
			var names []string
			for _, f := range form.Fields {
				names = append(names, f.Name)
			}
			return nil, usage("the form has no field %q; it has: %s", name, strings.Join(names, ", "))
		}
		v, err := parseAnswer(form.Fields[i], value)
		if err != nil {
			return nil, usage("--answer %s: %s", name, err)
		}
		out[name] = v
	}
	if !a.terminal() {
		if len(out) == 0 {
			return nil, nil
		}
		return out, nil
	}
	in := bufio.NewReader(a.in)
	for i, f := range form.Fields {
		if _, done := out[f.Name]; done || !form.Visible(i, out) {
			continue
		}
		v, err := a.ask(in, f)
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[f.Name] = v
		}
	}
	return out, nil
}

// ask draws one field and reads its answer, again until it fits.
func (a *app) ask(in *bufio.Reader, f sallyport.Field) (any, error) {
	title := f.Title
	if title == "" {
		title = f.Name
	}
	mark := ""
	if !f.Required {
		mark = " (may be left empty)"
	}
	fmt.Fprintf(a.err, "%s%s\n", a.bold(safe(title)), mark)
	if f.Help != "" {
		fmt.Fprintf(a.err, "  %s\n", safe(f.Help))
	}
	if f.Sensitive {
		fmt.Fprintln(a.err, "  Shown to approvers, fulfillers and auditors only.")
	}
	for i, c := range f.Choices {
		fmt.Fprintf(a.err, "  %d. %s\n", i+1, safe(c))
	}
	for {
		switch f.Type {
		case sallyport.FieldMulti:
			fmt.Fprint(a.err, "  numbers, with commas: ")
		case sallyport.FieldChoice:
			fmt.Fprint(a.err, "  number or text: ")
		case sallyport.FieldCheckbox:
			fmt.Fprint(a.err, "  yes or no: ")
		case sallyport.FieldDate:
			fmt.Fprint(a.err, "  YYYY-MM-DD: ")
		default:
			fmt.Fprint(a.err, "  > ")
		}
		line, err := in.ReadString('\n')
		text := strings.TrimSpace(line)
		if err != nil && (text == "" || !errors.Is(err, io.EOF)) {
			return nil, usage("the input ended before %s was answered", f.Name)
		}
		if text == "" {
			if !f.Required {
				return nil, nil
			}
			fmt.Fprintln(a.err, a.red("  is required"))
			continue
		}
		v, err := parseAnswer(f, text)
		if err == nil {
			alone := f
			alone.VisibleIf = nil
			_, err = sallyport.Form{Fields: []sallyport.Field{alone}}.Answer(map[string]any{f.Name: v})
		}
		if err == nil {
			return v, nil
		}
		var e *sallyport.Error
		if errors.As(err, &e) && len(e.Fields) > 0 {
			err = errors.New(e.Fields[0].Message)
		}
		fmt.Fprintln(a.err, a.red("  "+safe(err.Error())))
	}
}

// parseAnswer turns what was typed into the value that the field's type takes.
func parseAnswer(f sallyport.Field, text string) (any, error) {
	pick := func(s string) string {
		s = strings.TrimSpace(s)
		if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= len(f.Choices) && !slices.Contains(f.Choices, s) {
			return f.Choices[n-1]
		}
		return s
	}
	switch f.Type {
	case sallyport.FieldNumber:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number", text)
		}
		return n, nil
	case sallyport.FieldCheckbox:
		switch strings.ToLower(text) {
		case "y", "yes", "true", "1":
			return true, nil
		case "n", "no", "false", "0":
			return false, nil
		}
		return nil, fmt.Errorf("%q is neither yes nor no", text)
	case sallyport.FieldChoice:
		return pick(text), nil
	case sallyport.FieldMulti:
		list := []any{}
		for _, s := range strings.Split(text, ",") {
			if s = pick(s); s != "" {
				list = append(list, s)
			}
		}
		return list, nil
	}
	return text, nil
}
