package store_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

func TestAppendKeepsWhateverIsTyped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada := w.user("ada")
		long := strings.Repeat("é", 20_000)
		values := []store.Value{{Name: "reason", Value: "one", UserID: ada.ID}, {Name: "reason", Value: "two"}, {Name: "reason", Value: "three"}, {Name: "empty"},
			{Name: "nul", Value: "a\x00b\xffc"}, {Name: "long", Value: long}}
		for range 40 {
			values = append(values, store.Value{Name: "much", Value: long})
		}
		id := w.append(store.NewEvent{Verb: "request.created", Actor: w.actor(ada), ObjectKind: "request", ObjectID: "req_1",
			Refs: []string{"", "res_1", "res_1", "x\x00y"}, Body: map[string]any{"text": "a\x00b"}, Values: values})
		e := w.events(store.Viewer{All: true}, store.EventFilter{RequestID: "req_1"})[0]
		if e.ID != id || e.Actor.Login != "ada" || e.Values["reason"] != "one" || e.Values["reason_2"] != "two" || e.Values["reason_3"] != "three" ||
			e.Values["nul"] != "a\uFFFDb\uFFFDc" || e.Body["text"] != "a\x00b" {
			t.Errorf("%+v", e)
		}
		if v := e.Values["long"]; !strings.HasSuffix(v, "é…") || len(v) > 16<<10+3 {
			t.Errorf("a long value has %d bytes", len(v))
		}
		if n := w.count(`SELECT count(*) FROM event_values WHERE user_id = $1`, ada.ID); n != 1 {
			t.Errorf("%d values are about ada", n)
		}
		if rep := w.verify(w.export(), nil); !rep.OK() || rep.ValuesErased != 0 || rep.ValuesPresent != int64(len(e.Values)) {
			t.Errorf("%+v", rep)
		}
	})
}

func TestAppendNeverStopsAnEnding(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		bad := map[string]any{"number": math.NaN()}
		err := db.Update(w.ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Append(ctx, store.NewEvent{Verb: "grant.created", Actor: sallyport.System(w.tenant), ObjectKind: "grant", ObjectID: "grt_1", Body: bad})
			return err
		})
		if sallyport.CodeOf(err) != sallyport.EInternal {
			t.Errorf("a grant without its record: %v", err)
		}
		w.append(store.NewEvent{Verb: "grant.ended", ObjectKind: "grant", ObjectID: "grt_1", Refs: []string{"res_1"}, Body: bad,
			Values: []store.Value{{Name: "reason", Value: "left"}}})
		list := w.events(store.Viewer{All: true}, store.EventFilter{Refs: []string{"res_1"}})
		if len(list) != 1 || list[0].Verb != "grant.ended" || list[0].Object.ID != "grt_1" {
			t.Errorf("%+v", list)
		}
		if rep := w.verify(w.export(), nil); !rep.OK() {
			t.Errorf("%+v", rep)
		}
	})
}

func TestRefusalsAreCapped(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		ada := w.user("ada")
		refuse := func() (n int) {
			for range 70 {
				ok, err := db.AppendRefusal(w.ctx, store.NewEvent{Verb: "request.refused", Actor: w.actor(ada), ObjectKind: "resource", ObjectID: "res_1"})
				if err != nil {
					t.Fatal(err)
				}
				if ok {
					n++
				}
			}
			return n
		}
		if n := refuse(); n != 60 {
			t.Errorf("%d recorded in the first hour", n)
		}
	})
}
