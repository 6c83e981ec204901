package access

import (
	"context"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/store"
)

// thing stands in a title for the resource that the note is on, by its full name.
const thing = "\x00"

// note is a message to people; Dedupe makes it go out once to each.
type note struct {
	Kind, Dedupe, Title, Body, Link string

	On    sallyport.ResourceRef // whatever thing stands for
	Facts []notify.Fact
}

// tell writes a message to each of the people, in the transaction. The page shows it, notifiers deliver it after the
// commit. Saying the same thing again (the same Dedupe) does nothing.
func (s *Service) tell(ctx context.Context, tx *store.Tx, tenant string, to []string, n note) error {
	if strings.Contains(n.Title, thing) {
		name, err := fullName(ctx, tx, tenant, n.On)
		if err != nil {
			return err
		}
		n.Title = strings.ReplaceAll(n.Title, thing, name)
	}
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

// fullName names a resource in a message: access in an app with its app.
func fullName(ctx context.Context, tx *store.Tx, tenant string, ref sallyport.ResourceRef) (string, error) {
	if ref.Kind != sallyport.KindEntitlement {
		return ref.Name, nil
	}
	r, err := tx.BareResource(ctx, tenant, ref.ID, Everything)
	return r.FullName(), err
}

// about is what a request is for, in a title: the thing that the note is on, or what is to be made.
func about(r sallyport.Request) string {
	if r.Create == nil || r.Create.Made != nil {
		return thing
	}
	return r.About()
}
