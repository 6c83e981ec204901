package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// memory is an answer that is not sent yet.
type memory struct {
	header http.Header
	status int
	bytes.Buffer
}

func newMemory() *memory { return &memory{header: http.Header{}} }

func (m *memory) Header() http.Header { return m.header }

func (m *memory) WriteHeader(status int) {
	if m.status == 0 {
		m.status = status
	}
}

func (m *memory) Write(b []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return m.Buffer.Write(b)
}

func (m *memory) send(w http.ResponseWriter) {
	for k, v := range m.header {
		w.Header()[k] = v
	}
	if m.status == 0 {
		m.status = http.StatusOK
	}
	w.WriteHeader(m.status)
	_, _ = w.Write(m.Bytes())
}

func (m *memory) reply() store.Reply {
	if m.status == 0 {
		m.status = http.StatusOK
	}
	return store.Reply{Status: m.status, Body: m.String(), ETag: m.header.Get("ETag")}
}

// errRefused rolls the transaction of a refused call back; the refusal itself is in the memory.
var errRefused = errors.New("refused")

// repeatable runs a call that carries an Idempotency-Key. Answers of success are kept; a refused call leaves nothing and
// may be repeated with the same key.
func (s *server) repeatable(w http.ResponseWriter, r *http.Request, c *info, key string, body []byte) {
	if len(key) > 255 || strings.Trim(key, printable) != "" {
		Fail(w, r, sallyport.Invalid("header.Idempotency-Key", "is not 1 to 255 printable ASCII characters"))
		return
	}
	caller := c.actor.User.ID
	if c.actor.Via == sallyport.ViaToken {
		caller = c.actor.ViaID
	}
	sum := sha256.Sum256(append([]byte(r.Header.Get("If-Match")+"\n"+r.URL.RawQuery+"\n"), body...))
	k := store.Call{Tenant: c.actor.Tenant, Caller: caller, Route: r.Method + " " + r.URL.Path, Key: key, BodyHash: hex.EncodeToString(sum[:])}
	var m *memory
	var err error
	if c.op.Slow {
		m, err = s.twoSteps(r, c, k, body)
	} else {
		m, err = s.oneStep(r, c, k, body)
	}
	if err != nil {
		Fail(w, r, err)
		return
	}
	m.send(w)
}

// oneStep runs the call and keeps its answer in one transaction.
func (s *server) oneStep(r *http.Request, c *info, k store.Call, body []byte) (*memory, error) {
	var m *memory
	err := s.DB.Join(r.Context(), func(ctx context.Context, tx *store.Tx) error {
		m, c.failed = newMemory(), nil
		if done, err := s.again(ctx, tx, c, k, m); done || err != nil {
			return err
		}
		claimed, err := tx.KeepReply(ctx, k, store.Reply{})
		if err != nil {
			return err
		}
		if !claimed {
			return underWay()
		}
		s.run(ctx, m, r, body)
		reply := m.reply()
		if reply.Status >= 400 {
			return errRefused
		}
		if err := s.seal(c, &reply, k); err != nil {
			return err
		}
		_, err = tx.KeepReply(ctx, k, reply)
		return err
	})
	if errors.Is(err, errRefused) {
		err = nil
	}
	return m, err
}

// twoSteps is for calls that wait for something outside: the key is claimed first, and whoever repeats the call
// meanwhile waits for its answer.
func (s *server) twoSteps(r *http.Request, c *info, k store.Call, body []byte) (*memory, error) {
	ctx := r.Context()
	for {
		m, done, claimed := newMemory(), false, false
		err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			if done, err = s.again(ctx, tx, c, k, m); done || err != nil {
				return err
			}
			claimed, err = tx.KeepReply(ctx, k, store.Reply{})
			return err
		})
		switch {
		case sallyport.CodeOf(err) == sallyport.EConflict: // under way elsewhere
		case err != nil || done:
			return m, err
		case claimed:
			return s.second(r, c, k, body)
		}
		select {
		case <-ctx.Done():
			return nil, underWay()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (s *server) second(r *http.Request, c *info, k store.Call, body []byte) (*memory, error) {
	m := newMemory()
	kept := false
	defer func() { // a panic frees the key as well
		if kept {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
		defer cancel()
		_ = s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.DropReply(ctx, k) })
	}()
	s.run(r.Context(), m, r, body)
	reply := m.reply()
	if reply.Status >= 400 {
		return m, nil
	}
	if err := s.seal(c, &reply, k); err != nil {
		return m, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
	defer cancel()
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.KeepReply(ctx, k, reply)
		return err
	})
	kept = err == nil
	return m, err
}

// again fills m with what was answered before and reports whether there is something.
func (s *server) again(ctx context.Context, tx *store.Tx, c *info, k store.Call, m *memory) (bool, error) {
	reply, found, err := tx.Reply(ctx, k)
	if err != nil || !found {
		return false, err
	}
	if reply.Status == 0 {
		return false, underWay()
	}
	if c.op.Secret {
		sealer, err := s.DB.Sealer()
		if err != nil {
			return false, err
		}
		plain, err := sealer.Open(reply.Body, sealedAs(k))
		if err != nil {
			return false, err
		}
		reply.Body = string(plain)
	}
	if reply.Body != "" {
		m.header.Set("Content-Type", "application/json")
	}
	if reply.ETag != "" {
		m.header.Set("ETag", reply.ETag)
	}
	m.header.Set("Idempotency-Replayed", "true")
	m.status = reply.Status
	m.WriteString(reply.Body)
	return true, nil
}

// seal hides an answer that holds a secret from whoever reads the database.
func (s *server) seal(c *info, reply *store.Reply, k store.Call) error {
	if !c.op.Secret {
		return nil
	}
	sealer, err := s.DB.Sealer()
	if err != nil {
		return err
	}
	reply.Body, err = sealer.Seal([]byte(reply.Body), sealedAs(k))
	return err
}

func sealedAs(k store.Call) string { return "reply:" + k.Tenant + ":" + k.Caller + ":" + k.Key }

func underWay() error {
	return sallyport.Errorf(sallyport.EConflict, "the same call is under way").WithHint("Wait a moment and repeat it with the same key.")
}

// printable are the characters of an Idempotency-Key.
var printable = func() string {
	b := make([]byte, 0, 94)
	for c := byte('!'); c <= '~'; c++ {
		b = append(b, c)
	}
	return string(b)
}()
