package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// who lists the members of a resource by every way, by login.
func (w *world) who(slug string) []string {
	w.t.Helper()
	r := w.resource(slug)
	var out []string
	w.update(func(ctx context.Context, tx *store.Tx) error {
		users, err := tx.EffectiveUsers(ctx, w.tenant, r.ID, sallyport.Member)
		for _, u := range users {
			out = append(out, u.Login)
		}
		return err
	})
	slices.Sort(out)
	return out
}

func (w *world) have(when, slug string, want ...string) {
	w.t.Helper()
	if got := w.who(slug); !slices.Equal(got, want) {
		w.t.Errorf("%s: %s is had by %v, want %v", when, slug, got, want)
	}
}

// reorganize does it as the admin.
func (w *world) reorganize(in sallyport.Reorganization) sallyport.Reorganized {
	w.t.Helper()
	in.Reason = "teams have changed"
	c, err := w.s.Reorganize(w.t.Context(), w.admin, in)
	if err != nil {
		w.t.Fatalf("%s: %v", in.Action, err)
	}
	return c
}

func (w *world) undo(c sallyport.Reorganized) {
	w.t.Helper()
	if _, err := w.s.UndoReorganization(w.t.Context(), w.admin, c.ID); err != nil {
		w.t.Fatalf("undo of %s: %v", c.Title, err)
	}
}

// roles is a world with two roles that hold something each and one thing together.
func (w *world) roles() {
	w.people("a", "b", "c", "d")
	for _, n := range []sallyport.NewResource{{Kind: sallyport.KindApp, Name: "Logs"}, {Kind: sallyport.KindApp, Name: "Deploy"}, {Kind: sallyport.KindApp, Name: "Wiki"},
		{Kind: sallyport.KindRole, Name: "Dev", Owners: []string{"d"}}, {Kind: sallyport.KindRole, Name: "Ops", Owners: []string{"c"}}} {
		w.create(w.admin, n)
	}
	attach := func(role, resource string) {
		if _, err := w.s.Access.Give(w.t.Context(), w.admin, sallyport.Give{Subject: "role:" + role, Resource: resource, NoEnd: true, Reason: "work"}); err != nil {
			w.t.Fatal(err)
		}
	}
	attach("dev", "logs")
	attach("dev", "wiki")
	attach("ops", "deploy")
	attach("ops", "wiki")
	w.give("a", "dev")
	w.give("b", "dev")
	w.give("c", "ops")
}

func TestReorganize(t *testing.T) {
	each(t, func(w *world) {
		w.roles()
		w.give("a", "deploy")
		all := func(when string) {
			w.t.Helper()
			w.have(when, "logs", "a", "b")
			w.have(when, "wiki", "a", "b", "c")
			w.have(when, "deploy", "a", "c")
			w.have(when, "dev", "a", "b")
			w.have(when, "ops", "c")
		}
		all("at first")

		// A merge loses nobody anything, and undoing it takes back what it gave.
		c := w.reorganize(sallyport.Reorganization{Action: "merge", Role: "dev", Roles: []string{"ops"}})
		w.have("merged", "logs", "a", "b", "c")
		w.have("merged", "deploy", "a", "b", "c")
		w.have("merged", "dev", "a", "b", "c")
		if w.resource(c.Undo.Removed[0]).DeletedAt == nil {
			t.Error("the role that was merged is still there")
		}
		w.undo(c)
		all("after the merge was undone")
		if _, err := w.s.UndoReorganization(t.Context(), w.admin, c.ID); sallyport.CodeOf(err) != sallyport.EConflict {
			t.Errorf("undone twice: %v", err)
		}

		c = w.reorganize(sallyport.Reorganization{Action: "split", Role: "dev", Name: "Logger", Members: []string{"b"}, Resources: []sallyport.RoleItem{{Resource: "logs"}}})
		w.have("split", "logs", "b")
		w.have("split", "wiki", "a", "c")
		w.have("split", "logger", "b")
		w.have("split", "dev", "a")
		w.undo(c)
		all("after the split was undone")
		if r := w.resource(c.Role.ID); r.DeletedAt == nil {
			t.Error("the role that was split off is still there")
		}

		c = w.reorganize(sallyport.Reorganization{Action: "copy", Role: "dev", Name: "Dev two", WithMembers: true})
		w.have("copied", "dev-two", "a", "b")
		w.reorganize(sallyport.Reorganization{Action: "rename", Role: "dev-two", Name: "Dev three", Slug: "dev-three"})
		w.have("renamed", "dev-three", "a", "b")
		w.undo(c)
		all("after the copy was undone")

		// From people: what they have directly comes by the role from then on.
		c = w.reorganize(sallyport.Reorganization{Action: "create", Name: "Release", Members: []string{"a", "b"}, Resources: []sallyport.RoleItem{{Resource: "deploy"}}, EndDirect: true})
		w.have("made", "deploy", "a", "b", "c")
		var direct int
		deploy := w.resource("deploy").ID
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, `SELECT count(*) FROM grants WHERE tenant_id=$1 AND resource_id=$2 AND subject_kind='user' AND ended_at IS NULL AND relation='member'`,
				[]any{w.tenant, deploy}, &direct)
		})
		if direct != 0 {
			t.Errorf("%d still have it directly", direct)
		}
		w.undo(c)
		all("after the role from people was undone")
		if n := w.events("role.reorganized"); n != 5 {
			t.Errorf("%d events of reorganizations", n)
		}
		if n := w.events("role.reorganization_undone"); n != 4 {
			t.Errorf("%d events of undoing", n)
		}
	})
}

// TestEndDirect: what somebody has now comes by the role instead, also where that is shorter; what is still to begin stays,
// unless the role lasts as long. The preview says the same.
func TestEndDirect(t *testing.T) {
	each(t, func(w *world) {
		w.roles()
		day := func(n int) *time.Time { return ptr(w.clock.Now().AddDate(0, 0, n)) }
		deploy := w.resource("deploy")
		for login, starts := range map[string]*time.Time{"a": day(10), "b": day(3), "d": nil} {
			u := w.user(login)
			w.update(func(ctx context.Context, tx *store.Tx) error {
				_, err := w.s.Access.AddGrantTx(ctx, tx, w.admin, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: deploy,
					Relation: sallyport.Member, ReasonKind: "direct", Reason: "planned", StartsAt: starts, Until: day(20)})
				return err
			})
		}
		directly := func() (out []string) {
			for _, g := range w.living("deploy") {
				if g.Subject.Kind == sallyport.SubjectUser && g.Relation == sallyport.Member {
					out = append(out, g.Subject.Login)
				}
			}
			slices.Sort(out)
			return out
		}
		for _, c := range []struct {
			name             string
			membership, held *sallyport.Duration
			want             string // who has it directly afterwards, and what the preview says of each
		}{
			{"a short membership", ptr(5 * sallyport.Day), nil, "[a b] a gained until 5 again 10, b gained until 20, d shorter until 5"},
			{"held for a short time", nil, ptr(5 * sallyport.Day), "[a b] a gained until 5 again 10, b gained until 20, d shorter until 5"},
			{"longer", ptr(21 * sallyport.Day), ptr(30 * sallyport.Day), "[] a gained until 21, b gained until 21, d longer until 21"},
		} {
			in := sallyport.Reorganization{Action: "create", Name: "Release", Members: []string{"a", "b", "d"}, MembershipEnds: c.membership,
				Resources: []sallyport.RoleItem{{Resource: "deploy", Duration: c.held}}, EndDirect: true, Reason: "r"}
			said, err := w.db.Rehearse(t.Context(), w.tenant, access.Everything, func(ctx context.Context) error {
				_, err := w.s.Reorganize(ctx, w.admin, in)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			after := func(at *time.Time) int { return int(at.Sub(w.clock.Now()).Round(time.Hour).Hours() / 24) }
			var says []string
			for _, it := range said.Items {
				if it.Resource.Slug != "deploy" {
					continue
				}
				words := fmt.Sprintf("%s %s until %d", it.User.Login, it.Change, after(it.After.EndsAt))
				if it.After.AgainAt != nil {
					words += fmt.Sprintf(" again %d", after(it.After.AgainAt))
				}
				says = append(says, words)
			}
			slices.Sort(says)
			made := w.reorganize(in)
			if got := fmt.Sprint(directly()) + " " + strings.Join(says, ", "); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
			w.undo(made)
			if got := directly(); len(got) != 3 {
				t.Errorf("%s, undone: %v", c.name, got)
			}
		}
	})
}

// TestReorganizeRefuses: each step needs the authority of the step alone, and a step that is refused leaves nothing behind.
func TestReorganizeRefuses(t *testing.T) {
	each(t, func(w *world) {
		w.roles()
		w.people("boss", "curator")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault", Tags: nil, Owners: []string{"boss"}})
		w.give("curator", "sallyport.catalogue-manager")
		curator := w.actor("curator")
		for _, c := range []struct {
			name  string
			actor sallyport.Actor
			in    sallyport.Reorganization
			code  sallyport.Code
		}{
			{"without a reason", w.admin, sallyport.Reorganization{Action: "copy", Role: "dev", Name: "X"}, sallyport.EInvalid},
			{"no name", w.admin, sallyport.Reorganization{Action: "copy", Role: "dev", Reason: "r"}, sallyport.EInvalid},
			{"no such action", w.admin, sallyport.Reorganization{Action: "explode", Name: "X", Reason: "r"}, sallyport.EInvalid},
			{"not a role", w.admin, sallyport.Reorganization{Action: "copy", Role: "wiki", Name: "X", Reason: "r"}, sallyport.EPrecondition},
			{"no such role", w.admin, sallyport.Reorganization{Action: "merge", Roles: []string{"dev", "nothing"}, Name: "X", Reason: "r"}, sallyport.EPrecondition},
			{"no such member", w.admin, sallyport.Reorganization{Action: "create", Name: "X", Members: []string{"nobody"}, Reason: "r"}, sallyport.EPrecondition},
			{"not in the role", w.admin, sallyport.Reorganization{Action: "split", Role: "dev", Name: "X", Members: []string{"c"}, Reason: "r"}, sallyport.EPrecondition},
			{"not given by the role", w.admin, sallyport.Reorganization{Action: "split", Role: "dev", Name: "X", Resources: []sallyport.RoleItem{{Resource: "deploy"}}, Reason: "r"}, sallyport.EPrecondition},
			{"taken name", w.admin, sallyport.Reorganization{Action: "copy", Role: "dev", Name: "Ops", Reason: "r"}, sallyport.EConflict},
			{"no curator", w.actor("d"), sallyport.Reorganization{Action: "copy", Role: "dev", Name: "X", Reason: "r"}, sallyport.EForbidden},
			{"not the owner of what it holds", curator, sallyport.Reorganization{Action: "create", Name: "X", Members: []string{"a"}, Resources: []sallyport.RoleItem{{Resource: "vault"}}, Reason: "r"}, sallyport.EForbidden},
			{"only admins remove", curator, sallyport.Reorganization{Action: "merge", Roles: []string{"dev", "ops"}, Name: "X", Reason: "r"}, sallyport.EForbidden},
		} {
			_, err := w.s.Reorganize(t.Context(), c.actor, c.in)
			refused(t, c.name, err, c.code)
		}
		if n := w.events("role.reorganized"); n != 0 {
			t.Errorf("%d reorganizations were made", n)
		}
		var roles int
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, `SELECT count(*) FROM resources WHERE tenant_id=$1 AND kind='role'`, []any{w.tenant}, &roles)
		})
		if roles != 2 {
			t.Errorf("%d roles, want the two of the beginning", roles)
		}
		_, err := w.s.Reorganize(t.Context(), w.admin, sallyport.Reorganization{Action: "split", Role: "dev", Name: "X", Members: []string{"a", "c"},
			Resources: []sallyport.RoleItem{{Resource: "logs"}, {Resource: "deploy"}}, Reason: "r"})
		var e *sallyport.Error
		if !errors.As(err, &e) || fmt.Sprint(e.Fields) != "[{members[1] Person c is no member of the role Dev, so there is nothing to split off; leave that out} "+
			"{resources[1] Deploy is not given by the role Dev, so there is nothing to split off; leave that out}]" {
			t.Errorf("splitting off what is not there: %v", err)
		}
		month := 30 * sallyport.Day
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Short", Durations: &sallyport.Durations{Max: month}})
		short := sallyport.Reorganization{Action: "create", Name: "Shorts", Members: []string{"a"}, Resources: []sallyport.RoleItem{{Resource: "short"}}, Reason: "r"}
		_, err = w.s.Reorganize(t.Context(), w.admin, short)
		refused(t, "longer than allowed", err, sallyport.EPrecondition)
		short.Longest = true
		w.undo(w.reorganize(short))
		made := w.reorganize(sallyport.Reorganization{Action: "create", Name: "Mine", Members: []string{"a"}})
		_, err = w.s.UndoReorganization(t.Context(), w.actor("d"), made.ID)
		refused(t, "undo by a stranger", err, sallyport.EForbidden)
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Spare"})
		merged := w.reorganize(sallyport.Reorganization{Action: "merge", Role: "dev", Roles: []string{"spare"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Spare"})
		_, err = w.s.UndoReorganization(t.Context(), w.admin, merged.ID)
		refused(t, "undo when the name is taken", err, sallyport.EConflict)
	})
}

// Who is to be in a role later, and is in one that is merged into it now, is in it from now on; both times come back.
func TestMergedWithWhatBeginsLater(t *testing.T) {
	curating(t, func(w *world) {
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Crew"})
		soon, later := w.clock.Now().Add(48*time.Hour), w.clock.Now().Add(96*time.Hour)
		n := access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.user("bob").ID}, Resource: w.resource("eng"), StartsAt: &soon, Until: &later, ReasonKind: "direct", Reason: "then"}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			_, err := w.s.Access.AddGrantTx(ctx, tx, w.admin, n)
			return err
		})
		short := w.clock.Now().Add(24 * time.Hour)
		w.gave(sallyport.Give{Subject: "user:bob", Resource: "crew", Until: &short})
		merge := sallyport.Reorganization{Action: "merge", Role: "eng", Roles: []string{"crew"}, Reason: "one team"}
		_, err := w.s.Reorganize(t.Context(), w.admin, merge)
		refused(t, "a gap between", err, sallyport.EConflict)

		w.gave(sallyport.Give{Subject: "user:bob", Resource: "crew", Until: &soon})
		of := func(slug string) (out []string) {
			for _, g := range w.living(slug) {
				if g.Subject.Login == "bob" {
					out = append(out, g.StartsAt.Format("2 Jan 15")+" to "+g.EndsAt.Format("2 Jan 15"))
				}
			}
			return out
		}
		crew, eng := of("crew"), of("eng")
		c, err := w.s.Reorganize(t.Context(), w.admin, merge)
		if err != nil {
			t.Fatal(err)
		}
		if got := of("eng"); len(got) != 1 || got[0] != w.clock.Now().Format("2 Jan 15")+" to "+later.Format("2 Jan 15") {
			t.Errorf("in Eng: %v", got)
		}
		if c, err = w.s.UndoReorganization(t.Context(), w.admin, c.ID); err != nil {
			t.Fatal(err)
		}
		if a, b := of("crew"), of("eng"); len(c.Notes) > 0 || !slices.Equal(a, crew) || !slices.Equal(b, eng) {
			t.Errorf("in Crew %v, was %v; in Eng %v, was %v; %q", a, crew, b, eng, c.Notes)
		}
	})
}

// What is to begin later and counts from then ends as long after that, also where a role gives the same before.
func TestForetoldWithALengthToCome(t *testing.T) {
	each(t, func(w *world) {
		w.people("bob")
		desk := w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Desk", Fulfilment: &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:bob"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Deck"})
		w.gave(sallyport.Give{Subject: "role:deck", Resource: "desk", NoEnd: true})
		soon, length, short := w.clock.Now().Add(2*time.Hour), 5*sallyport.Day, sallyport.Duration(3*time.Hour)
		n := access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.user("bob").ID}, Resource: desk, StartsAt: &soon, Duration: &length, ReasonKind: "direct", Reason: "then"}
		w.update(func(ctx context.Context, tx *store.Tx) error {
			_, err := w.s.Access.AddGrantTx(ctx, tx, w.admin, n)
			return err
		})
		said, err := w.db.Rehearse(t.Context(), w.tenant, access.Everything, func(ctx context.Context) error {
			_, err := w.s.Access.Give(ctx, w.admin, sallyport.Give{Subject: "user:bob", Resource: "deck", Duration: &short, Reason: "until then"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range said.Items {
			if it.Resource.Slug == "desk" && (it.After.EndsAt == nil || !it.After.EndsAt.Equal(soon.Add(length.Std())) || it.After.Duration != nil) {
				t.Errorf("from now until %v, for %v; want until %v", it.After.EndsAt, it.After.Duration, soon.Add(length.Std()))
			}
		}
		if !slices.ContainsFunc(said.Items, func(it sallyport.ImpactItem) bool { return it.Resource.Slug == "desk" }) {
			t.Errorf("%+v", said.Items)
		}
	})
}
