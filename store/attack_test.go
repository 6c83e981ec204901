package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/audit"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestAttacksOnTheExport: whatever is done to the file of a real log is found and named.
func TestAttacksOnTheExport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.appendMany(20)
		early, err := db.Checkpoint(w.ctx, w.tenant)
		if err != nil {
			t.Fatal(err)
		}
		old := w.export()
		w.appendMany(20)
		good := w.export()
		late, err := db.Checkpoint(w.ctx, w.tenant)
		if err != nil {
			t.Fatal(err)
		}
		if rep := w.verify(good, []byte(early.Note)); !rep.OK() || rep.Proven != 41 || rep.Checkpoints < 2 {
			t.Fatalf("untouched: %+v", rep)
		}
		lines := strings.SplitAfter(strings.TrimSuffix(good, "\n"), "\n")
		lines[len(lines)-1] += "\n"
		event := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, `"index":30,`) })
		edit := func(f func(ls []string) []string) string { return strings.Join(f(slices.Clone(lines)), "") }
		for _, tc := range []struct {
			name   string
			export string
			since  string
			kind   audit.Kind
		}{
			{"a bit flipped", edit(func(ls []string) []string {
				ls[event] = strings.Replace(ls[event], "thing_", "thinh_", 1)
				return ls
			}), "", audit.KindContent},
			{"a value changed", edit(func(ls []string) []string {
				ls[event] = strings.Replace(ls[event], `"value":"note`, `"value":"nose`, 1)
				return ls
			}), "", audit.KindValue},
			{"an event dropped", edit(func(ls []string) []string { return slices.Delete(ls, event, event+1) }), "", audit.KindMissing},
			{"events swapped", edit(func(ls []string) []string {
				ls[event], ls[event+1] = ls[event+1], ls[event]
				return ls
			}), "", audit.KindReordered},
			{"cut off", edit(func(ls []string) []string { return ls[:event+1] }), "", audit.KindTruncated},
			{"cut off with an older checkpoint at the end", old, late.Note, audit.KindRollback},
			{"an event inserted", edit(func(ls []string) []string { return slices.Insert(ls, event, ls[event]) }), "", audit.KindInserted},
		} {
			rep := w.verify(tc.export, []byte(tc.since))
			if !slices.ContainsFunc(rep.Faults, func(f audit.Fault) bool { return f.Kind == tc.kind }) {
				t.Errorf("%s: want %s, got %v", tc.name, tc.kind, rep.Faults)
			}
		}
	})
}

// TestAttacksOnTheDatabase: somebody with the database's password changes rows; the next export says so.
func TestAttacksOnTheDatabase(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(w *world)
		kind audit.Kind
		at   int64
	}{
		{"a leaf changed", func(w *world) {
			w.exec(`UPDATE events SET leaf = REPLACE(leaf, 'thing.done', 'thing.gone') WHERE tenant_id = $1 AND leaf_index = 7`, w.tenant)
		}, audit.KindContent, 7},
		{"an event deleted", func(w *world) {
			for _, table := range []string{"event_values", "event_refs"} {
				w.exec(`DELETE FROM `+table+` WHERE tenant_id = $1 AND event_id IN (SELECT id FROM events WHERE leaf_index = 7)`, w.tenant)
			}
			w.exec(`DELETE FROM events WHERE tenant_id = $1 AND leaf_index = 7`, w.tenant)
		}, audit.KindMissing, 7},
		{"two events swapped", func(w *world) {
			w.exec(`UPDATE events SET leaf_index = -1 WHERE tenant_id = $1 AND leaf_index = 7`, w.tenant)
			w.exec(`UPDATE events SET leaf_index = 7 WHERE tenant_id = $1 AND leaf_index = 8`, w.tenant)
			w.exec(`UPDATE events SET leaf_index = 8 WHERE tenant_id = $1 AND leaf_index = -1`, w.tenant)
		}, audit.KindContent, 7},
		{"a value changed", func(w *world) {
			w.exec(`UPDATE event_values SET value = 'another' WHERE tenant_id = $1 AND event_id IN (SELECT id FROM events WHERE leaf_index = 7)`, w.tenant)
		}, audit.KindValue, 7},
		{"a stored hash changed", func(w *world) {
			w.exec(`UPDATE log_hashes SET hash = REPLACE(hash, SUBSTR(hash, 1, 8), '00000000') WHERE tenant_id = $1 AND position = $2`, w.tenant, audit.RecordIndex(7))
		}, audit.KindHash, 7},
		{"a stored hash deleted", func(w *world) {
			w.exec(`DELETE FROM log_hashes WHERE tenant_id = $1 AND position = $2`, w.tenant, audit.RecordIndex(7))
		}, "", 7},
	} {
		t.Run(tc.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				w := newWorld(t, db)
				w.appendMany(12)
				w.sequence()
				tc.do(w)
				rep := w.verify(w.export(), nil)
				found := slices.ContainsFunc(rep.Faults, func(f audit.Fault) bool { return f.Kind == tc.kind && f.Index == tc.at })
				if tc.kind == "" && !rep.OK() || tc.kind != "" && !found {
					t.Errorf("want %q at %d, got %v", tc.kind, tc.at, rep.Faults)
				}
			})
		})
	}
}

// TestRestoredFromAnOlderState: the whole log goes back to what it was and grows anew, signed with the true key. By itself
// it verifies; a checkpoint kept elsewhere shows it.
func TestRestoredFromAnOlderState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.appendMany(7)
		w.sequence()
		w.appendMany(8)
		kept, err := db.Checkpoint(w.ctx, w.tenant)
		if err != nil || kept.Size != 16 {
			t.Fatalf("%+v, %v", kept, err)
		}
		for _, s := range []string{`DELETE FROM event_values WHERE tenant_id = $1 AND event_id IN (SELECT id FROM events WHERE leaf_index >= 8)`,
			`DELETE FROM event_refs WHERE tenant_id = $1 AND event_id IN (SELECT id FROM events WHERE leaf_index >= 8)`,
			`DELETE FROM events WHERE tenant_id = $1 AND leaf_index >= 8`, `UPDATE log_heads SET size = 8 WHERE tenant_id = $1`,
			`DELETE FROM checkpoints WHERE tenant_id = $1 AND size > 8`} {
			w.exec(s, w.tenant)
		}
		w.exec(`DELETE FROM log_hashes WHERE tenant_id = $1 AND position >= $2`, w.tenant, audit.StoredHashCount(8))
		check := func(since string, kind audit.Kind) {
			t.Helper()
			rep := w.verify(w.export(), []byte(since))
			if kind == "" && !rep.OK() || kind != "" && !slices.ContainsFunc(rep.Faults, func(f audit.Fault) bool { return f.Kind == kind }) {
				t.Errorf("want %q, got %+v", kind, rep)
			}
		}
		check("", "")
		check(kept.Note, audit.KindRollback)
		w.appendMany(20)
		check("", "")
		check(kept.Note, audit.KindRewritten)
	})
}
