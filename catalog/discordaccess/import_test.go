package discordaccess_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/audit"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/catalog/discordaccess"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// world is a server with one admin, to which something is brought.
type world struct {
	*testing.T
	ctx    context.Context
	db     *store.DB
	im     *discordaccess.Importer
	clock  *storetest.Clock
	tenant string
}

// each runs a test from both kinds of database to both.
func each(t *testing.T, test func(w *world, o *origin)) {
	t.Helper()
	for _, from := range []string{"sqlite", "postgres"} {
		t.Run("from "+from, func(t *testing.T) {
			storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
				test(newWorld(t, db, clock), newOrigin(t, from))
			})
		})
	}
}

// crossed runs a test on both databases, each time from the other kind: for what each has shown to be the same.
func crossed(t *testing.T, test func(w *world, o *origin)) {
	t.Helper()
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		from := "postgres"
		if db.Postgres() {
			from = "sqlite"
		}
		test(newWorld(t, db, clock), newOrigin(t, from))
	})
}

func newWorld(t *testing.T, db *store.DB, clock *storetest.Clock) *world {
	t.Helper()
	w := &world{T: t, ctx: t.Context(), db: db, clock: clock}
	acc := access.New(db, nil, "http://localhost")
	w.im = &discordaccess.Importer{DB: db, Access: acc}
	var err error
	if w.tenant, err = db.EnsureTenant(w.ctx, "default", "Test"); err == nil {
		cat := catalog.New(db, acc, nil, nil)
		acc.Maker = cat
		_, err = cat.MakeAdmin(w.ctx, w.tenant, "root@example.test")
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) actor() sallyport.Actor {
	a := sallyport.System(w.tenant)
	a.Via = sallyport.ViaCLI
	return a
}

func (w *world) plan(o *origin, opts discordaccess.Options) *discordaccess.Plan {
	w.Helper()
	d, err := discordaccess.Read(w.ctx, o.from)
	if err != nil {
		w.Fatal(err)
	}
	p, err := w.im.Plan(w.ctx, w.tenant, d, opts)
	if err != nil {
		w.Fatal(err)
	}
	return p
}

func (w *world) bring(o *origin, opts discordaccess.Options) discordaccess.Report {
	w.Helper()
	res, err := w.im.Apply(w.ctx, w.actor(), w.plan(o, opts), nil)
	if err != nil {
		w.Fatal(err)
	}
	return res.Report
}

func (w *world) view(f func(ctx context.Context, tx *store.Tx) error) {
	w.Helper()
	if err := w.db.View(w.ctx, f); err != nil {
		w.Fatal(err)
	}
}

// ids says which object each row became.
func (w *world) ids() map[string]string {
	w.Helper()
	out := map[string]string{}
	w.view(func(ctx context.Context, tx *store.Tx) error {
		rows, err := tx.ImportedRows(ctx, w.tenant, "discord-access")
		for _, r := range rows {
			out[r.Table+" "+r.SourceID] = r.ObjectID
		}
		return err
	})
	return out
}

// column is the first column of what a query answers, sorted.
func (w *world) column(q string, args ...any) (out []string) {
	w.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, q, append([]any{w.tenant}, args...), func(r *sql.Rows) error {
			var s string
			err := r.Scan(&s)
			out = append(out, s)
			return err
		})
	})
	slices.Sort(out)
	return out
}

// thereAt is what everybody held in Access at a moment by its own rules: rows that had begun and not ended, of people and
// groups that were not deleted. Owning an app's owner group is owning the app.
func (o *origin) thereAt(at time.Time, ownersOf map[string]string) map[string]bool {
	gone := map[string]time.Time{}
	for _, table := range []string{"okta_user", "okta_group", "app"} {
		for _, r := range o.rows[table] {
			if t, ok := r["deleted_at"].(time.Time); ok {
				gone[r["id"].(string)] = t
			}
		}
	}
	for _, r := range o.rows["app_group"] {
		if t, ok := gone[r["app_id"].(string)]; ok {
			gone[r["id"].(string)] = t
		}
	}
	lives := func(id string) bool { t, ok := gone[id]; return !ok || at.Before(t) }
	out := map[string]bool{}
	for _, m := range o.rows["okta_user_group_member"] {
		user, group := m["user_id"].(string), m["group_id"].(string)
		end, ends := m["ended_at"].(time.Time)
		if m["created_at"].(time.Time).After(at) || ends && !end.After(at) || !lives(user) || !lives(group) {
			continue
		}
		if app := ownersOf[group]; app != "" && m["is_owner"] == true {
			out[user+" owner app "+app] = true
			continue
		}
		out[fmt.Sprintf("%s %s okta_group %s", user, map[bool]string{true: "owner", false: "member"}[m["is_owner"] == true], group)] = true
	}
	return out
}

// hereAt is the same by the answers of the server.
func (w *world) hereAt(at time.Time) map[string]bool {
	w.Helper()
	users, things := map[string]string{}, map[string]string{}
	for row, id := range w.ids() {
		table, source, _ := strings.Cut(row, " ")
		switch table {
		case "okta_user":
			users[source] = id
		case "okta_group", "app":
			things[id] = row
		}
	}
	out := map[string]bool{}
	w.view(func(ctx context.Context, tx *store.Tx) error {
		for source, id := range users {
			list, err := tx.UserAccess(ctx, w.tenant, id, at, access.Everything)
			if err != nil {
				return err
			}
			for _, a := range list {
				if what := things[a.Resource.ID]; what != "" {
					out[fmt.Sprintf("%s %s %s", source, a.Relation, what)] = true
				}
			}
		}
		return nil
	})
	return out
}

var owners = map[string]string{"gh-owners": "github", "ac-owners": "access"}

// odd are the rows of company that have no like here, by who, what and since when; each is in the report as well.
func odd(key string, at time.Time) bool {
	switch key {
	case "hal member okta_group editors2": // role and map give it; Access never copied it
		return !at.Before(day(-50))
	case "kim member okta_group long": // a copy for who was not in the role
		return !at.Before(day(-150)) && at.Before(day(-140))
	case "ivy member okta_group long": // by a map that is not there
		return true
	case "bob member okta_group dev": // a role in a role: its copy ends later than the direct row
		return !at.Before(day(40))
	case "ivy member okta_group gh-legacy": // a copy that outlived the role
		return !at.Before(day(-20))
	case "ivy member okta_group gh-admins": // cut by the tag
		return !at.Before(day(30))
	case "ivy member okta_group editors": // made in the future
		return at.Before(day(3))
	}
	for _, dangling := range []string{"nobody ", " okta_group no-such-group", " okta_group orphan"} {
		if strings.Contains(key+" ", dangling) || strings.HasSuffix(key, dangling) {
			return true
		}
	}
	return false
}

// TestAccessIsTheSame: what everybody had at many moments, past and to come, is what they have here.
func TestAccessIsTheSame(t *testing.T) {
	each(t, func(w *world, o *origin) {
		company(o)
		rep := w.bring(o, discordaccess.Options{})
		compared := 0
		for _, d := range []float64{-395, -379.5, -345, -299, -199, -175, -149, -130, -115, -105, -99, -95, -85, -75, -65, -55, -45, -35, -29, -21, -19, -11, -9, -4, -0.01, 0.01, 1, 4, 6, 15, 19, 25, 29, 35, 55, 70, 200} {
			at := day(d)
			there, here := o.thereAt(at, owners), w.hereAt(at)
			for k := range there {
				if compared++; !here[k] && !odd(k, at) {
					w.Errorf("%v days: %s in Access, and not here", d, k)
				}
			}
			for k := range here {
				if !there[k] && !odd(k, at) {
					w.Errorf("%v days: %s here, and not in Access", d, k)
				}
			}
		}
		if compared < 300 {
			w.Errorf("only %d were compared", compared)
		}
		var told []string
		for _, d := range rep.Differences {
			told = append(told, fmt.Sprintf("%s %s of %s from %s here=%v now=%v", d.Login, d.Relation, d.Group, d.From.Format("2006-01-02"), d.Here, d.Now))
		}
		want := []string{
			"bob@example.test member of Role-Dev from " + day(40).Format("2006-01-02") + " here=false now=false",
			"hal@example.test member of wiki-editors from " + day(-50).Format("2006-01-02") + " here=true now=true",
			"ivy@example.test member of Legacy_GH! from " + day(-20).Format("2006-01-02") + " here=false now=true",
			"ivy@example.test member of Long-" + strings.Repeat("x", 240) + " from " + day(-9).Format("2006-01-02") + " here=false now=true",
			"kim lee member of Long-" + strings.Repeat("x", 240) + " from " + day(-150).Format("2006-01-02") + " here=false now=false",
		}
		if !slices.Equal(told, want) {
			w.Errorf("the differences are\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
		}
		w.verifies()
	})
}

// verifies reads the log as an outsider does.
func (w *world) verifies() (leaves []audit.Leaf) {
	w.Helper()
	var b bytes.Buffer
	key, err := w.db.AuditVerifierKey(w.ctx, w.tenant)
	if err == nil {
		err = w.db.Export(w.ctx, w.tenant, &b)
	}
	if err != nil {
		w.Fatal(err)
	}
	rep, err := audit.Verify(&b, key, audit.VerifyOptions{Event: func(e audit.Event) error { leaves = append(leaves, e.Leaf); return nil }})
	if err != nil || !rep.OK() {
		w.Fatal(err, rep.Err())
	}
	verbs := map[string]int{}
	for _, l := range leaves {
		verbs[l.Verb]++
	}
	made := len(w.column(`SELECT id FROM grants WHERE tenant_id=$1`))
	if verbs["grant.created"] != made || verbs["import.applied"] == 0 {
		w.Errorf("%d grants are there, and the log knows %v", made, verbs)
	}
	return leaves
}

// TestTwiceBringsNothingTwice, also when the clock goes on in between.
func TestTwiceBringsNothingTwice(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		first := w.bring(o, discordaccess.Options{Admins: true})
		before := w.counts()
		w.clock.Advance(time.Minute)
		p := w.plan(o, discordaccess.Options{Admins: true})
		left := slices.DeleteFunc(slices.Clone(first.Lines), func(l discordaccess.Line) bool { return !strings.HasPrefix(l.Why, "cannot be asked for here") })
		res, err := w.im.Apply(w.ctx, w.actor(), p, nil)
		if err != nil {
			w.Fatal(err)
		}
		if after := w.counts(); !maps.Equal(before, after) {
			w.Errorf("a second run made %v of %v", after, before)
		}
		for i, c := range res.Report.Tables {
			was := first.Tables[i]
			if c.Earlier != was.Brought+was.Changed || c.Brought+c.Changed != 0 || c.Left != was.Left {
				w.Errorf("%+v after %+v", c, was)
			}
		}
		if len(left) != 2 {
			w.Errorf("the requests that the rules refuse: %+v", left)
		}
	})
}

// Two runs that were planned before either brought anything: the second says that there is another.
func TestTwoAtOnce(t *testing.T) {
	crossed(t, func(w *world, o *origin) {
		company(o)
		p := w.plan(o, discordaccess.Options{})
		w.bring(o, discordaccess.Options{})
		before := w.counts()
		_, err := w.im.Apply(w.ctx, w.actor(), p, nil)
		if sallyport.CodeOf(err) != sallyport.EConflict || !strings.Contains(err.Error(), "another import of discord-access is under way, or has just") {
			w.Errorf("the second says %v", err)
		}
		if after := w.counts(); !maps.Equal(before, after) {
			w.Errorf("a second run made %v of %v", after, before)
		}
		w.bring(o, discordaccess.Options{})
	})
}

// counts says how much there is of everything that an import makes.
func (w *world) counts() map[string]int {
	w.Helper()
	out := map[string]int{}
	for _, table := range []string{"users", "resources", "grants", "requests", "tags", "resource_tags", "import_rows", "stages", "votes"} {
		out[table] = len(w.column("SELECT '' FROM " + table + " WHERE tenant_id=$1"))
	}
	return out
}

// TestKilledAnywhere: a run that stops after any chunk is finished by the next one, with the same in the end.
func TestKilledAnywhere(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w, o := newWorld(t, db, clock), newOrigin(t, "sqlite")
		company(o)
		w.im.Chunk = 4
		killed := errors.New("killed")
		for stop := 1; ; stop += 5 {
			ctx, cancel := context.WithCancelCause(w.ctx)
			p := w.plan(o, discordaccess.Options{Admins: true})
			chunks := 0
			_, err := w.im.Apply(ctx, w.actor(), p, func(int, int) {
				if chunks++; chunks >= stop {
					cancel(killed)
				}
			})
			cancel(nil)
			if err == nil {
				break
			}
			if stop > 400 {
				t.Fatalf("it does not come to an end: %v", err)
			}
		}
		whole := newWorld(t, storetest.Open(t, "sqlite", store.Options{Now: clock.Now}), clock)
		whole.bring(o, discordaccess.Options{Admins: true})
		if a, b := w.counts(), whole.counts(); !maps.Equal(a, b) {
			t.Errorf("in pieces %v, at once %v", a, b)
		}
		for _, d := range []float64{-199, -75, -0.01, 0.01, 35} {
			if a, b := w.hereAt(day(d)), whole.hereAt(day(d)); !maps.Equal(a, b) {
				t.Errorf("%v days: in pieces %v, at once %v", d, a, b)
			}
		}
		for _, table := range []string{"okta_user_group_member", "access_request"} {
			if n := len(w.column(`SELECT object_id FROM import_rows WHERE tenant_id=$1 AND source_table=$2`, table)); n == 0 {
				t.Errorf("nothing of %s was brought", table)
			}
		}
		w.verifies()
	})
}
