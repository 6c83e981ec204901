package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/sallyport/sallyport"
)

const userColumns = `u.id, u.login, u.name, u.email, u.title, u.department, u.kind, u.state, u.time_zone, u.source, u.external_id,
	u.attributes, u.created_at, u.updated_at, u.left_at, u.manager_id, m.login, m.name, u.accountable_id, c.login, c.name`

const userFrom = ` FROM users u LEFT JOIN users m ON m.tenant_id = u.tenant_id AND m.id = u.manager_id
	LEFT JOIN users c ON c.tenant_id = u.tenant_id AND c.id = u.accountable_id`

func scanUser(rows interface{ Scan(...any) error }, u *sallyport.User, more ...any) error {
	var mid, ml, mn, cid, cl, cn string
	dest := append([]any{&u.ID, &u.Login, &u.Name, &u.Email, &u.Title, &u.Department, &u.Kind, &u.State, &u.TimeZone, &u.Source,
		&u.ExternalID, jsonScan{&u.Attributes}, timeScan{&u.CreatedAt}, timeScan{&u.UpdatedAt}, timePtrScan{&u.LeftAt},
		textScan{&mid}, textScan{&ml}, textScan{&mn}, textScan{&cid}, textScan{&cl}, textScan{&cn}}, more...)
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	u.Manager, u.Accountable = nil, nil
	if mid != "" {
		u.Manager = &sallyport.UserRef{ID: mid, Login: ml, Name: mn}
	}
	if cid != "" {
		u.Accountable = &sallyport.UserRef{ID: cid, Login: cl, Name: cn}
	}
	return nil
}

// User finds a user by id, login or e-mail, whatever their state. ENotFound when there is none.
func (tx *Tx) User(ctx context.Context, tenant, ref string) (sallyport.User, error) {
	var u sallyport.User
	col, value := "u.id", ref
	if !strings.HasPrefix(ref, sallyport.PrefixUser+"_") {
		col, value = "u.login_key", Fold(ref)
	}
	row := tx.row(ctx, "SELECT "+userColumns+userFrom+" WHERE u.tenant_id = $1 AND "+col+" = $2", tenant, value)
	err := scanUser(row, &u)
	if errors.Is(err, sql.ErrNoRows) && col == "u.login_key" && strings.Contains(ref, "@") {
		row := tx.row(ctx, "SELECT "+userColumns+userFrom+" WHERE u.tenant_id = $1 AND u.email_key = $2", tenant, value)
		err = scanUser(row, &u)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return u, sallyport.Errorf(sallyport.ENotFound, "there is no person %q", clip(ref)).WithHint("Use a login, an e-mail address or an id.")
	}
	return u, dbError(ctx, err)
}

// UsersByID reads people by their ids, by one query.
func (tx *Tx) UsersByID(ctx context.Context, tenant string, ids []string) (map[string]sallyport.User, error) {
	q := &query{}
	q.WriteString("SELECT " + userColumns + userFrom + " WHERE u.tenant_id = " + q.arg(tenant) + " AND u.id IN " + q.set(ids))
	out := make(map[string]sallyport.User, len(ids))
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var u sallyport.User
		err := scanUser(rows, &u)
		out[u.ID] = u
		return err
	})
	return out, err
}

// TimeZones are those of some people by id, as IANA names; "" is UTC.
func (tx *Tx) TimeZones(ctx context.Context, tenant string, ids []string) (map[string]string, error) {
	q := &query{}
	q.WriteString("SELECT u.id, u.time_zone FROM users u WHERE u.tenant_id = " + q.arg(tenant) + " AND " + q.in("u.id", ids))
	out := make(map[string]string, len(ids))
	err := tx.Rows(ctx, q.String(), q.args, func(r *sql.Rows) error {
		var id, zone string
		err := r.Scan(&id, &zone)
		out[id] = zone
		return err
	})
	return out, err
}

// UserFilter narrows a list of users; empty fields do not.
type UserFilter struct {
	Q          string // anywhere in name, login, e-mail, title or department
	State      string // active, suspended, gone; "" is active; "all" is all
	Manager    string // id
	Department string
	Kind       string
	IDs        []string
}

var userListing = listing{id: "u.id", sorts: map[string]string{"": "u.name_key", "name": "u.name_key", "login": "u.login_key",
	"department": "u.department", "created_at": "u.created_at"}}

// Departments are the departments of active people, each once, in order; nil when nobody has one.
func (tx *Tx) Departments(ctx context.Context, tenant string) ([]string, error) {
	var out []string
	err := tx.Rows(ctx, "SELECT DISTINCT u.department FROM users u WHERE u.tenant_id = $1 AND u.state = 'active' AND u.department <> '' ORDER BY u.department",
		[]any{tenant}, func(r *sql.Rows) error {
			var name string
			err := r.Scan(&name)
			out = append(out, name)
			return err
		})
	return out, err
}

// Users lists people by name.
func (tx *Tx) Users(ctx context.Context, tenant string, f UserFilter, p Page) (List[sallyport.User], error) {
	type row struct {
		sallyport.User
		key any
	}
	var none List[sallyport.User]
	q := &query{}
	from := userFrom + " WHERE u.tenant_id = " + q.arg(tenant)
	q.WriteString(from)
	switch f.State {
	case "":
		q.and("u.state = 'active'")
	case "all":
	default:
		q.and("u.state = %s", f.State)
	}
	if f.Q != "" {
		people, ok, err := tx.calledOf(ctx, "users", tenant, f.Q)
		if err != nil {
			return none, err
		}
		if ok {
			q.WriteString(" AND u.id IN " + q.set(people))
		} else {
			q.and(`u.search_key LIKE %s ESCAPE '\'`, like(f.Q))
		}
	}
	if f.Manager != "" {
		q.and("u.manager_id = %s", f.Manager)
	}
	if f.Department != "" {
		q.and("u.department = %s", f.Department)
	}
	if f.Kind != "" {
		q.and("u.kind = %s", f.Kind)
	}
	if f.IDs != nil {
		q.WriteString(" AND " + q.in("u.id", f.IDs))
	}
	all := q.copy()
	if err := userListing.page(q, &p); err != nil {
		return none, err
	}
	var items []row
	err := tx.Rows(ctx, "SELECT "+userColumns+", "+userListing.column(p.Sort)+q.String(), q.args, func(r *sql.Rows) error {
		var it row
		if err := scanUser(r, &it.User, &it.key); err != nil {
			return err
		}
		items = append(items, it)
		return nil
	})
	if err != nil {
		return none, err
	}
	l := finish(items, p, func(r row) (any, string) { return r.key, r.ID })
	total, err := tx.countAfter(ctx, p, len(l.Items), l.NextCursor, all)
	if err != nil {
		return none, err
	}
	out := List[sallyport.User]{Items: make([]sallyport.User, len(l.Items)), NextCursor: l.NextCursor, Total: total}
	for i, r := range l.Items {
		out.Items[i] = r.User
	}
	return out, nil
}

func searchKey(parts ...string) string { return Fold(strings.Join(parts, " ")) }

// InsertUser adds a user; the id and times are set here. The manager may be set in the same transaction later. EConflict
// when the login or e-mail is taken.
func (tx *Tx) InsertUser(ctx context.Context, tenant string, u *sallyport.User) error {
	if err := tx.loginIsNobodysEmail(ctx, tenant, u); err != nil {
		return err
	}
	u.ID, u.CreatedAt, u.UpdatedAt = NewID(sallyport.PrefixUser), tx.now, tx.now
	if u.Kind == "" {
		u.Kind = sallyport.UserPerson
	}
	if u.State == "" {
		u.State = sallyport.UserActive
	}
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	_, err := tx.Exec(ctx, `INSERT INTO users (tenant_id, id, login, login_key, email, email_key, name, name_key, search_key, title,
		department, kind, state, manager_id, accountable_id, time_zone, source, external_id, attributes, created_at, updated_at, left_at, title_key)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$20,$21,$22)`,
		tenant, u.ID, u.Login, Fold(u.Login), u.Email, Fold(u.Email), u.Name, Fold(u.Name),
		searchKey(u.Name, u.Login, u.Email, u.Title, u.Department), u.Title, u.Department, u.Kind, u.State, refID(u.Manager),
		refID(u.Accountable), u.TimeZone, u.Source, u.ExternalID, toJSON(u.Attributes), Micros(tx.now), MicrosPtr(u.LeftAt), Fold(u.Title))
	return userTaken(err, u)
}

// UpdateUser writes all fields of a user that exists.
func (tx *Tx) UpdateUser(ctx context.Context, tenant string, u *sallyport.User) error {
	if err := tx.loginIsNobodysEmail(ctx, tenant, u); err != nil {
		return err
	}
	u.UpdatedAt = tx.now
	n, err := tx.Exec(ctx, `UPDATE users SET login=$3, login_key=$4, email=$5, email_key=$6, name=$7, name_key=$8, search_key=$9, title=$10,
		department=$11, kind=$12, state=$13, manager_id=$14, accountable_id=$15, time_zone=$16, source=$17, external_id=$18, attributes=$19,
		updated_at=$20, left_at=$21, title_key=$22 WHERE tenant_id=$1 AND id=$2`,
		tenant, u.ID, u.Login, Fold(u.Login), u.Email, Fold(u.Email), u.Name, Fold(u.Name),
		searchKey(u.Name, u.Login, u.Email, u.Title, u.Department), u.Title, u.Department, u.Kind, u.State, refID(u.Manager),
		refID(u.Accountable), u.TimeZone, u.Source, u.ExternalID, toJSON(u.Attributes), Micros(tx.now), MicrosPtr(u.LeftAt), Fold(u.Title))
	if err == nil && n == 0 {
		return sallyport.Errorf(sallyport.ENotFound, "there is no person %q", u.Login)
	}
	return userTaken(err, u)
}

func userTaken(err error, u *sallyport.User) error {
	if IsUnique(err) {
		return &sallyport.Error{Code: sallyport.EConflict, Message: "the login " + u.Login + " or the e-mail address " + u.Email + " belongs to another person already",
			Hint: "Logins and e-mail addresses are unique, whatever their case.", Err: err}
	}
	return err
}

// loginIsNobodysEmail keeps a login from being another's e-mail address and the other way round (domain rule 22).
func (tx *Tx) loginIsNobodysEmail(ctx context.Context, tenant string, u *sallyport.User) error {
	var other string
	err := tx.Row(ctx, `SELECT login FROM users WHERE tenant_id = $1 AND id <> $2 AND ((email_key <> '' AND email_key = $3) OR (login_key = $4 AND $4 <> '')) LIMIT 1`,
		[]any{tenant, u.ID, Fold(u.Login), Fold(u.Email)}, &other)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return sallyport.Errorf(sallyport.EConflict, "the login or e-mail address of %s is that of %s", u.Login, other).
		WithHint("A login may not be another person's e-mail address.")
}

func refID(r *sallyport.UserRef) any {
	if r == nil {
		return nil
	}
	return null(r.ID)
}

func clip(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
