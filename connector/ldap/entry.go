package ldap

import (
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"
)

// rawValues gives the values of an attribute whatever the case of its name.
func rawValues(e *ldap.Entry, attribute string) [][]byte {
	return e.GetEqualFoldRawAttributeValues(attribute)
}

// text gives the first value of the first attribute that has one. What is not valid UTF-8 is no value but
// a fault.
func text(e *ldap.Entry, attributes []string, faults *[]string) string {
	for _, a := range attributes {
		for _, v := range rawValues(e, a) {
			if !utf8.Valid(v) {
				*faults = append(*faults, fmt.Sprintf("%s is not valid UTF-8 text and was left out", a))
				continue
			}
			if s := strings.TrimSpace(string(v)); s != "" {
				return s
			}
		}
	}
	return ""
}

// identity gives the stable id of an entry; where it has none, its DN, with a fault.
func identity(e *ldap.Entry, attribute string, faults *[]string) string {
	if v := rawValues(e, attribute); len(v) > 0 && len(v[0]) > 0 {
		if isGUID(attribute) && len(v[0]) == 16 {
			return guidText(v[0])
		}
		if utf8.Valid(v[0]) {
			return string(v[0])
		}
		*faults = append(*faults, attribute+" is not valid UTF-8 text: the DN serves as the identity, so that a rename looks like somebody new")
		return printable(e.DN)
	}
	*faults = append(*faults, "there is no "+attribute+": the DN serves as the identity, so that a rename looks like somebody new")
	return printable(e.DN)
}

// idFilter gives the filter that finds an identity; false when no entry can have it.
func idFilter(attribute, id string) (string, bool) {
	if !isGUID(attribute) {
		return "(" + attribute + "=" + ldap.EscapeFilter(id) + ")", true
	}
	raw, ok := guidBytes(id)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for _, c := range raw {
		fmt.Fprintf(&b, `\%02x`, c)
	}
	return "(" + attribute + "=" + b.String() + ")", true
}

func isGUID(attribute string) bool { return strings.EqualFold(attribute, "objectGUID") }

// guidOrder is how Active Directory stores a GUID: three numbers with the least byte first, then bytes.
var guidOrder = [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15}

func guidText(raw []byte) string {
	var b [16]byte
	for i, from := range guidOrder {
		b[i] = raw[from]
	}
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

func guidBytes(text string) ([]byte, bool) {
	if len(text) != 36 {
		return nil, false
	}
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(b) != 16 {
		return nil, false
	}
	raw := make([]byte, 16)
	for i, from := range guidOrder {
		raw[from] = b[i]
	}
	return raw, true
}

// printable makes text of what the server sent, whatever it sent.
func printable(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
