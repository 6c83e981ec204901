package main

import (
	"fmt"
	"regexp"
)

// browserSuite is a file, or a group in one, of Playwright's JSON report.
type browserSuite struct {
	Suites []browserSuite
	Specs  []struct {
		Title, File string
		Tests       []struct {
			Status  string // expected, unexpected, flaky, skipped
			Results []struct {
				Status string
				Errors []struct{ Message string }
			}
		}
	}
}

// browsed counts what passed, tells what failed and with which words, and what passed only when it was tried again.
func (r *runner) browsed(s browserSuite) (passed int) {
	for _, inner := range s.Suites {
		passed += r.browsed(inner)
	}
	for _, spec := range s.Specs {
		name := fmt.Sprintf("web/e2e/%s %s", spec.File, spec.Title)
		for _, test := range spec.Tests {
			switch test.Status {
			case "expected":
				passed++
				continue
			case "flaky":
				passed++
				fmt.Printf("    passed when tried again: %s\n", name)
			default:
				r.fail(fmt.Sprintf("%s (%s)", name, test.Status))
				fmt.Printf("    FAIL %s\n", name)
			}
			for _, result := range test.Results {
				for _, e := range result.Errors {
					fmt.Println(indent(indent(tail(colours.ReplaceAllString(e.Message, ""), 60))))
				}
			}
		}
	}
	return passed
}

// colours are the escapes by which Playwright colours its words even in a file.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")
