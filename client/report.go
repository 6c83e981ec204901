package client

import (
	"context"
	"io"
	"net/http"

	"github.com/sallyport/sallyport"
)

// History lists who had what, and why, at most most; 0 is all.
func (c *Client) History(ctx context.Context, q Query, most int) ([]sallyport.Interval, error) {
	return All[sallyport.Interval](ctx, c, Path("history"), q, most)
}

// ExportHistory copies the whole history that matches to w, as q's format says.
func (c *Client) ExportHistory(ctx context.Context, q Query, w io.Writer) error {
	return c.Do(ctx, http.MethodGet, Path("history", "export"), q, nil, w)
}

// ExportEvents copies all events that match to w, as q's format says.
func (c *Client) ExportEvents(ctx context.Context, q Query, w io.Writer) error {
	return c.Do(ctx, http.MethodGet, Path("events", "export"), q, nil, w)
}

// Evidence is a period in numbers.
type Evidence struct {
	Figures []sallyport.Figure `json:"figures"`
	Files   []string           `json:"files"`
}

// Evidence counts what a period's pack would hold; from and to are RFC 3339.
func (c *Client) Evidence(ctx context.Context, from, to string) (Evidence, error) {
	return get[Evidence](ctx, c, Path("evidence"), Query{"from": from, "to": to})
}

// EvidencePack copies the evidence of a period to w, a ZIP archive.
func (c *Client) EvidencePack(ctx context.Context, from, to string, w io.Writer) error {
	return c.Do(ctx, http.MethodGet, Path("evidence", "pack"), Query{"from": from, "to": to}, nil, w)
}
