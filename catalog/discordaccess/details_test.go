package discordaccess_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog/discordaccess"
	"github.com/sallyport/sallyport/store"
)

func (w *world) user(ref string) (u sallyport.User) {
	w.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) (err error) {
		u, err = tx.User(ctx, w.tenant, ref)
		return err
	})
	return u
}

func (w *world) thing(ref string) (r sallyport.Resource) {
	w.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = tx.Resource(ctx, w.tenant, ref, access.Everything)
		return err
	})
	return r
}

func (w *world) request(id string) (r sallyport.Request) {
	w.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = tx.Request(ctx, w.tenant, id, access.Everything)
		return err
	})
	return r
}

func (w *world) grant(id string) (g sallyport.Grant) {
	w.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) (err error) {
		g, err = tx.Grant(ctx, w.tenant, id, access.Everything)
		return err
	})
	return g
}

func TestPeople(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		root := w.user("root@example.test")
		w.bring(o, discordaccess.Options{Attributes: []string{"Team"}})
		ids := w.ids()
		ada := w.user("ada@example.test")
		if ada.ID != ids["okta_user ada"] || ada.Manager == nil || ada.Manager.Login != "grace@example.test" || ada.Title != "Engineer" || ada.Attributes["Team"] != "Core" ||
			!ada.CreatedAt.Equal(day(-400)) || ada.ExternalID != "ada" || ada.Source != "" {
			w.Errorf("ada is %+v", ada)
		}
		if g := w.user("grace@example.test"); g.Department != "Engineering" || len(g.Attributes) != 0 {
			w.Errorf("grace is %+v", g)
		}
		eve := w.user(ids["okta_user eve"])
		if eve.State != sallyport.UserGone || eve.LeftAt == nil || !eve.LeftAt.Equal(day(-350)) || eve.Email != "" || eve.Login == "ada@example.test" {
			w.Errorf("who had ada's address before is %+v", eve)
		}
		if ids["okta_user root"] != root.ID {
			w.Errorf("root was here as %s and became %s", root.ID, ids["okta_user root"])
		}
		bob, bob2 := w.user(ids["okta_user bob"]), w.user(ids["okta_user bob2"])
		if bob.Login != "bob@example.test" || bob2.Login == bob2.Email || bob2.Email != "" {
			w.Errorf("two of one address are %+v and %+v", bob, bob2)
		}
		kim := w.user(ids["okta_user kim"])
		if kim.Name != "Kim Lee" || sallyport.CheckLogin(kim.Login) != nil {
			w.Errorf("kim is %+v", kim)
		}
		hal, ivy := w.user(ids["okta_user hal"]), w.user(ids["okta_user ivy"])
		if (hal.Manager == nil) == (ivy.Manager == nil) {
			w.Errorf("a circle of managers is not opened: %+v, %+v", hal.Manager, ivy.Manager)
		}
		if dan := w.user("dan@example.test"); dan.State != sallyport.UserGone || !dan.LeftAt.Equal(day(-30)) {
			w.Errorf("dan is %+v", dan)
		}
	})
}

func TestThingsAndTags(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		w.bring(o, discordaccess.Options{})
		ids := w.ids()
		for ref, want := range map[string]struct {
			slug, name string
			kind       sallyport.Kind
			managed    bool
			tags       string
		}{
			"app github":           {"github", "GitHub", sallyport.KindApp, true, "production (prod2)"},
			"app github2":          {"github-2", "Github (github2)", sallyport.KindApp, true, ""},
			"okta_group gh-admins": {"github.admins", "Admins", sallyport.KindEntitlement, true, "Production"},
			"okta_group gh-owners": {"github.owners", "Owners", sallyport.KindEntitlement, true, "production (prod2)"},
			"okta_group gh-legacy": {"github.legacy-gh", "Legacy_GH!", sallyport.KindEntitlement, true, "Off"},
			"okta_group dev":       {"dev", "Dev", sallyport.KindRole, true, ""},
			"okta_group editors":   {"wiki-editors", "Wiki-Editors", sallyport.KindGroup, true, ""},
			"okta_group editors2":  {"wiki-editors-2", "wiki-editors (editors2)", sallyport.KindGroup, true, ""},
			"okta_group everyone":  {"everyone", "Everyone", sallyport.KindGroup, false, ""},
		} {
			r := w.thing(ids[ref])
			if r.Slug != want.slug || r.Name != want.name || r.Kind != want.kind || r.Managed != want.managed || strings.Join(r.Tags, ", ") != want.tags {
				w.Errorf("%s is %s %q %s managed %v tags %v, want %+v", ref, r.Slug, r.Name, r.Kind, r.Managed, r.Tags, want)
			}
		}
		if d := w.thing("everyone").Description; !strings.Contains(d, `Fed by the directory's rule “All staff”: user.status == "ACTIVE"`) {
			w.Errorf("the rule is not shown: %q", d)
		}
		for _, deleted := range []string{"okta_group old", "okta_group dead-x", "okta_group ops", "app dead"} {
			if r := w.thing(ids[deleted]); r.DeletedAt == nil {
				w.Errorf("%s lives", deleted)
			}
		}
		owners := []string{}
		for _, u := range w.thing("github").Owners {
			owners = append(owners, u.Login)
		}
		if !slices.Equal(owners, []string{"ada@example.test"}) { // bob is a mere member of the owner group
			w.Errorf("the owners of GitHub are %v", owners)
		}
		w.view(func(ctx context.Context, tx *store.Tx) error {
			for name, want := range map[string]sallyport.Constraints{
				"Production":         {sallyport.MemberTimeLimit: 30 * sallyport.Day, sallyport.RequireMemberReason: true},
				"Short":              {sallyport.MemberTimeLimit: sallyport.Duration(time.Hour), sallyport.OwnerTimeLimit: sallyport.Duration(time.Hour)},
				"production (prod2)": {sallyport.ForbidSelfMember: true, sallyport.ForbidSelfOwner: true, sallyport.RequireOwnerReason: true},
				"Off":                {sallyport.MemberTimeLimit: sallyport.Day},
			} {
				tag, err := tx.Tag(ctx, w.tenant, name)
				if err != nil || !reflect.DeepEqual(tag.Constraints, want) || tag.Enabled == (name == "Off") {
					w.Errorf("%s is %+v: %v", name, tag, err)
				}
			}
			over, _, err := tx.CountLonger(ctx, w.tenant, store.Cut{ResourceID: ids["okta_group gh-admins"], Relation: sallyport.Member, Limit: 30 * sallyport.Day})
			if err == nil && over != 0 {
				w.Errorf("%d grants are longer than the limit of their tag", over)
			}
			return err
		})
	})
}

func TestHistory(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		w.bring(o, discordaccess.Options{})
		ids := w.ids()
		of := func(reason string) sallyport.Grant {
			return w.grant(ids["okta_user_group_member "+o.by("okta_user_group_member", reason)])
		}
		first, second, third := of("first time"), of("renewed"), of("again")
		if first.Reason != "first time" || !first.StartsAt.Equal(day(-300)) || !first.EndedAt.Equal(day(-200)) || first.CreatedBy == nil || first.CreatedBy.Login != "grace@example.test" ||
			first.EndedBy != nil || !strings.Contains(first.EndedReason, "not certain") { // Access writes who gave it as who ended it
			w.Errorf("the first is %+v", first)
		}
		if second.EndedBy == nil || second.EndedBy.Login != "bob@example.test" || !second.CreatedAt.Equal(day(-200)) {
			w.Errorf("the second is %+v", second)
		}
		if third.EndedAt != nil || third.NoEnd || !third.EndsAt.Equal(day(30)) || third.State != sallyport.GrantActive || third.Origin != sallyport.OriginGiven {
			w.Errorf("the third is %+v", third)
		}
		if mirrored := of("User added via Okta group rule."); mirrored.Origin != sallyport.OriginImport || mirrored.ReasonKind != "import" {
			w.Errorf("what the directory feeds is %+v", mirrored)
		}
		role := w.grant(ids["role_group_map "+o.by("role_group_map", "they write")])
		if role.Subject.Kind != sallyport.SubjectRole || role.Subject.Slug != "dev" || role.Reason != "they write" || !role.NoEnd {
			w.Errorf("what a role holds is %+v", role)
		}
		var events int
		w.view(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Events(ctx, w.tenant, access.Everything, store.EventFilter{UserID: ids["okta_user ada"]}, store.Page{Limit: 200})
			for _, e := range l.Items {
				if e.Object.ID == first.ID && (e.Verb == "grant.created" && e.Body["starts_at"] == day(-300).Format("2006-01-02T15:04:05.000000Z") ||
					e.Verb == "grant.ended" && e.Body["ended_at"] == day(-200).Format("2006-01-02T15:04:05.000000Z")) {
					events++
				}
			}
			return err
		})
		if events != 2 {
			w.Errorf("%d events tell of ada's first time", events)
		}
	})
}

// TestReportsOfWhatWasBrought: words, who gave something and when somebody left are found as if it had happened here.
func TestReportsOfWhatWasBrought(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		w.bring(o, discordaccess.Options{})
		ids := w.ids()
		w.view(func(ctx context.Context, tx *store.Tx) error {
			for what, f := range map[string]store.IntervalFilter{
				"a reason":          {Q: "THEY write"},
				"an end":            {Q: "not certain"},
				"a decision":        {Q: "fine, but shorter"},
				"who gave it":       {ActorID: ids["okta_user grace"], ResourceID: ids["okta_group editors2"]},
				"who ended it":      {ActorID: ids["okta_user bob"], UserID: ids["okta_user ada"], ResourceID: ids["okta_group editors"], State: "ended"},
				"what was lost, by": {UserID: ids["okta_user ada"], ActorID: ids["okta_user ada"], State: store.IntervalLost},
			} {
				l, err := tx.Intervals(ctx, w.tenant, access.Everything, f, store.Page{})
				if err != nil || (len(l.Items) == 0) != (what == "what was lost, by") {
					w.Errorf("by %s, %d rows are found: %v", what, len(l.Items), err)
				}
			}
			for at, want := range map[float64]int{0: 0, -30: 1} {
				l, err := tx.Leavers(ctx, w.tenant, "", day(at).Add(-time.Hour), day(at).Add(time.Hour), store.Page{})
				if err != nil || len(l.Items) != want {
					w.Errorf("%v days: %d left, want %d: %v", at, len(l.Items), want, err)
				}
				for _, it := range l.Items {
					if it.User.Login != "dan@example.test" || !it.LeftAt.Equal(day(-30)) || it.Held != 1 || it.Open != 0 || it.EndedAt == nil || !it.EndedAt.Equal(day(-30)) {
						w.Errorf("who left: %+v", it)
					}
				}
			}
			return nil
		})
	})
}

func TestRequests(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		w.bring(o, discordaccess.Options{})
		ids := w.ids()
		for id, want := range map[string]sallyport.RequestState{"r-approved": "approved", "r-denied": "denied", "r-own": "cancelled", "r-expired": "expired", "r-waits": "pending", "r-older": "superseded",
			"r-gone": "cancelled", "r-zombie": "cancelled", "r-late": "expired", "r-owner": "pending"} {
			if r := w.request(ids["access_request "+id]); r.State != want {
				w.Errorf("%s is %s (%s), want %s", id, r.State, r.Cause, want)
			}
		}
		ok := w.request(ids["access_request r-approved"])
		g := w.grant(ok.GrantID)
		if g.RequestID != ok.ID || g.ReasonKind != "request" || ok.DecidedBy == nil || ok.DecidedBy.Login != "grace@example.test" || !ok.DecidedAt.Equal(day(-40)) || !ok.CreatedAt.Equal(day(-41)) ||
			!ok.Until.Equal(day(60)) || len(ok.Stages) != 1 || len(ok.Stages[0].Votes) != 1 || ok.Stages[0].Votes[0].Comment != "fine, but shorter" || !strings.Contains(string(ok.Snapshot), "approved_until") {
			w.Errorf("the approved one is %+v, its grant %+v", ok, g)
		}
		no := w.request(ids["access_request r-denied"])
		if no.Cause != "no need" || no.DecidedBy.Login != "ada@example.test" || no.Stages[0].State != sallyport.StageDenied || no.Reason != "curious" {
			w.Errorf("the denied one is %+v", no)
		}
		// What waits is decided here, by the people and the rules of here.
		owns := w.request(ids["access_request r-owner"])
		if owns.Resource.Slug != "github" || owns.Relation != sallyport.Owner || !owns.CreatedAt.Equal(day(-1)) || owns.Requester.Login != "hal@example.test" {
			w.Errorf("who asks to own an app: %+v", owns)
		}
		wanted := w.request(ids["role_request rr-waits"])
		if wanted.Beneficiary.Slug != "dev" || wanted.Kind != sallyport.RequestRoleAccess || wanted.Requester.Login != "cyd@example.test" {
			w.Errorf("a role's request is %+v", wanted)
		}
		fresh := w.request(ids["group_request gr-waits"])
		if c := fresh.Create; fresh.Kind != sallyport.RequestCreate || fresh.State != sallyport.RequestPending || !fresh.CreatedAt.Equal(day(-2)) || fresh.Requester.Login != "hal@example.test" ||
			c == nil || c.Asked.Kind != sallyport.KindEntitlement || c.Asked.App == nil || c.Asked.App.Slug != "github" || c.Asked.Name != "New" || c.Asked.Slug != "github.new" ||
			len(c.Asked.Owners) != 1 || c.Asked.Owners[0].Login != "hal@example.test" || len(c.Asked.Tags) != 1 {
			w.Errorf("a request for a new group in an app is %+v %+v", fresh, c)
		}
		ada := w.user("ada@example.test")
		actor := sallyport.Actor{Tenant: w.tenant, User: ada.Ref(), Via: sallyport.ViaSession}
		done, err := w.im.Access.Vote(w.ctx, actor, owns.ID, sallyport.Ballot{Vote: sallyport.VoteApprove, Comment: "good", Version: owns.Version})
		if err != nil || done.State != sallyport.RequestApproved {
			w.Fatalf("the owner of the app decides: %s, %v", done.State, err)
		}
	})
}

// TestNobodyIsAdmin: requests that nobody could decide are refused, and the report says beforehand what to do.
func TestNobodyIsAdmin(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		w.update(func(ctx context.Context, tx *store.Tx) error {
			root, err := tx.User(ctx, w.tenant, "root@example.test")
			if err != nil {
				return err
			}
			return w.im.Access.LeaveTx(ctx, tx, w.actor(), root, sallyport.UserGone, "left")
		})
		o.user("ann", "ann@example.test", nil)
		o.group("g", "Gro\u202eup", nil)
		o.add("access_request", row{"id": "waits", "requester_user_id": "ann", "requested_group_id": "g", "request_reason": "please"})
		rep := w.bring(o, discordaccess.Options{})
		if !says(rep, "access_request", "waits", "nobody could decide about Group") || strings.ContainsRune(rep.Lines[len(rep.Lines)-1].What, '\u202e') {
			w.Errorf("the lines are %+v", rep.Lines)
		}
		if len(rep.Warnings) != 1 || !strings.Contains(rep.Warnings[0], "start the server with --admin first") {
			w.Errorf("the warnings are %v", rep.Warnings)
		}
	})
}

// TestAdmins: who administers discord/access is an admin here only where that was asked for.
func TestAdmins(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		admins := func() (out []string) {
			w.view(func(ctx context.Context, tx *store.Tx) error {
				list, err := w.im.Access.Admins(ctx, tx, w.tenant)
				for _, u := range list {
					out = append(out, u.Login)
				}
				return err
			})
			return out
		}
		w.bring(o, discordaccess.Options{})
		if got := admins(); !slices.Equal(got, []string{"root@example.test"}) {
			w.Fatalf("without being asked for, the admins are %v", got)
		}
		w.bring(o, discordaccess.Options{Admins: true, AppName: "GitHub2"})
		if got := admins(); len(got) != 1 {
			w.Fatalf("of an app that is not there, the admins are %v", got)
		}
		w.bring(o, discordaccess.Options{Admins: true})
		got := admins()
		slices.Sort(got)
		if !slices.Equal(got, []string{"grace@example.test", "root@example.test"}) {
			w.Fatalf("the admins are %v", got)
		}
		for _, id := range w.column(`SELECT g.id FROM grants g JOIN resources r ON r.tenant_id=g.tenant_id AND r.id=g.resource_id JOIN users u ON u.tenant_id=g.tenant_id AND u.id=g.subject_id
			WHERE g.tenant_id=$1 AND r.slug='sallyport.admin' AND u.login='grace@example.test'`) {
			if g := w.grant(id); g.StartsAt.Before(today) || g.CreatedBy != nil {
				w.Errorf("grace is said to have been an admin here since %s, made by %v", g.StartsAt, g.CreatedBy)
			}
		}
	})
}

// TestGoesOnBesideAccess: what changed there since the last run is followed, and another database is not taken for it.
func TestGoesOnBesideAccess(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		w.bring(o, discordaccess.Options{})
		ids := w.ids()
		again := o.by("okta_user_group_member", "again")
		o.exec("UPDATE okta_user_group_member SET ended_at = $1 WHERE id = "+again, day(0.5).Format("2006-01-02 15:04:05")) // renewed there
		o.member("ada", "editors", day(0.5), day(80), row{"created_reason": "renewed later"})
		o.exec("UPDATE okta_user SET deleted_at = $1 WHERE id = 'kim'", day(0.5).Format("2006-01-02 15:04:05")) // left there
		o.exec("UPDATE okta_group SET is_managed = $1 WHERE id = 'gh-legacy'", false)                           // fed by the directory since
		o.exec("UPDATE access_request SET status = 'REJECTED' WHERE id = 'r-waits'")                            // decided there
		o.user("new", "new@example.test", nil)
		o.member("new", "editors", day(0.6), nil, nil)
		w.clock.Advance(24 * time.Hour)
		p := w.plan(o, discordaccess.Options{})
		res, err := w.im.Apply(w.ctx, w.actor(), p, nil)
		if err != nil {
			w.Fatal(err)
		}
		if g := w.grant(ids["okta_user_group_member "+again]); g.EndedAt == nil {
			w.Errorf("what ended there lives here: %+v", g)
		}
		here := w.hereAt(day(2))
		if !here["new member okta_group editors"] || !w.hereAt(day(70))["ada member okta_group editors"] {
			w.Errorf("what is new there is not here: %v", here)
		}
		for k, why := range map[string]string{"kim member okta_group editors": "left", "bob member okta_group gh-legacy": "is fed by the directory by now, and no role gives it"} {
			if !w.hereAt(day(0.2))[k] || here[k] {
				w.Errorf("%s: %s", k, why)
			}
		}
		said := slices.ContainsFunc(res.Report.Lines, func(l discordaccess.Line) bool { return l.ID == "kim" && strings.Contains(l.Why, "has left in Access") })
		if total := res.Report.Total(); total.Brought != 3 || !said {
			w.Errorf("the second run brought %+v", total)
		}
		for id, why := range map[string]string{"r-waits": "decided in Access (REJECTED)", "gh-legacy": "it is fed by the directory's rules in Access, and not here"} {
			if !says(res.Report, map[bool]string{true: "access_request", false: "okta_group"}[id == "r-waits"], id, why) {
				w.Errorf("nobody says of %s: %s\n%+v", id, why, res.Report.Lines)
			}
		}
		o.exec("UPDATE okta_user_group_member SET user_id = 'bob' WHERE id = " + o.by("okta_user_group_member", "first time"))
		d, err := discordaccess.Read(w.ctx, o.from)
		if err != nil {
			w.Fatal(err)
		}
		if _, err = w.im.Plan(w.ctx, w.tenant, d, discordaccess.Options{}); sallyport.CodeOf(err) != sallyport.EPrecondition || !strings.Contains(err.Error(), "not the same database") {
			w.Errorf("another database under the same name: %v", err)
		}
	})
}

// TestPeopleWhoAreHere: an address makes two records one person only where both say that the person is here.
func TestPeopleWhoAreHere(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		add := func(login string, state sallyport.UserState) string {
			u := sallyport.User{Login: login, Email: login + "@example.test", Name: login, State: state}
			if err := w.db.Update(w.ctx, func(ctx context.Context, tx *store.Tx) error { return tx.InsertUser(ctx, w.tenant, &u) }); err != nil {
				w.Fatal(err)
			}
			return u.ID
		}
		here, left, again := add("here", sallyport.UserActive), add("left", sallyport.UserGone), add("again", sallyport.UserActive)
		same := add("jo-erg-example-test", sallyport.UserActive)
		o.user("d", "jö erg@example.test", nil) // no login as it is, and what is made of it is that person's
		o.user("a", "HERE@example.test", nil)
		o.user("b", "left@example.test", nil)
		o.user("c", "again@example.test", row{"deleted_at": day(-100)})
		o.group("g", "Group", nil)
		for _, u := range []string{"a", "b", "c"} {
			o.member(u, "g", day(-200), nil, nil)
		}
		w.bring(o, discordaccess.Options{})
		ids := w.ids()
		if ids["okta_user a"] != here || ids["okta_user b"] != left {
			w.Errorf("who is here became others: %v", ids)
		}
		if ids["okta_user c"] == again {
			w.Error("who left in Access was taken for somebody who is here with the same address")
		}
		if d := w.user(ids["okta_user d"]); d.ID == same || d.Login != "jo-erg-example-test-d" {
			w.Errorf("a login that was made up was taken for a person's own: %+v", d)
		}
		now, before := w.hereAt(day(1)), w.hereAt(day(-150))
		for who, want := range map[string]bool{"a": true, "b": false, "c": false} {
			if k := who + " member okta_group g"; now[k] != want || !before[k] {
				w.Errorf("%s holds it now: %v, and held it: %v", who, now[k], before[k])
			}
		}
		if u := w.user(left); u.State != sallyport.UserGone {
			w.Errorf("who had left here is %s by the import", u.State)
		}
		if l := w.column(`SELECT id FROM grants WHERE tenant_id=$1 AND ended_at IS NULL AND subject_id=$2`, again); len(l) != 0 {
			w.Errorf("somebody else's access was given to who has the address now: %v", l)
		}
	})
}

// TestLimitsReachRoles: a tag that reaches the roles which give what it is on shortens their memberships as well.
func TestLimitsReachRoles(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		o.user("a", "a@example.test", nil)
		o.group("g", "Group", nil)
		o.group("r", "Role-R", row{"type": "role_group"})
		o.group("free", "Free", nil)
		long, own := o.member("a", "r", day(-10), nil, nil), o.member("a", "free", day(-10), nil, nil)
		given := o.mapTo("r", "g", day(-20), day(100), nil)
		o.derive(func(_, _ row) bool { return false })
		o.add("tag", row{"id": "t", "name": "Ten days", "constraints": `{"member_time_limit": 864000, "propagate_to_roles": true}`})
		o.add("okta_group_tag_map", row{"tag_id": "t", "group_id": "g"})
		rep := w.bring(o, discordaccess.Options{})
		ids := w.ids()
		for row, limited := range map[string]bool{"okta_user_group_member " + long: true, "role_group_map " + given: true, "okta_user_group_member " + own: false} {
			g := w.grant(ids[row])
			if limited && (g.EndsAt == nil || g.EndsAt.After(day(10.01)) || g.EndsAt.Before(day(9.99))) || !limited && !g.NoEnd {
				w.Errorf("%s ends at %v", row, g.EndsAt)
			}
		}
		if total := rep.Total(); total.Changed != 2 || len(rep.Differences) != 0 {
			w.Errorf("the report has %+v and %+v", total, rep.Differences)
		}
		w.clock.Advance(24 * time.Hour)
		rep = w.plan(o, discordaccess.Options{}).Report
		if len(rep.Lines) != 0 || !slices.ContainsFunc(rep.Warnings, func(s string) bool { return strings.HasPrefix(s, "2 grants that were brought earlier end sooner here") }) {
			w.Errorf("a later run says %+v and %q", rep.Lines, rep.Warnings)
		}
	})
}

// TestErasedStaysErased: who was erased here does not come back with the next run.
func TestErasedStaysErased(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		w.bring(o, discordaccess.Options{})
		dan := w.user("dan@example.test")
		if err := w.im.Access.EraseUser(w.ctx, w.actor(), dan.ID, "asked for it", false); err != nil {
			w.Fatal(err)
		}
		people := len(w.column(`SELECT id FROM users WHERE tenant_id=$1`))
		w.bring(o, discordaccess.Options{})
		if n := len(w.column(`SELECT id FROM users WHERE tenant_id=$1`)); n != people || w.user(dan.ID).Login == "dan@example.test" {
			w.Errorf("%d people became %d: %+v", people, n, w.user(dan.ID))
		}
	})
}
