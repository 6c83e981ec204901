package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/sallyport/sallyport"
)

const v1 = "/api/v1"

// Path joins escaped parts to a path of the API.
func Path(parts ...string) string {
	p := v1
	for _, s := range parts {
		p += "/" + url.PathEscape(s)
	}
	return p
}

func get[T any](ctx context.Context, c *Client, path string, q Query) (out T, err error) {
	return out, c.Do(ctx, http.MethodGet, path, q, nil, &out)
}

func post[T any](ctx context.Context, c *Client, path string, in any) (out T, err error) {
	return out, c.Do(ctx, http.MethodPost, path, nil, in, &out)
}

// Me is who calls.
type Me struct {
	User        sallyport.User  `json:"user"`
	Permissions map[string]bool `json:"permissions"`
	Counts      map[string]int  `json:"counts"`
	Scopes      []string        `json:"scopes,omitempty"`
	Demo        bool            `json:"demo"`
	Version     string          `json:"version"`
}

// Me asks who calls.
func (c *Client) Me(ctx context.Context) (Me, error) { return get[Me](ctx, c, Path("me"), nil) }

// Resource finds a resource by id or slug.
func (c *Client) Resource(ctx context.Context, ref string) (sallyport.Resource, error) {
	return get[sallyport.Resource](ctx, c, Path("resources", ref), nil)
}

// Resources lists the catalogue, at most most; 0 is all.
func (c *Client) Resources(ctx context.Context, q Query, most int) ([]sallyport.Resource, error) {
	return All[sallyport.Resource](ctx, c, Path("resources"), q, most)
}

// Users lists people.
func (c *Client) Users(ctx context.Context, q Query, most int) ([]sallyport.User, error) {
	return All[sallyport.User](ctx, c, Path("users"), q, most)
}

// Access lists what a person holds; at "" is now.
func (c *Client) Access(ctx context.Context, user, at string) ([]sallyport.Access, error) {
	return All[sallyport.Access](ctx, c, Path("users", user, "access"), Query{"at": at}, 0)
}

// Holders lists who holds a resource; at "" is now.
func (c *Client) Holders(ctx context.Context, resource, relation, at string) ([]sallyport.Access, error) {
	return All[sallyport.Access](ctx, c, Path("resources", resource, "holders"), Query{"relation": relation, "at": at}, 0)
}

// Preview says what would happen if this were asked.
func (c *Client) Preview(ctx context.Context, a sallyport.Ask) (sallyport.Preview, error) {
	return post[sallyport.Preview](ctx, c, Path("requests", "preview"), a)
}

// Insight is what helps to decide a request.
func (c *Client) Insight(ctx context.Context, id string) (sallyport.Insight, error) {
	return get[sallyport.Insight](ctx, c, Path("requests", id, "insight"), nil)
}

// Ask files a request.
func (c *Client) Ask(ctx context.Context, a sallyport.Ask) (sallyport.Request, error) {
	return post[sallyport.Request](ctx, c, Path("requests"), a)
}

// MaxAsks is how many things are asked for at once.
const MaxAsks = 50

// AskedMany is what became of several asks, in their order.
type AskedMany struct {
	BatchID string      `json:"batch_id"`
	Items   []AskedItem `json:"items"`
}

// AskedItem is the outcome of one ask: a request, or why there is none.
type AskedItem struct {
	Resource string             `json:"resource"`
	Status   int                `json:"status"`
	Detail   string             `json:"detail,omitempty"`
	Request  *sallyport.Request `json:"request,omitempty"`
}

// Refused counts the asks that became no request.
func (m AskedMany) Refused() (n int) {
	for _, it := range m.Items {
		if it.Request == nil {
			n++
		}
	}
	return n
}

// AskMany files several requests at once; each is decided for itself, and one that is refused stops no other.
func (c *Client) AskMany(ctx context.Context, asks []sallyport.Ask) (AskedMany, error) {
	return post[AskedMany](ctx, c, Path("requests", "batch"), map[string]any{"items": asks})
}

// Request finds a request.
func (c *Client) Request(ctx context.Context, id string) (sallyport.Request, error) {
	return get[sallyport.Request](ctx, c, Path("requests", id), nil)
}

// Requests lists requests.
func (c *Client) Requests(ctx context.Context, q Query, most int) ([]sallyport.Request, error) {
	return All[sallyport.Request](ctx, c, Path("requests"), q, most)
}

// Vote approves or denies. A ballot without a version is on whatever the request is now.
func (c *Client) Vote(ctx context.Context, id string, b sallyport.Ballot) (sallyport.Request, error) {
	return post[sallyport.Request](ctx, c, Path("requests", id, "votes"), b)
}

// Cancel takes a request back.
func (c *Client) Cancel(ctx context.Context, id, reason string) (sallyport.Request, error) {
	return post[sallyport.Request](ctx, c, Path("requests", id, "cancel"), map[string]string{"reason": reason})
}

// EndGrant ends a grant now.
func (c *Client) EndGrant(ctx context.Context, id, reason string) (sallyport.Grant, error) {
	return post[sallyport.Grant](ctx, c, Path("grants", id, "end"), map[string]string{"reason": reason})
}

// Give adds a grant directly.
func (c *Client) Give(ctx context.Context, g sallyport.Give) (sallyport.Grant, error) {
	return post[sallyport.Grant](ctx, c, Path("grants"), g)
}

// Tasks lists tasks.
func (c *Client) Tasks(ctx context.Context, q Query, most int) ([]sallyport.Task, error) {
	return All[sallyport.Task](ctx, c, Path("tasks"), q, most)
}

// Claim takes a task on.
func (c *Client) Claim(ctx context.Context, id string) (sallyport.Task, error) {
	return post[sallyport.Task](ctx, c, Path("tasks", id, "claim"), nil)
}

// Complete says that a task is done.
func (c *Client) Complete(ctx context.Context, id, evidence string) (sallyport.Task, error) {
	return post[sallyport.Task](ctx, c, Path("tasks", id, "complete"), map[string]string{"evidence": evidence})
}

// Reject says that a task cannot be done.
func (c *Client) Reject(ctx context.Context, id, reason string) (sallyport.Task, error) {
	return post[sallyport.Task](ctx, c, Path("tasks", id, "reject"), map[string]string{"reason": reason})
}

// Checkpoint is the newest signed checkpoint of the log.
type Checkpoint struct {
	Size int64     `json:"size"`
	At   time.Time `json:"at"`
	Note string    `json:"note"`
	Key  string    `json:"key"`
}

// Checkpoint signs what the log holds now.
func (c *Client) Checkpoint(ctx context.Context) (Checkpoint, error) {
	return get[Checkpoint](ctx, c, Path("audit", "checkpoint"), nil)
}

// ExportAudit copies the whole log to w, as JSON lines.
func (c *Client) ExportAudit(ctx context.Context, w io.Writer) error {
	return c.Do(ctx, http.MethodGet, Path("audit", "export"), nil, nil, w)
}

// Connections lists connections.
func (c *Client) Connections(ctx context.Context) ([]sallyport.Connection, error) {
	return All[sallyport.Connection](ctx, c, Path("connections"), nil, 0)
}

// Catalogue is catalogue files, and how to apply them.
type Catalogue struct {
	Files         map[string]string `json:"files"`
	Prune         bool              `json:"prune,omitempty"`
	AllowRemovals bool              `json:"allow_removals,omitempty"`
	Hash          string            `json:"hash,omitempty"`
}

// PlanCatalogue says what the files would change.
func (c *Client) PlanCatalogue(ctx context.Context, in Catalogue) (sallyport.Plan, error) {
	return post[sallyport.Plan](ctx, c, Path("catalogue", "plan"), in)
}

// ApplyCatalogue applies the files; with a hash only when the plan is still the one with that hash.
func (c *Client) ApplyCatalogue(ctx context.Context, in Catalogue) (sallyport.Plan, error) {
	return post[sallyport.Plan](ctx, c, Path("catalogue", "apply"), in)
}

// TryCatalogue says who would gain and lose what if the files were applied.
func (c *Client) TryCatalogue(ctx context.Context, in Catalogue) (Rehearsal, error) {
	return c.Try(ctx, http.MethodPost, Path("catalogue", "apply"), in)
}

// ExportCatalogue reads the catalogue as files: their text by their path, with slashes.
func (c *Client) ExportCatalogue(ctx context.Context) (map[string]string, error) {
	var out struct {
		Files map[string]string `json:"files"`
	}
	err := c.Do(ctx, http.MethodGet, Path("catalogue"), nil, nil, &out)
	return out.Files, err
}

// ImportPeople sends a file of people; format is csv or json.
func (c *Client) ImportPeople(ctx context.Context, file io.Reader, q Query) (out sallyport.Sync, err error) {
	return out, c.Do(ctx, http.MethodPost, Path("import", "people"), q, file, &out)
}

// SyncOptions say how to sync a connection.
type SyncOptions struct {
	Preview      bool `json:"preview,omitempty"`
	AcceptShrink bool `json:"accept_shrink,omitempty"`
}

// Sync reads a connection, and applies or previews what changed.
func (c *Client) Sync(ctx context.Context, connection string, o SyncOptions) (sallyport.Sync, error) {
	return post[sallyport.Sync](ctx, c, Path("connections", connection, "sync"), o)
}

// Token is an API token as listed; Secret is set in the answer of CreateToken alone.
type Token struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	User       sallyport.UserRef `json:"user"`
	Scopes     []string          `json:"scopes"`
	CreatedAt  time.Time         `json:"created_at"`
	ExpiresAt  time.Time         `json:"expires_at"`
	LastUsedAt *time.Time        `json:"last_used_at,omitempty"`
	RevokedAt  *time.Time        `json:"revoked_at,omitempty"`
	Secret     string            `json:"token,omitempty"`
}

// NewToken asks for a token.
type NewToken struct {
	Name      string              `json:"name"`
	Scopes    []string            `json:"scopes,omitempty"`
	ExpiresIn *sallyport.Duration `json:"expires_in,omitempty"`
	User      string              `json:"user,omitempty"`
}

// CreateToken makes a token; its secret is shown this once.
func (c *Client) CreateToken(ctx context.Context, n NewToken) (Token, error) {
	return post[Token](ctx, c, Path("tokens"), n)
}

// Tokens lists the caller's tokens.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	return All[Token](ctx, c, Path("tokens"), nil, 0)
}

// RevokeToken revokes a token.
func (c *Client) RevokeToken(ctx context.Context, id string) error {
	return c.Do(ctx, http.MethodDelete, Path("tokens", id), nil, nil, nil)
}
