package access

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/store"
)

// noticeDays are how many days before an end people hear of it, the latest first. Of several that are due at once, as after
// a day without a server, only the latest is sent. What lasts no longer than that altogether is not announced.
var noticeDays = [...]int{1, 7}

const (
	morning     = 8                // the hour of a person's day at which their digest goes out
	noticeEvery = 15 * time.Minute // every zone's mornings begin at a quarter of an hour
	maxDigest   = 5000             // ends in one digest; more are told the next day
)

// RunNotices tells people of ends to come, a week and a day before: the holder, the owners of the resource and of its app,
// and the owners of the role whose grant it is. Each hears of each end once a window, in one digest a day, in the morning
// of the day in their own time zone; what falls on a weekend or a holiday is told on the working day before. What goes on by
// another reason is not announced, nor what is marked as reviewed. It returns how many digests it sent and when to look again.
func (s *Service) RunNotices(ctx context.Context) (n int, next *time.Time, err error) {
	at := s.DB.Now().Truncate(noticeEvery).Add(noticeEvery)
	turn := false
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		turn, err = tx.HasNoticeTurns(ctx)
		return err
	})
	if err != nil || !turn {
		return 0, &at, err
	}
	var tenants []string
	err = s.DB.Take(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		tenants, err = tx.TakeNoticeTurns(ctx, at)
		return err
	})
	for _, tenant := range tenants {
		sent, failed := s.tellTenant(ctx, tenant)
		n += sent
		if err == nil {
			err = failed
		}
	}
	return n, &at, err
}

// tellTenant sends the digests that are due in one company, a transaction each.
func (s *Service) tellTenant(ctx context.Context, tenant string) (n int, err error) {
	var off calendar
	due := map[string]map[string]bool{} // the grants of which a person is to be told
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if off, err = holidays(ctx, tx, tenant); err != nil {
			return err
		}
		return tx.EachEnd(ctx, tenant, off.reach(tx.Now()), func(x store.Notice) {
			if off.due(x, tx.Now()) == 0 || len(due[x.UserID]) >= maxDigest {
				return
			}
			if due[x.UserID] == nil {
				due[x.UserID] = map[string]bool{}
			}
			due[x.UserID][x.GrantID] = true
		})
	})
	if err != nil {
		return 0, err
	}
	var failed error
	for _, id := range slices.Sorted(maps.Keys(due)) {
		told := false
		err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			told, err = s.digestTx(ctx, tx, tenant, id, slices.Sorted(maps.Keys(due[id])), off)
			return err
		})
		if err != nil { // one who cannot be told must not keep the others
			s.Log.WarnContext(ctx, "a digest of what ends soon could not be written; it is tried again", "user", id, "error", err)
			failed = err
		}
		if told && err == nil {
			n++
		}
	}
	return n, failed
}

// digestTx tells one person, in one message, of what is due now of some grants. Who had their digest today waits for the next,
// but for what would be over by then.
func (s *Service) digestTx(ctx context.Context, tx *store.Tx, tenant, userID string, grants []string, off calendar) (bool, error) {
	now := tx.Now()
	all, err := tx.Notices(ctx, tenant, off.reach(now), userID, grants)
	if err != nil || len(all) == 0 {
		return false, err
	}
	today := dayStart(now, off.zone(all[0].Zone))
	before, err := tx.ToldSince(ctx, tenant, userID, today)
	if err != nil {
		return false, err
	}
	var due []store.Notice
	for _, x := range all {
		days := off.due(x, now)
		if days == 0 || before > 0 && x.EndsAt.After(off.nextMorning(now, off.zone(x.Zone)).Add(2*time.Hour)) {
			continue
		}
		x.Told = days
		due = append(due, x)
	}
	added, err := tx.TellOf(ctx, tenant, userID, due)
	if err != nil {
		return false, err
	}
	due = slices.DeleteFunc(due, func(x store.Notice) bool { return !added[x.GrantID] })
	if len(due) == 0 {
		return false, nil
	}
	refs := []string{}
	for _, x := range due {
		refs = append(refs, x.GrantID)
	}
	m := digest(due, now)
	m.Dedupe = fmt.Sprintf("ends:%s:%d", today.Format("2006-01-02"), before)
	if err := s.tell(ctx, tx, tenant, []string{userID}, m); err != nil {
		return false, err
	}
	for some := range slices.Chunk(refs, 1000) { // a record has a greatest length
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "user.noticed", Actor: sallyport.System(tenant), ObjectKind: "user", ObjectID: userID, Refs: some,
			Body: map[string]any{"grants": len(due)}}); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Where the page lists what ends soon.
const (
	endsMine  = "/access?view=expiring&scope=mine"
	endsOwned = "/access?view=expiring&scope=owned"
)

// digestLines is how many ends a digest names; the page lists all.
const digestLines = 10

// digest words what ends soon for one person, what is theirs first.
func digest(due []store.Notice, now time.Time) note {
	mine := 0
	slices.SortStableFunc(due, func(a, b store.Notice) int {
		if (a.Why == "holder") != (b.Why == "holder") {
			return map[bool]int{true: -1, false: 1}[a.Why == "holder"]
		}
		return a.EndsAt.Compare(b.EndsAt)
	})
	for _, x := range due {
		if x.Why == "holder" {
			mine++
		}
	}
	what := func(x store.Notice) string {
		switch {
		case x.Why == "holder" && x.Relation == sallyport.Owner:
			return "Your ownership of " + x.Resource
		case x.Why == "holder":
			return x.Resource
		case x.Relation == sallyport.Owner:
			return x.Subject + "'s ownership of " + x.Resource
		}
		return x.Subject + "'s access to " + x.Resource
	}
	first := due[0]
	title := what(first) + " ends in " + left(first.EndsAt.Sub(now))
	if len(due) > 1 {
		title += fmt.Sprintf(", and %d more end soon", len(due)-1)
	}
	if len(due) == 1 && mine == 1 {
		return note{Kind: "grant.ends_soon", Title: title, Body: "It ends on " + sallyport.Moment(first.EndsAt, first.Zone) + ". Extend it if you still need it.", Link: "/access?extend=" + first.GrantID}
	}
	n := note{Kind: "grant.ends_soon", Title: title, Link: endsMine, Body: "Renew what is still needed; mark what is not, and nobody is told again."}
	if mine == 0 {
		n.Link = endsOwned
	}
	for _, x := range due[:min(len(due), digestLines)] {
		n.Facts = append(n.Facts, notify.Fact{Name: what(x), At: &x.EndsAt})
	}
	if more := len(due) - digestLines; more > 0 {
		n.Body += fmt.Sprintf(" These are the first of %d.", len(due))
	}
	if mine > 0 && mine < len(due) { // no view has both
		n.Facts = append(n.Facts, notify.Fact{Name: "What ends of what you own", Link: endsOwned})
	}
	return n
}

func left(d time.Duration) string {
	l := sallyport.Duration(d.Round(time.Minute))
	if l > 2*sallyport.Day {
		l = l / sallyport.Day * sallyport.Day
	}
	return l.Words()
}

// calendar knows the company's holidays, as YYYY-MM-DD, and keeps time zones. One goroutine at a time uses it.
type calendar struct {
	off   map[string]bool
	zones map[string]*time.Location
}

func holidays(ctx context.Context, tx *store.Tx, tenant string) (calendar, error) {
	list, err := tx.Holidays(ctx, tenant)
	c := calendar{off: map[string]bool{}, zones: map[string]*time.Location{}}
	for _, h := range list {
		c.off[h.Day] = true
	}
	return c, err
}

// zone is a person's time zone; UTC where it is unknown.
func (c calendar) zone(name string) *time.Location {
	zone, ok := c.zones[name]
	if !ok {
		zone = sallyport.Zone(name)
		c.zones[name] = zone
	}
	return zone
}

func (c calendar) works(day time.Time) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday && !c.off[day.Format("2006-01-02")]
}

// due says of which window a notice is due now: how many days before the end, 0 for none.
func (c calendar) due(n store.Notice, now time.Time) int {
	for _, days := range noticeDays {
		if n.Told > 0 && n.Told <= days {
			return 0
		}
		before := time.Duration(days) * 24 * time.Hour
		if n.EndsAt.Sub(n.StartsAt) > before && !c.tellAt(n.EndsAt.Add(-before), c.zone(n.Zone)).After(now) {
			return days
		}
	}
	return 0
}

// tellAt is the morning on which to tell of what falls due at a moment: of the same day, or of the working day before.
func (c calendar) tellAt(mark time.Time, zone *time.Location) time.Time {
	day := dayStart(mark, zone)
	for range 14 {
		if c.works(day) {
			break
		}
		day = day.AddDate(0, 0, -1)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), morning, 0, 0, 0, zone)
}

// reach is how far ahead ends may be due to be told of: the longest window, behind it the days off that are told of before
// they begin, and what zones differ by.
func (c calendar) reach(now time.Time) time.Time {
	mark := dayStart(now, time.UTC).AddDate(0, 0, 2)
	for range 14 {
		if c.works(mark) && c.works(mark.AddDate(0, 0, 1)) {
			break
		}
		mark = mark.AddDate(0, 0, 1)
	}
	return mark.AddDate(0, 0, noticeDays[len(noticeDays)-1]+2)
}

// nextMorning is when the next digest after today's goes out.
func (c calendar) nextMorning(now time.Time, zone *time.Location) time.Time {
	day := dayStart(now, zone)
	for range 14 {
		if day = day.AddDate(0, 0, 1); c.works(day) {
			break
		}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), morning, 0, 0, 0, zone)
}

func dayStart(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}
