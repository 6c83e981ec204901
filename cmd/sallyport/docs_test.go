package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
)

var (
	codeBlock = regexp.MustCompile("(?s)```.*?```")
	codeSpan  = regexp.MustCompile("`([^`\n]+)`")
	mdLink    = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	makeGoal  = regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
)

// TestDocsSayWhatIs: every command, flag, make target and link of the documentation exists, there is a guide for each
// persona, and each is found from the README.
func TestDocsSayWhatIs(t *testing.T) {
	var pages []string
	for _, dir := range []string{"../../docs", "../../examples"} {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".md") {
				pages = append(pages, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	pages = append(pages, "../../README.md", "../../CONTRIBUTING.md", "../../CHANGELOG.md")
	read := func(path string) string {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	readme := read("../../README.md")
	for _, persona := range []string{"employee", "approver", "owner", "it", "auditor", "admin", "operator"} {
		guide := "docs/guides/" + persona + ".md"
		if len(read("../../"+guide)) < 600 || !strings.Contains(readme, "("+guide+")") {
			t.Errorf("%s says little or is not found from the README", guide)
		}
	}
	goals := map[string]bool{}
	for _, m := range makeGoal.FindAllStringSubmatch(read("../../Makefile"), -1) {
		goals[m[1]] = true
	}
	flags := map[string]bool{"help": true, "version": true}
	for _, c := range all((&app{lookup: os.LookupEnv}).root()) {
		for _, f := range strings.Fields(c.LocalFlags().FlagUsages()) {
			if name, ok := strings.CutPrefix(f, "--"); ok {
				flags[name] = true
			}
		}
	}
	commands := 0
	for _, page := range pages {
		text := read(page)
		for _, m := range mdLink.FindAllStringSubmatch(text, -1) {
			to := filepath.Join(filepath.Dir(page), m[1])
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			} else if m[2] != "" && !strings.Contains(anchors(read(to)), " "+m[2]+" ") {
				t.Errorf("%s links to %s, which has no such heading", page, m[1]+m[2])
			}
		}
		var lines []string
		for _, block := range codeBlock.FindAllString(text, -1) {
			lines = append(lines, strings.Split(block, "\n")...)
		}
		for _, m := range codeSpan.FindAllStringSubmatch(codeBlock.ReplaceAllString(text, ""), -1) {
			lines = append(lines, m[1])
		}
		for _, line := range lines {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
			line = strings.TrimPrefix(strings.TrimPrefix(line, "$ "), "bin/")
			switch {
			case strings.HasPrefix(line, "sallyport "):
				commands++
				if why := fits(words(line)[1:]); why != "" {
					t.Errorf("%s: %s: %s", page, line, why)
				}
			case strings.HasPrefix(line, "make "):
				if goal := words(line)[1]; !goals[goal] && !strings.Contains(goal, "=") {
					t.Errorf("%s: %s: there is no such target", page, line)
				}
			case strings.HasPrefix(line, "--"):
				if name := strings.FieldsFunc(line[2:], func(r rune) bool { return r == ' ' || r == '=' })[0]; !flags[name] {
					t.Errorf("%s: --%s is no flag of any command", page, name)
				}
			}
		}
	}
	if commands < 20 {
		t.Errorf("only %d commands were found in the documentation", commands)
	}
}

// anchors are the addresses of a page's headings, each between spaces, as GitHub makes them.
func anchors(text string) string {
	out := " "
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			title = strings.Map(func(r rune) rune {
				switch {
				case r == ' ':
					return '-'
				case r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r):
					return unicode.ToLower(r)
				}
				return -1
			}, strings.TrimSpace(title))
			out += "#" + title + " "
		}
	}
	return out
}

// fits says why a command line would be refused before it did anything; "" when it would not be.
func fits(args []string) string {
	root := (&app{streams: streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, lookup: os.LookupEnv}).root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for i, a := range args { // what the shell does with the rest is its own business
		if a == ">" || a == "|" || a == "&&" {
			args = args[:i]
			break
		}
	}
	cmd, rest, err := root.Find(args)
	if err != nil {
		return err.Error()
	}
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return err.Error()
	}
	if help, err := cmd.Flags().GetBool("help"); err == nil && help {
		return ""
	}
	if cmd == root && len(cmd.Flags().Args()) > 0 {
		return "there is no such command"
	}
	if !cmd.HasSubCommands() || cmd.Flags().NArg() > 0 {
		if check := cmd.Args; check != nil {
			if err := check(cmd, cmd.Flags().Args()); err != nil {
				return err.Error()
			}
		}
	}
	return missing(cmd)
}

// missing names a flag that the command demands.
func missing(cmd *cobra.Command) string {
	if err := cmd.ValidateRequiredFlags(); err != nil {
		return err.Error()
	}
	return ""
}

// words splits a line as a shell would, as far as our documentation goes.
func words(line string) (out []string) {
	var b strings.Builder
	quoted, any := false, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted, any = !quoted, true
		case r == ' ' && !quoted:
			if b.Len() > 0 || any {
				out = append(out, b.String())
			}
			b.Reset()
			any = false
		default:
			b.WriteRune(r)
		}
	}
	if b.Len() > 0 || any {
		out = append(out, b.String())
	}
	return out
}
