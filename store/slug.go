package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// plain are the Latin letters that are no other letter with a mark on it, so that no form of Unicode takes them apart.
var plain = strings.NewReplacer("æ", "ae", "œ", "oe", "ø", "o", "ð", "d", "þ", "th", "đ", "d", "ħ", "h", "ı", "i", "ł", "l", "ŋ", "ng", "ŧ", "t")

// Slugify makes a slug part out of a name: its letters without case and marks ("Zürich Café" becomes zurich-cafe), its
// digits, and a hyphen for whatever lies between. It returns "" when nothing is left, as of a name in another script.
func Slugify(name string) string {
	var b strings.Builder
	for _, r := range plain.Replace(norm.NFKD.String(cases.Fold().String(norm.NFKD.String(name)))) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // the mark of the letter before it
		default:
			if n := b.Len(); n > 0 && b.String()[n-1] != '-' {
				b.WriteByte('-')
			}
		}
	}
	s := b.String()
	return strings.Trim(s[:min(len(s), 60)], "-")
}
