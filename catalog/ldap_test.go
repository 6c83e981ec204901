package catalog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/internal/peers/slapd"
	"github.com/sallyport/sallyport/store"
)

func uid(s *slapd.Server, login string) string { return "uid=" + login + "," + s.People() }

func group(s *slapd.Server, name string) string { return "cn=" + name + "," + s.Groups() }

func addPerson(t *testing.T, s *slapd.Server, login, manager string) {
	t.Helper()
	attrs := map[string][]string{"objectClass": {"inetOrgPerson"}, "uid": {login}, "cn": {"Person " + login}, "sn": {login}, "mail": {login + "@example.test"},
		"title": {"Engineer"}, "departmentNumber": {"R&D"}}
	if manager != "" {
		attrs["manager"] = []string{uid(s, manager)}
	}
	if err := s.Add(slapd.Entry{DN: uid(s, login), Attrs: attrs}); err != nil {
		t.Fatal(err)
	}
}

func addGroup(t *testing.T, s *slapd.Server, name string, members ...string) {
	t.Helper()
	attrs := map[string][]string{"objectClass": {"groupOfNames"}, "cn": {name}, "description": {"The " + name}}
	for _, m := range members {
		attrs["member"] = append(attrs["member"], uid(s, m))
	}
	if len(members) == 0 {
		attrs["member"] = []string{s.BindDN}
	}
	if err := s.Add(slapd.Entry{DN: group(s, name), Attrs: attrs}); err != nil {
		t.Fatal(err)
	}
}

// connect makes the connection "corp" to a server that is the test's own.
func (w *world) connect() *slapd.Server {
	w.t.Helper()
	s := slapd.Test(w.t)
	_, err := w.s.CreateConnection(w.t.Context(), w.admin, sallyport.NewConnection{Slug: "corp", Name: "Corporate directory", Kind: "ldap", Directory: true,
		Settings: map[string]string{"url": s.URL(), "bind_dn": s.BindDN, "bind_password": s.Password, "people_base": s.People(), "groups_base": s.Groups(), "page_size": "10", "timeout": "3s"}})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) sync(o catalog.SyncOptions) sallyport.Sync {
	w.t.Helper()
	run, err := w.s.Sync(w.t.Context(), w.admin, "corp", o)
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

func TestReadingADirectory(t *testing.T) {
	each(t, func(w *world) {
		s := w.connect()
		addPerson(t, s, "boss", "")
		for i := range 24 { // more than two pages
			addPerson(t, s, fmt.Sprintf("p%02d", i), "boss")
		}
		addPerson(t, s, "locked", "boss")
		if err := s.Modify(uid(s, "locked"), map[string][]string{"pwdAccountLockedTime": {"000001010000Z"}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Add(slapd.Entry{DN: "cn=No Login," + s.People(), Attrs: map[string][]string{"objectClass": {"inetOrgPerson"}, "cn": {"No Login"}, "sn": {"x"}}}); err != nil {
			t.Fatal(err)
		}
		addGroup(t, s, "staff", "boss", "p00", "p01", "p02", "locked")
		addGroup(t, s, "empty")
		if err := s.Modify(uid(s, "p01"), map[string][]string{"manager": {"uid=stranger," + s.People()}}); err != nil {
			t.Fatal(err)
		}

		run := w.sync(catalog.SyncOptions{Preview: true})
		if run.State != sallyport.SyncPreview || run.Plan.Counts["create person"] != 25 || run.Plan.Counts["create group"] != 2 || run.Plan.Counts["add membership"] != 4 {
			t.Fatalf("preview: %+v", run)
		}
		if len(run.Plan.Faults) < 2 {
			t.Errorf("faults: %v", run.Plan.Faults)
		}
		if run = w.sync(catalog.SyncOptions{}); run.State != sallyport.SyncApplied {
			t.Fatalf("apply: %+v", run)
		}
		u := w.user("p00")
		if u.Manager == nil || u.Manager.Login != "boss" || u.Source != "corp" || u.Email != "p00@example.test" || u.Department != "R&D" {
			t.Errorf("%+v", u)
		}
		if m := w.user("p01").Manager; m != nil {
			t.Errorf("an unknown manager: %v", m)
		}
		staff := w.resource("staff")
		if staff.Managed || staff.Connection != "corp" || !w.holds("p00", "staff") || w.holds("p05", "staff") {
			t.Errorf("the mirrored group: %+v", staff)
		}
		week := 7 * sallyport.Day
		_, err := w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "p05", Resource: "staff", Duration: &week, Reason: "x"})
		refused(t, "a member of what the directory keeps", err, sallyport.EPrecondition)
		words := "x"
		_, err = w.s.UpdateResource(t.Context(), w.admin, "staff", sallyport.ResourcePatch{Description: &words}, 0)
		refused(t, "a change of what the directory keeps", err, sallyport.EPrecondition)
		if run = w.sync(catalog.SyncOptions{}); !run.Plan.Empty() {
			t.Errorf("the second time: %+v", run.Plan)
		}

		// A rename in the directory is the same person; who is disabled, and who is gone, leaves; who left a group left it.
		if err := s.Rename(uid(s, "p02"), "uid=p02-new", ""); err != nil {
			t.Fatal(err)
		}
		before := w.user("p02")
		if err := s.Modify(uid(s, "p00"), map[string][]string{"pwdAccountLockedTime": {"000001010000Z"}, "title": {"Architect"}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Delete(uid(s, "p03")); err != nil {
			t.Fatal(err)
		}
		if err := s.Modify(group(s, "staff"), map[string][]string{"member": {uid(s, "p02-new"), uid(s, "p04")}}); err != nil {
			t.Fatal(err)
		}
		run = w.sync(catalog.SyncOptions{})
		if run.State != sallyport.SyncApplied || run.Plan.Counts["leave person"] != 2 {
			t.Fatalf("%+v", run)
		}
		if after := w.user("p02-new"); after.ID != before.ID {
			t.Error("a rename made somebody new")
		}
		if w.user("p00").State != sallyport.UserSuspended || w.user("p00").Title != "Architect" || w.user("p03").State != sallyport.UserGone {
			t.Error("leavers")
		}
		if w.holds("p01", "staff") || w.holds("boss", "staff") || w.holds("p00", "staff") || !w.holds("p02-new", "staff") || !w.holds("p04", "staff") {
			t.Error("memberships do not follow")
		}
	})
}

func TestADirectoryThatFailsDeletesNothing(t *testing.T) {
	each(t, func(w *world) {
		s := w.connect()
		for i := range 30 {
			addPerson(t, s, fmt.Sprintf("p%02d", i), "")
		}
		w.sync(catalog.SyncOptions{})
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		if run := w.sync(catalog.SyncOptions{}); run.State != sallyport.SyncFailed || run.Error == "" {
			t.Errorf("a stopped server: %+v", run)
		}
		if c, err := w.s.CheckConnection(t.Context(), w.admin, "corp"); err != nil || c.CheckError == "" || c.CheckedAt == nil {
			t.Errorf("%+v %v", c, err)
		}
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
		if c, err := w.s.CheckConnection(t.Context(), w.admin, "corp"); err != nil || c.CheckError != "" {
			t.Errorf("%+v %v", c, err)
		}
		for i := 3; i < 30; i++ {
			if err := s.Delete(uid(s, fmt.Sprintf("p%02d", i))); err != nil {
				t.Fatal(err)
			}
		}
		if run := w.sync(catalog.SyncOptions{}); run.State != sallyport.SyncRefused || !strings.Contains(run.Error, "27 of 30 people") {
			t.Errorf("a tenth of its people: %+v", run)
		}
		if w.events("user.left") != 0 || w.user("p20").State != sallyport.UserActive {
			t.Error("somebody left")
		}
		paused := true
		if _, err := w.s.UpdateConnection(t.Context(), w.admin, "corp", sallyport.ConnectionPatch{Paused: &paused}, 0); err != nil {
			t.Fatal(err)
		}
		_, err := w.s.Sync(t.Context(), w.admin, "corp", catalog.SyncOptions{})
		refused(t, "a paused connection", err, sallyport.EPrecondition)
		paused = false
		if _, err := w.s.UpdateConnection(t.Context(), w.admin, "corp", sallyport.ConnectionPatch{Paused: &paused}, 0); err != nil {
			t.Fatal(err)
		}
		if run := w.sync(catalog.SyncOptions{AcceptShrink: true}); run.State != sallyport.SyncApplied || w.user("p20").State != sallyport.UserGone {
			t.Errorf("accepted: %+v", run)
		}
	})
}

func TestComparingATarget(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		s := w.connect()
		for _, p := range []string{"ada", "ben", "cleo"} {
			addPerson(t, s, p, "")
		}
		addGroup(t, s, "vpn", "ada")
		w.sync(catalog.SyncOptions{})
		if !w.holds("ada", "vpn") {
			t.Fatal("vpn is not mirrored")
		}
		// From now on Sallyport keeps the group: the mirrored one goes, and who is in it already is an import.
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "vpn-users", Name: "VPN users",
			Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: "corp", Target: group(s, "vpn")}})
		w.give("ben", "vpn-users") // granting, nothing in the target yet
		run := w.sync(catalog.SyncOptions{})
		if run.State != sallyport.SyncApplied || run.Plan.Counts["add holding"] != 1 || run.Plan.Counts["remove group"] != 1 {
			t.Fatalf("%+v", run)
		}
		if !w.holds("ada", "vpn-users") || w.holds("ben", "vpn-users") {
			t.Error("ada was found there; ben was not put there yet")
		}
		// What Sallyport added never becomes a reason of its own.
		add := func(who string) {
			t.Helper()
			have, err := s.Values(group(s, "vpn"), "member")
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Modify(group(s, "vpn"), map[string][]string{"member": append(have, uid(s, who))}); err != nil {
				t.Fatal(err)
			}
		}
		add("ben")
		if run = w.sync(catalog.SyncOptions{}); run.Plan.Counts["add holding"] != 0 {
			t.Errorf("ben became an import: %+v", run.Plan)
		}
		add("cleo")
		if run = w.sync(catalog.SyncOptions{}); run.Plan.Counts["add holding"] != 1 || !w.holds("cleo", "vpn-users") {
			t.Errorf("cleo was added behind our back: %+v", run.Plan)
		}
		// Absent from a complete read, an import ends and is not added again.
		if err := s.Modify(group(s, "vpn"), map[string][]string{"member": {uid(s, "ben"), uid(s, "cleo")}}); err != nil {
			t.Fatal(err)
		}
		if run = w.sync(catalog.SyncOptions{}); run.Plan.Counts["end holding"] != 1 || w.holds("ada", "vpn-users") {
			t.Errorf("ada is gone from the target: %+v", run.Plan)
		}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{SubjectKind: sallyport.SubjectUser, SubjectID: w.user0(tx, "ada"), Origin: "import"}, store.Page{})
			if err == nil && (len(l.Items) == 0 || l.Items[0].EndedReason != "gone from the target") {
				t.Errorf("%+v", l.Items)
			}
			return err
		})
		// A person who is known only to the target.
		addPerson(t, s, "stranger", "")
		add("stranger")
		off := false
		if _, err := w.s.UpdateConnection(ctx, w.admin, "corp", sallyport.ConnectionPatch{Directory: &off}, 0); err != nil {
			t.Fatal(err)
		}
		w.sync(catalog.SyncOptions{})
		drift, err := w.s.Drift(ctx, w.admin, "corp")
		if err != nil || len(drift) != 1 || drift[0].Kind != "unknown_account" {
			t.Errorf("%+v %v", drift, err)
		}
		refused(t, "a connection that fulfils something", w.s.DeleteConnection(ctx, w.admin, "corp", ""), sallyport.EPrecondition)
	})
}

func (w *world) user0(tx *store.Tx, login string) string {
	u, err := tx.User(w.t.Context(), w.tenant, login)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.ID
}

func TestATargetThatIsNoSourceOfPeople(t *testing.T) {
	each(t, func(w *world) {
		s := w.connect()
		off := false
		if _, err := w.s.UpdateConnection(t.Context(), w.admin, "corp", sallyport.ConnectionPatch{Directory: &off}, 0); err != nil {
			t.Fatal(err)
		}
		w.people("ada", "ben")
		for _, p := range []string{"ada", "BEN", "stranger"} {
			addPerson(t, s, p, "")
		}
		addGroup(t, s, "vpn", "ada", "stranger")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "vpn-users", Name: "VPN users",
			Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: "corp", Target: group(s, "vpn")}})
		run := w.sync(catalog.SyncOptions{})
		if run.Plan.Counts["add account"] != 2 || run.Plan.Counts["add holding"] != 1 || !w.holds("ada", "vpn-users") {
			t.Errorf("%+v", run)
		}
		if run = w.sync(catalog.SyncOptions{}); !run.Plan.Empty() || len(run.Plan.Warnings) != 1 {
			t.Errorf("the second time: %+v", run)
		}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			c, err := tx.Connection(ctx, w.tenant, "corp")
			if err != nil {
				return err
			}
			if _, ok, err := tx.Account(ctx, w.tenant, w.user0(tx, "ben"), c.ID); !ok || err != nil {
				t.Errorf("ben has no account: %v", err)
			}
			return nil
		})
	})
}

func TestPeriodicSyncs(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		s := w.connect()
		addPerson(t, s, "ada", "")
		every := "PT1H"
		if _, err := w.s.UpdateConnection(ctx, w.admin, "corp", sallyport.ConnectionPatch{SyncEvery: &every}, 0); err != nil {
			t.Fatal(err)
		}
		n, next, err := w.s.RunDue(ctx)
		if err != nil || n != 1 || next == nil || next.Sub(w.db.Now()) < 59*time.Minute {
			t.Errorf("%d %v %v", n, next, err)
		}
		w.user("ada")
		if n, _, err = w.s.RunDue(ctx); err != nil || n != 0 {
			t.Errorf("again at once: %d %v", n, err)
		}
	})
}

func TestConnectionsKeepTheirSecrets(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		good := map[string]string{"url": "ldap://127.0.0.1:1", "people_base": "ou=p,dc=x", "bind_dn": "cn=a,dc=x", "bind_password": "hush hush"}
		c, err := w.s.CreateConnection(ctx, w.admin, sallyport.NewConnection{Name: "Corp", Kind: "ldap", Settings: good})
		if err != nil {
			t.Fatal(err)
		}
		if _, shown := c.Settings["bind_password"]; shown || len(c.Secrets) != 1 {
			t.Errorf("%+v", c)
		}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			var n int
			err := tx.Row(ctx, `SELECT count(*) FROM connections WHERE settings LIKE '%hush%' OR secrets LIKE '%hush%'`, nil, &n)
			if n != 0 {
				t.Error("the secret lies open")
			}
			secrets, err2 := tx.Secrets(ctx, w.tenant, c.ID)
			if secrets["bind_password"] != "hush hush" {
				t.Error(secrets, err2)
			}
			return err
		})
		again, err := w.s.UpdateConnection(ctx, w.admin, "corp", sallyport.ConnectionPatch{Settings: map[string]string{"page_size": "50"}}, c.Version)
		if err != nil || len(again.Secrets) != 1 || again.Settings["page_size"] != "50" || again.Settings["url"] == "" {
			t.Errorf("%+v %v", again, err)
		}
		_, err = w.s.UpdateConnection(ctx, w.admin, "corp", sallyport.ConnectionPatch{}, c.Version)
		refused(t, "a stale version", err, sallyport.EConflict)
		_, err = w.s.CreateConnection(ctx, w.admin, sallyport.NewConnection{Name: "Corp", Kind: "ldap", Settings: good})
		refused(t, "the slug again", err, sallyport.EConflict)
		_, err = w.s.CreateConnection(ctx, w.admin, sallyport.NewConnection{Name: "X", Kind: "ldap", Settings: map[string]string{"url": "http://x", "shoe": "1"}})
		if e, ok := err.(*sallyport.Error); !ok || len(e.Fields) != 3 {
			t.Errorf("all faults at once: %v", err)
		}
		w.people("ada")
		_, err = w.s.CreateConnection(ctx, w.actor("ada"), sallyport.NewConnection{Name: "Y", Kind: "ldap", Settings: good})
		refused(t, "anybody", err, sallyport.EForbidden)
	})
}

// TestADynamicGroup: a group that the directory fills by a rule is mirrored with it; when the rule cannot be followed nobody
// loses anything, and everything else is read as ever.
func TestADynamicGroup(t *testing.T) {
	each(t, func(w *world) {
		s := w.connect()
		addPerson(t, s, "ada", "")
		addPerson(t, s, "ben", "ada")
		rule := "ldap:///" + s.People() + "??sub?(uid=ben)"
		err := s.Add(slapd.Entry{DN: group(s, "night"), Attrs: map[string][]string{"objectClass": {"groupOfURLs"}, "cn": {"night"}, "memberURL": {rule}}})
		if err != nil {
			t.Fatalf("%v; the server needs the schema dyngroup, which slapd brings: make peers starts one that has it", err)
		}
		w.sync(catalog.SyncOptions{})
		r := w.resource("night")
		if r.Managed || !strings.Contains(r.Description, "rule: (uid=ben) below "+s.People()) || !w.holds("ben", "night") || w.holds("ada", "night") {
			t.Errorf("mirrored: %+v", r)
		}
		_, err = w.s.Access.Give(t.Context(), w.admin, sallyport.Give{Subject: "ada", Resource: "night", NoEnd: true, Reason: "why"})
		refused(t, "giving it", err, sallyport.EPrecondition)

		if err := s.Modify(group(s, "night"), map[string][]string{"memberURL": {"ldap://elsewhere.example.test/" + s.People() + "??sub?(uid=ada)"}}); err != nil {
			t.Fatal(err)
		}
		addPerson(t, s, "cleo", "ada")
		run := w.sync(catalog.SyncOptions{})
		if !w.holds("ben", "night") || w.user("cleo").Name == "" || !strings.Contains(w.resource("night").Description, "(uid=ben)") {
			t.Errorf("the rule leads elsewhere: %+v", run)
		}
		if !strings.Contains(fmt.Sprint(run), "leads to another server") {
			t.Errorf("the report does not say so: %+v", run)
		}

		if err := s.Modify(group(s, "night"), map[string][]string{"memberURL": {strings.Replace(rule, "ben", "cleo", 1)}}); err != nil {
			t.Fatal(err)
		}
		if w.sync(catalog.SyncOptions{}); w.holds("ben", "night") || !w.holds("cleo", "night") {
			t.Error("another rule is not followed")
		}
	})
}

// TestARuleThatCannotBeFollowedStopsNothing: a group of Sallyport's own that became one by a rule which cannot be read is told
// of; all others of the directory are read as ever.
func TestARuleThatCannotBeFollowedStopsNothing(t *testing.T) {
	each(t, func(w *world) {
		s := w.connect()
		addPerson(t, s, "ada", "")
		addGroup(t, s, "night", "ada")
		w.sync(catalog.SyncOptions{})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindGroup, Slug: "night-users", Name: "Night users",
			Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: "corp", Target: group(s, "night")}})
		w.sync(catalog.SyncOptions{})
		before := w.living("night-users")
		if err := s.Delete(group(s, "night")); err != nil {
			t.Fatal(err)
		}
		if err := s.Add(slapd.Entry{DN: group(s, "night"), Attrs: map[string][]string{"objectClass": {"groupOfURLs"}, "cn": {"night"},
			"memberURL": {"ldap://elsewhere.example.test/" + s.People() + "??sub?(uid=ada)"}}}); err != nil {
			t.Fatal(err)
		}
		addPerson(t, s, "cleo", "")
		run := w.sync(catalog.SyncOptions{})
		if run.Plan.Counts["create person"] != 1 || !slices.ContainsFunc(run.Plan.Warnings, func(m string) bool { return strings.Contains(m, "who has Night users in the target cannot be read") }) {
			t.Errorf("%+v", run.Plan)
		}
		if after := w.living("night-users"); len(before) != 1 || len(after) != 1 || after[0].ID != before[0].ID {
			t.Errorf("nothing is concluded from what cannot be read: %v, was %v", after, before)
		}
	})
}
