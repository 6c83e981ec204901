package access_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
)

// tried says what a batch would do, and takes it back.
func (w *world) tried(who string, start func(ctx context.Context) (sallyport.Batch, error)) (b sallyport.Batch) {
	w.Helper()
	_, err := w.db.Rehearse(w.ctx, w.tenant, access.Viewer(w.as(who)), func(ctx context.Context) (err error) {
		if b, err = start(ctx); err == nil {
			b, err = w.s.TryBatch(ctx, w.as(who), b)
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return b
}

// TestUndoIsToldRowByRow: the dry run of taking a batch back names the rows that cannot be and why, and the undo then does
// exactly that, row by row.
func TestUndoIsToldRowByRow(t *testing.T) {
	each(t, func(w *world) {
		w.builtIn()
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vpn", Name: "VPN", Flow: flow(sallyport.StageSpec{Approvers: []string{"group:security"}})})
		w.hold("olga", "vpn", sallyport.Owner)
		a, c, short := w.lent("ken", "wiki", days(10), "member"), w.lent("ada", "wiki", days(10), "member"), w.lent("sam", "wiki", days(1), "member")
		waits, decided := w.lent("ken", "vpn", days(5), "member"), w.lent("ada", "vpn", days(5), "member")
		b := w.start("olga", access.NewBatch{Action: "renew", Duration: days(30), Rows: items(a.ID, c.ID, short.ID, waits.ID, decided.ID)})
		w.work()
		b, done := w.rows("olga", b)
		if b.Counts.Renewed != 3 || b.Counts.Asked != 2 {
			w.Fatalf("%+v", b.Counts)
		}
		if _, err := w.s.Extend(w.ctx, w.as("olga"), done[c.ID].NewGrantID, access.Extension{Duration: days(60)}); err != nil {
			w.Fatal(err)
		}
		if _, err := w.s.Cancel(w.ctx, w.as("olga"), done[decided.ID].RequestID, "not needed"); err != nil {
			w.Fatal(err)
		}
		w.clock.Advance(30 * hour)
		undo := func(ctx context.Context) (sallyport.Batch, error) { return w.s.UndoBatch(ctx, w.as("olga"), b.ID, "") }
		said := w.tried("olga", undo)
		if now, _ := w.rows("olga", b); now.UndoneBy != "" || !now.MayUndo {
			w.Fatalf("the dry run left something: %+v", now)
		}
		if said.Counts != (sallyport.BatchCounts{Total: 5, Undone: 2, Refused: 3}) || len(said.Refusals) != 3 || said.RefusalsCut != 0 {
			w.Fatalf("it says %+v", said)
		}
		would := map[string]sallyport.BatchItem{}
		for i, it := range said.Refusals {
			if i > 0 && it.Position <= said.Refusals[i-1].Position {
				w.Error("the rows are not in their order")
			}
			would[it.GrantID] = it
		}
		w.is(would[c.ID], "refused", "batch.undo", "changed again")
		w.is(would[short.ID], "refused", "batch.undo", "passed meanwhile")
		w.is(would[decided.ID], "refused", "batch.undo", "the request is cancelled already")
		if g := would[c.ID].Grant; g == nil || g.Subject.ID != w.users["ada"].ID || g.Resource.Slug != "wiki" {
			w.Errorf("the row does not say whose grant of what it is: %+v", g)
		}
		real, err := undo(w.ctx)
		if err != nil {
			w.Fatal(err)
		}
		w.work()
		real, rows := w.rows("olga", real)
		if real.Counts != said.Counts || real.Refusals != nil {
			w.Errorf("it did %+v, and said %+v", real, said.Counts)
		}
		for id, it := range rows {
			told, refused := would[id]
			if refused != (it.State == sallyport.ItemRefused) || (!refused && it.State != sallyport.ItemUndone) {
				w.Errorf("%s is %s; refused, as was said: %t", id, it.State, refused)
			}
			if told.Rule != it.Rule || told.Detail != it.Detail || told.Hint != it.Hint || (refused && told.Position != it.Position) {
				w.Errorf("it said %+v and did %+v", told, it)
			}
		}
	})
}

// TestRefusalsAreBounded: of many refusals a dry run names the first hundred and how many more there are; a grant that the
// actor may not see is not shown.
func TestRefusalsAreBounded(t *testing.T) {
	each(t, func(w *world) {
		w.resource(sallyport.Resource{Kind: sallyport.KindGroup, Slug: "quiet", Name: "Quiet", Audience: ref(w.res["security"])})
		rows := items(w.lent("sam", "quiet", days(3), "member").ID)
		for i := range sallyport.MaxRefusals + 19 {
			rows = append(rows, sallyport.BatchRow{GrantID: fmt.Sprintf("grt_none%d", i)})
		}
		good := w.lent("ken", "wiki", days(3), "member")
		rows = append(rows, sallyport.BatchRow{GrantID: good.ID})
		b := w.tried("olga", func(ctx context.Context) (sallyport.Batch, error) {
			return w.s.StartBatch(ctx, w.as("olga"), access.NewBatch{Action: "renew", Duration: days(9), Rows: rows})
		})
		if b.Counts.Renewed != 1 || b.Counts.Refused != 120 || len(b.Refusals) != 100 || b.RefusalsCut != 20 {
			w.Fatalf("%+v, %d named, %d not", b.Counts, len(b.Refusals), b.RefusalsCut)
		}
		w.is(b.Refusals[0], "refused", "not_found", "no grant")
		if b.Refusals[0].Grant != nil {
			w.Error("a hidden grant is shown by a dry run")
		}
	})
}

// TestTooManyToTry: a trial of more rows than one takes is refused before it takes anybody's turn, and says what to do.
func TestTooManyToTry(t *testing.T) {
	each(t, func(w *world) {
		b := sallyport.Batch{Action: "end", Counts: sallyport.BatchCounts{Waiting: sallyport.MaxTriedBatch + 1}}
		_, err := w.s.TryBatch(t.Context(), w.as("olga"), b)
		var e *sallyport.Error
		if !errors.As(err, &e) || e.Code != sallyport.EPrecondition || !strings.Contains(e.Message, "1,001") || e.Hint == "" {
			t.Errorf("1,001 rows are tried: %v", err)
		}
	})
}
