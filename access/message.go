package access

import (
	"context"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/store"
)

// note is a message to people; Dedupe makes it go out once to each. What it is on is named in full by Titled, which stands
// in place of Title then; Timed stands in place of Body where that says a moment, which it writes in the recipient's zone.
type note struct {
	Kind, Dedupe, Title, Body, Link string

	On     sallyport.ResourceRef
	Titled func(name string) string
	Timed  func(moment func(time.Time) string) string
	Facts  []notify.Fact
}

// tell writes a message to each of the people, in the transaction. The page shows it, notifiers deliver it after the
// commit. Saying the same thing again (the same Dedupe) does nothing.
func (s *Service) tell(ctx context.Context, tx *store.Tx, tenant string, to []string, n note) error {
	if n.Titled != nil {
		name, err := fullName(ctx, tx, tenant, n.On)
		if err != nil {
			return err
		}
		n.Title = n.Titled(name)
	}
	to = slices.Clone(to)
	slices.Sort(to)
	to = slices.Compact(to)
	var zones map[string]string
	if n.Timed != nil {
		var err error
		if zones, err = tx.TimeZones(ctx, tenant, to); err != nil {
			return err
		}
	}
	for _, id := range to {
		if id == "" {
			continue
		}
		if n.Timed != nil {
			n.Body = n.Timed(func(at time.Time) string { return sallyport.Moment(at, zones[id]) })
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

// then titles a note by the name of what it is on and what became of that.
func then(words string) func(name string) string {
	return func(name string) string { return name + words }
}

// about is what a request is for: the thing by its name, or what is to be made.
func about(r sallyport.Request, name string) string {
	if unmade(r) {
		return r.About()
	}
	return name
}

// upperAbout begins a sentence with what a request is for; the name of a thing stays as it is written.
func upperAbout(r sallyport.Request, name string) string {
	if unmade(r) {
		return upper(r.About())
	}
	return name
}

func unmade(r sallyport.Request) bool { return r.Create != nil && r.Create.Made == nil }
