package ldap

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// dnKey is a DN in a form that can be compared: one folded text for each RDN, the leaf first.
type dnKey []string

// parseDN reads a DN as RFC 4514 writes it. Names of attribute types and their case, the case and the inner
// spaces of values, the way in which characters are escaped and the order within an RDN do not matter.
func parseDN(dn string) (dnKey, error) {
	if strings.TrimSpace(dn) == "" {
		return nil, errors.New("it is empty")
	}
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return nil, err
	}
	key := make(dnKey, len(parsed.RDNs))
	for i, rdn := range parsed.RDNs {
		parts := make([]string, len(rdn.Attributes))
		for j, a := range rdn.Attributes {
			kind := foldType(a.Type)
			if !attributeName.MatchString(kind) {
				return nil, fmt.Errorf("%q is not the name of an attribute", a.Type)
			}
			parts[j] = kind + "=" + foldValue(a.Value)
		}
		slices.Sort(parts)
		key[i] = strings.Join(parts, "\x01")
	}
	return key, nil
}

// String gives a text that is equal for equal DNs. It is a key for maps and not a DN.
func (k dnKey) String() string { return strings.Join(k, "\x00") }

// within says whether the DN is the base itself or lies below it.
func (k dnKey) within(b dnKey) bool {
	return len(k) >= len(b) && slices.Equal(k[len(k)-len(b):], b)
}

func withinAny(k dnKey, bases []base) bool {
	return slices.ContainsFunc(bases, func(b base) bool { return k.within(b.key) })
}

// typeNames are the other names of the attribute types that occur in DNs (RFC 4519).
var typeNames = map[string]string{
	"commonname": "cn", "2.5.4.3": "cn", "surname": "sn", "2.5.4.4": "sn",
	"countryname": "c", "2.5.4.6": "c", "localityname": "l", "2.5.4.7": "l",
	"stateorprovincename": "st", "2.5.4.8": "st", "streetaddress": "street", "2.5.4.9": "street",
	"organizationname": "o", "2.5.4.10": "o", "organizationalunitname": "ou", "2.5.4.11": "ou",
	"userid": "uid", "0.9.2342.19200300.100.1.1": "uid",
	"domaincomponent": "dc", "0.9.2342.19200300.100.1.25": "dc",
	"rfc822mailbox": "mail", "0.9.2342.19200300.100.1.3": "mail",
}

func foldType(t string) string {
	t = strings.ToLower(strings.TrimPrefix(strings.ToLower(t), "oid."))
	if short, ok := typeNames[t]; ok {
		return short
	}
	return t
}

func foldValue(v string) string {
	if !utf8.ValidString(v) {
		return "\x02" + hex.EncodeToString([]byte(v))
	}
	return strings.Join(strings.Fields(cases.Fold().String(norm.NFKC.String(v))), " ")
}

var optionalUID = regexp.MustCompile(`#'[01]*'B$`)

// dnOfMember takes the bit string off that a uniqueMember may end with (RFC 4517, Name and Optional UID).
func dnOfMember(attribute, value string) string {
	if attribute == attrUniqueMember {
		return optionalUID.ReplaceAllString(value, "")
	}
	return value
}
