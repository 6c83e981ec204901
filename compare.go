package sallyport

import (
	"slices"
	"time"
)

// Shared says what several people have, item by item, and who of them.
type Shared struct {
	Users []UserRef    `json:"users" doc:"In the order asked for"`
	Items []SharedItem `json:"items" doc:"What most of them have comes first, then by name"`
}

// SharedItem is something that at least one of them has.
type SharedItem struct {
	Resource ResourceRef    `json:"resource"`
	App      *ResourceRef   `json:"app,omitempty"`
	Relation Relation       `json:"relation" enum:"member,owner"`
	Count    int            `json:"count" doc:"How many of them have it"`
	Share    float64        `json:"share" doc:"From 0 to 1"`
	Holders  []SharedHolder `json:"holders"`
}

// SharedHolder is one who has it, and by which ways.
type SharedHolder struct {
	ID     string        `json:"id"`
	Direct bool          `json:"direct"`
	Roles  []ResourceRef `json:"roles" doc:"By which roles; none when only directly"`
	EndsAt *time.Time    `json:"ends_at,omitempty" doc:"The latest end; absent: no end"`
}

// ShareOut arranges what people have, one item for each person and thing, by thing.
func ShareOut(users []UserRef, all []Access) Shared {
	type key struct {
		resource string
		relation Relation
	}
	at := map[key]int{}
	out := Shared{Users: users, Items: []SharedItem{}}
	for _, a := range all {
		k := key{a.Resource.ID, a.Relation}
		i, ok := at[k]
		if !ok {
			i = len(out.Items)
			at[k] = i
			out.Items = append(out.Items, SharedItem{Resource: a.Resource, App: a.App, Relation: a.Relation})
		}
		h := SharedHolder{ID: a.User.ID, Roles: []ResourceRef{}, EndsAt: a.EndsAt}
		for _, p := range a.Paths {
			if p.Role == nil {
				h.Direct = true
			} else {
				h.Roles = append(h.Roles, *p.Role)
			}
		}
		it := &out.Items[i]
		it.Holders = append(it.Holders, h)
		it.Count = len(it.Holders)
		it.Share = float64(it.Count) / float64(len(users))
	}
	slices.SortStableFunc(out.Items, func(a, b SharedItem) int { return b.Count - a.Count })
	return out
}
