package access_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/audit"
	"github.com/sallyport/sallyport/store"
)

// logged is what the log says of a grant.
type logged struct {
	subjectKind, subject, resource, relation string
	starts, ends, activated, ended           *time.Time
	noEnd                                    bool
}

// holds says by the log alone whether the grant gave its access at a moment.
func (g *logged) holds(at time.Time) bool {
	return g.activated != nil && !g.activated.After(at) && !g.starts.After(at) && (g.noEnd || g.ends != nil && g.ends.After(at)) &&
		(g.ended == nil || g.ended.After(at))
}

// history is the access of a company, rebuilt from the leaves of its log.
type history map[string]*logged

func (h history) apply(l audit.Leaf) {
	moment := func(name string) *time.Time {
		text, _ := l.Body[name].(string)
		t, err := time.Parse("2006-01-02T15:04:05.000000Z", text)
		if err != nil {
			return nil
		}
		return &t
	}
	word := func(name string) string { s, _ := l.Body[name].(string); return s }
	noEnd, _ := l.Body["no_end"].(bool)
	switch l.Verb {
	case "grant.created":
		h[l.ObjectID] = &logged{subjectKind: word("subject_kind"), subject: word("subject_id"), resource: word("resource_id"), relation: word("relation"),
			starts: moment("starts_at"), ends: moment("ends_at"), activated: moment("activated_at"), noEnd: noEnd}
	case "grant.activated":
		g := h[l.ObjectID]
		g.activated, g.starts, g.ends, g.noEnd = moment("activated_at"), moment("starts_at"), moment("ends_at"), noEnd
	case "grant.ended", "grant.extended", "grant.replaced":
		h[l.ObjectID].ended = moment("ended_at")
	case "grant.cut":
		for _, id := range l.Refs {
			if g := h[id]; g != nil {
				g.ends, g.noEnd = moment("ends_at"), false
			}
		}
	}
}

// access lists, as the grants' own answer does, what a person held at a moment: resource, relation, and the grants of the path.
func (h history) access(user string, at time.Time) (out []string) {
	for id, g := range h {
		if !g.holds(at) || g.subjectKind != "user" || g.subject != user {
			continue
		}
		out = append(out, fmt.Sprint(g.resource, " ", g.relation, " ", id, " "))
		if g.relation != string(sallyport.Member) {
			continue
		}
		for rid, r := range h {
			if r.subjectKind == "role" && r.subject == g.resource && r.holds(at) {
				out = append(out, fmt.Sprint(r.resource, " ", r.relation, " ", rid, " ", id))
			}
		}
	}
	slices.Sort(out)
	return out
}

func answered(list []sallyport.Access) (out []string) {
	for _, a := range list {
		for _, p := range a.Paths {
			out = append(out, fmt.Sprint(a.Resource.ID, " ", a.Relation, " ", p.GrantID, " ", p.MembershipGrantID))
		}
	}
	slices.Sort(out)
	return out
}

// leaves reads the log as an outsider does: from an export, and only if it verifies.
func (w *world) leaves() (out []audit.Leaf) {
	w.Helper()
	var b bytes.Buffer
	key, err := w.db.AuditVerifierKey(w.ctx, w.tenant)
	if err == nil {
		err = w.db.Export(w.ctx, w.tenant, &b)
	}
	if err != nil {
		w.Fatal(err)
	}
	rep, err := audit.Verify(&b, key, audit.VerifyOptions{Event: func(e audit.Event) error { out = append(out, e.Leaf); return nil }})
	if err != nil || !rep.OK() {
		w.Fatal(err, rep.Err())
	}
	return out
}

// TestHistoryAgreesWithTheLog lets random things happen to random people, then asks who had what at random moments: the
// grants and what the log alone says agree, for each person and each resource, with all that was logged and with what
// was logged up to the moment.
func TestHistoryAgreesWithTheLog(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = flag.Set("rapid.checks", "8")
		t.Cleanup(func() { _ = flag.Set("rapid.checks", f.DefValue) })
	}
	each(t, func(w *world) {
		run, activated, derived, past := 0, 0, 0, 0
		rapid.Check(w.T, func(rt *rapid.T) {
			run++
			slug := func(s string) string { return fmt.Sprintf("%s-%d", s, run) }
			people := []string{slug("pat"), slug("kim"), slug("lee")}
			for _, p := range people {
				w.user(p, "")
			}
			things := []string{slug("docs"), slug("lab"), slug("job")}
			w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: things[0], Name: things[0]})
			w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: things[1], Name: things[1],
				Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:security"}})
			w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: things[2], Name: things[2]})
			begin, root := w.clock.Now(), w.as("root")
			living := func() (out []sallyport.Grant) {
				for _, th := range things {
					var l store.List[sallyport.Grant]
					w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
						yes := true
						l, err = tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{ResourceID: w.res[th].ID, Active: &yes}, store.Page{Sort: "created_at"})
						return err
					})
					out = append(out, l.Items...)
				}
				return out
			}
			length := func() sallyport.Duration {
				return sallyport.Duration(rapid.IntRange(1, 72).Draw(rt, "hours")) * sallyport.Duration(time.Hour)
			}
			give := func() error {
				in := sallyport.Give{Subject: "user:" + rapid.SampledFrom(people).Draw(rt, "who"), Resource: rapid.SampledFrom(things).Draw(rt, "what"), Reason: "a reason",
					Relation: rapid.SampledFrom([]sallyport.Relation{sallyport.Member, sallyport.Member, sallyport.Owner}).Draw(rt, "relation"), Replace: rapid.Bool().Draw(rt, "replace")}
				if rapid.IntRange(0, 3).Draw(rt, "to a role") == 0 {
					in.Subject, in.Resource = "role:"+things[2], things[rapid.IntRange(0, 1).Draw(rt, "attached")]
				}
				switch rapid.IntRange(0, 3).Draw(rt, "how long") {
				case 0:
					in.NoEnd = true
				case 1:
					until := w.clock.Now().Add(length().Std())
					in.Until = &until
				default:
					d := length()
					in.Duration = &d
				}
				_, err := w.s.Give(w.ctx, root, in)
				return err
			}
			for _, in := range []sallyport.Give{{Subject: "role:" + things[2], Resource: things[0]}, {Subject: "role:" + things[2], Resource: things[1]},
				{Subject: people[0], Resource: things[2]}, {Subject: people[1], Resource: things[2]}, {Subject: people[2], Resource: things[1]}} {
				in.Reason, in.NoEnd = "the beginning", true
				if _, err := w.s.Give(w.ctx, root, in); err != nil {
					rt.Fatal(err)
				}
				w.clock.Advance(time.Minute)
			}
			work := func() error {
				l, err := w.s.Tasks(w.ctx, w.as("sam"), store.TaskFilter{State: "open", ResourceID: w.res[things[1]].ID}, store.Page{})
				for _, task := range l.Items {
					if _, err := w.s.Claim(w.ctx, w.as("sam"), task.ID); err != nil {
						return err
					}
					w.clock.Advance(time.Minute)
					if _, err := w.s.Complete(w.ctx, w.as("sam"), task.ID, "done"); err != nil {
						return err
					}
				}
				return err
			}
			steps := map[string]func() error{
				"give": give, "give more": give, "give again": give,
				"end": func() error {
					if l := living(); len(l) > 0 {
						_, err := w.s.End(w.ctx, root, rapid.SampledFrom(l).Draw(rt, "grant").ID, "no longer needed")
						return err
					}
					return nil
				},
				"extend": func() error {
					if l := living(); len(l) > 0 {
						d := length()
						_, err := w.s.Extend(w.ctx, root, rapid.SampledFrom(l).Draw(rt, "grant").ID, access.Extension{Duration: &d, Reason: "goes on"})
						return err
					}
					return nil
				},
				"time passes": func() error {
					w.clock.Advance(length().Std() / 4)
					if rapid.Bool().Draw(rt, "and is noticed") {
						_, _, err := w.s.EndPassed(w.ctx)
						return err
					}
					return nil
				},
				"work is done": work, "more work is done": work,
				"a limit": func() error {
					if rapid.IntRange(0, 2).Draw(rt, "really") > 0 {
						return nil
					}
					limit := length()
					id := w.res[rapid.SampledFrom(things).Draw(rt, "of")].ID
					w.tx(func(ctx context.Context, tx *store.Tx) error {
						err := w.s.CutTx(ctx, tx, root, &access.Cuts{}, "", "a limit", store.Cut{ResourceID: id, Relation: sallyport.Member, Limit: limit})
						return err
					})
					return nil
				},
			}
			names := []string{}
			for name := range steps {
				names = append(names, name)
			}
			slices.Sort(names)
			for range rapid.IntRange(5, 25).Draw(rt, "steps") {
				name := rapid.SampledFrom(names).Draw(rt, "step")
				err := steps[name]()
				if code := sallyport.CodeOf(err); err != nil && code != sallyport.EPrecondition && code != sallyport.EConflict && !strings.Contains(err.Error(), "duration") {
					rt.Fatalf("%s: %v", name, err)
				}
			}
			if err := work(); err != nil {
				rt.Fatal(err)
			}
			leaves, whole := w.leaves(), history{}
			var moments []time.Time
			for _, l := range leaves {
				whole.apply(l)
				if l.At.After(begin) {
					moments = append(moments, l.At, l.At.Add(-time.Microsecond), l.At.Add(time.Hour))
				}
				if l.Verb == "grant.activated" {
					activated++
				}
			}
			random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "moments"), 1))
			for range 8 {
				at := moments[random.IntN(len(moments))]
				if at.After(w.clock.Now()) {
					continue
				}
				until := history{}
				for _, l := range leaves {
					if !l.At.After(at) {
						until.apply(l)
					}
				}
				for _, p := range people {
					var list []sallyport.Access
					id := w.users[p].ID
					w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
						list, err = tx.UserAccess(ctx, w.tenant, id, at, access.Everything)
						return err
					})
					got := answered(list)
					for _, h := range []history{whole, until} {
						if want := h.access(id, at); !slices.Equal(got, want) {
							rt.Fatalf("%s at %s: grants say %q, the log says %q", p, at, got, want)
						}
					}
					for _, path := range got {
						past++
						if !strings.HasSuffix(path, " ") {
							derived++
						}
					}
				}
				agreeOnAnswers(w, rt, people, things, whole, at)
				for _, th := range things {
					var list []sallyport.Access
					id := w.res[th].ID
					w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
						list, err = tx.Holders(ctx, w.tenant, id, "", at, access.Everything)
						return err
					})
					got, want := answered(list), []string{}
					for _, p := range people {
						for _, path := range whole.access(w.users[p].ID, at) {
							if strings.HasPrefix(path, id+" ") {
								want = append(want, path)
							}
						}
					}
					slices.Sort(want)
					if !slices.Equal(got, want) {
						rt.Fatalf("holders of %s at %s: grants say %q, the log says %q", th, at, got, want)
					}
				}
			}
		})
		if activated == 0 || derived == 0 || past < 50 {
			w.Errorf("the random histories say too little: %d activations, %d paths, %d of them by role", activated, past, derived)
		}
	})
}
