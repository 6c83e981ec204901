package store_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestSequenceOnTwoNodes: two processes' worth of sequencers and six writers at once place each event once, without a
// gap, and no writer fails.
func TestSequenceOnTwoNodes(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			address := storetest.Address(t, engine)
			var nodes []*store.DB
			for range 2 {
				db, err := store.Open(t.Context(), address, store.Options{Sealer: store.NewKeySealer([]byte("a key of the tests, 32 bytes ok!"))})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { db.Close() })
				nodes = append(nodes, db)
			}
			w := newWorld(t, nodes[0])
			const writers, each = 6, 40
			stop := make(chan struct{})
			var sequencers, writing sync.WaitGroup
			for _, db := range append(nodes, nodes...) {
				sequencers.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
						}
						if _, err := db.Sequence(t.Context()); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			for i := range writers {
				writing.Go(func() {
					for j := range each {
						err := nodes[i%2].Update(t.Context(), func(ctx context.Context, tx *store.Tx) error {
							_, err := tx.Append(ctx, store.NewEvent{Verb: "thing.done", Actor: sallyport.System(w.tenant), ObjectKind: "thing", ObjectID: fmt.Sprintf("thing_%d_%d", i, j)})
							return err
						})
						if err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			writing.Wait()
			close(stop)
			sequencers.Wait()
			rep := w.verify(w.export(), nil)
			if !rep.OK() || rep.Proven != writers*each+1 {
				t.Fatalf("%+v", rep)
			}
			if n := w.count(`SELECT count(*) FROM events WHERE leaf_index IS NULL`); n != 0 {
				t.Errorf("%d events have no place", n)
			}
		})
	}
}

// TestLateCommit: an event whose id is older than those placed already gets its place all the same.
func TestLateCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.appendMany(3)
		w.sequence()
		l := audit.Leaf{Tenant: w.tenant, ID: "evt_0", Verb: "thing.done", ObjectKind: "thing", ObjectID: "thing_x", At: time.Now()}
		b, err := l.Encode()
		if err != nil {
			t.Fatal(err)
		}
		w.exec(`INSERT INTO events (tenant_id, id, verb, object_kind, object_id, at, leaf) VALUES ($1, 'evt_0', 'thing.done', 'thing', 'thing_x', 1, $2)`, w.tenant, string(b))
		if n := w.sequence(); n != 1 {
			t.Fatalf("placed %d", n)
		}
		if n := w.count(`SELECT leaf_index FROM events WHERE id = 'evt_0'`); n != 4 {
			t.Errorf("at place %d", n)
		}
		if rep := w.verify(w.export(), nil); !rep.OK() || rep.Proven != 5 {
			t.Errorf("%+v", rep)
		}
	})
}

// TestSequencerLeavesWritersAlone: while a writer's transaction is open with an event in it, the sequencer places what
// others committed, at once, and the writer commits without being asked to try again.
func TestSequencerLeavesWritersAlone(t *testing.T) {
	db := storetest.Open(t, "postgres", store.Options{Sealer: store.NewKeySealer([]byte("a key of the tests, 32 bytes ok!"))})
	w := newWorld(t, db)
	w.sequence()
	tries := 0
	w.update(func(ctx context.Context, tx *store.Tx) error {
		tries++
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "thing.done", Actor: sallyport.System(w.tenant), ObjectKind: "thing", ObjectID: "thing_open"}); err != nil {
			return err
		}
		var n int
		if err := tx.Row(ctx, `SELECT count(*) FROM events WHERE tenant_id = $1`, []any{w.tenant}, &n); err != nil { // reads what the sequencer will write
			return err
		}
		w.appendMany(5)
		start := time.Now()
		if n := w.sequence(); n != 5 {
			t.Errorf("placed %d", n)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("the sequencer waited %s for a writer", d)
		}
		return nil
	})
	if tries != 1 {
		t.Errorf("the writer ran %d times", tries)
	}
	if n := w.sequence(); n != 1 {
		t.Errorf("then placed %d", n)
	}
}

func TestCheckpoints(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		checkpoints := func() int { return w.count(`SELECT count(*) FROM checkpoints`) }
		w.sequence()
		if n := checkpoints(); n != 1 {
			t.Fatalf("%d checkpoints after the first run", n)
		}
		for range 3 {
			w.appendMany(1)
			w.sequence()
		}
		if n := checkpoints(); n != 1 {
			t.Errorf("%d checkpoints within five seconds", n)
		}
		clock.Advance(6 * time.Second)
		w.sequence()
		w.sequence()
		if n := checkpoints(); n != 2 {
			t.Errorf("%d checkpoints after six seconds", n)
		}
		clock.Advance(-2 * time.Hour) // the machine's clock goes back
		w.appendMany(2)
		c, err := db.Checkpoint(w.ctx, w.tenant)
		if err != nil {
			t.Fatal(err)
		}
		again, err := db.Checkpoint(w.ctx, w.tenant)
		if err != nil || again.Note != c.Note {
			t.Errorf("nothing new, and yet %+v, %v", again, err)
		}
		w.appendMany(1100)
		export := w.export()
		rep := w.verify(export, []byte(c.Note))
		if !rep.OK() || rep.Proven != 6+1100 || rep.SinceSize != 6 {
			t.Fatalf("%+v", rep)
		}
		if rep.Checkpoints < 3 {
			t.Errorf("an export of %d events has %d checkpoints", rep.Events, rep.Checkpoints)
		}
		if rep.ValuesPresent != 1100+5 || rep.ValuesErased != 0 {
			t.Errorf("%+v", rep)
		}
	})
}

func TestProof(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.appendMany(37)
		id := w.append(store.NewEvent{Verb: "grant.created", ObjectKind: "grant", ObjectID: "grt_1"})
		w.appendMany(5)
		p, err := db.Proof(w.ctx, w.tenant, id)
		if err != nil {
			t.Fatal(err)
		}
		verifier, err := note.NewVerifier(p.Checkpoint.Key)
		if err != nil {
			t.Fatal(err)
		}
		c, err := audit.OpenCheckpoint([]byte(p.Checkpoint.Note), note.VerifierList(verifier))
		if err != nil || c.Size != 44 || p.Index != 38 {
			t.Fatalf("%+v, index %d, %v", c, p.Index, err)
		}
		var proof tlog.RecordProof
		for _, h := range p.Hashes {
			b, err := base64.StdEncoding.DecodeString(h)
			if err != nil {
				t.Fatal(err)
			}
			proof = append(proof, audit.Hash(b))
		}
		if err := audit.CheckRecord(proof, c.Size, c.Root, p.Index, audit.RecordHash([]byte(p.Leaf))); err != nil {
			t.Error(err)
		}
		if err := audit.CheckRecord(proof, c.Size, c.Root, p.Index, audit.RecordHash([]byte(p.Leaf+" "))); err == nil {
			t.Error("a changed leaf is proven too")
		}
		if _, err := db.Proof(w.ctx, w.tenant, "evt_none"); sallyport.CodeOf(err) != sallyport.ENotFound {
			t.Errorf("of no event: %v", err)
		}
	})
}
