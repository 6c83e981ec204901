package lint_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sallyport/sallyport"

// layers are the packages from the top down. A package imports from the layers below its own, never up and never
// sideways: what shares a line does not know of each other.
var layers = [][]string{
	{"cmd", "bench", "examples", "scripts"},
	{"api"},
	{"worker"},
	{"review"},
	{"catalog"},
	{"access"},
	{"auth"},
	{"store"},
	{"policy", "connector", "notify", "audit"},
	{""}, // the root package: nouns and pure rules
}

// leaves import the root and nothing else of the project, and every layer above the root may import them.
var leaves = []string{"client", "web", "internal"}

// suites are for tests, though they are no test files themselves.
var suites = []string{"store/storetest", "connector/connectortest", "notify/notifytest", "internal/peers", "internal/lint"}

func layer(pkg string) int {
	top, _, _ := strings.Cut(pkg, "/")
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, top) })
}

func within(pkg string, dirs ...string) bool {
	for _, dir := range dirs {
		if pkg == dir || strings.HasPrefix(pkg, dir+"/") {
			return true
		}
	}
	return false
}

// forbidden says why package from may not import package to (both relative to the module), or returns "".
func forbidden(from, to string) string {
	fromTop, toTop := strings.SplitN(from, "/", 2)[0], strings.SplitN(to, "/", 2)[0]
	inSuite, atTop := within(from, suites...), within(from, "cmd", "bench", "examples", "scripts")
	switch {
	case within(to, "internal/peers"):
		if within(from, "internal/peers", "store/storetest", "cmd/peers", "scripts", "bench") {
			return ""
		}
		return "internal/peers is for tests, cmd/peers and store/storetest"
	case within(to, suites...):
		if inSuite || within(from, "bench", "cmd/peers", "scripts") {
			return ""
		}
		return "test suites are for tests"
	case within(to, "connector/builtin", "notify/builtin"):
		if atTop {
			return ""
		}
		return "only cmd knows the list of built-in plug-ins"
	case to == "":
		return ""
	case fromTop == toTop:
		return sameFolder(from, to)
	case slices.Contains(leaves, fromTop) && !inSuite:
		return fromTop + " imports the root package only"
	case slices.Contains(leaves, toTop):
		if from == "" {
			return "the root package imports the standard library only"
		}
		return ""
	}
	a, b := layer(from), layer(to)
	switch {
	case inSuite && a < 0:
		return ""
	case a < 0 || b < 0:
		return fmt.Sprintf("%q is in no layer: add its folder to the list in internal/lint", map[bool]string{true: from, false: to}[a < 0])
	case b < a:
		return "that is a layer above"
	case b == a:
		return "that is beside it, in the same layer"
	}
	return ""
}

// sameFolder is the rule inside a layer's folder: a plug-in knows its contract and not its siblings, and a contract
// knows none of its plug-ins.
func sameFolder(from, to string) string {
	top, rest, nested := strings.Cut(from, "/")
	if top != "connector" && top != "notify" || within(from, top+"/builtin") || to == top {
		return ""
	}
	if !nested {
		return "a contract knows none of its plug-ins"
	}
	plugin, _, _ := strings.Cut(rest, "/")
	if !within(to, top+"/"+plugin) {
		return "a plug-in imports its contract and the root only"
	}
	return ""
}

func TestImportsPointDown(t *testing.T) {
	seen := 0
	for _, f := range files(t) {
		if f.ext() != ".go" || strings.HasSuffix(f.path, "_test.go") || f.in("tools") || strings.Contains(f.path, "testdata/") {
			continue
		}
		seen++
		parsed, err := parser.ParseFile(token.NewFileSet(), f.path, f.text, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			continue
		}
		from := strings.TrimPrefix(path.Dir(f.path), ".")
		for _, spec := range parsed.Imports {
			to := strings.Trim(spec.Path.Value, `"`)
			host, _, _ := strings.Cut(to, "/")
			switch {
			case to == module || strings.HasPrefix(to, module+"/"):
				if why := forbidden(from, strings.TrimPrefix(strings.TrimPrefix(to, module), "/")); why != "" {
					t.Errorf("%s imports %s: %s", f.path, to, why)
				}
			case from == "" && strings.Contains(host, "."):
				t.Errorf("%s imports %s: the root package imports the standard library only", f.path, to)
			case to == "testing" && !within(from, suites...):
				t.Errorf("%s imports testing, and is no test", f.path)
			}
		}
	}
	if seen < 10 {
		t.Fatalf("only %d Go files were looked at", seen)
	}
}

func TestTheRuleItself(t *testing.T) {
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"api", "access", true},
		{"access", "api", false},
		{"access", "catalog", false},
		{"policy", "audit", false},
		{"store", "audit", true},
		{"store", "", true},
		{"", "store", false},
		{"", "internal/peers/guard", false},
		{"connector/ldap", "connector", true},
		{"connector/ldap", "connector/okta", false},
		{"connector/ldap", "store", false},
		{"connector/ldap", "connector/ldap/ber", true},
		{"connector", "connector/ldap", false},
		{"connector/builtin", "connector/ldap", true},
		{"api", "connector/builtin", false},
		{"cmd/sallyport", "connector/builtin", true},
		{"cmd/sallyport", "internal/peers/slapd", false},
		{"cmd/peers", "internal/peers/slapd", true},
		{"store/storetest", "internal/peers/postgres", true},
		{"store", "store/storetest", false},
		{"access", "store/storetest", false},
		{"client", "", true},
		{"client", "api", false},
		{"api", "web", true},
		{"web", "api", false},
		{"nowhere", "store", false},
	} {
		if why := forbidden(c.from, c.to); (why == "") != c.ok {
			t.Errorf("%s -> %s: got %q, want allowed = %v", c.from, c.to, why, c.ok)
		}
	}
}
