package audit_test

import (
	"regexp"
	"strconv"
	"strings"
)

var indexField = regexp.MustCompile(`"index":(\d+)`)

// shiftIndex adds to the index of an event line; other lines stay.
func shiftIndex(line string, by int64) string {
	return indexField.ReplaceAllStringFunc(line, func(s string) string {
		n, _ := strconv.ParseInt(strings.TrimPrefix(s, `"index":`), 10, 64)
		return `"index":` + strconv.FormatInt(n+by, 10)
	})
}

// flipHash changes one digit of the record hash in a line.
func flipHash(line int) func([]string) []string {
	return func(lines []string) []string {
		b := []byte(lines[line-1])
		at := strings.Index(lines[line-1], `"hash":"`) + len(`"hash":"`)
		if b[at]++; b[at] == '9'+1 || b[at] > 'f' {
			b[at] = '0'
		}
		lines[line-1] = string(b)
		return lines
	}
}
