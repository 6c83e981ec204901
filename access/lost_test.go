package access_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// doTasks does whatever waits for oscar.
func (w *world) doTasks() {
	w.Helper()
	for _, task := range w.todo("oscar") {
		if _, err := w.s.Complete(w.ctx, w.as("oscar"), task.ID, "done"); err != nil {
			w.Fatal(err)
		}
	}
}

// TestLostIsBeingRemoved: what ended says that the target still has it, until that was read back or there is nothing to
// remove, in every list of what was had (domain rule 6).
func TestLostIsBeingRemoved(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		said := func(f store.IntervalFilter) string {
			w.Helper()
			f.UserID, f.ResourceID = "ken", "vpn"
			var out []string
			l, err := w.s.History(w.ctx, w.as("root"), f, store.Page{Sort: "started", Total: true})
			if err != nil {
				w.Fatal(err)
			}
			for _, it := range l.Items {
				if it.State == sallyport.IntervalRevoking && it.EndedAt == nil {
					w.Errorf("%+v", it)
				}
				out = append(out, string(it.State))
			}
			return strings.Join(out, " ")
		}
		is := func(what, history, lost, grants string) {
			w.Helper()
			var b bytes.Buffer
			if err := w.s.ExportHistory(w.ctx, w.as("root"), store.IntervalFilter{UserID: "ken", ResourceID: "vpn"}, "started", "csv", []string{"state"}, &b); err != nil {
				w.Fatal(err)
			}
			file, _ := csv.NewReader(&b).ReadAll()
			var column []string
			for _, row := range file[1:] {
				column = append(column, row[0])
			}
			if got := said(store.IntervalFilter{}); got != history || strings.Join(column, " ") != history {
				w.Errorf("%s: the history says %q, its file %q", what, got, column)
			}
			if got := said(store.IntervalFilter{State: store.IntervalLost}); got != lost {
				w.Errorf("%s: lost are %q", what, got)
			}
			var direct []string
			over := false
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				direct = nil
				l, err := tx.Grants(ctx, w.tenant, access.Everything, store.GrantFilter{SubjectID: w.users["ken"].ID, ResourceID: w.res["vpn"].ID, Active: &over}, store.Page{Sort: "created_at"})
				for _, g := range l.Items {
					direct = append(direct, string(g.State))
				}
				return err
			})
			if got := strings.Join(direct, " "); got != grants {
				w.Errorf("%s: the grants that are over are %q", what, got)
			}
		}
		first := w.given("olga", "ken", "vpn", days(9))
		w.doTasks()
		is("held", "active", "", "")
		w.clock.Advance(hour)
		w.mustEnd("ken", first.ID)
		is("ended", "revoking", "revoking", "revoking")
		w.doTasks()
		is("removed", "ended", "ended", "ended")

		w.clock.Advance(hour)
		w.given("olga", "ken", "vpn", days(2))
		w.doTasks()
		w.clock.Advance(3 * 24 * hour)
		is("its end passed, and nobody has closed it", "ended revoking", "revoking", "ended revoking")
		if _, _, err := w.s.EndPassed(w.ctx); err != nil {
			w.Fatal(err)
		}
		is("closed: of those that ended, the last is what is being removed", "ended revoking", "revoking", "ended revoking")
		w.doTasks()

		w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "writers", Name: "Writers"})
		w.hold("olga", "writers", sallyport.Owner)
		if _, err := w.give("olga", "role:writers", "vpn", sallyport.Give{NoEnd: true}); err != nil {
			w.Fatal(err)
		}
		w.clock.Advance(hour)
		member := w.given("olga", "ken", "writers", days(9))
		w.doTasks()
		w.clock.Advance(hour)
		direct := w.given("olga", "ken", "vpn", days(2))
		w.doTasks()
		w.clock.Advance(hour)
		w.mustEnd("ken", direct.ID)
		is("had by a role still", "ended ended active ended", "", "ended ended ended")
		w.clock.Advance(hour)
		w.mustEnd("ken", member.ID)
		is("lost by the role", "ended ended revoking ended", "revoking", "ended ended ended")
		w.tx(func(ctx context.Context, tx *store.Tx) error { // as a worker that reads the target back
			_, err := tx.Exec(ctx, `UPDATE provisions SET state='absent', next_at=NULL, due_since=NULL WHERE tenant_id=$1 AND state='removing'`, w.tenant)
			return err
		})
		is("all removed", "ended ended ended ended", "ended", "ended ended ended")
	})
}

// TestReturnedLeaverIsOpen: who came back before the target was rid of what they had is among those whose removal is not finished.
func TestReturnedLeaverIsOpen(t *testing.T) {
	each(t, func(w *world) {
		w.byHand()
		p := access.Period{From: w.clock.Now(), To: w.clock.Now().Add(30 * 24 * hour)}
		w.given("olga", "ken", "vpn", days(9))
		w.doTasks()
		w.clock.Advance(hour)
		w.leave("ken")
		w.clock.Advance(hour)
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.SetUserState(ctx, w.tenant, w.users["ken"].ID, sallyport.UserActive); err != nil {
				return err
			}
			_, err := tx.Append(ctx, store.NewEvent{Verb: "user.returned", Actor: sallyport.System(w.tenant), ObjectKind: "user", ObjectID: w.users["ken"].ID})
			return err
		})
		is := func(removal, open string) {
			w.Helper()
			pack := w.pack(p)
			i := slices.Index(pack.column(w, "leavers.csv", "login"), "ken")
			if i < 0 {
				w.Fatal("ken is not among the leavers")
			}
			got := func(name string) string { return pack.column(w, "leavers.csv", name)[i] }
			if got("removal") != removal || got("open") != open || got("returned_at") == "" || got("seconds_to_removal") != "" {
				w.Errorf("%s, open %s, want %s and %s", got("removal"), got("open"), removal, open)
			}
			for _, f := range pack.of.Figures {
				if f.Column == "removal" && (f.Count == 1) != (f.Value == removal) {
					w.Errorf("%s is %d", f.ID, f.Count)
				}
			}
			rows, err := w.s.EvidenceRows(w.ctx, w.as("root"), p, "leavers-"+removal, store.Page{})
			if err != nil || len(rows.Items) != 1 {
				w.Errorf("%d rows: %v", len(rows.Items), err)
			}
		}
		is(sallyport.RemovalOpen, "1")
		w.clock.Advance(hour)
		w.doTasks()
		is(sallyport.RemovalReturned, "0")
		again := w.given("olga", "ken", "vpn", days(9))
		w.doTasks()
		w.clock.Advance(hour)
		w.mustEnd("ken", again.ID)
		is(sallyport.RemovalReturned, "0")
	})
}
