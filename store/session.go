package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
)

// touchEvery is how often the last use of a session or token is written down at most.
const touchEvery = time.Minute

// Session is one signed-in browser, as shown to its person and to admins.
type Session struct {
	ID        string            `json:"id"`
	User      sallyport.UserRef `json:"user"`
	Agent     string            `json:"agent,omitempty" doc:"What the browser calls itself"`
	Address   string            `json:"address,omitempty"`
	CreatedAt time.Time         `json:"created_at"`
	SeenAt    time.Time         `json:"seen_at" doc:"Last use, to the minute"`
	ExpiresAt time.Time         `json:"expires_at"`
	Current   bool              `json:"current" doc:"The session that asks"`
}

// SessionRow is a session as it lies in the table. The token itself is never stored.
type SessionRow struct {
	TokenHash string
	Tenant    string
	ID        string
	UserID    string
	Data      string // belongs to package auth
	Agent     string
	Address   string
	SeenAt    time.Time
	ExpiresAt time.Time
}

// SaveSession inserts a session, or overwrites data and expiry of the one with this hash.
func (tx *Tx) SaveSession(ctx context.Context, s SessionRow) error {
	_, err := tx.Exec(ctx, `INSERT INTO sessions (token_hash, tenant_id, id, user_id, data, agent, address, created_at, seen_at, expires_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$8,$9) ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`,
		s.TokenHash, s.Tenant, s.ID, s.UserID, s.Data, s.Agent, s.Address, Micros(tx.now), Micros(s.ExpiresAt))
	if err == nil {
		tx.Changed(s.Tenant, "sessions:"+s.UserID)
	}
	return err
}

// SessionByHash finds a session that has not expired.
func (tx *Tx) SessionByHash(ctx context.Context, hash string) (s SessionRow, found bool, err error) {
	err = tx.Row(ctx, `SELECT token_hash, tenant_id, id, user_id, data, agent, address, seen_at, expires_at FROM sessions
		WHERE token_hash = $1 AND expires_at > $2`, []any{hash, Micros(tx.now)},
		&s.TokenHash, &s.Tenant, &s.ID, &s.UserID, &s.Data, &s.Agent, &s.Address, timeScan{&s.SeenAt}, timeScan{&s.ExpiresAt})
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	return s, err == nil, err
}

// TouchDue reports whether a last use is old enough to be written down again.
func (tx *Tx) TouchDue(last *time.Time) bool { return last == nil || tx.now.Sub(*last) >= touchEvery }

// TouchSession writes down that a session was used, at most once a minute.
func (tx *Tx) TouchSession(ctx context.Context, tenant, id string) error {
	_, err := tx.Exec(ctx, `UPDATE sessions SET seen_at = $3 WHERE tenant_id = $1 AND id = $2 AND seen_at <= $4`,
		tenant, id, Micros(tx.now), Micros(tx.now.Add(-touchEvery)))
	return err
}

var sessionListing = listing{id: "s.id", sorts: map[string]string{"": "-s.id", "created_at": "s.id"}}

const sessionColumns = `s.id, s.agent, s.address, s.created_at, s.seen_at, s.expires_at, u.id, u.login, u.name`

const sessionFrom = ` FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id`

func scanSession(rows interface{ Scan(...any) error }, s *Session) error {
	return rows.Scan(&s.ID, &s.Agent, &s.Address, timeScan{&s.CreatedAt}, timeScan{&s.SeenAt}, timeScan{&s.ExpiresAt},
		&s.User.ID, &s.User.Login, &s.User.Name)
}

// Sessions lists the sessions that have not expired, the newest first; of one user, or of all when userID is "".
func (tx *Tx) Sessions(ctx context.Context, tenant, userID string, p Page) (List[Session], error) {
	q := &query{}
	q.WriteString(sessionFrom + " WHERE s.tenant_id = " + q.arg(tenant))
	q.and("s.expires_at > %s", Micros(tx.now))
	if userID != "" {
		q.and("s.user_id = %s", userID)
	}
	var total *int
	var err error
	if p.Total {
		if total, err = tx.count(ctx, q.String(), q); err != nil {
			return List[Session]{}, err
		}
	}
	if err := sessionListing.page(q, &p); err != nil {
		return List[Session]{}, err
	}
	var items []Session
	err = tx.Rows(ctx, "SELECT "+sessionColumns+q.String(), q.args, func(r *sql.Rows) error {
		var s Session
		if err := scanSession(r, &s); err != nil {
			return err
		}
		items = append(items, s)
		return nil
	})
	out := finish(items, p, func(s Session) (any, string) { return s.ID, s.ID })
	out.Total = total
	return out, err
}

// Session finds a session by its id, expired or not. ENotFound when there is none.
func (tx *Tx) Session(ctx context.Context, tenant, id string) (Session, error) {
	var s Session
	err := scanSession(tx.row(ctx, "SELECT "+sessionColumns+sessionFrom+" WHERE s.tenant_id = $1 AND s.id = $2", tenant, id), &s)
	if errors.Is(err, sql.ErrNoRows) {
		return s, sallyport.Errorf(sallyport.ENotFound, "there is no session %q; it may have ended", clip(id))
	}
	return s, dbError(ctx, err)
}

// DeleteSession ends a session; false when it had ended already.
func (tx *Tx) DeleteSession(ctx context.Context, tenant, id string) (bool, error) {
	var user string
	err := tx.Row(ctx, `DELETE FROM sessions WHERE tenant_id = $1 AND id = $2 RETURNING user_id`, []any{tenant, id}, &user)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		tx.Changed(tenant, "sessions:"+user)
	}
	return err == nil, err
}

// DeleteSessions ends all sessions of a user and returns their ids.
func (tx *Tx) DeleteSessions(ctx context.Context, tenant, userID string) ([]string, error) {
	ids, err := tx.texts(ctx, `DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 RETURNING id`, tenant, userID)
	if len(ids) > 0 {
		tx.Changed(tenant, "sessions:"+userID)
	}
	return ids, err
}

// PurgeSessions deletes what expired, at most 1000 at a time, and returns how many.
func (tx *Tx) PurgeSessions(ctx context.Context) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions WHERE expires_at <= $1
		ORDER BY expires_at LIMIT 1000)`, Micros(tx.now))
}

// texts runs a query of one text column.
func (tx *Tx) texts(ctx context.Context, query string, args ...any) ([]string, error) {
	var all []string
	err := tx.Rows(ctx, query, args, func(r *sql.Rows) error {
		var s string
		if err := r.Scan(&s); err != nil {
			return err
		}
		all = append(all, s)
		return nil
	})
	return all, err
}
