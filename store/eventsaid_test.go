package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// said reads all pages of a search in what was written, and says how many there were.
func (w *world) said(v store.Viewer, f store.EventFilter, sort string) (found []string, pages int) {
	w.t.Helper()
	for p := (store.Page{Limit: 2, Sort: sort}); pages < 100; pages++ {
		w.view(func(ctx context.Context, tx *store.Tx) error {
			l, err := tx.Events(ctx, w.tenant, v, f, p)
			for _, e := range l.Items {
				found = append(found, e.Verb)
			}
			p.Cursor = l.NextCursor
			return err
		})
		if p.Cursor == "" {
			break
		}
	}
	return found, pages + 1
}

// TestSearchInWhatWasWritten: the words of reasons and comments are found, in any case and order, a stride at a time from
// either end; what is sensitive only by those who may read it, and what was erased not at all.
func TestSearchInWhatWasWritten(t *testing.T) {
	defer store.Stride(5)()
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		ada, bob := w.user("ada"), w.user("bob")
		all, vpn := store.Viewer{All: true}, w.resource(sallyport.KindApp, "vpn", nil)
		start := clock.Now()
		say := func(verb string, values ...store.Value) {
			w.append(store.NewEvent{Verb: verb, Actor: w.actor(bob), ObjectKind: "resource", ObjectID: vpn.ID, Values: values})
			clock.Advance(time.Minute)
		}
		say("resource.one", store.Value{Name: "reason", Value: "ÜBER the Winter"})
		for i := range 12 {
			say(fmt.Sprint("resource.plain", i), store.Value{Name: "reason", Value: "winter"})
		}
		say("resource.two", store.Value{Name: "reason", Value: "winter is"}, store.Value{Name: "comment", Value: "über"})
		say("resource.three", store.Value{Name: "comment", Value: "überwintern, says Ada", UserID: ada.ID})
		say("resource.four", store.Value{Name: "answer", Value: "über winter", Sensitive: true})
		say("resource.five")

		late := start.Add(14 * time.Minute)
		for _, tc := range []struct {
			name, sort string
			v          store.Viewer
			f          store.EventFilter
			want       []string
		}{
			{"newest first", "", all, store.EventFilter{Said: "winter über"}, []string{"resource.four", "resource.three", "resource.two", "resource.one"}},
			{"oldest first", "id", all, store.EventFilter{Said: "WINTER Über"}, []string{"resource.one", "resource.two", "resource.three", "resource.four"}},
			{"by time", "-at", all, store.EventFilter{Said: "winter über"}, []string{"resource.four", "resource.three", "resource.two", "resource.one"}},
			{"about one thing", "", all, store.EventFilter{Said: "über", ResourceID: vpn.ID, Verb: "resource.two"}, []string{"resource.two"}},
			{"since", "", all, store.EventFilter{Said: "über", Since: &late}, []string{"resource.four", "resource.three"}},
			{"with a name", "", all, store.EventFilter{Said: "says", Q: "vpn"}, []string{"resource.three"}},
			{"not what is sensitive", "", store.Viewer{ID: ada.ID}, store.EventFilter{Said: "über", ResourceID: vpn.ID}, []string{"resource.three", "resource.two", "resource.one"}},
			{"a percent sign is none", "", all, store.EventFilter{Said: "%"}, nil},
			{"nothing", "", all, store.EventFilter{Said: "summer"}, nil},
		} {
			got, pages := w.said(tc.v, tc.f, tc.sort)
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v", tc.name, got)
			}
			if tc.name == "nothing" && pages < 3 {
				t.Errorf("a search through 17 events by strides of 5 took %d pages", pages)
			}
		}
		w.exec(`UPDATE users SET state = 'gone' WHERE id = $1`, ada.ID)
		w.update(func(ctx context.Context, tx *store.Tx) error {
			return tx.EraseUser(ctx, w.actor(bob), ada.ID, "asked", false)
		})
		if got, _ := w.said(all, store.EventFilter{Said: "überwintern"}, ""); got != nil {
			t.Errorf("what was erased is found: %v", got)
		}
	})
}
