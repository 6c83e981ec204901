package access

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sallyport/sallyport/store"
)

// No end that is due to be told of lies beyond what is looked at, whatever the days off and the zone.
func TestReachCoversAllThatIsDue(t *testing.T) {
	zones := []string{"", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Asia/Kolkata"}
	start := time.Date(2026, 12, 18, 0, 0, 0, 0, time.UTC)
	told := 0
	for range 300 {
		c := calendar{off: map[string]bool{}, zones: map[string]*time.Location{}}
		for d := range 30 {
			if rand.N(3) == 0 {
				c.off[start.AddDate(0, 0, d).Format("2006-01-02")] = true
			}
		}
		now := start.Add(rand.N(5 * 24 * time.Hour))
		until := c.reach(now)
		for _, zone := range zones {
			for ends := now.Add(time.Hour); ends.Before(now.AddDate(0, 0, 40)); ends = ends.Add(3 * time.Hour) {
				if c.due(store.Notice{Zone: zone, StartsAt: now.AddDate(-1, 0, 0), EndsAt: ends}, now) == 0 {
					continue
				}
				if told++; ends.After(until) {
					t.Fatalf("at %s an end at %s is due to be told of in %q, and only what ends by %s is looked at; off: %v", now, ends, zone, until, c.off)
				}
			}
		}
	}
	if told == 0 {
		t.Fatal("nothing was due")
	}
}
