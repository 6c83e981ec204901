package discordaccess_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/store/storetest"
)

// schema is that of discord/access (api/models/core_models.py), with the types of either engine.
const schema = `
CREATE TABLE okta_user (id VARCHAR(50) NOT NULL PRIMARY KEY, created_at {time} NOT NULL, updated_at {time} NOT NULL, deleted_at {time}, email VARCHAR(100) NOT NULL,
	first_name VARCHAR(50) NOT NULL, last_name VARCHAR(50) NOT NULL, display_name VARCHAR(100), employee_number VARCHAR(50), manager_id VARCHAR(50) REFERENCES okta_user (id), profile {json} NOT NULL DEFAULT '{}');
CREATE UNIQUE INDEX idx_email ON okta_user (email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX idx_email_deleted_at ON okta_user (email, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE TABLE okta_group (id VARCHAR(50) NOT NULL PRIMARY KEY, type VARCHAR(50) NOT NULL, created_at {time} NOT NULL, updated_at {time} NOT NULL, deleted_at {time}, name VARCHAR(255) NOT NULL,
	description VARCHAR(1024) NOT NULL, is_managed BOOLEAN NOT NULL DEFAULT true, externally_managed_data {json} NOT NULL DEFAULT '{}', plugin_data {json} NOT NULL DEFAULT '{}');
CREATE TABLE role_group (id VARCHAR(50) NOT NULL PRIMARY KEY REFERENCES okta_group (id));
CREATE TABLE app (id VARCHAR(20) NOT NULL PRIMARY KEY, created_at {time} NOT NULL, updated_at {time} NOT NULL, deleted_at {time}, name VARCHAR(255) NOT NULL, description VARCHAR(1024) NOT NULL,
	app_group_lifecycle_plugin VARCHAR(255), plugin_data {json} NOT NULL DEFAULT '{}');
CREATE TABLE app_group (id VARCHAR(50) NOT NULL PRIMARY KEY REFERENCES okta_group (id), app_id VARCHAR(50) NOT NULL REFERENCES app (id), is_owner BOOLEAN NOT NULL DEFAULT false);
CREATE TABLE role_group_map (id {id}, role_id VARCHAR(50) NOT NULL REFERENCES okta_group (id), group_id VARCHAR(50) NOT NULL REFERENCES okta_group (id), is_owner BOOLEAN NOT NULL DEFAULT false,
	created_at {time} NOT NULL, updated_at {time} NOT NULL, ended_at {time}, created_actor_id VARCHAR(50) REFERENCES okta_user (id), ended_actor_id VARCHAR(50) REFERENCES okta_user (id),
	created_reason VARCHAR(1024) NOT NULL DEFAULT '', should_expire BOOLEAN NOT NULL DEFAULT false);
CREATE TABLE okta_user_group_member (id {id}, user_id VARCHAR(50) NOT NULL REFERENCES okta_user (id), group_id VARCHAR(50) NOT NULL REFERENCES okta_group (id),
	role_group_map_id BIGINT REFERENCES role_group_map (id), is_owner BOOLEAN NOT NULL DEFAULT false, created_at {time} NOT NULL, updated_at {time} NOT NULL, ended_at {time},
	created_actor_id VARCHAR(50) REFERENCES okta_user (id), ended_actor_id VARCHAR(50) REFERENCES okta_user (id), created_reason VARCHAR(1024) NOT NULL DEFAULT '', should_expire BOOLEAN NOT NULL DEFAULT false);
CREATE TABLE tag (id VARCHAR(50) NOT NULL PRIMARY KEY, created_at {time} NOT NULL, updated_at {time} NOT NULL, deleted_at {time}, name VARCHAR(255) NOT NULL, description VARCHAR(1024) NOT NULL,
	enabled BOOLEAN NOT NULL, constraints {json} NOT NULL DEFAULT '{}');
CREATE TABLE app_tag_map (id {id}, tag_id VARCHAR(50) NOT NULL REFERENCES tag (id), app_id VARCHAR(50) NOT NULL REFERENCES app (id), created_at {time} NOT NULL, updated_at {time} NOT NULL, ended_at {time});
CREATE TABLE okta_group_tag_map (id {id}, tag_id VARCHAR(50) NOT NULL REFERENCES tag (id), group_id VARCHAR(50) NOT NULL REFERENCES okta_group (id), app_tag_map_id BIGINT REFERENCES app_tag_map (id),
	created_at {time} NOT NULL, updated_at {time} NOT NULL, ended_at {time});
CREATE TABLE access_request (id VARCHAR(20) NOT NULL PRIMARY KEY, created_at {time} NOT NULL, updated_at {time} NOT NULL, resolved_at {time}, status {status} NOT NULL, requester_user_id VARCHAR(50) NOT NULL REFERENCES okta_user (id),
	requested_group_id VARCHAR(50) NOT NULL REFERENCES okta_group (id), request_ownership BOOLEAN NOT NULL, request_reason VARCHAR(1024) NOT NULL, request_ending_at {time}, resolver_user_id VARCHAR(50) REFERENCES okta_user (id),
	resolution_reason VARCHAR(1024) NOT NULL, approval_ending_at {time}, approved_membership_id BIGINT REFERENCES okta_user_group_member (id));
CREATE TABLE role_request (id VARCHAR(20) NOT NULL PRIMARY KEY, created_at {time} NOT NULL, updated_at {time} NOT NULL, resolved_at {time}, status {status} NOT NULL, requester_user_id VARCHAR(50) NOT NULL REFERENCES okta_user (id),
	requester_role_id VARCHAR(50) NOT NULL REFERENCES okta_group (id), requested_group_id VARCHAR(50) NOT NULL REFERENCES okta_group (id), request_ownership BOOLEAN NOT NULL, request_reason VARCHAR(1024) NOT NULL,
	request_ending_at {time}, resolver_user_id VARCHAR(50) REFERENCES okta_user (id), resolution_reason VARCHAR(1024) NOT NULL, approval_ending_at {time}, approved_membership_id BIGINT REFERENCES role_group_map (id));
CREATE TABLE group_request (id VARCHAR(20) NOT NULL PRIMARY KEY, created_at {time} NOT NULL, updated_at {time} NOT NULL, resolved_at {time}, status {status} NOT NULL, requester_user_id VARCHAR(50) NOT NULL REFERENCES okta_user (id),
	requested_group_name VARCHAR(255) NOT NULL, requested_group_description VARCHAR(1024) NOT NULL, requested_group_type VARCHAR(50) NOT NULL, requested_app_id VARCHAR(20) REFERENCES app (id),
	requested_ownership_ending_at {time}, requested_group_tags {json} NOT NULL DEFAULT '[]', request_reason VARCHAR(1024) NOT NULL, resolver_user_id VARCHAR(50) REFERENCES okta_user (id),
	resolved_group_name VARCHAR(255) NOT NULL DEFAULT '', resolved_group_description VARCHAR(1024) NOT NULL DEFAULT '', resolved_group_type VARCHAR(50) NOT NULL DEFAULT '', resolved_app_id VARCHAR(20) REFERENCES app (id),
	resolved_ownership_ending_at {time}, resolved_group_tags {json} NOT NULL DEFAULT '[]', resolution_reason VARCHAR(1024) NOT NULL DEFAULT '', approved_group_id VARCHAR(50) REFERENCES okta_group (id))`

// row is one row of the source, by column.
type row map[string]any

// origin is a database of discord/access that a test fills.
type origin struct {
	t    *testing.T
	db   *sql.DB
	from string // its address for --from
	rows map[string][]row
	next int
}

// newOrigin makes an empty one on an engine. References are not enforced: databases that lived for years have rows that
// refer to nothing.
func newOrigin(t *testing.T, engine string) *origin {
	t.Helper()
	o := &origin{t: t, rows: map[string][]row{}}
	words := map[string]string{"{time}": "DATETIME", "{json}": "JSON", "{id}": "INTEGER PRIMARY KEY", "{status}": "VARCHAR(8)"}
	var err error
	if engine == "sqlite" {
		path := filepath.Join(t.TempDir(), "access.db")
		o.from = "sqlite:///" + path
		o.db, err = sql.Open("sqlite", "file:"+path)
	} else {
		address := storetest.Address(t, "postgres")
		o.from = strings.Replace(address, "postgres://", "postgresql+asyncpg://", 1)
		words = map[string]string{"{time}": "TIMESTAMP", "{json}": "JSONB", "{id}": "BIGINT PRIMARY KEY", "{status}": "accessrequeststatus"}
		o.db, err = sql.Open("pgx", address)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.db.Close() })
	o.db.SetMaxOpenConns(1)
	ddl := schema
	for from, to := range words {
		ddl = strings.ReplaceAll(ddl, from, to)
	}
	if engine != "sqlite" {
		o.exec("SET session_replication_role = replica")
		o.exec("CREATE TYPE accessrequeststatus AS ENUM ('PENDING','APPROVED','REJECTED')")
	}
	for _, statement := range strings.Split(ddl, ";") {
		o.exec(statement)
	}
	return o
}

func (o *origin) exec(q string, args ...any) {
	o.t.Helper()
	if _, err := o.db.Exec(q, args...); err != nil {
		o.t.Fatalf("%s: %v", q, err)
	}
}

// add inserts a row, with what every row of the table has, and returns its id.
func (o *origin) add(table string, r row) string {
	o.t.Helper()
	all := row{}
	base := row{"created_at": day(-400)}
	switch table {
	case "okta_user":
		base["first_name"], base["last_name"] = "First", "Last"
	case "okta_group":
		base["type"], base["description"], base["is_managed"] = "okta_group", "", true
	case "app", "tag":
		base["description"] = ""
	case "okta_user_group_member", "role_group_map", "app_tag_map", "okta_group_tag_map":
		o.next++
		base["id"] = o.next
		base["created_at"] = day(-100)
	case "access_request", "role_request":
		base["request_ownership"], base["request_reason"], base["resolution_reason"], base["status"], base["created_at"] = false, "", "", "PENDING", day(-2)
	case "group_request":
		base["requested_group_description"], base["requested_group_type"], base["request_reason"], base["created_at"] = "", "okta_group", "", day(-2)
	case "role_group", "app_group":
		delete(base, "created_at")
	}
	if table == "tag" {
		base["enabled"] = true
	}
	for _, from := range []row{base, r} {
		for k, v := range from {
			all[k] = v
		}
	}
	if c, ok := all["created_at"]; ok {
		all["updated_at"] = c
	}
	var cols, holders []string
	var args []any
	for k, v := range all {
		if at, ok := v.(time.Time); ok {
			v = at.Format("2006-01-02 15:04:05.000000")
		}
		args = append(args, v)
		cols, holders = append(cols, k), append(holders, fmt.Sprintf("$%d", len(args)))
	}
	o.exec("INSERT INTO "+table+" ("+strings.Join(cols, ", ")+") VALUES ("+strings.Join(holders, ", ")+")", args...)
	o.rows[table] = append(o.rows[table], all)
	return fmt.Sprint(all["id"])
}

// today is the moment at which the clock of the tests stands.
var today = storetest.NewClock().Now()

// day is a moment some days from today.
func day(n float64) time.Time {
	return today.Add(time.Duration(n * 24 * float64(time.Hour))).Truncate(time.Second)
}

func (o *origin) user(id, email string, more row) string {
	r := row{"id": id, "email": email, "display_name": strings.ToUpper(id[:1]) + id[1:]}
	for k, v := range more {
		r[k] = v
	}
	return o.add("okta_user", r)
}

func (o *origin) group(id, name string, more row) string {
	r := row{"id": id, "name": name}
	for k, v := range more {
		r[k] = v
	}
	switch o.add("okta_group", r); r["type"] {
	case "role_group":
		o.add("role_group", row{"id": id})
	}
	return id
}

// inApp makes a group of an app.
func (o *origin) inApp(app, id, name string, owner bool, more row) string {
	r := row{"type": "app_group"}
	for k, v := range more {
		r[k] = v
	}
	o.group(id, name, r)
	o.add("app_group", row{"id": id, "app_id": app, "is_owner": owner})
	return id
}

// member adds a direct row; ended may be nil.
func (o *origin) member(user, group string, created time.Time, ended any, more row) string {
	r := row{"user_id": user, "group_id": group, "created_at": created, "ended_at": ended}
	for k, v := range more {
		r[k] = v
	}
	return o.add("okta_user_group_member", r)
}

func (o *origin) mapTo(role, group string, created time.Time, ended any, more row) string {
	r := row{"role_id": role, "group_id": group, "created_at": created, "ended_at": ended}
	for k, v := range more {
		r[k] = v
	}
	return o.add("role_group_map", r)
}

// derive adds the rows that Access copies from the direct memberships of roles and their maps, but for one left out.
func (o *origin) derive(except func(m, rm row) bool) {
	for _, rm := range o.rows["role_group_map"] {
		for _, m := range append([]row{}, o.rows["okta_user_group_member"]...) {
			if m["group_id"] != rm["role_id"] || m["is_owner"] == true || m["role_group_map_id"] != nil || except(m, rm) {
				continue
			}
			from, to := m["created_at"].(time.Time), earlier(m["ended_at"], rm["ended_at"])
			if c := rm["created_at"].(time.Time); c.After(from) {
				from = c
			}
			if t, ok := to.(time.Time); ok && !t.After(from) {
				continue
			}
			o.member(m["user_id"].(string), rm["group_id"].(string), from, to, row{"is_owner": rm["is_owner"] == true, "role_group_map_id": rm["id"]})
		}
	}
}

func earlier(a, b any) any {
	x, isX := a.(time.Time)
	y, isY := b.(time.Time)
	switch {
	case !isX:
		return b
	case !isY || x.Before(y):
		return a
	}
	return b
}

// by finds the row with a reason and says what its id is.
func (o *origin) by(table, reason string) string {
	o.t.Helper()
	for _, r := range o.rows[table] {
		if r["created_reason"] == reason {
			return fmt.Sprint(r["id"])
		}
	}
	o.t.Fatalf("no row of %s has the reason %q", table, reason)
	return ""
}
