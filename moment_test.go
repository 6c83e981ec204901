package sallyport_test

import (
	"testing"
	"time"

	"github.com/sallyport/sallyport"
)

func TestMomentSaysTheZone(t *testing.T) {
	at := time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC)
	for zone, want := range map[string]string{
		"":                    "Mon 2 March 2026, 23:30 UTC",
		"No/Where":            "Mon 2 March 2026, 23:30 UTC",
		"Local":               "Mon 2 March 2026, 23:30 UTC",
		"Europe/Vienna":       "Tue 3 March 2026, 00:30 CET",
		"America/Los_Angeles": "Mon 2 March 2026, 15:30 PST",
	} {
		if got := sallyport.Moment(at, zone); got != want {
			t.Errorf("in %q it is %q, want %q", zone, got, want)
		}
		if got := (sallyport.Actor{Zone: zone}).Moment(at.In(time.FixedZone("", 3600))); got != want {
			t.Errorf("for somebody in %q it is %q, want %q", zone, got, want)
		}
	}
}
