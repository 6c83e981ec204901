package api_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/api"
	"github.com/sallyport/sallyport/store"
)

// limited is the slug of a thing with the tag of limitsEverywhere, whose members and owners have it for two days at most.
const limited = "strongroom"

// longer is, for every route by which access begins or becomes longer, a call that would give more than the tag allows.
// The call is the admin's, for whom all that is exempt is what people do to themselves.
var longer = map[string]func(w *world) (path string, body any){
	"create-request": func(*world) (string, any) {
		return "/requests", map[string]any{"resource": limited, "duration": "P9D", "reason": "why"}
	},
	"ask-many": func(*world) (string, any) {
		return "/requests/batch", map[string]any{"items": []any{map[string]any{"resource": limited, "no_end": true, "reason": "why"}}}
	},
	"vote": func(w *world) (string, any) { // the tag came after it was asked
		return "/requests/" + w.askedBefore + "/votes", map[string]any{"vote": "approve"}
	},
	"give": func(*world) (string, any) {
		return "/grants", map[string]any{"subject": "employee", "resource": limited, "no_end": true, "reason": "why"}
	},
	"extend-grants": func(w *world) (string, any) {
		id := w.must("admin", "POST", "/grants", map[string]any{"subject": "employee", "resource": limited, "duration": "P1D", "reason": "why", "replace": true}).text(w.t, "id")
		return "/grants/extend", map[string]any{"ids": []string{id}, "duration": "P9D", "reason": "why"}
	},
	"create-resource": func(w *world) (string, any) {
		return "/resources", map[string]any{"kind": "app", "name": w.name("Owned"), "tags": []string{"Two days"}, "owners": []string{"lead"}}
	},
	"update-resource": func(*world) (string, any) { return "/resources/" + limited, map[string]any{"owners": []string{"lead"}} },
	"convert-resource": func(w *world) (string, any) {
		g := w.resource(map[string]any{"kind": "group"})
		w.must("admin", "POST", "/grants", map[string]any{"subject": "employee", "resource": g, "no_end": true, "reason": "why"})
		return "/resources/" + g + "/convert", map[string]any{"kind": "entitlement", "app": limited, "accept": true}
	},
	"apply-catalogue": func(w *world) (string, any) {
		return "/catalogue/apply", map[string]any{"files": map[string]string{"a.yaml": "roles:\n- {slug: openers, name: Openers, gives: [" + limited + "]}\n"}}
	},
	"reorganize": func(w *world) (string, any) {
		return "/reorganizations", map[string]any{"action": "create", "name": w.name("Role"), "reason": "why", "members": []string{"employee"}, "resources": []any{map[string]any{"resource": limited}}}
	},
	"undo-reorganization": func(w *world) (string, any) { return "/reorganizations/" + w.undoable + "/undo", nil },
	"attach-tag": func(w *world) (string, any) {
		r := w.resource(map[string]any{"owners": []string{}})
		w.must("admin", "POST", "/grants", map[string]any{"subject": "employee", "resource": r, "no_end": true, "reason": "why"})
		return "/resources/" + r + "/tags/Two%20days", map[string]any{"accept": true}
	},
	"update-tag": func(*world) (string, any) {
		return "/tags/Two%20days", map[string]any{"constraints": map[string]any{"member_time_limit": "P1D", "owner_time_limit": "P1D", "require_member_reason": true, "propagate_to_roles": true}, "accept": true}
	},
}

// grantless are the other routes that write, and why no access begins or becomes longer by them; so there is no demand of a
// tag that they could break.
var grantless = map[string]string{
	"erase-user": "takes words away", "import-people": "what a directory says is followed, not limited", "sync-connection": "the same",
	"delete-resource": "ends", "cancel-request": "ends", "remind": "tells", "replace-approvers": "who decides, not what",
	"end-grant": "ends", "retry": "only hastens what is wanted already", "end-grants": "ends", "create-tag": "is on nothing yet", "delete-tag": "lengthens nothing that is", "detach-tag": "the same",
	"claim-task": "a provisional end, counted from the same length", "unclaim-task": "nothing begins", "complete-task": "the length was checked when it was granted", "reject-task": "ends",
	"read-messages": "no access", "create-delegation": "lends a vote", "end-delegation": "takes it back",
	"create-connection": "writes nothing by itself", "update-connection": "the same", "delete-connection": "the same", "check-connection": "reads",
	"create-batch": "its rows are renewed by the worker, each as one that is renewed alone, with every demand: access/batch_test.go", "undo-batch": "gives back the former end, held against the limits: the same",
	"set-creation-rule": "who decides, not what", "create-view": "no access", "delete-view": "no access", "set-holidays": "when people are told", "set-holiday": "the same", "delete-holiday": "the same", "import-holidays": "the same",
	"create-token": "no access beyond its maker's", "revoke-token": "ends", "revoke-session": "ends",
}

// limitsEverywhere: a limit holds on every path (domain rule 17). A route that writes and is in neither list fails; what is not
// about lengths is the matter of demandsEverywhere.
func limitsEverywhere(t *testing.T, w *world) {
	w.must("admin", "POST", "/resources", map[string]any{"kind": "app", "name": "Strongroom", "slug": limited, "owners": []string{"admin"}})
	w.askedBefore = w.must("teammate", "POST", "/requests", map[string]any{"resource": limited, "duration": "P30D", "reason": "why"}).text(t, "id")
	w.must("admin", "POST", "/grants", map[string]any{"subject": "employee", "resource": limited, "no_end": true, "reason": "why"})
	role := w.must("admin", "POST", "/reorganizations", map[string]any{"action": "create", "name": "Holders", "reason": "why", "members": []string{"employee"},
		"resources": []any{map[string]any{"resource": limited}}, "end_direct": true})
	w.undoable = role.text(t, "id")
	w.must("admin", "POST", "/tags", map[string]any{"name": "Two days", "enabled": true, "constraints": map[string]any{"member_time_limit": "P2D", "owner_time_limit": "P2D", "require_member_reason": true, "propagate_to_roles": true}})
	w.must("admin", "PUT", "/resources/"+limited+"/tags/Two%20days", map[string]any{"accept": true})
	w.beyond(t, "attaching the tag")
	for _, r := range api.Routes() {
		if r.Method == http.MethodGet || r.Looks {
			continue
		}
		call, ok := longer[r.ID]
		if !ok {
			if grantless[r.ID] == "" {
				t.Errorf("nobody has said whether access begins or becomes longer by %s: add it to longer or to grantless", r.ID)
			}
			continue
		}
		path, body := call(w)
		a := w.call("admin", r.Method, path, body)
		if a.status >= 500 || a.status == 404 || a.status == 400 {
			t.Errorf("%s: %d %s", r.ID, a.status, a.body)
		}
		w.beyond(t, r.ID)
	}
	// What is made because it was asked for: its first owners and members, of a thing with the tag and of a role that gives it.
	for _, thing := range []map[string]any{{"kind": "app", "tags": []string{"Two days"}}, {"kind": "role", "gives": []any{map[string]any{"resource": limited}}},
		{"kind": "entitlement", "app": limited}} {
		thing["name"], thing["owners"], thing["members"] = w.name("Asked for"), []string{"lead"}, []string{"employee"}
		id := w.must("teammate", "POST", "/requests", map[string]any{"create": thing, "reason": "why"}).text(t, "id")
		if made := w.must("admin", "POST", "/requests/"+id+"/votes", map[string]any{"vote": "approve"}).json(t); made["state"] != "approved" {
			t.Errorf("%v is %v: %v", thing, made["state"], made["cause"])
		}
		w.beyond(t, "making what was asked for")
		thing["name"], thing["members_for"] = w.name("Asked for"), "P9D"
		if a := w.call("teammate", "POST", "/requests", map[string]any{"create": thing, "reason": "why"}); a.status != http.StatusUnprocessableEntity {
			t.Errorf("asking for members over the limit: %d %s", a.status, a.body)
		}
	}
	// A role whose members have it without end comes to a thing whose limit reaches roles: their memberships get an end.
	r := w.resource(map[string]any{"kind": "role"})
	w.must("admin", "POST", "/grants", map[string]any{"subject": "employee", "resource": r, "no_end": true, "reason": "why"})
	w.must("admin", "POST", "/grants", map[string]any{"subject": "role:" + r, "resource": limited, "duration": "P1D", "reason": "why"})
	w.beyond(t, "attaching a role")
}

// beyond fails for every living grant that lasts longer than the tag Two days allows, on what has it and in the roles that
// hold that.
func (w *world) beyond(t *testing.T, after string) {
	t.Helper()
	err := w.db.View(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		all := store.Viewer{All: true}
		tag, err := tx.Tag(ctx, w.tenant, "Two days")
		if err != nil {
			return err
		}
		on, err := tx.TaggedResources(ctx, w.tenant, tag.ID)
		if err != nil {
			return err
		}
		check := func(g sallyport.Grant) {
			limit, _ := tag.Constraints.Limit(g.Relation)
			late := tx.Now().Add(limit.Std() + time.Second)
			if g.NoEnd || g.EndsAt != nil && g.EndsAt.After(late) || g.EndsAt == nil && (g.Duration == nil || *g.Duration > limit) {
				t.Errorf("after %s, %s has %s %s until %v, no end %v", after, g.Subject.Name, g.Resource.Slug, g.Relation, g.EndsAt, g.NoEnd)
			}
		}
		lives := true
		for _, id := range on {
			parts, err := tx.AllResources(ctx, w.tenant, store.ResourceFilter{App: id})
			if err != nil {
				return err
			}
			ids := []string{id}
			for _, p := range parts {
				ids = append(ids, p.ID)
			}
			for _, id := range ids {
				l, err := tx.Grants(ctx, w.tenant, all, store.GrantFilter{ResourceID: id, Active: &lives}, store.Page{})
				if err != nil {
					return err
				}
				for _, g := range l.Items {
					check(g)
					if g.Subject.Kind != sallyport.SubjectRole {
						continue
					}
					m, err := tx.Grants(ctx, w.tenant, all, store.GrantFilter{ResourceID: g.Subject.ID, Relation: sallyport.Member, Active: &lives}, store.Page{})
					if err != nil {
						return err
					}
					for _, membership := range m.Items {
						check(membership)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
