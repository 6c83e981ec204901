package client

import (
	"context"
	"io"
	"net/http"

	"github.com/sallyport/sallyport"
)

// Holidays lists the days besides weekends on which the company does not work.
func (c *Client) Holidays(ctx context.Context) ([]sallyport.Holiday, error) {
	l, err := get[List[sallyport.Holiday]](ctx, c, Path("holidays"), nil)
	return l.Items, err
}

// SetHolidays replaces that list.
func (c *Client) SetHolidays(ctx context.Context, list []sallyport.Holiday) ([]sallyport.Holiday, error) {
	var out List[sallyport.Holiday]
	err := c.Do(ctx, http.MethodPut, Path("holidays"), nil, map[string]any{"items": list}, &out)
	return out.Items, err
}

// SetHoliday adds a day, or gives it another name.
func (c *Client) SetHoliday(ctx context.Context, h sallyport.Holiday) (out sallyport.Holiday, err error) {
	err = c.Do(ctx, http.MethodPut, Path("holidays", h.Day), nil, map[string]string{"name": h.Name}, &out)
	return out, err
}

// DeleteHoliday removes a day.
func (c *Client) DeleteHoliday(ctx context.Context, day string) error {
	return c.Do(ctx, http.MethodDelete, Path("holidays", day), nil, nil, nil)
}

// ImportHolidays adds the days of a calendar file (iCalendar); from and to are days in RFC 3339, "" are the defaults.
func (c *Client) ImportHolidays(ctx context.Context, file io.Reader, from, to string, preview bool) (out sallyport.HolidayImport, err error) {
	q := Query{"from": from, "to": to}
	if preview {
		q["preview"] = "true"
	}
	return out, c.Do(ctx, http.MethodPost, Path("holidays", "import"), q, file, &out)
}
