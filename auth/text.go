package auth

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// clip shortens what strangers send for a message.
func clip(s string) string {
	s = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s), "\uFFFD")
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
