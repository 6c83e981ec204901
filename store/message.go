package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/notify"
)

// NewMessage is a message to one person about to be written. Dedupe names the notice: the same one never goes out twice
// to the same person; "" is a notice of its own. Link is a path of the page.
type NewMessage struct {
	UserID string
	Kind   string
	Dedupe string
	Title  string
	Body   string
	Link   string
	Facts  []notify.Fact
}

// Message is one entry of a person's inbox.
type Message struct {
	ID        string        `json:"id"`
	Kind      string        `json:"kind"`
	Title     string        `json:"title"`
	Body      string        `json:"body,omitempty"`
	Link      string        `json:"link,omitempty" doc:"A path of the page"`
	Facts     []notify.Fact `json:"facts,omitempty"`
	CreatedAt time.Time     `json:"created_at"`
	ReadAt    *time.Time    `json:"read_at,omitempty"`
}

// ChannelEmail is the channel of deliveries by e-mail.
const ChannelEmail = "email"

// AddMessage puts a message into a person's inbox and queues its delivery by e-mail, when the person is active and has an
// address. It reports false, and does nothing, when that notice was given before; and in a rehearsal, which nobody hears of.
func (tx *Tx) AddMessage(ctx context.Context, tenant string, m NewMessage) (added bool, err error) {
	n, err := tx.AddMessages(ctx, tenant, []NewMessage{m})
	return n > 0, err
}

// AddMessages is AddMessage of many; it says how many were added.
func (tx *Tx) AddMessages(ctx context.Context, tenant string, list []NewMessage) (added int64, err error) {
	if tx.watch != nil && tx.watch.rehearsal {
		return 0, nil
	}
	for some := range slices.Chunk(list, crowd) {
		rows, ids := make([][]any, len(some)), make([]string, len(some))
		for i, m := range some {
			ids[i] = NewID(sallyport.PrefixMessage)
			if m.Facts == nil {
				m.Facts = []notify.Fact{}
			}
			if m.Link != "" && !strings.HasPrefix(m.Link, "/") {
				return added, sallyport.Errorf(sallyport.EInternal, "the link of a message is no path: %s", clip(m.Link))
			}
			rows[i] = []any{tenant, ids[i], m.UserID, m.Kind, cmp.Or(m.Dedupe, ids[i]), m.Title, m.Body, m.Link, toJSON(m.Facts), Micros(tx.now)}
		}
		n, err := tx.countRows(ctx, "INSERT INTO messages (tenant_id, id, user_id, kind, dedupe, title, body, link, facts, created_at)", rows, " ON CONFLICT (tenant_id, user_id, dedupe) DO NOTHING")
		if err != nil {
			return added, err
		}
		if n == 0 {
			continue
		}
		added += n
		for _, m := range some {
			tx.Changed(tenant, "inbox:"+m.UserID)
		}
		q := &query{}
		channel, at := q.arg(ChannelEmail), q.arg(Micros(tx.now))
		q.WriteString("INSERT INTO deliveries (tenant_id, message_id, channel, state, next_at) SELECT m.tenant_id, m.id, CAST(" + channel + " AS TEXT), 'queued', CAST(" + at + " AS BIGINT)" +
			" FROM messages m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id AND u.state = 'active' AND u.email <> '' WHERE m.tenant_id = " + q.arg(tenant) + " AND " + q.oneOf("m.id", ids))
		if n, err = tx.Exec(ctx, q.String(), q.args...); err != nil {
			return added, err
		}
		if n > 0 {
			tx.Wake(tenant)
		}
	}
	return added, nil
}

var messageListing = listing{id: "m.id", sorts: map[string]string{"": "-m.id", "created_at": "m.id"}}

// Messages lists a person's inbox, the newest first; unread alone when asked.
func (tx *Tx) Messages(ctx context.Context, tenant, userID string, unread bool, p Page) (List[Message], error) {
	q := &query{}
	q.WriteString(" FROM messages m WHERE m.tenant_id = " + q.arg(tenant))
	q.and("m.user_id = %s", userID)
	if unread {
		q.WriteString(" AND m.read_at IS NULL")
	}
	var total *int
	var err error
	if p.Total {
		if total, err = tx.count(ctx, q.String(), q); err != nil {
			return List[Message]{}, err
		}
	}
	if err := messageListing.page(q, &p); err != nil {
		return List[Message]{}, err
	}
	var items []Message
	err = tx.Rows(ctx, "SELECT m.id, m.kind, m.title, m.body, m.link, m.facts, m.created_at, m.read_at"+q.String(), q.args, func(r *sql.Rows) error {
		var m Message
		if err := r.Scan(&m.ID, &m.Kind, &m.Title, &m.Body, &m.Link, jsonScan{&m.Facts}, timeScan{&m.CreatedAt}, timePtrScan{&m.ReadAt}); err != nil {
			return err
		}
		items = append(items, m)
		return nil
	})
	out := finish(items, p, func(m Message) (any, string) { return m.ID, m.ID })
	out.Total = total
	return out, err
}

// UnreadMessages counts what a person has not read.
func (tx *Tx) UnreadMessages(ctx context.Context, tenant, userID string) (n int, err error) {
	err = tx.Row(ctx, `SELECT count(*) FROM messages WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL`, []any{tenant, userID}, &n)
	return n, err
}

// MarkRead marks messages of a person as read, or all when ids is nil, and returns how many were unread. Ids of others'
// messages and unknown ones change nothing.
func (tx *Tx) MarkRead(ctx context.Context, tenant, userID string, ids []string) (int64, error) {
	q := &query{}
	q.WriteString("UPDATE messages SET read_at = " + q.arg(Micros(tx.now)) + " WHERE tenant_id = " + q.arg(tenant))
	q.and("user_id = %s", userID)
	q.WriteString(" AND read_at IS NULL")
	if ids != nil {
		q.WriteString(" AND " + q.in("id", ids))
	}
	n, err := tx.Exec(ctx, q.String(), q.args...)
	if err == nil && n > 0 {
		tx.Changed(tenant, "inbox:"+userID)
	}
	return n, err
}
