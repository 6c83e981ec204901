package sallyport

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseISODuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"PT1S": time.Second, "P1D": 24 * time.Hour, "P2W": 14 * 24 * time.Hour, "P1DT2H3M4S": 26*time.Hour + 3*time.Minute + 4*time.Second,
		"PT90M": 90 * time.Minute, "P3650D": 3650 * 24 * time.Hour, "P1W1D": 8 * 24 * time.Hour,
	} {
		got, err := ParseISODuration(in)
		if err != nil || got.Std() != want {
			t.Errorf("%s: %v, %v; want %v", in, got.Std(), err, want)
		}
	}
	for _, in := range []string{"", "P", "PT", "P1Y", "P1M", "PT0S", "P0D", "P3651D", "-P1D", "P-1D", "P1.5D", "1D", "PT1D", "P1H", "PT1S1H", "P1DT",
		"P99999999999999999999D", "P1D ", "pt1s", "PT1S\x00", "P10000000000D"} {
		if got, err := ParseISODuration(in); err == nil {
			t.Errorf("%q is accepted as %v", in, got)
		}
	}
}

func TestParseDurationTakesWhatPeopleType(t *testing.T) {
	for in, want := range map[string]time.Duration{"2h": 2 * time.Hour, "30d": 720 * time.Hour, "1d12h": 36 * time.Hour, " 90m ": 90 * time.Minute, "P1D": 24 * time.Hour} {
		if got, err := ParseDuration(in); err != nil || got.Std() != want {
			t.Errorf("%q: %v, %v", in, got.Std(), err)
		}
	}
	for _, in := range []string{"", "h", "2", "-2h", "2y", "2h!", "0s"} {
		if got, err := ParseDuration(in); err == nil {
			t.Errorf("%q is accepted as %v", in, got)
		}
	}
}

func TestDurationRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Duration(rapid.Int64Range(1, 3650*86400).Draw(t, "seconds")) * Duration(time.Second)
		text, _ := d.MarshalText()
		var back Duration
		if err := back.UnmarshalText(text); err != nil || back != d {
			t.Fatalf("%v → %s → %v, %v", d.Std(), text, back.Std(), err)
		}
	})
}
