// Package discordaccess brings what a database of discord/access holds: people, groups, roles, apps, owners, memberships
// with their history, role maps, tags and requests.
//
// A run reads the whole database in one snapshot (Read), decides about every row (Importer.Plan), and writes what fits in
// chunks that each commit with the record of which row became what (Importer.Apply): a run that was killed goes on where
// it was, and one that runs again brings nothing twice. Every row that was read has one fate, and the plan is refused when
// one has none: what does not fit is named in the report with why.
//
// The tables and their meaning are those of github.com/discord/access, api/models/core_models.py.
package discordaccess

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
)

// Data is what a database of discord/access held at one moment.
type Data struct {
	From        string // the address without its password
	Users       []user
	Groups      []group
	Apps        []app
	RoleRows    []string // ids in role_group
	AppGroups   []appGroup
	Memberships []membership
	Maps        []roleMap
	Tags        []tag
	GroupTags   []tagMap
	AppTags     []tagMap
	Requests    []request // access_request and role_request
	Creations   []creation
	Missing     []string // tables that this version of discord/access does not have
	Unread      []string // columns, as TABLE.COLUMN, of which nothing is brought
	Endless     []rowKey // rows with a moment that never comes, which counts as none
}

// Read reads a database of discord/access in one read-only transaction that sees one state of it. The address is that of
// its own setting DATABASE_URI: postgresql://…, with or without the name of a driver, or sqlite:///path. EInvalid for an
// address of another form and for a database without its tables, EUnavailable when it does not answer.
func Read(ctx context.Context, from string) (*Data, error) {
	src, err := open(ctx, from)
	if err != nil {
		return nil, err
	}
	defer src.close()
	d := &Data{From: src.name}
	for _, t := range tables(d) {
		if err := src.read(ctx, d, t); err != nil {
			return nil, err
		}
	}
	if slices.Contains(d.Missing, "okta_user") || slices.Contains(d.Missing, "okta_group") || slices.Contains(d.Missing, tableMember) {
		return nil, sallyport.Errorf(sallyport.EInvalid, "%s has none of the tables of discord/access", src.name).
			WithHint("Name the database that its DATABASE_URI names, and the schema with search_path when it is not the default one.")
	}
	return d, nil
}

type source struct {
	db   *sql.DB
	tx   *sql.Tx
	name string
	same map[string]string
}

func (s *source) close() {
	_ = s.tx.Rollback()
	_ = s.db.Close()
}

// address tells driver, data source name and a name to show apart.
func address(from string) (driver, dsn, name string, err error) {
	scheme, rest, ok := strings.Cut(from, "://")
	kind, _, _ := strings.Cut(scheme, "+")
	switch {
	case ok && (kind == "postgres" || kind == "postgresql"):
		u, err := url.Parse("postgres://" + rest)
		if err != nil {
			return "", "", "", sallyport.Errorf(sallyport.EInvalid, "the address of the database cannot be read; write postgres://user:password@host:port/name")
		}
		return "pgx", u.String(), u.Redacted(), nil
	case ok && kind == "sqlite":
		path, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "?")
		if !strings.HasPrefix(path, "/") {
			if _, err := os.Stat(path); err != nil {
				path = "/" + path // written with three slashes in place of four
			}
		}
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			return "", "", "", sallyport.Errorf(sallyport.EInvalid, "there is no database %s", path).WithHint("Write sqlite:/// and the path of the file.")
		}
		return "sqlite", "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(10000)", "sqlite://" + path, nil
	}
	return "", "", "", sallyport.Errorf(sallyport.EInvalid, "--from names no database").WithHint("Write postgres://user:password@host:port/name, or sqlite:///path/to/access.db.")
}

func open(ctx context.Context, from string) (*source, error) {
	driver, dsn, name, err := address(from)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, sallyport.Errorf(sallyport.EInvalid, "the address of the database cannot be read")
	}
	o := &sql.TxOptions{ReadOnly: true}
	if driver == "pgx" {
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.BeginTx(ctx, o)
	if err != nil {
		_ = db.Close()
		return nil, sallyport.Errorf(sallyport.EUnavailable, "%s does not answer: %w", name, err).WithHint("It is only read; a user who may read its tables is enough.")
	}
	return &source{db: db, tx: tx, name: name, same: map[string]string{}}, nil
}

// table is how one table is read.
type table struct {
	name string
	need []string // columns without which nothing can be made of a row
	take func(*record)
}

func (s *source) read(ctx context.Context, d *Data, t table) error {
	fail := func(err error) error {
		return sallyport.Errorf(sallyport.EUnavailable, "the table %s of %s cannot be read: %w", t.name, s.name, err).
			WithHint("Is it whole, and the one that DATABASE_URI names? On PostgreSQL, the user of the address needs GRANT SELECT on every table.")
	}
	if _, err := s.tx.ExecContext(ctx, "SAVEPOINT look"); err != nil {
		return fail(err)
	}
	rows, err := s.tx.QueryContext(ctx, `SELECT * FROM `+t.name)
	if err != nil {
		if m := err.Error(); !strings.Contains(m, "no such table") && !strings.Contains(m, "42P01") {
			return fail(err)
		}
		d.Missing = append(d.Missing, t.name)
		_, err = s.tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT look")
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return fail(err)
	}
	r := &record{table: t.name, at: map[string]int{}, values: make([]any, len(names)), asked: make([]bool, len(names)), same: s.same, endless: &d.Endless}
	dest := make([]any, len(names))
	for i, n := range names {
		r.at[n], dest[i] = i, &r.values[i]
	}
	for _, n := range t.need {
		if _, ok := r.at[n]; !ok {
			return sallyport.Errorf(sallyport.EInvalid, "the table %s of %s has no column %s", t.name, s.name, n).
				WithHint("Is it a database of discord/access? Bring it up to a version of 2023 or later first.")
		}
	}
	read := false
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fail(err)
		}
		t.take(r)
		if r.err != nil {
			return sallyport.Errorf(sallyport.EInvalid, "the table %s of %s cannot be read: %w", t.name, s.name, r.err).
				WithHint("Correct that row, in a copy of the database if you would rather not touch the live one, and read that.")
		}
		read = true
	}
	for i, n := range names {
		if read && !r.asked[i] && n != "created_at" && n != "updated_at" {
			d.Unread = append(d.Unread, t.name+"."+n)
		}
	}
	return rows.Err()
}

// record is the row that is being read. A column that this version of the schema does not have reads as NULL.
type record struct {
	table  string
	at     map[string]int
	values []any
	asked  []bool            // which of them were looked at
	same   map[string]string // texts that were read before: ids and reasons come again and again
	err    error

	endless *[]rowKey
}

func (r *record) value(name string) any {
	if i, ok := r.at[name]; ok {
		r.asked[i] = true
		return r.values[i]
	}
	return nil
}

func (r *record) bad(name string, v any) {
	if r.err == nil {
		r.err = fmt.Errorf("the column %s of row %v holds %T %v", name, r.value("id"), v, v)
	}
}

// text is the value as text that both engines can keep; NULL is "".
func (r *record) text(name string) string {
	switch v := r.value(name).(type) {
	case nil:
		return ""
	case string:
		return r.once(v)
	case []byte:
		return r.once(string(v))
	case int64:
		return r.once(strconv.FormatInt(v, 10))
	default:
		r.bad(name, v)
		return ""
	}
}

// once keeps one copy of each text.
func (r *record) once(s string) string {
	if t, ok := r.same[s]; ok {
		return t
	}
	s = plain(s)
	r.same[s] = s
	return s
}

func plain(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func (r *record) bool(name string) bool {
	switch v := r.value(name).(type) {
	case nil:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	default:
		r.bad(name, v)
		return false
	}
}

// json is the value as JSON text; NULL is "".
func (r *record) json(name string) json.RawMessage {
	switch v := r.value(name).(type) {
	case nil:
		return nil
	case string:
		return json.RawMessage(v)
	case []byte:
		return slices.Clone(json.RawMessage(v))
	default:
		b, err := json.Marshal(v)
		if err != nil {
			r.bad(name, v)
		}
		return b
	}
}

// the forms in which SQLite keeps the times of SQLAlchemy, all UTC.
var layouts = []string{"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999-07:00", time.RFC3339Nano, "2006-01-02"}

// time is the value as a moment: the columns are naive and hold UTC. NULL is nil, and so is PostgreSQL's infinity.
func (r *record) time(name string) *time.Time {
	text := ""
	switch v := r.value(name).(type) {
	case nil:
		return nil
	case time.Time:
		t := v.UTC().Truncate(time.Microsecond)
		return &t
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		r.bad(name, v)
		return nil
	}
	if text == "infinity" {
		*r.endless = append(*r.endless, rowKey{r.table, r.text("id")})
		return nil
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, text); err == nil {
			t = t.UTC().Truncate(time.Microsecond)
			return &t
		}
	}
	r.bad(name, text)
	return nil
}

// moment is time of a column that must hold one; its absence is the zero time.
func (r *record) moment(name string) time.Time {
	t := r.time(name)
	switch {
	case t != nil:
		return *t
	case r.value(name) != nil:
		r.bad(name, r.value(name))
	}
	return time.Time{}
}
