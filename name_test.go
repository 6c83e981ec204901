package sallyport

import (
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	for _, ok := range []string{"Ada Lovelace", "Žofie Nováková", "李小龍", "O’Neil, Jr.", "a", "👩‍💻 team"} {
		if err := CheckName(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{"", " ", " a", "a ", "a\nb", "a\x00b", "pay\u200bpal", "abc\u202ecod", "\ufeffa", "\xff", strings.Repeat("x", MaxName+1)} {
		if CheckName(bad) == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestCheckSlugAndLogin(t *testing.T) {
	for slug, kind := range map[string]Kind{"vpn": KindApp, "github.engineering": KindEntitlement, "a-1": KindRole, "0": KindGroup} {
		if err := CheckSlug(slug, kind); err != nil {
			t.Errorf("%q: %v", slug, err)
		}
	}
	for slug, kind := range map[string]Kind{"me": KindApp, "res_1": KindApp, "VPN": KindApp, "a.b": KindApp, "ab": KindEntitlement, "a.b.c": KindEntitlement,
		"-a": KindApp, "a-": KindApp, "": KindApp, "a b": KindApp, ".a": KindEntitlement} {
		if CheckSlug(slug, kind) == nil {
			t.Errorf("%q is accepted as %s", slug, kind)
		}
	}
	for _, ok := range []string{"ada", "ada@example.com", "Ada.L", "O-1"} {
		if err := CheckLogin(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{"", "me", "ME", "usr_1", "a b", "a/b", "user:a", "a\u200bb", strings.Repeat("x", MaxLogin+1)} {
		if CheckLogin(bad) == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestBlank(t *testing.T) {
	for _, s := range []string{"", " \n\t", "\u00a0", "\u200b\u200d", "\u2800", "\u3164", "\u115f\u1160 \uffa0", "\ufe0f\u034f", "\ufeff\u2060\u3000"} {
		if !Blank(s) || CheckName(s) == nil {
			t.Errorf("%q shows something", s)
		}
	}
	for _, s := range []string{"-", " a\u2800", "⠁", "한", "ú", "👍\ufe0f"} {
		if Blank(s) {
			t.Errorf("%q shows nothing", s)
		}
	}
	for _, reason := range []string{"\u2800", "\u3164"} {
		if len(Constraints{RequireMemberReason: true}.Refuse(Gain{Relation: Member, Reason: reason}, false)) == 0 {
			t.Errorf("%q is a reason", reason)
		}
	}
}
