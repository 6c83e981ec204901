package discordaccess

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// Result is what came of a run.
type Result struct {
	Run    string `json:"run,omitempty"` // its id in the log; empty when there was nothing to do
	Report Report `json:"report"`        // of the plan, with the requests that could not be filed
}

// run is one Apply.
type run struct {
	im    *Importer
	p     *Plan
	actor sallyport.Actor
	id    string
	size  int
	done  int
	total int
	tell  func(done, total int)
}

// Apply writes what a plan brings, in chunks that each commit with the record of which row became what. When it fails or
// is killed, what was committed stays, and another run brings the rest. tell, which may be nil, hears of the progress in
// rows. A plan is applied once.
func (im *Importer) Apply(ctx context.Context, actor sallyport.Actor, p *Plan, tell func(done, total int)) (Result, error) {
	res := Result{Report: p.Report}
	if !actor.Admin && !actor.IsSystem() {
		return res, sallyport.Errorf(sallyport.EForbidden, "only admins may import").WithHint("Ask an admin.").WithRule("catalogue")
	}
	if p.Empty() {
		killed := int64(0) // a run may have been killed when it had brought everything, and not said so
		err := im.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			killed, err = tx.FailRunning(ctx, actor.Tenant, p.o.label())
			return err
		})
		if err != nil || killed == 0 {
			return res, err
		}
	}
	if tell == nil {
		tell = func(int, int) {}
	}
	r := &run{im: im, p: p, actor: actor, size: im.Chunk, tell: tell,
		total: len(p.people) + len(p.things) + len(p.tags) + len(p.marks) + len(p.history) + len(p.grants) + len(p.ends) + len(p.shorter) + len(p.reviews) + len(p.asks) + len(p.news)}
	if r.size <= 0 {
		r.size = 1000
	}
	sync, err := r.begin(ctx)
	if err != nil {
		return res, err
	}
	res.Run = r.id
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return inChunks(ctx, r, p.people, r.addPeople) },
		func(ctx context.Context) error { return inChunks(ctx, r, p.things, r.addThings) },
		func(ctx context.Context) error { return inChunks(ctx, r, p.tags, r.addTags) },
		func(ctx context.Context) error { return inChunks(ctx, r, p.marks, r.putTags) },
		func(ctx context.Context) error { return inChunks(ctx, r, p.history, r.keepRequests) },
		func(ctx context.Context) error { return inChunks(ctx, r, p.ends, r.endGrants) },
		func(ctx context.Context) error { return inChunks(ctx, r, p.shorter, r.shortenGrants) },
		func(ctx context.Context) error { return inChunks(ctx, r, p.reviews, r.reviewGrants) },
		func(ctx context.Context) error { return inChunks(ctx, r, p.grants, r.addGrants) },
		func(ctx context.Context) error { return r.limit(ctx, &res.Report) },
		func(ctx context.Context) error { return r.fileRequests(ctx, &res.Report) },
	} {
		if err := step(ctx); err != nil {
			return res, r.failed(ctx, sync, err)
		}
	}
	return res, r.finish(ctx, sync, res.Report)
}

func (r *run) tenant() string { return r.actor.Tenant }

// begin records that a run starts. Runs that were killed are marked as failed.
func (r *run) begin(ctx context.Context) (sallyport.Sync, error) {
	var sync sallyport.Sync
	err := r.im.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.FailRunning(ctx, r.tenant(), r.p.o.label()); err != nil {
			return err
		}
		sync = sallyport.Sync{Source: r.p.o.label(), State: sallyport.SyncRunning}
		if err := tx.InsertSync(ctx, r.tenant(), &sync, "", r.actor.User.ID); err != nil {
			return err
		}
		_, err := tx.Append(ctx, store.NewEvent{Verb: "import.started", Actor: r.actor, ObjectKind: "sync", ObjectID: sync.ID,
			Body: map[string]any{"source": r.p.o.Source, "rows": r.total}})
		return err
	})
	r.id = sync.ID
	return sync, err
}

func (r *run) finish(ctx context.Context, sync sallyport.Sync, rep Report) error {
	return r.im.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		done := sync
		done.State, done.Plan = sallyport.SyncApplied, rep.plan()
		if err := tx.FinishSync(ctx, r.tenant(), &done); err != nil {
			return err
		}
		tx.Changed(r.tenant(), "syncs", "users", "resources", "tags")
		tx.Wake(r.tenant())
		body := map[string]any{"source": r.p.o.Source}
		for _, c := range rep.Tables {
			body[c.Table] = fmt.Sprintf("read %d, brought %d, changed %d, earlier %d, follows %d, left %d", c.Read, c.Brought, c.Changed, c.Earlier, c.Follows, c.Left)
		}
		_, err := tx.Append(ctx, store.NewEvent{Verb: "import.applied", Actor: r.actor, ObjectKind: "sync", ObjectID: r.id, Body: body})
		return err
	})
}

// failed keeps why a run stopped.
func (r *run) failed(ctx context.Context, sync sallyport.Sync, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := r.im.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		sync.State, sync.Error = sallyport.SyncFailed, cause.Error()
		if err := tx.FinishSync(ctx, r.tenant(), &sync); err != nil {
			return err
		}
		_, err := tx.Append(ctx, store.NewEvent{Verb: "import.failed", Actor: r.actor, ObjectKind: "sync", ObjectID: r.id, Body: map[string]any{"source": r.p.o.Source, "rows": r.done}})
		return err
	})
	if err != nil {
		return fmt.Errorf("%w; and that could not be recorded: %w", cause, err)
	}
	return cause
}

// plan is the report in the form in which runs are kept and shown.
func (rep Report) plan() sallyport.Plan {
	p := sallyport.Plan{Items: []sallyport.PlanItem{}, Counts: map[string]int{}, Warnings: rep.Warnings}
	for _, c := range rep.Tables {
		p.Creates += c.Brought + c.Changed
		p.Same += c.Earlier + c.Follows
		if n := c.Brought + c.Changed; n > 0 {
			p.Counts["create "+c.Table] = n
		}
		if c.Left > 0 {
			p.Counts["leave "+c.Table] = c.Left
		}
	}
	for _, l := range rep.Lines[:min(len(rep.Lines), 500)] {
		p.Faults = append(p.Faults, sallyport.Fault{Path: l.Table + " " + l.ID, Message: l.What + ": " + l.Why})
	}
	return p
}

// inChunks commits a list in parts, each with what f says was made of it.
func inChunks[T any](ctx context.Context, r *run, list []T, f func(context.Context, *store.Tx, []T) ([]store.ImportedRow, error)) error {
	for some := range slices.Chunk(list, r.size) {
		err := r.im.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			rows, err := f(ctx, tx, some)
			if err != nil {
				return err
			}
			return tx.AddImported(ctx, r.tenant(), r.p.o.Source, r.id, rows)
		})
		if sallyport.CodeOf(err) == sallyport.EConflict {
			err = cmp.Or(r.im.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
				return tx.ImportedMeanwhile(ctx, r.tenant(), r.p.o.Source, r.id, r.p.Report.At)
			}), err)
		}
		if err != nil {
			return err
		}
		r.done += len(some)
		r.tell(r.done, r.total)
	}
	return nil
}

// became records what a row became, for the rows that refer to it and for later runs.
func (r *run) became(k rowKey, id string) store.ImportedRow {
	r.p.ids[k] = id
	return store.ImportedRow{Table: k.table, SourceID: k.id, ObjectID: id, Checksum: r.p.sums[k]}
}

func (r *run) addPeople(ctx context.Context, tx *store.Tx, list []personPlan) (rows []store.ImportedRow, err error) {
	for _, n := range list {
		k := rowKey{tableUser, n.source}
		if n.ID != "" {
			if _, err := tx.Append(ctx, store.NewEvent{Verb: "user.imported", Actor: r.actor, ObjectKind: "user", ObjectID: n.ID, Cause: r.id, Body: map[string]any{"source": r.p.o.Source, "here_already": true}}); err != nil {
				return nil, err
			}
			rows = append(rows, r.became(k, n.ID))
			continue
		}
		u := n.User
		if n.boss != "" {
			u.Manager = &sallyport.UserRef{ID: r.p.ids[rowKey{tableUser, n.boss}]}
		}
		since := u.CreatedAt
		if err := catalog.AddUserTx(ctx, tx, r.actor, &u, r.id); err != nil {
			return nil, err
		}
		u.CreatedAt = since
		if err := tx.BackdateUser(ctx, r.tenant(), u); err != nil {
			return nil, err
		}
		if u.State != sallyport.UserActive {
			if _, err := tx.Append(ctx, store.NewEvent{Verb: "user.left", Actor: r.actor, ObjectKind: "user", ObjectID: u.ID, Cause: r.id,
				Body: map[string]any{"state": string(u.State), "left_at": moment(u.LeftAt)}}); err != nil {
				return nil, err
			}
		}
		rows = append(rows, r.became(k, u.ID))
	}
	return rows, nil
}

func (r *run) addThings(ctx context.Context, tx *store.Tx, list []thing) (rows []store.ImportedRow, err error) {
	for _, t := range list {
		n := t.Resource
		refs := []string{r.id}
		if t.app.id != "" {
			n.App = &sallyport.ResourceRef{ID: r.p.ids[t.app], Kind: sallyport.KindApp}
			refs = append(refs, n.App.ID)
		}
		if err := tx.BringResource(ctx, r.tenant(), &n); err != nil {
			return nil, err
		}
		body := map[string]any{"kind": string(n.Kind), "slug": n.Slug, "name": n.Name, "source": r.p.o.Source, "managed": n.Managed}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "resource.created", Actor: r.actor, ObjectKind: "resource", ObjectID: n.ID, Cause: r.id, Refs: refs, Body: body}); err != nil {
			return nil, err
		}
		if n.DeletedAt != nil {
			if _, err := tx.Append(ctx, store.NewEvent{Verb: "resource.deleted", Actor: r.actor, ObjectKind: "resource", ObjectID: n.ID, Cause: r.id, Refs: refs,
				Body: map[string]any{"kind": string(n.Kind), "slug": n.Slug, "name": n.Name, "deleted_at": moment(n.DeletedAt)}}); err != nil {
				return nil, err
			}
		}
		rows = append(rows, r.became(t.key, n.ID))
	}
	return rows, nil
}

func (r *run) addTags(ctx context.Context, tx *store.Tx, list []tagPlan) (rows []store.ImportedRow, err error) {
	for _, t := range list {
		n := t.Tag
		if err := tx.InsertTag(ctx, r.tenant(), &n); err != nil {
			return nil, err
		}
		demands, err := json.Marshal(n.Constraints)
		if err != nil {
			return nil, err
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "tag.created", Actor: r.actor, ObjectKind: "tag", ObjectID: n.ID, Cause: r.id,
			Body: map[string]any{"name": n.Name, "enabled": n.Enabled, "constraints": string(demands)}}); err != nil {
			return nil, err
		}
		rows = append(rows, r.became(rowKey{tableTag, t.source}, n.ID))
	}
	return rows, nil
}

// putTags cuts nothing: what is brought is no longer than tags allow, and limit sees to what is here already.
func (r *run) putTags(ctx context.Context, tx *store.Tx, list []mark) (rows []store.ImportedRow, err error) {
	for _, m := range list {
		tag, on := r.p.ids[m.tag], r.p.ids[m.onK]
		if _, err := tx.AttachTag(ctx, r.tenant(), on, tag); err != nil {
			return nil, err
		}
		if _, err := tx.Append(ctx, store.NewEvent{Verb: "tag.attached", Actor: r.actor, ObjectKind: "resource", ObjectID: on, Cause: r.id, Refs: []string{tag}, Body: map[string]any{"tag": m.name}}); err != nil {
			return nil, err
		}
		rows = append(rows, r.became(m.row, tag))
	}
	return rows, nil
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

func (r *run) user(source string) *sallyport.UserRef {
	if id := r.p.ids[rowKey{tableUser, source}]; id != "" {
		return &sallyport.UserRef{ID: id}
	}
	return nil
}

func blank(s string) bool { return sallyport.Blank(s) }
