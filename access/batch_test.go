package access_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// builtIn makes the world's admin an admin for whoever loads them, as the catalogue does.
func (w *world) builtIn() {
	w.Helper()
	w.exec(`UPDATE resources SET built_in = TRUE WHERE slug = 'sallyport.admin'`)
}

func (w *world) exec(query string, args ...any) {
	w.Helper()
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

// lent gives a subject ("ken", "role:eng") something for a time, as Sallyport itself may.
func (w *world) lent(to, slug string, d *sallyport.Duration, rel sallyport.Relation) (g sallyport.Grant) {
	w.Helper()
	who := sallyport.Subject{Kind: sallyport.SubjectUser, ID: w.users[to].ID}
	if role, ok := strings.CutPrefix(to, "role:"); ok {
		who = sallyport.Subject{Kind: sallyport.SubjectRole, ID: w.res[role].ID}
	}
	w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		g, err = w.s.AddGrantTx(ctx, tx, sallyport.System(w.tenant), access.NewGrant{Subject: who, Resource: w.res[slug], Relation: rel, Duration: d, NoEnd: d == nil, ReasonKind: "direct", Reason: "to work"})
		return err
	})
	return g
}

func (w *world) tagged(slug, name string, c sallyport.Constraints) {
	w.Helper()
	tag := sallyport.Tag{Name: name, Enabled: true, Constraints: c}
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.InsertTag(ctx, w.tenant, &tag); err != nil {
			return err
		}
		_, err := tx.AttachTag(ctx, w.tenant, w.res[slug].ID, tag.ID)
		return err
	})
}

func items(ids ...string) (out []sallyport.BatchRow) {
	for _, id := range ids {
		out = append(out, sallyport.BatchRow{GrantID: id})
	}
	return out
}

func (w *world) start(who string, n access.NewBatch) sallyport.Batch {
	w.Helper()
	b, err := w.s.StartBatch(w.ctx, w.as(who), n)
	if err != nil {
		w.Fatalf("%s starts a batch: %v", who, err)
	}
	return b
}

// work runs batches until none waits.
func (w *world) work() {
	w.Helper()
	for {
		n, _, err := w.s.RunBatches(w.ctx)
		if err != nil {
			w.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// rows reads what became of a batch, by grant.
func (w *world) rows(who string, b sallyport.Batch) (sallyport.Batch, map[string]sallyport.BatchItem) {
	w.Helper()
	out := map[string]sallyport.BatchItem{}
	w.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		if b, err = w.s.Batch(ctx, tx, w.as(who), b.ID); err != nil {
			return err
		}
		for p := (store.Page{Limit: 200}); ; {
			l, err := w.s.BatchItems(ctx, tx, w.as(who), b.ID, "", p)
			if err != nil {
				return err
			}
			for _, it := range l.Items {
				out[it.GrantID] = it
			}
			if p.Cursor = l.NextCursor; p.Cursor == "" {
				return nil
			}
		}
	})
	return b, out
}

func (w *world) is(it sallyport.BatchItem, state, rule string, words ...string) {
	w.Helper()
	text := it.Detail + " " + it.Hint
	for _, word := range words {
		if !strings.Contains(text, word) {
			w.Errorf("%q does not say %q", text, word)
		}
	}
	if it.State != state || it.Rule != rule {
		w.Errorf("the row is %s (%s, %s), want %s (%s)", it.State, it.Rule, text, state, rule)
	}
}

// TestBatchAsksEachRow: what may be done is asked row by row, as the single calls do; where the actor may not renew, others
// are asked; what is too long is told the greatest length.
func TestBatchAsksEachRow(t *testing.T) {
	each(t, func(w *world) {
		w.builtIn()
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vpn", Name: "VPN", Flow: flow(sallyport.StageSpec{Approvers: []string{"group:security"}})})
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vault", Name: "Vault", Durations: sallyport.Durations{Max: *days(5)}})
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "self", Name: "Self"})
		w.resource(sallyport.Resource{Kind: sallyport.KindGroup, Slug: "quiet", Name: "Quiet", Audience: ref(w.res["security"])})
		for _, slug := range []string{"vpn", "vault", "self"} {
			w.hold("olga", slug, sallyport.Owner)
		}
		w.tagged("self", "No self", sallyport.Constraints{sallyport.ForbidSelfMember: true})
		w.tagged("wiki", "Month", sallyport.Constraints{sallyport.MemberTimeLimit: *days(30)})
		wiki, vpn, vault := w.lent("ken", "wiki", days(10), "member"), w.lent("ken", "vpn", days(10), "member"), w.lent("ken", "vault", days(5), "member")
		self, quiet := w.lent("olga", "self", days(3), "member"), w.lent("sam", "quiet", days(3), "member")
		long, over := w.lent("ada", "wiki", days(20), "member"), w.lent("tess", "wiki", days(1), "member")
		found, endless := w.hold("linus", "wiki", sallyport.Member), w.hold("sam", "wiki", sallyport.Member)
		w.exec(`UPDATE grants SET no_end = FALSE, ends_at = $2 WHERE id = $1`, found.ID, store.Micros(w.clock.Now().Add(48*hour)))
		b := w.start("olga", access.NewBatch{Action: "renew", Duration: days(14), Reason: "the project goes on", Rows: append(items(wiki.ID, vpn.ID, self.ID, quiet.ID, long.ID, over.ID, found.ID, endless.ID, "grt_none"),
			sallyport.BatchRow{GrantID: vault.ID, Duration: days(9)})})
		w.clock.Advance(25 * hour) // meanwhile one ends
		w.work()
		b, rows := w.rows("olga", b)
		if b.State != "done" || b.Counts != (sallyport.BatchCounts{Total: 10, Renewed: 2, Asked: 2, Refused: 6}) || !b.MayUndo {
			w.Fatalf("%+v", b)
		}
		w.is(rows[wiki.ID], "renewed", "")
		if end := rows[wiki.ID].EndsAt; end == nil || end.Sub(*wiki.EndsAt) < 4*24*hour || w.grant(rows[wiki.ID].NewGrantID).EndsAt.Unix() != end.Unix() {
			w.Errorf("renewed until %v", end)
		}
		w.is(rows[vpn.ID], "asked", "")
		if r := w.read(rows[vpn.ID].RequestID); r.Kind != sallyport.RequestExtend || r.State != sallyport.RequestPending || r.Beneficiary.ID != w.users["ken"].ID {
			w.Errorf("the request is %+v", r)
		}
		if g := w.grant(vpn.ID); g.EndedAt != nil || !g.EndsAt.Equal(*vpn.EndsAt) {
			w.Error("somebody walked round a stage")
		}
		w.is(rows[self.ID], "asked", "") // nobody renews themselves there
		w.is(rows[vault.ID], "refused", "durations", "5 days")
		if l := rows[vault.ID].Limits; l == nil || l.Greatest != *days(5) || !strings.Contains(l.From, "Vault") {
			w.Errorf("the greatest length is %+v", l)
		}
		w.is(rows[quiet.ID], "refused", "not_found", "no grant")
		w.is(rows["grt_none"], "refused", "not_found")
		w.is(rows[long.ID], "refused", "domain.2", "already")
		w.is(rows[over.ID], "refused", "conflict", "ended")
		w.is(rows[endless.ID], "refused", "domain.1", "found in the target")
		w.is(rows[found.ID], "renewed", "")
		if g := w.grant(rows[found.ID].NewGrantID); g.Origin != sallyport.OriginGiven || w.grant(found.ID).EndedAt != nil {
			w.Errorf("what was found ends on time, what is given goes on: %+v", g)
		}
		if it := rows[quiet.ID]; it.Grant != nil {
			w.Error("a hidden grant is shown in a batch")
		}
		// The same rows again: the request that is pending stands for them.
		again := w.start("olga", access.NewBatch{Action: "renew", Duration: days(14), Reason: "once more", Rows: items(vpn.ID)})
		w.work()
		_, stands := w.rows("olga", again)
		if stands[vpn.ID].RequestID != rows[vpn.ID].RequestID {
			w.Errorf("a second request was filed: %+v", stands[vpn.ID])
		}
		w.is(stands[vpn.ID], "asked", "batch.asked_before", "You asked for this before")
		undo, err := w.s.UndoBatch(w.ctx, w.as("olga"), again.ID, "")
		if err != nil {
			w.Fatal(err)
		}
		w.work()
		_, left := w.rows("olga", undo)
		w.is(left[vpn.ID], "refused", "batch.undo", "was there before")
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			if r, err := tx.Request(ctx, w.tenant, rows[vpn.ID].RequestID, access.Everything); err != nil || r.State != sallyport.RequestPending {
				w.Errorf("undoing took back what was asked before: %s %v", r.State, err)
			}
			return nil
		})
		// Who is not an owner ends and marks nothing of others, and others' batches are not shown.
		for _, action := range []string{"end", "review"} {
			x := w.start("ken", access.NewBatch{Action: action, Rows: items(long.ID)})
			w.work()
			_, r := w.rows("ken", x)
			w.is(r[long.ID], "refused", "domain.4")
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			_, err := w.s.Batch(ctx, tx, w.as("ken"), b.ID)
			w.refused(err, sallyport.ENotFound)
			return nil
		})
		if _, err := w.s.UndoBatch(w.ctx, w.as("ken"), b.ID, ""); sallyport.CodeOf(err) != sallyport.ENotFound {
			w.Error("somebody else takes it back:", err)
		}
		// Who lost the right, or has left, before their row's turn does nothing.
		x := w.start("olga", access.NewBatch{Action: "end", Rows: items(long.ID)})
		w.exec(`UPDATE users SET state = 'gone' WHERE id = $1`, w.users["olga"].ID)
		w.work()
		_, r := w.rows("root", x)
		w.is(r[long.ID], "refused", "unauthenticated", "has left")
	})
}

// TestBatchOfARole: a role's grant is renewed by who has authority over the resource, not over the role, whose owner asks;
// a membership is held to what the role gives. Renewals reach the role's members.
func TestBatchOfARole(t *testing.T) {
	each(t, func(w *world) {
		company(w)
		w.tagged("cloud", "Prod", sallyport.Constraints{sallyport.MemberTimeLimit: *days(20), sallyport.PropagateToRoles: true})
		_, rows := w.expiring("root", store.ExpiringFilter{})
		gives, member := rows["eng cloud.read"].Grant, rows["ken eng"].Grant
		mine := w.start("linus", access.NewBatch{Action: "renew", Duration: days(10), Reason: "the team stays", Rows: items(gives.ID)})
		w.work()
		_, out := w.rows("linus", mine)
		w.is(out[gives.ID], "asked", "")
		if r := w.read(out[gives.ID].RequestID); r.Beneficiary.Kind != sallyport.SubjectRole || approverLogins(r.Stages[0]) == "linus" {
			w.Errorf("the request is %+v", r)
		}
		theirs := w.start("ken", access.NewBatch{Action: "renew", Duration: days(10), Reason: "me too", Rows: items(gives.ID)})
		w.work()
		_, out = w.rows("ken", theirs)
		w.is(out[gives.ID], "refused", "domain.13", "only owners of the role")
		owned := w.start("oscar", access.NewBatch{Action: "renew", Duration: days(10), Rows: items(gives.ID)})
		long := w.start("linus", access.NewBatch{Action: "renew", Duration: days(30), Rows: items(member.ID)})
		right := w.start("linus", access.NewBatch{Action: "renew", Duration: days(15), Rows: items(member.ID)})
		w.work()
		_, out = w.rows("oscar", owned)
		w.is(out[gives.ID], "renewed", "")
		_, out = w.rows("linus", long)
		w.is(out[member.ID], "refused", "constraint.member_time_limit", "20 days")
		if l := out[member.ID].Limits; l == nil || l.Greatest != *days(20) {
			w.Errorf("the greatest length is %+v", l)
		}
		_, out = w.rows("linus", right)
		w.is(out[member.ID], "renewed", "")
		w.clock.Advance(8 * 24 * hour) // past the former end of both
		if _, _, err := w.s.EndPassed(w.ctx); err != nil {
			w.Fatal(err)
		}
		if !w.holds("ken", "cloud.read") || w.holds("ada", "cloud.read") {
			w.Error("a member does not have what was renewed, or one has whose membership was not")
		}
	})
}

func ref(r sallyport.Resource) *sallyport.ResourceRef { x := r.Ref(); return &x }

// TestBatchUndo: a renewal goes back to the former end, a mark goes, a request is cancelled; what ended stays ended, what
// changed since stays, and a second undo is refused.
func TestBatchUndo(t *testing.T) {
	each(t, func(w *world) {
		w.builtIn()
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vpn", Name: "VPN", Flow: flow(sallyport.StageSpec{Approvers: []string{"group:security"}})})
		w.hold("olga", "vpn", sallyport.Owner)
		a, c, short, v := w.lent("ken", "wiki", days(10), "member"), w.lent("ada", "wiki", days(10), "member"), w.lent("sam", "wiki", days(1), "member"), w.lent("ken", "vpn", days(5), "member")
		if _, err := w.s.Review(w.ctx, w.as("olga"), a.ID, "leaves the team", ""); err != nil {
			w.Fatal(err)
		}
		b := w.start("olga", access.NewBatch{Action: "renew", Duration: days(30), Rows: items(a.ID, c.ID, short.ID, v.ID)})
		_, err := w.s.UndoBatch(w.ctx, w.as("olga"), b.ID, "")
		w.refused(err, sallyport.EConflict, "still being done")
		w.work()
		b, done := w.rows("olga", b)
		if b.Counts.Renewed != 3 || b.Counts.Asked != 1 {
			w.Fatalf("%+v", b.Counts)
		}
		if w.reviewed(done[a.ID].NewGrantID) {
			w.Error("the mark outlives a renewal")
		}
		if _, err := w.s.Extend(w.ctx, w.as("olga"), done[c.ID].NewGrantID, access.Extension{Duration: days(60)}); err != nil {
			w.Fatal(err)
		}
		w.clock.Advance(30 * hour)
		undo, err := w.s.UndoBatch(w.ctx, w.as("olga"), b.ID, "the wrong ones")
		if err != nil {
			w.Fatal(err)
		}
		_, err = w.s.UndoBatch(w.ctx, w.as("olga"), b.ID, "")
		w.refused(err, sallyport.EConflict, undo.ID)
		w.work()
		undo, rows := w.rows("olga", undo)
		if undo.Counts != (sallyport.BatchCounts{Total: 4, Undone: 2, Refused: 2}) || undo.MayUndo {
			w.Fatalf("%+v", undo)
		}
		back := w.grant(rows[a.ID].NewGrantID)
		if !back.EndsAt.Equal(*a.EndsAt) || !w.reviewed(back.ID) || w.verbs(done[a.ID].NewGrantID)[1] != "grant.replaced" {
			w.Errorf("it ends at %v, before at %v; %v", back.EndsAt, a.EndsAt, w.verbs(done[a.ID].NewGrantID))
		}
		w.is(rows[c.ID], "refused", "batch.undo", "changed again")
		w.is(rows[short.ID], "refused", "batch.undo", "passed meanwhile")
		if r := w.read(done[v.ID].RequestID); r.State != sallyport.RequestCancelled {
			w.Error("the request is", r.State)
		}
		// Marks and ends.
		m := w.start("olga", access.NewBatch{Action: "review", Rows: items(back.ID, rows[c.ID].GrantID), Reason: "not needed"})
		mine := w.lent("tess", "wiki", days(3), "member")
		m2 := w.start("olga", access.NewBatch{Action: "review", Rows: items(mine.ID), Reason: "not needed"})
		e := w.start("olga", access.NewBatch{Action: "end", Rows: items(w.lent("grace", "wiki", days(3), "member").ID), Reason: "over"})
		w.work()
		if m, _ = w.rows("olga", m); m.Counts.Reviewed != 1 || m.Counts.Refused != 1 { // one was renewed: its row is over
			w.Errorf("%+v", m.Counts)
		}
		if !w.reviewed(mine.ID) || w.holds("grace", "wiki") {
			w.Error("a row was not done")
		}
		_, err = w.s.UndoBatch(w.ctx, w.as("olga"), e.ID, "")
		w.refused(err, sallyport.EPrecondition, "cannot be brought back")
		if _, err := w.s.UndoBatch(w.ctx, w.as("root"), m2.ID, ""); err != nil {
			w.Fatal(err)
		}
		if _, err := w.s.UndoBatch(w.ctx, w.as("olga"), m.ID, ""); err != nil {
			w.Fatal(err)
		}
		w.work()
		if w.reviewed(mine.ID) || !w.reviewed(back.ID) { // the second was marked before that batch
			w.Error("an undo takes away what was there before, or leaves what was not")
		}
	})
}

func (w *world) reviewed(id string) bool {
	w.Helper()
	n := 0
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT count(*) FROM grant_reviews WHERE tenant_id=$1 AND grant_id=$2`, []any{w.tenant, id}, &n)
	})
	return n > 0
}

// TestBatchAllOrNothing: one refusal keeps all as they were, and the rows say which stood in the way.
func TestBatchAllOrNothing(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.lent("ken", "wiki", days(3), "member"), w.lent("ada", "wiki", days(3), "member")
		x := w.start("olga", access.NewBatch{Action: "renew", Duration: days(9), Atomic: true, Rows: items(a.ID, "grt_none", b.ID)})
		w.work()
		x, rows := w.rows("olga", x)
		if x.State != "refused" || x.Counts != (sallyport.BatchCounts{Total: 3, Refused: 1, Untouched: 2}) || x.MayUndo {
			w.Fatalf("%+v", x)
		}
		w.is(rows["grt_none"], "refused", "not_found")
		for _, g := range []sallyport.Grant{a, b} {
			if now := w.grant(g.ID); now.EndedAt != nil || len(w.verbs(g.ID)) != 1 {
				w.Error("something was kept of it:", w.verbs(g.ID))
			}
		}
		y := w.start("olga", access.NewBatch{Action: "renew", Duration: days(9), Atomic: true, Rows: items(a.ID, b.ID)})
		w.work()
		if y, _ = w.rows("olga", y); y.State != "done" || y.Counts.Renewed != 2 {
			w.Fatalf("%+v", y)
		}
	})
}

// TestBatchOfThousands: 2,000 rows found by a filter are renewed by nodes that die and nodes that race, each row once.
func TestBatchOfThousands(t *testing.T) {
	each(t, func(w *world) {
		const people = 2000
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			now, end := store.Micros(tx.Now()), store.Micros(tx.Now().Add(48*hour))
			for i := range people {
				id := fmt.Sprintf("usr_p%05d", i)
				if _, err := tx.Exec(ctx, `INSERT INTO users (tenant_id, id, login, login_key, name, name_key, search_key, created_at, updated_at) VALUES ($1,$2,$2,$2,$2,$2,$2,$3,$3)`, w.tenant, id, now); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `INSERT INTO grants (tenant_id, id, subject_kind, subject_id, resource_id, relation, origin, reason_kind, reason, starts_at, activated_at, ends_at, created_at)
					VALUES ($1,$2,'user',$3,$4,'member','given','direct','work',$5,$5,$6,$5)`, w.tenant, fmt.Sprintf("grt_p%05d", i), id, w.res["wiki"].ID, now, end+int64(i)); err != nil {
					return err
				}
			}
			return nil
		})
		b := w.start("olga", access.NewBatch{Action: "renew", Duration: days(30), Reason: "goes on", Filter: &store.ExpiringFilter{OwnedBy: w.users["olga"].ID}})
		if b.Counts.Waiting != people {
			w.Fatalf("%+v", b.Counts)
		}
		// A node dies in the middle of some transaction: as it dies, so does that.
		dying, kill := context.WithCancel(w.ctx)
		changes, cancel := w.db.Subscribe()
		go func() {
			for range 2 {
				<-changes
			}
			kill()
		}()
		_, _, _ = w.s.RunBatches(dying)
		cancel()
		kill()
		half, _ := w.rows("olga", b)
		if half.State != "working" || half.Counts.Renewed == 0 || half.Counts.Renewed%50 != 0 || half.Counts.Waiting == 0 {
			w.Fatalf("after a death: %+v", half)
		}
		if did, _, err := w.s.RunBatches(w.ctx); did != 0 || err != nil {
			w.Fatal("the dead node's lease does not hold:", did, err)
		}
		w.clock.Advance(16 * time.Second)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				for idle := 0; idle < 50; {
					did, _, err := w.s.RunBatches(w.ctx)
					if err != nil && sallyport.CodeOf(err) != sallyport.EUnavailable {
						w.Error(err)
						return
					}
					if did == 0 {
						idle++
					}
				}
			})
		}
		all.Wait()
		w.clock.Advance(16 * time.Second)
		w.work()
		done, _ := w.rows("olga", b)
		if done.State != "done" || done.Counts != (sallyport.BatchCounts{Total: people, Renewed: people}) {
			w.Fatalf("%+v", done)
		}
		var living, rows, events int
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return tx.Row(ctx, `SELECT (SELECT count(*) FROM grants WHERE ended_at IS NULL AND subject_id LIKE 'usr_p%'), (SELECT count(*) FROM grants WHERE subject_id LIKE 'usr_p%'),
				(SELECT count(*) FROM events WHERE verb = 'grant.extended')`, nil, &living, &rows, &events)
		})
		if living != people || rows != 2*people || events != people {
			w.Fatalf("%d living, %d rows, %d extensions", living, rows, events)
		}
		undo, err := w.s.UndoBatch(w.ctx, w.as("olga"), b.ID, "")
		if err != nil {
			w.Fatal(err)
		}
		w.work()
		if undo, _ = w.rows("olga", undo); undo.Counts.Undone != people {
			w.Fatalf("%+v", undo.Counts)
		}
	})
}

// takenBack undoes a batch, and returns what became of its rows.
func (w *world) takenBack(as string, b sallyport.Batch) map[string]sallyport.BatchItem {
	w.Helper()
	u, err := w.s.UndoBatch(w.ctx, w.as(as), b.ID, "")
	if err != nil {
		w.Fatal(err)
	}
	w.work()
	_, rows := w.rows(as, u)
	return rows
}

// TestUndoOfRenewingWhatWasFound: the grant that was given beside what was found ends; what was found is as it was.
func TestUndoOfRenewingWhatWasFound(t *testing.T) {
	each(t, func(w *world) {
		w.builtIn()
		found := w.hold("ada", "wiki", sallyport.Member)
		w.exec(`UPDATE grants SET no_end=FALSE, ends_at=$2 WHERE id=$1`, found.ID, store.Micros(w.clock.Now().Add(48*hour)))
		b := w.start("root", access.NewBatch{Action: "renew", Duration: days(10), Reason: "the project goes on", Rows: items(found.ID)})
		w.work()
		_, rows := w.rows("root", b)
		given := rows[found.ID].NewGrantID
		w.is(rows[found.ID], "renewed", "")
		rows = w.takenBack("root", b)
		w.is(rows[found.ID], "undone", "")
		if w.grant(given).EndedAt == nil || w.grant(found.ID).EndedAt != nil || !w.holds("ada", "wiki") {
			w.Error("what was found goes on alone")
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			return w.s.EndGrantTx(ctx, tx, sallyport.System(w.tenant), found.ID, "gone from the target")
		})
		if w.holds("ada", "wiki") {
			w.Error("a renewal that was taken back keeps what the target took away")
		}
	})
}

// TestUndoOfRenewingWhatWasFoundBesideWhatWasGiven: what had been given beside what was found is there again, for as long as
// it was to be. Renewing what was found for less than it lasts is refused, as any renewal that lengthens nothing (domain rule 2).
func TestUndoOfRenewingWhatWasFoundBesideWhatWasGiven(t *testing.T) {
	each(t, func(w *world) {
		w.builtIn()
		found := w.hold("ada", "wiki", sallyport.Member)
		w.exec(`UPDATE grants SET no_end=FALSE, ends_at=$2 WHERE id=$1`, found.ID, store.Micros(w.clock.Now().Add(48*hour)))
		before := w.given("root", "ada", "wiki", days(20))
		short := w.start("root", access.NewBatch{Action: "renew", Duration: days(1), Reason: "the project goes on", Rows: items(found.ID)})
		b := w.start("root", access.NewBatch{Action: "renew", Duration: days(30), Reason: "the project goes on", Rows: items(found.ID)})
		w.work()
		_, rows := w.rows("root", short)
		w.is(rows[found.ID], "refused", "domain.2")
		_, rows = w.rows("root", b)
		w.is(rows[found.ID], "renewed", "")
		rows = w.takenBack("root", b)
		it := rows[found.ID]
		w.is(it, "undone", "")
		if back := w.grant(it.NewGrantID); back.Reason != before.Reason || back.Reason == "the project goes on" {
			w.Errorf("it is held for %q again, and was for %q", back.Reason, before.Reason)
		}
		if it.EndsAt == nil || !it.EndsAt.Equal(*before.EndsAt) || !w.grant(it.NewGrantID).EndsAt.Equal(*before.EndsAt) || w.grant(found.ID).EndedAt != nil {
			w.Errorf("given until %v before, now %+v", before.EndsAt, it)
		}
		w.clock.Advance(72 * hour)
		if !w.holds("ada", "wiki") {
			w.Error("given for 20 days, and gone on the third")
		}
	})
}
