package catalog

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// What the lengths of owners and of what roles give have in common: "for" in a file.

// forRange words a length that outOfRange reports.
const forRange = "is out of range; use PT1S to P3650D"

func outOfRange(d *sallyport.Duration) bool {
	return d != nil && (*d < sallyport.MinDuration || *d > sallyport.MaxDuration)
}

// lengthOf is the length of a grant that counts from its beginning; nil where it has no end, or one by the calendar.
func lengthOf(g sallyport.Grant) *sallyport.Duration {
	if g.NoEnd {
		return nil
	}
	return g.Duration
}

// lasts reports whether that is a grant's length, whenever it began.
func lasts(g sallyport.Grant, d sallyport.Duration) bool {
	length := lengthOf(g)
	return length != nil && *length == d
}

// outlasts reports whether a grant goes on after a moment, so that one until then takes its place.
func outlasts(g sallyport.Grant, end time.Time) bool {
	return g.NoEnd || g.EndsAt != nil && g.EndsAt.After(end)
}

// eachLiving goes through the living grants that a filter finds, page by page.
func eachLiving(ctx context.Context, tx *store.Tx, tenant string, f store.GrantFilter, do func(sallyport.Grant)) error {
	lives := true
	f.Active = &lives
	p := store.Page{Limit: store.MaxLimit}
	for {
		l, err := tx.Grants(ctx, tenant, access.Everything, f, p)
		if err != nil {
			return err
		}
		for _, g := range l.Items {
			do(g)
		}
		if p.Cursor = l.NextCursor; p.Cursor == "" {
			return nil
		}
	}
}
