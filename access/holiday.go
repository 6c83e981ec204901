package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Holidays are the days on which the company does not work, besides Saturday and Sunday: no notice goes out on them, but on
// the working day before. Whoever is signed in may read them; admins keep them.

// SetHolidays replaces the whole list.
func (s *Service) SetHolidays(ctx context.Context, actor sallyport.Actor, list []sallyport.Holiday) ([]sallyport.Holiday, error) {
	return s.changeHolidays(ctx, actor, list, func([]sallyport.Holiday) []sallyport.Holiday { return list })
}

// SetHoliday adds a day, or gives it another name.
func (s *Service) SetHoliday(ctx context.Context, actor sallyport.Actor, h sallyport.Holiday) (sallyport.Holiday, error) {
	_, err := s.changeHolidays(ctx, actor, []sallyport.Holiday{h}, func(have []sallyport.Holiday) []sallyport.Holiday {
		return append(slices.DeleteFunc(have, func(x sallyport.Holiday) bool { return x.Day == h.Day }), h)
	})
	return h, err
}

// DeleteHoliday removes a day. ENotFound when it is none.
func (s *Service) DeleteHoliday(ctx context.Context, actor sallyport.Actor, day string) error {
	found := false
	_, err := s.changeHolidays(ctx, actor, nil, func(have []sallyport.Holiday) []sallyport.Holiday {
		n := len(have)
		have = slices.DeleteFunc(have, func(x sallyport.Holiday) bool { return x.Day == day })
		found = len(have) < n
		return have
	})
	if err == nil && !found {
		err = sallyport.Errorf(sallyport.ENotFound, "%q is no holiday", short(day)).WithHint("Write a day as YYYY-MM-DD; the list has those that are.")
	}
	return err
}

// ImportHolidays adds the days of an iCalendar file that lie in [from, to), as ReadHolidays finds them. Days that the list
// has keep their names, and none is removed. preview only says what it would do.
func (s *Service) ImportHolidays(ctx context.Context, actor sallyport.Actor, file string, from, to time.Time, preview bool) (sallyport.HolidayImport, error) {
	out := sallyport.HolidayImport{Items: []sallyport.FoundHoliday{}, Skipped: []sallyport.SkippedHoliday{}, Preview: preview}
	if err := keepsHolidays(actor); err != nil {
		return out, err
	}
	found, skipped, err := ReadHolidays(file, from, to)
	if err != nil {
		return out, err
	}
	out.Skipped = append(out.Skipped, skipped...)
	merge := func(have []sallyport.Holiday) []sallyport.Holiday {
		known := map[string]bool{}
		for _, h := range have {
			known[h.Day] = true
		}
		out.Items, out.Added = out.Items[:0], 0
		for _, h := range found {
			out.Items = append(out.Items, sallyport.FoundHoliday{Holiday: h, Known: known[h.Day]})
			if !known[h.Day] {
				have, out.Added = append(have, h), out.Added+1
			}
		}
		return have
	}
	if preview {
		err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
			have, err := tx.Holidays(ctx, actor.Tenant)
			merge(have)
			return err
		})
		return out, err
	}
	_, err = s.changeHolidays(ctx, actor, found, merge)
	return out, err
}

func keepsHolidays(actor sallyport.Actor) error {
	if actor.Admin || actor.IsSystem() {
		return nil
	}
	return sallyport.Errorf(sallyport.EForbidden, "only admins keep the company's holidays").WithRule("holidays").WithHint("Ask an admin.")
}

// changeHolidays brings the list to what change makes of it, as one event that says which days came and went. given is what
// the caller wrote, and is checked.
func (s *Service) changeHolidays(ctx context.Context, actor sallyport.Actor, given []sallyport.Holiday, change func([]sallyport.Holiday) []sallyport.Holiday) ([]sallyport.Holiday, error) {
	var list []sallyport.Holiday
	err := s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = s.ChangeHolidaysTx(ctx, tx, actor, given, change)
		return err
	})
	return list, err
}

// ChangeHolidaysTx is that as part of something greater.
func (s *Service) ChangeHolidaysTx(ctx context.Context, tx *store.Tx, actor sallyport.Actor, given []sallyport.Holiday, change func([]sallyport.Holiday) []sallyport.Holiday) ([]sallyport.Holiday, error) {
	if err := keepsHolidays(actor); err != nil {
		return nil, err
	}
	if err := checkHolidays(given); err != nil {
		return nil, err
	}
	have, err := tx.Holidays(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(change(slices.Clone(have)))
	slices.SortFunc(list, func(a, b sallyport.Holiday) int { return strings.Compare(a.Day, b.Day) })
	if len(list) > sallyport.MaxHolidays {
		return nil, sallyport.Errorf(sallyport.EPrecondition, "the list would have %d days; it takes %d", len(list), sallyport.MaxHolidays).
			WithRule("holidays").WithHint("Remove days that are long past, or take fewer years.")
	}
	return list, saveHolidays(ctx, tx, actor, have, list)
}

// saveHolidays writes what differs between two lists, as one event; where nothing does, nothing.
func saveHolidays(ctx context.Context, tx *store.Tx, actor sallyport.Actor, have, list []sallyport.Holiday) error {
	before := map[string]string{}
	for _, h := range have {
		before[h.Day] = h.Name
	}
	var put []sallyport.Holiday
	added, renamed, removed := []string{}, []string{}, []string{}
	for _, h := range list {
		name, was := before[h.Day]
		switch {
		case !was:
			put, added = append(put, h), append(added, h.Day)
		case name != h.Name:
			put, renamed = append(put, h), append(renamed, h.Day)
		}
		delete(before, h.Day)
	}
	for day := range before {
		removed = append(removed, day)
	}
	if len(put)+len(removed) == 0 {
		return nil
	}
	slices.Sort(removed)
	if err := tx.PutHolidays(ctx, actor.Tenant, put); err != nil {
		return err
	}
	if err := tx.DeleteHolidays(ctx, actor.Tenant, removed); err != nil {
		return err
	}
	tx.Changed(actor.Tenant, "holidays")
	_, err := tx.Append(ctx, store.NewEvent{Verb: "holidays.changed", Actor: actor, ObjectKind: "tenant", ObjectID: actor.Tenant,
		Body: map[string]any{"days": len(list), "added": added, "renamed": renamed, "removed": removed}})
	return err
}

// checkHolidays checks what a caller wrote; a fault names the field, and of several the row.
func checkHolidays(list []sallyport.Holiday) error {
	seen := map[string]bool{}
	var faults []sallyport.Fault
	for i, h := range list {
		at := "items[" + itoa(i) + "]."
		if len(list) == 1 {
			at = ""
		}
		if _, err := time.Parse(time.DateOnly, h.Day); err != nil {
			faults = append(faults, sallyport.Fault{Path: at + "day", Message: "is no day; write YYYY-MM-DD"})
		}
		if seen[h.Day] {
			faults = append(faults, sallyport.Fault{Path: at + "day", Message: "is in the list twice"})
		}
		if err := sallyport.CheckText(h.Name, false); err != nil || len(h.Name) > 200 {
			faults = append(faults, sallyport.Fault{Path: at + "name", Message: "is no name; use up to 200 characters on one line"})
		}
		seen[h.Day] = true
	}
	if len(list) > sallyport.MaxHolidays {
		faults = append(faults, sallyport.Fault{Path: "items", Message: "are more than 1000"})
	}
	return sallyport.Faults(faults)
}
