package sallyport

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time that is written in ISO 8601 with the units W, D (always 24 h), H, M (minutes) and S.
// Years and months are refused, since their length is not fixed. Whole seconds only.
type Duration time.Duration

// The shortest and longest length that anybody may ask for.
const (
	MinDuration = Duration(time.Second)
	MaxDuration = Duration(3650 * 24 * time.Hour)
	Day         = Duration(24 * time.Hour)
)

// Std returns d as a time.Duration.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String writes d in ISO 8601, e.g. P7D, PT1H30M, P1DT12H. Weeks are written as days.
func (d Duration) String() string {
	s := int64(time.Duration(d) / time.Second)
	if s == 0 {
		return "PT0S"
	}
	sign := ""
	if s < 0 {
		sign, s = "-", -s
	}
	var b strings.Builder
	b.WriteString(sign + "P")
	if days := s / 86400; days > 0 {
		fmt.Fprintf(&b, "%dD", days)
	}
	if s %= 86400; s > 0 {
		b.WriteByte('T')
		for _, u := range []struct {
			n int64
			c byte
		}{{3600, 'H'}, {60, 'M'}, {1, 'S'}} {
			if s >= u.n {
				fmt.Fprintf(&b, "%d%c", s/u.n, u.c)
				s %= u.n
			}
		}
	}
	return b.String()
}

// Words writes d for people: "7 days", "1 hour 30 minutes".
func (d Duration) Words() string {
	s := int64(time.Duration(d) / time.Second)
	var parts []string
	for _, u := range []struct {
		n    int64
		name string
	}{{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}} {
		if n := s / u.n; n > 0 {
			p := fmt.Sprintf("%d %s", n, u.name)
			if n != 1 {
				p += "s"
			}
			parts = append(parts, p)
			s %= u.n
		}
	}
	if len(parts) == 0 {
		return "no time"
	}
	return strings.Join(parts, " ")
}

// MarshalText writes the ISO 8601 form.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO 8601 form only; see ParseDuration for its limits.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := ParseISODuration(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// ParseISODuration reads ISO 8601 (P1W, P3D, PT2H30M) between PT1S and P3650D.
func ParseISODuration(s string) (Duration, error) {
	rest, ok := strings.CutPrefix(s, "P")
	if !ok || rest == "" || len(s) > 40 {
		return 0, badDuration(s)
	}
	date, clock, hasT := strings.Cut(rest, "T")
	if hasT && clock == "" {
		return 0, badDuration(s)
	}
	var total int64
	for _, part := range []struct {
		text, units string
		size        map[byte]int64
	}{
		{date, "WD", map[byte]int64{'W': 7 * 86400, 'D': 86400}},
		{clock, "HMS", map[byte]int64{'H': 3600, 'M': 60, 'S': 1}},
	} {
		last := -1
		for t := part.text; t != ""; {
			i := strings.IndexFunc(t, func(r rune) bool { return r < '0' || r > '9' })
			if i <= 0 || i > 10 {
				return 0, badDuration(s)
			}
			unit := strings.IndexByte(part.units, t[i])
			if unit <= last {
				if t[i] == 'Y' || t[i] == 'M' {
					return 0, fmt.Errorf("%q uses years or months, whose length is not fixed; write days, e.g. P30D", s)
				}
				return 0, badDuration(s)
			}
			n, err := strconv.ParseInt(t[:i], 10, 64)
			if err != nil || n > int64(time.Duration(MaxDuration)/time.Second) {
				return 0, tooLong(s)
			}
			total += n * part.size[t[i]]
			last, t = unit, t[i+1:]
		}
	}
	return checkRange(s, total)
}

// ParseDuration reads what people type: ISO 8601, or numbers with units as in 90m, 2h, 30d, 2w, 1d12h.
func ParseDuration(s string) (Duration, error) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "P") {
		return ParseISODuration(s)
	}
	size := map[byte]int64{'w': 7 * 86400, 'd': 86400, 'h': 3600, 'm': 60, 's': 1}
	var total int64
	if s == "" || len(s) > 40 {
		return 0, badDuration(s)
	}
	for t := s; t != ""; {
		i := strings.IndexFunc(t, func(r rune) bool { return r < '0' || r > '9' })
		if i <= 0 || i > 10 || size[t[i]] == 0 {
			return 0, badDuration(s)
		}
		n, err := strconv.ParseInt(t[:i], 10, 64)
		if err != nil || n > int64(time.Duration(MaxDuration)/time.Second) {
			return 0, tooLong(s)
		}
		total += n * size[t[i]]
		t = t[i+1:]
	}
	return checkRange(s, total)
}

func checkRange(s string, seconds int64) (Duration, error) {
	if seconds <= 0 {
		return 0, fmt.Errorf("%q is no time at all; the shortest is PT1S", s)
	}
	if seconds > int64(time.Duration(MaxDuration)/time.Second) {
		return 0, tooLong(s)
	}
	return Duration(time.Duration(seconds) * time.Second), nil
}

func badDuration(s string) error {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return fmt.Errorf("%q is not a duration; write ISO 8601, e.g. PT2H, P7D, P2W", s)
}

func tooLong(s string) error {
	return fmt.Errorf("%q is too long; the longest is P3650D", s)
}
