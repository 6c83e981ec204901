package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/api"
)

// keeper owns what has the tag of demandsEverywhere, and keeps the catalogue; he is no admin.
const keeper = "kwame.asante"

// guarded is the slug of a thing with that tag, and watch a role that gives it.
const guarded, watch = "vault", "watch"

// demands are, by the key of a constraint on reasons or on what people give themselves, a call of the keeper that it refuses,
// or why the route cannot break it.
type demands map[string]any

type breach = func(w *world) (path string, body any)

// none is why a route breaks none of them but those that are named.
func none(why string, but demands) demands {
	out := demands{}
	for _, k := range sallyport.ConstraintKeys() {
		if k.NeedsReason || k.NotSelf {
			out[k.Key] = why
		}
	}
	for key, d := range but {
		out[key] = d
	}
	return out
}

func given(more map[string]any) breach {
	return func(*world) (string, any) {
		body := map[string]any{"subject": "employee", "resource": guarded, "duration": "P1D"}
		for k, v := range more {
			body[k] = v
		}
		return "/grants", body
	}
}

// unsaid are calls without a reason for each relation, by a function that makes one.
func unsaid(f func(relation string) breach) demands {
	return demands{sallyport.RequireMemberReason: f("member"), sallyport.RequireOwnerReason: f("owner")}
}

const (
	othersDecide = "whoever asks does not decide: nobody votes about their own"
	reasonsStay  = "everybody keeps what they have, with its reason"
	byFiles      = "the files are the reason, which is written with every grant"
)

// demanded are the demands on each route by which access begins or goes on.
var demanded = map[string]demands{
	"create-request": none(othersDecide, unsaid(func(relation string) breach {
		return func(*world) (string, any) {
			return "/requests", map[string]any{"resource": guarded, "relation": relation, "beneficiary": "teammate", "duration": "P1D"}
		}
	})),
	"ask-many": none(othersDecide, unsaid(func(relation string) breach {
		return func(*world) (string, any) {
			return "/requests/batch", map[string]any{"items": []any{map[string]any{"resource": guarded, "relation": relation, "beneficiary": "teammate", "duration": "P1D"}}}
		}
	})),
	"vote": none(othersDecide, unsaid(func(relation string) breach { // the tag came after it was asked
		return func(w *world) (string, any) {
			return "/requests/" + w.before["asked "+relation] + "/votes", map[string]any{"vote": "approve"}
		}
	})),
	"give": {
		sallyport.RequireMemberReason: given(nil), sallyport.RequireOwnerReason: given(map[string]any{"relation": "owner", "reason": "  "}),
		sallyport.ForbidSelfMember: given(map[string]any{"subject": keeper, "reason": "why"}),
		sallyport.ForbidSelfOwner:  given(map[string]any{"subject": keeper, "relation": "owner", "reason": "why"}),
	},
	"extend-grants": {
		sallyport.RequireMemberReason: extended("member"), sallyport.RequireOwnerReason: extended("owner"),
		sallyport.ForbidSelfMember: extended("own member"), sallyport.ForbidSelfOwner: extended("own owner"),
	},
	"create-resource": none("members come later", demands{
		sallyport.RequireOwnerReason: func(w *world) (string, any) {
			return "/resources", map[string]any{"kind": "app", "name": w.name("Made"), "tags": []string{"Guarded"}, "owners": []string{"lead"}}
		},
		sallyport.ForbidSelfOwner: func(w *world) (string, any) {
			return "/resources", map[string]any{"kind": "entitlement", "app": guarded, "name": w.name("Made"), "owners": []string{keeper}, "reason": "why"}
		},
	}),
	"update-resource": none("members are no field of it", demands{
		sallyport.RequireOwnerReason: func(*world) (string, any) {
			return "/resources/" + guarded, map[string]any{"owners": []string{keeper, "lead"}}
		},
		sallyport.ForbidSelfOwner: func(w *world) (string, any) {
			r := w.resource(map[string]any{"kind": "entitlement", "app": guarded, "reason": "why"})
			return "/resources/" + r, map[string]any{"owners": []string{keeper}, "reason": "why"}
		},
	}),
	"convert-resource": none(reasonsStay, nil),
	"apply-catalogue": none(byFiles, demands{
		sallyport.ForbidSelfMember: "files name no members of their own; what a role gives is given as by hand",
		sallyport.ForbidSelfOwner: func(w *world) (string, any) {
			return "/catalogue/apply", map[string]any{"files": map[string]string{"a.yaml": "groups:\n- {slug: filed, name: Filed, owners: [" + keeper + "], tags: [Guarded]}\n"}}
		},
	}),
	"reorganize": none("without a reason nothing is reorganized", demands{
		sallyport.ForbidSelfMember: regrouped("member"), sallyport.ForbidSelfOwner: regrouped("owner"),
	}),
	"undo-reorganization": none("gives back what was there, with its reason", nil),
	"attach-tag":          none(reasonsStay, nil),
	"update-tag":          none(reasonsStay, nil),
}

// extended is a renewal of what was given before the tag came: without a reason, or one's own.
func extended(what string) breach {
	return func(w *world) (string, any) {
		body := map[string]any{"ids": []string{w.before[what]}, "duration": "P9D"}
		if strings.HasPrefix(what, "own ") {
			body["reason"] = "why"
		}
		return "/grants/extend", body
	}
}

// regrouped makes a role of oneself that gives the guarded thing.
func regrouped(relation string) breach {
	return func(w *world) (string, any) {
		return "/reorganizations", map[string]any{"action": "create", "name": w.name("Role"), "reason": "why", "members": []string{keeper},
			"resources": []any{map[string]any{"resource": guarded, "relation": relation}}}
	}
}

// demandsEverywhere: what tags demand of reasons, and of what people give themselves, holds on every path (domain rule 17).
// A route of longer fails until demanded says something for every such key; the routes of grantless give nobody anything.
func demandsEverywhere(t *testing.T, w *world) {
	w.must("admin", "POST", "/resources", map[string]any{"kind": "app", "name": "Vault", "slug": guarded, "owners": []string{keeper}})
	w.must("admin", "POST", "/grants", map[string]any{"subject": keeper, "resource": "sallyport.auditor", "duration": "P1D", "reason": "files are for who sees all"})
	w.before = map[string]string{}
	for _, relation := range []string{"member", "owner"} {
		w.before["asked "+relation] = w.must("employee", "POST", "/requests", map[string]any{"resource": guarded, "relation": relation, "duration": "P1D"}).text(t, "id")
		w.before[relation] = w.must("admin", "POST", "/grants", map[string]any{"subject": "teammate", "resource": guarded, "relation": relation, "duration": "P1D", "reason": "why"}).text(t, "id")
	}
	w.before["own member"] = w.must(keeper, "POST", "/grants", map[string]any{"subject": keeper, "resource": guarded, "duration": "P1D", "reason": "why"}).text(t, "id")
	w.before["own owner"] = w.must("admin", "POST", "/grants", map[string]any{"subject": keeper, "resource": guarded, "relation": "owner", "duration": "P1D", "reason": "why", "replace": true}).text(t, "id")
	constraints := map[string]any{}
	for key := range none("", nil) {
		constraints[key] = true
	}
	w.must("admin", "POST", "/tags", map[string]any{"name": "Guarded", "enabled": true, "constraints": constraints})
	w.must("admin", "PUT", "/resources/"+guarded+"/tags/Guarded", map[string]any{})
	for _, r := range api.Routes() {
		if longer[r.ID] == nil {
			continue
		}
		for key := range constraints {
			switch d := demanded[r.ID][key].(type) {
			case nil:
				t.Errorf("nobody has said whether %s holds for %s: add to demanded the call that it refuses, or why there is none", key, r.ID)
			case breach:
				path, body := d(w)
				k, _ := sallyport.ConstraintOf(key)
				words, _ := k.Refuse(true, sallyport.Gain{Self: true})
				a := w.call(keeper, r.Method, path, body)
				refused := a.status == http.StatusUnprocessableEntity || strings.Contains(string(a.body), `"status":422`) // of a row
				if !refused || !strings.Contains(string(a.body), words) || !strings.Contains(string(a.body), "the tag Guarded") {
					t.Errorf("%s: %s does not refuse %s %v: %d %s", r.ID, key, path, body, a.status, a.body)
				}
			}
		}
	}
}
