package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"github.com/sallyport/sallyport"
)

// pace is how fast one connection's target takes changes, and where in that it is.
type pace struct {
	tenant, connection string
	rate               int       // changes a minute; 0: as many as there are
	nextAt             time.Time // when the slots taken so far are used up
	taken              int64
}

// burst is how many slots may be taken at once: those of a second.
func burst(rate int) int { return max(1, rate/60) }

// step is the time from one slot to the next: so long that with a burst in it no minute has more than the rate.
func step(rate int) time.Duration {
	if rate <= 0 {
		return 0
	}
	n := time.Duration(rate - burst(rate) + 1)
	return (time.Minute + n*time.Microsecond - 1) / (n * time.Microsecond) * time.Microsecond // up to the next microsecond
}

// freeAt is when the next slot is free.
func (p pace) freeAt() time.Time {
	return p.nextAt.Add(-time.Duration(burst(p.rate)-1) * step(p.rate))
}

// free is how many slots can be taken at a moment. Without a rate that is all or nothing.
func (p pace) free(now time.Time) int {
	if p.freeAt().After(now) {
		return 0
	}
	if p.rate == 0 {
		return 1 << 20
	}
	used := 0
	if p.nextAt.After(now) {
		used = int((p.nextAt.Sub(now) + step(p.rate) - 1) / step(p.rate))
	}
	return max(0, burst(p.rate)-used)
}

// paces lists the connections, of any tenant, that have a rate or were asked to be left alone for now.
func (tx *Tx) paces(ctx context.Context) ([]pace, error) {
	var out []pace
	err := tx.Rows(ctx, `SELECT c.tenant_id, c.id, c.rate, p.next_at, p.taken FROM connections c LEFT JOIN paces p ON p.tenant_id=c.tenant_id AND p.connection_id=c.id
		WHERE c.rate > 0 AND c.deleted_at IS NULL
		UNION ALL SELECT c.tenant_id, c.id, c.rate, p.next_at, p.taken FROM paces p JOIN connections c ON c.tenant_id=p.tenant_id AND c.id=p.connection_id
		WHERE c.rate = 0 AND p.next_at > $1`, []any{Micros(tx.now)}, func(r *sql.Rows) error {
		var p pace
		var next *time.Time
		var taken sql.NullInt64
		err := r.Scan(&p.tenant, &p.connection, &p.rate, timePtrScan{&next}, &taken)
		if next != nil {
			p.nextAt = *next
		}
		p.taken = taken.Int64
		out = append(out, p)
		return err
	})
	return out, err
}

// takeSlots takes up to n slots of a pace, as a compare-and-set on what was read. It reports how many; 0 when somebody was
// there first.
func (tx *Tx) takeSlots(ctx context.Context, p pace, n int) (int, error) {
	n = min(n, p.free(tx.now))
	if n <= 0 || p.rate == 0 {
		return max(n, 0), nil
	}
	from := p.nextAt
	if from.Before(tx.now) {
		from = tx.now
	}
	done, err := tx.Exec(ctx, `INSERT INTO paces (tenant_id, connection_id, next_at, taken) VALUES ($1,$2,$3,$4)
		ON CONFLICT (tenant_id, connection_id) DO UPDATE SET next_at=EXCLUDED.next_at, taken=paces.taken+$4 WHERE paces.taken=$5 AND paces.next_at=$6`,
		p.tenant, p.connection, Micros(from.Add(time.Duration(n)*step(p.rate))), n, p.taken, pointMicros(p.nextAt))
	if err != nil || done == 0 {
		return 0, err
	}
	return n, nil
}

func pointMicros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return Micros(t)
}

// ReturnSlot gives back the slot that a provision was claimed with and that no call was made for.
func (tx *Tx) ReturnSlot(ctx context.Context, p Provision) error {
	if p.Slot == 0 || p.Paced == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE paces SET next_at=next_at-$3 WHERE tenant_id=$1 AND connection_id=$2`, p.Tenant, p.Paced, p.Slot.Microseconds())
	return err
}

// HoldPace leaves a connection's target alone until a moment: the target asked for that.
func (tx *Tx) HoldPace(ctx context.Context, tenant, connectionID string, until time.Time) error {
	var rate int
	if err := tx.Row(ctx, `SELECT rate FROM connections WHERE tenant_id=$1 AND id=$2`, []any{tenant, connectionID}, &rate); err != nil {
		return err
	}
	at := Micros(until.Add(time.Duration(burst(rate)-1) * step(rate)))
	_, err := tx.Exec(ctx, `INSERT INTO paces (tenant_id, connection_id, next_at, taken) VALUES ($1,$2,$3,0)
		ON CONFLICT (tenant_id, connection_id) DO UPDATE SET next_at=CASE WHEN paces.next_at < $3 THEN $3 ELSE paces.next_at END`,
		tenant, connectionID, at)
	return err
}

// rateOf reads a connection's setting; what is no number is no limit, since its kind has refused that already.
func rateOf(c *sallyport.Connection) int {
	n, err := strconv.Atoi(c.Settings[sallyport.SettingRate])
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// mayAdd reports whether adding may take the next slot of a pace. Where removals wait for the same target they come first;
// every fourth slot is open to both, so that removals which fail again and again do not keep all others out for ever.
func (tx *Tx) mayAdd(ctx context.Context, p pace) (bool, error) {
	if p.taken%4 == 3 {
		return true, nil
	}
	waits, err := tx.exists(ctx, `SELECT 1 FROM provisions WHERE tenant_id=$1 AND connection_id=$2 AND state='removing' AND next_at <= $3`+free("$3")+first(1), p.tenant, p.connection, Micros(tx.now))
	return !waits, err
}

// rated is the condition that a connection has a rate. The arguments are parameters of the query.
func rated(tenant, connection string) string {
	return `EXISTS (SELECT 1 FROM connections pc WHERE pc.tenant_id=` + tenant + ` AND pc.id=` + connection + ` AND pc.rate > 0)`
}

// markPaced notes on the provisions of a connection whether it has a rate.
func (tx *Tx) markPaced(ctx context.Context, tenant, connectionID string, paced bool) error {
	_, err := tx.Exec(ctx, `UPDATE provisions SET paced=$3 WHERE tenant_id=$1 AND connection_id=$2`, tenant, connectionID, paced)
	return err
}
