package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

func verbs(list []sallyport.Event) (out []string) {
	for _, e := range list {
		out = append(out, e.Verb)
	}
	return out
}

// A search that finds much goes through the log, newest first, until the page is full; one that finds little does not.
func TestSearchOfMuch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, vpn := w.user("ada"), w.resource(sallyport.KindApp, "vpn", nil)
		w.append(store.NewEvent{Verb: "grant.ended", Actor: w.actor(ada), ObjectKind: "resource", ObjectID: vpn.ID})
		w.exec(`INSERT INTO events (tenant_id, id, verb, actor_id, object_kind, object_id, at, leaf)
			WITH RECURSIVE n(i) AS (SELECT 10001 UNION ALL SELECT i + 1 FROM n WHERE i < 16000)
			SELECT e.tenant_id, 'evt_' || n.i, 'task.reminded', e.actor_id, e.object_kind, e.object_id, e.at + n.i, e.leaf FROM n, events e WHERE e.verb = 'grant.ended' AND e.tenant_id = $1`, w.tenant)
		w.exec(`INSERT INTO event_refs (tenant_id, ref_id, event_id) SELECT tenant_id, object_id, id FROM events WHERE verb = 'task.reminded' AND tenant_id = $1`, w.tenant)
		for q, want := range map[string]int{"remind": 6000, "vpn": 6001, "ended": 1, "grant": 1} {
			err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.Events(ctx, w.tenant, store.Viewer{All: true}, store.EventFilter{Q: q}, store.Page{Limit: 50, Total: true})
				if err == nil && (*l.Total != want || len(l.Items) != min(want, 50) || len(l.Items) == 50 && l.NextCursor == "") {
					t.Errorf("%q finds %d, %d of them on a page; want %d", q, *l.Total, len(l.Items), want)
				}
				return err
			})
			if err != nil {
				t.Error(q, err)
			}
		}
	})
}

func TestEventFilters(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		ada, bob := w.user("ada"), w.user("bob")
		vpn, wiki := w.resource(sallyport.KindApp, "vpn", nil), w.resource(sallyport.KindApp, "wiki", nil)
		all := store.Viewer{All: true}
		start := clock.Now()
		w.append(store.NewEvent{Verb: "request.created", Actor: w.actor(ada), ObjectKind: "request", ObjectID: "req_1", Refs: []string{vpn.ID}, Body: map[string]any{"relation": "member"}})
		clock.Advance(time.Hour)
		w.append(store.NewEvent{Verb: "request.approved", Actor: w.actor(bob), ObjectKind: "request", ObjectID: "req_1", Refs: []string{vpn.ID, ada.ID}})
		clock.Advance(time.Hour)
		w.append(store.NewEvent{Verb: "requests.counted", Actor: w.actor(bob), ObjectKind: "resource", ObjectID: wiki.ID})
		hour := start.Add(time.Hour)
		for _, tc := range []struct {
			name string
			f    store.EventFilter
			want []string
		}{
			{"actor", store.EventFilter{Actor: bob.ID}, []string{"requests.counted", "request.approved"}},
			{"user", store.EventFilter{UserID: ada.ID}, []string{"request.approved", "request.created"}},
			{"user and actor", store.EventFilter{UserID: ada.ID, Actor: bob.ID}, []string{"request.approved"}},
			{"resource", store.EventFilter{ResourceID: vpn.ID}, []string{"request.approved", "request.created"}},
			{"resource and user", store.EventFilter{ResourceID: vpn.ID, UserID: bob.ID}, []string{"request.approved"}},
			{"object", store.EventFilter{Object: wiki.ID}, []string{"requests.counted"}},
			{"object is not ref", store.EventFilter{Object: vpn.ID}, nil},
			{"refs", store.EventFilter{Refs: []string{wiki.ID, ada.ID}}, []string{"requests.counted", "request.approved", "request.created"}},
			{"whole verb", store.EventFilter{Verb: "request.approved"}, []string{"request.approved"}},
			{"beginning of verb", store.EventFilter{Verb: "request."}, []string{"request.approved", "request.created"}},
			{"since", store.EventFilter{Since: &hour}, []string{"requests.counted", "request.approved"}},
			{"until", store.EventFilter{Until: &hour, Verb: "request."}, []string{"request.created"}},
			{"words in names", store.EventFilter{Q: "the WIKI"}, []string{"requests.counted"}},
			{"words in verbs", store.EventFilter{Q: "approv"}, []string{"request.approved"}},
			{"words in both", store.EventFilter{Q: "request"}, []string{"requests.counted", "request.approved", "request.created"}},
			{"words and more", store.EventFilter{Q: "request", Since: &hour, Actor: bob.ID}, []string{"requests.counted", "request.approved"}},
			{"words about one thing", store.EventFilter{Q: "wiki", UserID: ada.ID}, nil},
			{"words of nothing", store.EventFilter{Q: "nobody says so"}, nil},
			{"a percent sign is none", store.EventFilter{Q: "%"}, nil},
		} {
			if got := verbs(w.events(all, tc.f)); !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v", tc.name, got)
			}
		}
		e := w.events(all, store.EventFilter{RequestID: "req_1"})[0]
		if e.Actor.Name != bob.Name || e.Object.Kind != "request" || len(e.Refs) != 2 || e.Via != sallyport.ViaSession || e.Index != nil {
			t.Errorf("%+v", e)
		}
		for _, r := range e.Refs {
			if r.ID == vpn.ID && (r.Name != "The vpn" || r.Slug != "vpn" || r.Kind != "app") || r.ID == ada.ID && (r.Name != ada.Name || r.Kind != "user") {
				t.Errorf("%+v", r)
			}
		}
		w.sequence()
		if e := w.events(all, store.EventFilter{RequestID: "req_1"})[1]; e.Index == nil || *e.Index != 1 || e.Body["relation"] != "member" {
			t.Errorf("%+v", e)
		}
	})
}

func TestEventPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		var want []string
		for range 25 {
			want = append(want, w.append(store.NewEvent{Verb: "thing.done", ObjectKind: "thing", ObjectID: "thing_1"}))
		}
		since := time.Now().Add(-time.Hour)
		for _, f := range []store.EventFilter{{Object: "thing_1"}, {Verb: "thing.done"}, {Since: &since, Verb: "thing."}} {
			for _, sort := range []string{"", "id", "-at"} {
				var got []string
				p := store.Page{Limit: 10, Sort: sort, Total: true}
				for {
					var l store.List[sallyport.Event]
					w.view(func(ctx context.Context, tx *store.Tx) (err error) {
						l, err = tx.Events(ctx, w.tenant, store.Viewer{All: true}, f, p)
						return err
					})
					if *l.Total != 25 {
						t.Fatalf("total %d", *l.Total)
					}
					for _, e := range l.Items {
						got = append(got, e.ID)
					}
					if p.Cursor = l.NextCursor; p.Cursor == "" {
						break
					}
				}
				if sort != "id" {
					slices.Reverse(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%+v by %q: %d events", f, sort, len(got))
				}
			}
		}
	})
}

// TestEventAudience: domain rule 24 for events. The secret app is for the members of a group.
func TestEventAudience(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, bob, olga, fay, eve := w.user("ada"), w.user("bob"), w.user("olga"), w.user("fay"), w.user("eve")
		insiders := w.resource(sallyport.KindGroup, "insiders", nil)
		ref := insiders.Ref()
		secret := w.resource(sallyport.KindApp, "secret", &ref)
		app := secret.Ref()
		part := sallyport.Resource{Kind: sallyport.KindEntitlement, Slug: "secret.part", Name: "Part", Managed: true, App: &app}
		w.update(func(ctx context.Context, tx *store.Tx) error { return tx.InsertResource(ctx, w.tenant, &part, false) })
		w.hold(ada, insiders, sallyport.Member)
		w.hold(olga, secret, sallyport.Owner)
		g := w.hold(ada, part, sallyport.Member)
		now := store.Micros(db.Now())
		request := func(id string, requester, subject sallyport.User, state string) {
			w.exec(`INSERT INTO requests (tenant_id, id, kind, state, requester_id, subject_kind, subject_id, resource_id, relation, parameters, expires_at, created_at, updated_at)
				VALUES ($1,$2,'access',$3,$4,'user',$5,$6,'member','{}',$7,$7,$7)`, w.tenant, id, state, requester.ID, subject.ID, part.ID, now)
		}
		request("req_1", ada, ada, "approved")
		request("req_eve", eve, eve, "denied")
		w.append(store.NewEvent{Verb: "resource.updated", ObjectKind: "resource", ObjectID: secret.ID})
		w.append(store.NewEvent{Verb: "grant.created", ObjectKind: "grant", ObjectID: g.ID, Refs: []string{ada.ID, part.ID}})
		w.append(store.NewEvent{Verb: "grant.noticed", ObjectKind: "grant", ObjectID: g.ID, Refs: []string{ada.ID}})         // names no resource
		w.append(store.NewEvent{Verb: "request.reminded", ObjectKind: "request", ObjectID: "req_1", Refs: []string{ada.ID}}) // nor does this
		w.append(store.NewEvent{Verb: "request.denied", ObjectKind: "request", ObjectID: "req_eve", Refs: []string{part.ID}})
		w.append(store.NewEvent{Verb: "user.updated", ObjectKind: "user", ObjectID: ada.ID})
		list := func(u sallyport.User) []string {
			l := verbs(w.events(store.Viewer{ID: u.ID}, store.EventFilter{Refs: []string{ada.ID, secret.ID, part.ID}}))
			slices.Sort(l)
			return l
		}
		every := []string{"grant.created", "grant.noticed", "request.denied", "request.reminded", "resource.updated", "user.updated"}
		for _, tc := range []struct {
			who  sallyport.User
			want []string
		}{{ada, every}, {olga, every}, {bob, []string{"user.updated"}}, {eve, []string{"request.denied", "user.updated"}}} {
			if got := list(tc.who); !slices.Equal(got, tc.want) {
				t.Errorf("%s sees %v", tc.who.Login, got)
			}
		}
		var total *int
		w.view(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Events(ctx, w.tenant, store.Viewer{ID: bob.ID}, store.EventFilter{UserID: ada.ID}, store.Page{Total: true})
			total = l.Total
			return err
		})
		if *total != 1 {
			t.Errorf("bob counts %d", *total)
		}

		// What is sensitive: requester, who was asked, who fulfils, auditors and admins; not any reader of the audience.
		w.hold(fay, insiders, sallyport.Member)
		w.hold(bob, insiders, sallyport.Member)
		w.exec(`INSERT INTO stages (tenant_id, id, request_id, position, name, state, spec) VALUES ($1,'stg_1','req_1',0,'One','approved','{}')`, w.tenant)
		w.exec(`INSERT INTO stage_approvers (tenant_id, stage_id, user_id, asked_at) VALUES ($1,'stg_1',$2,1)`, w.tenant, olga.ID)
		w.exec(`INSERT INTO tasks (tenant_id, id, kind, state, resource_id, user_id, relation, request_id, assignee_kind, assignee_id, due_at, created_at)
			VALUES ($1,'tsk_1','fulfil','open',$2,$3,'member','req_1','group',$4,1,1)`, w.tenant, part.ID, ada.ID, insiders.ID)
		w.exec(`UPDATE tasks SET assignee_kind = 'user', assignee_id = $2 WHERE tenant_id = $1`, w.tenant, fay.ID)
		w.append(store.NewEvent{Verb: "request.created", Actor: w.actor(ada), ObjectKind: "request", ObjectID: "req_1", Refs: []string{part.ID},
			Values: []store.Value{{Name: "reason", Value: "for work"}, {Name: "address", Value: "Main Street", Sensitive: true}}})
		for _, tc := range []struct {
			v    store.Viewer
			want bool
		}{{store.Viewer{All: true}, true}, {store.Viewer{ID: ada.ID}, true}, {store.Viewer{ID: olga.ID}, true}, {store.Viewer{ID: fay.ID}, true}, {store.Viewer{ID: bob.ID}, false}} {
			e := w.events(tc.v, store.EventFilter{RequestID: "req_1"})[0]
			if e.Values["reason"] != "for work" || (e.Values["address"] != "") != tc.want {
				t.Errorf("%+v reads %v", tc.v, e.Values)
			}
		}
		w.exec(`UPDATE tasks SET assignee_kind = 'group', assignee_id = $2 WHERE tenant_id = $1`, w.tenant, insiders.ID)
		if e := w.events(store.Viewer{ID: bob.ID}, store.EventFilter{RequestID: "req_1"})[0]; e.Values["address"] == "" {
			t.Error("a member of the group that fulfils cannot read what is needed for it")
		}

		// From where somebody signed in: themselves, auditors and admins.
		w.append(store.NewEvent{Verb: "session.signed_in", Actor: w.actor(ada), ObjectKind: "session", ObjectID: "ses_9",
			Values: []store.Value{{Name: "address", Value: "192.0.2.7", UserID: ada.ID, Sensitive: true}}})
		for _, tc := range []struct {
			v    store.Viewer
			want bool
		}{{store.Viewer{All: true}, true}, {store.Viewer{ID: ada.ID}, true}, {store.Viewer{ID: bob.ID}, false}} {
			if e := w.events(tc.v, store.EventFilter{Object: "ses_9"})[0]; (e.Values["address"] != "") != tc.want {
				t.Errorf("%+v reads %v", tc.v, e.Values)
			}
		}
	})
}

// The log is read from either end, a span of it too.
func TestTheOldestEventsFirst(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		start := clock.Now()
		for _, verb := range []string{"grant.created", "grant.extended", "grant.cut", "grant.ended"} {
			w.append(store.NewEvent{Verb: verb, ObjectKind: "grant", ObjectID: "grt_1"})
			clock.Advance(time.Hour)
		}
		hour := start.Add(time.Hour)
		for _, f := range []store.EventFilter{{Since: &hour}, {Since: &hour, Object: "grt_1"}, {Since: &hour, Verb: "grant."}} {
			var got []string
			p := store.Page{Sort: "id", Limit: 2}
			for range 5 {
				err := db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
					l, err := tx.Events(ctx, w.tenant, store.Viewer{All: true}, f, p)
					got, p.Cursor = append(got, verbs(l.Items)...), l.NextCursor
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if p.Cursor == "" {
					break
				}
			}
			if !slices.Equal(got, []string{"grant.extended", "grant.cut", "grant.ended"}) {
				t.Errorf("%+v: %v", f, got)
			}
		}
	})
}
