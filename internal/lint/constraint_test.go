package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/internal/peers/tool"
)

// TestAConstraintIsOneFile: what a constraint is called stands in its own file and nowhere else, neither in the page; all
// others go by what the list of keys says. Tests, data that has tags in it, and what is generated may name them, and so may
// the import from another product that calls its own columns so.
func TestAConstraintIsOneFile(t *testing.T) {
	root, err := tool.Root()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, k := range sallyport.ConstraintKeys() {
		own := "constraint_" + k.Key + ".go"
		b, err := os.ReadFile(filepath.Join(root, own))
		if err != nil {
			t.Errorf("%s has no file of its own: %v", k.Key, err)
			continue
		}
		constant := ""
		for _, line := range strings.Split(string(b), "\n") {
			if name, ok := strings.CutSuffix(line, ` = "`+k.Key+`"`); ok {
				constant = strings.TrimPrefix(name, "const ")
			}
		}
		if constant == "" {
			t.Errorf("%s does not define the name of its key", own)
			continue
		}
		for _, f := range files(t) {
			switch f.ext() {
			case ".go", ".ts", ".tsx", ".sql", ".mjs":
			default:
				continue
			}
			if f.path == own || strings.HasSuffix(f.path, "_test.go") || strings.Contains(f.path, ".test.") || strings.HasSuffix(f.path, ".d.ts") ||
				f.in("web/e2e", "web/src/test", "catalog/demo", "bench/seed", "catalog/discordaccess") {
				continue
			}
			seen++
			for _, name := range []string{k.Key, "sallyport." + constant} {
				if i := strings.Index(f.text, name); i >= 0 {
					t.Errorf("%s:%d names the constraint %s; give sallyport.Constraint what you need to know of it, so that another one is still one file", f.path, f.line(i), k.Key)
				}
			}
		}
	}
	if seen < 1000 {
		t.Errorf("only %d files were looked at", seen)
	}
}
