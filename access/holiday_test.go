package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// calendarFile writes a calendar file of events, each some lines.
func calendarFile(events ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Calendar//EN\r\nX-WR-CALNAME:Holidays\r\n")
	for i, e := range events {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d@example.com\r\nDTSTAMP:20260101T000000Z\r\n%s\r\nEND:VEVENT\r\n", i, strings.ReplaceAll(e, "\n", "\r\n"))
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

func TestReadHolidays(t *testing.T) {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct{ name, event, want, skipped string }{
		{"a day", "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\nSUMMARY:Christmas Day", "2026-12-25 Christmas Day", ""},
		{"a day without an end", "DTSTART:20261225\nSUMMARY:Christmas Day", "2026-12-25 Christmas Day", ""},
		{"the end is not part of it", "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:Days", "2026-12-24 Days, 2026-12-25 Days, 2026-12-26 Days", ""},
		{"a length", "DTSTART;VALUE=DATE:20261225\nDURATION:P2D\nSUMMARY:Two", "2026-12-25 Two, 2026-12-26 Two", ""},
		{"every year, and once long ago", "DTSTART;VALUE=DATE:19990501\nRRULE:FREQ=YEARLY\nSUMMARY:May Day", "2026-05-01 May Day, 2027-05-01 May Day", ""},
		{"the fourth Thursday of November", "DTSTART;VALUE=DATE:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\nSUMMARY:Thanksgiving", "2026-11-26 Thanksgiving, 2027-11-25 Thanksgiving", ""},
		{"begun before the first day", "DTSTART;VALUE=DATE:20251230\nDTEND;VALUE=DATE:20260103\nSUMMARY:Turn", "2026-01-01 Turn, 2026-01-02 Turn", ""},
		{"until", "DTSTART;VALUE=DATE:20250501\nRRULE:FREQ=YEARLY;UNTIL=20260601\nSUMMARY:Twice", "2026-05-01 Twice", ""},
		{"without one", "DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20270501\nSUMMARY:Once", "2026-05-01 Once", ""},
		{"and another", "DTSTART;VALUE=DATE:20260501\nRDATE;VALUE=DATE:20260601,20270701\nSUMMARY:More", "2026-05-01 More, 2026-06-01 More, 2027-07-01 More", ""},
		{"folded lines and escapes", "DTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas\\, a long\n  day\\nof rest", "2026-12-25 Christmas, a long day of rest", ""},
		{"in another language", "DTSTART;VALUE=DATE:20260603\nSUMMARY;LANGUAGE=ja:振替休日", "2026-06-03 振替休日", ""},
		{"a meeting", "DTSTART:20261225T100000Z\nDTEND:20261225T110000Z\nSUMMARY:Meeting", "", "it does not last whole days"},
		{"cancelled", "DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED\nSUMMARY:Not", "", "it is cancelled"},
		{"a year", "DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101\nSUMMARY:Year of the horse", "", "it lasts longer than a month"},
		{"every hour", "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=HOURLY\nSUMMARY:Bell", "", "it comes again within a day"},
		{"no rule", "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=NOW\nSUMMARY:Never", "", "the rule by which it comes again cannot be read"},
		{"never", "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nSUMMARY:Never", "", ""},
		{"every day for ages", "DTSTART;VALUE=DATE:19000101\nRRULE:FREQ=DAILY\nSUMMARY:Day", "", "it comes again too often"},
		{"since the beginning", "DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY\nSUMMARY:Day", "", "it begins before there was this calendar"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			days, skipped, err := access.ReadHolidays(calendarFile(tc.event), from, to)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range days {
				got = append(got, d.Day+" "+d.Name)
			}
			if text := strings.Join(got, ", "); text != tc.want {
				t.Errorf("days %q", text)
			}
			if why := ""; len(skipped) > 0 && skipped[0].Why != tc.skipped || len(skipped) == 0 && tc.skipped != why {
				t.Errorf("skipped %+v", skipped)
			}
		})
	}
	moved := calendarFile("DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY\nSUMMARY:May Day", "DTSTART;VALUE=DATE:20270503\nRECURRENCE-ID;VALUE=DATE:20270501\nSUMMARY:May Day (moved)")
	moved = strings.ReplaceAll(moved, "UID:1@", "UID:0@")
	if days, _, err := access.ReadHolidays(moved, from, to); err != nil || fmt.Sprint(days) != "[{2026-05-01 May Day} {2027-05-03 May Day (moved)}]" {
		t.Errorf("one that was moved: %v %v", days, err)
	}
	for _, file := range []string{"", "day,name\n2026-12-25,Christmas\n", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n\x00", "BEGIN:VCALENDAR\r\n\xff\xfe\r\nEND:VCALENDAR"} {
		if _, _, err := access.ReadHolidays(file, from, to); sallyport.CodeOf(err) != sallyport.EInvalid {
			t.Errorf("%q: %v", file, err)
		}
	}
	if _, _, err := access.ReadHolidays(calendarFile(), to, from); sallyport.CodeOf(err) != sallyport.EInvalid {
		t.Errorf("from after to: %v", err)
	}
}

// TestReadAnyCalendar: whatever lines a file has, it is read or refused, every day lies where it was asked for, and no day
// comes twice.
func TestReadAnyCalendar(t *testing.T) {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC)
	line := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "END:VCALENDAR", "DTSTART;VALUE=DATE:20261225", "DTSTART:2026",
		"DTEND;VALUE=DATE:20261226", "DTEND:99999999", "DURATION:P3D", "DURATION:-P3D", "RRULE:FREQ=YEARLY", "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY;BYDAY=MO,-1SU;INTERVAL=0", "RRULE:", "EXDATE:20261225",
		"RDATE;VALUE=PERIOD:20260101T000000Z/P1D", "SUMMARY:a\\,b", "SUMMARY;X=\"", "RECURRENCE-ID:2", "UID:1", " folded", "STATUS:CONFIRMED"}))
	days := 0
	rapid.Check(t, func(rt *rapid.T) {
		file := "BEGIN:VCALENDAR\r\n" + strings.Join(rapid.SliceOf(line).Draw(rt, "lines"), "\r\n") + "\r\nEND:VCALENDAR\r\n"
		if rapid.Bool().Draw(rt, "well formed") {
			file = calendarFile(rapid.SliceOfN(rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"DTSTART;VALUE=DATE:20261225", "DTSTART:20260101", "DTEND;VALUE=DATE:20261228", "DURATION:P3D",
				"RRULE:FREQ=YEARLY", "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY;BYDAY=MO", "EXDATE:20261225", "RDATE:20270101", "SUMMARY:a"}), 1, 5),
				func(l []string) string { return strings.Join(l, "\n") }), 1, 4).Draw(rt, "events")...)
		}
		list, _, err := access.ReadHolidays(file, from, to)
		if err != nil && sallyport.CodeOf(err) != sallyport.EInvalid {
			rt.Fatal(err)
		}
		last := ""
		for _, h := range list {
			if h.Day <= last || h.Day < "2026-01-01" || h.Day >= "2029-01-01" {
				rt.Fatalf("%s after %s", h.Day, last)
			}
			last = h.Day
			days++
		}
	})
	if days == 0 {
		t.Error("no file had a day")
	}
}

// TestHolidays: admins keep the list by day and by file; each change is one event that says which days came and went.
func TestHolidays(t *testing.T) {
	each(t, func(w *world) {
		root := w.as("root")
		days := func() string {
			list, err := w.s.SetHolidays(w.ctx, root, nil)
			if err != nil {
				w.Fatal(err)
			}
			return fmt.Sprint(list)
		}
		days()
		file := calendarFile("DTSTART;VALUE=DATE:20261225\nRRULE:FREQ=YEARLY\nSUMMARY:Christmas", "DTSTART:20261224T100000Z\nSUMMARY:Party")
		from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
		if _, err := w.s.SetHoliday(w.ctx, root, sallyport.Holiday{Day: "2026-12-25", Name: "The 25th"}); err != nil {
			w.Fatal(err)
		}
		look, err := w.s.ImportHolidays(w.ctx, root, file, from, to, true)
		if err != nil || look.Added != 1 || len(look.Items) != 2 || !look.Items[0].Known || look.Items[1].Known || len(look.Skipped) != 1 || !look.Preview {
			w.Fatalf("%+v %v", look, err)
		}
		done, err := w.s.ImportHolidays(w.ctx, root, file, from, to, false)
		if err != nil || done.Added != 1 || done.Preview || !slices.Equal(done.Items, look.Items) {
			w.Fatalf("%+v %v", done, err)
		}
		if again, err := w.s.ImportHolidays(w.ctx, root, file, from, to, false); err != nil || again.Added != 0 {
			w.Fatalf("%+v %v", again, err)
		}
		if err := w.s.DeleteHoliday(w.ctx, root, "2026-12-25"); err != nil {
			w.Fatal(err)
		}
		w.refused(w.s.DeleteHoliday(w.ctx, root, "2026-12-25"), sallyport.ENotFound, "no holiday")
		_, err = w.s.SetHoliday(w.ctx, root, sallyport.Holiday{Day: "2026-02-30"})
		w.refused(err, sallyport.EInvalid, "day")
		_, err = w.s.SetHoliday(w.ctx, w.as("olga"), sallyport.Holiday{Day: "2026-12-31"})
		w.refused(err, sallyport.EForbidden, "admins")
		_, err = w.s.ImportHolidays(w.ctx, w.as("olga"), file, from, to, true)
		w.refused(err, sallyport.EForbidden, "admins")
		l, err := w.s.Events(w.ctx, root, store.EventFilter{Verb: "holidays.changed"}, store.Page{Sort: "id"})
		if err != nil {
			w.Fatal(err)
		}
		var told []string
		for _, e := range l.Items {
			told = append(told, fmt.Sprint(e.Body["added"], e.Body["removed"], e.Body["days"]))
		}
		if want := []string{"[2026-12-25] [] 1", "[2027-12-25] [] 2", "[] [2026-12-25] 1"}; !slices.Equal(told, want) {
			w.Errorf("the log says %q", told)
		}
		if list := days(); list != "[]" {
			w.Errorf("the list is %s", list)
		}
	})
}
