package worker

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/store"
)

// Delivery sends the messages that are due. Several may run at once, in one process or many: each message is leased.
// Delivery is at least once: a process that dies between sending and writing that down leaves the message to be sent
// again, under the same id.
type Delivery struct {
	DB        *store.DB
	Notifiers map[string]notify.Notifier // by channel, e.g. store.ChannelEmail; what has none stays queued
	PublicURL string                     // where links lead; "" leaves them out
	Log       *slog.Logger               // default slog.Default()
}

const (
	deliverBatch    = 20
	deliverParallel = 4
	// sendTimeout ends one attempt; the lease outlasts a batch of them.
	sendTimeout  = 30 * time.Second
	deliverLease = deliverBatch/deliverParallel*sendTimeout + time.Minute
)

// Run sends what is due now and returns how many went out. It returns when nothing more is due, or with the first error
// of the database; that a message could not be sent is no error, but written down with the message.
func (w Delivery) Run(ctx context.Context) (n int, err error) {
	if w.Log == nil {
		w.Log = slog.Default()
	}
	for channel, notifier := range w.Notifiers {
		for ctx.Err() == nil {
			var due []store.Delivery
			_, err := w.DB.TakeDue(ctx, func(ctx context.Context, tx *store.Tx) (*time.Time, error) { return tx.NextDelivery(ctx, channel) },
				func(ctx context.Context, tx *store.Tx) (err error) {
					due, err = tx.ClaimDeliveries(ctx, channel, deliverBatch, deliverLease)
					return err
				})
			if err != nil {
				return n, err
			}
			sent, err := w.batch(ctx, notifier, due)
			n += sent
			if err != nil {
				return n, err
			}
			if len(due) < deliverBatch {
				break
			}
		}
	}
	return n, ctx.Err()
}

// Next is when Run has something to do again; false when nothing waits.
func (w Delivery) Next(ctx context.Context) (next time.Time, ok bool, err error) {
	err = w.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		next, ok = time.Time{}, false
		for channel := range w.Notifiers {
			at, err := tx.NextDelivery(ctx, channel)
			if err != nil {
				return err
			}
			if at != nil && (!ok || at.Before(next)) {
				next, ok = *at, true
			}
		}
		return nil
	})
	return next, ok, err
}

func (w Delivery) batch(ctx context.Context, notifier notify.Notifier, due []store.Delivery) (sent int, err error) {
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		slot = make(chan struct{}, deliverParallel)
	)
	for _, d := range due {
		slot <- struct{}{}
		wg.Go(func() {
			defer func() { <-slot }()
			ok, e := w.deliver(ctx, notifier, d)
			mu.Lock()
			defer mu.Unlock()
			if ok {
				sent++
			}
			err = errors.Join(err, e)
		})
	}
	wg.Wait()
	return sent, err
}

func (w Delivery) deliver(ctx context.Context, notifier notify.Notifier, d store.Delivery) (bool, error) {
	if ctx.Err() != nil {
		return false, nil // the server is stopping; the lease ends by itself
	}
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	ref, failure := notifier.Send(sending, d.To, w.message(d.Message), d.Ref)
	cancel()
	// What was sent is written down even when the server is stopping.
	writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	gaveUp := false
	err := w.DB.Update(writing, func(ctx context.Context, tx *store.Tx) error {
		if failure == nil {
			return tx.DeliveryDone(ctx, d, ref)
		}
		var err error
		gaveUp, err = tx.DeliveryFailed(ctx, d, failure.Error(), notify.IsPermanent(failure))
		return err
	})
	if failure != nil {
		level := slog.LevelWarn
		if gaveUp {
			level = slog.LevelError
		}
		w.Log.Log(ctx, level, "a message was not delivered", "tenant", d.Tenant, "message", d.Message.ID, "channel", d.Channel,
			"attempt", d.Attempt, "gave_up", gaveUp, "error", failure)
	}
	return failure == nil, err
}

func (w Delivery) message(m store.Message) notify.Message {
	out := notify.Message{ID: m.ID, Title: m.Title, Body: m.Body}
	open := func(label, path string) {
		if w.PublicURL != "" && strings.HasPrefix(path, "/") {
			out.Actions = append(out.Actions, notify.Action{Label: label, URL: strings.TrimSuffix(w.PublicURL, "/") + path, Style: notify.Primary})
		}
	}
	open("Open in Sallyport", m.Link)
	for _, f := range m.Facts {
		if f.Link == "" {
			out.Facts = append(out.Facts, f)
		} else {
			open(f.Name, f.Link)
		}
	}
	return out
}
