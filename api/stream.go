package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// The stream's rhythm. A stream ends after a while and the browser opens a new one, so that whoever lost their session
// does not listen on for ever.
const (
	heartBeat  = 15 * time.Second
	streamLife = 10 * time.Minute
	gather     = 25 * time.Millisecond
)

func (s *server) registerStream() {
	handle(s, "stream", func(ctx context.Context, a sallyport.Actor, _ *struct{}) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			_, w := humago.Unwrap(hc)
			s.stream(hc.Context(), w, a)
		}}, nil
	})
}

// stream says what changed, as topics: a kind and an id, never content. The page reads again what it shows, and the
// ordinary rules decide what it gets.
func (s *server) stream(ctx context.Context, w http.ResponseWriter, a sallyport.Actor) {
	changes, cancel := s.DB.Subscribe()
	defer cancel()
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Time{})
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	send := func(text string) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(10 * time.Second))
		_, err := w.Write([]byte(text))
		return err == nil && rc.Flush() == nil
	}
	if !send("retry: 1000\n: listening\n\n") {
		return
	}
	beat := time.NewTicker(heartBeat)
	defer beat.Stop()
	end := time.NewTimer(streamLife)
	defer end.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.Done:
			return
		case <-end.C:
			return
		case <-beat.C:
			if !s.stillActive(ctx, a) || !send(": beat\n\n") {
				return
			}
		case c := <-changes:
			topics := mine(a, c)
			for wait := time.After(gather); wait != nil; {
				select {
				case c := <-changes:
					topics = append(topics, mine(a, c)...)
				case <-wait:
					wait = nil
				}
			}
			if len(topics) == 0 {
				continue
			}
			slices.Sort(topics)
			b, _ := json.Marshal(map[string]any{"topics": slices.Compact(topics)})
			if !send("data: " + string(b) + "\n\n") {
				return
			}
		}
	}
}

func (s *server) stillActive(ctx context.Context, a sallyport.Actor) bool {
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.LoadActor(ctx, a.Tenant, a.User.ID)
		return err
	})
	return err == nil
}

// mine leaves out what is not the actor's: other tenants, what wakes workers, and what is about another person alone.
func mine(a sallyport.Actor, c store.Change) []string {
	if c.Tenant != a.Tenant {
		return nil
	}
	var out []string
	for _, t := range c.Topics {
		kind, id, _ := strings.Cut(t, ":")
		switch {
		case kind == store.TopicWork:
		case kind == "events" && !a.ReadsAll():
		case kind == "inbox" && id != "" && id != a.User.ID: // an admin reads nobody else's either
		case (kind == "tokens" || kind == "sessions") && id != "" && id != a.User.ID && !a.Admin:
		default:
			out = append(out, t)
		}
	}
	return out
}
