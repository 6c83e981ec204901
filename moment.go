package sallyport

import "time"

// Moment writes a moment as people read it, e.g. "Mon 2 March 2026, 10:00 CET": the one form of times in sentences, while
// fields for programs are RFC 3339. zone is an IANA name; empty or unknown is UTC, which the text then says.
func Moment(at time.Time, zone string) string {
	return at.In(Zone(zone)).Format("Mon 2 January 2006, 15:04 MST")
}

// Zone finds a time zone by its IANA name. Empty or unknown is UTC, and so is "Local": the server's own is nobody's.
func Zone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return time.UTC
	}
	return zone
}

// Moment writes a moment for the actor, in their time zone.
func (a Actor) Moment(at time.Time) string { return Moment(at, a.Zone) }
