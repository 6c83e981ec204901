package store

import (
	"strings"
	"testing"
)

func TestSlugify(t *testing.T) {
	long := strings.Repeat("abcdefghi ", 8)
	for name, want := range map[string]string{
		"GitHub":                   "github",
		" The  Data / Warehouse! ": "the-data-warehouse",
		"Ünïcode ⚙ thing":          "unicode-thing",
		"U\u0308ni":                "uni", // the mark written apart
		"Straße nach Łódź, Ærø":    "strasse-nach-lodz-aero",
		"İstanbul ısı":             "istanbul-isi",
		"Đà Nẵng":                  "da-nang",
		"ＷＩＤＥ ２":                   "wide-2",
		"²":                        "2",
		"Wache №7":                 "wache-no7", // whose capital comes with taking it apart
		"a\u200bb":                 "a-b",
		"名前":                       "",
		"---":                      "",
		"":                         "",
		"\xff\xfe":                 "",
		long:                       strings.TrimSuffix(strings.ReplaceAll(long[:60], " ", "-"), "-"),
	} {
		if got := Slugify(name); got != want {
			t.Errorf("Slugify(%q) = %q, want %q", name, got, want)
		}
	}
}
