package catalog_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// gave gives something and returns the grant.
func (w *world) gave(in sallyport.Give) sallyport.Grant {
	w.t.Helper()
	in.Reason = "work"
	g, err := w.s.Access.Give(w.t.Context(), w.admin, in)
	if err != nil {
		w.t.Fatalf("%s of %s: %v", in.Subject, in.Resource, err)
	}
	return g
}

// takes ends everything that somebody has of a resource, as the admin.
func (w *world) takes(login, slug string, rel sallyport.Relation) {
	w.t.Helper()
	w.clock.Advance(time.Minute)
	for _, g := range w.living(slug) {
		if g.Subject.Login == login && g.Relation == rel {
			if _, err := w.s.Access.End(w.t.Context(), w.admin, g.ID, "not any more"); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// curating is a world with a catalogue manager, cleo, who owns the role Eng, which gives Logs, and is in it with ann.
func curating(t *testing.T, test func(w *world)) {
	each(t, func(w *world) {
		w.people("cleo", "ann", "bob")
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Logs", Owners: []string{"cleo"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Eng", Owners: []string{"cleo"}})
		w.give("cleo", "sallyport.catalogue-manager")
		w.give("cleo", "eng")
		w.give("ann", "eng")
		w.gave(sallyport.Give{Subject: "role:eng", Resource: "logs", NoEnd: true})
		test(w)
	})
}

var offEng = sallyport.Reorganization{Action: "split", Role: "eng", Name: "Db", Members: []string{"cleo", "ann"}, Reason: "a team of its own"}

func (w *world) makes(login string, in sallyport.Reorganization) sallyport.Reorganized {
	w.t.Helper()
	w.clock.Advance(time.Minute)
	c, err := w.s.Reorganize(w.t.Context(), w.actor(login), in)
	if err != nil {
		w.t.Fatalf("%s: %v", in.Action, err)
	}
	w.clock.Advance(time.Minute)
	return c
}

// Who made a reorganization undoes it only while they may do what it did.
func TestUndoNeedsWhatMakingNeeds(t *testing.T) {
	for _, c := range []struct {
		name string
		lose func(w *world)
		ok   bool
	}{
		{"nothing", func(*world) {}, true},
		{"no catalogue manager", func(w *world) { w.takes("cleo", "sallyport.catalogue-manager", sallyport.Member) }, false},
		{"no owner of the old role", func(w *world) { w.takes("cleo", "eng", sallyport.Owner) }, false},
		{"no owner of the new role", func(w *world) { w.takes("cleo", "db", sallyport.Owner) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			curating(t, func(w *world) {
				made := w.makes("cleo", offEng)
				c.lose(w)
				_, err := w.s.UndoReorganization(t.Context(), w.actor("cleo"), made.ID)
				if c.ok {
					if err != nil {
						t.Error(err)
					}
					w.have("undone", "eng", "ann", "cleo")
					return
				}
				refused(t, "the undo", err, sallyport.EForbidden)
				w.have("refused", "eng")
				w.undo(made)
				w.have("undone by an admin", "eng", "ann", "cleo")
			})
		})
	}
}

// What somebody ended since does not come back by an undo, and leavers get nothing again.
func TestUndoGivesBackWhatGoesOn(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    sallyport.Reorganization
		since func(w *world)
		want  []string // who is in eng
		logs  []string
		note  string
	}{
		{"an admin ended it", offEng, func(w *world) { w.takes("cleo", "db", sallyport.Member) }, []string{"ann"}, []string{"ann"}, "One grant did not come back, since it"},
		{"given anew for a day", offEng, func(w *world) {
			w.takes("cleo", "db", sallyport.Member)
			day := sallyport.Day
			w.gave(sallyport.Give{Subject: "cleo", Resource: "db", Duration: &day})
		}, []string{"ann"}, []string{"ann"}, "One grant did not come back"},
		{"a leaver who is back", offEng, func(w *world) {
			u := w.user("ann")
			w.update(func(ctx context.Context, tx *store.Tx) error {
				if err := w.s.Access.LeaveTx(ctx, tx, sallyport.System(w.tenant), u, sallyport.UserGone, "left"); err != nil {
					return err
				}
				_, err := tx.SetUserState(ctx, w.tenant, u.ID, sallyport.UserActive)
				return err
			})
		}, []string{"cleo"}, []string{"cleo"}, "the person has left"},
		{"what the role gives was taken from the new one", sallyport.Reorganization{Action: "split", Role: "eng", Name: "Db", Members: []string{"cleo"},
			Resources: []sallyport.RoleItem{{Resource: "logs"}}, KeepMembers: true, Reason: "r"}, func(w *world) {
			g := w.gifts("db")[0]
			if _, err := w.s.Access.End(w.t.Context(), w.admin, g.ID, "not any more"); err != nil {
				w.t.Fatal(err)
			}
		}, []string{"ann", "cleo"}, nil, "One grant did not come back"},
		{"merged again, and that undone", offEng, func(w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Data"})
			w.undo(w.makes(w.admin.User.Login, sallyport.Reorganization{Action: "merge", Role: "data", Roles: []string{"db"}, Reason: "r"}))
			w.clock.Advance(time.Minute)
		}, []string{"ann", "cleo"}, []string{"ann", "cleo"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			curating(t, func(w *world) {
				made := w.makes(w.admin.User.Login, c.in)
				c.since(w)
				w.clock.Advance(time.Minute)
				got, err := w.s.UndoReorganization(t.Context(), w.admin, made.ID)
				if err != nil {
					t.Fatal(err)
				}
				w.have("undone", "eng", c.want...)
				w.have("undone", "logs", c.logs...)
				if notes := strings.Join(got.Notes, " "); c.note == "" && notes != "" || !strings.Contains(notes, c.note) {
					t.Errorf("it says %q", notes)
				}
			})
		})
	}
}

// What was replaced by something shorter comes back no longer than that; what the reorganization made shorter itself is as
// long as it was.
func TestUndoLengthensNothing(t *testing.T) {
	curating(t, func(w *world) {
		made := w.makes(w.admin.User.Login, offEng)
		week := 7 * sallyport.Day
		short := w.gave(sallyport.Give{Subject: "ann", Resource: "db", Duration: &week, Replace: true})
		w.clock.Advance(time.Minute)
		w.undo(made)
		for _, g := range w.living("eng") {
			if g.Subject.Login == "ann" && (g.NoEnd || !g.EndsAt.Equal(*short.EndsAt)) {
				t.Errorf("it ends %v, no end %v", g.EndsAt, g.NoEnd)
			}
		}
		w.give("ann", "logs")
		made = w.makes(w.admin.User.Login, sallyport.Reorganization{Action: "create", Name: "Readers", Members: []string{"ann"}, Resources: []sallyport.RoleItem{{Resource: "logs"}},
			MembershipEnds: &week, EndDirect: true, Reason: "r"})
		w.undo(made)
		for _, g := range w.living("logs") {
			if g.Subject.Login == "ann" && !g.NoEnd {
				t.Errorf("what had no end ends %v", g.EndsAt)
			}
		}
	})
}

// Limits that came since are obeyed, by an earlier end and not by refusing the whole.
func TestUndoWithinLimits(t *testing.T) {
	five := 5 * sallyport.Day
	for _, c := range []struct {
		name   string
		limits sallyport.Constraints
		on     string
		longer time.Duration // none of eng's memberships is
	}{
		{"a limit", sallyport.Constraints{sallyport.MemberTimeLimit: five}, "eng", five.Std()},
		{"an end", sallyport.Constraints{sallyport.NoStandingAccess: true}, "eng", 90 * 24 * time.Hour},
		{"through what the role gives", sallyport.Constraints{sallyport.MemberTimeLimit: five, sallyport.PropagateToRoles: true}, "logs", five.Std()},
	} {
		t.Run(c.name, func(t *testing.T) {
			curating(t, func(w *world) {
				tag := func(ref string, on bool) {
					t.Helper()
					if _, err := w.s.SaveTag(t.Context(), w.admin, ref, sallyport.Tag{Name: "Short", Enabled: on, Constraints: c.limits}, true); err != nil {
						t.Fatal(err)
					}
				}
				tag("", false)
				if err := w.s.AttachTag(t.Context(), w.admin, c.on, "Short", true); err != nil {
					t.Fatal(err)
				}
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Data"})
				made := w.makes(w.admin.User.Login, sallyport.Reorganization{Action: "merge", Role: "data", Roles: []string{"eng"}, Reason: "r"})
				tag("Short", true)
				got, err := w.s.UndoReorganization(t.Context(), w.admin, made.ID)
				if err != nil {
					t.Fatal(err)
				}
				if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "earlier end") {
					t.Errorf("it says %q", got.Notes)
				}
				w.have("undone", "logs", "ann", "cleo")
				for _, g := range w.living("eng") {
					if g.Relation == sallyport.Member && (g.NoEnd || g.EndsAt.Sub(g.CreatedAt) > c.longer) {
						t.Errorf("%s has it until %v", g.Subject.Login, g.EndsAt)
					}
				}
			})
		})
	}
}

// Only admins undo what made a role once others have come to have it, or wait for it.
func TestUndoRemovesNothingOfOthers(t *testing.T) {
	week := 7 * sallyport.Day
	for name, since := range map[string]func(w *world){
		"somebody came in": func(w *world) { w.give("bob", "tools") },
		"it gives more": func(w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki"})
			w.gave(sallyport.Give{Subject: "role:tools", Resource: "wiki", NoEnd: true})
		},
		"somebody asks": func(w *world) { w.wants("bob", sallyport.Ask{Resource: "tools", Duration: &week, Reason: "why"}) },
		"it asks for a thing": func(w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Wiki"})
			w.wants("cleo", sallyport.Ask{Resource: "wiki", Beneficiary: "role:tools", Duration: &week, Reason: "why"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			curating(t, func(w *world) {
				made := w.makes("cleo", sallyport.Reorganization{Action: "create", Name: "Tools", Members: []string{"ann"}, Resources: []sallyport.RoleItem{{Resource: "logs"}}, Reason: "r"})
				since(w)
				_, err := w.s.UndoReorganization(t.Context(), w.actor("cleo"), made.ID)
				refused(t, "the undo", err, sallyport.EForbidden)
				if w.resource("tools").DeletedAt != nil {
					t.Error("it is gone")
				}
				w.undo(made)
			})
		})
	}
}

func (w *world) wants(login string, in sallyport.Ask) {
	w.t.Helper()
	if _, err := w.s.Access.Ask(w.t.Context(), w.actor(login), in); err != nil {
		w.t.Fatal(err)
	}
}

// A new name comes with a description, and goes with it.
func TestUndoOfANameAndDescription(t *testing.T) {
	curating(t, func(w *world) {
		made := w.makes("cleo", sallyport.Reorganization{Action: "rename", Role: "eng", Name: "Engineers", Description: "all of them", Reason: "r"})
		w.undo(made)
		if r := w.resource("eng"); r.Name != "Eng" || r.Description != "" {
			t.Errorf("it is %s: %s", r.Name, r.Description)
		}
	})
}

// Owners stay owners, until when they were, people and roles, in a copy, a split and a merge into a new role.
func TestReorganizeKeepsOwners(t *testing.T) {
	for _, in := range []sallyport.Reorganization{{Action: "copy", Role: "eng"}, {Action: "split", Role: "eng", Members: []string{"ann"}}, {Action: "merge", Roles: []string{"eng", "ops"}}} {
		t.Run(in.Action, func(t *testing.T) {
			curating(t, func(w *world) {
				week, month := 7*sallyport.Day, 30*sallyport.Day
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Ops", Owners: []string{"ann"}})
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Leads"})
				w.gave(sallyport.Give{Subject: "bob", Resource: "eng", Relation: sallyport.Owner, Duration: &week})
				w.gave(sallyport.Give{Subject: "role:leads", Resource: "eng", Relation: sallyport.Owner, Duration: &month})
				in.Name, in.Reason = "New", "r"
				made := w.makes(w.admin.User.Login, in)
				ends := map[string]time.Duration{"bob": week.Std(), "leads": month.Std()}
				seen := map[string]bool{}
				for _, g := range w.living("new") {
					if g.Relation != sallyport.Owner {
						continue
					}
					who := g.Subject.Login + g.Subject.Slug
					if seen[who] = true; ends[who] == 0 != g.NoEnd || !g.NoEnd && g.EndsAt.Sub(w.db.Now()) > ends[who] {
						t.Errorf("%s owns it until %v, no end %v", who, g.EndsAt, g.NoEnd)
					}
				}
				if !seen["cleo"] || !seen["bob"] || !seen["leads"] || seen[w.admin.User.Login] || seen["ann"] != (in.Action == "merge") {
					t.Errorf("%v own it", seen)
				}
				w.undo(made)
				if n := len(slices.DeleteFunc(w.living("eng"), func(g sallyport.Grant) bool { return g.Relation != sallyport.Owner })); n != 3 {
					t.Errorf("%d own the old one once it is undone", n)
				}
			})
		})
	}
}

// A merge into a role cuts its members by what comes with it; undone, they are in it as long as they were, as far as
// nobody changed that since and limits allow it now.
func TestUndoGivesBackEnds(t *testing.T) {
	five := 5 * sallyport.Day
	day, month, never := 1*sallyport.Day, 30*sallyport.Day, sallyport.Duration(0)
	into := sallyport.Reorganization{Action: "merge", Role: "eng", Roles: []string{"ops"}, Reason: "r"}
	for _, c := range []struct {
		name  string
		in    sallyport.Reorganization
		since func(w *world)
		want  map[string]sallyport.Duration // from the undo, of those in eng; 0: without end
		note  string
	}{
		{"at once", into, func(*world) {}, map[string]sallyport.Duration{"ann": never, "cleo": never}, ""},
		{"one is cut further", into, func(w *world) {
			w.gave(sallyport.Give{Subject: "ann", Resource: "eng", Duration: &day, Replace: true})
		}, map[string]sallyport.Duration{"ann": day, "cleo": never}, "stays for Person ann, since"},
		{"one was ended", into, func(w *world) { w.takes("ann", "eng", sallyport.Member) }, map[string]sallyport.Duration{"cleo": never}, ""},
		{"it has run out", into, func(w *world) { w.clock.Advance(6 * 24 * time.Hour) }, nil, "stays for Person ann, Person cleo, since it has passed"},
		{"a limit came since", into, func(w *world) {
			if err := w.tagged("eng", sallyport.Constraints{sallyport.MemberTimeLimit: month}); err != nil {
				w.t.Fatal(err)
			}
		}, map[string]sallyport.Duration{"ann": month, "cleo": month}, "2 grants came back with earlier ends"},
		{"the limit is there by another way", into, func(w *world) {
			if err := w.tagged("logs", sallyport.Constraints{sallyport.MemberTimeLimit: day, sallyport.PropagateToRoles: true}); err != nil {
				w.t.Fatal(err)
			}
		}, map[string]sallyport.Duration{"ann": day, "cleo": day}, "stays for"},
		{"merged and cut again, and that undone", into, func(w *world) {
			if err := w.tagged("vault", sallyport.Constraints{sallyport.MemberTimeLimit: day, sallyport.PropagateToRoles: true}); err != nil {
				w.t.Fatal(err)
			}
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Sec"})
			w.gave(sallyport.Give{Subject: "role:sec", Resource: "vault", Duration: &day})
			w.undo(w.makes(w.admin.User.Login, sallyport.Reorganization{Action: "merge", Role: "eng", Roles: []string{"sec"}, Reason: "r"}))
			w.clock.Advance(time.Minute)
		}, map[string]sallyport.Duration{"ann": never, "cleo": never}, ""},
		{"cut by one of those that are merged, by another's members", sallyport.Reorganization{Action: "merge", Role: "data", Roles: []string{"eng", "ops"}, Reason: "r"}, func(*world) {},
			map[string]sallyport.Duration{"ann": never, "cleo": never}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			curating(t, func(w *world) {
				if _, err := w.s.SaveTag(t.Context(), w.admin, "", sallyport.Tag{Name: "Brief", Enabled: true, Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: five, sallyport.PropagateToRoles: true}}, true); err != nil {
					t.Fatal(err)
				}
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Prod", Tags: []string{"Brief"}})
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "Vault"})
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Ops"})
				w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Data"})
				w.gave(sallyport.Give{Subject: "role:ops", Resource: "prod", Duration: &five})
				made := w.makes(w.admin.User.Login, c.in)
				c.since(w)
				got, err := w.s.UndoReorganization(t.Context(), w.admin, made.ID)
				if err != nil {
					t.Fatal(err)
				}
				if notes := strings.Join(got.Notes, " "); c.note == "" && notes != "" || !strings.Contains(notes, c.note) {
					t.Errorf("it says %q", notes)
				}
				now, n := w.clock.Now(), 0
				for _, g := range w.living("eng") {
					if g.Relation != sallyport.Member || g.EndsAt != nil && !g.EndsAt.After(now) {
						continue
					}
					n++
					if want, ok := c.want[g.Subject.Login]; !ok || g.NoEnd != (want == never) || !g.NoEnd && g.EndsAt.Sub(now.Add(want.Std())).Abs() > time.Second {
						t.Errorf("%s has it until %v, no end %v; want %s from %v", g.Subject.Login, g.EndsAt, g.NoEnd, want, now)
					}
				}
				if n != len(c.want) {
					t.Errorf("%d are in it, want %d", n, len(c.want))
				}
			})
		})
	}
}

// A role that owns itself, merged, leaves the role that stays owning itself, once; taken back, it owns itself again.
// What led to a role that has been removed since is not undone, until what removed it is.
func TestUndoOfWhatIsGone(t *testing.T) {
	for _, in := range []sallyport.Reorganization{
		{Action: "create", Name: "Db", Members: []string{"bob"}, Resources: []sallyport.RoleItem{{Resource: "logs"}}, Reason: "r"},
		{Action: "copy", Role: "eng", Name: "Db", WithMembers: true, Reason: "r"},
		{Action: "merge", Name: "Db", Roles: []string{"eng", "ops"}, Reason: "r"},
		{Action: "rename", Role: "ops", Name: "Db", Slug: "db", Reason: "r"},
		offEng,
	} {
		curating(t, func(w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Ops"})
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "All"})
			made := w.makes(w.admin.User.Login, in)
			offered := func(want bool) {
				t.Helper()
				l, err := w.s.Reorganizations(t.Context(), w.admin, store.Page{Limit: 10})
				i := slices.IndexFunc(l.Items, func(c sallyport.Reorganized) bool { return c.ID == made.ID })
				if err != nil || i < 0 || l.Items[i].MayUndo != want || (l.Items[i].Gone == nil) != want {
					t.Errorf("%s: %+v, %v; may undo should be %v", in.Action, l.Items, err, want)
				}
			}
			offered(true)
			merged := w.makes(w.admin.User.Login, sallyport.Reorganization{Action: "merge", Role: "all", Roles: []string{"db"}, Reason: "r"})
			offered(false)
			_, err := w.s.UndoReorganization(t.Context(), w.admin, made.ID)
			refused(t, in.Action, err, sallyport.EConflict)
			if !strings.Contains(err.Error(), "has been removed since") {
				t.Error(err)
			}
			w.undo(merged)
			offered(true)
			w.undo(made)
		})
	}
}

func TestUndoOfMergingWhatOwnsItself(t *testing.T) {
	for _, into := range []string{"eng", ""} {
		curating(t, func(w *world) {
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Crew"})
			w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindRole, Name: "Deck"})
			w.gave(sallyport.Give{Subject: "role:crew", Resource: "crew", Relation: sallyport.Owner, NoEnd: true})
			w.gave(sallyport.Give{Subject: "role:crew", Resource: "deck", Relation: sallyport.Owner, NoEnd: true})
			owners := func(slug string) (out []string) {
				for _, g := range w.living(slug) {
					if g.Relation == sallyport.Owner && g.Subject.Kind == sallyport.SubjectRole {
						out = append(out, g.Subject.Slug)
					}
				}
				return out
			}
			w.clock.Advance(time.Minute)
			c, err := w.s.Reorganize(t.Context(), w.admin, sallyport.Reorganization{Action: "merge", Role: into, Name: "All", Roles: []string{"crew", "eng", "deck"}, Reason: "one team"})
			if err != nil {
				t.Fatal(err)
			}
			w.clock.Advance(time.Minute)
			want := cmp.Or(into, "all")
			if got := owners(want); !slices.Equal(got, []string{want}) {
				t.Errorf("of %s, roles that own it: %v", want, got)
			}
			if into != "" && c.Title != "Merged Crew, Deck into Eng" {
				t.Errorf("called %q", c.Title)
			}
			if c, err = w.s.UndoReorganization(t.Context(), w.admin, c.ID); err != nil {
				t.Fatal(err)
			}
			if a, b := owners("crew"), owners("deck"); len(c.Notes) > 0 || !slices.Equal(a, []string{"crew"}) || !slices.Equal(b, []string{"crew"}) {
				t.Errorf("owned by %v and %v again, and %q", a, b, c.Notes)
			}
		})
	}
}
