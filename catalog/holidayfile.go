package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// dayText is a day in a file, YYYY-MM-DD, in quotes or not.
type dayText string

// dayEntry is a holiday as it stands in a file: one day, or all from one to another, both included.
type dayEntry struct {
	Day  dayText `json:"day,omitempty"`
	From dayText `json:"from,omitempty"`
	To   dayText `json:"to,omitempty"`
	Name string  `json:"name,omitempty"`
}

type dayItem struct {
	dayEntry
	path string
	d    *decoder
}

func (it dayItem) fault(field, message string) sallyport.Fault {
	return sallyport.Fault{Path: it.d.where(it.path + "." + field).String(), Message: fmt.Sprintf("holidays, %s: %s", field, message)}
}

// maxSpan is how many days one entry of a file takes.
const maxSpan = 366

// checkHolidays finds what the files alone show to be wrong with holidays, and lists their days.
func (f *Files) checkHolidays() []sallyport.Fault {
	var faults []sallyport.Fault
	seen := map[dayText]dayItem{}
	for _, it := range f.spans {
		first, last, wrong := it.span()
		if err := sallyport.CheckText(it.Name, false); err != nil || len(it.Name) > 200 {
			wrong = append(wrong, it.fault("name", "is no name; use up to 200 characters on one line"))
		}
		if faults = append(faults, wrong...); len(wrong) > 0 {
			continue
		}
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			one := it
			one.Day = dayText(day.Format(time.DateOnly))
			if other, twice := seen[one.Day]; twice {
				faults = append(faults, it.fault("day", fmt.Sprintf("%s is there already, at %s", one.Day, other.d.where(other.path))))
				break
			}
			seen[one.Day] = it
			f.days = append(f.days, one)
		}
	}
	if len(f.days) > sallyport.MaxHolidays {
		faults = append(faults, f.days[sallyport.MaxHolidays].fault("day", fmt.Sprintf("the files have more than %d holidays; leave out years that are long past", sallyport.MaxHolidays)))
	}
	return faults
}

// span is the first and the last day of an entry.
func (it dayItem) span() (first, last time.Time, faults []sallyport.Fault) {
	read := func(field string, text dayText) time.Time {
		day, err := time.Parse(time.DateOnly, string(text))
		if err != nil {
			faults = append(faults, it.fault(field, fmt.Sprintf("%q is no day; write YYYY-MM-DD", clipText(string(text)))))
		}
		return day
	}
	switch {
	case it.Day != "" && it.From == "" && it.To == "":
		first = read("day", it.Day)
		return first, first, faults
	case it.Day != "" || it.From == "" || it.To == "":
		return first, last, []sallyport.Fault{it.fault("day", "write either day, or from and to, the first and the last of several")}
	}
	if first, last = read("from", it.From), read("to", it.To); len(faults) > 0 {
		return first, last, faults
	}
	switch days := int(last.Sub(first).Hours()/24) + 1; {
	case days < 1:
		faults = append(faults, it.fault("to", "is before from"))
	case days > maxSpan:
		faults = append(faults, it.fault("to", fmt.Sprintf("is %d days from the first; an entry takes %d", days, maxSpan)))
	}
	return first, last, faults
}

// planHolidays compares the days of the files with those that are there. With prune, days that came from files and are in
// them no longer go; those of the page and of calendars stay.
func planHolidays(ctx context.Context, tx *store.Tx, tenant string, f Files, prune bool, p *planned) error {
	if len(f.days) == 0 && !prune {
		return nil
	}
	have, err := tx.Holidays(ctx, tenant)
	if err != nil {
		return err
	}
	sources, err := tx.HolidaySources(ctx, tenant)
	if err != nil {
		return err
	}
	names, named := map[string]string{}, map[string]bool{}
	for _, h := range have {
		names[h.Day] = h.Name
	}
	add := func(action, day, name string, fields []sallyport.FieldChange) *sallyport.PlanItem {
		p.steps = append(p.steps, step{day: &sallyport.Holiday{Day: day, Name: name}, PlanItem: sallyport.PlanItem{Action: action, Kind: "holiday", Slug: day, Name: name, Fields: fields}})
		return &p.steps[len(p.steps)-1].PlanItem
	}
	for _, it := range f.days {
		day := string(it.Day)
		named[day] = true
		source, there := sources[day]
		var fields []sallyport.FieldChange
		if names[day] != it.Name {
			fields = append(fields, sallyport.FieldChange{Field: "name", Before: names[day], After: it.Name})
		}
		switch {
		case !there:
			add(sallyport.PlanCreate, day, it.Name, fields)
		case source != sourceFiles:
			add(sallyport.PlanChange, day, it.Name, append(fields, keptBy(source))).Detail = keptByFiles
		case len(fields) > 0:
			add(sallyport.PlanChange, day, it.Name, fields)
		default:
			p.Same++
		}
	}
	for _, h := range have {
		if prune && sources[h.Day] == sourceFiles && !named[h.Day] {
			add(sallyport.PlanRemove, h.Day, h.Name, nil)
		}
	}
	return nil
}

// applyHolidays makes the changes of a plan to holidays as one. Only admins keep them.
func (s *Service) applyHolidays(ctx context.Context, tx *store.Tx, actor sallyport.Actor, steps []step) error {
	put, gone := map[string]sallyport.Holiday{}, map[string]bool{}
	var ours []string
	for _, st := range steps {
		switch {
		case st.day == nil:
		case st.Action == sallyport.PlanRemove:
			gone[st.day.Day] = true
		default:
			put[st.day.Day] = *st.day
			ours = append(ours, st.day.Day)
		}
	}
	if len(put)+len(gone) == 0 {
		return nil
	}
	_, err := s.Access.ChangeHolidaysTx(ctx, tx, actor, nil, func(have []sallyport.Holiday) []sallyport.Holiday {
		var out []sallyport.Holiday
		for _, h := range have {
			if _, again := put[h.Day]; !again && !gone[h.Day] {
				out = append(out, h)
			}
		}
		for _, day := range ours {
			out = append(out, put[day])
		}
		return out
	})
	if err != nil {
		return err
	}
	return tx.SetHolidaySource(ctx, actor.Tenant, ours, sourceFiles)
}

func exportHolidays(list []sallyport.Holiday) []dayEntry {
	var out []dayEntry
	for _, h := range list {
		out = append(out, dayEntry{Day: dayText(h.Day), Name: h.Name})
	}
	return out
}
