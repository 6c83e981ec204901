package store

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Change says what changed in a tenant.
type Change struct {
	Tenant string   `json:"tenant"`
	Topics []string `json:"topics"`
}

// bus tells subscribers of this process, and on PostgreSQL those of other nodes, what commits changed. It may lose
// changes (a full subscriber, a lost connection): what must not be lost is rows, and is swept.
type bus struct {
	db     *DB
	node   string
	mu     sync.Mutex
	subs   map[chan Change]struct{}
	out    chan Change
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

const channel = "sallyport_changes"

func newBus(db *DB) *bus {
	ctx, cancel := context.WithCancel(context.Background())
	b := &bus{db: db, node: NewID("node"), subs: map[chan Change]struct{}{}, out: make(chan Change, 1024), cancel: cancel}
	if db.postgres {
		b.wg.Add(2)
		go func() { defer b.wg.Done(); b.send(ctx) }()
		go func() { defer b.wg.Done(); b.listen(ctx) }()
	}
	return b
}

func (b *bus) close() {
	b.cancel()
	b.wg.Wait()
}

// Subscribe returns the changes from now on. A subscriber that does not keep up misses some. Call cancel when done.
func (db *DB) Subscribe() (changes <-chan Change, cancel func()) {
	ch := make(chan Change, 64)
	b := db.bus
	b.mu.Lock()
	b.subs[ch] = struct{}{}
	b.mu.Unlock()
	return ch, func() {
		b.mu.Lock()
		delete(b.subs, ch)
		b.mu.Unlock()
	}
}

func (b *bus) publish(topics map[string][]string) {
	for tenant, list := range topics {
		slices.Sort(list)
		c := Change{Tenant: tenant, Topics: slices.Compact(list)}
		b.deliver(c)
		if b.db.postgres {
			select {
			case b.out <- c:
			default:
			}
		}
	}
}

func (b *bus) deliver(c Change) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.subs {
		select {
		case ch <- c:
		default:
		}
	}
}

// send passes changes to other nodes in batches and outside the writers' transactions: NOTIFY inside them would make
// all commits of the database queue behind one lock.
func (b *bus) send(ctx context.Context) {
	for {
		var batch []Change
		select {
		case <-ctx.Done():
			return
		case c := <-b.out:
			batch = append(batch, c)
		}
		timer := time.NewTimer(20 * time.Millisecond)
	collect:
		for len(batch) < 20 {
			select {
			case c := <-b.out:
				batch = append(batch, c)
			case <-timer.C:
				break collect
			case <-ctx.Done():
				return
			}
		}
		for _, c := range batch {
			for chunk := range slices.Chunk(c.Topics, 100) { // NOTIFY takes under 8000 bytes
				text, _ := json.Marshal(notice{Node: b.node, Change: Change{Tenant: c.Tenant, Topics: chunk}})
				_, _ = b.db.write.ExecContext(ctx, "SELECT pg_notify($1, $2)", channel, string(text))
			}
		}
	}
}

type notice struct {
	Node string `json:"node"`
	Change
}

func (b *bus) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := b.listenOnce(ctx); err != nil {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (b *bus) listenOnce(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, b.db.dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var c notice
		if json.Unmarshal([]byte(n.Payload), &c) == nil && c.Node != b.node {
			b.deliver(c.Change)
		}
	}
}
