package access

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// windows are how long before its end a holder hears of it, the latest first. Of several that are due at once, as after a
// day without a server, only the latest is sent.
var windows = []struct {
	name   string
	before time.Duration
}{{"1d", 24 * time.Hour}, {"7d", 7 * 24 * time.Hour}}

// RunNotices tells holders that their access ends soon: a week and a day before. Each notice is a message with a key of
// grant, end and window, so none goes out twice and none is missed; what is kept by another reason, and what lasts less
// than the window altogether, is not worth one. It returns how many it sent and when the next is due.
func (s *Service) RunNotices(ctx context.Context) (n int, next *time.Time, err error) {
	var later []string
	for _, w := range windows {
		var due []store.Notice
		err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			if due, err = tx.DueNotices(ctx, w.before, w.name, later, 200); err != nil {
				return err
			}
			at, err := tx.NextNotice(ctx, w.before)
			if err == nil && at != nil && (next == nil || at.Before(*next)) {
				next = at
			}
			return err
		})
		if err != nil {
			return n, next, err
		}
		for _, d := range due {
			if err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error { return s.notify(ctx, tx, d, w.name) }); err != nil {
				return n, next, err
			}
			n++
		}
		later = append(later, w.name)
	}
	return n, next, nil
}

func (s *Service) notify(ctx context.Context, tx *store.Tx, d store.Notice, window string) error {
	g, err := tx.Grant(ctx, d.Tenant, d.ID, Everything)
	if err != nil || g.EndedAt != nil {
		return err
	}
	key := store.NoticeKey(d.ID, d.EndsAt, window)
	if given, err := tx.NoticeGiven(ctx, d.Tenant, d.UserID, key); err != nil || given { // another node was first
		return err
	}
	left := sallyport.Duration(d.EndsAt.Sub(tx.Now()).Round(time.Minute))
	if left > 2*sallyport.Day {
		left = left / sallyport.Day * sallyport.Day
	}
	if err := s.tell(ctx, tx, d.Tenant, []string{d.UserID}, note{Kind: "grant.ends_soon", Dedupe: key,
		Title: g.Resource.Name + " ends in " + left.Words(), Body: "It ends at " + clock(d.EndsAt) + ". Extend it if you still need it.",
		Link: "/access?extend=" + g.ID}); err != nil {
		return err
	}
	_, err = tx.Append(ctx, store.NewEvent{Verb: "grant.noticed", Actor: sallyport.System(d.Tenant), ObjectKind: "grant", ObjectID: g.ID, Refs: grantRefs(g),
		Body: map[string]any{"window": window, "ends_at": stamp(&d.EndsAt)}})
	return err
}
