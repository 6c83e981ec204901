package catalog

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
)

// fieldNames are the fields of a resource that people set, in the order in which they are shown.
var fieldNames = []string{"slug", "name", "description", "physical", "audience", "form", "flow", "fulfilment", "revocation", "durations", "tags", "owners"}

// fields writes a resource's fields as text; what is not set is "".
func fields(r sallyport.Resource) map[string]string {
	m := map[string]string{"slug": r.Slug, "name": r.Name, "description": r.Description}
	if r.Physical {
		m["physical"] = "true"
	}
	if r.Audience != nil {
		m["audience"] = r.Audience.Slug
	}
	if len(r.Form.Fields) > 0 {
		m["form"] = asText(r.Form)
	}
	if r.Flow != nil {
		m["flow"] = asText(r.Flow)
	}
	if r.Fulfilment.Kind != "" && r.Fulfilment.Kind != sallyport.FulfilNone {
		m["fulfilment"] = asText(r.Fulfilment)
	}
	if r.Revocation != nil {
		m["revocation"] = asText(r.Revocation)
	}
	if d := asText(r.Durations); d != "{}" {
		m["durations"] = d
	}
	tags := slices.Clone(r.Tags)
	slices.Sort(tags)
	m["tags"] = strings.Join(tags, ", ")
	owners := make([]string, 0, len(r.Owners))
	for _, o := range r.Owners {
		owners = append(owners, o.Login)
	}
	slices.Sort(owners)
	m["owners"] = strings.Join(owners, ", ")
	return m
}

// diff lists the fields in which two states of a resource differ.
func diff(before, after sallyport.Resource) []sallyport.FieldChange {
	b, a := fields(before), fields(after)
	var out []sallyport.FieldChange
	for _, f := range fieldNames {
		if b[f] != a[f] {
			out = append(out, sallyport.FieldChange{Field: f, Before: b[f], After: a[f]})
		}
	}
	return out
}

// asText writes a value as JSON without what is empty: zero lengths are left out, which omitempty does not do for
// types that write themselves.
func asText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	var plain any
	if json.Unmarshal(b, &plain) != nil {
		return string(b)
	}
	b, _ = json.Marshal(prune(plain))
	return string(b)
}

func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if e = prune(e); e == nil || e == "" || e == "PT0S" || e == false {
				delete(v, k)
			} else {
				v[k] = e
			}
		}
	case []any:
		for i := range v {
			v[i] = prune(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return v
}
