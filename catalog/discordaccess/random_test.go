package discordaccess_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sallyport/sallyport/catalog/discordaccess"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestAnyHistory: whatever happened to a few people, groups and roles, with several rows for the same at once and people
// and groups that were deleted: who had what at any time is the same here, and the report knows of no difference.
func TestAnyHistory(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
				w, o := newWorld(t, db, clock), newOrigin(t, "sqlite")
				random := rand.New(rand.NewPCG(seed, 7))
				moment := func(from, to float64) float64 { return from + random.Float64()*(to-from) }
				o.add("app", row{"id": "app", "name": "App"})
				var people, groups, roles []string
				for i := range 6 {
					more := row{}
					if random.IntN(4) == 0 {
						more["deleted_at"] = day(moment(-300, -1))
					}
					people = append(people, o.user(fmt.Sprint("u", i), fmt.Sprintf("u%d@example.test", i), more))
				}
				for i := range 4 {
					more := row{}
					if random.IntN(4) == 0 {
						more["deleted_at"] = day(moment(-300, -1))
					}
					id, name := fmt.Sprint("g", i), fmt.Sprint("Group-", i)
					if i == 3 {
						o.inApp("app", id, "App-App-Owners", true, nil)
					} else {
						o.group(id, name, more)
					}
					groups = append(groups, id)
				}
				for i := range 2 {
					roles = append(roles, o.group(fmt.Sprint("r", i), fmt.Sprint("Role-", i), row{"type": "role_group"}))
				}
				span := func() (any, any) {
					from := moment(-390, -1)
					if random.IntN(3) == 0 {
						return day(from), nil
					}
					return day(from), day(moment(from+0.5, from+500))
				}
				for range 60 {
					all := append(append([]string{}, groups...), roles...)
					from, to := span()
					o.add("okta_user_group_member", row{"user_id": people[random.IntN(len(people))], "group_id": all[random.IntN(len(all))], "created_at": from, "ended_at": to, "is_owner": random.IntN(4) == 0})
				}
				for range 8 {
					from, to := span()
					o.add("role_group_map", row{"role_id": roles[random.IntN(len(roles))], "group_id": groups[random.IntN(len(groups))], "created_at": from, "ended_at": to, "is_owner": random.IntN(4) == 0})
				}
				o.derive(func(m, rm row) bool { return false })
				rep := w.bring(o, discordaccess.Options{})
				if len(rep.Differences) > 0 {
					w.Errorf("the report tells of differences: %+v", rep.Differences)
				}
				had := 0
				for range 25 {
					at := day(moment(-400, 200))
					there, here := o.thereAt(at, map[string]string{"g3": "app"}), w.hereAt(at)
					for k := range there {
						if had++; !here[k] {
							w.Errorf("%s: %s in Access, and not here", at, k)
						}
					}
					for k := range here {
						if !there[k] {
							w.Errorf("%s: %s here, and not in Access", at, k)
						}
					}
				}
				if had == 0 {
					w.Error("nobody ever had anything")
				}
				w.verifies()
			})
		})
	}
}
