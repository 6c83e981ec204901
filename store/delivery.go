package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/sallyport/sallyport/notify"
)

// Delivery is a message that is due on a channel, held by a lease.
type Delivery struct {
	Tenant  string
	Message Message
	To      notify.Recipient
	Channel string
	Ref     string
	Attempt int64 // counts from 1; names this claim
}

// How long a delivery is tried, and how often.
const (
	deliveryFirst = 30 * time.Second
	deliveryMost  = time.Hour
	deliveryLife  = 3 * 24 * time.Hour
)

// ClaimDeliveries takes up to n due deliveries of a channel, of all tenants, for the length of the lease, which must be
// longer than a send may take. Workers may claim at the same time, and none gets another's. What is neither done nor
// failed by the end of the lease is due again.
func (tx *Tx) ClaimDeliveries(ctx context.Context, channel string, n int, lease time.Duration) ([]Delivery, error) {
	now, until := Micros(tx.now), Micros(tx.now.Add(lease))
	type key struct{ tenant, message string }
	attempts := map[key]int64{}
	q := &query{}
	ch := q.arg(channel)
	var pairs []string
	err := tx.Rows(ctx, `UPDATE deliveries SET next_at = $3, lease_until = $3, attempts = attempts + 1
		WHERE channel = $1 AND next_at <= $2 AND (tenant_id, message_id) IN (
			SELECT tenant_id, message_id FROM deliveries WHERE channel = $1 AND next_at <= $2 ORDER BY next_at LIMIT $4)
		RETURNING tenant_id, message_id, attempts`, []any{channel, now, until, n}, func(r *sql.Rows) error {
		var k key
		var attempt int64
		if err := r.Scan(&k.tenant, &k.message, &attempt); err != nil {
			return err
		}
		attempts[k] = attempt
		pairs = append(pairs, "("+q.arg(k.tenant)+","+q.arg(k.message)+")")
		return nil
	})
	if err != nil || len(pairs) == 0 {
		return nil, err
	}
	var due []Delivery
	err = tx.Rows(ctx, `SELECT d.tenant_id, d.ref, m.id, m.kind, m.title, m.body, m.link, m.facts, m.created_at, u.name, u.time_zone,
			CASE WHEN u.state = 'active' THEN u.email ELSE '' END
		FROM deliveries d JOIN messages m ON m.tenant_id = d.tenant_id AND m.id = d.message_id
		JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
		WHERE d.channel = `+ch+` AND (d.tenant_id, d.message_id) IN (VALUES `+strings.Join(pairs, ",")+`) ORDER BY m.id`, q.args, func(r *sql.Rows) error {
		d := Delivery{Channel: channel}
		m := &d.Message
		if err := r.Scan(&d.Tenant, &d.Ref, &m.ID, &m.Kind, &m.Title, &m.Body, &m.Link, jsonScan{&m.Facts}, timeScan{&m.CreatedAt},
			&d.To.Name, &d.To.TimeZone, &d.To.Email); err != nil {
			return err
		}
		d.Attempt = attempts[key{d.Tenant, m.ID}]
		due = append(due, d)
		return nil
	})
	return due, err
}

// DeliveryDone writes down that a message went out. It holds even when the lease had ended: the message is out.
func (tx *Tx) DeliveryDone(ctx context.Context, d Delivery, ref string) error {
	_, err := tx.Exec(ctx, `UPDATE deliveries SET state = 'sent', ref = $4, sent_at = $5, next_at = NULL, lease_until = NULL, error = ''
		WHERE tenant_id = $1 AND message_id = $2 AND channel = $3 AND state <> 'sent'`, d.Tenant, d.Message.ID, d.Channel, ref, Micros(tx.now))
	return err
}

// DeliveryFailed writes down that an attempt failed and why. The next is after 30 seconds, then twice as long each time,
// up to an hour; after three days, or at once when permanent, the delivery is given up as failed, which it reports. A
// claim that has lost its lease to another changes nothing.
func (tx *Tx) DeliveryFailed(ctx context.Context, d Delivery, why string, permanent bool) (gaveUp bool, err error) {
	wait := deliveryMost
	if d.Attempt < 8 {
		wait = min(deliveryMost, deliveryFirst<<max(d.Attempt-1, 0))
	}
	next := tx.now.Add(wait)
	state, nextAt := "queued", any(Micros(next))
	if permanent || next.Sub(d.Message.CreatedAt) > deliveryLife {
		state, nextAt, gaveUp = "failed", nil, true
	}
	n, err := tx.Exec(ctx, `UPDATE deliveries SET state = $5, next_at = $6, lease_until = NULL, error = $7
		WHERE tenant_id = $1 AND message_id = $2 AND channel = $3 AND attempts = $4 AND state = 'queued'`,
		d.Tenant, d.Message.ID, d.Channel, d.Attempt, state, nextAt, firstBytes(why, 500))
	return gaveUp && n > 0, err
}

// NextDelivery is when the next delivery of a channel is due; nil when none waits.
func (tx *Tx) NextDelivery(ctx context.Context, channel string) (*time.Time, error) {
	var at *time.Time
	err := tx.Row(ctx, `SELECT min(next_at) FROM deliveries WHERE channel = $1 AND next_at IS NOT NULL`, []any{channel}, timePtrScan{&at})
	return at, err
}

// Deliveries tells the state of a message's deliveries by channel: queued, sent or failed.
func (tx *Tx) Deliveries(ctx context.Context, tenant, messageID string) (map[string]string, error) {
	states := map[string]string{}
	err := tx.Rows(ctx, `SELECT channel, state FROM deliveries WHERE tenant_id = $1 AND message_id = $2`, []any{tenant, messageID}, func(r *sql.Rows) error {
		var channel, state string
		if err := r.Scan(&channel, &state); err != nil {
			return err
		}
		states[channel] = state
		return nil
	})
	return states, err
}

func firstBytes(s string, n int) string {
	if len(s) > n {
		s = s[:n] + "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
