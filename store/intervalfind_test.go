package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestIntervalSearchByWhatIsFew: a history searched for what few grants tell of is not walked, and has the rows, the total and
// the order of one that reads everything, whatever tells of the word and whoever asks.
func TestIntervalSearchByWhatIsFew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ada, bob, giver, ender := w.user("ada"), w.user("bob"), w.user("giver"), w.user("ender")
		insiders := w.resource(sallyport.KindGroup, "insiders", nil)
		ref := insiders.Ref()
		role, thing, secret := w.resource(sallyport.KindRole, "crew", nil), w.resource(sallyport.KindApp, "wiki", nil), w.resource(sallyport.KindApp, "vault", &ref)
		w.attach(role, thing)
		w.attach(role, secret)
		w.hold(ada, role, sallyport.Member)
		w.hold(bob, role, sallyport.Member)
		w.hold(ada, insiders, sallyport.Member)
		said, asked := w.hold(bob, thing, sallyport.Owner), w.hold(bob, secret, sallyport.Member)
		w.exec("UPDATE grants SET text_key = 'because of the flood', created_by = $2 WHERE id = $1", said.ID, giver.ID)
		now := store.Micros(db.Now())
		w.exec(`INSERT INTO requests (tenant_id, id, kind, state, requester_id, subject_kind, subject_id, resource_id, relation, expires_at, created_at, updated_at)
			VALUES ($1,'req_1','access','approved',$2,'user',$3,$4,'member',$5,$5,$5)`, w.tenant, ender.ID, bob.ID, secret.ID, now)
		w.exec("UPDATE grants SET request_id = 'req_1', ended_at = $2, ended_by = $3, ended_reason = 'no more' WHERE id = $1", asked.ID, now, giver.ID)
		for _, v := range []store.Viewer{everything, {ID: ada.ID}, {ID: giver.ID}} {
			for word, want := range map[string]bool{"flood": true, "giver": true, "ender": true, "ada": true, "crew": true, "wiki": true, "vault": v.All || v.ID == ada.ID, "bob wiki": true, "flood vault": false, "zxqv": false} {
				for _, sort := range []string{"", "ended", "person"} {
					f := store.IntervalFilter{Q: word, People: sort == "person"}
					db.Trace(func(query string, _ []any) {
						if strings.Contains(query, "SELECT y0.*") {
							t.Errorf("%q is walked to", word)
						}
					})
					paged, streamed, total := w.pagesOfHistory(v, f, store.Page{Limit: 2, Sort: sort, Total: true})
					db.Trace(nil)
					if !slices.Equal(paged, streamed) || total != len(streamed) {
						t.Errorf("%q by %q: %q of %d, reading all finds %q", word, sort, paged, total, streamed)
					}
					if seen := len(paged) > 0; seen != want && !(word == "ender" && !v.All && v.ID != ada.ID) {
						t.Errorf("%q is found by %q: %v, want %v", word, v.ID, seen, want)
					}
				}
			}
		}
	})
}
