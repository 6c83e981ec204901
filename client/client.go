// Package client calls Sallyport's API from Go, in the words of the root package. The command line is made of it.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// Client calls one server as one caller. Safe for concurrent use.
type Client struct {
	URL   string       // of the server, e.g. https://sallyport.example.com
	Token string       // an API token; "" calls without
	HTTP  *http.Client // default: one that gives up after 2 minutes
	Agent string       // default sallyport-client

	version int // what changes expect; 0: nothing
}

// New makes a client.
func New(address, token string) *Client {
	return &Client{URL: strings.TrimSuffix(address, "/"), Token: token, HTTP: &http.Client{Timeout: 2 * time.Minute}, Agent: "sallyport-client"}
}

// List is one page. NextCursor is "" at the end.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty"`
	Total      *int   `json:"total,omitempty"`
}

// Query is the parameters of a call; empty values are left out.
type Query map[string]string

func (q Query) encode() string {
	v := url.Values{}
	for name, value := range q {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v.Encode()
}

// IfVersion is the client for changes that happen only while a thing is at the version that was read; else they are refused as
// an EConflict. 0 asks for none.
func (c *Client) IfVersion(version int) *Client {
	out := *c
	out.version = version
	return &out
}

// Do makes one call. in is written as JSON unless it is an io.Reader or nil; out, unless nil, is what the answer is read
// into, or an io.Writer that it is copied to. Refusals are *sallyport.Error with the server's words.
func (c *Client) Do(ctx context.Context, method, path string, q Query, in, out any) error {
	var reader io.Reader
	kind := "application/json"
	switch in := in.(type) {
	case nil:
	case io.Reader:
		reader, kind = in, "application/octet-stream"
	default:
		b, err := json.Marshal(in)
		if err != nil {
			return sallyport.Errorf(sallyport.EInvalid, "the call cannot be written as JSON: %w", err)
		}
		reader = bytes.NewReader(b)
	}
	address := c.URL + path
	if e := q.encode(); e != "" {
		address += "?" + e
	}
	r, err := http.NewRequestWithContext(ctx, method, address, reader)
	if err != nil {
		return sallyport.Errorf(sallyport.EInvalid, "%q is not the address of a server", c.URL).WithHint("Write it as https://sallyport.example.com.")
	}
	if reader != nil {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Accept", "application/json, application/problem+json")
	r.Header.Set("User-Agent", c.Agent)
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if method != http.MethodGet {
		if c.version > 0 {
			r.Header.Set("If-Match", strconv.Quote(strconv.Itoa(c.version)))
		}
		if _, again := in.(io.Reader); !again {
			r.Header.Set("Idempotency-Key", newKey())
		}
	}
	res, err := c.send(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return refusal(res)
	}
	switch out := out.(type) {
	case nil:
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
		return nil
	case io.Writer:
		if _, err := io.Copy(out, res.Body); err != nil {
			return sallyport.Errorf(sallyport.EUnavailable, "the answer broke off: %w", err).WithHint("Do it again.")
		}
		return nil
	}
	if res.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return sallyport.Errorf(sallyport.EUnavailable, "the answer of %s cannot be read: %w", c.URL, err).WithHint("Is this the address of Sallyport?")
	}
	return nil
}

// send repeats a call once when the connection broke: a write carries its key, so it happens once.
func (c *Client) send(r *http.Request) (*http.Response, error) {
	h := c.HTTP
	if h == nil {
		h = http.DefaultClient
	}
	res, err := h.Do(r)
	if err != nil && r.Context().Err() == nil && (r.Body == nil || r.GetBody != nil) {
		var dial *net.OpError
		if !errors.As(err, &dial) || dial.Op != "dial" {
			again := r.Clone(r.Context())
			if r.GetBody != nil {
				again.Body, _ = r.GetBody()
			}
			res, err = h.Do(again)
		}
	}
	if err != nil {
		if r.Context().Err() != nil {
			return nil, sallyport.Errorf(sallyport.EUnavailable, "the call was given up: %w", err)
		}
		return nil, sallyport.Errorf(sallyport.EUnavailable, "%s does not answer: %w", c.URL, err).
			WithHint("Is the address right, and does the server run? See sallyport doctor.")
	}
	return res, nil
}

func newKey() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// All reads a list to its end, page by page, at most most items; 0 is all.
func All[T any](ctx context.Context, c *Client, path string, q Query, most int) ([]T, error) {
	all := []T{}
	page := Query{}
	for k, v := range q {
		page[k] = v
	}
	if page["limit"] == "" {
		page["limit"] = "200"
		if most > 0 && most < 200 {
			page["limit"] = strconv.Itoa(most)
		}
	}
	for {
		var l List[T]
		if err := c.Do(ctx, http.MethodGet, path, page, nil, &l); err != nil {
			return all, err
		}
		all = append(all, l.Items...)
		if most > 0 && len(all) >= most {
			return all[:most], nil
		}
		if l.NextCursor == "" {
			return all, nil
		}
		page["cursor"] = l.NextCursor
	}
}
