package api

import (
	"context"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// ByDay names a holiday in the path.
type ByDay struct {
	Day string `path:"day" maxLength:"10" doc:"YYYY-MM-DD"`
}

func (s *server) registerHolidays() {
	handle(s, "list-holidays", func(ctx context.Context, a sallyport.Actor, _ *struct{}) (*list[sallyport.Holiday], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) ([]sallyport.Holiday, error) {
			return tx.Holidays(ctx, a.Tenant)
		})
		return whole(l), err
	})
	type holidaysInput struct {
		Body struct {
			Items []sallyport.Holiday `json:"items" maxItems:"1000" doc:"The whole list; it replaces the present one"`
		}
	}
	handle(s, "set-holidays", func(ctx context.Context, a sallyport.Actor, in *holidaysInput) (*list[sallyport.Holiday], error) {
		l, err := s.Access.SetHolidays(ctx, a, in.Body.Items)
		return whole(l), err
	})
	type dayInput struct {
		ByDay
		Body struct {
			Name string `json:"name,omitempty" maxLength:"200"`
		}
	}
	handle(s, "set-holiday", func(ctx context.Context, a sallyport.Actor, in *dayInput) (*one[sallyport.Holiday], error) {
		h, err := s.Access.SetHoliday(ctx, a, sallyport.Holiday{Day: in.Day, Name: in.Body.Name})
		return body(h), err
	})
	handle(s, "delete-holiday", func(ctx context.Context, a sallyport.Actor, in *ByDay) (*nothing, error) {
		return &nothing{}, s.Access.DeleteHoliday(ctx, a, in.Day)
	})
	type importInput struct {
		From    time.Time `query:"from" doc:"The first day; default the first of this year"`
		To      time.Time `query:"to" doc:"The day after the last; default three years after the first"`
		Preview bool      `query:"preview" doc:"Only say what it would do"`
		RawBody []byte    `contentType:"text/calendar" doc:"An iCalendar file (RFC 5545) in UTF-8"`
	}
	handle(s, "import-holidays", func(ctx context.Context, a sallyport.Actor, in *importInput) (*one[sallyport.HolidayImport], error) {
		from, to := in.From, in.To
		if from.IsZero() {
			from = time.Date(s.DB.Now().Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		}
		if to.IsZero() {
			to = from.AddDate(3, 0, 0)
		}
		out, err := s.Access.ImportHolidays(ctx, a, string(in.RawBody), from, to, in.Preview)
		return body(out), err
	})
}
