package lint_test

import (
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strings"
	"testing"
)

// longest is the number of lines that a source file may have; 70 to 150 is the habit.
const longest = 600

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]bool{}
	for _, f := range files(t) {
		if f.ext() != ".go" || strings.HasSuffix(f.path, "_test.go") || strings.Contains(f.path, "testdata/") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.path, f.text, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Error(err)
			continue
		}
		dir := path.Dir(f.path)
		said[dir] = said[dir] || parsed.Doc != nil && len(strings.Fields(parsed.Doc.Text())) > 3
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("package %s has no package comment", dir)
		}
	}
}

func TestFilesStayReadable(t *testing.T) {
	for _, f := range files(t) {
		switch f.ext() {
		case ".go", ".ts", ".tsx", ".mjs", ".css", ".sh", ".sql":
		default:
			continue
		}
		head := f.text[:min(len(f.text), 500)]
		// A migration is never changed once it was released, so it is not split either.
		if f.in("store/migrations") || strings.HasSuffix(f.path, ".d.ts") || strings.Contains(head, "Code generated") || strings.Contains(head, "auto-generated") {
			continue
		}
		if n := strings.Count(f.text, "\n"); n > longest {
			t.Errorf("%s has %d lines; above %d nobody reads it whole: split it by noun", f.path, n, longest)
		}
	}
}

// The words are put together from parts, so that this file is not its own first finding.
func word(parts ...string) string { return strings.Join(parts, "") }

var habits = []struct {
	files   *regexp.Regexp
	pattern *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`_test\.go$`),
		regexp.MustCompile(`\.` + word("Skip", `(f|Now)?\(`) + `|testing\.` + word("Sho", "rt")),
		"no test is left out: fail with what to install or set"},
	{regexp.MustCompile(`^web/.*\.(test|spec)\.tsx?$`),
		regexp.MustCompile(`\b(test|it|describe)(\.\w+)*\.(` + word("sk", "ip") + `|` + word("on", "ly") + `|` + word("fix", "me") + `|` + word("to", "do") + `)\b`),
		"no test is left out"},
	{regexp.MustCompile(`\.(go|tsx?|mjs|css|sh|sql|html|md|ya?ml)$`),
		regexp.MustCompile(`\b(` + word("TO", "DO") + `|` + word("FIX", "ME") + `|` + word("not imple", "mented") + `)\b`),
		"finish it, or say in an issue what is missing"},
	{regexp.MustCompile(``),
		regexp.MustCompile(`(?i)` + strings.Join([]string{
			word(`registry\.`, `(npm`, `js|yarn`, `pkg)`), word(`proxy\.go`, `lang\.org`), word(`sum\.go`, `lang\.org`),
			word(`pypi\.`, `org`), word(`files\.python`, `hosted`), word(`gh`, `cr\.io`), word(`registry\.ter`, `raform\.io`),
		}, "|")),
		"no host of a package registry belongs in the tree: whoever builds chooses theirs"},
	{regexp.MustCompile(``),
		regexp.MustCompile("(^|[\\s\"'`(=:])/(" + word("ro", "ot") + `|` + word("wo", "rk") + `|home/\w+|Users/\w+)/\w`),
		"no path of one machine belongs in the tree"},
}

func TestHabits(t *testing.T) {
	for _, f := range files(t) {
		for _, h := range habits {
			if !h.files.MatchString(f.path) {
				continue
			}
			for _, at := range h.pattern.FindAllStringIndex(f.text, 5) {
				t.Errorf("%s:%d: %q: %s", f.path, f.line(at[0]), strings.TrimSpace(f.text[at[0]:at[1]]), h.why)
			}
		}
	}
}

func TestNoVendorRunsTheChecks(t *testing.T) {
	for _, f := range files(t) {
		if f.in(".github", ".circleci", ".gitlab-ci.yml", ".travis.yml", "Jenkinsfile") {
			t.Errorf("%s: what continuous integration runs is .ci/run, for any of them", f.path)
		}
	}
}
