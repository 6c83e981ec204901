package sallyport

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ID prefixes. An id is PREFIX_ and 26 characters that sort by time of creation.
const (
	PrefixUser       = "usr"
	PrefixResource   = "res"
	PrefixRequest    = "req"
	PrefixGrant      = "grt"
	PrefixTask       = "tsk"
	PrefixStage      = "stg"
	PrefixVote       = "vot"
	PrefixProvision  = "prv"
	PrefixEvent      = "evt"
	PrefixTag        = "tag"
	PrefixConnection = "con"
	PrefixAccount    = "acc"
	PrefixDelegation = "dlg"
	PrefixToken      = "tok"
	PrefixSession    = "ses"
	PrefixSync       = "syn"
	PrefixMessage    = "msg"
	PrefixJob        = "job"
	PrefixBatch      = "bat"
	PrefixTenant     = "ten"
	PrefixReorganize = "reo"
	PrefixView       = "viw"
)

var idPrefixes = []string{PrefixUser, PrefixResource, PrefixRequest, PrefixGrant, PrefixTask, PrefixStage, PrefixVote,
	PrefixProvision, PrefixEvent, PrefixTag, PrefixConnection, PrefixAccount, PrefixDelegation, PrefixToken, PrefixSession, PrefixSync,
	PrefixMessage, PrefixJob, PrefixBatch, PrefixTenant, PrefixReorganize, PrefixView}

// HasIDPrefix reports whether s looks like an id, which no slug or login may (domain rule 22).
func HasIDPrefix(s string) bool {
	for _, p := range idPrefixes {
		if strings.HasPrefix(s, p+"_") {
			return true
		}
	}
	return false
}

// Limits on what people type.
const (
	MaxName   = 200
	MaxText   = 4000
	MaxLogin  = 128
	MaxSlug   = 128
	MaxReason = 2000
)

var (
	slugPart = `[a-z0-9](?:[a-z0-9-]*[a-z0-9])?`
	slugRE   = regexp.MustCompile(`^` + slugPart + `(?:\.` + slugPart + `)?$`)
	loginRE  = regexp.MustCompile(`^[^\s/:?#"'<>\\]+$`)
)

// CheckName validates a display name: 1 to MaxName characters, no control or zero-width characters.
func CheckName(s string) error {
	if Blank(s) {
		return fmt.Errorf("is empty; give it a name")
	}
	if strings.TrimSpace(s) != s {
		return fmt.Errorf("begins or ends with white space; remove it")
	}
	if utf8.RuneCountInString(s) > MaxName {
		return fmt.Errorf("is longer than %d characters; shorten it", MaxName)
	}
	return CheckText(s, false)
}

// Blank reports whether a text shows nothing: it is empty, or of white space and characters without a glyph alone.
func Blank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !unicode.IsControl(r) && r != '\u2800' && // a braille pattern without dots
			!unicode.In(r, unicode.Cf, unicode.Zs, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) {
			return false
		}
	}
	return true
}

// CheckText refuses invalid UTF-8 and characters that people cannot see; multiline allows tabs and line ends.
func CheckText(s string, multiline bool) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("is not valid UTF-8; save it as UTF-8")
	}
	for i, r := range s {
		if multiline && (r == '\n' || r == '\r' || r == '\t') {
			continue
		}
		invisible := r == '\u200b' || r == '\u200c' || r == '\u2060' || r == '\ufeff' || r == '\u00ad' || r == '\u180e' ||
			(r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069') || r == '\u200e' || r == '\u200f'
		if unicode.IsControl(r) || invisible || r == unicode.ReplacementChar {
			return fmt.Errorf("has a character that cannot be seen (U+%04X at byte %d); remove it", r, i)
		}
	}
	return nil
}

// CheckReason validates a justification or comment that may be empty.
func CheckReason(s string) error {
	if utf8.RuneCountInString(s) > MaxReason {
		return fmt.Errorf("is longer than %d characters; shorten it", MaxReason)
	}
	return CheckText(s, true)
}

// CheckSlug validates a slug: lower-case letters, digits and hyphens; an entitlement's is APP.NAME.
func CheckSlug(s string, kind Kind) error {
	if s == "" {
		return errors.New("is missing; use lower-case letters, digits and hyphens, e.g. build-server")
	}
	if len(s) > MaxSlug || !slugRE.MatchString(s) {
		return fmt.Errorf("%q is not a slug; use lower-case letters, digits and hyphens, e.g. build-server", clip(s))
	}
	if (kind == KindEntitlement) != strings.Contains(s, ".") {
		if kind == KindEntitlement {
			return fmt.Errorf("%q lacks its app; an entitlement's slug is APP.NAME", s)
		}
		return fmt.Errorf("%q has a dot; only an entitlement's slug is APP.NAME", s)
	}
	if s == "me" || HasIDPrefix(s) {
		return fmt.Errorf("%q is reserved; choose another", s)
	}
	return nil
}

// CheckLogin validates a login. White space, slashes, colons and quotes are refused.
func CheckLogin(s string) error {
	if s == "" || len(s) > MaxLogin || !loginRE.MatchString(s) {
		return fmt.Errorf("%q is not a login; use 1 to %d characters without spaces, slashes, colons or quotes", clip(s), MaxLogin)
	}
	if err := CheckText(s, false); err != nil {
		return err
	}
	if strings.EqualFold(s, "me") || HasIDPrefix(strings.ToLower(s)) {
		return fmt.Errorf("%q is reserved; choose another", s)
	}
	return nil
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
