package discordaccess

import (
	"encoding/json"
	"time"
)

// The names of the tables, as the report and the record of what was brought say them.
const (
	tableUser    = "okta_user"
	tableGroup   = "okta_group"
	tableRole    = "role_group"
	tableAppGrp  = "app_group"
	tableApp     = "app"
	tableMember  = "okta_user_group_member"
	tableMap     = "role_group_map"
	tableTag     = "tag"
	tableGrpTag  = "okta_group_tag_map"
	tableAppTag  = "app_tag_map"
	tableRequest = "access_request"
	tableRoleReq = "role_request"
	tableGrpReq  = "group_request"
)

var tableNames = []string{tableUser, tableGroup, tableRole, tableAppGrp, tableApp, tableMember, tableMap, tableTag, tableGrpTag, tableAppTag,
	tableRequest, tableRoleReq, tableGrpReq}

type user struct {
	ID, Email, First, Last, Display, Manager, Employee string
	Profile                                            json.RawMessage
	Created                                            time.Time
	Deleted                                            *time.Time
}

// The types of a group.
const (
	typeRole = "role_group"
	typeApp  = "app_group"
)

type group struct {
	ID, Type, Name, Description string
	Managed                     bool
	Rules, Plugin               json.RawMessage
	Created                     time.Time
	Deleted                     *time.Time
}

type appGroup struct {
	ID, App string
	Owner   bool // the group that makes owners of the app
}

type app struct {
	ID, Name, Description, Plugin string
	Settings                      json.RawMessage // of its plugins
	Created                       time.Time
	Deleted                       *time.Time
}

// span is what memberships and maps have in common. Ended may lie in the future: that is the planned end.
type span struct {
	Owner                      bool
	Created                    time.Time
	Ended                      *time.Time
	CreatedBy, EndedBy, Reason string
	NotRenewed                 bool
}

type membership struct {
	ID, User, Group string
	Map             string // the role map that it is derived from; "" is a direct one
	span
}

type roleMap struct {
	ID, Role, Group string
	span
}

type tag struct {
	ID, Name, Description string
	Enabled, ToRoles      bool
	Constraints           json.RawMessage
	Created               time.Time
	Deleted               *time.Time
}

type tagMap struct {
	ID, Tag, On string
	By          string // of a group: the app's tag that it follows from; "" is a direct one
	Ended       *time.Time
}

type request struct {
	Table, ID, Status, Requester, Role, Group, Reason, Resolver, Resolution, Result string
	Owner                                                                           bool
	Ending, Approved, Resolved                                                      *time.Time
	Created                                                                         time.Time
	what                                                                            string // who asks for what, in words
}

type creation struct {
	ID, Status, Requester, Name, Type, App, Description, Reason string
	Tags                                                        json.RawMessage // names or ids
	OwnerUntil                                                  *time.Time
	Created                                                     time.Time
	Forms                                                       json.RawMessage // both, the asked and the granted one
	what                                                        string          // who asks for what, in words
	tags                                                        []rowKey        // that were asked for and are brought
}

// tables says how each table is read into d.
func tables(d *Data) []table {
	relation := func(r *record) span {
		return span{Owner: r.bool("is_owner"), Created: r.moment("created_at"), Ended: r.time("ended_at"), CreatedBy: r.text("created_actor_id"),
			EndedBy: r.text("ended_actor_id"), Reason: r.text("created_reason"), NotRenewed: r.bool("should_expire")}
	}
	ask := func(r *record) {
		d.Requests = append(d.Requests, request{Table: r.table, ID: r.text("id"), Status: r.text("status"), Requester: r.text("requester_user_id"), Role: r.text("requester_role_id"),
			Group: r.text("requested_group_id"), Reason: r.text("request_reason"), Resolver: r.text("resolver_user_id"), Resolution: r.text("resolution_reason"),
			Result: r.text("approved_membership_id"), Owner: r.bool("request_ownership"), Ending: r.time("request_ending_at"), Approved: r.time("approval_ending_at"),
			Resolved: r.time("resolved_at"), Created: r.moment("created_at")})
	}
	dates := []string{"id", "created_at"}
	askNeeds := append([]string{"status", "requester_user_id", "requested_group_id"}, dates...)
	return []table{
		{tableUser, append([]string{"email", "deleted_at"}, dates...), func(r *record) {
			d.Users = append(d.Users, user{ID: r.text("id"), Email: r.text("email"), First: r.text("first_name"), Last: r.text("last_name"), Display: r.text("display_name"),
				Manager: r.text("manager_id"), Employee: r.text("employee_number"), Profile: r.json("profile"), Created: r.moment("created_at"), Deleted: r.time("deleted_at")})
		}},
		{tableGroup, append([]string{"type", "name", "is_managed", "deleted_at"}, dates...), func(r *record) {
			d.Groups = append(d.Groups, group{ID: r.text("id"), Type: r.text("type"), Name: r.text("name"), Description: r.text("description"), Managed: r.bool("is_managed"),
				Rules: r.json("externally_managed_data"), Plugin: r.json("plugin_data"), Created: r.moment("created_at"), Deleted: r.time("deleted_at")})
		}},
		{tableRole, []string{"id"}, func(r *record) { d.RoleRows = append(d.RoleRows, r.text("id")) }},
		{tableAppGrp, []string{"id", "app_id", "is_owner"}, func(r *record) {
			d.AppGroups = append(d.AppGroups, appGroup{ID: r.text("id"), App: r.text("app_id"), Owner: r.bool("is_owner")})
		}},
		{tableApp, append([]string{"name", "deleted_at"}, dates...), func(r *record) {
			d.Apps = append(d.Apps, app{ID: r.text("id"), Name: r.text("name"), Description: r.text("description"), Plugin: r.text("app_group_lifecycle_plugin"), Settings: r.json("plugin_data"),
				Created: r.moment("created_at"), Deleted: r.time("deleted_at")})
		}},
		{tableMember, append([]string{"user_id", "group_id", "role_group_map_id", "is_owner", "ended_at"}, dates...), func(r *record) {
			d.Memberships = append(d.Memberships, membership{ID: r.text("id"), User: r.text("user_id"), Group: r.text("group_id"), Map: r.text("role_group_map_id"), span: relation(r)})
		}},
		{tableMap, append([]string{"role_id", "group_id", "is_owner", "ended_at"}, dates...), func(r *record) {
			d.Maps = append(d.Maps, roleMap{ID: r.text("id"), Role: r.text("role_id"), Group: r.text("group_id"), span: relation(r)})
		}},
		{tableTag, append([]string{"name", "enabled", "constraints"}, dates...), func(r *record) {
			d.Tags = append(d.Tags, tag{ID: r.text("id"), Name: r.text("name"), Description: r.text("description"), Enabled: r.bool("enabled"), ToRoles: r.bool("propagate_to_roles"),
				Constraints: r.json("constraints"), Created: r.moment("created_at"), Deleted: r.time("deleted_at")})
		}},
		{tableGrpTag, []string{"id", "tag_id", "group_id", "app_tag_map_id", "ended_at"}, func(r *record) {
			d.GroupTags = append(d.GroupTags, tagMap{ID: r.text("id"), Tag: r.text("tag_id"), On: r.text("group_id"), By: r.text("app_tag_map_id"), Ended: r.time("ended_at")})
		}},
		{tableAppTag, []string{"id", "tag_id", "app_id", "ended_at"}, func(r *record) {
			d.AppTags = append(d.AppTags, tagMap{ID: r.text("id"), Tag: r.text("tag_id"), On: r.text("app_id"), Ended: r.time("ended_at")})
		}},
		{tableRequest, askNeeds, ask},
		{tableRoleReq, append([]string{"requester_role_id"}, askNeeds...), ask},
		{tableGrpReq, append([]string{"status", "requester_user_id", "requested_group_name"}, dates...), func(r *record) {
			forms := map[string]any{}
			for name := range r.at {
				if t := r.value(name); t != nil {
					forms[name] = json.RawMessage(r.quoted(name))
				}
			}
			b, err := json.Marshal(forms)
			if err != nil {
				r.bad("id", err)
			}
			d.Creations = append(d.Creations, creation{ID: r.text("id"), Status: r.text("status"), Requester: r.text("requester_user_id"), Name: r.text("requested_group_name"),
				Type: r.text("requested_group_type"), App: r.text("requested_app_id"), Description: r.text("requested_group_description"), Reason: r.text("request_reason"),
				Tags: r.json("requested_group_tags"), OwnerUntil: r.time("requested_ownership_ending_at"), Created: r.moment("created_at"), Forms: b})
		}},
	}
}

// quoted is any value as JSON: lists and objects as they are, moments as such, everything else as text.
func (r *record) quoted(name string) []byte {
	var v any = r.value(name)
	switch x := v.(type) {
	case time.Time:
		v = x.UTC().Format(time.RFC3339)
	case []byte:
		v = plain(string(x))
	case string:
		v = plain(x)
	}
	if s, ok := v.(string); ok && len(s) > 0 && (s[0] == '[' || s[0] == '{') && json.Valid([]byte(s)) {
		return []byte(s)
	}
	b, err := json.Marshal(v)
	if err != nil {
		r.bad(name, v)
		return []byte("null")
	}
	return b
}
