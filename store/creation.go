package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// InsertCreation keeps what a request of kind create asks for; the form has ids in the place of names.
func (tx *Tx) InsertCreation(ctx context.Context, tenant, requestID string, n sallyport.NewThing) error {
	_, err := tx.Exec(ctx, `INSERT INTO creations (tenant_id, request_id, kind, search_key, asked, audience_id) VALUES ($1,$2,$3,$4,$5,$6)`,
		tenant, requestID, n.Kind, creationSearch(n), toJSON(n), null(n.AudienceID()))
	return err
}

func creationSearch(n sallyport.NewThing) string { return searchKey(n.Name, n.Slug, n.Description) }

// EditCreation keeps the form as an approver edited it, and raises the version of the pending request from the one that was
// shown; false when it has another by now.
func (tx *Tx) EditCreation(ctx context.Context, tenant, requestID string, version int, n sallyport.NewThing, by, snapshot string) (bool, error) {
	rows, err := tx.Exec(ctx, `UPDATE requests SET version=version+1, snapshot=$4, updated_at=$5 WHERE tenant_id=$1 AND id=$2 AND version=$3 AND `+isPending,
		tenant, requestID, version, snapshot, Micros(tx.now))
	if err != nil || rows == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE creations SET decided=$3, search_key=$4, edited_by=$5, edited_at=$6, audience_id=$7 WHERE tenant_id=$1 AND request_id=$2`,
		tenant, requestID, toJSON(n), creationSearch(n), null(by), Micros(tx.now), null(n.AudienceID()))
	return true, err
}

// SetMade records what came of a request of kind create: from then on the request is about that. filed are the requests
// that followed from it.
func (tx *Tx) SetMade(ctx context.Context, tenant, requestID, madeID string, filed []string) error {
	if _, err := tx.Exec(ctx, `UPDATE creations SET made_id=$3, filed=$4 WHERE tenant_id=$1 AND request_id=$2`, tenant, requestID, madeID, toJSON(slices.Concat([]string{}, filed))); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE requests SET resource_id=$3, updated_at=$4 WHERE tenant_id=$1 AND id=$2`, tenant, requestID, madeID, Micros(tx.now))
	return err
}

// OthersCreation finds a pending request by somebody else to make the same. The second result is false when there is none.
func (tx *Tx) OthersCreation(ctx context.Context, tenant, resourceID, parameters, userID string) (sallyport.Request, bool, error) {
	var r sallyport.Request
	err := scanRequest(tx.row(ctx, "SELECT "+requestColumns+requestFrom+` WHERE q.tenant_id=$1 AND q.resource_id=$2 AND q.kind='create' AND q.state='pending'
		AND q.parameters=$3 AND q.requester_id <> $4 ORDER BY q.id LIMIT 1`, tenant, resourceID, parameters, userID), &r)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, dbError(ctx, err)
}

// eraseCreations takes the descriptions out of what a person asked to be made. Names stay: they are of things.
func (tx *Tx) eraseCreations(ctx context.Context, tenant, userID string) error {
	type row struct{ id, asked, decided string }
	var list []row
	err := tx.Rows(ctx, `SELECT c.request_id, c.asked, c.decided FROM creations c JOIN requests q ON q.tenant_id=c.tenant_id AND q.id=c.request_id
		WHERE c.tenant_id=$1 AND q.requester_id=$2`, []any{tenant, userID}, func(r *sql.Rows) error {
		var c row
		err := r.Scan(&c.id, &c.asked, &c.decided)
		list = append(list, c)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range list { // erasing is rare, and who leaves has asked for few new things
		search := ""
		for _, text := range []*string{&c.asked, &c.decided} {
			if *text == "" {
				continue
			}
			var n sallyport.NewThing
			if err := json.Unmarshal([]byte(*text), &n); err != nil {
				return err
			}
			n.Description = ""
			for i := range n.Entitlements {
				n.Entitlements[i].Description = ""
			}
			*text, search = toJSON(n), creationSearch(n)
		}
		if _, err := tx.Exec(ctx, `UPDATE creations SET asked=$3, decided=$4, search_key=$5 WHERE tenant_id=$1 AND request_id=$2`, tenant, c.id, c.asked, c.decided, search); err != nil {
			return err
		}
	}
	return nil
}

// Taken says whether a living resource has the slug, and whether one of the kind (within the app) has the name. Whoever
// sees it or not: names are unique over all.
func (tx *Tx) Taken(ctx context.Context, tenant string, kind sallyport.Kind, appID, slug, name string) (slugTaken, nameTaken bool, err error) {
	if slugTaken, err = tx.exists(ctx, `SELECT 1 FROM resources WHERE tenant_id=$1 AND slug=$2 AND deleted_at IS NULL LIMIT 1`, tenant, slug); err != nil {
		return false, false, err
	}
	nameTaken, err = tx.exists(ctx, `SELECT 1 FROM resources WHERE tenant_id=$1 AND kind=$2 AND COALESCE(app_id, '')=$3 AND name_key=$4 AND deleted_at IS NULL LIMIT 1`,
		tenant, kind, appID, Fold(name))
	return slugTaken, nameTaken, err
}

// CreationFlow reads who decides about new things of a kind; false where the admins have not said.
func (tx *Tx) CreationFlow(ctx context.Context, tenant string, kind sallyport.Kind) (f sallyport.Flow, found bool, err error) {
	err = tx.Row(ctx, `SELECT flow FROM creation_flows WHERE tenant_id=$1 AND kind=$2`, []any{tenant, kind}, jsonScan{&f})
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, nil
	}
	return f, err == nil, err
}

// SetCreationFlow says who decides about new things of a kind; nil is the default again.
func (tx *Tx) SetCreationFlow(ctx context.Context, tenant string, kind sallyport.Kind, f *sallyport.Flow) error {
	if f == nil {
		_, err := tx.Exec(ctx, `DELETE FROM creation_flows WHERE tenant_id=$1 AND kind=$2`, tenant, kind)
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO creation_flows (tenant_id, kind, flow) VALUES ($1,$2,$3) ON CONFLICT (tenant_id, kind) DO UPDATE SET flow=EXCLUDED.flow`, tenant, kind, toJSON(f))
	return err
}

// creations adds to requests of kind create what they ask for, in at most five queries for all.
func (tx *Tx) creations(ctx context.Context, tenant string, list []*sallyport.Request) error {
	byID, ids := map[string]*sallyport.Request{}, []string(nil)
	for _, r := range list {
		if r.Kind == sallyport.RequestCreate {
			byID[r.ID] = r
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	filed := map[string][]string{}
	q := &query{}
	q.WriteString(`SELECT c.request_id, c.asked, c.decided, u.id, u.login, u.name, c.edited_at, m.id, m.slug, m.name, m.kind, c.filed FROM creations c
		LEFT JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.edited_by LEFT JOIN resources m ON m.tenant_id = c.tenant_id AND m.id = c.made_id
		WHERE c.tenant_id = ` + q.arg(tenant) + " AND " + q.in("c.request_id", ids))
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var id, decided string
		var by optionalUser
		var made optionalRef
		var at *time.Time
		var more []string
		c := &sallyport.Creation{}
		dest := append([]any{&id, jsonScan{&c.Forms[0]}, &decided}, by.dest()...)
		dest = append(append(append(dest, timePtrScan{&at}), made.dest()...), jsonScan{&more})
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		c.Forms[1] = c.Forms[0]
		if decided != "" {
			c.Forms[1] = sallyport.NewThing{}
			if err := json.Unmarshal([]byte(decided), &c.Forms[1]); err != nil {
				return err
			}
			c.Decided = &sallyport.Thing{}
		}
		c.EditedBy, c.EditedAt, c.Made = by.ref(), at, made.ref()
		byID[id].Create, filed[id] = c, more
		return nil
	})
	if err != nil {
		return err
	}
	return tx.nameCreations(ctx, tenant, byID, filed)
}

// nameCreations puts names where the kept forms have ids.
func (tx *Tx) nameCreations(ctx context.Context, tenant string, byID map[string]*sallyport.Request, filed map[string][]string) error {
	var forms []sallyport.NewThing
	var followed []string
	for id, r := range byID {
		if r.Create == nil {
			continue
		}
		forms = append(forms, r.Create.Forms[0], r.Create.Forms[1])
		followed = append(followed, filed[id]...)
	}
	named, err := tx.namer(ctx, tenant, forms)
	if err != nil {
		return err
	}
	requests := map[string]sallyport.FiledRequest{}
	if len(followed) > 0 {
		q := &query{}
		q.WriteString(`SELECT q.id, q.state, r.id, r.slug, r.name, r.kind FROM requests q JOIN resources r ON r.tenant_id = q.tenant_id AND r.id = q.resource_id
			WHERE q.tenant_id = ` + q.arg(tenant) + " AND " + q.in("q.id", followed))
		if err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
			var f sallyport.FiledRequest
			err := rows.Scan(&f.ID, &f.State, &f.Resource.ID, &f.Resource.Slug, &f.Resource.Name, &f.Resource.Kind)
			requests[f.ID] = f
			return err
		}); err != nil {
			return err
		}
	}
	for id, r := range byID {
		c := r.Create
		if c == nil {
			continue
		}
		c.Asked = named(c.Forms[0])
		if c.Decided != nil {
			*c.Decided = named(c.Forms[1])
			c.Changes = c.Asked.Changes(*c.Decided)
		}
		for _, f := range filed[id] {
			c.Filed = append(c.Filed, requests[f])
		}
	}
	return nil
}

// Things reads kept forms with what they name.
func (tx *Tx) Things(ctx context.Context, tenant string, forms ...sallyport.NewThing) ([]sallyport.Thing, error) {
	named, err := tx.namer(ctx, tenant, forms)
	if err != nil {
		return nil, err
	}
	out := make([]sallyport.Thing, len(forms))
	for i, f := range forms {
		out[i] = named(f)
	}
	return out, nil
}

// namer reads at once whatever kept forms name.
func (tx *Tx) namer(ctx context.Context, tenant string, forms []sallyport.NewThing) (func(sallyport.NewThing) sallyport.Thing, error) {
	ids := map[string][]string{}
	add := func(table string, list ...string) {
		for _, id := range list {
			if id != "" && !slices.Contains(ids[table], id) {
				ids[table] = append(ids[table], id)
			}
		}
	}
	for _, f := range forms {
		add("users", f.Owners...)
		add("users", f.Members...)
		add("tags", f.Tags...)
		add("resources", f.App, f.AudienceID())
		for _, g := range f.Gives {
			add("resources", g.Resource)
		}
	}
	users, tags, resources := map[string]sallyport.UserRef{}, map[string]string{}, map[string]sallyport.ResourceRef{}
	read := func(table, columns string, scan func(*sql.Rows) error) error {
		if len(ids[table]) == 0 {
			return nil
		}
		q := &query{}
		q.WriteString("SELECT " + columns + " FROM " + table + " WHERE tenant_id = " + q.arg(tenant) + " AND " + q.in("id", ids[table]))
		return tx.Rows(ctx, q.String(), q.args, scan)
	}
	err := read("users", "id, login, name", func(r *sql.Rows) error {
		var u sallyport.UserRef
		err := r.Scan(&u.ID, &u.Login, &u.Name)
		users[u.ID] = u
		return err
	})
	if err == nil {
		err = read("tags", "id, name", func(r *sql.Rows) error {
			var id, name string
			err := r.Scan(&id, &name)
			tags[id] = name
			return err
		})
	}
	if err == nil {
		err = read("resources", "id, slug, name, kind", func(r *sql.Rows) error {
			var f sallyport.ResourceRef
			err := r.Scan(&f.ID, &f.Slug, &f.Name, &f.Kind)
			resources[f.ID] = f
			return err
		})
	}
	return func(n sallyport.NewThing) sallyport.Thing {
		t := sallyport.Thing{Kind: n.Kind, Slug: n.Slug, Name: n.Name, Description: n.Description, MembersFor: n.MembersFor, Owners: []sallyport.UserRef{},
			Members: []sallyport.UserRef{}, Tags: []string{}, Gives: []sallyport.Given{}, Entitlements: slices.Concat([]sallyport.NewPart{}, n.Entitlements)}
		if app, ok := resources[n.App]; ok {
			t.App = &app
		}
		if group, ok := resources[n.AudienceID()]; ok {
			t.Audience = &group
		}
		for _, id := range n.Owners {
			t.Owners = append(t.Owners, users[id])
		}
		for _, id := range n.Members {
			t.Members = append(t.Members, users[id])
		}
		for _, id := range n.Tags {
			t.Tags = append(t.Tags, tags[id])
		}
		for _, g := range n.Gives {
			t.Gives = append(t.Gives, sallyport.Given{Resource: resources[g.Resource], Relation: g.Relation, Duration: g.Duration})
		}
		return t
	}, err
}

// hideGiven takes out of requests of kind create what the viewer may not see of what a new role is to give. Those who
// asked, or were asked to decide, see what they decide about.
func (tx *Tx) hideGiven(ctx context.Context, tenant string, v Viewer, list []*sallyport.Request) error {
	if v.All {
		return nil
	}
	var about []*sallyport.Request
	var ids []string
	for _, r := range list {
		if r.Create == nil || r.Requester.ID == v.ID || r.Asked(v.ID) {
			continue
		}
		about = append(about, r)
		for _, f := range r.Create.Forms {
			for _, g := range f.Gives {
				ids = append(ids, g.Resource)
			}
		}
		for _, f := range r.Create.Filed {
			ids = append(ids, f.Resource.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	seen := map[string]bool{}
	q := &query{}
	q.WriteString("SELECT r.id FROM resources r WHERE r.tenant_id = " + q.arg(tenant) + " AND " + q.in("r.id", slices.Compact(ids)) + " AND " + q.sees(v, tenant, Micros(tx.now), "r"))
	if err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		seen[id] = true
		return err
	}); err != nil {
		return err
	}
	for _, r := range about {
		c, hidden := r.Create, 0
		for _, t := range []*sallyport.Thing{&c.Asked, c.Decided} {
			if t == nil {
				continue
			}
			all := len(t.Gives)
			t.Gives = slices.DeleteFunc(t.Gives, func(g sallyport.Given) bool { return !seen[g.Resource.ID] })
			t.Hidden = all - len(t.Gives)
			hidden += t.Hidden
		}
		c.Filed = slices.DeleteFunc(c.Filed, func(f sallyport.FiledRequest) bool { return !seen[f.Resource.ID] })
		if hidden > 0 {
			c.Changes = nil
			if c.Decided != nil {
				c.Changes = c.Asked.Changes(*c.Decided)
			}
			r.Snapshot = json.RawMessage("{}")
		}
	}
	return nil
}

// createdLike is the condition of requests to make something whose form has the text.
func createdLike(tenant string) string {
	return strings.ReplaceAll(`q.id IN (SELECT fc.request_id FROM creations fc WHERE fc.tenant_id = TENANT AND fc.search_key LIKE %s ESCAPE '\')`, "TENANT", tenant)
}
