package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestReadByManyIDs: what a merge of a whole company touched is more than a statement takes arguments.
func TestReadByManyIDs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		kim := w.user("kim")
		ids := make([]string, 70_000)
		for i := range ids {
			ids[i] = fmt.Sprintf("grt_%d", i)
		}
		w.view(func(ctx context.Context, tx *store.Tx) error {
			if list, err := tx.GrantsByID(ctx, w.tenant, store.Viewer{All: true}, ids); err != nil || len(list) != 0 {
				t.Errorf("grants: %d %v", len(list), err)
			}
			if list, err := tx.UsersByID(ctx, w.tenant, append(ids, kim.ID)); err != nil || len(list) != 1 || list[kim.ID].Login != "kim" {
				t.Errorf("people: %v %v", list, err)
			}
			return nil
		})
	})
}
