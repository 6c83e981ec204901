package access

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"

	"github.com/sallyport/sallyport"
)

// What one event of a calendar may be: a company is not closed for longer at a stretch, and no rule of holidays comes more
// often than this before it is out of the years that are asked for.
const (
	maxHolidayLength = 31
	maxRecurrences   = 20_000
	icsDay           = "20060102"
)

// ReadHolidays reads the days in [from, to) of an iCalendar file (RFC 5545): those of its events that last whole days,
// with the rules by which they come again, without those that were cancelled or moved. What lasts only hours is skipped and
// said, as is whatever cannot be read; a file that is no calendar is EInvalid. A day that two events name has the first's.
func ReadHolidays(file string, from, to time.Time) (days []sallyport.Holiday, skipped []sallyport.SkippedHoliday, err error) {
	if !utf8.ValidString(file) || !strings.Contains(file, "BEGIN:VCALENDAR") {
		return nil, nil, noCalendar()
	}
	if !from.Before(to) || to.Sub(from) > 20*366*24*time.Hour {
		return nil, nil, sallyport.Invalid("to", "is not within twenty years after from")
	}
	cal, err := ics.ParseCalendarWithOptions(strings.NewReader(strings.TrimPrefix(file, "\ufeff")), ics.WithUnknownPropertyHandler(ics.AcceptUnknownPropertyHandler))
	if err != nil {
		return nil, nil, noCalendar().WithHint("It says: %s.", short(err.Error()))
	}
	moved := map[string]bool{} // days that an event of its own stands for
	for _, e := range cal.Events() {
		if id := text(e, ics.ComponentPropertyRecurrenceId); id != "" {
			moved[e.Id()+" "+id[:min(8, len(id))]] = true
		}
	}
	names := map[string]string{}
	for _, e := range cal.Events() {
		name := clean(ics.FromText(text(e, ics.ComponentPropertySummary)))
		begins, why := eventDays(e, moved, from, to)
		if why != "" {
			skipped = append(skipped, sallyport.SkippedHoliday{Name: name, Day: short(text(e, ics.ComponentPropertyDtStart)), Why: why})
			continue
		}
		for _, d := range begins {
			if _, known := names[d]; !known {
				names[d] = name
			}
		}
	}
	for d, name := range names {
		days = append(days, sallyport.Holiday{Day: d, Name: name})
	}
	slices.SortFunc(days, func(a, b sallyport.Holiday) int { return strings.Compare(a.Day, b.Day) })
	return days, skipped, nil
}

func noCalendar() *sallyport.Error {
	return sallyport.Invalid("body", "is no calendar file in UTF-8: it has to begin with BEGIN:VCALENDAR")
}

func text(e *ics.VEvent, p ics.ComponentProperty) string {
	if got := e.GetProperty(p); got != nil {
		return strings.TrimSpace(got.Value)
	}
	return ""
}

// clean makes a name of one line and of a length that the list takes.
func clean(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	for len(name) > 200 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if sallyport.CheckText(name, false) != nil {
		return ""
	}
	return name
}

// eventDays lists the days of an event, or says why it has none that count.
func eventDays(e *ics.VEvent, moved map[string]bool, from, to time.Time) (days []string, why string) {
	start, err := time.Parse(icsDay, text(e, ics.ComponentPropertyDtStart))
	switch {
	case strings.EqualFold(text(e, ics.ComponentPropertyStatus), "CANCELLED"):
		return nil, "it is cancelled"
	case err != nil:
		return nil, "it does not last whole days"
	case start.Year() < 1583:
		return nil, "it begins before there was this calendar"
	}
	length, why := eventLength(e, start)
	if why != "" {
		return nil, why
	}
	begins := []time.Time{start}
	if rule := text(e, ics.ComponentPropertyRrule); rule != "" {
		if begins, why = recurrences(rule, start, from.AddDate(0, 0, -length), to); why != "" {
			return nil, why
		}
	}
	begins = append(begins, dates(e, ics.ComponentPropertyRdate)...)
	except := dates(e, ics.ComponentPropertyExdate)
	own := text(e, ics.ComponentPropertyRecurrenceId) != ""
	for _, b := range begins {
		if slices.ContainsFunc(except, b.Equal) || !own && moved[e.Id()+" "+b.Format(icsDay)] {
			continue
		}
		for n := range length {
			if d := b.AddDate(0, 0, n); !d.Before(from) && d.Before(to) {
				days = append(days, d.Format(time.DateOnly))
			}
		}
	}
	return days, ""
}

// eventLength is how many days an event lasts: to its end, which is not part of it, or for its duration.
func eventLength(e *ics.VEvent, start time.Time) (int, string) {
	days := 1
	if end := text(e, ics.ComponentPropertyDtEnd); end != "" {
		t, err := time.Parse(icsDay, end)
		if err != nil {
			return 0, "its end is no day"
		}
		days = max(int(t.Sub(start).Hours()/24), 1)
	} else if d := text(e, ics.ComponentPropertyDuration); d != "" {
		length, err := sallyport.ParseDuration(d)
		if err != nil || length.Std()%(24*time.Hour) != 0 {
			return 0, "its length is not in days"
		}
		days = max(int(length.Std().Hours()/24), 1)
	}
	if days > maxHolidayLength {
		return 0, "it lasts longer than a month"
	}
	return days, ""
}

// recurrences are the days on which an event begins by its rule, in [from, to).
func recurrences(rule string, start, from, to time.Time) (out []time.Time, why string) {
	opt, err := rrule.StrToROption(rule)
	if err != nil {
		return nil, "the rule by which it comes again cannot be read"
	}
	if opt.Freq > rrule.DAILY || len(opt.Byhour)+len(opt.Byminute)+len(opt.Bysecond) > 0 {
		return nil, "it comes again within a day"
	}
	opt.Dtstart = start
	r, err := rrule.NewRRule(*opt)
	if err != nil {
		return nil, "the rule by which it comes again cannot be read"
	}
	next := r.Iterator()
	for range maxRecurrences {
		t, ok := next()
		if !ok || !t.Before(to) {
			return out, ""
		}
		if !t.Before(from) {
			out = append(out, t)
		}
	}
	return nil, "it comes again too often"
}

// dates reads the days of a property that lists some; moments among them count as their day.
func dates(e *ics.VEvent, p ics.ComponentProperty) (out []time.Time) {
	for _, property := range e.GetProperties(p) {
		for _, one := range strings.Split(property.Value, ",") {
			if t, err := time.Parse(icsDay, one[:min(8, len(one))]); err == nil {
				out = append(out, t)
			}
		}
	}
	return out
}
