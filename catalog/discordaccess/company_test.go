package discordaccess_test

import "strings"

// company fills a database of discord/access with people and things as they are after some years, odd ones included. The
// rows that do not fit are named in the test of the report.
func company(o *origin) {
	// People.
	o.user("grace", "grace@example.test", row{"profile": `{"Title": "Head of Building", "Department": "Engineering", "Cost Center": "42"}`})
	o.user("ada", "ada@example.test", row{"manager_id": "grace", "profile": `{"Title": "Engineer", "Team": "Core"}`})
	o.user("bob", "bob@example.test", row{"manager_id": "grace"})
	o.user("bob2", "Bob@Example.test", row{"created_at": day(-300)})
	o.user("cyd", "cyd@example.test", row{"display_name": nil, "manager_id": "nobody"})
	o.user("dan", "dan@example.test", row{"deleted_at": day(-30)})
	o.user("eve", "ada@example.test", row{"deleted_at": day(-350), "display_name": "Ada who was here before"})
	o.user("hal", "hal@example.test", row{"manager_id": "ivy"})
	o.user("ivy", "ivy@example.test", row{"manager_id": "hal"})
	o.user("kim", "kim lee", row{"display_name": "Kim\u200b Lee"})
	o.user("root", "root@example.test", nil)

	// Groups.
	o.group("everyone", "Everyone", row{"is_managed": false, "externally_managed_data": `{"All staff": "user.status == \"ACTIVE\""}`})
	o.group("editors", "Wiki-Editors", row{"description": "Write the wiki"})
	o.group("editors2", "wiki-editors", row{"created_at": day(-200)})
	o.group("old", "Old-Group", row{"deleted_at": day(-50)})
	o.group("long", "Long-"+strings.Repeat("x", 240), nil)
	o.group("lost", "App-Lost-Things", row{"type": "app_group"}) // no row in app_group
	o.group("dev", "Role-Dev", row{"type": "role_group"})
	o.group("ops", "Role-Ops", row{"type": "role_group", "deleted_at": day(-20)})
	o.group("oncall", "Role-Oncall", row{"type": "role_group"})

	// Apps.
	o.add("app", row{"id": "github", "name": "GitHub", "app_group_lifecycle_plugin": "github_teams"})
	o.inApp("github", "gh-owners", "App-GitHub-Owners", true, nil)
	o.inApp("github", "gh-admins", "App-GitHub-Admins", false, nil)
	o.inApp("github", "gh-legacy", "Legacy_GH!", false, row{"plugin_data": `{"github_teams": {"slug": "legacy"}}`})
	o.add("app", row{"id": "github2", "name": "Github", "created_at": day(-100)})
	o.add("app", row{"id": "access", "name": "Access"})
	o.inApp("access", "ac-owners", "App-Access-Owners", true, nil)
	o.add("app", row{"id": "dead", "name": "Dead", "deleted_at": day(-10)})
	o.inApp("dead", "dead-x", "App-Dead-X", false, nil)
	o.inApp("no-such-app", "orphan", "App-Gone-Y", false, nil)
	o.add("app_group", row{"id": "no-such-group", "app_id": "github", "is_owner": false})
	o.add("role_group", row{"id": "no-such-role"})

	// Direct rows: living, ended, renewed, and what a database has after years.
	o.member("grace", "ac-owners", day(-390), nil, nil)
	o.member("grace", "ac-owners", day(-390), nil, row{"is_owner": true})
	o.member("root", "ac-owners", day(-390), day(60), nil)
	o.member("ada", "gh-owners", day(-380), nil, row{"is_owner": true, "created_actor_id": "grace", "created_reason": "runs it"})
	o.member("ada", "gh-owners", day(-380), nil, nil)
	o.member("bob", "gh-owners", day(-380), nil, nil) // a member only: no owner of the app
	o.member("ada", "editors", day(-300), day(-200), row{"created_actor_id": "grace", "ended_actor_id": "grace", "created_reason": "first time"})
	o.member("ada", "editors", day(-200), day(-150), row{"created_actor_id": "grace", "ended_actor_id": "bob", "created_reason": "renewed"})
	o.member("ada", "editors", day(-90), day(30), row{"created_actor_id": "bob", "ended_actor_id": "bob", "created_reason": "again", "should_expire": true})
	o.member("bob", "editors", day(-80), day(-90), nil) // ended before it began
	o.member("bob", "editors", day(-60), day(-60), nil) // of no length
	o.member("cyd", "editors", day(-80), day(20), nil)  // three living rows for one key
	o.member("cyd", "editors", day(-70), nil, nil)
	o.member("cyd", "editors", day(-60), day(10), nil)
	o.member("dan", "editors", day(-80), nil, nil) // left, and the row lives
	o.member("dan", "editors2", day(-5), nil, nil) // given after leaving
	o.member("eve", "editors", day(-390), day(-351), nil)
	o.member("hal", "old", day(-90), nil, nil)    // of a deleted group, and lives
	o.member("hal", "dead-x", day(-90), nil, nil) // of a group whose app is deleted
	o.member("ivy", "everyone", day(-300), nil, row{"created_reason": "User added via Okta group rule."})
	o.member("ada", "everyone", day(-300), nil, row{"created_reason": "User added via Okta group rule."})
	o.member("ada", "everyone", day(-300), nil, row{"is_owner": true}) // owning an unmanaged group
	o.member("ivy", "editors", day(3), nil, nil)                       // made in the future
	o.member("ivy", "gh-admins", day(-10), nil, row{"created_reason": "no end, and a limit of 30 days"})
	o.member("bob", "gh-admins", day(-10), day(5), nil)
	o.member("bob2", "gh-admins", day(-10), day(5), nil)
	o.member("kim", "gh-legacy", day(-10), nil, nil)
	o.member("nobody", "editors", day(-10), nil, nil)
	o.member("ada", "no-such-group", day(-10), nil, nil)
	o.member("ada", "orphan", day(-10), nil, nil)

	// Roles.
	o.member("ada", "dev", day(-250), day(-120), nil)
	o.member("ada", "dev", day(-110), nil, nil)
	o.member("bob", "dev", day(-110), day(40), nil)
	o.member("cyd", "dev", day(-110), nil, row{"is_owner": true})
	o.member("hal", "dev", day(-50), nil, nil)
	o.member("ivy", "ops", day(-100), nil, nil)
	o.member("bob", "oncall", day(-100), day(90), nil)
	o.mapTo("dev", "editors2", day(-240), nil, row{"created_actor_id": "grace", "created_reason": "they write"})
	o.mapTo("dev", "gh-admins", day(-100), day(20), nil)
	o.mapTo("dev", "gh-owners", day(-100), day(60), row{"is_owner": true})
	ended := o.mapTo("dev", "long", day(-200), day(-100), nil)
	o.mapTo("ops", "editors", day(-100), day(-20), nil)
	o.mapTo("oncall", "gh-legacy", day(-90), nil, nil)
	o.mapTo("ops", "gh-legacy", day(-60), nil, nil) // of a deleted role, and lives, as do the copies
	o.derive(func(m, rm row) bool {
		return m["user_id"] == "hal" && rm["group_id"] == "editors2" // a copy that was never made
	})
	o.member("kim", "long", day(-150), day(-140), row{"role_group_map_id": ended}) // a copy for who was not in the role
	nested := o.mapTo("oncall", "dev", day(-50), nil, nil)                         // a role in a role
	o.member("bob", "dev", day(-50), day(90), row{"role_group_map_id": nested})
	o.mapTo("dev", "everyone", day(-50), nil, nil)      // into an unmanaged group
	o.mapTo("editors", "gh-legacy", day(-50), nil, nil) // a group that is no role
	o.mapTo("dev", "no-such-group", day(-50), nil, nil)
	o.member("ivy", "long", day(-9), nil, row{"role_group_map_id": 999999}) // by a map that is not there

	// Tags.
	o.add("tag", row{"id": "prod", "name": "Production", "constraints": `{"member_time_limit": 2592000, "require_member_reason": true}`})
	o.add("tag", row{"id": "short", "name": "Short", "constraints": `{"owner_time_limit": 1800, "member_time_limit": true, "colour": "red"}`})
	o.add("tag", row{"id": "off", "name": "Off", "enabled": false, "constraints": `{"member_time_limit": 86400}`})
	o.add("tag", row{"id": "prod2", "name": "production", "constraints": `{"disallow_self_add_membership": true, "disallow_self_add_ownership": true, "require_owner_reason": true}`})
	o.add("tag", row{"id": "dropped", "name": "Dropped", "enabled": false, "deleted_at": day(-9)})
	app := o.add("app_tag_map", row{"tag_id": "prod2", "app_id": "github"})
	over := o.add("app_tag_map", row{"tag_id": "off", "app_id": "github", "ended_at": day(-3)})
	for _, g := range []string{"gh-owners", "gh-admins", "gh-legacy"} {
		o.add("okta_group_tag_map", row{"tag_id": "prod2", "group_id": g, "app_tag_map_id": app})
	}
	o.add("okta_group_tag_map", row{"tag_id": "prod", "group_id": "gh-admins"})
	o.add("okta_group_tag_map", row{"tag_id": "prod", "group_id": "gh-admins"})                        // twice
	o.add("okta_group_tag_map", row{"tag_id": "off", "group_id": "editors", "ended_at": day(-3)})      // over
	o.add("okta_group_tag_map", row{"tag_id": "off", "group_id": "gh-legacy", "app_tag_map_id": over}) // outlived the app's
	o.add("okta_group_tag_map", row{"tag_id": "dropped", "group_id": "editors"})                       // of a deleted tag
	o.add("okta_group_tag_map", row{"tag_id": "short", "group_id": "old"})                             // on a deleted group
	o.add("okta_group_tag_map", row{"tag_id": "prod2", "group_id": "gh-owners"})                       // of owners
	requests(o)
}

// requests fills in what was asked.
func requests(o *origin) {
	granted := o.member("kim", "editors", day(-40), day(50), row{"created_actor_id": "grace", "created_reason": "please"})
	o.add("access_request", row{"id": "r-approved", "status": "APPROVED", "requester_user_id": "kim", "requested_group_id": "editors", "request_reason": "please", "request_ending_at": day(60),
		"resolver_user_id": "grace", "resolution_reason": "fine, but shorter", "approval_ending_at": day(50), "resolved_at": day(-40), "created_at": day(-41), "approved_membership_id": granted})
	o.add("access_request", row{"id": "r-denied", "status": "REJECTED", "requester_user_id": "kim", "requested_group_id": "gh-admins", "request_reason": "curious",
		"resolver_user_id": "ada", "resolution_reason": "no need", "resolved_at": day(-38), "created_at": day(-39)})
	o.add("access_request", row{"id": "r-own", "status": "REJECTED", "requester_user_id": "kim", "requested_group_id": "gh-admins", "resolver_user_id": "kim", "resolution_reason": "", "resolved_at": day(-37), "created_at": day(-38)})
	o.add("access_request", row{"id": "r-expired", "status": "REJECTED", "requester_user_id": "kim", "requested_group_id": "gh-admins", "resolution_reason": "Closed because the request expired", "resolved_at": day(-20), "created_at": day(-30)})
	o.add("access_request", row{"id": "r-waits", "requester_user_id": "hal", "requested_group_id": "editors", "request_reason": "to write", "request_ending_at": day(30), "created_at": day(-1)})
	o.add("access_request", row{"id": "r-older", "requester_user_id": "hal", "requested_group_id": "editors", "request_reason": "to read", "created_at": day(-3)})
	o.add("access_request", row{"id": "r-gone", "requester_user_id": "dan", "requested_group_id": "editors", "created_at": day(-40)}) // suspended, and never closed
	o.add("access_request", row{"id": "r-zombie", "requester_user_id": "hal", "requested_group_id": "old", "created_at": day(-60)})   // of a deleted group
	o.add("access_request", row{"id": "r-late", "requester_user_id": "hal", "requested_group_id": "gh-legacy", "request_ending_at": day(-1), "created_at": day(-6)})
	o.add("access_request", row{"id": "r-long", "requester_user_id": "hal", "requested_group_id": "gh-admins", "request_reason": "for ever", "created_at": day(-1)}) // over the limit
	o.add("access_request", row{"id": "r-owner", "requester_user_id": "hal", "requested_group_id": "gh-owners", "request_ownership": true, "request_reason": "to run it", "created_at": day(-1)})
	o.add("role_request", row{"id": "rr-waits", "requester_user_id": "cyd", "requester_role_id": "dev", "requested_group_id": "gh-legacy", "request_reason": "the team needs it", "created_at": day(-1)})
	o.add("role_request", row{"id": "rr-lost", "requester_user_id": "hal", "requester_role_id": "dev", "requested_group_id": "editors", "request_reason": "not its owner any more", "created_at": day(-1)})
	o.add("role_request", row{"id": "rr-denied", "status": "REJECTED", "requester_user_id": "cyd", "requester_role_id": "dev", "requested_group_id": "long", "resolver_user_id": "grace", "resolution_reason": "no", "resolved_at": day(-5), "created_at": day(-6)})
	o.add("group_request", row{"id": "gr-waits", "status": "PENDING", "requester_user_id": "hal", "requested_group_name": "App-GitHub-New", "requested_group_type": "app_group", "requested_app_id": "github", "requested_group_tags": `["prod"]`})
	o.add("group_request", row{"id": "gr-done", "status": "APPROVED", "requester_user_id": "hal", "requested_group_name": "Wiki", "resolved_group_name": "Wiki-Editors", "resolved_group_type": "okta_group", "approved_group_id": "editors", "resolved_at": day(-300)})
}
