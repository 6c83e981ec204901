// Package seed fills an empty database with a company of the budgets' size, by bulk insert and the same each time.
//
// The tables are the real ones, made by the real migrations, and what lies in them keeps the rules that the product
// itself keeps: one living grant per key, ends after starts, limits of tags obeyed, requests with their stages and votes,
// events as leaves of a log that verifies. Foreign keys are not checked while loading; the test of this package does.
package seed

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// Size is how large a company is. Resources include the roles.
type Size struct {
	Users, Resources, Roles, Grants, Requests, Events, Tasks, Messages int
}

// Scaled is the company of the budgets times a factor: 1 is 10,000 people and 1,000,000 grants, history included. No
// company is so small that a measure would find nobody to ask.
func Scaled(factor float64) Size {
	n := func(base, least int) int { return max(int(float64(base)*factor), least) }
	return Size{Users: n(10_000, 100), Resources: n(2_000, 150), Roles: n(200, 12), Grants: n(1_000_000, 4_000), Requests: n(50_000, 200),
		Events: n(400_000, 1_000), Tasks: n(5_000, 40), Messages: n(20_000, 100)}
}

// Options of Run. Address is of an empty database, as for store.Open; on PostgreSQL its user must be a superuser, since
// foreign keys are not checked while loading.
type Options struct {
	Address string
	Sealer  store.Sealer
	Size    Size
	Seed    uint64
	Now     time.Time // when the company's history ends; zero is the present
}

// Caller is somebody with an API token that may do all that they may.
type Caller struct {
	ID, Login, Token string
}

// Company names what the measures ask about. Everything else is reached through the API.
type Company struct {
	Tenant    string
	Size      Size
	Living    int      // grants that have not ended
	Callers   []Caller // ordinary people; some appear several times, with a token each
	Admins    []Caller
	Askers    []Caller
	Desks     []Desk   // what askers ask for
	Users     []string // ids of active people
	Resources []string // slugs of what people hold directly and everybody may see
	Popular   string   // slug of the resource that most people hold
	Busy      string   // id of a person with 30 roles
	Shared    string   // slug of a resource that 50 roles reach
	BigRole   string   // slug of a role with 5,000 members that holds nothing
	Targets   []string // slugs of 20 resources to attach it to; nothing outside has to change for them
	Connected []string // slugs of resources that a connection fulfils; the connection is paused
	Ending    []string // ids of 2,000 grants that end within three weeks
	Pending   []string // ids of requests that wait, for what everybody may see
	Requests  []string // ids of others of any state
	Tasks     []string // ids of some of any state
}

// Desk is an app with one owner, who decides about it.
type Desk struct {
	Slug  string
	Owner Caller
}

// Run migrates the database and fills it. It returns once the planner knows about all rows.
func Run(ctx context.Context, o Options) (*Company, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	b := &builder{o: o, now: o.Now.UTC().Truncate(time.Microsecond), rand: rand.New(rand.NewPCG(o.Seed, 1)), c: &Company{Size: o.Size}}
	if err := b.prepare(ctx); err != nil {
		return nil, err
	}
	var err error
	if b.bulk, err = openBulk(ctx, o.Address); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{b.people, b.catalogue, b.grants, b.requests, b.tasks, b.messages, b.log} {
		if err := step(ctx); err != nil {
			_ = b.bulk.close(ctx)
			return nil, err
		}
	}
	return b.c, b.bulk.close(ctx)
}

// builder carries what the steps know of each other.
type builder struct {
	o     Options
	now   time.Time
	rand  *rand.Rand
	bulk  bulk
	c     *Company
	ids   uint64
	admin string // id of the built-in entitlement

	users     []user
	active    []int32 // indexes of those who are here
	resources []resource
	direct    []int32 // indexes of what people hold directly, the popular first
	roles     []int32
	desks     []int32
	lease     int32   // the app whose grants end soon
	targets   []int32 // see Company
	connected []int32
	shared    int32
	busy      int32

	asked  []asked // grants that come from requests
	manual []grant // living grants that people fulfil
	linked []grant // living grants that a connection fulfils
	events []event
}

// prepare makes what a server makes at its first start.
func (b *builder) prepare(ctx context.Context) error {
	db, err := store.Open(ctx, b.o.Address, store.Options{Sealer: b.o.Sealer})
	if err != nil {
		return err
	}
	defer db.Close()
	if b.c.Tenant, err = db.EnsureTenant(ctx, "default", "Sallyport"); err != nil {
		return err
	}
	if err := catalog.New(db, access.New(db, nil, ""), nil, nil).EnsureBuiltIn(ctx, b.c.Tenant); err != nil {
		return err
	}
	return db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Resource(ctx, b.c.Tenant, store.SlugAdmin, store.Viewer{All: true})
		b.admin = r.ID
		return err
	})
}

var idEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// id is an id of the form that the store makes: it sorts by time, and among those of one moment by the order of making.
func (b *builder) id(prefix string, at int64) string {
	b.ids++
	var u [16]byte
	binary.BigEndian.PutUint64(u[:8], uint64(at/1000)<<16)
	u[6], u[7], u[8] = 0x70, byte(b.ids>>32), 0x80
	binary.BigEndian.PutUint32(u[9:13], uint32(b.ids))
	return prefix + "_" + strings.ToLower(idEncoding.EncodeToString(u[:]))
}

const day = int64(24 * time.Hour / time.Microsecond)

// micros is the present as the database keeps it.
func (b *builder) micros() int64 { return b.now.UnixMicro() }

// between is a moment in [from, to).
func (b *builder) between(from, to int64) int64 {
	if to <= from {
		return from
	}
	return from + b.rand.Int64N(to-from)
}

// optional is NULL for 0.
func optional(t int64) any {
	if t == 0 {
		return nil
	}
	return t
}

// text is NULL for "".
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
