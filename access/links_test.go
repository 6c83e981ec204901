package access_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMessagesLeadToPages: every address that a message leads to is one of the page's.
func TestMessagesLeadToPages(t *testing.T) {
	router, err := os.ReadFile("../web/src/router.tsx")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`\bLink: "(/[^"?]*)`)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range links.FindAllStringSubmatch(string(text), -1) {
			found++
			path := "path: '" + m[1] + "'"
			if strings.HasSuffix(m[1], "/") { // of one thing, whose name or id follows
				path = "path: '" + m[1] + "$id'"
			}
			if !strings.Contains(string(router), path) {
				t.Errorf("%s: a message leads to %s, and the page has no such address", file, m[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d links were found", found)
	}
}
