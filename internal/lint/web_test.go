package lint_test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var webLayers = []string{"pages", "modules", "components", "api"}

var webImport = regexp.MustCompile(`(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]`)

// TestPageImportsPointDown holds the rule of the page: pages → modules → components → api, and no page knows another.
// What is at the top of web/src (the entry, the router) may import anything.
func TestPageImportsPointDown(t *testing.T) {
	for _, f := range files(t) {
		rest, ok := strings.CutPrefix(f.path, "web/src/")
		if !ok || f.ext() != ".ts" && f.ext() != ".tsx" || strings.Contains(f.path, ".test.") {
			continue
		}
		if base := path.Base(rest); (base == "index.ts" || base == "index.tsx") && strings.Contains(rest, "/") {
			t.Errorf("%s: a barrel file; import from the file that has the thing", f.path)
		}
		layer, inner, _ := strings.Cut(rest, "/")
		from := slices.Index(webLayers, layer)
		if from < 0 {
			continue
		}
		for _, m := range webImport.FindAllStringSubmatch(f.text, -1) {
			target, ok := webTarget(rest, m[1])
			if !ok {
				continue
			}
			toLayer, toInner, _ := strings.Cut(target, "/")
			to := slices.Index(webLayers, toLayer)
			if to < 0 {
				continue
			}
			if to < from {
				t.Errorf("%s imports %s: %s may not import %s", f.path, m[1], layer, toLayer)
			}
			if layer == "pages" && toLayer == "pages" && page(inner) != page(toInner) {
				t.Errorf("%s imports %s: a page may not import another page", f.path, m[1])
			}
		}
	}
}

// webTarget resolves an import to a path below web/src.
func webTarget(from, spec string) (string, bool) {
	if rest, ok := strings.CutPrefix(spec, "@/"); ok {
		return rest, true
	}
	if !strings.HasPrefix(spec, ".") {
		return "", false
	}
	target := path.Join(path.Dir(from), spec)
	return target, !strings.HasPrefix(target, "..")
}

// page is the folder of a page's file, or the file itself without its ending.
func page(inner string) string {
	name, _, _ := strings.Cut(inner, "/")
	return strings.TrimSuffix(strings.TrimSuffix(name, ".tsx"), ".ts")
}
