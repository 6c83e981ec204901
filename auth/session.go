package auth

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

const sessionCookie = "sallyport_session"

// carrier takes a transaction and a row through the session manager to the session table and back.
type carrier struct {
	tx  *store.Tx
	row store.SessionRow
}

type carrierKey struct{}

// newSessions configures the session manager. There is no idle time-out, so reading writes nothing.
func (s *Service) newSessions() *scs.SessionManager {
	return &scs.SessionManager{Lifetime: s.o.Lifetime, Store: sessionTable{}, Codec: jsonCodec{}, HashTokenInStore: true}
}

// sessionTable keeps sessions in the transaction that the context carries. It is handed hashes, never tokens.
type sessionTable struct{}

var _ scs.CtxStore = sessionTable{}

func carried(ctx context.Context) (*carrier, error) {
	c, ok := ctx.Value(carrierKey{}).(*carrier)
	if !ok {
		return nil, sallyport.Errorf(sallyport.EInternal, "a session was used outside a transaction")
	}
	return c, nil
}

func (sessionTable) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	c, err := carried(ctx)
	if err != nil {
		return nil, false, err
	}
	var found bool
	c.row, found, err = c.tx.SessionByHash(ctx, hash)
	return []byte(c.row.Data), found, err
}

func (sessionTable) CommitCtx(ctx context.Context, hash string, data []byte, expiry time.Time) error {
	c, err := carried(ctx)
	if err != nil {
		return err
	}
	c.row.TokenHash, c.row.Data, c.row.ExpiresAt = hash, string(data), expiry
	return c.tx.SaveSession(ctx, c.row)
}

func (sessionTable) DeleteCtx(ctx context.Context, _ string) error {
	c, err := carried(ctx)
	if err != nil {
		return err
	}
	_, err = c.tx.DeleteSession(ctx, c.row.Tenant, c.row.ID)
	return err
}

func (t sessionTable) Find(hash string) ([]byte, bool, error) {
	return t.FindCtx(context.Background(), hash)
}

func (t sessionTable) Commit(hash string, data []byte, expiry time.Time) error {
	return t.CommitCtx(context.Background(), hash, data, expiry)
}

func (t sessionTable) Delete(hash string) error { return t.DeleteCtx(context.Background(), hash) }

type jsonCodec struct{}

type sessionData struct {
	Deadline time.Time      `json:"deadline"`
	Values   map[string]any `json:"values"`
}

func (jsonCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(sessionData{deadline, values})
}

func (jsonCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var d sessionData
	err := json.Unmarshal(b, &d)
	if d.Values == nil {
		d.Values = map[string]any{}
	}
	return d.Deadline, d.Values, err
}

// bySession recognises the caller by the cookie. Without a cookie both results are zero.
func (s *Service) bySession(ctx context.Context, r *http.Request) (actor sallyport.Actor, err error) {
	cookie, err := r.Cookie(s.cookieName(sessionCookie))
	if err != nil || cookie.Value == "" {
		return sallyport.Actor{}, nil
	}
	ended := sallyport.Errorf(sallyport.EUnauthenticated, "the session has ended").WithHint("Sign in again.")
	if len(cookie.Value) > 100 {
		return sallyport.Actor{}, ended
	}
	c := &carrier{}
	touch := false
	err = s.o.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		c.tx = tx
		if _, err := s.sessions.Load(context.WithValue(ctx, carrierKey{}, c), cookie.Value); err != nil {
			return err
		}
		if c.row.ID == "" {
			return ended
		}
		var err error
		if actor, err = tx.LoadActor(ctx, c.row.Tenant, c.row.UserID); err != nil {
			return err
		}
		touch = tx.TouchDue(&c.row.SeenAt)
		return nil
	})
	if err != nil {
		return sallyport.Actor{}, err
	}
	actor.Via, actor.ViaID = sallyport.ViaSession, c.row.ID
	if touch {
		s.touch(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.TouchSession(ctx, c.row.Tenant, c.row.ID) })
	}
	return actor, nil
}

// touch writes down a use. That it fails (the database takes no writes) must not keep anybody from reading.
func (s *Service) touch(ctx context.Context, f func(context.Context, *store.Tx) error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := s.o.DB.Update(ctx, f); err != nil {
		s.o.Log.WarnContext(ctx, "the last use of a session or token was not written down", "error", err)
	}
}

// signIn starts a session with a new token, ends the one that the browser had, and sets the cookie. how goes into the
// event: ids and words only.
func (s *Service) signIn(w http.ResponseWriter, r *http.Request, find func(context.Context, *store.Tx, store.Tenant) (string, error), how map[string]any) error {
	agent, address := agentOf(r), s.o.Address(r)
	var token string
	err := s.o.DB.Update(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		tenant, err := tx.TenantBySlug(ctx, s.o.Tenant)
		if err != nil {
			return err
		}
		userID, err := find(ctx, tx, tenant)
		if err != nil {
			return err
		}
		actor, err := tx.LoadActor(ctx, tenant.ID, userID)
		if err != nil {
			return err
		}
		if err := s.endOld(ctx, tx, r); err != nil {
			return err
		}
		c := &carrier{tx: tx, row: store.SessionRow{Tenant: tenant.ID, ID: store.NewID(sallyport.PrefixSession), UserID: userID,
			Agent: agent, Address: address}}
		sctx, err := s.sessions.Load(context.WithValue(ctx, carrierKey{}, c), "")
		if err != nil {
			return err
		}
		s.sessions.SetDeadline(sctx, tx.Now().Add(s.o.Lifetime))
		if token, _, err = s.sessions.Commit(sctx); err != nil {
			return err
		}
		actor.Via, actor.ViaID = sallyport.ViaSession, c.row.ID
		_, err = tx.Append(ctx, store.NewEvent{Verb: "session.signed_in", Actor: actor, ObjectKind: "session", ObjectID: c.row.ID,
			Refs: []string{userID}, Body: how, Values: personal(userID, address, agent)})
		return err
	})
	if err != nil {
		return err
	}
	s.setCookie(w, sessionCookie, token, int(s.o.Lifetime/time.Second))
	s.purge(r.Context())
	return nil
}

// endOld ends the session that the browser still has, so that signing in as another leaves none behind.
func (s *Service) endOld(ctx context.Context, tx *store.Tx, r *http.Request) error {
	cookie, err := r.Cookie(s.cookieName(sessionCookie))
	if err != nil || cookie.Value == "" || len(cookie.Value) > 100 {
		return nil
	}
	c := &carrier{tx: tx}
	if _, err := s.sessions.Load(context.WithValue(ctx, carrierKey{}, c), cookie.Value); err != nil || c.row.ID == "" {
		return err
	}
	return endSession(ctx, tx, c.row)
}

func endSession(ctx context.Context, tx *store.Tx, row store.SessionRow) error {
	ok, err := tx.DeleteSession(ctx, row.Tenant, row.ID)
	if err != nil || !ok {
		return err
	}
	actor := sallyport.Actor{Tenant: row.Tenant, User: sallyport.UserRef{ID: row.UserID}, Via: sallyport.ViaSession, ViaID: row.ID}
	_, err = tx.Append(ctx, store.NewEvent{Verb: "session.signed_out", Actor: actor, ObjectKind: "session", ObjectID: row.ID,
		Refs: []string{row.UserID}})
	return err
}

// personal puts what identifies a person's device into the erasable values of an event.
// personal is from where somebody came: for themselves, auditors and admins, not for colleagues.
func personal(userID, address, agent string) []store.Value {
	return []store.Value{{Name: "address", Value: address, UserID: userID, Sensitive: true}, {Name: "agent", Value: agent, UserID: userID, Sensitive: true}}
}

func agentOf(r *http.Request) string {
	agent := strings.TrimSpace(strings.ToValidUTF8(r.UserAgent(), "\uFFFD"))
	if len(agent) > 300 {
		agent = strings.ToValidUTF8(agent[:300], "")
	}
	return strings.ReplaceAll(agent, "\x00", "")
}

// purge deletes expired sessions, at most once an hour and process.
func (s *Service) purge(ctx context.Context) {
	last, now := s.purged.Load(), time.Now().Unix()
	if now-last < 3600 || !s.purged.CompareAndSwap(last, now) {
		return
	}
	err := s.o.DB.Update(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.PurgeSessions(ctx)
		return err
	})
	if err != nil {
		s.o.Log.WarnContext(ctx, "expired sessions were not deleted", "error", err)
	}
}
