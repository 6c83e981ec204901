package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sallyport/sallyport"
)

// Token is an API token without its secret, of which only a hash is kept.
type Token struct {
	ID         string            `json:"id"`
	User       sallyport.UserRef `json:"user"`
	Name       string            `json:"name"`
	Scopes     []string          `json:"scopes"`
	CreatedAt  time.Time         `json:"created_at"`
	ExpiresAt  time.Time         `json:"expires_at"`
	LastUsedAt *time.Time        `json:"last_used_at,omitempty" doc:"To the minute"`
	RevokedAt  *time.Time        `json:"revoked_at,omitempty"`
}

const tokenColumns = `t.id, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_at, t.revoked_at, u.id, u.login, u.name`

const tokenFrom = ` FROM tokens t JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id`

func scanToken(rows interface{ Scan(...any) error }, t *Token, more ...any) error {
	t.Scopes = []string{} // never nil: nil means "everything" in an actor
	err := rows.Scan(append([]any{&t.ID, &t.Name, jsonScan{&t.Scopes}, timeScan{&t.CreatedAt}, timeScan{&t.ExpiresAt},
		timePtrScan{&t.LastUsedAt}, timePtrScan{&t.RevokedAt}, &t.User.ID, &t.User.Login, &t.User.Name}, more...)...)
	if t.Scopes == nil {
		t.Scopes = []string{}
	}
	return err
}

// InsertToken adds a token; the id and the time of creation are set here.
func (tx *Tx) InsertToken(ctx context.Context, tenant string, t *Token, hash string) error {
	t.ID, t.CreatedAt = NewID(sallyport.PrefixToken), tx.now
	_, err := tx.Exec(ctx, `INSERT INTO tokens (tenant_id, id, user_id, name, hash, scopes, created_at, expires_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`, tenant, t.ID, t.User.ID, t.Name, hash, toJSON(t.Scopes), Micros(tx.now), Micros(t.ExpiresAt))
	if err == nil {
		tx.Changed(tenant, "tokens:"+t.User.ID)
	}
	return err
}

// TokenByHash finds a token, and its tenant, whether or not it still counts. ENotFound when there is none.
func (tx *Tx) TokenByHash(ctx context.Context, hash string) (t Token, tenant string, err error) {
	err = scanToken(tx.row(ctx, "SELECT "+tokenColumns+", t.tenant_id"+tokenFrom+" WHERE t.hash = $1", hash), &t, &tenant)
	return t, tenant, tokenMissing(ctx, err)
}

// Token finds a token by id. ENotFound when there is none.
func (tx *Tx) Token(ctx context.Context, tenant, id string) (t Token, err error) {
	err = scanToken(tx.row(ctx, "SELECT "+tokenColumns+tokenFrom+" WHERE t.tenant_id = $1 AND t.id = $2", tenant, id), &t)
	return t, tokenMissing(ctx, err)
}

func tokenMissing(ctx context.Context, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return sallyport.Errorf(sallyport.ENotFound, "there is no such token")
	}
	return dbError(ctx, err)
}

// TouchToken writes down that a token was used, at most once a minute.
func (tx *Tx) TouchToken(ctx context.Context, tenant, id string) error {
	_, err := tx.Exec(ctx, `UPDATE tokens SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at <= $4)`,
		tenant, id, Micros(tx.now), Micros(tx.now.Add(-touchEvery)))
	return err
}

// RevokeToken ends a token; false when it was revoked already.
func (tx *Tx) RevokeToken(ctx context.Context, tenant, id string) (bool, error) {
	var user string
	err := tx.Row(ctx, `UPDATE tokens SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING user_id`,
		[]any{tenant, id, Micros(tx.now)}, &user)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		tx.Changed(tenant, "tokens:"+user)
	}
	return err == nil, err
}

// RevokeTokens ends all tokens of a user that still count, and returns their ids.
func (tx *Tx) RevokeTokens(ctx context.Context, tenant, userID string) ([]string, error) {
	ids, err := tx.texts(ctx, `UPDATE tokens SET revoked_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL
		AND expires_at > $3 RETURNING id`, tenant, userID, Micros(tx.now))
	if len(ids) > 0 {
		tx.Changed(tenant, "tokens:"+userID)
	}
	return ids, err
}

var tokenListing = listing{id: "t.id", sorts: map[string]string{"": "-t.id", "created_at": "t.id", "expires_at": "t.expires_at"}}

// Tokens lists tokens, revoked and expired ones too, the newest first; of one user, or of all when userID is "".
func (tx *Tx) Tokens(ctx context.Context, tenant, userID string, p Page) (List[Token], error) {
	type row struct {
		Token
		key any
	}
	q := &query{}
	q.WriteString(tokenFrom + " WHERE t.tenant_id = " + q.arg(tenant))
	if userID != "" {
		q.and("t.user_id = %s", userID)
	}
	var total *int
	var err error
	if p.Total {
		if total, err = tx.count(ctx, q.String(), q); err != nil {
			return List[Token]{}, err
		}
	}
	if err := tokenListing.page(q, &p); err != nil {
		return List[Token]{}, err
	}
	var items []row
	err = tx.Rows(ctx, "SELECT "+tokenColumns+", "+tokenListing.column(p.Sort)+q.String(), q.args, func(r *sql.Rows) error {
		var it row
		if err := scanToken(r, &it.Token, &it.key); err != nil {
			return err
		}
		items = append(items, it)
		return nil
	})
	l := finish(items, p, func(r row) (any, string) { return r.key, r.ID })
	out := List[Token]{Items: make([]Token, len(l.Items)), NextCursor: l.NextCursor, Total: total}
	for i, r := range l.Items {
		out.Items[i] = r.Token
	}
	return out, err
}
