package access

import (
	"context"
	"slices"

	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/store"
)

// note is a message to people; Dedupe makes it go out once to each.
type note struct {
	Kind, Dedupe, Title, Body, Link string
	Facts                           []notify.Fact
}

// tell writes a message to each of the people, in the transaction. The page shows it, notifiers deliver it after the
// commit. Saying the same thing again (the same Dedupe) does nothing.
func (s *Service) tell(ctx context.Context, tx *store.Tx, tenant string, to []string, n note) error {
	to = slices.Clone(to)
	slices.Sort(to)
	for _, id := range slices.Compact(to) {
		if id == "" {
			continue
		}
		added, err := tx.AddMessage(ctx, tenant, store.NewMessage{UserID: id, Kind: n.Kind, Dedupe: n.Dedupe, Title: n.Title, Body: n.Body, Link: n.Link, Facts: n.Facts})
		if err != nil {
			return err
		}
		if added {
			tx.Changed(tenant, "inbox:"+id)
		}
	}
	tx.Wake(tenant)
	return nil
}
