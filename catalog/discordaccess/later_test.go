package discordaccess_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog/discordaccess"
	"github.com/sallyport/sallyport/store"
)

func says(r discordaccess.Report, table, id, words string) bool {
	return slices.ContainsFunc(r.Lines, func(l discordaccess.Line) bool {
		return l.Table == table && l.ID == id && strings.Contains(l.Why, words)
	})
}

// TestLaterRuns: what became less in Access becomes less here, what became otherwise is named, and the comparison is with
// what people really have.
func TestLaterRuns(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		for _, id := range []string{"ann", "bea", "cy", "dee"} {
			o.user(id, id+"@example.test", nil)
		}
		o.group("g", "Group", row{"description": "first"})
		o.group("free", "Free", nil)
		o.group("r", "Role-R", row{"type": "role_group"})
		o.add("app", row{"id": "app", "name": "App"})
		o.inApp("app", "in", "App-App-In", false, nil)
		o.add("tag", row{"id": "t", "name": "Thirty", "constraints": `{"member_time_limit": 2592000}`})
		o.add("tag", row{"id": "u", "name": "Ten", "constraints": `{"member_time_limit": 864000, "propagate_to_roles": true}`})
		o.add("okta_group_tag_map", row{"tag_id": "t", "group_id": "in"})
		sooner, later := o.member("ann", "g", day(-10), nil, nil), o.member("bea", "g", day(-10), day(20), nil)
		cutHere, free, inRole := o.member("cy", "g", day(-10), nil, nil), o.member("dee", "free", day(-10), nil, nil), o.member("dee", "r", day(-10), nil, nil)
		given := o.mapTo("r", "free", day(-10), day(100), nil)
		same := o.member("dee", "g", day(-10), day(50), nil)
		o.derive(func(_, _ row) bool { return false })
		w.bring(o, discordaccess.Options{})
		ids := w.ids()
		grant := func(table, id string) string { return ids[table+" "+id] }
		member := func(id string) string { return grant("okta_user_group_member", id) }
		at := day(5)
		if err := w.db.Update(w.ctx, func(ctx context.Context, tx *store.Tx) error {
			return w.im.Access.ShortenTx(ctx, tx, w.actor(), "test", []store.Shortened{{ID: member(cutHere), EndsAt: &at}})
		}); err != nil {
			w.Fatal(err)
		}
		text := func(t time.Time) string { return t.Format("2006-01-02 15:04:05") }
		o.exec("UPDATE okta_user_group_member SET ended_at = $1 WHERE id = "+sooner, text(day(10)))
		o.exec("UPDATE okta_user_group_member SET ended_at = $1 WHERE id = "+later, text(day(60)))
		o.exec(`UPDATE tag SET constraints = '{"member_time_limit": 86400}' WHERE id = 't'`)
		o.exec("UPDATE okta_group SET name = 'Renamed', description = 'second' WHERE id = 'g'")
		o.exec("UPDATE okta_user SET display_name = 'Anna', email = 'anna@example.test', manager_id = 'bea' WHERE id = 'ann'")
		mark := o.add("okta_group_tag_map", row{"tag_id": "u", "group_id": "free"})
		w.clock.Advance(time.Minute)
		rep := w.bring(o, discordaccess.Options{})

		for id, want := range map[string]time.Time{member(sooner): day(10), member(later): day(20), member(cutHere): day(5), member(same): day(50), member(free): day(10), member(inRole): day(10),
			grant("role_group_map", given): day(10)} {
			g := w.grant(id)
			if g.EndsAt == nil || g.EndedAt != nil || g.EndsAt.Sub(want).Abs() > time.Hour {
				w.Errorf("%s of %s ends at %v, want %v", g.Subject.Login, g.Resource.Slug, g.EndsAt, want)
			}
		}
		for _, c := range [][3]string{
			{"okta_user_group_member", sooner, "ends sooner in Access"},
			{"okta_user_group_member", later, "makes nothing longer"},
			{"okta_user_group_member", cutHere, "has no end in Access"},
			{"okta_group", "g", `its name is "Renamed" in Access and "Group" here`},
			{"okta_group", "g", `its description is "second" in Access and "first" here`},
			{"okta_user", "ann", `the name is "Anna" in Access and "Ann" here`},
			{"okta_user", "ann", `the address is "anna@example.test" in Access and "ann@example.test" here`},
			{"okta_user", "ann", "the manager is bea@example.test in Access, and nobody here"},
			{"tag", "t", `member_time_limit is "P1D" in Access and "P30D" here`},
			{"okta_group_tag_map", mark, "it brings the end of 2 of what is here forward"},
			{"okta_group_tag_map", mark, "it brings the end of 1 of memberships of roles that give it forward"},
		} {
			if !says(rep, c[0], c[1], c[2]) {
				w.Errorf("nobody says of %s %s: %s\n%+v", c[0], c[1], c[2], rep.Lines)
			}
		}
		if len(rep.Lines) != 8 {
			w.Errorf("%d lines: %+v", len(rep.Lines), rep.Lines)
		}
		var told []string
		for _, d := range rep.Differences {
			told = append(told, fmt.Sprint(d.Login, " ", d.Group, " from ", d.From.Sub(today).Round(24*time.Hour).Hours()/24))
		}
		if want := []string{"bea@example.test Renamed from 20", "cy@example.test Renamed from 5", "dee@example.test Free from 10", "dee@example.test Role-R from 10"}; !slices.Equal(told, want) {
			w.Errorf("the differences are %v, want %v", told, want)
		}
		if p := w.plan(o, discordaccess.Options{}); !p.Empty() {
			w.Errorf("a third run finds something to do: %+v", p.Report)
		}
		w.verifies()
	})
}

// TestFirstRunNames: what of people and reviews has no place here, or stays as it is, is named; marks are brought.
func TestFirstRunNames(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		o.user("ann", "ann@example.test", row{"employee_number": "4711", "profile": fmt.Sprintf(`{"Title": %q}`, strings.Repeat("t", 400))})
		o.user("bea", "bea@example.test", nil)
		o.user("root", "root@example.test", row{"manager_id": "ann", "profile": `{"Title": "Chief"}`})
		o.group("g", "Group", nil)
		o.group("r", "Role-R", row{"type": "role_group"})
		marked, endless := o.member("ann", "g", day(-10), day(30), row{"should_expire": true}), o.member("bea", "g", day(-10), nil, row{"should_expire": true})
		of := o.mapTo("r", "g", day(-10), day(20), row{"should_expire": true})
		derived := o.member("ann", "g", day(-5), day(20), row{"role_group_map_id": of, "should_expire": true})
		rep := w.bring(o, discordaccess.Options{})
		ids := w.ids()
		for _, c := range [][3]string{
			{"okta_user", "ann", "Title has 400 characters, of which the first 200 are kept"},
			{"okta_user", "root", `the title is "Chief" in Access and "" here`},
			{"okta_user", "root", "the manager is ann@example.test in Access, and nobody here"},
			{"okta_user_group_member", endless, "has no end"},
			{"okta_user_group_member", derived, "so mark the membership"},
		} {
			if !says(rep, c[0], c[1], c[2]) {
				w.Errorf("nobody says of %s %s: %s\n%+v", c[0], c[1], c[2], rep.Lines)
			}
		}
		if len(rep.Warnings) == 0 || !strings.Contains(rep.Warnings[0], "employee_number") {
			w.Errorf("the number is dropped without a word: %v", rep.Warnings)
		}
		want := []string{ids["okta_user_group_member "+marked], ids["role_group_map "+of]}
		slices.Sort(want)
		if got := w.column(`SELECT grant_id FROM grant_reviews WHERE tenant_id=$1`); !slices.Equal(got, want) {
			w.Errorf("the marks are of %v, want %v", got, want)
		}
		w.verifies()
	})
}

func TestEmployeeNumber(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		o.user("ann", "ann@example.test", row{"employee_number": "4711"})
		if w.bring(o, discordaccess.Options{Attributes: []string{"employee_number"}}); w.user("ann@example.test").Attributes["employee_number"] != "4711" {
			w.Errorf("ann is %+v", w.user("ann@example.test"))
		}
	})
}

// TestAnotherKindThere: what became a role, a group or part of an app in Access since it was brought stays what it is here, and
// is named; what is no role here holds nothing, though it is one there.
func TestAnotherKindThere(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		o.user("ann", "ann@example.test", nil)
		o.add("app", row{"id": "app", "name": "App"})
		o.add("app", row{"id": "other", "name": "Other"})
		o.inApp("app", "moves", "Moves", false, nil)
		for _, id := range []string{"becomes", "joins", "wiki"} {
			o.group(id, id, nil)
		}
		o.group("was", "Role-Was", row{"type": "role_group"})
		o.group("dev", "Role-Dev", row{"type": "role_group"})
		o.member("ann", "becomes", day(-10), nil, nil)
		w.bring(o, discordaccess.Options{})

		o.exec("UPDATE okta_group SET type = 'role_group' WHERE id = 'becomes'")
		o.add("role_group", row{"id": "becomes"})
		o.exec("UPDATE okta_group SET type = 'app_group' WHERE id = 'joins'")
		o.add("app_group", row{"id": "joins", "app_id": "app", "is_owner": false})
		o.exec("UPDATE okta_group SET type = 'okta_group' WHERE id = 'was'")
		o.exec("DELETE FROM role_group WHERE id = 'was'")
		o.exec("UPDATE app_group SET app_id = 'other' WHERE id = 'moves'")
		gives, into := o.mapTo("becomes", "wiki", day(-1), nil, nil), o.mapTo("dev", "was", day(-1), nil, nil)
		o.member("ann", "wiki", day(-1), nil, row{"role_group_map_id": gives})
		rep := w.bring(o, discordaccess.Options{})
		for _, c := range [][3]string{
			{"okta_group", "becomes", `its kind is "role" in Access and "group" here`},
			{"okta_group", "joins", `its kind is "entitlement" in Access and "group" here`},
			{"okta_group", "was", `its kind is "group" in Access and "role" here`},
			{"okta_group", "moves", `its app is "Other" in Access and "App" here`},
			{"role_group_map", gives, "convert it to a role here"},
			{"role_group_map", into, "roles do not contain roles"},
		} {
			if !says(rep, c[0], c[1], c[2]) {
				w.Errorf("nobody says of %s %s: %s\n%+v", c[0], c[1], c[2], rep.Lines)
			}
		}
		if len(rep.Differences) != 1 || rep.Differences[0].Here || rep.Differences[0].Group != "wiki" {
			w.Errorf("the differences are %+v", rep.Differences)
		}
		if got := w.column(`SELECT id FROM grants WHERE tenant_id=$1 AND subject_kind='role'`); len(got) != 0 {
			w.Errorf("what is no role holds something: %v", got)
		}
		w.verifies()
	})
}

// TestNothingIsLostInSilence: what is too long, cannot be read, or stands where nobody looks is named, in words that are right.
func TestNothingIsLostInSilence(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		o.exec("ALTER TABLE okta_user ADD COLUMN pronouns TEXT")
		if !strings.HasPrefix(o.from, "sqlite") { // SQLite keeps longer texts than a column is declared for
			o.exec("ALTER TABLE okta_user_group_member ALTER COLUMN created_reason TYPE TEXT")
			o.exec("ALTER TABLE access_request ALTER COLUMN request_reason TYPE TEXT")
		}
		long := strings.Repeat("x", 5000)
		o.user("ann", "ann@example.test", row{"profile": "[1]", "pronouns": "she"})
		o.add("app", row{"id": "app", "name": "App", "plugin_data": `{"sheet": "finance"}`})
		o.group("fed", "Fed", row{"is_managed": false, "externally_managed_data": fmt.Sprintf(`{"rule": %q}`, long)})
		o.group("odd", "Odd", row{"is_managed": false, "externally_managed_data": `["rule"]`})
		o.group("g", "Gro\u202eup", nil)
		o.group("nameless", "", nil)
		member := o.member("ann", "g", day(-10), nil, row{"created_reason": long})
		o.add("access_request", row{"id": "over", "status": "REJECTED", "requester_user_id": "ann", "requested_group_id": "g", "request_reason": long, "resolved_at": day(-1)})
		for id, demands := range map[string]string{"tag_x": "{}", "part": `{"member_time_limit": 864000.5}`, "huge": `{"member_time_limit": 1e30}`, "none": `{"member_time_limit": null, "require_member_reason": "yes"}`} {
			o.add("tag", row{"id": id, "name": id, "constraints": demands})
		}
		o.add("tag", row{"id": "gone", "name": "Gone", "deleted_at": day(-1)})
		gone := o.add("okta_group_tag_map", row{"tag_id": "gone", "group_id": "g", "app_tag_map_id": 99})
		rep := w.bring(o, discordaccess.Options{})
		for _, c := range [][3]string{
			{"okta_user", "ann", "the profile cannot be read"},
			{"app", "app", `settings of its plugins are not brought: {"sheet"`},
			{"okta_group", "fed", "of which the first 4000 are kept"},
			{"okta_group", "odd", "rules cannot be read"},
			{"okta_group", "nameless", "it was empty"},
			{"okta_user_group_member", member, "its reason has 5000 characters, of which the first 2000 are kept"},
			{"access_request", "over", "its reason has 5000 characters"},
			{"tag", "tag_x", "it begins as an id does here"},
			{"tag", "huge", "longer than the longest limit"},
			{"tag", "none", "member_time_limit: null is no number of seconds"},
			{"tag", "none", `require_member_reason is "yes", which is neither`},
			{"okta_group_tag_map", gone, "its tag is not brought"},
		} {
			if !says(rep, c[0], c[1], c[2]) {
				w.Errorf("nobody says of %s %s: %s\n%+v", c[0], c[1], c[2], rep.Lines)
			}
		}
		if says(rep, "okta_group_tag_map", gone, "put on the group itself") || says(rep, "tag", "part", "") {
			w.Errorf("something is said that is not so: %+v", rep.Lines)
		}
		if !slices.ContainsFunc(rep.Warnings, func(s string) bool { return strings.Contains(s, "okta_user.pronouns is not known") }) || len(rep.Warnings) != 1 {
			w.Errorf("the warnings are %v", rep.Warnings)
		}
		for _, l := range rep.Lines {
			if strings.ContainsRune(l.What+l.Why, '\u202e') {
				w.Errorf("what a terminal shows is turned round: %+v", l)
			}
		}
		w.view(func(ctx context.Context, tx *store.Tx) error {
			tag, err := tx.Tag(ctx, w.tenant, "part")
			if tag.Constraints[sallyport.MemberTimeLimit] != 10*sallyport.Day {
				w.Errorf("a limit of ten days and a half second is %v", tag.Constraints)
			}
			return err
		})
		for _, l := range w.plan(o, discordaccess.Options{}).Report.Lines {
			if l.Fate != discordaccess.Left {
				w.Errorf("a second run says %+v", l)
			}
		}
	})
}

// TestInfinity: what never ends there has no end here, and is named.
func TestInfinity(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		if strings.HasPrefix(o.from, "sqlite") {
			return
		}
		o.user("ann", "ann@example.test", nil)
		o.group("g", "Group", nil)
		member := o.member("ann", "g", day(-10), nil, nil)
		o.exec("UPDATE okta_user SET deleted_at = 'infinity'")
		o.exec("UPDATE okta_user_group_member SET ended_at = 'infinity'")
		rep := w.bring(o, discordaccess.Options{})
		if g := w.grant(w.ids()["okta_user_group_member "+member]); !g.NoEnd || g.EndedAt != nil {
			w.Errorf("the membership ends: %+v", g)
		}
		if u := w.user("ann@example.test"); u.State != sallyport.UserActive || !says(rep, "okta_user", "ann", "is infinity") || !says(rep, "okta_user_group_member", member, "is infinity") {
			w.Errorf("ann is %s, and it says %+v", u.State, rep.Lines)
		}
		if again := w.plan(o, discordaccess.Options{}); len(again.Report.Lines) != 0 || !again.Empty() {
			w.Errorf("a second run says %+v", again.Report.Lines)
		}
		for column, v := range map[string]string{"created_at": "infinity", "ended_at": "-infinity"} {
			o.exec("UPDATE okta_user_group_member SET " + column + " = '" + v + "'")
			if _, err := discordaccess.Read(w.ctx, o.from); sallyport.CodeOf(err) != sallyport.EInvalid || !strings.Contains(err.Error(), "the column "+column+" of row") {
				w.Errorf("%s %s: %v", column, v, err)
			}
			o.exec("UPDATE okta_user_group_member SET created_at = '2020-01-01', ended_at = NULL")
		}
	})
}

// TestCannotBeRead: a file that is no database, and a row that holds something else, are named, with what to do.
func TestCannotBeRead(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte("this is no database, and long enough to be read as a header of one, which has a hundred bytes, or more"), 0o600); err != nil {
		t.Fatal(err)
	}
	var e *sallyport.Error
	if _, err := discordaccess.Read(t.Context(), "sqlite:///"+text); !errors.As(err, &e) || !strings.Contains(e.Hint, "GRANT SELECT") {
		t.Errorf("of a text it says %v", err)
	}
	o := newOrigin(t, "sqlite")
	o.user("ann", "ann@example.test", nil)
	o.exec("UPDATE okta_user SET deleted_at = 'yesterday'")
	_, err := discordaccess.Read(t.Context(), o.from)
	if !errors.As(err, &e) || e.Code != sallyport.EInvalid || !strings.Contains(err.Error(), "the column deleted_at of row ann") || !strings.Contains(e.Hint, "Correct that row") {
		t.Errorf("it says %v", err)
	}
}
