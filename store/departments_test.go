package store_test

import (
	"context"
	"slices"
	"testing"

	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// However many people there are, every department of somebody active is there, once.
func TestDepartments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		for login, department := range map[string]string{"ada": "Sales", "bob": "Legal", "cleo": "Sales", "dev": "", "eva": "Archive"} {
			id := w.user(login).ID
			w.exec("UPDATE users SET department = $1 WHERE tenant_id = $2 AND id = $3", department, w.tenant, id)
			if login == "eva" {
				w.exec("UPDATE users SET state = 'gone' WHERE tenant_id = $1 AND id = $2", w.tenant, id)
			}
		}
		w.view(func(ctx context.Context, tx *store.Tx) error {
			got, err := tx.Departments(ctx, w.tenant)
			if want := []string{"Legal", "Sales"}; !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
			return err
		})
	})
}
