package access_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// crew is a role of some people beside a resource that has a target, reached three at a time.
type crew struct {
	*world
	role, lab   sallyport.Resource
	people      []sallyport.User
	memberships map[int]string
	attached    string
}

func newCrew(t *testing.T, db *store.DB, clock *storetest.Clock, size int) *crew {
	w := newWorld(t, db, clock)
	w.s.Reached = 3
	c := &crew{world: w, memberships: map[int]string{}}
	c.role = w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "crew", Name: "Crew", Managed: true})
	c.lab = w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "lab", Name: "Lab", Managed: true, Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilManual, Steps: "Add them."}})
	for i := range size {
		c.people = append(c.people, w.user(fmt.Sprintf("crew%02d", i), ""))
	}
	return c
}

func (c *crew) grant(subject sallyport.Subject, r sallyport.Resource) string {
	c.Helper()
	var g sallyport.Grant
	c.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		g, err = c.s.AddGrantTx(ctx, tx, sallyport.System(c.tenant), access.NewGrant{Subject: subject, Resource: r, Relation: sallyport.Member, ReasonKind: "direct", NoEnd: true})
		return err
	})
	return g.ID
}

func (c *crew) over(id string) {
	c.Helper()
	if _, err := c.s.End(c.ctx, sallyport.System(c.tenant), id, "enough"); err != nil {
		c.Fatal(err)
	}
}

func (c *crew) join(i int) {
	if c.memberships[i] == "" {
		c.memberships[i] = c.grant(sallyport.Subject{Kind: sallyport.SubjectUser, ID: c.people[i].ID}, c.role)
	}
}

func (c *crew) leave(i int) {
	if id := c.memberships[i]; id != "" {
		delete(c.memberships, i)
		c.over(id)
	}
}

func (c *crew) attach() {
	if c.attached == "" {
		c.attached = c.grant(sallyport.Subject{Kind: sallyport.SubjectRole, ID: c.role.ID}, c.lab)
	}
}

func (c *crew) detach() {
	if id := c.attached; id != "" {
		c.attached = ""
		c.over(id)
	}
}

// piece does a piece of the job that is first; false when there is none.
func (c *crew) piece() (did bool) {
	c.Helper()
	c.tx(func(ctx context.Context, tx *store.Tx) error {
		j, ok, err := tx.TakeJob(ctx)
		if did = ok; err != nil || !ok {
			return err
		}
		run := map[string]func(context.Context, *store.Tx, store.Job) (any, error){access.JobReach: c.s.RunReach, access.JobUnreach: c.s.RunUnreach}[j.Kind]
		rest, err := run(ctx, tx, j)
		switch {
		case err != nil:
			return err
		case rest == nil:
			return tx.FinishJob(ctx, j)
		}
		return tx.GoOn(ctx, j, rest)
	})
	return did
}

// wanted counts the people whose access is real or becomes so.
func (c *crew) wanted() (n int) {
	c.Helper()
	c.tx(func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT count(*) FROM provisions WHERE resource_id=$1 AND state IN ('adding','present')`, []any{c.lab.ID}, &n)
	})
	return n
}

// A role's grant is one row and the first of its members, whatever their number; the others follow by pieces, and so does
// taking it away. A process that dies in between leaves the job as it was.
func TestARoleArrivesByPieces(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		c := newCrew(t, db, clock, 11)
		for i := range c.people {
			c.join(i)
		}
		step := func(what string, want ...int) {
			t.Helper()
			for i, n := range want {
				if i > 0 && !c.piece() {
					t.Fatalf("%s: no job for piece %d", what, i)
				}
				if got := c.wanted(); got != n {
					t.Errorf("%s: after %d pieces %d people have it or get it, want %d", what, i, got, n)
				}
			}
		}
		c.attach()
		step("attached", 3, 6, 9, 11)
		if c.piece() {
			t.Error("a job is left when everybody has it")
		}
		c.detach()
		step("detached", 8, 5, 2, 0)
		if c.piece() {
			t.Error("a job is left when nobody has it")
		}
		c.attach()
		step("attached again", 3, 6)
		c.detach() // while it is being given: one job gives no more, the other takes the rest
		for c.piece() {
		}
		if n := c.wanted(); n != 0 {
			t.Errorf("%d people keep what was taken away while it was given", n)
		}
	})
}

// However joining, leaving, attaching and detaching fall between the pieces, in the end those have it who should.
func TestPiecesInAnyOrder(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		c := newCrew(t, db, clock, 9)
		rapid.Check(t, func(rt *rapid.T) {
			for range rapid.IntRange(5, 25).Draw(rt, "steps") {
				switch i := rapid.IntRange(0, len(c.people)-1).Draw(rt, "who"); rapid.SampledFrom([]string{"join", "join", "leave", "attach", "detach", "piece", "piece"}).Draw(rt, "what") {
				case "join":
					c.join(i)
				case "leave":
					c.leave(i)
				case "attach":
					c.attach()
				case "detach":
					c.detach()
				case "piece":
					c.piece()
				}
			}
			for c.piece() {
			}
			want := 0
			if c.attached != "" {
				want = len(c.memberships)
			}
			if got := c.wanted(); got != want {
				rt.Errorf("%d people have it, want %d", got, want)
			}
			c.tx(func(ctx context.Context, tx *store.Tx) error {
				wrong, _, err := tx.Mismatched(ctx, store.TenantID{}, 1000)
				if len(wrong) > 0 {
					rt.Errorf("not as the reasons ask for: %v", wrong)
				}
				return err
			})
		})
	})
}
